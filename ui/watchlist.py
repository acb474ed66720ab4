"""The watchlist in words: what is at risk, what is assumed, and the list itself."""

from dataclasses import fields

import pandas as pd
import streamlit as st

import analyses.late_causes
import analyses.late_payments
import analyses.late_signals
import analyses.reminders
import analyses.watchlist
from charts.late_causes import CAUSE_WORDS
from models.refusal import Refusal
from models.watchlist import DAYS_AHEAD, HELD_OUT, MEASURED, Chances, Watchlist
from ui import url_state
from ui.frame import View
from ui.results import compute, computed_or_why
from ui.text import count, count_of, days, escape, money, share, undollared
from warehouse.snapshot import MissingTable

__all__ = [
    "FIRST",
    "MONEY_FACTS",
    "ask_chances",
    "choose_rows",
    "money_facts",
    "promises_sentence",
    "reach_sentence",
    "risk_sentence",
    "show_measured",
    "watchlist_of",
    "watchlist_or_why",
]

#: Customers that a person can call on a day.
FIRST = 20
#: What the account manager should know of money, in the words of the table.
MONEY_FACTS = "For the account manager"
ALL, NOBODY = "all", "nobody"


def watchlist_of(view: View, chances: Chances) -> Watchlist:
    """The list of the view; scores and causes are those that the other pages show."""
    signals = {"signals": compute(analyses.late_signals.signals, view)}
    scored = {"scored": compute(analyses.late_payments.scored_invoices, view, given=signals)}
    return analyses.watchlist.ranked(
        view.as_of,
        chances,
        **scored,
        causes=computed_or_why(analyses.late_causes.run, view, given={**signals, **scored}),
        reminders=computed_or_why(analyses.reminders.run, view),
        read=compute(analyses.watchlist.facts, view),
    )


def watchlist_or_why(view: View, chances: Chances) -> Watchlist | str:
    """As `watchlist_of`, for pages that do without: the reason where there is no list."""
    try:
        return watchlist_of(view, chances)
    except (Refusal, MissingTable) as refusal:
        return str(refusal)


def risk_sentence(watchlist: Watchlist, currency: str) -> str:
    """What is at risk and what of it can be changed, over the rows that are shown."""
    rows = watchlist.invoices
    if rows.empty:
        return "Nothing is open here, so there is nobody to contact."
    owed, at_risk = rows["open_amount"].sum(), rows["at_risk"].sum()
    unseen = at_risk - rows["at_risk_low"].sum()
    said = (
        f"Of **{money(owed, currency)}** open, **{money(at_risk, currency)}** is expected to be "
        f"unpaid {DAYS_AHEAD} days from now, and **{money(rows['within_reach'].sum(), currency)}** "
        "of that is within reach: the open amount times the chance that it stays unpaid, times "
        "the chance that what is done about its cause changes that."
    )
    if unseen > 0.5:
        said += (
            f" {money(unseen, currency)} has been open for longer than any invoice was watched, "
            "and counts as at risk."
        )
    return said


def reach_sentence(reached: pd.DataFrame, first: int, currency: str) -> str:
    """How much the first contacts reach."""
    at = reached[reached["contacts"] == first].iloc[0]
    return (
        f"The first **{count_of(first, 'customer')}** of {count(len(reached))} hold "
        f"**{share(at['share'], 0)}** of what is within reach "
        f"({money(at['within_reach'], currency)})."
    )


def ask_chances() -> Chances:
    """What is assumed of each cause; the defaults are those of `Chances`."""
    box = st.expander("What is assumed, and what is measured", icon=":material/tune:")
    with box:
        st.markdown(
            "The chance that what is done changes anything. **These are assumptions, not "
            "measured**: the defaults say that an error of ours can be mended, a complaint often, "
            "an empty account seldom, and a habit hardly. Set them to what you know."
        )
        columns = st.columns(len(fields(Chances)))
        found = {}
        for column, field in zip(columns, fields(Chances), strict=True):
            with column:
                percent = url_state.slide(
                    f"{CAUSE_WORDS[field.name]}, %", f"chance_{field.name}", 0, 100,
                    default=round(100 * field.default), step=5,
                )  # fmt: skip
            found[field.name] = percent / 100
    return Chances(**found)


