"""Loads: a tool sends requests to a proxy, which is to answer all of them; what the proxy spent for one is measured."""
import os
import re
import subprocess

from sallyport import BUILD

HTTP_2_STREAMS = 16  # at once on each connection
# All load tools ask for the same: what TLS costs shall not depend on which cipher a server prefers.
OPENSSL_CONF = """\
openssl_conf = start
[start]
ssl_conf = ssl
[ssl]
system_default = default
[default]
MinProtocol = TLSv1.3
Ciphersuites = TLS_AES_128_GCM_SHA256
Groups = X25519
"""
TLS = "TLS 1.3, TLS_AES_128_GCM_SHA256, X25519, ECDSA P-256"
# What a browser says with each request; options of h2load.
BROWSER_HEAD = [option for header in (
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    "Accept-Language: en-US,en;q=0.5", "Accept-Encoding: gzip, deflate, br, zstd", "Upgrade-Insecure-Requests: 1",
    "Sec-Fetch-Dest: document", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Site: none", "Sec-Fetch-User: ?1",
    "Priority: u=0, i", "Referer: https://localhost/app/") for option in ("-H", header)]


class Loads:
    """`seconds`: how long each lasts; `directory`: for its files."""

    def __init__(self, directory, seconds):
        self.seconds = seconds
        conf = directory / "openssl.cnf"
        conf.write_text(OPENSSL_CONF)
        self.environment = {**os.environ, "OPENSSL_CONF": str(conf)}

    def run(self, args, **environment):
        result = subprocess.run([str(a) for a in args], capture_output=True, text=True,
                                env={**self.environment, **environment})
        if result.returncode:
            raise SystemExit(f"{args[0]} failed:\n{result.stdout}{result.stderr}")
        return result.stdout

    def keep_alive(self, proxy, path, connections, script=None, **environment):
        args = ["wrk", "-t1", f"-c{connections}", f"-d{self.seconds}s", "--timeout", "30s"]
        for header in proxy.headers:
            args += ["-H", header]
        if script:
            args += ["-s", script]
        before = proxy.cpu_seconds()
        out = self.run([*args, proxy.url(path)], **environment)
        spent = proxy.cpu_seconds() - before
        requests = int(re.search(r"(\d+) requests in", out).group(1))
        if "Non-2xx" in out or "Socket errors" in out or not requests:
            raise SystemExit(f"{proxy.name}: wrong answers\n{out}")
        return figures(requests, self.seconds, spent)

    def http_2(self, proxy, path, connections):
        args = ["h2load", "-t1", f"-c{connections}", f"-m{HTTP_2_STREAMS}", f"-D{self.seconds}"]
        for header in proxy.headers:
            args += ["-H", header]
        before = proxy.cpu_seconds()
        out = self.run([*args, proxy.url(path)])
        spent = proxy.cpu_seconds() - before
        found = re.search(r"status codes: (\d+) 2xx, 0 3xx, 0 4xx, 0 5xx", out)
        # With -D, what is under way at the end counts as failed; what was answered was answered rightly.
        if not found or "Application protocol: h2" not in out or not int(found.group(1)):
            raise SystemExit(f"{proxy.name}: wrong answers\n{out}")
        return figures(int(found.group(1)), self.seconds, spent)

    def handshakes(self, proxy, path, length, clients, resumed):
        """New connections with full handshakes, or resumed ones: what the tool counted is checked."""
        before = proxy.cpu_seconds()
        out = self.run([BUILD / "bench/handshakes", "resumed" if resumed else "full", proxy.port, clients,
                        self.seconds, proxy.prefix + path, length, *proxy.headers])
        spent = proxy.cpu_seconds() - before
        requests, again = map(int, re.match(r"(\d+) requests, (\d+) resumed", out).groups())
        first = clients if resumed else requests
        if requests - again != first or "TLS1.3 AES-128-GCM X25519 EC/ECDSA-256" not in out:
            raise SystemExit(f"{proxy.name}: not the handshakes that were asked for: {out}")
        return figures(requests, self.seconds, spent) | {"resumed": again / requests}


def figures(requests, seconds, spent):
    """Requests in a second of the clock, and microseconds of a processor for each."""
    return {"rate": requests / seconds, "cost": spent * 1e6 / requests}
