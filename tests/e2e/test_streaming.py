"""Bodies of any size and any slowness pass in constant memory, piece by piece; who is too slow is cut off."""
import contextlib
import os
import pathlib
import re
import socket
import struct
import subprocess
import threading
import time

import pytest

from sallyport import SANITIZED, Instance, parse_responses, read_to_end, read_until, wait_until

# Sanitizers keep what was freed: no word on memory then, and a tenth of the speed.
LARGE = (256 << 20) if SANITIZED else 4 << 30
MOST_GROWTH = 8 << 20


@pytest.fixture(scope="module")
def std(demo, echo):
    demo.admin("junction", "create", "-t", "tcp", "-h", "127.0.0.1", "-p", echo.port, "/std")
    demo.publish("/std")
    return demo


def memory(instance, what):
    status = pathlib.Path(f"/proc/{instance.process.popen.pid}/status").read_text()
    return int(re.search(rf"{what}:\s+(\d+) kB", status).group(1)) * 1024


@contextlib.contextmanager
def constant_memory(instance):
    """Nothing in the block lets the daemon grow, not even for a moment."""
    pathlib.Path(f"/proc/{instance.process.popen.pid}/clear_refs").write_text("5")  # the peak from now on
    before = memory(instance, "VmRSS")
    yield
    assert SANITIZED or memory(instance, "VmHWM") - before < MOST_GROWTH


def bulk(link, number):
    """Answers GET with LARGE bytes, and reads what POST brings."""
    head = link.recv(65536)
    if head.startswith(b"GET"):
        link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % LARGE)
        block = bytes(1 << 20)
        for _ in range(LARGE >> 20):
            link.sendall(block)
        return
    total = len(head) - head.index(b"\r\n\r\n") - 4
    buffer = bytearray(1 << 20)
    chunked = b"transfer-encoding" in head.lower()
    tail = head[-5:]
    while (tail != b"0\r\n\r\n") if chunked else (total < LARGE):
        n = link.recv_into(buffer)
        if n == 0:
            return
        total += n
        tail = (tail + bytes(buffer[:n][-5:]))[-5:]
    body = b"%d" % total
    link.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def curl(instance, *args):
    result = subprocess.run(["curl", "-sS", "--http1.1", "--cacert", instance.dir / "ca.pem", *map(str, args)], capture_output=True, timeout=170)
    assert result.returncode == 0, result.stderr
    return result.stdout.decode()


def test_a_large_download_passes_in_constant_memory(demo, make_script):
    make_script(bulk)
    with constant_memory(demo):
        done = curl(demo, "-o", "/dev/null", "-w", "%{http_code} %{size_download}", demo.url("/script/x"))
    assert done == f"200 {LARGE}"


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_a_large_upload_passes_in_constant_memory(demo, make_script, tmp_path, framing):
    make_script(bulk)
    # In chunks a quarter of it, to be quick; all of it with SALLYPORT_LONG=1.
    chunked = framing == "chunked"
    size = LARGE // 4 if chunked and not os.environ.get("SALLYPORT_LONG") else LARGE
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(size)
    with constant_memory(demo):
        total = int(curl(demo, "-T", path, "-X", "POST", *(["-H", "Transfer-Encoding: chunked"] if chunked else []), demo.url("/script/x")))
    # Chunks have heads, which this back end counts too.
    assert size <= total < size * 1.01 if chunked else total == size


def test_a_reader_that_stops_stops_the_back_end(demo, make_script):
    sent = []

    def script(link, number):
        back_end.read_head(link)
        link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % LARGE)
        block = bytes(65536)
        with contextlib.suppress(OSError):
            while True:
                link.sendall(block)
                sent.append(len(block))

    back_end = make_script(script)
    with constant_memory(demo), demo.open() as link:
        link.sendall(b"GET /script/x HTTP/1.1\r\nHost: localhost\r\n\r\n")
        link.recv(65536)
        wait_until(lambda: stands_still(sent), "nothing moves any more")
        assert sum(sent) < 64 << 20  # what the kernel's buffers hold


def stands_still(sent):
    before = len(sent)
    time.sleep(0.3)
    return before > 0 and len(sent) == before


