"""A real slapd in a directory of its own: ldaps on one port, ldap with StartTLS on another one."""
import base64
import contextlib
import pathlib
import socket
import subprocess

from sallyport import TOP, Instance, Process, free_port, wait_until

# What libldap forgets when servers are stopped under a daemon is no leak of the daemon's.
LEAKS_OF_LIBLDAP = {"LSAN_OPTIONS": f"suppressions={TOP}/tests/e2e/lsan_ldap.supp:print_suppressions=0"}

SUFFIX = "dc=example,dc=com"
SERVICE_DN = f"cn=sallyport,{SUFFIX}"
SERVICE_PASSWORD = "service secret"
PASSWORD = "correct horse"

CONFIG = """\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
attributetype ( 1.3.6.1.4.1.4203.666.1.90 NAME 'secAcctValid' EQUALITY booleanMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.7 SINGLE-VALUE )
objectclass ( 1.3.6.1.4.1.4203.666.3.90 NAME 'secUser' AUXILIARY MAY secAcctValid )
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
pidfile {dir}/slapd.pid
{head}
database mdb
maxsize 33554432
suffix "{suffix}"
directory {dir}/db
dbnosync
rootdn "cn=root,{suffix}"
rootpw root
index objectClass,uid,member,uniqueMember eq
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{service}" read by * none
{database}
"""

TLS = """
TLSCertificateFile {dir}/slapd.pem
TLSCertificateKeyFile {dir}/slapd.key
TLSVerifyClient never
"""

BASE = f"""\
dn: {SUFFIX}
objectClass: organization
objectClass: dcObject
o: Example
dc: example

dn: {SERVICE_DN}
objectClass: applicationProcess
objectClass: simpleSecurityObject
cn: sallyport
userPassword: {SERVICE_PASSWORD}

dn: ou=people,{SUFFIX}
objectClass: organizationalUnit
ou: people

dn: ou=groups,{SUFFIX}
objectClass: organizationalUnit
ou: groups

"""


def person(uid, password=PASSWORD, extra="", ou="people", rdn=None):
    return (f"dn: {rdn or f'uid={uid}'},ou={ou},{SUFFIX}\nobjectClass: inetOrgPerson\nobjectClass: secUser\n"
            f"uid: {uid}\ncn: {uid} Person\nsn: Person\nuserPassword: {password}\n{extra}\n")


def group(name, attribute, *members, ou="groups", extra=""):
    kind = "groupOfUniqueNames" if attribute == "uniqueMember" else "groupOfNames"
    lines = "".join(f"{attribute}: uid={m},ou=people,{SUFFIX}\n" for m in members)
    return f"dn: cn={name},ou={ou},{SUFFIX}\nobjectClass: {kind}\ncn: {name}\n{lines}{extra}\n"


def odd_group(*members):
    """One with a name that no policy can have: nobody can have a credential with it."""
    text = group('"best"', "member", *members)
    return text.replace('dn: cn="best"', 'dn: cn=\\"best\\"')


PEOPLE = (
    person("alice") + person("bob") + person("Carol", extra="mail: carol@example.com\n") +
    person("frozen", extra="secAcctValid: FALSE\n") + person("valid", extra="secAcctValid: TRUE\n") +
    person("twin", ou="people", rdn="cn=twin one") + person("twin", ou="people", rdn="cn=twin two") +
    person("erin", extra="uid: alias\n") + person("nameless", extra="uid: other\n", rdn="cn=nameless"))
GROUPS = (
    group("staff", "member", "alice", "Carol") + group("everyone", "member", "alice", "bob") +
    group("team", "uniqueMember", "alice") +
    f"dn: ou=outside,{SUFFIX}\nobjectClass: organizationalUnit\nou: outside\n\n" +
    group("admins", "member", "alice", ou="outside"))
LIMITS_OFF = "\n[login-limits]\nuser-address-max-failures = 0\nuser-max-failures = 0\naddress-max-failures = 0\n"


