"""Clients that see every byte of an answer: HTTP/1.1 on one connection, WebSocket, and what an answer has to be."""
import hashlib
import os
import socket
import struct

from ledger import Lost, Wrong
from sallyport import Response

PATIENCE = 90 if "SALLYPORT_SANITIZED" in os.environ else 30
PATTERN = bytes(range(256)) * 256  # what echo_backend.py's downloads repeat


class H1:
    """One connection; closed when an answer says so, and opened again by the next request."""

    def __init__(self, instance):
        self.instance = instance
        self.context = instance.tls()
        self.link = None
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def open(self):
        plain = socket.create_connection(("127.0.0.1", self.instance.port), PATIENCE)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.link = self.context.wrap_socket(plain, server_hostname="localhost")
        self.buffer = b""

    def close(self):
        if self.link:
            self.link.close()
            self.link = None

    def send(self, method, target, headers=(), body=None, chunked=False):
        if not self.link:
            self.open()
        lines = [f"{method} {target} HTTP/1.1", f"Host: localhost:{self.instance.port}"]
        lines += [f"{name}: {value}" for name, value in headers]
        if body is not None:
            lines.append("Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}")
        data = ("\r\n".join(lines) + "\r\n\r\n").encode()
        if body is not None and chunked:
            for at in range(0, len(body), 5000):
                piece = body[at:at + 5000]
                data += b"%x\r\n%b\r\n" % (len(piece), piece)
            data += b"0\r\n\r\n"
        elif body is not None:
            data += body
        self.link.sendall(data)

    def ask(self, method, target, headers=(), body=None, chunked=False):
        """The whole answer; raises Lost without one. The connection is closed then."""
        try:
            self.send(method, target, headers, body, chunked)
            return self.receive(method)
        except (OSError, EOFError) as error:
            self.close()
            raise Lost(f"{method} {target}: {error or 'the connection ended'}") from None

    def more(self):
        piece = self.link.recv(262144)
        if not piece:
            raise EOFError(f"the connection ended after {self.buffer[:100]!r}")
        self.buffer += piece

    def take(self, size):
        parts, left = [], size
        while left > len(self.buffer):
            parts.append(self.buffer)
            left -= len(self.buffer)
            self.buffer = b""
            self.more()
        parts.append(self.buffer[:left])
        self.buffer = self.buffer[left:]
        return b"".join(parts)

    def line(self, end=b"\r\n"):
        while end not in self.buffer:
            self.more()
        text, _, self.buffer = self.buffer.partition(end)
        return text

    def receive(self, method):
        while True:
            lines = self.line(b"\r\n\r\n").decode("latin-1").split("\r\n")
            status = int(lines[0].split(" ")[1])
            if status == 101 or status >= 200:
                break
        fields = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:]]
        answer = Response(status, fields, b"")
        if method != "HEAD" and status not in (101, 204, 304):
            if answer.header("Transfer-Encoding") == "chunked":
                body = []
                while size := int(self.line(), 16):
                    body.append(self.take(size))
                    self.take(2)
                self.take(2)
                answer.body = b"".join(body)
            else:
                answer.body = self.take(int(answer.header("Content-Length")))
        if (answer.header("Connection") or "").lower() == "close":
            self.close()
        return answer


def check_pattern(answer, size):
    """A download of echo_backend.py, byte for byte."""
    check_status(answer, 200)
    expected = hashlib.sha256()
    for at in range(0, size, len(PATTERN)):
        expected.update(PATTERN[:min(len(PATTERN), size - at)])
    if len(answer.body) != size or hashlib.sha256(answer.body).digest() != expected.digest():
        raise Wrong(f"a download of {size} bytes has {len(answer.body)}, or others")


def check_status(answer, status):
    if answer.status in (502, 503, 504) and status not in (502, 503, 504):
        raise Lost(f"status {answer.status}")
    if answer.status != status:
        raise Wrong(f"status {answer.status}, not {status}: {answer.body[:300]!r}")


def check_echo(answer, user, groups, mark, target, body=None):
    """What the back end says it received: the request as it was sent, with this user's identity and nobody else's."""
    check_status(answer, 200)
    try:
        seen = answer.json()
    except ValueError:
        raise Wrong(f"no echo: {answer.body[:300]!r}") from None
    got = {}
    for name, value in seen["headers"]:
        got.setdefault(name.lower(), []).append(value)
    if got.get("iv-user") != [user]:
        raise Wrong(f"the back end was told that {got.get('iv_user')} asks, not {user}")
    if got.get("iv-groups") != [groups]:
        raise Wrong(f"the back end was told groups {got.get('iv_groups')}, not {groups}")
    if got.get("x-soak") != [mark] or seen["target"] != target:
        raise Wrong(f"another request's answer: {got.get('x-soak')} {seen['target']}, not {mark} {target}")
    body = body or b""
    if seen["body_length"] != len(body) or seen["body_sha256"] != hashlib.sha256(body).hexdigest():
        raise Wrong(f"the back end got {seen['body_length']} bytes of {len(body)}, or others")


def masked_frame(opcode, payload):
    mask = os.urandom(4)
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", 0x80 | opcode, 0x80 | size)
    elif size < 65536:
        head = struct.pack("!BBH", 0x80 | opcode, 0xFE, size)
    else:
        head = struct.pack("!BBQ", 0x80 | opcode, 0xFF, size)
    repeated = (mask * (size // 4 + 1))[:size]
    body = (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(size, "big")
    return head + mask + body


def read_frame(h1):
    first, size = h1.take(2)
    if size == 126:
        (size,) = struct.unpack("!H", h1.take(2))
    elif size == 127:
        (size,) = struct.unpack("!Q", h1.take(8))
    return first & 15, h1.take(size)
