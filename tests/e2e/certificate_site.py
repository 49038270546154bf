"""A site whose visitors log in by certificates that they are asked for when it is needed, and clients that have some."""
import json
import pathlib
import re
import subprocess

from client_pki import ClientPki
from sallyport import Instance, free_port, parse_responses, read_more, wait_until

RULES = """
[certificate]
accept-client-certs = prompt_as_needed
client-ca-file = {ca}
secondary-port = {secondary_port}
{more}

[certificate-users]
rule = any: uid = {{cn}}
"""
KINDS = ("alice", "bob", "expired", "untrusted", "revoked")


class CertificateSite(Instance):
    """`clients`: the authority of the clients' certificates. `settings`: more lines of [certificate]; `extra`: stanzas."""

    def __init__(self, directory, settings="", extra="", secondary_port=False):
        directory = pathlib.Path(directory)
        directory.mkdir(parents=True, exist_ok=True)
        self.clients = ClientPki(directory / "clients")
        self.secondary_port = free_port() if secondary_port else 0
        trusted = directory / "client-ca.pem"
        trusted.write_text(self.clients.root.pem.read_text())
        super().__init__(directory, RULES.format(ca=trusted, secondary_port=self.secondary_port, more=settings) + extra)

    def leaf(self, kind):
        return self.clients.leaf(kind)

    def wait_for_login(self, count=0, **fields):
        """The last of more than `count` logins, when it has these fields: a thread of its own writes the audit."""
        def written():
            lines = self.logins()
            return len(lines) > count and all(lines[-1].get(k) == v for k, v in fields.items()) and lines[-1]
        return wait_until(written, f"a login with {fields} in the audit", 8)

    def logins(self):
        """What the audit says of logins and steps by certificate."""
        return [line for line in self.audit() if line.get("action") == "certificate" or
                (line.get("action") == "step-up" and line["reason"] == "certificate")]


class Curl:
    """curl with a cookie jar of its own, over one version of HTTP and TLS."""

    def __init__(self, site, name, certificate=None, http="2", tls="1.3", options=()):
        self.site, self.jar = site, site.dir / f"{name}.jar"
        self.jar.unlink(missing_ok=True)
        self.trace = site.dir / f"{name}.trace"
        self.args = ["curl", "-sS", "--max-time", "30", "--cacert", site.dir / "ca.pem", "-b", self.jar, "-c", self.jar,
                     {"2": "--http2", "1.1": "--http1.1"}[http], "--tlsv1." + tls[2:], "--tls-max", tls,
                     "-w", "\n%{http_code} %{url_effective} %{num_connects} %{http_version}", *options]
        if certificate:
            self.args += ["--cert", certificate.chain, "--key", certificate.key]

    def ask(self, path, *args):
        """The body, the status and the rest of what curl says, after redirects."""
        command = [*map(str, self.args), "-L", "-v", *map(str, args)]
        if not path.startswith("https:"):
            path = self.site.url(path)
        done = subprocess.run([*command, path], capture_output=True, text=True, timeout=60)
        self.trace.write_text(done.stderr)
        assert done.returncode == 0, done.stderr
        body, _, last = done.stdout.rpartition("\n")
        status, self.url, self.connects, self.version = last.split()
        self.status = int(status)
        return body

    @staticmethod
    def token(page):
        return re.search(r'name="token" value="([^"]+)"', page).group(1)

    def log_in_by_certificate(self, page):
        """Clicks the button of the page that asks for it."""
        return self.ask("/pkmslogin.form", "--data-urlencode", f"token={self.token(page)}", "-d", "login-form-type=cert")


def reached(body):
    """What the back end says that it got."""
    return json.loads(body)


def context_of(site, certificate=None, version=None):
    """For ssl: a client with this certificate and this version of TLS alone, for whatever host name."""
    context = site.tls()
    context.check_hostname = False
    if version:
        context.minimum_version = context.maximum_version = version
    if certificate:
        context.load_cert_chain(certificate.chain, certificate.key)
    return context


def ask_on(link, host, path, cookie=None):
    """The answer to a GET on a connection of HTTP/1.1 that goes on afterwards."""
    more = f"Cookie: {cookie}\r\n" if cookie else ""
    link.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{more}\r\n".encode())
    data = b""
    while not data or not parse_responses(data)[-1].complete:
        data = read_more(link, data)
    return parse_responses(data)[-1]


def user_of(answer):
    """Whom the back end was told."""
    return {name.lower(): value for name, value in answer.json()["headers"]}.get("iv-user")
