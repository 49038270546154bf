"""Back ends of HTTP/2 that break the rules: each request gets a 502, or an answer that is visibly cut, no other request
takes notice as far as the connection lives, and nothing hangs."""
import pytest

from h2client import (CONTINUATION, DATA, END_HEADERS, END_STREAM, GOAWAY, H2, HEADERS, NO_ERROR, PING, PROTOCOL_ERROR, RST_STREAM,
                      SETTINGS, WINDOW_UPDATE, frame, literal, number)
from h2server import SETTINGS_MAX_CONCURRENT_STREAMS, H2BackEnd
from sallyport import wait_until

PUSH_PROMISE = 5
OK = (":status", "200")


@pytest.fixture
def behind(demo):
    """An HTTP/2 back end that answers with `bad(peer, stream)`; what it does for other paths is in order."""
    made = []

    def make(bad, **options):
        def answer(peer, stream, path):
            if path.startswith("/bad"):
                bad(peer, stream)
            elif path == "/wait":
                peer.head(stream)
                peer.data(stream, b"half")
                peer.waiting.append(stream)
            elif path == "/go":
                for one in peer.waiting:
                    peer.data(one, b"rest", True)
                peer.reply(stream, b"gone")
            else:
                peer.reply(stream)
        back_end = H2BackEnd(answer, **options)
        made.append(back_end)
        demo.admin("junction", "create", "-f", "-t", "tcp", "--http2", "-h", "127.0.0.1", "-p", back_end.port, "/h2")
        if "open-h2" not in demo.admin("acl", "list").split():
            demo.publish("/h2")
        return back_end

    yield make
    for back_end in made:
        back_end.stop()
        assert not back_end.failures


def two_heads(peer, stream):
    peer.head(stream)
    peer.head(stream, [(":status", "404")])
    peer.data(stream, b"x", True)


def endless_interim(peer, stream):
    for _ in range(100):
        peer.head(stream, [(":status", "103")])


def answer_with(*fields, body=b"body"):
    def answer(peer, stream):
        peer.head(stream, fields)
        peer.data(stream, body, True)
    return answer


def no_body_with(*fields):
    return lambda peer, stream: peer.head(stream, fields, end=True)


# What is wrong is one stream only.
BROKEN_HEADS = {
    "no status": answer_with(("x-a", "1")),
    "status 101": answer_with((":status", "101")),
    "status 600": answer_with((":status", "600")),
    "status 20": answer_with((":status", "20")),
    "status 2000": answer_with((":status", "2000")),
    "two statuses": answer_with(OK, OK),
    "status behind a field": answer_with(("x-a", "1"), OK),
    "a pseudo-field of requests": answer_with(OK, (":path", "/")),
    "upper case": answer_with(OK, ("X-Upper", "1")),
    "connection": answer_with(OK, ("connection", "close")),
    "transfer-encoding": answer_with(OK, ("transfer-encoding", "chunked")),
    "upgrade": answer_with(OK, ("upgrade", "websocket")),
    "keep-alive": answer_with(OK, ("keep-alive", "timeout=5")),
    "CR LF in a value": answer_with(OK, ("x-a", "1\r\nx-b: 2")),
    "NUL in a value": answer_with(OK, ("x-a", "1\0")),
    "space around a value": answer_with(OK, ("x-a", " 1")),
    "space in a name": answer_with(OK, ("x a", "1")),
    "two lengths": answer_with(OK, ("content-length", "4"), ("content-length", "4")),
    "no number as length": answer_with(OK, ("content-length", "4x")),
    "a length and no body": no_body_with(OK, ("content-length", "4")),
    "a head that is too long": answer_with(OK, *[("x-%d" % i, "v" * 1000) for i in range(80)]),
    "an interim head that ends": no_body_with((":status", "103")),
    "interim heads without end": endless_interim,
    "a reset: PROTOCOL_ERROR": lambda peer, stream: peer.reset(stream, PROTOCOL_ERROR),
    "a reset: NO_ERROR": lambda peer, stream: peer.reset(stream, NO_ERROR),
    "a reset: CANCEL": lambda peer, stream: peer.reset(stream, 8),
    "a reset: INTERNAL_ERROR": lambda peer, stream: peer.reset(stream, 2),
    "a reset: HTTP_1_1_REQUIRED": lambda peer, stream: peer.reset(stream, 13),
    "a reset: ENHANCE_YOUR_CALM": lambda peer, stream: peer.reset(stream, 11),
    "a reset: unknown": lambda peer, stream: peer.reset(stream, 4711),
}


