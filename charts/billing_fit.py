"""Billing fit: how bills go by model and timing, each with its interval."""

import altair as alt

from charts.interval_dots import interval_dots
from charts.theme import INK, LATE, MUTED, name_axis, percent_axis
from charts.wording import days as in_days
from charts.wording import share as percent
from models.billing_fit import MEASURES, BillingFit

__all__ = ["fit_dots"]

COLORS = {"less": INK, "more": LATE, "no difference seen": MUTED}


def fit_dots(fit: BillingFit, measure: str) -> alt.LayerChart:
    """One measure of each billing model and timing, adjusted, with its interval."""
    rows = fit.of(measure).sort_values("adjusted", ascending=measure != "smooth")
    as_days = measure == "days"
    words = in_days if as_days else lambda value: percent(value, 0)
    labels = [
        f"{model.replace('_', ' ').capitalize()}|{timing.replace('_', ' ')}  {words(value)}"
        for model, timing, value in zip(
            rows["billing_model"], rows["billing_timing"], rows["adjusted"], strict=True
        )
    ]
    form = ".1f" if as_days else ".1%"
    base = alt.Chart(rows.assign(label=labels)).encode(
        alt.Y("label:N", sort=labels, title=None, axis=name_axis(labels)),
        color=alt.Color(
            "verdict:N", title="Against all others", legend=alt.Legend(columns=2),
            scale=alt.Scale(domain=list(COLORS), range=list(COLORS.values())),
        ),
        tooltip=[
            alt.Tooltip("label:N", title="Model and timing"),
            alt.Tooltip("adjusted:Q", title="Were its customers like all", format=form),
            alt.Tooltip("adjusted_low:Q", title=f"{percent(fit.confidence, 0)} from", format=form),
            alt.Tooltip("adjusted_high:Q", title="to", format=form),
            alt.Tooltip("value:Q", title="As counted", format=form),
            alt.Tooltip("n_customers:Q", title="Customers", format=","),
        ],
    )  # fmt: skip
    title = "Days to pay" if as_days else ", ".join(MEASURES[measure])
    axis = alt.Axis(grid=True, tickCount=4) if as_days else percent_axis(grid=True, tickCount=4)
    x = {"axis": axis, "title": title, "scale": alt.Scale(zero=False, nice=True, padding=8)}
    dots = interval_dots(base, "adjusted", "adjusted_low", "adjusted_high", **x)
    return dots.properties(height=44 * len(labels) + 120)
