"""Slide of the watchlist: whom to contact first, and how much of the money that reaches."""

import pandas as pd

from charts.late_causes import CAUSE_WORDS
from charts.wording import count, count_of, money, share
from models.asks import CONTACTS
from models.watchlist import ASSUMED, DAYS_AHEAD, MEASURED, Watchlist
from reports.edition import Results
from reports.slides import Column, Draft, Finding, add_table, called
from reports.template import CONTENT

__all__ = ["add_watchlist", "watchlist_finding"]

#: What the money on the slide is part of, and the risk of all of it at another day.
FIGURES = ("receivables.open_amount", "late_payments.cash_at_risk")
#: Customers that fit on a slide.
MOST_CUSTOMERS = 10


def add_watchlist(draft: Draft, results: Results) -> None:
    """The customers at the top, with the money at risk, its cause and what to do."""
    otherwise = "Whom to contact first is not known yet"
    watchlist = draft.held(results, "watchlist", otherwise, *FIGURES)
    if watchlist is None:
        return
    slide = draft.add(watchlist_finding(watchlist, draft.currency), *FIGURES)
    columns = (
        Column("Customer", 3.1, bold=True, size=11, longest=34),
        Column("Open", 1.0, right=True, size=11),
        Column("At risk", 1.0, right=True, size=11),
        Column("Within reach", 1.25, right=True, bold=True, size=11),
        Column("Unhappy", 0.85, size=11),
        Column("Cause", 1.5, size=11),
        Column("To do", 3.5, size=10, longest=80),
    )
    first = watchlist.customers.head(CONTACTS)
    rows = [
        (
            called(row.name),
            money(row.open_amount, draft.currency),
            money(row.at_risk, draft.currency),
            money(row.within_reach, draft.currency),
            "yes" if row.unhappy else "",
            CAUSE_WORDS[row.cause],
            row.action,
        )
        for row in first.head(MOST_CUSTOMERS).itertuples(index=False)
    ]
    others = first.iloc[MOST_CUSTOMERS:]
    if len(others):
        rows.append(in_one_row(others, draft.currency))
    if rows:
        says = "Customers by the money that contact may change"
        height = min(0.4, CONTENT.height / (len(rows) + 1))
        add_table(
            slide, CONTENT, columns, rows, says=says, total=bool(len(others)), row_height=height
        )


def in_one_row(customers: pd.DataFrame, currency: str) -> tuple[str, ...]:
    """Customers that the slide has no room for, so that it holds all of its title."""
    sums = (money(customers[name].sum(), currency)
            for name in ("open_amount", "at_risk", "within_reach"))  # fmt: skip
    unhappy = int(customers["unhappy"].sum())
    return (
        f"The next {count(len(customers))}", *sums, count(unhappy) if unhappy else "", "",
        "Named on the page Watchlist",
    )  # fmt: skip


def watchlist_finding(watchlist: Watchlist, currency: str) -> Finding:
    """How much of what can be changed lies with the first customers, and what that rests on."""
    rows, reached = watchlist.invoices, watchlist.reached()
    within = rows["within_reach"].sum()
    if not within > 0:
        return Finding("No open invoice needs a contact", "None is at risk that contact changes.")
    first = min(CONTACTS, len(reached))
    at = reached.iloc[first - 1]
    n, assumed = (int((rows["chance_from"] == source).sum()) for source in (MEASURED, ASSUMED))
    rests = (
        f"That contact changes it is measured for {count_of(n, 'invoice')} and assumed for "
        f"{count(assumed)}."
        if n
        else "That contact changes it is assumed, not measured."
    )
    unhappy = int(watchlist.customers["unhappy"].head(first).sum())
    care = (
        f" {count(unhappy)} of the first {count(first)} "
        f"{'is' if unhappy == 1 else 'are'} unhappy: care comes before collecting."
    )
    title = f"Contact may still change {money(within, currency)} of {count_of(first, 'customer')}"
    if first < len(reached):
        title = (
            f"{count_of(first, 'customer')} of {count(len(reached))} hold {share(at['share'], 0)} "
            f"of the {money(within, currency)} that contact may still change"
        )
    return Finding(
        title,
        f"{money(rows['at_risk'].sum(), currency)} of {money(rows['open_amount'].sum(), currency)} "
        f"open is expected to be unpaid {DAYS_AHEAD} days from now. {rests}"
        f"{care if unhappy else ''}",
    )
