#!/usr/bin/env python3
"""A back end that answers with what it received: JSON with the request as it came in. Python standard library only.

usage: echo_backend.py [--port N] [--bind ADDRESS] [--name NAME] [--tls CERT KEY [--client-ca CA]]

Prints "listening on 127.0.0.1:PORT" as its first line when it is ready. Any request is answered by 200 and JSON:
  method, target (as received), version, headers ([[name, value], ...] in order and spelling received),
  body_length, body_sha256, trailers, server (--name), connection (number), request (number on that connection),
  tls_client (subject of the client certificate, if one was asked for)

Special paths:
  /echo/status/CODE              that status
  /echo/download/BYTES           that many bytes with Content-Length; ?chunked=1: chunked
  /echo/redirect?to=URL          302 with Location; ?code=N another status
  /echo/setcookie?c=...          Set-Cookie fields from the percent-decoded values; c may be repeated
  /echo/header?n=Name&v=value    a field in the answer; n and v may be repeated
  /echo/websocket                RFC 6455 echo of text and binary messages
  /echo/sleep/MS                 the answer after MS milliseconds
  /echo/close                    closes the connection in the middle of the answer's head
  /echo/count?key=K              counts requests with that key, and keeps the hash of the last body;
                                 &peek=1 looks without counting
Bodies are read to their end in constant memory, whatever the path.
"""
import argparse
import asyncio
import base64
import hashlib
import http
import json
import ssl
import struct
import sys
from urllib.parse import parse_qsl

BLOCK = 65536
MAX_HEAD = 1 << 20
MAX_FRAME = 16 << 20
WEBSOCKET_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class BadRequest(Exception):
    """The request cannot be read; the connection is closed after a 400."""


class Request:
    def __init__(self, head):
        lines = head[:-4].decode("latin-1").split("\r\n")
        parts = lines[0].split(" ")
        if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
            raise BadRequest(f"request line: {lines[0]!r}")
        self.method, self.target, self.version = parts
        self.headers = parse_fields(lines[1:])
        self.trailers = []
        self.body_length = 0
        self.body_hash = hashlib.sha256()
        self.path, _, query = self.target.partition("?")
        self.query = parse_qsl(query, keep_blank_values=True, encoding="latin-1")

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name]

    def has_token(self, name, token):
        return any(token == part.strip().lower() for value in self.all(name) for part in value.split(","))

    def parameter(self, name, default=None):
        return next((value for key, value in self.query if key == name), default)

    def keeps_alive(self):
        if self.version == "HTTP/1.0":
            return self.has_token("connection", "keep-alive")
        return not self.has_token("connection", "close")


def parse_fields(lines):
    fields = []
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise BadRequest(f"field line: {line!r}")
        fields.append([name, value.strip(" \t")])
    return fields


