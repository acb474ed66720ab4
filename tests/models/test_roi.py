"""Initiatives run together: worked by hand, and what they share is never counted twice."""

import datetime as dt
import itertools
import time

import numpy as np
import pytest

from models.initiatives import (
    Driven,
    Initiative,
    Link,
    Uncertain,
    double_counts,
)
from models.portfolio import choose, groups_that_overlap, shapley
from models.refusal import Refusal
from models.roi import (
    prepared,
    shares_of_variance,
    simulate_roi,
    sobol_shares,
    tornado,
    value_of_information,
)
from models.roi_base import Base

AS_OF = dt.date(2025, 6, 30)
LINK = Link(np.log(0.5), 0.1, -2.0, 0.5, "point", "made up")


def sure(value):
    return Uncertain.sure(value)


def make(name="one", moves=(("satisfaction", 1.0),), cost=0.0, run_cost=0.0, **other):
    moves = [Driven(driver, size if isinstance(size, Uncertain) else sure(size))
             for driver, size in moves]  # fmt: skip
    cost = cost if isinstance(cost, Uncertain) else sure(cost)
    return Initiative(name, name.capitalize(), cost, sure(run_cost), moves,
                      **{"ramp_months": 0, **other})  # fmt: skip


def base(n=1, payment=100.0, leaving=0.1, months=24, costs=None):
    who = np.array([f"C{k}" for k in range(n)])
    spread = np.broadcast_to(np.asarray(leaving, dtype=float), (months, n)).copy()
    return Base(who, np.broadcast_to(float(payment), n).copy() if np.isscalar(payment) else payment,
                spread, np.full(n, 10.0), 5.0, costs or {})  # fmt: skip


def ready(initiatives, company=None, treated=None, horizon=2, rate=0.0, **other):
    company = company or base()
    if treated is None:
        treated = np.ones((len(company.customer_id), len(initiatives)), bool)
    return prepared(initiatives, treated, company, LINK, horizon=horizon, discount_rate=rate,
                    **other)  # fmt: skip


def test_margin_kept_is_that_of_the_months_somebody_would_not_have_been_there():
    plan = ready([make(moves=[("churn", -0.5)], cost=3.0, run_cost=1.0)])
    flows = simulate_roi(plan, AS_OF, n_draws=2).flows
    # A hazard of -log(0.9) halved leaves sqrt(0.9), then 0.9, of a customer: 0.948683 and 0.9
    # against 0.9 and 0.81. Paid as the mean of both ends: 2.434 and then (4.868 + 9) / 2.
    kept = (np.sqrt(0.9) - 0.9, 0.9 - 0.81)
    np.testing.assert_allclose(flows["retained"], [0, 50 * kept[0], 50 * (kept[0] + kept[1])])
    np.testing.assert_allclose(flows["cost"], [-3, 0, 0])
    np.testing.assert_allclose(flows["run_cost"], [0, -1, -1])
    np.testing.assert_allclose(flows["net"].sum(), 50 * (2 * kept[0] + kept[1]) - 5)


def test_better_score_keeps_customers_through_the_measured_link():
    # One point halves the hazard, so that it is the same as the typed-in half.
    typed = ready([make(moves=[("churn", -0.5)])]).values_of(np.ones((1, 1), bool))
    measured = ready([make(moves=[("satisfaction", 1.0)])], base())
    net, parts = measured.run({"effect:one:satisfaction": np.ones(1), "cost:one": np.zeros(1),
                               "run:one": np.zeros(1), "link:churn": np.full(1, np.log(0.5)),
                               "link:days": np.full(1, -2.0), "margin": np.ones(1)})  # fmt: skip
    assert parts["retained"].sum() == pytest.approx(typed[0])
    # Two days sooner of sales of 10 a day of the 0.9 that are there at the first month's end; of
    # whoever leaves in the second nothing would be owed anyway.
    np.testing.assert_allclose(parts["released"], [0, 18, -1.8])
    np.testing.assert_allclose(net.sum(), typed[0] + 16.2)


def test_cash_is_set_free_once_and_goes_back_as_the_effect_wears_off():
    one = make(moves=[("days_to_pay", 3.0)], decay=0.5)
    flows = simulate_roi(ready([one], horizon=13), AS_OF, n_draws=2).flows
    # 30 of whoever is there in the first month; a year later half of the effect is gone, and so is
    # half of the cash of those who are left.
    assert flows["released"].iloc[1] == pytest.approx(30 * 0.9)
    assert flows["released"].sum() == pytest.approx(15 * 0.9**13)
    both = [make("one", [("days_to_pay", 3.0)]), make("two", [("days_to_pay", 4.0)])]
    together = simulate_roi(ready(both), AS_OF, n_draws=2).flows
    # Customers are 5 days late: 7 days cannot be gained.
    assert together["released"].sum() == pytest.approx(50 * 0.9**2)


