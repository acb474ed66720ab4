"""What needs attention today: each with the money in it, and the page on which to act."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

import analyses.churn
import analyses.credit
import analyses.working_capital
from analyses.notes import kept_notes
from charts.overview_words import short_name
from models.scoreboard import Scoreboard
from ui.frame import View, open_workspace
from ui.results import compute, computed_or_why
from ui.text import count, count_of, escape, in_unit, money, undollared

__all__ = ["Call", "calls_of", "most_urgent", "show_calls"]

#: Customers that a person can call on a day.
FIRST = 20
MONTHS_IN_YEAR = 12


@dataclass(frozen=True)
class Call:
    """One thing to attend to.

    Attributes
    ----------
    says : str
        In our Markdown, its data escaped.
    amount : float or None
        Money in it, in the reporting currency; None where no price can be told.
    page, icon, to : str
        Where to act, and how the link is called.
    named : str
        What it is called in a sentence.
    """

    says: str
    amount: float | None
    page: str
    icon: str
    to: str
    named: str


def calls_of(
    view: View, scoreboard: Scoreboard, scores: Mapping[str, Any]
) -> tuple[list[Call], list[str]]:
    """Everything that needs attention, most money first; and what could not be asked, with why.

    `scores` is what `ui.account_scores.scores_of` gives.
    """
    found: list[Call] = []
    refused: list[str] = []
    for name, asked in (
        ("Whom to contact", lambda: of_watchlist(scores["watchlist"], view)),
        ("Promises to pay", lambda: of_promises(scores["watchlist"], view)),
        ("Credit", lambda: of_credit(view)),
        ("Who may leave", lambda: of_leaving(scores["scored"], view)),
        ("Refused rows", lambda: of_refused(view)),
        ("Targets", lambda: of_targets(view, scoreboard)),
    ):
        answer = asked()
        if isinstance(answer, str):
            refused.append(f"{name}: {answer}")
        else:
            found += answer
    found.sort(key=lambda call: -(call.amount or 0.0))
    return found, refused


def of_watchlist(watchlist: Any, view: View) -> list[Call] | str:
    if isinstance(watchlist, str):
        return watchlist
    rows = watchlist.customers.head(FIRST)
    reach = float(rows["within_reach"].sum())
    if reach <= 0:
        return []
    return [
        Call(
            f"The first **{count_of(len(rows), 'customer')}** to contact hold "
            f"**{money(reach, view.currency)}** that contact may bring in time.",
            reach, "pages/cash/watchlist.py", "checklist", "Watchlist",
            "late invoices to follow up",
        )
    ]  # fmt: skip


def of_promises(watchlist: Any, view: View) -> list[Call] | str:
    if isinstance(watchlist, str):
        return []
    notes = kept_notes(open_workspace().settings, "invoice")
    broken = notes[
        (notes["status"] == "promised") & (notes["promised_on"] < pd.Timestamp(view.as_of))
    ]
    owed = watchlist.invoices.set_index("invoice_id")["open_amount"].reindex(broken.index).dropna()
    if owed.empty:
        return []
    return [
        Call(
            f"**{count_of(len(owed), 'promise')}** to pay passed without the money: "
            f"**{money(owed.sum(), view.currency)}**.",
            float(owed.sum()), "pages/cash/watchlist.py", "event_busy", "Watchlist",
            "broken promises to pay",
        )
    ]  # fmt: skip


def of_credit(view: View) -> list[Call] | str:
    credit = computed_or_why(analyses.credit.run, view)
    if isinstance(credit, str):
        return credit
    found = []
    blocked = float(credit.blocked["contribution"].sum()) if len(credit.blocked) else 0.0
    if blocked > 0:
        found.append(
            Call(
                f"Orders of **{money(blocked, view.currency)}** wait behind credit limits.",
                blocked, "pages/cash/credit.py", "credit_score", "Credit",
                "orders held back by credit limits",
            )
        )  # fmt: skip
    conflicts = computed_or_why(analyses.credit.conflicts, view, given={"credit": credit})
    if not isinstance(conflicts, str) and len(conflicts.table):
        worth = float(conflicts.table["contribution"].sum())
        found.append(
            Call(
                f"**{count_of(len(conflicts.table), 'good customer')}** are unhappy and over "
                f"their limits; after costs they brought **{money(worth, view.currency)}** in "
                "12 months.",
                worth, "pages/cash/credit.py", "handshake", "Credit",
                "good customers held back while unhappy",
            )
        )  # fmt: skip
    return found


def of_leaving(scored: Any, view: View) -> list[Call] | str:
    if isinstance(scored, str):
        return scored
    worth = compute(analyses.churn.values_today, view).set_index("customer_id")["monthly_value"]
    risk = scored.set_index("customer_id")["churn_risk_12m"]
    expected = (risk * MONTHS_IN_YEAR * worth.reindex(risk.index)).dropna()
    largest = expected.nlargest(FIRST)
    if largest.empty or largest.sum() <= 0:
        return []
    return [
        Call(
            f"Of the recurring value of a year, **{money(expected.sum(), view.currency)}** is "
            f"expected to leave within 12 months, **{money(largest.sum(), view.currency)}** of it "
            f"with {count_of(len(largest), 'customer')}.",
            float(largest.sum()), "pages/customers/churn.py", "logout", "Churn",
            f"{count_of(len(largest), 'customer')} who may leave",
        )
    ]  # fmt: skip


def of_refused(view: View) -> list[Call]:
    tables = view.snapshot.manifest.report.get("tables", {})
    # What a recipe leaves out on purpose waits for nobody to mend it; older imports do not say it.
    refused = {
        name: n
        for name, report in tables.items()
        if (n := report["refused"] - report.get("set_aside", 0))
    }
    if not refused:
        return []
    named = ", ".join(f"{count(n)} of {escape(name)}" for name, n in sorted(refused.items()))
    return [
        Call(
            f"The last import refused **{count_of(sum(refused.values()), 'row')}** ({named}): no "
            "figure holds them, and what they are worth is not known until they are mended.",
            None, "pages/data/quality.py", "rule", "Quality", "refused rows",
        )
    ]  # fmt: skip


def of_targets(view: View, scoreboard: Scoreboard) -> list[Call]:
    found = []
    for reading in scoreboard.missed():
        figure, amount = reading.figure, None
        name = short_name(figure.id, figure.label)
        value, target = (
            in_unit(number, figure.unit, view.currency) for number in (figure.value, reading.target)
        )
        worth = ""
        if figure.id == "receivables.dso":
            capital = computed_or_why(analyses.working_capital.run, view)
            if not isinstance(capital, str):
                amount = capital.released(figure.value - reading.target)
                worth = f", which ties up **{money(amount, view.currency)}** once"
        owner = f" {escape(reading.owner)} answers for it." if reading.owner else ""
        found.append(
            Call(
                f"Target missed: {name} is **{value}** against {target}{worth}.{owner}",
                amount, "pages/overview/overview.py", "flag", "Targets below", f"a missed {name}",
            )
        )  # fmt: skip
    return found


def most_urgent(calls: list[Call], currency: str) -> str:
    """What holds the most money, as the last sentence of the story."""
    if not calls or not calls[0].amount:
        return "Nothing needs attention today by the rules below."
    return f"Most money lies in {calls[0].named}: **{money(calls[0].amount, currency)}**."


def show_calls(calls: list[Call], refused: list[str]) -> None:
    """One line each, with a link to where to act."""
    if not calls:
        st.markdown("Nothing needs attention by what could be asked.")
    for call in calls:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(undollared(f":material/{call.icon}: {call.says}"), width="stretch")
            if call.to != "Targets below":
                st.page_link(call.page, label=call.to, icon=":material/arrow_forward:")
    if refused:
        with st.expander(f"Not asked ({len(refused)})"):
            for line in refused:
                st.markdown(f"- {escape(line, longest=500)}")
