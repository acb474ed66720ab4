import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from numpy.testing import assert_allclose

from models.discrete_hazard import fit_discrete_hazard
from models.month_baseline import MonthBaseline
from models.refusal import Refusal
from sample_data.churn import CAUSES
from sample_data.effects import EFFECTS


def person_months(seed, n=400, months=24):
    """Customers month by month; they leave for price or for service, more at a renewal."""
    rng = np.random.default_rng(seed)
    month = np.arange(1, months + 1)
    score, size = rng.normal(size=(n, months)), rng.normal(size=(n, 1)) + np.zeros((n, months))
    renewal = (month % 12 == 0) + np.zeros((n, months))
    price = 0.02 * np.exp(0.3 * size + 0.7 * renewal)
    service = 0.02 * np.exp(-0.6 * score) * month**-0.3
    total = price + service
    leaves = rng.random((n, months)) < -np.expm1(-total)
    for_price = rng.random((n, months)) < price / total
    there = np.cumsum(leaves, axis=1) - leaves == 0
    who, at = np.nonzero(there)
    cause = np.where(leaves, np.where(for_price, "price", "service"), None)
    return pd.DataFrame(
        {
            "customer": who,
            "month": at + 1,
            "score": score[there].round(1),
            "size": size[there].round(1),
            "renewal": renewal[there],
            "cause": cause[there],
        }
    )


def fitted(rows, **options):
    options = {"covariates": ["score", "size"], "event": "cause", "renewal": "renewal", **options}
    return fit_discrete_hazard(rows, events_per_covariate=5, **options)


def test_steps_are_the_share_that_left_worked_by_hand():
    # 100 of 1,000 in the first month, 90 of 900 in months 2 and 3 each on average.
    rows = pd.DataFrame(
        {"month": [1, 1, 2, 2, 3, 3], "left": [1, 0] * 3, "n": [100, 900, 80, 720, 80, 640]}
    )
    fit = fit_discrete_hazard(rows, covariates=[], event="left", baseline_ends=[1], weights="n")
    # (80 + 80) / (800 + 720) = 2/19
    known = [0.9, 0.9 * 17 / 19, 0.9 * (17 / 19) ** 2]
    ours = fit.survival(pd.DataFrame({"month": [1, 2, 3]}))["survival"]
    assert_allclose(ours, known, atol=1e-10)


@pytest.mark.parametrize("cause", ["price", "service"])
@pytest.mark.parametrize(
    "baseline", [{"baseline_knots": [2, 6, 12, 20]}, {"baseline_ends": [3, 12]}]
)
def test_coefficients_and_errors_equal_statsmodels(cause, baseline):
    rows = person_months(1)
    fit = fitted(rows, cluster="customer", **baseline)
    ours = fit.table[fit.table["cause"] == cause]
    x = fit.baseline.columns(rows["month"].to_numpy())
    design = np.column_stack([np.ones(len(rows)), x, rows[["score", "size", "renewal"]]])
    family = sm.families.Binomial(sm.families.links.CLogLog())
    theirs = sm.GLM((rows["cause"] == cause).astype(float), design, family=family).fit(tol=1e-12)
    assert_allclose(ours["coefficient"], theirs.params, atol=1e-8)
    assert_allclose(ours["std_err"], theirs.bse, rtol=1e-6)
    # By cluster: inverse of the expected information about the squared scores, C / (C - 1).
    rate, chance = np.exp(design @ theirs.params), theirs.fittedvalues.to_numpy()
    score = ((rows["cause"] == cause) - chance) * rate / chance
    by_customer = (pd.DataFrame(design).mul(score, axis=0)).groupby(rows["customer"]).sum()
    meat, n = by_customer.T.to_numpy() @ by_customer.to_numpy(), rows["customer"].nunique()
    robust = theirs.cov_params().to_numpy() @ meat @ theirs.cov_params().to_numpy() * n / (n - 1)
    assert_allclose(ours["robust_std_err"], np.sqrt(np.diag(robust)), rtol=1e-5)


@settings(max_examples=5)
@given(st.integers(0, 10_000))
def test_counts_give_the_answer_of_the_months_they_stand_for(seed):
    rows = person_months(seed, 600).assign(score=lambda r: r["score"].round())
    by = ["month", "score", "renewal", "cause"]
    cells = rows.assign(n=1).groupby(by, dropna=False, as_index=False)["n"].sum()
    cells["cause"] = cells["cause"].where(cells["cause"].notna(), None)
    options = {"covariates": ["score"], "baseline_knots": []}
    one, other = fitted(rows, **options), fitted(cells, weights="n", **options)
    assert_allclose(one.table["coefficient"], other.table["coefficient"], atol=1e-8)
    assert_allclose(one.table["std_err"], other.table["std_err"], rtol=1e-7)
    assert (one.n, one.n_events) == (other.n, other.n_events)


