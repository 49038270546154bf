"""What ends with a session (attack case F9): not only the next request, but also the WebSockets and downloads under way."""
import asyncio
import contextlib
import ssl
import time

import pytest
import websockets

from sallyport import parse_responses, read_to_end, read_until, wait_until

SOON = 4  # seconds: it is looked once a second, and the machine may be busy


@pytest.fixture
def own(make_instance, make_echo):
    instance = make_instance()
    instance.setup_demo(make_echo())
    return instance


def cookie_of(browser):
    return "; ".join(f"{k}={v}" for k, v in browser.cookies.items())


def logged_in(instance, user):
    browser = instance.browser()
    browser.login(user)
    return browser


class Tunnel:
    """A real WebSocket client, used from outside its loop."""

    def __init__(self, instance, path, cookie=""):
        self.loop = asyncio.new_event_loop()
        self.client = self.run(self.connect(instance, path, {"Cookie": cookie} if cookie else {}))
        assert self.echoes()

    async def connect(self, instance, path, headers):
        context = ssl.create_default_context(cafile=str(instance.dir / "ca.pem"))
        return await websockets.connect(f"wss://localhost:{instance.port}{path}", ssl=context, host="127.0.0.1",
                                        extra_headers=headers, ping_interval=None)

    def run(self, task):
        return self.loop.run_until_complete(asyncio.wait_for(task, 20))

    async def echo(self):
        await self.client.send("hello")
        return await self.client.recv()

    def echoes(self):
        try:
            return self.run(self.echo()) == "hello"
        except websockets.ConnectionClosed:
            return False

    def seconds_to_end(self):
        began = time.monotonic()
        self.run(self.client.wait_closed())
        return time.monotonic() - began

    def stop(self):
        with contextlib.suppress(Exception):
            self.run(self.client.close())
        self.loop.close()


@pytest.fixture
def open_tunnel():
    made = []

    def make(*args):
        made.append(Tunnel(*args))
        return made[-1]

    yield make
    for tunnel in made:
        tunnel.stop()


def log_out(instance, browser):
    assert browser.get("/pkmslogout").status == 200


def terminate(instance, browser):
    instance.admin("session", "terminate", "all_sessions", "alice")


def delete_user(instance, browser):
    instance.admin("user", "delete", "alice")


def change_password(instance, browser):
    instance.admin("user", "modify", "alice", "password", "Another-passw0rd")


def log_in_as_another(instance, browser):
    page = browser.get("/pkmslogin")
    assert browser.send_login(page, "bob").status in (200, 302)


@pytest.mark.parametrize("end", [log_out, terminate, delete_user, change_password, log_in_as_another])
def test_F9_the_end_of_a_session_ends_its_websockets(own, open_tunnel, end):
    alice, bob = logged_in(own, "alice"), logged_in(own, "bob")
    tunnels = [open_tunnel(own, "/app/echo/websocket", cookie_of(alice)) for _ in range(3)]
    public = open_tunnel(own, "/public/echo/websocket", cookie_of(alice))
    nobodys = open_tunnel(own, "/public/echo/websocket")
    bobs = open_tunnel(own, "/app/echo/websocket", cookie_of(bob))
    time.sleep(2.2)  # it has been looked at them
    assert all(tunnel.echoes() for tunnel in tunnels)
    end(own, alice)
    for tunnel in (*tunnels, public):
        assert tunnel.seconds_to_end() < SOON
    assert bobs.echoes() and nobodys.echoes()


def test_F9_the_lifetime_of_a_session_ends_its_websockets_and_idleness_does_not(make_instance, make_echo, open_tunnel):
    instance = make_instance(extra="\n[session]\ntimeout = 6\ninactive-timeout = 1\n")
    instance.setup_demo(make_echo())
    alice = logged_in(instance, "alice")
    began = time.monotonic()
    tunnel = open_tunnel(instance, "/app/echo/websocket", cookie_of(alice))
    time.sleep(3)
    assert tunnel.echoes()
    tunnel.seconds_to_end()
    assert 4 < time.monotonic() - began < 6 + SOON


def test_F9_the_end_of_a_session_ends_its_downloads_and_they_do_not_look_whole(own):
    alice = logged_in(own, "alice")
    with own.open(ragged_ends=False) as link:
        link.sendall(f"GET /app/echo/download/2000000000?chunked=1 HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie_of(alice)}\r\n\r\n".encode())
        read_until(link, b"\r\n\r\n")
        log_out(own, alice)
        received = 0
        with pytest.raises((ssl.SSLError, ConnectionError)):  # not even a close_notify
            while chunk := link.recv(1 << 20):
                received += len(chunk)
        assert received < 2000000000
    wait_until(lambda: "Current requests : 0" in own.admin("junction", "show", "/app"), "the back end is let go")


def test_F9_a_request_that_waits_for_its_answer_is_still_answered(own):
    # It was permitted, and the answer is short: nothing to be taken back.
    alice = logged_in(own, "alice")
    with own.open() as link:
        link.sendall(f"GET /app/echo/sleep/2500 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: {cookie_of(alice)}\r\n\r\n".encode())
        wait_until(lambda: "Current requests : 1" in own.admin("junction", "show", "/app"), "it is at the back end")
        log_out(own, alice)
        (answer,) = parse_responses(read_to_end(link))
    assert answer.status == 200 and answer.complete


def test_F9_the_end_is_in_the_logs(own, open_tunnel):
    with own.conf.open("a") as conf:
        conf.write("\n[logging]\nevent-level = debug\n")
    own.stop()
    own.start()
    alice = logged_in(own, "alice")
    tunnel = open_tunnel(own, "/app/echo/websocket", cookie_of(alice))
    log_out(own, alice)
    assert tunnel.seconds_to_end() < SOON
    wait_until(lambda: "the session has ended" in own.process.text(), "the reason in the event log")
    wait_until(lambda: '"GET /app/echo/websocket HTTP/1.1" 101 ' in (own.dir / "request.log").read_text(), "the request log")


def test_a_silent_websocket_ends_after_its_idle_time(make_instance, make_echo, open_tunnel):
    instance = make_instance(extra="\n[junction]\nwebsocket-idle-timeout = 2\n")
    instance.setup_demo(make_echo())
    busy = open_tunnel(instance, "/public/echo/websocket")
    silent = open_tunnel(instance, "/public/echo/websocket")
    began = time.monotonic()
    while time.monotonic() - began < 3:
        assert busy.echoes()
        time.sleep(0.2)
    assert not silent.echoes()
    assert busy.seconds_to_end() < 2 + SOON
