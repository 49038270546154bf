"""Certificates of clients: asked for by the host of the handshake, never stretched to another host (attack case A11)."""
import contextlib
import socket
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from h2client import H2, NO_ERROR
from sallyport import Instance, parse_responses, read_more, read_until

HOSTS = ("localhost", "open.example", "strict.example", "also-strict.example")
RULES = """
[server]
web-host-alias = open.example
web-host-alias = strict.example
web-host-alias = also-strict.example
[certificate]
client-ca-file = {ca}
[accept-client-certs]
strict.example = required
Also-Strict.example = required
"""


@pytest.fixture(scope="module")
def guarded(tmp_path_factory, echo):
    directory = tmp_path_factory.mktemp("guarded")
    instance = Instance(directory, extra=RULES.format(ca=directory / "clients.pem"))
    for name in ("server.pem", "server.key"):
        (directory / name).unlink()
    # One certificate for all: browsers share connections between such hosts.
    instance.certificate("issue", "-a", directory / "ca", directory / "server", *HOSTS, "127.0.0.1")
    instance.certificate("authority", "-n", "Clients CA", directory / "clients")
    instance.certificate("issue", "-a", directory / "clients", "-k", "client", directory / "alice", "alice")
    instance.certificate("issue", "-a", directory / "clients", "-k", "server", directory / "server-kind", "alice")
    instance.certificate("authority", "-n", "Other CA", directory / "others")
    instance.certificate("issue", "-a", directory / "others", "-k", "client", directory / "stranger", "alice")
    instance.start()
    instance.setup_demo(echo)
    yield instance
    instance.stop()


def context(instance, certificate, protocol):
    made = instance.tls()
    made.check_hostname = False
    made.set_alpn_protocols([protocol])
    if certificate:
        made.load_cert_chain(instance.dir / f"{certificate}.pem", instance.dir / f"{certificate}.key")
    return made


@contextlib.contextmanager
def opened(instance, server_name, certificate=None):
    with socket.create_connection(("127.0.0.1", instance.port), 10) as plain:
        with context(instance, certificate, "http/1.1").wrap_socket(plain, server_hostname=server_name) as link:
            yield link


def head(instance, host, rest="", path="/public/x", method="GET"):
    return f"{method} {path} HTTP/1.1\r\nHost: {host}:{instance.port}\r\n{rest}\r\n".encode()


def ask(instance, link, host, **kwargs):
    link.sendall(head(instance, host, **kwargs))
    data = read_until(link, b"\r\n\r\n")
    while not parse_responses(data)[-1].complete:
        data = read_more(link, data)
    return parse_responses(data)[-1]


class Guarded2(H2):
    """A connection of HTTP/2 with a server name and a certificate."""

    def __init__(self, instance, server_name, certificate=None):
        self.names = server_name, certificate
        super().__init__(instance)

    def secured(self, plain):
        return context(self.instance, self.names[1], "h2").wrap_socket(plain, server_hostname=self.names[0])


def curl(instance, sni, *args, certificate=None):
    """A request for `sni`, by the address of this machine."""
    files = ["--cert", instance.dir / f"{certificate}.pem", "--key", instance.dir / f"{certificate}.key"] if certificate else []
    result = subprocess.run(["curl", "-sS", "--connect-to", f"::127.0.0.1:{instance.port}", "--cacert", instance.dir / "ca.pem", *files,
                             "-o", "/dev/null", "-w", "%{http_code} %{http_version}", *args, f"https://{sni}:{instance.port}/public/x"],
                            capture_output=True, text=True, timeout=30)
    assert result.returncode == 0, result.stderr
    return result.stdout.split()


@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
@pytest.mark.parametrize("tls", [["--tls-max", "1.2"], ["--tlsv1.3"]])
def test_who_needs_a_certificate_and_who_does_not(guarded, version, tls):
    expected = "2" if version == "--http2" else "1.1"
    assert curl(guarded, "open.example", version, *tls) == ["200", expected]
    assert curl(guarded, "localhost", version, *tls, certificate="alice") == ["200", expected]
    assert curl(guarded, "strict.example", version, *tls) == ["403", expected]
    assert curl(guarded, "strict.example", version, *tls, certificate="alice") == ["200", expected]


