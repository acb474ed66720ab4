"""Slides of signals, causes, reminders and working capital: what their results hold."""

import datetime as dt
import io
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from pptx import Presentation

from charts.wording import share
from models.late_causes import CAUSES, LateCauses
from models.late_signals import fit_late_signals
from models.reminder_policies import candidates, frontier, simulate_policies
from models.reminders import fit_reminders
from models.working_capital import WorkingCapital, fit_billing_delays
from reports.appendix import add_refused
from reports.edition import Edition
from reports.late_causes import add_late_causes
from reports.late_signals import add_late_signals
from reports.reminders import add_reminders
from reports.slides import Draft
from reports.template import as_bytes, new_deck
from reports.working_capital import add_working_capital
from tests.models.test_late_signals import AS_OF as OF_SIGNALS
from tests.models.test_late_signals import NUMBERS, ROWS
from tests.models.test_reminders import invoices as overdue
from tests.models.test_working_capital import deliveries
from tests.reports.test_personas import texts

AS_OF = dt.date(2025, 6, 30)


def slide_of(add, reasons=None, **results):
    edition = Edition("Acme", "20250630-a", AS_OF, "EUR")
    made = {f.id: f for r in results.values() if hasattr(r, "figures") for f in r.figures()}
    draft = Draft(new_deck(), edition, made)
    add(draft, SimpleNamespace(**results, reasons=reasons or {}))
    add_refused(draft)
    return Presentation(io.BytesIO(as_bytes(draft.deck))).slides[0]


def table_of(slide):
    table = next(shape.table for shape in slide.shapes if shape.has_table)
    return [[cell.text for cell in row.cells] for row in table.rows][1:]


def chart_of(slide):
    return next(shape.chart for shape in slide.shapes if shape.has_chart)


def test_working_capital_charts_the_cash_of_days_and_lists_what_waits():
    capital = WorkingCapital(1_000.0, 50.0, 42.5, 0.08, 900, AS_OF)
    delays = fit_billing_delays(deliveries(np.random.default_rng(1), follows=1.0), AS_OF)
    slide = slide_of(add_working_capital, working_capital=capital, billing_delays=delays)
    assert list(chart_of(slide).plots[0].series[0].values) == [1_000, 3_000, 5_000, 10_000, 7_500]
    assert slide.shapes.title.text == (
        "One day less of sales outstanding sets €1,000 free, once; €7,500 if nobody paid late"
    )
    assert table_of(slide)[-1][3] == f"{delays.waited:.1f}"


def test_working_capital_leaves_out_no_channel_by_which_an_invoice_is_sent():
    capital = WorkingCapital(1_000.0, 50.0, 42.5, 0.08, 900, AS_OF)
    delays = fit_billing_delays(deliveries(np.random.default_rng(1), follows=1.0), AS_OF)
    channels = ["e_invoice", "portal", "email", "edi", "paper"]
    groups = [("source", g) for g in ("goods", "usage", "fee")] + [("channel", c) for c in channels]
    table = pd.concat([delays.table.head(1).assign(by=by, group=group) for by, group in groups])
    slide = slide_of(add_working_capital, working_capital=capital,
                     billing_delays=replace(delays, table=table))  # fmt: skip
    assert [row[0] for row in table_of(slide)] == [
        "Goods", "Usage", "Fee", "Sent by e-invoice", "Sent by portal", "Sent by email",
        "Sent by EDI", "Sent by paper", "All",
    ]  # fmt: skip


def test_working_capital_without_delays_says_why():
    capital = WorkingCapital(1_000.0, 50.0, 50.0, 0.08, 900, AS_OF)
    why = "Of only 3 invoices it is known when they were delivered."
    slide = slide_of(add_working_capital, {"billing_delays": why}, working_capital=capital,
                     billing_delays=None)  # fmt: skip
    assert why in [*texts(slide)]
    assert "nobody paid late" not in slide.shapes.title.text