def test_tickets_avoided_by_two_are_avoided_once_and_only_while_the_customer_is_there():
    company = base(costs={"billing_tickets": np.array([10.0])})
    both = [make("one", [("billing_tickets", 0.5)]),
            make("two", [("billing_tickets", 0.5)], cashable=0.5)]  # fmt: skip
    flows = simulate_roi(ready(both, company), AS_OF, n_draws=2).flows
    # 1 - 0.5 x 0.75 of 10 a month, and the customer is there for 0.95 and 0.855 of them.
    np.testing.assert_allclose(flows["saved"], [0, 6.25 * 0.95, 6.25 * 0.855])


def test_tax_is_on_gains_and_costs_and_not_on_cash_set_free():
    one = make(moves=[("churn", -0.5), ("days_to_pay", 3.0)], cost=10.0)
    free, taxed = (
        simulate_roi(ready([one], tax_rate=rate), AS_OF, n_draws=2).flows for rate in (0.0, 0.25)
    )
    for part in ("cost", "retained"):
        np.testing.assert_allclose(taxed[part], 0.75 * free[part])
    np.testing.assert_allclose(taxed["released"], free["released"])


def company_of(n=400, seed=2, months=36):
    rng = np.random.default_rng(seed)
    leaving = np.tile(np.clip(0.02 * np.exp(rng.normal(0, 0.6, n)), 0, 0.4), (months, 1))
    payment = rng.lognormal(4, 1, n) - 30
    costs = {"billing_tickets": rng.random(n) * 4, "reminders": rng.random(n)}
    return Base(np.arange(n).astype(str), payment, leaving, rng.random(n) * 9, 6.0, costs, 0.05)


def many(rng, n, treated):
    drivers = ("satisfaction", "billing_tickets", "reminders", "days_to_pay", "churn")
    made = []
    for k in range(n):
        names = rng.choice(4, size=rng.integers(1, 4), replace=False)
        moves = [(drivers[d], round(float(rng.uniform(0.05, 0.4)), 3)) for d in names]
        others = [f"i{j}" for j in range(n) if j != k]
        made.append(
            make(f"i{k}", moves, cost=float(rng.uniform(200, 3_000)), ramp_months=6,
                 excludes=[str(rng.choice(others))] if rng.random() < 0.3 else (),
                 needs=[str(rng.choice(others))] if rng.random() < 0.3 else ())
        )  # fmt: skip
    return made


@pytest.mark.parametrize("seed", range(6))
def test_choice_is_the_best_of_all_sets(seed):
    rng = np.random.default_rng(seed)
    company, n = company_of(), 7
    treated = rng.random((400, n)) < rng.choice([0.3, 1.0], n)
    offer = many(rng, n, treated)
    plan = prepared(offer, treated, company, LINK, horizon=24, discount_rate=0.1)
    budget = float(rng.uniform(2_000, 9_000))
    choice = choose(plan, budget)
    best, found = 0.0, ()
    for done in itertools.product([False, True], repeat=n):
        names = {one.name for one, is_done in zip(offer, done, strict=True) if is_done}
        chosen = [one for one in offer if one.name in names]
        if sum(one.cost.mean for one in chosen) > budget:
            continue
        if any(names & set(one.excludes) or set(one.needs) - names for one in chosen):
            continue
        value = float(plan.values_of(np.array([done]))[0])
        if value > best:
            best, found = value, tuple(one.name for one in chosen)
    assert choice.npv == pytest.approx(best)
    assert choice.chosen == found
    # The parts add up to the joint value, however much adding up the initiatives overshoots.
    assert choice.shares["share"].sum() == pytest.approx(choice.npv)
    places = [k for k, one in enumerate(offer) if one.name in found]
    np.testing.assert_allclose(choice.shares["share"], shapley(plan, places))
    if places:
        alone = plan.values_of(np.eye(n, dtype=bool)[places])
        np.testing.assert_allclose(choice.shares["alone"], alone)


def test_what_is_needed_and_not_on_offer_cannot_be_done():
    plan = ready([make(moves=[("churn", -0.5)], needs=["elsewhere"])], horizon=12)
    assert choose(plan, 1e9).chosen == ()


