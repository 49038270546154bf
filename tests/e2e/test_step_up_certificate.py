"""From a password to a certificate in the middle of a session, and back when the certificate's level is over."""
import concurrent.futures
import hashlib
import re
import time

import pytest
from certificate_clients import CurlClient
from certificate_site import CertificateSite, reached
from sallyport import PASSWORD, read_more, wait_until

VAULT = "/WebSEAL/localhost-default/app/vault"
LEVELS = "\n[authentication-levels]\nlevel = unauthenticated\nlevel = password\nlevel = ssl\n"
HTML = {"Accept": "text/html"}


def start(directory, echo, extra=""):
    site = CertificateSite(directory, extra=LEVELS + extra)
    site.start()
    site.setup_demo(echo)
    site.admin("pop", "create", "vault")
    site.admin("pop", "modify", "vault", "set", "ipauth", "anyothernw", "2")
    site.admin("pop", "attach", VAULT, "vault")
    return site


@pytest.fixture(scope="module")
def site(tmp_path_factory, echo):
    site = start(tmp_path_factory.mktemp("levels"), echo)
    yield site
    site.stop()


@pytest.fixture
def make_site(tmp_path, echo):
    made = []

    def make(extra):
        made.append(start(tmp_path / f"site{len(made)}", echo, extra))
        return made[-1]
    yield make
    for site in made:
        site.stop()


def logged_in(site, certificate="alice", user="alice"):
    """By password, with a certificate at hand."""
    client = CurlClient(site, site.leaf(certificate), "1.3", "2")
    client.visit("/app/")
    client.log_in(user)
    assert user_of(client) == user
    return client


def user_of(client):
    return {n.lower(): v for n, v in reached(client.text)["headers"]}["iv-user"]


def cookie_of(client):
    return re.search(r"__Host-sallyport\t(\S+)", client.curl.jar.read_text()).group(1)


def with_cookie(site, cookie):
    """Another client that has got hold of the cookie, or another tab that was late."""
    tab = site.browser()
    tab.cookies = {"__Host-sallyport": cookie}
    return tab


def entries(site, user):
    """(id, level, method) of the user's sessions."""
    listed = site.admin("session", "list")
    return re.findall(rf"Session ID: (\S+)\n    User: {user}\n    Authentication level: (\d)\n"
                      r"    Authentication method: (\w+)", listed)


def end_sessions(site, *users):
    for user in users:
        site.run_admin("session", "terminate", "all_sessions", user)


def is_step_up(client):
    return client.status == 200 and "stronger sign-in" in client.text


def lines(site, **fields):
    return [line for line in site.audit() if all(line.get(k) == v for k, v in fields.items())]


def test_F2_the_certificate_raises_the_session_that_there_is(site):
    end_sessions(site, "alice")
    client = logged_in(site)
    (handle, level, _), = entries(site, "alice")
    assert level == "1"
    client.visit("/app/vault/gold?x=1")
    assert is_step_up(client) and 'value="cert"' in client.text and 'type="password"' not in client.text
    asked = site.wait_for_audit(event="authz", reason="level_too_low")
    assert (asked["user"], asked["detail"]) == ("alice", f"pop vault at {VAULT}: level 2 needed, 1 there")
    page, before = client.text, cookie_of(client)
    client.visit("/app/other")  # another tab goes on
    assert user_of(client) == "alice"
    client.text = page
    client.click()
    assert reached(client.text)["target"] == "/vault/gold?x=1"
    assert entries(site, "alice") == [(handle, "2", "certificate")]
    raised = wait_until(lambda: lines(site, action="step-up"), "the line of the step-up")[-1]
    assert (raised["outcome"], raised["user"], raised["reason"]) == ("success", "alice", "certificate")
    assert raised["session"] == handle
    # What was on its way with the old cookie is served at the old level for a moment, and never above it.
    assert cookie_of(client) != before
    late = with_cookie(site, before)
    wait_until(lambda: [late.get("/app/vault/gold", headers={"Accept": "application/json"}).status,
                        late.get("/app/", headers={"Accept": "application/json"}).status] == [401, 401],
               "the old cookie is dead")
    client.visit("/app/vault/gold")
    assert user_of(client) == "alice"


