"""Disputes in words: the sentence above each chart, with its numbers, and the tables under it."""

import pandas as pd
import streamlit as st

from analyses.disputes import CUSTOMER, WAYS
from models.dispute_causes import DisputeCauses
from models.disputes import Disputes
from models.funnel import Funnel
from ui.download import offer_csv
from ui.frame import View
from ui.tables import AMOUNT, COUNT, PERCENT, percents, show_columns
from ui.text import count, count_of, days, escape, label_of, listed, money, share

__all__ = [
    "REASONS",
    "cause_sentence",
    "funnel_sentence",
    "rate_sentence",
    "reason_sentence",
    "resolution_sentence",
    "show_causes",
    "show_funnel",
    "show_rates",
    "show_reasons",
]

#: Reasons of disputes as a sentence says them.
REASONS = {
    "price": "price",
    "quantity": "quantity",
    "quality": "quality",
    "delivery": "delivery",
    "missing_po": "missing order number",
    "duplicate": "invoiced twice",
    "not_recognised": "not recognised",
    "other": "other",
}
ONE_DECIMAL = "%,.1f"


def rate_sentence(disputes: Disputes, by: str) -> str:
    """Which groups dispute most and least, and whether that is more than chance."""
    rows = disputes.table[disputes.table["by"] == by].dropna(subset="low")
    words = WAYS[by].lower()
    if len(rows) < 2:
        return f"There is no second group by {words} that is large enough to compare with."
    most, least = rows.loc[rows["rate"].idxmax()], rows.loc[rows["rate"].idxmin()]
    said = (
        f"By {words}, **{escape(most['group'])}** is disputed most, **{most['rate']:,.0f}** times "
        f"in 1,000 invoices ({most['low']:,.0f} to {most['high']:,.0f}), and "
        f"{escape(least['group'])} least, {least['rate']:,.0f} times ({least['low']:,.0f} to "
        f"{least['high']:,.0f})."
    )
    if most["low"] <= least["high"]:
        said += " Their intervals overlap: treat them as alike."
    return said


def show_rates(disputes: Disputes, by: str) -> None:
    rows = disputes.table[disputes.table["by"] == by].sort_values("rate", ascending=False)
    show_columns(
        {
            WAYS[by]: rows["group"],
            "Invoices": (rows["n"], COUNT),
            "Disputes": (rows["n_disputes"], COUNT),
            "Per 1,000": (rows["rate"], ONE_DECIMAL),
            "Low": (rows["low"], ONE_DECIMAL),
            "High": (rows["high"], ONE_DECIMAL),
        }
    )
    offer_csv("Download all rates", disputes.table, "disputes_rates.csv", key="disputes_rates")


def funnel_sentence(funnel: Funnel, by: str, names: pd.Series) -> str:
    """Who lies beyond the outer limits, and how many would by chance."""
    kind = "customer" if by == CUSTOMER else "group"
    n, apart = len(funnel.table), funnel.table[funnel.table["verdict"] != "within"]
    if apart.empty:
        said = f"None of {count_of(n, kind)} lies beyond the outer limits"
    else:
        above = apart[apart["verdict"] == "above"]["unit"].head(3)
        called = [f"**{escape(names.get(unit, unit))}**" for unit in above]
        said = f"**{count(len(apart))}** of {count_of(n, kind)} lie beyond the outer limits"
        if called:
            said += f", highest {listed(called)}"
    return f"{said}; chance alone would put {funnel.by_chance:.1f} there."


def show_funnel(funnel: Funnel, by: str, names: pd.Series) -> None:
    table = funnel.table.assign(name=funnel.table["unit"].map(names).fillna(funnel.table["unit"]))
    told = (
        f"Customers go their own way: their rates differ by {share(funnel.spread, 0)} of the rate "
        "of all (standard deviation) beyond chance, and the limits allow for that."
        if by == CUSTOMER
        else f"Disputes of one customer come together, so the limits are "
        f"{funnel.design**0.5:.1f} times as wide as for disputes that come one by one."
    )
    st.caption(
        f"Limits hold 95 % and 99.8 % of units of a size that dispute like all others. {told} "
        f"{count_of(funnel.left_out, 'unit')} of fewer than 30 invoices left out."
    )
    offer_csv("Download all units", table, f"disputes_funnel_{by}.csv", key="disputes_funnel")


