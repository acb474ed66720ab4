"""The link: effects that were put in come out, and none where none was put in."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from models.linkage import fit_linkage
from models.linkage_effects import expose
from models.linkage_rows import answer_days, exposed_months
from models.refusal import Refusal
from tests.models.satisfied import AS_OF, company


@pytest.fixture(scope="module")
def rows():
    return company(3)


@pytest.fixture(scope="module")
def linkage(rows):
    return fit_linkage(**rows, as_of=AS_OF)


def test_satisfied_leave_less_and_pay_sooner_and_it_is_found(linkage):
    churn, days = (linkage.effect("csat", name) for name in ("churn", "days_to_pay"))
    # One point of satisfaction takes 0.5 off and 6 days; of a score that errs, less.
    assert churn.found
    assert -0.5 < churn.value < -0.1
    assert days.found
    assert -6 < days.value < -2


def test_without_adjusting_the_size_that_goes_with_both_is_counted_too(linkage):
    adjusted, bare = (
        linkage.effect("csat", "churn", route=route).value for route in ("adjusted", "unadjusted")
    )
    assert bare < adjusted - 0.05


def test_figures_are_the_effects_of_the_table(linkage):
    figures = {figure.id: figure for figure in linkage.figures()}
    ratio = figures["linkage.csat_churn_hazard_ratio"]
    effect = linkage.effect("csat", "churn")
    assert ratio.value == pytest.approx(np.exp(linkage.spread["csat"] * effect.value))
    assert ratio.low < ratio.value < ratio.high < 1
    assert figures["linkage.csat_days_to_pay"].value == linkage.effect("csat", "days_to_pay").value
    assert figures["linkage.placebo_p"].value == linkage.timing["csat"].p_value


def test_where_satisfaction_does_nothing_nothing_is_found():
    found = []
    for seed in range(3):
        linkage = fit_linkage(**company(seed, 250, on_churn=0.0, on_days=0.0), as_of=AS_OF)
        rows = linkage.table[linkage.table["route"] == "adjusted"]
        found += rows["verdict"].eq("found").tolist()
    assert np.mean(found) < 0.08


def test_a_score_that_only_follows_payment_is_told_from_one_that_moves_it(linkage):
    assert linkage.timing["csat"].p_value > 0.05
    rows = company(4, on_days=0.0, on_churn=0.0, follows=0.8)
    after = fit_linkage(**rows, as_of=AS_OF)
    assert after.timing["csat"].p_value < 0.01
    assert not after.effect("csat", "days_to_pay").found


def test_a_score_given_later_is_not_known_in_a_month(rows):
    days = answer_days(as_dates(rows["answers"]), as_dates(rows["months"]), "csat")
    exposed = exposed_months(as_dates(rows["months"]), days)
    assert (exposed["answered_on"] < exposed["begins"]).all()
    age = (exposed["begins"] - exposed["answered_on"]).dt.days
    assert age.max() <= 366
    # By hand: the last of the answers before the month.
    row = exposed.iloc[len(exposed) // 2]
    own = days[(days["customer_id"] == row["customer_id"]) & (days["answered_on"] < row["begins"])]
    assert row["last_score"] == own.sort_values("answered_on")["last_score"].iloc[-1]


def test_what_is_answered_after_leaving_changes_nothing(rows, linkage):
    gone = rows["months"][rows["months"]["cause"].notna()].head(50)
    late = rows["answers"].head(len(gone)).assign(
        customer_id=gone["customer_id"].to_numpy(), score=1.0,
        answered_on=gone["begins"].to_numpy() + pd.Timedelta(days=40),
    )  # fmt: skip
    again = fit_linkage(rows["months"], pd.concat([rows["answers"], late]), rows["invoices"], AS_OF)
    assert again.effect("csat", "churn") == linkage.effect("csat", "churn")


def test_draws_are_spread_as_the_error_says(linkage):
    effect = dataclasses.replace(linkage.effect("csat", "churn"), value=-0.2, std_err=0.05)
    drawn = effect.draws(4000, np.random.default_rng(0))
    assert drawn.mean() == pytest.approx(-0.2, abs=0.005)
    assert drawn.std() == pytest.approx(0.05, rel=0.05)


def test_effect_that_is_not_carried_says_why(linkage, rows):
    with pytest.raises(Refusal, match="disputes cannot be told: the table"):
        linkage.effect("csat", "disputes")
    few = rows["months"].assign(cause=None)
    again = fit_linkage(few, rows["answers"], rows["invoices"], AS_OF)
    with pytest.raises(Refusal, match="50 are needed"):
        again.effect("csat", "churn")
    figure = again.figures()[0]
    assert figure.value is None
    assert "50 are needed" in figure.reason


def test_without_answers_nothing_can_be_told(rows):
    with pytest.raises(Refusal, match="No answer to a survey"):
        fit_linkage(rows["months"], rows["answers"].head(0), rows["invoices"], AS_OF)


def test_spend_compares_whole_years_of_each_answer(rows):
    frames = (as_dates(rows[name]) for name in ("answers", "months", "invoices"))
    exposed = expose("csat", "all", *frames, pd.Timestamp(AS_OF))
    row, year = exposed.spend.iloc[0], pd.Timedelta(days=365)
    own = as_dates(rows["invoices"])
    own = own[own["customer_id"] == row["customer_id"]]
    on = row["answered_on"]
    after = own.loc[own["issued_on"].between(on, on + year, inclusive="right"), "amount"].sum()
    before = own.loc[own["issued_on"].between(on - year, on, inclusive="right"), "amount"].sum()
    assert row["growth"] == pytest.approx(min(after / before, 2.0))


def as_dates(frame):
    dates = [name for name in ("begins", "answered_on", "issued_on") if name in frame]
    return frame.assign(**{name: frame[name].astype("datetime64[ns]") for name in dates})
