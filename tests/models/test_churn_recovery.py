"""Churn against the truth of the simulated company, and against one in which nothing moves it."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor

from models.churn import fit_churn
from models.churn_definitions import CHURN_CAUSES
from models.churn_hazards import fit_churn_hazards
from models.churn_outlook import churn_outlook
from models.churn_ratios import fit_churn_ratios
from models.churn_validation import validate_churn
from models.concordance import uno_c
from models.cumulative_incidence import fit_cumulative_incidence
from models.discrete_hazard import fit_discrete_hazard
from sample_data import generate
from tests.warehouse.frame_tables import FrameTables
from warehouse.churn import customer_lives
from warehouse.customer_months import customer_months

AS_OF = dt.date(2026, 9, 30)
CAUSES = ("service", "pricing", "fit", "insolvency")
NEEDED = ("customers", "invoices", "payments", "tickets", "surveys", "reminders", "disputes",
          "orders", "contracts", "price_changes", "fx_rates", "adjustments")  # fmt: skip

pytestmark = pytest.mark.verify


class Known:
    """A company, its customer-months, and the true hazard and satisfaction of each."""

    def __init__(self, seed, n_customers=2_000, months=60, off=()):
        self.company = generate(seed=seed, n_customers=n_customers, months=months, off=off)
        self.truth = self.company.truth
        self.tables = FrameTables({name: self.company.tables[name] for name in NEEDED})
        rows = customer_months(self.tables, AS_OF, churn_rule_days=180).to_pandas()
        # Second accounts of customers are no customers of the truth.
        rows = rows[~rows["customer_id"].str.endswith("D")]
        place = {c: k for k, c in enumerate(self.truth.customers["customer_id"])}
        who = rows["customer_id"].map(place).to_numpy()
        last = pd.Period(AS_OF, "M")
        month = months - 1 - (last - rows["begins"].dt.to_period("M")).map(lambda d: d.n).to_numpy()
        inside = np.minimum(month, months - 1)
        self.months = rows.assign(
            true_hazard=self.truth.hazards[who, inside].sum(axis=1),
            satisfaction=self.truth.satisfaction[who, inside],
            size=self.truth.customers["size"].to_numpy()[who],
            true_cause=self.truth.customers["cause"].to_numpy()[who],
        ).reset_index(drop=True)


@pytest.fixture(scope="module", params=[7, 11])
def known(request):
    return Known(request.param)


def observable_oracle(months, cut):
    """The part of the true hazard that what is known can tell, half a year ahead."""
    rows = months.sort_values(["customer_id", "begins"], ignore_index=True)
    later = rows.groupby("customer_id")["true_hazard"].shift(-6)
    columns = [c for c in rows if c in fit_columns(rows)]
    at = later.notna() & (later > 0) & ~rows["ahead"].to_numpy(dtype=bool)
    x = rows[columns].assign(industry=pd.factorize(rows["industry"])[0])
    best = HistGradientBoostingRegressor(max_iter=150, random_state=0)
    best.fit(x[at], np.log(later[at]))
    now = rows["begins"] == cut
    return pd.Series(best.predict(x[now]), rows.loc[now, "customer_id"])


def fit_columns(rows):
    known = ["score", "tickets_3m", "finance_tickets_3m", "slow_tickets_3m", "late_deliveries_6m",
             "disputes_6m", "days_late", "later_than_usual", "firm_reminders_3m", "price_rise_6m",
             "bill_shock", "log_size", "log_revenue", "month"]  # fmt: skip
    return [*known, "industry"]


def test_risks_are_in_order_nearly_as_well_as_can_be_and_calibrated(known):
    found = validate_churn(known.months, AS_OF)
    oracle = observable_oracle(known.months, pd.Timestamp(found.cut))
    rows = found.predictions
    best = uno_c(rows["month"], rows["left"], rows["customer_id"].map(oracle), tau=12)
    assert found.concordance.c >= 0.97 * best.c
    slope = found.calibration.slope
    assert abs(slope.value - 1) < max(0.1, 2 * slope.std_err)


def test_incidence_by_true_cause_is_that_of_the_true_hazards(known):
    lives = customer_lives(known.tables, AS_OF, churn_rule_days=10_000).to_pandas()
    lives = lives[~lives["customer_id"].str.endswith("D")]
    true = known.truth.customers.set_index("customer_id")["cause"]
    cause = lives["customer_id"].map(true).where(lives["left_on"].notna())
    found = fit_cumulative_incidence(lives["duration"], cause, causes=CAUSES, entry=lives["entry"])
    # What the hazards of those at risk on each day since acquisition lead to. Months since the one
    # of acquisition would be half a month more: 0.02 over all causes.
    truth = known.truth.since_acquired.set_index("months").loc[24]
    books = [float(found.incidence_at(730, cause)) for cause in CAUSES]
    np.testing.assert_allclose(books, truth[[f"cif_{cause}" for cause in CAUSES]], atol=0.03)


def test_log_hazard_ratios_of_true_satisfaction_and_size_are_recovered(known):
    rows = known.months[~known.months["ahead"].to_numpy(dtype=bool)]
    effects = known.truth.effects["satisfaction_on_churn"]
    for cause in CAUSES:
        left = rows["cause"].notna() & (rows["true_cause"] == cause)
        fit = fit_discrete_hazard(
            rows.assign(left=left), covariates=["satisfaction", "size"], event="left",
            renewal="renewal", cluster="customer_id",
        )  # fmt: skip
        table = fit.table.set_index("covariate")
        row = table.loc["satisfaction"]
        assert abs(row["coefficient"] - effects[cause]) < 3.3 * row["robust_std_err"], cause


def test_mean_risk_ahead_is_that_of_the_year_that_followed(known):
    cut = pd.Timestamp("2025-10-01")
    before = known.months[known.months["begins"] < cut].assign(ahead=False)
    model = fit_churn_hazards(before, AS_OF, causes=("price", "billing", "service", "product",
                              "competitor", "insolvency", "other", "unknown"))  # fmt: skip
    now = known.months[known.months["begins"] == cut]
    there = np.ones(len(now))
    for chance in churn_outlook(model, now).hazards(12):
        there = there * (1 - chance.sum(axis=1))
    after = known.months[(known.months["begins"] >= cut) & known.months["cause"].notna()]
    left = now["customer_id"].isin(after["customer_id"]).mean()
    assert (1 - there).mean() == pytest.approx(left, abs=0.05)


def test_leaving_of_those_who_pay_most_is_as_right_as_that_of_the_others(known):
    ahead = known.months["ahead"].to_numpy(dtype=bool)
    model = fit_churn_hazards(known.months, AS_OF, causes=tuple(CHURN_CAUSES))
    found = churn_outlook(model, known.months[ahead])
    truth = known.truth.outlook.set_index("customer_id")["survival_36m"]
    ends = known.months["log_revenue"].quantile([1 / 3, 2 / 3]).to_numpy()
    third = np.searchsorted(ends, known.months["log_revenue"].fillna(ends[0]))
    past = known.months[~ahead].assign(left=known.months["cause"].notna())
    # Who left by luck is no error of a model that learns of nothing else.
    seen = past.groupby(third[~ahead])[["left", "true_hazard"]].sum()
    expected = np.bincount(third[ahead], -found.log_survival(36)[:, -1])
    true = np.bincount(third[ahead], -np.log(truth.reindex(found.customer_id)))
    off_by = np.log(expected / true) - np.log(seen["left"] / seen["true_hazard"]).to_numpy()
    # Without revenue and with all shrunk alike, those who pay most were 0.15 off on average.
    assert abs(off_by[2]) < 0.12
    assert np.abs(off_by).max() < 0.15


def test_where_satisfaction_moves_nothing_no_effect_of_it_is_found():
    null = Known(5, n_customers=1_500, months=48, off=["satisfaction_on_churn"])
    table = fit_churn_ratios(null.months, AS_OF).table.set_index("covariate")
    row = table.loc["score"]
    assert row["lower"] < 1 < row["upper"]
    # Size moves it still, and is found.
    assert table.loc["log_size", "upper"] < 1


def test_ignoring_delayed_entry_is_wrong_on_the_company(known):
    lives = customer_lives(known.tables, AS_OF, churn_rule_days=180).to_pandas()
    right = fit_churn(lives, AS_OF, churn_rule_days=180)
    careless = fit_churn(lives.assign(entry=0), AS_OF, churn_rule_days=180)
    assert careless.survival.survival_at(730) > right.survival.survival_at(730) + 0.05
