"""The command line changes the running instance, what it says is clear, and nothing that fails changes anything."""
import concurrent.futures
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile

import pytest

from sallyport import BUILD, Instance, parse_responses, read_to_end, wait_until

SERVER = "default-sallyport-localhost"


def is_login(response):
    return response.status == 200 and "/pkmslogin.form" in response.text


def assert_one_line_error(result, status=1):
    assert result.returncode == status, result
    assert result.stdout == ""
    assert re.fullmatch(r"(Error|usage): [^\n]+\n", result.stderr), result.stderr


@pytest.fixture
def own(make_instance, make_echo):
    instance = make_instance()
    instance.echo = make_echo()
    instance.setup_demo(instance.echo)
    return instance


RECIPE = ["junction create -t tcp -h 127.0.0.1 -p {port} /rec", "acl create open", "acl modify open set unauthenticated Tr",
          "acl modify open set any-other Tr", "acl attach /WebSEAL/localhost-default/rec open"]


@pytest.mark.parametrize("way", ["arguments", "lines", "server task"])
def test_a_junction_comes_and_goes_with_the_commands_of_the_manual(own, way):
    recipe = [line.format(port=own.echo.port) for line in RECIPE]
    delete = "junction delete /rec"
    if way == "server task":
        recipe[0] = recipe[0].replace("junction", f"server task {SERVER}")
        delete = delete.replace("junction", f"server task {SERVER}")
    assert is_login(own.ask("/rec/x"))
    if way == "lines":
        own.admin_lines("# a comment\n\n" + "\n".join(recipe) + "\n")
    else:
        for line in recipe:
            own.admin(*line.split())
    assert own.ask("/rec/x").json()["target"] == "/x"
    assert own.ask("/rec/x", "PUT").status != 201 and is_login(own.ask("/rec/x", "PUT"))  # r is not m
    assert "/rec" in own.admin("junction", "list")
    assert f"{own.echo.port}" in own.admin("junction", "show", "/rec")
    own.admin(*delete.split())
    response = own.ask("/rec/x")
    assert response.status == 404 or is_login(response)
    assert "/rec" not in own.admin("server", "task", SERVER, "list")


def test_requests_are_counted_for_each_server(own):
    own.publish("/count")
    own.admin("junction", "create", "-t", "tcp", "-h", "127.0.0.1", "-p", own.echo.port, "/count")

    def figures():
        text = own.admin("junction", "show", "/count")
        return tuple(int(re.search(rf"{what} requests ?: (\d+)", text).group(1)) for what in ("Current", "Total"))

    assert figures() == (0, 0)
    for _ in range(3):
        assert own.ask("/count/x").status == 200
    wait_until(lambda: figures() == (0, 3), "three requests are counted")
    head = b"GET /count/echo/%s HTTP/1.1\r\nHost: localhost\r\n%s\r\n"
    upgrade = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: YWJjZGVmZ2hpamtsbW5vcA==\r\n"
    with own.open() as slow, own.open() as tunnel:
        slow.sendall(head % (b"sleep/60000", b""))
        tunnel.sendall(head % (b"websocket", upgrade))
        wait_until(lambda: figures() == (2, 5), "one waits, one is a tunnel")
        # What an administrator changes meanwhile does not forget them.
        own.admin("reload")
        (uuid,) = re.findall(r"ID: (\S+)", own.admin("junction", "show", "/count"))
        for state in ("offline", "online"):
            own.admin("server", "task", SERVER, state, "-i", uuid, "/count")
            assert figures() == (2, 5)
    wait_until(lambda: figures() == (0, 5), "they are over")
    # Nobody asked the server.
    assert own.ask("/count").status == 302 and own.ask("/count/x", host="other.example").status == 421
    assert figures() == (0, 5)


def test_sessions_are_listed_and_ended(own):
    alice, bob = own.browser(), own.browser()
    alice.login("alice")
    bob.login("bob")
    listed = own.admin("session", "list")
    assert re.findall(r"User\s*:?\s*(\w+)", listed).count("alice") == 1
    for cookie in list(alice.cookies.values()) + list(bob.cookies.values()):
        assert cookie not in listed  # F16: an id that gives access is never shown
    entries = re.split(r"Session ID: ", listed)[1:]
    handle = next(entry.split("\n")[0] for entry in entries if "alice" in entry)
    own.admin("session", "terminate", handle)
    assert is_login(alice.get("/app/"))
    assert bob.get("/app/").json()["method"] == "GET"
    alice.login("alice")
    own.admin("server", "task", SERVER, "terminate", "all_sessions", "bob")
    assert is_login(bob.get("/app/"))
    assert alice.get("/app/").status == 200
    assert_one_line_error(own.run_admin("session", "terminate", handle))
    assert_one_line_error(own.run_admin("session", "terminate", "all_sessions", "nobody"))


