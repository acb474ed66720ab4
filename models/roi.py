"""Return of initiatives done together: value, risk, and what would settle whether to do them."""

import datetime as dt
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm, sobol_indices, uniform

from models.figures import Figure
from models.initiatives import TENTH, Initiative, Link, double_counts
from models.investment import internal_rates, modified_rate, payback, yearly
from models.refusal import Refusal
from models.roi_base import Base, Cells, cells_of
from models.roi_flows import PARTS_OF_FLOWS, cash_flows, expected_inputs, input_names, inputs_at

__all__ = [
    "Plan",
    "Roi",
    "prepared",
    "shares_of_variance",
    "simulate_roi",
    "sobol_shares",
    "tornado",
    "value_of_information",
]  # fmt: skip

MONTHS = 12
CHANCES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
#: Powers of an input that the value is drawn as, to see what knowing it would change.
POWERS = 4


@dataclass(frozen=True, eq=False)
class Plan:
    """Initiatives ready to be run on a company.

    Attributes
    ----------
    initiatives : tuple of Initiative
    treated : ndarray of bool, shape (n, n_initiatives)
    cells : Cells
    base : Base
    link : Link
    horizon : int
        Months.
    discount_rate, tax_rate : float
        Yearly.
    """

    initiatives: tuple[Initiative, ...]
    treated: np.ndarray
    cells: Cells
    base: Base
    link: Link
    horizon: int
    discount_rate: float
    tax_rate: float

    @property
    def weights(self) -> np.ndarray:
        """What a unit of each month, from 0 on, is worth today."""
        return (1.0 + self.discount_rate) ** (-np.arange(self.horizon + 1) / MONTHS)

    @property
    def monthly_rate(self) -> float:
        return (1.0 + self.discount_rate) ** (1 / MONTHS) - 1.0

    def run(
        self, values: Mapping[str, np.ndarray], done: np.ndarray | None = None
    ) -> tuple[np.ndarray, Mapping[str, np.ndarray]]:
        """Cash flows (draw, month) and their mean parts; see `models.roi_flows.cash_flows`."""
        flows = cash_flows(
            self.cells, self.initiatives, values, horizon=self.horizon,
            days_late=self.base.days_late, done=done, tax_rate=self.tax_rate,
        )  # fmt: skip
        return flows.net, flows.parts

    def values_of(self, done: np.ndarray) -> np.ndarray:
        """Net present value of each set of initiatives in the expected case.

        `done` is (set, initiative). The sets are run as draws are, each of them jointly.
        """
        net, _ = self.run(expected_inputs(self.initiatives, self.link, len(done)), done)
        return net @ self.weights


@dataclass(frozen=True, eq=False)
class Roi:
    """What a plan is worth.

    Attributes
    ----------
    flows : DataFrame
        One row a month from 0: ``month``, the parts of `PARTS_OF_FLOWS`, ``net``, ``cumulative``
        and ``discounted`` (cumulative, in today's money); means over draws.
    fan : DataFrame
        ``month``, ``p10``, ``p50`` and ``p90`` of the discounted cumulative flow.
    npv : ndarray of shape (n_draws,)
    mean, p10, p50, p90, chance_of_loss : float
        Of the net present value.
    expected : float
        Net present value with every input at its mean.
    alone : DataFrame
        One row an initiative: ``name``, ``title``, ``npv`` (by itself, expected case) and
        ``cost``; their sum is the naive value of the plan.
    irr : float or None
        Yearly; None where the mean flows change sign other than once.
    rates : tuple of float
        Every yearly rate at which the mean flows are worth nothing.
    mirr : float or None
        Yearly, at the discount rate.
    payback_months, discounted_payback_months : float or None
    double : list of str
        What adding the initiatives up would count twice.
    inputs : DataFrame
        Standard normal value of each input in each draw, (draw, input).
    """

    flows: pd.DataFrame
    fan: pd.DataFrame
    npv: np.ndarray
    mean: float
    p10: float
    p50: float
    p90: float
    chance_of_loss: float
    expected: float
    alone: pd.DataFrame
    irr: float | None
    rates: tuple[float, ...]
    mirr: float | None
    payback_months: float | None
    discounted_payback_months: float | None
    double: list[str]
    inputs: pd.DataFrame
    plan: Plan
    as_of: dt.date

    @property
    def naive(self) -> float:
        """What the plan would be worth if the initiatives' own values could be added up."""
        return float(self.alone["npv"].sum())

    def figures(self) -> tuple[Figure, ...]:
        """Return the value of the plan with the middle four fifths of its draws."""
        n = len(self.plan.base.customer_id)
        return (
            Figure("roi.portfolio_npv", self.mean, self.p10, self.p90, n, self.as_of,
                   confidence=0.8),
        )  # fmt: skip


