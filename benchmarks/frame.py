"""How long a page of the app takes from a moved slider to the redrawn chart, beside a bare page.

Both are served and driven in one run, their moves taken in turn, so that what else the
machine does falls on both alike::

    python -m benchmarks.frame
    python -m benchmarks.frame --page late_payments --slider "Days since issue" --moves 25
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from playwright.sync_api import Browser, Page

from tests.browser.chromium import find_chromium, goto, launched
from tests.served import load_sample, serve

BAR = 1.5
BARE_PAGE = """
import altair as alt
import pandas as pd
import streamlit as st

st.title("A bare page")
days = st.slider("Days", 1, 120, 30)
share = [1 - 0.99 ** (day * days / 30) for day in range(121)]
frame = pd.DataFrame({"day": range(121), "share": share})
st.altair_chart(alt.Chart(frame).mark_line().encode(x="day", y="share"))
"""

# Vega draws into SVG: each redraw shows as changed nodes below a chart. The last of them is
# the moment at which the reader sees the answer.
WATCH = """() => {
    window.redrawn = 0;
    const inChart = node => (node.nodeType === 1 ? node : node.parentElement)
        ?.closest('[data-testid="stVegaLiteChart"]');
    new MutationObserver(changes => {
        if (changes.some(change => inChart(change.target))) window.redrawn = performance.now();
    }).observe(document.body, {subtree: true, childList: true, attributes: true});
    document.addEventListener('keydown', () => { window.moved = performance.now(); }, true);
}"""
QUIET_MS = 400
SETTLED = f"""() => {{
    const app = document.querySelector('[data-testid="stApp"]');
    return app.dataset.testScriptState === 'notRunning'
        && window.redrawn > window.moved
        && performance.now() - window.redrawn > {QUIET_MS};
}}"""


class SliderPage:
    """An open page, its slider, and the direction in which the slider moves next."""

    def __init__(self, page: Page, slider: str | None):
        self.page = page
        label = f"[aria-label={json.dumps(slider)}]" if slider else ""
        sliders = page.locator(f'input[type="range"]{label}')
        if sliders.count() == 0:
            raise ValueError(
                f"{page.url} has no slider {slider or ''}, so nothing can be timed. "
                "Name a page that has one with --page, and its label with --slider."
            )
        self.input = sliders.first
        self.key = "ArrowRight"
        page.evaluate(WATCH)

    def move(self) -> float:
        """Move the slider one step; milliseconds until the last chart was redrawn."""
        value, low, high = (
            float(self.input.get_attribute(name)) for name in ("value", "min", "max")
        )
        if value >= high:
            self.key = "ArrowLeft"
        elif value <= low:
            self.key = "ArrowRight"
        self.input.focus()
        self.page.keyboard.press(self.key)
        self.page.wait_for_function(SETTLED, timeout=30_000)
        return self.page.evaluate("() => window.redrawn - window.moved")


@contextmanager
def beside_a_bare_page(*, cold: bool = False) -> Iterator[tuple[Browser, str, str]]:
    """A browser, and the addresses of the app on a new sample company and of the bare page.

    With `cold` no result of an earlier run is known to the app.
    """
    executable = find_chromium()
    if executable is None:
        sys.exit("No Chromium found, so nothing was measured. Set CHROMIUM or install chromium.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bare_script = folder / "bare.py"
        bare_script.write_text(BARE_PAGE)
        workspace = load_sample(folder)
        if cold:
            os.environ["GOODWILL_CACHE"] = str(folder / "kept")
        with (
            serve("ui", log=folder / "app.log", workspace=workspace) as app,
            serve("streamlit", "run", str(bare_script), log=folder / "bare.log") as bare,
            launched(executable) as browser,
        ):
            yield browser, app, bare


def measure(page_url: str, slider: str | None, moves: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each move, on the page of the app and on the bare page."""
    with beside_a_bare_page() as (browser, app, bare):
        pages = []
        for url, label in ((f"{app}/{page_url}", slider), (bare, "Days")):
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            goto(page, url)
            pages.append(SliderPage(page, label))
        for page in pages:
            # The first moves import modules and fill caches.
            for _ in range(3):
                page.move()
        timed = [(pages[0].move(), pages[1].move()) for _ in range(moves)]
    ours, theirs = zip(*timed, strict=True)
    return list(ours), list(theirs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--page", default="late_payments", help="address of the page in the app")
    parser.add_argument("--slider", help="its label; the page's first slider by default")
    parser.add_argument("--moves", type=int, default=21, help="timed moves of each slider")
    options = parser.parse_args()
    ours, theirs = measure(options.page, options.slider, options.moves)
    say_times({options.page: ours, "bare page": theirs}, "moves")
    end_by_ratio(ours, theirs, BAR)


def say_times(timed: Mapping[str, Sequence[float]], what: str) -> None:
    """Milliseconds of each of several series, a line each; `what` says what was timed."""
    for name, times in timed.items():
        print(
            f"{name:24} median {statistics.median(times):6.0f} ms   "
            f"from {min(times):.0f} to {max(times):.0f} ms   {len(times)} {what}"
        )


def end_by_ratio(ours: Sequence[float], theirs: Sequence[float], bar: float) -> NoReturn:
    """Print the ratio of the medians, and end with 1 where it is above its bar."""
    ratio = statistics.median(ours) / statistics.median(theirs)
    print(f"ratio of medians {ratio:.2f} (bar: at most {bar})")
    sys.exit(ratio > bar)


if __name__ == "__main__":
    main()
