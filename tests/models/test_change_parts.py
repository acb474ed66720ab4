"""Parts of a change are of the change that the scoreboard shows, whatever result it is of."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from models.change_parts import SPLITTABLE, parts_of_change
from models.retention import fit_retention
from models.scoreboard import change_of_retention
from models.scores import fit_scores

AS_OF = dt.date(2025, 6, 30)
N = 80
WHO = [f"C{k:03d}" for k in range(N)]
GROUPS = pd.Series(["A", "B"] * (N // 2), index=WHO)


def test_what_can_be_split_is_a_sum_over_customers():
    assert "scores.nps" in SPLITTABLE
    assert "receivables.dso" not in SPLITTABLE


@pytest.mark.parametrize("name", ["nrr", "revenue_churn_12m", "revenue_churn_price_billing_12m"])
def test_parts_of_retention_add_up_to_its_change(name):
    rng = np.random.default_rng(1)

    def cohort(leaving):
        cause = np.where(rng.random(N) < leaving, "price", None)
        ends = np.where(cause == "price", 0.0, rng.gamma(9, 11, N))
        values = pd.DataFrame({"customer_id": WHO, "value_start": rng.gamma(9, 10, N),
                               "value_end": ends, "cause": cause})  # fmt: skip
        return fit_retention(values, AS_OF)

    cohorts = (cohort(0.2), cohort(0.1))
    parts = parts_of_change(f"churn.{name}", GROUPS, AS_OF, cohorts=cohorts)
    assert parts.change == pytest.approx(change_of_retention(*cohorts, name).value)
    assert parts.table["total"].sum() == pytest.approx(parts.change)


@pytest.mark.parametrize("measure", ["nps", "csat"])
def test_parts_of_a_score_add_up_to_the_last_change_of_its_course(measure):
    rng, top = np.random.default_rng(1), {"nps": 11, "csat": 6}[measure]
    days = pd.Timestamp(AS_OF) - pd.to_timedelta(rng.integers(0, 180, 4 * N), unit="D")
    answers = pd.DataFrame({"customer_id": WHO * 4, "answered_on": days, "measure": measure,
                            "score": rng.integers(1, top, 4 * N).astype(float)})  # fmt: skip
    customers = pd.DataFrame({"customer_id": WHO, "revenue": 1.0, "n_invoices": 3,
                              "employees": 5, "tenure_days": 900})  # fmt: skip
    scores = fit_scores(answers, customers, AS_OF, cuts=())
    parts = parts_of_change(f"scores.{measure}", GROUPS, AS_OF, answers=answers)
    assert parts.change == pytest.approx(scores.trend["change"].iloc[-1])
    assert parts.table["total"].sum() == pytest.approx(parts.change)


def test_without_what_it_is_made_of_a_change_has_no_parts():
    for id in SPLITTABLE:
        assert parts_of_change(id, GROUPS, AS_OF) is None