@pytest.mark.parametrize("what", BROKEN_HEADS)
def test_C6_C9_an_answer_that_is_none_is_502_and_others_go_on(demo, behind, what):
    back_end = behind(BROKEN_HEADS[what])
    with H2(demo) as link:
        other = link.request("/h2/wait")
        link.read_until(lambda: link.streams[other].length == 4)
        assert link.ask("/h2/bad").status == 502
        assert link.ask("/h2/go").body == b"gone"
        assert bytes(link.wait(other).body) == b"halfrest"
    assert back_end.connections == 1
    assert demo.ask("/h2/bad").status == 502  # by HTTP/1.1 too
    assert demo.ask("/h2/fine").body == b"ok"


def test_C9_a_body_of_a_204_goes_nowhere(demo, behind):
    behind(answer_with((":status", "204")))
    with H2(demo) as link:
        for _ in range(3):
            answer = link.ask("/h2/bad")
            assert answer.status == 502 or (answer.status, answer.body) == (204, b"")
    assert b"body" not in demo.raw(b"GET /h2/bad HTTP/1.1\r\nHost: localhost:%d\r\nConnection: close\r\n\r\n" % demo.port)


def cut(then):
    def answer(peer, stream):
        peer.head(stream, [OK, ("content-length", "100")])
        peer.data(stream, b"begun")
        then(peer, stream)
    return answer


BROKEN_BODIES = {
    "a reset": cut(lambda peer, stream: peer.reset(stream, 2)),
    "a reset: NO_ERROR": cut(lambda peer, stream: peer.reset(stream, NO_ERROR)),
    "too short": cut(lambda peer, stream: peer.data(stream, b"!", True)),
    "too long": cut(lambda peer, stream: peer.data(stream, b"!" * 200, True)),
    "another head": cut(two_heads),
    "trailers with a pseudo-field": cut(lambda peer, stream: peer.head(stream, [(":status", "200")], True)),
}


@pytest.mark.parametrize("what", BROKEN_BODIES)
@pytest.mark.parametrize("version", [1, 2])
def test_C6_C9_a_body_that_breaks_off_is_seen_to_be_cut(demo, behind, what, version):
    behind(BROKEN_BODIES[what])
    with H2(demo) as link:
        other = link.request("/h2/wait")
        link.read_until(lambda: link.streams[other].length == 4)
        if version == 2:
            stream = link.wait(link.request("/h2/bad"))
            assert stream.status == 502 or (stream.error not in (None, NO_ERROR) and stream.length < 100), stream
        else:
            answer = demo.ask("/h2/bad")
            assert answer.status == 502 or not answer.complete
        assert link.ask("/h2/go").body == b"gone"
        assert bytes(link.wait(other).body) == b"halfrest"


def continuation(peer, stream):
    peer.send(frame(HEADERS, 0, stream, literal([OK])))
    for i in range(2000):
        peer.send(frame(CONTINUATION, 0, stream, literal([("x-%d" % i, "v" * 100)])))


def flood(data):
    def answer(peer, stream):
        for _ in range(400):
            peer.send(data * 100)
    return answer


