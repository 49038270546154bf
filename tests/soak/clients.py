"""The clients of the soak test. Each is a thread that does its work again and again until the end, and checks all of it."""
import base64
import os
import random
import re
import socket
import struct
import subprocess
import threading
import time
import urllib.parse

from h2client import CANCEL, H2, REFUSED_STREAM, RST_STREAM, frame, number
from ledger import Lost, Wrong
from sallyport import PASSWORD, Browser
from talk import H1, PATIENCE, check_echo, check_pattern, check_status, masked_frame, read_frame

BREAKABLE, SOLID, FILES = "/app", "/solid", "/files"


class Client(threading.Thread):
    """`world`: the servers; `number`: seeds the client's own sequence of doings."""

    def __init__(self, world, ledger, over, number):
        super().__init__(name=f"{type(self).__name__} {number}", daemon=True)
        self.world, self.ledger, self.over = world, ledger, over
        self.instance = world.instance
        self.random = random.Random(world.seed * 1000 + number)
        self.user = f"user{number % world.users}"
        self.groups = world.groups_of(self.user)
        self.cookie = None
        self.marks = 0

    def run(self):
        while not self.over.is_set():
            try:
                self.work()
            except Lost as lost:  # of what is never excused
                self.ledger.lost(self.name, time.monotonic(), False, lost)
            except Exception as error:  # a client that breaks is a finding, too
                self.ledger.wrong(self.name, repr(error))
                time.sleep(0.1)

    def mark(self):
        self.marks += 1
        return f"{self.name.replace(' ', '-')}.{self.marks}"

    def identity(self):
        return [("Cookie", self.cookie)] if self.cookie else []

    def log_in(self, h1):
        """With the form; the cookie is kept."""
        page = h1.ask("GET", f"{SOLID}/")
        check_status(page, 200)
        first = self.cookie_of(page)
        fields = {"username": self.user, "password": PASSWORD, "login-form-type": "pwd", "token": Browser.token(page)}
        body = urllib.parse.urlencode(fields).encode()
        answer = h1.ask("POST", "/pkmslogin.form", [("Cookie", first), ("Content-Type",
                        "application/x-www-form-urlencoded")], body)
        check_status(answer, 302)
        self.cookie = self.cookie_of(answer)
        if self.cookie == first:
            raise Wrong("the session id is the same after the login")
        self.ledger.count("logins with the form")

    @staticmethod
    def cookie_of(answer):
        for cookie in answer.all("Set-Cookie"):
            if cookie.startswith("__Host-sallyport=") and "max-age=0" not in cookie.lower():
                return cookie.split(";")[0]
        raise Wrong(f"no session cookie in {answer.headers}")

    def log_out(self, h1):
        check_status(h1.ask("GET", "/pkmslogout", self.identity()), 200)
        after = h1.ask("GET", f"{SOLID}/", self.identity())
        check_status(after, 200)
        if b'name="token"' not in after.body:
            raise Wrong(f"after the logout the cookie still does something: {after.body[:200]!r}")
        self.cookie = None
        self.ledger.count("logouts")

    def judged(self, what, breakable, began, doing):
        """Runs it, and enters what came of it."""
        try:
            doing()
            self.ledger.count(what)
            return True
        except Lost as lost:
            self.ledger.lost(what, began, breakable, lost)
        except Wrong as wrong:
            self.ledger.wrong(what, wrong)
        return False


class Http1(Client):
    """Logs in, reads, uploads, downloads, logs out."""

    def work(self):
        with H1(self.instance) as h1:
            self.enter(h1)
            for _ in range(self.random.randrange(20, 60)):
                if self.over.is_set():
                    break
                self.one(h1)
            self.log_out(h1)

    def enter(self, h1):
        self.log_in(h1)

    def one(self, h1):
        point = self.random.choice((BREAKABLE, SOLID))
        kind = self.random.choice(("get", "get", "upload", "download"))
        began = time.monotonic()
        doing = {"get": self.get, "upload": self.upload, "download": self.download}[kind]
        self.judged(f"HTTP/1.1 {kind}", point == BREAKABLE, began, lambda: doing(h1, point))

    def get(self, h1, point):
        mark, path = self.mark(), f"/things/{self.random.randrange(1 << 30)}?q={self.random.randrange(100)}"
        forged = [("iv-user", "mallory"), ("iv_user", "mallory")] if self.random.random() < 0.2 else []
        answer = h1.ask("GET", point + path, [*self.identity(), ("X-Soak", mark), *forged])
        check_echo(answer, self.user, self.groups, mark, path)

    def upload(self, h1, point):
        mark, body = self.mark(), os.urandom(self.random.choice((0, 1, 1000, 40_000, 300_000)))
        answer = h1.ask("POST", f"{point}/up", [*self.identity(), ("X-Soak", mark)], body, self.random.random() < 0.5)
        check_echo(answer, self.user, self.groups, mark, "/up", body)

    def download(self, h1, point):
        size = self.random.choice((0, 1, 1000, 65_536, 1_000_000))
        chunked = self.random.choice(("", "?chunked=1"))
        check_pattern(h1.ask("GET", f"{point}/echo/download/{size}{chunked}", self.identity()), size)