def test_F2_the_old_cookie_never_gives_the_new_level(site):
    client = logged_in(site)
    client.visit("/app/vault/")
    before = cookie_of(client)
    client.click()
    late = with_cookie(site, before)
    answer = late.get("/app/vault/", headers={"Accept": "application/json"})
    assert answer.status == 401 and answer.json()["level"] == 2
    assert late.get("/app/").status == 200
    # Nor does it outlive a logout (F9).
    client.visit("/pkmslogout")
    assert late.get("/app/", headers={"Accept": "application/json"}).status == 401


def test_F3_the_certificate_of_another_user_is_refused_and_nothing_changes(site):
    end_sessions(site, "alice", "bob")
    client = logged_in(site, certificate="bob")
    before = cookie_of(client)
    client.visit("/app/vault/")
    client.click()
    assert client.status == 403 and "belongs to another user" in client.text
    line = wait_until(lambda: lines(site, reason="wrong-user"), "the audit line")[0]
    assert (line["user"], line["outcome"]) == ("bob", "failure") and "session of alice" in line["detail"]
    assert cookie_of(client) == before
    assert [entry[1:] for entry in entries(site, "alice")] == [("1", "password")] and not entries(site, "bob")
    client.visit("/app/")
    assert user_of(client) == "alice"


def test_F3_another_user_gets_a_session_of_his_own_where_that_is_configured(make_site):
    site = make_site("[step-up]\nverify-step-up-user = no\n")
    client = logged_in(site, certificate="bob")
    before = cookie_of(client)
    (handle, _, _), = entries(site, "alice")
    client.visit("/app/vault/")
    client.click()
    assert client.status == 200 and "You are signed in" in client.text  # what alice was doing is forgotten
    assert not entries(site, "alice")
    (other, level, method), = entries(site, "bob")
    assert (level, method) == ("2", "certificate") and other != handle
    assert with_cookie(site, before).get("/app/", headers={"Accept": "application/json"}).status == 401


@pytest.mark.parametrize("certificate", ["expired", "untrusted"])
def test_F5_a_step_up_that_fails_leaves_the_session_as_it_was(site, certificate):
    end_sessions(site, "alice")
    client = logged_in(site, certificate=certificate)
    before = cookie_of(client)
    client.visit("/app/vault/")
    client.click()
    assert client.status == 403
    assert cookie_of(client) == before
    assert [entry[1:] for entry in entries(site, "alice")] == [("1", "password")]
    client.visit("/app/")
    assert user_of(client) == "alice"


def test_F5_a_password_does_not_reach_what_needs_a_certificate(site):
    client = logged_in(site)
    client.visit("/app/vault/")
    before = cookie_of(client)
    client.log_in("alice")
    assert client.status == 403 and "not the one that is asked for" in client.text
    assert cookie_of(client) == before
    assert wait_until(lambda: lines(site, reason="wrong-level"), "the audit line")[-1]["detail"] == "level 1, wanted 2"
    client.visit("/app/vault/")
    assert is_step_up(client)


def test_F5_a_later_login_by_password_is_worth_a_password(site):
    end_sessions(site, "alice")
    client = logged_in(site)
    client.visit("/app/vault/")
    client.click()
    client.visit("/pkmslogin")
    client.log_in("alice")
    assert [entry[1:] for entry in entries(site, "alice")] == [("1", "password")]
    client.visit("/app/vault/")
    assert is_step_up(client)


def test_F5_a_level_that_is_over_falls_back_to_the_one_before(make_site):
    site = make_site("[level-lifetime]\nssl = 2s\n")
    client = logged_in(site)
    (handle, _, _), = entries(site, "alice")
    client.visit("/app/vault/")
    client.click()
    raised = cookie_of(client)
    wait_until(lambda: client.visit("/app/vault/") or is_step_up(client), "the level is over")
    assert cookie_of(client) != raised
    assert entries(site, "alice") == [(handle, "1", "password")]
    over = wait_until(lambda: lines(site, action="level-lapsed"), "the audit line")
    assert [line["detail"] for line in over] == ["level 2 is over, level 1 counts"]
    late = with_cookie(site, raised)
    assert late.get("/app/vault/", headers={"Accept": "application/json"}).status == 401
    client.click()
    assert user_of(client) == "alice"
    assert entries(site, "alice") == [(handle, "2", "certificate")]


