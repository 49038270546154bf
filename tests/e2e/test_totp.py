"""One-time passwords of apps: administrators and users make secrets, and codes raise the level of a session."""
import base64
import re
import signal
import subprocess
import time

import pytest

from sallyport import Instance
from slapd import PASSWORD, SUFFIX, LdapInstance, Slapd, group, person

LEVELS = """
[authentication-levels]
level = unauthenticated
level = password
level = totp

[totp]
totp-auth = https
enrolment-page = yes
issuer = Example Corp
"""
DEMO_PASSWORD = "sallyport-demo"
SECRET = base64.b32encode(b"0123456789abcdefghij").decode()
SCHEMA = """attributetype ( 1.3.6.1.4.1.4203.666.1.91 NAME 'secTotpSecret' EQUALITY caseExactMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
"""


def code_of(secret, at="now"):
    """As the app makes it."""
    return subprocess.run(["oathtool", "--totp", "-b", "-N", at, secret], check=True, capture_output=True,
                          text=True).stdout.strip()


def next_code(secret, used=()):
    """A code that the server takes and that is none of those: of this half minute, or of the next one."""
    for at in ("now", "now + 30 seconds"):
        code = code_of(secret, at)
        if code not in used:
            return code
    time.sleep(30 - time.time() % 30)
    return code_of(secret, "now + 30 seconds")


def prepare(instance, back_end):
    """/app needs a user, /vault the level of one-time passwords."""
    instance.setup_demo(back_end)
    instance.admin("junction", "create", "-t", "tcp", "-h", "127.0.0.1", "-p", back_end.port, "-c", "iv_user", "/vault")
    instance.admin("pop", "create", "strong")
    instance.admin("pop", "modify", "strong", "set", "ipauth", "anyothernw", "2")
    instance.admin("pop", "attach", "/WebSEAL/localhost-default/vault", "strong")
    return instance


@pytest.fixture
def site(make_instance, echo):
    return prepare(make_instance(extra=LEVELS), echo)


def enrol(instance, user):
    """By the administrator; the secret."""
    out = instance.admin("user", "totp", "enrol", user)
    return re.search(r"[?&]secret=([A-Z2-7]+)", out)[1]


def give_code(browser, page, code, **more):
    return browser.post_form("/pkmslogin.form", {"login-form-type": "totp", "code": code, "token": browser.token(page),
                                                 **more})


def logged_in(instance, user="alice", password=DEMO_PASSWORD):
    browser = instance.browser()
    browser.login(user, password)
    assert browser.get("/app/").status == 200
    return browser


def step_up(browser, secret, used=()):
    page = browser.get("/vault/")
    assert page.status == 200 and 'name="code"' in page.text, page
    return give_code(browser, page, next_code(secret, used))


def test_an_administrator_enrols_a_user_and_nothing_tells_the_secret(site):
    assert site.admin("user", "totp", "show", "alice") == "not enrolled\n"
    out = site.admin("user", "totp", "enrol", "ALICE")
    assert out.startswith("otpauth://totp/Example%20Corp:alice?secret=")
    assert "&issuer=Example%20Corp&algorithm=SHA1&digits=6&period=30\n" in out
    assert "\u2588" in out
    secret = re.search(r"secret=([A-Z2-7]+)", out)[1]
    assert len(base64.b32decode(secret)) == 20
    assert site.admin("user", "totp", "show", "alice") == "enrolled\n"
    assert secret not in site.admin("user", "show", "alice")
    answer = step_up(logged_in(site), secret)
    assert answer.status == 302
    for file in (*site.dir.glob("*.log"), site.dir / "daemon.out"):
        assert secret not in file.read_text(), file
    assert site.admin("user", "totp", "enrol", "alice") != out
    site.admin("user", "totp", "remove", "alice")
    assert site.admin("user", "totp", "show", "alice") == "not enrolled\n"
    assert site.run_admin("user", "totp", "remove", "alice").returncode == 1
    assert site.run_admin("user", "totp", "enrol", "nobody").returncode == 1


def test_three_levels(site):
    secret = enrol(site, "alice")
    browser = site.browser()
    page = browser.get("/vault/x?y=1")
    # 0 -> 1: nobody who has not logged in is asked for a code.
    assert 'name="password"' in page.text and 'name="code"' not in page.text
    answer = browser.send_login(page, "alice", DEMO_PASSWORD)
    assert answer.status == 302
    # 1 -> 2
    page = browser.get("/vault/x?y=1")
    assert 'name="code"' in page.text
    before = dict(browser.cookies)
    answer = give_code(browser, page, next_code(secret))
    assert answer.status == 302 and answer.header("Location") == "/vault/x?y=1"
    assert dict(browser.cookies) != before
    answer = browser.get("/vault/x?y=1")
    assert answer.status == 200 and ["iv-user", "alice"] in [[n.lower(), v] for n, v in answer.json()["headers"]]
    line = site.wait_for_audit(event="authn", action="step-up", outcome="success")
    assert line["user"] == "alice" and line["reason"] == "totp"


