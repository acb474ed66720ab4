"""The cash forecast in words."""

import pandas as pd
import streamlit as st

from models.cash_forecast import CashForecast
from ui.download import offer_csv
from ui.frame import View
from ui.tables import AMOUNT
from ui.text import count_of, date, escape, money, share

__all__ = ["coverage_sentence", "forecast_sentence", "show_weeks"]


def forecast_sentence(forecast: CashForecast, currency: str) -> str:
    """How much is expected over all weeks, and when most of it."""
    best = forecast.table.loc[forecast.table["expected"].idxmax()]
    text = (
        f"**{money(forecast.expected, currency)}** is expected in the next {forecast.weeks} weeks"
    )
    if pd.notna(forecast.low):
        text += (
            f", between {money(forecast.low, currency)} and {money(forecast.high, currency)} with "
            f"{share(forecast.confidence, 0)} confidence"
        )
    return (
        f"{text}. The largest week begins on {date(best['week_start'])} "
        f"({money(best['expected'], currency)})."
    )


def coverage_sentence(forecast: CashForecast, currency: str) -> str:
    """How past forecasts turned out, good or bad."""
    judged = forecast.backtest.dropna(subset=["inside"])
    if judged.empty:
        return escape(
            forecast.reason or "No earlier forecast has run its course yet, so none can be judged.",
            longest=400,
        )
    inside = int(judged["inside"].astype(bool).sum())
    error = (forecast.backtest["expected"] - forecast.backtest["actual"]).dropna()
    size = forecast.backtest["actual"].mean()
    lean = error.mean() / size if size else 0.0
    bias = (
        "On average they were neither too high nor too low"
        if abs(lean) < 0.01
        else f"On average they were {share(abs(lean))} too {'high' if lean > 0 else 'low'}"
    )
    return (
        f"Of {count_of(len(judged), 'forecast')} made at past month ends and since run out, "
        f"**{inside}** had what came in inside the interval ({share(inside / len(judged), 0)}; "
        f"{share(forecast.confidence, 0)} is what the interval promises). {bias}; the mean error "
        f"was {money(error.abs().mean(), currency)}. The dash is the forecast, the bar its "
        "interval, the mark what came in."
    )


def show_weeks(forecast: CashForecast, view: View) -> None:
    """The weeks as a table, with download."""
    number = st.column_config.NumberColumn(format=AMOUNT)
    interval = (
        f"End of the {share(forecast.confidence, 0)} interval: about one week in "
        f"{round(1 / (1 - forecast.confidence))} brings in less or more than lies between the two."
    )
    table = forecast.table.round({"expected": 2, "low": 2, "high": 2})
    st.dataframe(
        table,
        hide_index=True,
        placeholder="",
        column_config={
            "week": st.column_config.NumberColumn("Week", width="small"),
            "week_start": st.column_config.DateColumn("From", format="YYYY-MM-DD"),
            "week_end": st.column_config.DateColumn("To", format="YYYY-MM-DD"),
            "expected": number | {"label": f"Expected, {view.currency}"},
            "low": number | {"label": "Low", "help": interval},
            "high": number | {"label": "High", "help": interval},
        },
        height="content",
        alt="Cash expected by week",
    )
    offer_csv("Download", table, f"cash-forecast-{view.as_of}.csv", key="weeks")