def reason_sentence(disputes: Disputes, measure: str, view: View) -> str:
    """What most disputes are about, and how few reasons make up four in five."""
    rows = disputes.reasons.sort_values(measure, ascending=False)
    first = rows.iloc[0]
    enough = int((rows[measure].cumsum() < 0.8).sum()) + 1
    what = "disputes" if measure == "share" else "the amount in dispute"
    return (
        f"**{label_of(REASONS[first['reason']])}** is the largest reason, "
        f"{share(first[measure], 0)} of {what}; {count_of(enough, 'reason')} of {len(rows)} make "
        "up four fifths. In dispute "
        f"were {money(disputes.amount, view.currency)} in all, on "
        f"{count_of(disputes.n_disputes, 'dispute')}."
    )


def show_reasons(disputes: Disputes) -> None:
    rows = percents(disputes.reasons, "share", "value_share", "upheld")
    show_columns(
        {
            "Reason": rows["reason"].map(REASONS).map(label_of),
            "Disputes": (rows["n"], COUNT),
            "Per 1,000": (rows["rate"], ONE_DECIMAL),
            "Share": (rows["share"], PERCENT),
            "Amount": (rows["amount"], AMOUNT),
            "Of amount": (rows["value_share"], PERCENT),
            "Upheld": (rows["upheld"], PERCENT),
            "Open": (rows["n_open"], COUNT),
        }
    )
    st.caption("Upheld: of those resolved, decided for the customer at least in part.")
    offer_csv("Download the reasons", disputes.reasons, "disputes_reasons.csv", key="reasons")


def resolution_sentence(disputes: Disputes) -> str:
    """How long disputes take, and which take longest."""
    rows = disputes.medians
    first, others = rows.iloc[0], rows.iloc[1:]
    number = disputes.n_disputes - disputes.n_undated
    said = (
        f"Half of {count_of(number, 'dispute')} are resolved within "
        f"**{days(first['median'])}** of opening; {count(first['n_open'])} are still open and "
        "count up to their age."
    )
    if len(others):
        slow, fast = others.iloc[-1], others.iloc[0]
        if slow["low"] > fast["high"]:
            said += (
                f" {label_of(REASONS[slow['reason']])} takes longest, {days(slow['median'])}, and "
                f"{REASONS[fast['reason']]} is resolved first, {days(fast['median'])}."
            )
        else:
            said += " No reason takes longer than another by more than chance."
    return said


def cause_sentence(causes: DisputeCauses, words: dict[str, str]) -> str:
    """What goes before disputed invoices more often than before alike undisputed ones."""
    more = causes.table[causes.table["verdict"] == "more often"]
    compared = (
        f"{count_of(causes.n_disputed, 'disputed invoice')} are compared with "
        f"{count(causes.n - causes.n_disputed)} alike undisputed ones"
    )
    if more.empty:
        return f"Nothing looked for goes before disputed invoices more often: {compared}."
    said = [
        f"**{words[row.circumstance].lower()}** (odds {row.odds_ratio:.2f} times, "
        f"{row.low:.2f} to {row.high:.2f})"
        for row in more.head(3).itertuples()
    ]
    return f"More frequent before disputed invoices: {listed(said)}. {compared}."


def show_causes(causes: DisputeCauses, words: dict[str, str]) -> None:
    rows = percents(causes.table, "share_disputed", "share_undisputed")
    show_columns(
        {
            "Before the invoice": rows["circumstance"].map(words),
            "Invoices": (rows["n"], COUNT),
            "Of disputed": (rows["share_disputed"], "%.1f %%"),
            "Of undisputed": (rows["share_undisputed"], "%.1f %%"),
            "Odds ratio": (rows["odds_ratio"], "%.2f"),
            "Low": (rows["low"], "%.2f"),
            "High": (rows["high"], "%.2f"),
            "Before disputed ones": rows["verdict"],
        }
    )
    alike = listed([label_of(name).lower() for name in causes.adjusted_for])
    st.caption(
        f"Alike in {alike}; all circumstances together in one logistic regression, intervals "
        "robust by customer. Of what is called more or less frequent at most one in twenty is so "
        f"by chance. Invoices younger than {days(causes.youngest)} may still be disputed and are "
        "left out. Only what was known by the day of issue counts; a missing order number is in "
        "no table before the dispute, so it is told by the dispute's own reason alone. More "
        "frequent is no proof of cause: unhappy customers both ask and dispute."
    )
    offer_csv("Download what goes before", causes.table, "disputes_causes.csv", key="causes")
