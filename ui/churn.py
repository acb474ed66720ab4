"""Churn in words: who stays, why others leave, and who may be next."""

import numpy as np
import pandas as pd
import streamlit as st

from charts.churn import CAUSE_LABELS, at_risk_rows
from models.churn import Churn
from models.churn_covariates import CATEGORIES, COVARIATES
from models.churn_definitions import NO_REASONS
from models.churn_ratios import ChurnRatios
from models.churn_validation import ChurnValidation
from models.refusal import Refusal
from models.retention import PRICE_AND_BILLING, Retention
from ui import url_state
from ui.account_links import account_column, account_links
from ui.download import offer_csv
from ui.frame import View
from ui.tables import PERCENT, ROWS_SHOWN, WHOLE, height_of, percents
from ui.text import count, count_of, escape, listed, money, share, undollared
from warehouse.churn import CUSTOMER_SEGMENTS
from warehouse.segments import SEGMENTS

__all__ = [
    "CUSTOMER_CUTS",
    "calibration_sentence",
    "cause_sentence",
    "chance_note",
    "choose_cause",
    "left_out_notes",
    "pace_sentence",
    "ratio_sentence",
    "retention_sentence",
    "rule_note",
    "show_at_risk",
    "show_numbers_at_risk",
    "stay_sentence",
]

#: The ways to compare customers, in words.
CUSTOMER_CUTS = {"none": "All customers together"} | {n: SEGMENTS[n] for n in CUSTOMER_SEGMENTS}

#: p below which groups differ clearly.
CLEAR = 0.01


def rule_note(churn: Churn) -> str:
    """The churn rule, and whom it made leave."""
    return (
        f"Churn rule: a customer without a leaving date is lost after {churn.churn_rule_days} days "
        "without an invoice, on the day they are over; one that was billed at longer intervals, "
        "once a year perhaps, only after half as long again as the longest of them. Who was quiet "
        "and is billed again never left; who has a leaving date and came back counts as gone from "
        f"that day. Of {count_of(churn.n_left, 'customer')} who left, "
        f"{count(churn.n_by_rule)} left by this rule, for a reason not on record. "
        f"{count_of(churn.n_opened_twice, 'account')} that went quiet "
        f"{'looks' if churn.n_opened_twice == 1 else 'look'} like one opened before, with the same "
        "country, industry and size and nearly the same name: opened twice, and not counted as "
        "customers. Change the rule under Settings."
    )


def stay_sentence(churn: Churn) -> str:
    """Share still a customer after a year and three, or the two ends of a segment."""
    if churn.by is None:
        if why := churn.too_few_before(365):
            return f"How many customers are still there after a year cannot be told. {why}"
        year, three = churn.survival.survival_at([365, 1_095])
        later = "" if churn.too_few_before(1_095) else f", and **{share(three)}** after three"
        mean = churn.means.table.iloc[0]
        lived = (
            ""
            if np.isnan(mean["mean"]) or churn.too_few_before(churn.means.days)
            else f" Of the first {count(churn.means.days / 365 * 12)} months a customer stays "
            f"**{mean['mean'] / 365 * 12:.1f}** on average."
        )
        return (
            f"**{share(year)}** of customers are still there a year after they were acquired"
            f"{later}.{lived}"
        )
    table = churn.survival.table
    at = table[table["day"] <= 730].groupby("group", sort=False)["survival"].last()
    at = at[[churn.too_few_before(730, group) is None for group in at.index]]
    if len(at) < 2:
        return "Too few customers of each group were watched for two years to compare them then."
    return (
        f"After two years **{share(at.max())}** of {escape(at.idxmax())} are still there, and "
        f"**{share(at.min())}** of {escape(at.idxmin())}."
    )


def pace_sentence(churn: Churn) -> str:
    """Whether the segments differ, by the log-rank test."""
    test = churn.comparison
    if test is None or np.isnan(test.p_value):
        return escape((test and test.reason) or "There is nothing to compare.", longest=400)
    p = "p < 0.001" if test.p_value < 0.001 else f"p = {test.p_value:.3f}"
    if test.p_value < CLEAR:
        return f"The segments do not leave at the same pace (log-rank {p})."
    return f"The data do not show that the segments leave at different paces (log-rank {p})."


