"""HTTP/2 from clients: the same requests, decisions and answers as by HTTP/1.1, many at once on one connection."""
import contextlib
import hashlib
import os
import re
import signal
import socket
import ssl
import subprocess
import threading
import time

import pytest
from selenium.webdriver.common.by import By

import h2client
from h2client import (CANCEL, CONTINUATION, DATA, END_HEADERS, END_STREAM, H2, HEADERS, INTERNAL_ERROR, NO_ERROR,
                      PROTOCOL_ERROR, RST_STREAM, STREAM_CLOSED, WINDOW_UPDATE, frame, literal, number)
from sallyport import SANITIZED, Browser, Instance, wait_until
from test_browser import chromium, log_in, wait_for_text  # noqa: F401
from test_streaming import constant_memory

LARGE = (32 << 20) if SANITIZED else 300 << 20


@pytest.fixture(scope="module")
def std(demo, echo):
    demo.admin("junction", "create", "-t", "tcp", "-h", "127.0.0.1", "-p", echo.port, "-c", "iv_user", "/std")
    demo.publish("/std")
    demo.admin("acl", "attach", "/WebSEAL/localhost-default/std/admin", "demo-users")
    return demo


@pytest.fixture
def link(std):
    with H2(std) as connection:
        yield connection


@pytest.fixture(scope="module")
def alice(std):
    browser = std.browser()
    browser.login("alice")
    return cookie_of(browser)


def cookie_of(browser):
    return [("cookie", "; ".join(f"{k}={v}" for k, v in browser.cookies.items()))]


def count(std, key):
    return std.ask(f"/std/echo/count?key={key}&peek=1").json()["count"]


def log_lines(instance, text):
    return [line for line in (instance.dir / "request.log").read_text().splitlines() if text in line]


def wait_for_log(instance, text):
    return wait_until(lambda: log_lines(instance, text), f"{text} in the log", 8)[0]


def curl(instance, path, *args, code=0):
    result = subprocess.run(["curl", "-sS", "--http2", "--cacert", instance.dir / "ca.pem", "--max-time", "120", *map(str, args),
                             instance.url(path)], capture_output=True, timeout=170)
    assert result.returncode == code, (result.returncode, result.stderr)
    return result.stdout


class H2Browser(Browser):
    """Keeps cookies; all requests on one connection of HTTP/2."""

    def __init__(self, instance, link):
        super().__init__(instance)
        self.link = link

    def request(self, method, target, body=None, headers=(), cookies=True, connection=None):
        # A crumb for each cookie, as browsers send them.
        crumbs = [("cookie", f"{k}={v}") for k, v in self.cookies.items()] if cookies else []
        sent = [(n.lower(), v) for n, v in dict(headers).items()] + crumbs
        response = self.link.ask(target, method, sent, body)
        for cookie in response.all("set-cookie"):
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.split(";")[0]
        return response


def test_login_and_identity(std, link):
    browser = H2Browser(std, link)
    browser.login("alice", target="/app/page?x=1")
    seen = browser.get("/app/page?x=1").json()
    assert seen["version"] == "HTTP/1.1"
    assert ["iv-user", "alice"] in seen["headers"]
    assert [v for n, v in seen["headers"] if n == "iv-groups"]
    assert [v for n, v in seen["headers"] if n.lower() == "via"][0].startswith("2.0 ")
    assert [v for n, v in seen["headers"] if n == "X-Forwarded-Host"] == [link.authority]
    assert browser.get("/app/page", cookies=False).text.count("/pkmslogin.form")
    wait_for_log(std, '"GET /app/page?x=1 HTTP/2.0" 200 ')


def test_a_parked_request_with_its_body_is_sent_after_the_login(std, link):
    browser = H2Browser(std, link)
    page = browser.request("POST", "/app/echo/count?key=h2-parked", b"the body")
    answer = browser.send_login(page, "alice")
    assert answer.status == 302
    seen = browser.get(answer.header("location").removeprefix(std.url())).json()
    assert (seen["count"], seen["method"]) == (1, "POST")
    assert seen["body_sha256"] == hashlib.sha256(b"the body").hexdigest()


def test_chromium_speaks_it(chromium, demo):  # noqa: F811
    chromium.get(demo.url("/app/page?h2"))
    log_in(chromium, "bob")
    wait_for_text(chromium, '"iv-user", "bob"')
    version = "return performance.getEntriesByType('navigation')[0].nextHopProtocol"
    assert chromium.execute_script(version) == "h2"
    chromium.get(demo.url("/app/staff"))
    wait_for_text(chromium, "403")
    chromium.get(demo.url("/pkmslogout"))
    chromium.get(demo.url("/app"))
    assert chromium.find_elements(By.NAME, "password")


