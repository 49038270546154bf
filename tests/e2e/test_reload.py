"""Each setting that a reload puts into effect does take effect."""
import contextlib
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time

import pytest

from reloading import (is_login, own, configure, reload, logged_in, sessions, connections_that_are_served,
                       forwarded_for, statuses, lines_of, page_of, serial, tls_version, GET)  # noqa: F401
from sallyport import BUILD, TOP, EchoBackEnd, read_to_end, wait_until


# ---- one generator for each group: everything before its yield is before the reload, the yielded rows are what changes

def max_connections(own):
    with own.open(), own.open():
        assert connections_that_are_served(own, 3) == 3
        yield {"server max-connections": 4}
        wait_until(lambda: connections_that_are_served(own, 4) == 2, "two are open, two more may be")
        configure(own, {"server max-connections": 0})
        own.admin("reload")
        assert connections_that_are_served(own, 6) == 6


def max_connections_per_address(own):
    assert connections_that_are_served(own, 4) == 4
    yield {"server max-connections-per-address": 2}
    wait_until(lambda: connections_that_are_served(own, 4) == 2, "the limit counts")
    # A proxy's address is that of many.
    reload(own, {"server trusted-proxies": "127.0.0.1"})
    assert connections_that_are_served(own, 4) == 4


def connection_request_limit(own):
    assert statuses(own, [GET] * 4) == [200] * 4
    yield {"server connection-request-limit": 2}
    assert statuses(own, [GET] * 4) == [200] * 2


def request_head_limits(own):
    many = GET.replace(b"\r\n\r\n", b"\r\n" + b"X: y\r\n" * 30 + b"\r\n")
    assert statuses(own, [many]) == [200]
    yield {"server max-header-count": 20, "server max-client-read": 4096, "server max-request-line": 1024}
    assert statuses(own, [many]) == [431]
    assert own.ask("/public?" + "x" * 1100).status == 414


def client_timeouts(own):
    def idle_time():
        begin = time.monotonic()
        with own.open() as link:
            link.settimeout(3)
            link.sendall(GET)
            with contextlib.suppress(TimeoutError):
                read_to_end(link)
        return time.monotonic() - begin
    assert idle_time() > 2.9
    with own.open() as link:
        link.sendall(GET)
        assert link.recv(65536)
        yield {"server persistent-con-timeout": 1, "server client-connect-timeout": 1}
        assert idle_time() < 2.5
        # On a connection from before, from its next answer on.
        link.sendall(GET)
        begin = time.monotonic()
        read_to_end(link)
        assert time.monotonic() - begin < 2.5


