#!/usr/bin/python3
"""usage: certificate_matrix.py [--clients NAME,...] [--runs N] [--tls 1.2,1.3] [--starts anonymous,password] [--kinds ...]

Every client that there is, over every version of TLS and HTTP that it has, logs in by certificate: as a visitor, at an
object whose list needs a user, and after a login with a password, at an object whose POP needs the level ssl. With a
certificate of the user, none, one that has expired, one of another authority, a revoked one, another user's. Prints a line
for each cell: how many runs of it went as they must, and by which way the client was asked. Exit status 1 if any did not.
"""
import argparse
import collections
import sys
import tempfile

from certificate_clients import CLIENTS, client, message
from certificate_site import CertificateSite
from sallyport import EchoBackEnd, wait_until

LEVELS = """
[authentication-levels]
level = unauthenticated
level = password
level = ssl
"""
KINDS = ("alice", "none", "expired", "untrusted", "revoked", "bob")
# What must come of a certificate: the reasons that the audit may give. Browsers do not offer those that have expired or
# that no authority that we name has issued; then none is shown.
REASONS = {"none": {"none-shown"}, "expired": {"expired", "none-shown"}, "untrusted": {"unknown-issuer", "none-shown"},
           "revoked": {"revoked"}, "bob": {"wrong-user"}}
# Clients that cannot be asked by any way: nothing but TLS 1.3, no tickets, no post-handshake authentication.
UNREACHABLE = {"gnutls-1.3-only"}
WORDS = {"none-shown": "No certificate was sent", "expired": "has expired", "unknown-issuer": "not accepted here",
         "revoked": "has been revoked", "wrong-user": "another user", "no-delivery": "could not be asked"}


def make_site(directory, back_end):
    site = CertificateSite(directory, extra=LEVELS)
    site.leaf("revoked")
    crls = [authority.crl(site.dir / f"{authority.name}.crl") for authority in (site.clients.root, site.clients.issuing)]
    site.conf.write_text(site.conf.read_text().replace("[certificate]\n", "[certificate]\n" + "".join(
        f"crl-file = {crl}\n" for crl in crls), 1))
    site.start()
    site.setup_demo(back_end)
    site.admin("pop", "create", "vault")
    site.admin("pop", "modify", "vault", "set", "ipauth", "anyothernw", "2")
    site.admin("pop", "attach", "/WebSEAL/localhost-default/app/vault", "vault")
    return site


def expected(name, tls, start, kind):
    """The reasons that are right; none for a success."""
    if name in UNREACHABLE and tls == "1.3":
        return {"no-delivery"}
    if kind == "alice" or (kind == "bob" and start == "anonymous"):
        return None
    return REASONS[kind]


def run(site, name, tls, http, start, kind):
    """How the client was asked; an assertion fails if anything is not as it must be."""
    with client(name, site, None if kind == "none" else site.leaf(kind), tls, http) as one:
        path = "/app/x"
        one.visit(path)
        if start == "password":
            path = "/app/vault/x?y=1"
            one.log_in("alice")
            assert '"iv-user", "alice"' in one.text, one.text
            one.visit(path)
        before = len(site.logins())
        one.click()
        login = wait_until(lambda: len(site.logins()) > before and site.logins()[-1], "a line in the audit", 8)
        reasons = expected(name, tls, start, kind)
        if reasons is None:
            user = "bob" if kind == "bob" else "alice"
            assert login["outcome"] == "success" and login["user"] == user, login
            assert f'"iv-user", "{user}"' in one.text and f'"target": "{path.removeprefix("/app")}"' in one.text, one.text
        else:
            assert login["outcome"] == "failure" and login["reason"] in reasons, login
            assert WORDS[login["reason"]] in message(one.text), one.text
            assert one.status in (403, None), one.status
            # Everything is as before.
            one.visit("/app/x" if start == "password" else "/public/x")
            user = "alice" if start == "password" else "Unauthenticated"
            assert f'"iv-user", "{user}"' in one.text, one.text
        detail = login.get("detail", "")
        return detail.partition(",")[0].removeprefix("by ") if detail.startswith("by ") else login["reason"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", default=",".join(CLIENTS))
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--tls", default="1.2,1.3")
    parser.add_argument("--starts", default="anonymous,password")
    parser.add_argument("--kinds", default=",".join(KINDS))
    options = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as directory:
        echo = EchoBackEnd(directory)
        site = make_site(f"{directory}/site", echo)
        print(f"{'client':16} {'TLS':4} {'HTTP':5} {'from':10} {'certificate':12} {'as it must':>10}  by")
        for name in options.clients.split(","):
            for tls in options.tls.split(","):
                for http in CLIENTS[name][1]:
                    for start in options.starts.split(","):
                        for kind in options.kinds.split(","):
                            ways, good, why = collections.Counter(), 0, ""
                            for _ in range(options.runs):
                                try:
                                    ways[run(site, name, tls, http, start, kind)] += 1
                                    good += 1
                                except Exception as exception:  # whatever it is, it is told
                                    why = repr(exception)[:400]
                            failed += good < options.runs
                            told = ", ".join(f"{way}" + (f" ({count})" if len(ways) > 1 else "")
                                             for way, count in ways.most_common())
                            print(f"{name:16} {tls:4} {http:5} {start:10} {kind:12} {good:>4} of {options.runs:<3}  {told} {why}", flush=True)
        site.stop()
        echo.stop()
    print(f"{failed} cells are not as they must be" if failed else "every cell is as it must be")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
