"""Claims on a company's books: an effect that was made is found, one that was not is not."""

import dataclasses
import datetime as dt

import numpy as np
import pandas as pd
import pytest

import analyses.claims
from analyses.scope import Scope
from models.claims import Claim, by_lot, score_claim, windows
from models.initiatives import Uncertain
from sample_data import generate
from tests.warehouse.frame_tables import FrameTables
from warehouse.claims import customer_outcomes
from warehouse.settings import Settings

LAST, START = dt.date(2026, 9, 30), dt.date(2025, 11, 1)
SCOPE = Scope(LAST)
#: What is read, and when each row came to be known.
READ = {"customers": None, "invoices": "issued_on", "payments": "paid_on",
        "surveys": "answered_on", "tickets": "opened_on"}  # fmt: skip


@pytest.fixture(scope="module")
def books():
    made = generate(seed=5, n_customers=400, months=24).tables
    return {name: made[name] for name in READ}


def claim_on(books, outcome, **other):
    customers = books["customers"]
    there = customers[customers["acquired_on"] <= pd.Timestamp(START)]["customer_id"]
    treated, held_back = by_lot(there, outcome)
    return Claim(**{
        "name": outcome, "title": outcome, "outcome": outcome, "expected": Uncertain(5, 6, 7),
        "as_of": START, "known_until": START, "snapshot": "s", "starts_on": START,
        "ramp_months": 1, "treated": treated, "held_back": held_back,
    } | other)  # fmt: skip


@pytest.fixture(scope="module")
def tables(books):
    return FrameTables(books)


@pytest.mark.parametrize("outcome", ["days_to_pay", "satisfaction", "billing_tickets", "churn"])
def test_initiative_that_was_never_done_is_seen_as_seldom_as_it_may(books, tables, outcome):
    claim = claim_on(books, outcome)
    before, after = windows(claim, LAST)
    rows = customer_outcomes(tables, outcome, before=before, after=after).to_pandas()
    everyone = claim.treated + claim.held_back
    held = []
    for k in range(60):
        treated, held_back = by_lot(everyone, f"lot {k}")
        drawn = dataclasses.replace(claim, treated=treated, held_back=held_back)
        score = score_claim(drawn, rows, LAST)
        held.append(score.low < 0 < score.high)
    # Of 60 with chance 0.9, fewer than 47 happen once in five hundred times.
    assert sum(held) >= 47


def test_made_effects_are_found(books, tables):
    claims = {name: claim_on(books, name) for name in ("days_to_pay", "satisfaction")}
    sooner, asked = (books[name].copy() for name in ("payments", "surveys"))
    whose = sooner["invoice_id"].map(books["invoices"].set_index("invoice_id")["customer_id"])
    due = sooner["invoice_id"].map(books["invoices"].set_index("invoice_id")["due_on"])
    # From the start on the treated pay on the day it is due, if they would have paid later.
    moved = whose.isin(claims["days_to_pay"].treated) & (due > pd.Timestamp(START))
    late = moved & (sooner["paid_on"] > due)
    sooner.loc[late, "paid_on"] = due[late]
    asked["score"] = asked["score"].astype(float)
    happier = asked["customer_id"].isin(claims["satisfaction"].treated)
    asked.loc[happier & (asked["answered_on"] > pd.Timestamp(START)), "score"] += 0.8
    changed = FrameTables(books | {"payments": sooner, "surveys": asked})
    made = {
        name: analyses.claims.score(changed, SCOPE, claim=claim) for name, claim in claims.items()
    }
    assert made["satisfaction"].low < 0.8 < made["satisfaction"].high
    assert made["satisfaction"].low > 0
    # What each of the treated would have taken is known here: the books as they were.
    claim = claims["days_to_pay"]
    _, after = windows(claim, LAST)
    before = (START, START)
    was, now = (
        customer_outcomes(t, "days_to_pay", before=before, after=after).to_pandas()
        .set_index("customer_id")["after"].loc[list(claim.treated)]
        for t in (tables, changed)
    )  # fmt: skip
    truth = (was - now).mean()
    assert truth > 3
    assert made["days_to_pay"].low < truth < made["days_to_pay"].high
    assert made["days_to_pay"].verdict != "less than claimed"


def test_nothing_after_the_as_of_date_moves_a_score(books, tables):
    day = dt.date(2026, 6, 30)
    known = FrameTables(
        {
            name: books[name][books[name][column] <= pd.Timestamp(day)] if column else books[name]
            for name, column in READ.items()
        }
    )
    for outcome in ("days_to_pay", "billing_tickets"):
        claim = claim_on(books, outcome)
        with_later, without = (
            analyses.claims.score(t, Scope(day), claim=claim) for t in (tables, known)
        )
        np.testing.assert_allclose(
            [with_later.value, with_later.low, with_later.high],
            [without.value, without.low, without.high],
        )


def test_registered_claim_is_never_changed_and_unknown_before_its_day(books):
    settings, claim = Settings(":memory:"), claim_on(books, "churn")
    analyses.claims.register(settings, claim)
    with pytest.raises(ValueError, match="not changed once they are"):
        analyses.claims.register(settings, dataclasses.replace(claim, ramp_months=9))
    assert analyses.claims.kept(settings, START) == [claim]
    assert analyses.claims.kept(settings, START - dt.timedelta(days=1)) == []
