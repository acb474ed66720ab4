"""Every page in a real browser: what AppTest cannot see (drawing, width, console, addresses)."""

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import goto, settle
from tests.served import PAGE_FILES, ROOT, registered_pages, serve

# The frame catches what a page raises and prints an error in its place.
FAULT = '[data-testid="stException"], [data-testid="stAlertContentError"]'
SIDEWAYS = """() => {
    const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    const main = document.querySelector('[data-testid="stMain"]');
    return Math.max(wide, main ? main.scrollWidth - main.clientWidth : 0);
}"""


@pytest.fixture(scope="session")
def urls(sample_workspace):
    """Address within the app of each page file."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("GOODWILL_WORKSPACE", str(sample_workspace))
        monkeypatch.chdir(ROOT)
        return registered_pages()


@pytest.mark.parametrize(("width", "color_scheme"), [(1440, "light"), (390, "dark")])
@pytest.mark.parametrize("file", PAGE_FILES)
def test_page_draws_without_a_complaint(app_server, urls, returning, file, width, color_scheme):
    watched = returning(width, color_scheme)
    goto(watched.page, f"{app_server}/{urls[file]}")
    expect(watched.page.locator("h1")).to_have_count(1)
    expect(watched.page.locator(FAULT)).to_have_count(0)
    # What does not fit a telephone is scrolled in its own box, never with the page.
    assert watched.page.evaluate(SIDEWAYS) <= 0
    watched.page.close()
    assert watched.problems == []


def test_fresh_server_asked_for_a_page_first_draws_it_inside_the_frame(
    sample_workspace, urls, new_page, tmp_path
):
    # Streamlit's old page discovery would serve a script of `pages` without app.py around it, and
    # only to the first request after a start.
    with serve("ui", log=tmp_path / "log.txt", workspace=sample_workspace) as address:
        watched = new_page()
        goto(watched.page, f"{address}/{urls['pages/data/settings.py']}")
        expect(watched.page.locator('[data-testid="stSidebarNavLink"]').first).to_be_visible()
        expect(watched.page.locator("h1")).to_have_count(1)
        expect(watched.page.locator(FAULT)).to_have_count(0)
        assert watched.problems == []


def test_a_visitor_reaches_every_page_by_the_navigation(app_server, urls, new_page):
    watched = new_page()
    page = watched.page
    goto(page, app_server)
    links = page.locator('[data-testid="stSidebarNavLink"]')
    expect(links).to_have_count(len(PAGE_FILES))
    titles = [page.locator("h1").inner_text()]
    for index in range(1, len(PAGE_FILES)):
        links.nth(index).click()
        expect(page.locator("h1")).not_to_have_text(titles[-1])
        settle(page)
        expect(page.locator(FAULT)).to_have_count(0)
        titles.append(page.locator("h1").inner_text())
    # Two links that end on the same page would repeat a title.
    assert len(set(titles)) == len(PAGE_FILES)
    assert watched.problems == []


def test_a_page_that_does_not_exist_is_said_to_be_missing(app_server, new_page):
    # The pages above are asked for by their address: an address is only proof of a page
    # if a wrong one is noticed.
    watched = new_page()
    goto(watched.page, f"{app_server}/no_such_page")
    assert any("does not seem to exist" in problem for problem in watched.problems)