def show_numbers_at_risk(churn: Churn) -> None:
    """How many customers each part of a curve rests on, and the groups too small to show."""
    rows = at_risk_rows(churn)
    if churn.by is None:
        rows = rows.drop(columns="Segment")
    st.dataframe(rows, hide_index=True, placeholder="", height="content",
                 column_config={name: st.column_config.NumberColumn(name, format="%,d")
                                for name in rows.columns if name != "Segment"},
                 alt="Customers watched by months since acquisition")  # fmt: skip
    hidden = churn.groups[churn.groups["reason"].notna()]
    said = "Customers watched at that age. Those acquired before the books begin count from then on"
    if len(hidden):
        names = listed([escape(name) for name in hidden["group"].head(6)])
        said += f". Too few customers for a curve: {names}"
    st.caption(said + ".")


def cause_sentence(churn: Churn) -> str:
    """The largest causes of leaving within two years, and the part of price and billing."""
    day = 730
    found = {cause: float(churn.incidence.incidence_at(day, cause)) for cause in churn.causes}
    total = sum(found.values())
    if why := churn.too_few_before(day):
        return f"How many leave within two years, and for what, cannot be told. {why}"
    if not total:
        return "Nobody has left within two years of being acquired."
    known = {cause: value for cause, value in found.items() if cause != "unknown"}
    first = max(known or found, key=found.get)
    ours = sum(found.get(cause, 0.0) for cause in PRICE_AND_BILLING)
    if not known:
        return f"Within two years **{share(total)}** leave. {NO_REASONS}"
    return (
        f"Within two years **{share(total)}** leave; most often for "
        f"**{CAUSE_LABELS[first].lower()}** ({share(found[first])}). Price and billing together "
        f"take **{share(ours)}**; for {share(found.get('unknown', 0.0))} no reason is on record."
    )


def retention_sentence(retention: Retention, currency: str) -> str:
    """What is left of the value of a year ago, and what price and billing took."""
    start = retention.table["amount"].iloc[0]
    found = retention.estimates
    ours = (
        f"**{share(found['revenue_churn_price_billing_12m'].value)}** was lost with customers who "
        f"left for price or billing, and {share(retention.unknown_share, 0)} of what was lost with "
        "customers has no reason on record."
    )
    return undollared(
        f"Of **{money(start, currency)}** a month from "
        f"{count_of(retention.n_customers, 'customer')} a year ago, "
        f"**{share(found['nrr'].value)}** is there today"
        + (f"; {ours}" if retention.reasons_known else f". {NO_REASONS}")
    )


def choose_cause() -> str | None:
    """The cause of leaving that is looked at; None for any."""
    named = {"any": "Whatever the reason"} | CAUSE_LABELS
    chosen = url_state.choose("Reason for leaving", "cause", named, kind=st.selectbox, width=250)
    return None if chosen == "any" else chosen


def left_out_notes(ratios: ChurnRatios) -> list[str]:
    """Which columns have no ratio, those for one reason together."""
    by_reason: dict[str, dict[str, list[str]]] = {}
    for name, why in ratios.left_out.items():
        column, _, value = name.partition(":")
        values = by_reason.setdefault(why, {}).setdefault(column, [])
        values += [escape(value.replace("_", " "))] if value else []
    notes = []
    for why, columns in by_reason.items():
        named = [
            label_of(column) + (f" ({', '.join(values)})" if values else "")
            for column, values in columns.items()
        ]
        several = len(named) > 1 or any(len(values) > 1 for values in columns.values())
        notes.append(f"Not used: {listed(named)}{'. Each' if several else ''} {why}.")
    return notes


def label_of(column: str) -> str:
    if column in COVARIATES:
        return COVARIATES[column].label
    return CATEGORIES.get(column, escape(column.replace("_", " ")))


def chance_note(ratios: ChurnRatios) -> str:
    """How many effects were looked at, and what being clear among so many means."""
    n = len(ratios.table)
    return (
        f"{count_of(ratios.n_events, 'leaving')} in {count(ratios.n_months)} months of customers. "
        f"{count_of(n, 'effect')} are looked at together, and called clear are those of which "
        f"{share(1 - ratios.confidence, 0)} at most are expected to be chance (Benjamini-Hochberg)."
    )


