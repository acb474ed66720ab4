"""Receivables in words: the sentence above each chart, with its numbers."""

import pandas as pd
import streamlit as st

from analyses.receivables import Cells, flows
from charts.wording import STEADY_DAYS, bucket
from models.aging import BOUNDS, read_bounds
from models.figures import DEFINITIONS, Figure
from models.payment_patterns import PaymentPatterns
from models.receivables import Receivables, ReceivablesBy
from ui import url_state
from ui.download import offer_csv
from ui.errors import say
from ui.frame import View
from ui.results import RowsOf, compute, of_all_days
from ui.tables import AMOUNT, PERCENT, height_of
from ui.text import (
    count,
    count_of,
    date,
    days,
    escape,
    label_of,
    listed,
    money,
    share,
    undollared,
)
from warehouse.segments import SEGMENTS

__all__ = [
    "MEASURES",
    "aging_sentence",
    "choose_bounds",
    "dso_sentence",
    "flows_of",
    "left_out",
    "main_figures",
    "measure_sentence",
    "pattern_sentence",
    "show_aging",
    "show_customers",
    "show_segments",
]

#: Upper ends of the aging buckets there are to choose from, as the URL writes them.
BUCKETS = {
    "30-60-90": "30, 60, 90 days",
    "15-30-45-60": "15, 30, 45, 60 days",
    "7-14-30-60-90": "7, 14, 30, 60, 90 days",
    "30-60-90-120-180": "30, 60, 90, 120, 180 days",
}

OWN, OWN_AT_FIRST = "own", "15, 45, 90"

#: What the collection chart can show.
MEASURES = {
    "cei": "Collection index",
    "average_days_delinquent": "Days delinquent",
    "cash_flow_velocity": "Turns a year",
    "overdue_amount": "Overdue",
}

#: Figures with a card of the first row.
MAIN = ("open_amount", "overdue_amount", "dso", "cei")

#: Segments an invoice can move between as days pass.
MOVING = frozenset({"disputed"})

PATTERN_AGE = 2
SAME_SHARE = 0.02


def flows_of(view: View, by: str | None = None) -> Cells:
    """The ledger as flows, read once for every as-of date wherever that changes nothing."""
    moving = MOVING & {by, *view.filters}
    return (compute if moving else of_all_days)(flows, view, by=by)


def choose_bounds() -> tuple[tuple[int, ...], str | None]:
    """Upper ends of the age bands, chosen or typed, and what was wrong with what was typed."""
    choices = BUCKETS | {OWN: "Own bounds"}
    chosen = url_state.choose("Age bands", "buckets", choices, kind=st.selectbox, width=250)
    if chosen != OWN:
        return read_bounds(chosen), None
    typed = url_state.write_in(
        "Bounds in days", "bounds", default=OWN_AT_FIRST, width=250, max_chars=80,
        help="The last day of each band, rising, such as 15, 45, 90.",
    )  # fmt: skip
    try:
        return read_bounds(typed), None
    except ValueError as error:
        return BOUNDS, f"{say(error)} Shown are {', '.join(map(str, BOUNDS))}."


def main_figures(receivables: Receivables) -> tuple[list[Figure], list[Figure]]:
    """The figures a reader looks for first, and the others."""
    main = {f"receivables.{name}" for name in MAIN}
    figures = receivables.figures()
    return [f for f in figures if f.id in main], [f for f in figures if f.id not in main]


def aging_sentence(receivables: Receivables, currency: str) -> str:
    """How much is owed and where the bulk of it lies."""
    owed, overdue = receivables.open_amount, receivables.overdue_amount
    if owed <= 0:
        return f"Nothing was owed on {date(receivables.as_of)}."
    aging = receivables.aging
    largest = aging.loc[aging["amount"].idxmax()]
    oldest = aging.iloc[-1]
    by = receivables.aging_by
    said = (
        f"Customers owe **{money(owed, currency)}**, of which **{money(overdue, currency)}** "
        f"({share(overdue / owed, 0)}) is past due. The largest part, "
        f"{share(largest['share'], 0)}, is {bucket(largest['bucket'], by)}"
    )
    if largest["bucket"] == oldest["bucket"]:
        return f"{said}."
    return f"{said}; {money(oldest['amount'], currency)} is {bucket(oldest['bucket'], by)}."