def test_order_of_months_changes_nothing():
    rows = person_months(2)
    one = fitted(rows, cluster="customer")
    other = fitted(rows.sample(frac=1, random_state=1), cluster="customer")
    assert_allclose(one.table["coefficient"], other.table["coefficient"], atol=1e-9)
    assert_allclose(one.covariance, other.covariance, atol=1e-9)


@pytest.fixture(scope="module")
def fit():
    return fitted(person_months(3), cluster="customer", baseline_knots=[2, 6, 12, 20])


@given(st.integers(1, 20), st.floats(-2, 2), st.floats(-2, 2), st.integers(1, 24))
def test_survival_and_what_left_by_each_cause_sum_to_one(fit, length, score, size, first):
    path = pd.DataFrame({"month": np.arange(first, min(first + length, 25))})
    path = path.assign(score=score, size=size, renewal=path["month"] % 12 == 0)
    survival = fit.survival(path).set_index("month")["survival"]
    left = fit.incidence(path).groupby("month")["incidence"].sum()
    assert_allclose(survival + left, 1.0, atol=1e-12)
    assert (np.diff(survival, prepend=1.0) <= 0).all()


def test_error_of_predictions_is_that_of_a_small_move_of_the_coefficients(fit):
    """Delta method: derivatives by differences in place of the analytic ones."""
    path = pd.DataFrame({"month": range(1, 15), "score": 0.5, "size": -1.0})
    path = path.assign(renewal=path["month"] % 12 == 0)
    design = np.column_stack(
        [np.ones(14), fit.baseline.columns(path["month"].to_numpy()),
         path[["score", "size", "renewal"]].astype(float)]
    )  # fmt: skip
    beta = fit.table["coefficient"].to_numpy()

    def chances(b):
        leave = 1 - np.exp(-np.exp(design @ b.reshape(2, -1).T))
        survival = np.cumprod(1 - leave.sum(axis=1))
        before = np.append(1.0, survival[:-1])
        return np.column_stack([survival, np.cumsum(before[:, None] * leave, axis=0)])

    steps = np.eye(len(beta)) * 1e-6
    slopes = np.stack([(chances(beta + s) - chances(beta - s)) / 2e-6 for s in steps], axis=-1)
    known = np.sqrt(np.einsum("tci,ij,tcj->tc", slopes, fit.covariance, slopes))
    assert_allclose(fit.survival(path)["std_err"], known[:, 0], rtol=1e-5)
    found = fit.incidence(path)
    for k, cause in enumerate(["price", "service"], start=1):
        assert_allclose(found.loc[found["cause"] == cause, "std_err"], known[:, k], rtol=1e-5)


def test_nothing_is_predicted_beyond_the_months_that_were_watched(fit):
    path = pd.DataFrame({"month": range(22, 28), "score": 0.0, "size": 0.0, "renewal": 0})
    survival = fit.survival(path)["survival"]
    assert survival[:3].notna().all()
    assert survival[3:].isna().all()


def test_paths_are_told_apart(fit):
    path = pd.DataFrame({"month": [1, 2, 1, 2], "who": list("aabb"), "score": [0, 0, 2, 2]})
    both = fit.survival(path.assign(size=0.0, renewal=0), by="who")
    assert both["who"].tolist() == list("aabb")
    assert both["survival"].iloc[3] > both["survival"].iloc[1]
    with pytest.raises(ValueError, match="do not follow each other"):
        fit.survival(path.assign(size=0.0, renewal=0))


def test_straight_line_is_weibull():
    assert MonthBaseline().columns(np.array([1, 12])).ravel() == pytest.approx(np.log([0.5, 11.5]))


@pytest.mark.parametrize(
    ("change", "options", "words"),
    [
        ({"cause": None}, {}, "None of the .* rows has ended"),
        ({"month": 0}, {}, "below 1 or no whole months"),
        ({"size": 1.0}, {}, "`size`: the same for all"),
        ({"size": np.nan}, {}, "`size` is missing"),
        ({}, {"baseline_knots": [5, 3]}, "do not rise"),
        ({}, {"baseline_ends": []}, "does not rise"),
        ({}, {"baseline_ends": [3], "baseline_knots": [3]}, "both a line and steps"),
    ],
)
def test_months_that_cannot_be_read_say_what_to_do(change, options, words):
    with pytest.raises(ValueError, match=words):
        fitted(person_months(1).assign(**change), **options)


