"""A reload that fails changes nothing; what needs a restart is told."""
import re
import shutil
import signal
import subprocess
import time

import pytest

from reloading import (own, configure, reload, logged_in, connections_that_are_served, forwarded_for, statuses,
                       lines_of, serial, tls_version, GET)  # noqa: F401
from sallyport import BUILD, TOP, wait_until


BREAK = {"the configuration": lambda own: own.conf.write_text(own.conf.read_text() + "\n[server]\nno-such = 1\n"),
         "a junction": lambda own: (own.dir / "jct/%2Fbroken.xml").write_text("<junction"),
         "a header": lambda own: configure(own, {"header-names no-such-datum": "x"}),
         "a log": lambda own: configure(own, {"logging audit-file": "/no/such/directory/audit.log"})}


@pytest.mark.parametrize("how", BREAK)
def test_G9_a_reload_that_fails_changes_nothing_of_all_this(own, how):
    browser, other = logged_in(own), logged_in(own, "bob")
    configure(own, {
        "server max-connections": 1, "server max-connections-per-address": 1, "server connection-request-limit": 1,
        "server trusted-proxies": "127.0.0.1", "server shutdown-timeout": 1, "server max-header-count": 10,
        "session max-entries": 1, "session timeout": 1, "session inactive-timeout": 1, "ba ba-auth": "none",
        "login-limits user-address-max-failures": 1, "acnt-mgt login-redirect-page": "/public/",
        "http-method-perms <default>": "m", "header-names host-name": "x-host-name", "ssl disable-tls-v13": "yes",
        "logging requests-file": "@dir@/other-requests.log", "logging event-level": "debug", "admin timeout": 1})
    BREAK[how](own)
    # Certificates and pages that are new and sound, too.
    before = serial(own)
    own.certificate("issue", "-a", own.dir / "ca", own.dir / "new", "localhost")
    shutil.move(own.dir / "new.pem", own.dir / "server.pem")
    shutil.move(own.dir / "new.key", own.dir / "server.key")
    result = subprocess.run([BUILD / "sallyport", "-S", own.dir / "admin.sock", "reload"], text=True,
                            capture_output=True, timeout=30)
    assert result.returncode == 1 and result.stdout == "" and result.stderr.startswith("Error: ")
    own.process.popen.send_signal(signal.SIGHUP)
    wait_until(lambda: own.process.text().count("reload-refused") == 2, "both are in the log")
    # Not even with the next command, which publishes what there is.
    subprocess.run([BUILD / "sallyport", "-S", own.dir / "admin.sock", "acl", "create", "next"], check=True)
    assert serial(own) == before and tls_version(own) == "TLSv1.3"
    time.sleep(1.2)
    for user in (browser, other):
        assert user.get("/app/").json()["method"] == "GET"
    assert connections_that_are_served(own, 3) == 3
    assert statuses(own, [GET] * 3) == [200] * 3
    assert forwarded_for(own, ("X-Forwarded-For", "192.0.2.7")) == "127.0.0.1"
    assert not [n for n, _ in own.ask("/public/").json()["headers"] if n.lower() == "x-host-name"]
    wrong = [("Authorization", "Basic YWxpY2U6d3Jvbmc=")]
    assert [own.ask("/app/", headers=wrong).status for _ in range(3)] == [401] * 3
    assert not (own.dir / "other-requests.log").exists() or not lines_of(own, "other-requests.log")
    assert " debug " not in own.process.text()


RESTART = {"server server-name": "other", "server web-host-name": "www.example", "server http": "yes",
           "server https-port": 9, "server http-port": 10, "server network-interface": "127.0.0.2",
           "server worker-threads": 7, "server unix-user": "nobody", "server unix-group": "nogroup",
           "session ssl-session-cookie-name": "__Host-other", "ldap max-connections": 4, "ldap max-waiting": 9,
           "certificate secondary-port": 11, "totp used-codes-file": "@dir@/other-codes", "interfaces partners": "https-port=12",
           "authentication-levels level": ["unauthenticated", "password", "totp"], "admin socket": "@dir@/other.sock"}


