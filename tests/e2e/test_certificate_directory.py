"""Logins by certificate when users are in a directory: what it says of them counts, then and later."""
import pytest

from certificate_site import CertificateSite, Curl, reached
from sallyport import TOP
from slapd import PEOPLE, LdapInstance, group


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
        site.start(LSAN_OPTIONS=f"suppressions={TOP}/tests/e2e/lsan_ldap.supp:print_suppressions=0")
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
