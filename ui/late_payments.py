"""Time to pay in words: the sentence above each chart, with its numbers."""

import pandas as pd
import streamlit as st

from analyses.receivables import by_customer
from analyses.scope import Scope
from models.late_payments import TimeToPay
from models.late_share import LateShare
from models.open_invoices import CashAtRisk
from ui.download import offer_csv
from ui.frame import View
from ui.tables import AMOUNT, PERCENT, ROWS_SHOWN, height_of
from ui.text import count, count_of, escape, money, share, undollared
from warehouse.segments import SEGMENTS
from warehouse.workspace import Tables

__all__ = [
    "LOG_RANK",
    "at_risk_sentence",
    "late_sentence",
    "names_of_debtors",
    "pace_sentence",
    "paid_sentence",
    "show_curve_groups",
    "show_open_invoices",
]

#: What the test behind `pace_sentence` is, for a reader who has not met it.
LOG_RANK = (
    "The log-rank test compares, day by day, how many invoices of each segment were paid with how "
    "many would have been at a common pace. p is how often chance alone would make the segments "
    "differ as much."
)

# What the field calls clear, leaning, and no evidence.
CLEAR, LEANING = 0.01, 0.05


def paid_sentence(curve: TimeToPay, day: int) -> str:
    """Share paid by the chosen day, over all or from the fastest to the slowest segment."""
    shares = curve.paid_by(day).dropna(subset="paid")
    if shares.empty:
        return "No invoice has been watched for that long."
    if curve.by is None:
        row = shares.iloc[0]
        within = ""
        if pd.notna(row["lower"]):
            ends = f"{share(row['lower'])} to {share(row['upper'])}"
            within = f" ({share(curve.confidence, 0)} interval {ends})"
        return (
            f"**{share(row['paid'])}** of invoices are paid within **{day}** days of issue"
            f"{within}. "
            f"Of {count_of(curve.n_invoices, 'invoice')}, {count(curve.n_open)} are still open and "
            "count up to their present age."
        )
    fast, slow = shares.loc[shares["paid"].idxmax()], shares.loc[shares["paid"].idxmin()]
    return (
        f"Within **{day}** days of issue **{share(fast['paid'])}** of the invoices of "
        f"{escape(fast['group'])} are paid, and **{share(slow['paid'])}** of "
        f"{escape(slow['group'])}."
    )


def pace_sentence(curve: TimeToPay) -> str:
    """The log-rank test in words."""
    test = curve.comparison
    if test is None or test.p_value != test.p_value:
        return escape((test and test.reason) or "There is nothing to compare.", longest=400)
    p = "p < 0.001" if test.p_value < 0.001 else f"p = {test.p_value:.3f}"
    allowing = (
        ", allowing for several invoices of one customer "
        f"({count_of(curve.n_customers, 'customer')})"
        if test.n_clusters
        else ""
    )
    if test.p_value < CLEAR:
        verdict = "The segments do not pay at the same pace: chance would rarely look like this"
    elif test.p_value < LEANING:
        verdict = "There is some evidence that the segments do not pay at the same pace"
    else:
        verdict = "The data do not show that the segments pay at different paces"
    return f"{verdict} (log-rank {p}{allowing})."


def late_sentence(result: LateShare) -> str:
    """The late share, over all or between the two ends of a segment."""
    whole, groups = result.table.iloc[0], result.table.iloc[1:].dropna(subset="late_share")
    text = (
        f"**{share(whole['late_share'])}** of {count_of(int(whole['n']), 'invoice')} paid or past "
        "due were late"
    )
    if len(groups) < 2:
        return text + "."
    most, least = (
        groups.loc[groups["late_share"].idxmax()],
        groups.loc[groups["late_share"].idxmin()],
    )
    return (
        f"{text}: **{share(most['late_share'])}** of {escape(most['group'])} against "
        f"**{share(least['late_share'])}** of {escape(least['group'])}."
    )


def at_risk_sentence(risk: CashAtRisk, currency: str) -> str:
    """How much of what is open is expected to be unpaid after the grace period."""
    if not len(risk.table):
        return "No invoice is open, so no cash is at risk."
    part = risk.total / risk.open_amount if risk.open_amount else 0.0
    return (
        f"Of **{money(risk.open_amount, currency)}** open, **{money(risk.total, currency)}** "
        f"({share(part, 0)}) is expected to be unpaid {count_of(risk.grace_days, 'day')} after the "
        "due date."
    )