def test_F4_requests_at_once_when_a_level_is_over_go_on_below_it(make_site):
    site = make_site("[level-lifetime]\nssl = 1s\n")
    client = logged_in(site)
    client.visit("/app/vault/")
    client.click()
    cookie = cookie_of(client)

    def ask(target):
        return with_cookie(site, cookie).get(target, headers={"Accept": "application/json"}).status

    def is_over():
        with concurrent.futures.ThreadPoolExecutor(12) as tabs:
            low, high = tabs.map(ask, ["/app/"] * 8), tabs.map(ask, ["/app/vault/"] * 4)
            assert set(low) == {200}
            return set(high) == {401}
    wait_until(is_over, "the level is over for all of them")
    assert len(lines(site, action="level-lapsed")) == 1


def test_F4_low_requests_go_on_and_the_high_one_reaches_the_back_end_once(site):
    client = logged_in(site)
    body = b"field=" + b"0123456789abcdef" * 4096
    (site.dir / "body").write_bytes(body)
    site.admin("pop", "attach", "/WebSEAL/localhost-default/app/echo/count", "vault")
    target = "/app/echo/count?key=high"
    client.text = client.curl.ask(target, "-X", "POST", "--data-binary", f"@{site.dir}/body", "-H",
                                  f"Origin: {site.url()}", "-H", "Content-Type: text/plain", "--post302", "--post303")
    client.status = client.curl.status
    assert is_step_up(client)
    cookie = cookie_of(client)
    stop = []

    def low_ones(_):
        tab, seen = with_cookie(site, cookie), set()
        while not stop:
            seen.add(tab.get("/app/", headers={"Accept": "application/json"}).status)
        return seen

    with concurrent.futures.ThreadPoolExecutor(6) as tabs:
        low = tabs.map(low_ones, range(6))
        client.click()
        stop.append(True)
        assert set().union(*low) == {200}
    seen = reached(client.text)
    assert (seen["method"], seen["count"], seen["body_sha256"]) == ("POST", 1, hashlib.sha256(body).hexdigest())
    client.visit("/app/echo/count?key=high&peek=1")
    assert reached(client.text)["count"] == 1
    site.admin("pop", "detach", "/WebSEAL/localhost-default/app/echo/count")


def test_F4_a_download_that_was_begun_before_is_not_cut(site):
    client = logged_in(site)
    with site.open(timeout=30) as link:
        link.sendall(f"GET /app/echo/download/20000000 HTTP/1.1\r\nHost: localhost:{site.port}\r\nConnection: close\r\n"
                     f"Cookie: __Host-sallyport={cookie_of(client)}\r\n\r\n".encode())
        received = len(read_more(link))
        client.visit("/app/vault/")
        client.click()
        assert user_of(client) == "alice"
        end = time.monotonic() + 2.5  # a session that has ended is noticed within about a second
        while time.monotonic() < end:
            received += len(read_more(link))
            time.sleep(0.02)
        while piece := link.recv(65536):
            received += len(piece)
        assert received > 20000000


def test_a_visitor_is_offered_what_reaches_the_level_or_everything(site, make_site):
    shown = site.browser().get("/app/staff", headers=HTML).text
    assert 'value="cert"' in shown and 'type="password"' in shown
    visitor = site.browser()
    # The list says no to visitors, so that nothing is said about levels yet.
    assert 'type="password"' in visitor.get("/app/vault/", headers=HTML).text
    for instance, password_too in ((site, False), (make_site("[step-up]\nshow-all-auth-prompts = yes\n"), True)):
        instance.admin("pop", "attach", "/WebSEAL/localhost-default/public", "vault")
        page = instance.browser().get("/public/", headers=HTML).text
        assert 'value="cert"' in page
        assert ('type="password"' in page) == password_too
        instance.admin("pop", "detach", "/WebSEAL/localhost-default/public")


def test_basic_credentials_do_not_step_up(site):
    import base64
    good = base64.b64encode(f"alice:{PASSWORD}".encode()).decode()
    browser = site.browser()
    for _ in range(2):
        answer = browser.get("/app/vault/", headers={"Authorization": f"Basic {good}", "Accept": "application/json"})
        assert answer.status == 401 and answer.json()["level"] == 2
    assert browser.get("/app/").status == 200


def test_certificate_levels_name_levels_that_there_are(site):
    text = site.conf.read_text()
    site.conf.write_text(text + "\n[certificate-levels]\nrule = any: totp\n")
    refused = site.run_admin("reload")
    site.conf.write_text(text)
    assert refused.returncode == 1
    assert "[certificate-levels] rule: there is no level totp in [authentication-levels]" in refused.stderr
