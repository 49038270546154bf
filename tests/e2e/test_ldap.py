"""Users in an LDAP directory: how they log in, and what happens when the directory is hostile, slow or away."""
import concurrent.futures
import contextlib
import os
import socket
import statistics
import subprocess
import threading
import time

import pytest

from sallyport import BUILD, Instance, wait_until
from slapd import GROUPS, LIMITS_OFF, PASSWORD, PEOPLE, SUFFIX, LdapInstance, Slapd, odd_group, person

# Of PASSWORD; takes about a tenth of a second.
SLOW_HASH = ("{CRYPT}$6$rounds=150000$saltsalt$mpxtpU5gs.iZw3K.t1gI0NIdnTcsEwcAcv"
             "DBcegN2ZVEuStP1rMa4q4yOGKDJtXoa2NQqbwvq3vCd1J8psr5N1")

@pytest.fixture(scope="module")
def directory(tmp_path_factory, ca):
    slapd = Slapd(tmp_path_factory.mktemp("directory") / "slapd", ca, PEOPLE + GROUPS,
                  head="allow bind_anon_cred bind_anon_dn").start()
    yield slapd
    slapd.stop()


@pytest.fixture(scope="module")
def shared(tmp_path_factory, directory, echo):
    """Over ldaps, with failed logins not counted."""
    instance = LdapInstance(tmp_path_factory.mktemp("shared"), [directory.ldaps], directory.ca_file, LIMITS_OFF).start()
    instance.setup_demo(echo)
    yield instance
    instance.stop()


