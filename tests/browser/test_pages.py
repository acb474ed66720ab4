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


def test_fresh_server_asked_for_a_page_first_draws_it_inside_the_frame(
    sample_workspace, urls, new_page, tmp_path
):
    # Streamlit's old page discovery would serve a script of `pages` without app.py around it, and
    # only to the first request after a start.
    with serve("ui", log=tmp_path / "log.txt", workspace=sample_workspace) as address:
        watched = new_page(390, "dark")
        goto(watched.page, f"{address}/{urls['pages/data/settings.py']}")
        expect(watched.page.locator('[data-testid="stSidebarNavLink"]')).to_have_count(
            len(PAGE_FILES)
        )
        assert complaints(watched.page) == []
        assert watched.problems == []


def test_a_visitor_reaches_every_page_and_each_draws_on_desk_and_telephone(app_server, new_page):
    watched = new_page()
    page = watched.page
    goto(page, app_server)
    links = page.locator('[data-testid="stSidebarNavLink"]')
    expect(links).to_have_count(len(PAGE_FILES))
    seen, title = {}, ""
    screens = [("on a desk", 1440, "light"), ("on a telephone", 390, "dark")]
    for index in range(len(PAGE_FILES)):
        # Not a click by hand: on a telephone's width the navigation is folded away.
        links.nth(index).evaluate("link => link.click()")
        if seen:
            expect(page.locator("h1")).not_to_have_text(title)
        settle(page)
        title = page.locator("h1").first.inner_text()
        here, other = screens
        seen[title] = [f"{here[0]}: {said}" for said in complaints(page)]
        # A change of screen draws the page anew; to load it again would cost three times that.
        look(page, *other[1:])
        seen[title] += [f"{other[0]}: {said}" for said in complaints(page)]
        # The next page comes on the screen that this one ended on.
        screens.reverse()
    # Two links that end on the same page would repeat a title.
    assert len(seen) == len(PAGE_FILES)
    assert {title: said for title, said in seen.items() if said} == {}
    assert watched.problems == []


def look(page, width, color_scheme):
    """See the page as on another screen."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=color_scheme)
    settle(page)


def complaints(page) -> list[str]:
    """What is wrong with a page that is drawn."""
    said = [fault.inner_text() for fault in page.locator(FAULT).all()]
    if (titles := page.locator("h1").count()) != 1:
        said.append(f"{titles} titles")
    # What does not fit a telephone is scrolled in its own box, never with the page.
    if (wide := page.evaluate(SIDEWAYS)) > 0:
        said.append(f"{wide} pixels wider than the screen")
    return said


def test_a_page_that_does_not_exist_is_said_to_be_missing(app_server, new_page):
    # The pages above are asked for by their address: an address is only proof of a page
    # if a wrong one is noticed.
    watched = new_page()
    goto(watched.page, f"{app_server}/no_such_page")
    assert any("does not seem to exist" in problem for problem in watched.problems)
