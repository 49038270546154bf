"""HTTP/2 from clients: the same requests, decisions and answers as by HTTP/1.1, many at once on one connection."""
import contextlib
import hashlib
import os
import subprocess
import threading

import pytest
from selenium.webdriver.common.by import By

from h2client import (CANCEL, DATA, END_STREAM, H2, INTERNAL_ERROR, NO_ERROR, PROTOCOL_ERROR, RST_STREAM,
                      WINDOW_UPDATE, frame, number)
from http2_site import std, link, alice, cookie_of, wait_for_log, curl, H2Browser  # noqa: F401
from sallyport import SANITIZED, wait_until
from test_browser import chromium, log_in, wait_for_text  # noqa: F401
from test_streaming import constant_memory


LARGE = (32 << 20) if SANITIZED else 300 << 20


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
