"""A real Firefox without a screen, driven by its own protocol (Marionette: JSON over TCP), so that no driver is needed."""
import base64
import json
import pathlib
import socket
import subprocess
import tempfile

from nss import make_store
from sallyport import wait_until

PREFERENCES = {
    "marionette.port": 0,  # a free one; it is written to the profile
    "browser.shell.checkDefaultBrowser": False,
    "devtools.jsonview.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.http.http3.enable": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
}
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # what WebDriver calls the id of an element


class Failed(Exception):
    pass


class Firefox:
    """`trusted`: a PEM file with the authority of servers, without which every server is believed. `certificates`: of
    client_pki; they are chosen without a question. `preferences`: more of them."""

    def __init__(self, trusted=None, certificates=(), preferences=()):
        self.directory = tempfile.TemporaryDirectory()
        profile = pathlib.Path(self.directory.name)
        self.believes_all = trusted is None
        if trusted is not None:
            make_store(profile, trusted, certificates)
        wanted = {**PREFERENCES, "security.default_personal_cert": "Select Automatically", **dict(preferences)}
        (profile / "user.js").write_text("".join(f"user_pref({json.dumps(name)}, {json.dumps(value)});\n"
                                                 for name, value in wanted.items()))
        self.log = open(profile / "output", "wb")
        self.process = subprocess.Popen(["firefox-esr", "--headless", "--marionette", "--no-remote", "--profile", profile],
                                        stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT,
                                        env={"HOME": str(profile), "PATH": "/usr/bin:/bin", "MOZ_DISABLE_CONTENT_SANDBOX": "1"})
        self.link, self.buffer, self.last_id = None, b"", 0
        try:
            self.connect(profile / "MarionetteActivePort")
        except BaseException:
            self.quit()
            raise

    def connect(self, port_file):
        port = wait_until(lambda: port_file.exists() and port_file.read_text().strip(), "Firefox listens", 60)
        self.link = socket.create_connection(("127.0.0.1", int(port)), 60)
        assert self.read()["marionetteProtocol"] == 3
        self.command("NewSession", acceptInsecureCerts=self.believes_all)
        self.command("SetTimeouts", pageLoad=30000, script=30000)

    def read(self):
        while b":" not in self.buffer:
            self.fill()
        length, _, self.buffer = self.buffer.partition(b":")
        while len(self.buffer) < int(length):
            self.fill()
        message, self.buffer = self.buffer[:int(length)], self.buffer[int(length):]
        return json.loads(message)

    def fill(self):
        data = self.link.recv(65536)
        assert data, "Firefox has gone"
        self.buffer += data

    def command(self, name, **parameters):
        self.last_id += 1
        message = json.dumps([0, self.last_id, f"WebDriver:{name}", parameters]).encode()
        self.link.sendall(b"%d:%s" % (len(message), message))
        while True:
            kind, number, error, result = self.read()
            if kind == 1 and number == self.last_id:
                break
        if error:
            raise Failed(f"{name}: {error['error']}: {error['message']}")
        return result.get("value") if isinstance(result, dict) and set(result) == {"value"} else result

    def get(self, url):
        self.command("Navigate", url=url)

    @property
    def url(self):
        return self.command("GetCurrentURL")

    def find(self, selector):
        return self.command("FindElement", using="css selector", value=selector)[ELEMENT]

    def type(self, selector, text):
        self.command("ElementSendKeys", id=self.find(selector), text=text)

    def click(self, selector):
        self.command("ElementClick", id=self.find(selector))

    def run(self, script, *args):
        """What the script returns; a promise is waited for."""
        return self.command("ExecuteScript", script=script, args=list(args))

    def text(self):
        return self.run("return document.body.textContent")

    def picture(self):
        """What can be seen of the page: PNG."""
        return base64.b64decode(self.command("TakeScreenshot", full=False))

    def tab(self):
        return self.command("GetWindowHandle")

    def new_tab(self):
        self.show(self.command("NewWindow", type="tab", focus=True)["handle"])
        return self.tab()

    def close_tab(self):
        self.command("CloseWindow")

    def forget_cookies(self):
        """Those of the site that is shown."""
        self.command("DeleteAllCookies")

    def show(self, tab):
        self.command("SwitchToWindow", handle=tab, focus=True)

    def quit(self):
        if self.link:
            self.link.close()
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        self.directory.cleanup()
