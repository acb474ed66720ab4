"""Slide of late-payment signals: whether chances came true, and what calls would find."""

from pptx.enum.dml import MSO_LINE_DASH_STYLE

from charts.wording import count, count_of, share
from models.late_signals import LateSignals
from reports.edition import Results
from reports.native_charts import Line, add_curves
from reports.slides import Column, Draft, Finding, add_caption, add_table, interval, side_by_side
from reports.template import ACCENT, LATE_ACCENT, QUIET, Box

__all__ = ["add_late_signals", "late_signals_finding"]

FIGURES = ("late_payments.auc", "late_payments.ece")
#: Parts of the open invoices that a team may be able to call on.
CALLED_ON = (0.05, 0.10, 0.20, 0.30)


def add_late_signals(draft: Draft, results: Results) -> None:
    """Reliability of the chances, and what calling on the likeliest finds."""
    otherwise = "Who will pay late cannot be told invoice by invoice yet"
    signals = draft.held(results, "late_signals", otherwise, *FIGURES)
    if signals is None:
        return
    finding = late_signals_finding(signals)
    slide = draft.add(finding, *FIGURES)
    left, right = side_by_side(5.9)
    said = f"Of {count_of(len(signals.test), 'invoice')} not learnt from: chance given, and late"
    add_caption(slide, Box(left.left, left.top, left.width, 0.3), said)
    draw_reliability(slide, Box(left.left, left.top + 0.3, left.width, left.height - 0.3),
                     signals, finding)  # fmt: skip
    columns = (
        Column("Calls on the likeliest", 1.75, bold=True, size=11),
        Column("Late", 0.85, right=True, bold=True, size=11),
        Column(f"{share(signals.confidence, 0)} interval", 1.4, right=True, size=11),
        Column("Times random", 1.15, right=True, size=11),
        Column("Of all late", 0.75, right=True, size=11),
    )
    lifts = {part: signals.lift(part) for part in CALLED_ON}
    rows = [
        (
            share(part, 0),
            share(lift.hit, 0),
            interval(lift.lower, lift.upper),
            f"{lift.lift:.2f}",
            share(lift.found, 0),
        )
        for part, lift in lifts.items()
    ]
    rows.append(("All", share(signals.prevalence, 0), "", "1.00", share(1.0, 0)))
    says = "What calling on the likeliest invoices finds"
    add_table(slide, right, columns, rows, says=says, total=True, row_height=0.42)


def draw_reliability(slide, box: Box, signals: LateSignals, finding: Finding) -> None:
    table = signals.table.sort_values("predicted")
    given = (100 * table["predicted"]).tolist()
    dashed = MSO_LINE_DASH_STYLE.DASH
    add_curves(
        slide,
        box,
        {
            "Share that was late": (given, table["observed"], Line(LATE_ACCENT, width=3)),
            f"{share(signals.confidence, 0)} interval": (
                given, table["lower"], Line(QUIET, dashed, width=1),
            ),
            "upper end": (
                given, table["upper"], Line(QUIET, dashed, width=1, in_legend=False),
            ),
            "Chances that come true": (
                [0.0, 100.0], [0.0, 1.0], Line(ACCENT, dashed, width=1.5),
            ),
        },
        says=f"Curve: share late by the chance given at issue. {finding.title}",
        number_format="0 %",
        x_title="Chance given at issue, %",
        x_step=20,
        highest=1.0,
    )  # fmt: skip


def late_signals_finding(signals: LateSignals) -> Finding:
    """How well late and punctual are told apart, and what a tenth of the calls finds."""
    auc, ece = signals.auc, signals.ece
    so_what = (
        f"Learnt from {count(signals.n_learnt)} invoices due by {signals.cut:%Y-%m-%d}, tested on "
        "later ones of other customers, with what was known at issue. Chances were off by "
        f"{share(ece.value)} on average."
    )
    if not signals.tells:
        return Finding(
            "What is known at issue does not tell late from punctual invoices",
            f"{so_what} Open invoices are judged by the payment curve of their terms instead.",
        )
    lift = signals.lift(0.10)
    ends = "" if auc.reason else f" ({share(auc.lower, 0)} to {share(auc.upper, 0)})"
    return Finding(
        f"Of the tenth likeliest to be late {share(lift.hit, 0)} were, against "
        f"{share(signals.prevalence, 0)} of all",
        f"A late invoice had the higher chance {share(auc.value, 0)}{ends} of the time; a coin "
        f"would 50 %. {so_what}",
    )
