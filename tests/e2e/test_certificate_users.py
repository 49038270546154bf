"""Whose certificate is it? By the rules of the configuration, of users in an LDIF file and in a directory."""
import datetime
import re

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from sallyport import Instance
from slapd import SUFFIX, LdapInstance, Slapd, group, person

CORP = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Corp"),
                  x509.NameAttribute(NameOID.COMMON_NAME, "Corp CA")])
OTHER = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Other CA")])
UPN = x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")
KEY = ec.generate_private_key(ec.SECP256R1())
BY_MAIL = 'issuer "CN=Corp CA,O=Corp": mail = {email}'
NAME_OF_ALICE = [(NameOID.DOMAIN_COMPONENT, "com"), (NameOID.DOMAIN_COMPONENT, "example"),
                 (NameOID.ORGANIZATIONAL_UNIT_NAME, "people"), (NameOID.USER_ID, "alice")]


def sign(builder):
    now = datetime.datetime.utcnow()
    return (builder.public_key(KEY.public_key()).not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=1)).sign(KEY, hashes.SHA256()))


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


def authority(name):
    return pem(sign(x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(1).add_extension(
        x509.BasicConstraints(ca=True, path_length=None), critical=True)))


def client(subject=(), issuer=CORP, serial=0xa1b, emails=(), upns=(), policies=(), kind=None):
    name = x509.Name([x509.NameAttribute(oid, value, kind) for oid, value in subject])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(issuer).serial_number(serial)
    names = [x509.RFC822Name(email) for email in emails]
    names += [x509.OtherName(UPN, b"\x0c" + bytes([len(upn)]) + upn) for upn in upns]
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    if policies:
        infos = [x509.PolicyInformation(x509.ObjectIdentifier(policy), None) for policy in policies]
        builder = builder.add_extension(x509.CertificatePolicies(infos), critical=False)
    return sign(builder)


def cn(*names, **more):
    return client([(NameOID.COMMON_NAME, name) for name in names], **more)


class Rules:
    """An instance that is asked, not run."""

    def __init__(self, instance, authorities):
        self.instance = instance
        self.ca_file = instance.dir / "clients.pem"
        self.ca_file.write_bytes(b"".join(authority(name) for name in authorities))
        self.text = instance.conf.read_text()

    def ask(self, certificate, *rules, levels=(), attributes=()):
        lines = ["", "[certificate]", f"client-ca-file = {self.ca_file}"]
        lines += [f"cred-attr = {attribute}" for attribute in attributes]
        lines += ["[certificate-users]"] + [f"rule = {rule}" for rule in rules]
        lines += ["[certificate-levels]"] + [f"rule = {level}" for level in levels]
        self.instance.conf.write_text(self.text + "\n".join(lines) + "\n")
        file = self.instance.dir / "client.pem"
        file.write_bytes(pem(certificate))
        return self.instance.run_admin("certificate", "user", file)

    def user(self, certificate, *rules):
        """The user's name, or the error."""
        result = self.ask(certificate, *rules)
        if result.returncode != 0:
            return result.stderr.strip()
        return re.search(r"^User: (.*)$", result.stdout, re.M)[1]


PEOPLE = (
    person("alice", extra="mail: alice@example.com\nemployeeType: x509-a1b\n") +
    person("Bob", extra="mail: bob@example.com\nmail: shared@example.com\n") +
    person("carol", extra="mail: carol@example.com\nmail: shared@example.com\n") +
    person("frozen", extra="mail: frozen@example.com\nsecAcctValid: FALSE\n") +
    person("éric", extra="givenName: éric\n") + person("nobody, really", extra="givenName: a*b(c)\\d\n"))
TWINS = (person("twin", rdn="cn=twin one", extra="mail: twin@example.com\n") +
         person("twin", rdn="cn=twin two", extra="mail: other@example.com\n"))
OUTSIDE = f"dn: ou=outside,{SUFFIX}\nobjectClass: organizationalUnit\nou: outside\n\n" + person(
    "eve", ou="outside", extra="mail: eve@example.com\n")


def ldif_rules(directory, authorities):
    instance = Instance(directory)
    hashed = "{CRYPT}$5$saltsalt$0IyaXrmV7.sGNS6tirgqHLqX/G.FBvgkYA.lpPdS5sA"
    people = re.sub(r"userPassword: .*", "userPassword: " + hashed, PEOPLE)
    people = re.sub(r"^(dn|uid|cn): (uid=)?nobody, really(.*)$",
                    lambda m: f"{m[1]}: {m[2] or ''}nobody{chr(92) if m[1] == 'dn' else ''}, really{m[3]}", people, flags=re.M)
    (instance.dir / "registry.ldif").write_text(people + group("staff", "member", "alice"))
    return Rules(instance, authorities)