def test_F12_a_changed_password_and_a_closed_account_count_at_once(own):
    browser = own.browser()
    own.admin("user", "modify", "alice", "password", "another-passw0rd")
    page = browser.get("/app/")
    assert is_login(browser.send_login(page, "alice"))
    assert browser.send_login(page, "alice", "another-passw0rd").status == 302
    own.admin("user", "modify", "bob", "account-valid", "no")
    other = own.browser()
    assert is_login(other.send_login(other.get("/app/"), "bob"))


@pytest.mark.parametrize("change", [
    ("user", "modify", "alice", "password", "another-passw0rd"), ("user", "modify", "alice", "account-valid", "no"), ("user", "delete", "alice"),
    ("group", "modify", "staff", "remove", "alice"), ("group", "modify", "guests", "add", "alice")])
def test_F12_a_changed_user_has_to_log_in_again(own, change):
    alice, bob = own.browser(), own.browser()
    alice.login("alice")
    bob.login("bob")
    own.admin("user", "modify", "alice", "description", "the same rights as before")
    assert alice.get("/app/staff").json()["method"] == "GET"
    own.admin(*change)
    assert is_login(alice.get("/app/"))
    assert bob.get("/app/").json()["method"] == "GET"


@pytest.mark.parametrize("way", ["reload", "signal"])
def test_F12_a_reload_with_other_users_ends_their_sessions(own, way):
    alice, bob = own.browser(), own.browser()
    alice.login("alice")
    bob.login("bob")
    own.admin("reload")
    assert alice.get("/app/").json()["method"] == "GET"
    registry = own.dir / "registry.ldif"
    registry.write_text(re.sub(r"(?m)^(uid: alice)$", r"\1\nsecAcctValid: FALSE", registry.read_text()))
    if way == "reload":
        own.admin("reload")
    else:
        own.process.popen.send_signal(signal.SIGHUP)
    wait_until(lambda: is_login(alice.get("/app/")), "the session is over")
    assert bob.get("/app/").json()["method"] == "GET"


@pytest.mark.parametrize("words", [
    ("acl", "show", "no-such"), ("acl", "create", "demo-users"), ("acl", "delete", "demo-users"), ("acl", "attach", "/WebSEAL/x", "no-such"),
    ("acl", "modify", "demo-users", "set", "any-other", "Q"), ("junction", "delete", "/no-such"), ("junction", "create", "-t", "tcp", "-h", "x", "/app"),
    ("junction", "create", "-t", "udp", "-h", "x", "/y"), ("junction", "create", "/y"), ("junction", "create", "-t", "tcp", "-h", "x", "-p", "99999", "/y"),
    ("junction", "create", "-t", "tcp", "-h", "x", "-j", "/y"), ("server", "task", "other-server", "list"), ("user", "show", "no-such"),
    ("junction", "create", "-t", "ssl", "-h", "x", "--ca-file", "/no/such/file", "/y")])
def test_what_fails_says_why_in_one_line(demo, words):
    assert_one_line_error(demo.run_admin(*words))


@pytest.mark.parametrize("words", [("no-such-command",), ("acl",), ("acl", "create"), ("acl", "create", "a", "b"), ("junction", "frobnicate", "/x"), ("session",),
                                   ("acl", "modify", "demo-users", "set"), ("server",)])
def test_wrong_usage_is_exit_status_2(demo, words):
    assert_one_line_error(demo.run_admin(*words), 2)


def test_lines_stop_at_the_first_that_fails(own):
    result = own.run_admin(stdin="acl create one\nacl show no-such\nacl create two\n")
    assert result.returncode == 1
    assert "line 2" in result.stderr
    acls = own.admin("acl", "list").split()
    assert "one" in acls and "two" not in acls


