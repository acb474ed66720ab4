"""What is true of scores, their link with leaving, and the margin that failures drove away."""

import numpy as np
import pandas as pd
import pytest

from sample_data.book import LAST_DAY
from sample_data.care import expected_points, score
from sample_data.true_experience import log_slopes

POINTS = {
    "nps": lambda given: 100.0 * ((given >= 9) * 1.0 - (given <= 6)),
    "csat": lambda given: (given >= 4) * 1.0,
    "ces": lambda given: given,
}


@pytest.mark.parametrize("measure", list(POINTS))
def test_expected_answer_is_the_mean_of_many(measure):
    noise = np.random.default_rng(0).normal(size=200_000)
    content = np.array([-1.0, 0.0, 1.2])
    given = [score(measure, np.sqrt(0.7) * c + np.sqrt(0.3) * noise) for c in content]
    found = np.array([POINTS[measure](answers).mean() for answers in given])
    scale = 100.0 if measure == "nps" else 1.0
    assert found == pytest.approx(expected_points(measure, content, 0.7), abs=0.01 * scale)


@pytest.mark.parametrize("measure", list(POINTS))
def test_answers_of_the_last_year_lie_about_the_true_score(small_company, measure):
    answers = small_company.tables["surveys"]
    recent = answers["answered_on"] > LAST_DAY - pd.DateOffset(years=1)
    own = answers[recent & (answers["measure"] == measure)]
    points = POINTS[measure](own["score"].to_numpy(dtype=float))
    # Who answers, and what, is luck; who is there and how content is not.
    error = points.std() / np.sqrt(len(points))
    assert abs(points.mean() - small_company.truth.figures[f"scores.{measure}"]) < 3.5 * error


def test_slopes_are_those_of_the_rates():
    rng = np.random.default_rng(1)
    design = np.column_stack([np.ones(500), rng.normal(size=500), rng.normal(size=500)])
    rate = np.exp(-3 + 0.4 * design[:, 1] - 0.2 * design[:, 2])
    assert log_slopes(design, rate) == pytest.approx([-3, 0.4, -0.2])


def test_satisfied_leave_less_and_failures_cost_margin(small_company):
    figures = small_company.truth.figures
    assert 0.6 < figures["linkage.csat_churn_hazard_ratio"] < 0.95
    assert figures["poor_experience.churn"] > 0


def test_where_nothing_moves_leaving_no_margin_is_lost_through_it(small_company):
    still = small_company.without(
        "satisfaction_on_churn", "price_response", "bill_shock"
    ).truth.figures
    assert still["poor_experience.churn"] == pytest.approx(0, abs=1e-6)
    # Of a mixture of causes a regression leaves a little.
    assert still["linkage.csat_churn_hazard_ratio"] == pytest.approx(1, abs=0.03)
