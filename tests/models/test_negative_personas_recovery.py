"""Negative personas against the truth of the simulated company, and one that has none."""

import datetime as dt

import pytest

import analyses.negative_personas
from analyses.scope import Scope
from models.personas import fit_personas
from sample_data import generate
from tests.warehouse.frame_tables import FrameTables

SCOPE = Scope(dt.date(2026, 9, 30))

pytestmark = pytest.mark.verify


def found_in(company):
    """The rows, and what is found in them."""
    tables = FrameTables(company.tables)
    rows = analyses.negative_personas.records(tables, SCOPE)
    personas = fit_personas(rows, SCOPE.as_of)
    found = analyses.negative_personas.run(tables, SCOPE, rows=rows, personas=personas)
    return rows, found


@pytest.mark.parametrize("seed", [3, 4])
def test_the_persona_that_loses_is_found_with_its_customers(seed):
    company = generate(seed=seed, n_customers=1_500, months=48)
    rows, found = found_in(company)
    assert len(found.names) == 1
    true = company.truth.customers[["customer_id", "negative"]]
    both = found.customers.merge(true, on="customer_id").merge(
        rows[["customer_id", "watched_months"]], on="customer_id"
    )
    both = both.merge(company.truth.value[["customer_id", "loses"]], on="customer_id")
    # Of a customer seen for a month or two nobody can tell; half a year is what personas need.
    seen = both[both["watched_months"] >= 6]
    assert seen.loc[seen["negative"], "negative_persona"].mean() >= 0.9
    flagged = both[both["negative_persona"]]
    assert flagged["negative"].mean() >= 0.85
    # They truly lose, were they won again.
    assert flagged["loses"].mean() >= 0.85
    assert both.loc[both["negative"], "negative_persona"].mean() >= 0.85


@pytest.mark.parametrize("seed", [3, 5])
def test_a_company_without_a_negative_persona_has_none(seed):
    company = generate(seed=seed, n_customers=1_500, months=48, off=["negative_persona"])
    _, found = found_in(company)
    assert found.names == ()
    assert found.figures()[0].value == 0.0