def trusted_proxies(own):
    claim = [("X-Forwarded-For", "203.0.113.9, 192.0.2.7"), ("Forwarded", "for=198.51.100.5")]
    assert forwarded_for(own, *claim) == "127.0.0.1"
    yield {"server trusted-proxies": "127.0.0.0/8"}
    assert forwarded_for(own, *claim) == "192.0.2.7"
    assert forwarded_for(own) == "127.0.0.1"
    assert forwarded_for(own, ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-For", "2001:db8::7, 127.9.9.9")) == "2001:db8::7"
    own.ask("/app/", headers=[("X-Forwarded-For", "192.0.2.77"), ("Authorization", "Basic YWxpY2U6d3Jvbmc=")])
    wait_until(lambda: any(line.get("client") == "192.0.2.77" and line["event"] == "authn" for line in own.audit()),
               "the audit log")
    wait_until(lambda: any(line.startswith("192.0.2.77 ") for line in lines_of(own, "request.log")), "the request log")
    reload(own, {"server trusted-proxies-header": "Forwarded"})
    assert forwarded_for(own, *claim) == "198.51.100.5"
    assert forwarded_for(own, claim[0]) == "127.0.0.1"


def tls_settings(own):
    assert tls_version(own) == "TLSv1.3"
    own.certificate("issue", "-a", own.dir / "ca", own.dir / "shop", "shop.example")
    before = serial(own)
    assert serial(own, "shop.example") == before
    yield {"ssl disable-tls-v13": "yes", "ssl-sni shop.example": "@dir@/shop.pem @dir@/shop.key"}
    assert tls_version(own) == "TLSv1.2"
    assert serial(own, "shop.example") != before and serial(own) == before


def session_limits(own):
    for user in ("alice", "bob"):
        logged_in(own, user)
    kept = logged_in(own, "alice")
    visitors = [own.browser() for _ in range(5)]
    for visitor in visitors:
        assert is_login(visitor.get("/app/"))
    assert sessions(own) == ["Unauthenticated"] * 5 + ["alice", "alice", "bob"]
    yield {"session max-entries": 1, "session unauth-max-entries": 2}
    assert sessions(own) == ["Unauthenticated"] * 2 + ["alice"]
    assert not is_login(kept.get("/app/"))
    reload(own, {"session max-entries": 2})
    logged_in(own, "bob")
    assert not is_login(kept.get("/app/"))


def session_timeouts(own):
    browser = logged_in(own)
    assert not is_login(browser.get("/app/"))
    time.sleep(1.2)  # its age is what the new limit is for
    yield {"session timeout": 1, "session inactive-timeout": 0}
    assert is_login(browser.get("/app/"))
    reload(own, {"session timeout": 0, "session inactive-timeout": 1})
    browser = logged_in(own)
    wait_until(lambda: not sessions_of(own, browser), "unused, it ends")


def sessions_of(own, browser):
    time.sleep(1.2)
    return not is_login(browser.get("/app/"))


def login_methods(own):
    basic = [("Authorization", "Basic YWxpY2U6c2FsbHlwb3J0LWRlbW8=")]
    assert own.ask("/app/", headers=basic).status == 200 and not is_login(own.ask("/app/", headers=basic))
    assert is_login(own.ask("/app/"))
    yield {"ba ba-auth": "none"}
    assert is_login(own.ask("/app/", headers=basic))
    reload(own, {"ba ba-auth": "https", "ba basic-auth-realm": "Other", "forms forms-auth": "none"})
    answer = own.ask("/app/")
    assert answer.status == 401 and 'realm="Other"' in answer.header("WWW-Authenticate")


def pages_and_languages(own):
    root = own.dir / "pages"
    shutil.copytree(TOP / "etc/pages", root)
    (root / "de").mkdir()
    (root / "de/login.html").write_text((root / "login.html").read_text().replace('lang="en"', 'lang="de"'))
    (root / "de-at").mkdir()
    (root / "not a language").mkdir()
    (root / "not a language/login.html").write_text("%NOSUCH%")
    (root / "errors/fr").mkdir()
    (root / "errors/fr/403.html").write_text("<p lang='fr'>refus\u00e9 %REQUEST_ID%</p>")
    bob = logged_in(own, "bob")

    def refused(language):
        return bob.get("/app/staff", headers={"Accept": "text/html", "Accept-Language": language}).text
    assert 'lang="de"' not in page_of(own, "de")
    yield {"acnt-mgt mgt-pages-root": "@dir@/pages"}
    assert 'lang="de"' in page_of(own, "de") and 'lang="de"' in page_of(own, "de-CH, en;q=0.5")
    for language in ("en, de;q=0.9", "../de", "de/../..", "errors", "pt", "*", ""):
        assert 'lang="en"' in page_of(own, language), language
    assert 'lang="en"' in refused("de") and "refus\u00e9" in refused("fr, de") and "refus\u00e9" not in refused("en")
    shutil.move(root / "errors", own.dir / "other-errors")
    (own.dir / "other-errors/403.html").write_text("<p>no way %REQUEST_ID%</p>")
    assert "no way" not in refused("en")
    reload(own, {"acnt-mgt error-pages-root": "@dir@/other-errors"})
    assert "no way" in refused("en") and "refus\u00e9" in refused("fr")
    # A page that is wrong in one language changes none.
    (root / "de/help.html").write_text("%NOSUCH%")
    assert own.run_admin("reload").returncode == 1
    assert 'lang="de"' in page_of(own, "de")


def account_pages(own):
    assert is_login(own.ask("/pkmslogout"))
    browser = own.browser()
    answer = browser.send_login(browser.get("/app/echo?x=1"), "alice")
    assert answer.header("Location") == "/app/echo?x=1"
    yield {"acnt-mgt login-redirect-page": "/public/welcome", "acnt-mgt allow-unauthenticated-logout": "yes"}
    answer = own.ask("/pkmslogout")
    assert answer.status == 200 and not is_login(answer)
    browser = own.browser()
    page = browser.post_form("/app/echo", {"order": "1"})
    assert is_login(page)
    assert browser.send_login(page, "alice").header("Location") == "/public/welcome"
    assert browser.get("/app/echo").json()["method"] == "GET"  # and not the order


def login_limits(own):
    def attempts(count, address):
        wrong = [("Authorization", "Basic YWxpY2U6d3Jvbmc="), ("X-Forwarded-For", address)]
        return [own.ask("/app/", headers=wrong).status for _ in range(count)]
    reload(own, {"server trusted-proxies": "127.0.0.1"})
    assert attempts(4, "192.0.2.1") == [401] * 4
    yield {"login-limits user-address-max-failures": 2}
    assert attempts(3, "192.0.2.2") == [401, 401, 429]
    assert attempts(1, "192.0.2.1") == [429]  # what was counted before counts
    # F10: what a client says of itself, in front of what the proxy adds, gives it no other counter.
    assert attempts(1, "198.51.100.1, 192.0.2.2") == [429]
    reload(own, {"login-limits user-address-max-failures": 0})
    assert attempts(3, "192.0.2.2") == [401] * 3


def other_stores(own):
    for name, copy in (("registry.ldif", "other.ldif"), ("policy.xml", "other.xml")):
        shutil.copy(own.dir / name, own.dir / copy)
    shutil.copytree(own.dir / "jct", own.dir / "other-jct")
    (own.dir / "other-jct/%2Fpublic.xml").unlink()
    (own.dir / "other.ldif").write_text((own.dir / "other.ldif").read_text().replace("uid: alice", "uid: alicia"))
    other = (own.dir / "other.xml").read_text()
    (own.dir / "other.xml").write_text(other.replace("anyone may read", "another policy"))
    bob = logged_in(own, "bob")
    logged_in(own, "alice")
    assert own.ask("/public/").status == 200
    yield {"registry ldif-file": "@dir@/other.ldif", "policy policy-db": "@dir@/other.xml",
           "junction junction-db": "@dir@/other-jct"}
    assert own.ask("/public/").status == 404
    assert "another policy" in own.admin("acl", "show", "demo-public")
    logged_in(own, "alicia")
    page = own.browser()
    assert is_login(page.send_login(page.get("/app/"), "alice"))
    assert not is_login(bob.get("/app/"))


def back_end_limits(own):
    def listen():
        listener = socket.create_server(("127.0.0.1", 0))
        own.admin("junction", "create", "-t", "tcp", "-h", "127.0.0.1", "-p", listener.getsockname()[1], "/silent")
        own.publish("/silent")
        return listener
    with listen():
        yield {"junction http-timeout": 1}
        begin = time.monotonic()
        assert own.ask("/silent/").status == 504
        assert time.monotonic() - begin < 5


def back_end_certificates(own):
    own.certificate("authority", "-n", "Other CA", own.dir / "other-ca")
    own.certificate("issue", "-a", own.dir / "ca", own.dir / "back", "127.0.0.1")
    back_end = EchoBackEnd(own.dir, "--tls", own.dir / "back.pem", own.dir / "back.key", name="secure")
    try:
        reload(own, {"junction jct-ca-file": "@dir@/ca.pem"})
        own.admin("junction", "create", "-t", "ssl", "-h", "127.0.0.1", "-p", back_end.port, "/tls")
        own.publish("/tls")
        assert [own.ask("/tls/").status for _ in range(4)] == [200] * 4  # and connections are kept for the next ones
        yield {"junction jct-ca-file": "@dir@/other-ca.pem"}
        # E13, C10: one that was verified by somebody who is not trusted any more is not used again.
        assert [own.ask("/tls/").status for _ in range(4)] == [502] * 4
    finally:
        back_end.stop()


def methods_and_headers(own):
    def header(name):
        return [v for n, v in own.ask("/public/").json()["headers"] if n.lower() == name]
    assert not is_login(own.ask("/public/", "POST", body=b"x"))
    assert header("iv_server_name") and not header("x-host-name")
    assert own.ask("/public/", "OPTIONS").status == 200 and not own.ask("/pkmshelp").header("Server")
    yield {"http-method-perms POST": "m", "http-method-perms <default>": "r", "header-names host-name": "x-host-name",
           "server http-method-disabled-remote": "OPTIONS", "server suppress-server-identity": "no"}
    assert is_login(own.ask("/public/", "POST", body=b"x"))
    assert header("x-host-name") == ["localhost"] and not header("iv_server_name")
    assert own.ask("/public/", "OPTIONS").status == 405 and own.ask("/pkmshelp").header("Server")


def parked_requests(own):
    body = {"order": "x" * 2000}

    def reached():
        browser = own.browser()
        browser.send_login(browser.post_form("/app/echo", body), "alice")
        return browser.get("/app/echo").json()["method"] == "POST"
    assert reached()
    yield {"server request-body-max-read": 1000}
    assert not reached()
    reload(own, {"server request-body-max-read": 100000, "server parked-requests-max": 1000})
    assert not reached()


def logs(own):
    own.ask("/public/first")
    wait_until(lambda: any("first" in line for line in lines_of(own, "request.log")), "the first line")
    assert not any("debug" in line for line in own.process.text().splitlines())
    yield {"logging requests-file": "@dir@/requests.json", "logging request-log-style": "json", "logging flush-time": 0,
           "logging audit-file": "@dir@/audit2.log", "logging event-file": "@dir@/events.log",
           "logging event-level": "debug"}
    own.ask("/public/second")
    wait_until(lambda: any('"/public/second"' in line for line in lines_of(own, "requests.json")), "the second line")
    assert not any("second" in line for line in lines_of(own, "request.log"))
    assert is_login(own.ask("/app/"))
    wait_until(lambda: any('"/WebSEAL/localhost-default/app"' in line for line in lines_of(own, "audit2.log")),
               "the audit log")
    own.ask("/app/", headers=[("Authorization", "Basic !")])
    wait_until(lambda: any(" debug request-refused" in line for line in lines_of(own, "events.log")), "a debug event")
    descriptors = os.listdir(f"/proc/{own.process.popen.pid}/fd")
    open_files = {os.path.realpath(f"/proc/{own.process.popen.pid}/fd/{fd}") for fd in descriptors}
    assert str(own.dir / "request.log") not in open_files and str(own.dir / "requests.json") in open_files
    reload(own, {"logging requests": "no", "logging event-level": "error"})
    before = len(lines_of(own, "requests.json"))
    own.ask("/public/third")
    reload(own, {"logging requests": "yes", "logging requests-file": "-", "logging gmt-time": "yes",
                 "logging request-log-style": "common"})
    assert len(lines_of(own, "requests.json")) == before
    own.ask("/public/fourth")
    wait_until(lambda: re.search(r'\+0000\] "GET /public/fourth HTTP/1.1" 200 \d+$', own.process.text(), re.M), "the standard output")


@contextlib.contextmanager
def somebody_else(own):
    """The command line as another user of the machine; the socket's directory is moved to where he can see it."""
    def run(*words):
        return subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", BUILD / "sallyport", "-S",
                               own.dir / "admin.sock", *words], text=True, capture_output=True, timeout=30)
    opened = [d for d in own.dir.parents if not d.stat().st_mode & 0o001] + [own.dir]
    modes = [(d, d.stat().st_mode & 0o7777) for d in opened]
    for directory, mode in modes:
        directory.chmod(mode | 0o011)
    try:
        yield run
    finally:
        for directory, mode in modes:
            directory.chmod(mode)


