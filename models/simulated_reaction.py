"""New bills with the reaction inside: who leaves, what is used, paid, asked, and what it brings."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from models.bill_shock import SURPRISE, lasting_surprise
from models.price_reaction_rows import (
    ANSWER_MONTHS,
    FELT_MONTHS,
    MOST_SHOCK,
    STEP,
)

__all__ = ["CAUSES", "PARTS", "Effects", "SimulatedReaction", "chances_of_leaving", "exposure",
           "simulate_reaction"]  # fmt: skip

Key = tuple[str, str, str]

#: Causes of leaving that hazards are given for, in their order.
CAUSES = ("leave_price", "leave_other")
#: Customers at a time, so that all draws of them fit into memory.
AT_A_TIME = 2_000
MONTH_DAYS = 365 / 12


@dataclass(frozen=True, eq=False)
class Effects:
    """Effects per tenth by (outcome, trigger, direction), their errors, and the range seen.

    Attributes
    ----------
    value, std_err : dict
    seen_low, seen_high : float
        Furthest changes, as fractions, that both bills and prices had; 0 where none went that way.
    typical : float
        The surprise that the effect of one is told for, as a fraction.
    """

    value: Mapping[Key, float]
    std_err: Mapping[Key, float]
    seen_low: float
    seen_high: float
    typical: float


@dataclass(frozen=True, eq=False)
class SimulatedReaction:
    """What new bills bring, without and with the reaction.

    Attributes
    ----------
    customers : DataFrame
        One row a customer, in the order given: ``bill_ratio``; ``left`` (change of the chance of
        leaving within the months), ``enquiries`` (more of them within the months), ``days`` (to
        pay, while the change is new), ``score`` and ``use`` (a fraction), each with ``_low`` and
        ``_high``; ``static`` (change of revenue, everybody staying and using as before) and
        ``revenue`` (with the reaction) with ``_low`` and ``_high``; and ``outside`` (the bill
        changes further than any seen). Days, score and use are 0 where the new bill does not come
        within the months.
    totals : DataFrame
        One row a figure: ``figure`` (revenue, margin, customers_lost, enquiries, days,
        working_capital, score, use), ``static``, ``reaction``, ``low`` and ``high``: changes over
        the months, of all customers. Days, score and use are means, weighted by the new bill.
    drawn : dict of str to ndarray of shape (draws,)
        The totals of each draw: of the same seed they can be subtracted from those of another
        change.
    base_lost : float
        Customers expected to leave within the months without a change.
    outside : float
        Share of customers whose bill changes further than any change seen.
    warning : str or None
        What to know where there are such customers.
    months, draws : int
    confidence : float
    """

    customers: pd.DataFrame
    totals: pd.DataFrame
    drawn: Mapping[str, np.ndarray]
    base_lost: float
    outside: float
    warning: str | None
    months: int
    draws: int
    confidence: float

    def of(self, figure: str) -> pd.Series:
        """One row of the totals."""
        return self.totals.set_index("figure").loc[figure]


def simulate_reaction(
    effects: Effects,
    bill_ratio: np.ndarray,
    base_hazard: np.ndarray,
    *,
    monthly_bill: ArrayLike = 1.0,
    metered: ArrayLike = 1.0,
    monthly_cost: ArrayLike = 0.0,
    begins: ArrayLike = 0,
    months: int = 12,
    draws: int = 500,
    seed: int = 0,
    confidence: float = 0.95,
) -> SimulatedReaction:
    r"""Let customers react to new bills, once for each draw of the effects.

    A bill that lasts is a surprise until it is what the customer expects, which half a year of it
    does, and a changed price is felt for six months; both from what they were estimated with.
    With :math:`x` tenths of change, the hazard of month k for cause c is multiplied by
    :math:`\exp(x w_k \theta^{bill}_c + x 1[k \le 6] \theta^{change}_c)`, with their own
    :math:`\theta` for rises, surprises (:math:`x w_k` above a quarter: a step) and falls. After
    that hazards are as before: nothing that lasts longer was estimated. Months are counted from
    the one in which the new price reaches the customer; until then all is as it was. Each effect
    is drawn from a normal distribution, and the same draws serve all customers, months and calls of
    one seed. Intervals are of what is not known of the effects, not of the luck of customers.

    Parameters
    ----------
    effects : Effects
    bill_ratio, base_hazard, monthly_bill, metered, monthly_cost, begins, months, draws, seed
        As in `PriceReaction.simulate`.

    Raises
    ------
    ValueError
        If a ratio is below 0, a hazard no chance, or shapes do not fit.

    Examples
    --------
    Nothing changes where no bill does:

    >>> none = Effects({}, {}, 0.0, 0.0, 0.4)
    >>> same = simulate_reaction(none, np.ones(3), np.full((3, 2), 0.01), monthly_bill=100.0)
    >>> float(same.of("revenue")["reaction"]), float(same.of("customers_lost")["reaction"])
    (0.0, 0.0)
    """
    hazard = checked(bill_ratio, base_hazard, months)
    n = len(bill_ratio)
    bill, part, cost = (
        np.broadcast_to(np.asarray(values, dtype=float), (n,))
        for values in (monthly_bill, metered, monthly_cost)
    )
    first = np.broadcast_to(np.asarray(begins, dtype=int), (n,))
    # Whom no new bill reaches within the months has no change of one.
    ratio = np.where(first < months, bill_ratio, 1.0)
    drawn = Drawn(effects, draws, seed, months)
    tail = (1 - confidence) / 2
    tables, sums = [], []
    for at in range(0, n, AT_A_TIME):
        some = slice(at, at + AT_A_TIME)
        bills = Bills(ratio[some], first[some], bill[some], part[some], cost[some])
        table, total = one_part(drawn, bills, hazard[some], tail)
        tables.append(table)
        sums.append(total)
    customers = pd.concat(tables, ignore_index=True)
    change = ratio - 1
    # To the last digit the furthest change seen is no further than itself.
    outside = (change > effects.seen_high + 1e-9) | (change < effects.seen_low - 1e-9)
    customers["outside"] = outside
    total = {name: sum(part[name] for part in sums) for name in sums[0]} if sums else {}
    weight = max(float((bill * ratio).sum()), 1e-300)
    for name in ("days", "score", "use"):
        total[name] = total[name] / weight
    static = {
        "revenue": float(customers["static"].sum()),
        "margin": float(customers["static"].sum()),
    }
    totals = pd.DataFrame(
        [
            {
                "figure": name, "static": static.get(name, 0.0), "reaction": float(values.mean()),
                "low": float(np.quantile(values, tail)),
                "high": float(np.quantile(values, 1 - tail)),
            }
            for name, values in total.items()
        ]
    )  # fmt: skip
    lost = 1 - np.exp(-hazard.sum(axis=(1, 2)))
    return SimulatedReaction(
        customers, totals, total, float(lost.sum()), float(outside.mean()) if n else 0.0,
        warned(outside, effects), months, draws, confidence,
    )  # fmt: skip


def chances_of_leaving(
    effects: Effects,
    changes: np.ndarray,
    base_hazard: np.ndarray,
    *,
    draws: int = 100,
    seed: int = 0,
) -> np.ndarray:
    """By how much each customer's chance to leave is higher at each change of its bill.

    As `simulate_reaction` has it, for many changes at once: hazards are multiplied by the same
    numbers for every customer.

    Parameters
    ----------
    effects : Effects
    changes : ndarray of shape (k,)
        Fractions of the bill.
    base_hazard : ndarray of shape (n, months, 2)
        As in `PriceReaction.simulate`.

    Returns
    -------
    ndarray of shape (n, k)
        Means over the draws.

    Examples
    --------
    >>> none = Effects({}, {}, 0.0, 0.0, 0.4)
    >>> chances_of_leaving(none, np.array([-0.1, 0.2]), np.full((1, 12, 2), 0.01)).tolist()
    [[0.0, 0.0]]
    """
    months = base_hazard.shape[1]
    hazard = checked(np.ones(len(base_hazard)), base_hazard, months)
    drawn = Drawn(effects, draws, seed, months)
    moved = np.empty((months, 2, len(changes), draws))
    for month in range(months):
        tenths = drawn.exposure(1 + changes, month)
        for place, cause in enumerate(CAUSES):
            moved[month, place] = np.exp(tenths @ drawn.values[cause])
    moved = moved.reshape(2 * months, -1)
    made = np.empty((len(hazard), len(changes)))
    for begins in range(0, len(hazard), AT_A_TIME // 8):
        some = hazard[begins : begins + AT_A_TIME // 8].reshape(-1, 2 * months)
        stay = np.exp(-(some @ moved)).reshape(len(some), len(changes), draws).mean(axis=2)
        made[begins : begins + len(some)] = np.exp(-some.sum(axis=1))[:, None] - stay
    return made


def checked(ratio: np.ndarray, base: np.ndarray, months: int) -> np.ndarray:
    """Rates of leaving, (customer, month, cause), from chances."""
    if ratio.ndim != 1 or not (np.isfinite(ratio) & (ratio >= 0)).all():
        raise ValueError(
            "A bill ratio is missing or below 0, so it is no change of a bill. Leave out who has "
            "no bill to compare with."
        )
    base = np.asarray(base, dtype=float)
    if base.ndim == 2:
        base = np.repeat(base[:, None, :], months, axis=1)
    if base.shape != (len(ratio), months, 2):
        raise ValueError(
            f"The base hazards have the shape {base.shape}; ({len(ratio)}, {months}, 2) or "
            f"({len(ratio)}, 2) is needed: customers, months, and for the price or otherwise."
        )
    if not ((base >= 0) & (base < 1)).all():
        raise ValueError("A base hazard is no chance of leaving in a month, which is 0 to 1.")
    return -np.log1p(-base)


#: The effects of each outcome, in the order of `Drawn.exposure`.
PARTS = (("bill", "up"), ("bill", "surprise"), ("bill", "further"), ("bill", "down"),
         ("change", "up"), ("change", "down"))  # fmt: skip
REACTING = ("leave_price", "leave_other", "days", "enquiries", "score", "use")


def exposure(
    change: np.ndarray, surprise: ArrayLike, felt: ArrayLike, typical: float
) -> np.ndarray:
    """Tenths that each of `PARTS` is multiplied by, (customer, effect).

    `surprise` is the part of the change that is still unexpected and `felt` 1 while the price is
    new; of each customer, or the same for all.

    >>> exposure(np.array([0.1, 0.5, -0.2]), 1.0, 1.0, 0.4).round(9).tolist()[:2]
    [[1.0, 0.0, 0.0, 0.0, 1.0, 0.0], [0.0, 4.0, 1.0, 0.0, 5.0, 0.0]]
    """
    change = np.clip(change, -MOST_SHOCK, MOST_SHOCK)
    shock, felt = surprise * change, felt * change
    far = shock > SURPRISE
    parts = (
        np.where(far, 0.0, np.maximum(shock, 0.0)), np.where(far, typical, 0.0),
        np.where(far, shock - typical, 0.0), np.maximum(-shock, 0.0),
        np.maximum(felt, 0.0), np.maximum(-felt, 0.0),
    )  # fmt: skip
    return np.stack(parts, axis=1) / STEP


class Drawn:
    """Draws of every effect, and what a new bill exposes a customer to in each month."""

    def __init__(self, effects: Effects, draws: int, seed: int, months: int) -> None:
        rng = np.random.default_rng(seed)
        # Every effect has its own draws, whether there is one or not: a table with other rows,
        # or in another order, changes nothing for the rest.
        noise = rng.standard_normal((len(REACTING), len(PARTS), draws))
        self.values = {
            outcome: np.stack(
                [
                    effects.value.get((outcome, *key), 0.0)
                    + effects.std_err.get((outcome, *key), 0.0) * noise[place, k]
                    for k, key in enumerate(PARTS)
                ]
            )
            for place, outcome in enumerate(REACTING)
        }
        self.months, self.typical = months, effects.typical
        self.surprise = lasting_surprise(months)
        self.felt = (np.arange(months) < FELT_MONTHS).astype(float)

    def exposure(self, ratio: np.ndarray, month: int, begins: ArrayLike = 0) -> np.ndarray:
        """Tenths that each of `PARTS` is multiplied by in a month, (customer, effect)."""
        since = month - np.asarray(begins)
        new = since >= 0
        place = np.maximum(since, 0)
        surprise, felt = new * self.surprise[place], new * self.felt[place]
        return exposure(ratio - 1, surprise, felt, self.typical)

    def bills_and_price(
        self, ratio: np.ndarray, months: int, begins: ArrayLike = 0, *, of_price: float
    ) -> np.ndarray:
        """Bills of the first months added up, and the price times `of_price`."""
        made = sum(self.exposure(ratio, month, begins) for month in range(months))
        made[:, 4:] *= of_price
        return made


@dataclass(frozen=True, eq=False)
class Bills:
    """New over old bill of each customer, the month it comes in, and what bill and cost were."""

    ratio: np.ndarray
    begins: np.ndarray
    monthly: np.ndarray
    metered: np.ndarray
    cost: np.ndarray


def one_part(
    drawn: Drawn, bills: Bills, hazard: np.ndarray, tail: float
) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Some of the customers: a row of each, and sums by draw."""
    ratio, weight = bills.ratio, bills.monthly * bills.ratio
    early = min(ANSWER_MONTHS, drawn.months)
    exposed = {
        "enquiries": drawn.bills_and_price(ratio, drawn.months, bills.begins, of_price=1.0),
        "days": drawn.exposure(ratio, 0),
        # An answer was set beside all bills of the months before, and one price.
        "score": drawn.bills_and_price(ratio, early, of_price=1 / early),
    }
    table: dict[str, np.ndarray] = {"bill_ratio": ratio}
    total: dict[str, np.ndarray] = {}
    for name, tenths in exposed.items():
        values = tenths @ drawn.values[name]
        table |= spread(name, values, tail)
        total[name] = values.sum(axis=0) if name == "enquiries" else weight @ values
    total["working_capital"] = total["days"] / MONTH_DAYS
    used = factor_of_use(drawn, ratio)
    table |= spread("use", used - 1, tail)
    total["use"] = weight @ (used - 1)
    return with_leaving(drawn, bills, hazard, used, tail, table, total)


