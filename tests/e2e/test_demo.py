"""The demo instance, as ./quickstart makes it."""
import json
import subprocess

import pytest

from certificate_site import Curl
from sallyport import BUILD, TOP, free_port


class Demo:
    def __init__(self, directory):
        self.dir, self.port = directory, free_port()

    def quickstart(self, *options):
        return subprocess.run([TOP / "quickstart", "--dir", self.dir, *options], check=True, text=True, timeout=300,
                              stdin=subprocess.DEVNULL, capture_output=True).stdout

    def url(self, path):
        return f"https://localhost:{self.port}{path}"

    def curl(self, name, certificate=None, **how):
        clients = self.dir / "clients"
        options = ["--cert", clients / f"{certificate}.pem", "--key", clients / f"{certificate}.key"] if certificate else []
        return Curl(self, name, options=options, **how)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    if BUILD != TOP / "build" / "obj":
        pytest.skip("quickstart runs the usual build")
    demo = Demo(tmp_path_factory.mktemp("quickstart"))
    assert f"https://localhost:{demo.port}/" in demo.quickstart("--background", "--port", str(demo.port))
    yield demo
    assert "stopped" in demo.quickstart("--stop")


def user_of(body):
    return dict(json.loads(body)["headers"]).get("iv-user")


def test_a_visitor_logs_in_by_certificate_where_a_user_is_needed(demo):
    curl = demo.curl("visitor", "bob")
    page = curl.ask("/vault-acl/")
    assert 'value="pwd"' in page and 'value="cert"' in page
    assert user_of(curl.log_in_by_certificate(page)) == "bob" and curl.url == demo.url("/vault-acl/")


def test_a_user_steps_up_by_certificate_where_the_pop_asks_for_it(demo):
    curl = demo.curl("user", "alice")
    page = curl.ask("/app/")
    token = curl.token(page)
    body = curl.ask("/pkmslogin.form", "--data-urlencode", f"token={token}", "-d", "username=alice&password=sallyport-demo")
    assert user_of(body) == "alice"
    page = curl.ask("/vault/x")
    assert 'value="pwd"' not in page and 'value="cert"' in page
    assert user_of(curl.log_in_by_certificate(page)) == "alice" and curl.url == demo.url("/vault/x")


@pytest.mark.parametrize("kind,words", [(None, "No certificate was sent"), ("expired", "has expired"),
                                        ("revoked", "has been revoked"), ("untrusted", "not accepted here")])
def test_what_is_wrong_with_a_certificate_is_said(demo, kind, words):
    curl = demo.curl(f"bad-{kind}", kind)
    page = curl.ask("/vault-acl/")
    assert words in curl.log_in_by_certificate(page) and curl.status == 403
