"""Cost of poor experience in words: what it adds up to, what explains it, and that it ties."""

import pandas as pd
import streamlit as st

from models.churned_margin import DEFECTS
from models.figures import Figure
from models.poor_experience import BUCKETS, CAUSE_WORDS, PoorExperience
from ui import url_state
from ui.download import offer_csv
from ui.tables import AMOUNT, PERCENT, WHOLE, columns_of, height_of
from ui.text import count, count_of, escape, exact_money, label_of, listed, money, share, undollared

__all__ = ["WAYS", "figures_in_order", "group_sentence", "show_entries", "show_groups", "show_tie",
           "tie_sentence", "total_sentence", "trend_sentence"]  # fmt: skip

#: Ways to split the total.
WAYS = {"bucket": "Kind of cost", "cause": "Cause", "touchpoint": "Touchpoint"}


def total_sentence(ledger: PoorExperience, currency: str) -> str:
    """The total, its estimated part, and what of it has no cause."""
    rows = ledger.buckets.dropna(subset="amount").nlargest(1, "amount").iloc[0]
    said = (
        f"In the last twelve months poor experience cost **{money(ledger.total, currency)}**, most "
        f"of it {BUCKETS[rows['bucket']].lower()} ({money(rows['amount'], currency)}). "
        f"**{share(ledger.not_explained, 0)}** of it is not explained by anything in the books."
    )
    if ledger.churned is None:
        return said + " What leaving cost is not in it."
    lost = ledger.churned
    ends = f"({money(lost.low, currency)} to {money(lost.high, currency)})"
    if not lost.low > 0:
        return said + (
            f" {money(lost.amount, currency)} {ends} is put down to margin that left, which cannot "
            f"be told from chance: {count_of(lost.left, 'customer')} left."
        )
    return said + (
        f" {money(lost.amount, currency)} {ends} is the margin of customers who would not have "
        "left, if what went wrong is why they left more often: about "
        f"{lost.leavers:,.0f} of the {count_of(lost.left, 'customer')} who did."
    )


def group_sentence(ledger: PoorExperience, by: str, currency: str) -> str:
    """The dearest groups of a split, and how much of them lies with us."""
    if by == "bucket":
        missing = ledger.buckets[ledger.buckets["amount"].isna()]["bucket"]
        known = ledger.buckets.dropna(subset="amount").nlargest(3, "amount")
        said = f"Dearest are {named(known, 'bucket', currency)}."
        if len(missing):
            said += f" Not known: {listed([BUCKETS[name].lower() for name in missing])}."
        return said
    if by == "cause":
        by_whose = ledger.causes.groupby("whose")["amount"].sum()
        parts = [f"{money(amount, currency)} {whose}" for whose, amount in by_whose.items()]
        told = ledger.causes[ledger.causes["whose"] != "not explained"].head(3)
        return f"Causes lie with: {listed(parts)}. Dearest are {named(told, 'cause', currency)}."
    rows = ledger.touchpoints.head(3)
    minutes = ledger.touchpoints.nlargest(1, "minutes").iloc[0]
    return (
        f"The costliest processes that customers meet are {named(rows, 'touchpoint', currency)}; "
        f"most staff time goes into {escape(minutes['touchpoint'])}, "
        f"{count(round(minutes['minutes'] / 60))} hours."
    )


def named(rows: pd.DataFrame, by: str, currency: str) -> str:
    words = {**BUCKETS, **CAUSE_WORDS}
    return listed(
        [
            f"**{words.get(row[by], str(row[by])).lower()}** ({money(row['amount'], currency)})"
            for _, row in rows.iterrows()
        ]
    )


def trend_sentence(ledger: PoorExperience, currency: str) -> str:
    """What was counted in the last year against the one before."""
    rows = ledger.trend[ledger.trend["bucket"] != "churn"]
    months = sorted(rows["month"].unique())
    year = rows[rows["month"].isin(months[-12:])]["amount"].sum()
    before = rows[rows["month"].isin(months[-24:-12])]["amount"].sum()
    if len(months) < 24 or not before:
        return f"What was counted adds up to **{money(year, currency)}** in the last twelve months."
    change = year / before - 1
    return (
        f"What was counted adds up to **{money(year, currency)}** in the last twelve months, "
        f"**{100 * change:+z.0f} %** against the {money(before, currency)} of the twelve before. "
        "The margin that left is an estimate for the year and is not in the bars."
    )


