"""What a year of poor experience costs, counted from the books without any rule of the ledger."""

from collections.abc import Mapping

import pandas as pd

from sample_data.flows import STAFF_HOUR
from sample_data.true_value import DISCOUNT_RATE

__all__ = ["booked_costs"]

#: Topics of tickets that something going wrong with money or a delivery leads to.
TOPICS = ("billing", "payment", "pricing", "refund", "delivery")
CREDITS = ("credit_note", "write_off")


def booked_costs(tables: Mapping[str, pd.DataFrame], last_day: pd.Timestamp) -> float:
    """All that was given back, the work it made and the cash that waited in a year, in EUR.

    An invoice credited as a whole, with nothing paid on it, is cancelled: it is left out with all
    that belongs to it. So is what a credit note was more than the invoice still owed.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        The books.
    last_day : Timestamp
        Last day of the year.
    """
    since = last_day - pd.DateOffset(years=1)
    money = moved_money(tables)
    year = money[(money["on"] > since) & (money["kind"] != "paid")]
    given = in_euro(year["applied"], year, "on", tables).sum()
    return float(given) + work_made(tables, since) + waiting(money, tables, since, last_day)


def work_made(tables: Mapping[str, pd.DataFrame], since: pd.Timestamp) -> float:
    """What tickets and reminders after `since` cost, in EUR."""
    tickets, sent = tables["tickets"], tables["reminders"]
    cost = minutes = 0.0
    if len(tickets):
        asked = tickets[tickets["topic"].isin(TOPICS) & (tickets["resolved_on"] > since)]
        own = asked["handling_minutes"].fillna(0) * STAFF_HOUR / 60
        cost = float(asked["cost"].fillna(own).sum())
    if len(sent):
        minutes = float(sent.loc[sent["sent_on"] > since, "staff_minutes"].sum())
    return cost + minutes * STAFF_HOUR / 60


def moved_money(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Payments, credits, write-offs and refunds of each invoice, and what it took of each."""
    invoices, given = tables["invoices"], tables["adjustments"]
    paid = tables["payments"].assign(kind="paid", on=tables["payments"]["paid_on"])
    columns = ["invoice_id", "kind", "on", "amount"]
    money = paid[columns]
    if len(given):
        given = given.dropna(subset="completed_on")
        money = pd.concat([money, given.assign(on=given["completed_on"])[columns]])
    about = invoices[["invoice_id", "currency", "issued_on", "due_on"]]
    money = money.merge(about.assign(billed=invoices["amount"]), on="invoice_id")
    money = money[~money["invoice_id"].isin(cancelled(tables))]
    # A refund gives back what was paid: the invoice takes nothing of it.
    back = money[money["kind"] == "refund"].assign(applied=money["amount"])
    owed = money[money["kind"] != "refund"]
    early = owed["kind"].isin(CREDITS)
    owed = owed.assign(on=owed["on"].where(~early, owed[["on", "issued_on"]].max(axis=1)),
                       first=early)  # fmt: skip
    owed = owed.sort_values(["invoice_id", "on", "first"], kind="stable")
    after = owed.groupby("invoice_id")["amount"].cumsum()
    taken = after.clip(upper=owed["billed"]) - (after - owed["amount"]).clip(upper=owed["billed"])
    return pd.concat([owed.assign(applied=taken), back], ignore_index=True)


def cancelled(tables: Mapping[str, pd.DataFrame]) -> pd.Index:
    """Invoices that were credited as a whole, of which nothing was paid or given up."""
    invoices, given = tables["invoices"], tables["adjustments"]
    if not len(given):
        return pd.Index([])
    given = given.dropna(subset="completed_on")
    credited = given[given["kind"] == "credit_note"].groupby("invoice_id")["amount"].sum()
    owed = invoices.set_index("invoice_id")["amount"].reindex(credited.index)
    lost = given.loc[given["kind"] == "write_off", "invoice_id"]
    whole = credited.index[credited > owed - 0.005]
    return whole.difference(tables["payments"]["invoice_id"]).difference(lost)


def waiting(
    money: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    since: pd.Timestamp,
    last_day: pd.Timestamp,
) -> float:
    """What it cost to wait for cash past its due date, in EUR."""
    paid = money[money["kind"] == "paid"]
    taken = money[money["kind"] != "refund"].groupby("invoice_id")["applied"].sum()
    invoices = tables["invoices"]
    still = invoices[~invoices["invoice_id"].isin(cancelled(tables))]
    left = still["amount"] - still["invoice_id"].map(taken).fillna(0.0)
    columns = ["currency", "due_on", "on", "applied"]
    rows = pd.concat([paid[columns], still.assign(on=last_day, applied=left)[columns]])
    late = (rows["on"] - rows["due_on"].clip(lower=since)).dt.days
    # What came before the year began waited in another.
    rows = rows.assign(days=late.clip(lower=0).where(rows["on"] > since, 0))
    rows = rows[rows["days"] > 0]
    return float((in_euro(rows["applied"], rows, "due_on", tables) * rows["days"]).sum()
                 * DISCOUNT_RATE / 365)  # fmt: skip


def in_euro(
    amount: pd.Series, rows: pd.DataFrame, day: str, tables: Mapping[str, pd.DataFrame]
) -> pd.Series:
    """Amounts at the rate of the month of `day`."""
    rates = tables["fx_rates"].set_index(["currency", "month"])["to_reporting"]
    months = pd.MultiIndex.from_arrays(
        [rows["currency"], rows[day].dt.to_period("M").dt.to_timestamp()]
    )
    return amount * rates.reindex(months).to_numpy()
