"""Attacks by HTTP/2: messages that can be read in two ways, forged identities, ways around a decision."""
import pytest

import h2client
from h2client import (CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, PROTOCOL_ERROR, STREAM_CLOSED, frame,
                      literal, number)
from http2_site import std, link, alice, cookie_of, count  # noqa: F401
from sallyport import wait_until


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
