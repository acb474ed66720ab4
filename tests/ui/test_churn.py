"""What the page of churn says of columns that have no ratio."""

from types import SimpleNamespace

import pytest

from ui.churn import left_out_notes

ALIKE = "has no ratio of its own: fewer than ten customers left for each"


@pytest.mark.parametrize(
    ("left_out", "notes"),
    [
        ({}, []),
        (
            {"score": "has no value: the table it comes from was not loaded"},
            ["Not used: Survey score has no value: the table it comes from was not loaded."],
        ),
        (
            {"industry:Retail": ALIKE, "industry:Health_care": ALIKE, "billing_model:fixed": ALIKE,
             "bill_shock": "has the same value in every month"},
            [f"Not used: Industry (Retail, Health care) and Billing model (fixed). Each {ALIKE}.",
             "Not used: Bill above the usual has the same value in every month."],
        ),
        ({"industry:*x*": ALIKE}, [f"Not used: Industry (\\*x\\*) {ALIKE}."]),
    ],
)  # fmt: skip
def test_columns_left_out_for_one_reason_are_told_together(left_out, notes):
    assert left_out_notes(SimpleNamespace(left_out=left_out)) == notes
