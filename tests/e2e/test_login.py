"""A visitor logs in, works with an application, is stopped where policy says so, and logs out."""
import base64
import hashlib
import time

import pytest

from sallyport import PASSWORD, wait_until


def headers_of(response, prefix):
    return {n.lower(): v for n, v in response.json()["headers"] if n.lower().startswith(prefix)}


def test_public_page_needs_no_login(demo):
    response = demo.browser().get("/public/")
    assert response.status == 200
    assert headers_of(response, "iv-")["iv-user"] == "Unauthenticated"
    assert response.header("Set-Cookie") is None  # no session for somebody who is simply allowed


def test_login_leads_to_the_page_that_was_asked_for(demo):
    browser = demo.browser()
    page = browser.get("/app/reports?x=1")
    assert page.status == 200 and "/pkmslogin.form" in page.text
    response = browser.send_login(page, "alice")
    assert (response.status, response.header("Location")) == (302, "/app/reports?x=1")
    answer = browser.get("/app/reports?x=1")
    assert answer.json()["target"] == "/reports?x=1"
    identity = headers_of(answer, "iv-")
    assert identity["iv-user"] == "alice"
    assert identity["iv-groups"] == '"staff"'
    assert identity["iv-user-l"] == "uid=alice,ou=people,dc=example,dc=com"
    assert identity["iv-remote-address"] == "127.0.0.1"


def test_policy_stops_bob_and_not_alice(demo):
    for user, status in (("alice", 200), ("bob", 403)):
        browser = demo.browser()
        browser.login(user)
        assert browser.get("/app/staff").status == status
        assert browser.get("/app/staff/deep/er").status == status
    denial = [line for line in demo.audit() if line.get("user") == "bob" and line["event"] == "authz"][-1]
    assert denial["reason"] == "no_permission"
    assert denial["detail"] == "acl demo-staff at /WebSEAL/localhost-default/app/staff"


def test_logout_ends_the_session(demo):
    browser = demo.browser()
    browser.login("alice")
    old = dict(browser.cookies)
    assert browser.get("/pkmslogout").status == 200
    assert not browser.cookies
    browser.cookies = old
    assert "/pkmslogin.form" in browser.get("/app/").text


def test_F9_a_foreign_page_cannot_log_anybody_out(demo):
    browser = demo.browser()
    browser.login("alice")
    for headers in ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image"},
                    {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "image"}):
        page = browser.get("/pkmslogout", headers=headers)
        assert page.status == 200
        assert browser.get("/app/").json()["method"] == "GET"
    done = browser.post_form("/pkmslogout", {"token": browser.token(page)})
    assert done.status == 200
    assert "/pkmslogin.form" in browser.get("/app/").text


def test_F1_the_session_id_changes_at_login_and_the_old_one_is_dead(demo):
    browser = demo.browser()
    page = browser.get("/app/")
    planted = dict(browser.cookies)
    assert planted
    browser.send_login(page, "alice")
    assert browser.cookies != planted
    thief = demo.browser()
    thief.cookies = planted
    assert "/pkmslogin.form" in thief.get("/app/").text


def test_F8_a_login_without_the_right_token_is_refused(demo):
    browser, other = demo.browser(), demo.browser()
    browser.get("/app/")
    foreign_token = other.token(other.get("/app/"))
    for token in ("", "x", foreign_token):
        fields = {"username": "alice", "password": PASSWORD, "login-form-type": "pwd", "token": token}
        response = browser.post_form("/pkmslogin.form", fields)
        assert response.status == 200 and "/pkmslogin.form" in response.text
        assert "/pkmslogin.form" in browser.get("/app/").text
    assert browser.get("/pkmslogin.form?username=alice&password=" + PASSWORD).status == 405


def test_F8_a_login_form_from_another_origin_is_refused(demo):
    browser = demo.browser()
    page = browser.get("/app/")
    response = browser.send_login(page, "alice", headers={"Origin": "https://evil.example"})
    assert response.status == 403
    assert "/pkmslogin.form" in browser.get("/app/").text


def test_F11_unknown_user_and_wrong_password_look_the_same(demo):
    answers = []
    for user in ("alice", "nobody-of-that-name"):
        browser = demo.browser()
        page = browser.get("/app/")
        begun = time.monotonic()
        response = browser.send_login(page, user, "wrong")
        answers.append((response.status, len(response.body), [n for n, _ in response.headers]))
        answers[-1] += (time.monotonic() - begun,)
    assert answers[0][:3] == answers[1][:3]
    slow, quick = max(a[3] for a in answers), min(a[3] for a in answers)
    assert slow < 4 * quick + 0.05


