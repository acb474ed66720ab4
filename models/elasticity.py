"""How much less is used when it gets dearer, from prices that change at different times."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from models.estimates import estimate
from models.figures import Figure
from models.fixed_effects import FixedEffects, fit_fixed_effects, take_out
from models.refusal import Refusal

__all__ = ["FEWEST_CHANGED", "Elasticity", "fit_elasticity", "fit_log_log"]

#: Customers with a change below which nothing is estimated.
FEWEST_CHANGED = 30
#: Months of a customer from which a line of its own can be told from a change.
MONTHS_FOR_A_LINE = 12
#: Months before a change was announced in which it cannot have had an effect.
LEAD = 6
#: Deals of the price histories to customers at random.
DEALS = 99
PLAIN, LINE = "own level and month", "own level, own line and month"


@dataclass(frozen=True, eq=False)
class Elasticity:
    """Change of use, in percent, for each percent of price.

    Attributes
    ----------
    table : DataFrame
        One row a way to estimate it: ``within`` (what falls out), ``elasticity``, ``low``,
        ``high`` and ``main`` (true of the one that is reported).
    value, low, high, std_err : float
        The interval is missing where there is a `reason`.
    checks : DataFrame
        ``check``, ``says``, ``effect``, ``low``, ``high``, ``p_value`` and ``passed``: what
        should be nothing if the changes had nothing to do with use to come.
    design : str
        What the estimate may be called: ``staggered`` where no check speaks against it, else
        ``observational``.
    detectable : float
        The smallest elasticity that would have been found four times in five.
    seen_low, seen_high : float
        Smallest and largest price ratio of one change.
    n_months, n_customers, n_changed : int
    n_without_use : int
        Months without any use, which have no logarithm and are left out.
    """

    table: pd.DataFrame
    value: float
    low: float
    high: float
    std_err: float
    checks: pd.DataFrame
    design: str
    detectable: float
    seen_low: float
    seen_high: float
    n_months: int
    n_customers: int
    n_changed: int
    n_without_use: int
    as_of: dt.date
    confidence: float
    reason: str | None = None

    @property
    def verdict(self) -> str:
        """``uses less``, ``uses more`` or ``no effect found``."""
        if self.low > 0 or self.high < 0:
            return "uses less" if self.value < 0 else "uses more"
        return "no effect found"

    def figures(self) -> tuple[Figure, ...]:
        """Return the elasticity, with what to know of it."""
        low, high = (None if np.isnan(end) else float(end) for end in (self.low, self.high))
        why = self.reason or (
            "Observational: who got which change was related to use." if self.design ==
            "observational" else None
        )  # fmt: skip
        level = None if low is None else self.confidence
        return (
            Figure(
                "pricing.elasticity", float(self.value), low, high, self.n_changed, self.as_of,
                why, level,
            ),
        )  # fmt: skip


def fit_log_log(
    quantity: np.ndarray,
    price: pd.DataFrame,
    *,
    unit: np.ndarray,
    period: np.ndarray | None = None,
    cluster: np.ndarray | None = None,
    trend: bool = False,
    confidence: float = 0.95,
) -> FixedEffects:
    """Regress the logarithm of a quantity on that of prices within units and periods.

    Parameters
    ----------
    quantity : ndarray of shape (n,)
        Above 0.
    price : DataFrame of shape (n, p)
        Above 0; the coefficient of each column is an elasticity.
    unit, period, cluster, trend
        As in `fit_fixed_effects`.

    Examples
    --------
    Two brands; wherever one doubles its price it sells a quarter:

    >>> price = pd.DataFrame({"price": [1, 2, 10, 20, 40.0]})
    >>> sold = np.array([16, 4, 160, 40, 10.0])
    >>> found = fit_log_log(sold, price, unit=np.array([0, 0, 1, 1, 1]))
    >>> float(round(found.of("price")["effect"], 9))
    -2.0
    """
    return fit_fixed_effects(
        np.log(quantity), np.log(price), unit=unit, period=period, cluster=cluster,
        trend=trend, confidence=confidence,
    )  # fmt: skip


def fit_elasticity(
    use: pd.DataFrame,
    steps: pd.DataFrame,
    as_of: dt.date,
    *,
    deals: int = DEALS,
    seed: int = 0,
    confidence: float = 0.95,
) -> Elasticity:
    """Estimate how use answers price from changes that reach customers at different times.

    The logarithm of use is regressed on that of the price, within customer, meter and month:
    customers whose price has not changed, or not yet, say what the month brought to all. Where
    customers have a year or more, each has a line of its own too, so that larger rises for those
    who grow are not taken for an effect. Errors are summed by customer.

    Nobody says in the data why a price was changed. Two checks look for signs that it had to do
    with use: growth before the change against its size, and use in the half year before the
    announcement, when nobody could have known. A third deals whole price histories to other
    customers at random: as far from 0 as the estimate should seldom come.

    Parameters
    ----------
    use : DataFrame
        Rows of `warehouse.price_reaction.monthly_use`.
    steps : DataFrame
        Rows of `warehouse.price_reaction.price_steps`.
    deals : int, default=99
        How often histories are dealt anew.

    Raises
    ------
    Refusal
        If fewer than 30 customers had a change with use known before and after it.
    """
    n_without = int((use["quantity"] <= 0).sum())
    rows = use[use["quantity"] > 0].reset_index(drop=True)
    steps = steps[steps["customer_id"].isin(rows["customer_id"])]
    refuse_few(steps["customer_id"].nunique())
    month = month_number(rows["begins"])
    first, last = int(month.min()), int(month.max())
    customer, people = pd.factorize(rows["customer_id"])
    unit = pd.factorize(rows["customer_id"] + "\0" + rows["meter"])[0]
    period = month - first
    price, lead = histories(steps, people, first, last)
    own_line = np.bincount(unit)[unit] >= MONTHS_FOR_A_LINE
    trend = bool(np.median(np.bincount(unit)) >= MONTHS_FOR_A_LINE)
    log_use = np.log(rows["quantity"].to_numpy(dtype=float))
    columns = pd.DataFrame({"price": price[customer, period], "before": lead[customer, period]})
    keep = own_line if trend else np.ones(len(rows), bool)
    # One that was in force before the first month of use, or came after the last, is no change.
    n_changed = changed_within(columns["price"][keep], customer[keep])
    refuse_few(n_changed)
    found, made = {}, []
    for within, line in ((PLAIN, False), (LINE, True))[: 1 + trend]:
        keep = own_line if line else np.ones(len(rows), bool)
        fit = fit_fixed_effects(
            log_use[keep], columns[["price"]][keep], unit=pd.factorize(unit[keep])[0],
            period=period[keep], cluster=pd.factorize(customer[keep])[0], trend=line,
            confidence=confidence,
        ).of("price")  # fmt: skip
        found = fit
        made.append({"within": within, "elasticity": fit["effect"], "low": fit["low"],
                     "high": fit["high"], "main": line == trend})  # fmt: skip
    # In the order of the codes that the regression takes.
    part = Part(
        log_use[keep], columns[keep], pd.factorize(unit[keep])[0], period[keep],
        customer[keep], trend,
    )  # fmt: skip
    checks = checked(part, price, steps, rows, found, deals, seed, confidence)
    passed = checks[checks["check"] != "null"]["passed"].all()
    ratio = steps["price_ratio"]
    return Elasticity(
        pd.DataFrame(made), float(found["effect"]), float(found["low"]), float(found["high"]),
        float(found["std_err"]), checks, "staggered" if passed else "observational",
        float((norm.ppf(0.5 + confidence / 2) + norm.ppf(0.8)) * found["std_err"]),
        float(ratio.min()), float(ratio.max()), int(keep.sum()),
        len(np.unique(customer[keep])), n_changed, n_without, as_of, confidence,
        found["reason"],
    )  # fmt: skip


def month_number(begins: pd.Series) -> np.ndarray:
    """Months since the year 0."""
    days = pd.to_datetime(begins)
    return (12 * days.dt.year + days.dt.month).to_numpy(dtype=np.int64)


def refuse_few(n: int) -> None:
    if n < FEWEST_CHANGED:
        raise Refusal(
            f"The price of {n:,} customers changed with their use on record, so how use answers "
            f"a price cannot be told. Load price_changes and usage of a longer period; "
            f"{FEWEST_CHANGED} customers are needed."
        )


def histories(
    steps: pd.DataFrame, people: pd.Index, first: int, last: int
) -> tuple[np.ndarray, np.ndarray]:
    """Log price of each customer and month against its first, and what is to come of it.

    What is to come stands in the half year before the month of announcement, and is 0 in all
    other months.
    """
    price = np.zeros((len(people), last - first + 1))
    lead = np.zeros_like(price)
    who = people.get_indexer(steps["customer_id"])
    size = np.log(steps["price_ratio"].to_numpy(dtype=float))
    holds = month_number(steps["begins"]) - first
    told = np.minimum(month_number(steps["announced_on"]) - first, holds)
    for at, step, begins, known in zip(who, size, holds, told, strict=True):
        price[at, max(begins, 0) :] += step
        if known > 0:
            lead[at, max(known - LEAD, 0) : known] += step
    return price, lead


def changed_within(price: pd.Series, customer: np.ndarray) -> int:
    """Customers whose price is not the same in all their months."""
    by = price.groupby(customer)
    return int((by.max() != by.min()).sum())


@dataclass(frozen=True, eq=False)
class Part:
    """The rows that the reported estimate is from."""

    log_use: np.ndarray
    columns: pd.DataFrame
    unit: np.ndarray
    period: np.ndarray
    customer: np.ndarray
    trend: bool


def checked(
    part: Part,
    price: np.ndarray,
    steps: pd.DataFrame,
    rows: pd.DataFrame,
    found: pd.Series,
    deals: int,
    seed: int,
    confidence: float,
) -> pd.DataFrame:
    """The three checks; see `fit_elasticity`."""
    before = fit_fixed_effects(
        part.log_use, part.columns, unit=part.unit, period=part.period,
        cluster=pd.factorize(part.customer)[0], trend=part.trend, confidence=confidence,
    )  # fmt: skip
    made = [growth_before(rows, steps, confidence)]
    if "before" in set(before.table["term"]):
        row = before.of("before")
        made.append(
            {
                "check": "before",
                "says": "use in the half year before a change was announced, by its size",
                **{name: row[name] for name in ("effect", "low", "high")},
                "p_value": two_sided(row["effect"], row["std_err"]),
            }
        )
    made.append(
        {
            "check": "null",
            "says": f"{deals} deals of the price histories to customers at random",
            "effect": np.nan, "low": np.nan, "high": np.nan,
            "p_value": dealt_anew(part, price, float(found["effect"]), deals, seed),
        }
    )  # fmt: skip
    table = pd.DataFrame(made)
    # Under the null the estimate itself is to stand out, and no other check may.
    far = table["p_value"] < 1 - confidence
    return table.assign(passed=np.where(table["check"] == "null", far, ~far))


def growth_before(rows: pd.DataFrame, steps: pd.DataFrame, confidence: float) -> dict:
    """Whether those whose use had been growing faster got the larger changes."""
    told = steps.sort_values("begins").drop_duplicates("customer_id")
    told = told.assign(
        known=np.minimum(month_number(told["announced_on"]), month_number(told["begins"])),
        at=month_number(told["begins"]),
    )[["customer_id", "known", "at", "price_ratio"]]
    joined = rows.assign(when=month_number(rows["begins"])).merge(told, on="customer_id")
    joined = joined[joined["when"] < joined["known"]]
    unit = pd.factorize(joined["customer_id"] + "\0" + joined["meter"])[0]
    when = joined["when"].to_numpy(dtype=float)
    size = np.bincount(unit)
    middle = when - (np.bincount(unit, when) / size)[unit]
    spread = np.bincount(unit, middle**2)
    log_use = np.log(joined["quantity"].to_numpy(dtype=float))
    slope = np.bincount(unit, middle * log_use) / np.where(spread > 0, spread, 1.0)
    last = joined.drop_duplicates(["customer_id", "meter"])[["customer_id"]].assign(
        slope=slope, enough=size >= LEAD
    )
    last = last[last["enough"]].merge(told, on="customer_id")
    made = {
        "check": "growth", "says": "growth of use a month before a change, by its size",
        "effect": np.nan, "low": np.nan, "high": np.nan, "p_value": np.nan,
    }  # fmt: skip
    when = pd.factorize(last["at"])[0]
    sizes = np.log(last["price_ratio"].to_numpy(dtype=float))
    x = sizes - (np.bincount(when, sizes) / np.bincount(when))[when] if len(last) else sizes
    if len(last) < FEWEST_CHANGED or not (x**2).sum() > 0:
        return made
    y = last["slope"].to_numpy() - (np.bincount(when, last["slope"]) / np.bincount(when))[when]
    effect = float(x @ y / (x @ x))
    found = estimate(
        effect, x * (y - effect * x) / (x @ x), pd.factorize(last["customer_id"])[0], confidence
    )
    return made | {
        "effect": effect, "low": found.lower, "high": found.upper,
        "p_value": two_sided(effect, found.std_err),
    }  # fmt: skip


def two_sided(effect: float, std_err: float) -> float:
    return float(2 * norm.sf(abs(effect) / std_err)) if std_err > 0 else np.nan


def dealt_anew(part: Part, price: np.ndarray, effect: float, deals: int, seed: int) -> float:
    """Share of deals, the real one among them, that come as far from 0 as the estimate."""
    rng = np.random.default_rng(seed)
    within = take_out(part.unit, part.period, trend=part.trend)
    left = within(part.log_use[:, None])[:, 0]
    hits = 1
    for _ in range(deals):
        other = rng.permutation(len(price))
        x = within(price[other[part.customer], part.period][:, None])[:, 0]
        spread = float(x @ x)
        hits += spread == 0 or abs(float(x @ left) / spread) >= abs(effect)
    return hits / (deals + 1)
