"""What the models say of one customer, and the next best step that follows."""

import pandas as pd
import streamlit as st

import analyses.account
import analyses.churn
import analyses.lifetime_value
import analyses.reminders
import analyses.unit_economics
from analyses.notes import kept_notes
from charts.churn import CAUSE_LABELS
from charts.late_causes import CAUSE_WORDS
from models.account import AccountMoney
from models.next_steps import NOTHING, Step, next_steps
from models.watchlist import DAYS_AHEAD, Chances
from ui.errors import say
from ui.frame import View, open_workspace
from ui.lifetime_value import usual_terms
from ui.personas import personas_or_why
from ui.results import compute, computed_or_why
from ui.tables import AMOUNT, PERCENT, height_of, percents
from ui.text import count_of, date, days, escape, money, share, undollared
from ui.watchlist import watchlist_or_why
from warehouse.settings import Settings

__all__ = ["scores_of", "show_next_step", "show_risk", "steps_of"]


def scores_of(view: View) -> dict[str, object]:
    """Results of all customers that an account draws on, each or why there is none.

    They are those that the other pages show, kept under the same names.
    """
    learnt = computed_or_why(analyses.churn.months, view)
    given = {} if isinstance(learnt, str) else {"learnt": learnt}
    outlook = computed_or_why(analyses.churn.outlook, view, given=given)
    if isinstance(outlook, str):
        scored, value = outlook, outlook
    else:
        ahead = {"ahead": outlook}
        scored = computed_or_why(analyses.churn.scored_customers, view, given=ahead)
        value = value_of(view, outlook)
    return {
        "watchlist": watchlist_or_why(view, Chances()),
        "reminders": computed_or_why(analyses.reminders.run, view),
        "scored": scored,
        "value": value,
    }


def value_of(view: View, outlook: object) -> object:
    ours = analyses.lifetime_value
    _, personas, _ = personas_or_why(view)
    year = computed_or_why(analyses.unit_economics.flows, view)
    if isinstance(year, str):
        return year
    read = {"outlook": outlook, "personas": personas, "year": year}
    expected = computed_or_why(ours.margins, view, given=read)
    if isinstance(expected, str):
        return expected
    terms = usual_terms(outlook.last_month, open_workspace().settings.discount_rate)
    given = {"outlook": outlook, "expected": expected}
    lives = {"lives": compute(analyses.churn.lives, view)}
    return computed_or_why(ours.run, view, given={**given, **lives}, **terms)


def steps_of(
    customer_id: str,
    view: View,
    found: AccountMoney,
    care: pd.DataFrame,
    settings: Settings,
    scores: dict[str, object],
) -> tuple[Step, ...]:
    notes = kept_notes(settings, "invoice")
    about = analyses.account.situation(customer_id, view.as_of, found, care, notes, **scores)
    return next_steps(about)


def show_next_step(steps: tuple[Step, ...], currency: str) -> None:
    """The first rule that holds, its facts, and every rule that was asked."""
    first = next((step for step in steps if step.holds), None)
    with st.container(border=True):
        if first is None:
            st.markdown(f"**Next best step: {NOTHING.lower()}.** None of the rules below holds.")
        else:
            st.markdown(f"**Next best step: {first.rule.lower()}.** {first.action}")
            said = [f"{label}: **{fact(v, unit, currency)}**" for label, v, unit in first.facts]
            st.markdown(undollared("\n".join(f"- {line}" for line in said)))
        with st.expander(f"The {len(steps)} rules, in the order they are asked"):
            show_rules(steps, currency)


def show_rules(steps: tuple[Step, ...], currency: str) -> None:
    words = {True: "Yes", False: "No", None: "Not known"}
    st.dataframe(
        pd.DataFrame(
            {
                "Rule": [step.rule for step in steps],
                "Holds": [words[step.holds] for step in steps],
                "Facts": [
                    step.why
                    or "; ".join(f"{label}: {plain(v, unit, currency)}" for label, v, unit in
                                 step.facts)
                    for step in steps
                ],
                "To do": [step.action for step in steps],
            }
        ),
        hide_index=True, height="content", alt="Rules of the next step with their facts",
        column_config={"Rule": st.column_config.TextColumn(width=190),
                       "Holds": st.column_config.TextColumn(width=80),
                       "Facts": st.column_config.TextColumn(width=420)},
    )  # fmt: skip
    st.caption(
        "What is owed to the customer comes before what the customer owes. A rule that lacks its "
        "evidence is not known and never the next step."
    )


def fact(value: object, unit: str, currency: str) -> str:
    """A fact as Markdown prints it."""
    return escape(value, longest=400) if unit == "text" else plain(value, unit, currency)