@pytest.fixture(scope="module")
def slapd(tmp_path_factory, ca):
    people = PEOPLE.replace("dn: uid=nobody, really", "dn: uid=nobody\\, really") + TWINS + OUTSIDE
    server = Slapd(tmp_path_factory.mktemp("directory") / "slapd", ca, people + group("staff", "member", "alice")).start()
    yield server
    server.stop()


@pytest.fixture(params=["ldif", "ldap"])
def rules(request, tmp_path, slapd):
    """One authority."""
    if request.param == "ldif":
        return ldif_rules(tmp_path, [CORP])
    return Rules(LdapInstance(tmp_path, [slapd.ldaps], slapd.ca_file), [CORP])


@pytest.fixture
def directory(tmp_path, slapd):
    return Rules(LdapInstance(tmp_path, [slapd.ldaps], slapd.ca_file), [CORP])


def test_without_rules_the_name_of_the_certificate_is_the_name_of_the_entry(rules):
    assert rules.user(client(NAME_OF_ALICE)) == "alice"
    assert "not-found" in rules.user(client(NAME_OF_ALICE[:-1] + [(NameOID.USER_ID, "nobody")]))
    assert rules.user(client(NAME_OF_ALICE[:-1] + [(NameOID.USER_ID, "nobody, really")])) == "nobody, really"


def test_the_command_says_how_it_comes_to_a_user(rules):
    result = rules.ask(cn("Alice", emails=["alice@example.com"], policies=["1.2.3.4"]),
                       'policy 9.9: uid = {cn}', BY_MAIL + ', employeeType = "x509-{serial}"',
                       levels=["policy 1.2.3.4: ssl"], attributes=["certSerial: serial", "upn: upn"])
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[:3] == ["Subject: CN=Alice", "Issuer: CN=Corp CA,O=Corp", "Serial: a1b"]
    assert lines[4:] == [
        'Rule: 2: issuer "CN=Corp CA,O=Corp": mail = {email}, employeeType = "x509-{serial}"',
        "Looks for: mail = alice@example.com", "Looks for: employeeType = x509-a1b",
        "User: alice", f"Entry: uid=alice,ou=people,{SUFFIX}", "Group: staff", "Level: ssl",
        "Attribute: certSerial = a1b"]


def test_rules_are_tried_in_order_and_exactly_one_entry_has_to_fit(rules):
    assert rules.user(cn("x", emails=["alice@example.com"]), BY_MAIL) == "alice"
    assert rules.user(cn("bob"), "any: mail = {email}", "any: uid = {cn}") == "Bob"
    assert "not-found" in rules.user(cn("x", emails=["nobody@example.com"]), BY_MAIL)
    assert "more than one entry fits" in rules.user(cn("x", emails=["shared@example.com"]), BY_MAIL)
    assert rules.user(cn("carol", emails=["shared@example.com"]), BY_MAIL + ", uid = {cn}") == "carol"
    assert "denied" in rules.user(cn("x", emails=["frozen@example.com"]), BY_MAIL)
    assert "no [certificate-users] rule applies" in rules.user(cn("x", emails=["alice@example.com"], issuer=OTHER),
                                                               BY_MAIL)


def test_E8_several_names_are_refused(rules):
    both = cn("alice", "Bob", emails=["alice@example.com"])
    assert "2 values of cn" in rules.user(both, "any: uid = {cn}", "any: mail = {email}")
    both = cn("alice", emails=["alice@example.com", "bob@example.com"])
    assert "2 values of email" in rules.user(both, BY_MAIL, "any: uid = {cn}")
    both = cn("alice", upns=[b"alice@corp", b"bob@corp"])
    assert "2 values of upn" in rules.user(both, "any: mail = {upn}")


@pytest.mark.parametrize("name", ["alice\0", "alice\0.example", "\0alice", "al\nice", " alice", "alice "])
def test_E8_names_that_are_no_plain_text_are_nobodys(rules, name):
    assert rules.user(cn(name), "any: uid = {cn}").startswith("Error: ")
    assert rules.user(cn("x", upns=[name.encode()]), "any: uid = {upn}").startswith("Error: ")


