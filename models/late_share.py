"""How many invoices are late: of those paid or past due, the share after the due date."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.cluster_sizes import sizes_of, too_few, what_to_know
from models.clusters import critical_value, few_clusters_factor, logit_interval, wilson_interval
from models.figures import Figure
from models.late_payments import customers_of, invoices_as_of, row_weights
from models.risk_sets import ALL
from models.segments import FEWEST, segment

__all__ = ["LateShare", "fit_late_share"]


@dataclass(frozen=True, eq=False)
class LateShare:
    """Of the invoices paid or past due, the share that was or is late.

    Attributes
    ----------
    table : DataFrame
        Columns ``group``, ``n`` (invoices paid or past due), ``n_late``, ``n_customers``,
        ``late_share``, ``lower``, ``upper`` and ``reason``; the first row is all invoices.
    """

    table: pd.DataFrame
    by: str | None
    as_of: dt.date
    confidence: float

    @property
    def late_share(self) -> float:
        return float(self.table["late_share"].iloc[0])

    def figures(self) -> tuple[Figure, ...]:
        """Return the share over all invoices."""
        row = self.table.iloc[0]
        known = [
            None if np.isnan(row[c]) else float(row[c]) for c in ("late_share", "lower", "upper")
        ]
        return (
            Figure(
                "late_payments.late_share",
                *known,
                int(row["n"]),
                self.as_of,
                row["reason"],
                None if known[1] is None else self.confidence,
            ),
        )


def fit_late_share(
    invoices: pd.DataFrame,
    as_of: dt.date,
    *,
    by: str | None = None,
    fewest: int = FEWEST,
    confidence: float = 0.95,
) -> LateShare:
    """Count the share of invoices paid after, or still unpaid past, the due date.

    Invoices not yet due and unpaid are left out, as their lateness is not known, and void ones
    as they were never owed; a written-off invoice past due counts as unpaid. The interval is on
    the logit scale from residuals summed by customer, with Student's quantile; where all are late
    or none is, it is Wilson's. Where few customers carry the rows, or one has most of them, there
    is no interval; see `models.cluster_sizes`.

    Parameters
    ----------
    invoices, as_of, by, fewest, confidence
        As in `models.late_payments.fit_time_to_pay`; grouped counts have a column ``late``
        (true, false, or empty where it is not known). The share of all invoices is counted
        however few there are; below `fewest` it has no interval, and a segment has no share.

    Returns
    -------
    LateShare

    Examples
    --------
    >>> import datetime as dt
    >>> day = pd.to_datetime
    >>> ledger = pd.DataFrame(
    ...     {
    ...         "issued_on": day(["2025-01-01"] * 4),
    ...         "due_on": day(["2025-01-31"] * 3 + ["2025-12-31"]),
    ...         "settled_on": day(["2025-01-20", "2025-02-20", None, None]),
    ...         "outcome": ["paid", "paid", "open", "open"],
    ...     }
    ... )
    >>> round(fit_late_share(ledger, dt.date(2025, 6, 30)).late_share, 3)
    0.667
    """
    if "n" not in invoices.columns:
        invoices = invoices_as_of(invoices, as_of)
        invoices = invoices.assign(late=lateness(invoices))
    known = invoices[invoices["late"].notna()]
    late, weight = known["late"].to_numpy(dtype=float), row_weights(known)
    customer = customers_of(known)
    rows = [share_row(ALL, late, weight, customer, 1, fewest, confidence)]
    if by:
        label = segment(known, by).to_numpy()
        for name in sorted(set(label)):
            here = label == name
            part = None if customer is None else customer[here]
            rows.append(share_row(name, late[here], weight[here], part, fewest, fewest, confidence))
    return LateShare(pd.DataFrame(rows), by, as_of, confidence)


def lateness(invoices: pd.DataFrame) -> pd.Series:
    """Late, on time, or missing where it is not known or does not apply."""
    paid = invoices["outcome"] == "paid"
    unpaid = invoices["outcome"].isin(("open", "written_off")) & (invoices["days_past_due"] > 0)
    late = pd.Series(np.nan, index=invoices.index)
    late[paid] = (invoices["settled_on"] > invoices["due_on"])[paid].astype(float)
    late[unpaid] = 1.0
    return late


def share_row(
    name: Any,
    late: np.ndarray,
    weight: np.ndarray,
    customer: np.ndarray | None,
    fewest_for_share: int,
    fewest_for_interval: int,
    confidence: float,
) -> dict:
    """One row of the table of late shares."""
    n = int(weight.sum())
    row = {
        "group": name,
        "n": n,
        "n_late": round(float((late * weight).sum())),
        "n_customers": np.nan if customer is None else np.unique(customer).size,
        "late_share": np.nan,
        "lower": np.nan,
        "upper": np.nan,
        "reason": None,
    }
    if n < fewest_for_share:
        found = f"Only {n} invoices are" if n else "No invoice is"
        row["reason"] = f"{found} paid or past due, so a share would say little."
        return row
    row["late_share"] = row["n_late"] / n
    if n < fewest_for_interval:
        row["reason"] = f"Counted from {n} invoices, too few for an interval."
        return row
    row["lower"], row["upper"], row["reason"] = share_interval(late, weight, customer, confidence)
    return row


def share_interval(
    late: np.ndarray, weight: np.ndarray, customer: np.ndarray | None, confidence: float
) -> tuple[float, float, str | None]:
    """Interval of a share whose rows come in customers, and what to know about it."""
    n = weight.sum()
    share = (late * weight).sum() / n
    if customer is None:
        effective, squares = float(n), n * share * (1 - share)
        reason = "The interval takes invoices as independent of each other."
    else:
        codes = pd.factorize(customer)[0]
        sizes = sizes_of(np.bincount(codes, weight))
        effective = float(sizes.effective)
        reason = what_to_know(int(sizes.n), effective, float(sizes.largest))
        if too_few(effective):
            return np.nan, np.nan, reason
        residuals = np.bincount(codes, (late - share) * weight)
        squares = (residuals**2).sum() * float(few_clusters_factor(sizes.n))
    if 0 < share < 1:
        std_err = np.sqrt(squares) / n
        low, high = logit_interval(share, std_err, float(critical_value(confidence, effective)))
    else:
        # Nothing varies between customers here. Alike invoices of one customer are no new
        # evidence, so Wilson's interval counts customers.
        low, high = wilson_interval(share, effective, float(critical_value(confidence)))
    return low, high, reason