def show_measured(watchlist: Watchlist) -> None:
    """What the effect of reminding was measured to be, and for which rows it is taken."""
    found = watchlist.measured
    if found is None or found.reason:
        why = escape(watchlist.not_measured or "There is no measurement.", longest=500)
        st.caption(f"What a reminder changes is not measured, so the assumptions hold. {why}")
    else:
        n = int((watchlist.invoices["chance_from"] == MEASURED).sum())
        st.caption(
            f"Measured by the random hold-out: of invoices that would be unpaid "
            f"{days(watchlist.measured_days)} past due without reminders, {share(found.value, 0)} "
            f"are paid through them ({share(found.lower, 0)} to {share(found.upper, 0)}, 95 % "
            f"interval). It takes the place of the assumption for {count_of(n, 'invoice')} here: "
            f"overdue for {days(watchlist.measured_days)} at most, not reminded, not disputed, not "
            "in the hold-out, and of habit or no clear cause. Of older ones it was not measured."
        )
    kept = int((watchlist.invoices["chance_from"] == HELD_OUT).sum())
    if kept:
        st.caption(
            f"{count_of(kept, 'invoice')} of the hold-out would be reminded otherwise and must "
            "not be, so nothing of them is within reach."
        )
    if watchlist.no_causes:
        said = escape(watchlist.no_causes, longest=500)
        st.caption(f"Causes are not known, so every invoice counts as unclear. {said}")


def choose_rows(
    rows: pd.DataFrame, owners: list[str], statuses: dict[str, str], persona: bool
) -> pd.DataFrame:
    """The rows that the filters leave; `rows` has ``cause``, ``owner``, ``status``, ``persona``."""
    columns = st.columns(4 if persona else 3)
    causes = {ALL: "All causes", **CAUSE_WORDS}
    named = {name: name for name in owners if name not in (ALL, NOBODY)}
    with columns[0]:
        cause = url_state.choose("Cause", "cause", causes, kind=st.selectbox)
    with columns[1]:
        whose = {ALL: "All owners", NOBODY: "Nobody", **named}
        owner = url_state.choose("Owner", "owner", whose, kind=st.selectbox)
    with columns[2]:
        states = {ALL: "All", **statuses}
        status = url_state.choose("Status", "status", states, kind=st.selectbox)
    if cause != ALL:
        rows = rows[rows["cause"] == cause]
    if owner != ALL:
        rows = rows[rows["owner"] == ("" if owner == NOBODY else owner)]
    if status != ALL:
        rows = rows[rows["status"].replace("", "open") == status]
    if persona:
        names = {ALL: "All personas"} | {n: n for n in sorted(rows["persona"].dropna().unique())}
        with columns[3]:
            chosen = url_state.choose("Persona", "persona", names, kind=st.selectbox)
        if chosen != ALL:
            rows = rows[rows["persona"] == chosen]
    return rows.reset_index(drop=True)


def money_facts(rows: pd.DataFrame, credit: pd.DataFrame | None, currency: str) -> pd.Series:
    """What an account manager should know of each customer's money, by customer.

    Parameters
    ----------
    rows : DataFrame
        ``Watchlist.customers``.
    credit : DataFrame or None
        ``Credit.customers``; None where there are no limits.
    """
    rows = rows.set_index("customer_id")
    said = pd.Series("", index=rows.index, dtype=object)
    overdue = rows["overdue"] > 0
    said[overdue] = [
        f"{money(amount, currency)} overdue. " for amount in rows.loc[overdue, "overdue"]
    ]
    if credit is not None:
        known = credit.set_index("customer_id").reindex(rows.index)
        over, waits = known["headroom"] < 0, known["blocked"] > 0
        said[over] += [
            f"Over its limit by {money(-amount, currency)}. "
            for amount in known.loc[over, "headroom"]
        ]
        said[waits] += [
            f"Orders of {money(amount, currency)} wait behind it. "
            for amount in known.loc[waits, "blocked"]
        ]
    short = rows["cause"] == "cash"
    said[short] += "Likely short of cash: sell no further credit. "
    return said.str.strip()


def promises_sentence(rows: pd.DataFrame, as_of: pd.Timestamp, currency: str) -> str:
    """How many promises to pay have passed while the invoice is still open."""
    broken = rows[(rows["status"] == "promised") & (rows["promised_on"] < as_of)]
    if broken.empty:
        return ""
    return undollared(
        f"**{count_of(len(broken), 'promise')}** to pay "
        f"{'has' if len(broken) == 1 else 'have'} passed without the money: "
        f"{money(broken['open_amount'].sum(), currency)}."
    )
