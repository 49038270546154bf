"""Protected object policies: from where, and how, something may be asked for."""
import pytest
from reloading import is_login, own, reload  # noqa: F401

APP = "/WebSEAL/localhost-default/app"
PROXIES = {"server trusted-proxies": "127.0.0.1"}


def pop(instance, name, *settings, at=None):
    """A POP with `settings`, each the words behind "set"."""
    instance.admin("pop", "create", name)
    for words in settings:
        instance.admin("pop", "modify", name, "set", *words.split())
    if at:
        instance.admin("pop", "attach", at, name)


def asked_from(browser, address, target="/app/"):
    return browser.get(target, headers={"X-Forwarded-For": address})


def access_lines(instance, **fields):
    return [line for line in instance.audit()
            if line["event"] == "authz" and all(line.get(k) == v for k, v in fields.items())]


def test_the_command_line_makes_shows_and_attaches_them(own):
    own.admin("pop", "create", "vault")
    own.admin("pop", "modify", "vault", "set", "description", "the vault")
    own.admin("pop", "modify", "vault", "set", "ipauth", "add", "10.0.0.0", "255.0.0.0", "1")
    own.admin("pop", "modify", "vault", "set", "ipauth", "add", "10.9.0.0", "255.255.0.0", "forbidden")
    own.admin("pop", "attach", APP, "vault")
    assert own.admin("pop", "show", "Vault").splitlines() == [
        "    Protected object policy: vault",
        "    Description: the vault",
        "    Warning: no",
        "    Quality of protection: none",
        "    IP Endpoint Authentication Method Policy",
        "        Network 10.9.0.0 Netmask 255.255.0.0 forbidden",
        "        Network 10.0.0.0 Netmask 255.0.0.0 1",
        "        Any Other Network 0"]
    assert own.admin("pop", "list") == "vault\n"
    assert own.admin("pop", "find", "vault") == APP + "\n"
    shown = own.admin("object", "show", APP + "/deep")
    assert "    Attached POP:\n" in shown and "    Effective POP: vault\n" in shown
    assert "    Effective ACL: demo-users\n" in shown
    refused = own.run_admin("pop", "delete", "vault")
    assert refused.returncode == 1 and "detach it first" in refused.stderr
    own.admin("pop", "detach", APP)
    own.admin("pop", "delete", "vault")
    assert "<pop" not in (own.dir / "policy.xml").read_text()


def test_networks_are_judged_by_the_most_specific_mask(own):
    reload(own, PROXIES)
    pop(own, "networks", "ipauth add 10.0.0.0 255.0.0.0 1", "ipauth add 10.1.0.0 255.255.0.0 forbidden",
        "ipauth add 10.1.2.0 255.255.255.0 0", "ipauth add 2001:db8:: ffff:ffff:: forbidden",
        at="/WebSEAL/localhost-default/public")
    browser = own.browser()
    for address, expected in (("192.0.2.1", 200), ("10.1.9.9", 403), ("10.1.2.3", 200), ("2001:db8:5::1", 403),
                              ("2001:db9::1", 200)):
        response = asked_from(browser, address, "/public/")
        assert response.status == expected, address
        assert (response.header("Content-Type") == "application/json") == (expected == 200), address
    assert is_login(asked_from(browser, "10.2.0.1", "/public/"))


def test_a_forbidden_network_is_403_for_everybody_and_audited(own):
    pop(own, "closed", "ipauth anyothernw forbidden", at=APP)
    visitor, user = own.browser(), own.browser()
    # A login would not help: none is asked for.
    assert visitor.get("/public/").status == 200
    user.send_login(user.get("/pkmslogin"), "alice")
    assert user.get("/app/").status == 403
    own.wait_for_audit(reason="forbidden_network", user="alice", object=APP, detail=f"pop closed at {APP}")
    own.admin("pop", "modify", "closed", "set", "ipauth", "add", "127.0.0.1", "255.255.255.255", "0")
    assert user.get("/app/").status == 200


