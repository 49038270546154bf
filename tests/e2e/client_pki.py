"""A certificate authority for clients, as its administrator would run it with openssl: certificates of all kinds, good
and bad, CRLs, an OCSP responder, a web server with the CRLs."""
import contextlib
import datetime
import functools
import os
import pathlib
import socket
import subprocess

from sallyport import Process, free_port, wait_until

CA_CONF = """\
[ca]
default_ca = this
[this]
dir = {dir}
database = {dir}/index.txt
new_certs_dir = {dir}/issued
serial = {dir}/serial
crlnumber = {dir}/crlnumber
certificate = {dir}/ca.pem
private_key = {dir}/ca.key
default_md = sha256
default_days = 90
default_crl_days = 30
unique_subject = no
policy = anything
copy_extensions = none
string_mask = utf8only
utf8 = yes
[anything]
countryName = optional
organizationName = optional
organizationalUnitName = optional
commonName = optional
emailAddress = optional
"""
CLIENT = "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n"
SERVER = CLIENT.replace("clientAuth", "serverAuth")
RESPONDER = CLIENT.replace("clientAuth", "OCSPSigning") + "noCheck=ignored\n"
AUTHORITY = "basicConstraints=critical,CA:TRUE{path}\nkeyUsage=critical,keyCertSign,cRLSign\n"
KEYS = "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
PASSWORD = "sallyport-demo"  # of .p12 files


def openssl(*args, **kwargs):
    return subprocess.run(["openssl", *map(str, args)], check=True, capture_output=True, **kwargs).stdout


def asn1_time(**from_now):
    """The time that lies so far from now (days=-1): as openssl wants it."""
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**from_now)).strftime("%Y%m%d%H%M%SZ")


def make_key(path, kind="ec"):
    if kind == "ec":
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path)
    else:
        openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{kind.removeprefix('rsa')}", "-out", path)
    path.chmod(0o600)


class Certificate:
    """`pem`: the certificate alone; `chain`: with the intermediate ones behind it, as a client sends it; `key`."""

    def __init__(self, pem, key, issuer):
        self.pem, self.key, self.issuer = pem, key, issuer
        self.chain = pem
        if issuer.issuer is not None:
            self.chain = pem.with_suffix(".chain.pem")
            self.chain.write_text(pem.read_text() + issuer.chain.read_text())

    def p12(self, password=PASSWORD):
        """What browsers import; made on first use."""
        path = self.pem.with_suffix(".p12")
        if not path.exists():
            openssl("pkcs12", "-export", "-in", self.chain, "-inkey", self.key, "-out", path, "-passout",
                    f"pass:{password}", "-name", self.pem.stem)
        return path

    def der(self):
        return openssl("x509", "-in", self.pem, "-outform", "DER")

    def serial(self):
        """Hexadecimal digits in lower case without leading zeros."""
        return openssl("x509", "-in", self.pem, "-noout", "-serial", text=True).strip().partition("=")[2].lower().lstrip("0")

    def fingerprint(self):
        text = openssl("x509", "-in", self.pem, "-noout", "-fingerprint", "-sha256", text=True)
        return text.strip().partition("=")[2].replace(":", "").lower()