def show_groups(ledger: PoorExperience, by: str) -> None:
    table = {"bucket": ledger.buckets, "cause": ledger.causes, "touchpoint": ledger.touchpoints}[by]
    words = {**BUCKETS, **CAUSE_WORDS}
    shown = pd.DataFrame(
        {
            WAYS[by]: [words.get(name, label_of(str(name))) for name in table[by]],
            "Amount": table["amount"],
            "Entries": table["n"],
            "Staff hours": table["minutes"] / 60,
            "With a cause": 100 * table["explained"],
        }
    )
    if "low" in table and table["low"].notna().any():
        shown["From"], shown["To"] = table["low"], table["high"]
    if "reason" in table:
        shown["Why it is not known"] = table["reason"].fillna("")
    number = st.column_config.NumberColumn
    st.dataframe(
        shown,
        hide_index=True,
        placeholder="",
        height=height_of(shown),
        column_config={
            **{name: number(format=AMOUNT) for name in ("Amount", "From", "To")},
            "Entries": number(format="%,d"),
            "Staff hours": number(format=WHOLE),
            "With a cause": number(format=PERCENT),
        },
    )
    offer_csv(f"Download by {by}", table, f"poor_experience_{by}.csv", key=f"poor_{by}")


def show_entries(ledger: PoorExperience, by: str) -> None:
    """The rows of one group."""
    words = {**BUCKETS, **CAUSE_WORDS}
    groups = {
        str(name): words.get(name, label_of(str(name)))
        for name in ledger.entries[by].value_counts().index
    }
    group = url_state.choose("Rows of", f"rows_{by}", groups, kind=st.selectbox, width=300)
    rows = ledger.entries[ledger.entries[by] == group]
    rows = rows.assign(amount=rows["cents"] / 100).drop(columns="cents")
    first = in_words(rows.head(200))
    st.dataframe(
        first, hide_index=True, placeholder="", height=height_of(first),
        column_config=columns_of(first),
    )  # fmt: skip
    if len(rows) > len(first):
        st.caption(f"The first {count(len(first))} of {count_of(len(rows), 'row')}.")
    offer_csv("Download these rows", rows, "poor_experience_rows.csv", key=f"poor_rows_{by}")


def in_words(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows as they are read: what it cost first, codes spelt out, ids last."""
    about = rows["about"].map(lambda name: DEFECTS.get(name, label_of(str(name))), "ignore")
    return pd.DataFrame(
        {
            "Booked on": rows["booked_on"],
            "Customer": rows["customer_id"],
            "Amount": rows["amount"],
            "Kind of cost": rows["bucket"].map(BUCKETS),
            "Cause": rows["cause"].map(CAUSE_WORDS),
            "Touchpoint": rows["touchpoint"].map(label_of),
            "About": about,
            "Minutes": rows["minutes"],
            "Invoice": rows["invoice_id"],
            "Entry": rows["entry_id"],
        }
    )


def figures_in_order(ledger: PoorExperience) -> tuple[Figure, ...]:
    """The total, then what is known from the dearest on, then what is not."""
    total, *buckets = ledger.figures()
    known = [figure for figure in buckets if figure.value is not None]
    missing = [figure for figure in buckets if figure.value is None]
    return (total, *sorted(known, key=lambda figure: -figure.value), *missing)


def tie_sentence(ledger: PoorExperience, currency: str) -> str:
    """Whether everything in the sources is accounted for."""
    tie = ledger.tie
    if tie.empty:
        return "No table with adjustments, tickets or reminders is loaded, so nothing is tied."
    off = tie["difference"].abs().sum()
    said = (
        f"The sources hold {exact_money(tie['total'].sum(), currency)} in the twelve months: "
        f"{exact_money(tie['booked'].sum(), currency)} is in the ledger, once, and "
        f"{exact_money(tie['left_out'].sum(), currency)} is not, for the reasons below."
    )
    if off:
        return (
            f"{said} **{exact_money(off, currency)} is not accounted for: do not use the total.**"
        )
    return f"{said} Nothing is left over: the difference is {exact_money(0, currency)}."


def show_tie(ledger: PoorExperience) -> None:
    tie = ledger.tie
    shown = pd.DataFrame(
        {
            "Source": tie["source"].map(label_of),
            "Kind": tie["kind"].map(label_of),
            "In the source": tie["total"],
            "In the ledger": tie["booked"],
            "Left out": tie["left_out"],
            "Because": tie["why"],
            "Difference": tie["difference"],
        }
    )
    money_columns = ("In the source", "In the ledger", "Left out", "Difference")
    st.dataframe(
        shown,
        hide_index=True,
        placeholder="",
        column_config={
            name: st.column_config.NumberColumn(format=AMOUNT) for name in money_columns
        },
    )
    evidence = ledger.evidence.dropna(subset="before")
    if len(evidence):
        told = [
            f"{row.kind.replace('_', ' ')} ({share(row.before, 0)} before, {share(row.after, 0)} "
            f"after{', used' if row.used else ''})"
            for row in evidence.itertuples()
        ]
        st.caption(
            undollared(
                "Tickets are booked to a cause only where such things stand more often in the 31 "
                "days before them than in the 31 days after, beyond chance, and only with the part "
                "of their cost that is beyond the usual: as much as stands after them stays not "
                f"explained. Tickets with one: {listed(told)}."
            )
        )
    offer_csv("Download the tie", tie, "poor_experience_tie.csv", key="poor_tie")
