"""[interfaces]: more ports to listen on, each with its own rule for clients' certificates."""
import contextlib
import re
import socket
import ssl
import subprocess

import pytest

from certificate_clients import Pipe
from certificate_site import CertificateSite, Curl, ask_on, context_of, reached, user_of
from reloading import configure
from sallyport import BUILD, Instance, free_port, parse_responses, read_to_end

NAMES = ("open", "strict", "asked", "critical", "like")
LINES = """
[server]
web-host-alias = own.example
[accept-client-certs]
own.example = never
[interfaces]
open = https-port={open};http-port={open_http};accept-client-certs=never
strict = https-port={strict};accept-client-certs=required
asked = network-interface=127.0.0.1;https-port={asked};accept-client-certs=prompt_as_needed
critical = https-port={critical};accept-client-certs=critical
like = https-port={like}
clear = http-port={clear}
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory, echo):
    ports = {name: free_port() for name in (*NAMES, "open_http", "clear")}
    site = CertificateSite(tmp_path_factory.mktemp("interfaces"), extra=LINES.format(**ports), secondary_port=True)
    site.ports = ports
    # What the others have is not what the server has.
    configure(site, {"certificate accept-client-certs": "never"})
    site.start()
    site.setup_demo(echo)
    yield site
    site.stop()


@pytest.fixture
def changed(site):
    """The text of the configuration, which is put back afterwards."""
    text = site.conf.read_text()
    yield text
    site.conf.write_text(text)
    site.admin("reload")


def base(site, name, host="localhost"):
    return f"https://{host}:{site.ports[name]}"


@contextlib.contextmanager
def opened(site, name, certificate=None, host="localhost", context=None, session=None, version=None):
    port = site.ports.get(name, site.port)
    with socket.create_connection(("127.0.0.1", port), 10) as plain:
        context = context or context_of(site, certificate, version)
        with context.wrap_socket(plain, server_hostname=host, session=session) as link:
            link.host = f"{host}:{port}"
            yield link


def ask(link, path="/app/x", host=None, cookie=None):
    return ask_on(link, host or link.host, path, cookie)


def is_asked(site, name, host="localhost"):
    """Whether the handshake of TLS asks for a certificate."""
    port = site.ports.get(name, site.port)
    done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", host, "-CAfile",
                           site.dir / "ca.pem"], input="", capture_output=True, text=True, timeout=30)
    assert "Verify return code: 0" in done.stdout, done.stdout + done.stderr
    assert ("No client certificate CA names sent" in done.stdout) != ("Acceptable client certificate" in done.stdout)
    return "Acceptable client certificate" in done.stdout


class ByInterface(Curl):
    """curl, whose pages come by one interface."""

    def __init__(self, site, name, certificate=None, http="2", tls="1.3", options=()):
        self.base = base(site, name)
        super().__init__(site, f"{name}-{http}-{tls}", certificate, http, tls, options)

    def ask(self, path, *args):
        return super().ask(path if path.startswith("http") else self.base + path, *args)


def test_each_interface_asks_by_its_own_rule_in_the_handshake(site):
    asked = {name: is_asked(site, name) for name in ("open", "strict", "asked", "critical", "like", "server")}
    # One that says nothing of it has the rule of [certificate].
    assert asked == {"open": False, "strict": True, "asked": False, "critical": True, "like": False, "server": False}


@pytest.mark.parametrize("name", ["open", "like"])
def test_never_asks_nobody_and_offers_no_login_by_certificate(site, name):
    with opened(site, name, site.leaf("alice")) as link:
        answer = ask(link)
        assert answer.status == 200 and 'name="password"' in answer.text and 'value="cert"' not in answer.text
    curl = ByInterface(site, name, site.leaf("alice"))
    page = curl.ask("/app/x")
    assert "iv-user" not in curl.log_in_by_certificate(page)
    curl.ask("/pkmscert")
    assert curl.status == 200 and curl.url == curl.base + "/pkmslogin"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_required_logs_in_by_the_handshake_and_serves_nobody_without(site, version):
    before = len(site.logins())
    with opened(site, "strict", site.leaf("alice"), version=version) as link:
        assert user_of(ask(link)) == "alice"
    assert "by handshake" in site.wait_for_login(before, outcome="success")["detail"]
    for kind in (None, "expired", "untrusted"):
        with opened(site, "strict", site.leaf(kind) if kind else None, version=version) as link:
            assert ask(link, "/public/x").status == 403


def test_critical_ends_the_handshake_of_those_without(site):
    with opened(site, "critical", site.leaf("alice")) as link:
        assert user_of(ask(link)) == "alice"
    with pytest.raises(ssl.SSLError) as refused:
        with opened(site, "critical") as link:
            ask(link, "/public/x")
    assert "ALERT" in str(refused.value)


@pytest.mark.parametrize("http,tls,way", [("2", "1.3", "post-handshake"), ("1.1", "1.3", "post-handshake"),
                                          ("1.1", "1.2", "renegotiation")])
def test_prompt_as_needed_asks_late_and_stays_on_its_port(site, http, tls, way):
    before = len(site.logins())
    curl = ByInterface(site, "asked", site.leaf("alice"), http, tls)
    page = curl.ask("/app/x?q=1")
    assert 'value="cert"' in page
    assert reached(curl.log_in_by_certificate(page))["target"] == "/x?q=1"
    assert curl.url == curl.base + "/app/x?q=1"
    assert f"by {way}" in site.wait_for_login(before, outcome="success")["detail"]


def test_one_session_is_good_by_all_interfaces_that_need_no_more(site):
    with opened(site, "strict", site.leaf("alice")) as link:
        cookie = ask(link).header("Set-Cookie").partition(";")[0]
    for name in ("open", "asked", "server"):
        with opened(site, name) as link:
            assert user_of(ask(link, cookie=cookie)) == "alice"
    # It is no certificate.
    with opened(site, "strict") as link:
        assert ask(link, cookie=cookie).status == 403


def test_E1_a_ticket_is_good_by_the_interface_that_sent_it_and_by_no_other(site):
    context = context_of(site)
    tickets = {}
    for name in ("open", "asked", "like", "server"):
        with opened(site, name, context=context) as link:
            ask(link, "/public/x")
            tickets[name] = link.session
            assert tickets[name].has_ticket
    for name, session in tickets.items():
        for other in ("strict", "critical", "open", "asked", "like", "server"):
            if other == name:
                continue
            with contextlib.suppress(ssl.SSLError), opened(site, other, context=context, session=session) as link:
                assert not link.session_reused, f"{name} at {other}"
                assert ask(link, "/public/x").status == (403 if other == "strict" else 200)
        with opened(site, name, context=context, session=session) as link:
            assert link.session_reused, name


def test_E1_strict_interfaces_send_no_tickets(site):
    context = context_of(site, site.leaf("alice"))
    with opened(site, "strict", context=context) as link:
        assert user_of(ask(link)) == "alice"
        session = link.session
    assert session is None or not session.has_ticket
    for name in ("strict", "open"):
        with opened(site, name, context=context, session=session) as link:
            assert not link.session_reused
            ask(link)


def test_E12_a_login_arms_no_tickets_of_an_interface_that_asks_nobody(site):
    """Its connections carry the same cookie, and end with the others."""
    kept = site.dir / "open.session"
    kept.unlink(missing_ok=True)
    command = ["openssl", "s_client", "-quiet", "-connect", f"127.0.0.1:{site.ports['open']}", "-servername", "localhost",
               "-CAfile", site.dir / "ca.pem", "-alpn", "http/1.1", "-sess_out", kept]
    curl = ByInterface(site, "asked")
    page = curl.ask("/app/x")
    cookie = re.search(r"(__Host-sallyport)\t(\S+)", curl.jar.read_text())
    connection = Pipe(command)
    request = f"GET /public/x HTTP/1.1\r\nHost: localhost:{site.ports['open']}\r\nCookie: {cookie[1]}={cookie[2]}\r\n\r\n"
    assert connection.ask(request.encode()).status == 200
    # Without -L it goes no further than the redirect, in front of which the tickets are armed.
    begun = subprocess.run([*map(str, curl.args), "-d", f"login-form-type=cert&token={curl.token(page)}",
                            curl.base + "/pkmslogin.form"], capture_output=True, text=True, timeout=30, check=True)
    assert begun.stdout.split()[-4] == "303"
    assert connection.ask(request.encode()) is None  # drained
    connection.close()
    done = subprocess.run([*[word for word in command if word not in ("-quiet", "-sess_out", kept)], "-sess_in", kept],
                          input="", capture_output=True, text=True, timeout=30, check=True)
    assert "Reused, TLSv1.3" in done.stdout and "Acceptable client certificate" not in done.stdout


def test_the_line_of_a_host_counts_before_that_of_the_interface(site):
    assert not is_asked(site, "strict", "own.example") and not is_asked(site, "asked", "own.example")
    with opened(site, "strict", host="own.example") as link:
        assert ask(link, "/public/x").status == 200
        # By the same connection nobody gets where the interface's rule counts.
        for host in ("localhost", f"localhost:{site.ports['open']}", f"localhost:{site.port}"):
            answer = ask(link, "/public/x", host=host)
            assert answer.status == 421
    with opened(site, "asked", host="own.example") as link:
        assert 'value="cert"' not in ask(link).text
    warning = "[interfaces] strict: own.example is served without a certificate there too"
    assert warning in site.check()


def test_A11_a_connection_of_the_interface_serves_no_other_rule(site):
    with opened(site, "strict", site.leaf("alice")) as link:
        assert user_of(ask(link)) == "alice"
        assert ask(link, "/public/x", host=f"own.example:{site.ports['strict']}").status == 421


def location(port):
    with socket.create_connection(("127.0.0.1", port), 10) as link:
        link.sendall(f"GET /a?b HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n".encode())
        answer = parse_responses(read_to_end(link))[-1]
    assert answer.status == 308
    return answer.header("Location")


def test_http_leads_to_the_https_port_of_its_interface(site):
    assert location(site.ports["open_http"]) == base(site, "open") + "/a?b"
    # This one has none.
    assert location(site.ports["clear"]) == site.url("/a?b")


def test_the_other_port_leads_back_to_the_interface(site, changed):
    site.conf.write_text(changed.replace("[certificate]", "[certificate]\narmed-tickets = no\nask-in-place = no", 1))
    site.admin("reload")
    for http in ("2", "1.1"):
        before = len(site.logins())
        curl = ByInterface(site, "asked", site.leaf("alice"), http)
        body = curl.log_in_by_certificate(curl.ask("/app/x"))
        assert reached(body)["target"] == "/x" and curl.url == curl.base + "/app/x"
        assert "by other-port" in site.wait_for_login(before)["detail"]
    curl.ask(f"https://localhost:{site.secondary_port}/public/x")
    assert curl.url == site.url("/public/x")


def test_a_form_of_the_interface_may_be_sent_to_the_other_port(site):
    other = f"https://localhost:{site.secondary_port}"
    origins = [(base(site, "asked"), True), (site.url(), True), (other, False),
               (f"https://localhost:{site.ports['clear']}", False), (f"http://localhost:{site.ports['asked']}", False),
               (base(site, "asked", "elsewhere.example"), False)]
    for origin, good in origins:
        curl = ByInterface(site, "asked", site.leaf("alice"))
        token = curl.token(curl.ask("/app/x"))
        before = len(site.logins())
        body = curl.ask(other + "/pkmslogin.form", "-H", f"Origin: {origin}", "-H", "Sec-Fetch-Site: same-site",
                        "--data-urlencode", f"token={token}", "-d", "login-form-type=cert")
        assert curl.status == (200 if good else 403), (origin, body)
        if good:
            assert reached(body)["target"] == "/x" and curl.url == origin.rstrip("/") + "/app/x"
            site.wait_for_login(before, outcome="success")


def test_the_proxy_protocol_holds_for_every_interface(site, changed):
    configure(site, {"server trusted-proxies": "127.0.0.1", "server proxy-protocol": "yes"})
    site.admin("reload")
    with pytest.raises(OSError):
        with opened(site, "open") as link:
            ask(link, "/public/x")
    with socket.create_connection(("127.0.0.1", site.ports["strict"]), 10) as plain:
        plain.sendall(b"PROXY TCP4 192.0.2.7 192.0.2.1 1024 443\r\n")
        with context_of(site, site.leaf("alice")).wrap_socket(plain, server_hostname="localhost") as link:
            link.host = f"localhost:{site.ports['strict']}"
            answer = ask(link)
    assert dict(map(tuple, answer.json()["headers"]))["iv-remote-address"] == "192.0.2.7" and user_of(answer) == "alice"


def test_a_reload_changes_rules_and_not_ports(site, changed):
    with opened(site, "strict", site.leaf("alice")) as old, opened(site, "open") as new:
        cookie = ask(old).header("Set-Cookie").partition(";")[0]
        ask(new, "/public/x")
        configure(site, {"interfaces strict": f"https-port={site.ports['strict']};accept-client-certs=optional",
                         "interfaces open": f"https-port={site.ports['open']};http-port={site.ports['open_http']};"
                                            "accept-client-certs=required"})
        assert site.admin("reload") == "reloaded\n"
        # What was made under other rules is no connection for these.
        assert ask(old, cookie=cookie).status == 421 and ask(new, "/public/x").status == 421
    with opened(site, "strict") as link:
        assert ask(link, "/public/x").status == 200
    with opened(site, "open") as link:
        assert ask(link, "/public/x").status == 403
    other = free_port()
    configure(site, {"interfaces like": f"https-port={other};accept-client-certs=critical", "interfaces clear": None})
    assert site.admin("reload") == "reloaded\nneeds a restart: [interfaces]\n"
    with opened(site, "like") as link:
        assert ask(link, "/public/x").status == 200
    assert location(site.ports["clear"]) == site.url("/a?b")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", other), 5)


@pytest.mark.parametrize("line,error", [
    ("x = https-port=0", r"x https-port must be a number from 1 to 65535, not '0'"),
    ("x = https-port=444;accept-client-cert=never", r"x has an unknown property accept-client-cert; is it accept-client-certs\?"),
    ("x = network-interface=192.0.2.1", r"x needs an https-port, an http-port or both"),
    ("x = https-port=@port@", r"\[interfaces\] x https-port \d+ is the same as \[server\] https-port"),
    ("x = http-port=@other@", r"\[interfaces\] x http-port \d+ is the same as \[certificate\] secondary-port"),
])
def test_wrong_lines_are_refused_with_their_place(site, changed, line, error):
    line = line.replace("@port@", str(site.port)).replace("@other@", str(site.secondary_port))
    site.conf.write_text(changed + "[interfaces]\n" + line + "\n")
    number = len(site.conf.read_text().splitlines())
    done = subprocess.run([BUILD / "sallyportd", "-t", "-c", site.conf], capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert re.search(rf"sallyport\.conf:{number}(:\d+)?: error: {error}", done.stderr), done.stderr
    refused = site.run_admin("reload")
    assert refused.returncode == 1 and re.search(error, refused.stderr)
    assert not is_asked(site, "open")


def test_a_port_that_is_not_to_be_had_says_whose_it_is(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        line = f"x = network-interface=127.0.0.1;https-port={taken.getsockname()[1]}"
        instance = Instance(tmp_path)
        instance.conf.write_text(instance.conf.read_text() + f"[interfaces]\n{line}\n")
        done = subprocess.run([BUILD / "sallyportd", "-c", instance.conf], capture_output=True, text=True, timeout=30)
    assert done.returncode == 1 and "[interfaces] x https-port: listening on 127.0.0.1:" in done.stderr
