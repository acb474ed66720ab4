"""Slide of the cost of poor experience: what the ledger holds, and the reason where it is none."""

import pandas as pd
import pytest

from models.poor_experience import BUCKETS, fit_poor_experience
from reports.poor_experience import add_poor_experience
from tests.models.test_poor_experience import AS_OF, ENDS, MISHAPS, row
from tests.reports.test_cash_slides import chart_of, slide_of, table_of
from tests.reports.test_personas import texts


@pytest.fixture(scope="module")
def ledger():
    rows = [
        row("K1", "credit_note", 1000.0, invoice_id="I1"),
        row("K3", "write_off", 500.0, invoice_id="I3"),
        row("T1", "ticket", 250.0, about="delivery", minutes=20.0),
    ]
    sources = pd.DataFrame({"source": ["adjustments"], "kind": ["refund"], "amount": [0.0]})
    reasons = {"churn": "Too few left.", "expedites": "No table."}
    return fit_poor_experience(
        pd.DataFrame(rows), MISHAPS, sources, AS_OF, ends=ENDS, reasons=reasons
    )


def test_slide_holds_every_known_bucket_and_whose_the_causes_are(ledger):
    slide = slide_of(add_poor_experience, poor_experience=ledger)
    assert slide.shapes.title.text == "Poor experience cost €1,750 in twelve months"
    bars = chart_of(slide).plots[0]
    shown = dict(zip(bars.categories, bars.series[0].values, strict=True))
    known = ledger.buckets.dropna(subset="amount")
    assert shown == {BUCKETS[name]: amount for name, amount in
                     zip(known["bucket"], known["amount"], strict=True)}  # fmt: skip
    assert [cells[:3] for cells in table_of(slide)] == [
        ["Disputed: price", "ours", "€1,000"],
        ["Noted: short of cash", "theirs", "€500"],
        ["Not explained", "not explained", "€250"],
    ]


def test_slide_says_why_nothing_is_known():
    reasons = {"poor_experience": "Load `adjustments`."}
    slide = slide_of(add_poor_experience, reasons, poor_experience=None)
    assert "What poor experience costs is not known yet" in [*texts(slide)]
