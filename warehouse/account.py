"""The rows of one customer: every other question asked of them reads nothing else."""

import datetime as dt
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import ibis.expr.types as ir
import pandas as pd
from ibis import _

from warehouse.tables import TABLES
from warehouse.workspace import Tables

__all__ = ["OneCustomer", "account_rows"]

#: The day from which a row is known.
BEGINS = {
    "contracts": "started_on",
    "price_changes": "announced_on",
    "orders": "ordered_on",
    "projects": "started_on",
    "invoices": "issued_on",
    "reminders": "sent_on",
    "disputes": "opened_on",
    "payments": "paid_on",
    "adjustments": "requested_on",
    "tickets": "opened_on",
    "surveys": "answered_on",
}
#: Days that may come after the row is known, with what is known only from then on.
LATER = {
    "customers": {"churned_on": ["churn_reason"]},
    "contracts": {"ended_on": []},
    "orders": {"shipped_on": [], "delivered_on": ["delivered_quantity", "returned_quantity"]},
    "projects": {"ended_on": ["actual_hours", "actual_cost", "travel_cost", "vendor_cost"]},
    "disputes": {"resolved_on": ["outcome"]},
    "adjustments": {"completed_on": []},
    "tickets": {"resolved_on": ["handling_minutes", "cost"]},
}
#: What has no day of its own, and is noted only once it is known how an invoice ended.
UNDATED = ["late_reason"]


class OneCustomer(Mapping[str, ir.Table]):
    """Looks like `warehouse.workspace.Tables`, and holds the rows of one customer.

    Rows that are of no customer, such as products and rates, are all there. What follows from
    the rows of several customers, such as the first day the books cover, is not to be asked.
    """

    def __init__(self, tables: Tables, customer_id: str) -> None:
        self.tables, self.customer_id = tables, customer_id
        self.reporting_currency = tables.reporting_currency
        self.settings = tables.settings
        self.answers: dict[Hashable, Any] = {}

    def __getitem__(self, name: str) -> ir.Table:
        return self.of_customer(self.tables[name])

    def of_customer(self, rows: ir.Table) -> ir.Table:
        """Those of `rows` that are of the customer, by the nearest key they have."""
        if "customer_id" in rows.columns:
            return rows.filter(_.customer_id == self.customer_id)
        for key, owner in (
            ("invoice_id", "invoices"),
            ("contract_id", "contracts"),
            ("project_id", "projects"),
        ):
            if key in rows.columns and owner in self.tables:
                return rows.semi_join(self[owner].select(key), key)
        return rows

    def derived(self, name: str) -> ir.Table | None:
        """What the import worked out beforehand, cut to the customer."""
        stored = self.tables.derived(name)
        return None if stored is None else self.of_customer(stored)

    def require(self, *names: str) -> "OneCustomer":
        """Return these tables, or say which of `names` is missing."""
        self.tables.require(*names)
        return self

    def get(self, name: str, default: ir.Table | None = None) -> ir.Table | None:
        return self[name] if name in self else default  # noqa: SIM401

    def __contains__(self, name: object) -> bool:
        return name in self.tables

    def __iter__(self) -> Iterator[str]:
        return iter(self.tables)

    def __len__(self) -> int:
        return len(self.tables)


def account_rows(own: OneCustomer, as_of: dt.date) -> dict[str, pd.DataFrame]:
    """What the tables hold of one customer, as it stood on the day.

    Parameters
    ----------
    own : OneCustomer
    as_of : date
        A row of a later day does not exist, and what happened later to an earlier one is empty.

    Returns
    -------
    dict of str to DataFrame
        By table, only those that were loaded, each with the columns of the contract and money
        in floating point; ``invoice_lines`` are those of the invoices.
    """
    day = pd.Timestamp(as_of)
    found = {"customers": own["customers"].filter(_.acquired_on <= as_of).to_pandas()}
    for name, begins in BEGINS.items():
        if name in own:
            rows = own[name].filter(_[begins] <= as_of).order_by(begins, *TABLES[name].primary_key)
            found[name] = rows.to_pandas()
    if "products" in own:
        found["products"] = own["products"].to_pandas()
    if "invoice_lines" in own:
        lines = own["invoice_lines"].to_pandas()
        known = lines["invoice_id"].isin(found["invoices"]["invoice_id"])
        found["invoice_lines"] = lines[known].sort_values(["invoice_id", "line_no"])
    for name, frame in found.items():
        money = [c for c, spec in TABLES[name].columns.items() if spec.dtype == "money"]
        frame = frame.assign(**{c: frame[c].astype(float) for c in money})
        for later, hidden in LATER.get(name, {}).items():
            after = frame[later] > day
            frame[later] = frame[later].mask(after)
            for column in hidden:
                frame[column] = frame[column].mask(after | frame[later].isna())
        found[name] = frame.drop(columns=[c for c in UNDATED if c in frame]).reset_index(drop=True)
    return found