def test_curl_and_its_version(std, alice):
    out = curl(std, "/std/x", "-w", "%{http_version} %{http_code}", "-o", "/dev/null", "-H", f"Cookie: {alice[0][1]}")
    assert out == b"2 200"


@pytest.mark.parametrize("length", ["known", "unknown"])
def test_a_body_arrives_whole(std, tmp_path, length):
    body = os.urandom(5 << 20)
    path = tmp_path / "body"
    path.write_bytes(body)
    args = ["-H", "Content-Length:"] if length == "unknown" else []
    answer = curl(std, "/std/x", "-X", "POST", "-T", path, *args)
    assert hashlib.sha256(body).hexdigest() in answer.decode()
    framing = "transfer-encoding" if length == "unknown" else "content-length"
    assert framing in answer.decode().lower()


@pytest.mark.parametrize("length", ["known", "unknown"])
def test_a_body_through_a_small_window_arrives_whole(std, link, length):
    body = os.urandom(3 << 20)
    headers = [("content-length", str(len(body)))] if length == "known" else []
    seen = link.ask("/std/x", "POST", headers, body).json()
    assert (seen["body_length"], seen["body_sha256"]) == (len(body), hashlib.sha256(body).hexdigest())


def test_padding_gives_its_window_back(std, link):
    stream = link.request("/std/x", "POST", end=False)
    link.read_until(lambda: link.settings)
    padded = bytes([255]) + b"x" * 10 + bytes(255)
    for _ in range(6000):  # 1.6 MB of padding, more than the windows
        if link.window_of(stream) < len(padded):
            link.read_until(lambda: link.window_of(stream) >= len(padded))
        link.send(frame(DATA, 8, stream, padded))
        link.connection_window -= len(padded)
        link.sent[stream] = link.sent.get(stream, 0) + len(padded)
    link.send(frame(DATA, END_STREAM, stream))
    assert link.wait(stream).response().json()["body_length"] == 60000


def test_answers_without_a_body(std, link):
    answer = link.ask("/std/echo/download/1000", "HEAD")
    assert (answer.status, answer.header("content-length"), answer.body) == (200, "1000", b"")
    for status in (204, 304):
        answer = link.ask(f"/std/echo/status/{status}")
        assert (answer.status, answer.body) == (status, b"")
        assert answer.header("content-length") is None
    answer = link.ask("/std/echo/redirect?to=/echo/x")
    assert (answer.status, answer.header("location")) == (302, "/std/echo/x")
    assert link.ask("/std/echo/status/404").status == 404


def test_answers_of_every_framing(std, link, make_script):
    def script(sock, number):
        for _ in range(3):
            back_end.read_head(sock)
            sock.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nKeep-Alive: 5\r\n\r\nto the end")
            return

    back_end = make_script(script)
    answer = link.ask("/script/close")
    assert answer.body == b"to the end"
    assert not [n for n, _ in answer.headers if n in ("connection", "keep-alive", "transfer-encoding")]
    assert all(n == n.lower() for n, _ in answer.headers)
    for size in (0, 1, 16384, 65535, 65536, 1000000):
        for query in ("", "?chunked=1"):
            answer = link.ask(f"/std/echo/download/{size}{query}")
            assert len(answer.body) == size
            assert answer.header("content-length") == (None if query else str(size))


def test_a_hundred_requests_at_once_get_their_own_answers(std, link):
    streams = {link.request(f"/std/echo/sleep/{(i * 37) % 100}?n={i}", "POST", body=b"%d" % i): i for i in range(100)}
    for stream, i in streams.items():
        seen = link.wait(stream).response().json()
        assert seen["target"].endswith(f"?n={i}")
        assert seen["body_sha256"] == hashlib.sha256(b"%d" % i).hexdigest()
    assert link.goaway is None


def test_more_than_the_limit_at_once_ends_the_connection(std):
    with H2(std) as link:
        link.read_until(lambda: link.settings)
        for _ in range(110):
            link.request("/std/echo/sleep/300")
        assert link.read_to_end(5) == PROTOCOL_ERROR


def test_h2load(std):
    out = subprocess.run(["h2load", "-n", "3000", "-c", "4", "-m", "16", "-t", "1", std.url("/std/x")], capture_output=True, text=True,
                         timeout=100).stdout
    # The connections end at their limit of 1000 requests, none of them before; h2load takes GOAWAY as it should.
    assert "3000 succeeded, 0 failed, 0 errored" in out, out


