"""Time to pay: when invoices get paid, with open ones counted up to their present age."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from models.cluster_sizes import too_few, what_to_know
from models.cumulative_incidence import CumulativeIncidence, fit_cumulative_incidence
from models.figures import Figure
from models.log_rank import LogRank, fit_log_rank
from models.refusal import Refusal
from models.segments import FEWEST, segment

__all__ = [
    "ENDS",
    "TimeToPay",
    "fit_time_to_pay",
    "invoices_as_of",
]

#: Ways an open invoice can end.
ENDS = ("paid", "void", "written_off")

# Shares that sum to one in arithmetic may leave this much by rounding.
ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class TimeToPay:
    """Share of invoices paid, void and written off by days since issue.

    Attributes
    ----------
    table : DataFrame
        Columns ``group``, ``day``, ``paid``, ``lower``, ``upper``, ``void``, ``written_off``,
        ``still_open`` (the four shares sum to 1) and ``at_risk``.
    groups : DataFrame
        One row a group, those too small to show included: ``group``, ``n_invoices``,
        ``n_paid``, ``n_open``, ``n_customers``, ``median_days``, ``median_low``,
        ``median_high`` (infinite when half are never seen paid), ``paid_by_60``,
        ``paid_by_60_low``, ``paid_by_60_high`` (as `paid_by` has them), ``interval_reason`` (why
        the group has no interval, or what to know of it) and ``reason`` (why it has no curve).
    comparison : LogRank or None
        Test that the groups shown pay at the same pace; None without groups.
    by : str or None
        The segment column.
    n_customers : int or None
        Customers whose invoices the curves are of; None where the rows do not say.
    """

    table: pd.DataFrame
    groups: pd.DataFrame
    comparison: LogRank | None
    by: str | None
    as_of: dt.date
    confidence: float
    n_invoices: int
    n_open: int
    n_customers: int | None

    def paid_by(self, day: ArrayLike) -> pd.DataFrame:
        """Return ``paid`` by each `day` with its interval, for each ``group``.

        Missing beyond the oldest age seen, unless nothing is open any more. Where none or all
        are paid there is no interval: nothing has varied yet.
        """
        return paid_at(self.table, np.atleast_1d(day))

    @property
    def median_days(self) -> float:
        """First day by which half of all invoices are paid; infinite if never seen."""
        return float(self._all["median_days"])

    @property
    def _all(self) -> pd.Series:
        if self.by is not None:
            raise ValueError(
                f"This curve is split by {self.by}, so it has no single figure. Fit it without "
                "`by`, or read `groups`."
            )
        return self.groups.iloc[0]

    def figures(self) -> tuple[Figure, ...]:
        """Return paid within 60 days and the median days to pay; for a fit without `by`."""
        row = self._all
        known = [
            None if np.isnan(row[name]) else float(row[name])
            for name in ("paid_by_60", "paid_by_60_low", "paid_by_60_high")
        ]
        reason = None
        if known[0] is None:
            reason = (
                f"No invoice has been watched for 60 days: the oldest age seen is "
                f"{int(self.table['day'].max())} days. Load a longer period."
            )
        elif known[1] is None and not row["interval_reason"]:
            reason = "None or all are paid by then, so there is no spread to make an interval from."
        else:
            reason = row["interval_reason"]
        share = Figure(
            "late_payments.paid_by_60",
            *known,
            self.n_invoices,
            self.as_of,
            reason,
            None if known[1] is None else self.confidence,
        )
        reached = np.isfinite(row["median_days"])
        ends = [float(row[name]) for name in ("median_low", "median_high")]
        low, high = (end if reached and np.isfinite(end) else None for end in ends)
        reason = row["interval_reason"]
        if not reached:
            reason = (
                "Fewer than half of the invoices are seen paid at any age, so the median is not "
                "known yet."
            )
        elif low is not None and high is None:
            reason = "The upper end of the interval lies beyond the ages seen."
        median = Figure(
            "late_payments.median_days_to_pay",
            float(row["median_days"]) if reached else None,
            low,
            high,
            self.n_invoices,
            self.as_of,
            reason,
            None if low is None else self.confidence,
        )
        return share, median


def invoices_as_of(invoices: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """Return the invoices as they stood on `as_of`: what came later has not happened.

    Invoices issued later are left out; those settled later are open again. ``duration``,
    ``age`` and ``days_past_due`` are counted anew. The amount of an invoice reopened this way
    is open in full: part payments are not known to this frame.

    Examples
    --------
    >>> import datetime as dt
    >>> day = pd.to_datetime
    >>> ledger = pd.DataFrame(
    ...     {
    ...         "issued_on": day(["2025-01-01", "2025-03-01"]),
    ...         "due_on": day(["2025-01-31", "2025-03-31"]),
    ...         "settled_on": day(["2025-02-10", None]),
    ...         "outcome": ["paid", "open"],
    ...     }
    ... )
    >>> invoices_as_of(ledger, dt.date(2025, 2, 1))[["outcome", "duration", "days_past_due"]]
      outcome  duration  days_past_due
    0    open        31              1
    """
    wanted = ("issued_on", "due_on", "settled_on", "outcome")
    if missing := [name for name in wanted if name not in invoices.columns]:
        raise ValueError(
            f"The invoices have no column {', '.join(missing)}, so time to pay cannot be computed. "
            f"They have {', '.join(map(str, invoices.columns))}."
        )
    today = pd.Timestamp(as_of)
    issued = invoices["issued_on"] <= today
    if not issued.all():
        invoices = invoices[issued]
    settled = invoices["settled_on"].notna() & (invoices["settled_on"] <= today)
    outcome = invoices["outcome"].astype(object).where(settled, "open")
    strange = ~outcome.isin((*ENDS, "open"))
    if strange.any():
        raise ValueError(
            f"The outcome '{outcome[strange].iloc[0]}' is none of open, {', '.join(ENDS)}, so it "
            "cannot be counted. Correct the outcomes."
        )
    age = (today - invoices["issued_on"]).dt.days
    duration = (invoices["settled_on"] - invoices["issued_on"]).dt.days.where(settled, age)
    changes = {
        "outcome": outcome,
        "settled_on": invoices["settled_on"].where(settled),
        "age": age,
        "duration": duration.astype("int64"),
        "days_past_due": (today - invoices["due_on"]).dt.days,
    }
    if {"amount", "open_amount"} <= set(invoices.columns):
        reopened = ~settled & (invoices["outcome"] != "open").to_numpy()
        changes["open_amount"] = invoices["open_amount"].where(~reopened, invoices["amount"])
    return invoices.assign(**changes)


def fit_time_to_pay(
    invoices: pd.DataFrame,
    as_of: dt.date,
    *,
    by: str | None = None,
    fewest: int = FEWEST,
    confidence: float = 0.95,
) -> TimeToPay:
    """Estimate when invoices get paid, with open ones censored and other ends competing.

    Parameters
    ----------
    invoices : DataFrame
        One row an invoice: ``issued_on``, ``due_on``, ``settled_on``, ``outcome`` (paid, void,
        written_off, open) and, for errors that allow for several invoices of one customer,
        ``customer_id``. Or grouped counts made as of the same day, exact for the curve:
        ``duration``, ``outcome``, ``n`` and ``customer``.
    as_of : date
        Nothing later is read.
    by : str, optional
        A segment column; groups below `fewest` invoices are named with the reason and have
        no curve.
    fewest : int, default=30
    confidence : float, default=0.95

    Returns
    -------
    TimeToPay

    Raises
    ------
    ValueError
        If there are fewer than `fewest` invoices, or none has been paid.

    Examples
    --------
    >>> import datetime as dt
    >>> counts = pd.DataFrame(
    ...     {"duration": [20, 40, 50], "outcome": ["paid", "paid", "open"], "n": [30, 30, 40]}
    ... )
    >>> curve = fit_time_to_pay(counts, dt.date(2025, 6, 30))
    >>> curve.median_days, curve.paid_by(20)["paid"].item()
    (40.0, 0.3)
    """
    grouped = "n" in invoices.columns
    if not grouped:
        invoices = invoices_as_of(invoices, as_of)
    weight = row_weights(invoices)
    paid = (invoices["outcome"] == "paid").to_numpy()
    n_paid, n_all = int(weight[paid].sum()), int(weight.sum())
    if n_paid == 0:
        raise Refusal(
            f"None of the {n_all} invoices has been paid, so time to pay cannot be estimated. "
            "Load a longer period, or check that `paid_on` was read."
        )
    if n_all < fewest:
        raise Refusal(
            f"There are {n_all} invoices, and time to pay is not estimated from fewer than "
            f"{fewest}: the answer would be chance. Widen the filters, or load a longer period."
        )
    label = segment(invoices, by)
    groups = group_counts(invoices, label, weight, fewest)
    shown = label.isin(groups.loc[groups["reason"].isna(), "group"]).to_numpy()
    if not shown.any():
        raise Refusal(
            f"No value of {by} has {fewest} invoices with a payment among them, so the groups "
            "cannot be compared. Choose a coarser split."
        )
    used = invoices if shown.all() else invoices[shown]
    options = {
        "group": label[shown].to_numpy() if by else None,
        "weight": weight[shown] if grouped else None,
        "cluster": customers_of(used),
    }
    curve = fit_cumulative_incidence(
        used["duration"].to_numpy(),
        pd.Categorical(used["outcome"], categories=ENDS),
        causes=ENDS,
        confidence=confidence,
        **options,
    )
    comparison = None
    if by:
        comparison = fit_log_rank(used["duration"].to_numpy(), paid[shown], **options)
    know = known_of_groups(curve)
    table = wide_table(curve)
    table.loc[table["group"].isin(know.index[know["refused"]]), ["lower", "upper"]] = np.nan
    return TimeToPay(
        table,
        with_headlines(groups, curve, table, know),
        comparison,
        by,
        as_of,
        confidence,
        n_all,
        int(weight[(invoices["outcome"] == "open").to_numpy()].sum()),
        None if options["cluster"] is None else np.unique(options["cluster"]).size,
    )


def row_weights(invoices: pd.DataFrame) -> np.ndarray:
    """Invoices each row stands for."""
    if "n" in invoices.columns:
        return invoices["n"].to_numpy()
    return np.ones(len(invoices), dtype=np.int64)


def customers_of(invoices: pd.DataFrame) -> np.ndarray | None:
    """Code of each row's customer, where the frame says."""
    for name in ("customer_id", "customer"):
        if name in invoices.columns:
            return pd.factorize(invoices[name])[0]
    return None


