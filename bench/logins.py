"""What logins cost: forms logins, by the hash that the password is stored with, and with users in a directory."""
import base64
import concurrent.futures
import hashlib
import subprocess
import time

from proxies import Proxy, cpu_seconds, new_instance, set_up
from sallyport import PASSWORD, TOP
from slapd import PEOPLE, LdapInstance, Slapd
from slapd import PASSWORD as LDAP_PASSWORD

CLIENTS = 8


def ssha512():
    salt = b"benchsalt"
    return "{SSHA512}" + base64.b64encode(hashlib.sha512(PASSWORD.encode() + salt).digest() + salt).decode()


def crypt(setting):
    return "{CRYPT}" + subprocess.run(
        ["/usr/bin/python3", "-W", "ignore", "-c", "import crypt, sys; print(crypt.crypt(sys.argv[1], sys.argv[2]))",
         PASSWORD, setting], capture_output=True, text=True, check=True).stdout.strip()


# registry: what makes alice's stored password, nothing for slapd
REGISTRIES = {
    "LDIF, yescrypt ($y$j9T)": lambda: crypt("$y$j9T$benchbenchbenchb$"),
    "LDIF, bcrypt ($2b$10)": lambda: crypt("$2b$10$benchbenchbenchbenchbe"),
    "LDIF, SHA-512 crypt ($6$)": lambda: crypt("$6$benchbench$"),
    "LDIF, {SSHA512}": ssha512,
    "slapd, {SSHA} there": None,
}


def ldif_proxy(house, stored):
    instance = new_instance(house)
    lines = (TOP / "etc/demo/registry.ldif").read_text().splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("userPassword:"))
    lines[first] = f"userPassword: {stored}"
    (instance.dir / "registry.ldif").write_text("\n".join(lines) + "\n")
    instance.start()
    return instance


def slapd_proxy(house):
    hashed = subprocess.run(["/usr/sbin/slappasswd", "-h", "{SSHA}", "-s", LDAP_PASSWORD], capture_output=True, text=True,
                            check=True).stdout.strip()
    people = PEOPLE.replace(f"userPassword: {LDAP_PASSWORD}", f"userPassword: {hashed}")
    slapd = house.keep(Slapd(house.new_dir("slapd"), house.certificates, people).start())
    instance = new_instance(house, make=lambda directory, extra: LdapInstance(
        directory, [slapd.ldaps], house.certificates / "ca.pem", extra))
    instance.start()
    return instance, slapd


def log_in_again_and_again(instance, password, end):
    """One client: a new browser for each login, on one connection. How many it made."""
    count = 0
    link = instance.connect()
    while time.monotonic() < end:
        browser = instance.browser()
        page = browser.get("/app/1k", connection=link)
        answer = browser.send_login(page, "alice", password, connection=link)
        if answer.status != 302:
            raise SystemExit(f"a login failed: {answer}")
        count += 1
    link.close()
    return count


def logins(house, registry, seconds):
    """Logins in a second of the clock, and milliseconds of a processor for each: the page, the form and the session."""
    slapd = None
    if REGISTRIES[registry] is None:
        instance, slapd = slapd_proxy(house)
    else:
        instance = ldif_proxy(house, REGISTRIES[registry]())
    set_up(house, instance)
    proxy = house.keep(Proxy("sallyport", instance.process, instance.port, "/app", instance=instance))
    password = LDAP_PASSWORD if slapd else PASSWORD
    log_in_again_and_again(instance, password, time.monotonic() + 0.2)
    before, directory_before = proxy.cpu_seconds(), cpu_seconds(slapd.process) if slapd else 0
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        made = [pool.submit(log_in_again_and_again, instance, password, began + seconds) for _ in range(CLIENTS)]
        count = sum(m.result() for m in made)
    took, spent = time.monotonic() - began, proxy.cpu_seconds() - before
    directory = cpu_seconds(slapd.process) - directory_before if slapd else 0
    house.end(proxy)
    if slapd:
        house.end(slapd)
    return {"rate": count / took, "cost": spent * 1e3 / count, "directory": directory * 1e3 / count}
