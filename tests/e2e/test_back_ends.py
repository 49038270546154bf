"""Real web servers behind Sallyport: what they serve arrives as they sent it, their connections are used again, their
certificates are checked, and a server that fails is replaced by another or reported with the right status."""
import concurrent.futures
import contextlib
import datetime
import gzip
import hashlib
import ipaddress
import os
import pathlib
import re
import shutil
import signal
import socket
import tempfile
import threading
import time

import pytest

from sallyport import EchoBackEnd, Instance, Process, ScriptedBackEnd, free_port, wait_until

TASK = ("server", "task", "default-sallyport-localhost")
PAGE = b"<!DOCTYPE html>\n" + b"<p>line of a page</p>\n" * 2000


@pytest.fixture(scope="module")
def site():
    """What the web servers serve, where they may read it."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="sallyport-site-"))
    directory.chmod(0o755)
    (directory / "www").mkdir()
    (directory / "www" / "page.html").write_bytes(PAGE)
    (directory / "www" / "big.bin").write_bytes(os.urandom(1 << 20) * 8)
    yield directory
    shutil.rmtree(directory)


NGINX = """
daemon off; master_process off; pid {dir}/nginx.pid; error_log {dir}/nginx.err; {user}
events {{ }}
http {{
  types {{ text/html html; }}
  log_format ports "$remote_port"; access_log {dir}/nginx.ports ports;
  client_body_temp_path {dir}/body; proxy_temp_path {dir}/proxy; fastcgi_temp_path {dir}/f; uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s;
  gzip on; gzip_vary on; gzip_types text/html; gzip_min_length 100; gzip_proxied any; keepalive_requests 1000; client_max_body_size 0;
  server {{
    listen 127.0.0.1:{port};
    root {dir}/www;
    location /echo {{ proxy_pass http://127.0.0.1:{echo}; }}
    location /moved {{ return 301 /page.html; }}
  }}
}}
"""
APACHE = """
ServerRoot {dir}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
{user}
PidFile {dir}/apache.pid
ErrorLog {dir}/apache.err
Mutex sem
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule mime_module /usr/lib/apache2/modules/mod_mime.so
LoadModule filter_module /usr/lib/apache2/modules/mod_filter.so
LoadModule deflate_module /usr/lib/apache2/modules/mod_deflate.so
LoadModule alias_module /usr/lib/apache2/modules/mod_alias.so
LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
TypesConfig /dev/null
AddType text/html .html
AddOutputFilterByType DEFLATE text/html
LogFormat "%{{remote}}p" ports
CustomLog {dir}/apache.ports ports
DocumentRoot {dir}/www
KeepAlive On
MaxKeepAliveRequests 0
ProxyPass /echo http://127.0.0.1:{echo}/echo
Redirect 301 /moved http://127.0.0.1:{port}/page.html
"""


@pytest.fixture(scope="module", params=["nginx", "apache"])
def web(request, demo, echo, site):
    """A real web server behind /web: its port and the ports that its clients came from."""
    port, root = free_port(), os.geteuid() == 0
    if request.param == "nginx":
        conf = NGINX.format(dir=site, port=port, echo=echo.port, user="user root;" if root else "")
        args = ["/usr/sbin/nginx", "-p", site, "-e", site / "nginx.err", "-c", site / "nginx.conf"]
    else:
        conf = APACHE.format(dir=site, port=port, echo=echo.port, user="User www-data\nGroup www-data" if root else "")
        args = ["/usr/sbin/apache2", "-d", site, "-f", site / "apache.conf", "-D", "FOREGROUND"]
    (site / f"{request.param}.conf").write_text(conf)
    process = Process(args, site / f"{request.param}.out")
    wait_until(lambda: listens(port), f"{request.param} listens: {process.text()}")
    demo.admin("junction", "create", "-f", "-t", "tcp", "-h", "127.0.0.1", "-p", port, "/web")
    if "open-web" not in demo.admin("acl", "list").split():
        demo.publish("/web")
    process.port = port
    process.ports = lambda: (site / f"{request.param}.ports").read_text().split()
    yield process
    process.stop()


def listens(port):
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    return False


def test_a_file_arrives_as_it_is(demo, web):
    answer = demo.ask("/web/page.html")
    assert (answer.status, answer.body) == (200, PAGE)
    assert answer.header("Content-Type") == "text/html"
    assert answer.header("ETag") and answer.header("Last-Modified")


def test_what_has_not_changed_is_304(demo, web):
    first = demo.ask("/web/page.html")
    for condition in (("If-None-Match", first.header("ETag")), ("If-Modified-Since", first.header("Last-Modified"))):
        again = demo.ask("/web/page.html", headers=[condition])
        assert (again.status, again.body) == (304, b"")


def test_ranges(demo, web):
    part = demo.ask("/web/page.html", headers=[("Range", "bytes=100-199")])
    assert (part.status, part.body) == (206, PAGE[100:200])
    assert part.header("Content-Range") == f"bytes 100-199/{len(PAGE)}"
    two = demo.ask("/web/page.html", headers=[("Range", "bytes=0-9,20-29")])
    assert two.status == 206 and "multipart/byteranges" in two.header("Content-Type")
    assert demo.ask("/web/page.html", headers=[("Range", "bytes=9999999-")]).status == 416


def test_compressed_answers_stay_compressed(demo, web):
    answer = demo.ask("/web/page.html", headers=[("Accept-Encoding", "gzip")])
    assert answer.header("Content-Encoding") == "gzip"
    assert gzip.decompress(answer.body) == PAGE
    assert "Accept-Encoding" in answer.header("Vary")


def test_head_and_missing_files(demo, web):
    head = demo.ask("/web/page.html", "HEAD")
    assert (head.status, head.body, head.header("Content-Length")) == (200, b"", str(len(PAGE)))
    missing = demo.ask("/web/none.html")
    assert missing.status == 404 and b"Not Found" in missing.body


def test_a_large_file_is_the_same_file(demo, web, site):
    assert demo.ask("/web/big.bin").body == (site / "www" / "big.bin").read_bytes()


@pytest.mark.parametrize("size", [0, 1, 1000, 16384, 300000])
def test_posts(demo, web, size):
    body = os.urandom(size)
    browser = demo.browser()
    for headers in ({}, {"Transfer-Encoding": "chunked"}):
        sent = [b"%x\r\n%b\r\n" % (len(body), body), b"0\r\n\r\n"] if headers and body else [b"0\r\n\r\n"] if headers else None
        seen = browser.request("POST", "/web/echo/x", b"".join(sent) if sent else body, headers=headers).json()
        assert (seen["body_length"], seen["body_sha256"]) == (size, hashlib.sha256(body).hexdigest())


def test_redirects_of_the_server_lead_back_to_us(demo, web):
    assert demo.ask("/web/moved").header("Location") == "/web/page.html"


def test_connections_are_used_again(demo, web):
    demo.ask("/web/page.html")
    wait_until(web.ports, "the log of the server")
    before = len(web.ports())
    for _ in range(30):
        assert demo.ask("/web/page.html").status == 200
    used = wait_until(lambda: len(web.ports()) >= before + 30 and web.ports()[before:], "the log of the server")
    assert len(set(used)) <= 4  # one for each worker thread, and some may have been closed meanwhile


def test_many_at_once(demo, web, site):
    big = (site / "www" / "big.bin").read_bytes()

    def one(i):
        return demo.ask("/web/big.bin").body == big if i % 4 == 0 else demo.ask("/web/page.html").body == PAGE

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        assert all(pool.map(one, range(64)))


# TLS to the back end


class Authority:
    """Certificates that `sallyport certificate` would not make: expired, for instance."""

    def __init__(self, directory, name="ca"):
        self.dir = pathlib.Path(directory)
        self.prefix = self.dir / name
        if not self.prefix.with_suffix(".pem").exists():
            Instance.certificate("authority", "-n", f"Test {name}", self.prefix)

    def issue(self, name, *hosts, **kwargs):
        Instance.certificate("issue", "-a", self.prefix, *[x for k, v in kwargs.items() for x in (f"-{k}", v)], self.dir / name, *hosts)
        return self.dir / f"{name}.pem", self.dir / f"{name}.key"

    def issue_expired(self, name, host):
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
        authority = x509.load_pem_x509_certificate(self.prefix.with_suffix(".pem").read_bytes())
        signer = serialization.load_pem_private_key(self.prefix.with_suffix(".key").read_bytes(), None)
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.datetime.utcnow()
        certificate = (x509.CertificateBuilder()
                       .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])).issuer_name(authority.subject)
                       .public_key(key.public_key()).serial_number(x509.random_serial_number())
                       .not_valid_before(now - datetime.timedelta(days=9)).not_valid_after(now - datetime.timedelta(days=1))
                       .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), False)
                       .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
                       .sign(signer, hashes.SHA256()))
        files = self.dir / f"{name}.pem", self.dir / f"{name}.key"
        files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        return files


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls"), "jct-ca")


def ssl_junction(demo, port, *options, point="/tls"):
    demo.admin("junction", "create", "-f", "-t", "ssl", "-h", "127.0.0.1", "-p", port, *options, point)
    if f"open-{point[1:]}" not in demo.admin("acl", "list").split():
        demo.publish(point)


@pytest.fixture
def ca(authority):
    return ("--ca-file", authority.prefix.with_suffix(".pem"))


def test_an_ssl_junction_with_the_right_certificate(demo, authority, ca, make_echo):
    echo = make_echo("--tls", *authority.issue("right", "127.0.0.1"))
    ssl_junction(demo, echo.port, *ca)
    seen = [demo.ask("/tls/x").json() for _ in range(6)]
    assert {s["target"] for s in seen} == {"/x"}
    assert len({s["connection"] for s in seen}) < 6  # TLS connections are used again too
    assert demo.ask("/tls/echo/download/5000000?chunked=1").body == (bytes(range(256)) * 20000)[:5000000]
    body = os.urandom(400000)
    assert demo.ask("/tls/x", "POST", body=body).json()["body_sha256"] == hashlib.sha256(body).hexdigest()


@pytest.mark.parametrize("fault", ["name", "expired", "unknown CA", "not TLS"])
def test_E13_a_back_end_with_a_wrong_certificate_is_a_502(demo, authority, ca, make_echo, tmp_path, fault):
    if fault == "name":
        files = authority.issue("other", "other.example", "10.0.0.1")
    elif fault == "expired":
        files = authority.issue_expired("old", "127.0.0.1")
    elif fault == "unknown CA":
        files = Authority(tmp_path, "other-ca").issue("stranger", "127.0.0.1")
    if fault == "not TLS":
        echo = ScriptedBackEnd(lambda link, number: link.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    else:
        echo = make_echo("--tls", *files)
    ssl_junction(demo, echo.port, *ca)
    answer = demo.ask("/tls/x")
    assert answer.status == 502
    assert b"target" not in answer.body and b"certificate" not in answer.body  # the reason is for the logs
    reason = {"name": "name", "expired": "expired", "unknown CA": "issuer", "not TLS": "TLS"}[fault]
    wait_until(lambda: [line for line in demo.process.text().splitlines() if f"at junction /tls: tls: 127.0.0.1:{echo.port}: " in line and reason in line],
               "the reason in the event log")


def test_E13_the_systems_authorities_do_not_know_ours(demo, authority, make_echo):
    echo = make_echo("--tls", *authority.issue("right2", "127.0.0.1"))
    ssl_junction(demo, echo.port)
    assert demo.ask("/tls/x").status == 502


def test_the_virtual_host_is_the_name_in_the_certificate(demo, authority, ca, make_echo):
    echo = make_echo("--tls", *authority.issue("named", "app.example"))
    ssl_junction(demo, echo.port, *ca, "-v", "app.example")
    seen = demo.ask("/tls/x").json()
    assert ["Host", "app.example"] in seen["headers"]
    ssl_junction(demo, echo.port, *ca, "-v", "app.example:8443")
    assert ["Host", "app.example:8443"] in demo.ask("/tls/x").json()["headers"]
    ssl_junction(demo, echo.port, *ca, "-v", "web.example")
    assert demo.ask("/tls/x").status == 502


def test_an_ipv6_server_has_its_whole_address_in_the_certificate(demo, authority, ca, make_echo):
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        echo = make_echo("--bind", "::1", "--tls", *authority.issue("six", "::1"))
        demo.admin("junction", "create", "-f", "-t", "ssl", "-h", "::1", "-p", echo.port, *ca, "/tls")
        assert demo.ask("/tls/x").json()["target"] == "/x"
        return
    pytest.skip("no IPv6 here")


def test_the_subject_of_the_server_is_checked(demo, authority, ca, make_echo):
    echo = make_echo("--tls", *authority.issue("subject", "127.0.0.1", n="app server"))
    ssl_junction(demo, echo.port, *ca, "-D", "CN=app server")
    assert demo.ask("/tls/x").status == 200
    for other in ("CN=app", "CN=app server,O=x", "cn=other"):
        ssl_junction(demo, echo.port, *ca, "-D", other)
        assert demo.ask("/tls/x").status == 502


def test_C10_a_client_certificate_is_shown_by_the_junction_that_has_one(demo, authority, ca, make_echo):
    echo = make_echo("--tls", *authority.issue("strict", "127.0.0.1"), "--client-ca", authority.prefix.with_suffix(".pem"))
    pair = authority.issue("gateway", n="gateway", k="client")
    both = authority.dir / "gateway-both.pem"
    both.write_bytes(b"".join(p.read_bytes() for p in pair))
    ssl_junction(demo, echo.port, *ca, "-K", both)
    ssl_junction(demo, echo.port, *ca, point="/bare")
    for _ in range(3):
        assert demo.ask("/tls/x").json()["tls_client"] == [["commonName", "gateway"]]
        assert demo.ask("/bare/x").status == 502  # no connection of the other junction is used for it


# More than one server, and servers that fail


@pytest.fixture
def own(make_instance):
    return make_instance(extra="\n[server]\nworker-threads = 1\n[junction]\nfailed-server-retry-time = 1\nconnect-timeout = 1\nhttp-timeout = 1\n"
                               "https-timeout = 1\n")


def serve(own, *ports, options=()):
    own.admin("junction", "create", "-t", "tcp", "-h", "127.0.0.1", "-p", ports[0], *options, "/app")
    for port in ports[1:]:
        own.admin("junction", "add", "-h", "127.0.0.1", "-p", port, "/app")
    own.publish("/app")


def names(own, count, target="/app/x"):
    answers = [own.ask(target) for _ in range(count)]
    assert [a.status for a in answers] == [200] * count
    return [a.json()["server"] for a in answers]


def test_the_least_busy_server_gets_the_request(own, make_echo):
    serve(own, make_echo(name="one").port, make_echo(name="two").port)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        slow = [pool.submit(own.ask, "/app/echo/sleep/700") for _ in range(6)]
        busy = [s.result().json()["server"] for s in slow]
    assert sorted(busy) == ["one"] * 3 + ["two"] * 3


def test_a_higher_priority_is_used_while_it_is_up(own, make_echo):
    one, two = make_echo(name="one"), make_echo(name="two")
    serve(own, one.port, options=("-y", "5"))
    own.admin("junction", "add", "-h", "127.0.0.1", "-p", two.port, "-y", "9", "/app")
    assert set(names(own, 6)) == {"two"}
    two.stop(signal.SIGKILL)
    assert set(names(own, 6)) == {"one"}


def test_a_server_that_stops_is_not_noticed(own, make_echo):
    one, two = make_echo(name="one"), make_echo(name="two")
    serve(own, one.port, two.port)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:  # connections to both are pooled
        list(pool.map(lambda _: own.ask("/app/echo/sleep/50"), range(8)))
    one.stop(signal.SIGKILL)
    assert set(names(own, 20)) == {"two"}
    # It comes back at the same port and is used again.
    again = EchoBackEnd(own.dir, "--port", str(one.port), name="one")
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        wait_until(lambda: "one" in [a.json()["server"] for a in pool.map(lambda _: own.ask("/app/echo/sleep/50"), range(4))], "the server is used again")
    again.stop()


def test_an_idle_connection_that_the_server_closed_is_not_noticed(own):
    def script(link, number):
        links.append(link)
        while back_end.read_head(link):
            link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    links = []
    back_end = ScriptedBackEnd(script)
    serve(own, back_end.port)
    for method, body in (("GET", b""), ("POST", b"x"), ("PUT", b"y")):
        assert own.ask("/app/x").status == 200
        links[-1].shutdown(socket.SHUT_RDWR)  # now it has gone, unasked
        assert own.ask("/app/x", method, body=body).body == b"ok"
    assert back_end.connections == 4  # all others were kept
    back_end.stop()


def test_a_server_that_closes_at_the_next_request_is_asked_anew_if_that_is_safe(own):
    def script(link, number):
        if back_end.read_head(link):
            link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        back_end.read_head(link)  # and hangs up

    back_end = ScriptedBackEnd(script)
    serve(own, back_end.port)
    assert [own.ask("/app/x").status for _ in range(4)] == [200] * 4
    own.ask("/app/x")
    # A POST may have been acted on: nobody can tell, so it is not sent twice.
    before = len(back_end.heads)
    own.ask("/app/x", "POST", body=b"x")
    assert len([head for head in back_end.heads[before:] if head.startswith(b"POST")]) == 1
    back_end.stop()


def test_nobody_listens_is_503(own):
    serve(own, free_port(), free_port())
    for _ in range(3):
        answer = own.ask("/app/x")
        assert answer.status == 503 and "text/html" in answer.header("Content-Type")
        assert own.ask("/app/x", "POST", body=b"x").status == 503
    assert own.ask("/app/x", headers=[("Accept", "application/json")]).json()["status"] == 503


def test_a_server_that_accepts_no_connection_is_504(own):
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        held = []
        for _ in range(4):  # its queue is full now
            link = socket.socket()
            link.setblocking(False)
            link.connect_ex(("127.0.0.1", port))
            held.append(link)
        serve(own, port)
        assert own.ask("/app/x").status == 504
        for link in held:
            link.close()


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nX:", b"HTTP/1.1 102 Processing\r\n\r\n"])
def test_a_server_that_never_answers_is_504(own, said):
    def script(link, number):
        back_end.read_head(link)
        link.sendall(said)
        done.wait(20)

    done = threading.Event()
    back_end = ScriptedBackEnd(script)
    serve(own, back_end.port)
    began = time.monotonic()
    assert own.ask("/app/x").status == 504
    assert own.ask("/app/x", "POST", body=b"x").status == 504
    assert 1.8 < time.monotonic() - began < 8
    assert back_end.connections == 2
    done.set()
    back_end.stop()


def test_a_server_offline_gets_nothing(own, make_echo):
    serve(own, make_echo(name="one").port, make_echo(name="two").port)
    ids = re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", own.admin("junction", "show", "/app"))
    assert len(ids) == 2
    own.admin("junction", "offline", "-i", ids[0], "/app")
    assert set(names(own, 6)) == {"two"}
    own.admin("junction", "offline", "/app")
    assert own.ask("/app/x").status == 503
    own.admin("junction", "online", "/app")
    assert own.ask("/app/x").status == 200


def test_a_limit_of_connections_to_a_server(make_instance, make_echo):
    own = make_instance(extra="\n[server]\nworker-threads = 1\n[junction]\nmax-connections-per-server = 2\n")
    serve(own, make_echo().port)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        statuses = [a.status for a in pool.map(lambda _: own.ask("/app/echo/sleep/500"), range(6))]
    assert sorted(statuses) == [200, 200, 503, 503, 503, 503]
    # The setting is read anew.
    own.conf.write_text(own.conf.read_text().replace("max-connections-per-server = 2", "max-connections-per-server = 6"))
    own.admin("reload")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert [a.status for a in pool.map(lambda _: own.ask("/app/echo/sleep/100"), range(6))] == [200] * 6


def test_a_server_at_a_new_address_is_asked_there(own, make_echo):
    one, two = make_echo(name="one"), make_echo(name="two")
    same = ("-u", "c0ffee00-0000-4000-8000-000000000001")
    serve(own, one.port, options=same)
    assert names(own, 2) == ["one", "one"]
    own.admin("junction", "create", "-f", "-t", "tcp", "-h", "127.0.0.1", "-p", two.port, *same, "/app")
    assert names(own, 2) == ["two", "two"]  # not over a connection that was pooled before
