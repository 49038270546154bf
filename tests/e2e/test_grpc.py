"""gRPC through a junction, with a real client and a real server: unary calls and streams of every kind, over TCP and TLS to
the server, for a user who is known by Basic credentials or by a session cookie."""
import base64
import concurrent.futures
import queue
import threading

import grpc
import pytest

from sallyport import Instance, wait_until

TRAILERS = "grpc-status,grpc-message,grpc-status-details-bin,x-checked"


class Service(grpc.GenericRpcHandler):
    """Messages are bytes; what the server sees of each call is kept."""

    def __init__(self):
        self.metadata = {}
        self.ended = {}  # what became of a call, by the name that its client gave it

    def service(self, details):
        kind = details.method.rsplit("/", 1)[1]
        make = {"one": grpc.unary_unary_rpc_method_handler, "down": grpc.unary_stream_rpc_method_handler,
                "up": grpc.stream_unary_rpc_method_handler, "both": grpc.stream_stream_rpc_method_handler}
        call, _, shape = kind.partition("-")
        handler = getattr(self, call, None)
        return handler and make[shape](handler)

    def note(self, context):
        metadata = dict(context.invocation_metadata())
        name = metadata.get("x-call", "")
        self.metadata[name] = metadata
        context.add_callback(lambda: self.ended.setdefault(name, "cancelled" if context.code() is None else str(context.code())))
        return name

    def echo(self, request, context):
        self.note(context)
        context.set_trailing_metadata([("x-checked", "yes"), ("x-dropped", "yes")])
        return request[::-1]

    def fail(self, request, context):
        self.note(context)
        context.set_details("so it is: \u00fc")
        context.set_code(grpc.StatusCode.FAILED_PRECONDITION)
        return b""

    def count(self, request, context):
        self.note(context)
        for i in range(int(request)):
            yield b"%d" % i

    def bulk(self, request, context):
        self.note(context)
        size, times = map(int, request.split())
        for _ in range(times):
            yield b"x" * size

    def sum(self, requests, context):
        self.note(context)
        return b"%d" % sum(len(r) for r in requests)

    def talk(self, requests, context):
        self.note(context)
        yield b"welcome"
        for request in requests:
            yield request[::-1]
        yield b"bye"

    def early(self, requests, context):
        """Answers and ends although the client has not."""
        self.note(context)
        yield next(requests)

    def hang(self, request, context):
        name = self.note(context)
        gone = threading.Event()
        context.add_callback(gone.set)
        self.ended.pop(name, None)
        gone.wait(30)
        self.ended[name] = "gone" if not context.is_active() else "active"
        return b""


def serve(credentials=None):
    service = Service()
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(40), options=[("grpc.max_receive_message_length", -1)])
    server.add_generic_rpc_handlers([service])
    if credentials:
        service.port = server.add_secure_port("localhost:0", credentials)
    else:
        service.port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    service.stop = lambda: server.stop(0).wait()
    return service


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, echo):
    instance = Instance(tmp_path_factory.mktemp("grpc"), extra="\n[server]\nintra-connection-timeout = 3\n"
                        "\n[junction]\nhttp-timeout = 3\nhttps-timeout = 3\n").start()
    instance.setup_demo(echo)
    yield instance
    instance.stop()


@pytest.fixture(scope="module", params=["tcp", "ssl"])
def service(request, gateway):
    credentials, options = None, []
    if request.param == "ssl":
        gateway.certificate("issue", "-a", gateway.dir / "ca", gateway.dir / "grpc", "localhost")
        credentials = grpc.ssl_server_credentials([((gateway.dir / "grpc.key").read_bytes(),
                                                    (gateway.dir / "grpc.pem").read_bytes())])
        options = ["--ca-file", gateway.dir / "ca.pem"]
    service = serve(credentials)
    # The point of a gRPC service is where clients look for it: it has no path in front.
    gateway.admin("junction", "create", "-f", "-x", "-t", request.param, "--http2", "--trailers", TRAILERS, "-c", "iv_user",
                  *options, "-h", "localhost" if credentials else "127.0.0.1", "-p", service.port, "/app/test.Service")
    yield service
    service.stop()


