"""Initiatives: what each costs, whom it treats, what it moves and by how much."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

__all__ = ["BUCKETS", "DRIVERS", "Driven", "Initiative", "Link", "Uncertain", "double_counts",
           "riskiest"]  # fmt: skip

#: Standard normal value that a tenth lies above.
TENTH = 1.2815515655446004
#: Mean of a standard normal's positive half, times one half.
HALF_MEAN = 0.3989422804014327

#: What an initiative may move, in words; each has its own way into the cash flows.
DRIVERS: Mapping[str, str] = MappingProxyType(
    {
        "satisfaction": "Score, in points",
        "churn": "Chance of leaving, relative change",
        "days_to_pay": "Days to pay, fewer",
        "billing_tickets": "Billing tickets avoided, share",
        "delivery_tickets": "Delivery tickets avoided, share",
        "disputes": "Handling of disputes avoided, share",
        "reminders": "Reminders avoided, share",
        "credits": "Credit notes avoided, share",
        "refunds": "Refunds avoided, share",
        "write_offs": "Write-offs avoided, share",
    }
)
#: Drivers that are a share of a bucket of the ledger of poor experience.
BUCKETS = tuple(DRIVERS)[3:]
#: Pairs that reach the same money by two ways, and why both may not stand in one initiative.
SAME_MONEY = (
    ("satisfaction", "churn", "a better score keeps customers through the measured link, and the "
     "typed-in change of leaving would keep the same ones again"),
)  # fmt: skip


@dataclass(frozen=True)
class Uncertain:
    """A number that is not known: likeliest in the middle, a tenth of the chance on either side.

    Attributes
    ----------
    low, likely, high : float
        What one in ten lies below, the median, and what one in ten lies above.

    Examples
    --------
    >>> Uncertain(1.0, 2.0, 4.0).at(np.array([-TENTH, 0.0, TENTH])).tolist()
    [1.0, 2.0, 4.0]
    >>> Uncertain.sure(5.0).mean
    5.0
    """

    low: float
    likely: float
    high: float

    def __post_init__(self):
        if not self.low <= self.likely <= self.high:
            raise ValueError(
                f"{self.low:g}, {self.likely:g} and {self.high:g} are not in order, so they are no "
                "low, likely and high value. Write the lowest first."
            )

    @classmethod
    def sure(cls, value: float) -> "Uncertain":
        """A number that is known."""
        return cls(value, value, value)

    @property
    def mean(self) -> float:
        """Mean of the two halves of normal distributions that meet at the likely value."""
        return self.likely + ((self.high - self.likely) - (self.likely - self.low)) / TENTH * (
            HALF_MEAN
        )

    def at(self, z: np.ndarray) -> np.ndarray:
        """The value at each standard normal value: a two-piece normal distribution."""
        width = np.where(z < 0, self.likely - self.low, self.high - self.likely)
        return self.likely + z * width / TENTH


@dataclass(frozen=True)
class Driven:
    """One thing that an initiative moves.

    Attributes
    ----------
    driver : str
        One of `DRIVERS`, which says the unit.
    size : Uncertain
        At full effect.
    basis : str
        Where the size is from: ``assumed``, or words that name a measurement.
    """

    driver: str
    size: Uncertain
    basis: str = "assumed"

    def __post_init__(self):
        if self.driver not in DRIVERS:
            raise ValueError(
                f"'{self.driver}' is nothing that an initiative can move, so its money cannot be "
                f"worked out. Choose from {', '.join(DRIVERS)}."
            )
        if self.driver in BUCKETS and not (self.size.low >= 0 and self.size.high <= 1):
            raise ValueError(
                f"The share of {self.driver.replace('_', ' ')} avoided is {self.size.low:g} to "
                f"{self.size.high:g}, which is not between 0 and 1. Write 30 % as 0.3."
            )
        if self.driver == "churn" and self.size.low <= -1:
            raise ValueError("Nobody leaves more than never: a change of -1 or less is impossible.")


@dataclass(frozen=True)
class Initiative:
    """Something that costs money now and is to bring more of it later.

    Attributes
    ----------
    name, title : str
        Short name, and what it is called.
    cost : Uncertain
        Spent at its start.
    run_cost : Uncertain
        Spent each month from then on.
    moves : sequence of Driven
    starts_in : int
        Months from now.
    ramp_months : int
        Months over which the effect grows to its full size, in a straight line.
    decay : float
        Share of the effect that is lost in each year after that.
    cashable : float
        Share of staff time saved that becomes money: time freed and paid on saves nothing.
    treats : mapping
        Whom it treats: ``{}`` is everyone, ``{"industry": ["Retail"]}`` those of a segment, and
        ``{"riskiest": 0.2}`` the fifth likeliest to leave.
    excludes, needs : sequence of str
        Names of what it cannot go with, and of what must be done as well.
    """

    name: str
    title: str
    cost: Uncertain
    run_cost: Uncertain
    moves: Sequence[Driven]
    starts_in: int = 0
    ramp_months: int = 6
    decay: float = 0.0
    cashable: float = 1.0
    treats: Mapping[str, Any] = field(default_factory=dict)
    excludes: Sequence[str] = ()
    needs: Sequence[str] = ()

    def __post_init__(self):
        for name in ("moves", "excludes", "needs"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        object.__setattr__(self, "treats", dict(self.treats))
        if not self.moves:
            raise ValueError(
                f"{self.title} moves nothing, so it brings nothing. Say what it moves."
            )
        if self.starts_in < 0 or self.ramp_months < 0:
            raise ValueError(
                f"{self.title} starts in {self.starts_in} months and takes {self.ramp_months} to "
                "work, and neither can be negative."
            )
        for name in ("decay", "cashable"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(
                    f"The {name} of {self.title} is {getattr(self, name):g}, which is not between "
                    "0 and 1. Write 10 % as 0.1."
                )
        drivers = [moved.driver for moved in self.moves]
        if len(set(drivers)) < len(drivers):
            raise ValueError(f"{self.title} moves one thing twice. Say each of them once.")
        for one, other, why in SAME_MONEY:
            if one in drivers and other in drivers:
                raise ValueError(f"{self.title} would count the same money twice: {why}.")

    def shape(self, horizon: int) -> np.ndarray:
        """Part of the full effect that is there in each month ahead.

        Examples
        --------
        >>> faq = Initiative(
        ...     "faq",
        ...     "FAQ",
        ...     Uncertain.sure(1),
        ...     Uncertain.sure(0),
        ...     [Driven("billing_tickets", Uncertain.sure(0.1))],
        ...     starts_in=1,
        ...     ramp_months=2,
        ...     decay=0.5,
        ... )
        >>> faq.shape(16)[[0, 1, 2, 3, 15]].round(2).tolist()
        [0.0, 0.5, 1.0, 0.94, 0.47]
        """
        month = np.arange(1, horizon + 1) - self.starts_in
        grown = np.clip(month / max(self.ramp_months, 1), 0.0, 1.0)
        old = np.maximum(month - max(self.ramp_months, 1), 0) / 12
        return grown * (1.0 - self.decay) ** old


@dataclass(frozen=True)
class Link:
    """What a point of the score does, as it was measured.

    Attributes
    ----------
    log_hazard, log_hazard_error : float
        Of leaving in a month, for one point more.
    days, days_error : float
        Days to pay for one point more; 0 where the data do not tell.
    unit : str
        What a point is.
    says : str
        Where it is from, and what it leaves out.
    """

    log_hazard: float
    log_hazard_error: float
    days: float
    days_error: float
    unit: str
    says: str


def riskiest(share: float) -> dict[str, float]:
    """Treat the share of customers likeliest to leave.

    >>> riskiest(0.2)
    {'riskiest': 0.2}
    """
    return {"riskiest": share}


def double_counts(initiatives: Iterable[Initiative]) -> list[str]:
    """What would be counted twice, were the initiatives' own values added up.

    Run together they are not: chances of leaving multiply, shares avoided are of what is left,
    and days to pay cannot fall below the terms.
    """
    said = []
    by_driver: dict[str, list[str]] = {}
    for initiative in initiatives:
        for moved in initiative.moves:
            key = "retention" if moved.driver in ("satisfaction", "churn") else moved.driver
            by_driver.setdefault(key, []).append(initiative.title)
    words = {"retention": "keep some of the same customers"} | {
        name: f"save some of the same {name.replace('_', ' ')}" for name in BUCKETS
    }
    words["days_to_pay"] = "set some of the same cash free"
    for key, titles in by_driver.items():
        if len(titles) > 1:
            said.append(f"{', '.join(titles[:-1])} and {titles[-1]} {words[key]}")
    return said
