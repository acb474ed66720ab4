"""What it costs to win and serve a customer, what it brings, and when it has paid for itself."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from models.costs import refuse_without_costs
from models.expected_stay import ExpectedStay, fit_expected_stay
from models.figures import Figure
from models.refusal import Refusal
from models.segment_shrinkage import shrink_segments
from models.value_terms import monthly_rate

__all__ = ["COSTS", "EVERYONE", "SMALLEST", "UnitEconomics", "fit_unit_economics",
           "payback_months", "refuse_if_too_little"]  # fmt: skip

EVERYONE = "everyone"
#: Fewer customers than these in a cell, and nothing is said of it.
SMALLEST = 30
#: Cells of fewer customers than these are drawn towards everyone.
SHRUNK_BELOW = 200
HORIZON = 36
DRAWS = 300
#: Column of `warehouse.margins.customer_margins` to what it is called in a waterfall.
COSTS: Mapping[str, str] = MappingProxyType(
    {
        "credited": "Credits and refunds",
        "cost_of_goods": "Cost of goods",
        "service_cost": "Service",
        "support_cost": "Support",
        "reminder_cost": "Reminders",
        "written_off": "Written off",
    }
)
#: What is spent to keep a customer.
KEEPING = ("service_cost", "support_cost", "reminder_cost")
FLOWS = ("revenue", *COSTS, "contribution")
ONE_TIME = ("acquisition_cost", "onboarding_cost")
#: Estimates of `table` that carry an interval, in the order they are shown.
ESTIMATES = ("cac", "onboarding", "revenue", "support", "service", "contribution", "churn_12m",
             "ltv", "ltv_to_cac", "payback_months")  # fmt: skip


@dataclass(frozen=True, eq=False)
class UnitEconomics:
    """Unit economics of everyone and of each cell of a cut.

    Attributes
    ----------
    table : DataFrame
        One row a cell, everyone first, then largest first: the columns of `by`, ``cell`` (in
        words), ``n`` (customers watched in the window), ``n_won`` (customers with a recorded
        acquisition cost), ``own_share`` (weight of the cell's own data, below 1 where it was
        drawn towards everyone), ``reason`` (why nothing is said), and each of ``cac``,
        ``onboarding`` (a customer), ``revenue``, ``support``, ``service``, ``contribution`` (a
        customer and month), ``churn_12m`` (of new customers), ``ltv``, ``ltv_to_cac`` and
        ``payback_months`` (infinite: never) with ``<name>_low`` and ``<name>_high``.
    waterfall : DataFrame
        ``cell``, ``part`` (revenue, each of `COSTS`, contribution), ``label``, ``amount`` (a
        customer and month, costs negative), ``low`` and ``high`` ends of the bar: the parts add
        up to the contribution.
    keeping : float
        Service, support and reminders of one customer in a year.
    acquire_to_keep : tuple of float
        What winning and setting up one customer costs for each unit of `keeping`, and its
        interval; missing where no cost of winning is recorded.
    n_without_cost : int
        Customers without a recorded acquisition cost: they are left out of the mean, not
        counted as won for nothing.
    horizon : int
        Months of contribution in a lifetime value.
    last_month : int
        Months since acquisition of which the data can speak; a payback beyond is never.
    """

    table: pd.DataFrame
    waterfall: pd.DataFrame
    by: tuple[str, ...]
    keeping: float
    acquire_to_keep: tuple[float, float, float]
    n_customers: int
    n_without_cost: int
    horizon: int
    last_month: int
    confidence: float
    as_of: dt.date

    @property
    def everyone(self) -> pd.Series:
        return self.table.iloc[0]

    def figures(self) -> tuple[Figure, ...]:
        """Return the cost to win a customer, what comes back for it, and when."""
        row = self.everyone
        made = {
            "unit_economics.cac": tuple(row[f"cac{end}"] for end in ENDS),
            "unit_economics.ltv_to_cac": tuple(row[f"ltv_to_cac{end}"] for end in ENDS),
            "unit_economics.payback_months": tuple(row[f"payback_months{end}"] for end in ENDS),
            "unit_economics.acquire_to_keep": self.acquire_to_keep,
        }
        return tuple(self._figure(id, *ends) for id, ends in made.items())

    def _figure(self, id: str, value: float, low: float, high: float) -> Figure:
        n = int(self.everyone["n_won"])
        if np.isnan(value):
            why = "No customer has a recorded acquisition cost, so what winning one costs is not "
            why += "known. Map `acquisition_cost` of the customers."
            return Figure(id, None, None, None, n, self.as_of, why)
        if np.isinf(value):
            why = f"Never, within the {self.last_month} months since acquisition that the data "
            why += "cover: what customers bring does not repay what they cost to win."
            return Figure(id, None, None, None, n, self.as_of, why)
        said = None
        if np.isinf(high):
            high, said = None, "The upper end is never."
        ends = (low, high)
        return Figure(id, value, *ends, n, self.as_of, said, confidence=self.confidence)


ENDS = ("", "_low", "_high")


def fit_unit_economics(
    customers: pd.DataFrame,
    as_of: dt.date,
    *,
    discount_rate: float,
    by: Sequence[str] = (),
    horizon: int = HORIZON,
    draws: int = DRAWS,
    confidence: float = 0.95,
    random_state: int = 0,
) -> UnitEconomics:
    r"""Estimate what winning and serving a customer costs, and what it brings.

    With contribution m a month, S(t) the share of new customers who stay t months and monthly
    discount d, the lifetime value of a new customer is :math:`\sum_{t<H} m S(t)/(1+d)^t` less
    its onboarding cost, and the payback is the smallest n with :math:`\sum_{t<n} m S(t)` at
    least acquisition and onboarding cost. Intervals are percentiles of a bootstrap by customer;
    cells of fewer than 200 customers are drawn towards everyone by empirical Bayes.

    Parameters
    ----------
    customers : DataFrame
        One row a customer: ``acquisition_cost``, ``onboarding_cost`` (missing where not
        recorded), ``months`` (watched in the window), the flows of the window as in
        `warehouse.margins.customer_margins`, ``tenure_months``, ``watched_months`` (of the
        tenure), ``active``, and the columns in `by`.
    as_of : date
    discount_rate : float
        Yearly.
    by : sequence of str
        Columns to cut by; each combination of values is a cell.
    horizon : int, default=36
        Months of contribution that count; fewer where customers were not watched so long.

    Raises
    ------
    Refusal
        If there are fewer than 30 customers, no cost of what was sold, or too few who left.
    """
    refuse_if_too_little(customers)
    stay = fit_expected_stay(
        customers["tenure_months"] - customers["watched_months"],
        customers["tenure_months"],
        ~customers["active"].astype(bool),
    )
    cells, code = cells_of(customers, by)
    sums = summed(customers, stay)
    rng = np.random.default_rng(random_state)
    drawn = np.stack(
        [by_cell(sums, code, len(cells), rng.poisson(1.0, len(sums))) for _ in range(draws)]
    )
    once = by_cell(sums, code, len(cells), np.ones(len(sums)))
    n, n_won = once[:, N].astype(int), once[:, WON].astype(int)
    raw, raw_drawn = rates(once), rates(drawn)
    raw[n < SMALLEST] = np.nan
    raw[n_won < SMALLEST, : len(ONE_TIME)] = np.nan
    shrunk = shrink_segments(raw, raw_drawn, n, below=SHRUNK_BELOW)
    horizon = min(horizon, stay.last_month)
    terms = (stay, horizon, monthly_rate(discount_rate))
    few = [f"{k:,} customers, fewer than {SMALLEST}: nothing is said." for k in n]
    table = cells.assign(n=n, n_won=n_won, own_share=shrunk.own_share)
    table["reason"] = np.where(n < SMALLEST, few, None)
    point, ends = derived(shrunk.value, *terms), derived(shrunk.drawn, *terms)
    low, high = between(ends, confidence)
    low, high = (np.where(np.isnan(point), np.nan, end) for end in (low, high))
    for place, name in enumerate(ESTIMATES):
        table[name] = point[:, place]
        table[f"{name}_low"], table[f"{name}_high"] = low[:, place], high[:, place]
    table = table[table["n"] > 0]
    keeping, ratio = kept_and_won(raw[0])
    _, ratios = kept_and_won(raw_drawn[:, 0])
    return UnitEconomics(
        ordered(table),
        waterfall_of(table, raw),
        tuple(by),
        float(keeping),
        (float(ratio), *(float(end) for end in between(ratios, confidence))),
        len(customers),
        int(customers["acquisition_cost"].isna().sum()),
        horizon,
        stay.last_month,
        confidence,
        as_of,
    )


def refuse_if_too_little(customers: pd.DataFrame) -> None:
    """Refuse customers too few, or without the cost of what they bought."""
    seen = int((customers["months"] > 0).sum())
    if seen < SMALLEST:
        raise Refusal(
            f"Only {seen:,} customers were there in the window, so what one costs and brings "
            f"would be chance. Widen the filters, or wait until there are {SMALLEST}."
        )
    refuse_without_costs(customers["cost_of_goods"])


#: Columns of what is summed over the customers of a cell.
SUMMED = ("n", "won", "won_cost", "set_up", "set_up_cost", "months", *FLOWS, "left", "expected")
N, WON, MONTHS = (SUMMED.index(name) for name in ("n", "won", "months"))
#: Columns of the rates that follow from them.
RATES = (*ONE_TIME, *FLOWS, "relative")
RATE = MappingProxyType({name: place for place, name in enumerate(RATES)})


def cells_of(customers: pd.DataFrame, by: Sequence[str]) -> tuple[pd.DataFrame, np.ndarray]:
    """The cells, everyone first, and the place of each customer's cell (-1: in none)."""
    if not by:
        return pd.DataFrame({"cell": [EVERYONE]}), np.full(len(customers), -1)
    group = customers.groupby(list(by), dropna=True, observed=True, sort=True)
    names = group.size().reset_index()[list(by)].astype(str)
    code = group.ngroup().fillna(-1).to_numpy(dtype=int) + 1
    cells = pd.concat([pd.DataFrame({name: [EVERYONE] for name in by}), names], ignore_index=True)
    cells["cell"] = cells[list(by)].agg(", ".join, axis=1)
    cells.loc[0, "cell"] = EVERYONE
    # Whoever misses a value is in everyone and in no cell.
    return cells, np.where(code > 0, code, -1)


