"""CRLs about certificates of clients: in files, from web servers, in directories (attack cases E7, D4)."""
import base64
import socket
import subprocess
import time

import pytest

from certificate_check import HERE, files, site, web
from client_pki import asn1_time, openssl
from sallyport import BUILD
from slapd import SERVICE_DN, SERVICE_PASSWORD, SUFFIX, Slapd

__all__ = ["site", "web"]  # fixtures


# CRLs in files (attack case E7).

def test_a_revoked_certificate_is_refused_and_its_neighbour_is_not(site):
    revoked = site.pki.leaf("revoked")
    for der in (False, True):
        settings = files(site.pki.root.crl(), site.pki.issuing.crl(site.dir / f"issuing{der}.crl", der=der))
        assert site.check(revoked, settings).reason == "revoked"
        assert site.check(site.pki.leaf("alice"), settings).reason == "accepted"


@pytest.mark.parametrize("key", ["rsa2048", "rsa4096"])
def test_authorities_with_rsa_keys_sign_lists_and_answers(site, key):
    issuer = site.authority("RSA CA", key=key)
    good, bad = issuer.issue("good", key="rsa2048"), issuer.issue("bad")
    issuer.revoke(bad)
    responder = issuer.responder(site.dir)
    try:
        for settings in (files(issuer.crl()), f"ocsp-url = {responder.url}\n"):
            assert site.check(good, settings, anchors=issuer.pem).reason == "accepted"
            assert site.check(bad, settings, anchors=issuer.pem).reason == "revoked"
    finally:
        responder.stop()


def test_several_lists_may_be_in_one_file(site):
    both = site.dir / "both.crl"
    both.write_text(site.pki.root.crl().read_text() + site.pki.issuing.crl().read_text())
    assert site.check(site.pki.leaf("alice"), files(both)).reason == "accepted"


def test_a_revoked_authority_takes_its_certificates_with_it(site):
    root = site.authority("Own Root CA")
    below = site.authority("Doomed CA", issuer=root)
    leaf = below.issue("doomed")
    root.revoke(below)
    verdict = site.check(leaf, files(root.crl(), below.crl()), anchors=root.pem)
    assert verdict.reason == "revoked"
    assert "CN=Doomed CA" in verdict.detail


def test_E7_a_missing_crl_refuses(site):
    verdict = site.check(site.pki.leaf("alice"), files(site.pki.issuing.crl()))
    assert verdict.reason == "undetermined"
    assert "CN=Client Issuing CA: no crl-file is from its issuer" in verdict.detail


def test_E7_an_expired_crl_refuses_but_what_it_names_is_revoked(site):
    old = site.pki.issuing.crl(site.dir / "old.crl", last=asn1_time(days=-9), end=asn1_time(days=-2))
    settings = files(site.pki.root.crl(), old)
    verdict = site.check(site.pki.leaf("alice"), settings)
    assert verdict.reason == "undetermined"
    assert "has expired" in verdict.detail and "has expired" in verdict.errors
    if site.pki.leaf("revoked"):
        old = site.pki.issuing.crl(old, last=asn1_time(days=-9), end=asn1_time(days=-2))
        assert site.check(site.pki.leaf("revoked"), settings).reason == "revoked"


def test_E7_a_crl_from_the_future_refuses(site):
    early = site.pki.issuing.crl(site.dir / "early.crl", last=asn1_time(days=1), end=asn1_time(days=9))
    assert site.check(site.pki.leaf("alice"), files(site.pki.root.crl(), early)).reason == "undetermined"


def test_E7_a_crl_of_another_authority_of_the_same_name_refuses(site):
    other = site.authority("Client Issuing CA")
    verdict = site.check(site.pki.leaf("alice"), files(site.pki.root.crl(), other.crl()))
    assert verdict.reason == "undetermined"
    assert "signature is not by the key" in verdict.detail


@pytest.mark.parametrize("extensions, why", [
    ("2.5.29.27=critical,ASN1:INTEGER:1\n", "a delta CRL"),
    ("issuingDistributionPoint=critical,@idp\n[idp]\nindirectCRL=TRUE\n", "an indirect CRL"),
    ("issuingDistributionPoint=critical,@idp\n[idp]\nonlysomereasons=keyCompromise\n", "some reasons only"),
    ("1.2.3.4.5=critical,ASN1:UTF8:odd\n", "the critical extension 1.2.3.4.5")])