def basic(user="alice", password="sallyport-demo"):
    return ("authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode())


@pytest.fixture
def channel(gateway):
    with open_channel(gateway) as channel:
        yield channel


def open_channel(gateway):
    credentials = grpc.ssl_channel_credentials((gateway.dir / "ca.pem").read_bytes())
    return grpc.secure_channel(f"127.0.0.1:{gateway.port}", credentials,
                               [("grpc.ssl_target_name_override", "localhost"),
                                ("grpc.default_authority", f"localhost:{gateway.port}"),
                                ("grpc.max_receive_message_length", -1)])


def method(channel, name):
    make = {"one": channel.unary_unary, "down": channel.unary_stream, "up": channel.stream_unary,
            "both": channel.stream_stream}[name.partition("-")[2]]
    return make(f"/app/test.Service/{name}")


class Requests:
    """What a client sends, when the test says so."""

    def __init__(self):
        self.queue = queue.Queue()

    def __iter__(self):
        return iter(self.queue.get, None)

    def say(self, message):
        self.queue.put(message)

    def end(self):
        self.queue.put(None)


def test_a_unary_call_with_its_trailers(service, channel):
    answer, call = method(channel, "echo-one").with_call(b"hello", metadata=[basic(), ("x-call", "unary")])
    assert answer == b"olleh"
    assert call.code() == grpc.StatusCode.OK
    assert dict(call.trailing_metadata()) == {"x-checked": "yes"}  # of what was allowed
    seen = service.metadata["unary"]
    assert seen["iv-user"] == "alice" and "authorization" not in seen


def test_an_error_that_is_all_head(service, channel):
    with pytest.raises(grpc.RpcError) as caught:
        method(channel, "fail-one")(b"", metadata=[basic()])
    assert caught.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert caught.value.details() == "so it is: \u00fc"


def test_a_method_that_there_is_not(service, channel):
    with pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary("/app/test.Service/none-one")(b"", metadata=[basic()])
    assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED


def session_of(gateway, user):
    browser = gateway.browser()
    browser.login(user)
    return ("cookie", "; ".join(f"{k}={v}" for k, v in browser.cookies.items()))


def test_a_session_cookie_says_who_it_is(service, channel, gateway):
    assert method(channel, "echo-one")(b"ab", metadata=[session_of(gateway, "bob"), ("x-call", "cookie")]) == b"ba"
    assert service.metadata["cookie"]["iv-user"] == "bob" and "cookie" not in service.metadata["cookie"]


def test_B1_who_is_nobody_gets_nowhere(service, channel):
    with pytest.raises(grpc.RpcError):
        method(channel, "echo-one")(b"ab", metadata=[("iv-user", "alice"), ("x-call", "nobody")])
    with pytest.raises(grpc.RpcError) as caught:
        method(channel, "echo-one")(b"ab", metadata=[basic(password="wrong"), ("x-call", "nobody")])
    assert caught.value.code() != grpc.StatusCode.OK
    assert "nobody" not in service.metadata


def test_a_stream_down(service, channel):
    call = method(channel, "count-down")(b"1000", metadata=[basic()])
    assert list(call) == [b"%d" % i for i in range(1000)]
    assert call.code() == grpc.StatusCode.OK


def test_a_large_stream_down(service, channel):
    call = method(channel, "bulk-down")(b"1000000 20", metadata=[basic()])
    assert sum(len(m) for m in call) == 20_000_000


def test_a_stream_up(service, channel):
    messages = (b"x" * 10_000 for _ in range(2000))
    assert method(channel, "sum-up")(messages, metadata=[basic()]) == b"20000000"


def test_both_at_once_and_the_answer_begins_first(service, channel):
    requests = Requests()
    answers = method(channel, "talk-both")(iter(requests), metadata=[basic()])
    assert next(answers) == b"welcome"
    for text in (b"one", b"two", b"three" * 100_000):
        requests.say(text)
        assert next(answers) == text[::-1]
    requests.end()
    assert list(answers) == [b"bye"]
    assert answers.code() == grpc.StatusCode.OK


def test_many_calls_at_once(service, channel, gateway):
    session = session_of(gateway, "alice")

    def talk(i):
        requests = Requests()
        answers = method(channel, "talk-both")(iter(requests), metadata=[session], timeout=30)
        assert next(answers) == b"welcome"
        for j in range(20):
            requests.say(b"%d %d" % (i, j))
            assert next(answers) == (b"%d %d" % (i, j))[::-1]
        requests.end()
        return list(answers)
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        assert list(pool.map(talk, range(20))) == [[b"bye"]] * 20


def test_a_server_that_ends_first(service, channel):
    requests = Requests()
    answers = method(channel, "early-both")(iter(requests), metadata=[basic()])
    requests.say(b"x")
    assert list(answers) == [b"x"]
    assert answers.code() == grpc.StatusCode.OK
    requests.end()
    assert method(channel, "echo-one")(b"ab", metadata=[basic()]) == b"ba"


@pytest.mark.parametrize("how", ["deadline", "cancel"])
def test_who_gives_up_is_gone_for_the_server_too(service, channel, how):
    name = f"give-up-{how}-{service.port}"
    call = method(channel, "hang-one").future(b"", metadata=[basic(), ("x-call", name)],
                                              timeout=1 if how == "deadline" else None)
    wait_until(lambda: name in service.metadata, "the call is there")
    if how == "cancel":
        call.cancel()
    else:
        assert call.exception().code() == grpc.StatusCode.DEADLINE_EXCEEDED
        assert int(service.metadata[name].get("grpc-timeout", "1").rstrip("mnuSHM")) >= 0
    assert wait_until(lambda: service.ended.get(name), "the server notices", 10) in ("gone", "cancelled")


def test_a_stream_lives_as_long_as_one_side_talks(service, channel):
    """Timeouts are 3 s here; the client is silent for longer than that, then the server is."""
    requests = Requests()
    up = method(channel, "sum-up").future(iter(requests), metadata=[basic()])
    pause = threading.Event()
    for _ in range(10):  # the server is silent for 5 s
        requests.say(b"x")
        pause.wait(0.5)
    requests.end()
    assert up.result(timeout=10) == b"10"


def test_a_stream_on_which_nobody_talks_ends(service, channel):
    requests = Requests()
    answers = method(channel, "talk-both")(iter(requests), metadata=[basic(), ("x-call", "silent")])
    assert next(answers) == b"welcome"
    with pytest.raises(grpc.RpcError):
        next(answers)
    requests.end()
    wait_until(lambda: "silent" in service.ended, "the server hears of it")


def test_a_server_that_ends_is_an_error_and_the_next_one_is_found(gateway, channel):
    services = [serve()]
    point = "/app/test.Service"
    create = ("junction", "create", "-f", "-x", "-t", "tcp", "--http2", "--trailers", TRAILERS, "-h", "127.0.0.1")
    gateway.admin(*create, "-p", services[0].port, point)
    assert method(channel, "echo-one")(b"ab", metadata=[basic()]) == b"ba"
    requests = Requests()
    answers = method(channel, "talk-both")(iter(requests), metadata=[basic()])
    assert next(answers) == b"welcome"
    services[0].stop()
    with pytest.raises(grpc.RpcError):
        list(answers)
    requests.end()
    services.append(serve())
    gateway.admin(*create, "-p", services[1].port, point)
    assert method(channel, "echo-one")(b"ab", metadata=[basic()]) == b"ba"
    services[1].stop()
