"""What the tests of HTTP/2 share: a demo with an open junction, a connection to it, somebody logged in."""
import subprocess

import pytest

from h2client import H2
from sallyport import Browser, wait_until


@pytest.fixture(scope="module")
def std(demo, echo):
    demo.admin("junction", "create", "-t", "tcp", "-h", "127.0.0.1", "-p", echo.port, "-c", "iv_user", "/std")
    demo.publish("/std")
    demo.admin("acl", "attach", "/WebSEAL/localhost-default/std/admin", "demo-users")
    return demo


@pytest.fixture
def link(std):
    with H2(std) as connection:
        yield connection


@pytest.fixture(scope="module")
def alice(std):
    browser = std.browser()
    browser.login("alice")
    return cookie_of(browser)


def cookie_of(browser):
    return [("cookie", "; ".join(f"{k}={v}" for k, v in browser.cookies.items()))]


def count(std, key):
    return std.ask(f"/std/echo/count?key={key}&peek=1").json()["count"]


def log_lines(instance, text):
    return [line for line in (instance.dir / "request.log").read_text().splitlines() if text in line]


def wait_for_log(instance, text):
    return wait_until(lambda: log_lines(instance, text), f"{text} in the log", 8)[0]


def curl(instance, path, *args, code=0):
    result = subprocess.run(["curl", "-sS", "--http2", "--cacert", instance.dir / "ca.pem", "--max-time", "120", *map(str, args),
                             instance.url(path)], capture_output=True, timeout=170)
    assert result.returncode == code, (result.returncode, result.stderr)
    return result.stdout


class H2Browser(Browser):
    """Keeps cookies; all requests on one connection of HTTP/2."""

    def __init__(self, instance, link):
        super().__init__(instance)
        self.link = link

    def request(self, method, target, body=None, headers=(), cookies=True, connection=None):
        # A crumb for each cookie, as browsers send them.
        crumbs = [("cookie", f"{k}={v}") for k, v in self.cookies.items()] if cookies else []
        sent = [(n.lower(), v) for n, v in dict(headers).items()] + crumbs
        response = self.link.ask(target, method, sent, body)
        for cookie in response.all("set-cookie"):
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.split(";")[0]
        return response
