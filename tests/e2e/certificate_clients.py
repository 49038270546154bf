"""Clients that log in by certificate, each in its own way: curl, openssl s_client, gnutls-cli, Chromium, Firefox. A client
has visit(path), which asks for a page; click(), which sends the form of the page's certificate button and goes where that
leads; log_in(user), which sends the password form; `text`, what it shows then; `status`, where it can be known."""
import contextlib
import os
import re
import select
import subprocess
import time
import urllib.parse

from browsers import Chromium
from certificate_site import Curl
from firefox import Failed, Firefox
from sallyport import PASSWORD, parse_responses, wait_until

MOST_REDIRECTS = 20


class CurlClient:
    def __init__(self, site, certificate, tls, http):
        self.curl = Curl(site, "curl", certificate, http, tls)

    def visit(self, path):
        self.text, self.status = self.curl.ask(path), self.curl.status

    def click(self):
        self.text = self.curl.log_in_by_certificate(self.text)
        self.status = self.curl.status

    def log_in(self, user):
        self.text = self.curl.ask("/pkmslogin.form", "--data-urlencode", f"token={Curl.token(self.text)}", "-d",
                                  f"username={user}&password={PASSWORD}")
        self.status = self.curl.status

    def quit(self):
        pass


class Pipe:
    """A connection made by a program that passes on what it is given."""

    def __init__(self, command):
        self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL)
        os.set_blocking(self.process.stdout.fileno(), False)

    def ask(self, data, seconds=20):
        """The answer; none if the connection ended before it was whole."""
        received = b""
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
        except BrokenPipeError:
            return None
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            select.select([self.process.stdout], [], [], 1)
            piece = self.process.stdout.read()
            if piece == b"":
                return None
            received += piece or b""
            start = received.find(b"HTTP/1.1 ")
            if start >= 0 and b"\r\n\r\n" in received[start:]:
                answer = parse_responses(received[start:])[-1]
                if answer.complete:
                    return answer
        raise AssertionError(f"no answer: {received!r}")

    def close(self):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


class StreamClient:
    """HTTP/1.1 spoken through such a program; one connection after the other, as the server ends them."""

    def __init__(self, site, certificate, tls):
        self.site, self.certificate, self.tls = site, certificate, tls
        self.pipe, self.cookies, self.connections = None, {}, 0

    def command(self):
        raise NotImplementedError

    def request(self, method, path, body=""):
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        form = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n" if body else ""
        data = (f"{method} {path} HTTP/1.1\r\nHost: localhost:{self.site.port}\r\nCookie: {cookies}\r\n{form}\r\n{body}").encode()
        for _ in range(3):
            if self.pipe is None:
                self.pipe = Pipe(self.command())
                self.connections += 1
            answer = self.pipe.ask(data)
            if answer is None or answer.header("Connection") == "close":
                self.pipe.close()
                self.pipe = None
            if answer is not None:
                break
        assert answer is not None, "the server ends every connection"
        for value in answer.all("Set-Cookie"):
            name, _, rest = value.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return answer

    def follow(self, method, path, body=""):
        for _ in range(MOST_REDIRECTS):
            answer = self.request(method, path, body)
            if answer.status not in (302, 303, 307):
                self.text, self.status = answer.text, answer.status
                return
            if answer.status != 307:
                method, body = "GET", ""
            place = urllib.parse.urlsplit(answer.header("Location"))
            path = place.path + (f"?{place.query}" if place.query else "")
        raise AssertionError("too many redirects")

    def visit(self, path):
        self.follow("GET", path)

    def click(self):
        self.follow("POST", "/pkmslogin.form",
                    urllib.parse.urlencode({"token": Curl.token(self.text), "login-form-type": "cert"}))

    def log_in(self, user):
        self.follow("POST", "/pkmslogin.form",
                    urllib.parse.urlencode({"token": Curl.token(self.text), "username": user, "password": PASSWORD}))

    def quit(self):
        if self.pipe:
            self.pipe.close()


class OpenSsl(StreamClient):
    late = False

    def command(self):
        version = {"1.2": "-tls1_2", "1.3": "-tls1_3"}[self.tls]
        command = ["openssl", "s_client", "-quiet", "-connect", f"127.0.0.1:{self.site.port}", "-servername", "localhost",
                   "-CAfile", self.site.dir / "ca.pem", "-alpn", "http/1.1", version]
        kept = self.site.dir / f"openssl-{id(self)}.session"
        if self.connections == 0:
            kept.unlink(missing_ok=True)
        command += ["-sess_out", kept] + (["-sess_in", kept] if kept.exists() else [])
        if self.late:
            command.append("-enable_pha")
        if self.certificate:
            command += ["-cert", self.certificate.pem, "-key", self.certificate.key, "-cert_chain", self.certificate.chain]
        return command


