"""What is left of a cohort's recurring value after a year: NRR, GRR, and what was lost to what."""

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.churn_definitions import CHURN_CAUSES, NO_REASONS
from models.cluster_sizes import FEWEST_EFFECTIVE, sizes_of, too_few
from models.estimates import Estimate, estimate
from models.figures import Figure, figure_of
from models.refusal import Refusal
from models.segments import FEWEST
from models.wording import counted

__all__ = ["PRICE_AND_BILLING", "Retention", "fit_retention"]

#: Causes that are about what is charged and how.
PRICE_AND_BILLING = ("price", "billing")


@dataclass(frozen=True, eq=False)
class Retention:
    """Recurring value of one cohort, at the start and a year later.

    Attributes
    ----------
    table : DataFrame
        The bridge from start to end: ``step`` (start, one ``churn_<cause>`` for each cause,
        contraction, expansion, end), ``amount`` (signed), ``share`` of the start and
        ``n_customers``.
    customers : DataFrame
        One row a customer of the cohort: ``customer_id``, ``value_start``, ``value_end``,
        ``cause``, ``lost`` (by leaving), ``contraction``, ``expansion``.
    estimates : dict of str to Estimate
        ``nrr``, ``grr``, ``revenue_churn_12m``, ``revenue_churn_price_billing_12m``,
        ``logo_churn_12m``.
    by_invoices : float
        Part of the value at the start that is not agreed in a contract but was invoiced.
    n_customers, n_left : int
    as_of : date
    confidence : float
    """

    table: pd.DataFrame
    customers: pd.DataFrame
    estimates: dict[str, Estimate]
    by_invoices: float
    n_customers: int
    n_left: int
    as_of: dt.date
    confidence: float

    @property
    def unknown_share(self) -> float:
        """Of the value lost by leaving, the part without a reason on record."""
        lost = self.customers["lost"]
        unknown = lost[self.customers["cause"] == "unknown"].sum()
        return float(unknown / lost.sum()) if lost.sum() else 0.0

    @property
    def basis(self) -> str | None:
        """What the value rests on where it is not contracts, in words; None where it is."""
        if not self.by_invoices:
            return None
        of = (
            "The value" if self.by_invoices == 1 else f"{100 * self.by_invoices:.0f} % of the value"
        )
        return (
            f"{of} is not agreed in contracts but is a month's part of what was invoiced in three "
            "months, goods and projects left out: a purchase more or less then looks like growth "
            "or loss. Load `contracts` for the value as agreed."
        )

    @property
    def reasons_known(self) -> bool:
        """Whether any reason is on record, if anybody left."""
        causes = self.customers["cause"].dropna()
        return causes.empty or bool((causes != "unknown").any())

    def figures(self) -> tuple[Figure, ...]:
        """Return the shares of the cohort, each with its interval."""
        made = []
        for name, found in self.estimates.items():
            if name == "revenue_churn_price_billing_12m" and not self.reasons_known:
                n = self.n_customers
                made.append(Figure(f"churn.{name}", None, None, None, n, self.as_of, NO_REASONS))
                continue
            made.append(
                figure_of(f"churn.{name}", found, self.n_customers, self.as_of, self.confidence)
            )
        return tuple(made)