@pytest.mark.parametrize("certificate", ["stranger", "server-kind"])
def test_E6_a_certificate_that_does_not_hold_is_none(guarded, certificate):
    assert curl(guarded, "strict.example", certificate=certificate)[0] == "403"
    guarded.wait_for_audit(reason="no-client-certificate")


def chain_of(instance, intermediates):
    """A client's certificate at the end of a chain of so many authorities below the one that is trusted."""
    root = x509.load_pem_x509_certificate((instance.dir / "clients.pem").read_bytes())
    issuer, issuer_key = root.subject, serialization.load_pem_private_key((instance.dir / "clients.key").read_bytes(), None)
    chain = []
    for depth in range(intermediates + 1):
        is_leaf = depth == intermediates
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "alice" if is_leaf else f"Authority {depth}")])
        builder = (x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(key.public_key())
                   .serial_number(x509.random_serial_number()).not_valid_before(root.not_valid_before)
                   .not_valid_after(root.not_valid_after)
                   .add_extension(x509.BasicConstraints(ca=not is_leaf, path_length=None), critical=True))
        chain.insert(0, builder.sign(issuer_key, hashes.SHA256()))
        issuer, issuer_key = name, key
    pem = serialization.Encoding.PEM
    stem = f"chain{intermediates}"
    (instance.dir / f"{stem}.pem").write_bytes(b"".join(c.public_bytes(pem) for c in chain))
    (instance.dir / f"{stem}.key").write_bytes(issuer_key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return stem


@pytest.mark.parametrize("intermediates, status", [(0, "200"), (20, "403"), (100, "403")])
def test_D4_a_chain_that_is_too_long_is_refused(guarded, intermediates, status):
    assert curl(guarded, "strict.example", certificate=chain_of(guarded, intermediates))[0] == status


def test_the_authorities_are_named_and_nobody_is_asked_elsewhere(guarded):
    def asked(name):
        return subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{guarded.port}", "-servername", name], input=b"",
                              capture_output=True, timeout=20).stdout.decode()
    assert "CN = Clients CA" in asked("strict.example").split("Acceptable client certificate CA names")[1].split("---")[0]
    assert "No client certificate CA names sent" in asked("open.example")
    assert "No client certificate CA names sent" in asked("unknown.example")


@pytest.mark.parametrize("sni, host", [("open.example", "strict.example"), ("localhost", "STRICT.example"), ("strict.example", "open.example"),
                                       ("strict.example", "localhost"), ("also-strict.example", "open.example")])
@pytest.mark.parametrize("certificate", [None, "alice"])
def test_A11_a_request_for_a_host_with_another_rule_is_misdirected(guarded, sni, host, certificate):
    # Before any body is read: none comes.
    with opened(guarded, sni, certificate) as link:
        link.sendall(head(guarded, host, "Content-Length: 1000\r\n", method="POST"))
        assert read_until(link, b"\r\n\r\n").startswith(b"HTTP/1.1 421 ")
    guarded.wait_for_audit(reason="other-client-authentication")
    with Guarded2(guarded, sni, certificate) as link:
        stream = link.request("/public/x", "POST", [("content-length", "1000")], authority=f"{host}:{guarded.port}", end=False)
        assert link.wait(stream).status == 421
        # The connection goes on for the hosts that it was made for.
        answer = link.ask("/public/x", authority=f"{sni}:{guarded.port}")
        assert answer.status == (403 if "strict" in sni and not certificate else 200)


def test_A11_hosts_with_the_same_rule_share_a_connection(guarded):
    with Guarded2(guarded, "strict.example", "alice") as link:
        for host in ("strict.example", "also-strict.example", "ALSO-strict.EXAMPLE"):
            assert link.ask("/public/x", authority=f"{host}:{guarded.port}").status == 200
    with opened(guarded, "open.example") as link:
        for host in ("open.example", "localhost"):
            assert ask(guarded, link, host).status == 200


