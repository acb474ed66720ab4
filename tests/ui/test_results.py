"""Receipts: the rows behind every figure are found, and where it is a sum they add up to it."""

import dataclasses
from collections.abc import Iterator

import pandas as pd
import pytest

import analyses.billing_fit
import analyses.cash_forecast
import analyses.churn
import analyses.credit
import analyses.disputes
import analyses.elasticity
import analyses.late_causes
import analyses.late_payments
import analyses.late_signals
import analyses.lifetime_value
import analyses.linkage
import analyses.negative_personas
import analyses.overview
import analyses.personas
import analyses.poor_experience
import analyses.price_reaction
import analyses.pricing
import analyses.product_fit
import analyses.receivables
import analyses.reminders
import analyses.roi
import analyses.scores
import analyses.unit_economics
import analyses.working_capital
from analyses.scope import Scope
from models.figures import DEFINITIONS
from ui.frame import View
from ui.personas import personas_of
from ui.receipt import checked_total
from ui.receivables import flows_of
from ui.results import compute, rows_of

#: Results whose rows need nothing that was read before.
PLAIN = (
    (analyses.receivables.run, analyses.receivables.receipt_rows),
    (analyses.late_payments.late_share, analyses.late_payments.receipt_rows),
    (analyses.late_signals.run, analyses.late_signals.receipt_rows),
    (analyses.late_causes.run, analyses.late_causes.receipt_rows),
    (analyses.late_payments.time_to_pay, analyses.late_payments.receipt_rows),
    (analyses.late_payments.cash_at_risk, analyses.late_payments.receipt_rows),
    (analyses.cash_forecast.run, analyses.cash_forecast.receipt_rows),
    (analyses.working_capital.run, analyses.working_capital.receipt_rows),
    (analyses.credit.run, analyses.credit.receipt_rows),
    (analyses.disputes.run, analyses.disputes.receipt_rows),
    (analyses.reminders.run, analyses.reminders.receipt_rows),
    (analyses.scores.run, analyses.scores.receipt_rows),
    (analyses.product_fit.run, analyses.product_fit.receipt_rows),
    (analyses.elasticity.run, analyses.elasticity.receipt_rows),
    (analyses.pricing.run, analyses.pricing.receipt_rows),
    (analyses.overview.run, analyses.overview.receipt_rows),
    (analyses.churn.run, analyses.churn.receipt_rows),
    (analyses.churn.retention, analyses.churn.receipt_rows),
)
#: Figures that are a sum or a share of their rows; the others are made of several sums.
ADD_UP = {
    "billing_fit.smooth_share",
    "credit.blocked_order_value",
    "credit.over_limit_share",
    "receivables.open_amount",
    "receivables.overdue_amount",
    "receivables.cash_release",
    "late_payments.late_share",
    "late_payments.cash_at_risk",
    "personas.negative_share",
    "late_causes.process_share",
    "product_fit.success_rate",
    "overview.on_time_delivery",
    "roi.portfolio_npv",
    "pricing.backbill_exact_share",
    *(id for id in DEFINITIONS if id.startswith("poor_experience.")),
}


@pytest.fixture(scope="module")
def view(sample_view) -> Iterator[View]:
    # Personas ask the workspace that the app has open for the settings they hang on.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GOODWILL_WORKSPACE", str(sample_view.folder))
        yield sample_view


