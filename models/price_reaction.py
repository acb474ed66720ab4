"""What customers do when their bill is not what they expect: estimated, or assumed and said so."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import ndtri
from scipy.stats import false_discovery_control, norm

from models.elasticity import Elasticity
from models.figures import Figure
from models.price_effects import (
    FEWEST,
    effect_on_answers,
    effect_on_days,
    effect_on_enquiries,
    effect_on_leaving,
)
from models.price_reaction_rows import (
    STEP,
    TRIGGERS,
    ReactionRows,
    reaction_rows,
)
from models.refusal import Refusal
from models.simulated_reaction import (
    CAUSES,
    PARTS,
    Effects,
    SimulatedReaction,
    exposure,
    simulate_reaction,
)

__all__ = ["CAUSES", "FEWEST", "OUTCOMES", "RANGES", "Assumption", "Outcome", "PriceReaction",
           "fit_price_reaction"]  # fmt: skip

#: Of those called more or less, the share that may be chance.
FALSE_DISCOVERIES = 0.05


@dataclass(frozen=True)
class Outcome:
    """What may react: its name, its unit, and what an effect is per tenth of the bill."""

    label: str
    unit: str
    says: str


#: Everything that may react, in the order of the table.
OUTCOMES: Mapping[str, Outcome] = MappingProxyType(
    {
        "leave_price": Outcome("Leaving for price or billing", "log hazard ratio",
                               "hazard of leaving in a month"),
        "leave_other": Outcome("Leaving otherwise", "log hazard ratio",
                               "hazard of leaving in a month"),
        "days": Outcome("Days to pay", "days", "days until the bill is paid"),
        "enquiries": Outcome("Billing enquiries", "enquiries",
                             "tickets about bills and prices: within two months of a bill, "
                             "in a month of a changed price"),
        "score": Outcome("Survey score", "standard deviations",
                         "answers of the three months after (NPS, CSAT, CES)"),
        "use": Outcome("Use", "log of use", "use in a month"),
    }
)  # fmt: skip

#: How far an effect that cannot be estimated may be from none, either way, unless the user says
#: otherwise: choices, not findings. A price may keep customers as well as lose them.
RANGES: Mapping[str, float] = MappingProxyType(
    {"leave_price": 0.20, "leave_other": 0.05, "days": 2.0, "enquiries": 0.10, "score": 0.10,
     "use": 0.05}
)  # fmt: skip


@dataclass(frozen=True)
class Assumption:
    """An effect per tenth of the bill that a person sets, with the range it may be in.

    >>> Assumption("days", "bill", "up", 1.0, 2.0, 0.0)
    Traceback (most recent call last):
        ...
    ValueError: The effect of 1 is not between 2 and 0, ...
    """

    outcome: str
    trigger: str
    direction: str
    effect: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.effect <= self.high:
            raise ValueError(
                f"The effect of {self.effect:g} is not between {self.low:g} and {self.high:g}, so "
                "the range says nothing of it. Give a range that holds it."
            )


@dataclass(frozen=True, eq=False)
class PriceReaction:
    """Effects of a bill a tenth above or below what was expected, and of a changed price.

    Attributes
    ----------
    estimates : DataFrame
        One row an outcome, trigger and direction: ``outcome``, ``trigger`` (``bill``: against the
        customer's own earlier bills; ``change``: a price that was changed), ``direction``
        (``up``; ``surprise``: more than a quarter above, by the mean of such bills; ``further``:
        above that mean; ``down``), ``effect`` per tenth up, or down, in the outcome's unit, with
        ``low`` and ``high``, ``std_err``, ``n`` (customers with such a trigger), ``source``
        (``estimated``, ``assumed``), ``verdict`` (more, less, no effect found, assumed),
        ``detectable`` (smallest effect found four times in five), ``placebo_p`` (of a change not
        yet announced), ``seen_low``, ``seen_high`` (smallest and largest trigger in the data, as
        fractions) and ``reason`` (why it is assumed).
    typical : float
        Mean shock of bills more than a quarter above what was expected, as a fraction.
    n_customers, n_bills : int
        With a bill and enough before it to expect one from.
    """

    estimates: pd.DataFrame
    typical: float
    n_customers: int
    n_bills: int
    as_of: dt.date
    confidence: float

    def of(self, outcome: str, trigger: str, direction: str) -> pd.Series:
        """One row of the estimates."""
        key = (outcome, trigger, direction)
        mine = (self.estimates[["outcome", "trigger", "direction"]] == key).all(axis=1)
        return self.estimates[mine].iloc[0]

    def assuming(self, assumptions: Iterable[Assumption]) -> "PriceReaction":
        """The same with some effects set by a person, estimated ones too; they say so."""
        table = self.estimates.copy()
        for said in assumptions:
            key = (said.outcome, said.trigger, said.direction)
            mine = (table[["outcome", "trigger", "direction"]] == key).all(axis=1)
            if not mine.any():
                raise ValueError(f"There is no effect of {' '.join(key)}, so it cannot be set.")
            table.loc[mine, ["effect", "low", "high", "std_err"]] = [
                said.effect, said.low, said.high,
                (said.high - said.low) / (2 * ndtri(0.5 + self.confidence / 2)),
            ]  # fmt: skip
            table.loc[mine, ["source", "verdict", "reason"]] = ["assumed"] * 2 + ["Set by hand."]
        return dataclasses.replace(self, estimates=table)

    def simulate(
        self,
        bill_ratio: ArrayLike,
        base_hazard: ArrayLike,
        *,
        monthly_bill: ArrayLike = 1.0,
        metered: ArrayLike = 1.0,
        monthly_cost: ArrayLike = 0.0,
        begins: ArrayLike = 0,
        months: int = 12,
        draws: int = 500,
        seed: int = 0,
    ) -> SimulatedReaction:
        """What follows from new bills, for each customer and in all; see `simulate_reaction`.

        Parameters
        ----------
        bill_ratio : array of shape (n,)
            New bill over the one expected: 1.1 is a tenth more.
        base_hazard : array of shape (n, 2) or (n, months, 2)
            Chance of leaving in a month for each of `CAUSES`, without the change.
        monthly_bill, monthly_cost : array of shape (n,), optional
            Of a month before the change; the cost moves with use.
        metered : array of shape (n,), optional
            Share of the bill that moves with use.
        begins : int or array of shape (n,), default=0
            Month in which the new bill reaches each customer; until then all is as it was.
        months : int, default=12
        draws : int, default=500
        seed : int, default=0
            The same for two changes means the same draws, so that they can be compared.
        """
        return simulate_reaction(
            self.effects(), np.asarray(bill_ratio, dtype=float), np.asarray(base_hazard),
            monthly_bill=monthly_bill, metered=metered, monthly_cost=monthly_cost, begins=begins,
            months=months, draws=draws, seed=seed, confidence=self.confidence,
        )  # fmt: skip

    def effects(self) -> Effects:
        """The effects as a simulation draws them."""
        table = self.estimates
        keys = list(zip(table["outcome"], table["trigger"], table["direction"], strict=True))
        return Effects(
            dict(zip(keys, table["effect"], strict=True)),
            dict(zip(keys, table["std_err"], strict=True)),
            self.seen("down"), self.seen("up"), self.typical,
        )  # fmt: skip

    def curve(self, outcome: str, changes: ArrayLike) -> pd.DataFrame:
        """What a lasting change of the bill does in its first month.

        Parameters
        ----------
        outcome : str
        changes : array of shape (n,)
            Fractions of the expected bill: 0.1 is a tenth more.

        Returns
        -------
        DataFrame
            ``change``, ``effect``, ``low`` and ``high``: a hazard ratio for leaving, a fraction
            for use, else in the outcome's unit; ``assumed`` (some of it is) and ``outside`` (of
            the range seen).
        """
        change = np.asarray(changes, dtype=float)
        rows = [self.of(outcome, *key) if key in self.keys(outcome) else None for key in PARTS]
        value, error = (
            np.array([0.0 if row is None else float(row[name]) for row in rows])
            for name in ("effect", "std_err")
        )
        tenths = exposure(change, 1.0, 1.0, self.typical)
        if outcome == "use":
            # A doubled price halves use at an elasticity of -1, however many tenths that is.
            factor = np.where(change >= 0, np.log1p(change) / np.log1p(STEP),
                              np.log1p(np.maximum(change, -0.9)) / np.log1p(-STEP))  # fmt: skip
            tenths = (tenths > 0) * factor[:, None]
        effect, spread = tenths @ value, np.sqrt(tenths**2 @ error**2)
        half = ndtri(0.5 + self.confidence / 2) * spread
        said = {"effect": effect, "low": effect - half, "high": effect + half}
        if outcome in CAUSES or outcome == "use":
            said = {name: np.exp(values) for name, values in said.items()}
        if outcome == "use":
            said = {name: values - 1 for name, values in said.items()}
        told = np.array([row is not None and row["source"] == "assumed" for row in rows])
        outside = (change > self.seen("up") + 1e-9) | (change < self.seen("down") - 1e-9)
        assumed = (tenths[:, told] > 0).any(axis=1)
        return pd.DataFrame({"change": change, **said, "assumed": assumed, "outside": outside})

    def keys(self, outcome: str) -> set[tuple[str, str]]:
        """Triggers and directions that an outcome has effects of."""
        mine = self.estimates[self.estimates["outcome"] == outcome]
        return set(zip(mine["trigger"], mine["direction"], strict=True))

    def seen(self, direction: str) -> float:
        """How far a bill may change, up or down, before some effect was not seen that far.

        As a fraction, and 0 where no price ever went that way: what a bill does that is high or
        low for once does not say what one does that stays.
        """
        table = self.estimates
        mine = (table["direction"] == "down") == (direction == "down")
        end = "seen_low" if direction == "down" else "seen_high"
        furthest = table[mine].groupby("trigger")[end].agg("min" if direction == "down" else "max")
        return float(furthest.fillna(0.0).abs().min()) * (-1 if direction == "down" else 1)

    def figures(self) -> tuple[Figure, ...]:
        """Return the two hazard ratios of leaving for the price."""
        return (
            self.ratio("pricing.price_rise_hazard_ratio", "change", "up", 1.0),
            self.ratio("pricing.bill_shock_hazard_ratio", "bill", "surprise", self.typical / STEP),
        )

    def ratio(self, figure_id: str, trigger: str, direction: str, tenths: float) -> Figure:
        row = self.of("leave_price", trigger, direction)
        if row["source"] != "estimated":
            return Figure(figure_id, None, None, None, int(row["n"]), self.as_of, row["reason"])
        value, low, high = (float(np.exp(tenths * row[name])) for name in ("effect", "low", "high"))
        return Figure(figure_id, value, low, high, int(row["n"]), self.as_of, None, self.confidence)


def fit_price_reaction(
    bills: pd.DataFrame,
    as_of: dt.date,
    *,
    steps: pd.DataFrame | None = None,
    months: pd.DataFrame | None = None,
    asked: pd.DataFrame | None = None,
    scores: pd.DataFrame | None = None,
    elasticity: Elasticity | None = None,
    missing: Mapping[str, str] | None = None,
    confidence: float = 0.95,
) -> PriceReaction:
    """Estimate what the rows can tell of each reaction, and name what has to be assumed.

    Days to pay, enquiries and scores are compared within customers and months: a customer whose
    bill is not what it expected, with itself at other times and with all others in that month;
    those whose price has not changed, or not yet, say what the month brought. Ups and downs have
    effects of their own. Leaving is a hazard by month of being a customer, for the price and
    otherwise, beside score, size and days late. All intervals are robust by customer. Of use only
    the elasticity is told: a bill is often higher because more was used.

    Parameters
    ----------
    bills : DataFrame
        Rows of `warehouse.price_reaction.recurring_bills`.
    steps : DataFrame, optional
        Rows of `price_steps`; without them effects of changed prices are assumed.
    months : DataFrame, optional
        Rows of `warehouse.customer_months`.
    asked, scores : DataFrame, optional
        Rows of `finance_enquiries` and `survey_scores`.
    elasticity : Elasticity, optional
    missing : mapping of str to str, optional
        By outcome, why what it needs is not there.

    Raises
    ------
    Refusal
        If fewer than 30 customers have bills enough to expect another one from.
    """
    if bills.empty:
        raise Refusal(
            "No invoice is of a recurring charge, so there is no bill to expect another one from. "
            "Load invoices with their `kind` or their `contract_id`."
        )
    rows = reaction_rows(bills, steps, as_of)
    n_customers = int(rows.known.any(axis=1).sum())
    if n_customers < FEWEST:
        raise Refusal(
            f"{n_customers:,} customers have four bills before another one, so what a bill should "
            f"have been is not known. Load a longer period; {FEWEST} customers are needed."
        )
    parts: dict[str, Callable[[], pd.DataFrame]] = {
        "leave_price": lambda: effect_on_leaving(rows, months, True, confidence),
        "leave_other": lambda: effect_on_leaving(rows, months, False, confidence),
        "days": lambda: effect_on_days(rows, bills, as_of, confidence),
        "enquiries": lambda: effect_on_enquiries(rows, asked, as_of, confidence),
        "score": lambda: effect_on_answers(rows, scores, confidence),
    }
    has = {"leave_price": months, "leave_other": months, "days": bills, "enquiries": asked,
           "score": scores}  # fmt: skip
    why = dict(missing or {})
    made = []
    for name, part in parts.items():
        table = None
        if has[name] is not None:
            try:
                table = part()
            except Refusal as refusal:
                why[name] = str(refusal)
        made.append(told(name, table, rows, why.get(name)))
    made.append(use(elasticity, rows, why.get("use"), confidence))
    table = called(pd.concat(made, ignore_index=True))
    return PriceReaction(table, rows.typical, n_customers, int(rows.known.sum()), as_of, confidence)


def told(
    outcome: str, table: pd.DataFrame | None, rows: ReactionRows, why: str | None
) -> pd.DataFrame:
    """The rows of one outcome: estimated where there is an interval, else assumed."""
    found = {} if table is None else table.set_index("term").to_dict("index")
    placebo = found.get("before")
    made = []
    for name, (trigger, direction) in TRIGGERS.items():
        low, high = rows.seen[name]
        row = {"outcome": outcome, "trigger": trigger, "direction": direction}
        row |= {"n": 0, "seen_low": low, "seen_high": high, "placebo_p": np.nan, "reason": why}
        one = found.get(name)
        if one is not None:
            row["n"] = one["n_clusters"]
        if one is None or one["n_clusters"] < FEWEST or not np.isfinite(one["low"]):
            row["reason"] = why or too_few(trigger, direction, row["n"])
            made.append(row | assumed(outcome))
            continue
        # The columns of falls are below 0, so that their coefficients are per tenth up.
        sign = -1.0 if direction == "down" else 1.0
        ends = sorted((sign * one["low"], sign * one["high"]))
        made.append(
            row
            | {"effect": sign * one["effect"], "low": ends[0], "high": ends[1],
               "std_err": one["std_err"], "source": "estimated", "reason": None}
        )  # fmt: skip
        if trigger == "change" and placebo is not None:
            made[-1]["placebo_p"] = float(2 * norm.sf(abs(placebo["effect"]) / placebo["std_err"]))
    return pd.DataFrame(made)


def too_few(trigger: str, direction: str, n: int) -> str:
    what = {
        ("bill", "up"): "a bill up to a quarter above the expected one",
        ("bill", "surprise"): "a bill more than a quarter above the expected one",
        ("bill", "further"): "a bill more than a quarter above the expected one",
        ("bill", "down"): "a bill below the expected one",
        ("change", "up"): "a higher price",
        ("change", "down"): "a lower price",
    }[trigger, direction]
    return f"{n:,} customers had {what} that can be compared; {FEWEST} are needed."


def assumed(outcome: str) -> dict[str, object]:
    width = RANGES[outcome]
    return {"effect": 0.0, "low": -width, "high": width, "std_err": width / float(ndtri(0.975)),
            "source": "assumed"}  # fmt: skip


def called(table: pd.DataFrame) -> pd.DataFrame:
    """Say of each estimate whether it is told from none, with all looked at together."""
    estimated = (table["source"] == "estimated").to_numpy()
    z = np.abs(table["effect"] / table["std_err"]).to_numpy(dtype=float)
    q = np.ones(len(table))
    if estimated.any():
        q[estimated] = false_discovery_control(2 * norm.sf(z[estimated]))
    side = np.where(table["effect"] > 0, "more", "less")
    verdict = np.where(q <= FALSE_DISCOVERIES, side, "no effect found")
    return table.assign(
        verdict=np.where(estimated, verdict, "assumed"),
        detectable=np.where(estimated, (ndtri(0.975) + ndtri(0.8)) * table["std_err"], np.nan),
    )


def use(
    elasticity: Elasticity | None, rows: ReactionRows, why: str | None, confidence: float
) -> pd.DataFrame:
    """Use, by a changed price: an elasticity says the same of ups and downs."""
    made = told("use", None, rows, why)
    made = made[made["trigger"] == "change"].reset_index(drop=True)
    if elasticity is None or elasticity.reason:
        return made
    up = np.log1p(STEP)
    for place, direction in enumerate(made["direction"]):
        seen = elasticity.seen_high > 1 if direction == "up" else elasticity.seen_low < 1
        if not seen:
            continue
        per = up if direction == "up" else np.log1p(-STEP)
        ends = sorted((per * elasticity.low, per * elasticity.high))
        made.loc[place, ["effect", "low", "high", "std_err"]] = [
            per * elasticity.value, *ends, abs(per) * elasticity.std_err,
        ]  # fmt: skip
        made.loc[place, ["source", "reason", "n"]] = ["estimated", None, elasticity.n_changed]
    return made
