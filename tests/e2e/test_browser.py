"""A real Chromium logs in, works and logs out."""
import tempfile

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from browsers import start_chromium
from sallyport import PASSWORD


@pytest.fixture
def chromium():
    with tempfile.TemporaryDirectory() as profile:
        driver = start_chromium(profile)
        yield driver
        driver.quit()


def log_in(chromium, user):
    form = chromium.find_element(By.NAME, "username")
    form.send_keys(user)
    chromium.find_element(By.NAME, "password").send_keys(PASSWORD)
    chromium.find_element(By.CSS_SELECTOR, "form button, form input[type=submit]").click()


def wait_for_text(chromium, text):
    # The page may change while it is looked at.
    wait = WebDriverWait(chromium, 20, poll_frequency=0.05, ignored_exceptions=[StaleElementReferenceException])
    wait.until(lambda d: text in d.find_element(By.TAG_NAME, "body").text)


def test_public_page_login_policy_and_logout(chromium, demo):
    chromium.get(demo.url("/public"))
    wait_for_text(chromium, '"iv-user", "Unauthenticated"')
    chromium.get(demo.url("/app/page?x=1"))
    assert chromium.find_element(By.NAME, "password").get_attribute("type") == "password"
    log_in(chromium, "bob")
    wait_for_text(chromium, '"iv-user", "bob"')
    assert chromium.current_url == demo.url("/app/page?x=1")
    chromium.get(demo.url("/app/staff"))
    wait_for_text(chromium, "403")
    demo.wait_for_audit(reason="no_permission")
    chromium.get(demo.url("/pkmslogout"))
    assert chromium.get_cookies() == []
    chromium.get(demo.url("/app"))
    assert chromium.find_elements(By.NAME, "password")


def test_a_wrong_password_says_so_and_the_next_try_succeeds(chromium, demo):
    chromium.get(demo.url("/app/staff"))
    chromium.find_element(By.NAME, "username").send_keys("alice")
    chromium.find_element(By.NAME, "password").send_keys("wrong")
    chromium.find_element(By.CSS_SELECTOR, "form button, form input[type=submit]").click()
    wait_for_text(chromium, "is not right")
    log_in(chromium, "alice")
    wait_for_text(chromium, '"iv-groups", "\\"staff\\""')


def test_pages_need_no_script_and_fit_a_phone(chromium, demo):
    chromium.set_window_size(360, 720)
    chromium.get(demo.url("/app"))
    assert not chromium.find_elements(By.TAG_NAME, "script")
    width = chromium.execute_script("return [document.documentElement.scrollWidth, window.innerWidth]")
    assert width[0] <= width[1]
    for name in ("username", "password"):
        field = chromium.find_element(By.NAME, name)
        assert chromium.find_elements(By.CSS_SELECTOR, f"label[for={field.get_attribute('id')}]")
