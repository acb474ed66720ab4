import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd

from models.late_payments import fit_time_to_pay
from models.late_share import fit_late_share
from models.scoreboard import Reading, Scoreboard
from reports.late_payments import late_share_finding, time_to_pay_finding
from reports.scoreboard import headlines
from tests.models.invoicing import simulated_invoices

AS_OF = dt.date(2025, 6, 30)


def books_of(days):
    """Forty invoices in books so many days old: half are paid on day 20."""
    issued = pd.Timestamp(AS_OF) - pd.Timedelta(days=days)
    paid = np.arange(40) < 24
    return pd.DataFrame(
        {
            "customer_id": np.arange(40),
            "issued_on": issued,
            "due_on": issued + pd.Timedelta(days=30),
            "settled_on": [issued + pd.Timedelta(days=20) if p else pd.NaT for p in paid],
            "outcome": np.where(paid, "paid", "open"),
        }
    )


def summary_line(curve):
    """What the summary says beside the median days to pay."""
    figures = {f.id: f for f in curve.figures()}
    scoreboard = Scoreboard({id: Reading(figure) for id, figure in figures.items()}, AS_OF)
    draft = SimpleNamespace(figures=figures, currency="EUR", scoreboard=scoreboard)
    results = SimpleNamespace(receivables=None, time_to_pay=curve, cash_at_risk=None)
    return {figure.id: says for figure, says in headlines(draft, results)}


def test_share_paid_within_60_days_is_said_where_it_is_known():
    curve = fit_time_to_pay(books_of(90), AS_OF)
    assert time_to_pay_finding(curve).title.endswith("60.0 % are paid within 60 days")
    said = summary_line(curve)["late_payments.median_days_to_pay"]
    assert said == "60.0 % of invoices are paid within 60 days."


def test_share_paid_within_60_days_is_not_said_before_anything_was_watched_so_long():
    curve = fit_time_to_pay(books_of(40), AS_OF)
    finding = time_to_pay_finding(curve)
    assert finding.title == "Half of all invoices are paid by day 20"
    assert "No invoice was watched for 60 days yet, the longest for 40 days" in finding.so_what
    said = summary_line(curve)["late_payments.median_days_to_pay"]
    assert said.startswith("No invoice has been watched for 60 days")
    for text in (finding.title, finding.so_what, said):
        assert "–" not in text
        assert "nan" not in text


def test_segments_without_an_interval_are_not_said_to_overlap():
    invoices = simulated_invoices(np.random.default_rng(1), n=2_000, customers=8)
    whole, split = (fit_late_share(invoices, AS_OF, by=by) for by in (None, "segment"))
    finding = late_share_finding(whole, split, "Segment", 1)
    assert "too few customers in them for an interval" in finding.so_what
    assert "overlap" not in finding.so_what
