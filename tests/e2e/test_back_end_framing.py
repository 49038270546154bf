"""Answers of back ends that break the protocol, and tunnels (attack cases C8 and C9)."""
import contextlib
import re
import socket
import ssl
import threading
import time

import pytest

from sallyport import parse_responses, read_to_end, read_until, wait_until
from test_framing import SMUGGLED  # noqa: F401


WEBSOCKET = (b"GET /script/ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
             b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
SWITCHED = (b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")


def answering(answer, after=b""):
    """A script that says the same to every request, with something behind it, and keeps what it was sent."""
    def script(link, number):
        while head := script.back_end.read_head(link):
            body = re.search(rb"(?i)content-length: (\d+)", head)
            if body:
                link.recv(int(body.group(1)), socket.MSG_WAITALL)
            link.sendall(answer + after)
    return script


@pytest.fixture
def answers(make_script):
    def make(answer, after=b""):
        script = answering(answer, after)
        script.back_end = make_script(script)
        return script.back_end
    return make


def test_C8_a_tunnel_needs_a_101(demo, answers):
    back_end = answers(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno")
    # What is sent as if the tunnel were there already goes to nobody: it is no tunnel, and no second request either.
    data = demo.raw(WEBSOCKET + SMUGGLED.replace(b"/std", b"/script"))
    (answer,) = parse_responses(data)
    assert (answer.status, answer.body) == (200, b"no")
    assert len(back_end.heads) == 1
    assert b"Upgrade: websocket" in back_end.heads[0]


def test_C8_an_upgrade_that_is_refused(demo, answers):
    back_end = answers(b"HTTP/1.1 426 Upgrade Required\r\nUpgrade: other\r\nConnection: Upgrade\r\nContent-Length: 0\r\n\r\n")
    with demo.open() as link:
        link.sendall(WEBSOCKET)
        assert read_until(link, b"\r\n\r\n").startswith(b"HTTP/1.1 426 ")
        # The connection speaks HTTP as before.
        link.sendall(b"GET /script/next HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert read_to_end(link).startswith(b"HTTP/1.1 426 ")
    assert len(back_end.heads) == 2


@pytest.mark.parametrize("switched", [
    SWITCHED.replace(b"websocket", b"other"), SWITCHED.replace(b"Upgrade: websocket\r\n", b""), SWITCHED.replace(b"Connection: Upgrade\r\n", b""),
    SWITCHED.replace(b"Connection: Upgrade", b"Connection: close"), SWITCHED.replace(b"Sec-WebSocket-Accept", b"X"),
    SWITCHED.replace(b"websocket", b"websocket, other"), SWITCHED.replace(b"websocket", b"websocket\r\nUpgrade: other"),
    SWITCHED.replace(b"Connection", b"Content-Length: 5\r\nConnection"),
    SWITCHED.replace(b"Connection", b"Transfer-Encoding: chunked\r\nConnection")])
def test_C8_a_101_to_something_else_is_no_101(demo, answers, switched):
    answers(switched)
    assert demo.raw(WEBSOCKET).startswith(b"HTTP/1.1 502 ")


def test_C8_bytes_before_the_101_are_not_forwarded(demo, make_script):
    got = []

    def script(link, number):
        if not back_end.read_head(link):
            return
        time.sleep(0.2)  # long enough for the early bytes to be there
        link.sendall(SWITCHED)
        got.append(read_to_end(link))

    back_end = make_script(script)
    answer = demo.raw(WEBSOCKET + b"\x81\x85early")
    assert not answer.startswith(b"HTTP/1.1 101 ")
    wait_until(lambda: got, "the back end saw the end", 5)
    assert got == [b""]


def test_C9_a_101_that_nobody_asked_for(demo, answers):
    back_end = answers(SWITCHED)
    assert demo.ask("/script/x").status == 502
    # Nor with what we do not pass on.
    with demo.open() as link:
        link.sendall(WEBSOCKET.replace(b"websocket", b"h2c"))
        assert read_until(link, b"</html>").startswith(b"HTTP/1.1 502 ")
    assert back_end.connections == 2


def test_C9_surplus_bytes_are_nobodys_answer(demo, answers):
    ok = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    for surplus in (b"x", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", b"\r\n"):
        back_end = answers(ok, surplus)
        for number in (1, 2, 3):
            assert demo.ask(f"/script/{number}").body == b"ok"
        assert back_end.connections == 3  # none of them was used again


def test_C9_surplus_bytes_that_come_later_are_nobodys_answer(demo, make_script):
    def script(link, number):
        while back_end.read_head(link):
            link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            time.sleep(0.1)
            link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
            sent.set()

    sent = threading.Event()
    back_end = make_script(script)
    for _ in range(2):
        assert demo.ask("/script/x").body == b"ok"
        assert sent.wait(5)
        sent.clear()
    assert back_end.connections == 2


def test_C9_endless_1xx(demo, make_script):
    def script(link, number):
        if back_end.read_head(link):
            with contextlib.suppress(OSError):
                for _ in range(100000):
                    link.sendall(b"HTTP/1.1 102 Processing\r\n\r\n")

    back_end = make_script(script)
    assert demo.ask("/script/x").status == 502


def test_a_few_1xx_are_fine(demo, answers):
    answers(b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" * 3 + b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    assert demo.ask("/script/x").body == b"ok"


@pytest.mark.parametrize("answer", [
    b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20000 + b"\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"y" * (1 << 20) + b"\r\n\r\n",
    b"HTTP/1.1 200 " + b"O" * (1 << 20) + b"K\r\n\r\n", b"HTTP/1.1 200 OK\r\nX y: z\r\nContent-Length: 0\r\n\r\n", b"HTTP/1.1 200 OK\nContent-Length: 0\n\n",
    b"HTTP/1.1 99 Low\r\n\r\n", b"HTTP/1.1 600 High\r\n\r\n", b"HTTP/2.0 200 OK\r\n\r\n", b"ICY 200 OK\r\n\r\n", b"<html>", b"\x15\x03\x01\x00\x02\x02\x0a\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n", b"HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\nhello",
    b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: a\x00b\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n"])
def test_C9_answers_that_break_the_protocol_are_a_502(demo, answers, answer):
    back_end = answers(answer)
    for number in (1, 2):
        refused = demo.ask("/script/x")
        assert refused.status == 502
        assert b"evil" not in refused.body
    assert back_end.connections == 2


@pytest.mark.parametrize("end", [b"", b"HTTP/1.1 200 O", b"HTTP/1.1 200 OK\r\nX: y\r\n"])
def test_C9_a_back_end_that_hangs_up_before_its_answer_is_a_502(demo, make_script, end):
    def script(link, number):
        back_end.read_head(link)
        link.sendall(end)

    back_end = make_script(script)
    assert demo.ask("/script/x").status == 502
    assert demo.ask("/script/x", "POST", body=b"hello").status == 502
    assert back_end.connections == 2  # neither was sent again: nobody knows what has been done


@pytest.mark.parametrize("answer", [b"Content-Length: 100\r\n\r\nhalf", b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n"])
def test_C9_a_cut_answer_never_looks_whole(demo, make_script, answer):
    def script(link, number):
        back_end.read_head(link)
        link.sendall(b"HTTP/1.1 200 OK\r\n" + answer)

    back_end = make_script(script)
    for version in ("HTTP/1.1", "HTTP/1.0"):
        with demo.open(ragged_ends=False) as link:
            link.sendall(f"GET /script/x {version}\r\nHost: localhost\r\n\r\n".encode())
            received = b""
            with pytest.raises((ssl.SSLError, ConnectionError), match="EOF|reset"):  # no close_notify
                while chunk := link.recv(65536):
                    received += chunk
        assert b"half" in received and b"\r\n0\r\n\r\n" not in received
    wait_until(lambda: f"at junction /script, server 127.0.0.1:{back_end.port}, answer cut short: " in demo.process.text(), "the reason in the event log")


def test_answers_until_the_end_of_the_connection(demo, make_script):
    def script(link, number):
        back_end.read_head(link)
        link.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100000)

    back_end = make_script(script)
    with demo.open() as link:
        for _ in range(2):
            link.sendall(b"GET /script/x HTTP/1.1\r\nHost: localhost\r\n\r\n")
            (answer,) = parse_responses(read_until(link, b"\r\n0\r\n\r\n"))
            assert answer.body == b"x" * 100000
        link.sendall(b"GET /script/x HTTP/1.0\r\nHost: localhost\r\n\r\n")
        (answer,) = parse_responses(read_to_end(link))
        assert answer.body == b"x" * 100000
    assert back_end.connections == 3


def test_a_connection_that_says_close_is_not_used_again(demo, answers):
    for close in (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"):
        back_end = answers(close)
        for _ in range(3):
            assert demo.ask("/script/x").body == b"ok"
        assert back_end.connections == 3
    back_end = answers(b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok")
    for _ in range(3):
        assert demo.ask("/script/x").body == b"ok"
