"""Drives the real daemon: an instance in a directory of its own, with real back ends."""
import contextlib
import dataclasses
import fcntl
import html
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("BUILD_DIR", TOP / "build" / "obj"))
PASSWORD = "sallyport-demo"
# A build with sanitizers: it is slow, and what memory it takes means nothing.
SANITIZED = "SALLYPORT_SANITIZED" in os.environ
START_TIME = 20  # seconds; a sanitizer build is slow


def free_port():
    """A port for a server that is about to start. The kernel hands out none of these by itself (they lie below the range
    of ip_local_port_range, if that leaves room), and no other test gets it soon after, of whatever process: all count in
    one file."""
    lowest_of_kernel = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    first, last = 10240, max(lowest_of_kernel, 20480)
    counter = pathlib.Path(tempfile.gettempdir()) / f"sallyport-test-ports-{os.getuid()}"
    with os.fdopen(os.open(counter, os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        port = int(file.read() or first)
        while True:
            port = port + 1 if first <= port + 1 < last else first
            with socket.socket() as probe, contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                break
        file.seek(0)
        file.write(f"{port:5}")
        return port


def wait_until(condition, what, seconds=START_TIME):
    """Waits for the thing itself; there is nothing to be told by."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s: {what}")


class Process:
    """A server of a test; ended, and its output kept, whatever happens."""

    def __init__(self, args, log, **kwargs):
        self.log = pathlib.Path(log)
        self.popen = subprocess.Popen([str(a) for a in args], stdin=subprocess.DEVNULL, stdout=self.log.open("wb"),
                                      stderr=subprocess.STDOUT, **kwargs)

    def text(self):
        return self.log.read_text(errors="replace")

    def stop(self, number=signal.SIGTERM):
        if self.popen.poll() is None:
            self.popen.send_signal(number)
        try:
            return self.popen.wait(timeout=40)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
            raise AssertionError(f"did not end: {self.popen.args}\n{self.text()}") from None


class EchoBackEnd(Process):
    def __init__(self, directory, *options, name="echo"):
        super().__init__([sys.executable, TOP / "tests/tools/echo_backend.py", "--name", name, *options],
                         pathlib.Path(directory) / f"{name}.out")
        self.port = int(wait_until(lambda: re.search(r"^listening on .*:(\d+)$", self.text(), re.M),
                                   "the echo back end listens").group(1))


class ScriptedBackEnd:
    """A back end that does what `script(connection, number)` does to each connection, in a thread of its own."""

    def __init__(self, script):
        self.script = script
        self.connections = 0
        self.heads = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                link, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.run, args=(link, self.connections), daemon=True).start()

    def run(self, link, number):
        with link, contextlib.suppress(OSError):
            link.settimeout(30)
            self.script(link, number)

    def read_head(self, link):
        """The next request head (whole, with its empty line), empty at the end of the connection."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = link.recv(1)
            if not byte:
                return b""
            head += byte
        self.heads.append(head)
        return head

    def stop(self):
        # Wakes the thread in accept(), which close() alone does not.
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


@dataclasses.dataclass
class Response:
    status: int
    headers: list
    body: bytes
    complete: bool = True  # as far as its framing says

    def header(self, name):
        values = [v for n, v in self.headers if n.lower() == name.lower()]
        return values[0] if values else None

    def all(self, name):
        return [v for n, v in self.headers if n.lower() == name.lower()]

    def json(self):
        return json.loads(self.body)

    @property
    def text(self):
        return self.body.decode()


def parse_responses(data, methods=()):
    """All answers in what a connection brought, 1xx left out; `methods` are those of the requests (default GET)."""
    responses = []
    methods = list(methods)
    while data:
        head, end, data = data.partition(b"\r\n\r\n")
        assert end and head.startswith(b"HTTP/1.1 "), head
        lines = head.decode("latin-1").split("\r\n")
        status = int(lines[0].split(" ")[1])
        fields = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:]]
        response = Response(status, fields, b"")
        if 100 <= status < 200 and status != 101:
            continue
        method = methods.pop(0) if methods else "GET"
        if method != "HEAD" and status not in (101, 204, 304):
            if response.header("Transfer-Encoding") == "chunked":
                response.body, data = take_chunks(data)
            elif response.header("Content-Length") is not None:
                length = int(response.header("Content-Length"))
                response.body, data = data[:length], data[length:]
                response.complete = len(response.body) == length
            else:
                response.body, data = data, b""
        elif status == 101:
            response.body, data = data, b""
        responses.append(response)
    return responses