def ratio_sentence(ratios: ChurnRatios) -> str:
    """What goes with leaving most clearly, in words."""
    table = ratios.table[~ratios.table["covariate"].str.contains(":")].dropna(subset="lower")
    clear = table[table["clear"]]
    if clear.empty:
        return "Nothing that was known beforehand goes with leaving more clearly than chance."
    size = np.abs(np.log(clear["hazard_ratio"]))
    said = []
    for row in clear.assign(size=size).nlargest(3, "size").itertuples():
        change = row.hazard_ratio - 1
        said.append(
            f"**{row.label.lower()}** ({row.says}: {times_in_words(change)} leave in a month)"
        )
    return (
        f"What was known at a month's start and goes with leaving in it: {listed(said)}. Going "
        "together is not causing."
    )


def times_in_words(change: float) -> str:
    """By how much more or fewer, as a sentence says it.

    >>> times_in_words(1.81), times_in_words(0.06), times_in_words(-0.35)
    ('2.8 times as many', '6 % more', '35 % fewer')
    """
    if change >= 1:
        return f"{1 + change:.1f} times as many"
    return f"{share(abs(change), 0)} {'more' if change > 0 else 'fewer'}"


def calibration_sentence(validation: ChurnValidation) -> str:
    """How well last year would have been predicted."""
    found, of = validation.calibration, validation.concordance
    left = 1 - validation.brier.r_squared.value
    return (
        f"A year before, **{share(found.predicted)}** of {count(validation.n_customers)} customers "
        f"would have been predicted to leave, and **{share(found.observed)}** did. Of two, the one "
        f"who left first had the higher risk in **{share(of.c, 0)}** of cases (Uno's C up to 12 "
        f"months; half is chance), and the squared error was {share(left, 0)} of that of one risk "
        f"for all. Calibration slope {found.slope.value:.2f} ({found.slope.lower:.2f} to "
        f"{found.slope.upper:.2f}): 1 is right, below it the risks are too far apart."
    )


def show_at_risk(scored: pd.DataFrame, names: pd.DataFrame, view: View) -> None:
    """Customers by the money that may leave with them, with what drives the risk of each."""
    if scored["churn_risk_12m"].isna().all():
        raise Refusal(
            "Too few customers were watched for long enough to say how likely they leave within "
            "twelve months. Load a longer period."
        )
    table = names.merge(scored, on="customer_id")
    table = table.assign(at_risk=table["churn_risk_12m"] * table["monthly_value"])
    table = table.sort_values(["at_risk", "customer_id"], ascending=[False, True])
    total, known = table["at_risk"].sum(), table["monthly_value"].sum()
    first = table.iloc[0]
    st.markdown(
        undollared(
            f"Of **{money(known, view.currency)}** a month from "
            f"{count_of(len(table), 'customer')}, **{money(total, view.currency)}** is expected "
            f"to leave within twelve months. Most is at stake with **{escape(first['name'])}**: "
            f"{share(first['churn_risk_12m'], 0)} of "
            f"{money(first['monthly_value'], view.currency)}."
        )
    )
    number = st.column_config.NumberColumn
    # What a telephone shows comes first.
    columns = {
        "account": account_column(width=190),
        "at_risk": number("At risk", format=WHOLE, width=75,
                          help="What it brings a month times the chance that it leaves."),
        "churn_risk_12m": number("Leaves", format=PERCENT, width=65,
                                 help="Chance of leaving within 12 months."),
        "churn_risk_12m_low": number("From", format=PERCENT, width=60),
        "churn_risk_12m_high": number("To", format=PERCENT, width=60),
        "monthly_value": number("A month", format=WHOLE, width=80),
        "churn_driver_1": "First driver",
        "churn_driver_2": "Second driver",
        "churn_driver_3": "Third driver",
    }  # fmt: skip
    shown = percents(
        table.head(ROWS_SHOWN), "churn_risk_12m", "churn_risk_12m_low", "churn_risk_12m_high"
    )
    shown = shown.assign(account=account_links(shown["customer_id"], shown["name"], view))
    st.dataframe(
        shown[list(columns)],
        hide_index=True,
        placeholder="",
        height=height_of(shown),
        column_config=columns,
        alt="Customers by money at risk, with what drives the risk of each",
    )
    st.caption(
        f"At risk and a month in {view.currency}; the risk is that of leaving within 12 months, "
        "with its 95 % interval. Drivers compare the customer with the average one: by how much "
        "each moves that risk. A risk is no answer to who can be persuaded to stay."
    )
    offer_csv("Download all", table, f"churn-risk-{view.as_of}.csv", key="churn", n=len(table))
