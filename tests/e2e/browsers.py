"""Chromium with the few functions that Firefox has here, so that a test runs with both."""
import tempfile

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


class Chromium:
    def __init__(self):
        self.profile = tempfile.TemporaryDirectory()
        self.driver = start_chromium(self.profile.name)

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

    def quit(self):
        self.driver.quit()
        self.profile.cleanup()
