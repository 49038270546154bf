"""Chromium with the few functions that Firefox has here, so that a test runs with both."""
import json
import os
import pathlib
import tempfile

from nss import make_store
from selenium import webdriver
from selenium.webdriver.common.by import By


def chromium_options(profile):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                     "--disable-background-networking", "--disable-component-update", "--disable-sync",
                     "--disable-dev-shm-usage", f"--user-data-dir={profile}",
                     # The test's CA is in no store of the system; TLS itself is judged by other tests.
                     "--ignore-certificate-errors"):
        options.add_argument(argument)
    return options


def start_chromium(profile):
    service = webdriver.chrome.service.Service("/usr/bin/chromedriver")
    driver = webdriver.Chrome(service=service, options=chromium_options(profile))
    driver.set_page_load_timeout(30)
    driver.set_script_timeout(30)
    return driver


# Its policies are the machine's: they are put there for this browser alone, in a mount namespace of its own.
WITH_POLICIES = """#!/bin/sh
exec unshare {how} sh -c 'mount --bind "$0" /etc/chromium && HOME="$1" exec /usr/bin/chromedriver "$@"' \
  {home}/etc {home} "$@"
"""


class Chromium:
    """`trusted`: a PEM file with the authority of servers, without which every server is believed. `certificates`: of
    client_pki; they are chosen without a question, as an administrator's policy can have it. `switches`: more of them."""

    def __init__(self, trusted=None, certificates=(), switches=()):
        self.profile = tempfile.TemporaryDirectory()
        if trusted is None:
            self.driver = start_chromium(self.profile.name)
            return
        home = pathlib.Path(self.profile.name)
        self.store = home / ".pki/nssdb"
        make_store(self.store, trusted, certificates)
        (home / ".local/share/pki").mkdir(parents=True)
        (home / ".local/share/pki/nssdb").symlink_to(home / ".pki/nssdb")
        (home / "etc/policies/managed").mkdir(parents=True)
        choice = json.dumps({"pattern": "*", "filter": {}})
        (home / "etc/policies/managed/test.json").write_text(json.dumps({"AutoSelectCertificateForUrls": [choice]}))
        wrapper = home / "chromedriver"
        wrapper.write_text(WITH_POLICIES.format(home=home, how="-m" if os.geteuid() == 0 else "-rm"))
        wrapper.chmod(0o700)
        options = chromium_options(home / "profile")
        options.arguments.remove("--ignore-certificate-errors")
        for switch in switches:
            options.add_argument(switch)
        self.driver = webdriver.Chrome(service=webdriver.chrome.service.Service(str(wrapper)), options=options)
        self.driver.set_page_load_timeout(30)
        self.driver.set_script_timeout(30)

    def get(self, url):
        self.driver.get(url)

    @property
    def url(self):
        return self.driver.current_url

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def type(self, selector, text):
        self.find(selector).send_keys(text)

    def click(self, selector):
        self.find(selector).click()

    def run(self, script, *args):
        return self.driver.execute_script(script, *args)

    def text(self):
        return self.run("return document.body.textContent")

    def picture(self):
        """What can be seen of the page: PNG."""
        return self.driver.get_screenshot_as_png()

    def tab(self):
        return self.driver.current_window_handle

    def new_tab(self):
        self.driver.switch_to.new_window("tab")
        return self.tab()

    def close_tab(self):
        self.driver.close()

    def forget_cookies(self):
        """Those of the site that is shown."""
        self.driver.delete_all_cookies()

    def show(self, tab):
        self.driver.switch_to.window(tab)

    def quit(self):
        self.driver.quit()
        self.profile.cleanup()
