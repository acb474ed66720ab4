"""Negative personas on customers made by hand: who is one, why, and who is not."""

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from models.behaviour import BEHAVIOURS
from models.negative_personas import fit_negative_personas
from models.negative_reasons import REASONS, weigh_reasons
from models.personas import Personas
from models.refusal import Refusal

AS_OF = dt.date(2026, 9, 30)
GOOD, BAD = "Good", "Bad"


def customers(n=400, *, bad_share=0.25, loss=-60.0, spread=10.0, seed=0):
    """Two kinds of customers, far apart in how they behave; the bad ones lose `loss` a month."""
    rng = np.random.default_rng(seed)
    bad = np.arange(n) < bad_share * n
    months = rng.uniform(8, 40, n)
    level = np.where(bad, 2.0, 0.0)
    rows = pd.DataFrame(
        {
            "customer_id": [f"C{i}" for i in range(n)],
            "kind": np.where(bad, BAD, GOOD),
            "active": rng.random(n) > 0.3,
            "tenure_months": months,
            "watched_months": months,
            "usage_per_month": np.exp(rng.normal(5 - level, 0.3)),
            "n_orders": np.round(months * np.exp(rng.normal(-level, 0.2))) + 1,
            "units_per_order": np.exp(rng.normal(2 - level, 0.3)),
            "discount_share": np.clip(0.05 + 0.1 * level + rng.normal(0, 0.02, n), 0.001, 0.9),
            "onboarding_cost": np.exp(rng.normal(4, 0.2, n)),
            "acquisition_cost": np.exp(rng.normal(5, 0.2, n)),
            "n_tickets": rng.poisson(months * (0.2 + 0.8 * bad)),
            "ticket_minutes": np.where(bad, 400.0, 20.0),
            "reminder_minutes": 5.0,
            "n_reminders": 2,
            "dispute_share": 0.1,
            "nps": np.where(bad, 3.0, 8.0) + rng.normal(0, 0.5, n),
            "csat": 4.0 + rng.normal(0, 0.1, n),
            "ces": np.nan,
            "n_surveys": 3,
            "months": months,
            "months_year": np.minimum(months, 12),
        }
    )
    rows["revenue"] = 200.0 * months
    monthly = np.where(bad, loss, 80.0) + rng.normal(0, spread, n)
    rows["contribution"] = monthly * months
    rows["contribution_year"] = monthly * rows["months_year"]
    return rows.assign(cost_of_goods=1.0)


def personas_of(rows, *, verdict="stable", persona="kind"):
    names = list(dict.fromkeys(rows[persona]))
    table = pd.DataFrame({"persona": names, "verdict": verdict})
    evidence = SimpleNamespace(mixture=SimpleNamespace(covariance_type="diag"))
    membership = pd.DataFrame({"customer_id": rows["customer_id"], "persona": rows[persona]})
    used = tuple(BEHAVIOURS)
    return Personas(
        table, membership, pd.DataFrame(), evidence, used, len(rows), 0, AS_OF, len(rows)
    )


def fitted(rows, **options):
    return fit_negative_personas(rows, personas_of(rows, **options), discount_rate=0.1, draws=100)


@pytest.fixture(scope="module")
def rows():
    return customers()


@pytest.fixture(scope="module")
def found(rows):
    return fitted(rows)


def test_persona_that_surely_loses_is_negative_and_its_customers_are_flagged(rows, found):
    assert found.names == (BAD,)
    flagged = set(found.flagged["customer_id"])
    assert flagged == set(rows.loc[rows["kind"] == BAD, "customer_id"])
    assert found.figures()[0].value == pytest.approx(0.25)


def test_most_wanted_persona_comes_first_with_its_interval(found):
    first = found.table.iloc[0]
    assert first["persona"] == GOOD
    assert first["value_low"] < first["value"] < first["value_high"]
    assert first["first"] == 1.0


def test_value_is_margin_over_the_months_it_stays_less_what_winning_it_cost(rows, found):
    # Nobody stays forever: with 36 months at most, 80 a month is worth less than 36 payments.
    good = found.customers.merge(rows, on="customer_id")
    good = good[good["kind"] == GOOD]
    monthly = good["contribution"] / good["months"]
    sunk = good["acquisition_cost"] + good["onboarding_cost"]
    stay = (good["value"] + sunk) / monthly
    assert stay.std() < 1e-9
    assert 12 < stay.mean() < 36