def test_E7_lists_of_other_kinds_are_no_word_of_anybody(site, extensions, why):
    odd = site.pki.issuing.crl(site.dir / "odd.crl", extensions=extensions)
    verdict = site.check(site.pki.leaf("alice"), files(site.pki.root.crl(), odd))
    assert verdict.code == 2
    assert why in verdict.errors and str(odd) in verdict.errors


def test_E7_a_list_for_authorities_says_nothing_of_users(site):
    part = site.pki.issuing.crl(site.dir / "part.crl",
                                extensions="issuingDistributionPoint=critical,@idp\n[idp]\nonlyCA=TRUE\n")
    verdict = site.check(site.pki.leaf("alice"), files(site.pki.root.crl(), part))
    assert (verdict.reason, "for authorities only" in verdict.detail) == ("undetermined", True)


def test_E7_a_part_of_a_list_counts_for_its_certificates_only(site):
    issuer = site.authority("Parted CA", issuer=site.pki.root)
    plain = issuer.issue("plain")
    issuer.crl_url = "http://crl.example/part1.crl"
    named = issuer.issue("named")
    part = issuer.crl(extensions="issuingDistributionPoint=critical,@idp\n[idp]\n"
                                 "fullname=URI:http://crl.example/part1.crl\n")
    settings = files(site.pki.root.crl(), part) + "crl-cdp-enable = no\n"
    assert site.check(plain, settings).reason == "undetermined"
    assert site.check(named, settings).reason == "accepted"


def test_E7_a_weakly_signed_crl_refuses(site):
    weak = site.pki.issuing.crl(site.dir / "weak.crl", digest="sha1")
    verdict = site.check(site.pki.leaf("alice"), files(site.pki.root.crl(), weak))
    assert (verdict.reason, "SHA1" in verdict.detail) == ("undetermined", True)


def test_a_crl_file_that_cannot_be_read_is_an_error_with_its_name(site):
    for content in (None, "-----BEGIN X509 CRL-----\n!\n-----END X509 CRL-----\n", "no list at all"):
        path = site.dir / "broken.crl"
        if content is not None:
            path.write_text(content)
        verdict = site.check(site.pki.leaf("alice"), files(path))
        assert verdict.code == 2
        assert f"[certificate] crl-file: {path}" in verdict.errors


def test_E7_soft_modes_accept_what_is_undetermined_but_not_what_is_revoked(site):
    settings = files(site.pki.issuing.crl())
    for action in ("log", "ignore"):
        soft = settings + f"undetermined-revocation-cert-action = {action}\n"
        verdict = site.check(site.pki.leaf("alice"), soft)
        assert verdict.reason == "accepted"
        assert any("undetermined (" in line for line in verdict.lines)
        site.pki.leaf("revoked"), site.pki.issuing.crl()
        assert site.check(site.pki.leaf("revoked"), soft).reason == "revoked"


# CRLs from the network.

def named_by(site, url, name, **where):
    """A root that names nothing, below it an authority whose certificates name this CRL."""
    issuer = site.authority(name, issuer=site.pki.root, crl_url=url, **where)
    return issuer, files(site.pki.root.crl()) + HERE


def test_a_crl_is_fetched_from_where_the_certificate_says(site, web):
    issuer, _ = named_by(site, f"{web.url}/fetched.crl", "Fetched CA")
    good, bad = issuer.issue("good"), issuer.issue("bad")
    issuer.revoke(bad)
    issuer.crl(web.www / "fetched.crl", der=True)
    assert site.check(good, HERE).reason == "accepted"
    verdict = site.check(bad, HERE)
    assert (verdict.reason, verdict.detail) == ("revoked", f"CN=bad: CRL {web.url}/fetched.crl")
    assert web.asked().count("/fetched.crl") == 2


def test_the_next_place_is_tried_when_the_first_fails(site, web):
    issuer, _ = named_by(site, [f"{web.url}/gone.crl", f"{web.url}/second.crl"], "Second CA")
    leaf = issuer.issue("second")
    issuer.crl(web.www / "second.crl")
    assert site.check(leaf, HERE).reason == "accepted"


