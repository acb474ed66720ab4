"""On what terms a value is worked out: horizon, rates, growth; and the formulas by hand."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

__all__ = ["Terms", "customer_lifetime_value", "monthly_rate", "retention_elasticity"]

MONTHS, YEAR_DAYS = 12, 365.0
LONGEST = 120


@dataclass(frozen=True)
class Terms:
    """What a value assumes.

    Attributes
    ----------
    horizon : int
        Months ahead that count.
    discount_rate : float
        Yearly.
    financing_rate : float
        What money tied up in open invoices costs in a year.
    growth : float
        Yearly growth of the margin of a customer who stays.
    """

    horizon: int
    discount_rate: float
    financing_rate: float
    growth: float = 0.0

    def __post_init__(self):
        if not 1 <= self.horizon <= LONGEST:
            raise ValueError(
                f"A horizon of {self.horizon} months cannot be valued. Choose 1 to {LONGEST}."
            )
        for name in ("discount_rate", "financing_rate"):
            rate = getattr(self, name)
            if not 0 <= rate <= 1:
                raise ValueError(
                    f"The {name.replace('_', ' ')} is {rate:g} a year, which is not between 0 and "
                    "1. Write 10 % as 0.1."
                )
        if not -0.9 <= self.growth <= 9:
            raise ValueError(
                f"Margins that grow by {self.growth:g} a year cannot be valued. Write 2 % as 0.02."
            )

    def grown(self) -> np.ndarray:
        """Margin in the middle of each month ahead, relative to today's."""
        return (1 + self.growth) ** ((np.arange(self.horizon) + 0.5) / MONTHS)

    def weights(self, paid_at: float = 0.5) -> np.ndarray:
        """What the margin of each month ahead is worth today, relative to today's.

        `paid_at` is the part of the month that has passed when it counts.
        """
        years = (np.arange(self.horizon) + paid_at) / MONTHS
        return ((1 + self.growth) / (1 + self.discount_rate)) ** years

    def financing(self, revenue: pd.Series, days_to_pay: pd.Series) -> np.ndarray:
        """What waiting for a month's revenue costs; nothing where nobody knows how long."""
        billed, days = (of.to_numpy(float, na_value=np.nan) for of in (revenue, days_to_pay))
        return np.nan_to_num(billed * days * (self.financing_rate / YEAR_DAYS))

    def payment(
        self, contribution: pd.Series, revenue: pd.Series, days_to_pay: pd.Series
    ) -> np.ndarray:
        """A month's margin, less the cost of waiting for its money."""
        return contribution.to_numpy(float) - self.financing(revenue, days_to_pay)


def monthly_rate(yearly: float) -> float:
    """Monthly rate that compounds to a yearly one: it is less than a twelfth of it.

    >>> round(monthly_rate(0.10), 7)
    0.0079741
    """
    return (1 + yearly) ** (1 / MONTHS) - 1


def customer_lifetime_value(
    margin: float,
    retention: float,
    discount_rate: float,
    *,
    horizon: int | None = None,
    first_payment: bool = True,
) -> float:
    """Value of a constant margin a month from a customer who stays with a constant chance.

    Parameters
    ----------
    margin : float
        Of a month, after all costs.
    retention : float
        Chance to stay through a month.
    discount_rate : float
        Yearly.
    horizon : int, optional
        Payments that count; all of them without.
    first_payment : bool, default=True
        Whether the first payment is on the first day, or a month later.

    Examples
    --------
    >>> round(customer_lifetime_value(100, 0.97, 0.10), 2)
    2654.37
    >>> round(customer_lifetime_value(100, 0.97, 0.10, first_payment=False), 2)
    2554.37
    >>> round(customer_lifetime_value(100, 0.97, 0.10, horizon=36), 2)
    1988.23
    """
    kept = retention / (1 + monthly_rate(discount_rate))
    if kept >= 1 and horizon is None:
        raise ValueError(
            "A customer who never leaves is worth an endless sum without a discount rate. Give a "
            "horizon, or a rate above 0."
        )
    if kept == 1:
        payments = float(horizon)
    else:
        payments = (1 - (0.0 if horizon is None else kept**horizon)) / (1 - kept)
    return margin * payments * (1.0 if first_payment else kept)


def retention_elasticity(retention: float, discount_rate: float) -> float:
    """By how many percent value rises when retention rises by one, in the endless formula.

    It depends on where one starts, so that no single number is right for everyone.

    Parameters
    ----------
    retention, discount_rate : float
        Of the same period.

    Examples
    --------
    >>> round(retention_elasticity(0.9, 0.12), 2), round(retention_elasticity(0.8, 0.12), 2)
    (5.09, 3.5)
    """
    return (1 + discount_rate) / (1 + discount_rate - retention)
