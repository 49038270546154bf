"""Where one message ends and the next begins (attack cases C): every party must see the same, and who does not say it
clearly is refused."""
import contextlib
import os
import re
import socket
import ssl
import struct
import threading
import time

import pytest

from sallyport import parse_responses, read_to_end, read_until, wait_until


@pytest.fixture(scope="module")
def std(demo, echo):
    demo.admin("junction", "create", "-t", "tcp", "-h", "127.0.0.1", "-p", echo.port, "/std")
    demo.publish("/std")
    return demo


SMUGGLED = b"GET /std/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"


def post(fields, body=b"", version=b"HTTP/1.1", path=b"/std/x"):
    return b"POST " + path + b" " + version + b"\r\nHost: localhost\r\n" + fields + b"\r\n" + body


def assert_refused(demo, data, *statuses):
    """One answer, the connection ends with it, and nothing behind it was taken for a request."""
    responses = parse_responses(demo.raw(data))
    assert [r.status for r in responses] in [[status] for status in statuses], responses
    assert responses[0].header("Connection") == "close"


def test_C1_both_content_length_and_transfer_encoding(std):
    for fields in (b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                   b"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", b"Transfer-Encoding: chunked\r\nContent-Length: x\r\n"):
        assert_refused(std, post(fields, b"0\r\n\r\n" + SMUGGLED), 400)


@pytest.mark.parametrize("value", [b"gzip, chunked", b"xchunked", b"chunked, identity", b"\x0bchunked", b"identity", b"chunked, chunked",
                                   b"chunked;q=1", b"\"chunked\"", b"chunked,", b",chunked", b"", b"chunked\x00", b"chunked gzip",
                                   b"chu\xc5\x84ked", b"gzip"])
def test_C2_transfer_encoding_that_is_not_chunked(std, value):
    assert_refused(std, post(b"Transfer-Encoding: " + value + b"\r\n", b"0\r\n\r\n" + SMUGGLED), 400, 501)


def test_C2_transfer_encoding_twice_folded_or_in_http_1_0(std):
    twice = b"Transfer-Encoding: chunked\r\n" * 2
    assert_refused(std, post(twice, b"0\r\n\r\n" + SMUGGLED), 400)
    assert_refused(std, post(b"Transfer-Encoding:\r\n chunked\r\n", b"0\r\n\r\n" + SMUGGLED), 400)
    assert_refused(std, post(b"Transfer-Encoding: chunked\r\n", b"0\r\n\r\n" + SMUGGLED, b"HTTP/1.0"), 400)
    assert_refused(std, post(b"Transfer-Encoding : chunked\r\n", b"0\r\n\r\n" + SMUGGLED), 400)


def test_C2_other_spellings_of_framing_fields_reach_nobody(std):
    fields = b"Content-Length: 5\r\nTransfer_Encoding: chunked\r\nTransfer.Encoding: chunked\r\nContent_Length: 0\r\nConnection: close\r\n"
    (response,) = parse_responses(std.raw(post(fields, b"hello")))
    seen = response.json()
    assert seen["body_length"] == 5
    names = [n.lower() for n, _ in seen["headers"]]
    assert names.count("content-length") == 1
    assert not [n for n in names if "transfer" in n or n == "content_length"]


@pytest.mark.parametrize("value", [b"+5", b"5, 5", b"5,5", b"0x5", b"-1", b"-0", b"18446744073709551616", b"18446744073709551621",
                                   b"9223372036854775808", b"5 5", b"", b"5;", b"\x0b5", b"5.0", b"five", b"\xd9\xa5"])
def test_C3_content_length_that_is_no_number(std, value):
    assert_refused(std, post(b"Content-Length: " + value + b"\r\n", b"hello" + SMUGGLED), 400)


@pytest.mark.parametrize("second", [b"5", b"6", b"0"])
def test_C3_two_content_lengths(std, second):
    assert_refused(std, post(b"Content-Length: 5\r\nContent-Length: " + second + b"\r\n", b"hello" + SMUGGLED), 400)