def test_nghttp_with_priorities_and_a_body(std, tmp_path):
    path = tmp_path / "body"
    path.write_bytes(os.urandom(300000))
    out = subprocess.run(["nghttp", "-v", "-d", path, std.url("/std/x"), std.url("/std/y")], capture_output=True, text=True, timeout=60)
    assert out.returncode == 0, out.stderr
    assert out.stdout.count(hashlib.sha256(path.read_bytes()).hexdigest()) == 2


def test_C5_expect_continue(std, link):
    stream = link.request("/std/x", "POST", [("expect", "100-continue"), ("content-length", "4")], end=False)
    link.read_until(lambda: link.streams[stream].interim)
    assert link.streams[stream].interim == [[(":status", "100")]]
    link.send_body(stream, b"body")
    assert link.wait(stream).response().json()["body_length"] == 4
    # Who is refused is not invited.
    stream = link.request("/x", "POST", [("expect", "100-continue"), ("content-length", "4")], authority="other.example", end=False)
    assert link.wait(stream).interim == []
    stream = link.request("/std/x", "POST", [("expect", "other"), ("content-length", "4")], end=False)
    assert link.wait(stream).status == 417


def test_C5_an_early_answer_ends_the_stream_and_not_the_connection(std, link, make_script):
    def script(sock, number):
        back_end.read_head(sock)
        sock.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno")

    back_end = make_script(script)
    link.read_until(lambda: link.settings)
    stream = link.request("/script/x", "POST", [("content-length", "10000000")], end=False)
    link.send(frame(DATA, 0, stream, bytes(16384)))
    closed = link.wait(stream)
    assert (closed.status, bytes(closed.body)) == (413, b"no")
    link.read_until(lambda: closed.error is not None)
    assert closed.error == NO_ERROR
    link.send(frame(DATA, 0, stream, bytes(16384)))  # was on its way
    assert link.ask("/std/x", "POST", body=bytes(300000)).json()["body_length"] == 300000
    assert link.goaway is None
    # A page of ours for a body that nobody reads, more of them than the connection's window.
    for _ in range(100):
        stream = link.request("/x", "POST", [("content-length", "16000")], authority="other.example", end=False)
        link.send(frame(DATA, 0, stream, bytes(15000)))
        link.connection_window -= 15000
        assert link.wait(stream).status == 421
    assert link.ask("/std/x", "POST", body=bytes(300000)).json()["body_length"] == 300000


def test_a_stalled_stream_holds_up_no_other_and_memory_stays_flat(std, make_script):
    def script(sock, number):
        head = back_end.read_head(sock)
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % LARGE)
        block = bytes(1 << 20)
        for _ in range(LARGE >> 20):
            sock.sendall(block)

    back_end = make_script(script)
    with H2(std, window=False, keep=False, timeout=60) as link:
        link.read_until(lambda: link.settings)
        link.send(frame(WINDOW_UPDATE, 0, 0, number(0x7fffffff - 65535)))
        with constant_memory(std):
            stalled = link.request("/script/stalled")
            link.read_until(lambda: link.streams[stalled].length == 65535)
            moving = link.request("/script/moving")
            link.send(frame(WINDOW_UPDATE, 0, moving, number(0x7fffffff - 65535)))
            assert link.wait(moving, 60).length == LARGE
            assert link.ask("/std/x").status == 200
        assert link.streams[stalled].length == 65535
        assert not link.streams[stalled].closed


def test_a_large_download_passes_in_constant_memory(std, make_script):
    def script(sock, number):
        back_end.read_head(sock)
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % LARGE)
        block = bytes(1 << 20)
        for _ in range(LARGE >> 20):
            sock.sendall(block)

    back_end = make_script(script)
    with constant_memory(std):
        assert curl(std, "/script/x", "-o", "/dev/null", "-w", "%{size_download}") == b"%d" % LARGE


def test_a_back_end_that_stops_reading_stops_the_client(std, link, make_script):
    go_on = threading.Event()

    def script(sock, number):
        back_end.read_head(sock)
        go_on.wait(30)

    back_end = make_script(script)
    link.read_until(lambda: link.settings)
    stream = link.request("/script/x", "POST", end=False)
    with constant_memory(std):
        link.link.settimeout(1)
        sent = 0
        with contextlib.suppress(TimeoutError):
            while sent < 64 << 20:
                while link.window_of(stream) < 16384:
                    link.read_some()
                link.send_body(stream, bytes(16384), False)
                sent += 16384
        assert 262144 <= sent < 16 << 20
        assert link.ask("/std/x", "POST", body=bytes(100000)).json()["body_length"] == 100000
    go_on.set()


