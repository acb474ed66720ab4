"""Disputes: how often, about what, worth how much, and how long until they are resolved."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.estimates import Estimate, estimate
from models.figures import Figure, figure_of
from models.funnel import Funnel, fit_funnel
from models.refusal import Refusal
from models.segments import FEWEST, segment
from models.survival import KaplanMeier, fit_kaplan_meier

__all__ = ["PER", "Disputes", "dispute_funnel", "fit_disputes"]

#: Rates are per so many invoices.
PER = 1000
ALL_REASONS = "all reasons"
NO_TICKETS = (
    "There is no table of support tickets, so nobody knows how often customers ask about billing. "
    "Load `tickets` with their topic."
)


@dataclass(frozen=True, eq=False)
class Disputes:
    """Disputes of a view.

    Attributes
    ----------
    table : DataFrame
        Rates by each way to compare: ``by``, ``group``, ``n`` (invoices), ``n_disputes``,
        ``rate`` (per 1,000 invoices), ``low``, ``high`` and ``reason`` for what is missing.
    reasons : DataFrame
        One row a reason, most disputes first: ``reason``, ``n``, ``rate`` (per 1,000),
        ``low``, ``high``, ``amount``, ``share``, ``share_low``, ``share_high`` (of disputes),
        ``value_share``, ``value_low``, ``value_high`` (of the amount in dispute), ``upheld``
        (share of those resolved that were upheld at least in part), ``n_open``.
    resolution : KaplanMeier or None
        Days from opening until resolved by reason and for all, open ones censored; None where
        no dispute has an opening day.
    medians : DataFrame
        ``reason``, ``n``, ``n_open``, ``median``, ``low`` and ``high`` days; infinite where the
        curve never gets there.
    rate, low, high : float
        Disputes per 1,000 invoices, robust to several invoices of one customer.
    n, n_disputes, n_undated : int
        Invoices, disputes, and disputes without an opening day.
    design : float
        How much more the rate varies than if each dispute came by itself.
    chargebacks, enquiries : Estimate
        Chargebacks, and questions about billing, per 1,000 invoices; without tickets nobody
        knows of questions.
    """

    table: pd.DataFrame
    reasons: pd.DataFrame
    resolution: KaplanMeier | None
    medians: pd.DataFrame
    rate: float
    low: float
    high: float
    n: int
    n_disputes: int
    n_undated: int
    amount: float
    design: float
    chargebacks: Estimate
    enquiries: Estimate | None
    as_of: dt.date
    confidence: float
    reason: str | None = None

    def figures(self) -> tuple[Figure, ...]:
        """Return the rates and the median time to resolve."""
        whole = Estimate(self.rate, np.nan, self.low, self.high, self.reason)
        return (
            self._rate("rate_per_1000", whole),
            self._median(),
            self._rate("chargebacks_per_1000", self.chargebacks),
            self._rate("enquiries_per_1000", self.enquiries),
        )

    def _rate(self, name: str, found: Estimate | None) -> Figure:
        figure_id = f"disputes.{name}"
        if found is None:
            return Figure(figure_id, None, None, None, self.n, self.as_of, NO_TICKETS)
        return figure_of(figure_id, found, self.n, self.as_of, self.confidence)

    def _median(self) -> Figure:
        name = "disputes.median_days_to_resolve"
        if self.resolution is None:
            said = (
                "No dispute has an opening day, so how long one takes cannot be told. Fill "
                "`opened_on`, and `resolved_on` of those that are over."
            )
            return Figure(name, None, None, None, self.n_disputes, self.as_of, said)
        row = self.medians.iloc[0]
        value, low, high = (
            None if not np.isfinite(row[column]) else float(row[column])
            for column in ("median", "low", "high")
        )
        reason = None
        if value is None:
            reason = "Fewer than half of the disputes are resolved in the time they were watched."
        level = self.confidence if value is not None else None
        return Figure(
            name, value, low if value is not None else None, high if value is not None else None,
            int(row["n"]), self.as_of, reason, level,
        )  # fmt: skip


def fit_disputes(
    invoices: pd.DataFrame,
    disputes: pd.DataFrame,
    as_of: dt.date,
    *,
    by: Sequence[str] = (),
    confidence: float = 0.95,
) -> Disputes:
    """Count disputes against the invoices they could have been about.

    Parameters
    ----------
    invoices : DataFrame
        One row an invoice: ``invoice_id``, ``customer_id``, ``n_disputes``, ``n_chargebacks``,
        ``n_enquiries`` and the columns in `by`.
    disputes : DataFrame
        Rows of `warehouse.disputes.dispute_rows`.
    as_of : date
        Day of the rows.
    by : sequence of str
        Columns of `invoices` to compare by; groups of fewer than 30 invoices have no rate.

    Raises
    ------
    Refusal
        If there is no invoice, or no dispute among them.

    Examples
    --------
    Of two invoices one is disputed, for its price:

    >>> import datetime as dt
    >>> invoices = pd.DataFrame(
    ...     {
    ...         "invoice_id": ["i", "j"],
    ...         "customer_id": ["a", "b"],
    ...         "n_disputes": [1, 0],
    ...         "n_chargebacks": 0,
    ...         "n_enquiries": [2, 0],
    ...     }
    ... )
    >>> disputes = pd.DataFrame(
    ...     {
    ...         "customer_id": ["a"],
    ...         "reason": ["price"],
    ...         "kind": ["dispute"],
    ...         "amount": [50.0],
    ...         "opened_on": [pd.Timestamp(2025, 5, 1)],
    ...         "resolved_on": [pd.NaT],
    ...         "outcome": [None],
    ...         "duration": [60.0],
    ...     }
    ... )
    >>> fit_disputes(invoices, disputes, dt.date(2025, 6, 30)).rate
    500.0
    """
    if invoices.empty:
        raise Refusal(f"No invoice was issued up to {as_of}, so there is nothing to dispute.")
    if disputes.empty:
        raise Refusal(
            f"None of {len(invoices):,} invoices is in dispute, so there is no rate to compare and "
            "no cause to look for. If there were disputes, load them as the table `disputes`."
        )
    customer, ids = pd.factorize(invoices["customer_id"])
    of_dispute = pd.Series(range(len(ids)), index=ids)[disputes["customer_id"]].to_numpy()
    count = invoices["n_disputes"].to_numpy(dtype=float)
    whole = rate_of(count, customer, confidence)
    resolution, medians = resolved(disputes, confidence)
    groups = [
        rates_by(segment(invoices, column), count, customer, confidence).assign(by=column)
        for column in by
    ]
    return Disputes(
        pd.concat(groups, ignore_index=True) if groups else pd.DataFrame(),
        reasons_of(disputes, of_dispute, customer, confidence),
        resolution,
        medians,
        whole.value,
        whole.lower,
        whole.upper,
        len(invoices),
        len(disputes),
        int(disputes["opened_on"].isna().sum()),
        float(disputes["amount"].sum()),
        design_effect(count, whole),
        rate_of(invoices["n_chargebacks"].to_numpy(dtype=float), customer, confidence),
        None
        if invoices["n_enquiries"].isna().all()
        else rate_of(invoices["n_enquiries"].to_numpy(dtype=float), customer, confidence),
        as_of,
        confidence,
        whole.reason,
    )


def rate_of(count: np.ndarray, customer: np.ndarray, confidence: float) -> Estimate:
    """Disputes per 1,000 invoices; its interval ends at zero at the least."""
    rate = float(count.mean())
    found = estimate(rate * PER, (count - rate) / len(count) * PER, customer, confidence)
    return Estimate(
        found.value, found.std_err, np.maximum(found.lower, 0.0), found.upper, found.reason
    )


def design_effect(count: np.ndarray, whole: Estimate) -> float:
    """Squared error of the rate over that of as many disputes that come one by one."""
    alone = whole.value / len(count) * PER
    return float(max(whole.std_err**2 / alone, 1.0)) if alone > 0 else 1.0


def rates_by(
    groups: pd.Series, count: np.ndarray, customer: np.ndarray, confidence: float
) -> pd.DataFrame:
    """The rate of each group; small ones have their size and why there is no more."""
    codes, names = pd.factorize(groups, sort=True)
    rows = []
    for code, name in enumerate(names):
        mine = codes == code
        n, events = int(mine.sum()), int(count[mine].sum())
        row = {"group": name, "n": n, "n_disputes": events, "rate": np.nan, "low": np.nan,
               "high": np.nan, "reason": None}  # fmt: skip
        if n < FEWEST:
            row["reason"] = f"Fewer than {FEWEST} invoices."
        else:
            found = rate_of(count[mine], pd.factorize(customer[mine])[0], confidence)
            row |= {"rate": found.value, "low": found.lower, "high": found.upper}
            row["reason"] = found.reason
        rows.append(row)
    return pd.DataFrame(rows)


def reasons_of(
    disputes: pd.DataFrame, of_dispute: np.ndarray, customer: np.ndarray, confidence: float
) -> pd.DataFrame:
    """What disputes are about, by number and by value, with intervals robust by customer."""
    n_by_customer = np.bincount(customer)
    amount = disputes["amount"].fillna(0.0).to_numpy(dtype=float)
    resolved_ones = disputes["resolved_on"].notna().to_numpy()
    conceded = disputes["outcome"].isin(["upheld", "partial"]).to_numpy()
    known = resolved_ones & disputes["outcome"].notna().to_numpy()
    rows = []
    for name in disputes["reason"].unique():
        mine = (disputes["reason"] == name).to_numpy().astype(float)
        by_customer = np.bincount(of_dispute, mine, minlength=len(n_by_customer))
        # A customer's disputes are spread over its invoices: only their sum by customer matters.
        per = rate_of((by_customer / n_by_customer)[customer], customer, confidence)
        share = share_of(mine, np.ones(len(mine)), of_dispute, confidence)
        value = share_of(mine, amount, of_dispute, confidence)
        decided = known & (mine > 0)
        rows.append(
            {
                "reason": name,
                "n": int(mine.sum()),
                "rate": per.value,
                "low": per.lower,
                "high": per.upper,
                "amount": float(amount @ mine),
                "share": share.value,
                "share_low": share.lower,
                "share_high": share.upper,
                "value_share": value.value,
                "value_low": value.lower,
                "value_high": value.upper,
                "upheld": conceded[decided].mean() if decided.sum() >= FEWEST else np.nan,
                "n_open": int((mine > 0)[~resolved_ones].sum()),
            }
        )
    return pd.DataFrame(rows).sort_values(["n", "reason"], ascending=[False, True],
                                          ignore_index=True)  # fmt: skip


def share_of(
    mine: np.ndarray, weight: np.ndarray, of_dispute: np.ndarray, confidence: float
) -> Estimate:
    """Share of the weight of all disputes that these have."""
    total = weight.sum()
    if total <= 0:
        return Estimate(np.nan, np.nan, np.nan, np.nan, "Nothing is in dispute.")
    share = float(weight @ mine / total)
    cluster = pd.factorize(of_dispute)[0]
    return estimate(share, weight * (mine - share) / total, cluster, confidence, share=True)


def resolved(disputes: pd.DataFrame, confidence: float) -> tuple[KaplanMeier | None, pd.DataFrame]:
    """Days until disputes are resolved, for all and by reason; open ones are censored."""
    dated = disputes[disputes["opened_on"].notna()]
    if dated.empty:
        return None, pd.DataFrame(columns=["reason", "n", "n_open", "median", "low", "high"])
    twice = pd.concat([dated.assign(reason=ALL_REASONS), dated], ignore_index=True)
    sizes = twice.groupby("reason")["reason"].transform("size")
    twice = twice[(sizes >= FEWEST) | (twice["reason"] == ALL_REASONS)]
    curve = fit_kaplan_meier(
        twice["duration"].astype(int).to_numpy(),
        twice["resolved_on"].notna().to_numpy(),
        group=twice["reason"].to_numpy(),
        cluster=twice["customer_id"].to_numpy(),
        confidence=confidence,
    )
    medians = curve.quantile().rename(
        columns={"group": "reason", "day": "median", "lower": "low", "upper": "high"}
    )
    sizes = curve.groups.rename(columns={"group": "reason"})
    medians = medians.merge(sizes[["reason", "n", "n_events"]], on="reason")
    medians["n_open"] = medians["n"] - medians["n_events"]
    first = medians["reason"] == ALL_REASONS
    medians = pd.concat([medians[first], medians[~first].sort_values("median")])
    return curve, medians.drop(columns="n_events").reset_index(drop=True)


def dispute_funnel(
    invoices: pd.DataFrame, by: str, *, design: float | None = None, fewest: int = FEWEST
) -> Funnel:
    """Compare the groups of `by` with each other; see `models.funnel.fit_funnel`.

    `design` is that of `Disputes`; without one the groups are many and speak for themselves.
    """
    groups = segment(invoices, by)
    counts = invoices.groupby(groups.to_numpy())["n_disputes"].agg(["size", "sum"])
    return fit_funnel(counts.index, counts["size"], counts["sum"], design=design, fewest=fewest)
