"""Curves of churn, retention of a cohort, and the outlook: by hand, by law, and against leaks."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.churn import fit_churn
from models.churn_covariates import Terms, choose_terms
from models.churn_definitions import CHURN_CAUSES, HAZARD_RATIOS
from models.churn_hazards import fit_churn_hazards, fit_hazard
from models.churn_outlook import churn_outlook, score_customers
from models.churn_ratios import check_ratios, clear_of_chance, fit_churn_ratios
from models.churn_validation import folds, validate_churn
from models.refusal import Refusal
from models.retention import fit_retention
from models.survival import fit_kaplan_meier
from tests.models.churning import CAUSES, customer_months

AS_OF = dt.date(2025, 6, 30)


@pytest.fixture(scope="module")
def months():
    return customer_months()


@pytest.fixture(scope="module")
def model(months):
    return fit_churn_hazards(months, AS_OF, causes=tuple(CHURN_CAUSES))


@pytest.fixture(scope="module")
def outlook(model, months):
    return churn_outlook(model, months[months["ahead"]])


# -- curves -------------------------------------------------------------------------------


def old_and_new():
    """Lives of up to 800 days, half of them in the books from day 300 on only."""
    rng = np.random.default_rng(0)
    duration = rng.integers(1, 800, 4_000)
    entry = np.where(rng.random(4_000) < 0.5, 300, 0)
    rows = pd.DataFrame({"entry": entry, "duration": duration, "by_rule": False, "cause": "price"})
    # Who left before being watched is in nobody's books.
    return rows[rows["duration"] > rows["entry"]]


def test_ignoring_delayed_entry_makes_customers_seem_to_stay_longer():
    rows = old_and_new()
    found = fit_churn(rows, AS_OF, churn_rule_days=180)
    truth = 1 - 200 / 799
    assert found.survival.survival_at(200) == pytest.approx(truth, abs=0.03)
    careless = fit_kaplan_meier(rows["duration"], np.ones(len(rows), dtype=bool))
    assert careless.survival_at(200) > truth + 0.05


def test_one_minus_a_curve_per_cause_overstates_each_cause():
    rng = np.random.default_rng(2)
    times = rng.exponential([300, 500], (3_000, 2)).astype(int) + 1
    first = times.argmin(axis=1)
    rows = pd.DataFrame(
        {"entry": 0, "duration": times.min(axis=1), "by_rule": False,
         "cause": np.array(["price", "service"])[first]}
    )  # fmt: skip
    found = fit_churn(rows, AS_OF, churn_rule_days=180)
    incidence = {c: float(found.incidence.incidence_at(730, c)) for c in found.causes}
    for number, cause in enumerate(("price", "service")):
        share = ((first == number) & (times.min(axis=1) <= 730)).mean()
        assert incidence[cause] == pytest.approx(share, abs=1e-9)
        one_minus = 1 - fit_kaplan_meier(rows["duration"], first == number).survival_at(730)
        assert one_minus > share + 0.1
    total = 1 - float(found.survival.survival_at(730))
    assert sum(incidence.values()) == pytest.approx(total, abs=1e-9)


def test_every_cause_has_its_figures_and_one_without_leavers_is_zero():
    found = {figure.id: figure for figure in fit_churn(old_and_new(), AS_OF, churn_rule_days=180)
             .figures()}  # fmt: skip
    by_cause = {f"churn.cif_{c}_{m}m" for c in CHURN_CAUSES for m in (12, 24)}
    assert set(found) == {"churn.rmst_36m", *by_cause}
    price = found["churn.cif_price_12m"]
    assert price.low < price.value < price.high
    assert found["churn.cif_billing_12m"].value == 0.0
    assert found["churn.cif_billing_12m"].low is None


def test_books_too_short_for_a_horizon_refuse_its_figures():
    rows = old_and_new()
    rows = rows.assign(duration=rows["duration"].clip(upper=500))
    figures = {f.id: f for f in fit_churn(rows, AS_OF, churn_rule_days=180).figures()}
    assert figures["churn.cif_price_12m"].value is not None
    refused = figures["churn.cif_price_24m"]
    assert refused.value is None
    assert "watched for 730 days" in refused.reason


def test_nobody_who_left_is_a_refusal():
    rows = old_and_new().assign(cause=None)
    with pytest.raises(Refusal, match="has left"):
        fit_churn(rows, AS_OF, churn_rule_days=180)


def test_books_of_one_day_are_told_from_customers_who_stay():
    # As exports of subscribers are: everybody is billed on the day the table was made.
    lives = pd.DataFrame({"entry": range(40), "duration": range(1, 41), "by_rule": False})
    with pytest.raises(Refusal, match="watched for longer than 1 day: .*issued_on"):
        fit_churn(lives.assign(cause=None), AS_OF, churn_rule_days=180)
    with pytest.raises(Refusal, match="longer than 0 days"):
        fit_churn(lives.head(0).assign(cause=None), AS_OF, churn_rule_days=180)


def test_one_customer_is_no_customers():
    one = old_and_new().head(1)
    with pytest.raises(Refusal, match="from 1 customer:"):
        fit_churn(one, AS_OF, churn_rule_days=180)


# -- retention ----------------------------------------------------------------------------


def test_retention_worked_by_hand():
    values = pd.DataFrame(
        {
            "customer_id": list("ABCDEF"),
            # F was no customer with a value a year ago: it is in nothing.
            "value_start": [100.0, 200.0, 300.0, 400.0, 500.0, 0.0],
            "value_end": [0.0, 0.0, 150.0, 400.0, 600.0, 900.0],
            "cause": ["price", "unknown", None, None, None, None],
        }
    )
    found = fit_retention(values, AS_OF, fewest=5)
    shares = {name: estimate.value for name, estimate in found.estimates.items()}
    # Of 1,500: 300 left, 150 of it for the rest paid less, 100 more.
    assert shares == pytest.approx(
        {
            "logo_churn_12m": 2 / 5,
            "revenue_churn_12m": 450 / 1_500,
            "revenue_churn_price_billing_12m": 100 / 1_500,
            "nrr": 1_150 / 1_500,
            "grr": 1_050 / 1_500,
        }
    )
    steps = found.table.set_index("step")["amount"]
    assert steps[steps != 0].to_dict() == {
        "start": 1_500.0, "churn_price": -100.0, "churn_unknown": -200.0, "contraction": -150.0,
        "expansion": 100.0, "end": 1_150.0,
    }  # fmt: skip
    assert found.unknown_share == pytest.approx(2 / 3)


def test_without_any_reason_on_record_nothing_is_said_of_causes():
    values = pd.DataFrame(
        {"customer_id": list("ABCD"), "value_start": 100.0, "value_end": [0.0, 0.0, 90.0, 110.0],
         "cause": ["unknown", "unknown", None, None]}
    )  # fmt: skip
    figures = {f.id: f for f in fit_retention(values, AS_OF, fewest=3).figures()}
    ours = figures["churn.revenue_churn_price_billing_12m"]
    assert ours.value is None
    assert "Load customers with their `churn_reason`" in ours.reason
    assert figures["churn.revenue_churn_12m"].value == pytest.approx(210 / 400)
    rows = old_and_new()
    rows["cause"] = rows["cause"].where(rows["cause"].isna(), "unknown")
    found = {f.id: f for f in fit_churn(rows, AS_OF, churn_rule_days=180).figures()}
    assert found["churn.cif_price_12m"].value is None
    # One that left for another reason tells that reasons are written down.
    values.loc[0, "cause"] = "service"
    figures = {f.id: f for f in fit_retention(values, AS_OF, fewest=3).figures()}
    assert figures["churn.revenue_churn_price_billing_12m"].value == 0.0


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_growth_never_helps_gross_retention_and_the_parts_add_up(seed):
    rng = np.random.default_rng(seed)
    start, end = rng.gamma(1, 100, 40) + 1, rng.gamma(1, 100, 40)
    cause = np.where(rng.random(40) < 0.3, rng.choice(list(CHURN_CAUSES), 40), None)
    end = np.where(pd.notna(cause), 0.0, end)
    values = pd.DataFrame({"customer_id": range(40), "value_start": start, "value_end": end,
                           "cause": cause})  # fmt: skip
    found = fit_retention(values, AS_OF)
    shares = {name: estimate.value for name, estimate in found.estimates.items()}
    assert 0 <= shares["grr"] <= min(1, shares["nrr"])
    assert shares["grr"] + shares["revenue_churn_12m"] == pytest.approx(1, abs=1e-9)
    steps = found.table.set_index("step")["amount"]
    assert steps.iloc[:-1].sum() == pytest.approx(steps["end"], abs=1e-6)
    assert steps["end"] == pytest.approx(values["value_end"].sum())


def test_an_account_opened_twice_is_no_customer():
    rows = old_and_new()
    twice = rows.head(5).assign(by_rule=True, cause=None, entry=0, duration=200)
    found = fit_churn(pd.concat([rows, twice]), AS_OF, churn_rule_days=180)
    alone = fit_churn(rows, AS_OF, churn_rule_days=180)
    assert (found.n_opened_twice, found.n_customers) == (5, alone.n_customers)
    pd.testing.assert_frame_equal(found.survival.table, alone.survival.table)


def test_one_customer_with_half_of_the_value_leaves_no_interval():
    # That it stayed says nothing of whether it could have left; the others' luck is not its.
    rng = np.random.default_rng(1)
    start = np.r_[20_000.0, np.full(200, 100.0)]
    cause = np.where(np.r_[False, rng.random(200) < 0.2], "price", None)
    values = pd.DataFrame({"customer_id": range(201), "value_start": start, "cause": cause,
                           "value_end": np.where(pd.notna(cause), 0.0, start)})  # fmt: skip
    found = {figure.id: figure for figure in fit_retention(values, AS_OF).figures()}
    assert found["churn.nrr"].value == pytest.approx(1 - (100 * pd.notna(cause)).sum() / 40_000)
    assert found["churn.nrr"].low is None
    assert "50 % of the value" in found["churn.nrr"].reason
    # As many customers lost as there are: each is one.
    assert found["churn.logo_churn_12m"].low is not None


def shop(**columns):
    ids = [f"S{k}" for k in range(40)]
    values = pd.DataFrame({"customer_id": ids, "value_start": 100.0, "value_end": 90.0})
    return values.assign(cause=None, **columns)


def test_retention_that_rests_on_invoices_says_so():
    part = np.arange(40) < 10
    for by_invoices, says in ((True, "The value is not agreed"), (part, "25 % of the value is")):
        found = fit_retention(shop(by_invoices=by_invoices), AS_OF)
        assert found.basis.startswith(says)
        assert "invoiced in three months" in found.basis
    assert fit_retention(shop(by_invoices=False), AS_OF).basis is None


def test_a_value_without_an_exchange_rate_is_named_and_not_left_out():
    rows = shop()
    rows.loc[0, "value_start"] = np.nan
    with pytest.raises(Refusal, match="no exchange rate by .* for the currency of 1 customer,"):
        fit_retention(rows, AS_OF)


def test_of_many_things_looked_at_chance_is_not_called_clear():
    p = np.array([0.03, 0.2, 0.9, 0.6, 0.5, 0.04, 0.7])
    assert not clear_of_chance(p, 0.05).any()
    assert clear_of_chance(np.r_[p, 0.001], 0.05).tolist() == [False] * 7 + [True]


# -- outlook ------------------------------------------------------------------------------


def test_chances_of_causes_add_up_to_that_of_leaving(outlook):
    scored = score_customers(outlook)
    for months_ahead in (12, 24):
        parts = scored[[f"cif_{cause}_{months_ahead}m" for cause in CHURN_CAUSES]].sum(axis=1)
        whole = 1 - scored[f"survival_{months_ahead}m"]
        np.testing.assert_allclose(parts, whole, atol=1e-9)
    assert (scored["survival_24m"] < scored["survival_12m"]).all()
    assert (scored["churn_risk_12m_low"] < scored["churn_risk_12m"]).all()
    assert (scored["churn_risk_12m"] < scored["churn_risk_12m_high"]).all()


def test_survival_looked_up_is_what_the_chances_of_each_month_leave(outlook):
    # Otherwise renewals would not be among what is compared.
    assert outlook.rows["renews_in"].notna().any()
    stays = [1 - chance.sum(axis=1) for chance in outlook.hazards(outlook.last_month)]
    left_over = np.cumprod(stays, axis=0).T
    np.testing.assert_allclose(
        np.exp(outlook.log_survival(outlook.last_month)), left_over, rtol=1e-12
    )
    # A part is the same customers alone, and a shorter way the beginning of the longer.
    some = outlook.part(slice(5, 9)).log_survival(7)
    np.testing.assert_allclose(np.exp(some), left_over[5:9, :7], rtol=1e-12)


def test_as_many_are_predicted_to_leave_as_did_and_as_often_those_who_pay_much():
    months = customer_months(score=-0.3, base=0.03)
    months["log_revenue"] = months["log_size"] + np.random.default_rng(4).normal(size=len(months))
    rows = months[~months["ahead"]].sort_values(["customer_id", "begins"], ignore_index=True)
    model = fit_churn_hazards(rows, AS_OF, causes=CAUSES, leads=((1, 3, 1),))
    known = ["score", "log_size", "log_revenue"]
    rows[known] = rows.groupby("customer_id")[known].shift(1)
    rows = rows.dropna(subset=known)
    chance = -np.expm1(churn_outlook(model, rows).log_survival(1)[:, 0])
    left = rows["cause"].notna().to_numpy()
    assert chance.sum() == pytest.approx(left.sum(), rel=1e-4)
    columns = dict(zip(model.terms.names, model.terms.columns(rows).T, strict=True))
    for name in ("log_size", "log_revenue"):
        z = columns[name] - columns[name].mean()
        assert abs(z @ chance - z @ left) < 0.005 * (np.abs(z) @ left)
    # What money does not go with is shrunk.
    z = columns["score"] - columns["score"].mean()
    assert abs(z @ chance - z @ left) > 0.005 * (np.abs(z) @ left)


def test_what_is_known_today_says_less_of_later_months(outlook):
    near, mid, far = (lead.coefficient[lead.names.index("score")] for lead in outlook.model.leads)
    # The true hazard today moves by 0.7 a point, of which half goes back to the customer's mean.
    assert near == pytest.approx(-0.7 * 0.87, abs=0.15)
    assert near < mid < far < 0


def test_the_cause_follows_what_moves_it(outlook):
    scored = score_customers(outlook)
    share = scored["cif_service_12m"] / scored["churn_risk_12m"]
    known = pd.Series(outlook.known[:, outlook.model.terms.names.index("score")])
    assert known.corr(share) < -0.5


def test_drawn_outlooks_spread_as_far_as_the_interval_says(outlook):
    rng = np.random.default_rng(5)

    def risk(of):
        there = np.ones(len(of.customer_id))
        for chance in of.hazards(12):
            there = there * (1 - chance.sum(axis=1))
        return -np.log(there)

    drawn = np.stack([risk(outlook.drawn(rng)) for _ in range(100)])
    _, std_err = outlook.cumulative_rate(12)
    ratio = np.log(drawn).std(axis=0) / (std_err / risk(outlook))
    assert np.median(ratio) == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize("bent", [False, True])
def test_hazard_bends_over_the_months_only_where_that_pays_for_its_noise(bent):
    rng = np.random.default_rng(4)
    month = rng.integers(1, 49, 20_000)
    hazard = 0.03 * np.exp(np.abs(np.log(month) - 2.5) if bent else 0.0)
    event = rng.random(len(month)) < -np.expm1(-hazard)
    nothing = np.empty((len(month), 0))
    baseline, names, *_ = fit_hazard(month, event, np.zeros(len(month)), nothing, Terms(()))
    assert len(baseline.names) == (3 if bent else 1)
    assert names == ("intercept", *baseline.names, "renewal")


def test_what_lies_further_out_than_was_learnt_from_counts_as_its_end(model, months):
    now = months[months["ahead"]].head(20)
    low, high = model.terms.bounds["score"]
    assert low < now["score"].median() < high
    further, at_end = (
        score_customers(churn_outlook(model, now.assign(score=score)))["churn_risk_12m"]
        for score in (low - 100, low)
    )
    np.testing.assert_array_equal(further, at_end)


def test_months_of_which_the_data_cannot_speak_are_refused(outlook):
    with pytest.raises(Refusal, match="would be a guess"):
        outlook.hazards(outlook.last_month + 1)


def test_further_ahead_than_anybody_was_watched_nothing_is_said_and_why(outlook):
    # The books are of 36 months; the first of them is that of joining.
    assert outlook.last_month == 35
    scored = score_customers(outlook)
    assert scored["survival_36m"].isna().all()
    assert scored["survival_reason"].str.contains("nothing is said of 36 months ahead").all()
    assert scored["survival_24m"].notna().all()


def test_too_few_to_learn_from_before_the_year_held_back_are_counted_as_such(months):
    few = months[pd.factorize(months["customer_id"])[0] < 190]
    assert few["cause"].notna().sum() > 70
    with pytest.raises(
        Refusal, match="the last 12 months are held back.* 48 customers left before then"
    ):
        validate_churn(few, AS_OF)


def test_too_few_leavers_are_a_refusal(months):
    with pytest.raises(Refusal, match="fewer than 50"):
        fit_churn_hazards(months.head(500), AS_OF, causes=CAUSES)


def test_what_all_who_left_have_in_common_is_named_and_the_rest_has_its_ratios(months):
    calm = np.where(months["cause"].notna(), 0.0, np.arange(len(months)) % 7 / 10)
    found = fit_churn_ratios(months.assign(bill_shock=calm), AS_OF)
    assert "all who left had its lowest value" in found.left_out["bill_shock"]
    assert "score" in set(found.table["covariate"])
    figures = {figure.id: figure for figure in found.figures()}
    assert figures["churn.hazard_ratio.bill_shock"].value is None


@pytest.mark.parametrize("fit", [fit_churn_ratios, validate_churn])
def test_books_without_a_month_are_a_refusal(months, fit):
    with pytest.raises(Refusal):
        fit(months.head(0), AS_OF)


# -- leaks --------------------------------------------------------------------------------


def test_a_predictor_that_knows_the_answer_is_refused_with_the_reason(months):
    asked = months["cause"].notna().astype(float)
    terms = choose_terms(
        months.assign(cancel_request=asked), asked.to_numpy() > 0,
        covariates=["score", "cancel_request"],
    )  # fmt: skip
    assert "score" in terms.names
    assert "cancel_request" not in terms.names
    assert "because the customer was leaving" in terms.left_out["cancel_request"]


def test_a_column_that_others_add_up_to_is_named_and_left_out(months):
    twice = months.assign(tickets_3m=2 * months["score"] + 3 * months["log_size"] - 1)
    ratios = fit_churn_ratios(twice, AS_OF)
    assert "log_size" in ratios.left_out
    figure = {f.id: f for f in ratios.figures()}["churn.hazard_ratio.log_size"]
    assert figure.value is None
    assert "say together" in figure.reason
    assert {f.id for f in ratios.figures()} == {f"churn.hazard_ratio.{n}" for n in HAZARD_RATIOS}


def test_what_goes_with_leaving_is_told_for_each_cause(months):
    # Those with high scores leave for the price, those with low ones for service.
    left, high = months["cause"].notna(), months["score"] > months["score"].median()
    told = months.assign(
        cause=months["cause"].mask(left & high, "price").mask(left & ~high, "service")
    )
    ratios = {c: fit_churn_ratios(told, AS_OF, cause=c) for c in (None, "price", "service")}
    of_score = {c: r.table.set_index("covariate").loc["score"] for c, r in ratios.items()}
    assert of_score["price"]["lower"] > 1 > of_score["service"]["upper"]
    assert ratios[None].n_events == ratios["price"].n_events + ratios["service"].n_events
    assert ratios[None].n_months == ratios["price"].n_months


def test_no_customer_is_learnt_from_and_predicted(months):
    seen = []
    for learn, test in folds(months, months):
        assert set(learn["customer_id"]) & set(test["customer_id"]) == set()
        seen += list(test["customer_id"].unique())
    assert sorted(seen) == sorted(months["customer_id"].unique())


def test_outcomes_dealt_at_random_cannot_be_predicted(months):
    rng = np.random.default_rng(8)
    # Everybody gets the answers of somebody else who was watched for as long.
    spells = months.groupby("customer_id").size()
    other = pd.Series(spells.index, index=spells.index)
    for _, same in spells.groupby(spells):
        other[same.index] = rng.permutation(same.index)
    known = months[["customer_id", "begins", "score", "log_size", "industry"]]
    rank = known.assign(place=known.groupby("customer_id").cumcount())
    rank["customer_id"] = rank["customer_id"].map(other)
    dealt = months.assign(place=months.groupby("customer_id").cumcount())
    dealt = dealt.drop(columns=["score", "log_size", "industry"]).merge(
        rank.drop(columns="begins"), on=["customer_id", "place"]
    )
    found = validate_churn(dealt, AS_OF)
    assert 0.43 < found.concordance.c < 0.57


def test_held_out_predictions_are_in_order_and_calibrated(months):
    found = validate_churn(months, AS_OF)
    assert found.concordance.c > 0.58
    slope = found.calibration.slope
    assert abs(slope.value - 1) < 2.6 * slope.std_err
    assert found.brier.r_squared.value > 0
    assert found.figures()[0].value == found.concordance.c


def test_where_all_leave_at_renewal_the_other_effects_are_tested_all_the_same(months):
    # Renewal in months 12 and 24 of each: of customers of one age all renew or none does.
    at = months["month"] % 12 == 0
    rows = months.assign(renewal=at.astype(float), renews_in=-months["month"] % 12)
    found = check_ratios(rows.assign(cause=rows["cause"].where(rows["month"] > 1)))
    assert found.left_out == ("renewal",)
    assert "score" in set(found.table["term"])
    assert "Not tested: `renewal`" in found.what_to_do()
