"""The PROXY protocol: clients behind a balancer that passes on TCP without looking into it, HAProxy for one."""
import contextlib
import ipaddress
import socket
import ssl
import struct
import time

import pytest

from certificate_site import CertificateSite, Curl, reached
from reloading import GET, own, reload  # noqa: F401
from sallyport import Process, free_port, parse_responses, read_more, read_to_end, wait_until

BEHIND = """
[server]
trusted-proxies = 127.0.0.1
trusted-proxies = 10.0.0.0/8
proxy-protocol = yes
http = yes
http-port = {http_port}
client-connect-timeout = 2
"""
ROWS = {"server trusted-proxies": ["127.0.0.1", "10.0.0.0/8"], "server proxy-protocol": "yes"}
STRANGER = "127.0.0.2"  # no trusted proxy has it
CLIENT = "127.0.0.9"    # from where a client comes to HAProxy
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
HAPROXY = """
global
  log stderr format raw local0 err
defaults
  mode tcp
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend in
  bind 127.0.0.1:{port}
  default_backend out
backend out
  server sallyport 127.0.0.1:{target} source 127.0.0.1 {option} check inter 100
"""


class HaProxy(Process):
    def __init__(self, directory, target, option):
        self.port = free_port()
        conf = directory / f"haproxy-{option}.cfg"
        conf.write_text(HAPROXY.format(port=self.port, target=target, option=option))
        super().__init__(["/usr/sbin/haproxy", "-db", "-f", conf], directory / f"haproxy-{option}.out")
        wait_until(self.listens, f"HAProxy listens: {self.text()}")

    def listens(self):
        assert self.popen.poll() is None, self.text()
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        return False

    def stop(self):
        # It ends by the signal's number.
        self.popen.terminate()
        self.popen.wait(timeout=20)


class Behind(CertificateSite):
    """A site that is asked through a balancer, on the balancer's port."""

    balancer = None

    def url(self, path=""):
        return f"https://localhost:{self.balancer.port}{path}"


@pytest.fixture(scope="module")
def site(tmp_path_factory, echo):
    http_port = free_port()
    site = Behind(tmp_path_factory.mktemp("behind"), extra=BEHIND.format(http_port=http_port))
    site.http_port = http_port
    site.start()
    site.setup_demo(echo)
    yield site
    site.stop()


@pytest.fixture(params=["send-proxy", "send-proxy-v2"])
def balanced(site, request):
    site.balancer = HaProxy(site.dir, site.port, request.param)
    yield site
    site.balancer.stop()


def v1(source, source_port=4711):
    family = "TCP6" if ":" in source else "TCP4"
    own = "::1" if ":" in source else "127.0.0.1"
    return f"PROXY {family} {source} {own} {source_port} 443\r\n".encode()


def v2(source, source_port=4711, command=0x21, more=b""):
    address = ipaddress.ip_address(source).packed
    block = address + bytes(len(address)) + struct.pack("!HH", source_port, 443) + more
    return SIGNATURE + bytes([command, 0x11 if len(address) == 4 else 0x21]) + struct.pack("!H", len(block)) + block


LOCAL = SIGNATURE + b"\x20\0\0\0"


@contextlib.contextmanager
def opened(instance, header, source="127.0.0.1", protocol="http/1.1"):
    """A connection that begins with these bytes, with TLS behind them."""
    context = instance.tls()
    context.set_alpn_protocols([protocol])
    with socket.create_connection(("127.0.0.1", instance.port), 10, source_address=(source, 0)) as plain:
        plain.sendall(header)
        with context.wrap_socket(plain, server_hostname="localhost") as link:
            yield link