@pytest.fixture
def silent():
    """A directory that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def identity(response):
    assert response.status == 200, response
    return {n.lower(): v for n, v in response.json()["headers"] if n.lower().startswith("iv-")}


def groups(response):
    return sorted(g.strip('"') for g in identity(response).get("iv-groups", "").split(",") if g)


def log_in(instance, user, password=PASSWORD):
    """By the form. True: it worked; False: the login page came again."""
    browser = instance.browser()
    answer = browser.send_login(browser.get("/app/"), user, password)
    if answer.status == 302:
        return True
    assert answer.status == 200 and "The user name or the password is not right." in answer.text, answer
    assert "/pkmslogin.form" in browser.get("/app/").text
    return False


class Bystander:
    """Somebody who has logged in, and goes on working while something else happens."""

    def __init__(self, instance, user="bob"):
        self.browser = instance.browser()
        self.browser.login(user, PASSWORD)
        self.times, self.bad = [], []
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.work)

    def work(self):
        with contextlib.closing(self.browser.instance.connect()) as link:
            while not self.ending.wait(0.003):
                begin = time.monotonic()
                answer = self.browser.get("/app/", connection=link)
                self.times.append(time.monotonic() - begin)
                if answer.status != 200 or answer.header("Content-Type") != "application/json":
                    self.bad.append(answer)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join()

    def check(self, seconds):
        assert not self.bad
        assert len(self.times) >= 20
        assert statistics.quantiles(self.times, n=100)[98] < seconds


def test_login_over_ldaps(shared):
    browser = shared.browser()
    browser.login("alice", PASSWORD)
    seen = browser.get("/app/")
    assert identity(seen)["iv-user"] == "alice"
    assert identity(seen)["iv-user-l"] == f"uid=alice,ou=people,{SUFFIX}"
    assert groups(seen) == ["everyone", "staff"]  # and not "admins", which is elsewhere


def test_login_over_starttls(make_ldap_instance, directory):
    instance = make_ldap_instance(directory.ldap)
    browser = instance.browser()
    browser.login("alice", PASSWORD)
    assert groups(browser.get("/app/")) == ["everyone", "staff"]
    before = directory.log()
    assert instance.basic("alice").status == 200
    wait_until(lambda: "uid=alice" in directory.log()[len(before):], "the bind is in slapd's log")
    assert "TLS established" in before


def test_groups_of_all_styles_reach_the_back_end(make_slapd, make_ldap_instance):
    slapd = make_slapd(PEOPLE, database="overlay memberof")
    slapd.add(GROUPS)  # not offline: the overlay has to see it
    instance = make_ldap_instance(slapd.ldaps)
    expected = {"member": ["everyone", "staff"], "uniqueMember": ["team"], "memberOf": ["everyone", "staff"], "none": []}
    style = "group-search-base"
    for name, wanted in expected.items():
        instance.replace(style, f"group-style = {name}\ngroup-search-base" if style == "group-search-base" else
                         f"group-style = {name}")
        style = f"group-style = {name}"
        instance.admin("reload")
        assert groups(instance.basic("alice")) == wanted, name
    # Without a base, groups anywhere count.
    instance.replace(style, "group-style = memberOf")
    instance.replace(f"group-search-base = ou=groups,{SUFFIX}", "group-search-base =")
    instance.admin("reload")
    assert groups(instance.basic("alice")) == ["admins", "everyone", "staff"]


def test_policy_sees_the_groups(shared):
    for user, status in (("alice", 200), ("bob", 403)):
        browser = shared.browser()
        browser.login(user, PASSWORD)
        assert browser.get("/app/staff").status == status


def test_wrong_password_and_unknown_user(shared):
    assert not log_in(shared, "alice", "wrong")
    assert not log_in(shared, "nobody")
    assert shared.refusals()[-2:] == ["wrong password", "unknown user"]


def test_an_account_that_is_switched_off(shared):
    assert not log_in(shared, "frozen")
    assert shared.refusals()[-1] == "account is not valid"
    assert not log_in(shared, "frozen", "wrong")
    assert shared.refusals()[-1] == "wrong password"
    assert log_in(shared, "valid")


def test_two_entries_of_one_name_are_nobody(shared):
    assert not log_in(shared, "twin")
    assert shared.refusals()[-1] == "more than one entry has this name"


def test_of_several_names_the_one_in_the_distinguished_name_counts(shared):
    assert log_in(shared, "erin")
    assert not log_in(shared, "alias")
    assert not log_in(shared, "nameless") and not log_in(shared, "other")


def test_F11_an_unknown_user_takes_as_long_as_a_known_one(make_slapd, make_ldap_instance):
    slapd = make_slapd(person("alice", SLOW_HASH) + person("bob", SLOW_HASH))
    instance = make_ldap_instance(slapd.ldaps)

    def seconds(user):
        begin = time.monotonic()
        assert instance.basic(user, "wrong").status == 401
        return time.monotonic() - begin

    seconds("alice")
    known = statistics.median(seconds(user) for user in ("alice", "bob") * 3)
    unknown = statistics.median(seconds(f"nobody{i}") for i in range(6))
    assert known > 0.03  # or the test would prove nothing
    assert known / 3 < unknown < known * 3


def test_F11_a_right_password_of_an_entry_that_cannot_be_read_is_as_good_as_a_wrong_one(make_slapd, make_ldap_instance):
    instance = make_ldap_instance(make_slapd(PEOPLE + odd_group("alice")).ldaps)
    for password, reason in (("wrong", "bad-credentials"), (PASSWORD, "user-not-readable")):
        browser = instance.browser()
        answer = browser.send_login(browser.get("/app/"), "alice", password)
        assert answer.status == 200 and "is not right" in answer.text
        assert instance.basic("alice", password).status == 401
        instance.wait_for_audit(event="authn", action="basic", reason=reason)


def test_G1_an_empty_or_blank_password_is_refused_before_the_directory_hears_of_it(shared, directory):
    assert log_in(shared, "bob")
    before = len(directory.log())
    for password in (" ", "\t", "\x00", "\x00" + PASSWORD, PASSWORD + "\x00"):
        browser = shared.browser()
        answer = browser.send_login(browser.get("/app/"), "alice", password)
        assert answer.status in (200, 400) and not answer.header("Location"), repr(password)
        assert "/pkmslogin.form" in browser.get("/app/").text
    browser = shared.browser()
    assert "/pkmslogin.form" in browser.send_login(browser.get("/app/"), "alice", "").text
    for password in ("", " "):
        assert shared.basic("alice", password).status == 401
    assert not log_in(shared, "alice", "wrong")
    said = directory.log()[before:]
    assert said.count('BIND dn="uid=alice') == 1  # of the last attempt


@pytest.mark.parametrize("user", ["*", "a*", "alic?", "a)(uid=*", "alice)(uid=alice", "*)(objectClass=*", "\\00", "\\2a",
                                  "alice\x00", "x" * 10240, f"uid=alice,ou=people,{SUFFIX}", "uid=alice", "al\u00adice",
                                  "\uff41lice", "alice,", "(alice)", "alice\\20", "cn=alice", "alice Person"])
def test_G2_a_name_is_never_more_than_a_name(shared, user):
    browser = shared.browser()
    answer = browser.send_login(browser.get("/app/"), user, PASSWORD)
    assert answer.status in (200, 400, 413) and not answer.header("Location")
    assert "/pkmslogin.form" in browser.get("/app/").text


@pytest.mark.parametrize("typed, spelt", [("ALICE", "alice"), ("alice ", "alice"), (" Alice", "alice"),
                                          ("carol", "Carol")])
def test_G2_the_user_is_called_as_the_directory_spells_it(shared, typed, spelt):
    browser = shared.browser()
    browser.login(typed, PASSWORD)
    assert identity(browser.get("/app/"))["iv-user"] == spelt


def await_event(instance, text):
    wait_until(lambda: text in instance.process.text(), f"an event with {text}")


def no_login(instance, user="alice"):
    browser = instance.browser()
    answer = browser.send_login(browser.get("/app/"), user, PASSWORD)
    assert answer.status == 503 and answer.header("Retry-After")
    assert PASSWORD not in answer.text


def test_G3_a_certificate_that_is_not_right_fails_closed(make_slapd, make_ldap_instance, monkeypatch, tmp_path):
    # What a machine's ldap.conf or environment says changes nothing.
    monkeypatch.setenv("LDAPTLS_REQCERT", "never")
    monkeypatch.setenv("LDAPTLS_REQSAN", "never")
    monkeypatch.setenv("LDAPTLS_CACERTDIR", str(tmp_path / "slapd0"))
    slapd = make_slapd()
    (tmp_path / "other").mkdir()
    Instance.certificate("authority", "-n", "Other CA", tmp_path / "other" / "ca")
    instance = make_ldap_instance(slapd.ldaps, ca_file=tmp_path / "other" / "ca.pem")
    no_login(instance)
    instance.replace(slapd.ldaps, slapd.ldap)
    instance.admin("reload")
    no_login(instance)
    misnamed = make_slapd(names=("ldap.example.com",))
    for url in (misnamed.ldaps, misnamed.ldap):
        no_login(make_ldap_instance(url))
    await_event(instance, "has to come from")
    for server in (slapd, misnamed):
        assert " BIND " not in server.log()


def test_G3_a_server_that_speaks_old_tls_only_gets_no_password(make_slapd, make_ldap_instance):
    slapd = make_slapd(head="TLSCipherSuite NORMAL:-VERS-ALL:+VERS-TLS1.1:%COMPAT")
    for url in (slapd.ldaps, slapd.ldap):
        instance = make_ldap_instance(url)
        no_login(instance)
        await_event(instance, "TLS1.1, and TLS 1.2 is the least")
    assert " BIND " not in slapd.log()


def test_G3_a_server_without_starttls_gets_no_password(make_slapd, make_ldap_instance):
    slapd = make_slapd(tls=False)
    instance = make_ldap_instance(slapd.ldap)
    no_login(instance)
    assert " BIND " not in slapd.log() and "1.3.6.1.4.1.1466.20037" in slapd.log()


def test_G3_referrals_are_not_followed(make_slapd, make_ldap_instance):
    with socket.create_server(("127.0.0.1", 0)) as foreign:
        url = f"ldap://127.0.0.1:{foreign.getsockname()[1]}/"

        def referral(dn):
            return f"dn: {dn},{SUFFIX}\nobjectClass: referral\nobjectClass: extensibleObject\nref: {url}{dn},{SUFFIX}\n\n"

        slapd = make_slapd(PEOPLE + GROUPS + referral("uid=remote,ou=people") + referral("ou=elsewhere"))
        instance = make_ldap_instance(slapd.ldaps)
        assert not log_in(instance, "remote")
        assert log_in(instance, "alice")
        instance.replace(f"user-search-base = ou=people,{SUFFIX}", f"user-search-base = ou=elsewhere,{SUFFIX}")
        instance.admin("reload")
        no_login(instance)
        foreign.settimeout(0)
        with pytest.raises(BlockingIOError):
            foreign.accept()


def test_G4_all_servers_down_and_back_again(make_slapd, make_ldap_instance):
    first, second = make_slapd(), make_slapd()
    instance = make_ldap_instance(first.ldaps, second.ldap)
    browser = instance.browser()
    browser.login("alice", PASSWORD)
    first.stop()
    assert log_in(instance, "bob")
    second.stop()
    for user in ("bob", "alice", "nobody"):
        no_login(instance, user)
    assert instance.basic("alice").status == 503
    assert identity(browser.get("/app/"))["iv-user"] == "alice"
    second.start()
    assert log_in(instance, "bob")  # at once
    first.start()
    wait_until(lambda: log_in(instance, "bob") and "uid=bob" in first.log(), "the preferred server is used again")
    await_event(instance, f"directory-server-down: refused: {first.ldaps}")
    await_event(instance, f"directory-server-up: {first.ldaps}")


def test_G4_attempts_count_for_nothing_while_nobody_can_check_them(make_slapd, make_ldap_instance):
    slapd = make_slapd()
    instance = make_ldap_instance(slapd.ldaps, extra="\n[login-limits]\nuser-address-max-failures = 2\n")
    slapd.stop()
    for _ in range(5):
        no_login(instance)
    slapd.start()
    assert log_in(instance, "alice")


def test_G4_one_of_two_servers_restarts_during_a_thousand_logins(make_slapd, make_ldap_instance):
    first, second = make_slapd(), make_slapd()
    instance = make_ldap_instance(first.ldaps, second.ldaps)
    count = 1000
    done = []
    stop_at, start_at, restarted = threading.Event(), threading.Event(), threading.Event()

    def some_logins(number):
        statuses = []
        with contextlib.closing(instance.connect()) as link:
            for _ in range(number):
                statuses.append(instance.basic("alice", connection=link).status)
                done.append(1)
                if len(done) >= count // 4:
                    stop_at.set()
                if len(done) >= count // 2:
                    start_at.set()
                if len(done) >= 3 * count // 4:
                    assert restarted.wait(60)
        return statuses

    with Bystander(instance) as bystander, concurrent.futures.ThreadPoolExecutor(8) as pool:
        runs = [pool.submit(some_logins, count // 8) for _ in range(8)]
        assert stop_at.wait(60)
        first.stop()
        assert start_at.wait(60)
        first.start()
        restarted.set()
        statuses = [status for run in runs for status in run.result()]
    assert statuses == [200] * count
    bystander.check(0.5)
    assert second.log().count('BIND dn="uid=alice') > 0
    wait_until(lambda: instance.basic("alice").status == 200 and "uid=alice" in first.log(), "the first is used again")


@pytest.mark.parametrize("scheme", ["ldaps", "ldap"])
def test_D7_a_server_that_never_answers_is_passed_over(directory, make_ldap_instance, silent, scheme):
    instance = make_ldap_instance(directory.ldaps, connect_timeout=1)
    with Bystander(instance) as bystander:
        instance.replace(f"server = {directory.ldaps}", f"server = {scheme}://{silent}\nserver = {directory.ldaps}")
        instance.replace("retry-interval = 1", "retry-interval = 3600")
        instance.admin("reload")
        begin = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            assert all(pool.map(lambda _: log_in(instance, "alice"), range(24)))
        took = time.monotonic() - begin
        assert 0.9 < took < 4  # the first eight wait for the limit, and nobody after them
        begin = time.monotonic()
        assert log_in(instance, "alice")
        assert time.monotonic() - begin < 0.9
    bystander.check(0.5)


def test_D7_when_too_many_wait_the_next_ones_are_told_at_once(make_slapd, make_ldap_instance, silent):
    slapd = make_slapd()
    instance = make_ldap_instance(slapd.ldaps, max_connections=2, max_waiting=2, connect_timeout=1)
    with Bystander(instance) as bystander:
        instance.replace(slapd.ldaps, f"ldaps://{silent}")
        instance.admin("reload")

        def attempt(_):
            begin = time.monotonic()
            answer = instance.basic("alice")
            return time.monotonic() - begin, answer.status, answer.header("Retry-After")

        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            answers = sorted(pool.map(attempt, range(10)))
    assert all(status == 503 and retry for _, status, retry in answers)
    assert sum(seconds < 0.9 for seconds, _, _ in answers) >= 7
    assert answers[-1][0] < 3 + 1.5
    bystander.check(0.5)


@pytest.mark.parametrize("scheme", ["ldaps", "ldap"])
def test_D7_waiting_for_a_server_costs_no_processor_time(make_ldap_instance, silent, scheme):
    def used():
        fields = open(f"/proc/{instance.process.popen.pid}/stat", encoding="ascii").read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    instance = make_ldap_instance(f"{scheme}://{silent}", connect_timeout=1)
    before = used()
    no_login(instance)
    assert used() - before < 0.3


def test_D7_an_answer_that_breaks_off_is_no_answer(make_slapd, make_ldap_instance):
    def say_half(listener):
        with contextlib.suppress(OSError):
            while True:
                link, _ = listener.accept()
                links.append(link)
                link.recv(1000)
                link.sendall(b"\x30\x84\x00\x00\x10\x00\x02")

    links = []
    slapd = make_slapd()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=say_half, args=(listener,), daemon=True).start()
        instance = make_ldap_instance(f"ldap://127.0.0.1:{listener.getsockname()[1]}", slapd.ldaps, connect_timeout=1)
        begin = time.monotonic()
        assert log_in(instance, "alice")
        assert 0.9 < time.monotonic() - begin < 3
        assert links
    for link in links:
        link.close()


def test_a_password_file_that_everybody_may_read_is_a_warning(tmp_path, directory):
    instance = LdapInstance(tmp_path / "i", [directory.ldaps], directory.ca_file)

    def check():
        return subprocess.run([BUILD / "sallyportd", "-t", "-c", instance.conf], capture_output=True, text=True)

    assert "everybody" not in check().stderr
    (instance.dir / "ldap.password").chmod(0o644)
    result = check()
    assert result.returncode == 0 and "warning: everybody on this machine may read" in result.stderr
    (instance.dir / "ldap.password").write_text("\n")
    assert check().returncode == 1
    (instance.dir / "ldap.password").unlink()
    assert "bind-pwd-file" in check().stderr
