"""A login that is under way while the registry is replaced."""
import subprocess
import threading

from sallyport import PASSWORD


def slow_registry(instance):
    """alice's password with a hash that takes a good part of a second."""
    made = subprocess.run(["/usr/bin/python3", "-W", "ignore", "-c",
                           "import crypt, sys; print(crypt.crypt(sys.argv[1], '$2b$12$benchbenchbenchbenchbe'))", PASSWORD],
                          capture_output=True, text=True, check=True).stdout.strip()
    path = instance.dir / "registry.ldif"
    lines = path.read_text().splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("userPassword:"))
    lines[first] = f"userPassword: {{CRYPT}}{made}"
    path.write_text("\n".join(lines) + "\n")


def log_in_meanwhile(instance, doing):
    """Status and page of a login form that was sent before, and is judged after, what `doing` does."""
    browser = instance.browser()
    page = browser.get("/app/")
    answers = []
    link = instance.connect()
    fields = f"username=alice&password={PASSWORD}&login-form-type=pwd&token={browser.token(page)}"
    cookies = "; ".join(f"{k}={v}" for k, v in browser.cookies.items())
    link.request("POST", "/pkmslogin.form", fields, {"Host": f"localhost:{instance.port}", "Cookie": cookies,
                                                     "Content-Type": "application/x-www-form-urlencoded"})

    def wait():
        answer = link.getresponse()
        answers.append((answer.status, answer.read().decode()))

    waiting = threading.Thread(target=wait)
    waiting.start()
    doing()
    waiting.join()
    link.close()
    return answers[0]


def test_a_reload_refuses_no_login_that_is_under_way(make_instance, echo):
    instance = make_instance()
    instance.setup_demo(echo)
    slow_registry(instance)
    instance.admin("reload")
    status, page = log_in_meanwhile(instance, lambda: instance.admin("reload"))
    assert status == 302, page


def test_F12_a_login_by_a_password_that_is_replaced_meanwhile_does_not_count(make_instance, echo):
    instance = make_instance()
    instance.setup_demo(echo)
    slow_registry(instance)
    instance.admin("reload")
    status, page = log_in_meanwhile(instance, lambda: instance.admin("user", "modify", "alice", "password", "Anoth3r-word"))
    assert status == 200 and 'name="token"' in page, page
    assert "alice" not in instance.admin("session", "list")