@pytest.mark.parametrize("head", [
    b"GET /std/x HTTP/1.1\nHost: localhost\n\n", b"GET /std/x HTTP/1.1\r\nHost: localhost\n\r\n", b"GET /std/x HTTP/1.1\rHost: localhost\r\r",
    b"GET /std/x HTTP/1.1\r\nHost: localhost\r\nX: y\rZ: 1\r\n\r\n", b"\r\n\r\nGET /std/x HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET  /std/x HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET /std/x  HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /std/x\r\nHost: localhost\r\n\r\n", b"GET /std/x HTTP/1.1 \r\nHost: localhost\r\n\r\n", b" GET /std/x HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET\t/std/x HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET /std/x http/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /std/x HTTP/01.1\r\nHost: localhost\r\n\r\n", b"GET /std/x HTTP/1.1\r\n Host: localhost\r\n\r\n", b"\x16\x03\x01\x02\x00\x01"])
def test_C4_heads_that_can_be_read_in_two_ways(std, head):
    assert_refused(std, head + SMUGGLED, 400)


@pytest.mark.parametrize("version", [b"HTTP/2.0", b"HTTP/1.2", b"HTTP/0.9", b"HTTP/3.0"])
def test_C4_versions_that_we_do_not_speak(std, version):
    assert_refused(std, b"GET /std/x " + version + b"\r\nHost: localhost\r\n\r\n" + SMUGGLED, 505)


@pytest.mark.parametrize("chunks", [
    b"5\nhello\r\n0\r\n\r\n", b"5\r\nhello\n0\r\n\r\n", b"5\r\nhello0\r\n\r\n", b"5\r\nhello!\r\n0\r\n\r\n", b"5\rhello\r\n0\r\n\r\n",
    b"+5\r\nhello\r\n0\r\n\r\n", b"0x5\r\nhello\r\n0\r\n\r\n", b"-5\r\nhello\r\n0\r\n\r\n", b" 5\r\nhello\r\n0\r\n\r\n", b"5 \r\nhello\r\n0\r\n\r\n",
    b"\r\nhello\r\n0\r\n\r\n", b"5;" + b"x" * 70000 + b"\r\nhello\r\n0\r\n\r\n", b"5;a\x00b\r\nhello\r\n0\r\n\r\n", b"5;a\rb\r\nhello\r\n0\r\n\r\n",
    b"5;a\nb\r\nhello\r\n0\r\n\r\n", b"10000000000000005\r\nhello\r\n0\r\n\r\n", b"ffffffffffffffff\r\nhello\r\n0\r\n\r\n", b"8000000000000000\r\nhello\r\n",
    b"5\r\nhello\r\n0\r\n: x\r\n\r\n", b"5\r\nhello\r\n0\r\nX: y\n\r\n", b"5\r\nhello\r\n0\r\nX y: z\r\n\r\n", b"5\r\nhello\r\n0\r\n X: y\r\n\r\n",
    b"5\r\nhello\r\n0\r\nContent-Length: 5\r\n\r\n", b"5\r\nhello\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n", b"5\r\nhello\r\n0\r\n" + b"X: y\r\n" * 5000 + b"\r\n"])
def test_C4_chunks_that_can_be_read_in_two_ways(std, chunks):
    assert_refused(std, post(b"Transfer-Encoding: chunked\r\n", chunks + SMUGGLED), 400, 413)


def test_C4_a_broken_body_never_looks_whole_to_the_back_end(demo, make_script):
    bodies = []

    def script(link, number):
        back_end.read_head(link)
        bodies.append(read_to_end(link))

    back_end = make_script(script)
    assert_refused(demo, post(b"Transfer-Encoding: chunked\r\n", b"5\r\nhello\r\nzz\r\n", path=b"/script"), 400)
    wait_until(lambda: bodies, "the back end saw the end", 5)
    assert bodies[0] in (b"", b"5\r\nhello\r\n")