@pytest.mark.parametrize("known", [True, False])
def test_signals_say_what_a_tenth_of_the_calls_finds(known):
    numbers = NUMBERS if known else ("noise",)
    signals = fit_late_signals(ROWS, OF_SIGNALS, numbers=numbers)
    slide = slide_of(add_late_signals, late_signals=signals)
    assert table_of(slide)[1][:2] == ["10 %", share(signals.lift(0.1).hit, 0)]
    observed = list(chart_of(slide).plots[0].series[0].values)
    assert observed == pytest.approx(signals.table.sort_values("predicted")["observed"].tolist())
    assert slide.shapes.title.text.startswith("Of the tenth likeliest" if known else "What is known"
                                              " at issue does not tell")  # fmt: skip


def causes_of(open_amount):
    rows = pd.DataFrame(
        {
            "invoice_id": ["I1", "I2"],
            "customer_id": ["A", "B"],
            "due_on": pd.Timestamp("2025-05-01"),
            "days_late": [40.0, 20.0],
            "open_amount": open_amount,
            "cause": ["cash", "unclear"],
            "cause_dissatisfied": [0.0, 0.5],
            "cause_cash": [1.0, 0.5],
            "cause_process": 0.0,
            "cause_habit": 0.0,
        }
    )
    return LateCauses(rows, pd.DataFrame(), pd.DataFrame(), 0.1, 200, AS_OF, 0.95)


def test_causes_share_the_money_out_and_say_what_to_do():
    slide = slide_of(add_late_causes, late_causes=causes_of([3_000.0, 1_000.0]))
    # 3,000 and half of 1,000 of it for want of money; of the 4,000 the 3,000 are sure.
    assert "Of €4,000 late or likely to be, €3,500 (88 %) is put down to: short of cash" in (
        slide.shapes.title.text
    )
    assert table_of(slide)[0][:3] == ["Short of cash", "88 %", "75 %"]
    assert len(table_of(slide)) == len(CAUSES) + 1
    assert list(chart_of(slide).plots[0].series[0].values)[:2] == [3_500, 500]


def test_causes_without_money_behind_them_have_no_chart():
    slide = slide_of(add_late_causes, late_causes=causes_of([0.0, 0.0]))
    assert slide.shapes.title.text == "Nothing that is owed is late or likely to be"
    assert not any(shape.has_chart for shape in slide.shapes)


def test_reminders_draw_the_frontier_and_list_the_ratios():
    reminders = fit_reminders(overdue(), AS_OF)
    tried = frontier(simulate_policies(reminders, candidates(reminders.exposure), draws=20))
    slide = slide_of(add_reminders, reminders=reminders, reminder_policies=tried)
    best, all_tried = chart_of(slide).plots[0].series
    assert len(all_tried.values) == len(tried)
    assert list(best.values) == pytest.approx(
        tried[tried["efficient"]].sort_values("score", ascending=False)["paid"].tolist()
    )
    ratios = reminders.table.set_index("name")["hazard_ratio"]
    assert [row[2] for row in table_of(slide)] == [f"{ratios[n]:.2f}" for n in ("email", "phone")]
    assert share(abs(reminders.trial.paid.value)) in slide.shapes.title.text


def test_reminders_without_a_hold_out_claim_nothing():
    reminders = fit_reminders(overdue().assign(arm=None), AS_OF)
    slide = slide_of(add_reminders, {"reminder_policies": "Not tried."}, reminders=reminders,
                     reminder_policies=None)  # fmt: skip
    assert slide.shapes.title.text == "What reminders bring is not known: none were held out"
    assert {row[4] for row in table_of(slide)} == {"not known"}


@pytest.mark.parametrize(
    ("add", "name"),
    [(add_working_capital, "working_capital"), (add_late_signals, "late_signals"),
     (add_late_causes, "late_causes"), (add_reminders, "reminders")],
)  # fmt: skip
def test_refused_result_says_why(add, name):
    slide = slide_of(add, {name: "There is too little."}, **{name: None})
    assert any("There is too little." in text for text in texts(slide))