# What is wrong is the whole connection.
BROKEN_CONNECTIONS = {
    "CONTINUATION without end": continuation,
    "DATA before HEADERS": lambda peer, stream: peer.data(stream, b"x", True),
    "a push": lambda peer, stream: peer.send(frame(PUSH_PROMISE, END_HEADERS, stream, number(2) + literal([(":method", "GET"), (":scheme", "http"), (":authority", "a"), (":path", "/")]))),
    "HEADERS of a stream of its own": lambda peer, stream: peer.head(2),
    "HEADERS of an idle stream": lambda peer, stream: peer.head(1001),
    "SETTINGS without end": flood(frame(SETTINGS)),
    "PING without end": flood(frame(PING, 0, 0, b"12345678")),
    "empty DATA without end": lambda peer, stream: (peer.head(stream), flood(frame(DATA, 0, stream))(peer, stream)),
    "unknown frames without end": flood(frame(0x77, 0, 0, b"")),
    "too large a frame": lambda peer, stream: peer.send(frame(DATA, 0, stream, b"x" * 20000)),
    "a window that overflows": lambda peer, stream: peer.send(frame(WINDOW_UPDATE, 0, 0, number((1 << 31) - 1)) * 2),
    "HPACK that is none": lambda peer, stream: peer.send(frame(HEADERS, END_HEADERS, stream, b"\xff\xff\xff\xff\xff\xff")),
    "no HTTP/2 any more": lambda peer, stream: peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    "an end": lambda peer, stream: peer.link.shutdown(2),
}


@pytest.mark.parametrize("what", BROKEN_CONNECTIONS)
def test_C6_C9_a_connection_that_is_broken_ends_and_the_next_one_is_used(demo, behind, what):
    back_end = behind(BROKEN_CONNECTIONS[what])
    with H2(demo) as link:
        other = link.request("/h2/wait")
        link.read_until(lambda: link.streams[other].length == 4)
        bad = link.wait(link.request("/h2/bad", "POST", body=b"x"))  # not sent twice
        assert bad.status == 502 or bad.error not in (None, NO_ERROR)
        assert link.wait(other).error not in (None, NO_ERROR)  # cut, and seen to be
        assert link.ask("/h2/fine").body == b"ok"
    assert back_end.connections == 2
    wait_until(lambda: sum(path == "/bad" for path in (r[":path"] for r in back_end.requests)) == 1, "sent once")


def test_a_reset_with_no_error_behind_the_answer_only_ends_the_request(demo, behind):
    """RFC 9113 section 8.1."""
    def early(peer, stream):
        peer.reply(stream, b"enough")
        peer.reset(stream, NO_ERROR)
    behind(early)
    with H2(demo) as link:
        stream = link.wait(link.request("/h2/bad", "POST", end=False))
        assert (stream.status, bytes(stream.body)) == (200, b"enough")
        assert link.ask("/h2/fine").status == 200
    answer = demo.raw(f"POST /h2/bad HTTP/1.1\r\nHost: localhost:{demo.port}\r\nContent-Length: 10\r\n\r\n".encode())
    assert b"200 OK" in answer and b"enough" in answer


def refuse_by_goaway(peer, stream):
    if len(peer.back_end.peers) > 1:
        return peer.reply(stream)
    peer.send(frame(GOAWAY, 0, 0, number(stream - 2 if stream > 1 else 0) + number(NO_ERROR)))


def refuse_by_reset(peer, stream):
    if len(peer.back_end.peers) > 1:
        return peer.reply(stream)
    peer.reset(stream, 7)


@pytest.mark.parametrize("refuse", [refuse_by_goaway, refuse_by_reset])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_the_server_has_not_acted_on_is_sent_again(demo, behind, refuse, method):
    back_end = behind(refuse)
    with H2(demo) as link:
        other = link.request("/h2/wait")
        link.read_until(lambda: link.streams[other].length == 4)
        assert link.ask("/h2/bad", method).body == b"ok"
        # What was under way before goes on where it is.
        back_end.peers[0].data(back_end.peers[0].waiting[0], b"rest", True)
        assert bytes(link.wait(other).body) == b"halfrest"
    assert back_end.connections == 2


def test_a_server_that_always_refuses_is_503_in_the_end(demo, behind):
    back_end = behind(lambda peer, stream: peer.reset(stream, 7))
    assert demo.ask("/h2/bad").status == 503
    assert back_end.connections <= 4