def administrators(own):
    if os.geteuid() != 0:
        pytest.skip("only root can be somebody else")
    with somebody_else(own) as run, socket.socket(socket.AF_UNIX) as link:
        assert run("acl", "list").returncode == 1
        yield {"admin allowed-users": "nobody", "admin timeout": 3}
        assert run("acl", "list").returncode == 0
        link.connect(str(own.dir / "admin.sock"))
        link.settimeout(10)
        assert link.recv(1) == b""  # waits for a command no longer than that
        reload(own, {"admin allowed-users": "root", "admin allowed-groups": "nogroup"})
        assert run("acl", "list").returncode == 0
        reload(own, {"admin allowed-groups": None})
        assert run("acl", "list").returncode == 1


def shutdown_timeout(own):
    own.admin("junction", "create", "-f", "-t", "tcp", "-h", "127.0.0.1", "-p", own.echo.port, "/public")
    yield {"server shutdown-timeout": 1}
    with own.open() as link:
        link.sendall(b"POST /public/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nx")
        wait_until(lambda: own.ask("/public/").status == 200, "the request has begun")
        begin = time.monotonic()
        own.process.popen.send_signal(signal.SIGTERM)
        assert own.process.popen.wait(timeout=20) == 0
        assert time.monotonic() - begin < 10
    own.process = None


