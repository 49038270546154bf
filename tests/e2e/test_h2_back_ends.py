"""HTTP/2 to back ends: real servers, shared connections, trailers, WebSockets."""
import base64
import concurrent.futures
import contextlib
import hashlib
import os
import pathlib
import shutil
import socket
import ssl
import tempfile
import threading

import pytest

from h2client import DATA, END_HEADERS, END_STREAM, H2, HEADERS, frame, literal
from h2server import SETTINGS_ENABLE_CONNECT_PROTOCOL, SETTINGS_MAX_CONCURRENT_STREAMS, H2BackEnd
from sallyport import Process, free_port, parse_responses, read_more, read_until, wait_until

BIG = os.urandom(1 << 20) * 6


@pytest.fixture(scope="module")
def site(demo):
    """What the web servers serve, where they may read it, and a certificate for them."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="sallyport-site-"))
    directory.chmod(0o755)
    (directory / "www").mkdir()
    (directory / "www" / "page.html").write_bytes(b"<p>page</p>\n" * 100)
    (directory / "www" / "big.bin").write_bytes(BIG)
    demo.certificate("issue", "-a", demo.dir / "ca", directory / "server", "localhost", "127.0.0.1")
    yield directory
    shutil.rmtree(directory)


def mount(instance, back_end_port, *options, point="/h2", kind="tcp", host="127.0.0.1"):
    if kind == "ssl":
        options = (*options, "--ca-file", instance.dir / "ca.pem")
    instance.admin("junction", "create", "-f", "-t", kind, "-h", host, "-p", back_end_port, *options, point)
    if f"open{point.replace('/', '-')}" not in instance.admin("acl", "list").split():
        instance.publish(point)


@pytest.fixture
def back_end(demo):
    made = []

    def make(answer, *options, kind="tcp", point="/h2", **how):
        made.append(H2BackEnd(answer, **how))
        mount(demo, made[-1].port, *(options or ["--http2"]), kind=kind, point=point)
        return made[-1]

    yield make
    for one in made:
        one.stop()
        assert not one.failures


def listens(port):
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    return False


APACHE = """
ServerRoot {dir}
ServerName localhost
Listen 127.0.0.1:{port}
{user}
PidFile {dir}/apache.pid
ErrorLog {dir}/apache.err
Mutex sem
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule mime_module /usr/lib/apache2/modules/mod_mime.so
LoadModule http2_module /usr/lib/apache2/modules/mod_http2.so
LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so
TypesConfig /dev/null
AddType text/html .html
LogFormat "%H %{{remote}}p %r" requests
CustomLog {dir}/apache.requests requests
DocumentRoot {dir}/www
Protocols {protocols}
{tls}
"""
APACHE_TLS = "SSLEngine on\nSSLCertificateFile {dir}/server.pem\nSSLCertificateKeyFile {dir}/server.key\n"


@contextlib.contextmanager
def apache(site, kind, protocols):
    port, root = free_port(), os.geteuid() == 0
    (site / "apache.conf").write_text(APACHE.format(
        dir=site, port=port, user="User www-data\nGroup www-data" if root else "", protocols=protocols,
        tls=APACHE_TLS.format(dir=site) if kind == "ssl" else ""))
    (site / "apache.requests").unlink(missing_ok=True)
    process = Process(["/usr/sbin/apache2", "-d", site, "-f", site / "apache.conf", "-D", "FOREGROUND"], site / "apache.out")
    try:
        wait_until(lambda: listens(port), f"Apache listens: {process.text()}")
        yield port
    finally:
        process.stop()


@contextlib.contextmanager
def nghttpd(site, kind, _):
    port = free_port()
    options = ["--no-tls", str(port)] if kind == "tcp" else [str(port), site / "server.key", site / "server.pem"]
    process = Process(["nghttpd", "-a", "127.0.0.1", "-d", site / "www", *options], site / "nghttpd.out")
    try:
        wait_until(lambda: listens(port), f"nghttpd listens: {process.text()}")
        yield port
    finally:
        process.stop()


@pytest.mark.parametrize("server", [nghttpd, apache])
@pytest.mark.parametrize("kind", ["tcp", "ssl"])
def test_a_real_server(demo, site, server, kind):
    with server(site, kind, "h2 http/1.1" if kind == "ssl" else "h2c http/1.1") as port:
        mount(demo, port, "--http2", kind=kind)
        page = (site / "www" / "page.html").read_bytes()
        assert demo.ask("/h2/page.html").body == page
        assert demo.ask("/h2/big.bin").body == BIG
        assert demo.ask("/h2/none").status == 404
        head = demo.ask("/h2/page.html", "HEAD")
        assert (head.status, head.header("Content-Length"), head.body) == (200, str(len(page)), b"")
        again = demo.ask("/h2/page.html", headers=[("If-Modified-Since", head.header("Last-Modified"))])
        assert (again.status, again.body) == (304, b"")
        assert demo.ask("/h2/page.html", "POST", body=b"x" * 300_000).status < 500
        with H2(demo) as link:
            streams = [link.request("/h2/big.bin" if i % 10 == 0 else "/h2/page.html") for i in range(60)]
            for i, stream in enumerate(streams):
                assert bytes(link.wait(stream, 30).body) == (BIG if i % 10 == 0 else page)
        if server is apache:
            lines = (site / "apache.requests").read_text().splitlines()
            assert {line.split()[0] for line in lines} == {"HTTP/2.0"}
            assert len({line.split()[1] for line in lines}) <= 3  # connections of two workers


def test_a_server_that_takes_http_1_1_gets_it(demo, site):
    with apache(site, "ssl", "http/1.1") as port:
        mount(demo, port, "--http2", kind="ssl")
        for _ in range(3):
            assert demo.ask("/h2/page.html").status == 200
        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            assert {r.status for r in pool.map(lambda _: demo.ask("/h2/page.html"), range(30))} == {200}
        assert {line.split()[0] for line in (site / "apache.requests").read_text().splitlines()} == {"HTTP/1.1"}


def test_without_the_option_it_is_http_1_1(demo, site):
    with apache(site, "ssl", "h2 http/1.1") as port:
        mount(demo, port, kind="ssl")
        assert demo.ask("/h2/page.html").status == 200
        # Apache writes its line when the answer is out.
        wait_until(lambda: (site / "apache.requests").read_text(), "the request is in Apache's log")
        assert (site / "apache.requests").read_text().startswith("HTTP/1.1 ")


def test_what_a_request_looks_like(demo, back_end):
    server = back_end(lambda peer, stream, path: peer.reply(stream))
    assert demo.ask("/h2/a/b?c=d", headers=[("X-Mixed", "Value"), ("Connection", "x-hop"), ("X-Hop", "1"), ("TE", "trailers"),
                                            ("Keep-Alive", "timeout=5"), ("iv-user", "admin")]).status == 200
    request = server.requests[0]
    assert (request[":method"], request[":path"], request[":scheme"]) == ("GET", "/a/b?c=d", "http")
    assert request[":authority"] == f"127.0.0.1:{server.port}"
    assert request["x-mixed"] == "Value"
    assert not {"host", "connection", "x-hop", "keep-alive", "te", "iv-user", "transfer-encoding"} & set(request)
    assert request["via"] == "1.1 sallyport"


def test_one_connection_for_many_and_more_when_it_is_full(make_instance):
    gate = threading.Event()
    def answer(peer, stream, path):
        peer.waiting.append(stream)
        threading.Thread(target=lambda: (gate.wait(20), peer.reply(stream)), daemon=True).start()
    for limit, connections in ((100, 1), (10, 3)):
        gate.clear()
        server = H2BackEnd(answer, settings=[(SETTINGS_MAX_CONCURRENT_STREAMS, limit)])
        instance = make_instance(extra="\n[server]\nworker-threads = 1\n")
        mount(instance, server.port, "--http2")
        with H2(instance) as link:
            streams = [link.request(f"/h2/{i}") for i in range(30)]
            wait_until(lambda: len(server.requests) == 30, "all are there")
            gate.set()
            assert {link.wait(stream).status for stream in streams} == {200}
        assert server.connections == connections
        assert max(len(peer.heads) for peer in server.peers) <= limit
        server.stop()


def test_C10_identities_share_no_connection_across_junctions(demo, back_end):
    """A connection belongs to its key: junction, server, how it is reached."""
    server = back_end(lambda peer, stream, path: peer.reply(stream))
    mount(demo, server.port, "--http2", point="/h2other")
    demo.ask("/h2/x")
    before = server.connections
    demo.ask("/h2other/x")
    assert server.connections == before + 1


def test_an_idle_connection_ends_in_order(make_instance):
    server = H2BackEnd(lambda peer, stream, path: peer.reply(stream))
    instance = make_instance(extra="\n[server]\nworker-threads = 1\n[junction]\npersistent-con-timeout = 2\n")
    mount(instance, server.port, "--http2")
    assert instance.ask("/h2/1").status == 200
    assert instance.ask("/h2/2").status == 200
    assert server.connections == 1
    wait_until(lambda: server.peers[0].goaway == 0, "GOAWAY(NO_ERROR)")
    assert instance.ask("/h2/3").status == 200
    assert server.connections == 2
    server.stop()


def test_D2_slow_clients_stop_their_own_answers_only(demo, back_end):
    window, piece, sent = 128 * 1024, 16384, []

    def answer(peer, stream, path):
        if path == "/fine":
            return peer.reply(stream, b"f" * piece)
        peer.head(stream)
        for _ in range(window // piece):  # as much as the stream's window allows
            peer.data_in_time(stream, b"x" * piece)
        sent.append(peer)
    back_end(answer)
    # Much more than the window of one connection.
    with H2(demo, window=False) as slow, H2(demo) as link:
        streams = [slow.request(f"/h2/slow{i}") for i in range(30)]
        slow.read_until(lambda: all(slow.streams[s].fields for s in streams))
        wait_until(lambda: len(sent) == len(streams) and not any(peer.queue for peer in sent), "the windows are full")
        for _ in range(5):
            assert link.ask("/h2/fine").body == b"f" * piece


def ask_with_trailers(instance, version, trailers):
    if version == 2:
        with H2(instance) as link:
            stream = link.request("/h2/x", "POST", [("te", "trailers"), ("trailer", "x-sum, x-other")], end=False)
            link.send(frame(DATA, 0, stream, b"body"))
            link.send(frame(HEADERS, END_HEADERS | END_STREAM, stream, literal(trailers)))
            got = link.wait(stream)
            return got.status, got.fields, bytes(got.body), got.trailers
    lines = "".join(f"{n}: {v}\r\n" for n, v in trailers)
    data = instance.raw((f"POST /h2/x HTTP/1.1\r\nHost: localhost:{instance.port}\r\nTransfer-Encoding: chunked\r\nTE: trailers\r\n"
                         f"Trailer: x-sum, x-other\r\nConnection: close\r\n\r\n4\r\nbody\r\n0\r\n{lines}\r\n").encode())
    head, _, rest = data.partition(b"\r\n\r\n")
    fields = [tuple(line.split(": ", 1)) for line in head.decode().split("\r\n")[1:]]
    body, _, tail = rest.partition(b"\r\n0\r\n")
    got = [tuple(line.split(": ", 1)) for line in tail.decode().split("\r\n") if line]
    return int(head.split()[1]), [(n.lower(), v) for n, v in fields], body.partition(b"\r\n")[2], got


SENT_BACK = [("x-sum", "back"), ("x-other", "no"), ("iv-user", "admin"), ("content-type", "text/evil")]
REQUEST_TRAILERS = [("x-sum", "there"), ("x-other", "no"), ("iv-user", "admin"), ("set-cookie", "a=b")]


def http_1_back_end(link, seen):
    head = b""
    while b"\r\n0\r\n" not in head or not head.endswith(b"\r\n\r\n"):
        data = link.recv(65536)
        if not data:
            return
        head += data
    seen.append(head.decode())
    tail = "".join(f"{n}: {v}\r\n" for n, v in SENT_BACK)
    link.sendall(f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum, x-other\r\n\r\n6\r\nanswer\r\n0\r\n{tail}\r\n".encode())


@pytest.mark.parametrize("allowed", [True, False])
@pytest.mark.parametrize("client", [1, 2])
@pytest.mark.parametrize("server", [1, 2])
def test_B5_trailers_go_on_by_list_only(demo, back_end, make_script, client, server, allowed):
    options = ["--trailers", "x-sum,x-unused"] if allowed else []
    expected = [("x-sum", "there")] if allowed else []
    if server == 2:
        def at_end(peer, stream):
            peer.head(stream, [(":status", "200"), ("trailer", "x-sum, x-other")])
            peer.data(stream, b"answer")
            peer.head(stream, SENT_BACK, True)
        two = back_end(lambda *_: None, "--http2", *options, at_end=at_end)
    else:
        seen = []
        one = make_script(lambda link, _: http_1_back_end(link, seen), "/h2")
        mount(demo, one.port, *options)
    status, fields, body, trailers = ask_with_trailers(demo, client, REQUEST_TRAILERS)
    assert (status, body) == (200, b"answer")
    assert trailers == ([("x-sum", "back")] if allowed else [])
    assert [v for n, v in fields if n == "trailer"] == (["x-sum"] if allowed else [])
    assert not [n for n, v in fields if v in ("admin", "back", "text/evil")]
    if server == 2:
        peer = two.peers[0]
        stream = next(iter(peer.heads))
        assert peer.bodies[stream] == b"body"
        assert peer.trailers.get(stream, []) == expected
        request = two.requests[0]
        assert (request.get("te"), request.get("trailer")) == (("trailers", "x-sum") if allowed else (None, None))
    else:
        head, _, rest = seen[0].partition("\r\n\r\n")
        tail = rest.partition("\r\n0\r\n")[2].split("\r\n")
        assert [tuple(line.split(": ")) for line in tail if line] == expected
        lines = [line.lower() for line in head.split("\r\n")]
        assert ("te: trailers" in lines, "connection: te" in lines, "trailer: x-sum" in lines) == (allowed, allowed, allowed)
    assert "iv-user: admin" not in str(fields)


@pytest.mark.parametrize("name", ["iv-user", "IV_USER", "iv-anything", "am-eai-user-id", "content-length", "transfer-encoding", "host",
                                  "te", "trailer", "connection", "set-cookie", "cookie", "authorization", "content-type",
                                  "content-encoding", "cache-control", "location", "x-forwarded-for", "if-match", "range",
                                  "strict-transport-security", "x_sum", "http-x-sum", ":status", "a b", "", "x-sum,x-sum", "x" * 129])
def test_B5_names_that_no_list_can_allow(demo, name):
    result = demo.run_admin("junction", "create", "-t", "tcp", "-h", "127.0.0.1", "-p", "9", "--trailers", f"{name}", "/never")
    assert result.returncode != 0 and "--trailers" in result.stdout + result.stderr
    assert "/never" not in demo.admin("junction", "list")


KEY = base64.b64encode(b"0123456789abcdef").decode()


def handshake(instance, path="/h2/chat"):
    return (f"GET {path} HTTP/1.1\r\nHost: localhost:{instance.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: chat\r\nSec-WebSocket-Key: {KEY}\r\n\r\n").encode()


def accept_of(key):
    return base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()


def chat(instance, path="/h2/chat"):
    """What a WebSocket is to a proxy: bytes both ways, and an end."""
    with instance.open() as link:
        link.sendall(handshake(instance, path))
        head = read_until(link, b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101 "), head
        assert parse_responses(head)[0].header("Sec-WebSocket-Accept") == accept_of(KEY)
        for message in (b"hello", b"x" * 200_000):
            link.sendall(message)
            received = b""
            while len(received) < len(message):
                received = read_more(link, received)
            assert received == message
        link.shutdown(socket.SHUT_WR)
        assert link.recv(10) == b""


def echo_stream(peer, stream):
    """Sends back what came, behind what has been sent back."""
    done = peer.__dict__.setdefault("echoed", {})
    data = peer.bodies[stream][done.get(stream, 0):]
    done[stream] = len(peer.bodies[stream])
    for i in range(0, len(data), 16384):
        peer.data_in_time(stream, data[i:i + 16384])


def extended(peer, stream, path):
    request = dict(peer.heads[stream])
    if request[":method"] != "CONNECT":
        return peer.reply(stream)
    assert (request[":protocol"], request[":path"], request["sec-websocket-protocol"]) == ("websocket", "/chat", "chat")
    assert not {"sec-websocket-key", "upgrade", "connection"} & set(request)
    peer.head(stream, [(":status", "200"), ("sec-websocket-protocol", "chat")])


@pytest.mark.parametrize("kind", ["tcp", "ssl"])
def test_a_websocket_is_a_stream_where_the_server_can_do_that(demo, back_end, site, kind):
    def at_end(peer, stream):
        if dict(peer.heads[stream])[":method"] == "CONNECT":
            peer.data(stream, b"", True)
    server = back_end(extended, kind=kind, settings=[(SETTINGS_ENABLE_CONNECT_PROTOCOL, 1)], at_data=echo_stream, at_end=at_end,
                      certificate=(site / "server.pem", site / "server.key") if kind == "ssl" else None)
    chat(demo)
    chat(demo)
    assert demo.ask("/h2/x").status == 200
    assert {r[":method"] for r in server.requests} == {"CONNECT", "GET"}


def refused_upgrade(instance):
    """The answer to a handshake that leads to no WebSocket."""
    with instance.open() as link:
        link.sendall(handshake(instance))
        data = read_until(link, b"\r\n\r\n")
        length = int(parse_responses(data)[0].header("Content-Length"))
        while len(data.partition(b"\r\n\r\n")[2]) < length:
            data = read_more(link, data)
        return parse_responses(data)[0]


def test_a_websocket_by_http_2_on_both_sides(demo, back_end):
    ended = []
    server = back_end(extended, settings=[(SETTINGS_ENABLE_CONNECT_PROTOCOL, 1)], at_data=echo_stream,
                      at_end=lambda peer, stream: (ended.append(stream), peer.data(stream, b"", True)))
    with H2(demo) as link:
        stream = link.send_head([(":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "https"),
                                 (":authority", link.authority), (":path", "/h2/chat"), ("sec-websocket-version", "13"),
                                 ("sec-websocket-protocol", "chat")], end=False)
        state = link.streams[stream]
        assert link.read_until(lambda: state.fields)
        assert state.status == 200
        assert not {"sec-websocket-accept", "upgrade", "connection"} & {name for name, _ in state.fields}
        expected = b""
        for message in (b"hello", b"x" * 40_000):
            link.send_body(stream, message, end=False)
            expected += message
            assert link.read_until(lambda: len(state.body) == len(expected))
        assert bytes(state.body) == expected
        link.send(frame(DATA, END_STREAM, stream))
        assert link.read_until(lambda: state.closed or state.ended)
    wait_until(lambda: ended, "the server hears of the end")
    assert server.requests[0][":method"] == "CONNECT"


def test_C8_a_websocket_that_the_server_refuses_is_an_answer(demo, back_end):
    def answer(peer, stream, path):
        peer.head(stream, [(":status", "403"), ("content-length", "2")])
        peer.data(stream, b"no", True)
    back_end(answer, settings=[(SETTINGS_ENABLE_CONNECT_PROTOCOL, 1)])
    answer = refused_upgrade(demo)
    assert (answer.status, answer.body) == (403, b"no")


@pytest.mark.parametrize("change", [(b"Sec-WebSocket-Key: ", b"X-Key: "), (KEY.encode(), b"short"), (b"Version: 13", b"Version: 12")])
def test_C8_a_handshake_that_is_none_goes_no_further(demo, back_end, change):
    server = back_end(extended, settings=[(SETTINGS_ENABLE_CONNECT_PROTOCOL, 1)])
    assert demo.ask("/h2/x").status == 200
    assert demo.raw(handshake(demo).replace(*change).replace(b"Connection: Upgrade", b"Connection: Upgrade, close")).startswith(b"HTTP/1.1 400 ")
    assert {r[":method"] for r in server.requests} == {"GET"}


def test_a_websocket_to_a_server_whose_http_2_has_none(demo, back_end):
    server = back_end(lambda peer, stream, path: peer.reply(stream))
    assert refused_upgrade(demo).status == 502
    wait_until(lambda: "its HTTP/2 carries no WebSockets" in demo.process.text(), "the reason is in the log")
    # The next request is none the worse for it.
    assert demo.ask("/h2/x").status == 200
    assert {r[":method"] for r in server.requests} == {"GET"}


def test_a_websocket_over_tls_goes_by_http_1_1_where_http_2_has_none(demo, back_end, site):
    """The server takes either protocol, and is asked for the one that can do it."""
    server = back_end(lambda peer, stream, path: peer.reply(stream), kind="ssl")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(site / "server.pem", site / "server.key")
    context.set_alpn_protocols(["h2", "http/1.1"])
    by_http_2 = server.script

    def script(link, number):
        with context.wrap_socket(link, server_side=True) as secured:
            if secured.selected_alpn_protocol() == "h2":
                by_http_2(secured, number)
                return
            server.read_head(secured)
            secured.sendall(f"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                            f"Sec-WebSocket-Accept: {accept_of(KEY)}\r\n\r\n".encode())
            while data := secured.recv(65536):
                secured.sendall(data)
            secured.unwrap()
    server.script = script
    assert demo.ask("/h2/x").status == 200
    chat(demo)
    assert len(server.heads) == 1  # by HTTP/1.1
    assert demo.ask("/h2/x").status == 200
    assert {r[":method"] for r in server.requests} == {"GET"}


def test_who_leaves_is_gone_for_the_server_too(demo, back_end):
    server = back_end(lambda peer, stream, path: peer.reply(stream) if path == "/fine" else None)
    with H2(demo) as link:
        stream = link.request("/h2/x")
        wait_until(lambda: server.requests, "the request is there")
        link.send(frame(3, 0, stream, (8).to_bytes(4, "big")))
        wait_until(lambda: 8 in server.peers[0].resets.values(), "RST_STREAM(CANCEL)")
        assert link.ask("/h2/fine").status == 200
    with demo.open() as one:
        one.sendall(f"GET /h2/x HTTP/1.1\r\nHost: localhost:{demo.port}\r\n\r\n".encode())
        wait_until(lambda: len(server.requests) == 3, "the request is there")
    wait_until(lambda: sum(len(peer.resets) for peer in server.peers) == 2, "RST_STREAM")


def test_an_answer_may_end_before_the_request_does(demo, back_end):
    """Over HTTP/2 on both sides the rest of the request goes on."""
    def answer(peer, stream, path):
        peer.reply(stream, b"early")
    server = back_end(answer)
    with H2(demo) as link:
        stream = link.request("/h2/x", "POST", end=False)
        assert bytes(link.wait(stream).body) == b"early"
        assert link.streams[stream].error is None
        link.send(frame(DATA, END_STREAM, stream, b"late"))
        wait_until(lambda: server.peers[0].bodies and b"late" in server.peers[0].bodies.values(), "the rest arrives")
        assert not server.peers[0].resets


def test_C5_an_early_answer_ends_a_connection_of_http_1(demo, back_end):
    server = back_end(lambda peer, stream, path: peer.reply(stream, b"early"))
    data = demo.raw(f"POST /h2/x HTTP/1.1\r\nHost: localhost:{demo.port}\r\nContent-Length: 100\r\n\r\nab".encode())
    assert b"early" in data and b"Connection: close" in data
    wait_until(lambda: server.peers[0].resets, "the server is told")
    assert demo.ask("/h2/x").status == 200