def group_counts(
    invoices: pd.DataFrame, label: pd.Series, weight: np.ndarray, fewest: int
) -> pd.DataFrame:
    """Count each group, and say why a small one has no curve."""
    outcome, customer = invoices["outcome"].to_numpy(), customers_of(invoices)
    counts = pd.DataFrame(
        {
            "group": label.to_numpy(),
            "n_invoices": weight,
            "n_paid": np.where(outcome == "paid", weight, 0),
            "n_open": np.where(outcome == "open", weight, 0),
        }
    )
    table = counts.groupby("group", sort=True).sum().reset_index()
    table["n_customers"] = np.nan
    if customer is not None:
        table["n_customers"] = (
            pd.DataFrame({"group": label.to_numpy(), "customer": customer})
            .drop_duplicates()
            .groupby("group", sort=True)
            .size()
            .to_numpy()
        )
    too_few = [f"Only {n} invoices; {fewest} are needed." for n in table["n_invoices"]]
    table["reason"] = np.select(
        [table["n_invoices"] < fewest, table["n_paid"] == 0],
        [too_few, "None of its invoices has been paid."],
        default=None,
    )
    return table


def wide_table(curve: CumulativeIncidence) -> pd.DataFrame:
    """One row a day, with a column an end."""
    parts = dict(iter(curve.table.groupby("cause", sort=False)))
    paid = parts["paid"].reset_index(drop=True)
    table = paid[["group", "day"]].assign(
        paid=paid["incidence"],
        lower=paid["lower"],
        upper=paid["upper"],
        void=parts["void"]["incidence"].to_numpy(),
        written_off=parts["written_off"]["incidence"].to_numpy(),
    )
    table["still_open"] = 1 - table["paid"] - table["void"] - table["written_off"]
    return table.assign(at_risk=paid["at_risk"])


