"""How long the overview takes to be drawn, beside a bare page with one chart.

Both are served and driven in one run, their visits taken in turn, so that what else the machine
does falls on both alike. First cold, then warm: a visit is a page loaded anew until its first
chart stands, and a change of page is a click on its name::

    python -m benchmarks.overview
    python -m benchmarks.overview --visits 15
"""

import argparse
import time

from playwright.sync_api import Page

from benchmarks.frame import beside_a_bare_page, end_by_ratio, say_times

BAR = 1.6
CHART = '[data-testid="stVegaLiteChart"] svg, [data-testid="stVegaLiteChart"] canvas'
OTHER_PAGE = "Definitions"
LONGEST = 300_000


def visit(page: Page, address: str) -> float:
    """Milliseconds from asking for a page to its first chart."""
    began = time.perf_counter()
    page.goto(address)
    page.locator(CHART).first.wait_for(timeout=LONGEST)
    return 1_000 * (time.perf_counter() - began)


def change(page: Page) -> float:
    """Milliseconds from a click on the overview's name, on another page, to its first chart."""
    links = page.locator('[data-testid="stSidebarNavLink"]')
    links.filter(has_text=OTHER_PAGE).first.click()
    page.locator("h1", has_text=OTHER_PAGE).wait_for(timeout=LONGEST)
    page.locator(CHART).first.wait_for(state="detached", timeout=LONGEST)
    began = time.perf_counter()
    links.filter(has_text="Overview").first.click()
    page.locator(CHART).first.wait_for(timeout=LONGEST)
    return 1_000 * (time.perf_counter() - began)


def measure(visits: int) -> tuple[float, list[float], list[float], list[float]]:
    """The cold visit, warm visits of the overview and of the bare page, and changes of page."""
    with beside_a_bare_page(cold=True) as (browser, app, bare):
        ours, theirs = (browser.new_page() for _ in range(2))
        cold = visit(ours, app)
        ours.wait_for_function(
            """() => document.querySelector('[data-testid="stApp"]')
                .dataset.testScriptState === 'notRunning'""",
            timeout=LONGEST,
        )
        visit(theirs, bare)
        warm = [(visit(ours, app), visit(theirs, bare)) for _ in range(visits)]
        changes = [change(ours) for _ in range(visits)]
    return cold, [one for one, _ in warm], [other for _, other in warm], changes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visits", type=int, default=9, help="timed visits of each page")
    options = parser.parse_args()
    cold, ours, theirs, changes = measure(options.visits)
    print(f"cold start, first chart   {cold:6.0f} ms")
    say_times({"overview": ours, "bare page": theirs, "change of page": changes}, "visits")
    end_by_ratio(ours, theirs, BAR)


if __name__ == "__main__":
    main()
