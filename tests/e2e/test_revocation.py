"""Certificates of clients are verified as the daemon does it (attack cases E6, E7, E8 and D4), with the command that does
the same: `sallyport certificate check`."""
import base64
import datetime
import http.server
import pathlib
import socket
import subprocess
import threading
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID

from client_pki import AUTHORITY, CLIENT, RESPONDER, Authority, ClientPki, CrlServer, asn1_time, openssl
from sallyport import BUILD, Instance
from slapd import SERVICE_DN, SERVICE_PASSWORD, SUFFIX, Slapd

# Test servers are on this machine.
HERE = "revocation-forbidden-network = 169.254.0.0/16\n"


class Verdict:
    def __init__(self, result):
        self.code, self.text, self.errors = result.returncode, result.stdout, result.stderr
        self.lines = [line.strip() for line in self.text.splitlines()]

    @property
    def reason(self):
        """"accepted", or the code of the refusal."""
        last = self.lines[-1] if self.lines else ""
        assert last.startswith("verdict: "), self.text + self.errors
        words = last.split(": ")
        assert (words[1] == "accepted") == (self.code == 0) and self.code in (0, 1), self.text
        return words[1] if self.code == 0 else words[2]

    @property
    def detail(self):
        return self.lines[-1].split(": ", 3)[-1]

    def facts(self, name):
        facts = self.lines[self.lines.index("facts"):]
        return [line.split(None, 1)[1] for line in facts if line.split(None, 1)[0] == name]


class Site:
    def __init__(self, directory):
        self.dir = directory
        self.pki = ClientPki(directory / "pki")
        self.instance = Instance(directory / "instance")
        self.base = self.instance.conf.read_text()
        self.count = 0

    def check(self, shown, settings="", anchors=None):
        self.count += 1
        conf = self.dir / f"check{self.count}.conf"
        conf.write_text(f"{self.base}\n[certificate]\nclient-ca-file = {anchors or self.pki.root.pem}\n{settings}")
        path = shown if isinstance(shown, pathlib.Path) else shown.chain
        command = [BUILD / "sallyport", "certificate", "check", "-c", conf, path]
        return Verdict(subprocess.run(command, capture_output=True, text=True, timeout=60))

    def authority(self, name, **how):
        self.count += 1
        return Authority(self.dir / f"authority{self.count}", name, **how)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return Site(tmp_path_factory.mktemp("revocation"))


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    server = CrlServer(tmp_path_factory.mktemp("web"))
    yield server
    server.stop()


class Responder:
    """An OCSP responder that answers by `answer(request) -> bytes`, in this process."""

    def __init__(self, answer):
        self.requests = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.requests.append((dict(self.headers), body))
                reply = answer(ocsp.load_der_ocsp_request(body))
                self.send_response(200)
                self.send_header("Content-Type", "application/ocsp-response")
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/ocsp"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def make_responder():
    made = []

    def make(answer):
        made.append(Responder(answer))
        return made[-1]

    yield make
    for responder in made:
        responder.stop()


def load(certificate):
    return x509.load_pem_x509_certificate(certificate.pem.read_bytes())


def load_key(certificate):
    return serialization.load_pem_private_key(certificate.key.read_bytes(), None)


def hours(count):
    return datetime.datetime.utcnow() + datetime.timedelta(hours=count)


def answering(leaf, issuer, *, signer=None, shown=(), status=ocsp.OCSPCertStatus.GOOD, this=-1, end=1, nonce="same"):
    """An answer of a responder as openssl's would not make it."""
    def answer(request):
        revoked = status is ocsp.OCSPCertStatus.REVOKED
        builder = ocsp.OCSPResponseBuilder().add_response(
            load(leaf), load(issuer), hashes.SHA1(), status, hours(this), None if end is None else hours(end),
            hours(-2) if revoked else None, None)
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, load(signer or issuer))
        if shown:
            builder = builder.certificates([load(one) for one in shown])
        sent = [e.value.nonce for e in request.extensions if isinstance(e.value, x509.OCSPNonce)]
        if sent and nonce:
            builder = builder.add_extension(x509.OCSPNonce(sent[0] if nonce == "same" else b"another nonce ..."), False)
        made = builder.sign(load_key(signer or issuer), hashes.SHA256())
        return made.public_bytes(serialization.Encoding.DER)
    return answer


