"""Chains of certificates that clients show: what is refused, with which reason (attack cases E6, D4), and what is told of
who is accepted (E8)."""
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from certificate_check import hours, load, load_key, site
from client_pki import AUTHORITY, CLIENT, asn1_time, openssl

__all__ = ["site"]  # a fixture


def test_a_good_chain_is_accepted(site):
    verdict = site.check(site.pki.leaf("alice", subject="/CN=alice"))
    assert verdict.reason == "accepted"
    assert "path: CN=alice <- CN=Client Issuing CA <- CN=Client Root CA" in verdict.lines
    assert any("nothing to check" in line for line in verdict.lines)


@pytest.mark.parametrize("kind, reason", [
    ("expired", "expired"), ("not-yet-valid", "not-yet-valid"), ("wrong-purpose", "wrong-purpose"),
    ("is-authority", "is-authority"), ("sha1", "weak-signature"), ("rsa1024", "weak-key"),
    ("unknown-extension", "unknown-extension"), ("untrusted", "unknown-issuer")])
def test_E6_each_is_refused_with_its_own_reason(site, kind, reason):
    verdict = site.check(site.pki.leaf(kind))
    assert verdict.reason == reason
    assert "CN=alice" in verdict.detail


def test_E6_a_name_that_the_authority_may_not_certify(site):
    limited = site.authority("Limited CA", issuer=site.pki.root,
                             extensions="nameConstraints=critical,permitted;email:example.com\n")
    assert site.check(limited.issue("inside", san="email:a@example.com")).reason == "accepted"
    assert site.check(limited.issue("outside", san="email:a@example.org")).reason == "name-constraint"


def test_E6_an_authority_below_one_that_allows_none(site):
    last = site.authority("Last CA", issuer=site.pki.root, path=",pathlen:0")
    assert site.check(last.issue("direct")).reason == "accepted"
    verdict = site.check(site.authority("Below CA", issuer=last).issue("below"))
    assert verdict.reason == "path-length"
    assert "CN=Last CA" in verdict.detail


def test_E6_an_expired_authority_in_between(site):
    old = site.authority("Old CA", issuer=site.pki.root)
    leaf = old.issue("of-old")
    openssl("ca", "-batch", "-config", site.pki.root.conf, "-in", site.pki.root.dir / "ca-old-ca.csr", "-out", old.pem,
            "-extfile", site.pki.root.dir / "ca-old-ca.ext", "-notext", "-startdate", asn1_time(days=-9), "-enddate",
            asn1_time(days=-1))
    path = site.dir / "of-old.pem"
    path.write_text(leaf.pem.read_text() + old.pem.read_text())
    verdict = site.check(path)
    assert verdict.reason == "expired"
    assert "CN=Old CA" in verdict.detail


def test_E6_a_client_that_is_no_authority_certifies_nobody(site):
    alice = site.pki.leaf("alice")
    key, request, made = (site.dir / f"forged.{kind}" for kind in ("key", "csr", "pem"))
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", request,
            "-subj", "/CN=admin")
    ext = site.dir / "forged.ext"
    ext.write_text(CLIENT)
    openssl("x509", "-req", "-in", request, "-CA", alice.pem, "-CAkey", alice.key, "-days", "5", "-out", made, "-extfile", ext,
            "-CAcreateserial")
    chain = site.dir / "forged.chain.pem"
    chain.write_text(made.read_text() + alice.chain.read_text())
    assert site.check(chain).reason == "invalid"


def test_E6_a_certificate_that_was_changed(site):
    der = bytearray(site.pki.leaf("alice").der())
    der[-1] ^= 1
    text = openssl("x509", "-inform", "DER", input=bytes(der)).decode()
    path = site.dir / "changed.pem"
    path.write_text(text + site.pki.issuing.pem.read_text())
    assert site.check(path).reason == "unknown-issuer"


def test_certificates_in_any_order_and_others_among_them(site):
    alice = site.pki.leaf("alice")
    path = site.dir / "mixed.pem"
    path.write_text(alice.pem.read_text() + site.pki.root.pem.read_text() + site.pki.leaf("untrusted").pem.read_text() +
                    site.pki.issuing.pem.read_text())
    assert site.check(path).reason == "accepted"


def test_of_two_ways_the_one_that_holds_is_taken(site):
    """The same authority, certified by one who is not trusted, by the root for a time that is over, and by the root."""
    issuer = site.authority("Crossed CA", issuer=site.pki.root)
    leaf = issuer.issue("crossed")
    crossed = []
    for number, (by, start, end) in enumerate([(site.authority("Client Root CA"), -9, 9), (site.authority("Far CA"), -9, 9),
                                               (site.pki.root, -9, -1)]):
        made = site.dir / f"crossed{number}.pem"
        openssl("ca", "-batch", "-config", by.conf, "-in", site.pki.root.dir / "ca-crossed-ca.csr", "-out", made, "-extfile",
                site.pki.root.dir / "ca-crossed-ca.ext", "-notext", "-startdate", asn1_time(days=start), "-enddate",
                asn1_time(days=end))
        crossed.append(made.read_text())
    path = site.dir / "crossed.pem"
    path.write_text(leaf.pem.read_text() + "".join(crossed) + issuer.pem.read_text())
    assert site.check(path).reason == "accepted"
    path.write_text(leaf.pem.read_text() + "".join(crossed))
    assert site.check(path).reason == "expired"


