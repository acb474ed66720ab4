"""The About pages from app.py."""

import json

from scipy.stats import binom

from models.figures import DEFINITIONS
from tests.shown import show, text_of
from ui.known_truth import FILE

PAGE = "pages/about/known_truth.py"


def test_estimates_stand_beside_the_truth_of_the_sample(in_sample_workspace):
    at = show(PAGE)
    assert "intervals hold the true value" in text_of(at)
    table = at.dataframe[0].value
    known = json.loads((in_sample_workspace / FILE).read_text())
    # Of so few customers too few left for the price to tell what a price or a bill did.
    refused = {"pricing.price_rise_hazard_ratio", "pricing.bill_shock_hazard_ratio"}
    shown = {DEFINITIONS[name].label for name in known["figures"].keys() - refused}
    initiatives = {name for name in table["Figure"] if name.startswith("Margin kept if")}
    assert set(table["Figure"]) - initiatives == shown
    assert len(initiatives) == 2
    told = table["Interval holds the truth"].isin(["Yes", "No"])
    assert told.sum() > 15
    # Of so many intervals at 95 %, chance misses more than this once in a thousand companies.
    most = binom.ppf(0.999, told.sum(), 0.05)
    assert (table["Interval holds the truth"] == "No").sum() <= most


def test_books_of_ones_own_have_no_truth_beside_them(in_sample_workspace, tmp_path, monkeypatch):
    for entry in in_sample_workspace.iterdir():
        if entry.name != FILE:
            (tmp_path / entry.name).symlink_to(entry)
    monkeypatch.setenv("GOODWILL_WORKSPACE", str(tmp_path))
    said = text_of(show(PAGE))
    assert "books of your own" in said
    assert "make app GOODWILL_WORKSPACE=sample_workspace" in said
