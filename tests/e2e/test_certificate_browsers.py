"""Chromium and Firefox log in by a certificate that they are asked for when it is needed: what goes on meanwhile goes on,
nothing is lost, nobody else is asked."""
import re
import socket
import threading
import time
import urllib.parse

import pytest

from certificate_clients import chromium, firefox, message
from certificate_site import CertificateSite, Curl
from nss import add_to_store
from picture_site import IMAGES_SHOWN, Site
from sallyport import wait_until

EVENTS = "\n[logging]\nevent-level = info\n"
BROWSERS = {"chromium": chromium, "firefox": firefox}


@pytest.fixture(scope="module")
def site(tmp_path_factory, echo):
    site = CertificateSite(tmp_path_factory.mktemp("browsers"), extra=EVENTS)
    site.start()
    site.setup_demo(echo)
    site.pictures = Site(30)
    for point in ("/pictures", "/kept"):
        site.admin("junction", "create", "-f", "-t", "tcp", "-h", "127.0.0.1", "-p", site.pictures.back_end.port, point)
    site.publish("/pictures")
    site.admin("acl", "attach", "/WebSEAL/localhost-default/kept", "demo-users")
    yield site
    site.pictures.held.set()
    site.pictures.back_end.stop()
    site.stop()


COMBINATIONS = [("chromium", "2"), ("chromium", "1.1"), ("firefox", "2"), ("firefox", "1.1")]


@pytest.fixture(scope="module", params=COMBINATIONS, ids="-".join)
def with_certificate(site, request):
    name, http = request.param
    made = BROWSERS[name](site, site.leaf("alice"), "1.3", http)
    made.http = http
    yield made
    made.quit()


@pytest.fixture(scope="module", params=COMBINATIONS, ids="-".join)
def without_certificate(site, request):
    made = BROWSERS[request.param[0]](site, None, "1.3", request.param[1])
    yield made
    made.quit()


@pytest.fixture
def client(site, with_certificate):
    """A browser with the certificate of alice, who is logged out."""
    site.pictures.posted.clear()
    site.pictures.held.set()
    with_certificate.visit("/public/x")
    with_certificate.browser.forget_cookies()
    yield with_certificate
    site.pictures.held.set()


def test_F6_a_form_of_64_KiB_that_is_interrupted_arrives_once_byte_for_byte(site, client):
    client.visit("/pictures/form")
    text = "".join(chr(33 + i * 7 % 90) for i in range(64 << 10))
    client.send("const form = document.querySelector('form'); form.action = '/kept/done'; form.text.value = "
                f"{text!r}; form.submit()")
    assert "certificate" in client.text and site.pictures.posted == []
    client.click()
    assert "done" in client.text and client.browser.url == site.url("/kept/done")
    client.visit("/kept/done")
    assert len(site.pictures.posted) == 1
    sent = dict([pair.split("=", 1) for pair in site.pictures.posted[0].decode().split("&")])["text"]
    assert urllib.parse.unquote_plus(sent) == text


def test_what_another_tab_is_loading_arrives_whole(site, client):
    client.visit("/app/x")
    login = client.browser.tab()
    site.pictures.held.clear()
    before = site.pictures.waiting
    gallery = client.browser.new_tab()
    client.browser.get(site.url("/pictures/done"))
    client.browser.run("for (let i = 0; i < 30; ++i) document.body.append(Object.assign(new Image, {src: `image${i}`}))")
    wait_until(lambda: site.pictures.waiting - before >= 6, "images are being loaded")
    client.browser.show(login)
    # Over HTTP/1.1 browsers have six connections to a host: what is held would hold the login too.
    if client.http == "1.1":
        threading.Timer(1, site.pictures.held.set).start()
    client.click()
    assert '"iv-user", "alice"' in client.text
    site.pictures.held.set()
    client.browser.show(gallery)
    wait_until(lambda: client.browser.run(IMAGES_SHOWN) == 30, "30 images")
    assert client.browser.run("return document.images.length") == 30
    client.browser.close_tab()
    client.browser.show(login)


def test_a_neighbour_behind_the_same_address_is_never_asked(site, client):
    stop, asked, done = threading.Event(), [], []

    def visit():
        neighbour = Curl(site, "neighbour", site.leaf("bob"))
        while not stop.is_set():
            neighbour.ask("/public/x")
            done.append(neighbour.status)
            asked.extend(re.findall(r"Request CERT", neighbour.trace.read_text()))
    thread = threading.Thread(target=visit)
    thread.start()
    try:
        wait_until(lambda: len(done) > 3, "the neighbour visits")
        for _ in range(3):
            client.browser.forget_cookies()
            client.visit("/app/x")
            client.click()
            assert '"iv-user", "alice"' in client.text
        wait_until(lambda: len(done) > 20, "the neighbour has come often")
    finally:
        stop.set()
        thread.join()
    assert set(done) == {200} and asked == []