def test_D4_many_authorities_of_one_name_cost_a_bounded_number_of_signatures(site):
    name = "/CN=Loop CA"
    one = site.authority("Loop CA", subject=name)
    others = []
    for number in range(8):
        made = one.issue(f"loop{number}", name, extensions=AUTHORITY.format(path=""))
        others.append(made.pem.read_text())
    path = site.dir / "loop.pem"
    path.write_text(one.issue("looping").pem.read_text() + "".join(others) + one.pem.read_text())
    begin = time.monotonic()
    assert site.check(path).reason == "unknown-issuer"
    assert time.monotonic() - begin < 10


def test_an_intermediate_authority_can_be_the_trusted_one(site):
    assert site.check(site.pki.leaf("alice").pem, anchors=site.pki.issuing.pem).reason == "accepted"


# What is too large is refused before any work (attack case D4).

def test_D4_too_many_certificates(site):
    path = site.dir / "many.pem"
    path.write_text(site.pki.leaf("alice").chain.read_text() + 9 * site.pki.issuing.pem.read_text())
    verdict = site.check(path)
    assert (verdict.reason, verdict.detail) == ("too-large", "11 certificates")


def test_D4_a_huge_key(site):
    path = site.dir / "huge.pem"
    modulus = (1 << 16383) + 1
    numbers = rsa.RSAPublicNumbers(65537, modulus)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "alice")])
    issuer = load(site.pki.root)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(issuer.subject).public_key(numbers.public_key())
            .serial_number(77).not_valid_before(hours(-1)).not_valid_after(hours(1))
            .sign(load_key(site.pki.root), hashes.SHA256()))
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    verdict = site.check(path)
    assert (verdict.reason, verdict.detail) == ("too-large", "a key of 16384 bits: CN=alice")


def test_D4_thousands_of_names(site):
    names = ",".join(f"DNS:n{i}.example" for i in range(1000))
    assert site.check(site.pki.issuing.issue("names", san=names)).reason == "too-large"


# Names (attack case E8).

def certificate_of(site, attributes, name):
    """A certificate with a subject that openssl's command line cannot say."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = load(site.pki.root)
    made = (x509.CertificateBuilder().subject_name(x509.Name([x509.NameAttribute(*a) for a in attributes]))
            .issuer_name(issuer.subject).public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(hours(-1)).not_valid_after(hours(24))
            .add_extension(x509.BasicConstraints(False, None), True)
            .add_extension(x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.CLIENT_AUTH]), False)
            .sign(load_key(site.pki.root), hashes.SHA256()))
    path = site.dir / f"{name}.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return path


CN, O = NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME


def test_E8_a_name_with_a_nul_is_no_name(site):
    assert site.check(certificate_of(site, [(CN, "admin\0.example")], "nul")).reason == "bad-name"


def test_E8_two_common_names_are_told_as_two(site):
    verdict = site.check(certificate_of(site, [(CN, "admin"), (CN, "bob")], "two"))
    assert verdict.facts("common-name") == ["admin", "bob"]
    assert verdict.facts("subject") == ["CN=bob,CN=admin"]


def test_E8_a_comma_in_a_name_is_no_second_name(site):
    verdict = site.check(certificate_of(site, [(O, "Example"), (CN, "bob,CN=admin")], "comma"))
    assert verdict.facts("common-name") == ["bob,CN=admin"]
    assert verdict.facts("subject") == ["CN=bob\\x5c,CN=admin,O=Example"]  # the log's way to write a backslash


def test_E8_utf8_and_bmp_strings_are_the_same_name(site):
    kinds = {"utf8": x509.name._ASN1Type.UTF8String, "bmp": x509.name._ASN1Type.BMPString}
    names = {kind: site.check(certificate_of(site, [(CN, "Jürgen", tag)], kind)).facts("common-name")
             for kind, tag in kinds.items()}
    assert names == {"utf8": ["Jürgen"], "bmp": ["Jürgen"]}


def test_E8_facts_are_complete(site):
    leaf = site.pki.issuing.issue("complete", "/O=Example/CN=Alice Person", san=(
        "email:alice@example.com,DNS:pc.example.com,otherName:1.3.6.1.4.1.311.20.2.3;UTF8:alice@corp.example"),
        extensions=CLIENT + "certificatePolicies=1.2.3.4,2.16.840.1.101.2.1.11.9\n")
    verdict = site.check(leaf)
    assert verdict.facts("subject") == ["CN=Alice Person,O=Example"]
    assert verdict.facts("issuer") == ["CN=Client Issuing CA"]
    assert verdict.facts("serial") == [leaf.serial()]
    assert verdict.facts("fingerprint") == [leaf.fingerprint()]
    assert verdict.facts("email") == ["alice@example.com"]
    assert verdict.facts("dns") == ["pc.example.com"]
    assert verdict.facts("user-principal-name") == ["alice@corp.example"]
    assert verdict.facts("policy") == ["1.2.3.4", "2.16.840.1.101.2.1.11.9"]