# Chains.

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


# CRLs in files (attack case E7).

def files(*paths):
    return "".join(f"crl-file = {path}\n" for path in paths)


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


# OCSP.

@pytest.fixture(scope="module")
def asked_ca(site):
    """An authority whose certificates are asked about at a responder that is configured."""
    issuer = site.authority("Asked CA")
    issuer.good, issuer.bad = issuer.issue("good"), issuer.issue("bad")
    issuer.revoke(issuer.bad)
    return issuer


def check_asked(site, issuer, leaf, responder, settings=""):
    return site.check(leaf, f"ocsp-url = {responder.url}\n{settings}", anchors=issuer.pem)


@pytest.mark.parametrize("nonce", ["none", "optional", "required"])
def test_openssl_answers_for_good_and_revoked(site, asked_ca, nonce):
    responder = asked_ca.responder(site.dir, options=("-nmin", "10"))
    try:
        settings = f"ocsp-nonce = {nonce}\n"
        assert check_asked(site, asked_ca, asked_ca.good, responder, settings).reason == "accepted"
        verdict = check_asked(site, asked_ca, asked_ca.bad, responder, settings)
        assert (verdict.reason, verdict.detail) == ("revoked", f"CN=bad: OCSP {responder.url}")
    finally:
        responder.stop()


def test_the_responder_that_certificates_name_is_asked_before_the_crl(site, web):
    issuer = site.authority("Naming CA", crl_url=f"{web.url}/naming.crl")
    issuer.ocsp_url = "http://127.0.0.1:1/"
    lost = issuer.issue("lost")
    first = issuer.responder(site.dir)
    issuer.ocsp_url = first.url
    leaf = issuer.issue("naming")
    first.stop()
    issuer.crl(web.www / "naming.crl")
    responder = issuer.responder(site.dir, port=first.port)
    try:
        verdict = site.check(leaf, HERE, anchors=issuer.pem)
        assert f"revocation: CN=naming: good (OCSP {first.url})" in verdict.lines
        assert "/naming.crl" not in web.asked()
        verdict = site.check(lost, HERE, anchors=issuer.pem)
        assert f"revocation: CN=lost: good (CRL {web.url}/naming.crl)" in verdict.lines
        # What the responder does not know is no better than no answer; nor is one that is switched off.
        responder.stop()
        issuer.index.write_text("")
        responder = issuer.responder(site.dir, port=first.port)
        assert f"revocation: CN=naming: good (CRL {web.url}/naming.crl)" in site.check(leaf, HERE, anchors=issuer.pem).lines
        verdict = site.check(leaf, HERE + "ocsp-enable = no\ncrl-cdp-enable = no\n", anchors=issuer.pem)
        assert any("nothing to check" in line for line in verdict.lines)
    finally:
        responder.stop()


def test_a_responder_that_the_issuer_has_certified_may_answer(site, asked_ca):
    delegate = asked_ca.issue("responder", extensions=RESPONDER)
    responder = asked_ca.responder(site.dir, delegate)
    try:
        assert check_asked(site, asked_ca, asked_ca.good, responder).reason == "accepted"
        assert check_asked(site, asked_ca, asked_ca.bad, responder).reason == "revoked"
    finally:
        responder.stop()


