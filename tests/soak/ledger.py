"""What the clients of the soak test saw: what was answered, what was lost and whether it may have been, what was wrong."""
import collections
import threading
import time

# A request that was under way this long after a server was killed may have met it.
GRACE = 1.0


class Lost(Exception):
    """No whole answer, or one that says that there is none (502, 503, 504)."""


class Wrong(Exception):
    """An answer that is not what it has to be."""


class Ledger:
    """Thread-safe. Times are those of time.monotonic()."""

    def __init__(self):
        self.lock = threading.Lock()
        self.answered = collections.Counter()
        self.excused = collections.Counter()
        self.events = collections.Counter()
        self.violations = []
        self.kills = []
        self.began = time.monotonic()

    def count(self, what, number=1):
        with self.lock:
            self.answered[what] += number

    def event(self, what):
        with self.lock:
            self.events[what] += 1

    def killed(self):
        """Just before a server of the junction that has two is killed."""
        with self.lock:
            self.kills.append(time.monotonic())
            self.events["back end killed"] += 1

    def lost(self, what, began, breakable, why):
        """`breakable`: sent to the junction whose servers are killed. Such a request may be lost if it was under way when
        that happened: the server had it, and what it did with it nobody knows."""
        now = time.monotonic()
        with self.lock:
            if breakable and any(began <= kill + GRACE and kill <= now for kill in self.kills):
                self.excused[what] += 1
                return
            self.add(f"lost: {what}: {why}")

    def wrong(self, what, why):
        with self.lock:
            self.add(f"wrong: {what}: {why}")

    def add(self, text):
        self.violations.append(f"{time.monotonic() - self.began:8.1f} s  {text}")

    def clear(self):
        return not self.violations

    def print(self):
        print("answered, and checked: " + ", ".join(f"{n} {what}" for what, n in sorted(self.answered.items())))
        print("happened: " + ", ".join(f"{n} x {what}" for what, n in sorted(self.events.items())))
        print("under way at a server that was killed: " +
              (", ".join(f"{n} {what}" for what, n in sorted(self.excused.items())) or "none"))
        print(f"violations: {len(self.violations)}")
        for line in self.violations[:50]:
            print(line[:400])
