"""What changes in a directory counts for users who are logged in (attack F12): [ldap] user-recheck-interval."""
import contextlib
import re
import signal
import time

import pytest

from sallyport import wait_until
from slapd import PASSWORD, PEOPLE, SUFFIX, group, person

POLICY = "overlay ppolicy\n"
STAFF = "cn=staff,ou=groups"


@pytest.fixture
def slapd(make_slapd):
    return make_slapd(PEOPLE + group("staff", "member", "alice", "bob") + group("guests", "member", "Carol"),
                      head="moduleload ppolicy", database=POLICY)


@pytest.fixture
def instance(slapd, make_ldap_instance):
    return make_ldap_instance(slapd.ldaps, user_recheck_interval=1)


def logged_in(instance, user="alice"):
    browser = instance.browser()
    browser.login(user, PASSWORD)
    assert browser.get("/app/").json()["method"] == "GET"
    return browser


def is_login(response):
    return response.status == 200 and "/pkmslogin.form" in response.text


def groups(browser):
    return sorted(v for n, v in browser.get("/app/").json()["headers"] if n.lower() == "iv-groups")


def reasons(instance):
    return [(line["action"], line["reason"], line["user"]) for line in instance.audit() if line["event"] == "session"]


def searches(slapd, user):
    return slapd.log().count(f"(uid={user})")


def member(user):
    return f"member: uid={user},ou=people,{SUFFIX}"


def test_F12_who_leaves_a_group_loses_what_it_may_do_without_a_new_login(slapd, instance):
    alice, bob = logged_in(instance), logged_in(instance, "bob")
    other = logged_in(instance)
    cookies = dict(alice.cookies)
    assert alice.get("/app/staff").status == 200
    slapd.modify(STAFF, "delete: member", member("alice"))
    begin = time.monotonic()
    wait_until(lambda: alice.get("/app/staff").status == 403, "the policy sees that the group is gone", 6)
    assert time.monotonic() - begin < 4
    assert groups(alice) == [] and groups(bob) == ['"staff"']
    assert other.get("/app/staff").status == 403  # all of her sessions
    assert alice.cookies == cookies
    assert bob.get("/app/staff").status == 200
    slapd.modify(STAFF, "add: member", member("alice"))
    wait_until(lambda: alice.get("/app/staff").status == 200, "and that it is there again", 6)
    assert alice.cookies == cookies
    assert ("refresh", "user-changed", "alice") in reasons(instance)
    assert not [r for r in reasons(instance) if r[0] == "terminate"]


@pytest.mark.parametrize("reason, change", [
    ("user-gone", lambda s: s.delete("uid=alice,ou=people")),
    ("account-not-valid", lambda s: s.modify("uid=alice,ou=people", "replace: secAcctValid", "secAcctValid: FALSE")),
    ("account-not-valid", lambda s: s.modify("uid=alice,ou=people", "replace: pwdAccountLockedTime",
                                             "pwdAccountLockedTime: 000001010000Z")),
    ("password-changed", lambda s: s.modify("uid=alice,ou=people", "replace: userPassword", "userPassword: another")),
    ("password-changed", lambda s: (s.delete("uid=alice,ou=people"), s.add(person("alice")))),
    ("account-not-valid", lambda s: s.add(person("alice", rdn="cn=second alice"))),
], ids=["deleted", "switched off", "locked", "other password", "other entry", "not unique"])
def test_F12_the_session_of_a_user_who_is_gone_or_locked_or_another_one_ends(slapd, instance, reason, change):
    alice, bob = logged_in(instance), logged_in(instance, "bob")
    change(slapd)
    wait_until(lambda: is_login(alice.get("/app/")), "the session is over", 6)
    assert bob.get("/app/").json()["method"] == "GET"
    wait_until(lambda: ("terminate", reason, "alice") in reasons(instance), "it is in the audit log")
    assert "bob" not in [user for _, _, user in reasons(instance)]


def test_F12_a_lock_after_wrong_passwords_ends_no_session(slapd, instance):
    alice = logged_in(instance)
    before = searches(slapd, "alice")
    slapd.modify("uid=alice,ou=people", "replace: pwdAccountLockedTime", "pwdAccountLockedTime: 20200101000000Z")
    wait_until(lambda: alice.get("/app/").status == 200 and searches(slapd, "alice") > before + 2, "she was looked at", 8)
    assert alice.get("/app/").json()["method"] == "GET"


def test_G4_while_the_directory_is_down_sessions_go_on(slapd, instance):
    alice = logged_in(instance)
    slapd.stop()

    def log():
        return instance.process.text()

    def is_suspended():
        assert alice.get("/app/staff").status == 200
        return "user-recheck-suspended" in log()

    wait_until(is_suspended, "it is in the log", 10)
    end = time.monotonic() + 3
    while time.monotonic() < end:
        assert alice.get("/app/staff").status == 200
    assert log().count("user-recheck-suspended") == 1
    slapd.start()
    slapd.modify(STAFF, "delete: member", member("alice"))
    wait_until(lambda: alice.get("/app/staff").status == 403, "what changed counts", 15)
    assert log().count("user-recheck-resumed") == 1 and log().count("user-recheck-suspended") == 1


def test_F12_only_those_who_are_at_work_are_looked_at(slapd, instance):
    idle, busy = logged_in(instance, "bob"), logged_in(instance)
    began, before = searches(slapd, "alice"), searches(slapd, "bob")
    wait_until(lambda: busy.get("/app/").status == 200 and searches(slapd, "alice") >= began + 4, "some rounds", 15)
    assert searches(slapd, "bob") <= before + 1
    slapd.delete("uid=bob,ou=people")
    wait_until(lambda: is_login(idle.get("/app/")), "who comes back is looked at", 6)


def test_F12_the_interval_counts_after_a_reload_and_0_is_off(slapd, instance):
    alice = logged_in(instance)
    instance.replace("user-recheck-interval = 1", "user-recheck-interval = 0")
    assert instance.admin("reload") == "reloaded\n"
    slapd.delete("uid=alice,ou=people")
    before = searches(slapd, "alice")
    end = time.monotonic() + 2.5
    while time.monotonic() < end:
        assert alice.get("/app/staff").status == 200
    assert searches(slapd, "alice") == before
    instance.replace("user-recheck-interval = 0", "user-recheck-interval = 1")
    instance.admin("reload")
    wait_until(lambda: is_login(alice.get("/app/")), "it is on again", 6)


def test_D7_a_directory_that_hangs_holds_up_nobody_who_is_logged_in(slapd, instance):
    users = [logged_in(instance, user) for user in ("alice", "bob", "Carol", "valid", "erin")]
    slapd.process.popen.send_signal(signal.SIGSTOP)
    try:
        slowest = 0
        end = time.monotonic() + 4
        with contextlib.closing(instance.connect()) as link:
            while time.monotonic() < end:
                for browser in users:
                    begin = time.monotonic()
                    assert browser.get("/app/", connection=link).json()["method"] == "GET"
                    slowest = max(slowest, time.monotonic() - begin)
        assert slowest < 0.5
    finally:
        slapd.process.popen.send_signal(signal.SIGCONT)
    assert not [r for r in reasons(instance) if r[0] == "terminate"]


def test_session_terminate_counts_at_once(slapd, instance):
    alice = logged_in(instance)
    assert re.search("1 session", instance.admin("session", "terminate", "all_sessions", "alice"))
    assert is_login(alice.get("/app/"))
