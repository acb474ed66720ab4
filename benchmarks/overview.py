"""How long the overview takes to be drawn, beside a bare page with one chart.

Both are served and driven in one run, their visits taken in turn, so that what else the machine
does falls on both alike. First cold, then warm: a visit is a page loaded anew until its first
chart stands, and a change of page is a click on its name::

    python -m benchmarks.overview
    python -m benchmarks.overview --visits 15
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page

from benchmarks.frame import BARE_PAGE
from tests.browser.chromium import find_chromium, launched
from tests.served import load_sample, serve

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
    executable = find_chromium()
    if executable is None:
        sys.exit("No Chromium found, so nothing was measured. Set CHROMIUM or install chromium.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bare_script = folder / "bare.py"
        bare_script.write_text(BARE_PAGE)
        workspace = load_sample(folder)
        # Nothing is known of this company: the first visit is cold.
        os.environ["GOODWILL_CACHE"] = str(folder / "kept")
        with (
            serve("ui", log=folder / "app.log", workspace=workspace) as app,
            serve("streamlit", "run", str(bare_script), log=folder / "bare.log") as bare,
            launched(executable) as browser,
        ):
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
    for name, times in (("overview", ours), ("bare page", theirs), ("change of page", changes)):
        print(
            f"{name:24} median {statistics.median(times):6.0f} ms   "
            f"from {min(times):.0f} to {max(times):.0f} ms   {len(times)} visits"
        )
    ratio = statistics.median(ours) / statistics.median(theirs)
    print(f"ratio of medians {ratio:.2f} (bar: at most {BAR})")
    sys.exit(ratio > BAR)


if __name__ == "__main__":
    main()