def test_events_are_passed_on_as_they_come(std, link, make_script):
    take = threading.Semaphore(0)

    def script(sock, number):
        back_end.read_head(sock)
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for i in range(3):
            assert take.acquire(timeout=10)
            sock.sendall(b"9\r\ndata: %d\n\n\r\n" % i)
        sock.sendall(b"0\r\n\r\n")

    back_end = make_script(script)
    stream = link.request("/script/events")
    link.read_until(lambda: link.streams[stream].status == 200)
    for i in range(3):
        take.release()
        link.read_until(lambda: bytes(link.streams[stream].body).endswith(b"data: %d\n\n" % i))
    assert link.wait(stream).ended


@pytest.mark.parametrize("leave", ["reset", "reset without an error", "end of the connection"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_client_that_leaves_takes_the_request_back(std, make_script, leave, method):
    ended = threading.Event()

    def script(sock, number):
        back_end.read_head(sock)
        while sock.recv(1000):
            pass
        ended.set()

    back_end = make_script(script)
    query = f"{leave.replace(' ', '-')}-{method}"
    with H2(std) as link:
        stream = link.request(f"/script/{query}", method, body=b"x" if method == "POST" else None)
        wait_until(lambda: back_end.heads, "the request arrived", 5)
        assert not ended.is_set()
        if leave.startswith("reset"):
            link.send(frame(RST_STREAM, 0, stream, number(CANCEL if leave == "reset" else NO_ERROR)))
            assert ended.wait(3)
            assert link.ask("/std/x").status == 200
        else:
            link.close()
            assert ended.wait(3)
    assert " 499 " in wait_for_log(std, f"/script/{query} HTTP/2.0")


@pytest.mark.parametrize("code", [CANCEL, NO_ERROR])
def test_a_client_that_leaves_in_the_middle_of_the_answer_stops_the_back_end(std, make_script, code):
    ended = threading.Event()

    def script(sock, number):
        back_end.read_head(sock)
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % LARGE)
        with contextlib.suppress(OSError):
            for _ in range(LARGE >> 16):
                sock.sendall(bytes(65536))
            return
        ended.set()

    back_end = make_script(script)
    with H2(std, window=False) as link:
        stream = link.request("/script/x")
        link.read_until(lambda: link.streams[stream].length == 65535)
        link.send(frame(RST_STREAM, 0, stream, number(code)))
        assert ended.wait(3)


@pytest.mark.parametrize("framing", ["chunked", "length"])
def test_C9_a_cut_answer_never_looks_whole(std, link, make_script, framing):
    def script(sock, number):
        back_end.read_head(sock)
        head = b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n" if framing == "chunked" else b"Content-Length: 10\r\n\r\nhello"
        sock.sendall(b"HTTP/1.1 200 OK\r\n" + head)

    back_end = make_script(script)
    closed = link.wait(link.request("/script/cut"))
    assert bytes(closed.body) == b"hello"
    assert (closed.ended, closed.error) == (False, INTERNAL_ERROR)
    assert link.ask("/std/x").status == 200


def test_the_end_of_the_session_breaks_the_download_off(std, link):
    browser = H2Browser(std, link)
    browser.login("alice", target="/app/")
    with H2(std, window=False) as other:
        stream = other.request("/app/echo/download/100000000", headers=cookie_of(browser))
        other.read_until(lambda: other.streams[stream].length == 65535)
        browser.get("/pkmslogout")
        closed = other.wait(stream, 5)
        assert (closed.ended, closed.error) == (False, INTERNAL_ERROR)


# ---- limits and the end of connections


@pytest.fixture(scope="module")
def strict(tmp_path_factory, echo):
    extra = "\n[server]\nintra-connection-timeout = 1\nslow-peer-grace = 1\nclient-connect-timeout = 1\npersistent-con-timeout = 1\n"
    instance = Instance(tmp_path_factory.mktemp("strict"), extra=extra).start()
    instance.admin("junction", "create", "-t", "tcp", "-h", "127.0.0.1", "-p", echo.port, "/std")
    instance.publish("/std")
    yield instance
    instance.stop()


@pytest.mark.parametrize("window", ["stream", "connection"])
def test_D1_a_reader_that_gives_no_window_is_cut_off(strict, window):
    settings = [(h2client.SETTINGS_INITIAL_WINDOW_SIZE, 0 if window == "stream" else 1 << 24)]
    with H2(strict, window=False, settings=settings) as link:
        began = time.monotonic()
        streams = [link.request("/std/echo/download/10000000") for _ in range(10)]
        assert all(link.wait(stream).error == INTERNAL_ERROR for stream in streams)
        assert 0.9 < time.monotonic() - began < 8
        assert link.read_to_end(8) == NO_ERROR  # idle then
    wait_for_log(strict, "/std/echo/download/10000000 HTTP/2.0")


def test_D1_a_reader_of_nothing_at_all_is_cut_off(strict):
    with H2(strict, receive_buffer=4096) as link:
        link.send(frame(WINDOW_UPDATE, 0, 0, number(1 << 29)))
        stream = link.request("/std/echo/download/200000000")
        link.send(frame(WINDOW_UPDATE, 0, stream, number(1 << 30)))
        wait_until(lambda: connections(strict) == 0, "the daemon gave the connection up", 10)


def connections(instance):
    return len(subprocess.run(["ss", "-tnH", "state", "established", f"( sport = :{instance.port} )"], capture_output=True,
                              text=True).stdout.splitlines())


def test_D2_a_body_that_stops_is_408(strict):
    with H2(strict) as link:
        began = time.monotonic()
        stream = link.request("/std/x", "POST", [("content-length", "100")], end=False)
        link.send(frame(DATA, 0, stream, b"half"))
        assert link.wait(stream).status == 408
        assert 0.9 < time.monotonic() - began < 8
        assert link.ask("/std/x").status == 200  # the others go on


def test_a_slow_answer_is_waited_for(strict):
    with H2(strict) as link:
        assert link.ask("/std/echo/sleep/2500").status == 200


@pytest.mark.parametrize("first", [True, False])
def test_D1_a_head_that_never_ends_is_not_waited_for(strict, first):
    began = time.monotonic()
    with H2(strict) as link:
        if not first:
            assert link.ask("/std/x").status == 200
        link.read_until(lambda: link.settings)  # their acknowledgement must not stand within the head
        link.send(frame(HEADERS, END_STREAM, link.next_stream, literal(link.head("/std/x"))))
        assert link.read_to_end(8) == NO_ERROR
        assert 0.5 < time.monotonic() - began < 8


def test_D2_who_says_nothing_is_not_waited_for(strict):
    with H2(strict) as link:
        assert link.read_to_end(8) == NO_ERROR
    # Frames that ask for nothing make nobody busy.
    with H2(strict) as link:
        assert link.ask("/std/x").status == 200
        began = time.monotonic()
        link.link.settimeout(0.05)
        while not link.over and time.monotonic() - began < 8:
            with contextlib.suppress(OSError):
                link.send(frame(h2client.PING, 0, 0, bytes(8)))
            with contextlib.suppress(TimeoutError):
                link.read_some()
        assert time.monotonic() - began < 6


def test_connections_without_keep_alive(make_instance, echo):
    instance = make_instance(extra="\n[server]\npersistent-con-timeout = 0\n")
    instance.admin("junction", "create", "-t", "tcp", "-h", "127.0.0.1", "-p", echo.port, "/std")
    instance.publish("/std")
    with H2(instance) as link:
        spent = processor_seconds(instance)
        stream = link.request("/std/echo/sleep/1500")
        assert link.wait(stream).status == 200
        assert link.read_to_end(5) == NO_ERROR
        assert SANITIZED or processor_seconds(instance) - spent < 0.5


def processor_seconds(instance):
    with open(f"/proc/{instance.process.popen.pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_the_request_limit_ends_the_connection_when_all_is_answered(make_instance, echo):
    instance = make_instance(extra="\n[server]\nconnection-request-limit = 5\n")
    instance.admin("junction", "create", "-t", "tcp", "-h", "127.0.0.1", "-p", echo.port, "/std")
    instance.publish("/std")
    with H2(instance) as link:
        streams = [link.request(f"/std/echo/sleep/{300 - 50 * i}") for i in range(5)]
        assert [link.wait(s).status for s in streams] == [200] * 5
        link.read_until(lambda: link.over)
        assert link.goaway == NO_ERROR
        assert link.goaways[-1][0] == streams[-1]
    # Real clients go on by other connections.
    out = subprocess.run(["h2load", "-n", "100", "-c", "2", "-m", "4", "-t", "1", instance.url("/std/x")], capture_output=True,
                         text=True, timeout=100).stdout
    assert "100 succeeded" in out or " errored" in out, out
    urls = [instance.url(f"/std/x?{i}") for i in range(20)]
    result = subprocess.run(["curl", "-sS", "--http2", "--cacert", instance.dir / "ca.pem", "-w", "%{http_code} ", *sum((["-o", "/dev/null", u] for u in urls), [])],
                            capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stdout.split()) == (0, ["200"] * 20), result.stderr
    result = subprocess.run(["curl", "-sS", "-Z", "--http2", "--cacert", instance.dir / "ca.pem", "-w", "%{http_code} ", *sum((["-o", "/dev/null", u] for u in urls), [])],
                            capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stdout.split()) == (0, ["200"] * 20), result.stderr


def offered(instance):
    context = instance.tls()
    context.set_alpn_protocols(["h2", "http/1.1"])
    with socket.create_connection(("127.0.0.1", instance.port), 10) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as link:
            return link.selected_alpn_protocol()


def test_a_reload_turns_it_off_for_new_connections(make_instance, echo):
    instance = make_instance()
    instance.admin("junction", "create", "-t", "tcp", "-h", "127.0.0.1", "-p", echo.port, "/std")
    instance.publish("/std")
    assert offered(instance) == "h2"
    with H2(instance) as link:
        assert link.ask("/std/x").status == 200
        instance.conf.write_text(instance.conf.read_text() + "\n[server]\nenable-http2 = no\n")
        instance.admin("reload")
        assert offered(instance) == "http/1.1"
        assert link.ask("/std/x").status == 200
    assert curl(instance, "/std/x", "-o", "/dev/null", "-w", "%{http_version}") == b"1.1"


def test_a_stop_answers_what_is_under_way(make_instance, make_echo):
    instance = make_instance()
    instance.admin("junction", "create", "-t", "tcp", "-h", "127.0.0.1", "-p", make_echo().port, "/std")
    instance.publish("/std")
    with H2(instance) as link, H2(instance) as idle:
        assert idle.ask("/std/x").status == 200
        streams = [link.request("/std/echo/sleep/1000"), link.request("/std/x", "POST", [("content-length", "5")], end=False)]
        wait_until(lambda: link.ask("/std/x").status == 200, "the requests are there")
        instance.process.popen.send_signal(signal.SIGTERM)
        assert idle.read_to_end(5) == NO_ERROR
        link.read_until(lambda: link.goaway is not None)
        assert not link.streams[streams[0]].closed
        link.send(frame(DATA, END_STREAM, streams[1], b"whole"))
        assert link.wait(streams[0]).status == 200
        assert link.wait(streams[1]).response().json()["body_length"] == 5
        assert link.read_to_end(5) == NO_ERROR
    began = time.monotonic()
    instance.stop()
    assert time.monotonic() - began < 5


# ---- attacks C: framing


C6 = {
    "transfer-encoding": [("transfer-encoding", "chunked")], "connection": [("connection", "close")],
    "connection that names": [("connection", "iv-user")], "keep-alive": [("keep-alive", "1")],
    "upgrade": [("upgrade", "websocket")], "h2c": [("upgrade", "h2c")], "proxy-connection": [("proxy-connection", "close")],
    "te": [("te", "gzip")], "upper case": [("X-Upper", "1")], "upper iv-user": [("Iv-User", "admin")],
    "cr lf in a value": [("x", "a\r\nb: c")], "lf in a value": [("x", "a\nb")], "cr in a value": [("x", "a\rb")],
    "nul in a value": [("x", "a\0b")], "space before a value": [("x", " a")], "space after a value": [("x", "a ")],
    "cr lf in a name": [("x\r\ny", "1")], "nul in a name": [("x\0", "1")], "colon in a name": [("x:y", "1")],
    "space in a name": [("x y", "1")], "empty name": [("", "1")], "8 bit in a name": [("x\xff", "1")],
    "two paths": [(":path", "/std/x")], "two methods": [(":method", "GET")], "unknown pseudo": [(":unknown", "1")],
    "late pseudo": [("x", "1"), (":authority", "localhost")], ":status": [(":status", "200")],
    ":protocol": [(":protocol", "websocket")], "other host": [("host", "other.example")],
    "two hosts": [("host", "localhost"), ("host", "localhost")], "length without body": [("content-length", "5")],
    "two lengths": [("content-length", "0"), ("content-length", "0")], "signed length": [("content-length", "+0")],
    "length of letters": [("content-length", "0x0")], "length list": [("content-length", "0, 0")],
}


@pytest.mark.parametrize("case", C6)
def test_C6_malformed_fields_are_stream_errors_and_reach_nobody(std, link, case):
    key = f"c6-{case}".replace(" ", "-").replace(":", "")
    stream = link.send_head(link.head(f"/std/echo/count?key={key}", headers=C6[case]), raw=True)
    closed = link.wait(stream)
    assert (closed.error, closed.status) == (PROTOCOL_ERROR, None)
    assert link.ask("/std/x").status == 200
    assert count(std, key) == 0


@pytest.mark.parametrize("name, value", [
    (":path", "/std/x\r\nx: y"), (":path", "/std/a b"), (":path", "/std/\0"), (":path", "/std/x#y"), (":path", "std"), (":path", ""),
    (":path", "https://localhost/std/x"), (":path", "*"), (":path", "/std/x HTTP/1.1\r\nHost: a"), (":path", "/std/\xff"),
    (":method", "GET /std/y"), (":method", "GET\r\n"), (":method", ""), (":method", "G\0T"),
    (":scheme", "http"), (":scheme", ""), (":scheme", "https\r\nx: y"), (":scheme", "https://localhost/?"),
    (":authority", "localhost\r\nx: y"), (":authority", "user@localhost"), (":authority", "localhost/x"), (":authority", ""),
    (":authority", "localhost:99999"), (":authority", "local host"), (":authority", "localhost:"), (":authority", "a,b"),
])
def test_C6_malformed_request_lines_are_stream_errors_and_reach_nobody(std, link, name, value):
    fields = [(n, value if n == name else v) for n, v in link.head("/std/echo/count?key=c6-line")]
    closed = link.wait(link.send_head(fields, raw=True))
    if (name, value) in [(":authority", "localhost:99999"), (":authority", "localhost:")]:
        assert closed.status in (400, 421) or closed.error == PROTOCOL_ERROR
    else:
        assert (closed.error, closed.status) == (PROTOCOL_ERROR, None)
    assert link.ask("/std/x").status == 200
    assert count(std, "c6-line") == 0


@pytest.mark.parametrize("missing", [":method", ":scheme", ":path", ":authority"])
def test_C6_a_pseudo_field_is_missing(link, missing):
    closed = link.wait(link.send_head([f for f in link.head("/std/x") if f[0] != missing], raw=True))
    assert closed.error == PROTOCOL_ERROR


@pytest.mark.parametrize("announced", [5, 15])
def test_C6_a_body_of_another_length_than_announced_never_looks_whole(std, link, announced, make_script):
    seen = []

    def script(sock, number):
        back_end.read_head(sock)
        got = b""
        while chunk := sock.recv(1000):
            got += chunk
        seen.append(got)

    back_end = make_script(script)
    stream = link.request("/script/x", "POST", [("content-length", str(announced))], end=False)
    wait_until(lambda: back_end.heads, "the head arrived", 5)
    link.send(frame(DATA, END_STREAM, stream, b"0123456789"))
    assert link.wait(stream).error == PROTOCOL_ERROR
    wait_until(lambda: seen, "the back end sees the end", 5)
    assert len(seen[0]) < announced
    assert link.ask("/std/x").status == 200


def test_C6_surplus_after_the_end_is_nobodys_request(std, link):
    stream = link.request("/std/echo/sleep/300", "POST", [("content-length", "2")], b"ok")
    link.send(frame(DATA, END_STREAM, stream, b"GET /std/echo/count?key=c6-surplus HTTP/1.1\r\nHost: localhost\r\n\r\n"))
    assert link.read_to_end() == STREAM_CLOSED
    assert count(std, "c6-surplus") == 0


def test_C6_a_head_in_pieces_is_one_head(std, link):
    stream, link.next_stream = link.next_stream, link.next_stream + 2
    link.streams[stream] = h2client.Stream()
    block = literal(link.head("/std/x", headers=[("x-a", "1"), ("x-b", "2")]))
    link.send(frame(HEADERS, END_STREAM, stream, block[:20]) + frame(CONTINUATION, 0, stream, block[20:30]))
    link.send(frame(CONTINUATION, END_HEADERS, stream, block[30:]))
    seen = link.wait(stream).response().json()
    assert ["x-b", "2"] in seen["headers"]


def test_C6_another_frame_within_a_head_ends_the_connection(link):
    block = literal(link.head("/std/x"))
    link.send(frame(HEADERS, END_STREAM, 1, block[:20]) + frame(DATA, 0, 1, b"x"))
    assert link.read_to_end() == PROTOCOL_ERROR


# ---- attacks A and B: the same decisions, the same headers


FORGED = [(name, "admin") for name in ("iv-user", "iv-groups", "iv-creds", "iv-user-l", "iv-remote-address", "iv-anything",
                                       "am-eai-user-id", "iv_user", "iv_groups", "iv.user", "http-iv-user", "http_iv_user", "iv-user_l",
                                       "iv!user", "iv~user", "iv'user", "iv--user")]


@pytest.mark.parametrize("who", ["nobody", "alice"])
def test_B1_B2_identity_fields_of_a_client_never_arrive(std, link, alice, who):
    seen = link.ask("/std/x", headers=FORGED + (alice if who == "alice" else [])).json()
    assert [v for n, v in seen["headers"] if n == "iv-user"] == [{"nobody": "Unauthenticated"}.get(who, who)]
    assert "admin" not in [v for _, v in seen["headers"]]


def test_B5_trailers_are_dropped(std, link):
    stream = link.request("/std/x", "POST", end=False)
    link.send(frame(DATA, 0, stream, b"body"))
    link.send(frame(HEADERS, END_HEADERS | END_STREAM, stream, literal([("iv-user", "admin"), ("x-late", "1")])))
    seen = link.wait(stream).response().json()
    assert (seen["body_length"], seen["trailers"]) == (4, [])
    assert not [n for n, v in seen["headers"] if v == "admin" or n == "x-late"]


def test_B11_two_session_cookies_in_crumbs_are_nobody(std, link, alice):
    other = std.browser()
    other.login("bob")
    assert ["iv-user", "alice"] in link.ask("/std/x", headers=alice).json()["headers"]
    for fields in (alice + cookie_of(other), alice + alice):
        assert ["iv-user", "Unauthenticated"] in link.ask("/std/x", headers=fields).json()["headers"]


def test_B12_our_cookie_never_reaches_the_back_end(std, link, alice):
    seen = link.ask("/std/x", headers=[("cookie", "a=1"), *alice, ("cookie", "b=2"), ("authorization", "Basic eDp5")]).json()
    assert [v for n, v in seen["headers"] if n.lower() == "cookie"] == ["a=1; b=2"]
    assert not [v for n, v in seen["headers"] if n.lower() == "authorization"]


TARGETS = ["/pub", "/admin", "//admin", "/./admin", "/x/../admin", "/pub/%2e%2e/admin", "/%61dmin", "/pub/..%2fadmin", "/pub\\..\\admin",
           "/%252e%252e/admin", "/../admin", "/admin;x=1", "/pub;x/../admin", "/admin/..;/", "/;/admin", "/%00", "/%c0%afadmin", "/%",
           "/pub?/../admin", "/admin?x=1", "/admin%20", "/ADMIN"]


@pytest.mark.parametrize("path", TARGETS)
@pytest.mark.parametrize("who", ["nobody", "alice"])
def test_A1_A2_A3_A4_A5_A6_A12_the_decision_is_that_of_http_1(std, link, alice, path, who):
    headers = alice if who == "alice" else []
    by_2 = link.ask("/std" + path, headers=headers)
    by_1 = std.ask("/std" + path, headers=headers)
    assert by_2.status == by_1.status
    if by_1.header("Content-Type") == "application/json" and by_1.status == 200:
        assert by_2.json()["target"] == by_1.json()["target"]
    else:
        assert ("/pkmslogin.form" in by_2.text) == ("/pkmslogin.form" in by_1.text)


@pytest.mark.parametrize("method, status", [("TRACE", 405), ("CONNECT", None), ("BREW", 403)])
def test_A13_methods(std, link, alice, method, status):
    if method == "CONNECT":
        closed = link.wait(link.send_head([(":method", method), (":authority", "localhost:443")], raw=True))
        assert closed.error == PROTOCOL_ERROR or closed.status in (400, 501)
    else:
        assert link.ask("/app/x", method, alice).status == status
    assert link.ask("/std/x").status == 200


def test_A10_an_unknown_host_is_misdirected(std, link):
    key = "a10-h2"
    for authority in ("other.example", "localhost.example", "127.0.0.2", "[::1]"):
        assert link.ask(f"/std/echo/count?key={key}", authority=authority).status == 421, authority
    fields = [f for f in link.head(f"/std/echo/count?key={key}") if f[0] != ":authority"] + [("host", "other.example")]
    assert link.wait(link.send_head(fields)).status == 421
    assert count(std, key) == 0
    # No body is waited for, and the connection goes on.
    stream = link.request("/std/x", "POST", [("content-length", "1000")], authority="other.example", end=False)
    assert link.wait(stream).status == 421
    assert link.ask("/std/x").status == 200


def test_A10_host_in_place_of_authority(link):
    fields = [f for f in link.head("/std/x") if f[0] != ":authority"] + [("host", link.authority)]
    assert link.wait(link.send_head(fields)).status == 200
    assert link.wait(link.send_head(link.head("/std/x") + [("host", link.authority)])).status == 200