def summed(customers: pd.DataFrame, stay: ExpectedStay) -> np.ndarray:
    """What each customer adds to the sums of its cell, in the order of `SUMMED`."""
    seen = (customers["months"] > 0).to_numpy(dtype=float)
    columns = [seen]
    for name in ONE_TIME:
        known = customers[name].notna().to_numpy(dtype=float)
        columns += [known, customers[name].fillna(0.0).to_numpy(dtype=float)]
    columns += [customers[name].fillna(0.0).to_numpy(dtype=float) for name in ("months", *FLOWS)]
    return np.column_stack([*columns, stay.left, stay.expected])


def by_cell(sums: np.ndarray, code: np.ndarray, n_cells: int, weight: np.ndarray) -> np.ndarray:
    """Weighted sums of each cell; the first is everyone."""
    total = np.zeros((n_cells, sums.shape[1]))
    total[0] = weight @ sums
    known = code > 0
    for place in range(sums.shape[1]):
        total[1:, place] = np.bincount(
            code[known] - 1, weight[known] * sums[known, place], minlength=n_cells - 1
        )[: n_cells - 1]
    return total


def rates(total: np.ndarray) -> np.ndarray:
    """Cost of a customer, flows of a customer and month, and the relative hazard."""
    column = {name: total[..., place] for place, name in enumerate(SUMMED)}
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.stack(
            [
                column["won_cost"] / column["won"],
                column["set_up_cost"] / column["set_up"],
                *(column[name] / column["months"] for name in FLOWS),
                # Half a leaving more on both sides: nobody left is not that nobody will.
                (column["left"] + 0.5) / (column["expected"] + 0.5),
            ],
            axis=-1,
        )