def test_losers_spread_over_a_persona_do_not_make_it_negative():
    # Half of this persona lose: far from surely more than eight in ten.
    rows = customers(loss=0.0, spread=40.0)
    found = fitted(rows)
    assert 0.3 < found.table.set_index("persona").loc[BAD, "chance"] < 0.8
    assert found.names == ()
    assert not found.customers["negative_persona"].any()
    assert found.figures()[0].value == 0.0


def test_few_losing_customers_are_not_enough():
    # Thirty-two of thirty-two lose in the sample; the low end says what could be so beyond it.
    found = fitted(customers(n=400, bad_share=0.08))
    low = found.table.set_index("persona").loc[BAD, "chance_low"]
    assert 0.8 < low < 0.95
    assert fitted(customers(n=400, bad_share=0.05)).names == ()


def test_group_that_does_not_come_back_decides_nothing(rows):
    assert fitted(rows, verdict="pattern").names == ()


def test_personas_are_judged_on_customers_held_out(rows):
    """Groups made of the outcome itself win nothing: unseen customers are not in them."""
    # Losers by chance among customers who behave alike.
    good = rows[rows["kind"] == GOOD].reset_index(drop=True)
    rng = np.random.default_rng(1)
    good["contribution"] = rng.normal(5, 60, len(good)) * good["months"]
    good["contribution_year"] = good["contribution"] * good["months_year"] / good["months"]
    good["made_up"] = np.where(good["contribution"] < 0, "Losers", "Winners")
    # Inside the made-up group every single customer loses.
    assert (good.loc[good["made_up"] == "Losers", "contribution"] < 0).all()
    assert fitted(good, persona="made_up").names == ()


def test_customer_too_new_to_be_grouped_is_counted_where_it_is_clear(rows):
    young = rows.iloc[:3].assign(
        customer_id=["N1", "N2", "N3"], watched_months=2.0, months=2.0, months_year=2.0,
        n_orders=1, tenure_months=2.0, revenue=400.0, contribution=-120.0, contribution_year=-120.0,
    )  # fmt: skip
    more = pd.concat([rows, young], ignore_index=True)
    found = fit_negative_personas(more, personas_of(rows), discount_rate=0.1, draws=50)
    new = found.customers.set_index("customer_id").loc[["N1", "N2", "N3"]]
    assert new["negative_persona"].all()


def test_without_personas_nobody_is_in_a_negative_one(rows):
    none = personas_of(rows.head(0))
    found = fit_negative_personas(rows, none, discount_rate=0.1)
    assert found.names == ()
    assert found.figures()[0].value == 0.0
    assert not found.customers["negative_persona"].any()


def test_revenue_is_never_taken_for_margin(rows):
    with pytest.raises(Refusal, match="taken for margin"):
        fitted(rows.assign(cost_of_goods=0.0))


def test_reasons_are_kept_apart_each_with_its_evidence():
    base = customers(200, bad_share=0.0).set_index("customer_id", drop=False)
    negative = pd.Series(np.arange(200) < 4, index=base.index)
    mine = list(base.index[:4])
    base.loc[mine, "contribution"] = 10.0
    base.loc[mine, "nps"] = 8.0
    base.loc[mine, "active"] = True
    base["reminder_minutes"] = np.linspace(5, 100, 200)
    base.loc[mine, "reminder_minutes"] = 5.0
    base.loc[mine[0], ["nps", "csat"]] = [1.0, 2.0]
    base.loc[mine[1], "active"], base.loc[mine[1], "tenure_months"] = False, 5.5
    base.loc[mine[2], "contribution"] = -12.0 * base.loc[mine[2], "months"]
    base.loc[mine[3], "ticket_minutes"] = 90_000.0
    said = weigh_reasons(base, negative)
    for customer, reason in zip(mine, REASONS, strict=True):
        assert [name for name in REASONS if said.loc[customer, name]] == [reason]
    assert said.loc[mine[0], "unhappy"].startswith("NPS 1.0 (others ")
    assert said.loc[mine[1], "stops_early"] == "left after 5.5 months"
    assert said.loc[mine[2], "unprofitable"] == "12 lost a month on 200 of revenue"
    assert "staff minutes for 1,000 of revenue" in said.loc[mine[3], "disruptive"]
    assert (said[~negative] == "").all(axis=None)
