"""A login by certificate from outside: who gets a session by it, what stays, what is dead afterwards, and what cannot be
had by tricks."""
import re
import socket
import ssl
import subprocess

import pytest

from certificate_clients import OpenSsl, client
from certificate_site import CertificateSite, Curl, reached
from sallyport import parse_responses, read_more

LEVELS = """
[authentication-levels]
level = unauthenticated
level = password
level = ssl
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory, echo):
    site = CertificateSite(tmp_path_factory.mktemp("login"), extra=LEVELS)
    site.start()
    site.setup_demo(echo)
    site.admin("pop", "create", "vault")
    site.admin("pop", "modify", "vault", "set", "ipauth", "anyothernw", "2")
    site.admin("pop", "attach", "/WebSEAL/localhost-default/app/vault", "vault")
    yield site
    site.stop()


def entries(site):
    """The sessions, by id: user and level."""
    text = site.admin("session", "list")
    found = re.findall(r"Session ID: (\S+)\n +User: (\S+)\n +Authentication level: (\d)", text)
    return {handle: (user, int(level)) for handle, user, level in found}


def cookie(curl):
    return re.search(r"__Host-sallyport\t(\S+)", curl.jar.read_text()).group(1)


@pytest.mark.parametrize("http,tls", [("2", "1.3"), ("1.1", "1.3"), ("2", "1.2"), ("1.1", "1.2")])
def test_F1_the_session_of_the_visitor_stays_and_its_cookie_changes(site, http, tls):
    site.admin_lines("\n".join(f"session terminate {handle}" for handle in entries(site)) or "session list")
    curl = Curl(site, f"f1-{http}-{tls}", site.leaf("alice"), http, tls)
    page = curl.ask("/app/vault/x")
    before = entries(site)
    assert list(before.values()) == [("Unauthenticated", 0)]
    handle, old = next(iter(before)), cookie(curl)
    assert "Waits for a login: GET /app/vault/x" in site.admin("session", "show", handle)
    assert reached(curl.log_in_by_certificate(page))["target"] == "/vault/x"
    assert entries(site) == {handle: ("alice", 2)} and cookie(curl) != old
    shown = site.admin("session", "show", handle)
    assert "Authentication method: certificate" in shown and "Waits" not in shown
    # The old value is nobody's.
    answer = subprocess.run(["curl", "-s", "--cacert", site.dir / "ca.pem", "-H", f"Cookie: __Host-sallyport={old}",
                             site.url("/app/x")], capture_output=True, text=True, check=True).stdout
    assert "login-form-type" in answer


def test_E2_no_ticket_brings_a_certificate_into_a_later_connection(site):
    one = OpenSsl(site, site.leaf("alice"), "1.3")
    one.visit("/app/x")
    one.click()
    assert '"iv-user", "alice"' in one.text and one.connections == 2
    # Another session, by what this client has kept of its TLS sessions, is a visitor's.
    one.cookies.clear()
    one.pipe.close()
    one.pipe = None
    one.certificate = None
    one.visit("/app/x")
    assert "login-form-type" in one.text
    one.click()
    assert "No certificate was sent" in one.text
    one.quit()


def test_E12_another_session_on_the_asked_connection_gets_nothing(site):
    alice = OpenSsl(site, site.leaf("alice"), "1.3")
    alice.visit("/app/x")
    answer = alice.request("POST", "/pkmslogin.form", f"token={Curl.token(alice.text)}&login-form-type=cert")
    assert answer.status == 303 and answer.header("Location") == "/pkmscert" and alice.pipe is None
    # The connection that is asked for this login carries somebody else's cookie first, then none.
    mallory = Curl(site, "mallory")
    mallory.ask("/app/y")
    own = alice.cookies
    alice.cookies = {"__Host-sallyport": cookie(mallory)}
    assert alice.request("GET", "/pkmscert").status == 403
    alice.cookies = {}
    assert alice.request("GET", "/pkmscert").status == 303
    mallory.ask("/app/y")
    assert "login-form-type" in mallory.ask("/app/y")
    # It is still good for the login that it was asked for.
    alice.cookies = own
    alice.follow("GET", "/pkmscert")
    assert '"iv-user", "alice"' in alice.text
    alice.quit()


def test_E12_another_login_is_not_served_by_the_connection_that_was_asked_for_this_one(site):
    mallory, alice = OpenSsl(site, None, "1.3"), OpenSsl(site, site.leaf("alice"), "1.3")
    for one in (mallory, alice):
        one.visit("/app/x")
        assert one.request("POST", "/pkmslogin.form", f"token={Curl.token(one.text)}&login-form-type=cert").status == 303
    alice.cookies = dict(mallory.cookies)
    answer = alice.request("GET", "/pkmscert")
    assert answer.status == 307 and answer.header("Location") == "/pkmscert" and not answer.all("Set-Cookie")
    mallory.visit("/app/x")
    assert "login-form-type" in mallory.text
    for one in (mallory, alice):
        one.quit()


def test_F8_a_login_needs_the_token_of_its_page(site):
    for fields in ("login-form-type=cert", "login-form-type=cert&token=x"):
        curl = Curl(site, "f8", site.leaf("alice"))
        curl.ask("/app/x")
        assert "too old" in curl.ask("/pkmslogin.form", "-d", fields)
    curl.ask("/pkmslogin.form?login-form-type=cert")
    assert curl.status == 405


def test_what_is_not_under_way_is_not_gone_on_with(site):
    visitor = Curl(site, "nobody", site.leaf("alice"))
    assert "login-form-type" in visitor.ask("/pkmscert") and visitor.url == site.url("/pkmslogin")
    assert "took too long" in visitor.ask("/pkmscert") and visitor.status == 403
    page = visitor.ask("/app/x")
    count = len(site.logins())
    visitor.log_in_by_certificate(page)
    site.wait_for_login(count, outcome="success")
    # Reloaded after the login, it is not another one.
    before = len(site.logins())
    assert "signed in" in visitor.ask("/pkmscert") and len(site.logins()) == before


def test_F12_a_user_of_the_file_who_is_switched_off_is_out_at_once(site):
    bob = Curl(site, "bob-off", site.leaf("bob"))
    assert reached(bob.log_in_by_certificate(bob.ask("/app/x")))["target"] == "/x"
    site.admin("user", "modify", "bob", "account-valid", "no")
    try:
        page = bob.ask("/app/x")
        assert "login-form-type" in page
        assert "does not belong to an account" in bob.log_in_by_certificate(page) and bob.status == 403
        site.wait_for_login(outcome="failure", reason="account-invalid")
    finally:
        site.admin("user", "modify", "bob", "account-valid", "yes")
    assert reached(bob.log_in_by_certificate(bob.ask("/app/x")))["target"] == "/x"


def test_clients_that_show_no_pages_get_json(site):
    curl = Curl(site, "json", options=["-H", "Accept: application/json"])
    assert '"status":401' in curl.ask("/app/x") and curl.status == 401
    curl.ask("/pkmslogin", "-H", "Accept: text/html")
    assert '"status":403' in curl.ask("/pkmscert") and curl.status == 403


def test_E9_every_version_comes_to_the_same_decision(site):
    for http, tls in (("2", "1.3"), ("1.1", "1.3"), ("2", "1.2"), ("1.1", "1.2")):
        curl = Curl(site, f"e9-{http}-{tls}", site.leaf("alice"), http, tls)
        page = curl.ask("/app/vault/x")
        assert curl.status == 200 and 'value="cert"' in page


def test_E10_no_early_data_is_taken(site):
    kept = site.dir / "early.session"
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{site.port}", "-servername", "localhost", "-tls1_3"]
    request = f"GET /public/x HTTP/1.1\r\nHost: localhost:{site.port}\r\nConnection: close\r\n\r\n"
    first = subprocess.run([*command, "-ign_eof", "-sess_out", kept], input=request, capture_output=True, text=True, timeout=30)
    assert "Max Early Data: 0" in first.stdout
    early = site.dir / "early"
    early.write_text(request)
    second = subprocess.run([*command, "-ign_eof", "-sess_in", kept, "-early_data", early], input=request, capture_output=True,
                            text=True, timeout=30)
    assert "Early data was accepted" not in second.stdout


def test_D3_a_client_that_never_answers_holds_nothing_but_its_own_connection(site):
    """Renegotiation begins, and the client says nothing more: others are served, and a stop does not wait for it."""
    context = site.tls()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    curl = Curl(site, "silent", None, "1.1", "1.2")
    token = curl.token(curl.ask("/app/x"))
    value = cookie(curl)
    with socket.create_connection(("127.0.0.1", site.port), 10) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as link:
            def send(head, body=""):
                link.sendall((f"{head} HTTP/1.1\r\nHost: localhost:{site.port}\r\nCookie: __Host-sallyport={value}\r\n"
                              f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode())
            send("POST /pkmslogin.form", f"token={token}&login-form-type=cert")
            data = b""
            while not data or not parse_responses(data)[-1].complete:
                data = read_more(link, data)
            assert parse_responses(data)[-1].status == 303
            send("GET /pkmscert")
            other = Curl(site, "other")
            for _ in range(5):
                other.ask("/public/x")
                assert other.status == 200
            # The same login by another connection, which answers.
            with client("openssl", site, site.leaf("alice"), "1.2", "1.1") as one:
                one.cookies["__Host-sallyport"] = value
                one.follow("GET", "/pkmscert")
                assert '"iv-user", "alice"' in one.text
    site.wait_for_login(outcome="success")