class Slapd:
    """`ldif`: what the directory holds besides its base; `ca`: a directory with the authority "ca"."""

    def __init__(self, directory, ca, ldif, names=("127.0.0.1",), tls=True, head="", database=""):
        self.dir = pathlib.Path(directory)
        (self.dir / "db").mkdir(parents=True)
        self.ca_file = pathlib.Path(ca) / "ca.pem"
        Instance.certificate("issue", "-a", pathlib.Path(ca) / "ca", self.dir / "slapd", *names)
        self.conf = self.dir / "slapd.conf"
        self.tls = tls
        if tls:
            head += TLS.format(dir=self.dir)
        self.conf.write_text(CONFIG.format(dir=self.dir, suffix=SUFFIX, service=SERVICE_DN, head=head,
                                           database=database))
        self.tls_port, self.port = free_port(), free_port()
        self.process = None
        self.add_offline(BASE + ldif)

    @property
    def ldaps(self):
        return f"ldaps://127.0.0.1:{self.tls_port}"

    @property
    def ldap(self):
        return f"ldap://127.0.0.1:{self.port}"

    def add_offline(self, ldif):
        subprocess.run(["/usr/sbin/slapadd", "-q", "-f", self.conf], input=ldif.encode(), check=True)

    def start(self):
        urls = f"{self.ldap}/ {self.ldaps}/" if self.tls else f"{self.ldap}/"
        self.process = Process(["/usr/sbin/slapd", "-d", "stats", "-f", self.conf, "-h", urls],
                               self.dir / "slapd.out")
        for port in (self.port, self.tls_port) if self.tls else (self.port,):
            wait_until(lambda p=port: self.listens(p), "slapd listens")
        return self

    def listens(self, port):
        assert self.process.popen.poll() is None, f"slapd ended:\n{self.process.text()}"
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        return False

    def stop(self):
        if self.process:
            self.process.stop()
            self.process = None

    def log(self):
        return self.process.text()

    def as_root(self, program, ldif):
        subprocess.run([program, "-x", "-H", self.ldap, "-D", f"cn=root,{SUFFIX}", "-w", "root"],
                       input=ldif.encode(), check=True, capture_output=True)

    def add(self, ldif):
        self.as_root("ldapadd", ldif)

    def modify(self, name, *lines):
        """`name`: below the suffix; `lines`: "replace: sn", "sn: x"; "-" between two changes."""
        self.as_root("ldapmodify", f"dn: {name},{SUFFIX}\nchangetype: modify\n" + "\n".join(lines) + "\n")

    def delete(self, name):
        self.as_root("ldapmodify", f"dn: {name},{SUFFIX}\nchangetype: delete\n")


class LdapInstance(Instance):
    """sallyportd with its users in directories; `changed`: rows of [ldap], in Python's spelling."""

    def __init__(self, directory, servers, ca_file, extra="", **changed):
        super().__init__(directory, extra=extra + self.stanza(directory, servers, ca_file, changed))
        self.replace("type = ldif", "type = ldap")

    @staticmethod
    def stanza(directory, servers, ca_file, changed):
        password = pathlib.Path(directory) / "ldap.password"
        password.parent.mkdir(parents=True, exist_ok=True)
        password.write_text(SERVICE_PASSWORD + "\n")
        password.chmod(0o600)
        rows = {"bind-dn": SERVICE_DN, "bind-pwd-file": password, "ca-file": ca_file,
                "user-search-base": f"ou=people,{SUFFIX}", "group-search-base": f"ou=groups,{SUFFIX}",
                "connect-timeout": 2, "timeout": 3, "retry-interval": 1}
        rows.update({name.replace("_", "-"): value for name, value in changed.items()})
        lines = [f"server = {url}" for url in servers] + [f"{name} = {value}" for name, value in rows.items()]
        return "\n[ldap]\n" + "\n".join(lines) + "\n"

    def replace(self, old, new):
        text = self.conf.read_text()
        assert old in text
        self.conf.write_text(text.replace(old, new))

    def basic(self, user, password=PASSWORD, connection=None):
        """One request with Basic credentials and without a cookie: a login each time."""
        pair = base64.b64encode(f"{user}:{password}".encode()).decode()
        return self.browser().get("/app/", headers={"Authorization": f"Basic {pair}"}, cookies=False,
                                  connection=connection)

    def refusals(self):
        return [line["detail"] for line in self.audit() if line["event"] == "authn" and line["outcome"] == "failure"]