def test_F7_the_return_target_is_not_in_the_browsers_hands(demo):
    browser = demo.browser()
    page = browser.get("/app/x")
    fields = {"username": "alice", "password": PASSWORD, "login-form-type": "pwd", "token": browser.token(page),
              "url": "//evil.example", "URL": "https://evil.example", "returnURL": "javascript:alert(1)"}
    assert browser.post_form("/pkmslogin.form", fields).header("Location") == "/app/x"


def test_B11_two_session_cookies_are_nobody(demo):
    browser = demo.browser()
    browser.login("alice")
    name, value = next(iter(browser.cookies.items()))
    response = browser.request("GET", "/app/", headers={"Cookie": f"{name}={value}; {name}=other"}, cookies=False)
    assert "/pkmslogin.form" in response.text
    wait_until(lambda: any(line.get("reason") == "two-session-cookies" for line in demo.audit()), "the audit line")


def test_F6_an_interrupted_post_reaches_the_back_end_once_after_the_login(demo, echo):
    body = b"field=" + b"0123456789abcdef" * 6400  # 100 KiB
    browser = demo.browser()
    form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": demo.url()}
    target = "/app/echo/count?key=parked"
    page = browser.request("POST", target, body, headers=form)
    assert "/pkmslogin.form" in page.text
    response = browser.send_login(page, "alice")
    assert response.header("Location") == target
    answer = browser.get(target)
    seen = answer.json()
    assert seen["count"] == 1
    assert seen["body_sha256"] == hashlib.sha256(body).hexdigest()
    again = browser.get("/app/echo/count?key=parked&peek=1").json()
    assert again["count"] == 1


