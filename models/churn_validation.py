"""How well the outlook would have done: on customers it had not seen, a year into their future."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.churn_hazards import FEWEST_EVENTS, LEADS, fit_churn_hazards
from models.churn_outlook import churn_outlook
from models.concordance import Concordance, uno_c
from models.figures import Figure
from models.refusal import Refusal
from models.survival_calibration import Calibration, calibration
from models.survival_scores import BrierScore, brier_score
from models.wording import counted

__all__ = ["ChurnValidation", "folds", "validate_churn"]

#: Months after the cut in which what was predicted is looked at.
HORIZON = 12
#: Parts that customers are split into; each is predicted by what the others say.
FOLDS = 3


@dataclass(frozen=True, eq=False)
class ChurnValidation:
    """Predictions made a year before the as-of date, beside what happened.

    Attributes
    ----------
    predictions : DataFrame
        One row a customer of that day: ``customer_id``, ``risk`` (of leaving within the year),
        ``month`` (in which it left, or the one after the last watched), ``left`` and ``fold``.
    concordance : Concordance
    brier : BrierScore
        Against the Kaplan-Meier curve of the customers predicted for.
    calibration : Calibration
    cut : date
        First day of the first month predicted.
    n_customers, n_left : int
    as_of : date
    """

    predictions: pd.DataFrame
    concordance: Concordance
    brier: BrierScore
    calibration: Calibration
    cut: dt.date
    n_customers: int
    n_left: int
    as_of: dt.date

    def figures(self) -> tuple[Figure, ...]:
        """Return the order of the risks."""
        found = self.concordance
        low, high = (None if np.isnan(end) else end for end in (found.lower, found.upper))
        return (
            Figure(
                "churn.uno_c", found.c, low, high, self.n_customers, self.as_of, found.reason,
                None if low is None else 0.95,
            ),
        )  # fmt: skip


def validate_churn(
    months: pd.DataFrame, as_of: dt.date, *, horizon: int = HORIZON
) -> ChurnValidation:
    """Predict the last year from the years before it, each customer by a model without it.

    Customers are split into parts, never their months. Each part is predicted by a model of the
    other customers' months before the cut, so that neither the customers nor the year predicted
    have been seen.

    Parameters
    ----------
    months : DataFrame
        From `warehouse.customer_months`.
    as_of : date

    Raises
    ------
    Refusal
        If the books are too short to hold a year back, or too few left.
    """
    begins = np.sort(months["begins"].unique())
    if len(begins) < 2 * horizon + 1:
        raise Refusal(
            f"The books cover {counted(max(len(begins) - 1, 0), 'month')}: too few to hold the "
            f"last {horizon} back and learn from as many. Load a longer period."
        )
    cut = begins[-1 - horizon]
    # Whether, not why: which cause it was does not order the risks.
    before = months[months["begins"] < cut].assign(ahead=False)
    before = before.assign(cause=before["cause"].where(before["cause"].isna(), "left"))
    refuse_few_to_learn_from(before, horizon)
    near = [lead for lead in LEADS if lead[0] <= horizon]
    now = months[months["begins"] == cut]
    predicted = []
    for fold, (learn, test) in enumerate(folds(before, now)):
        model = fit_churn_hazards(learn, as_of, causes=("left",), leads=near)
        outlook = churn_outlook(model, test)
        there = np.ones(len(test))
        for chance in outlook.hazards(min(horizon, outlook.last_month)):
            there = there * (1 - chance.sum(axis=1))
        predicted.append(
            pd.DataFrame({"customer_id": outlook.customer_id, "risk": 1 - there, "fold": fold})
        )
    found = pd.concat(predicted, ignore_index=True)
    found = found.merge(outcomes(months, cut), on="customer_id")
    month, left = found["month"].to_numpy(), found["left"].to_numpy()
    return ChurnValidation(
        found,
        uno_c(month, left, found["risk"], tau=horizon),
        brier_score(month, left, 1 - found["risk"].to_numpy(), horizon),
        calibration(month, left, found["risk"], horizon),
        pd.Timestamp(cut).date(),
        len(found),
        int(left.sum()),
        as_of,
    )


def refuse_few_to_learn_from(before: pd.DataFrame, horizon: int) -> None:
    """Refuse where a part of the customers would have too few leavers to learn from."""
    first = before.groupby("customer_id")["begins"].transform("min")
    known = before["cause"].notna() & (before["begins"] > first)
    n = min(int(known[learn.index].sum()) for learn, _ in folds(before, before))
    if n < FEWEST_EVENTS:
        raise Refusal(
            f"To judge predictions the last {horizon} months are held back, and each customer is "
            f"predicted from the others, {FOLDS - 1} parts of {FOLDS}. Of one such group "
            f"{counted(n, 'customer')} left before then, having been watched for a month; at least "
            f"{FEWEST_EVENTS} must have. Load a longer period, or widen the filters."
        )


def folds(
    learn: pd.DataFrame, test: pd.DataFrame, n: int = FOLDS
) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Yield what to learn from and whom to predict: no customer is in both.

    Which part a customer is in follows from its id alone.
    """
    part_of = [
        pd.util.hash_pandas_object(rows["customer_id"].astype(str), index=False).to_numpy() % n
        for rows in (learn, test)
    ]
    for part in range(n):
        yield learn[part_of[0] != part], test[part_of[1] == part]


def outcomes(months: pd.DataFrame, cut: object) -> pd.DataFrame:
    """Month after the cut in which each customer left, or up to which it was there."""
    after = months[months["begins"] >= cut]
    rank = {day: place for place, day in enumerate(np.sort(after["begins"].unique()), start=1)}
    last = after.sort_values("begins").groupby("customer_id").tail(1)
    return pd.DataFrame(
        {
            "customer_id": last["customer_id"].to_numpy(),
            # Who is there at a month's start has outlasted the one before.
            "month": last["begins"].map(rank).to_numpy(dtype=np.int64),
            "left": last["cause"].notna().to_numpy(),
        }
    )
