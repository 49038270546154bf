"""A client of HTTP/2 that sends what it is told to, also what no client should (python3-h2 brings hpack, hyperframe)."""
import contextlib
import dataclasses
import socket
import ssl
import time

import hpack
from hyperframe import frame as frames

from sallyport import Response

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, FLOW_CONTROL_ERROR = 0, 1, 2, 3
STREAM_CLOSED, REFUSED_STREAM, CANCEL, COMPRESSION_ERROR, ENHANCE_YOUR_CALM = 5, 7, 8, 9, 11
END_STREAM, ACK, END_HEADERS = 1, 1, 4
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 2, 3, 4, 6, 7, 8, 9
SETTINGS_INITIAL_WINDOW_SIZE = 4


def frame(kind, flags=0, stream=0, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def number(value):
    return value.to_bytes(4, "big")


def literal(fields):
    """A header block without compression: any bytes as names and values."""
    def text(value):
        value = value if isinstance(value, bytes) else value.encode("latin-1")
        if len(value) < 127:
            return bytes([len(value)]) + value
        rest, coded = len(value) - 127, b"\x7f"
        while rest >= 128:
            coded, rest = coded + bytes([rest % 128 + 128]), rest // 128
        return coded + bytes([rest]) + value
    return b"".join(b"\x10" + text(name) + text(value) for name, value in fields)


@dataclasses.dataclass
class Stream:
    fields: list = dataclasses.field(default_factory=list)  # of the final head
    interim: list = dataclasses.field(default_factory=list)
    trailers: list = dataclasses.field(default_factory=list)
    body: bytearray = dataclasses.field(default_factory=bytearray)
    length: int = 0
    ended: bool = False
    error: int = None  # of RST_STREAM

    @property
    def closed(self):
        return self.ended or self.error is not None

    @property
    def status(self):
        return int(dict(self.fields)[":status"]) if self.fields else None

    def response(self):
        return Response(self.status, self.fields, bytes(self.body), self.ended)


class H2:
    """One connection. `window`: grants windows as bytes come."""

    def __init__(self, instance, window=True, settings=(), timeout=10, receive_buffer=None, host="localhost", keep=True):
        self.instance, self.window, self.keep = instance, window, keep
        self.authority = f"{host}:{instance.port}"
        self.plain = socket.socket()
        if receive_buffer:
            self.plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.plain.settimeout(timeout)
        self.plain.connect(("127.0.0.1", instance.port))
        self.plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.link = self.secured(self.plain)
        assert self.link.selected_alpn_protocol() == "h2"
        self.timeout = timeout
        self.encoder, self.decoder = hpack.Encoder(), hpack.Decoder()
        self.buffer = b""
        self.next_stream = 1
        self.streams = {}
        self.settings = {}
        self.goaway = None
        self.goaways = []
        self.pings = 0
        self.over = False
        # What may still be sent of the connection's and of a stream's window.
        self.connection_window, self.sent = 65535, {}
        self.granted = {}
        self.send(PREFACE + frame(SETTINGS, 0, 0, b"".join(k.to_bytes(2, "big") + number(v) for k, v in settings)))
        if window:
            self.send(frame(WINDOW_UPDATE, 0, 0, number(1 << 29)))

    def secured(self, plain):
        context = self.instance.tls()
        context.set_alpn_protocols(["h2"])
        return context.wrap_socket(plain, server_hostname="localhost")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        with contextlib.suppress(OSError):
            self.link.close()

    def send(self, data):
        self.link.sendall(data)

    def flood(self, make, seconds=20):
        """Sends what make() gives again and again, reading meanwhile; whether the server has ended the connection."""
        end = time.monotonic() + seconds
        try:
            while not self.over and time.monotonic() < end:
                self.link.settimeout(5)
                self.send(make())
                self.link.settimeout(0.001)
                with contextlib.suppress(TimeoutError):
                    self.read_some()
        except OSError:
            self.drain_rest()
        return self.over

    def drain_rest(self):
        self.link.settimeout(2)
        with contextlib.suppress(OSError):
            while not self.over:
                self.read_some()
        self.over = True

    def head(self, path="/", method="GET", headers=(), authority=None, scheme="https"):
        return [(":method", method), (":scheme", scheme), (":authority", authority or self.authority), (":path", path),
                *headers]

    def request(self, path="/", method="GET", headers=(), body=None, end=None, authority=None):
        """Sends a head, and the body if there is one that fits the windows. `end`: False leaves the request open."""
        return self.send_head(self.head(path, method, headers, authority), body, end)

    def send_head(self, fields, body=None, end=None, raw=False):
        stream, self.next_stream = self.next_stream, self.next_stream + 2
        self.streams[stream] = Stream()
        block = literal(fields) if raw else self.encoder.encode(fields)
        ended = body is None and end is not False
        data = frame(HEADERS, END_HEADERS | (END_STREAM if ended else 0), stream, block)
        self.send(data)
        if body is not None:
            self.send_body(stream, body, end is not False)
        return stream

    def send_body(self, stream, body, end=True):
        """Waits for windows."""
        view = memoryview(body)
        while True:
            size = min(len(view), 16384, self.window_of(stream))
            last = size == len(view)
            if size or last:
                self.send(frame(DATA, END_STREAM if end and last else 0, stream, bytes(view[:size])))
                self.connection_window -= size
                self.sent[stream] = self.sent.get(stream, 0) + size
            if last:
                return
            view = view[size:]
            if self.streams[stream].closed or self.over:
                return
            if self.window_of(stream) <= 0:
                self.read_some()

    def window_of(self, stream):
        first = self.settings.get(SETTINGS_INITIAL_WINDOW_SIZE, 65535)
        return max(0, min(self.connection_window, first + self.granted.get(stream, 0) - self.sent.get(stream, 0)))

    def read_some(self):
        """Reads once, and takes the frames that are whole."""
        try:
            data = self.link.recv(262144)
        except (ConnectionError, ssl.SSLEOFError):
            data = b""
        if not data:
            self.over = True
            return
        self.buffer += data
        while len(self.buffer) >= 9:
            parsed, length = frames.Frame.parse_frame_header(memoryview(self.buffer[:9]))
            if len(self.buffer) < 9 + length:
                break
            parsed.parse_body(memoryview(self.buffer[9:9 + length]))
            self.buffer = self.buffer[9 + length:]
            self.take(parsed)

    def take(self, got):
        stream = self.streams.get(got.stream_id)
        if isinstance(got, frames.SettingsFrame):
            if "ACK" not in got.flags:
                self.settings.update(got.settings)
                with contextlib.suppress(OSError):
                    self.send(frame(SETTINGS, ACK))
        elif isinstance(got, frames.PingFrame):
            self.pings += 1
        elif isinstance(got, frames.GoAwayFrame):
            self.goaway = got.error_code
            self.goaways.append((got.last_stream_id, got.error_code))
        elif isinstance(got, frames.WindowUpdateFrame):
            if got.stream_id == 0:
                self.connection_window += got.window_increment
            else:
                self.granted[got.stream_id] = self.granted.get(got.stream_id, 0) + got.window_increment
        elif stream is None:  # opened by hand
            if isinstance(got, frames.HeadersFrame):
                self.decoder.decode(got.data)
        elif isinstance(got, frames.RstStreamFrame):
            stream.error = got.error_code
        elif isinstance(got, frames.HeadersFrame):
            assert "END_HEADERS" in got.flags
            fields = self.decoder.decode(got.data)
            if stream.fields:
                stream.trailers = fields
            elif dict(fields)[":status"].startswith("1"):
                stream.interim.append(fields)
            else:
                stream.fields = fields
            stream.ended = stream.ended or "END_STREAM" in got.flags
        elif isinstance(got, frames.DataFrame):
            stream.length += len(got.data)
            if self.keep:
                stream.body += got.data
            stream.ended = stream.ended or "END_STREAM" in got.flags
            if self.window and got.data:
                grant = frame(WINDOW_UPDATE, 0, 0, number(len(got.data)))
                if not stream.ended:
                    grant += frame(WINDOW_UPDATE, 0, got.stream_id, number(len(got.data)))
                with contextlib.suppress(OSError):
                    self.send(grant)

    def read_until(self, condition, seconds=None):
        """Reads until it holds or the server has closed; whether it holds."""
        end = time.monotonic() + (seconds or self.timeout)
        while not condition() and not self.over:
            left = end - time.monotonic()
            assert left > 0, "not in time"
            self.link.settimeout(left)
            try:
                self.read_some()
            finally:
                self.link.settimeout(self.timeout)
        return bool(condition())

    def wait(self, stream, seconds=None):
        """The stream, when it is closed."""
        assert self.read_until(lambda: self.streams[stream].closed, seconds), (self.goaways, self.streams[stream])
        return self.streams[stream]

    def ask(self, path="/", method="GET", headers=(), body=None, authority=None):
        """The whole answer."""
        stream = self.wait(self.request(path, method, headers, body, authority=authority))
        assert stream.error in (None, NO_ERROR), stream
        return stream.response()

    def read_to_end(self, seconds=None):
        self.read_until(lambda: self.over, seconds)
        return self.goaway