class Basic(Http1):
    """The same, logged in with a basic Authorization header that comes unasked."""

    def enter(self, h1):
        pair = base64.b64encode(f"{self.user}:{PASSWORD}".encode()).decode()
        mark = self.mark()
        answer = h1.ask("GET", f"{SOLID}/basic", [("Authorization", f"Basic {pair}"), ("X-Soak", mark)])
        check_echo(answer, self.user, self.groups, mark, "/basic")
        self.cookie = self.cookie_of(answer)
        self.ledger.count("basic logins")


class Http2(Client):
    """Several requests at once on one connection."""

    def work(self):
        with H1(self.instance) as h1:
            self.log_in(h1)
        with H2(self.instance, timeout=PATIENCE) as h2:
            for _ in range(self.random.randrange(5, 30)):
                if self.over.is_set() or h2.goaways or h2.over:
                    break
                self.batch(h2)
        with H1(self.instance) as h1:
            self.log_out(h1)

    def batch(self, h2):
        asked = []
        for _ in range(self.random.randrange(1, 9)):
            point = self.random.choice((BREAKABLE, SOLID))
            kind = self.random.choice(("get", "get", "upload", "download", "reset"))
            asked.append(self.begin(h2, point, kind))
        for stream, kind, point, began, check in asked:
            if kind == "reset":
                continue
            self.judged(f"HTTP/2 {kind}", point == BREAKABLE, began, lambda s=stream, c=check: self.end(h2, s, c))
        for stream, *_ in asked:
            if h2.streams[stream].closed:
                del h2.streams[stream]

    def begin(self, h2, point, kind):
        mark, began = self.mark(), time.monotonic()
        headers = [("cookie", self.cookie), ("x-soak", mark)]
        if kind == "upload":
            body = os.urandom(self.random.choice((1, 1000, 40_000, 200_000)))
            stream = h2.request(f"{point}/up", "POST", headers, body)
            return stream, kind, point, began, lambda a: check_echo(a, self.user, self.groups, mark, "/up", body)
        if kind in ("download", "reset"):
            size = self.random.choice((1, 1000, 65_536, 1_000_000))
            stream = h2.request(f"{point}/echo/download/{size}", headers=headers)
            if kind == "reset":
                h2.send(frame(RST_STREAM, 0, stream, number(CANCEL)))
                self.ledger.event("stream reset by its client")
            return stream, kind, point, began, lambda a: check_pattern(a, size)
        path = f"/things/{self.random.randrange(1 << 30)}"
        stream = h2.request(point + path, headers=headers)
        return stream, kind, point, began, lambda a: check_echo(a, self.user, self.groups, mark, path)

    def end(self, h2, stream, check):
        try:
            got = h2.wait(stream)
        except (AssertionError, OSError) as error:
            raise Lost(f"{error!r}") from None
        if got.error == REFUSED_STREAM:
            self.ledger.event("stream refused, to be tried again")
        elif got.error:
            raise Lost(f"reset with {got.error}, status {got.status}")
        else:
            check(got.response())


class WebSocket(Client):
    """Messages of all sizes, which come back."""

    def work(self):
        with H1(self.instance) as h1:
            self.log_in(h1)
        self.judged("WebSockets", False, time.monotonic(), self.converse)
        with H1(self.instance) as h1:
            self.log_out(h1)

    def converse(self):
        key = base64.b64encode(os.urandom(16)).decode()
        with H1(self.instance) as h1:
            answer = h1.ask("GET", f"{SOLID}/echo/websocket", [
                *self.identity(), ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
                ("Sec-WebSocket-Key", key)])
            check_status(answer, 101)
            for _ in range(self.random.randrange(5, 50)):
                message = os.urandom(self.random.choice((0, 1, 200, 5000, 100_000)))
                try:
                    h1.link.sendall(masked_frame(2, message))
                    got = read_frame(h1)
                except (OSError, EOFError) as error:
                    raise Lost(f"WebSocket: {error}") from None
                if got != (2, message):
                    raise Wrong(f"a message of {len(message)} bytes came back as {len(got[1])}, or others")
                self.ledger.count("WebSocket messages")
            h1.link.sendall(masked_frame(8, struct.pack("!H", 1000)))
            if read_frame(h1)[0] != 8:
                raise Wrong("the close frame was not answered")


