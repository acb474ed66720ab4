"""Slide of billing fit: which model and timing go smoothly, and what suits each persona."""

import pandas as pd

from charts.wording import count, count_of, share
from models.billing_fit import BillingFit
from reports.edition import Results
from reports.native_charts import Interval, add_bars
from reports.slides import (
    Column,
    Draft,
    Finding,
    add_caption,
    add_table,
    called,
    interval,
    side_by_side,
)
from reports.template import ACCENT, LATE_ACCENT, QUIET, Box

__all__ = ["add_billing_fit", "billing_fit_finding"]

FIGURES = ("billing_fit.smooth_share",)
MOST_CELLS, MOST_PERSONAS = 10, 8
COLORS = {"more": ACCENT, "less": LATE_ACCENT}


def add_billing_fit(draft: Draft, results: Results) -> None:
    """Smooth bills by model and timing, and the best of each persona."""
    otherwise = "How bills go by model and timing is not known yet"
    fit = draft.held(results, "billing_fit", otherwise, *FIGURES)
    if fit is None:
        return
    finding = billing_fit_finding(fit)
    slide = draft.add(finding, *FIGURES)
    left, right = side_by_side(6.3)
    cells = fit.of("smooth").sort_values("adjusted", ascending=False)
    shown = cells.head(MOST_CELLS)
    caption = f"Bills that went smoothly, with {share(fit.confidence, 0)} interval"
    if len(shown) < len(cells):
        caption += (
            f", {len(shown)} of {count_of(len(cells), 'model and timing', 'models and timings')}"
        )
    if len(shown):
        add_caption(slide, Box(left.left, left.top, left.width, 0.3), caption)
        add_bars(
            slide, Box(left.left, left.top + 0.3, left.width, left.height - 0.3),
            [words_of(row) for _, row in shown.iterrows()], shown["adjusted"], name="Went smoothly",
            says=f"Bars: smooth bills by model and timing. {finding.title}", number_format="0 %",
            colors=[COLORS.get(verdict, QUIET) for verdict in shown["verdict"]],
            interval=Interval(shown["adjusted_low"], shown["adjusted_high"]), across=True,
        )  # fmt: skip
    best = fit.personas[fit.personas["best"].astype(bool)].head(MOST_PERSONAS)
    if best.empty:
        said = "No persona has customers enough under one model and timing to say what suits it."
        add_caption(slide, Box(right.left, right.top, right.width, 0.8), said, bold=False)
        return
    columns = (
        Column("Persona", 1.8, bold=True, size=11, longest=26),
        Column("Least friction", 1.9, size=11),
        Column("Smooth", 0.8, right=True, bold=True, size=11),
        Column("Interval", 1.2, right=True, size=11),
        Column("n", 0.6, right=True, size=11),
    )
    rows = [
        (row.persona, f"{row.billing_model}, {row.billing_timing}".replace("_", " "),
         share(row.smooth, 0), interval(row.low, row.high), count(row.n_customers))
        for row in best.itertuples()
    ]  # fmt: skip
    says = "For each persona the model and timing with the least friction"
    add_table(slide, right, columns, rows, says=says, row_height=0.42)


def words_of(row: pd.Series) -> str:
    return f"{row['billing_model']}, {row['billing_timing']}".replace("_", " ")


def billing_fit_finding(fit: BillingFit) -> Finding:
    """How many bills go smoothly, and which model and timing is furthest from the others."""
    rows = fit.of("smooth")
    apart = rows[rows["verdict"].isin(["more", "less"])].sort_values("adjusted")
    title = f"{share(fit.smooth, 0)} of bills go smoothly"
    said = (
        "No surprise, no enquiry, no dispute, paid in time. Who has which model was agreed and not "
        f"drawn: no effects of changing it. {count_of(fit.n, 'bill')} of "
        f"{count_of(fit.n_customers, 'customer')}."
    )
    if apart.empty:
        return Finding(f"{title}; no model and timing differs from the others beyond chance", said)
    top, last = apart.iloc[-1], apart.iloc[0]
    title += f": {share(top['adjusted'], 0)} of {called(words_of(top))}"
    if len(apart) > 1:
        title += f", {share(last['adjusted'], 0)} of {called(words_of(last))}"
    return Finding(title, said)
