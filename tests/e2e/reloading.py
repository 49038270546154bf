"""What the tests of a reload share: rows of the configuration that change, and what can be seen of them."""
import contextlib
import re
import socket
import ssl

import pytest

from sallyport import parse_responses


def is_login(response):
    return response.status == 200 and "/pkmslogin.form" in response.text


@pytest.fixture
def own(make_instance, make_echo):
    instance = make_instance()
    instance.echo = make_echo()
    instance.setup_demo(instance.echo)
    return instance


def configure(instance, rows):
    """Puts rows into the configuration: {"stanza key": value}; a list is several lines, None takes a row out."""
    lines = instance.conf.read_text().splitlines()
    for name, value in rows.items():
        stanza, key = name.split(" ", 1)
        kept, here = [], ""
        for line in lines:
            here = line if line.startswith("[") else here
            if not (here == f"[{stanza}]" and re.match(rf"{re.escape(key)}\s*=", line)):
                kept.append(line)
        values = [] if value is None else value if isinstance(value, list) else [value]
        lines = kept + [f"[{stanza}]"] + [f"{key} = {v}".replace("@dir@", str(instance.dir)) for v in values]
    instance.conf.write_text("\n".join(lines) + "\n")


def reload(instance, rows):
    configure(instance, rows)
    result = instance.run_admin("reload")
    assert result.returncode == 0, result.stderr
    assert result.stdout == "reloaded\n"


def logged_in(instance, user="alice"):
    browser = instance.browser()
    browser.login(user)
    return browser


def sessions(instance):
    """Users that have one, as the command line tells."""
    return sorted(re.findall(r"User: (\S+)", instance.admin("session", "list")))


def connections_that_are_served(instance, count):
    """How many of that many connections at once get through the handshake."""
    with contextlib.ExitStack() as links:
        served = 0
        for _ in range(count):
            with contextlib.suppress(OSError, ssl.SSLError):
                links.enter_context(instance.open())
                served += 1
        return served


def forwarded_for(instance, *headers):
    """What the back end is told to be the client."""
    seen = instance.ask("/public/", headers=headers).json()["headers"]
    values = {n.lower(): v for n, v in seen}
    assert values["x-forwarded-for"] == values["iv-remote-address"]
    return values["x-forwarded-for"]


def statuses(instance, requests):
    """One connection with pipelined requests; the answers that came."""
    data = b"".join(requests[:-1]) + requests[-1].replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    return [r.status for r in parse_responses(instance.raw(data))]


def lines_of(instance, name):
    path = instance.dir / name
    return path.read_text().splitlines() if path.exists() else []


def page_of(instance, language, target="/app/"):
    return instance.browser().get(target, headers={"Accept": "text/html", "Accept-Language": language}).text


def serial(instance, name="localhost"):
    context = instance.tls()
    context.check_hostname = False
    with socket.create_connection(("127.0.0.1", instance.port), 10) as plain:
        with context.wrap_socket(plain, server_hostname=name) as link:
            return link.getpeercert()["serialNumber"]


def tls_version(instance):
    with instance.open() as link:
        return link.version()


GET = b"GET /public/ HTTP/1.1\r\nHost: localhost\r\n\r\n"