def test_F6_a_post_planted_by_another_site_is_not_sent_after_the_login(demo):
    browser = demo.browser()
    headers = {"Content-Type": "text/plain", "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    target = "/app/echo/count?key=planted"
    page = browser.request("POST", target, b"evil", headers=headers)
    browser.send_login(page, "alice")
    browser.get(target)
    assert browser.get("/app/echo/count?key=planted&peek=1").json().get("body_sha256") != \
        hashlib.sha256(b"evil").hexdigest()


def test_F10_guessing_is_throttled_and_the_user_elsewhere_is_not_locked_out(make_instance, make_echo):
    instance = make_instance(extra="\n[login-limits]\nuser-address-max-failures = 3\n")
    instance.setup_demo(make_echo())
    browser = instance.browser()
    page = browser.get("/app/")
    statuses = [browser.send_login(page, "alice", "wrong").status for _ in range(5)]
    assert statuses[:3] == [200, 200, 200] and statuses[3:] == [429, 429]
    assert browser.send_login(page, "alice").status == 429
    forged = browser.send_login(page, "alice", headers={"X-Forwarded-For": "192.0.2.7"})
    assert forged.status == 429  # the header is not believed
    assert browser.send_login(page, "bob").status == 302


def test_basic_login(demo):
    import base64
    browser = demo.browser()
    good = base64.b64encode(f"alice:{PASSWORD}".encode()).decode()
    answer = browser.get("/app/", headers={"Authorization": f"Basic {good}"})
    assert headers_of(answer, "iv-")["iv-user"] == "alice"
    assert headers_of(answer, "authorization") == {}  # B12
    assert browser.get("/app/").json()["method"] == "GET"  # the session that it made
    bad = base64.b64encode(b"alice:wrong").decode()
    refused = demo.browser().get("/app/", headers={"Authorization": f"Basic {bad}"})
    assert refused.status == 401 and refused.header("WWW-Authenticate").startswith("Basic realm=")


def test_F13_broken_basic_credentials_are_a_clear_400(demo):
    for value in ("Basic !!!", "Basic bm9jb2xvbg==", "Basic YQA6Yg==", "Basic " + "A" * 8000):
        assert demo.browser().get("/app/", headers={"Authorization": value}).status == 400


def test_a_program_that_takes_no_pages_gets_401(demo):
    response = demo.browser().get("/app/", headers={"Accept": "application/json"})
    assert response.status == 401
    assert response.json()["status"] == 401


def test_what_a_page_fetches_on_the_side_does_not_replace_what_the_user_asked_for(demo):
    browser = demo.browser()
    page = browser.get("/app/wanted", headers={"Sec-Fetch-Mode": "navigate", "Accept": "text/html,*/*;q=0.8"})
    icon = browser.get("/app/favicon.ico", headers={"Sec-Fetch-Mode": "no-cors", "Accept": "image/*,*/*;q=0.8"})
    assert icon.status == 401 and icon.header("WWW-Authenticate") is None
    old_browser = browser.get("/app/icon.png", headers={"Accept": "image/*,*/*;q=0.8"})
    assert "/pkmslogin.form" in old_browser.text
    assert browser.send_login(page, "alice").header("Location") == "/app/wanted"


def test_F13_basic_is_not_tried_where_it_is_off(make_instance, make_echo):
    import base64
    instance = make_instance()
    instance.conf.write_text(instance.conf.read_text().replace("ba-auth = https", "ba-auth = none"))
    instance.setup_demo(make_echo())
    instance.admin("reload")
    good = base64.b64encode(f"alice:{PASSWORD}".encode()).decode()
    browser = instance.browser()
    assert "/pkmslogin.form" in browser.get("/app/", headers={"Authorization": f"Basic {good}"}).text
    assert "/pkmslogin.form" in browser.get("/app/").text
    refused = instance.browser().get("/app/", headers={"Authorization": f"Basic {good}", "Accept": "application/json"})
    assert refused.status == 401 and refused.header("WWW-Authenticate") is None


def test_F10_one_password_for_many_users_is_throttled_by_address(make_instance, make_echo):
    instance = make_instance(extra="\n[login-limits]\naddress-max-failures = 4\n")
    instance.setup_demo(make_echo())
    browser = instance.browser()
    page = browser.get("/app/")
    statuses = [browser.send_login(page, f"user{i}", "Summer2026").status for i in range(7)]
    assert statuses == [200] * 4 + [429] * 3


def test_F16_no_log_holds_what_gives_access(demo):
    browser, typist = demo.browser(), demo.browser()
    browser.login("alice")
    typist.send_login(typist.get("/app/"), "alice", "nearly-the-passw0rd")
    browser.get("/app/x")
    demo.admin("session", "list")
    secrets = [*browser.cookies.values(), "nearly-the-passw0rd"]
    wait_until(lambda: "/app/x" in (demo.dir / "request.log").read_text(), "the line of the request")
    for log in (demo.dir / "request.log", demo.dir / "audit.log", demo.process.log):
        text = log.read_text()
        assert not [secret for secret in secrets if secret in text], log


@pytest.mark.parametrize("style", ["combined", "json"])
def test_F16_credentials_in_urls_and_fields_are_not_logged(make_instance, make_echo, style):
    instance = make_instance(extra=f"\n[logging]\nrequest-log-style = {style}\nevent-level = debug\n")
    instance.setup_demo(make_echo())
    basic = base64.b64encode(b"alice:opensesame").decode()
    host = f"localhost:{instance.port}"
    fields = [("Referer", f"https://{host}/pkmslogin.form?password=opensesame"), ("Cookie", "a=opensesame; b=c"),
              ("Authorization", "Bearer opensesame"), ("Proxy-Authorization", "Basic opensesame")]
    targets = ["/pkmslogin.form?username=alice&password=opensesame", "/%70kmslogin.form?password=opensesame",
               "//x/../PKMSlogin.form?password=opensesame", "/%2570kmslogin.form?password=opensesame",
               "/pkmslogin.form%3Fpassword=opensesame", f"https://{host}/pkmslogout?password=opensesame",
               f"https://alice:opensesame@{host}/public/x", "/pkms\\login.form?password=opensesame"]
    for target in targets:
        for method in ("GET", "POST"):
            instance.ask(target, method, fields)
    assert instance.ask("/app/x", headers=[("Authorization", f"Basic {basic}"), *fields[:2]]).status == 401
    for broken in (b"Authorization : opensesame", b"Cookie opensesame", b"Cookie: \x01opensesame"):
        instance.raw(b"GET /public/x HTTP/1.1\r\nHost: localhost\r\n" + broken + b"\r\n\r\n")
    # What is not ours is logged as it is.
    instance.ask("/public/x?query=this", headers=[("Referer", "https://elsewhere.example/?query=that")])
    requests = instance.dir / "request.log"
    wait_until(lambda: "/public/x?query=this" in requests.read_text(), "the line of the last request")
    assert "https://elsewhere.example/?query=that" in requests.read_text()
    assert "/pkmslogin.form?[redacted]" in requests.read_text()
    for log in (requests, instance.dir / "audit.log", instance.process.log):
        text = log.read_text()
        assert "opensesame" not in text and basic not in text, log
