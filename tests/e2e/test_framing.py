"""Requests that can be read in two ways, and clients that leave (attack cases C1 to C5, C7, D2)."""
import contextlib
import os
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
