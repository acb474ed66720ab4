"""Who is most likely to succeed with which product, told before it is sold to them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.stats import beta, betabinom, false_discovery_control, fisher_exact

from models.estimates import Estimate, estimate
from models.figures import Figure, figure_of
from models.refusal import Refusal

__all__ = ["FEWEST", "ProductFit", "fit_product_fit"]

#: Starts below which a group's rate is not shown.
FEWEST = 30
#: Share of false alarms among the groups called better or worse.
FALSE_DISCOVERIES = 0.05
#: How strongly groups are drawn to their product's rate: as so many starts of its own.
LEAST_PULL, MOST_PULL = 1.0, 10_000.0


@dataclass(frozen=True, eq=False)
class ProductFit:
    """How often customers succeed with a product, by what is known of them beforehand.

    Attributes
    ----------
    table : DataFrame
        One row a product, trait and value: ``product``, ``trait``, ``value``, ``n`` (starts),
        ``n_success``, ``rate`` (counted), ``expected`` (drawn towards the product's rate),
        ``low``, ``high`` (interval of ``expected``), ``product_rate``, ``p_value``, ``q_value``
        (against the product's other starts) and ``verdict`` (more likely, less likely, no
        difference seen, too few). Small groups have their size and nothing else.
    products : DataFrame
        One row a product, most starts first: ``product``, ``n``, ``n_success``, ``rate``,
        ``low``, ``high``, ``stayed`` (share still a customer) and ``paid_off`` (share with a
        positive contribution).
    pull : dict of str to float
        By trait: the number of starts at the product's rate that every group is drawn with.
    rate, low, high : float
        Success of all starts, robust to several products of one customer.
    """

    table: pd.DataFrame
    products: pd.DataFrame
    pull: dict[str, float]
    rate: float
    low: float
    high: float
    n: int
    n_customers: int
    as_of: dt.date
    confidence: float
    reason: str | None = None

    def figures(self) -> tuple[Figure, ...]:
        """Return the share of starts that succeeded."""
        found = Estimate(self.rate, np.nan, self.low, self.high, self.reason)
        return (figure_of("product_fit.success_rate", found, self.n, self.as_of, self.confidence),)

    def best(self, trait: str) -> pd.DataFrame:
        """Groups that succeed with a product more often than its others, likeliest first."""
        return self._called(trait, "more likely").sort_values("expected", ascending=False)

    def worst(self, trait: str) -> pd.DataFrame:
        """Groups that succeed with a product less often than its others, least likely first."""
        return self._called(trait, "less likely").sort_values("expected")

    def _called(self, trait: str, verdict: str) -> pd.DataFrame:
        return self.table[(self.table["trait"] == trait) & (self.table["verdict"] == verdict)]


def fit_product_fit(
    starts: pd.DataFrame,
    as_of: dt.date,
    *,
    traits: Sequence[str] = ("industry", "size", "country", "region"),
    fewest: int = FEWEST,
    confidence: float = 0.95,
) -> ProductFit:
    """Compare the success of customers of a product by what was known before they bought it.

    A start succeeded where the customer is still one after the time looked at and what it
    was invoiced less what it cost is above zero. A group's rate is drawn towards the rate of its
    product, the more so the fewer starts it has (beta-binomial, empirical Bayes) [1]_; whether
    it differs from the product's other starts is Fisher's exact test, over all groups together
    at a false discovery rate of 5 % [2]_. Who buys what was not drawn at random: these are
    rates of those who bought, not effects of selling to others.

    Parameters
    ----------
    starts : DataFrame
        Rows of `warehouse.product_fit.product_starts`.
    as_of : date
        Day of the rows.
    traits : sequence of str
        Columns to compare by.
    fewest : int, default=30
        Starts below which a group is suppressed.

    Raises
    ------
    Refusal
        If there are fewer than `fewest` starts.

    References
    ----------
    .. [1] B. Efron (2010). Large-Scale Inference, chapter 1.
    .. [2] Y. Benjamini, Y. Hochberg (1995). Controlling the false discovery rate.
    """
    if len(starts) < fewest:
        raise Refusal(
            f"Only {len(starts):,} times a customer took up a product and has a year behind it, so "
            f"who succeeds cannot be told. Load a longer period; {fewest} are needed."
        )
    success = (starts["stayed"] & (starts["contribution"] > 0)).to_numpy()
    customer = pd.factorize(starts["customer_id"])[0]
    rate = float(success.mean())
    whole = estimate(rate, (success - rate) / len(success), customer, confidence, share=True)
    rows = starts.assign(success=success)
    known = [trait for trait in traits if rows[trait].nunique() > 1]
    groups = pd.concat([grouped(rows, trait) for trait in known or traits], ignore_index=True)
    shown = (groups["n"] >= fewest) & (groups["n_others"] >= 1)
    pull = {trait: pull_of(groups[shown & (groups["trait"] == trait)]) for trait in known}
    return ProductFit(
        judged(groups, shown, pull, confidence),
        products_of(rows, confidence),
        pull,
        rate,
        whole.lower,
        whole.upper,
        len(rows),
        int(customer.max()) + 1,
        as_of,
        confidence,
        whole.reason,
    )


def grouped(rows: pd.DataFrame, trait: str) -> pd.DataFrame:
    """Starts and successes of each product and value of a trait, and of the product's others."""
    by_group = rows.groupby(["product", trait], observed=True)["success"]
    counts = by_group.agg(n="size", n_success="sum").reset_index()
    counts = counts.rename(columns={trait: "value"})
    whole = counts.groupby("product")[["n", "n_success"]].transform("sum")
    return counts.assign(
        trait=trait,
        n_others=whole["n"] - counts["n"],
        successes_of_others=whole["n_success"] - counts["n_success"],
        product_rate=whole["n_success"] / whole["n"],
    )


def pull_of(groups: pd.DataFrame) -> float:
    """How alike the groups of a trait are: the pull under which their counts are likeliest."""
    inside = groups[groups["product_rate"].between(0, 1, inclusive="neither")]
    if len(inside) < 2:
        return MOST_PULL
    n, k, mean = (inside[c].to_numpy() for c in ("n", "n_success", "product_rate"))

    def unlikely(log_pull: float) -> float:
        pull = np.exp(log_pull)
        return -float(betabinom.logpmf(k, n, mean * pull, (1 - mean) * pull).sum())

    bounds = (np.log(LEAST_PULL), np.log(MOST_PULL))
    return float(np.exp(minimize_scalar(unlikely, bounds=bounds, method="bounded").x))


def judged(
    groups: pd.DataFrame, shown: pd.Series, pull: dict[str, float], confidence: float
) -> pd.DataFrame:
    """The rates of groups that are large enough, and what may be said of them."""
    strength = groups["trait"].map(pull).astype(float)
    # A product whose every start succeeded has no spread of its own: half an event each way.
    prior = ((groups["product_rate"] * (groups["n"] + groups["n_others"]) + 0.5)
             / (groups["n"] + groups["n_others"] + 1))  # fmt: skip
    a = groups["n_success"] + prior * strength
    b = groups["n"] - groups["n_success"] + (1 - prior) * strength
    tail = (1 - confidence) / 2
    p = np.full(len(groups), np.nan)
    for place in np.flatnonzero(shown):
        row = groups.iloc[place]
        own = [row["n_success"], row["n"] - row["n_success"]]
        others = [row["successes_of_others"], row["n_others"] - row["successes_of_others"]]
        p[place] = fisher_exact([own, others]).pvalue
    q = np.full(len(groups), np.nan)
    if shown.any():
        q[shown] = false_discovery_control(np.minimum(p[shown], 1.0))
    expected = a / (a + b)
    better = np.where(expected > groups["product_rate"], "more likely", "less likely")
    low, high = beta.ppf(tail, a, b), beta.ppf(1 - tail, a, b)
    apart = (low > groups["product_rate"]) | (high < groups["product_rate"])
    # Both must say so: a trait whose groups are alike makes little of one that seems to differ.
    verdict = np.where((q <= FALSE_DISCOVERIES) & apart, better, "no difference seen")
    table = groups[["product", "trait", "value", "n"]].assign(
        n_success=groups["n_success"].where(shown),
        rate=(groups["n_success"] / groups["n"]).where(shown),
        expected=expected.where(shown),
        low=np.where(shown, low, np.nan),
        high=np.where(shown, high, np.nan),
        product_rate=groups["product_rate"],
        p_value=p,
        q_value=q,
        verdict=np.where(shown, verdict, "too few"),
    )
    return table.sort_values(["trait", "product", "value"], ignore_index=True)


def products_of(rows: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Success of each product, whoever buys it: one start a customer, so they are independent."""
    rows = rows.assign(paid_off=rows["contribution"] > 0)
    table = rows.groupby("product", as_index=False).agg(
        n=("success", "size"),
        n_success=("success", "sum"),
        rate=("success", "mean"),
        stayed=("stayed", "mean"),
        paid_off=("paid_off", "mean"),
    )
    # Clopper and Pearson (1934): exact, so that a product none or all succeed with has one too.
    tail = (1 - confidence) / 2
    k, n = table["n_success"], table["n"]
    table["low"] = np.where(k > 0, beta.ppf(tail, k.clip(lower=1), n - k + 1), 0.0)
    table["high"] = np.where(k < n, beta.ppf(1 - tail, k + 1, (n - k).clip(lower=1)), 1.0)
    return table.sort_values(["n", "product"], ascending=[False, True], ignore_index=True)