def test_alike_initiatives_share_alike_and_overshoot_when_added_up():
    offer = [make(f"i{k}", [("churn", -0.4)]) for k in range(4)]
    plan = ready(offer, company_of(), horizon=36, rate=0.1)
    shares = shapley(plan, [0, 1, 2, 3])
    np.testing.assert_allclose(shares, shares[0])
    roi = simulate_roi(plan, AS_OF, n_draws=4)
    assert shares.sum() == pytest.approx(roi.expected)
    assert roi.naive > 1.2 * roi.expected
    assert double_counts(offer) == ["I0, I1, I2 and I3 keep some of the same customers"]


def test_initiatives_for_other_customers_or_other_money_do_not_overlap():
    treated = np.array([[1, 0, 1], [0, 1, 1]], dtype=bool)
    offer = [make("a", [("churn", -0.1)]), make("b", [("satisfaction", 0.1)]),
             make("c", [("billing_tickets", 0.1)])]  # fmt: skip
    company = base(2, costs={"billing_tickets": np.ones(2)})
    plan = ready(offer, company, treated)
    assert groups_that_overlap(plan) == [[0], [1], [2]]
    everyone = ready(offer, company)
    assert groups_that_overlap(everyone) == [[0, 1], [2]]
    naive = plan.values_of(np.eye(3, dtype=bool)).sum()
    assert plan.values_of(np.ones((1, 3), bool))[0] == pytest.approx(naive)


def test_cells_of_many_customers_are_as_good_as_each_by_itself():
    offer = [make("a", [("satisfaction", 0.3)]), make("b", [("churn", -0.2)])]
    every = np.ones((1, 2), bool)
    cells, each = (
        ready(offer, company_of(), horizon=36, rate=0.1, parts=parts).values_of(every)[0]
        for parts in (5, None)
    )
    assert cells == pytest.approx(each, rel=0.015)


def uncertain_plan(n=10, horizon=36, customers=400):
    offer = [
        make(f"i{k}", [("satisfaction", Uncertain(0.0, 0.05, 0.15)),
                       ("billing_tickets", Uncertain(0.0, 0.1, 0.2))],
             cost=Uncertain(500, 1_000, 2_000), ramp_months=6)
        for k in range(n)
    ]  # fmt: skip
    return ready(offer, company_of(customers, months=horizon), horizon=horizon, rate=0.1)


def test_same_initiative_meets_the_same_luck_in_every_plan():
    small, large = (simulate_roi(uncertain_plan(n), AS_OF, n_draws=200) for n in (2, 3))
    shared = list(small.inputs)
    np.testing.assert_array_equal(small.inputs, large.inputs[shared])


def test_effects_hang_together_as_far_as_they_are_said_to():
    roi = simulate_roi(uncertain_plan(3), AS_OF, n_draws=20_000, correlation=0.6)
    effects = [name for name in roi.inputs if name.startswith("effect:")]
    rho = roi.inputs[effects].corr().to_numpy()
    np.testing.assert_allclose(rho[np.triu_indices(6, 1)], 0.6, atol=0.03)
    assert abs(roi.inputs["cost:i0"].corr(roi.inputs[effects[0]])) < 0.03
    apart = simulate_roi(uncertain_plan(3), AS_OF, n_draws=20_000)
    assert roi.npv.std() > 1.1 * apart.npv.std()


def test_where_one_works_less_well_so_does_one_that_is_told_in_leaving_avoided():
    wide = Uncertain(-0.3, -0.2, -0.1)
    offer = [make("a", [("satisfaction", Uncertain(0.1, 0.2, 0.3))]), make("b", [("churn", wide)])]
    roi = simulate_roi(ready(offer), AS_OF, n_draws=20_000, correlation=0.6)
    score, leaving = (roi.inputs[f"effect:{name}"] for name in ("a:satisfaction", "b:churn"))
    # Less leaving is better: the larger the one, the lower the other.
    assert score.corr(leaving) == pytest.approx(-0.6, abs=0.03)


def test_fan_chances_and_mean_are_those_of_the_draws():
    roi = simulate_roi(uncertain_plan(), AS_OF)
    assert roi.p10 < roi.p50 < roi.p90
    assert roi.chance_of_loss == (roi.npv < 0).mean()
    assert roi.fan.iloc[-1][["p10", "p50", "p90"]].tolist() == pytest.approx(
        [roi.p10, roi.p50, roi.p90]
    )
    assert roi.flows["discounted"].iloc[-1] == pytest.approx(roi.mean)
    assert roi.figures()[0].value == roi.mean
    assert roi.flows["net"].sum() == pytest.approx(roi.flows["cumulative"].iloc[-1])


