"""`sallyport certificate check`, which verifies certificates of clients as the daemon does, for tests of both."""
import datetime
import pathlib
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from client_pki import Authority, ClientPki, CrlServer
from sallyport import BUILD, Instance

# Test servers are on this machine.
HERE = "revocation-forbidden-network = 169.254.0.0/16\n"


class Verdict:
    def __init__(self, result):
        self.code, self.text, self.errors = result.returncode, result.stdout, result.stderr
        self.lines = [line.strip() for line in self.text.splitlines()]

    @property
    def reason(self):
        """"accepted", or the code of the refusal."""
        last = self.lines[-1] if self.lines else ""
        assert last.startswith("verdict: "), self.text + self.errors
        words = last.split(": ")
        assert (words[1] == "accepted") == (self.code == 0) and self.code in (0, 1), self.text
        return words[1] if self.code == 0 else words[2]

    @property
    def detail(self):
        return self.lines[-1].split(": ", 3)[-1]

    def facts(self, name):
        facts = self.lines[self.lines.index("facts"):]
        return [line.split(None, 1)[1] for line in facts if line.split(None, 1)[0] == name]


class Site:
    def __init__(self, directory):
        self.dir = directory
        self.pki = ClientPki(directory / "pki")
        self.instance = Instance(directory / "instance")
        self.base = self.instance.conf.read_text()
        self.count = 0

    def check(self, shown, settings="", anchors=None):
        self.count += 1
        conf = self.dir / f"check{self.count}.conf"
        conf.write_text(f"{self.base}\n[certificate]\nclient-ca-file = {anchors or self.pki.root.pem}\n{settings}")
        path = shown if isinstance(shown, pathlib.Path) else shown.chain
        command = [BUILD / "sallyport", "certificate", "check", "-c", conf, path]
        return Verdict(subprocess.run(command, capture_output=True, text=True, timeout=60))

    def authority(self, name, **how):
        self.count += 1
        return Authority(self.dir / f"authority{self.count}", name, **how)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return Site(tmp_path_factory.mktemp("revocation"))


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    server = CrlServer(tmp_path_factory.mktemp("web"))
    yield server
    server.stop()


def load(certificate):
    return x509.load_pem_x509_certificate(certificate.pem.read_bytes())


def load_key(certificate):
    return serialization.load_pem_private_key(certificate.key.read_bytes(), None)


def hours(count):
    return datetime.datetime.utcnow() + datetime.timedelta(hours=count)


def files(*paths):
    return "".join(f"crl-file = {path}\n" for path in paths)
