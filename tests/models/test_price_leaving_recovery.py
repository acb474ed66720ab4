"""Leaving for a price or a surprising bill: as much as is true, and none where there is none.

One company of 3,000 customers has some 450 who leave for the price: enough for an interval that
is honest, too few for a narrow one. Six of them, taken together, tell the two effects from none.
"""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

import analyses.churn
import analyses.price_reaction
from analyses.scope import Scope
from models.price_effects import effect_on_leaving
from models.price_reaction_rows import STEP, reaction_rows
from sample_data import generate
from tests.warehouse.frame_tables import FrameTables

pytestmark = pytest.mark.verify
AS_OF = dt.date(2026, 9, 30)
SEEDS = (21, 22, 23, 24, 25, 26)
#: The figure of each effect, and what it is told for: a price a tenth higher, or a bill above
#: the expected one by the mean surprise.
FIGURES = {
    "change_up": "pricing.price_rise_hazard_ratio",
    "bill_surprise": "pricing.bill_shock_hazard_ratio",
}


def companies(off: tuple[str, ...]) -> pd.DataFrame:
    """Effects on leaving for the price in each company, per what the figures are told for."""
    made = []
    for seed in SEEDS:
        company = generate(seed=seed, n_customers=3_000, months=60, off=list(off))
        tables, scope = FrameTables(company.tables), Scope(AS_OF)
        ours = analyses.price_reaction
        rows = reaction_rows(ours.bills(tables, scope), ours.steps(tables, scope), AS_OF)
        learnt = analyses.churn.months(tables, scope)
        found = effect_on_leaving(rows, learnt, True, 0.95).assign(seed=seed)
        tenths = np.where(found["term"] == "bill_surprise", rows.typical / STEP, 1.0)
        for name in ("effect", "std_err", "low", "high"):
            found[name] *= tenths
        truth = found["term"].map({term: company.truth.figures[f] for term, f in FIGURES.items()})
        made.append(found.assign(truth=np.log(truth)))
    return pd.concat(made, ignore_index=True)


@pytest.fixture(scope="module")
def reacting():
    return companies(())


@pytest.fixture(scope="module")
def indifferent():
    return companies(("price_response", "bill_shock"))


def together(rows: pd.DataFrame) -> tuple[float, float]:
    """The mean of independent estimates, weighted by how sure each is, and its error."""
    weight = 1 / rows["std_err"] ** 2
    return float((weight * rows["effect"]).sum() / weight.sum()), float(weight.sum() ** -0.5)


@pytest.mark.parametrize("term", FIGURES)
def test_more_leave_for_the_price_and_by_as_much_as_is_true(reacting, term):
    rows = reacting[reacting["term"] == term]
    effect, error = together(rows)
    assert effect - 1.96 * error > 0
    assert abs(effect - rows["truth"].mean()) < 1.96 * error
    # One in twenty intervals may miss: of six, two do with a chance of three in a hundred.
    held = (rows["low"] <= rows["truth"]) & (rows["truth"] <= rows["high"])
    assert held.sum() >= len(SEEDS) - 1


@pytest.mark.parametrize("term", FIGURES)
def test_nobody_leaves_for_the_price_where_prices_do_nothing(indifferent, term):
    rows = indifferent[indifferent["term"] == term]
    assert (rows["truth"] == 0).all()
    effect, error = together(rows)
    assert abs(effect) < 1.96 * error


def test_of_effects_that_are_none_about_one_in_twenty_is_taken_for_one(indifferent):
    z = indifferent["effect"] / indifferent["std_err"]
    assert len(z) == 5 * len(SEEDS)
    # Six or more of thirty have a chance of one in three hundred.
    assert (np.abs(z) > 1.96).sum() <= 5