@pytest.mark.parametrize("path, why", [("/none.crl", "the server says 404"), ("/moved", "the server says 302"),
                                       ("/large.crl", "more than 10485760 bytes"), ("/text.crl", "no CRL")])
def test_E7_a_crl_that_cannot_be_had_refuses(site, web, path, why):
    issuer, _ = named_by(site, web.url + path, f"Failing{path[1:3]} CA")
    issuer.crl(web.www / "ca.crl")
    (web.www / "text.crl").write_text("hello")
    with (web.www / "large.crl").open("wb") as large:
        large.truncate(11 * 1024 * 1024)
    verdict = site.check(issuer.issue("failing"), HERE)
    assert (verdict.reason, why in verdict.detail) == ("undetermined", True), verdict.text


def test_E7_a_list_of_another_authority_at_that_place_refuses(site, web):
    issuer, _ = named_by(site, f"{web.url}/other.crl", "Swapped CA")
    site.authority("Swapped CA").crl(web.www / "other.crl")
    assert site.check(issuer.issue("swapped"), HERE).reason == "undetermined"


def test_D4_certificates_cannot_make_this_server_talk_to_itself(site, web):
    """Only configured sources may be there, unless the administrator says otherwise."""
    before = len(web.asked())
    for host in ("127.0.0.1", "localhost", "[::1]", "0.0.0.0"):
        issuer, _ = named_by(site, web.url.replace("127.0.0.1", host) + "/inside.crl", "Inside CA")
        verdict = site.check(issuer.issue("inside"))
        assert (verdict.reason, "revocation-forbidden-network" in verdict.detail) == ("undetermined", True), verdict.text
    assert len(web.asked()) == before


def test_E7_other_kinds_of_urls_are_not_fetched(site):
    for url in ("https://crl.example/x.crl", "file:///etc/passwd", "ftp://crl.example/x.crl", "ldaps://crl.example/cn=x"):
        issuer, _ = named_by(site, url, "Odd CA")
        assert site.check(issuer.issue("odd"), HERE).reason == "undetermined", url


def test_a_certificate_of_nobody_trusted_makes_nobody_fetch(site, web):
    stranger = site.authority("Stranger CA", crl_url=f"{web.url}/stranger.crl")
    assert site.check(stranger.issue("stranger"), HERE).reason == "unknown-issuer"
    assert "/stranger.crl" not in web.asked()


def test_E7_a_server_that_never_answers_costs_the_time_limit_only(site):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        issuer, _ = named_by(site, f"http://127.0.0.1:{silent.getsockname()[1]}/silent.crl", "Silent CA")
        leaf = issuer.issue("silent")
        begin = time.monotonic()
        verdict = site.check(leaf, HERE + "revocation-fetch-timeout = 1s\n")
        assert time.monotonic() - begin < 10
        assert (verdict.reason, "time" in verdict.detail) == ("undetermined", True), verdict.text


# Directories.

ENTRY = """\
dn: cn=Directory CA,{suffix}
objectClass: applicationProcess
objectClass: pkiCA
cn: Directory CA
cACertificate;binary:: {ca}
{crl}
"""


@pytest.fixture(scope="module")
def directory(site, ca, tmp_path_factory):
    """An authority, and a slapd with its entry, in which its CRL is: `publish()` starts it."""
    issuer = site.authority("Directory CA", subject="/DC=com/DC=example/CN=Directory CA")
    issuer.good, issuer.bad = issuer.issue("good"), issuer.issue("bad")
    issuer.revoke(issuer.bad)
    crl = base64.b64encode(issuer.crl(der=True).read_bytes()).decode()
    der = base64.b64encode(openssl("x509", "-in", issuer.pem, "-outform", "DER")).decode()
    entry = ENTRY.format(suffix=SUFFIX, ca=der, crl=f"certificateRevocationList;binary:: {crl}\n")
    slapd = Slapd(tmp_path_factory.mktemp("slapd"), ca, entry)
    slapd.conf.write_text(slapd.conf.read_text().replace("access to *", "access to filter=(objectClass=pkiCA) by * read\naccess to *"))
    slapd.start()
    yield issuer, slapd
    slapd.stop()


