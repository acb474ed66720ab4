"""Personas: found where there are some, not where there are none, and named for what they are."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.behaviour import BEHAVIOURS, prepare
from models.persona_count import smallest_by_gap
from models.persona_names import KeptPersona, checked_names, distinct, named
from models.persona_sheet import EVERYONE, MEASURES, fit_persona_sheets
from models.personas import CLEARLY, fit_personas, recognised
from models.refusal import Refusal

AS_OF = dt.date(2025, 6, 30)


def customers(n=600, *, apart=0.0, seed=0, months=24.0):
    """Rows like those of the feature table: two groups, `apart` standard deviations of a log."""
    rng = np.random.default_rng(seed)
    group = rng.random(n) < 0.4
    shift = apart * group[:, None] * np.array([1, -1, 1, 0, 1, 0, -1, 1])
    x = rng.standard_normal((n, 8)) + shift
    month = np.full(n, months)
    frame = pd.DataFrame(
        {
            "customer_id": [f"C-{i}" for i in range(n)],
            "watched_months": month,
            "revenue": 2_000 * np.exp(0.6 * x[:, 0]) * month,
            "usage_per_month": 900 * np.exp(0.6 * x[:, 1]),
            "n_orders": np.round(20 * np.exp(0.5 * x[:, 2])),
            "units_per_order": 6 * np.exp(0.4 * x[:, 3]),
            "discount_share": 0.1 * np.exp(0.4 * x[:, 4]),
            "onboarding_cost": 900 * np.exp(0.5 * x[:, 5]),
            "acquisition_cost": 1_500 * np.exp(0.5 * x[:, 6]),
            "n_tickets": np.round(15 * np.exp(0.5 * x[:, 7])),
        }
    )
    return frame, group


@pytest.fixture(scope="module")
def two():
    rows, group = customers(apart=2.4)
    return rows, group, fit_personas(rows, AS_OF)


def test_two_groups_are_found_again(two):
    _, group, found = two
    assert found.count == 2
    in_first = found.membership["persona"] == found.table["persona"].iloc[0]
    agrees = (in_first.to_numpy() != group).mean()
    assert max(agrees, 1 - agrees) > 0.97
    assert (found.table["verdict"] == "stable").all()


def test_sizes_and_chances_add_up(two):
    rows, _, found = two
    assert found.table["n"].sum() == len(rows) == found.n_customers
    assert found.table["n"].is_monotonic_decreasing
    chances = found.membership[["p_0", "p_1"]]
    assert chances.sum(axis=1).to_numpy() == pytest.approx(np.ones(len(rows)))
    assert found.membership["probability"].to_numpy() == pytest.approx(chances.max(axis=1))


@pytest.mark.parametrize("seed", range(3))
def test_customers_of_one_kind_have_no_personas(seed):
    rows, _ = customers(seed=seed)
    found = fit_personas(rows, AS_OF)
    assert found.count == 0
    assert found.reason.startswith("There are no personas in this data")
    assert found.membership["persona"].isna().all()
    assert found.figures()[0].value == 0


def test_skew_alone_makes_no_personas():
    rows, _ = customers(seed=5)
    rows["revenue"] = rows["revenue"] ** 2
    assert fit_personas(rows, AS_OF).count == 0


def test_order_of_the_rows_changes_no_group(two):
    rows, _, found = two
    again = fit_personas(rows.sample(frac=1, random_state=3), AS_OF)
    left, right = (
        p.membership.set_index("customer_id")["persona"].sort_index() for p in (found, again)
    )
    assert (left == right).mean() > 0.99


def test_customers_with_little_behaviour_are_left_out(two):
    rows, _, _ = two
    short = rows.assign(watched_months=np.where(rows.index < 50, 3.0, 24.0))
    second_account = ["usage_per_month", "onboarding_cost", "acquisition_cost"]
    short.loc[50:59, second_account] = np.nan
    found = fit_personas(short, AS_OF)
    assert (found.n_customers, found.n_left_out) == (540, 60)


def test_too_few_customers_are_refused():
    rows, _ = customers(n=100)
    with pytest.raises(Refusal, match="Only 100 customers have half a year of behaviour"):
        fit_personas(rows, AS_OF)


def test_without_behaviour_beside_invoices_personas_are_refused():
    rows, _ = customers(n=300)
    known = ["customer_id", "watched_months", "revenue"]
    with pytest.raises(Refusal, match="Load orders, usage, tickets or invoice_lines"):
        fit_personas(rows.assign(**{c: np.nan for c in rows if c not in known}), AS_OF)


def kept_as(found, names):
    """What is kept of personas: the names a person gave, with where each stood."""
    return [
        KeptPersona(name, dict(row))
        for name, (_, row) in zip(names, found.distances.iterrows(), strict=True)
    ]


def test_persona_keeps_the_name_it_was_given(two):
    rows, _, found = two
    again = fit_personas(rows, AS_OF, previous=kept_as(found, ["Growers", "Bargainers"]))
    assert again.table["persona"].tolist() == ["Growers", "Bargainers"]
    assert again.table["suggested"].tolist() == found.table["persona"].tolist()
    assert (again.table["seen"] == "as kept").all()
    # The names are those of the same customers.
    new = dict(zip(found.table["persona"], ["Growers", "Bargainers"], strict=True))
    renamed = found.membership["persona"].map(new)
    assert again.membership["persona"].tolist() == renamed.tolist()
    assert again.distances.index.tolist() == ["Growers", "Bargainers"]


def test_names_follow_the_customers_into_other_data(two):
    found = two[2]
    other, _ = customers(apart=2.4, seed=9)
    revenue = found.distances["Revenue"]
    names = {revenue.idxmax(): "Big", revenue.idxmin(): "Small"}
    kept = kept_as(found, [names[name] for name in found.table["persona"]])
    again = fit_personas(other, AS_OF, previous=kept)
    assert again.distances["Revenue"].idxmax() == "Big"
    assert again.distances["Revenue"].idxmin() == "Small"


def test_persona_that_moved_has_drifted_and_one_nobody_kept_is_new(two):
    found = two[2]
    moved = dict(found.distances.iloc[0] + 0.3)
    again = recognised(found, [KeptPersona("Movers", moved)])
    assert again.table["seen"].tolist() == ["drifted", "new"]
    # 0.3 in each of eight behaviours.
    assert again.table["moved"].iloc[0] == pytest.approx(0.3 * np.sqrt(8))
    assert again.table["persona"].iloc[0] == "Movers"
    assert recognised(again, ()).table["persona"].tolist() == found.table["suggested"].tolist()


def test_kept_persona_that_is_not_found_is_named_as_gone(two):
    found = two[2]
    far = dict.fromkeys(found.behaviours, 9.0)
    again = recognised(found, [*kept_as(found, ["A", "B"]), KeptPersona("Whales", far)])
    assert again.gone == ("Whales",)
    assert again.table["persona"].tolist() == ["A", "B"]


def test_kept_persona_without_a_behaviour_in_common_is_no_reason_to_fail(two):
    found = two[2]
    odd = [KeptPersona("Odd", {"Weather": 1.0}), KeptPersona("Broken", {})]
    assert recognised(found, odd).table["seen"].tolist() == ["new", "new"]


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["A", "  "], "has no name"),
        (["A", "x" * 10_000], "10,000 characters"),
        (["A", "a"], "Two personas would be called"),
        (["A", "Everyone"], "all customers together"),
    ],
)
def test_names_that_cannot_be_kept_are_refused_with_the_reason(names, says):
    with pytest.raises(ValueError, match=says):
        checked_names(names)


def test_only_stable_personas_are_for_decisions(two):
    found = two[2]
    shaky = recognised(found, ())
    shaky.table.loc[1, "verdict"] = "pattern"
    assert shaky.for_decisions == (found.table["persona"].iloc[0],)


def test_customers_between_two_personas_are_those_of_no_clear_chance():
    rows, _ = customers(apart=1.6, seed=4)
    found = fit_personas(rows, AS_OF)
    assert found.count == 2
    unclear = found.membership["probability"] < CLEARLY
    pairs = found.between()
    assert pairs["n"].sum() == unclear.sum() > 0
    assert (pairs["persona"] != pairs["other"]).all()
    assert pairs["chance"].between(0.5, CLEARLY).all()


def test_groups_of_many_customers_are_found_from_some_of_them():
    rows, group = customers(n=12_000, apart=2.4)
    found = fit_personas(rows, AS_OF)
    assert (found.n_customers, found.n_fitted, found.count) == (12_000, 5_000, 2)
    in_first = found.membership["persona"] == found.table["persona"].iloc[0]
    assert (in_first.to_numpy() != group).mean() > 0.97


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(["High use", "Low use"]), min_size=1, max_size=6))
def test_no_two_personas_share_a_name(names):
    assert len(set(distinct(names))) == len(names)


def test_name_says_what_sets_a_group_apart():
    far = pd.DataFrame([{"Use": -0.1, "Tickets": 0.2}, {"Use": 0.3, "Tickets": 1.9}])
    assert named(far)["persona"].tolist() == ["Average in everything", "High tickets"]


def test_gap_takes_the_smallest_number_that_the_next_does_not_improve():
    gap, error = np.array([0.1, 0.5, 0.52, 0.9]), np.array([0.05, 0.05, 0.05, 0.05])
    # 0.5 >= 0.52 - 0.05: the step to three is within its error.
    assert smallest_by_gap(gap, error) == 2


def test_behaviours_are_monthly_so_that_old_and_new_customers_compare():
    rows, _ = customers(n=200)
    twice = rows.assign(
        watched_months=48.0,
        revenue=rows["revenue"] * 2,
        n_orders=rows["n_orders"] * 2 + 0.5,
        n_tickets=rows["n_tickets"] * 2 + 0.5,
    )
    one, two = prepare(rows).values, prepare(twice).values
    pd.testing.assert_frame_equal(one, two, rtol=1e-9)


def test_every_behaviour_is_symmetric_and_on_one_scale():
    rows, _ = customers(n=500, seed=2)
    scores = prepare(rows).scores
    assert set(scores) == set(BEHAVIOURS)
    assert scores.mean().abs().max() < 1e-9
    assert scores.std(ddof=0).sub(1).abs().max() < 1e-9
    assert scores.skew().abs().max() < 0.3


# --- sheets --------------------------------------------------------------------------------------


def sheet_rows(rows):
    """The rest of the feature table, constant where the test does not look."""
    rest = {
        "employees": 50, "margin": rows["revenue"] / 2, "n_invoices": 24, "finance_tickets": 3,
        "ticket_cost": 240.0, "late_share": 0.5, "days_late": 4.0, "dispute_share": 0.1,
        "nps": 8.0, "csat": 4.0, "ces": 5.0, "active": True, "tenure_months": 30.0,
        "industry": "Retail", "country": "DE", "acquisition_channel": None,
        "billing_model": "usage", "region": "DACH", "billing_timing": "in_arrears",
        "invoice_channel": "email", "n_order_days": 5, "returned_share": 0.0,
        "payment_terms_days": 30, "days_to_pay": 45.0, "days_12m": 365,
        "support_cost_12m": rows["revenue"] / 20, "service_cost_12m": 0.0,
        "contribution_12m": rows["revenue"] / 4, "price_disputes": 0, "tickets_pricing": 1,
        "credit_limit": 3_000.0,
    }  # fmt: skip
    return rows.assign(**rest)


def test_sheet_holds_means_over_customers_and_their_interval(two):
    rows, _, found = two
    full = sheet_rows(rows)
    sheets = fit_persona_sheets(found, full)
    first = found.table["persona"].iloc[0]
    line = sheets.sheet(first).set_index("measure").loc["revenue_month"]
    members = found.membership.query("persona == @first")["customer_id"]
    monthly = rows.set_index("customer_id").loc[members, "revenue"] / 24
    assert line["value"] == pytest.approx(monthly.mean())
    error = monthly.std() / np.sqrt(len(monthly))
    assert (line["low"], line["high"]) == pytest.approx(
        (monthly.mean() - 1.96 * error, monthly.mean() + 1.96 * error), rel=1e-4
    )
    assert line["everyone"] == pytest.approx((rows["revenue"] / 24).mean())


def test_sheet_of_everyone_is_the_weighted_mean_of_the_personas(two):
    rows, _, found = two
    table = fit_persona_sheets(found, sheet_rows(rows)).table
    for measure in ("revenue_month", "support_month"):
        own = table[table["measure"] == measure]
        parts, whole = own[own["persona"] != EVERYONE], own[own["persona"] == EVERYONE]
        mean = np.average(parts["value"], weights=parts["n"])
        assert mean == pytest.approx(float(whole["value"].iloc[0]))
    assert set(table["measure"]) == set(MEASURES)


def test_shares_of_a_trait_add_up_and_unknown_traits_are_left_out(two):
    rows, _, found = two
    traits = fit_persona_sheets(found, sheet_rows(rows)).traits
    assert "acquisition_channel" not in set(traits["trait"])
    sums = traits.groupby(["persona", "trait"])["share"].sum()
    assert sums.to_numpy() == pytest.approx(np.ones(len(sums)))


def test_lines_that_are_or_are_not_have_an_interval_within_all_and_nothing(two):
    rows, _, found = two
    sheet = fit_persona_sheets(found, sheet_rows(rows)).sheet(found.table["persona"].iloc[0])
    by = sheet.set_index("measure")
    # Nobody has disputed a price: Wilson's upper end, z² / (n + z²).
    n, z2 = by.loc["price_dispute", "n"], 1.959964**2
    assert (by.loc["price_dispute", "value"], by.loc["price_dispute", "low"]) == (0.0, 0.0)
    assert by.loc["price_dispute", "high"] == pytest.approx(z2 / (n + z2), rel=1e-5)
    assert by.loc["price_ticket", "value"] == by.loc["price_ticket", "high"] == 1.0


def test_usual_debt_above_the_credit_limit_is_counted(two):
    rows, _, found = two
    full = sheet_rows(rows)
    owed = full["revenue"] / 24 * 45 / 30.4375
    everyone = fit_persona_sheets(found, full).table.query("persona == @EVERYONE")
    line = everyone.set_index("measure").loc["above_limit"]
    assert line["value"] == pytest.approx((owed > 3_000).mean())
    unknown = fit_persona_sheets(found, full.assign(credit_limit=np.nan)).table
    assert unknown.query("measure == 'above_limit'")["value"].isna().all()


def test_what_a_persona_buys_is_set_beside_everyone(two):
    rows, _, found = two
    first = found.membership["persona"] == found.table["persona"].iloc[0]
    product = np.where(first, "Plan", "Kit")
    bought = found.membership[["customer_id"]].assign(product=product, family="goods", revenue=10.0)
    table = fit_persona_sheets(found, sheet_rows(rows), bought).bought
    plan = table.set_index("product").loc["Plan"]
    assert (plan["share"], plan["n"], plan["revenue"]) == (1.0, first.sum(), 10.0 * first.sum())
    assert plan["ratio"] == pytest.approx(1 / first.mean())