class OpenSslLate(OpenSsl):
    late = True


class GnuTlsCli(StreamClient):
    late = False
    newest_only = False  # nothing but TLS 1.3

    def priority(self):
        versions = {"1.2": "+VERS-TLS1.2", "1.3": "+VERS-TLS1.3" + ("" if self.newest_only else ":+VERS-TLS1.2")}
        return "NORMAL:-VERS-ALL:" + versions[self.tls]

    def command(self):
        command = ["stdbuf", "-o0", "gnutls-cli", "--logfile=/dev/null", "--x509cafile", self.site.dir / "ca.pem", "--alpn=http/1.1",
                   "--priority=" + self.priority(), "--sni-hostname=localhost", "--verify-hostname=localhost",
                   "-p", self.site.port, "127.0.0.1"]
        if self.late:
            command.append("--post-handshake-auth")
        if self.certificate:
            command += ["--x509certfile", self.certificate.chain, "--x509keyfile", self.certificate.key]
        return command


class GnuTlsCliLate(GnuTlsCli):
    late = True


class GnuTlsCliNewest(GnuTlsCli):
    newest_only = True


class BrowserClient:
    def __init__(self, browser, site):
        self.browser, self.site, self.status = browser, site, None

    def visit(self, path):
        self.browser.get(self.site.url(path))
        self.text = self.browser.text()

    def send(self, script):
        """Sends a form, and waits for the page where that ends: another one than this, and whole."""
        self.browser.run("window.isOld = true")
        self.browser.run(script)

        def has_come():
            # While one page gives way to the next there may be none to ask.
            with contextlib.suppress(Failed, Exception):
                if self.browser.run("return !window.isOld && document.readyState == 'complete' && !!document.body"):
                    self.text = self.browser.text()
                    return True
            return False
        wait_until(has_come, "another page", 30)

    def click(self):
        self.send("document.querySelector('input[value=cert]').form.submit()")

    def log_in(self, user):
        self.send(f"const form = document.querySelector('#username').form; form.username.value = '{user}';"
                  f"form.password.value = '{PASSWORD}'; form.submit()")

    def quit(self):
        self.browser.quit()


def chromium(site, certificate, tls, http):
    switches = [] if tls == "1.3" else ["--ssl-version-max=tls1.2"]
    if http == "1.1":
        switches.append("--disable-http2")
    return BrowserClient(Chromium(site.dir / "ca.pem", [certificate] if certificate else [], switches), site)


def firefox(site, certificate, tls, http):
    preferences = {"security.tls.version.max": 3} if tls == "1.2" else {}
    if http == "1.1":
        preferences["network.http.http2.enabled"] = False
    return BrowserClient(Firefox(site.dir / "ca.pem", [certificate] if certificate else [], preferences), site)


# By name: how a client is made, and which versions of HTTP it has.
CLIENTS = {
    "curl": (CurlClient, ("2", "1.1")),
    "openssl": (lambda site, certificate, tls, http: OpenSsl(site, certificate, tls), ("1.1",)),
    "openssl-pha": (lambda site, certificate, tls, http: OpenSslLate(site, certificate, tls), ("1.1",)),
    "gnutls": (lambda site, certificate, tls, http: GnuTlsCli(site, certificate, tls), ("1.1",)),
    "gnutls-1.3-only": (lambda site, certificate, tls, http: GnuTlsCliNewest(site, certificate, tls), ("1.1",)),
    "gnutls-pha": (lambda site, certificate, tls, http: GnuTlsCliLate(site, certificate, tls), ("1.1",)),
    "chromium": (chromium, ("2", "1.1")),
    "firefox": (firefox, ("2", "1.1")),
}


@contextlib.contextmanager
def client(name, site, certificate, tls, http):
    made = CLIENTS[name][0](site, certificate, tls, http)
    try:
        yield made
    finally:
        made.quit()


def message(text):
    """What our page tells its user."""
    found = re.search(r'role="alert">([^<]*)<', text)
    return found.group(1) if found else text
