"""One customer on one screen: its money, its history, its documents, and its side of it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from models.credit import STAGES, with_headroom
from models.customer_side import customer_side
from models.touchpoints import touchpoints

__all__ = ["Account", "AccountMoney", "account_money", "build_account"]

#: The documents of a payment cycle, in its order.
CYCLE = ("Order", "Delivery", "Invoice", "Reminder", "Dispute", "Payment", "Credit or refund")
#: An order goes with an invoice of the same product and quantity within so many days.
BILLED_WITHIN = 120

Rows = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, eq=False)
class Account:
    """What the books hold of one customer, as it stood on one day.

    Attributes
    ----------
    customer : Series
        Its row of ``customers``.
    invoices : DataFrame
        One row an invoice, newest first: ``invoice_id``, ``issued_on``, ``due_on``, ``amount``,
        ``currency``, ``paid_on`` (last payment) and how many ``reminders``, ``disputes``,
        ``payments`` and ``credits`` it had.
    touchpoints : DataFrame
        See `models.touchpoints.touchpoints`.
    documents : DataFrame
        Those of `touchpoints` along the payment cycle, with the ``invoice_id`` of each; an order
        is with the first later invoice of the same product and quantity, because invoices do not
        name the orders they are for.
    side : list of str
        See `models.customer_side.customer_side`.
    answers : DataFrame
        The newest answer to each measure: ``measure``, ``score``, ``answered_on``, ``touchpoint``.
    tables : frozenset of str
        Tables that were loaded.
    """

    customer: pd.Series
    invoices: pd.DataFrame
    touchpoints: pd.DataFrame
    documents: pd.DataFrame
    side: list[str]
    answers: pd.DataFrame
    tables: frozenset[str]
    as_of: dt.date


@dataclass(frozen=True, eq=False)
class AccountMoney:
    """What a customer owes, may owe, and leaves over; in the reporting currency.

    Attributes
    ----------
    open_invoices : DataFrame
        ``invoice_id``, ``due_on``, ``days_past_due`` and ``open_amount``.
    open_amount, overdue, unapplied, exposure : float
    credit_limit, headroom : float
        Missing without a limit; the headroom is its own, whatever its group.
    blocked : float
        Orders that do not fit under the limit.
    stages : dict of str to float
        What the exposure is made of.
    revenue, contribution, days_to_pay : float
        Of the last twelve months.
    """

    open_invoices: pd.DataFrame
    open_amount: float
    overdue: float
    unapplied: float
    exposure: float
    credit_limit: float
    headroom: float
    blocked: float
    stages: dict[str, float]
    revenue: float
    contribution: float
    days_to_pay: float


def account_money(
    customer: pd.DataFrame,
    orders: pd.DataFrame | None,
    margins: pd.DataFrame,
    open_invoices: pd.DataFrame,
) -> AccountMoney:
    """Put together what a customer owes and leaves over.

    Parameters
    ----------
    customer : DataFrame
        Its one row of `warehouse.credit.credit_customers`.
    orders : DataFrame or None
        Its rows of `warehouse.credit.pipeline_orders`.
    margins : DataFrame
        Its one row of `warehouse.margins.customer_margins`.
    open_invoices : DataFrame
        Its rows of `warehouse.late_payments.open_invoices`.
    """
    rows, _ = with_headroom(customer, orders)
    row, margin = rows.iloc[0], margins.iloc[0]
    return AccountMoney(
        open_invoices.sort_values(["due_on", "invoice_id"], ignore_index=True),
        float(row["not_due"] + row["overdue"]),
        float(row["overdue"]),
        float(row["unapplied"]),
        float(row["exposure"]),
        float(row["credit_limit"]),
        float(row["headroom"]),
        float(row["blocked"]),
        {stage: float(row[stage]) for stage in STAGES},
        float(margin["revenue"]),
        float(margin["contribution"]),
        float(margin["days_to_pay"]),
    )


def build_account(rows: Rows, as_of: dt.date) -> Account:
    """Put the rows of one customer in order.

    Parameters
    ----------
    rows : mapping of str to DataFrame
        From `warehouse.account.account_rows`, with a row of the customer.
    as_of : date
    """
    found = touchpoints(rows)
    documents = documents_of(found, rows)
    return Account(
        rows["customers"].iloc[0],
        invoices_of(rows["invoices"], documents),
        found,
        documents,
        customer_side(rows, as_of),
        newest_answers(rows.get("surveys")),
        frozenset(rows),
        as_of,
    )


def newest_answers(surveys: pd.DataFrame | None) -> pd.DataFrame:
    names = ["measure", "score", "answered_on", "touchpoint"]
    if surveys is None:
        return pd.DataFrame(columns=names)
    newest = surveys.sort_values(["answered_on", "survey_id"]).groupby("measure").tail(1)
    return newest.sort_values("answered_on", ascending=False, ignore_index=True)[names]


def documents_of(found: pd.DataFrame, rows: Rows) -> pd.DataFrame:
    """Touchpoints along the payment cycle with the invoice of each, in the order they came."""
    orders = billed_orders(rows)
    invoice = found["invoice_id"].where(found["invoice_id"].notna(), found["reference"].map(orders))
    documents = found.assign(invoice_id=invoice)
    documents = documents[documents["kind"].isin(CYCLE) & invoice.notna()]
    place = documents["kind"].map({kind: n for n, kind in enumerate(CYCLE)})
    return (
        documents.assign(place=place)
        .sort_values(["invoice_id", "on", "place", "reference"], ignore_index=True)
        .drop(columns="place")
    )


def billed_orders(rows: Rows) -> dict[str, str]:
    """By order the invoice that bills it: the first one with its product and quantity."""
    if not {"orders", "invoice_lines"} <= set(rows):
        return {}
    lines = rows["invoice_lines"].dropna(subset="product_id")
    lines = lines.merge(rows["invoices"][["invoice_id", "issued_on"]], on="invoice_id")
    keys = ["product_id", "quantity"]
    pairs = (
        rows["orders"].astype({"quantity": float}).merge(lines.astype({"quantity": float}), on=keys)
    )
    waited = (pairs["issued_on"] - pairs["ordered_on"]).dt.days
    pairs = pairs[(waited >= 0) & (waited <= BILLED_WITHIN)]
    pairs = pairs.sort_values(["issued_on", "invoice_id", "line_no", "ordered_on", "order_id"])
    found: dict[str, str] = {}
    taken: set[tuple[str, int]] = set()
    for row in pairs.itertuples():
        line = (row.invoice_id, row.line_no)
        if row.order_id not in found and line not in taken:
            found[row.order_id] = row.invoice_id
            taken.add(line)
    return found


def invoices_of(invoices: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """One line an invoice, with how many documents of each kind it has."""
    rows = invoices[["invoice_id", "issued_on", "due_on", "amount", "currency"]]
    kinds = {"reminders": "Reminder", "disputes": "Dispute", "payments": "Payment",
             "credits": "Credit or refund", "orders": "Order"}  # fmt: skip
    for name, kind in kinds.items():
        # A dispute and a credit have a line for their beginning and one for their end.
        own = documents[documents["kind"] == kind].drop_duplicates("reference")
        n = own["invoice_id"].value_counts()
        rows = rows.assign(**{name: rows["invoice_id"].map(n).fillna(0).astype(int)})
    paid = documents[documents["kind"] == "Payment"].groupby("invoice_id")["on"].max()
    rows = rows.assign(paid_on=rows["invoice_id"].map(paid))
    return rows.sort_values(["issued_on", "invoice_id"], ascending=[False, True], ignore_index=True)