def test_what_needs_a_restart_is_told_and_changes_nothing(own):
    browser = logged_in(own)
    configure(own, RESTART)
    command = [BUILD / "sallyport", "-S", own.dir / "admin.sock", "reload"]
    for _ in range(2):  # until the restart
        result = subprocess.run(command, text=True, capture_output=True, timeout=30)
        assert result.returncode == 0, result.stderr
        first, second = result.stdout.splitlines()
        assert first == "reloaded" and second.startswith("needs a restart: ")
        named = second.removeprefix("needs a restart: ").split(", ")
        # A stanza of lines with names is named as a whole.
        wanted = {f"[{n.split()[0]}] {n.split()[1]}" for n in RESTART} - {"[interfaces] partners"} | {"[interfaces]"}
        assert sorted(named) == sorted(wanted)
    assert "reload-needs-restart: [server] server-name" in own.process.text()
    assert browser.get("/app/").json()["method"] == "GET"
    assert own.ask("/public/").status == 200  # the policy's objects have the same names
    assert own.ask("/app/").header("Set-Cookie").startswith("__Host-sallyport=")
    configure(own, {"server worker-threads": None})
    result = subprocess.run(command, text=True, capture_output=True, timeout=30)
    assert "worker-threads" not in result.stdout


def test_what_does_not_go_together_with_what_waits_for_a_restart_is_refused(own):
    configure(own, {"server http": "yes", "server http-port": 8, "server https": "no", "ssl server-cert-file": None,
                    "ssl server-key-file": None})
    result = own.run_admin("reload")
    assert result.returncode == 1 and "needs a restart" in result.stderr and "certificate" in result.stderr
    assert own.ask("/public/").status == 200


def test_the_rows_that_say_restart_are_those(own):
    """The manual and this test speak of the same rows."""
    sample = (TOP / "etc/sallyport.conf").read_text()
    stanza, found, effect = "", set(), ""
    for line in sample.splitlines():
        if match := re.match(r"\[([\w-]+)\]$", line):
            stanza = match.group(1)
        if re.match(r"# \(|# .*after a restart\)", line):
            effect = line
        if (match := re.match(r"#([\w-]+) =", line)) and effect.endswith("after a restart)"):
            found.add(f"{stanza} {match.group(1)}")
            effect = ""
    assert found == set(RESTART) | {"server https"}


def test_warnings_of_a_reload_are_in_its_answer_and_in_the_log(own):
    own.process.stop()
    own.start()
    result = own.run_admin("reload")
    assert result.stdout == "reloaded\n"
    assert re.search(r"warning: junctions /(app|public) and /(app|public) lead to the same server", result.stderr)
    (own.dir / "server.key").chmod(0o644)
    configure(own, {"session timeout": 60, "session inactive-timeout": 3600})
    result = own.run_admin("reload")
    assert result.returncode == 0
    for text in (r"server\.key: warning: ", r"sallyport\.conf:\d+: warning: inactive-timeout has no effect"):
        assert re.search(text, result.stderr), result.stderr
    wait_until(lambda: re.search("warning reload-warning: .*inactive-timeout has no effect", own.process.text()),
               "the warning in the event log")


def test_warnings_are_about_what_the_reload_brings(own):
    own.certificate("issue", "-a", own.dir / "ca", own.dir / "shop", "shop.example")
    configure(own, {"ssl-sni shop.example": "@dir@/shop.pem @dir@/shop.key"})
    assert "[ssl-sni] shop.example: requests for it are refused" in own.run_admin("reload").stderr
    configure(own, {"server web-host-alias": "shop.example"})
    assert "shop.example" not in own.run_admin("reload").stderr
    configure(own, {"server web-host-alias": None})
    assert "[ssl-sni] shop.example: requests for it are refused" in own.run_admin("reload").stderr
