"""Margin lost because customers left over what went wrong: observed against that removed."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from models.churn_hazards import ChurnHazards, clock_of, fit_churn_hazards, renewals
from models.clusters import critical_value

__all__ = ["DEFECTS", "ChurnedMargin", "fit_churned_margin"]

#: What may go wrong, by the column of `warehouse.customer_months` that counts it, in words.
DEFECTS: Mapping[str, str] = MappingProxyType(
    {
        "slow_tickets_3m": "Slow answers",
        "late_deliveries_6m": "Late deliveries",
        "disputes_6m": "Disputes",
        "firm_reminders_3m": "Firm reminders",
        "price_rise_6m": "Price rises",
        "bill_shock": "Bills above the usual",
    }
)
#: What is the same whether or not something goes wrong, and may lead to both. Scores and tickets
#: are not among them: they are how a failure is felt, and holding them would hide it.
HELD = ("log_size", "days_late", "score_before")
#: Months before which an answer was given, so that no failure counted can have caused it.
SCORE_AGE = 6
#: Months of margin that one who leaves takes along.
MONTHS_LOST = 12
DRAWS = 200
#: The month that is looked at, with what was known at its start.
THIS_MONTH = (1, 1, 0)


@dataclass(frozen=True, eq=False)
class ChurnedMargin:
    """Margin of a year of customers who would not have left, had nothing gone wrong.

    Attributes
    ----------
    rows : DataFrame
        One row a customer, month and defect: ``customer_id``, ``booked_on``, ``defect`` and
        ``amount``. A defect that went with less leaving has a negative one.
    table : DataFrame
        One row a defect: ``defect``, ``amount``, ``low``, ``high``, ``n`` (customer-months with
        it) and ``leavers`` (customers lost through it).
    amount, low, high : float
        Of all defects removed together.
    leavers : float
        Customers lost through any of them, of `left` who left.
    """

    rows: pd.DataFrame
    table: pd.DataFrame
    amount: float
    low: float
    high: float
    leavers: float
    left: int
    n_customers: int
    as_of: dt.date
    confidence: float


def fit_churned_margin(
    months: pd.DataFrame,
    margins: pd.Series,
    as_of: dt.date,
    *,
    since: dt.date,
    defects: Sequence[str] = tuple(DEFECTS),
    confidence: float = 0.95,
    random_state: int = 0,
) -> ChurnedMargin:
    r"""Work out what leaving would not have happened with the defects removed.

    The g-formula [1]_: each customer's chance of leaving in each month of the window as it was,
    less the chance with all defects set to zero and everything else as it was, times the margin
    of the year after. Churn of the unhappy that nothing counted here has caused is not in it.
    Of the difference each defect takes its part of the log hazard at the logarithmic mean, so
    that the parts add up to the whole:

    .. math:: h - h_0 = \sum_j \frac{h - h_0}{\log h - \log h_0} \beta_j x_j

    Parameters
    ----------
    months : DataFrame
        From `warehouse.customer_months`.
    margins : Series
        Contribution of a month, by customer id; a customer without one adds nothing.
    as_of : date
    since : date
        Months that begin after this day are the window.
    defects : sequence of str

    Raises
    ------
    Refusal
        If too few customers left to say what moves leaving.

    References
    ----------
    .. [1] J. Robins (1986). "A new approach to causal inference in mortality studies with a
       sustained exposure period." Math. Modelling 7, 1393-1512.
    """
    rows = with_score_before(months)
    known = [name for name in (*defects, *HELD) if name in rows]
    # What is held is shrunk as well: failures alone would be told from chance by a width of
    # their own, of which few are large, and their interval would be too narrow for the truth.
    model = fit_churn_hazards(
        rows, as_of, causes=causes_of(rows), covariates=known, leads=(THIS_MONTH,), unshrunk=()
    )
    inside = ~rows["ahead"].astype(bool) & (pd.to_datetime(rows["begins"]) > pd.Timestamp(since))
    window = rows[inside].reset_index(drop=True)
    named = [name for name in defects if name in model.terms.names]
    margin = window["customer_id"].map(margins).fillna(0.0).to_numpy(dtype=float)
    found = Window(model, window, named, margin)
    coefficient = found.lead.coefficient
    lost, parts = found.lost(coefficient)
    rng = np.random.default_rng(random_state)
    drawn = np.array([found.sums(found.drawn(rng)) for _ in range(DRAWS)])
    half = float(critical_value(confidence)) * drawn.std(axis=0, ddof=1)
    amounts = np.append(parts.sum(axis=0), lost.sum())
    table = pd.DataFrame(
        {
            "defect": named,
            "amount": amounts[:-1],
            "low": (amounts - half)[:-1],
            "high": (amounts + half)[:-1],
            "n": [int((found.defects[:, k] > 0).sum()) for k in range(len(named))],
            "leavers": found.shares(coefficient).sum(axis=0),
        }
    )
    long = pd.DataFrame(parts, columns=named).assign(
        customer_id=window["customer_id"],
        booked_on=pd.to_datetime(window["begins"]) + pd.offsets.MonthEnd(0),
    )
    long = long.melt(["customer_id", "booked_on"], var_name="defect", value_name="amount")
    return ChurnedMargin(
        long[long["amount"] != 0].reset_index(drop=True),
        table,
        float(amounts[-1]),
        float(amounts[-1] - half[-1]),
        float(amounts[-1] + half[-1]),
        float(table["leavers"].sum()),
        int(window["cause"].notna().sum()),
        window["customer_id"].nunique(),
        as_of,
        confidence,
    )


def with_score_before(months: pd.DataFrame) -> pd.DataFrame:
    """Add each customer's score of half a year before: what it felt before anything counted."""
    rows = months.sort_values(["customer_id", "begins"], ignore_index=True)
    if "score" not in rows:
        return rows
    return rows.assign(score_before=rows.groupby("customer_id")["score"].shift(SCORE_AGE))


