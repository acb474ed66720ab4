"""Cash forecast: the next 13 weeks, and how past forecasts turned out."""

import streamlit as st

import analyses.cash_forecast
from charts.cash_forecast import forecast_against_actual, weekly_bars
from ui.cash_forecast import coverage_sentence, forecast_sentence, show_weeks
from ui.chart import told
from ui.errors import explained
from ui.frame import require_view
from ui.receipt import figure_row, rows_behind
from ui.receivables import flows_of
from ui.results import compute
from ui.text import escape

st.title("Cash forecast")
st.markdown("Cash expected in each of the next 13 weeks, and how earlier forecasts turned out.")
view = require_view()
ours = analyses.cash_forecast

with explained():
    forecast = compute(ours.run, view, given={"cells": flows_of(view)})
    figure_row(
        view,
        forecast.figures(),
        rows_behind(ours.receipt_rows, view),
        confidence=forecast.confidence,
    )
    st.subheader("Week by week")
    told(forecast_sentence(forecast, view.currency), weekly_bars(forecast, currency=view.currency))
    show_weeks(forecast, view)

    st.subheader("Forecast against actual")
    said = coverage_sentence(forecast, view.currency)
    if forecast.backtest.empty:
        st.markdown(said)
    else:
        told(said, forecast_against_actual(forecast, currency=view.currency))
    st.caption(escape(forecast.note, longest=400))
