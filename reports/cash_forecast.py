"""Slide of the cash forecast: the weeks to come, and how earlier forecasts turned out."""

import numpy as np
from pptx.slide import Slide

from charts.wording import count, count_of, money, share
from models.cash_forecast import CashForecast
from reports.edition import Results
from reports.native_charts import Interval, Line, add_bars, add_dated_lines, money_format
from reports.slides import Draft, Finding, add_caption, add_refusal, side_by_side
from reports.template import ACCENT, LATE_ACCENT, Box

__all__ = ["add_forecast", "forecast_finding"]

#: Past forecasts on the slide, the newest; all of them count in its sentence.
MOST_PAST = 18


def add_forecast(draft: Draft, results: Results) -> None:
    """Cash by week, and the same forecast at past month ends."""
    ids = ("late_payments.expected_cash_13w",)
    forecast = draft.held(results, "cash_forecast", "Cash cannot be forecast yet", *ids)
    if forecast is None:
        return
    finding = forecast_finding(forecast, draft.currency)
    slide = draft.add(finding, *ids)
    left, right = side_by_side(5.0)
    draw_weeks(slide, left, forecast, draft.currency, finding)
    draw_past(slide, right, forecast, draft.currency)


def forecast_finding(forecast: CashForecast, currency: str) -> Finding:
    """The cash to come, and whether forecasts like this one were right before."""
    title = f"{money(forecast.expected, currency)} is expected in {forecast.weeks} weeks"
    if forecast.expected <= 0:
        title = f"No cash is expected in {forecast.weeks} weeks: nothing is owed"
    elif not np.isnan(forecast.low):
        title += f" ({money(forecast.low, currency)} to {money(forecast.high, currency)})"
    rated = forecast.backtest["inside"].dropna()
    past = forecast.reason or ""
    if len(rated):
        past = (
            f"{count(rated.sum())} of {count_of(len(rated), 'past forecast')} "
            f"({share(forecast.coverage, 0)}) came in inside their interval, against "
            f"{share(forecast.confidence, 0)} promised."
        )
    return Finding(title, f"{past} {forecast.note}".strip())


def draw_weeks(
    slide: Slide, box: Box, forecast: CashForecast, currency: str, finding: Finding
) -> None:
    if forecast.expected <= 0:
        reason = "No invoice is open from which cash could come."
        add_refusal(slide, reason, box, title="Nothing to draw")
        return
    table = forecast.table
    estimated = table["low"].notna().any()
    caption = "Cash expected in the week from"
    if estimated:
        caption += f", with {share(forecast.confidence, 0)} interval"
    add_caption(slide, Box(box.left, box.top, box.width, 0.3), caption)
    largest = float(np.nanmax(table[["expected", "high"]].to_numpy()))
    add_bars(
        slide,
        Box(box.left, box.top + 0.3, box.width, box.height - 0.3),
        [f"{start.day} {start:%b}" for start in table["week_start"]],
        table["expected"],
        name=f"Expected cash, {currency}",
        says=f"Columns: cash expected by week, with intervals. {finding.title}",
        number_format=money_format(currency, largest),
        colors=[ACCENT] * len(table),
        interval=Interval(table["low"], table["high"]) if estimated else None,
    )


def draw_past(slide: Slide, box: Box, forecast: CashForecast, currency: str) -> None:
    past = forecast.backtest.tail(MOST_PAST)
    caption = f"The same forecast at past month ends, {forecast.weeks} weeks each"
    if len(past) < len(forecast.backtest):
        caption = f"The newest {len(past)} of {len(forecast.backtest)} past forecasts"
    add_caption(slide, Box(box.left, box.top, box.width, 0.3), caption)
    below = Box(box.left, box.top + 0.3, box.width, box.height - 0.3)
    if past.empty:
        add_refusal(slide, forecast.reason or "No past forecast has ended yet.", below)
        return
    largest = float(np.nanmax(past[["expected", "actual", "high"]].to_numpy()))
    add_dated_lines(
        slide,
        below,
        past["as_of"].dt.date.tolist(),
        {
            "Forecast": (past["expected"], Line(ACCENT)),
            "Came in": (past["actual"], Line(LATE_ACCENT, marks_only=True)),
        },
        says="Line: past forecasts with their intervals. Marks: what came in",
        number_format=money_format(currency, largest),
        interval={"Forecast": Interval(past["low"], past["high"])},
    )
