"""Working capital in words: the cash that fewer days set free, once, and what billing adds."""

import pandas as pd
import streamlit as st

import analyses.working_capital
from models.receivables import Receivables
from models.working_capital import BillingDelays, WorkingCapital
from ui import url_state
from ui.download import offer_csv
from ui.frame import View
from ui.receipt import figure_row, rows_behind
from ui.results import compute
from ui.tables import COUNT, PERCENT, show_columns
from ui.text import count_of, days, label_of, money, share, undollared

__all__ = ["billing_sentence", "release_sentence", "show_billing", "show_working_capital"]

MOST_DAYS = 30


@url_state.fragment
def show_working_capital(view: View, ledger: Receivables) -> None:
    """The cash of one day, and of as many days as are chosen."""
    capital = compute(analyses.working_capital.run, view, given={"receivables": ledger})
    figure_row(view, capital.figures(), rows_behind(analyses.working_capital.receipt_rows, view))
    best = min(max(round(capital.days_to_best), 1), MOST_DAYS) if capital.days_to_best > 0 else 1
    fewer = url_state.slide(
        "Days sales outstanding fall by", "fewer_days", 1, MOST_DAYS, default=best
    )
    st.markdown(undollared(release_sentence(capital, fewer, view.currency)))


def release_sentence(capital: WorkingCapital, fewer: int, currency: str) -> str:
    """What so many days less set free, once, and what that saves each year."""
    said = (
        f"{days(fewer)} less set **{money(capital.released(fewer), currency)}** free, **once**: "
        "the balance is lower from then on, and no more comes the year after. Not having to "
        f"finance it saves **{money(capital.saved_yearly(fewer), currency)}** each year, at "
        f"{share(capital.rate, 0)} a year (Settings). "
    )
    if capital.days_to_best > 0:
        most = capital.released(capital.days_to_best)
        said += (
            f"If nobody paid late, days sales outstanding would be "
            f"{days(capital.days_to_best, 1)} less: {money(most, currency)}."
        )
    return said


@url_state.fragment
def show_billing(view: View) -> None:
    """How long billing takes, and what it would set free to bill sooner."""
    delays = compute(analyses.working_capital.delays, view)
    within = url_state.slide("Bill within days", "bill_within", 0, 31, default=5)
    st.markdown(undollared(billing_sentence(delays, within, view.currency)))
    rows = delays.table.assign(share=100 * delays.table["share"])
    show_columns(
        {
            "By": rows["by"].map({"source": "What for", "channel": "Invoice channel"}),
            "Group": rows["group"].map(label_of),
            "Invoices": (rows["n"], COUNT),
            "Of amount": (rows["share"], PERCENT),
            "Days waited": (rows["waited"], "%.1f"),
            "Low": (rows["low"], "%.1f"),
            "High": (rows["high"], "%.1f"),
        }
    )
    st.caption(
        "Goods are done when shipped, what is used on the last day of its month, a fee in arrears "
        "likewise; days are weighted by amount. Invoices in advance and of projects are not in "
        "here. Days sales outstanding count from the invoice, so they do not fall when it goes out "
        "sooner: what falls is the time from delivery to cash. How fast each channel is paid is on "
        "the page Time to pay, compared by invoice channel."
    )
    offer_csv("Download billing delays", delays.table, "billing_delays.csv", key="delays")


def billing_sentence(delays: BillingDelays, within: int, currency: str) -> str:
    """How long what is done waits for its invoice, what waiting costs, and what sooner frees."""
    cash, low, high = delays.released(within)
    said = (
        f"What was delivered or used waited **{days(delays.waited, 1)}** for its invoice "
        f"({delays.low:.1f} to {delays.high:.1f}, {share(delays.confidence, 0)} interval; "
        f"{count_of(delays.n, 'invoice')} of the last year). "
    )
    if delays.passed_reason:
        said += f"{delays.passed_reason} "
    else:
        said += (
            f"For each day that an invoice went out later, its money came {delays.passed_on:.2f} "
            f"days later ({delays.passed_low:.2f} to {delays.passed_high:.2f}), among invoices of "
            "the same customer. "
        )
    saved = delays.sooner(within).value
    said += (
        f"If nothing waited longer than {days(within)}, invoices would go out {days(saved, 1)} "
        f"sooner and **{money(cash, currency)}** would be free, once"
    )
    if pd.isna(low):
        return f"{said}."
    return f"{said} ({money(low, currency)} to {money(high, currency)})."