def test_cause_with_few_events_is_named():
    rows = person_months(1)
    with pytest.raises(Refusal, match=r"left for (price|service): too few"):
        fit_discrete_hazard(
            rows, covariates=["score", "size"], event="cause", events_per_covariate=1_000
        )


def test_value_at_which_nobody_leaves_is_named():
    rows = person_months(1).assign(vip=lambda r: (r["customer"] % 9 == 0).astype(int))
    rows.loc[rows["vip"] == 1, "cause"] = None
    with pytest.raises(
        Refusal, match="price: .*`vip` grows without bound: none of the .* `vip` = 1"
    ):
        fitted(rows, covariates=["score", "vip"])


# --- the company whose answers are known ----------------------------------------------------------


@pytest.fixture(scope="module")
def watched(plain_company):
    """One row for each month in which a customer could leave, from the latent values."""
    plain = plain_company.truth
    who, month = np.nonzero(plain.at_risk)
    left_on, first = plain.customers["left_on"], plain.window["month"].iloc[0]
    left_month = (left_on.dt.year - first.year) * 12 + left_on.dt.month - first.month
    # Who becomes insolvent is watched until then: no early leaver does, and so has no ratio.
    left = (left_month.to_numpy()[who] == month) & (plain.customers["cause"] != CAUSES[3])[
        who
    ].to_numpy()
    return pd.DataFrame(
        {
            "customer": who,
            "satisfaction": plain.satisfaction[who, month],
            "size": plain.customers["size"].to_numpy()[who],
            "early": plain.customers["stops_early"].to_numpy()[who].astype(float),
            "month": plain.tenure[who, month],
            "renewal": plain.tenure[who, month] % 12 == 0,
            "cause": np.where(left, plain.customers["cause"].to_numpy()[who], None),
            "true": plain.hazards[who, month, :3].sum(axis=1),
        }
    )


@pytest.fixture(scope="module")
def found(watched):
    return fit_discrete_hazard(
        watched,
        covariates=["satisfaction", "size", "early"],
        event="cause",
        renewal="renewal",
        cluster="customer",
        baseline_knots=[],
        causes=CAUSES[:3],
    )


@pytest.mark.parametrize("cause", CAUSES[:3])
def test_true_log_hazard_ratios_are_within_three_errors(found, cause):
    table = found.table[found.table["cause"] == cause].set_index("covariate")
    true = {
        "satisfaction": EFFECTS.satisfaction_on_churn[cause],
        "size": EFFECTS.size_on_churn,
        "renewal": np.log(EFFECTS.renewal_ratio),
    }
    for name, value in true.items():
        off = (table.loc[name, "coefficient"] - value) / table.loc[name, "robust_std_err"]
        assert abs(off) < 3, name
    assert (table.loc[["satisfaction", "size"], "robust_std_err"] < 0.09).all()


def test_predicted_survival_is_the_true_one_of_the_company(found, watched):
    """Mean survival over 24 months of those there in month 1, along their own satisfaction."""
    rows = watched[watched["month"] <= 24]
    long = rows.groupby("customer")["month"].agg(["min", "max"])
    some = long.index[(long["min"] == 1)][:150]
    rows = rows[rows["customer"].isin(some)]
    ours = found.survival(rows, by="customer").groupby("customer")["survival"].last()
    true = np.exp(-rows.groupby("customer")["true"].sum())
    assert ours.mean() == pytest.approx(true.mean(), abs=0.03)
    assert np.corrcoef(ours, true)[0, 1] > 0.95


@pytest.mark.verify
def test_intervals_hold_the_truth_in_two_hundred_worlds():
    hits = np.zeros(2)
    for seed in range(200):
        table = fitted(
            person_months(seed, 600, 12), covariates=["score"], renewal=None, baseline_knots=[],
            cluster="customer",
        ).table  # fmt: skip
        rows = table[table["covariate"] == "score"].set_index("cause")
        true = pd.Series({"price": 1.0, "service": np.exp(-0.6)})
        hits += ((rows["lower"] < true) & (true < rows["upper"])).loc[["price", "service"]]
    assert ((hits / 200 >= 0.895) & (hits / 200 <= 0.99)).all()