def test_no_daemon_is_a_clear_error(tmp_path):
    instance = Instance(tmp_path / "off")
    assert_one_line_error(instance.run_admin("acl", "list"))


@pytest.mark.parametrize("name", ["new\nline", "[stanza]", "../../etc/passwd", "a/b", "", " ", "x" * 2000, "tab\tbed", "nul\x1b", "\u0085", "semi;colon<&>\"'"])
def test_G6_names_are_refused_or_come_back_as_they_are(own, name):
    before = sorted(p.name for p in own.dir.iterdir())
    created = own.run_admin("acl", "create", name)
    if created.returncode == 0:
        assert name in own.admin("acl", "list").split("\n")
        own.process.stop()
        own.start()
        assert name in own.admin("acl", "list").split("\n")
    else:
        assert_one_line_error(created)
    assert sorted(p.name for p in own.dir.iterdir() if p.suffix != ".xml") == [n for n in before if not n.endswith(".xml")]


@pytest.mark.parametrize("point", ["/../x", "/a/../b", "/a//b", "/.", "a", "/new\nline", "/x%2f..", "/back\\slash", "/q?x", "/semi;x", "/pkmsx", "/end/",
                                   "/" + "x" * 300, "/nul\x01"])
def test_G6_mount_points_that_are_none_are_refused(own, point):
    files = set(os.listdir(own.dir / "jct"))
    assert_one_line_error(own.run_admin("junction", "create", "-t", "tcp", "-h", "127.0.0.1", "-p", "1", point))
    assert set(os.listdir(own.dir / "jct")) == files


def test_G6_odd_mount_points_survive_a_restart(own):
    points = ["/a b", "/über", "/a/b/c", "/[x]", "/a=b&c", "/quote'd", "/<&>"]
    for point in points:
        own.admin("junction", "create", "-t", "tcp", "-h", "127.0.0.1", "-p", own.echo.port, point)
    for label in ("../x", "a/b", "", ".hidden", "-x", "new\nline"):
        assert own.run_admin("server", "task", SERVER, "virtualhost", "create", "-t", "tcp", "-h", "127.0.0.1", "-v", "x.example", label).returncode == 1
    assert not [name for name in os.listdir(own.dir / "jct") if name.startswith(".")]
    own.process.stop()
    own.start()
    listed = own.admin("junction", "list")
    for point in points:
        assert point in listed
    alice = own.browser()
    alice.login("alice")
    assert alice.get("/a%20b/x").json()["target"] == "/x"


def test_everything_survives_a_restart(own):
    own.admin("acl", "create", "kept")
    own.admin("acl", "modify", "kept", "description", 'with "quotes" & <brackets>')
    own.admin("user", "create", "carol", "cn=Carol,dc=example,dc=com", "Carol", "C", "a-good-passw0rd")
    own.admin("user", "modify", "carol", "account-valid", "yes")
    own.admin("group", "modify", "staff", "add", "carol")
    before = [own.admin(*words) for words in (("acl", "show", "kept"), ("junction", "show", "/app"), ("user", "show", "carol"), ("group", "show-members", "staff"))]
    own.process.stop()
    own.start()
    after = [own.admin(*words) for words in (("acl", "show", "kept"), ("junction", "show", "/app"), ("user", "show", "carol"), ("group", "show-members", "staff"))]
    assert before == after
    carol = own.browser()
    carol.login("carol", "a-good-passw0rd")
    assert carol.get("/app/staff").status == 200


def test_G7_what_visitors_send_stays_on_its_line_of_the_logs(own):
    own.ask('/public/%22"x', headers=[("User-Agent", 'evil" 200 "'), ("Referer", "\\x\xff")])
    own.ask("/" + "y" * 9000)
    page = own.browser()
    page.send_login(page.get("/app/"), "bad\r\nforged: line\x1b[31m")
    own.process.stop()
    lines = (own.dir / "request.log").read_bytes().splitlines()
    assert all(re.fullmatch(rb'127\.0\.0\.1 - \S+ \[[^]]+\] "(?:[^"\\]|\\.)*" \d{3} (?:\d+|-) "(?:[^"\\]|\\.)*" "(?:[^"\\]|\\.)*"', line) for line in lines), lines
    assert all(len(line) < 8192 for line in lines)
    assert own.audit()  # every line is JSON
    own.start()


