"""What only a browser shows: the address bar, back and forward, and the receipt's drawer."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.chromium import goto, settle

DAY = "day=45"


def slider(page):
    return page.locator('[data-testid="stSlider"] input').first


def test_moved_slider_is_in_the_address_and_a_copied_link_shows_the_same(app_server, new_page):
    watched = new_page()
    page = watched.page
    goto(page, f"{app_server}/late_payments?{DAY}&industry=Retail")
    said = page.get_by_text("days of issue").first
    expect(said).to_contain_text("within 45 days")
    slider(page).focus()
    page.keyboard.press("ArrowRight")
    expect(said).to_contain_text("within 46 days")
    expect(page).to_have_url(re.compile(r"[?&]day=46(&|$)"))
    expect(page).to_have_url(re.compile(r"[?&]industry=Retail(&|$)"))
    colleague = new_page()
    goto(colleague.page, page.url)
    shown = colleague.page.get_by_text("days of issue").first
    expect(shown).to_have_text(said.inner_text())
    assert watched.problems == colleague.problems == []


def test_filters_survive_a_change_of_page_and_back_brings_the_earlier_view(app_server, new_page):
    page = new_page().page
    goto(page, f"{app_server}/late_payments?{DAY}&industry=Retail")
    page.get_by_role("link", name="Cash forecast").click()
    expect(page.locator("h1")).to_have_text("Cash forecast")
    expect(page).to_have_url(re.compile("industry=Retail"))
    settle(page)
    for _ in range(3):  # an address without parameters may lie between the two pages
        page.go_back()
        settle(page)
        if page.locator("h1").inner_text() == "Time to pay" and DAY in page.url:
            break
    expect(page.get_by_text("days of issue").first).to_contain_text("within 45 days")


def test_receipt_opens_by_keyboard_and_its_rows_add_up(app_server, new_page):
    watched = new_page()
    page = watched.page
    goto(page, f"{app_server}/receivables")
    receipt = page.get_by_role("button", name="Receipt").first
    receipt.focus()
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text("which is the figure.")).to_be_visible(timeout=60_000)
    with page.expect_download() as download:
        drawer.get_by_role("button", name="Download the rows").click()
    rows = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert rows[0].startswith("invoice_id,")
    assert len(rows) > 1
    drawer.get_by_role("button", name="Close").press("Enter")
    expect(drawer).to_be_hidden()
    assert watched.problems == []
