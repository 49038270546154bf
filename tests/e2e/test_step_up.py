"""Levels of authentication: what asks for one, what lapses, and who may bring it back."""
import base64
import concurrent.futures
import hashlib

import pytest
from reloading import is_login, reload
from sallyport import PASSWORD, wait_until

APP = "/WebSEAL/localhost-default/app"
PUBLIC = "/WebSEAL/localhost-default/public"
HTML = {"Accept": "text/html"}
SHORT = "\n[level-lifetime]\npassword = 1s\n"
THREE_LEVELS = ("\n[authentication-levels]\nlevel = unauthenticated\nlevel = password\nlevel = ssl\n"
                "[step-up]\nshow-all-auth-prompts = no\n")


def needs_level(instance, level, at):
    name = f"level-{level}"
    instance.admin("pop", "create", name)
    instance.admin("pop", "modify", name, "set", "ipauth", "anyothernw", level)
    instance.admin("pop", "attach", at, name)


@pytest.fixture
def make_site(make_instance, make_echo):
    def make(extra=""):
        instance = make_instance(extra=extra)
        instance.setup_demo(make_echo())
        return instance
    return make


@pytest.fixture(scope="module")
def gated(demo):
    """The demo instance, where the public part needs a user because of its POP alone."""
    needs_level(demo, 1, PUBLIC)
    return demo


def user_of(response):
    return {n.lower(): v for n, v in response.json()["headers"]}["iv-user"]


def lapsed(browser):
    """Waits until what the user proved is over; the page that he gets then."""
    return wait_until(lambda: (page := browser.get("/app/wanted", headers=HTML)) and is_login(page) and page,
                      "the level is over")


def audited(instance, **fields):
    return [line for line in instance.audit() if all(line.get(k) == v for k, v in fields.items())]


def test_a_visitor_logs_in_where_a_pop_asks_for_a_level(gated):
    browser = gated.browser()
    page = browser.get("/public/x?y=1")
    assert is_login(page) and 'type="password"' in page.text
    line = gated.wait_for_audit(reason="level_too_low", object=PUBLIC + "/x")
    assert line["detail"] == f"pop level-1 at {PUBLIC}: level 1 needed, 0 there"
    done = browser.send_login(page, "alice")
    assert (done.status, done.header("Location")) == (302, "/public/x?y=1")
    assert user_of(browser.get("/public/x?y=1")) == "alice"
    login = audited(gated, action="login", outcome="success", user="alice")[-1]
    assert (login["reason"], login["detail"]) == ("password", "level 1")


def test_a_program_is_told_401_and_no_request_goes_on(gated):
    response = gated.browser().get("/public/", headers={"Accept": "application/json"})
    assert response.status == 401 and response.json()["status"] == 401


def test_basic_credentials_are_a_password(gated):
    good = base64.b64encode(f"alice:{PASSWORD}".encode()).decode()
    assert user_of(gated.browser().get("/public/", headers={"Authorization": f"Basic {good}"})) == "alice"
    assert "    Authentication level: 1\n    Authentication method: password\n" in gated.admin("session", "list")


def test_F6_a_post_that_a_level_interrupts_is_sent_once(gated):
    body, target = b"field=" + b"x" * 70000, "/public/echo/count?key=level"
    gated.admin("acl", "modify", "demo-public", "set", "any-other", "Trm")
    browser = gated.browser()
    page = browser.request("POST", target, body, headers={"Origin": gated.url(), "Content-Type": "text/plain"})
    assert is_login(page)
    assert browser.send_login(page, "alice").header("Location") == target
    seen = browser.get(target).json()
    assert (seen["count"], seen["body_sha256"]) == (1, hashlib.sha256(body).hexdigest())


def test_F5_a_level_that_is_over_does_not_count_and_comes_back_with_a_login(make_site):
    site = make_site(SHORT)
    browser = site.browser()
    browser.login("alice")
    before = dict(browser.cookies)
    page = lapsed(browser)
    assert 'value="alice"' in page.text
    site.wait_for_audit(event="authz", action="access", user="Unauthenticated")
    over = audited(site, event="session", action="level-lapsed")
    assert [(line["user"], line["detail"]) for line in over] == [("alice", "level 1 is over, level 0 counts")]
    assert browser.cookies != before
    assert browser.send_login(page, "alice").header("Location") == "/app/wanted"
    assert user_of(browser.get("/app/wanted")) == "alice"


def test_F5_each_request_of_a_busy_user_is_judged_by_the_clock_of_the_level(make_site):
    site = make_site(SHORT)
    browser = site.browser()
    browser.login("alice")
    lapsed(browser)  # it was never idle
    assert not [line for line in site.admin("session", "list").splitlines() if "alice" in line]


def test_F2_the_session_has_another_id_when_its_level_is_over(make_site):
    site = make_site(SHORT)
    browser, thief = site.browser(), site.browser()
    browser.login("alice")
    thief.cookies = dict(browser.cookies)
    page = lapsed(browser)
    browser.send_login(page, "alice")
    assert is_login(thief.get("/app/"))
    assert thief.cookies != browser.cookies