def test_chunks_and_extensions_and_trailers_end_where_they_should(std):
    body = b"5;ext=\"a;b\"\r\nhello\r\nA;x\r\n0123456789\r\n000\r\nX-Trailer: 1\r\n\r\n"
    answers = parse_responses(std.raw(post(b"Transfer-Encoding: chunked\r\n", body) + post(b"Connection: close\r\nContent-Length: 3\r\n", b"end")))
    assert [(r.status, r.json()["body_length"]) for r in answers] == [(200, 15), (200, 3)]


def test_a_request_that_comes_byte_by_byte(std):
    data = post(b"Transfer-Encoding: chunked\r\nConnection: close\r\n", b"5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n")
    with std.open() as link:
        for i in range(len(data)):
            link.sendall(data[i:i + 1])
        (response,) = parse_responses(read_to_end(link))
    assert response.json()["body_length"] == 6


def test_pipelined_requests_are_answered_in_order(std):
    requests = b"".join([
        b"GET /std/1 HTTP/1.1\r\nHost: localhost\r\n\r\n", post(b"Content-Length: 5\r\n", b"hello", path=b"/std/2"),
        b"HEAD /std/3 HTTP/1.1\r\nHost: localhost\r\n\r\n", post(b"Transfer-Encoding: chunked\r\n", b"3\r\nabc\r\n0\r\n\r\n", path=b"/std/4"),
        b"GET /std/echo/status/204 HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET /std/echo/status/304 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /std/echo/download/100000?chunked=1 HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\r\nGET /std/8 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        SMUGGLED])
    methods = ["GET", "POST", "HEAD", "POST", "GET", "GET", "GET", "GET"]
    answers = parse_responses(std.raw(requests), methods)
    assert [r.status for r in answers] == [200, 200, 200, 200, 204, 304, 200, 200]
    assert [r.json()["target"] for r in answers if r.body.startswith(b"{")] == ["/1", "/2", "/4", "/8"]
    assert len(answers[6].body) == 100000
    assert answers[2].body == b"" and int(answers[2].header("Content-Length")) > 0
    assert answers[4].header("Content-Length") is None  # 204


def test_a_bad_request_in_the_pipeline_ends_it(std):
    answers = parse_responses(std.raw(b"GET /std/1 HTTP/1.1\r\nHost: localhost\r\n\r\n" + b"BAD\r\n\r\n" + SMUGGLED))
    assert [r.status for r in answers] == [200, 400]


def test_requests_of_one_connection_are_judged_each_by_itself(std):
    browser = std.browser()
    browser.login("alice")
    cookie = "; ".join(f"{k}={v}" for k, v in browser.cookies.items()).encode()
    app = b"GET /app/ HTTP/1.1\r\nHost: localhost:%d\r\n" % std.port
    answers = parse_responses(std.raw(app + b"Cookie: " + cookie + b"\r\n\r\n" + app + b"\r\n" + app + b"Connection: close\r\nCookie: " + cookie + b"\r\n\r\n"))
    assert [r.text.startswith("{") for r in answers] == [True, False, True]
    assert "/pkmslogin.form" in answers[1].text


def test_head_has_no_body_and_the_same_fields(std):
    (head,) = parse_responses(std.raw(b"HEAD /std/echo/download/12345 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"), ["HEAD"])
    assert head.header("Content-Length") == "12345" and head.body == b""
    data = std.raw(b"HEAD /app/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert data.endswith(b"\r\n\r\n") and data.count(b"\r\n\r\n") == 1  # our own page too


def test_http_1_0_clients(std):
    one = b"GET /std/echo/download/70000?chunked=1 HTTP/1.0\r\nHost: localhost\r\n\r\n"
    (answer,) = parse_responses(std.raw(one + SMUGGLED))
    assert answer.header("Transfer-Encoding") is None and len(answer.body) == 70000
    assert answer.header("Connection") == "close"
    kept = b"GET /std/%d HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n"
    answers = parse_responses(std.raw(kept % 1 + kept % 2 + b"GET /std/3 HTTP/1.0\r\nHost: localhost\r\n\r\n"))
    assert [r.json()["target"] for r in answers] == ["/1", "/2", "/3"]
    assert [r.header("Connection") for r in answers] == ["keep-alive", "keep-alive", "close"]


def test_C5_expect_continue(std):
    head = post(b"Expect: 100-Continue\r\nContent-Length: 5\r\nConnection: close\r\n")
    with std.open() as link:
        link.sendall(head)
        assert read_until(link, b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        link.sendall(b"hello")
        (answer,) = parse_responses(read_to_end(link))
    seen = answer.json()
    assert seen["body_length"] == 5
    assert not [n for n, _ in seen["headers"] if n.lower() == "expect"]
    # Who sends without waiting is not told to, and in HTTP/1.0 there is no such thing.
    assert std.raw(head + b"hello").startswith(b"HTTP/1.1 200 ")
    with std.open() as link:
        link.sendall(head.replace(b"HTTP/1.1", b"HTTP/1.0"))
        link.settimeout(0.3)
        with pytest.raises(TimeoutError):
            link.recv(1)
    # No body, nothing to invite.
    assert std.raw(post(b"Expect: 100-continue\r\nContent-Length: 0\r\nConnection: close\r\n")).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("expect", [b"Expect: 200-ok\r\n", b"Expect: 100-continue, x\r\n", b"Expect: 100-continue\r\nExpect: 100-continue\r\n", b"Expect:\r\n",
                                    b"Expect: y 100-continue\r\n"])
def test_C5_other_expectations_fail(std, expect):
    assert_refused(std, post(expect + b"Content-Length: 5\r\n", b"hello" + SMUGGLED), 417)


def test_C5_bodies_of_get_and_head_are_bodies(std):
    requests = b"".join(method + b" /std/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(SMUGGLED) + SMUGGLED
                        for method in (b"GET", b"HEAD", b"DELETE"))
    answers = parse_responses(std.raw(requests + b"GET /std/end HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"), ["GET", "HEAD", "DELETE", "GET"])
    assert len(answers) == 4
    assert answers[0].json()["body_length"] == len(SMUGGLED)
    assert answers[3].json()["target"] == "/end"


def test_C5_an_early_answer_ends_both_connections(demo, make_script):
    def script(link, number):
        if not back_end.read_head(link):
            return
        if number == 1:
            link.sendall(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig")
            time.sleep(0.1)
            link.settimeout(0.5)
        else:
            link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    back_end = make_script(script)
    with demo.open() as link:
        link.sendall(post(b"Content-Length: 100000\r\n", SMUGGLED, path=b"/script/1"))
        answers = parse_responses(read_to_end(link))
    assert [(r.status, r.header("Connection")) for r in answers] == [(413, "close")]
    assert demo.ask("/script/2").body == b"ok"
    assert back_end.connections == 2


def test_C5_a_page_of_ours_ends_the_connection_if_the_body_was_not_read(demo):
    large = 10 << 20  # more than is ever parked
    with demo.open() as link:
        link.sendall(post(b"Content-Length: %d\r\n" % large, SMUGGLED, path=b"/app"))
        answers = parse_responses(read_to_end(link))
    assert [(r.status, r.header("Connection")) for r in answers] == [(200, "close")]
    assert "/pkmslogin.form" in answers[0].text


def test_C7_http_2_is_not_asked_of_the_back_end(std):
    fields = (b"Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: %s\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n")
    for protocol in (b"h2c", b"H2C", b"HTTP/2.0", b"TLS/1.0", b"h2c, websocket", b"websocket, h2c"):
        (answer,) = parse_responses(std.raw(b"GET /std/x HTTP/1.1\r\nHost: localhost\r\n" + fields % protocol + b"\r\n"))
        names = [n.lower() for n, _ in answer.json()["headers"]]
        assert not {"upgrade", "http2-settings", "connection"} & set(names)


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


def test_D2_a_client_that_goes_away_in_its_body_lets_the_back_end_go(demo, make_script):
    ended = threading.Event()

    def script(link, number):
        back_end.read_head(link)
        with contextlib.suppress(OSError):
            while link.recv(65536):
                pass
        ended.set()
        time.sleep(20)  # it does not hang up by itself

    back_end = make_script(script)
    with demo.open() as link:
        link.sendall(post(b"Content-Length: 100\r\n", b"half", path=b"/script"))
        wait_until(lambda: back_end.heads, "the request arrived", 5)
    assert ended.wait(5)


def test_a_client_that_says_close_notify_still_gets_its_answer(std):
    # The end of its direction of TLS is no end of the connection.
    with socket.create_connection(("127.0.0.1", std.port), 10) as plain:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        link = std.tls().wrap_bio(incoming, outgoing, server_hostname="localhost")

        def until_done(step):
            while True:
                try:
                    done = step()
                    plain.sendall(outgoing.read())
                    return done
                except ssl.SSLWantReadError:
                    plain.sendall(outgoing.read())
                    incoming.write(plain.recv(65536))

        until_done(link.do_handshake)
        link.write(b"GET /std/echo/sleep/300 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with contextlib.suppress(ssl.SSLWantReadError):
            link.unwrap()
        plain.sendall(outgoing.read())
        received = b""
        while chunk := plain.recv(65536):
            received += chunk
    assert len(received) > 500  # records of TLS; their size has to do


def leaves_by_closing(link):
    link.close()


def leaves_by_fin(link):
    socket.socket(fileno=os.dup(link.fileno())).shutdown(socket.SHUT_WR)


def leaves_by_reset(link):
    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    link.close()


@pytest.mark.parametrize("leave", [leaves_by_closing, leaves_by_fin, leaves_by_reset])
@pytest.mark.parametrize("pipelined", [False, True])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_client_that_leaves_takes_its_request_back(demo, make_script, leave, pipelined, method):
    ended = threading.Event()

    def script(link, number):
        back_end.read_head(link)
        with contextlib.suppress(OSError):
            while link.recv(65536):
                pass
        ended.set()

    back_end = make_script(script)
    body = b"Content-Length: 2\r\n\r\nok" if method == "POST" else b"\r\n"
    query = f"{leave.__name__}-{pipelined}-{method}"
    with demo.open() as link:
        link.sendall(f"{method} /script/{query} HTTP/1.1\r\nHost: localhost\r\n".encode() + body)
        wait_until(lambda: back_end.heads, "the request arrived", 5)
        if pipelined:
            link.sendall(SMUGGLED)
            assert not ended.wait(0.5)  # more bytes are no departure
        leave(link)
        assert ended.wait(5)
    wait_until(lambda: f'"{method} /script/{query} HTTP/1.1" 499 ' in (demo.dir / "request.log").read_text(), "the line in the log")
    assert back_end.connections == 1  # not tried again


def test_a_client_that_leaves_an_answer_of_unknown_length_ends_it(demo, make_script):
    ended = threading.Event()

    def script(link, number):
        back_end.read_head(link)
        link.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: one\n\n")
        with contextlib.suppress(OSError):
            while link.recv(65536):
                pass
        ended.set()

    back_end = make_script(script)
    with demo.open() as link:
        link.sendall(b"GET /script/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        read_until(link, b"data: one")
    assert ended.wait(5)


def test_a_slow_head_is_408_and_an_idle_connection_just_ends(make_instance, make_echo):
    instance = make_instance(extra="\n[server]\nclient-connect-timeout = 1\npersistent-con-timeout = 1\n")
    instance.setup_demo(make_echo())
    assert instance.raw(b"GET /public/ HTTP/1.1\r\nHost: loc").startswith(b"HTTP/1.1 408 ")
    assert instance.raw(b"") == b""
    (answer,) = parse_responses(instance.raw(b"GET /public/ HTTP/1.1\r\nHost: localhost\r\n\r\n"))
    assert answer.status == 200