def show_curve_groups(curve: TimeToPay, drawn: int) -> None:
    """The segments behind the curves, those too small to show with the reason."""
    groups = curve.groups
    shown = groups[["group", "n_invoices", "n_open", "median_days", "paid_by_60", "reason"]]
    shown = shown.assign(
        median_days=shown["median_days"].where(shown["median_days"] < float("inf")),
        paid_by_60=100 * shown["paid_by_60"],
    ).sort_values("paid_by_60", ascending=False)
    if shown["reason"].isna().all():
        shown = shown.drop(columns="reason")
    st.dataframe(
        shown,
        hide_index=True,
        placeholder="",
        column_config={
            "group": SEGMENTS.get(curve.by, curve.by),
            "n_invoices": st.column_config.NumberColumn("Invoices", format="localized"),
            "n_open": st.column_config.NumberColumn("Open", format="localized"),
            "median_days": st.column_config.NumberColumn("Median days to pay", format="%d"),
            "paid_by_60": st.column_config.NumberColumn("Paid within 60 days, %", format="%.1f"),
            "reason": st.column_config.TextColumn("Not shown because"),
        },
        alt=f"Time to pay by {SEGMENTS.get(curve.by, curve.by)}",
    )
    beyond = curve.table["group"].nunique() - drawn
    if beyond > 0:
        st.caption(
            f"The {drawn} segments with most invoices are drawn; {beyond} more are in the table."
        )


def names_of_debtors(tables: Tables, scope: Scope) -> pd.DataFrame:
    """Name of every customer who owes something."""
    return by_customer(tables, scope).select("customer_id", "name").to_pandas()


def show_open_invoices(scored: pd.DataFrame, names: pd.DataFrame, view: View) -> None:
    """Open invoices, the most money expected late first."""
    if scored.empty:
        st.markdown("No invoice is open.")
        return
    table = scored.merge(names, on="customer_id", how="left")
    table = table.assign(late_amount=table["open_amount"] * table["p_late"])
    table = table.sort_values(["late_amount", "invoice_id"], ascending=[False, True])
    first = table.iloc[0]
    st.markdown(
        undollared(
            f"**{count_of(len(table), 'invoice')}** are open. Most money is expected late on "
            f"{escape(first['invoice_id'])} of **{escape(first['name'])}**: "
            f"{money(first['open_amount'], view.currency)} open, "
            + (
                "whether late is not known."
                if pd.isna(first["p_late"])
                else f"{share(first['p_late'], 0)} likely to be late."
            )
        )
    )
    columns = {
        "invoice_id": st.column_config.TextColumn("Invoice", pinned=True),
        "name": st.column_config.TextColumn("Customer", width=230),
        "due_on": st.column_config.DateColumn("Due", format="YYYY-MM-DD"),
        "open_amount": st.column_config.NumberColumn(f"Open, {view.currency}", format=AMOUNT),
        "p_late": st.column_config.ProgressColumn(
            "Likely late", format=PERCENT, min_value=0, max_value=100
        ),
        "expected_paid_on": st.column_config.DateColumn("Expected on", format="YYYY-MM-DD"),
        "expected_low": st.column_config.DateColumn("Earliest (10 %)", format="YYYY-MM-DD"),
        "expected_high": st.column_config.DateColumn("Latest (90 %)", format="YYYY-MM-DD"),
        "expected_reason": "No date because",
        "chance_reason": "No chance because",
    }
    shown = table.head(ROWS_SHOWN)
    for reason in ("expected_reason", "chance_reason"):
        if shown[reason].isna().all():
            del columns[reason]
    st.dataframe(
        shown[list(columns)].assign(p_late=lambda rows: 100 * rows["p_late"]),
        hide_index=True,
        placeholder="",
        height=height_of(shown),
        column_config=columns,
        alt="Open invoices with the chance that each is late and the day it may be paid",
    )
    if len(table) > ROWS_SHOWN:
        st.caption(f"The first {count(ROWS_SHOWN)}, by amount expected late.")
    offer_csv(
        "Download all", table, f"open-invoices-{view.as_of}.csv", key="open_invoices", n=len(table)
    )