def test_E8_what_means_something_to_a_filter_or_a_name_does_not(rules):
    for name in ("*", "alice*", "*)(uid=alice", "alice)(objectClass=*", "\\2a", "alice\\00"):
        assert "not-found" in rules.user(cn(name), "any: uid = {cn}"), name
    assert rules.user(cn("a*b(c)\\d"), "any: givenName = {cn}") == "nobody, really"
    # One value with commas in it is no list of values.
    joined = client([(NameOID.USER_ID, f"alice,ou=people,{SUFFIX}")])
    assert rules.user(joined).startswith("Error: ")


def test_E8_text_that_only_looks_alike_is_nobodys(rules):
    assert rules.user(cn("éric"), "any: givenName = {cn}") == "éric"
    for name in ("e\u0301ric", "al\u00adice", "a\u200blice", "\uff41lice", "\u0430lice", "alice\u00a0"):
        assert rules.user(cn(name), "any: uid = {cn}", "any: givenName = {cn}").startswith("Error: "), name


def test_E8_one_text_in_another_encoding_is_the_same_text_or_nobodys(rules):
    assert rules.user(cn("alice", kind=_ASN1Type.PrintableString), "any: uid = {cn}") == "alice"
    assert rules.user(cn("alice", kind=_ASN1Type.BMPString), "any: uid = {cn}") == "alice"
    assert rules.user(cn("alice", kind=_ASN1Type.UniversalString), "any: uid = {cn}").startswith("Error: ")
    # As UTF-8 these bytes of UTF-16 are "alice" with a NUL before each letter, or another name.
    for bytes_of in ("alice\0".encode("utf-16-be"), "\u616c\u6963\u6500".encode("utf-16-be")):
        assert rules.user(cn(bytes_of.decode("utf-16-be"), kind=_ASN1Type.BMPString), "any: uid = {cn}").startswith("Error: ")


def test_E8_two_authorities_and_one_name(tmp_path, slapd):
    rules = Rules(LdapInstance(tmp_path, [slapd.ldaps], slapd.ca_file), [CORP, OTHER])
    assert "more than one authority" in rules.user(client(NAME_OF_ALICE))
    for loose in ("any: mail = {email}", "policy 1.2.3: uid = {cn}", "any: subject"):
        assert "[certificate-users] rule number 1, character 1: the rule has to say" in rules.user(cn("alice"), loose)
    bound = 'issuer "CN=Corp CA,O=Corp": subject'
    assert rules.user(client(NAME_OF_ALICE), bound) == "alice"
    assert "no [certificate-users] rule applies" in rules.user(client(NAME_OF_ALICE, issuer=OTHER), bound)
    # The fingerprint is of one certificate.
    mine, other = cn("alice"), cn("alice", issuer=OTHER)
    fingerprint = mine.fingerprint(hashes.SHA256()).hex()
    slapd.modify("uid=alice,ou=people", "replace: description", f"description: {fingerprint}")
    assert rules.user(mine, "any: description = {fingerprint}") == "alice"
    assert "not-found" in rules.user(other, "any: description = {fingerprint}")


def test_E8_a_name_that_two_entries_have_is_nobodys_however_they_were_found(directory):
    assert "more than one entry has this name" in directory.user(cn("x", emails=["twin@example.com"]), BY_MAIL)


def test_E8_who_is_not_below_the_search_base_is_no_user(directory):
    assert "not-found" in directory.user(cn("x", emails=["eve@example.com"]), BY_MAIL)
    eve = [(NameOID.DOMAIN_COMPONENT, "com"), (NameOID.DOMAIN_COMPONENT, "example"),
           (NameOID.ORGANIZATIONAL_UNIT_NAME, "outside"), (NameOID.USER_ID, "eve")]
    assert "is not below [ldap] user-search-base" in directory.user(client(eve))


def test_a_directory_that_is_away_is_an_error(tmp_path, ca):
    rules = Rules(LdapInstance(tmp_path, ["ldaps://127.0.0.1:1"], ca / "ca.pem"), [CORP])
    assert rules.user(client(NAME_OF_ALICE)).startswith("Error: refused: ldaps://127.0.0.1:1")


def test_an_instance_with_a_rule_that_cannot_be_read_does_not_start(tmp_path):
    instance = Instance(tmp_path, extra="\n[certificate-users]\nrule = any: mail = {mail}\n")
    with pytest.raises(AssertionError, match="rule number 1, character 14"):
        instance.start()
