"""Logins by certificate when users are in a directory: what it says of them counts, then and later."""
import re

import pytest

from certificate_site import CertificateSite, Curl, reached
from sallyport import wait_until
from slapd import LEAKS_OF_LIBLDAP, PEOPLE, SUFFIX, LdapInstance, group, odd_group

STAFF = "cn=staff,ou=groups"


class DirectorySite(CertificateSite):
    def __init__(self, directory, slapd, accepts="prompt_as_needed"):
        super().__init__(directory, extra=LdapInstance.stanza(directory, [slapd.ldaps], slapd.ca_file,
                                                              {"user_recheck_interval": 1}))
        text = self.conf.read_text().replace("type = ldif", "type = ldap")
        self.conf.write_text(text.replace("prompt_as_needed", accepts))


@pytest.fixture
def slapd(make_slapd):
    return make_slapd(PEOPLE + group("staff", "member", "alice", "bob"))


@pytest.fixture
def make_site(tmp_path, slapd, echo):
    made = []

    def make(**kwargs):
        site = DirectorySite(tmp_path / f"site{len(made)}", slapd, **kwargs)
        site.start(**LEAKS_OF_LIBLDAP)
        made.append(site)
        site.setup_demo(echo)
        return site

    yield make
    for site in made:
        site.stop()


def log_in(site, user):
    """A client with the user's certificate, and what it is shown after it has logged in."""
    client = Curl(site, user, site.leaf(user))
    return client, client.log_in_by_certificate(client.ask("/app/x"))


def test_a_user_whose_entry_cannot_be_read_is_refused_and_nobody_waits_for_the_registry(make_site):
    site = make_site()
    client, page = log_in(site, "nameless")
    assert client.status == 403 and "does not belong to an account" in page
    line = site.wait_for_login(outcome="failure", reason="user-not-readable")
    assert "several values of uid" in line["detail"]
    assert "registry-unavailable" not in site.process.text()
    assert reached(log_in(site, "alice")[1])["target"] == "/x"


def of_alice(change):
    return lambda slapd: slapd.modify("uid=alice,ou=people", *change)


def shows_login(client):
    return "login-form-type" in client.ask("/app/x") and client.status == 200


def sessions_ended(site):
    return [(line["reason"], line["user"]) for line in site.audit()
            if line["event"] == "session" and line["action"] == "terminate"]


@pytest.mark.parametrize("ends_by, refused_by, change", [
    ("user-gone", "unknown-user", lambda slapd: slapd.delete("uid=alice,ou=people")),
    ("account-not-valid", "account-invalid", of_alice(["replace: secAcctValid", "secAcctValid: FALSE"])),
    ("user-not-readable", "user-not-readable", lambda slapd: slapd.add(odd_group("alice"))),
], ids=["deleted", "switched off", "not readable"])
def test_F12_the_session_of_who_is_gone_or_switched_off_ends_and_his_certificate_gives_no_other(
        slapd, make_site, ends_by, refused_by, change):
    site = make_site()
    alice, page = log_in(site, "alice")
    assert reached(page)["target"] == "/x"
    bob, _ = log_in(site, "bob")
    change(slapd)
    wait_until(lambda: shows_login(alice), "the session is over", 8)
    wait_until(lambda: sessions_ended(site) == [(ends_by, "alice")], "it is in the audit log")
    assert reached(bob.ask("/app/x"))["target"] == "/x"
    page = alice.log_in_by_certificate(alice.ask("/app/x"))
    assert alice.status == 403 and "does not belong to an account" in page
    site.wait_for_login(outcome="failure", reason=refused_by)


def test_F12_a_group_that_is_left_counts_in_the_session_of_a_certificate(slapd, make_site):
    site = make_site()
    alice, _ = log_in(site, "alice")
    alice.ask("/app/staff")
    assert alice.status == 200
    slapd.modify(STAFF, "delete: member", f"member: uid=alice,ou=people,{SUFFIX}")

    def is_refused():
        alice.ask("/app/staff")
        return alice.status == 403

    wait_until(is_refused, "the group is gone", 8)
    assert "iv-groups" not in alice.ask("/app/x") and not sessions_ended(site)
    handle = re.search(r"Session ID: (\S+)", site.admin("session", "list"))[1]
    assert "Authentication method: certificate" in site.admin("session", "show", handle)


def test_F12_the_handshake_of_who_is_switched_off_gives_him_no_session_any_more(slapd, make_site):
    site = make_site(accepts="optional")
    alice = Curl(site, "alice", site.leaf("alice"))
    assert reached(alice.ask("/app/x"))["target"] == "/x"
    of_alice(["replace: secAcctValid", "secAcctValid: FALSE"])(slapd)
    wait_until(lambda: shows_login(alice), "the session is over", 8)
    wait_until(lambda: sessions_ended(site) == [("account-not-valid", "alice")], "it is in the audit log")
    site.wait_for_login(outcome="failure", reason="account-invalid")
    assert '"iv-user", "Unauthenticated"' in alice.ask("/public/x")