def test_E7_a_responder_without_the_right_to_answer_refuses(site, asked_ca):
    other = site.authority("Asked CA")
    for signer in (asked_ca.issue("plain"), other.issue("stranger", extensions=RESPONDER), other):
        responder = asked_ca.responder(site.dir, signer)
        try:
            verdict = check_asked(site, asked_ca, asked_ca.good, responder)
            assert (verdict.reason, "unauthorised" in verdict.detail) == ("undetermined", True), verdict.text
        finally:
            responder.stop()


def test_E7_an_expired_responder_refuses(site, asked_ca, make_responder):
    old = asked_ca.issue("old-responder", extensions=RESPONDER, start=asn1_time(days=-9), end=asn1_time(days=-1))
    responder = make_responder(answering(asked_ca.good, asked_ca, signer=old, shown=[old]))
    assert check_asked(site, asked_ca, asked_ca.good, responder).reason == "undetermined"


@pytest.mark.parametrize("changed, why", [
    (dict(this=-9, end=-3), "too old"), (dict(this=3, end=9), "from the future"), (dict(this=-30, end=None), "too old"),
    (dict(nonce="other"), "another nonce"), (dict(status=ocsp.OCSPCertStatus.UNKNOWN), "does not know")])
def test_E7_answers_that_say_nothing_refuse(site, asked_ca, make_responder, changed, why):
    responder = make_responder(answering(asked_ca.good, asked_ca, **changed))
    verdict = check_asked(site, asked_ca, asked_ca.good, responder)
    assert (verdict.reason, why in verdict.detail) == ("undetermined", True), verdict.text


def test_E7_an_answer_about_another_certificate_refuses(site, asked_ca, make_responder):
    responder = make_responder(answering(asked_ca.good, asked_ca))
    verdict = check_asked(site, asked_ca, asked_ca.bad, responder)
    assert (verdict.reason, "not about this certificate" in verdict.detail) == ("undetermined", True)


def test_an_answer_without_a_nonce_counts_unless_one_is_required(site, asked_ca, make_responder):
    responder = make_responder(answering(asked_ca.good, asked_ca, nonce=None))
    assert check_asked(site, asked_ca, asked_ca.good, responder).reason == "accepted"
    verdict = check_asked(site, asked_ca, asked_ca.good, responder, "ocsp-nonce = required\n")
    assert (verdict.reason, "no nonce" in verdict.detail) == ("undetermined", True)
    headers, _ = responder.requests[0]
    assert headers["Content-Type"] == "application/ocsp-request"


@pytest.mark.parametrize("status", [s for s in ocsp.OCSPResponseStatus if s is not ocsp.OCSPResponseStatus.SUCCESSFUL])
def test_E7_a_responder_that_has_no_answer_refuses(site, asked_ca, make_responder, status):
    made = ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(serialization.Encoding.DER)
    verdict = check_asked(site, asked_ca, asked_ca.good, make_responder(lambda request: made))
    assert (verdict.reason, "the responder says" in verdict.detail) == ("undetermined", True)


def test_E7_what_is_no_answer_refuses(site, asked_ca, make_responder):
    for garbage in (b"", b"\x30\x80", b"x" * 30000):
        assert check_asked(site, asked_ca, asked_ca.good, make_responder(lambda request: garbage)).reason == "undetermined"


def test_E7_nobody_listens_at_the_responder(site, asked_ca):
    verdict = site.check(asked_ca.good, "ocsp-url = http://127.0.0.1:1/\n", anchors=asked_ca.pem)
    assert verdict.reason == "undetermined"


def test_a_file_that_says_revoked_is_believed_before_a_responder_that_says_good(site, asked_ca, make_responder):
    responder = make_responder(answering(asked_ca.bad, asked_ca))
    assert check_asked(site, asked_ca, asked_ca.bad, responder).reason == "accepted"
    assert check_asked(site, asked_ca, asked_ca.bad, responder, files(asked_ca.crl())).reason == "revoked"


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
    issuer = site.authority("Directory CA", subject=f"/DC=com/DC=example/CN=Directory CA")
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