def test_a_request_that_may_have_been_acted_on_is_not_sent_again(demo, behind):
    def die(peer, stream):
        peer.send(frame(GOAWAY, 0, 0, number(stream) + number(2)))
        peer.link.shutdown(2)
    back_end = behind(die)
    assert demo.ask("/h2/bad", "POST").status == 502
    assert [r[":path"] for r in back_end.requests] == ["/bad"]


def test_goaway_in_the_middle_lets_the_answer_come_to_its_end(demo, behind):
    def answer(peer, stream):
        peer.head(stream)
        peer.data(stream, b"one ")
        peer.send(frame(GOAWAY, 0, 0, number(stream) + number(NO_ERROR)))
        peer.data(stream, b"two", True)
    back_end = behind(answer)
    assert demo.ask("/h2/bad").body == b"one two"
    assert demo.ask("/h2/fine").body == b"ok"
    assert back_end.connections == 2


def test_D2_a_server_that_gives_no_window_is_504_or_502_and_holds_up_nobody(make_instance):
    instance = make_instance(extra="\n[server]\nintra-connection-timeout = 2\n[junction]\nhttp-timeout = 2\n")
    def answer(peer, stream, path):
        if path == "/fine":
            peer.reply(stream)
    back_end = H2BackEnd(answer, gives_windows=False)
    instance.admin("junction", "create", "-t", "tcp", "--http2", "-h", "127.0.0.1", "-p", back_end.port, "/h2")
    instance.publish("/h2")
    with H2(instance) as link:
        stalled = link.request("/h2/bad", "POST", end=False)
        link.read_some()
        size = 65535 + 20000  # more than the server's window
        link.send(b"".join(frame(DATA, 0, stalled, b"x" * 16000) for _ in range(size // 16000)))
        assert link.ask("/h2/fine").body == b"ok"
        assert link.wait(stalled).status in (408, 502, 504)
    back_end.stop()


def test_D2_a_server_that_answers_and_takes_nothing_more_is_let_go(make_instance):
    instance = make_instance(extra="\n[server]\nintra-connection-timeout = 2\n")
    back_end = H2BackEnd(lambda peer, stream, path: peer.reply(stream), gives_windows=False)
    instance.admin("junction", "create", "-t", "tcp", "--http2", "-h", "127.0.0.1", "-p", back_end.port, "/h2")
    instance.publish("/h2")
    with H2(instance) as link:
        stream = link.request("/h2/x", "POST", end=False)
        assert link.wait(stream).status == 200
        # More than the server's window and what may wait for it.
        link.send(b"".join(frame(DATA, 0, stream, b"x" * 16000) for _ in range(15)))
        wait_until(lambda: back_end.peers[0].resets, "the server is told")
        wait_until(lambda: "Current requests : 0" in instance.admin("junction", "show", "/h2"), "nobody waits any more")
        assert link.ask("/h2/y").status == 200
    back_end.stop()


def test_D2_a_server_that_says_nothing_is_504(make_instance):
    instance = make_instance(extra="\n[junction]\nhttp-timeout = 1\n")
    back_end = H2BackEnd(lambda peer, stream, path: None)
    instance.admin("junction", "create", "-t", "tcp", "--http2", "-h", "127.0.0.1", "-p", back_end.port, "/h2")
    instance.publish("/h2")
    assert instance.ask("/h2/x").status == 504
    # The server is told.
    wait_until(lambda: back_end.peers[0].resets, "a reset")
    back_end.stop()


def test_a_server_that_allows_no_requests_is_503(demo, behind):
    behind(lambda peer, stream: peer.reply(stream), settings=[(SETTINGS_MAX_CONCURRENT_STREAMS, 0)])
    assert demo.ask("/h2/x").status == 503


def test_a_server_that_speaks_no_http_2_is_502(demo, behind, make_script):
    def script(link, _):
        link.recv(1000)
        link.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    back_end = behind(lambda peer, stream: None)
    back_end.script = script
    assert demo.ask("/h2/x").status == 502