def causes_of(rows: pd.DataFrame) -> tuple[str, ...]:
    return tuple(sorted(rows["cause"].dropna().unique()))


class Window:
    """Customer-months of the window, as they were and with nothing gone wrong."""

    def __init__(
        self, model: ChurnHazards, rows: pd.DataFrame, named: Sequence[str], margin: np.ndarray
    ) -> None:
        self.model, self.lead, self.margin = model, model.leads[0], margin
        known = model.terms.columns(rows)
        self.at = [model.terms.names.index(name) for name in named]
        self.defects = known[:, self.at]
        month, due = clock_of(rows)
        renewal = renewals(month, due)
        base = self.lead.baseline.columns(np.minimum(month, self.lead.longest))
        self.design = np.column_stack([np.ones(len(rows)), base, renewal, known])
        self.first = self.design.shape[1] - known.shape[1]

    def drawn(self, rng: np.random.Generator) -> np.ndarray:
        """Coefficients as they may truly be."""
        noise = self.model.spread @ rng.standard_normal(self.model.spread.shape[1])
        whole = noise[self.lead.at]
        return self.lead.coefficient + whole[: len(self.lead.coefficient)]

    def shares(self, coefficient: np.ndarray) -> np.ndarray:
        """Chance of leaving that each defect adds, (customer-month, defect)."""
        adds = self.defects * coefficient[self.first :][self.at]
        total = adds.sum(axis=1)
        log_rate = self.design @ coefficient
        was = -np.expm1(-np.exp(log_rate))
        without = -np.expm1(-np.exp(log_rate - total))
        # Where nothing went wrong both are the same, and so is their logarithmic mean.
        between = np.where(total == 0, was, 0.0)
        np.divide(was - without, total, out=between, where=total != 0)
        return between[:, None] * adds

    def lost(self, coefficient: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Margin of the year after of those who leave through it: in all, and by defect."""
        rate = np.exp(self.design @ coefficient)
        # Of the year after, as many months as a customer like this one stays.
        stays = -np.expm1(-rate * MONTHS_LOST) / rate
        parts = self.shares(coefficient) * (self.margin * stays)[:, None]
        return parts.sum(axis=1), parts

    def sums(self, coefficient: np.ndarray) -> np.ndarray:
        lost, parts = self.lost(coefficient)
        return np.append(parts.sum(axis=0), lost.sum())
