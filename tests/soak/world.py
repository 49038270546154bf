"""The servers of the soak test, what disturbs them meanwhile, and how they are."""
import base64
import hashlib
import os
import pathlib
import random
import re
import shutil
import signal
import statistics
import threading
import time

from back_end import start_back_end
from clients import BREAKABLE, FILES, SOLID
from sallyport import PASSWORD, SANITIZED, TOP, EchoBackEnd, Instance, wait_until

GROUPS = ("staff", "guests")
# So that the entries of logins that nobody ends do not grow all the time.
MOST_LOGINS_BEGUN = 1000
# The table of tickets grows until it holds 200000, longer than anybody waits: none where memory is judged.
SETTINGS = f"""
[session]
unauth-max-entries = {MOST_LOGINS_BEGUN}

[ssl]
session-tickets = {"yes" if SANITIZED else "no"}

[login-limits]
user-address-max-failures = 0
user-max-failures = 0
address-max-failures = 0
"""
MOST_GROWTH = 4 << 20  # bytes, from the warm-up to the end


class World:
    """`users`: how many there are, user0 and so on; every second one is of the staff."""

    def __init__(self, directory, seed, users):
        self.dir, self.seed, self.users = pathlib.Path(directory), seed, users
        self.dir.chmod(0o755)
        self.servers = []
        self.breakable = {}

    def start(self):
        nginx, files = start_back_end(self.dir)
        self.servers.append(nginx)
        for name in ("one", "two"):
            self.breakable[name] = EchoBackEnd(self.dir, name=name)
        solid = EchoBackEnd(self.dir, name="solid")
        self.servers.append(solid)
        self.instance = Instance(self.dir / "instance", extra=SETTINGS, registry=True)
        registry = self.instance.dir / "registry.ldif"
        registry.write_text(self.registry())
        registry.chmod(0o600)
        self.instance.start(TSAN_OPTIONS="exitcode=66",
                            LSAN_OPTIONS=f"suppressions={TOP}/tests/e2e/lsan_ldap.supp:print_suppressions=0")
        self.instance.admin_lines((TOP / "etc/demo/setup").read_text())
        one, two = (self.breakable[name].port for name in ("one", "two"))
        for point, port in ((BREAKABLE, one), (SOLID, solid.port), (FILES, files)):
            self.instance.admin("junction", "create", "-t", "tcp", "-h", "127.0.0.1", "-p", port, "-c",
                                "iv_user,iv_groups", "-r", point)
            if point != BREAKABLE:
                self.instance.admin("acl", "attach", f"/WebSEAL/localhost-default{point}", "demo-users")
        self.instance.admin("junction", "add", "-h", "127.0.0.1", "-p", two, BREAKABLE)

    def warnings(self):
        lines = (self.instance.dir / "daemon.out").read_text(errors="replace").splitlines()
        return [line[:400] for line in lines if " warning " in line or " error " in line]

    def stop(self):
        """The daemon's end is the last thing that is judged: its exit status, and what sanitizers say."""
        try:
            self.instance.stop()
        finally:
            for server in (*self.breakable.values(), *self.servers):
                server.stop()

    @staticmethod
    def groups_of(user):
        return f'"{GROUPS[int(user[4:]) % 2]}"'

    def registry(self):
        salt = b"soaksalt"
        stored = base64.b64encode(hashlib.sha512(PASSWORD.encode() + salt).digest() + salt).decode()
        names = [f"user{n}" for n in range(self.users)]
        dn = "uid={},ou=people,dc=example,dc=com"
        entries = [f"dn: {dn.format(name)}\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name}\nsn: {name}\n"
                   f"userPassword: {{SSHA512}}{stored}\n" for name in names]
        for number, group in enumerate(GROUPS):
            members = "".join(f"member: {dn.format(name)}\n" for name in names[number::2])
            entries.append(f"dn: cn={group},ou=groups,dc=example,dc=com\nobjectClass: groupOfNames\ncn: {group}\n"
                           f"{members}")
        return "\n".join(entries)

    def pid(self):
        return self.instance.process.popen.pid

    def resident(self):
        text = pathlib.Path(f"/proc/{self.pid()}/status").read_text()
        return int(re.search(r"^VmRSS:\s*(\d+) kB", text, re.M).group(1)) * 1024

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid()}/fd"))


