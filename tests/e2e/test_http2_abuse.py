"""What a client can do to a server by HTTP/2 with little effort (attack case D1): each is ended, in bounded memory, and
others hardly notice."""
import contextlib
import pathlib
import re
import threading
import time

import pytest

from h2client import (CONTINUATION, DATA, END_HEADERS, END_STREAM, ENHANCE_YOUR_CALM, H2, HEADERS, INTERNAL_ERROR, PING, PRIORITY, PROTOCOL_ERROR,
                      RST_STREAM, SETTINGS, SETTINGS_INITIAL_WINDOW_SIZE, WINDOW_UPDATE, frame, literal, number)
from sallyport import SANITIZED, Instance

MOST_GROWTH = 32 << 20
LEAST_P99 = 0.05  # seconds: below that it is noise of the machine
ASKED = 150


@pytest.fixture(scope="module")
def own(tmp_path_factory, echo):
    instance = Instance(tmp_path_factory.mktemp("own"), extra="\n[server]\nintra-connection-timeout = 2\nconnection-request-limit = 0\n").start()
    instance.admin("junction", "create", "-t", "tcp", "-h", "127.0.0.1", "-p", echo.port, "/std")
    instance.publish("/std")
    yield instance
    instance.stop()


class Bystander(threading.Thread):
    """Another client, who asks all the time."""

    def __init__(self, instance):
        super().__init__(daemon=True)
        self.instance, self.times, self.error, self.over = instance, [], None, False

    def run(self):
        try:
            with H2(self.instance) as link:
                while not self.over:
                    began = time.monotonic()
                    assert link.ask("/std/x").status == 200
                    self.times.append(time.monotonic() - began)
                    time.sleep(0.002)
        except Exception as error:  # shown by the test
            self.error = error

    def p99(self):
        assert self.error is None, self.error
        return sorted(self.times)[len(self.times) * 99 // 100]


@pytest.fixture(scope="module")
def undisturbed(own):
    bystander = Bystander(own)
    bystander.start()
    while len(bystander.times) < ASKED and bystander.is_alive():
        time.sleep(0.01)
    bystander.over = True
    bystander.join()
    return bystander.p99()


def memory(instance, what):
    status = pathlib.Path(f"/proc/{instance.process.popen.pid}/status").read_text()
    return int(re.search(rf"{what}:\s+(\d+) kB", status).group(1)) * 1024


@contextlib.contextmanager
def bearable(own, undisturbed):
    """The daemon does not grow much in the block, and other clients hardly wait longer."""
    pathlib.Path(f"/proc/{own.process.popen.pid}/clear_refs").write_text("5")
    before = memory(own, "VmRSS")
    bystander = Bystander(own)
    bystander.start()
    yield
    while len(bystander.times) < ASKED and bystander.is_alive():
        time.sleep(0.01)
    bystander.over = True
    bystander.join()
    assert SANITIZED or memory(own, "VmHWM") - before < MOST_GROWTH
    assert SANITIZED or bystander.p99() < max(2 * undisturbed, LEAST_P99)


def get(link, stream, extra=()):
    return frame(HEADERS, END_HEADERS | END_STREAM, stream, literal(link.head("/std/x", headers=extra)))


def numbered(link, make, count=20):
    """Bytes for the next `count` streams."""
    data = b"".join(make(link.next_stream + 2 * i) for i in range(count))
    link.next_stream += 2 * count
    return data


def rapid_reset(link, code):
    return numbered(link, lambda stream: get(link, stream) + frame(RST_STREAM, 0, stream, number(code)))


RESETS = {
    "a reset": lambda link: rapid_reset(link, 8),
    "a reset without an error": lambda link: rapid_reset(link, 0),
    # MadeYouReset: it is the server that has to.
    "a window update of zero": lambda link: numbered(link, lambda s: get(link, s) + frame(WINDOW_UPDATE, 0, s, number(0))),
    "a window that overflows": lambda link: numbered(link, lambda s: get(link, s) + frame(WINDOW_UPDATE, 0, s, number(0x7fffffff))),
    "data after the end": lambda link: numbered(link, lambda s: get(link, s) + frame(DATA, END_STREAM, s, b"x")),
    "a head after the end": lambda link: numbered(link, lambda s: get(link, s) + get(link, s)),
    "a priority of the wrong length": lambda link: numbered(link, lambda s: get(link, s) + frame(PRIORITY, 0, s, b"1234")),
    "a dependency on itself": lambda link: numbered(link, lambda s: get(link, s) + frame(PRIORITY, 0, s, number(s) + b"x")),
    "a malformed request": lambda link: numbered(link, lambda s: get(link, s, [("connection", "close")])),
    "another length than announced": lambda link: numbered(link, lambda s: frame(
        HEADERS, END_HEADERS, s, literal(link.head("/std/x", "POST", [("content-length", "1")]))) + frame(DATA, 0, s, b"xx")),
}


@pytest.mark.parametrize("how", RESETS)
def test_D1_requests_that_end_by_resets_end_the_connection(own, undisturbed, how):
    with bearable(own, undisturbed):
        for _ in range(3):  # again and again
            with H2(own) as link:
                assert link.flood(lambda: RESETS[how](link)), how
                assert link.next_stream < 20000


FLOODS = {
    "SETTINGS": frame(SETTINGS), "settings that change": frame(SETTINGS, 0, 0, b"\0\1" + number(100)) + frame(SETTINGS, 0, 0, b"\0\1" + number(4096)),
    "PING": frame(PING, 0, 0, bytes(8)), "PING answers": frame(PING, 1, 0, bytes(8)),
    "PRIORITY": frame(PRIORITY, 0, 1001, number(0) + b"\1"), "WINDOW_UPDATE": frame(WINDOW_UPDATE, 0, 0, number(1)),
    "unknown frames": frame(0x77, 0, 0, b"x"), "PRIORITY_UPDATE": frame(0x10, 0, 0, number(1001) + b"u=1"),
}


@pytest.mark.parametrize("what", FLOODS)
def test_D1_floods_of_frames_that_ask_for_nothing_end_the_connection(own, undisturbed, what):
    with bearable(own, undisturbed):
        for _ in range(3):
            with H2(own) as link:
                assert link.flood(lambda: FLOODS[what] * 100)
                assert link.goaway in (None, ENHANCE_YOUR_CALM)


@pytest.mark.parametrize("padded", [False, True])
def test_D1_empty_data_ends_the_connection(own, undisturbed, padded):
    with bearable(own, undisturbed), H2(own) as link:
        stream = link.request("/std/x", "POST", end=False)
        piece = frame(DATA, 8, stream, bytes([3, 0, 0, 0])) if padded else frame(DATA, 0, stream)
        assert link.flood(lambda: piece * 100)


def test_D1_answers_that_nobody_reads_are_not_kept_without_end(own, undisturbed):
    """PINGs whose answers the client does not take."""
    with bearable(own, undisturbed), H2(own, receive_buffer=4096) as link:
        link.link.settimeout(5)
        with pytest.raises(OSError):
            for _ in range(100000):
                link.send(frame(PING, 0, 0, bytes(8)) * 100)


@pytest.mark.parametrize("piece", [b"", literal([("x", "y" * 1000)])])
def test_D1_a_flood_of_continuations_ends_the_connection(own, undisturbed, piece):
    with bearable(own, undisturbed):
        for _ in range(3):
            with H2(own) as link:
                link.read_until(lambda: link.settings)  # their acknowledgement must not stand within the head
                link.send(frame(HEADERS, END_STREAM, 1, literal(link.head("/std/x"))))
                assert link.flood(lambda: frame(CONTINUATION, 0, 1, piece) * 10)
                assert link.goaway in (ENHANCE_YOUR_CALM, INTERNAL_ERROR, PROTOCOL_ERROR)


@pytest.mark.parametrize("trailers", [False, True])
def test_D1_a_head_that_grows_when_it_is_unpacked_costs_little(own, undisturbed, trailers):
    """One entry of 3900 bytes in the table, named ten thousand times."""
    with bearable(own, undisturbed):
        for _ in range(10):
            with H2(own) as link:
                block = literal(link.head("/std/x"))
                link.send(frame(HEADERS, END_HEADERS | END_STREAM, 1, block + b"\x40" + literal([("x", "y" * 3900)])[1:]))
                bomb = b"\xbe" * 10000
                link.next_stream = 3
                if trailers:
                    make = lambda s: frame(HEADERS, END_HEADERS, s, block) + frame(HEADERS, END_HEADERS | END_STREAM, s, bomb)  # noqa: E731
                else:
                    make = lambda s: frame(HEADERS, END_HEADERS | END_STREAM, s, block + bomb)  # noqa: E731
                assert link.flood(lambda: numbered(link, make, 5))
                assert link.next_stream < 200


def test_D1_many_answers_that_nobody_gives_a_window_for(own, undisturbed):
    with bearable(own, undisturbed):
        links = [H2(own, window=False, settings=[(SETTINGS_INITIAL_WINDOW_SIZE, 0)]) for _ in range(2)]
        for link in links:
            link.read_until(lambda: link.settings)
            for _ in range(100):
                link.request("/std/echo/download/1000000")
        for link in links:
            assert link.read_until(lambda: all(s.error is not None for s in link.streams.values()), 15)
            link.close()


def test_D1_window_updates_byte_by_byte_are_too_many(own, undisturbed):
    with bearable(own, undisturbed), H2(own, window=False, settings=[(SETTINGS_INITIAL_WINDOW_SIZE, 0)]) as link:
        stream = link.request("/std/echo/download/10000000")
        assert link.flood(lambda: frame(WINDOW_UPDATE, 0, stream, number(1)) * 50)
        assert link.goaway in (None, ENHANCE_YOUR_CALM, PROTOCOL_ERROR)


def test_D1_a_head_that_never_ends_holds_up_nobody(own, undisturbed):
    with bearable(own, undisturbed):
        links = [H2(own) for _ in range(20)]
        for link in links:
            link.send(frame(HEADERS, END_STREAM, 1, literal(link.head("/std/x"))))
        time.sleep(0.5)
        for link in links:
            link.close()