def paid_at(table: pd.DataFrame, days: np.ndarray) -> pd.DataFrame:
    """Share paid by each of `days`, a row a group and day."""
    parts = []
    for name, part in table.groupby("group", sort=False):
        step = np.searchsorted(part["day"].to_numpy(), days, side="right") - 1
        found = part[["paid", "lower", "upper"]].iloc[step].reset_index(drop=True)
        found.loc[found["lower"] == found["upper"], ["lower", "upper"]] = np.nan
        if part["still_open"].iloc[-1] > ROUNDING:
            found[days > part["day"].iloc[-1]] = np.nan
        parts.append(found.assign(group=name, day=days))
    shares = pd.concat(parts, ignore_index=True)
    return shares[["group", "day", "paid", "lower", "upper"]]


def known_of_groups(curve: CumulativeIncidence) -> pd.DataFrame:
    """Which groups have too few customers for an interval, and what to say of each."""
    sizes = curve.groups.set_index("group")[["n_clusters", "n_effective", "largest"]]
    # Without customers invoices stand for themselves.
    says = [
        None if np.isnan(n) else what_to_know(int(n), effective, largest)
        for n, effective, largest in sizes.itertuples(index=False)
    ]
    refused = [too_few(effective) for effective in sizes["n_effective"]]
    return sizes.assign(refused=refused, interval_reason=pd.Series(says, sizes.index, dtype=object))


def with_headlines(
    groups: pd.DataFrame, curve: CumulativeIncidence, table: pd.DataFrame, know: pd.DataFrame
) -> pd.DataFrame:
    """Add median days and the share paid by day 60; missing for groups without a curve."""
    median = curve.quantile("paid").set_index("group")
    at_60 = paid_at(table, np.array([60])).set_index("group")
    found = pd.DataFrame(
        {
            "median_days": median["day"],
            "median_low": median["lower"].mask(know["refused"]),
            "median_high": median["upper"].mask(know["refused"]),
            "paid_by_60": at_60["paid"],
            "paid_by_60_low": at_60["lower"],
            "paid_by_60_high": at_60["upper"],
            "interval_reason": know["interval_reason"],
        }
    )
    table = groups.merge(found, left_on="group", right_index=True, how="left")
    return table[[*(name for name in table.columns if name != "reason"), "reason"]]