def test_tornado_is_sorted_by_swing_and_stands_on_the_median():
    table = tornado(simulate_roi(uncertain_plan(2), AS_OF, n_draws=50))
    assert table["swing"].is_monotonic_decreasing
    cost = table.set_index("input").loc["cost:i0"]
    # Costs of 500 and 2,000 at the start, all else alike.
    assert cost["low"] - cost["high"] == pytest.approx(1_500)
    assert cost["low"] - cost["middle"] == pytest.approx(500)


def test_knowing_an_input_is_worth_what_it_would_change_of_the_decision():
    # The value is the negative of the cost, normal about 0: knowing it is worth its standard
    # deviation over the root of two pi; the effect does nothing and knowing it is worth nothing.
    one = make(moves=[("days_to_pay", 0.0)], cost=Uncertain(-1281.5515655, 0.0, 1281.5515655))
    roi = simulate_roi(ready([one]), AS_OF, n_draws=50_000)
    table = value_of_information(roi).set_index("input")["value"]
    assert table["cost:one"] == pytest.approx(1000 / np.sqrt(2 * np.pi), rel=0.02)
    assert table["everything"] == pytest.approx(table["cost:one"], rel=0.02)


def test_knowing_one_input_is_never_worth_more_than_knowing_all():
    one = make(moves=[("churn", Uncertain(-0.3, -0.05, 0.2))], cost=Uncertain(0, 800, 1_600))
    roi = simulate_roi(ready([one], company_of(), horizon=24), AS_OF)
    table = value_of_information(roi).set_index("input")["value"]
    assert (table.drop("everything") <= table["everything"] + 1e-9).all()


def test_shares_of_variance_are_those_of_ishigami():
    def ishigami(quantiles):
        x = np.pi * (2 * quantiles - 1)
        return np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])

    table = shares_of_variance(ishigami, "abc", n=4_096).set_index("input").loc[list("abc")]
    np.testing.assert_allclose(table["first"], [0.3139, 0.4424, 0.0], atol=0.02)
    np.testing.assert_allclose(table["total"], [0.5576, 0.4424, 0.2437], atol=0.02)


def test_shares_of_variance_of_a_plan_add_up_where_nothing_interacts():
    one = make(moves=[("days_to_pay", Uncertain(0, 1, 2))], cost=Uncertain(5, 10, 15))
    table = sobol_shares(simulate_roi(ready([one]), AS_OF, n_draws=8), n=256)
    assert table["first"].sum() == pytest.approx(1, abs=0.02)
    # A day is worth 8.1 at the end and the cost 1: variances of (8.1/1.28)^2 and (5/1.28)^2.
    assert table.set_index("input")["total"]["cost:one"] == pytest.approx(25 / 90.6, abs=0.03)


def test_slider_is_answered_in_half_a_second():
    plan = uncertain_plan(10, horizon=60, customers=3_000)
    simulate_roi(plan, AS_OF, n_draws=100)
    taken = []
    for _ in range(3):
        started = time.process_time()
        simulate_roi(plan, AS_OF, n_draws=10_000, correlation=0.3)
        taken.append(time.process_time() - started)
    assert min(taken) <= 0.5


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"moves": [("satisfaction", 0.1), ("churn", -0.1)]}, "same money twice"),
        ({"moves": [("churn", -0.1), ("churn", -0.2)]}, "moves one thing twice"),
        ({"moves": [("billing_tickets", 1.5)]}, "not between 0 and 1"),
        ({"moves": [("churn", -1.0)]}, "never"),
        ({"moves": [("weather", 1.0)]}, "nothing that an initiative can move"),
        ({"moves": []}, "moves nothing"),
        ({"decay": 2.0}, "not between"),
        ({"starts_in": -1}, "negative"),
    ],
)
def test_impossible_initiative_is_refused_in_words(fields, said):
    with pytest.raises(ValueError, match=said):
        make(**fields)


def test_what_is_not_known_is_refused():
    with pytest.raises(Refusal, match="No initiative"):
        ready([])
    with pytest.raises(Refusal, match="treats none"):
        ready([make()], treated=np.zeros((1, 1), bool))
    with pytest.raises(Refusal, match="what those cost is not known"):
        ready([make(moves=[("disputes", 0.1)])])
    with pytest.raises(Refusal, match="speak of 24 months"):
        ready([make()], horizon=25)