def test_a_code_is_used_once_by_all_sessions_and_after_a_reload(site):
    secret = enrol(site, "alice")
    code = next_code(secret)
    browser = logged_in(site)
    assert give_code(browser, browser.get("/vault/"), code).status == 302
    site.admin("reload")
    browser = logged_in(site)
    answer = give_code(browser, browser.get("/vault/"), code)
    assert answer.status == 200 and "was used before" in answer.text
    assert site.wait_for_audit(action="totp", outcome="failure")["detail"] == "a code that was used before"
    assert give_code(browser, answer, next_code(secret, {code})).status == 302


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_a_code_that_was_used_is_used_after_a_restart_too(site, end):
    secret = enrol(site, "alice")
    code = code_of(secret)
    browser = logged_in(site)
    assert give_code(browser, browser.get("/vault/"), code).status == 302
    site.process.stop(end)
    site.start()
    browser = logged_in(site)
    answer = give_code(browser, browser.get("/vault/"), code)
    assert answer.status == 200 and "was used before" in answer.text
    assert site.wait_for_audit(action="totp", outcome="failure")["detail"] == "a code that was used before"
    noted = (site.dir / "totp-used-codes").read_text()
    assert "alice" in noted and code not in noted and secret not in noted
    assert give_code(browser, answer, next_code(secret, {code})).status == 302


def test_while_no_code_can_be_noted_none_is_taken(site):
    secret = enrol(site, "alice")
    (site.dir / "totp-used-codes").mkdir()
    browser = logged_in(site)
    used = {next_code(secret)}
    assert give_code(browser, browser.get("/vault/"), *used).status == 503
    assert "totp-used-codes" in site.wait_for_audit(action="totp", reason="used-code-not-noted")["detail"]
    bob = logged_in(site, "bob")
    page = bob.get("/pkmstotp")
    assert confirm(bob, page, next_code(shown_secret(page))).status == 503
    assert site.admin("user", "totp", "show", "bob") == "not enrolled\n"
    (site.dir / "totp-used-codes").rmdir()
    assert give_code(browser, browser.get("/vault/"), next_code(secret, used)).status == 302


def test_wrong_codes_are_counted_with_wrong_passwords(make_instance, echo):
    site = prepare(make_instance(extra=LEVELS + "[login-limits]\nuser-address-max-failures = 3\n"), echo)
    secret = enrol(site, "alice")
    browser = logged_in(site)
    page = browser.get("/vault/")
    for wrong in ("", "abc", "12345", "1234567"):
        page = give_code(browser, page, wrong)
        assert page.status == 200
    good = next_code(secret)
    attempts = 0
    while page.status == 200 and attempts < 10:
        page = give_code(browser, page, f"{(int(good) + 1 + attempts) % 1000000:06}")
        attempts += 1
    assert page.status == 429 and attempts <= 4
    assert give_code(browser, page, good).status == 429
    # The session goes on as it was.
    assert browser.get("/app/").status == 200


def test_who_is_not_logged_in_or_not_enrolled_gets_nowhere_by_a_code(site):
    secret = enrol(site, "alice")
    browser = site.browser()
    answer = give_code(browser, browser.get("/app/"), next_code(secret), username="alice")
    assert answer.status == 200 and 'name="password"' in answer.text
    bob = logged_in(site, "bob")
    answer = give_code(bob, bob.get("/vault/"), next_code(secret), username="alice")
    assert answer.status == 200 and "no app for this account" in answer.text
    assert 'name="code"' in bob.get("/vault/").text


def test_F1_a_form_for_codes_needs_its_token(site):
    secret = enrol(site, "alice")
    browser = logged_in(site)
    browser.get("/vault/")
    answer = browser.post_form("/pkmslogin.form", {"login-form-type": "totp", "code": next_code(secret), "token": "x"})
    assert answer.status == 200 and "too old" in answer.text
    assert 'name="code"' in browser.get("/vault/").text


def shown_secret(page):
    assert page.status == 200, page
    return re.search(r'id="secret">([A-Z2-7 ]+)<', page.text)[1].replace(" ", "")