def derived(rate: np.ndarray, stay: ExpectedStay, horizon: int, discount: float) -> np.ndarray:
    """`ESTIMATES` from the rates."""
    cac, onboarding = rate[..., 0], rate[..., 1]
    relative, margin = rate[..., RATE["relative"]], rate[..., RATE["contribution"]]
    set_up = np.nan_to_num(onboarding)
    value = margin * stay.months(horizon, relative, monthly_rate=discount) - set_up
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(cac > 0, value / cac, np.nan)
    payback = np.full(np.shape(margin), np.inf)
    earned = np.zeros(np.shape(margin))
    for month in range(stay.last_month):
        earned = earned + margin * stay.staying(month, relative)
        payback = np.where(np.isinf(payback) & (earned >= cac + set_up), month + 1.0, payback)
    payback = np.where(np.isnan(cac + margin), np.nan, payback)
    found = {
        "cac": cac,
        "onboarding": onboarding,
        "revenue": rate[..., RATE["revenue"]],
        "support": rate[..., RATE["support_cost"]],
        "service": rate[..., RATE["service_cost"]],
        "contribution": margin,
        "churn_12m": 1 - stay.staying(min(12, stay.last_month), relative),
        "ltv": value,
        "ltv_to_cac": ratio,
        "payback_months": payback,
    }
    return np.stack([found[name] for name in ESTIMATES], axis=-1)


