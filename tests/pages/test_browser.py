"""A steward at work in a real browser: the list, the dialog, the decision, and no error on the way."""

import shutil
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import uvicorn
from fastapi import Cookie, HTTPException
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait
from sqlalchemy import Engine
from staged_rows import GROUP, StagedRows

from aftercare.demo.ports import LOCALHOST, free_port
from aftercare.pages.app import create_app
from aftercare.pages.site import Site
from aftercare.rules.policy import Policy
from aftercare.settings import PROJECT

SECONDS = 30
TODAY = date(2026, 6, 11)
BAD = {"odometer_out_km": 1}
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,900",
)


@pytest.fixture
def staged(warehouse: Engine) -> StagedRows:
    made = StagedRows(warehouse)
    made.insert("ops.user_role", {"user_name": "amy", "role": "steward", "store_code": "S1"})
    made.load("repair_order", [BAD, BAD | {"ro_no": "<img src=x onerror=alert(1)>"}])
    made.validate("repair_order")
    return made


@pytest.fixture
def address(staged: StagedRows) -> Iterator[str]:
    site = Site(lambda: staged.engine, lambda: GROUP, policy, lambda: TODAY)
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(site, who, lambda back: f"/login?next={back}"),
            host=LOCALHOST,
            port=free_port(),
            log_level="error",
        )
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://{LOCALHOST}:{server.config.port}"
    server.should_exit = True
    thread.join(SECONDS)


def policy() -> Policy:
    return Policy.load(PROJECT / "include" / "policy")


def who(user: str = Cookie("")) -> str:
    if not user:
        raise HTTPException(401)
    return user


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or driver is None:
        pytest.skip("there is no browser; get it with: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for flag in (*FLAGS, f"--user-data-dir={tmp_path / 'profile'}"):
        options.add_argument(flag)
    made = webdriver.Chrome(options=options, service=Service(driver))
    yield made
    made.quit()


def log_in(browser: webdriver.Chrome, address: str) -> None:
    """Leaves the cookie of a login; what the browser says before it is of no interest."""
    browser.get(f"{address}/static/aftercare.css")
    browser.add_cookie({"name": "user", "value": "amy"})
    browser.get_log("browser")


def states(staged: StagedRows) -> set[str]:
    return {case["state"] for case in staged.rows("quality.quarantine")}


def test_a_steward_releases_all_cases_of_a_list(
    staged: StagedRows, address: str, browser: webdriver.Chrome
) -> None:
    log_in(browser, address)
    browser.get(f"{address}/cases?lang=zh")
    assert "待处理案例" in browser.title
    assert "<img src=x onerror=alert(1)>" in browser.find_element(By.ID, "list").text
    browser.find_element(By.CSS_SELECTOR, "[data-opens=decide]").click()
    assert browser.find_element(By.ID, "message").text  # nothing is chosen yet
    browser.find_element(By.ID, "all").click()
    browser.find_element(By.CSS_SELECTOR, "[data-opens=decide]").click()
    dialog = browser.find_element(By.ID, "decide")
    assert dialog.is_displayed()
    dialog.find_element(By.CSS_SELECTOR, "input[value=release]").click()
    dialog.find_element(By.CSS_SELECTOR, "button[type=submit]").click()
    WebDriverWait(browser, SECONDS).until(lambda _: states(staged) == {"released"})
    WebDriverWait(browser, SECONDS).until(
        lambda page: not page.find_elements(By.CSS_SELECTOR, "input[name=case_id]")
    )
    errors = [line for line in browser.get_log("browser") if line["level"] == "SEVERE"]
    assert errors == []


def test_the_list_follows_its_filters_without_a_reload(
    staged: StagedRows, address: str, browser: webdriver.Chrome
) -> None:
    log_in(browser, address)
    browser.get(f"{address}/cases?lang=en")
    browser.execute_script("window.stays = true")
    chosen = browser.find_element(By.CSS_SELECTOR, "select[name=state] option[value=released]")
    chosen.click()
    WebDriverWait(browser, SECONDS).until(
        lambda page: not page.find_elements(By.CSS_SELECTOR, "input[name=case_id]")
    )
    assert browser.execute_script("return window.stays") is True
    assert "state=released" in browser.current_url
