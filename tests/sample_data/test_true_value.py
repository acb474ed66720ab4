"""What is true of leaving and of worth agrees with the books of many customers, and by hand."""

import numpy as np
import pandas as pd
import pytest
from lifelines import AalenJohansenFitter, KaplanMeierFitter

from sample_data import generate
from sample_data.book import LAST_DAY, Calendar
from sample_data.churn import CAUSES
from sample_data.effects import EFFECTS
from sample_data.true_churn import MONTH_DAYS, as_recorded, restricted_mean, since_acquired
from sample_data.true_value import expected_months
from sample_data.worth import COSTS


@pytest.fixture(scope="module")
def lifetimes(company):
    """Months since acquired of each customer: entry, end, cause of leaving (0: none)."""
    table = company.truth.customers.merge(
        company.tables["customers"][["customer_id", "acquired_on"]], on="customer_id"
    )
    first = company.truth.window["month"].iloc[0]
    left = table["left_on"].where(table["left_on"] <= LAST_DAY)
    end = left.fillna(LAST_DAY + pd.Timedelta(days=1))
    code = table["cause"].map({name: i for i, name in enumerate(CAUSES, start=1)})
    return pd.DataFrame(
        {
            "end": (end - table["acquired_on"]).dt.days / MONTH_DAYS,
            "entry": (first - table["acquired_on"]).dt.days.clip(lower=0) / MONTH_DAYS,
            "cause": code.where(left.notna(), 0).astype(int),
        }
    )


def test_survival_is_what_kaplan_meier_with_delayed_entry_finds(company, lifetimes):
    curve = KaplanMeierFitter().fit(
        lifetimes["end"], lifetimes["cause"] > 0, entry=lifetimes["entry"]
    )
    band = curve.confidence_interval_survival_function_
    true = company.truth.since_acquired.set_index("months")["survival"]
    for month in (6, 12, 24, 36):
        low, high = band[band.index <= month].iloc[-1]
        error = (high - low) / (2 * 1.96)
        assert abs(curve.predict(month) - true[month]) < 3 * error
        assert error < 0.02


def test_incidence_is_what_aalen_and_johansen_find_of_new_customers(company, lifetimes):
    # The library takes no entry, so only those who came within the books.
    new = lifetimes[lifetimes["entry"] == 0]
    true = company.truth.since_acquired.set_index("months")
    for place, cause in enumerate(CAUSES, start=1):
        found = AalenJohansenFitter(seed=1, calculate_variance=False).fit(
            new["end"] + np.arange(len(new)) * 1e-7, new["cause"], event_of_interest=place
        )
        at_24 = float(found.cumulative_density_.loc[:24].iloc[-1, 0])
        assert at_24 == pytest.approx(true.loc[24, f"cif_{cause}"], abs=0.03)


def test_causes_and_what_is_written_down_both_add_up_to_all_who_left(company):
    table = company.truth.since_acquired
    for prefix in ("cif_", "recorded_"):
        parts = table[table.columns[table.columns.str.startswith(prefix)]]
        assert np.allclose(parts.sum(axis=1), 1 - table["survival"], atol=1e-9)


def test_an_even_hazard_gives_what_is_worked_by_hand():
    # One joins on the first day, one is a year old; each leaves at 0.02 a month from month 1 on.
    calendar = Calendar(months=24)
    hazards = np.zeros((2, 24, 4))
    hazards[:, 1:, 0] = 0.02
    hazards[1, 0, 0] = 0.02
    joined, left = np.array([0, -365]), np.array([10**6, 10**6])
    table = since_acquired(hazards, np.zeros((2, 24), dtype=bool), joined, left, calendar)
    # The first year is the first customer's alone, and its first month is without risk.
    assert table.loc[12, "survival"] == pytest.approx(np.exp(-0.02 * 11), abs=2e-4)
    later = np.log(table.loc[23, "survival"] / table.loc[13, "survival"])
    assert later == pytest.approx(-0.02 * 10, abs=1e-3)
    assert table.loc[12, "cif_service"] == pytest.approx(1 - table.loc[12, "survival"])
    assert restricted_mean(table.head(2)) == pytest.approx(1.0)


def test_a_tenth_is_written_down_wrong_a_tenth_not_at_all():
    rate = {"service": 0.0, "pricing": 1.0, "fit": 0.0, "insolvency": 0.0, "billing": 0.3}
    told = as_recorded({name: np.array([value]) for name, value in rate.items()})
    assert told["price"][0] == pytest.approx(0.8 * 0.7 + 0.1 / 7)
    assert told["billing"][0] == pytest.approx(0.8 * 0.3 + 0.1 / 7)
    assert told["unknown"][0] == pytest.approx(0.1)
    assert sum(value[0] for value in told.values()) == pytest.approx(1.0)


# --- what lies ahead -----------------------------------------------------------------------------


def test_look_ahead_leaves_nobody_twice(company):
    ahead = company.truth.outlook
    for month in (12, 24, 36):
        left = sum(ahead[f"cif_{cause}_{month}m"] for cause in CAUSES)
        assert np.allclose(left + ahead[f"survival_{month}m"], 1.0)
    assert (ahead["survival_36m"] < ahead["survival_24m"]).all()
    assert (ahead["survival_24m"] < ahead["survival_12m"]).all()