def results(view):
    """Each result with the way to its rows and what a page hands on to them."""
    for analysis, receipt_rows in PLAIN:
        yield compute(analysis, view), receipt_rows, {}
    features, personas = personas_of(view)
    given = {"rows": features, "personas": personas}
    yield personas, analyses.personas.receipt_rows, given
    year = {"year": compute(analyses.unit_economics.flows, view)}
    read = {"features": features, **year}
    ours = analyses.negative_personas
    rows = {"rows": compute(ours.records, view, given=read)}
    negative = compute(ours.run, view, given={**rows, "personas": personas})
    yield negative, ours.receipt_rows, {"negative": negative}
    ours = analyses.unit_economics
    rows = {"rows": compute(ours.economics, view, given={**read, "personas": personas})}
    yield compute(ours.run, view, given=rows, by=()), ours.receipt_rows, rows
    learnt = {"learnt": compute(analyses.churn.months, view)}
    for analysis in (analyses.churn.ratios, analyses.churn.validation):
        yield compute(analysis, view, given=learnt), analyses.churn.receipt_rows, {}
    yield compute(analyses.linkage.run, view, given=learnt), analyses.linkage.receipt_rows, {}
    ours = analyses.price_reaction
    read = {"read": compute(ours.rows, view)}
    reaction = compute(ours.run, view, given={**learnt, **read})
    yield reaction, ours.receipt_rows, {"reaction": reaction, **read}
    ours, billed = analyses.billing_fit, {"billed": read["read"]["bills"]}
    fit = compute(ours.run, view, given={**billed, "personas": personas})
    yield fit, ours.receipt_rows, billed
    outlook = compute(analyses.churn.outlook, view, given=learnt)
    ours, read = analyses.lifetime_value, {"outlook": outlook, "personas": personas, **year}
    given = {"outlook": outlook, "expected": compute(ours.margins, view, given=read)}
    value = compute(ours.run, view, given=given)
    yield value, ours.receipt_rows, {"value": value}
    ours = analyses.poor_experience
    ledger = compute(ours.run, view, given={**learnt, **year})
    yield ledger, ours.receipt_rows, {"ledger": ledger}
    ours, read = analyses.roi, {"outlook": outlook, "expected": given["expected"], **learnt, **year}
    company = {"found": compute(ours.company, view, given={**read, "ledger": ledger})}
    roi = compute(ours.run, view, given=company)
    yield roi, ours.receipt_rows, {"found": roi}


@pytest.fixture(scope="module")
def figures(view):
    return {
        figure.id: (figure, receipt_rows, given)
        for result, receipt_rows, given in results(view)
        for figure in result.figures()
    }


def test_every_figure_there_is_has_a_receipt(figures):
    assert set(figures) == set(DEFINITIONS)


@pytest.mark.parametrize("figure_id", list(DEFINITIONS))
def test_rows_behind_a_figure_are_found_and_add_up(figures, view, figure_id):
    figure, receipt_rows, given = figures[figure_id]
    rows = rows_of(receipt_rows, view, given=given, figure_id=figure_id)
    # What is refused has no rows behind it.
    assert (rows.n > 0) == (figure.value is not None)
    assert len(rows.first) == min(rows.n, 500)
    said, right = checked_total(figure, rows, view.currency)
    assert right is not False, said
    assert right or figure_id not in ADD_UP or figure.value is None, said


@pytest.mark.parametrize("figure_id", ["receivables.dso", "churn.nrr", "personas.count"])
def test_all_rows_can_be_fetched(figures, view, figure_id):
    _, receipt_rows, given = figures[figure_id]
    rows = rows_of(receipt_rows, view, given=given, figure_id=figure_id)
    fetched = rows.fetch_all()
    assert len(fetched) == rows.n
    pd.testing.assert_frame_equal(fetched.head(len(rows.first)), rows.first)


def test_rows_that_do_not_add_up_are_said_to_be_wrong(figures, view):
    figure, receipt_rows, _ = figures["receivables.open_amount"]
    overdue = rows_of(receipt_rows, view, figure_id="receivables.overdue_amount")
    said, right = checked_total(figure, overdue, view.currency)
    assert right is False
    assert "but the figure is" in said


@pytest.mark.parametrize("months_back", [0, 1, 7, 20])
def test_flows_of_all_days_give_every_day_its_own_figures(view, months_back):
    """Later flows are in the cells and must change nothing, to the last digit."""
    day = (pd.Timestamp(view.as_of) - pd.DateOffset(months=months_back, days=3)).date()
    past = dataclasses.replace(view, as_of=day)
    cells = {"cells": flows_of(past)}
    for analysis in (
        analyses.receivables.run, analyses.receivables.patterns, analyses.cash_forecast.run,
    ):  # fmt: skip
        shared = compute(analysis, past, given=cells)
        with view.snapshot.tables() as tables:
            alone = analysis(tables, Scope(day))
        pd.testing.assert_frame_equal(shared.table, alone.table, check_exact=True)


def test_same_view_is_computed_once_and_another_is_not(view):
    first = compute(analyses.receivables.run, view)
    assert compute(analyses.receivables.run, view) is first
    earlier = dataclasses.replace(view, as_of=view.as_of.replace(day=1))
    assert compute(analyses.receivables.run, earlier) is not first
    cut = dataclasses.replace(view, filters={"industry": ("Retail",)})
    assert compute(analyses.receivables.run, cut).open_amount < first.open_amount