def test_a_back_end_that_stops_reading_stops_the_client(demo, make_script):
    go_on = threading.Event()

    def script(link, number):
        back_end.read_head(link)
        go_on.wait(30)

    back_end = make_script(script)
    sent = []
    with constant_memory(demo), demo.open() as link:
        link.sendall(b"POST /script/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % LARGE)
        link.settimeout(1)
        with pytest.raises(TimeoutError):
            while sum(sent) < 64 << 20:
                sent.append(link.send(bytes(65536)))
    go_on.set()


@pytest.mark.parametrize("framing", ["chunked", "length", "close"])
def test_events_are_passed_on_as_they_come(demo, make_script, framing):
    take = threading.Semaphore(0)
    head = {"chunked": b"Transfer-Encoding: chunked\r\n", "length": b"Content-Length: 27\r\n", "close": b""}[framing]

    def script(link, number):
        back_end.read_head(link)
        link.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n" + head + b"\r\n")
        for i in range(3):
            assert take.acquire(timeout=10)
            event = b"data: %d\n\n" % i
            link.sendall(b"%x\r\n%b\r\n" % (len(event), event) if framing == "chunked" else event)
        if framing == "chunked":
            link.sendall(b"0\r\n\r\n")

    back_end = make_script(script)
    with demo.open() as link:
        link.sendall(b"GET /script/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        read_until(link, b"\r\n\r\n")  # the head comes before any event
        for i in range(3):
            take.release()
            assert b"data: %d\n\n" % i in read_until(link, b"\n\n")
        read_to_end(link)


@pytest.mark.parametrize("framing", ["chunked", "length"])
def test_pieces_of_an_upload_are_passed_on_as_they_come(demo, make_script, framing):
    def script(link, number):
        back_end.read_head(link)
        link.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n")
        for i in range(3):  # an answer while the request is under way
            piece = read_until(link, b";")
            link.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
        link.sendall(b"0\r\n\r\n")

    back_end = make_script(script)
    head = b"Transfer-Encoding: chunked\r\n" if framing == "chunked" else b"Content-Length: 21\r\n"
    with demo.open() as link:
        link.sendall(b"POST /script/duplex HTTP/1.1\r\nHost: localhost\r\n" + head + b"\r\n")
        read_until(link, b"\r\n\r\n")
        for i in range(3):
            piece = b"piece%d;" % i
            link.sendall(b"7\r\n%b\r\n" % piece if framing == "chunked" else piece)
            assert b"piece%d" % i in read_until(link, b";")
        if framing == "chunked":
            link.sendall(b"0\r\n\r\n")
        read_to_end(link)


class WebSocket:
    def __init__(self, link, path, host="localhost", extra=""):
        link.sendall((f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
                      f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{extra}\r\n").encode())
        self.link = link
        self.head = read_until(link, b"\r\n\r\n")

    def send(self, payload, opcode=2):
        length = len(payload)
        head = bytes([0x80 | opcode])
        head += struct.pack("!B", 0x80 | length) if length < 126 else struct.pack("!BH", 0x80 | 126, length) if length < 65536 else struct.pack("!BQ", 0x80 | 127, length)
        self.link.sendall(head + b"\0\0\0\0" + payload)  # masked by zeros

    def exactly(self, count):
        data = bytearray()
        while len(data) < count:
            chunk = self.link.recv(count - len(data))
            assert chunk
            data += chunk
        return bytes(data)

    def receive(self):
        first, length = self.exactly(2)
        if length == 126:
            (length,) = struct.unpack("!H", self.exactly(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", self.exactly(8))
        return first & 15, self.exactly(length)


def test_websocket_messages_pass_both_ways(std):
    with std.open() as link:
        socket_ = WebSocket(link, "/std/echo/websocket")
        assert socket_.head.startswith(b"HTTP/1.1 101 ")
        assert b"\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in socket_.head
        for payload in (b"hello", b"", os.urandom(200), os.urandom(70000), os.urandom(3 << 20)):
            socket_.send(payload)
            assert socket_.receive() == (2, payload)
        socket_.send(b"ping", 9)
        assert socket_.receive() == (10, b"ping")
        socket_.send(struct.pack("!H", 1000), 8)
        assert socket_.receive()[0] == 8
        assert read_to_end(link) == b""


def test_websocket_needs_the_same_permission_as_a_page(std):
    with std.open() as link:
        socket_ = WebSocket(link, "/app/echo/websocket")
        assert not socket_.head.startswith(b"HTTP/1.1 101 ")
    browser = std.browser()
    browser.login("alice")
    cookie = "; ".join(f"{k}={v}" for k, v in browser.cookies.items())
    with std.open() as link:
        socket_ = WebSocket(link, "/app/echo/websocket", f"localhost:{std.port}", f"Cookie: {cookie}\r\n")
        assert socket_.head.startswith(b"HTTP/1.1 101 ")
        socket_.send(b"alice")
        assert socket_.receive() == (2, b"alice")


def test_websockets_with_a_real_client(std):
    import asyncio
    import ssl

    import websockets

    async def talk():
        context = ssl.create_default_context(cafile=str(std.dir / "ca.pem"))
        async with websockets.connect(f"wss://localhost:{std.port}/std/echo/websocket", ssl=context, host="127.0.0.1") as client:
            for message in ("text", b"bytes" * 10000):
                await client.send(message)
                assert await client.recv() == message

    asyncio.run(talk())


def test_a_tunnel_ends_when_either_side_goes(demo, make_script):
    ended = threading.Event()

    def script(link, number):
        back_end.read_head(link)
        link.sendall(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                     b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\nfirst bytes")
        if number == 1:
            return  # hangs up
        while link.recv(100):
            pass
        ended.set()

    back_end = make_script(script)
    with demo.open() as link:
        socket_ = WebSocket(link, "/script/ws")
        assert (socket_.head + read_to_end(link)).endswith(b"\r\n\r\nfirst bytes")
    with demo.open() as link:
        WebSocket(link, "/script/ws")
    assert ended.wait(5)


SLOW = "\n[server]\nintra-connection-timeout = 1\nmin-receive-rate = 1000\nmin-send-rate = 10000000\nslow-peer-grace = 1\n"


@pytest.fixture(scope="module")
def strict(tmp_path_factory, echo):
    instance = Instance(tmp_path_factory.mktemp("strict"), extra=SLOW).start()
    instance.admin("junction", "create", "-t", "tcp", "-h", "127.0.0.1", "-p", echo.port, "/std")
    instance.publish("/std")
    yield instance
    instance.stop()


def test_D2_a_body_that_stops_is_408(strict):
    began = time.monotonic()
    with strict.open() as link:
        link.sendall(b"POST /std/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf")
        assert read_to_end(link).startswith(b"HTTP/1.1 408 ")
    assert 0.9 < time.monotonic() - began < 8


def test_D2_a_body_byte_by_byte_is_cut_off(strict):
    began = time.monotonic()
    received = b""
    with strict.open() as link:
        link.sendall(b"POST /std/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n")
        link.settimeout(0.05)
        while not received and time.monotonic() - began < 8:
            with contextlib.suppress(OSError):
                link.sendall(b"x")
            with contextlib.suppress(TimeoutError):
                received = link.recv(100)
    assert received.startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - began < 8


def test_D2_a_fast_body_is_not_cut_off(strict):
    with strict.open() as link:
        link.sendall(b"POST /std/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 4000\r\n\r\n")
        for _ in range(40):  # longer than the grace, faster than the rate
            link.sendall(b"x" * 100)
            time.sleep(0.04)
        (answer,) = parse_responses(read_to_end(link))
    assert answer.json()["body_length"] == 4000


def is_alive(strict):
    """How many connections the daemon has."""
    return len(subprocess.run(["ss", "-tnH", "state", "established", f"( sport = :{strict.port} )"], capture_output=True, text=True).stdout.splitlines())


def test_D2_a_reader_that_stops_is_cut_off(strict):
    with strict.open() as link:
        link.sendall(b"GET /std/echo/download/200000000 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        link.recv(1000)
        # Not a byte more is taken; the connection goes all the same.
        wait_until(lambda: is_alive(strict) == 0, "the daemon gave the connection up", 8)


def test_D2_a_reader_byte_by_byte_is_cut_off(strict):
    began = time.monotonic()
    with socket.socket() as plain:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        plain.settimeout(10)
        plain.connect(("127.0.0.1", strict.port))
        with strict.tls().wrap_socket(plain, server_hostname="localhost") as link:
            link.sendall(b"GET /std/echo/download/200000000 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            # What the kernel holds may still arrive, but the daemon lets go.
            while is_alive(strict) and time.monotonic() - began < 12:
                link.recv(2000)
                time.sleep(0.05)  # 40 kB/s at most
    assert time.monotonic() - began < 12


def test_a_slow_answer_is_waited_for(strict):
    assert strict.ask("/std/echo/sleep/2500").status == 200