def plain(value: object, unit: str, currency: str) -> str:
    said = {
        "money": lambda v: money(v, currency),
        "share": lambda v: share(v, 0),
        "days": lambda v: days(v, 0),
        "date": date,
    }
    return said.get(unit, str)(value)


def show_risk(customer_id: str, scores: dict[str, object], view: View) -> None:
    """Chance of leaving by cause, what is still to come, and why each open invoice is late."""
    show_leaving(customer_id, scores["scored"])
    show_value(customer_id, scores["value"], view.currency)
    watchlist = scores["watchlist"]
    if isinstance(watchlist, str):
        not_known("Why its invoices are late", watchlist)
        return
    rows = watchlist.invoices
    show_late(rows[rows["customer_id"] == customer_id], view)
    if watchlist.no_causes:
        not_known("Why its invoices are late", watchlist.no_causes)


def not_known(what: str, why: str) -> None:
    st.caption(f"{what} is not known. {say(why)}")


def show_leaving(customer_id: str, scored: pd.DataFrame | str) -> None:
    if isinstance(scored, str):
        not_known("How likely it leaves", scored)
        return
    row = scored[scored["customer_id"] == customer_id]
    if row.empty or pd.isna(row["churn_risk_12m"].item()):
        not_known("How likely it leaves", analyses.account.NOT_SCORED)
        return
    found = row.iloc[0]
    low, high = (found[f"churn_risk_12m_{end}"] for end in ("low", "high"))
    st.markdown(
        f"It leaves within 12 months with a chance of **{share(found['churn_risk_12m'], 0)}** "
        f"({share(low, 0)} to {share(high, 0)}, 95 % interval), against "
        f"{share(scored['churn_risk_12m'].mean(), 0)} of all on average."
    )
    causes = {CAUSE_LABELS[c]: found[f"cif_{c}_12m"] for c in CAUSE_LABELS}
    told = sorted(causes.items(), key=lambda item: -item[1])
    said = ", ".join(f"{name.lower()} {share(chance, 1)}" for name, chance in told if chance > 5e-4)
    drivers = [found[f"churn_driver_{k}"] for k in (1, 2, 3)]
    drivers = [escape(driver) for driver in drivers if isinstance(driver, str)]
    beside = "; ".join(drivers) or "none"
    st.markdown(
        f"- By reason: {said or 'none stands out'}\n- Drivers beside the average customer: {beside}"
    )


def show_value(customer_id: str, value: object, currency: str) -> None:
    if isinstance(value, str):
        not_known("What it is still to bring", value)
        return
    row = value.customers[value.customers["customer_id"] == customer_id]
    if row.empty:
        not_known("What it is still to bring", "It is not among the customers of today.")
        return
    found = row.iloc[0]
    st.markdown(
        undollared(
            f"It is still to bring **{money(found['cltv'], currency)}** "
            f"({money(found['cltv_low'], currency)} to {money(found['cltv_high'], currency)}, 95 % "
            f"interval) in {count_of(value.terms.horizon, 'month')}, after all costs."
        )
    )


def show_late(rows: pd.DataFrame, view: View) -> None:
    """Each open invoice with its chances and its cause."""
    if rows.empty:
        st.markdown("None of its invoices is open.")
        return
    at_risk = money(rows["at_risk"].sum(), view.currency)
    st.markdown(
        undollared(
            f"Of {money(rows['open_amount'].sum(), view.currency)} open, **{at_risk}** is expected "
            f"to be unpaid {DAYS_AHEAD} days from now."
        )
    )
    names = ["invoice_id", "open_amount", "days_past_due", "p_unpaid_60", "expected_paid_on",
             "expected_low", "expected_high", "cause", "cause_chance", "evidence"]  # fmt: skip
    shown = percents(rows[names], "p_unpaid_60", "cause_chance")
    number, day = st.column_config.NumberColumn, st.column_config.DateColumn
    st.dataframe(
        shown.assign(cause=shown["cause"].map(CAUSE_WORDS)),
        hide_index=True, placeholder="", height=height_of(shown),
        column_config={
            "invoice_id": st.column_config.TextColumn("Invoice", pinned=True),
            "open_amount": number(f"Open, {view.currency}", format=AMOUNT),
            "days_past_due": number("Days past due", format="%d",
                                    help="Below zero: days until it is due."),
            "p_unpaid_60": number(f"Unpaid in {DAYS_AHEAD} days", format=PERCENT),
            "expected_paid_on": day("Expected on", format="YYYY-MM-DD"),
            "expected_low": day("Earliest (10 %)", format="YYYY-MM-DD"),
            "expected_high": day("Latest (90 %)", format="YYYY-MM-DD"),
            "cause": "Cause", "cause_chance": number("Chance", format=PERCENT),
            "evidence": st.column_config.TextColumn("What speaks for it", width=420),
        },
        alt="Open invoices with their chances and causes",
    )  # fmt: skip