def between(drawn: np.ndarray, confidence: float) -> np.ndarray:
    """Both ends of the interval over the first axis; a draw without a value counts as never."""
    tail = 50 * (1 - confidence)
    some = np.where(np.isnan(drawn), np.inf, drawn)
    # The nearest draw, not a mean of two: there is no mean of a number and never.
    ends = np.percentile(some, [tail, 100 - tail], axis=0, method="nearest")
    return np.where(np.isnan(drawn).all(axis=0), np.nan, ends)


def kept_and_won(rate: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What keeping a customer costs in a year, and winning and setting one up relative to it."""
    keeping = 12 * sum(rate[..., RATE[name]] for name in KEEPING)
    winning = rate[..., 0] + np.nan_to_num(rate[..., 1])
    with np.errstate(invalid="ignore", divide="ignore"):
        return keeping, np.where(keeping > 0, winning / keeping, np.nan)


def waterfall_of(table: pd.DataFrame, raw: np.ndarray) -> pd.DataFrame:
    """Revenue, what is taken off it one after the other, and what is left."""
    rows = []
    for place, cell in table.loc[table["reason"].isna(), "cell"].items():
        rate = raw[place]
        left = rate[RATE["revenue"]]
        rows.append((cell, "revenue", "Revenue", left, 0.0, left))
        for name, label in COSTS.items():
            cost = rate[RATE[name]]
            rows.append((cell, name, label, -cost, left - cost, left))
            left -= cost
        rows.append((cell, "contribution", "Contribution", left, 0.0, left))
    return pd.DataFrame(rows, columns=["cell", "part", "label", "amount", "low", "high"])


def ordered(table: pd.DataFrame) -> pd.DataFrame:
    rest = table.iloc[1:].sort_values(["n", "cell"], ascending=[False, True])
    return pd.concat([table.iloc[:1], rest], ignore_index=True)


def payback_months(cac: ArrayLike, revenue_a_month: ArrayLike, margin_share: ArrayLike) -> float:
    """Months until gross margin repays what winning a customer cost, if nobody left.

    The margin divides: ``cac / revenue * margin`` reads alike and multiplies by it.

    >>> payback_months(1_200.0, 200.0, 0.5)
    12.0
    """
    return cac / (revenue_a_month * margin_share)