class Authority:
    """`pem` and `key` are its own; `chain` is what stands behind the certificates that it issues (empty for a root).
    crl_url and ocsp_url (a text or several) are named in each certificate that it issues from then on."""

    def __init__(self, directory, name, issuer=None, path="", extensions="", subject=None, key="ec", crl_url=(), ocsp_url=()):
        self.dir, self.name, self.issuer = pathlib.Path(directory), name, issuer
        self.crl_url, self.ocsp_url = crl_url, ocsp_url
        (self.dir / "issued").mkdir(parents=True)
        self.index = self.dir / "index.txt"
        self.index.write_text("")
        (self.dir / "serial").write_text(os.urandom(8).hex().replace("0", "1", 1) + "\n")
        (self.dir / "crlnumber").write_text("01\n")
        self.conf = self.dir / "openssl.cnf"
        self.conf.write_text(CA_CONF.format(dir=self.dir))
        self.pem, self.key = self.dir / "ca.pem", self.dir / "ca.key"
        wanted = AUTHORITY.format(path=path) + extensions
        subject = subject or f"/CN={name}"
        if issuer is None:
            make_key(self.key, key)
            config = self.dir / "root.cnf"
            config.write_text(f"[req]\ndistinguished_name=dn\n[dn]\n[ext]\nsubjectKeyIdentifier=hash\n{wanted}")
            openssl("req", "-x509", "-new", "-key", self.key, "-subj", subject, "-days", "3650", "-config", config,
                    "-extensions", "ext", "-out", self.pem)
            self.chain = None
        else:
            made = issuer.issue(f"ca-{name.lower().replace(' ', '-')}", subject, extensions=wanted, key=key)
            self.pem.write_text(made.pem.read_text())
            self.key.write_text(made.key.read_text())
            self.key.chmod(0o600)
            self.chain = self.dir / "chain.pem"
            self.chain.write_text(self.pem.read_text() + (issuer.chain.read_text() if issuer.chain else ""))

    def issue(self, name, subject=None, *, extensions=CLIENT, san=None, key="ec", digest="sha256", start=None, end=None,
              csr=None):
        """`subject` as -subj takes it, by default /CN=name; `san` as "email:a@example.com,DNS:..."; `start` and `end`
        as asn1_time() gives them; `csr`: a request (PEM text) whose subject and key are taken as they are."""
        pem, key_file, request = (self.dir / f"{name}.{kind}" for kind in ("pem", "key", "csr"))
        if csr is None:
            make_key(key_file, key)
            openssl("req", "-new", "-key", key_file, "-subj", subject or f"/CN={name}", "-out", request, "-utf8",
                    "-multivalue-rdn", "-config", self.req_conf())
        else:
            request.write_text(csr)
        text = KEYS + extensions
        if san:
            text += f"subjectAltName={san}\n"
        text += self.pointer("crlDistributionPoints", "URI:", self.crl_url)
        text += self.pointer("authorityInfoAccess", "OCSP;URI:", self.ocsp_url)
        file = self.dir / f"{name}.ext"
        file.write_text(text)
        times = ["-startdate", start or asn1_time(days=-1)] + (["-enddate", end] if end else [])
        openssl("ca", "-batch", "-config", self.conf, "-in", request, "-out", pem, "-extfile", file, "-md", digest,
                "-notext", "-preserveDN", *times)
        return Certificate(pem, key_file, self)

    def req_conf(self):
        config = self.dir / "req.cnf"
        config.write_text("[req]\ndistinguished_name=dn\nstring_mask=utf8only\n[dn]\n")
        return config

    @staticmethod
    def pointer(extension, prefix, urls):
        urls = [urls] if isinstance(urls, str) else list(urls)
        # Commas in a URL would end it in this syntax.
        return f"{extension}=" + ",".join(prefix + url.replace(",", "%2C") for url in urls) + "\n" if urls else ""

    def revoke(self, certificate, reason="keyCompromise"):
        openssl("ca", "-config", self.conf, "-revoke", certificate.pem, "-crl_reason", reason)

    def crl(self, path=None, *, last=None, end=None, extensions="", der=False, digest="sha256"):
        """A new CRL; where it is. `last` and `end` (thisUpdate and nextUpdate) as asn1_time() gives them."""
        path = pathlib.Path(path or self.dir / "ca.crl")
        config = self.dir / "crl.cnf"
        config.write_text(self.conf.read_text() + f"[crl_ext]\nauthorityKeyIdentifier=keyid\n{extensions}")
        times = (["-crl_lastupdate", last] if last else []) + (["-crl_nextupdate", end] if end else [])
        text = openssl("ca", "-config", config, "-gencrl", "-crlexts", "crl_ext", "-md", digest, *times)
        written = path.with_name(path.name + ".new")
        written.write_bytes(openssl("crl", "-outform", "DER", input=text) if der else text)
        written.rename(path)
        return path

    def responder(self, directory, signer=None, *, port=None, options=()):
        """`openssl ocsp` for what it has issued and revoked so far, answering by the signer (itself by default)."""
        signer = signer or self
        return OcspResponder(directory, self, signer, port or free_port(), options)