class Disturber(threading.Thread):
    """Every few seconds: a reload, a change of the policy, or the end of one of the two servers of a junction, which comes
    back later."""

    def __init__(self, world, ledger, over):
        super().__init__(name="disturber", daemon=True)
        self.world, self.ledger, self.over = world, ledger, over
        self.random = random.Random(world.seed)

    def run(self):
        while not self.over.wait(self.random.uniform(1, 3)):
            try:
                self.random.choice((self.reload, self.hang_up, self.change_policy, self.kill))()
            except Exception as error:
                self.ledger.wrong("disturber", repr(error))

    def reload(self):
        self.world.instance.admin("reload")
        self.ledger.event("reload")

    def hang_up(self):
        self.world.instance.process.popen.send_signal(signal.SIGHUP)
        self.ledger.event("SIGHUP")

    def change_policy(self):
        """Nothing that a client could tell, but everything is made anew."""
        admin = self.world.instance.admin
        admin("acl", "create", "passing")
        admin("acl", "modify", "passing", "set", "group", "staff", "Trmd")
        admin("acl", "attach", f"/WebSEAL/localhost-default{SOLID}/nobody-asks", "passing")
        admin("acl", "detach", f"/WebSEAL/localhost-default{SOLID}/nobody-asks")
        admin("acl", "delete", "passing")
        self.ledger.event("policy changed")

    def kill(self):
        name = self.random.choice(list(self.world.breakable))
        server = self.world.breakable[name]
        self.ledger.killed()
        server.stop(signal.SIGKILL)
        self.over.wait(self.random.uniform(0.5, 3))
        shutil.copy(server.log, self.world.dir / f"{name}.before")
        self.world.breakable[name] = EchoBackEnd(self.world.dir, "--port", str(server.port), name=name)


class Health(threading.Thread):
    """Looks at the daemon's memory and descriptors each second."""

    def __init__(self, world, over):
        super().__init__(name="health", daemon=True)
        self.world, self.over = world, over
        self.samples = []  # (seconds, bytes)
        self.most_descriptors = 0
        self.began = time.monotonic()

    def run(self):
        while not self.over.wait(1):
            try:
                self.samples.append((time.monotonic() - self.began, self.world.resident()))
                self.most_descriptors = max(self.most_descriptors, self.world.descriptors())
            except OSError:
                return  # the daemon has ended: others will say so

    def growth(self):
        """Bytes by which the memory has grown after the warm-up, by a straight line through all that was seen, and the
        medians of the first and the last tenth; nothing for a run that is too short."""
        if not self.samples or self.samples[-1][0] < 60:
            return None
        whole = self.samples[-1][0]
        after = [(t, b) for t, b in self.samples if t > min(whole / 3, 300)]
        slope = statistics.linear_regression(*zip(*after)).slope
        tenth = max(1, len(after) // 10)
        first, last = (statistics.median(b for _, b in part) for part in (after[:tenth], after[-tenth:]))
        return slope * (after[-1][0] - after[0][0]), first, last


def judge_health(world, ledger, health, descriptors_before):
    """After the clients have gone: what is left of them."""
    # Who looked at a page without a session has begun a login; such entries are few, and end by their time.
    sessions = re.findall(r"User: (.*)", world.instance.admin("session", "list"))
    left = [user for user in sessions if user != "Unauthenticated"]
    if left:
        ledger.wrong("sessions", f"there are some at the end: {left}")
    if len(sessions) > MOST_LOGINS_BEGUN:
        ledger.wrong("sessions", f"{len(sessions)} logins have begun, more than unauth-max-entries")
    try:
        wait_until(lambda: world.descriptors() <= descriptors_before, "descriptors are given back", 60)
    except AssertionError:
        ledger.wrong("descriptors", f"{world.descriptors()} at the end, {descriptors_before} at the beginning")
    print(f"descriptors: {descriptors_before} before, {health.most_descriptors} at most, {world.descriptors()} after")
    growth = health.growth()
    print(f"memory: {world.resident() >> 10} KiB at the end", end="")
    if growth:
        print(f"; after the warm-up it grew by {growth[0] / 1024:.0f} KiB (fitted), from {growth[1] / 1024:.0f} to "
              f"{growth[2] / 1024:.0f} KiB", end="")
        if growth[0] > MOST_GROWTH and growth[2] - growth[1] > MOST_GROWTH and not SANITIZED:
            ledger.wrong("memory", f"grew by {growth[0] / 1024:.0f} KiB, more than {MOST_GROWTH >> 10}")
    print()
    broken = [line for line in world.instance.process.text().splitlines() if "exception" in line]
    if broken:
        ledger.wrong("event log", "\n".join(broken[:10]))
