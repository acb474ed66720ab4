"""The Chromium that the browser tests drive, and what is asked of a page in it.

``python -m tests.browser.chromium`` prints which one is used, or says that there is none.
"""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

__all__ = ["find_chromium", "goto", "launched", "problems_of", "settle"]

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# No sandbox: tests often run as root in a container. The rest keeps the browser from
# calling home, which on a machine without network only costs time.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
PAGE_IS_READY_WITHIN = 120_000

# To learn under which path it is served, Streamlit's own script asks below the address of
# the page before it asks at the root: every deep link of every Streamlit app logs this 404.
STREAMLIT_ASKS_BELOW_THE_PAGE = re.compile(r"^https?://[^/]+/.+/_stcore/(health|host-config)$")

# Streamlit says on its root element whether the script runs; charts come a moment later.
READY = """() => {
    const find = id => document.querySelector(`[data-testid="${id}"]`);
    const app = find('stApp');
    if (!app || app.dataset.testScriptState !== 'notRunning') return false;
    if (find('stSkeleton') || find('stSpinner')) return false;
    const charts = [...document.querySelectorAll('[data-testid="stVegaLiteChart"]')];
    return charts.every(chart => chart.querySelector('canvas, svg'));
}"""


def find_chromium() -> str | None:
    """Path of the Chromium named by CHROMIUM, of the system's, or of Playwright's own."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    for name in NAMES:
        found = shutil.which(name) or shutil.which(name, path="/usr/bin:/usr/local/bin:/snap/bin")
        if found:
            return found
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


@contextmanager
def launched(executable: str) -> Iterator[Browser]:
    """A running browser, closed at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def goto(page: Page, url: str) -> None:
    """Open `url` and wait until the app has drawn all of it."""
    page.goto(url, wait_until="domcontentloaded", timeout=PAGE_IS_READY_WITHIN)
    settle(page)


def settle(page: Page) -> None:
    """Wait until the script has ended and every chart is drawn, twice in a row.

    A rerun begins a moment after the widget that asks for it has changed, so that
    "not running" seen once may still be the state before it.
    """
    for _ in range(2):
        page.wait_for_function(READY, timeout=PAGE_IS_READY_WITHIN)
        page.wait_for_timeout(150)


def problems_of(page: Page) -> list[str]:
    """A list that grows with each console error, page error and failed answer of `page`."""
    problems: list[str] = []

    def on_console(message):
        url = message.location.get("url", "")
        if message.type == "error" and not STREAMLIT_ASKS_BELOW_THE_PAGE.match(url):
            problems.append(f"console: {message.text} ({url})")

    page.on("console", on_console)
    page.on("pageerror", lambda error: problems.append(f"page error: {error}"))
    return problems


if __name__ == "__main__":
    executable = find_chromium()
    if executable is None:
        sys.exit("No Chromium found: set CHROMIUM, or install the system's chromium package.")
    print(executable)