class OcspResponder(Process):
    count = 0

    def __init__(self, directory, authority, signer, port, options):
        OcspResponder.count += 1
        self.port, self.url = port, f"http://127.0.0.1:{port}/"
        super().__init__(["stdbuf", "-oL", "openssl", "ocsp", "-index", authority.index, "-CA", authority.pem, "-rsigner", signer.pem,
                          "-rkey", signer.key, "-port", port, "-text", "-ignore_err", *options],
                         pathlib.Path(directory) / f"ocsp{OcspResponder.count}.out")
        wait_until(lambda: "waiting for OCSP client connections" in self.text(), f"openssl ocsp listens: {self.text()}")

    def asked(self):
        """How many requests it has got."""
        return self.text().count("OCSP Request Data")


NGINX = """
daemon off; master_process off; pid {dir}/nginx.pid; error_log {dir}/nginx.err; {user}
events {{ }}
http {{
  log_format asked "$uri"; access_log {dir}/asked asked;
  client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2; fastcgi_temp_path {dir}/t3; uwsgi_temp_path {dir}/t4;
  scgi_temp_path {dir}/t5;
  server {{
    listen 127.0.0.1:{port};
    root {dir}/www;
    location /moved {{ return 302 /ca.crl; }}
  }}
}}
"""


class CrlServer(Process):
    """nginx with the files of `www`."""

    def __init__(self, directory):
        self.dir = pathlib.Path(directory) / "crl-server"
        self.www = self.dir / "www"
        self.www.mkdir(parents=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        user = "user root;" if os.geteuid() == 0 else ""
        (self.dir / "nginx.conf").write_text(NGINX.format(dir=self.dir, port=self.port, user=user))
        super().__init__(["/usr/sbin/nginx", "-p", self.dir, "-e", self.dir / "nginx.err", "-c", self.dir / "nginx.conf"],
                         self.dir / "nginx.out")
        wait_until(self.listens, f"nginx listens: {self.text()}")

    def listens(self):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        return False

    def asked(self):
        """The paths that were asked for, in order."""
        return (self.dir / "asked").read_text().split()


class ClientPki:
    """What most tests need: a root, an intermediate authority below it, and certificates of clients. What is not used
    is not made: leaf("alice"), leaf("expired") and so on make theirs on first use, all from the intermediate one.
    Whoever wants them to name CRLs or a responder sets `root.crl_url`, `issuing.ocsp_url` and so on before. They are
    issued by `issuing`, which is made on first use too."""

    def __init__(self, directory):
        self.dir = pathlib.Path(directory)
        self.root = Authority(self.dir / "root", "Client Root CA")
        self.made = {}

    @functools.cached_property
    def issuing(self):
        return Authority(self.dir / "issuing", "Client Issuing CA", issuer=self.root)

    def leaf(self, kind, **how):
        if kind not in self.made:
            self.made[kind] = self.make(kind, how)
        return self.made[kind]

    def make(self, kind, how):
        issue = self.issuing.issue
        if kind == "expired":
            return issue(kind, "/CN=alice", start=asn1_time(days=-30), end=asn1_time(days=-1), **how)
        if kind == "not-yet-valid":
            return issue(kind, "/CN=alice", start=asn1_time(days=2), end=asn1_time(days=30), **how)
        if kind == "wrong-purpose":
            return issue(kind, "/CN=alice", extensions=SERVER, **how)
        if kind == "is-authority":
            return issue(kind, "/CN=alice", extensions=AUTHORITY.format(path="") + "extendedKeyUsage=clientAuth\n", **how)
        if kind == "sha1":
            return issue(kind, "/CN=alice", digest="sha1", **how)
        if kind == "rsa1024":
            return issue(kind, "/CN=alice", key="rsa1024", **how)
        if kind == "unknown-extension":
            return issue(kind, "/CN=alice", extensions=CLIENT + "1.2.3.4.5=critical,ASN1:UTF8:odd\n", **how)
        if kind == "revoked":
            made = issue(kind, "/CN=alice", **how)
            self.issuing.revoke(made)
            return made
        if kind == "untrusted":
            other = Authority(self.dir / "other", "Client Root CA")
            return other.issue(kind, "/CN=alice", **how)
        return issue(kind, **how)