def test_A11_without_a_server_name_the_usual_rule_holds(guarded):
    with opened(guarded, None, "alice") as link:
        assert ask(guarded, link, "localhost").status == 200
        assert ask(guarded, link, "strict.example").status == 421


def test_E1_tickets_of_open_hosts_do_not_resume_at_others(guarded, tmp_path):
    """A connection that asks for a certificate neither takes nor sends tickets."""
    session = tmp_path / "session"

    def connect(name, *args):
        command = ["openssl", "s_client", "-connect", f"127.0.0.1:{guarded.port}", "-servername", name, "-ign_eof", "-cert",
                   guarded.dir / "alice.pem", "-key", guarded.dir / "alice.key", *args]
        request = f"GET /public/x HTTP/1.1\r\nHost: {name}:{guarded.port}\r\nConnection: close\r\n\r\n"
        return subprocess.run(command, input=request.encode(), capture_output=True, timeout=20).stdout.decode()

    assert "HTTP/1.1 200" in connect("open.example", "-sess_out", session)
    assert "Reused, TLSv1.3" in connect("open.example", "-sess_in", session)
    again = connect("strict.example", "-sess_in", session)
    assert "New, TLSv1.3" in again and "HTTP/1.1 200" in again
    assert "New Session Ticket arrived" not in again


def logged_in_cookie(instance):
    """By the open host; the cookie is sent to the others by hand."""
    browser = instance.browser()
    browser.login("alice")
    return "; ".join(f"{k}={v}" for k, v in browser.cookies.items())


def test_a_logout_ends_the_connections_that_hold_a_certificate(guarded):
    cookie, other = logged_in_cookie(guarded), logged_in_cookie(guarded)
    authority = f"strict.example:{guarded.port}"
    with contextlib.ExitStack() as stack:
        links = [stack.enter_context(Guarded2(guarded, "strict.example", "alice")) for _ in range(6)]
        plain = [stack.enter_context(opened(guarded, "strict.example", "alice")) for _ in range(3)]
        bystander = stack.enter_context(Guarded2(guarded, "strict.example", "alice"))
        for link in links:
            assert link.ask("/app/x", headers=[("cookie", cookie)], authority=authority).status == 200
        for link in plain:
            assert ask(guarded, link, "strict.example", rest=f"Cookie: {cookie}\r\n", path="/app/x").status == 200
        assert bystander.ask("/app/x", headers=[("cookie", other)], authority=authority).status == 200
        # What is under way is finished.
        slow = links[1].request("/app/echo/sleep/700", headers=[("cookie", cookie)], authority=authority)
        assert links[0].ask("/pkmslogout", headers=[("cookie", cookie)], authority=authority).status == 200
        assert links[1].wait(slow).status == 200
        for link in links:
            assert link.read_to_end() == NO_ERROR
        for link in plain:
            assert link.recv(1) == b""
        assert bystander.ask("/app/x", headers=[("cookie", other)], authority=authority).status == 200


def test_a_reload_brings_other_rules_to_open_connections(make_instance, echo):
    instance = make_instance()
    instance.setup_demo(echo)
    with H2(instance) as link:
        assert link.ask("/public/x").status == 200
        instance.conf.write_text(instance.conf.read_text() + f"\n[certificate]\nclient-ca-file = {instance.dir}/ca.pem\n"
                                                             "accept-client-certs = required\n")
        instance.admin("reload")
        assert link.ask("/public/x").status == 421
    with H2(instance) as link:
        assert link.ask("/public/x").status == 403


def test_what_does_not_go_together_is_refused(guarded):
    text = guarded.conf.read_text()
    for old, new, what in (("client-ca-file = ", "#", "client-ca-file is not set"), ("strict.example = required", "strict.example = sometimes", "never, optional, required, critical or prompt_as_needed"),
                           (f"{guarded.dir}/clients.pem", f"{guarded.dir}/server.key", "authorities of clients")):
        guarded.conf.write_text(text.replace(old, new, 1))
        result = guarded.run_admin("reload")
        guarded.conf.write_text(text)
        assert result.returncode == 1 and what in result.stderr, result.stderr
    assert guarded.run_admin("reload").returncode == 0