class Aborter(Client):
    """Does nothing to its end. Nothing is expected but that nobody else is harmed."""

    def work(self):
        with H1(self.instance) as h1:
            self.log_in(h1)
        for _ in range(20):
            if self.over.is_set():
                break
            try:
                self.random.choice((self.half_hello, self.half_head, self.half_upload, self.half_download,
                                    self.half_http_2))()
                self.ledger.event("client that left")
            except (OSError, AssertionError):
                self.ledger.event("client that was left")
        with H1(self.instance) as h1:
            self.log_out(h1)

    def leave(self, link):
        """With a reset, or with an orderly end."""
        if self.random.random() < 0.5:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        link.close()

    def half_hello(self):
        link = socket.create_connection(("127.0.0.1", self.instance.port), PATIENCE)
        link.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(self.random.randrange(200)))
        self.leave(link)

    def half_head(self):
        h1 = H1(self.instance)
        h1.open()
        h1.link.sendall(b"GET /app/ HTTP/1.1\r\nHost: loc")
        self.leave(h1.link)

    def half_upload(self):
        h1 = H1(self.instance)
        h1.open()
        head = f"POST {self.random.choice((BREAKABLE, SOLID))}/up HTTP/1.1\r\nHost: localhost:{self.instance.port}\r\n"
        head += f"Cookie: {self.cookie}\r\nContent-Length: 100000\r\n\r\n"
        h1.link.sendall(head.encode() + os.urandom(self.random.randrange(1, 99_999)))
        self.leave(h1.link)

    def half_download(self):
        h1 = H1(self.instance)
        h1.send("GET", f"{self.random.choice((BREAKABLE, SOLID))}/echo/download/20000000", self.identity())
        h1.link.recv(self.random.randrange(1, 200_000))
        self.leave(h1.link)

    def half_http_2(self):
        h2 = H2(self.instance, timeout=PATIENCE, window=self.random.random() < 0.5)
        for _ in range(self.random.randrange(1, 20)):
            h2.request(f"{SOLID}/echo/download/300000", headers=[("cookie", self.cookie)])
        h2.read_some()
        self.leave(h2.link)


class Ended(Client):
    """Its session is ended by the administrator in the middle of a download, which has to end, too."""

    def work(self):
        with H1(self.instance) as h1:
            self.log_in(h1)
        self.judged("downloads ended with their session", False, time.monotonic(), self.be_ended)
        self.cookie = None
        self.over.wait(2)

    def be_ended(self):
        h1 = H1(self.instance)
        h1.send("GET", f"{SOLID}/echo/download/100000000000", self.identity())
        h1.line(b"\r\n\r\n")
        # No other client has this user.
        self.instance.admin("session", "terminate", "all_sessions", self.user)
        end = time.monotonic() + PATIENCE
        try:
            while h1.link.recv(1 << 20):
                if time.monotonic() > end:
                    raise Wrong(f"the download goes on {PATIENCE} s after the end of its session")
        except OSError:
            pass
        h1.close()


class Bursts(Client):
    """wrk and h2load now and then: as much as the server can. They count answers, and know no bodies."""

    def work(self):
        with H1(self.instance) as h1:
            self.log_in(h1)
        for tool in (self.wrk, self.h2load):
            if not self.over.is_set():
                tool()
                self.over.wait(3)
        with H1(self.instance) as h1:
            self.log_out(h1)

    def wrk(self):
        out = subprocess.run(["wrk", "-t1", "-c16", "-d2s", "--timeout", f"{PATIENCE}s", "-H", f"Cookie: {self.cookie}",
                              self.instance.url(f"{FILES}/1k")], capture_output=True, text=True, check=True).stdout
        if "Non-2xx" in out or "Socket errors" in out:
            raise Wrong(f"wrk: {out}")
        self.ledger.count("requests of wrk", int(re.search(r"(\d+) requests in", out).group(1)))

    def h2load(self):
        # Fewer for each connection than connection-request-limit.
        out = subprocess.run(["h2load", "-t1", "-c4", "-m16", "-n3600", "-H",
                              f"Cookie: {self.cookie}", self.instance.url(f"{FILES}/10k")], capture_output=True,
                             text=True, check=True).stdout
        found = re.search(r"(\d+) succeeded, 0 failed, 0 errored, 0 timeout", out)
        if not found or f"status codes: {found.group(1)} 2xx" not in out:
            raise Wrong(f"h2load: {out}")
        self.ledger.count("requests of h2load", int(found.group(1)))
