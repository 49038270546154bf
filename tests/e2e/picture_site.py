"""A back end with pages of images and a form, whose answers can be held back."""
import re
import struct
import threading
import zlib

from sallyport import ScriptedBackEnd

IMAGES_SHOWN = "return [...document.images].filter((i) => i.complete && i.naturalWidth === 1).length"


def png():
    def chunk(kind, data):
        return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack("!IIBBBBB", 1, 1, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(b"\0\xff\0\0")) + chunk(b"IEND", b""))


class Site:
    """A back end with pages of images, a form, and answers that can be held back."""

    def __init__(self, images):
        self.images = images
        self.held = threading.Event()
        self.held.set()
        self.waiting = 0
        self.posted = []
        self.back_end = ScriptedBackEnd(self.script)

    def script(self, link, _):
        while head := self.back_end.read_head(link):
            method, path, _ = head.split(b"\r\n")[0].decode().split(" ")
            length = re.search(rb"\r\ncontent-length: (\d+)", head, re.I)
            body = b""
            while length and len(body) < int(length[1]):
                body += link.recv(65536)
            if method == "POST":
                self.posted.append(body)
            kind, data = self.answer(path)
            link.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nCache-Control: no-store\r\nContent-Length: %d\r\n\r\n" % (kind, len(data)) + data)

    def answer(self, path):
        if path == "/images":
            return b"text/html", b"".join(b"<img src=image%d>" % i for i in range(self.images))
        if path.startswith("/image"):
            self.waiting += 1
            self.held.wait(20)
            return b"image/png", png()
        if path == "/form":
            return b"text/html", b"<form method=post action=done><textarea name=text></textarea><button>Send</button></form>"
        return b"text/html", b"<p>done</p>"
