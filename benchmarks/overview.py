"""How long the overview takes to be drawn, beside a bare page with one chart.

Both are served and driven in one run, their visits taken in turn, so that what else the machine
does falls on both alike. First cold, then warm: a visit is a page loaded anew until its first
chart stands, and a change of page is a click on its name. The first charts of the overview are the
courses on its cards, which are pictures; how long the first one with axes takes is said too::

    python -m benchmarks.overview
    python -m benchmarks.overview --visits 15
"""

import argparse
import time

from playwright.sync_api import Page

from benchmarks.frame import beside_a_bare_page, end_by_ratio, say_times

BAR = 1.6
WITH_AXES = '[data-testid="stVegaLiteChart"] svg, [data-testid="stVegaLiteChart"] canvas'
CHART = f'[data-testid="stMain"] [data-testid="stMarkdown"] img, {WITH_AXES}'
OTHER_PAGE = "Definitions"
LONGEST = 300_000


def visit(page: Page, address: str) -> tuple[float, float]:
    """Milliseconds from asking for a page to its first chart, and to its first one with axes."""
    began = time.perf_counter()
    page.goto(address)
    page.locator(CHART).first.wait_for(timeout=LONGEST)
    first = time.perf_counter()
    page.locator(WITH_AXES).first.wait_for(timeout=LONGEST)
    return 1_000 * (first - began), 1_000 * (time.perf_counter() - began)


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


def measure(visits: int) -> tuple[float, dict[str, list[float]]]:
    """The cold visit, and by name the warm ones of the overview and of the bare page."""
    with beside_a_bare_page(cold=True) as (browser, app, bare):
        ours, theirs = (browser.new_page() for _ in range(2))
        cold, _ = visit(ours, app)
        ours.wait_for_function(
            """() => document.querySelector('[data-testid="stApp"]')
                .dataset.testScriptState === 'notRunning'""",
            timeout=LONGEST,
        )
        visit(theirs, bare)
        warm = [(visit(ours, app), visit(theirs, bare)) for _ in range(visits)]
        changes = [change(ours) for _ in range(visits)]
    return cold, {
        "overview": [first for (first, _), _ in warm],
        "overview, with axes": [last for (_, last), _ in warm],
        "bare page": [first for _, (first, _) in warm],
        "change of page": changes,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visits", type=int, default=9, help="timed visits of each page")
    options = parser.parse_args()
    cold, timed = measure(options.visits)
    print(f"cold start, first chart   {cold:6.0f} ms")
    say_times(timed, "visits")
    end_by_ratio(timed["overview"], timed["bare page"], BAR)


if __name__ == "__main__":
    main()
