"""Figures for the cash forecast: the weeks to come, and how earlier forecasts turned out."""

import altair as alt
import numpy as np

from charts.theme import (
    AFTER,
    INK,
    LATE,
    MISSED,
    MUTED,
    money_axis,
    month_end_axis,
    outcome_legend,
)
from models.cash_forecast import CashForecast

__all__ = ["forecast_against_actual", "weekly_bars"]

#: What came in against its interval: colour and shape.
OUTCOMES = {
    "Inside the interval": (AFTER, "circle"),
    "Outside it": (MISSED, "triangle-up"),
    "No interval yet": (MUTED, "circle"),
}


def weekly_bars(forecast: CashForecast, *, currency: str) -> alt.LayerChart:
    """Expected cash in each week, with its interval."""
    table = forecast.table
    base = alt.Chart(table).encode(
        alt.X(
            "week_start:O",
            timeUnit="yearmonthdate",
            title="Week from",
            # Day over month: narrow enough for every week to be named on a telephone.
            axis=alt.Axis(
                labelExpr="[timeFormat(datum.value, '%-d'), timeFormat(datum.value, '%b')]",
                labelAngle=0,
                labelOverlap="parity",
            ),
        ),
        tooltip=[
            alt.Tooltip("week_start:T", title="Week from", format="%-d %b %Y"),
            alt.Tooltip("expected:Q", title=f"Expected, {currency}", format=",.0f"),
            alt.Tooltip("low:Q", title="Low", format=",.0f"),
            alt.Tooltip("high:Q", title="High", format=",.0f"),
        ],
    )
    bars = base.mark_bar(color=INK, opacity=0.9).encode(
        alt.Y("expected:Q", title=f"Expected cash, {currency}", axis=money_axis())
    )
    if table[["low", "high"]].isna().all(axis=None):
        return alt.layer(bars)
    interval = base.mark_rule(color=LATE, strokeWidth=2).encode(alt.Y("low:Q"), alt.Y2("high:Q"))
    ends = [
        base.mark_tick(color=LATE, thickness=2, size=10).encode(alt.Y(f"{end}:Q"))
        for end in ("low", "high")
    ]
    return alt.layer(bars, interval, *ends)


def forecast_against_actual(forecast: CashForecast, *, currency: str) -> alt.LayerChart:
    """What was forecast at past month-ends, its interval, and what came in."""
    inside, outside, unknown = OUTCOMES
    held = forecast.backtest["inside"].astype("boolean")
    outcome = np.select([held.eq(True).fillna(False), held.eq(False).fillna(False)],
                        [inside, outside], unknown)  # fmt: skip
    table = forecast.backtest.assign(outcome=outcome)
    base = alt.Chart(table).encode(
        alt.X("as_of:T", title="Forecast made at the end of", axis=month_end_axis(table["as_of"])),
        tooltip=[
            alt.Tooltip("as_of:T", title="Forecast made on", format="%-d %b %Y"),
            alt.Tooltip("expected:Q", title=f"Forecast, {currency}", format=",.0f"),
            alt.Tooltip("low:Q", title="Low", format=",.0f"),
            alt.Tooltip("high:Q", title="High", format=",.0f"),
            alt.Tooltip("actual:Q", title=f"Came in, {currency}", format=",.0f"),
        ],
    )
    interval = base.mark_rule(color=MUTED, strokeWidth=7, opacity=0.35).encode(
        alt.Y(
            "low:Q",
            title=f"Cash in {forecast.weeks} weeks, {currency}",
            axis=money_axis(),
            scale=alt.Scale(zero=False),
        ),
        alt.Y2("high:Q"),
    )
    expected = base.mark_tick(color=INK, thickness=3, size=18).encode(alt.Y("expected:Q"))
    # Told apart by shape as well: a miss must be seen by everybody.
    order = [outcome for outcome in OUTCOMES if outcome in set(table["outcome"])]
    colors, shapes = zip(*(OUTCOMES[outcome] for outcome in order), strict=True)
    actual = base.mark_point(filled=True, size=80, opacity=1).encode(
        alt.Y("actual:Q"),
        color=alt.Color(
            "outcome:N",
            sort=order,
            scale=alt.Scale(domain=order, range=list(colors)),
            legend=outcome_legend(),
        ),
        shape=alt.Shape(
            "outcome:N",
            sort=order,
            scale=alt.Scale(domain=order, range=list(shapes)),
            legend=outcome_legend(),
        ),
    )
    return interval + expected + actual