def test_the_directory_of_the_settings_has_crls_in_its_authorities_entries(site, directory):
    issuer, slapd = directory
    settings = f"crl-ldap-server = {slapd.ldap}\n"
    verdict = site.check(issuer.good, settings, anchors=issuer.pem)
    assert verdict.reason == "accepted"
    assert any(line.startswith(f"revocation: CN=good: good (CRL {slapd.ldap}/CN%3DDirectory%20CA") for line in verdict.lines)
    assert site.check(issuer.bad, settings, anchors=issuer.pem).reason == "revoked"


def test_the_directory_is_asked_over_tls_and_with_a_name(site, directory):
    issuer, slapd = directory
    password = site.dir / "crl.password"
    password.write_text(SERVICE_PASSWORD + "\n")
    password.chmod(0o600)
    settings = (f"crl-ldap-server = {slapd.ldaps}\ncrl-ldap-user = {SERVICE_DN}\n"
                f"crl-ldap-user-password-file = {password}\n[ldap]\nca-file = {slapd.ca_file}\n")
    assert site.check(issuer.good, settings, anchors=issuer.pem).reason == "accepted"
    assert f'BIND dn="{SERVICE_DN}"' in slapd.log()
    password.write_text("wrong\n")
    verdict = site.check(issuer.good, settings, anchors=issuer.pem)
    assert (verdict.reason, "crl-ldap-user" in verdict.detail) == ("undetermined", True)


def test_a_certificate_may_name_a_directory(site, directory):
    issuer, slapd = directory
    name = "cn=Directory%20CA,dc=example,dc=com"
    issuer.crl_url = f"{slapd.ldap}/{name}?certificateRevocationList;binary?base?objectClass=cRLDistributionPoint"
    leaf = issuer.issue("pointing")
    assert site.check(leaf, HERE, anchors=issuer.pem).reason == "accepted"
    # Not where certificates must not lead to.
    assert "revocation-forbidden-network" in site.check(leaf, anchors=issuer.pem).detail


def test_E7_a_directory_without_the_crl_or_without_an_answer_refuses(site, directory):
    issuer, slapd = directory
    other = site.authority("Absent CA", subject="/DC=com/DC=example/CN=Absent CA")
    leaf = other.issue("absent")
    for url in (slapd.ldap, "ldap://127.0.0.1:1"):
        assert site.check(leaf, f"crl-ldap-server = {url}\n", anchors=other.pem).reason == "undetermined"


# The daemon.

def test_the_daemon_says_what_is_wrong_with_a_crl_file(site, make_instance):
    pki = site.pki
    root, issuing = (authority.crl(site.dir / f"daemon-{authority.name}.crl") for authority in (pki.root, pki.issuing))
    extra = f"\n[certificate]\nclient-ca-file = {pki.root.pem}\n{files(root, issuing)}"
    instance = make_instance(extra=extra)
    said = instance.check()
    assert f"warning: crl-file: {issuing}: this CRL is from none of the authorities" in said
    assert str(root) not in said
    assert f"crl-file: {issuing}" in instance.run_admin("reload").stderr
    root.write_text("nothing")
    refused = instance.run_admin("reload")
    assert refused.returncode == 1
    assert f"[certificate] crl-file: {root}: no CRL" in refused.stderr
    pki.root.crl(root)
    assert instance.run_admin("reload").returncode == 0


def test_the_command_says_when_it_cannot_check(site):
    def run(*args):
        result = subprocess.run([BUILD / "sallyport", "certificate", "check", *args], capture_output=True, text=True)
        return result.returncode, result.stderr

    alice = site.pki.leaf("alice").chain
    assert run()[0] == 2 and "usage" in run()[1]
    assert run("-c", site.dir / "none.conf", alice)[0] == 2
    code, said = run("-c", site.instance.conf, alice)
    assert (code, "client-ca-file is not set" in said) == (2, True)
    site.check(alice)
    code, said = run("-c", site.dir / f"check{site.count}.conf", site.instance.conf)
    assert (code, "no certificate in PEM" in said) == (2, True)