def prepared(
    initiatives: Sequence[Initiative],
    treated: np.ndarray,
    base: Base,
    link: Link,
    *,
    horizon: int,
    discount_rate: float,
    tax_rate: float = 0.0,
    parts: int | None = 5,
) -> Plan:
    """Ready initiatives to be run together on a company.

    Parameters
    ----------
    initiatives : sequence of Initiative
    treated : ndarray of bool, shape (n, n_initiatives)
    base : Base
    link : Link
    horizon : int
        Months that count.
    discount_rate, tax_rate : float
    parts : int or None, default=5
        As in `models.roi_base.cells_of`.

    Raises
    ------
    Refusal
        If there is no initiative, one treats nobody, or one saves what is not known.
    """
    if not initiatives:
        raise Refusal("No initiative is chosen, so there is nothing to value. Choose one or more.")
    if not 1 <= horizon <= base.months:
        raise Refusal(
            f"The data speak of {base.months} months ahead and not of {horizon}. Choose a shorter "
            "horizon, or load a longer history."
        )
    for one, who in zip(initiatives, treated.T, strict=True):
        if not who.any():
            raise Refusal(
                f"{one.title} treats none of the {len(who):,} customers of the view, so it can "
                "bring nothing. Widen the filters, or treat others."
            )
        for moved in one.moves:
            if moved.driver not in ("satisfaction", "churn", "days_to_pay", *base.costs):
                raise Refusal(
                    f"{one.title} saves a part of {moved.driver.replace('_', ' ')}, and what those "
                    "cost is not known here; the page of the cost of poor experience says why."
                )
    keeps = np.array(
        [bool({m.driver for m in one.moves} & {"satisfaction", "churn"}) for one in initiatives]
    )
    cells = cells_of(base, treated, horizon, keeps, parts=parts)
    return Plan(tuple(initiatives), treated, cells, base, link, horizon, discount_rate, tax_rate)


