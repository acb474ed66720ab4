"""The watchlist from app.py: the list is the result, its filters cut it, and notes come back."""

import numpy as np
import pandas as pd
import pytest

from analyses.notes import kept_notes
from charts.spreadsheet import csv_bytes
from models.watchlist import Chances
from tests.shown import show
from ui.text import money
from ui.watchlist import watchlist_of
from ui.watchlist_table import changes, keep_changes, with_notes
from warehouse.settings import Settings

HOSTILE = '=HYPERLINK("http://e.vil","x")<script>alert(1)</script>'


@pytest.fixture(scope="module")
def sample(sample_view):
    """The list of the newest day, kept where the page finds it as well."""
    return watchlist_of(sample_view, Chances(process=1.0)), sample_view.currency


def test_page_shows_the_list_of_the_result_with_what_the_link_assumes(in_sample_workspace, sample):
    watchlist, currency = sample
    at = show("pages/cash/watchlist.py", chance_process="100", cause="process")
    assert not at.warning
    said = " ".join(markdown.value.replace("\\$", "$") for markdown in at.markdown)
    assert money(watchlist.invoices["within_reach"].sum(), currency) in said
    shown = at.dataframe[0].value
    ours = watchlist.invoices[watchlist.invoices["cause"] == "process"]
    assert shown["invoice_id"].tolist() == ours["invoice_id"].head(500).tolist()
    assert np.allclose(shown["within_reach"], ours["within_reach"].head(500))
    first = ours.iloc[0]
    assert shown["link"].iloc[0].startswith(f"account?customer={first['customer_id']}&as_of=")


def test_what_is_written_in_the_table_is_kept_and_comes_back_in_list_and_file(sample):
    settings, rows = Settings(":memory:"), sample[0].invoices.head(3)
    before = with_notes(rows, settings, "invoice")
    after = before.copy()
    after.loc[0, ["status", "note", "owner"]] = ["Promised to pay", HOSTILE, "Ada"]
    after.loc[0, "promised_on"] = pd.Timestamp("2026-10-05")
    assert keep_changes(settings, "invoice", before, changes(before, after), "Ben") == 1
    row = with_notes(rows, settings, "invoice").iloc[0]
    assert (row["status"], row["note"], row["owner"], row["who"]) == (
        "promised", HOSTILE, "Ada", "Ben",
    )  # fmt: skip
    assert row["promised_on"] == pd.Timestamp("2026-10-05")
    # The owner is the customer's, so every invoice of it has one.
    assert kept_notes(settings, "customer")["owner"].to_dict() == {
        rows["customer_id"].iloc[0]: "Ada"
    }
    assert f'"\'{HOSTILE}"'.replace('"http://e.vil","x"', '""http://e.vil"",""x""') in csv_bytes(
        with_notes(rows, settings, "invoice")
    ).decode("utf-8-sig")