def told(instance, header, *fields, source="127.0.0.1"):
    """Who the client is, as a back end is told."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields)
    with opened(instance, header, source) as link:
        link.sendall(GET.replace(b"\r\n\r\n", f"\r\n{lines}Connection: close\r\n\r\n".encode()))
        answer = parse_responses(read_to_end(link))[0]
    assert answer.status == 200
    values = {name.lower(): value for name, value in answer.json()["headers"]}
    assert values["x-forwarded-for"] == values["iv-remote-address"]
    return values["x-forwarded-for"]


def refusals(instance):
    return [line for line in instance.process.text().splitlines() if " proxy-header-refused: " in line]


def wait_for_refusal(instance, before, why):
    lines = wait_until(lambda: refusals(instance)[len(before):], f"a refusal: {why}")
    assert len(lines) == 1 and why in lines[0] and " 127.0.0.1:" in lines[0], lines


@pytest.mark.parametrize("http", ["1.1", "2"])
def test_the_client_behind_a_balancer_is_the_client(balanced, http):
    before = refusals(balanced)
    client = Curl(balanced, "visitor", http=http, options=["--interface", CLIENT])
    path = f"/public/{balanced.balancer.port}/{http}"
    seen = reached(client.ask(path, "-H", "X-Forwarded-For: 203.0.113.9"))
    values = {name.lower(): value for name, value in seen["headers"]}
    assert values["iv-remote-address"] == values["x-forwarded-for"] == CLIENT
    assert client.version == http
    wait_until(lambda: any(line.startswith(CLIENT + " ") and path in line
                           for line in (balanced.dir / "request.log").read_text().splitlines()), "the request log")
    # Neither its checks of our health nor its connections were refused.
    assert refusals(balanced) == before


def test_a_login_by_certificate_through_a_balancer(balanced):
    before = len(balanced.logins())
    alice = Curl(balanced, "alice", balanced.leaf("alice"), options=["--interface", CLIENT])
    page = alice.ask("/app/x")
    assert alice.version == "2"
    seen = reached(alice.log_in_by_certificate(page))
    values = {name.lower(): value for name, value in seen["headers"]}
    assert values["iv-user"] == "alice" and values["iv-remote-address"] == CLIENT
    (line,) = wait_until(lambda: balanced.logins()[before:], "the audit log")
    assert line["user"] == "alice" and line["client"] == CLIENT


@pytest.mark.parametrize("header", [v1("203.0.113.9"), v2("203.0.113.9"), v2("203.0.113.9", more=b"\x04\0\x01x"),
                                    LOCAL], ids=["v1", "v2", "with a vector", "LOCAL"])
def test_B6_a_strangers_header_is_not_believed(site, header):
    assert told(site, b"", source=STRANGER) == STRANGER
    with pytest.raises((ssl.SSLError, ConnectionError)):
        with opened(site, header, source=STRANGER):
            pass
    with socket.create_connection(("127.0.0.1", site.http_port), 10, source_address=(STRANGER, 0)) as link:
        link.sendall(header + GET)
        answer = read_to_end(link)
        assert not answer or parse_responses(answer)[0].status == 400
    assert "203.0.113.9" not in (site.dir / "request.log").read_text() + site.process.text()


def test_the_header_counts_without_tls_too(site):
    with socket.create_connection(("127.0.0.1", site.http_port), 10) as link:
        link.sendall(v2("203.0.113.80") + GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        assert parse_responses(read_to_end(link))[0].status in (200, 301, 302, 308)
    wait_until(lambda: "203.0.113.80 " in (site.dir / "request.log").read_text(), "the request log")


@pytest.mark.parametrize("first, why", [
    (GET, "malformed: no header of the PROXY protocol"),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500), "malformed: no header of the PROXY protocol"),
    (b"PROXY TCP4 203.0.113.9 127.0.0.1 4711\r\n" + GET, "malformed: not two addresses and two ports"),
    (SIGNATURE + b"\x21\x11\xff\xff", "too-large: a header of 65551 bytes"),
    (SIGNATURE + b"\x22\x11\0\x0c" + bytes(12), "malformed: command 2")], ids=range(5))
def test_B6_a_balancer_without_its_header_is_closed(site, first, why):
    before = refusals(site)
    with socket.create_connection(("127.0.0.1", site.port), 10) as link:
        link.sendall(first)
        assert read_to_end(link) == b""
    wait_for_refusal(site, before, why)


def test_D2_a_header_that_takes_too_long_is_not_waited_for(site):
    before = refusals(site)
    begin = time.monotonic()
    with socket.create_connection(("127.0.0.1", site.port), 10) as link:
        link.sendall(b"PROXY TCP4 203.0.113.9 ")
        assert read_to_end(link) == b""
    assert 1.5 < time.monotonic() - begin < 8
    wait_for_refusal(site, before, "timeout")


def test_a_look_at_the_port_is_no_error(site):
    before = refusals(site)
    socket.create_connection(("127.0.0.1", site.port), 10).close()
    assert told(site, v1("203.0.113.9")) == "203.0.113.9"
    assert refusals(site) == before


def test_both_versions_and_families(site):
    assert told(site, v1("203.0.113.9")) == "203.0.113.9"
    assert told(site, v1("2001:db8::9")) == "2001:db8::9"
    assert told(site, v2("203.0.113.9")) == "203.0.113.9"
    assert told(site, v2("2001:db8::9", more=b"\x04\0\x05hello")) == "2001:db8::9"
    assert told(site, v2("::ffff:203.0.113.9")) == "203.0.113.9"
    with opened(site, v2("203.0.113.22"), protocol="h2") as link:
        assert link.selected_alpn_protocol() == "h2"


def test_B6_a_header_leaves_no_room_for_what_the_client_says(site):
    claim = ("X-Forwarded-For", "198.51.100.5")
    assert told(site, v1("203.0.113.9"), claim) == "203.0.113.9"
    assert told(site, v2("2001:db8::9"), claim) == "2001:db8::9"
    # A proxy behind the balancer that is trusted itself says who its clients are.
    assert told(site, v1("10.0.0.7"), claim) == "198.51.100.5"
    assert told(site, v1("10.0.0.7")) == "10.0.0.7"
    # Of whom the balancer does not say who he is nobody knows it.
    for unnamed in (LOCAL, v2("203.0.113.9", command=0x20), b"PROXY UNKNOWN\r\n", SIGNATURE + b"\x21\0\0\0"):
        assert told(site, unnamed, claim) == "127.0.0.1"


def test_F10_guessing_through_a_balancer_is_throttled_by_client(make_instance, make_echo):
    instance = make_instance(extra="\n[login-limits]\naddress-max-failures = 3\n")
    instance.setup_demo(make_echo())
    reload(instance, ROWS)

    def attempt(client):
        with opened(instance, v1(client)) as link:
            link.sendall(b"GET /app/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                         b"Authorization: Basic YWxpY2U6d3Jvbmc=\r\n\r\n")
            return parse_responses(read_to_end(link))[0].status
    assert [attempt("203.0.113.9") for _ in range(5)] == [401] * 3 + [429] * 2
    assert attempt("203.0.113.10") == 401


def test_a_reload_turns_it_on_and_off_for_new_connections(own):  # noqa: F811
    def status(link):
        link.sendall(GET)
        received = read_more(link)
        while not parse_responses(received)[-1].complete:
            received = read_more(link, received)
        return parse_responses(received)[-1].status
    with own.open() as link:
        assert status(link) == 200
        reload(own, ROWS)
        assert status(link) == 200
    with pytest.raises((ssl.SSLError, ConnectionError)):
        with own.open():
            pass
    assert told(own, v2("203.0.113.9")) == "203.0.113.9"
    reload(own, {"server proxy-protocol": None})
    assert told(own, b"", ("X-Forwarded-For", "203.0.113.9")) == "203.0.113.9"
    with pytest.raises((ssl.SSLError, ConnectionError)):
        with opened(own, v2("203.0.113.9")):
            pass