def simulate_roi(
    plan: Plan,
    as_of: dt.date,
    *,
    n_draws: int = 10_000,
    correlation: float = 0.0,
    random_state: int = 0,
) -> Roi:
    """Run a plan through many draws of what is not known.

    Each input has random numbers of its own name, so that the same initiative meets the same
    luck in every plan, and plans differ by what is in them. Effects of initiatives are drawn
    together with `correlation` (Gaussian copula): they are carried out by the same people.

    Parameters
    ----------
    plan : Plan
    as_of : date
    n_draws : int, default=10000
    correlation : float, default=0
        Between the effects of any two initiatives, 0 to 1.
    random_state : int, default=0
    """
    names = input_names(plan.initiatives, plan.link, plan.base.payment_error)
    z = draws_of(names, n_draws, correlation, random_state)
    values = inputs_at(plan.initiatives, plan.link, plan.base.payment_error, z, n_draws)
    net, parts = plan.run(values)
    weights = plan.weights
    npv = net @ weights
    each = np.eye(len(plan.initiatives), dtype=bool)
    sets = np.vstack([each, np.ones(len(each), dtype=bool)])
    *alone, expected = plan.values_of(sets)
    net *= weights
    fan = quantiles_by_month(np.cumsum(net, axis=1, out=net), list(CHANCES.values()))
    flows = pd.DataFrame({"month": np.arange(plan.horizon + 1)} | {n: parts[n] for n in
                         PARTS_OF_FLOWS})  # fmt: skip
    mean = flows[list(PARTS_OF_FLOWS)].sum(axis=1)
    flows = flows.assign(net=mean, cumulative=mean.cumsum(), discounted=(mean * weights).cumsum())
    rates = tuple(yearly(rate) for rate in internal_rates(mean))
    turns = int((np.diff(np.sign(mean[mean.abs() > 1e-9])) != 0).sum())
    modified = modified_rate(mean, financing=plan.monthly_rate, reinvesting=plan.monthly_rate)
    low, middle, high = np.quantile(npv, list(CHANCES.values()))
    return Roi(
        flows,
        pd.DataFrame({"month": flows["month"], **dict(zip(CHANCES, fan, strict=True))}),
        npv,
        float(npv.mean()),
        float(low),
        float(middle),
        float(high),
        float((npv < 0).mean()),
        float(expected),
        pd.DataFrame(
            {
                "name": [one.name for one in plan.initiatives],
                "title": [one.title for one in plan.initiatives],
                "npv": alone,
                "cost": [one.cost.mean for one in plan.initiatives],
            }
        ),
        rates[0] if turns == 1 and len(rates) == 1 else None,
        rates,
        None if modified is None else yearly(modified),
        payback(mean),
        payback(mean, rate=plan.monthly_rate),
        double_counts(plan.initiatives),
        pd.DataFrame(z),
        plan,
        as_of,
    )


def quantiles_by_month(draws: np.ndarray, chances: Sequence[float]) -> np.ndarray:
    """Quantiles (chance, month) of draws (draw, month), as `numpy.quantile` has them.

    Sorting all draws of a month takes a quarter of the time of selecting three of them.

    >>> quantiles_by_month(np.array([[3.0], [1.0], [2.0]]), [0.5, 0.75]).tolist()
    [[2.0], [2.5]]
    """
    ordered = np.sort(np.ascontiguousarray(draws.T), axis=1)
    place = np.array(chances) * (len(draws) - 1)
    below = place.astype(int)
    above = np.minimum(below + 1, len(draws) - 1)
    low, high = ordered[:, below].T, ordered[:, above].T
    return low + (high - low) * (place - below)[:, None]


def draws_of(
    names: Sequence[str], n: int, correlation: float, random_state: int
) -> dict[str, np.ndarray]:
    """Standard normal draws by input name; effects share a part of theirs."""

    def own(name: str) -> np.ndarray:
        seed = [random_state, zlib.crc32(name.encode())]
        return np.random.default_rng(seed).standard_normal(n)

    common = own("effects") if correlation > 0 else np.zeros(n)

    def effect(name: str) -> np.ndarray:
        # More of a change of leaving is worse, and more of any other effect is better.
        share = -common if name.endswith(":churn") else common
        return np.sqrt(correlation) * share + np.sqrt(1 - correlation) * own(name)

    return {name: effect(name) if name.startswith("effect:") else own(name) for name in names}


def tornado(roi: Roi) -> pd.DataFrame:
    """Value of the plan with one input at a time at its tenth and ninetieth percentile.

    Returns
    -------
    DataFrame
        ``input``, ``low``, ``high`` (net present value at either end) and ``swing``, widest
        first; all others are at their median.
    """
    names = list(roi.inputs)
    n = 2 * len(names) + 1
    z = {name: np.zeros(n) for name in names}
    for k, name in enumerate(names):
        z[name][2 * k], z[name][2 * k + 1] = -TENTH, TENTH
    plan = roi.plan
    values = inputs_at(plan.initiatives, plan.link, plan.base.payment_error, z, n)
    worth = plan.run(values)[0] @ plan.weights
    ends = worth[:-1].reshape(-1, 2)
    table = pd.DataFrame({"input": names, "low": ends[:, 0], "high": ends[:, 1]})
    table["swing"] = (table["high"] - table["low"]).abs()
    table["middle"] = worth[-1]
    return table.sort_values(["swing", "input"], ascending=[False, True], ignore_index=True)