def test_E5_who_shows_none_is_told_so_and_can_go_on(site, without_certificate):
    client = without_certificate
    client.visit("/app/x")
    client.click()
    assert "No certificate was sent" in message(client.text)
    client.visit("/public/x")
    assert '"iv-user", "Unauthenticated"' in client.text
    client.visit("/app/x")
    client.log_in("bob")
    assert '"iv-user", "bob"' in client.text


def test_after_a_logout_the_next_login_needs_a_click_and_is_asked_anew(site, client):
    for _ in range(2):
        client.visit("/app/x")
        assert "login-form-type" in client.browser.run("return document.body.innerHTML")
        asked = len(site.logins())
        client.click()
        assert '"iv-user", "alice"' in client.text
        # A second question, with a signature of its own: a login of another id.
        site.wait_for_login(asked, outcome="success")
        assert len(site.logins()) == asked + 1
        client.visit("/pkmslogout")
        client.visit("/public/x")
        assert '"iv-user", "Unauthenticated"' in client.text


@pytest.mark.parametrize("http", ["2", "1.1"])
def test_a_browser_that_showed_none_is_asked_again_when_its_user_tries_again(site, http):
    """Chromium remembers that there was none; a certificate that its user has got meanwhile would never be shown."""
    client = chromium(site, None, "1.3", http)
    try:
        client.visit("/app/x")
        client.click()
        assert "No certificate was sent" in message(client.text)
        add_to_store(client.browser.store, site.leaf("alice"))
        # Chromium sees what another program has put into its store after a while.
        patience = time.monotonic() + 30
        while '"iv-user", "alice"' not in client.text:
            assert time.monotonic() < patience, message(client.text)
            client.click()
    finally:
        client.quit()


@pytest.fixture(scope="module")
def forgetful_site(tmp_path_factory, echo):
    site = CertificateSite(tmp_path_factory.mktemp("forgetful"), settings="forget-certificate-at-logout = yes", extra=EVENTS)
    site.start()
    site.setup_demo(echo)
    yield site
    site.stop()


def questions_to_the_user(site):
    """Chromium ends a handshake that asks for a certificate, to ask its user, unless it remembers his choice."""
    # A line of our own behind theirs, which a thread may have still to write.
    with socket.create_connection(("127.0.0.1", site.port)) as sock:
        sock.sendall(b"not TLS\r\n")
        mine = f"127.0.0.1:{sock.getsockname()[1]}"
        failures = wait_until(lambda: (found := re.findall("handshake-failed.*", site.process.text())) and
                              mine in found[-1] and found, "a failure in the event log")
    return sum("hung up" in line for line in failures)


def log_in_and_out_and_in(client, site):
    """Whether the logout's page has the image, and how often the user was asked at the second login."""
    client.visit("/app/x")
    client.click()
    assert '"iv-user", "alice"' in client.text
    client.visit("/pkmslogout")
    assert "You are signed out" in client.text
    has_image = "/pkmsforget" in client.browser.run("return document.body.innerHTML")
    before = questions_to_the_user(site)
    client.visit("/app/x")
    client.click()
    assert '"iv-user", "alice"' in client.text
    return has_image, questions_to_the_user(site) - before


def test_a_browser_forgets_at_the_logout_which_certificate_was_chosen(forgetful_site):
    client = chromium(forgetful_site, forgetful_site.leaf("alice"), "1.3", "2")
    try:
        for _ in range(4):
            has_image, questions = log_in_and_out_and_in(client, forgetful_site)
            assert has_image
            # A browser that is too slow for the three seconds that it has remembers.
            if questions > 0:
                return
            client.browser.forget_cookies()
        raise AssertionError("nobody was asked again")
    finally:
        client.quit()


@pytest.mark.parametrize("tls, can_forget", [("1.3", True), ("1.2", False)])
def test_there_is_no_image_where_there_are_no_tickets(forgetful_site, tls, can_forget):
    client = Curl(forgetful_site, "logout", forgetful_site.leaf("alice"), tls=tls, options=["-A", "Chrome/156"])
    assert '"iv-user", "alice"' in client.log_in_by_certificate(client.ask("/app/x"))
    page = client.ask("/pkmslogout")
    assert client.version == "2" and "You are signed out" in page
    assert ("/pkmsforget" in page) == can_forget


def test_a_browser_remembers_its_certificate_where_nobody_wants_it_to_forget(site):
    client = chromium(site, site.leaf("alice"), "1.3", "2")
    try:
        assert log_in_and_out_and_in(client, site) == (False, 0)
    finally:
        client.quit()


def test_who_logged_in_by_a_password_is_not_asked_for_a_certificate_by_a_logout(forgetful_site):
    client = chromium(forgetful_site, None, "1.3", "2")
    try:
        client.visit("/app/x")
        client.log_in("alice")
        client.visit("/pkmslogout")
        assert "You are signed out" in client.text
        assert "/pkmsforget" not in client.browser.run("return document.body.innerHTML")
    finally:
        client.quit()
