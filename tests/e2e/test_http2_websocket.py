"""WebSockets over HTTP/2 (RFC 8441): extended CONNECT is judged as the GET of HTTP/1.1 would be, and carried as well."""
import base64
import hashlib
import os
import struct
import threading

import pytest

from h2client import CANCEL, DATA, END_HEADERS, END_STREAM, H2, HEADERS, NO_ERROR, PROTOCOL_ERROR, RST_STREAM, frame, literal, number
from sallyport import Instance, read_until, wait_until

SETTINGS_ENABLE_CONNECT_PROTOCOL = 8
SAMPLE_ACCEPT = b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # to the key of RFC 6455 section 1.2, which nobody sends here


@pytest.fixture(scope="module")
def demo(tmp_path_factory, echo):
    instance = Instance(tmp_path_factory.mktemp("websocket")).start()
    instance.setup_demo(echo)
    instance.admin("junction", "create", "-t", "tcp", "-h", "127.0.0.1", "-p", echo.port, "/std")
    instance.publish("/std")
    yield instance
    instance.stop()


@pytest.fixture
def link(demo):
    with H2(demo) as connection:
        yield connection


@pytest.fixture(scope="module")
def alice(demo):
    browser = demo.browser()
    browser.login("alice")
    return [("cookie", "; ".join(f"{k}={v}" for k, v in browser.cookies.items()))]


def fields(link, path, headers=(), protocol="websocket", **changed):
    head = {":method": "CONNECT", ":protocol": protocol, ":scheme": "https", ":authority": link.authority, ":path": path, **changed}
    return [*((name, value) for name, value in head.items() if value is not None), *headers]


