"""Figures with their spread, as text; and the targets that they are held against."""
import dataclasses
import statistics


@dataclasses.dataclass
class Spread:
    """The median of the rounds, and the least and the most of them."""
    least: float
    median: float
    most: float

    @classmethod
    def of(cls, values):
        return cls(min(values), statistics.median(values), max(values))

    def text(self, digits=2):
        return f"{self.median:.{digits}f} [{self.least:.{digits}f}..{self.most:.{digits}f}]"


class Results:
    """What was measured: for each work and proxy, the figures of each round. The same place, the same round."""

    def __init__(self):
        self.rounds = {}

    def add(self, work, proxy, figures):
        self.rounds.setdefault(work, {}).setdefault(proxy, []).append(figures)

    def has(self, work, *proxies):
        return all(proxy in self.rounds.get(work, {}) for proxy in proxies)

    def values(self, work, proxy, figure):
        return [figures[figure] for figures in self.rounds[work][proxy]]

    def spread(self, work, proxy, figure):
        return Spread.of(self.values(work, proxy, figure))

    def ratio(self, work, proxy, other, figure="cost"):
        """Of two proxies in the same round, so that what the machine did to both cancels out."""
        pairs = zip(self.values(work, proxy, figure), self.values(work, other, figure))
        return Spread.of([one / two for one, two in pairs])


@dataclasses.dataclass
class Target:
    """`bound`: at most that, or at least if `at_least`; `measured(results)`: a Spread, nothing if it was not measured."""
    text: str
    bound: float
    measured: object
    unit: str = ""
    at_least: bool = False

    def line(self, results):
        bound = f"{'at least' if self.at_least else 'at most'} {self.bound:g}{self.unit}"
        spread = self.measured(results)
        if spread is None:
            return f"{self.text:72} {bound:>18}  {'not measured':>22}"
        met = spread.median >= self.bound if self.at_least else spread.median <= self.bound
        return f"{self.text:72} {bound:>18}  {spread.text():>22}  {'met' if met else 'missed'}"


def to(work, other):
    """Sallyport's processor time for a request as a ratio to another proxy's."""
    return lambda r: r.ratio(work, "sallyport", other) if r.has(work, "sallyport", other) else None


def figure(work, name, per=1, proxy="sallyport"):
    def measured(results):
        if not results.has(work, proxy):
            return None
        return Spread.of([value / per for value in results.values(work, proxy, name)])
    return measured


def cheaper_than_apache(results):
    """Than the cheapest of its ways to log in with a form."""
    ways = [way for way in results.rounds.get("apache", {}) if way.startswith("apache-form")]
    if not ways or not results.has("apache", "sallyport"):
        return None
    return min((results.ratio("apache", way, "sallyport") for way in ways), key=lambda spread: spread.median)


TARGETS = [
    Target("1 KiB keep-alive HTTP/1.1, session + ACL + identity headers : nginx", 0.95, to("h1-1k", "nginx")),
    Target("10 KiB, the same : nginx", 0.90, to("h1-10k", "nginx")),
    Target("1 MiB, the same : nginx", 0.90, to("h1-1m", "nginx")),
    Target("HTTP/2, 1 KiB, 4 connections x 16 streams : nginx", 1.0, to("h2-1k", "nginx")),
    Target("HTTP/2, 1 KiB, 4 connections x 16 streams : HAProxy", 1.2, to("h2-1k", "haproxy")),
    Target("new connection, full TLS 1.3 handshake, ECDSA P-256, one request : nginx", 1.3, to("new", "nginx")),
    Target("new connection, resumed, one request : nginx", 1.2, to("resumed", "nginx")),
    Target("memory of an idle keep-alive connection, HTTP/1.1", 16, figure("idle-h1", "KiB"), " KiB"),
    Target("the same, where a certificate may be asked for late", 16, figure("idle-h1", "KiB", proxy="sallyport-late"),
           " KiB"),
    Target("memory of an idle keep-alive connection, HTTP/2", 24, figure("idle-h2", "KiB"), " KiB"),
    Target("the same, where a certificate may be asked for late", 24, figure("idle-h2", "KiB", proxy="sallyport-late"),
           " KiB"),
    Target("session entry, user with 20 groups", 1.5, figure("entry", "bytes", 1024), " KiB"),
    Target("Apache with form login, same request : Sallyport", 20, cheaper_than_apache, at_least=True),
    Target("scaling from 1 to 2 workers", 1.8, figure("scaling", "scaling"), at_least=True),
]
TABLE_WORKS = ["h1-1k", "h1-10k", "h1-1m", "h2-1k", "new", "resumed", "apache", "scaling", "idle-h1", "idle-h2", "entry"]


def print_table(results):
    print(f"{'':72} {'target':>18}  {'median [least..most]':>22}")
    for target in TARGETS:
        print(target.line(results))


def print_work(title, work, results):
    """A line for each proxy: every figure with its spread, and the ratio of the costs to the first proxy."""
    proxies = results.rounds[work]
    first = next(iter(proxies))
    for proxy, rounds in proxies.items():
        texts = []
        for name in rounds[0]:
            spread = results.spread(work, proxy, name)
            digits = 0 if spread.median >= 1000 else 1 if spread.median >= 20 else 2
            texts.append(f"{LABELS.get(name, name)} {spread.text(digits)}")
        if "cost" in rounds[0] and len(proxies) > 1:
            texts.append(f"of {first} {results.ratio(work, proxy, first).text()}")
        print(f"{title if proxy == first else '':44} {proxy:26} {'; '.join(texts)}", flush=True)


LABELS = {"rate": "per second", "cost": "processor time", "KiB": "KiB each", "bytes": "bytes each",
          "find": "ns to find one", "resumed": "share resumed", "directory": "the directory's, ms"}