def confirm(browser, page, code):
    return browser.post_form("/pkmstotp", {"code": code, "token": browser.token(page)})


def test_F15_a_user_enrols_himself_once_and_changes_it_at_the_level_that_it_gives(site):
    assert 'name="password"' in site.browser().get("/pkmstotp").text
    browser = logged_in(site)
    page = browser.get("/pkmstotp")
    secret = shown_secret(page)
    assert shown_secret(browser.get("/pkmstotp")) == secret
    assert shown_secret(logged_in(site).get("/pkmstotp")) != secret
    assert "M4 4h7v1h-7z" in page.text
    assert site.admin("user", "totp", "show", "alice") == "not enrolled\n"
    page = confirm(browser, page, "000000")
    assert "is not right" in page.text and shown_secret(page) == secret
    other = logged_in(site)
    others_page = other.get("/pkmstotp")
    others = shown_secret(others_page)
    used = {next_code(secret)}
    assert "are set up" in confirm(browser, page, *used).text
    assert site.admin("user", "totp", "show", "alice") == "enrolled\n"
    # Who began before, at the level of a password, comes too late.
    answer = confirm(other, others_page, next_code(others))
    assert "are set up" not in answer.text
    # The session is the same, at its level; the code of the confirmation is used up.
    page = browser.get("/pkmstotp")
    assert 'id="secret"' not in page.text and 'name="code"' in page.text
    page = give_code(browser, page, *used)
    assert "was used before" in page.text
    code = next_code(secret, used)
    answer = give_code(browser, page, code)
    assert answer.status == 302 and answer.header("Location") == "/pkmstotp"
    page = browser.get("/pkmstotp")
    new = shown_secret(page)
    assert new != secret
    assert "are set up" in confirm(browser, page, code_of(new)).text
    assert new in (site.dir / "registry.ldif").read_text() and secret not in (site.dir / "registry.ldif").read_text()
    for line in site.audit():
        assert new not in str(line) and secret not in str(line)


def test_the_page_is_off_unless_it_is_asked_for(make_instance, echo):
    site = prepare(make_instance(extra=LEVELS.replace("enrolment-page = yes\n", "")), echo)
    assert logged_in(site).get("/pkmstotp").status == 404


@pytest.fixture(scope="module")
def slapd(tmp_path_factory, ca):
    people = person("alice", extra=f"secTotpSecret: {SECRET}\n") + person("bob")
    access = f'access to attrs=secTotpSecret by dn.exact="cn=sallyport,{SUFFIX}" write by * none\n'
    directory = tmp_path_factory.mktemp("directory") / "slapd"
    server = Slapd(directory, ca, "")
    conf = server.conf.read_text().replace("objectclass ( ", SCHEMA + "objectclass ( ", 1)
    conf = conf.replace("MAY secAcctValid", "MAY ( secAcctValid $ secTotpSecret )")
    # A rule that comes first counts.
    server.conf.write_text(conf.replace("access to attrs=userPassword", access + "access to attrs=userPassword"))
    server.add_offline(people + group("staff", "member", "alice"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def directory_site(tmp_path, slapd, echo):
    made = []

    def make(extra=""):
        site = LdapInstance(tmp_path / f"site{len(made)}", [slapd.ldaps], slapd.ca_file, LEVELS + extra,
                            user_recheck_interval=0).start()
        made.append(site)
        return prepare(site, echo)

    yield make
    for site in made:
        site.stop()


def test_secrets_in_a_directory_are_read_and_not_written_unless_that_is_allowed(directory_site, slapd):
    site = directory_site()
    answer = step_up(logged_in(site, password=PASSWORD), SECRET)
    assert answer.status == 302
    bob = logged_in(site, "bob", PASSWORD)
    page = bob.get("/pkmstotp")
    assert confirm(bob, page, next_code(shown_secret(page))).status == 503
    assert "ldap-write is no" in site.wait_for_audit(action="totp-enrolment", outcome="failure")["detail"]
    site = directory_site("ldap-write = yes\n")
    bob = logged_in(site, "bob", PASSWORD)
    page = bob.get("/pkmstotp")
    secret = shown_secret(page)
    used = {next_code(secret)}
    assert "are set up" in confirm(bob, page, *used).text
    assert step_up(bob, secret, used).status == 302
    page = bob.get("/pkmstotp")
    new = shown_secret(page)
    assert "are set up" in confirm(bob, page, next_code(new)).text
    assert step_up(logged_in(site, "bob", PASSWORD), secret).status == 200
