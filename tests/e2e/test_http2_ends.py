"""How connections and streams of HTTP/2 end: limits of time and number, a reload, a stop."""
import contextlib
import os
import signal
import socket
import subprocess
import time

import pytest

import h2client
from h2client import DATA, END_STREAM, H2, HEADERS, INTERNAL_ERROR, NO_ERROR, WINDOW_UPDATE, frame, literal, number
from http2_site import link, wait_for_log, curl  # noqa: F401
from sallyport import SANITIZED, Instance, wait_until


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