def test_years_to_come_are_like_the_years_that_were(company):
    """Hazards of the last two years, of those then there, against the year to come."""
    truth = company.truth
    hazard = truth.hazards[:, -24:].sum(axis=2)
    there = truth.at_risk[:, -24:]
    last = np.exp(-12 * hazard[there].mean())
    assert truth.outlook["survival_12m"].mean() == pytest.approx(last, abs=0.03)


def test_all_won_again_stay_as_long_as_the_books_show(company):
    months = company.truth.value["months_36m"].mean()
    curve = company.truth.since_acquired["survival"].to_numpy()
    assert months == pytest.approx(expected_months(curve[None, :])[0], rel=0.05)


def test_the_happier_of_two_alike_lasts_longer(company):
    truth = company.truth
    place = {name: i for i, name in enumerate(truth.customers["customer_id"])}
    at = truth.outlook["customer_id"].map(place).to_numpy()
    log_odds = np.log(truth.outlook["survival_12m"])
    mood = truth.satisfaction[at, -1]
    slope = np.polyfit(mood, log_odds, 1)[0]
    assert slope > 0.05


@pytest.fixture(scope="module")
def loyal():
    return generate(seed=5, n_customers=120, months=14, off=["churn"])


def test_where_nobody_leaves_the_whole_horizon_is_expected(loyal):
    ahead = loyal.truth.outlook
    assert (ahead["survival_36m"] == 1).all()
    # Thirty-six months discounted from the middle of each.
    worked = (1.1 ** (-(np.arange(36) + 0.5) / 12)).sum()
    assert np.allclose(ahead["expected_months"], worked)
    value = loyal.truth.value.set_index("customer_id")["contribution"]
    assert np.allclose(
        ahead["residual_36m"], worked * value.reindex(ahead["customer_id"]).to_numpy()
    )


# --- worth ---------------------------------------------------------------------------------------


def test_contribution_is_revenue_less_every_cost(company):
    value = company.truth.value
    costs = value[list(COSTS)].sum(axis=1)
    assert np.allclose(value["contribution"], value["revenue"] - costs)
    assert (value[["revenue", *COSTS]] >= 0).all().all()


def test_customers_together_have_what_was_booked(company):
    """Revenue of the last year from the books, counted apart."""
    tables, truth = company.tables, company.truth
    invoices = tables["invoices"]
    void = tables["adjustments"].query("reason == 'invoice cancelled'")["invoice_id"]
    invoices = invoices[~invoices["invoice_id"].isin(void)]
    invoices = invoices[invoices["issued_on"] > LAST_DAY - pd.DateOffset(years=1)]
    month = invoices["issued_on"].dt.to_period("M").dt.to_timestamp()
    rates = tables["fx_rates"].rename(columns={"month": "at"})
    booked = invoices.assign(at=month).merge(rates, on=["currency", "at"])
    booked = (booked["amount"] * booked["to_reporting"]).sum()
    # Months of the last year in which each was a customer, that of joining left out.
    month = np.arange(truth.months)
    joined = truth.customers["acquired_month"].to_numpy()[:, None]
    first = truth.window["month"].iloc[0]
    left = truth.customers["left_on"]
    left = ((left.dt.year - first.year) * 12 + left.dt.month - first.month).fillna(truth.months)
    there = (month > joined) & (month <= left.to_numpy()[:, None])
    months = there[:, -12:].sum(axis=1)
    assert (truth.value["revenue"] * months).sum() == pytest.approx(booked, rel=0.05)


def test_negative_customers_lose_and_the_others_do_not(company):
    truth = company.truth
    loses = truth.value.merge(truth.customers, on="customer_id").groupby("negative")["loses"]
    assert loses.mean()[True] > 0.95
    assert loses.mean()[False] < 0.03


def test_without_its_reasons_the_negative_persona_loses_less(company):
    truth = company.truth
    known = truth.value.merge(truth.customers, on="customer_id")
    for reason in ("unprofitable", "disruptive"):
        mine = known["negative"] & known[reason]
        others = known["negative"] & ~known[reason]
        part = "cost_of_goods" if reason == "unprofitable" else "support_cost"
        share = known[part] / known["revenue"]
        assert share[mine].mean() > 1.2 * share[others].mean()
    early = known["negative"] & known["stops_early"]
    stays = known["negative"] & ~known["stops_early"]
    assert known["months_36m"][early].mean() < known["months_36m"][stays].mean() - 3


def test_headline_figures_are_counted_from_the_customers(company):
    truth = company.truth
    year = LAST_DAY - pd.DateOffset(years=1)
    joined = company.tables["customers"].set_index("customer_id")["acquired_on"]
    joined = truth.customers["customer_id"].map(joined)
    there = (joined <= year) & ~(truth.customers["left_on"] <= year)
    lost = (truth.customers["left_on"] <= LAST_DAY) & there
    assert truth.figures["churn.logo_churn_12m"] == pytest.approx(lost.sum() / there.sum())
    assert truth.figures["churn.grr"] == pytest.approx(1 - truth.figures["churn.revenue_churn_12m"])
    assert truth.figures["churn.nrr"] > truth.figures["churn.grr"]
    # Less what waiting for the money costs: a few percent of margins that are two fifths.
    before = truth.outlook["residual_36m"].sum()
    assert 0.93 < truth.figures["lifetime_value.portfolio"] / before < 0.99
    assert EFFECTS.reason_missing * (
        1 - truth.since_acquired["survival"].iloc[12]
    ) == pytest.approx(truth.figures["churn.cif_unknown_12m"])
