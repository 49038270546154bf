"""Chromium and Firefox show a code that a telephone's app reads, and take the digits that it makes of it."""
import subprocess
import urllib.parse

import pytest

from browsers import Chromium
from certificate_clients import BrowserClient
from firefox import Firefox
from test_totp import LEVELS, code_of, next_code, prepare

BROWSERS = {"chromium": Chromium, "firefox": Firefox}


@pytest.fixture
def site(make_instance, echo):
    return prepare(make_instance(extra=LEVELS), echo)


def scanned(picture, file):
    """What a camera reads in the picture."""
    file.write_bytes(picture)
    return subprocess.run(["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", file], check=True,
                          capture_output=True, text=True).stdout.rstrip("\n")


def give_code(client, code):
    client.send(f"const form = document.querySelector('#code').form; form.code.value = '{code}'; form.submit()")


@pytest.mark.parametrize("name", BROWSERS)
def test_the_picture_on_the_screen_is_read_by_an_app_whose_codes_log_in(site, name, tmp_path):
    client = BrowserClient(BROWSERS[name](site.dir / "ca.pem"), site)
    try:
        client.visit("/app/x")
        client.log_in("alice")
        client.visit("/pkmstotp")
        client.browser.run("document.querySelector('svg[role=img]').scrollIntoView()")
        uri = urllib.parse.urlsplit(scanned(client.browser.picture(), tmp_path / "screen.png"))
        assert (uri.scheme, uri.netloc, urllib.parse.unquote(uri.path)) == ("otpauth", "totp", "/Example Corp:alice")
        said = dict(urllib.parse.parse_qsl(uri.query))
        secret = said.pop("secret")
        assert said == {"issuer": "Example Corp", "algorithm": "SHA1", "digits": "6", "period": "30"}
        used = code_of(secret)
        give_code(client, used)
        assert "are set up" in client.text
        client.visit("/vault/")
        give_code(client, next_code(secret, {used}))
        assert '"iv-user", "alice"' in client.text and client.browser.url == site.url("/vault/")
    finally:
        client.browser.quit()