class Connection:
    def __init__(self, backend, number, reader, writer):
        self.backend = backend
        self.number = number
        self.reader = reader
        self.writer = writer
        self.requests = 0

    async def serve(self):
        try:
            while await self.serve_one():
                pass
        except BadRequest as error:
            self.write_head(400, [("Content-Type", "text/plain"), ("Connection", "close")], str(error).encode())
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ssl.SSLError):
            pass
        finally:
            self.writer.close()
            try:
                await self.writer.wait_closed()
            except (ConnectionError, ssl.SSLError, TimeoutError):
                pass

    async def serve_one(self):
        """Answers one request; false when the connection has to end."""
        try:
            head = await self.reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as error:
            if error.partial:
                raise BadRequest("the head has no end") from error
            return False
        request = Request(head)
        self.requests += 1
        if request.path == "/echo/websocket":
            await self.websocket(request)
            return False
        await self.read_body(request)
        keep = await self.answer(request) and request.keeps_alive()
        await self.writer.drain()
        return keep

    async def read_body(self, request):
        lengths = request.all("content-length")
        codings = request.all("transfer-encoding")
        if codings and (lengths or codings != ["chunked"]):
            raise BadRequest("transfer-encoding")
        if len(lengths) > 1 or (lengths and not lengths[0].isdecimal()):
            raise BadRequest("content-length")
        has_body = bool(codings) or (bool(lengths) and int(lengths[0]) > 0)
        if has_body and request.has_token("expect", "100-continue"):
            self.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if lengths:
            await self.read_bytes(request, int(lengths[0]))
        while codings:
            line = await self.reader.readuntil(b"\r\n")
            try:
                size = int(line[:-2].partition(b";")[0], 16)
            except ValueError as error:
                raise BadRequest("chunk size") from error
            if size == 0:
                await self.read_trailers(request)
                return
            await self.read_bytes(request, size)
            if await self.reader.readexactly(2) != b"\r\n":
                raise BadRequest("chunk without CRLF")

    async def read_bytes(self, request, left):
        while left > 0:
            block = await self.reader.read(min(left, BLOCK))
            if not block:
                raise asyncio.IncompleteReadError(b"", left)
            request.body_hash.update(block)
            request.body_length += len(block)
            left -= len(block)

    async def read_trailers(self, request):
        lines = []
        while (line := await self.reader.readuntil(b"\r\n")) != b"\r\n":
            lines.append(line[:-2].decode("latin-1"))
        request.trailers = parse_fields(lines)

    async def answer(self, request):
        """Writes the answer; false if the connection must end with it."""
        what, _, argument = request.path.removeprefix("/echo/").partition("/")
        if not request.path.startswith("/echo/"):
            what = ""
        extra = []
        status = 200
        if what == "close":
            self.writer.write(b"HTTP/1.1 200 OK\r\nContent-Le")
            return False
        if what == "download" and argument.isdecimal():
            await self.download(request, int(argument))
            return True
        if what == "status" and argument.isdecimal():
            status = int(argument)
        elif what == "redirect":
            status = int(request.parameter("code", "302"))
            extra = [("Location", request.parameter("to", "/"))]
        elif what == "setcookie":
            extra = [("Set-Cookie", value) for key, value in request.query if key == "c"]
        elif what == "header":
            names = [value for key, value in request.query if key == "n"]
            extra = list(zip(names, [value for key, value in request.query if key == "v"]))
        elif what == "sleep" and argument.isdecimal():
            await asyncio.sleep(int(argument) / 1000)
        body = self.describe(request)
        if what == "count":
            body = self.backend.count(request)
        self.write_head(status, [("Content-Type", "application/json")] + extra,
                        json.dumps(body).encode() + b"\n", request)
        return True

    def describe(self, request):
        certificate = self.writer.get_extra_info("peercert")
        return {
            "server": self.backend.name,
            "method": request.method,
            "target": request.target,
            "version": request.version,
            "headers": request.headers,
            "body_length": request.body_length,
            "body_sha256": request.body_hash.hexdigest(),
            "trailers": request.trailers,
            "connection": self.number,
            "request": self.requests,
            "tls_client": [list(pair) for rdn in certificate["subject"] for pair in rdn] if certificate else None,
        }

    def write_head(self, status, fields, body=None, request=None):
        """A head, and the body if there is one. Without a body its framing is in the fields."""
        try:
            reason = http.HTTPStatus(status).phrase
        except ValueError:
            reason = "Status"
        lines = [f"HTTP/1.1 {status} {reason}"] + [f"{name}: {value}" for name, value in fields]
        bodiless = status < 200 or status in (204, 304)
        if body is not None and not bodiless:
            lines.append(f"Content-Length: {len(body)}")
        if request is not None and not request.keeps_alive():
            lines.append("Connection: close")
        elif request is not None and request.version == "HTTP/1.0":
            lines.append("Connection: keep-alive")
        self.writer.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n")
        if body is not None and not bodiless and (request is None or request.method != "HEAD"):
            self.writer.write(body)

    async def download(self, request, size):
        chunked = request.parameter("chunked") == "1" and request.version != "HTTP/1.0"
        framing = ("Transfer-Encoding", "chunked") if chunked else ("Content-Length", str(size))
        self.write_head(200, [("Content-Type", "application/octet-stream"), framing], None, request)
        if request.method == "HEAD":
            return
        block = bytes(range(256)) * (BLOCK // 256)
        while size > 0:
            piece = block[:min(size, BLOCK)]
            size -= len(piece)
            self.writer.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
            await self.writer.drain()
        if chunked:
            self.writer.write(b"0\r\n\r\n")

    async def websocket(self, request):
        keys = request.all("sec-websocket-key")
        if (request.method != "GET" or not request.has_token("upgrade", "websocket") or len(keys) != 1
                or not request.has_token("connection", "upgrade") or request.all("sec-websocket-version") != ["13"]):
            self.write_head(426, [("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"), ("Connection", "close")],
                            b"a WebSocket handshake is needed\n")
            return
        accept = base64.b64encode(hashlib.sha1(keys[0].encode("latin-1") + WEBSOCKET_GUID).digest()).decode()
        self.write_head(101, [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", accept)])
        while await self.websocket_frame():
            await self.writer.drain()

    async def websocket_frame(self):
        """Echoes one frame; false after a close frame."""
        first, second = await self.reader.readexactly(2)
        length = second & 127
        if length == 126:
            (length,) = struct.unpack("!H", await self.reader.readexactly(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", await self.reader.readexactly(8))
        opcode = first & 15
        if not second & 128 or first & 0x70 or length > MAX_FRAME or opcode not in (0, 1, 2, 8, 9, 10):
            self.write_frame(0x88, struct.pack("!H", 1002))
            return False
        mask = await self.reader.readexactly(4)
        masked = await self.reader.readexactly(length)
        repeated = (mask * (length // 4 + 1))[:length]
        payload = (int.from_bytes(masked, "big") ^ int.from_bytes(repeated, "big")).to_bytes(length, "big")
        if opcode == 9:
            self.write_frame(0x8A, payload)
        elif opcode != 10:
            self.write_frame(first, payload)
        return opcode != 8

    def write_frame(self, first, payload):
        length = len(payload)
        if length < 126:
            head = struct.pack("!BB", first, length)
        elif length < 65536:
            head = struct.pack("!BBH", first, 126, length)
        else:
            head = struct.pack("!BBQ", first, 127, length)
        self.writer.write(head + payload)


class Backend:
    def __init__(self, name):
        self.name = name
        self.connections = 0
        self.counts = {}

    async def accept(self, reader, writer):
        self.connections += 1
        await Connection(self, self.connections, reader, writer).serve()

    def count(self, request):
        key = request.parameter("key", "")
        entry = self.counts.get(key, {"count": 0, "method": None, "body_sha256": None, "body_length": None})
        if request.parameter("peek") is None:
            entry = {"count": entry["count"] + 1, "method": request.method,
                     "body_sha256": request.body_hash.hexdigest(), "body_length": request.body_length}
            self.counts[key] = entry
        return {"server": self.name, "key": key, **entry}


def tls_context(options):
    if not options.tls:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*options.tls)
    if options.client_ca:
        context.load_verify_locations(options.client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


async def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--bind", default="127.0.0.1")
    parser.add_argument("--name", default="echo")
    parser.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"))
    parser.add_argument("--client-ca", metavar="CA", help="a client certificate from this CA is required")
    options = parser.parse_args()
    backend = Backend(options.name)
    server = await asyncio.start_server(backend.accept, options.bind, options.port, ssl=tls_context(options),
                                        limit=MAX_HEAD)
    host, port = server.sockets[0].getsockname()[:2]
    print(f"listening on {host}:{port}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        sys.exit(0)