def read_to_end(link):
    received = bytearray()
    with contextlib.suppress(ssl.SSLError, ConnectionError):
        while chunk := link.recv(65536):
            received += chunk
    return bytes(received)


def read_more(link, received=b""):
    """With what comes next behind it; the end of the connection is none."""
    chunk = link.recv(65536)
    assert chunk, f"cut after {len(received)} bytes: {received[-1000:]}"
    return received + chunk


def read_until(link, end):
    received = b""
    while end not in received:
        received = read_more(link, received)
    return received


def take_chunks(data):
    body = b""
    while True:
        size, _, data = data.partition(b"\r\n")
        length = int(size, 16)
        if length == 0:
            assert data.startswith(b"\r\n"), data
            return body, data[2:]
        assert data[length:length + 2] == b"\r\n", data[length:]
        body += data[:length]
        data = data[length + 2:]


class Browser:
    """A client that keeps cookies, a connection for each request."""

    def __init__(self, instance, host="localhost"):
        self.instance = instance
        self.host = host
        self.cookies = {}

    def request(self, method, target, body=None, headers=(), cookies=True, connection=None):
        link = connection or self.instance.connect(self.host)
        sent = {"Host": f"{self.host}:{self.instance.port}", **dict(headers)}
        if cookies and self.cookies:
            sent["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        link.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in sent.items():
            link.putheader(name, value)
        if body is not None and "Transfer-Encoding" not in sent:
            link.putheader("Content-Length", str(len(body)))
        link.endheaders(body)
        answer = link.getresponse()
        response = Response(answer.status, answer.getheaders(), answer.read())
        for cookie in response.all("Set-Cookie"):
            name, _, rest = cookie.partition("=")
            value = rest.split(";")[0]
            if "max-age=0" in rest.lower():
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        if connection is None:
            link.close()
        return response

    def get(self, target, **kwargs):
        return self.request("GET", target, **kwargs)

    def post_form(self, target, fields, **kwargs):
        headers = {"Content-Type": "application/x-www-form-urlencoded", **dict(kwargs.pop("headers", ()))}
        return self.request("POST", target, urllib.parse.urlencode(fields).encode(), headers=headers, **kwargs)

    @staticmethod
    def token(page):
        found = re.search(r'name="token" value="([^"]*)"', page.text)
        assert found, f"no login form in:\n{page.text}"
        return html.unescape(found.group(1))

    def send_login(self, page, user, password=PASSWORD, **kwargs):
        fields = {"username": user, "password": password, "login-form-type": "pwd", "token": self.token(page)}
        return self.post_form("/pkmslogin.form", fields, **kwargs)

    def login(self, user, password=PASSWORD, target="/app/"):
        page = self.get(target)
        response = self.send_login(page, user, password)
        assert response.status == 302, response
        return response


class Instance:
    """sallyportd with a configuration, registry and policy of its own."""

    def __init__(self, directory, extra="", registry=None):
        self.dir = pathlib.Path(directory)
        self.dir.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.conf = self.dir / "sallyport.conf"
        self.process = None
        self.back_ends = []
        self.make_certificates()
        if registry is None:
            shutil.copy(TOP / "etc/demo/registry.ldif", self.dir / "registry.ldif")
            (self.dir / "registry.ldif").chmod(0o600)
        template = (TOP / "etc/demo/sallyport.conf.in").read_text()
        text = template.replace("@port@", str(self.port)).replace("@dir@", str(self.dir))
        self.conf.write_text(text.replace("@pages@", str(TOP / "etc/pages")) + extra)
        self.conf.chmod(0o600)

    def make_certificates(self):
        if (self.dir / "ca.pem").exists():
            return
        self.certificate("authority", "-n", "Test CA", self.dir / "ca")
        self.certificate("issue", "-a", self.dir / "ca", self.dir / "server", "localhost", "127.0.0.1")

    @staticmethod
    def certificate(*args):
        subprocess.run([BUILD / "sallyport", "certificate", *map(str, args)], check=True)

    def start(self, **environment):
        self.process = Process([BUILD / "sallyportd", "-c", self.conf], self.dir / "daemon.out",
                               env={**os.environ, **environment})
        wait_until(self.answers, "the daemon answers")
        return self

    def answers(self):
        assert self.process.popen.poll() is None, f"the daemon ended:\n{self.process.text()}"
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return (self.dir / "admin.sock").exists()
        return False

    def setup_demo(self, back_end):
        self.admin_lines((TOP / "etc/demo/setup").read_text())
        for point in ("/public", "/app"):
            self.admin("junction", "create", "-t", "tcp", "-h", "127.0.0.1", "-p", back_end.port, "-c",
                       "iv_user,iv_groups,iv_user_l", "-r", point)

    def publish(self, point):
        """Anyone may read and write below the point."""
        name = "open" + re.sub(r"\W", "-", point)
        self.admin("acl", "create", name)
        for who in ("any-other", "unauthenticated"):
            self.admin("acl", "modify", name, "set", who, "Trmd")
        self.admin("acl", "attach", f"/WebSEAL/localhost-default{point}", name)

    def stop(self):
        if self.process:
            status = self.process.stop()
            text = self.process.text()
            assert status == 0, f"exit status {status}:\n{text}"
            assert "Sanitizer" not in text, text
            self.process = None

    def run_admin(self, *words, stdin=None):
        return subprocess.run([BUILD / "sallyport", "-c", self.conf, *map(str, words)], input=stdin, text=True,
                              capture_output=True, timeout=60)

    def admin(self, *words):
        result = self.run_admin(*words)
        assert result.returncode == 0, f"{words}: {result.stdout}{result.stderr}"
        return result.stdout

    def admin_lines(self, text):
        result = self.run_admin(stdin=text)
        assert result.returncode == 0, result.stdout + result.stderr

    def check(self):
        """What sallyportd -t says of the configuration; it must be good."""
        result = subprocess.run([BUILD / "sallyportd", "-t", "-c", self.conf], text=True, capture_output=True, timeout=60)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout + result.stderr

    def tls(self):
        context = ssl.create_default_context(cafile=str(self.dir / "ca.pem"))
        return context

    def connect(self, host="localhost"):
        link = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=self.tls())
        raw = socket.create_connection(("127.0.0.1", self.port), 30)
        link.sock = self.tls().wrap_socket(raw, server_hostname="localhost")
        link.host = host
        return link

    @contextlib.contextmanager
    def open(self, timeout=10, ragged_ends=True, server_name="localhost", verified=True):
        """A connection with TLS and nothing else. `ragged_ends`: one without close_notify is an end like others."""
        context = self.tls()
        if not verified:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if not ragged_ends:
            context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
        with socket.create_connection(("127.0.0.1", self.port), timeout) as plain:
            with context.wrap_socket(plain, server_hostname=server_name, suppress_ragged_eofs=ragged_ends) as link:
                yield link

    def raw(self, data, timeout=10):
        """Sends bytes as they are; everything that comes back until the connection ends."""
        with self.open(timeout) as link:
            link.sendall(data)
            return read_to_end(link)

    def ask(self, target, method="GET", headers=(), host=None, body=b"", version="HTTP/1.1"):
        """One request with its target and fields as they are, bytes or text; the final answer to it."""
        def raw(value):
            return value if isinstance(value, bytes) else value.encode("latin-1")
        lines = [raw(method) + b" " + raw(target) + b" " + raw(version),
                 b"Host: " + raw(host or f"localhost:{self.port}"), b"Connection: close"]
        lines += [raw(name) + b": " + raw(value) for name, value in headers]
        if body:
            lines.append(b"Content-Length: %d" % len(body))
        return parse_responses(self.raw(b"\r\n".join(lines) + b"\r\n\r\n" + body), [method])[-1]

    def wait_for_audit(self, **fields):
        """The last line of the audit log, when it has these fields: a thread of its own writes it."""
        def written():
            lines = self.audit()
            return lines and all(lines[-1].get(k) == v for k, v in fields.items()) and lines[-1]
        return wait_until(written, f"{fields} in the audit log", 8)

    def browser(self, host="localhost"):
        return Browser(self, host)

    def audit(self):
        return [json.loads(line) for line in (self.dir / "audit.log").read_text().splitlines()]

    def url(self, path=""):
        return f"https://localhost:{self.port}{path}"