def value_of_information(roi: Roi) -> pd.DataFrame:
    """What knowing each input beforehand would be worth, where one may do the plan or leave it.

    The plan is done if it is expected to gain. Knowing an input, one would leave it where that
    input makes it lose: the expected gain of that is the most a measurement of it may cost. The
    value expected at each value of the input is that of the draws, fitted by a polynomial [1]_.

    Returns
    -------
    DataFrame
        ``input`` and ``value`` (money, 0 or more), dearest first; the last row, ``everything``, is
        the value of knowing all of them.

    References
    ----------
    .. [1] M. Strong, J. E. Oakley, A. Brennan (2014). "Estimating multiparameter partial expected
       value of perfect information from a probabilistic sensitivity analysis sample." Med.
       Decis. Making 34, 311-326.
    """
    now = max(roi.npv.mean(), 0.0)
    rows = []
    for name in roi.inputs:
        # Orthogonal powers, so that the fit is as good with four as with one.
        powers = np.polynomial.hermite_e.hermevander(roi.inputs[name].to_numpy(), POWERS)
        weight = np.linalg.pinv(powers.T @ powers) @ (powers.T @ roi.npv)
        gained = float(np.maximum(powers @ weight, 0.0).mean()) - now
        # What is left of two equal sums is no money.
        rows.append((name, gained if gained > 1e-6 * abs(now) + 1e-6 else 0.0))
    table = pd.DataFrame(rows, columns=["input", "value"])
    table = table.sort_values(["value", "input"], ascending=[False, True], ignore_index=True)
    all_of_it = float(np.maximum(roi.npv, 0.0).mean()) - now
    table.loc[len(table)] = ["everything", all_of_it]
    return table


def sobol_shares(roi: Roi, *, n: int = 512, random_state: int = 0) -> pd.DataFrame:
    """Share of the variance of the value that each input explains, alone and with others.

    Inputs are taken to be independent, as the shares mean nothing otherwise.

    Parameters
    ----------
    roi : Roi
    n : int, default=512
        Points, a power of two; the plan is run n x (inputs + 2) times.

    Returns
    -------
    DataFrame
        ``input``, ``first`` and ``total``, largest total first.
    """
    names, plan = list(roi.inputs), roi.plan

    def worth(quantiles: np.ndarray) -> np.ndarray:
        # Sobol's points may lie on the edge, where a normal value would be endless.
        z = norm.ppf(np.clip(quantiles, 1e-9, 1 - 1e-9))
        z = dict(zip(names, z, strict=True))
        many = quantiles.shape[1]
        values = inputs_at(plan.initiatives, plan.link, plan.base.payment_error, z, many)
        return plan.run(values)[0] @ plan.weights

    return shares_of_variance(worth, names, n=n, random_state=random_state)


def shares_of_variance(
    worth: Callable[[np.ndarray], np.ndarray],
    names: Sequence[str],
    *,
    n: int,
    random_state: int = 0,
) -> pd.DataFrame:
    """Sobol's first and total shares of inputs that are uniform between 0 and 1.

    `worth` takes an array (input, point) and returns a value for each point.
    """
    found = sobol_indices(
        func=worth,
        n=n,
        dists=[uniform()] * len(names),
        rng=np.random.default_rng(random_state),
    )
    table = pd.DataFrame(
        {"input": list(names), "first": found.first_order, "total": found.total_order}
    )
    return table.sort_values(["total", "input"], ascending=[False, True], ignore_index=True)
