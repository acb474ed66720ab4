"""Exchange rates and customers under canonical names, beside exports that lack them."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from sample_data.exports.account import Account, sound
from sample_data.exports.delimited import as_rows, dated, write_delimited

__all__ = ["write_customers", "write_rates"]

ISO = "%Y-%m-%d"
RATE_COLUMNS = ("currency", "month", "to_reporting")
CUSTOMER_COLUMNS = (
    "customer_id", "name", "industry", "country", "currency", "acquired_on",
    "payment_terms_days", "churned_on",
)  # fmt: skip


def write_rates(tables: Mapping[str, pd.DataFrame], folder: Path, account: Account) -> None:
    """``fx_rates.csv`` as it is."""
    rates = tables["fx_rates"].assign(month=dated(tables["fx_rates"]["month"], ISO))
    rates = rates[list(RATE_COLUMNS)]
    file = "fx_rates.csv"
    account.has_rows(file, write_delimited(folder / file, RATE_COLUMNS, as_rows(rates)))
    keys = rates["currency"] + "/" + rates["month"]
    account.enter(file, "fx_rates", sound(pd.DataFrame({"key": keys})))


def write_customers(tables: Mapping[str, pd.DataFrame], folder: Path, account: Account) -> None:
    """``customers.csv`` as it is, without what not every system knows."""
    customers = tables["customers"]
    customers = customers.assign(
        acquired_on=dated(customers["acquired_on"], ISO),
        churned_on=dated(customers["churned_on"], ISO),
    )[list(CUSTOMER_COLUMNS)]
    file = "customers.csv"
    account.has_rows(file, write_delimited(folder / file, CUSTOMER_COLUMNS, as_rows(customers)))
    account.enter(file, "customers", sound(pd.DataFrame({"key": customers["customer_id"]})))