GROUPS = [max_connections, max_connections_per_address, connection_request_limit, request_head_limits,
          client_timeouts, trusted_proxies, tls_settings, session_limits, session_timeouts, login_methods,
          pages_and_languages, account_pages, login_limits, other_stores, back_end_limits, back_end_certificates,
          methods_and_headers, parked_requests, logs, administrators, shutdown_timeout]


def turns(own, group, change):
    """Runs a group; `change(rows)` is what happens in its middle."""
    steps = group(own)
    try:
        change(next(steps))
        with contextlib.suppress(StopIteration):
            next(steps)
    finally:
        steps.close()


@pytest.mark.parametrize("group", GROUPS, ids=lambda g: g.__name__)
@pytest.mark.parametrize("way", ["command", "signal"])
def test_what_a_reload_changes_takes_effect(own, group, way):
    def by_signal(rows):
        configure(own, rows)
        before = own.process.text().count("notice reloaded:")
        own.process.popen.send_signal(signal.SIGHUP)
        reloaded = own.dir / "events.log" if "logging event-file" in rows else own.process.log
        wait_until(lambda: reloaded.exists() and reloaded.read_text().count("notice reloaded:") >
                   (0 if "logging event-file" in rows else before), "the reload")

    turns(own, group, by_signal if way == "signal" else lambda rows: reload(own, rows))