def fit_retention(
    values: pd.DataFrame, as_of: dt.date, *, fewest: int = FEWEST, confidence: float = 0.95
) -> Retention:
    r"""Follow one cohort's recurring value over the year up to `as_of`.

    .. math:: NRR = \frac{\sum_i v_i^{end}}{\sum_i v_i^{start}}, \qquad
              GRR = \frac{\sum_i \min(v_i^{end}, v_i^{start})}{\sum_i v_i^{start}}

    over customers with a value at the start; nobody won later is in them. What is lost by leaving
    is split by cause, so the parts add up to it. Intervals treat customers as drawn at random,
    each moving a ratio by its residual; where a few hold most of the value there are none.

    Parameters
    ----------
    values : DataFrame
        From `warehouse.recurring_value.recurring_values`; without ``by_invoices`` the value is
        taken to be agreed.
    as_of : date

    Raises
    ------
    Refusal
        If there are fewer than `fewest` customers with a value at the start, or one that cannot be
        converted.

    Examples
    --------
    Three customers of 100: one left for the price, one fell to 50, one grew to 180. Kept is 230
    of 300, and without the growth 150 of 300:

    >>> values = pd.DataFrame(
    ...     {
    ...         "customer_id": list("ABC"),
    ...         "value_start": 100.0,
    ...         "value_end": [0.0, 50.0, 180.0],
    ...         "cause": ["price", None, None],
    ...     }
    ... )
    >>> found = fit_retention(values, dt.date(2025, 6, 30), fewest=3)
    >>> [round(found.estimates[name].value, 3) for name in ("nrr", "grr")]
    [0.767, 0.5]
    """
    unknown = int(values[["value_start", "value_end"]].isna().any(axis=1).sum())
    if unknown:
        raise Refusal(
            f"There is no exchange rate by {as_of} for the currency of "
            f"{counted(unknown, 'customer')}, so their value cannot be added to the others'. "
            "Add a rate of that month or an earlier one to fx_rates, or leave the currency out."
        )
    cohort = values[values["value_start"] > 0].reset_index(drop=True)
    if len(cohort) < fewest:
        raise Refusal(
            f"Only {counted(len(cohort), 'customer')} had a recurring value a year before, and "
            f"what is kept of it is not told from fewer than {fewest}. Without contracts it takes "
            "15 months of invoices: load a longer period or `contracts`, or widen the filters."
        )
    start, end = (cohort[name].to_numpy(dtype=float) for name in ("value_start", "value_end"))
    gone = cohort["cause"].notna().to_numpy()
    lost = np.where(gone, start, 0.0)
    contraction = np.where(gone, 0.0, np.maximum(start - end, 0.0))
    expansion = np.where(gone, 0.0, np.maximum(end - start, 0.0))
    for_charges = gone & cohort["cause"].isin(PRICE_AND_BILLING).to_numpy()
    one = np.ones(len(cohort))
    parts = {
        "logo_churn_12m": (gone.astype(float), one),
        "revenue_churn_12m": (lost + contraction, start),
        "revenue_churn_price_billing_12m": (np.where(for_charges, start, 0.0), start),
        "nrr": (np.where(gone, 0.0, end), start),
        "grr": (start - lost - contraction, start),
    }
    estimates = {
        name: ratio(part, whole, confidence, share=name != "nrr")
        for name, (part, whole) in parts.items()
    }
    customers = cohort[["customer_id", "value_start", "value_end", "cause"]].assign(
        lost=lost, contraction=contraction, expansion=expansion
    )
    by_invoices = 0.0
    if "by_invoices" in cohort:
        by_invoices = float(start[cohort["by_invoices"].to_numpy(dtype=bool)].sum() / start.sum())
    return Retention(
        bridge(customers), customers, estimates, by_invoices, len(cohort), int(gone.sum()), as_of,
        confidence,
    )  # fmt: skip


def ratio(part: np.ndarray, whole: np.ndarray, confidence: float, *, share: bool) -> Estimate:
    """A ratio of sums over customers, with its interval if it does not hang on a few of them."""
    value = part.sum() / whole.sum()
    influence = (part - value * whole) / whole.sum()
    found = estimate(value, influence, None, confidence, share=share)
    sizes = sizes_of(whole)
    if np.isnan(found.lower) or not too_few(float(sizes.effective)):
        return found
    # Whether the largest stay says nothing of whether they could have left.
    why = (
        f"One customer has {100 * sizes.largest:.0f} % of the value, so all together vary like "
        f"{sizes.effective:.1f} customers of one size; below {FEWEST_EFFECTIVE} there is no "
        "interval."
    )
    return replace(found, lower=np.nan, upper=np.nan, reason=why)


def bridge(customers: pd.DataFrame) -> pd.DataFrame:
    """From the value at the start to that at the end, step by step."""
    start = customers["value_start"].sum()
    rows = [("start", start, len(customers))]
    for cause in CHURN_CAUSES:
        own = customers[customers["cause"] == cause]
        rows.append((f"churn_{cause}", -own["lost"].sum(), len(own)))
    for name, sign in (("contraction", -1), ("expansion", 1)):
        rows.append((name, sign * customers[name].sum(), int((customers[name] > 0).sum())))
    kept = customers["cause"].isna()
    rows.append(("end", sum(amount for _, amount, _ in rows), int(kept.sum())))
    table = pd.DataFrame(rows, columns=["step", "amount", "n_customers"])
    return table.assign(share=table["amount"] / start)
