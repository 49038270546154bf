"""Word of OCSP responders about certificates of clients (attack case E7): openssl's, and one that answers as it should
not."""
import http.server
import threading

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp

from certificate_check import HERE, files, hours, load, load_key, site, web
from client_pki import RESPONDER, asn1_time

__all__ = ["site", "web"]  # fixtures


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