def factor_of_use(drawn: Drawn, ratio: np.ndarray) -> np.ndarray:
    """Use after the change over that before, (customer, draw)."""
    log_ratio = np.log(np.clip(ratio, 1 - 0.9 * MOST_SHOCK, 1 + MOST_SHOCK))
    up, down = drawn.values["use"][4] / np.log1p(STEP), drawn.values["use"][5] / np.log1p(-STEP)
    return np.exp(log_ratio[:, None] * np.where(ratio[:, None] >= 1, up, down))


def with_leaving(
    drawn: Drawn,
    bills: Bills,
    hazard: np.ndarray,
    used: np.ndarray,
    tail: float,
    table: dict[str, np.ndarray],
    total: dict[str, np.ndarray],
) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Add who leaves, and what that and other use do to revenue and margin."""
    # Months that customers are there for at the old bill and at the new one.
    rate, at_old, at_new = (np.zeros_like(used) for _ in range(3))
    base, base_old, base_new = (np.zeros(len(used)) for _ in range(3))
    # A month is paid for by those who are there at its start.
    for month in range(drawn.months):
        new = month >= bills.begins
        at_old += ~new[:, None] * np.exp(-rate)
        at_new += new[:, None] * np.exp(-rate)
        base_old += ~new * np.exp(-base)
        base_new += new * np.exp(-base)
        tenths = drawn.exposure(bills.ratio, month, bills.begins)
        for place, cause in enumerate(CAUSES):
            own = hazard[:, month, place]
            base += own
            moved = np.exp(tenths @ drawn.values[cause]) if tenths.any() else 1.0
            rate += own[:, None] * moved
    lost = np.exp(-base)[:, None] - np.exp(-rate)
    factor = bills.ratio[:, None] * (1 + bills.metered[:, None] * (used - 1))
    gone = (base_old + base_new)[:, None]
    revenue = bills.monthly[:, None] * (at_old + factor * at_new - gone)
    costs = bills.cost[:, None] * (at_old + used * at_new - gone)
    table |= spread("left", lost, tail)
    table["static"] = bills.monthly * (bills.ratio - 1) * base_new
    table |= spread("revenue", revenue, tail)
    total |= {
        "revenue": revenue.sum(axis=0), "margin": (revenue - costs).sum(axis=0),
        "customers_lost": lost.sum(axis=0),
    }  # fmt: skip
    return pd.DataFrame(table), total


def spread(name: str, values: np.ndarray, tail: float) -> dict[str, np.ndarray]:
    low, high = np.quantile(values, (tail, 1 - tail), axis=1)
    return {name: values.mean(axis=1), f"{name}_low": low, f"{name}_high": high}


def warned(outside: np.ndarray, effects: Effects) -> str | None:
    n = int(outside.sum())
    if n == 0:
        return None
    low, high = (f"{end:+z.0%}" if end else "0%" for end in (effects.seen_low, effects.seen_high))
    seen = f"{low} to {high}".replace("%", " %")
    return (
        f"The bills of {n:,} of {len(outside):,} customers change further than prices and bills "
        f"in this data did ({seen}), so what these customers do is drawn on beyond what was seen. "
        "Take a smaller change, or try it on a few customers first."
    )
