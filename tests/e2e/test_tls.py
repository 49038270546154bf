"""Attacks on TLS itself, with OpenSSL's tools as the attacker."""
import hashlib
import hmac
import os
import re
import socket
import ssl
import subprocess
import time

import pytest


def s_client(instance, *options, stdin=subprocess.DEVNULL):
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{instance.port}", "-servername", "localhost", "-CAfile",
               str(instance.dir / "ca.pem"), *map(str, options)]
    return subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def session_of(instance, file, *options):
    """Makes a connection with OpenSSL that keeps its ticket in the file; what the client says of it."""
    client = s_client(instance, "-ign_eof", "-sess_out", file, *options, stdin=subprocess.PIPE)
    text, _ = client.communicate(b"GET /pkmshelp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", timeout=30)
    assert b"HTTP/1.1 200 " in text, text.decode(errors="replace")
    return text.decode(errors="replace")


def ticket_in(file):
    text = subprocess.run(["openssl", "sess_id", "-in", file, "-noout", "-text"], check=True, capture_output=True, text=True).stdout
    dump = text.split("TLS session ticket:\n", 1)[1].split("\n\n", 1)[0]
    return b"".join(bytes.fromhex(line.split(" - ", 1)[1][:48].replace("-", " ")) for line in dump.splitlines())


@pytest.fixture
def quick(make_instance, make_echo):
    instance = make_instance(extra="\n[server]\nclient-connect-timeout = 1\nintra-connection-timeout = 1\n"
                                   "[logging]\nevent-level = debug\n")
    instance.setup_demo(make_echo())
    return instance


def test_D3_a_renegotiation_ends_the_connection(demo):
    client = s_client(demo, "-tls1_2", stdin=subprocess.PIPE)
    client.stdin.write(b"R\n")
    client.stdin.flush()
    # Its standard input stays open: it is not the client that ends it.
    text = b""
    while chunk := os.read(client.stdout.fileno(), 65536):
        text += chunk
    client.wait(timeout=20)
    client.stdin.close()
    assert b"RENEGOTIATING" in text
    assert text.count(b"BEGIN CERTIFICATE") == 1  # nobody answered with a second handshake
    with demo.open() as link:
        assert link.version() == "TLSv1.3"  # the daemon is well


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_D3_no_certificate_is_asked_for(demo, version):
    client = s_client(demo, version)
    text, _ = client.communicate(timeout=30)
    assert b"No client certificate CA names sent" in text and b"Requested Signature Algorithms" not in text


class HalfClient:
    """A TLS client that sends as much of what it should as it likes."""

    def __init__(self, instance):
        self.plain = socket.create_connection(("127.0.0.1", instance.port), 20)
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.link = instance.tls().wrap_bio(self.incoming, self.outgoing, server_hostname="localhost")

    def hello(self):
        with pytest.raises(ssl.SSLWantReadError):
            self.link.do_handshake()
        return self.outgoing.read()

    def handshake(self):
        while True:
            try:
                self.link.do_handshake()
                break
            except ssl.SSLWantReadError:
                self.plain.sendall(self.outgoing.read())
                self.incoming.write(self.plain.recv(65536))
        self.plain.sendall(self.outgoing.read())

    def record(self, text):
        self.link.write(text)
        return self.outgoing.read()

    def seconds_to_end(self):
        began = time.monotonic()
        try:
            while self.plain.recv(65536):
                pass
        except ConnectionError:
            pass
        self.plain.close()
        return time.monotonic() - began


def stops_in_its_hello(client):
    hello = client.hello()
    client.plain.sendall(hello[:len(hello) // 2])


def stops_in_the_header_of_a_record(client):
    client.plain.sendall(client.hello()[:3])


def stops_after_its_hello(client):
    client.plain.sendall(client.hello())


def stops_in_the_record_of_a_request(client):
    client.handshake()
    record = client.record(b"GET /public/x HTTP/1.1\r\nHost: localhost\r\n\r\n")
    client.plain.sendall(record[:-1])


def stops_in_the_record_of_a_body(client):
    client.handshake()
    client.plain.sendall(client.record(b"POST /public/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"))
    client.plain.sendall(client.record(b"x" * 1000)[:500])


def processor_time(instance):
    fields = open(f"/proc/{instance.process.popen.pid}/stat").read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("stop", [stops_in_its_hello, stops_in_the_header_of_a_record, stops_after_its_hello,
                                  stops_in_the_record_of_a_request, stops_in_the_record_of_a_body])
def test_D9_who_stops_in_the_middle_meets_a_deadline_and_costs_nothing(quick, stop):
    clients = [HalfClient(quick) for _ in range(10)]
    for client in clients:
        stop(client)
    spent = processor_time(quick)
    began = time.monotonic()
    for client in clients:
        client.seconds_to_end()
    elapsed = time.monotonic() - began
    # The timer of a handshake, of a head, or of a body, and the time to say goodbye; waiting is no work.
    assert elapsed < 8
    assert processor_time(quick) - spent < 0.3 * elapsed + 0.1


def test_E11_a_ticket_resumes_until_the_next_reload_or_restart(make_instance, tmp_path):
    instance = make_instance()
    file = tmp_path / "session"
    assert "New, TLSv1.3" in session_of(instance, file)
    assert "Reused, TLSv1.3" in session_of(instance, tmp_path / "next", "-sess_in", file)
    session_of(instance, file)
    instance.admin("reload")
    assert "New, TLSv1.3" in session_of(instance, tmp_path / "next", "-sess_in", file)
    session_of(instance, file)
    instance.stop()
    instance.start()
    assert "New, TLSv1.3" in session_of(instance, tmp_path / "next", "-sess_in", file)


def test_E11_no_ticket_is_sealed_by_a_known_key(make_instance, tmp_path):
    # GnuTLS writes: name of the key (16), IV (16), length (2), state, HMAC-SHA1 (20). Until 3.6.13 the derived key was all
    # zeros, its name too (CVE-2020-13777).
    names = set()
    instances = [make_instance(), make_instance()]
    for index, instance in enumerate([*instances, instances[0]]):
        if index == 2:
            instance.admin("reload")
        session_of(instance, tmp_path / "session")
        ticket = ticket_in(tmp_path / "session")
        body, mac = ticket[:-20], ticket[-20:]
        assert int.from_bytes(body[32:34], "big") == len(body) - 34, "the layout is another one: this test says nothing"
        for length in (16, 20, 32, 64):
            assert hmac.new(bytes(length), body, hashlib.sha1).digest() != mac
        assert ticket[:16] != bytes(16)
        assert b"localhost" not in ticket and b"Sallyport" not in ticket
        names.add(ticket[:16])
    assert len(names) == 3, "two instances, or one before and after a reload, share a key"


def test_E11_a_ticket_of_another_instance_does_not_resume(make_instance, tmp_path):
    one, other = make_instance(), make_instance()
    session_of(one, tmp_path / "session")
    text = session_of(other, tmp_path / "next", "-sess_in", tmp_path / "session", "-CAfile", other.dir / "ca.pem")
    assert re.search(r"^New, TLSv1.3", text, re.M)
