"""The price effects of the known-truth company: found where they are, not where they are not."""

import datetime as dt

import pytest

import analyses.elasticity
import analyses.price_reaction
from analyses.scope import Scope
from sample_data import generate
from tests.warehouse.frame_tables import FrameTables

pytestmark = pytest.mark.verify
AS_OF = dt.date(2026, 9, 30)


def fitted(off=()):
    company = generate(seed=21, n_customers=2_500, months=60, off=list(off))
    tables, scope = FrameTables(company.tables), Scope(AS_OF)
    elasticity = analyses.elasticity.run(tables, scope)
    reaction = analyses.price_reaction.run(tables, scope, elasticity=elasticity)
    return company.truth.figures, elasticity, reaction


def test_price_effects_lie_within_their_intervals():
    truth, elasticity, reaction = fitted()
    found = {figure.id: figure for figure in (*elasticity.figures(), *reaction.figures())}
    for name, figure in found.items():
        assert figure.low <= truth[name] <= figure.high, name
    assert elasticity.verdict == "uses less"
    # Prices were higher for those who grew, so this is no effect in itself.
    assert elasticity.design == "observational"
    # Some four hundred leave for the price, too few to tell it from none with every seed.
    assert reaction.of("leave_price", "bill", "surprise")["effect"] > 0
    assert reaction.of("enquiries", "bill", "surprise")["verdict"] == "more"
    assert reaction.of("score", "bill", "surprise")["verdict"] == "less"


def test_where_bills_and_prices_do_nothing_nothing_is_found():
    truth, elasticity, reaction = fitted(("price_response", "bill_shock"))
    assert truth["pricing.elasticity"] == 0.0
    assert elasticity.verdict == "no effect found"
    for outcome in ("leave_price", "leave_other", "days", "score"):
        for direction in ("up", "surprise", "further"):
            row = reaction.of(outcome, "bill", direction)
            assert row["verdict"] == "no effect found", (outcome, direction)
