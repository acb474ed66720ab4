"""A server of the app, and pages of a real browser that remember what went wrong in them."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import find_chromium, launched, problems_of
from tests.served import serve

# What is asked of a page is whether it comes, not whether this machine is busy.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium; the test is skipped where there is none."""
    executable = find_chromium()
    if executable is None:
        pytest.skip("no Chromium: set CHROMIUM, or install the system's chromium package")
    return executable


@pytest.fixture(scope="session")
def browser(chromium) -> Browser:
    with launched(chromium) as browser:
        yield browser


@pytest.fixture(scope="session")
def app_server(sample_workspace, tmp_path_factory) -> str:
    """Address of a server of the app on the sample workspace."""
    log = tmp_path_factory.mktemp("server") / "log.txt"
    with serve("ui", log=log, workspace=sample_workspace) as address:
        yield address


@pytest.fixture
def new_page(browser):
    """Open pages of a width and a colour scheme; what goes wrong in them is in `.problems`."""
    contexts = []

    def open_page(width: int = 1440, color_scheme: str = "light") -> "Watched":
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=color_scheme
        )
        contexts.append(context)
        return Watched(context.new_page())

    yield open_page
    for context in contexts:
        context.close()


class Watched:
    """A page and the list of its problems so far."""

    def __init__(self, page: Page):
        self.page = page
        self.problems = problems_of(page)


@pytest.fixture
def page(new_page):
    """One page at 1440 px; the test fails at its end if the console had an error."""
    watched = new_page()
    yield watched.page
    assert not watched.problems
