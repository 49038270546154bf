"""The works of bench/run: each measures one round of itself and gives the figures of each proxy."""
import dataclasses

from apache import VARIANTS
from holdings import idle_connections, many_objects, many_sessions, session_entry
from loads import Loads
from logins import REGISTRIES, logins

KIB = 1024


@dataclasses.dataclass
class Work:
    """`proxies`: those that are compared, kept running from round to round; empty for works that start their own.
    `measure(bench, name)`: figures of one, by name. `most_rounds`: of works that take long and vary little."""
    title: str
    measure: object
    proxies: tuple = ("nginx", "haproxy", "sallyport")
    most_rounds: int = 1000
    starts_own: bool = False


class Bench:
    """What works need: the house of the proxies, the load tools and the options."""

    def __init__(self, house, options):
        self.house, self.options = house, options
        self.loads = Loads(house.dir, options.seconds)
        self.running = {}

    def proxy(self, name, workers=2):
        if (name, workers) not in self.running:
            self.running[name, workers] = self.house.start(name, workers=workers)
        return self.running[name, workers]


def keep_alive(path, connections):
    return lambda bench, name: bench.loads.keep_alive(bench.proxy(name), path, connections)


def new_connections(resumed):
    return lambda bench, name: bench.loads.handshakes(bench.proxy(name), "/1k", KIB, 16, resumed)


def idle(protocol):
    return lambda bench, name: idle_connections(bench.house, name, bench.options.idle, protocol)


def scaling(bench, name):
    """Two workers do in the same time twice the work of one, less what a request has become dearer by: what the
    workers wait for each other, and how they spoil each other's caches. Wall-clock throughput says nothing where the
    client and the back end need the same two processors. As many connections for each worker in both cases."""
    one = bench.loads.keep_alive(bench.proxy(name, 1), "/1k", 16)["cost"]
    two = bench.loads.keep_alive(bench.proxy(name, 2), "/1k", 32)["cost"]
    return {"cost": two, "cost of one": one, "scaling": 2 * one / two}


# sallyport-late: one that may ask for a certificate later.
IDLE_PROXIES = ("nginx", "haproxy", "sallyport", "sallyport-late")

WORKS = {
    "h1-1k": Work("1 KiB, keep-alive", keep_alive("/1k", 32)),
    "h1-10k": Work("10 KiB, keep-alive", keep_alive("/10k", 32)),
    "h1-1m": Work("1 MiB, keep-alive", keep_alive("/1m", 8)),
    "h2-1k": Work("HTTP/2, 1 KiB, 4 connections x 16 streams",
                  lambda bench, name: bench.loads.http_2(bench.proxy(name), "/1k", 4)),
    "new": Work("new connection, full handshake, 1 KiB", new_connections(False)),
    "resumed": Work("new connection, resumed, 1 KiB", new_connections(True)),
    "apache": Work("1 KiB, logged in, Apache's ways",
                   keep_alive("/1k", 32), ("sallyport", *(f"apache-{v}" for v in VARIANTS))),
    "scaling": Work("1 KiB, one worker and two", scaling, ("nginx", "sallyport")),
    "idle-h1": Work("idle connection, HTTP/1.1", idle("http/1.1"), IDLE_PROXIES, most_rounds=3, starts_own=True),
    "idle-h2": Work("idle connection, HTTP/2", idle("h2"), IDLE_PROXIES, most_rounds=3, starts_own=True),
    "entry": Work("session entry, 20 groups", lambda bench, _: session_entry(bench.options.sessions), ("sallyport",),
                  most_rounds=3, starts_own=True),
    "sessions": Work("request among many sessions",
                     lambda bench, _: many_sessions(bench.house, bench.loads, bench.options.sessions), ("sallyport",),
                     most_rounds=1, starts_own=True),
    "objects": Work("request among many protected objects",
                    lambda bench, _: many_objects(bench.house, bench.loads, bench.options.objects), ("sallyport",),
                    most_rounds=3, starts_own=True),
    "logins": Work("forms login",
                   lambda bench, name: logins(bench.house, name, bench.options.seconds), tuple(REGISTRIES),
                   starts_own=True),
}
