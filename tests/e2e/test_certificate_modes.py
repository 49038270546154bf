"""accept-client-certs: what each of its values means for the handshake, for the visitor, and for logging in."""
import contextlib
import socket
import ssl

import pytest

from certificate_site import CertificateSite, Curl, ask_on, context_of, reached, user_of

MODES = """
[server]
web-host-alias = never.example
web-host-alias = optional.example
web-host-alias = required.example
web-host-alias = critical.example
[accept-client-certs]
never.example = never
optional.example = optional
required.example = required
critical.example = critical
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory, echo):
    site = CertificateSite(tmp_path_factory.mktemp("modes"), extra=MODES, secondary_port=True)
    site.start()
    site.setup_demo(echo)
    yield site
    site.stop()


@contextlib.contextmanager
def opened(site, host, certificate=None, version=None):
    with socket.create_connection(("127.0.0.1", site.port), 10) as plain:
        with context_of(site, certificate, version).wrap_socket(plain, server_hostname=host) as link:
            yield link


def ask(site, link, host, path="/app/x", cookie=None):
    return ask_on(link, f"{host}:{site.port}", path, cookie)


def test_never_asks_and_a_certificate_changes_nothing(site):
    with opened(site, "never.example", site.leaf("alice")) as link:
        answer = ask(site, link, "never.example")
    assert answer.status == 200 and "login-form-type" in answer.text and 'value="cert"' not in answer.text


@pytest.mark.parametrize("host", ["optional.example", "required.example", "critical.example"])
def test_a_certificate_of_the_handshake_logs_its_user_in(site, host):
    before = len(site.logins())
    with opened(site, host, site.leaf("alice")) as link:
        answer = ask(site, link, host)
        assert answer.status == 200 and user_of(answer) == "alice"
        cookie = answer.header("Set-Cookie").partition(";")[0]
        assert user_of(ask(site, link, host, cookie=cookie)) == "alice"
    assert "by handshake" in site.wait_for_login(before, outcome="success")["detail"]


def session_of(answer):
    return answer.header("Set-Cookie").partition(";")[0]


def test_a_client_that_keeps_no_cookies_has_one_session_for_each_connection(site):
    before = len(site.logins())
    with opened(site, "optional.example", site.leaf("alice")) as link:
        answers = [ask(site, link, "optional.example") for _ in range(3)]
        assert [user_of(answer) for answer in answers] == ["alice"] * 3
        assert len({session_of(answer) for answer in answers}) == 1
        # Whose cookie says otherwise is nobody of this connection.
        stale = ask(site, link, "optional.example", cookie="__Host-sallyport=" + "A" * 43)
        assert session_of(stale) != session_of(answers[0])
        assert "signed out" in ask(site, link, "optional.example", "/pkmslogout").text
    with opened(site, "optional.example", site.leaf("alice")) as link:
        again = ask(site, link, "optional.example", cookie=session_of(stale))
        assert session_of(again) not in map(session_of, [*answers, stale])
    site.wait_for_login(before + 2, outcome="success")
    assert len(site.logins()) == before + 3


def test_optional_lets_a_visitor_without_one_go_on(site):
    with opened(site, "optional.example") as link:
        assert ask(site, link, "optional.example", "/public/x").status == 200
        assert 'name="password"' in ask(site, link, "optional.example").text


@pytest.mark.parametrize("kind", ["expired", "untrusted"])
def test_optional_takes_one_that_is_refused_for_none(site, kind):
    with opened(site, "optional.example", site.leaf(kind)) as link:
        assert ask(site, link, "optional.example", "/public/x").status == 200
        assert 'name="password"' in ask(site, link, "optional.example").text


@pytest.mark.parametrize("kind", [None, "expired", "untrusted"])
def test_required_answers_everything_else_with_an_error_page(site, kind):
    with opened(site, "required.example", site.leaf(kind) if kind else None) as link:
        assert ask(site, link, "required.example", "/public/x").status == 403


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("kind", [None, "expired", "untrusted"])
def test_critical_ends_the_handshake_of_everybody_else(site, kind, version):
    with pytest.raises(ssl.SSLError) as refused:
        with opened(site, "critical.example", site.leaf(kind) if kind else None, version) as link:
            ask(site, link, "critical.example", "/public/x")
    assert "ALERT" in str(refused.value)


def test_a_certificate_of_nobody_is_a_visitor(site):
    stranger = site.clients.leaf("stranger")
    with opened(site, "required.example", stranger) as link:
        assert ask(site, link, "required.example", "/public/x").status == 200
        assert 'name="password"' in ask(site, link, "required.example").text
    site.wait_for_login(reason="unknown-user")


def test_E1_a_ticket_of_one_mode_does_not_resume_under_another(site):
    context = site.tls()
    context.check_hostname = False
    with socket.create_connection(("127.0.0.1", site.port), 10) as plain:
        with context.wrap_socket(plain, server_hostname="never.example") as link:
            ask(site, link, "never.example", "/public/x")
            session = link.session
    for host in ("required.example", "localhost"):
        with socket.create_connection(("127.0.0.1", site.port), 10) as plain:
            with context.wrap_socket(plain, server_hostname=host, session=session) as link:
                assert not link.session_reused
                assert ask(site, link, host, "/public/x").status == (403 if host == "required.example" else 200)


def test_the_other_port_serves_logins_and_nothing_else(site):
    # Every other way is switched off: the login has to go by the other port, and comes back.
    text = site.conf.read_text()
    site.conf.write_text(text.replace("[certificate]", "[certificate]\narmed-tickets = no\nask-in-place = no", 1))
    try:
        site.admin("reload")
        for http in ("2", "1.1"):
            before = len(site.logins())
            curl = Curl(site, f"other{http}", site.leaf("alice"), http)
            page = curl.ask("/app/x")
            body = reached(curl.log_in_by_certificate(page))
            assert body["target"] == "/x" and curl.url == site.url("/app/x")
            assert "by other-port" in site.wait_for_login(before)["detail"]
        curl = Curl(site, "none", None)
        page = curl.ask("/app/x")
        assert "No certificate was sent" in curl.log_in_by_certificate(page) and curl.status == 403
        curl.ask(f"https://localhost:{site.secondary_port}/public/x")
        assert curl.status == 200 and curl.url == site.url("/public/x")
    finally:
        site.conf.write_text(text)
        site.admin("reload")


def test_a_form_may_be_sent_to_the_other_port(site):
    """As pages do that have %SECONDARY_BASE% in their form's action."""
    base = f"https://localhost:{site.secondary_port}"
    for origin, good in ((site.url(), True), (base, False), ("https://elsewhere.example", False)):
        curl = Curl(site, "form", site.leaf("alice"))
        token = curl.token(curl.ask("/app/x"))
        body = curl.ask(base + "/pkmslogin.form", "-H", f"Origin: {origin}", "-H", "Sec-Fetch-Site: same-site",
                        "--data-urlencode", f"token={token}", "-d", "login-form-type=cert")
        assert curl.status == (200 if good else 403), body
        assert not good or (reached(body)["target"] == "/x" and curl.url == site.url("/app/x"))


def test_where_no_way_is_left_the_page_and_the_audit_say_so(site):
    text = site.conf.read_text()
    site.conf.write_text(text.replace("[certificate]", "[certificate]\narmed-tickets = no\nask-in-place = no\nhttp-1.1-required = no", 1)
                         .replace(f"secondary-port = {site.secondary_port}", ""))
    try:
        site.stop()
        site.start()
        curl = Curl(site, "left", site.leaf("alice"))
        page = curl.ask("/app/x")
        assert "could not be asked" in curl.log_in_by_certificate(page) and curl.status == 403
        site.wait_for_login(reason="no-delivery")
        curl.ask("/pkmscert", "-H", "Accept: application/json")
        assert curl.status == 403
    finally:
        site.conf.write_text(text)
        site.stop()
        site.start()
