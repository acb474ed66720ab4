"""Scores beside what came after them: what was known when a customer answered, and what followed.

Whatever is adjusted for was known at the start of the month of the answer, or is not moved by it:
tickets, disputes and delays after an answer may be how satisfaction works, and stay out.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from models.segments import FEWEST, NOT_STATED

__all__ = [
    "ANSWER_HOLDS",
    "HORIZON",
    "SETTLED",
    "adjusted",
    "answer_days",
    "exposed_invoices",
    "exposed_months",
    "sums_between",
]

#: Days for which an answer counts as what is known of a customer.
ANSWER_HOLDS = 366
#: Days from issue in which an invoice is watched; those still unpaid then count with all of them.
HORIZON = 120
#: What is the same in every month of a customer.
FIXED = ("industry", "billing_model", "log_size")
#: What was settled with a customer before it could answer.
SETTLED = ("log_value", "log_acquisition_cost", "log_onboarding_cost", "acquisition_channel")


def answer_days(
    answers: pd.DataFrame, months: pd.DataFrame, measure: str, touchpoint: str | None = None
) -> pd.DataFrame:
    """One row a customer and day of answers to `measure`, with what was known of it by then.

    Several who answer on one day for one customer count with their mean.

    Returns
    -------
    DataFrame
        Ordered by ``answered_on``: ``customer_id``, ``last_score``, ``score_before`` (the one
        before it), ``touchpoint``, ``region``,
        ``days_late`` (of invoices settled before the month of the answer), ``months_before`` (of
        being a customer then), ``price_rise_before``, the fixed columns of `months` and those of
        `SETTLED`.
    """
    kept = answers[answers["measure"] == measure]
    if touchpoint is not None:
        kept = kept[kept["touchpoint"] == touchpoint]
    days = kept.groupby(["customer_id", "answered_on"], as_index=False).agg(
        last_score=("score", "mean"), touchpoint=("touchpoint", "first"),
        **{name: (name, "first") for name in ("region", *SETTLED)},
    )  # fmt: skip
    days["begins"] = days["answered_on"].dt.to_period("M").dt.to_timestamp()
    known = months[["customer_id", "begins", "days_late", "month", "price_rise_6m"]].rename(
        columns={"month": "months_before", "price_rise_6m": "price_rise_before"}
    )
    days = days.merge(known, on=["customer_id", "begins"], how="left").drop(columns="begins")
    fixed = months.drop_duplicates("customer_id")[["customer_id", *FIXED]]
    days = days.merge(fixed, on="customer_id")
    days = days.sort_values(["answered_on", "customer_id"], ignore_index=True)
    return days.assign(score_before=days.groupby("customer_id")["last_score"].shift())


def exposed_months(months: pd.DataFrame, days: pd.DataFrame) -> pd.DataFrame:
    """Customer-months with the last score known when they began, where it is not too old.

    Parameters
    ----------
    months : DataFrame
        From `warehouse.customer_months`; the rows ``ahead`` are left out.
    days : DataFrame
        From `answer_days`.
    """
    rows = months[~months["ahead"].to_numpy(dtype=bool)]
    wanted = ["customer_id", "begins", "month", "cause", "price_rise_6m", "renewal"]
    found = last_before(rows[wanted], days, "begins")
    return found.sort_values(["customer_id", "begins"], ignore_index=True)


def exposed_invoices(invoices: pd.DataFrame, days: pd.DataFrame) -> pd.DataFrame:
    """Invoices watched for the whole horizon, with the last score known when they were issued."""
    found = last_before(invoices[invoices["age"] >= HORIZON], days, "issued_on")
    return found.sort_values(["customer_id", "issued_on"], ignore_index=True)


def last_before(rows: pd.DataFrame, days: pd.DataFrame, day: str) -> pd.DataFrame:
    found = pd.merge_asof(
        rows.sort_values([day, "customer_id"]),
        days,
        left_on=day,
        right_on="answered_on",
        by="customer_id",
        tolerance=pd.Timedelta(days=ANSWER_HOLDS),
        allow_exact_matches=False,
    )
    return found[found["last_score"].notna()]


def adjusted(rows: pd.DataFrame, numbers: Sequence[str], categories: Sequence[str]) -> pd.DataFrame:
    """The columns of an adjustment set as numbers, with nothing missing.

    A missing number counts as the mean of the others. Values of a category that fewer than
    `FEWEST` customers have, or that are not stated, count as the most common one; each other
    value is a column named after both.
    """
    customer = pd.factorize(rows["customer_id"])[0]
    columns = {}
    for name in numbers:
        values = pd.to_numeric(rows[name]).to_numpy(dtype=float)
        known = ~np.isnan(values)
        if known.any():
            columns[name] = np.where(known, values, values[known].mean())
    for name in categories:
        code, values = pd.factorize(rows[name].astype(object).fillna(NOT_STATED))
        n = int(customer.max(initial=0)) + 1
        sizes = np.bincount(np.unique(code * n + customer) // n, minlength=len(values))
        usual = int(np.argmax(sizes)) if len(sizes) else 0
        columns |= {
            f"{name}:{value}": (code == place).astype(float)
            for place, value in enumerate(values)
            if sizes[place] >= FEWEST and place != usual and value != NOT_STATED
        }
    return pd.DataFrame(columns, index=rows.index)


def sums_between(
    rows: pd.DataFrame,
    customer: pd.Series,
    first: pd.Series,
    last: pd.Series,
    *,
    day: str,
    values: Sequence[str],
) -> np.ndarray:
    """Sums of `values` over each customer's rows after `first` and up to `last`.

    Parameters
    ----------
    rows : DataFrame
        With ``customer_id``, the column `day` and `values`.
    customer, first, last : Series
        One entry an answer.

    Returns
    -------
    ndarray of shape (n_answers, n_values)

    Examples
    --------
    >>> bills = pd.DataFrame(
    ...     {
    ...         "customer_id": ["A", "A", "B"],
    ...         "on": pd.to_datetime(["2025-01-01", "2025-02-01", "2025-01-15"]),
    ...         "amount": [10.0, 20.0, 5.0],
    ...     }
    ... )
    >>> who = pd.Series(["A", "B"])
    >>> since = pd.Series(pd.to_datetime(["2025-01-01", "2025-01-01"]))
    >>> sums_between(bills, who, since, since + pd.Timedelta(days=60), day="on", values=["amount"])
    array([[20.],
           [ 5.]])
    """
    codes = {name: place for place, name in enumerate(pd.unique(rows["customer_id"]))}
    own = rows["customer_id"].map(codes).to_numpy(dtype=np.int64)
    epoch = pd.Timestamp("1900-01-01")
    key = own * 200_000 + (rows[day] - epoch).dt.days.to_numpy()
    order = np.argsort(key, kind="stable")
    key = key[order]
    found = rows[list(values)].to_numpy(dtype=float)[order]
    total = np.vstack([np.zeros(len(values)), np.cumsum(found, axis=0)])
    # Whoever has no row at all stands before everybody: nothing is between.
    who = customer.map(codes).fillna(-1).to_numpy(dtype=np.int64) * 200_000
    start, end = (who + (d - epoch).dt.days.to_numpy() for d in (first, last))
    ends = np.searchsorted(key, end, side="right")
    return total[ends] - total[np.searchsorted(key, start, side="right")]
