"""Slide of reminders: what they bring, and cash against satisfaction of whole policies."""

import numpy as np
import pandas as pd

from charts.wording import count, days, share
from models.reminder_definitions import CHANNEL_WORDS
from models.reminder_policies import DAYS_AHEAD
from models.reminders import NO_HOLD_OUT, Reminders
from reports.edition import Results
from reports.native_charts import Line, add_curves
from reports.slides import (
    Column,
    Draft,
    Finding,
    add_caption,
    add_table,
    interval,
    side_by_side,
)
from reports.template import ACCENT, QUIET, Box

__all__ = ["add_reminders", "reminders_finding"]

FIGURES = ("reminders.paid", "reminders.days_sooner")
MOST_RATIOS = 9


def add_reminders(draft: Draft, results: Results) -> None:
    """The frontier of cash and satisfaction, and the ratio of each kind of reminder."""
    otherwise = "What reminders bring is not known yet"
    reminders = draft.held(results, "reminders", otherwise, *FIGURES)
    if reminders is None:
        return
    tried = results.reminder_policies
    finding = reminders_finding(reminders, tried)
    slide = draft.add(finding, *FIGURES)
    left, right = side_by_side(5.9)
    said = f"Paid within {days(DAYS_AHEAD)}, against survey score lost for each overdue invoice"
    add_caption(slide, Box(left.left, left.top, left.width, 0.3), said)
    below = Box(left.left, left.top + 0.3, left.width, left.height - 0.3)
    if tried is None:
        add_caption(slide, below, results.reasons["reminder_policies"], bold=False)
    else:
        draw_frontier(slide, below, tried, finding)
    columns = (
        Column("First reminder", 1.9, bold=True, size=11),
        Column("Sent", 0.9, right=True, size=11),
        Column("Ratio", 0.8, right=True, bold=True, size=11),
        Column(f"{share(reminders.confidence, 0)} interval", 1.3, right=True, size=11),
        Column("Money comes", 1.0, size=10),
    )
    table = reminders.table[reminders.table["kind"] != "stage"].head(MOST_RATIOS)
    rows = [
        (
            (CHANNEL_WORDS[row.name] if row.kind == "channel" else f"{row.name} tone").capitalize(),
            count(row.n),
            f"{row.hazard_ratio:.2f}",
            interval(row.lower, row.upper, "{:.2f}".format),
            "–" if row.verdict == "no effect found" else row.verdict,
        )
        for row in table.itertuples(index=False)
    ]
    says = "Times the chance of being paid on a day after a first reminder of each kind"
    add_table(slide, right, columns, rows, says=says, row_height=0.4)


def draw_frontier(slide, box: Box, tried: pd.DataFrame, finding: Finding) -> None:
    # Lost score runs to the right, so that both ways cost more the further one goes.
    lost = -tried["score"]
    best = tried["efficient"]
    ordered = tried[best].assign(lost=lost[best]).sort_values("lost")
    add_curves(
        slide,
        box,
        {
            "No policy beats it": (ordered["lost"], ordered["paid"], Line(ACCENT, width=3)),
            "Policies tried": (lost, tried["paid"], Line(QUIET, marks_only=True)),
        },
        says=f"Frontier: share paid against survey score lost. {finding.title}",
        number_format="0 %",
        x_title="Survey score lost for each overdue invoice, standard deviations",
        x_step=step_of(float(lost.max())),
        x_format="0.00",
        # From nothing, what tells policies apart would lie in a tenth of the height.
        lowest=float(np.floor(20 * tried["paid"].min() - 0.2) / 20),
        highest=float(min(1.0, np.ceil(20 * tried["paid"].max() + 0.2) / 20)),
    )


def step_of(largest: float) -> float:
    """A round step that cuts an axis into five or so.

    Without a length the axis is drawn to 1.

    >>> step_of(0.23), step_of(1.0), step_of(0.004), step_of(0.0)
    (0.05, 0.2, 0.01, 0.2)
    """
    if largest <= 0:
        return 0.2
    if largest <= 0.01:
        return 0.01
    raw = largest / 5
    size = 10.0 ** np.floor(np.log10(raw))
    return float(round(size * min((1, 2, 5, 10), key=lambda k: abs(k * size - raw)), 6))


def reminders_finding(reminders: Reminders, tried: pd.DataFrame | None) -> Finding:
    """What reminding as usual brings by the random hold-out, and what it costs."""
    trial = reminders.trial
    if trial is None:
        return Finding("What reminders bring is not known: none were held out", NO_HOLD_OUT)
    n = f"{count(trial.n_usual)} reminded as usual against {count(trial.n_held_out)} held out"
    said = f"By chance drawn: {n}."
    if tried is not None:
        most = tried[tried["efficient"]].sort_values("paid").iloc[-1]
        said += (
            f" {most['policy']} would get most paid, {share(most['paid'])} within "
            f"{days(DAYS_AHEAD)} ({share(most['paid_low'])} to {share(most['paid_high'])}), at "
            f"{most['score']:+z.2f} of survey score for each overdue invoice."
        )
    if trial.paid.reason or trial.paid.lower <= 0 <= trial.paid.upper:
        return Finding("No effect of reminding as usual is found", said)
    way = "more" if trial.paid.value > 0 else "fewer"
    return Finding(
        f"Reminding as usual gets {share(abs(trial.paid.value))} of overdue invoices {way} paid "
        f"within {days(trial.days)} past due, {days(trial.days_sooner.value, 1)} sooner",
        said,
    )