class Socket:
    def __init__(self, link, path, headers=()):
        self.link = link
        self.stream = link.send_head(fields(link, path, [("sec-websocket-version", "13"), *headers]), end=False)
        self.taken = 0

    @property
    def state(self):
        return self.link.streams[self.stream]

    def status(self):
        assert self.link.read_until(lambda: self.state.fields or self.state.closed)
        return self.state.status

    def send(self, payload, opcode=2):
        length = len(payload)
        size = struct.pack("!B", 128 + length) if length < 126 else struct.pack("!BQ", 255, length)
        self.link.send_body(self.stream, bytes([128 + opcode]) + size + b"\0\0\0\0" + payload, end=False)

    def exactly(self, count):
        assert self.link.read_until(lambda: len(self.state.body) - self.taken >= count or self.state.closed)
        piece = bytes(self.state.body[self.taken:self.taken + count])
        assert len(piece) == count, self.state
        self.taken += count
        return piece

    def receive(self):
        first, length = self.exactly(2)
        if length == 126:
            (length,) = struct.unpack("!H", self.exactly(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", self.exactly(8))
        return first & 15, self.exactly(length)

    def end(self):
        self.link.send(frame(DATA, END_STREAM, self.stream))

    def reset(self):
        self.link.send(frame(RST_STREAM, 0, self.stream, number(CANCEL)))

    def echoes(self):
        assert self.status() == 200
        self.send(b"hello")
        return self.receive() == (2, b"hello")


def answer_to(head):
    """101 with the proof that the key was read."""
    key = next(line.split(b": ")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key"))
    proof = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
    return (b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Accept: " + proof + b"\r\n\r\n")


def read_to_end_of(connection):
    data = b""
    while chunk := connection.recv(65536):
        data += chunk
    return data


def test_it_is_announced(link):
    link.ask("/std/x")
    assert link.settings[SETTINGS_ENABLE_CONNECT_PROTOCOL] == 1


def test_messages_pass_both_ways_beside_other_requests(link):
    socket = Socket(link, "/std/echo/websocket", [("sec-websocket-key", "theirs")])
    assert socket.status() == 200
    names = {name for name, _ in socket.state.fields}
    assert not names & {"upgrade", "connection", "sec-websocket-accept", "content-length", "transfer-encoding"}
    for payload in (b"hello", b"", os.urandom(200), os.urandom(70000), os.urandom(2 << 20)):
        socket.send(payload)
        assert socket.receive() == (2, payload)
        assert link.ask("/std/x").status == 200
    other = Socket(link, "/std/echo/websocket")
    assert other.echoes() and socket.echoes()
    # The close of RFC 6455 and then that of the stream, from the server's side first.
    socket.send(struct.pack("!H", 1000), 8)
    assert socket.receive()[0] == 8
    assert link.read_until(lambda: socket.state.ended)
    socket.end()
    assert other.echoes()
    assert socket.state.error is None


def test_the_back_end_gets_the_upgrade_of_http_1(demo, link, alice, make_script):
    released = threading.Event()
    ended = threading.Event()

    def script(connection, _):
        head = back_end.read_head(connection)
        connection.sendall(answer_to(head) + b"first bytes")
        released.wait(10)
        connection.shutdown(1)  # says nothing more, and goes on listening
        heard.append(read_to_end_of(connection))
        ended.set()

    heard = []
    back_end = make_script(script)
    socket = Socket(link, "/script/ws?x=1", [("origin", f"https://localhost:{demo.port}"), ("sec-websocket-protocol", "chat"), *alice])
    assert socket.status() == 200
    assert socket.exactly(11) == b"first bytes"
    head = back_end.heads[0].decode()
    lines = head.split("\r\n")
    assert lines[0] == "GET /ws?x=1 HTTP/1.1"
    sent = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:] if line)}
    assert sent["connection"] == "Upgrade" and sent["upgrade"] == "websocket"
    assert sent["sec-websocket-version"] == "13" and len(sent["sec-websocket-key"]) == 24
    assert sent["sec-websocket-protocol"] == "chat" and sent["origin"].startswith("https://localhost")
    assert "content-length" not in sent and "transfer-encoding" not in sent and "protocol" not in sent
    released.set()
    assert link.read_until(lambda: socket.state.ended)
    link.send_body(socket.stream, b"last words", end=True)
    assert ended.wait(10) and heard == [b"last words"]
    assert link.ask("/std/x").status == 200


def test_a_reset_ends_the_other_side_and_nothing_else(link, make_script):
    ended = threading.Event()

    def script(connection, number):
        head = back_end.read_head(connection)
        connection.sendall(answer_to(head))
        if number == 1:
            read_to_end_of(connection)
            ended.set()
        else:
            connection.recv(1)
            connection.setsockopt(1, 13, struct.pack("ii", 1, 0))  # SO_LINGER: close() resets

    back_end = make_script(script)
    first = Socket(link, "/script/ws")
    assert first.status() == 200
    first.reset()
    assert ended.wait(10)
    second = Socket(link, "/script/ws")
    assert second.status() == 200
    link.send_body(second.stream, b"x", end=False)
    assert link.wait(second.stream).error == CANCEL
    assert link.ask("/std/x").status == 200


def test_the_same_decisions_as_for_a_page(demo, link, alice):
    assert Socket(link, "/app/echo/websocket").status() == 401
    assert Socket(link, "/app/echo/websocket", [("sec-fetch-mode", "websocket")]).status() == 401
    allowed = Socket(link, "/app/echo/websocket", alice)
    assert allowed.status() == 200 and allowed.echoes()
    browser = demo.browser()
    browser.login("bob")
    bob = [("cookie", "; ".join(f"{k}={v}" for k, v in browser.cookies.items()))]
    assert Socket(link, "/app/staff", bob).status() == 403
    demo.wait_for_audit(reason="no_permission", method="GET")
    assert Socket(link, "/nowhere/x", alice).status() in (403, 404)
    assert Socket(link, "/app/../app/%2e%2e/app/staff", bob).status() in (400, 403)
    assert Socket(link, "/app/../app/echo/websocket", alice).status() in (200, 400)
    # A mount point without its final slash is redirected to it, as for a page.
    bare = Socket(link, "/app", alice)
    assert bare.status() == 302 and dict(bare.state.fields)["location"].endswith("/app/")
    # None of our own pages is a tunnel.
    for path in ("/pkmslogin.form", "/pkmslogout", "/pkmspublic"):
        assert Socket(link, path, alice).status() >= 300
    assert allowed.echoes()


def test_an_unknown_host_is_misdirected(link):
    stream = link.send_head(fields(link, "/std/echo/websocket", **{":authority": "other.example"}), end=False)
    assert link.wait(stream).status == 421


@pytest.mark.parametrize("name, changed, headers, expected", [
    ("no protocol", {":protocol": None}, [], PROTOCOL_ERROR),
    ("another protocol", {":protocol": "connect-udp"}, [], 501),
    ("an empty protocol", {":protocol": ""}, [], PROTOCOL_ERROR),
    ("two protocols", {":protocol": "websocket, h2c"}, [], 501),
    ("GET", {":method": "GET"}, [], PROTOCOL_ERROR),
    ("no path", {":path": None}, [], PROTOCOL_ERROR),
    ("no scheme", {":scheme": None}, [], PROTOCOL_ERROR),
    ("no authority", {":authority": None}, [], PROTOCOL_ERROR),
    ("another scheme", {":scheme": "wss"}, [], PROTOCOL_ERROR),
    ("a path without slash", {":path": "std"}, [], PROTOCOL_ERROR),
    ("a body length", {}, [("content-length", "5")], PROTOCOL_ERROR),
    ("no body", {}, [("content-length", "0")], PROTOCOL_ERROR),
    ("upgrade", {}, [("upgrade", "websocket")], PROTOCOL_ERROR),
    ("te", {}, [("transfer-encoding", "chunked")], PROTOCOL_ERROR)])
def test_C6_C8_what_is_no_request_for_a_websocket(link, name, changed, headers, expected):
    stream = link.send_head(fields(link, "/std/echo/websocket", headers, **changed), end=False, raw=True)
    closed = link.wait(stream)
    assert expected in (closed.error, closed.status), closed
    assert link.ask("/std/x").status == 200


def test_C6_plain_connect_is_not_implemented(link):
    closed = link.wait(link.send_head([(":method", "CONNECT"), (":authority", link.authority)], end=False))
    assert closed.status == 501
    assert link.ask("/std/x").status == 200


def test_C6_a_client_that_ends_at_once(link):
    assert link.wait(link.send_head(fields(link, "/std/echo/websocket"))).error == PROTOCOL_ERROR
    assert link.ask("/std/x").status == 200


def test_C6_a_tunnel_has_no_trailers(link):
    socket = Socket(link, "/std/echo/websocket")
    assert socket.status() == 200
    link.send(frame(HEADERS, END_HEADERS | END_STREAM, socket.stream, literal([("x-trailer", "1")])))
    assert link.wait(socket.stream).error == PROTOCOL_ERROR
    assert link.ask("/std/x").status == 200


def test_C8_bytes_before_the_answer_are_not_forwarded(link, make_script):
    heard = []
    got = threading.Event()

    def script(connection, _):
        head = back_end.read_head(connection)
        go_on.wait(10)
        connection.sendall(answer_to(head))
        heard.append(read_to_end_of(connection))
        got.set()

    go_on = threading.Event()
    back_end = make_script(script)
    socket = Socket(link, "/script/ws")
    wait_until(lambda: back_end.heads, "the head")
    link.send_body(socket.stream, b"early", end=False)
    assert link.ask("/std/x").status == 200  # so the bytes have been read
    go_on.set()
    assert link.wait(socket.stream).status == 400
    assert got.wait(10) and heard == [b""]


@pytest.mark.parametrize("answer", [
    b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage", b"HTTP/1.1 204 No Content\r\n\r\n",
    b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: " + SAMPLE_ACCEPT + b"\r\n\r\n",
    b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"])
def test_C8_no_tunnel_without_the_proof_of_a_websocket(link, make_script, answer):
    def script(connection, _):
        back_end.read_head(connection)
        connection.sendall(answer)
        connection.recv(1)

    back_end = make_script(script)
    assert Socket(link, "/script/ws").status() == 502
    assert link.ask("/std/x").status == 200


@pytest.mark.parametrize("status", [302, 401, 403, 404, 426, 500])
def test_C8_a_refusal_is_passed_on(link, status):
    socket = Socket(link, f"/std/echo/status/{status}")
    assert socket.status() == status
    assert link.wait(socket.stream).error in (None, NO_ERROR)
    assert link.ask("/std/x").status == 200


def test_C8_the_proof_is_checked_for_http_1_too(demo, make_script):
    def script(connection, _):
        head = back_end.read_head(connection)
        connection.sendall(answer_to(head).replace(b"Accept: ", b"Accept: x") if b"/bad" in head else answer_to(head))
        connection.recv(1)

    back_end = make_script(script)
    for path, expected in (("/script/ws", b"HTTP/1.1 101 "), ("/script/bad", b"HTTP/1.1 502 ")):
        with demo.open() as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost:{demo.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                               "Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
            assert read_until(connection, b"\r\n\r\n").startswith(expected)


def test_neither_side_is_read_faster_than_the_other_takes(demo, make_script):
    sent = []

    def script(connection, _):
        head = back_end.read_head(connection)
        connection.sendall(answer_to(head))
        connection.settimeout(2)
        try:
            while True:
                sent.append(connection.send(b"x" * 65536))
        except TimeoutError:
            pass
        connection.settimeout(30)
        stalled.set()
        go_on.wait(20)
        connection.sendall(b"!")
        connection.shutdown(1)
        read_to_end_of(connection)

    stalled, go_on = threading.Event(), threading.Event()
    back_end = make_script(script)
    with H2(demo, window=False, timeout=30) as link:
        socket = Socket(link, "/script/ws")
        assert socket.status() == 200
        assert stalled.wait(20)
        assert sum(sent) < 16 << 20  # what kernel and buffers hold
        assert len(socket.state.body) <= 65535
        link.window = True
        link.send(frame(8, 0, 0, number(1 << 30)) + frame(8, 0, socket.stream, number(1 << 30)))
        go_on.set()
        assert link.read_until(lambda: socket.state.ended, 30)
        assert len(socket.state.body) == sum(sent) + 1
        socket.end()


def test_F9_the_end_of_the_session_ends_it(demo, link):
    browser = demo.browser()
    browser.login("alice")
    cookie = [("cookie", "; ".join(f"{k}={v}" for k, v in browser.cookies.items()))]
    socket, nobodys = Socket(link, "/app/echo/websocket", cookie), Socket(link, "/std/echo/websocket")
    assert socket.echoes() and nobodys.echoes()
    assert browser.get("/pkmslogout").status == 200
    assert link.wait(socket.stream).error == CANCEL
    assert nobodys.echoes()


def test_websocket_idle_timeout(make_instance, echo):
    instance = make_instance(extra="\n[junction]\nwebsocket-idle-timeout = 1\n")
    instance.setup_demo(echo)
    with H2(instance) as link:
        socket = Socket(link, "/public/echo/websocket")
        assert socket.echoes()
        assert link.wait(socket.stream).error == CANCEL
        assert link.ask("/public/x").status == 200