@pytest.fixture
def open_to_nobody(make_echo):
    """An instance in a directory that other users can look into."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="sallyport-"))
    directory.chmod(0o755)
    instance = Instance(directory / "i")
    instance.dir.chmod(0o755)
    instance.start()
    yield instance
    instance.stop()
    shutil.rmtree(directory)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_G8_another_user_of_the_machine_is_no_administrator(open_to_nobody):
    command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", BUILD / "sallyport", "-S", open_to_nobody.dir / "admin.sock"]
    for words in (["acl", "list"], ["acl", "create", "x"], ["session", "list"], ["reload"]):
        result = subprocess.run(command + words, text=True, capture_output=True, timeout=30)
        assert_one_line_error(result)
        assert "not an administrator" in result.stderr
    assert "x" not in open_to_nobody.admin("acl", "list").split()
    denied = [line for line in open_to_nobody.audit() if line["event"] == "admin" and line["outcome"] == "failure"]
    assert len(denied) == 4 and denied[0]["user"] == "uid 65534"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_G8_others_cannot_read_what_is_secret(open_to_nobody):
    open_to_nobody.admin("acl", "create", "x")
    for name in ("registry.ldif", "policy.xml", "request.log", "audit.log", "sallyport.conf", "server.key", "ca.key"):
        mode = (open_to_nobody.dir / name).stat().st_mode
        assert mode & 0o007 == 0, name


def test_G8_a_core_dump_would_hold_nothing(demo):
    limits = pathlib.Path(f"/proc/{demo.process.popen.pid}/limits").read_text()
    assert re.search(r"Max core file size\s+0\s+0", limits)


def break_file(instance, name):
    path = instance.dir / name
    good = path.read_text()
    path.write_text({"sallyport.conf": good + "\n[server]\nhttps-port = many\n", "registry.ldif": good + "\nuid: without dn\n"}.get(name, good[:len(good) // 2]))
    return lambda: path.write_text(good)


@pytest.mark.parametrize("name", ["sallyport.conf", "policy.xml", "registry.ldif", "jct/%2Fapp.xml", "server.pem"])
def test_G9_a_reload_with_a_broken_file_changes_nothing(own, name):
    alice = own.browser()
    alice.login("alice")
    repair = break_file(own, name)
    policy = (own.dir / "policy.xml").read_bytes()
    # The command line reads the same configuration to find the socket.
    result = subprocess.run([BUILD / "sallyport", "-S", own.dir / "admin.sock", "reload"], text=True, capture_output=True, timeout=30)
    assert result.returncode == 1 and result.stderr.startswith("Error: ")
    assert name.split("/")[-1] in result.stderr
    own.process.popen.send_signal(signal.SIGHUP)
    wait_until(lambda: "reload-refused" in own.process.text(), "the refusal in the log")
    assert alice.get("/app/").status == 200
    assert own.ask("/public/").status == 200
    assert (own.dir / "policy.xml").read_bytes() == policy
    repair()
    assert own.admin("reload") == "reloaded\n"
    assert alice.get("/app/").status == 200


def test_G9_reloads_at_once_come_one_after_the_other(own):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda i: own.run_admin(*(["reload"] if i % 2 else ["acl", "create", f"acl{i}"])), range(16)))
        for _ in range(10):
            own.process.popen.send_signal(signal.SIGHUP)
            assert own.ask("/public/").status == 200
    assert [r.returncode for r in results] == [0] * 16
    assert {f"acl{i}" for i in range(0, 16, 2)} <= set(own.admin("acl", "list").split())


def test_a_reload_brings_what_the_files_say(own):
    assert own.ask("/public", "OPTIONS").status == 200
    conf = own.conf.read_text()
    own.conf.write_text(conf + "\n[server]\nhttp-method-disabled-remote = TRACE\nhttp-method-disabled-remote = OPTIONS\n")
    own.process.popen.send_signal(signal.SIGHUP)
    wait_until(lambda: own.ask("/public", "OPTIONS").status == 405, "the new setting counts")
    own.conf.write_text(conf)
    own.admin("reload")
    assert own.ask("/public", "OPTIONS").status == 200


def test_a_new_certificate_counts_after_a_reload(own):
    def serial():
        with own.open() as link:
            return link.getpeercert()["serialNumber"]
    before = serial()
    own.certificate("issue", "-a", own.dir / "ca", own.dir / "new", "localhost")
    shutil.move(own.dir / "new.pem", own.dir / "server.pem")
    shutil.move(own.dir / "new.key", own.dir / "server.key")
    assert serial() == before
    own.admin("reload")
    assert serial() != before


def test_rotated_logs_are_opened_anew(own):
    own.ask("/public/before")
    log = own.dir / "request.log"
    wait_until(lambda: "before" in log.read_text(), "the line of the first request")
    log.rename(own.dir / "request.log.1")
    own.process.popen.send_signal(signal.SIGUSR1)
    wait_until(log.exists, "the new log")
    own.ask("/public/after")
    wait_until(lambda: "after" in log.read_text(), "the line of the second request")
    assert "after" not in (own.dir / "request.log.1").read_text()


def test_sigterm_lets_a_download_end(own):
    size = 64 << 20
    with own.open() as idle, own.open(timeout=30) as link:
        idle.sendall(b"GET /public/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert idle.recv(65536)
        link.sendall(b"GET /public/echo/download/%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % size)
        received = link.recv(65536)
        own.process.popen.send_signal(signal.SIGTERM)

        def refused():
            try:
                socket.create_connection(("127.0.0.1", own.port), 1).close()
            except ConnectionRefusedError:
                return True
            return False

        wait_until(refused, "no new connections")
        received += read_to_end(link)
        (answer,) = parse_responses(received)
        assert answer.complete and len(answer.body) == size
        read_to_end(idle)
        # The client's connection ended with its answer, and the idle one did not hold anything up.
        assert own.process.popen.wait(timeout=5) == 0
    own.process = None
    assert not (own.dir / "admin.sock").exists()


def test_a_second_instance_does_not_take_the_socket_of_the_first(own):
    again = subprocess.run([BUILD / "sallyportd", "-c", own.conf], text=True, capture_output=True, timeout=30)
    assert again.returncode == 1 and "admin.sock" in again.stderr
    assert own.admin("acl", "list")


def check(instance, *options):
    return subprocess.run([BUILD / "sallyportd", "-t", *options, "-c", instance.conf], text=True, capture_output=True, timeout=30)


def test_the_check_prints_every_error_with_its_place(tmp_path):
    instance = Instance(tmp_path / "i")
    good = check(instance)
    assert (good.returncode, good.stderr) == (0, "")
    lines = instance.conf.read_text().splitlines()
    first = len(lines)
    lines += ["[server]", "https-prt = 443", "max-connections = many", "[nonsense]", "x = y", "[session]", "timeout = -1", "no equals sign"]
    instance.conf.write_text("\n".join(lines) + "\n")
    result = check(instance)
    assert result.returncode == 1
    places = [int(line) for line in re.findall(rf"^{re.escape(str(instance.conf))}:(\d+):\d+: error: .+$", result.stderr, re.M)]
    assert {first + 2, first + 3, first + 4, first + 7, first + 8} <= set(places), result.stderr
    assert "https-port" in result.stderr  # the nearest name


def test_A15_the_check_warns_of_two_ways_to_one_server(own):
    result = check(own)
    assert result.returncode == 0 and re.search(r"warning: junctions /(app|public) and /(app|public) lead to the same server", result.stderr), result.stderr
    assert check(own, "-s").returncode == 1


def test_G8_the_check_warns_of_secrets_that_all_can_read(tmp_path):
    instance = Instance(tmp_path / "i")
    (instance.dir / "server.key").chmod(0o644)
    result = check(instance)
    assert result.returncode == 0 and re.search(r"server\.key: warning: ", result.stderr), result.stderr
    assert check(instance, "-s").returncode == 1


def test_every_command_is_in_the_audit_log_and_no_password_is(own):
    own.admin("user", "create", "dave", "cn=Dave,dc=example,dc=com", "Dave", "D", "s3cret-passw0rd")
    own.admin("acl", "create", "seen")
    own.wait_for_audit(event="admin", action="acl create seen")
    actions = [line["action"] for line in own.audit() if line["event"] == "admin"]
    assert any(action.startswith("user create dave") for action in actions)
    assert "s3cret-passw0rd" not in (own.dir / "audit.log").read_text()
    assert "s3cret-passw0rd" not in (own.dir / "registry.ldif").read_text()
