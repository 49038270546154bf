"""A back end of HTTP/2 that does what a test says, also what no server should: frames by hand."""
import contextlib
import ssl
import threading

import hpack
from hyperframe import frame as frames

from h2client import (ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, PREFACE, RST_STREAM, SETTINGS, WINDOW_UPDATE, frame,
                      literal, number)
from sallyport import ScriptedBackEnd

SETTINGS_MAX_CONCURRENT_STREAMS, SETTINGS_INITIAL_WINDOW_SIZE, SETTINGS_ENABLE_CONNECT_PROTOCOL = 3, 4, 8


class Peer:
    """One connection, seen by its server. `answer(peer, stream, path)` is called for each request head; bodies are kept in
    `bodies`, trailers in `trailers`, and windows are given back as they come."""

    def __init__(self, link, back_end, settings):
        self.link, self.back_end = link, back_end
        self.decoder = hpack.Decoder()
        self.buffer = b""
        self.heads, self.bodies, self.trailers, self.resets, self.ended = {}, {}, {}, {}, set()
        self.goaway = None
        self.waiting = []
        self.queue, self.window = [], 65535
        self.first_window, self.windows = 65535, {}  # of streams
        self.lock = threading.Lock()
        self.send(frame(SETTINGS, 0, 0, b"".join(k.to_bytes(2, "big") + number(v) for k, v in settings)))

    def send(self, data):
        with self.lock:
            self.link.sendall(data)

    def head(self, stream, fields=((":status", "200"),), end=False):
        block = literal(fields)
        first, rest = block[:16384], [block[i:i + 16384] for i in range(16384, len(block), 16384)]
        frames = [(HEADERS, END_STREAM if end else 0, first)] + [(CONTINUATION, 0, piece) for piece in rest]
        kind, flags, piece = frames.pop()
        frames.append((kind, flags | END_HEADERS, piece))
        self.send(b"".join(frame(kind, flags, stream, piece) for kind, flags, piece in frames))

    def data(self, stream, data=b"", end=False):
        self.send(frame(DATA, END_STREAM if end else 0, stream, data))

    def data_in_time(self, stream, data):
        """As soon as the windows of the connection and of the stream allow."""
        self.queue.append((stream, data))
        self.send_queued()

    def send_queued(self):
        while self.queue:
            stream, data = self.queue[0]
            left = self.windows.get(stream, self.first_window)
            if len(data) > min(self.window, left):
                return
            self.queue.pop(0)
            self.window -= len(data)
            self.windows[stream] = left - len(data)
            self.data(stream, data)

    def reply(self, stream, body=b"ok", fields=()):
        self.head(stream, [(":status", "200"), *fields])
        self.data(stream, body, True)

    def reset(self, stream, error):
        self.send(frame(RST_STREAM, 0, stream, number(error)))

    def frames(self):
        while True:
            while len(self.buffer) >= 9:
                parsed, length = frames.Frame.parse_frame_header(memoryview(self.buffer[:9]))
                if len(self.buffer) < 9 + length:
                    break
                parsed.parse_body(memoryview(self.buffer[9:9 + length]))
                self.buffer = self.buffer[9 + length:]
                yield parsed
            data = self.link.recv(65536)
            if not data:
                return
            self.buffer += data

    def run(self):
        while len(self.buffer) < len(PREFACE):
            data = self.link.recv(65536)
            if not data:
                return
            self.buffer += data
        assert self.buffer.startswith(PREFACE), self.buffer
        self.buffer = self.buffer[len(PREFACE):]
        for got in self.frames():
            if isinstance(got, frames.SettingsFrame) and "ACK" not in got.flags:
                self.first_window = got.settings.get(SETTINGS_INITIAL_WINDOW_SIZE, self.first_window)
                self.send(frame(SETTINGS, ACK))
            elif isinstance(got, frames.PushPromiseFrame):
                raise AssertionError("a client does not push")
            elif isinstance(got, frames.GoAwayFrame):
                self.goaway = got.error_code
            elif isinstance(got, frames.WindowUpdateFrame):
                if got.stream_id == 0:
                    self.window += got.window_increment
                else:
                    self.windows[got.stream_id] = self.windows.get(got.stream_id, self.first_window) + got.window_increment
                self.send_queued()
            elif isinstance(got, frames.RstStreamFrame):
                self.resets[got.stream_id] = got.error_code
            elif isinstance(got, frames.HeadersFrame):
                assert "END_HEADERS" in got.flags
                fields = self.decoder.decode(got.data)
                if got.stream_id in self.heads:
                    self.trailers[got.stream_id] = fields
                    self.ended.add(got.stream_id)
                    self.back_end.ended(self, got.stream_id)
                    continue
                self.heads[got.stream_id], self.bodies[got.stream_id] = fields, b""
                self.back_end.requests.append(dict(fields))
                if "END_STREAM" in got.flags:
                    self.ended.add(got.stream_id)
                self.back_end.answer(self, got.stream_id, dict(fields)[":path"])
                if "END_STREAM" in got.flags:
                    self.back_end.ended(self, got.stream_id)
            elif isinstance(got, frames.DataFrame):
                self.bodies[got.stream_id] += got.data
                if got.data and self.back_end.gives_windows:
                    self.send(frame(WINDOW_UPDATE, 0, 0, number(len(got.data))) +
                              frame(WINDOW_UPDATE, 0, got.stream_id, number(len(got.data))))
                self.back_end.arrived(self, got.stream_id)
                if "END_STREAM" in got.flags:
                    self.ended.add(got.stream_id)
                    self.back_end.ended(self, got.stream_id)


class H2BackEnd(ScriptedBackEnd):
    """`answer(peer, stream, path)`: for each head. `at_end(peer, stream)`, `at_data(peer, stream)`: for the body."""

    def __init__(self, answer, settings=(), at_end=None, at_data=None, gives_windows=True, certificate=None, alpn=("h2",)):
        self.answer = answer
        self.ended = at_end or (lambda peer, stream: None)
        self.arrived = at_data or (lambda peer, stream: None)
        self.settings, self.gives_windows = settings, gives_windows
        self.peers, self.requests, self.failures = [], [], []
        self.context = None
        if certificate:
            self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self.context.load_cert_chain(*certificate)
            self.context.set_alpn_protocols(list(alpn))
        super().__init__(self.serve_peer)

    def serve_peer(self, link, _):
        if self.context:
            link = self.context.wrap_socket(link, server_side=True)
        peer = Peer(link, self, self.settings)
        self.peers.append(peer)
        try:
            peer.run()
        except AssertionError as failure:
            self.failures.append(failure)
        finally:
            with contextlib.suppress(OSError):
                link.close()