def show_aging(receivables: Receivables, view: View) -> None:
    """The age bands in numbers, with download."""
    aging = receivables.aging
    table = pd.DataFrame(
        {
            "age": [label_of(bucket(band, receivables.aging_by)) for band in aging["bucket"]],
            "amount": aging["amount"].round(2),
            "share": 100 * aging["share"],
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        placeholder="",
        height="content",
        column_config={
            "age": "Age",
            "amount": amount_column("Open", view),
            "share": st.column_config.NumberColumn("Share, %", format="%.1f"),
        },
        alt="Open amount by age",
    )
    offer_csv("Download", table, f"open-by-age-{view.as_of}.csv", key="aging")


def dso_sentence(receivables: Receivables) -> str:
    """Where DSO stands, how far it moved in a year, and what moved it."""
    now = receivables.trend.iloc[-1]
    if pd.isna(now["dso"]):
        return receivables.reasons.get("dso", "Days sales outstanding cannot be computed.")
    text = f"Receivables stand for **{days(now['dso'], 1)}** of sales"
    before = receivables.year_before()
    if before is None or pd.isna(before["dso"]):
        return f"{text} (count-back). There is no figure of a year before to compare with."
    moved = now["dso"] - before["dso"]
    if abs(moved) < STEADY_DAYS:
        return f"{text}, the same as a year before ({days(before['dso'], 1)})."
    text += f", **{days(abs(moved), 1)} {'more' if moved > 0 else 'fewer'}** than a year before. "
    terms = now["dso_best_possible"] - before["dso_best_possible"]
    late = now["average_days_delinquent"] - before["average_days_delinquent"]
    if pd.isna(terms) or pd.isna(late):
        return text
    parts = sorted(
        [
            (abs(late), late, "paying past due"),
            (abs(terms), terms, "terms and the timing of sales"),
        ],
        reverse=True,
    )
    said = [
        f"{what} {'added' if by > 0 else 'took off'} {days(size, 1)}"
        for size, by, what in parts
        if size >= STEADY_DAYS / 5
    ]
    return text + (f"By the simple method, {listed(said)}." if said else "")


def measure_sentence(receivables: Receivables, measure: str, currency: str) -> str:
    """What the chosen measure says as of the date."""
    value = float(receivables.trend[measure].iloc[-1])
    if pd.isna(value):
        return receivables.reasons.get(measure, "This cannot be computed as of this date.")
    months = receivables.period_months
    if measure == "cei":
        return (
            f"In the last {months} months **{value:.1f} %** of what could have been collected was "
            "collected; 100 would mean that nothing past due is open."
        )
    if measure == "average_days_delinquent":
        return f"Paying past the due date ties up **{days(value, 1)}** of sales."
    if measure == "cash_flow_velocity":
        return (
            f"At the pace of the last {months} months receivables turn into cash "
            f"**{value:.1f} times** a year."
        )
    return f"**{money(value, currency)}** is past due."


def pattern_sentence(patterns: PaymentPatterns) -> str:
    """How much of the newest month is open after two months, against the average."""
    at = patterns.table[patterns.table["age"] == PATTERN_AGE].dropna(subset="uncollected")
    usual = patterns.average.loc[patterns.average["age"] == PATTERN_AGE, "uncollected"]
    if len(at) < 2 or usual.isna().all():
        return (
            "Each line is one month of sales: how much of it was still uncollected, month by month."
        )
    newest, average = at.iloc[-1], float(usual.iloc[0])
    beyond = newest["uncollected"] - average
    verdict = "as usual" if abs(beyond) < SAME_SHARE else ("slower" if beyond > 0 else "faster")
    return (
        f"Two months after the month of sale **{share(newest['uncollected'], 0)}** of the sales of "
        f"{newest['cohort']:%B %Y} was uncollected, against {share(average, 0)} over all months: "
        f"collected {verdict}. Growth and seasons do not move these curves."
    )


def show_segments(result: ReceivablesBy, view: View) -> None:
    """One line a segment, the largest first; ratios of small segments are not shown."""
    table = result.table.sort_values("open_amount", ascending=False)
    ratios = ["dso", "average_days_delinquent", "cei"]
    first = table.iloc[0]
    st.markdown(
        undollared(
            f"**{escape(first['group'])}** owes most: "
            f"{money(first['open_amount'], view.currency)}, {share(first['share'], 0)} of all."
        )
    )
    columns = ["group", "n_invoices", "open_amount", "share", "overdue_amount", *ratios]
    if table["reason"].notna().any():
        columns.append("reason")
    shown = table[columns].assign(share=100 * table["share"])
    st.dataframe(
        shown,
        hide_index=True,
        placeholder="",
        column_config={
            "group": SEGMENTS.get(result.by, label_of(result.by)),
            "n_invoices": st.column_config.NumberColumn("Invoices", format="localized"),
            "open_amount": amount_column("Open", view),
            "share": st.column_config.ProgressColumn(
                "Share of open", format=PERCENT, min_value=0, max_value=100
            ),
            "overdue_amount": amount_column("Overdue", view),
            "dso": ratio_column("DSO, days", "dso"),
            "average_days_delinquent": ratio_column("Days delinquent", "average_days_delinquent"),
            "cei": ratio_column("Collection index", "cei"),
            "reason": "Empty because",
        },
        alt=f"Receivables by {SEGMENTS.get(result.by, result.by)}",
    )
    offer_csv("Download", table, f"receivables-by-{result.by}-{view.as_of}.csv", key="by_segment")


def show_customers(rows: RowsOf, view: View) -> None:
    """The customers who owe most, with the age of their oldest open invoice."""
    if not rows.n:
        st.markdown("No customer owes anything.")
        return
    first = rows.first.assign(
        oldest_days_past_due=rows.first["oldest_days_past_due"].where(
            rows.first["oldest_days_past_due"] > 0
        )
    )
    most = first.iloc[0]
    st.markdown(
        undollared(
            f"**{escape(most['name'])}** owes most: {money(most['open_amount'], view.currency)}, "
            f"of which {money(most['overdue_amount'], view.currency)} is past due."
        )
    )
    st.dataframe(
        first[["name", "open_amount", "overdue_amount", "n_open", "oldest_days_past_due"]],
        hide_index=True,
        placeholder="",
        height=height_of(first),
        column_config={
            "name": st.column_config.TextColumn("Customer", width=260),
            "open_amount": amount_column("Open", view),
            "overdue_amount": amount_column("Overdue", view),
            "n_open": st.column_config.NumberColumn("Open invoices", format="localized"),
            "oldest_days_past_due": st.column_config.NumberColumn(
                "Oldest, days past due", format="localized", help="Empty: nothing is past due."
            ),
        },
        alt="Customers who owe most",
    )
    if rows.n > len(first):
        st.caption(f"The {count(len(first))} largest of {count_of(rows.n, 'customer')}.")
    offer_csv(
        "Download all", rows.fetch_all, f"customers-{view.as_of}.csv", key="customers", n=rows.n
    )


def amount_column(label: str, view: View):
    return st.column_config.NumberColumn(f"{label}, {view.currency}", format=AMOUNT)


def ratio_column(label: str, name: str):
    """A column of a figure, whose heading explains it."""
    said = DEFINITIONS[f"receivables.{name}"].sentence
    return st.column_config.NumberColumn(label, format="%.1f", help=said)


def left_out(receivables: Receivables, currency: str) -> str:
    """What the figures do not hold."""
    issued = count_of(receivables.n_invoices, "invoice")
    said = f"From {issued} issued up to {date(receivables.as_of)}."
    if receivables.unapplied_amount:
        said += (
            f" Cash of {money(receivables.unapplied_amount, currency)} is more than was owed on "
            "the invoices it came for; it is not taken off."
        )
    return said + " Rows refused at import are on the Quality page."