def test_a_visitor_from_a_forbidden_network_is_not_asked_to_log_in(own):
    pop(own, "closed", "ipauth anyothernw forbidden", at="/WebSEAL/localhost-default/public")
    response = own.browser().get("/public/")
    assert response.status == 403 and response.header("Set-Cookie") is None


def test_the_list_speaks_before_the_pop(own):
    pop(own, "closed", "ipauth anyothernw forbidden", at=APP)
    assert is_login(own.browser().get("/app/"))


def test_who_has_the_permission_B_is_not_held_up(own):
    pop(own, "closed", "ipauth anyothernw forbidden", at=APP)
    own.admin("acl", "modify", "demo-users", "set", "user", "bob", "TrB")
    bob, alice = own.browser(), own.browser()
    for browser, user, status in ((bob, "bob", 200), (alice, "alice", 403)):
        browser.send_login(browser.get("/pkmslogin"), user)
        assert browser.get("/app/").status == status


def test_warning_mode_lets_through_and_says_what_it_would_deny(own):
    pop(own, "trial", "warning yes", "ipauth anyothernw 1", at=APP)
    anonymous = own.browser()
    assert anonymous.get("/app/x").json()["target"] == "/x"
    own.wait_for_audit(action="access", outcome="success", reason="no_permission", object=APP + "/x",
                       detail="warning mode of pop trial: would not be permitted")
    own.admin("pop", "modify", "trial", "set", "warning", "no")
    assert is_login(anonymous.get("/app/x"))


def test_a_pop_counts_for_all_below_until_another_one(own):
    pop(own, "closed", "ipauth anyothernw forbidden", at="/WebSEAL/localhost-default/public")
    pop(own, "free", at="/WebSEAL/localhost-default/public/free")
    browser = own.browser()
    assert browser.get("/public/a/b").status == 403
    assert browser.get("/public/free/b").status == 200
    assert browser.get("/public/freedom").status == 403


@pytest.mark.parametrize("words", ["ipauth anyothernw 2", "ipauth add 10.0.0.0 255.0.0.0 2"])
def test_a_level_that_does_not_exist_is_refused_by_the_command(own, words):
    own.admin("pop", "create", "high")
    refused = own.run_admin("pop", "modify", "high", "set", *words.split())
    assert refused.returncode == 1
    assert refused.stderr == "Error: there is no authentication level 2: [authentication-levels] has 0 to 1\n"


def test_a_policy_that_names_a_level_which_does_not_exist_is_refused_with_its_line(own):
    pop(own, "high", "ipauth anyothernw 1", at=APP)
    store = own.dir / "policy.xml"
    text = store.read_text()
    wrong = '<any-other-network level="2"/>'
    store.write_text(text.replace('<any-other-network level="1"/>', wrong))
    line = store.read_text().splitlines().index("    " + wrong) + 1
    refused = own.run_admin("reload")
    assert refused.returncode == 1
    assert (f"{store}: line {line}: there is no authentication level 2: [authentication-levels] has 0 to 1"
            in refused.stderr)
    assert is_login(own.browser().get("/app/"))  # as before
    store.write_text(text)
    own.admin("reload")


def test_a_policy_from_before_there_were_pops_is_read(own):
    store = own.dir / "policy.xml"
    assert "pop" not in store.read_text()
    own.admin("reload")
    assert own.admin("pop", "list") == ""


def test_levels_need_a_restart(own):
    own.conf.write_text(own.conf.read_text() + "\n[authentication-levels]\nlevel = unauthenticated\nlevel = password\n"
                        "level = ssl\n")
    assert own.admin("reload") == "reloaded\nneeds a restart: [authentication-levels] level\n"
    own.admin("pop", "create", "high")
    assert own.run_admin("pop", "modify", "high", "set", "ipauth", "anyothernw", "2").returncode == 1
    own.stop()
    own.start()
    own.admin("pop", "modify", "high", "set", "ipauth", "anyothernw", "2")