def test_F3_another_user_cannot_go_on_with_a_session_that_is_not_his(make_site):
    site = make_site(SHORT)
    browser = site.browser()
    browser.login("alice")
    page = lapsed(browser)
    before = dict(browser.cookies)
    refused = browser.send_login(page, "bob")
    assert refused.status == 403 and "belongs to another user" in refused.text
    assert browser.cookies == before
    line = site.wait_for_audit(action="step-up", outcome="failure", reason="wrong-user", user="bob")
    assert line["detail"] == "session of alice"
    assert is_login(browser.get("/app/"))
    # It is as it was: alice goes on, and bob can after she has signed out.
    browser.get("/app/wanted", headers=HTML)
    assert browser.send_login(refused, "alice").header("Location") == "/app/wanted"
    lapsed(browser)
    assert browser.get("/pkmslogout").status == 200 and not browser.cookies
    browser.login("bob")


def test_F6_what_one_user_was_doing_is_not_sent_for_the_next(make_site):
    site = make_site(SHORT + "[step-up]\nverify-step-up-user = no\n")
    browser = site.browser()
    browser.login("alice")
    lapsed(browser)
    target = "/app/echo/count?key=hers"
    page = browser.request("POST", target, b"hers", headers={"Origin": site.url(), "Content-Type": "text/plain"})
    assert is_login(page)
    done = browser.send_login(page, "bob")
    assert (done.status, done.header("Location")) == (200, None)
    seen = browser.get("/app/echo/count?key=hers").json()
    assert seen["body_sha256"] != hashlib.sha256(b"hers").hexdigest()


def test_F6_a_post_that_a_lapsed_level_interrupts_is_sent_once_for_its_user(make_site):
    site = make_site(SHORT)
    browser = site.browser()
    browser.login("alice")
    lapsed(browser)
    target = "/app/echo/count?key=mine"
    page = browser.request("POST", target, b"mine", headers={"Origin": site.url(), "Content-Type": "text/plain"})
    assert browser.send_login(page, "bob").status == 403
    page = browser.get("/pkmslogin")
    assert browser.send_login(page, "alice").header("Location") == target
    assert browser.get(target).json()["body_sha256"] == hashlib.sha256(b"mine").hexdigest()


def test_F4_requests_at_once_when_a_level_is_over_make_one_session(make_site):
    site = make_site(SHORT)
    browser = site.browser()
    browser.login("alice")
    cookies = dict(browser.cookies)

    def ask(_):
        tab = site.browser()
        tab.cookies = dict(cookies)
        return tab.get("/app/", headers={"Accept": "application/json"}).status

    def all_are_refused():
        with concurrent.futures.ThreadPoolExecutor(8) as tabs:
            return set(tabs.map(ask, range(8))) == {401}
    wait_until(all_are_refused, "the level is over for all of them")
    assert len(audited(site, action="level-lapsed")) == 1


def test_F8_a_form_without_the_token_brings_no_level_back(make_site):
    site = make_site(SHORT)
    browser = site.browser()
    page = browser.get("/app/")
    old = browser.token(page)
    browser.send_login(page, "alice")
    lapsed(browser)
    for token in ("", old):
        fields = {"username": "alice", "password": PASSWORD, "login-form-type": "pwd", "token": token}
        assert is_login(browser.post_form("/pkmslogin.form", fields))
        assert is_login(browser.get("/app/"))
    assert browser.get("/pkmslogin.form?username=alice&password=" + PASSWORD).status == 405


def test_F9_a_logout_ends_a_session_whose_level_is_over(make_site):
    site = make_site(SHORT)
    browser = site.browser()
    browser.login("alice")
    lapsed(browser)
    old = dict(browser.cookies)
    foreign = browser.get("/pkmslogout", headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image"})
    assert browser.cookies == old and "Do you want to sign out" in foreign.text
    browser.get("/pkmslogout")
    other = site.browser()
    other.cookies = old
    assert 'value="alice"' not in other.get("/app/").text


def test_who_is_logged_in_is_told_when_no_method_reaches_the_level(make_site):
    site = make_site(THREE_LEVELS)
    needs_level(site, 2, APP)
    browser = site.browser()
    browser.send_login(browser.get("/app/"), "alice")  # a visitor is offered what there is
    refused = browser.get("/app/")
    assert refused.status == 403
    line = site.wait_for_audit(reason="level_too_low", user="alice", object=APP)
    assert line["detail"] == f"pop level-2 at {APP}: level 2 needed, 1 there"
    assert browser.get("/public/").status == 200  # and goes on elsewhere


def test_lifetimes_of_levels_are_taken_by_a_reload(make_site):
    site = make_site()
    browser = site.browser()
    browser.login("alice")
    reload(site, {"level-lifetime password": "1s"})
    page = lapsed(browser)
    reload(site, {"level-lifetime password": "0"})
    browser.send_login(page, "alice")
    assert user_of(browser.get("/app/")) == "alice"


@pytest.mark.parametrize("levels, message", [
    (["password", "unauthenticated"], "the first level must be unauthenticated"),
    (["unauthenticated", "password", "password"], "the level password is there twice"),
    (["unauthenticated", "ssl"], "users may log in with a password, but there is no level password"),
])
def test_levels_that_cannot_be_are_refused_with_their_line(make_site, levels, message):
    site = make_site()
    lines = site.conf.read_text().splitlines()
    site.conf.write_text("\n".join(lines + ["[authentication-levels]"] + [f"level = {level}" for level in levels]) + "\n")
    refused = site.run_admin("reload")
    assert refused.returncode == 1
    assert f"{site.conf}:{len(lines) + 2}: error: {message}" in refused.stderr
