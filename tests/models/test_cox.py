import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from lifelines import CoxPHFitter
from numpy.testing import assert_allclose
from scipy.optimize import minimize

from models import cox
from models.cox import fit_cox
from models.proportional_hazards import check_proportional_hazards
from models.refusal import Refusal
from models.survival import fit_kaplan_meier

X = ["size", "trial"]


def customers(seed, n=120, *, entry=False, n_months=12):
    """Months until customers leave, with many ties; size and trial move it."""
    rng = np.random.default_rng(seed)
    size, trial = rng.normal(size=n), rng.integers(0, 2, n)
    months = np.ceil(6 * rng.exponential(size=n) * np.exp(-0.6 * size + 0.4 * trial)).astype(int)
    first = rng.integers(0, 4, n) if entry else np.zeros(n, dtype=int)
    watched = first + rng.integers(1, n_months, n)
    frame = pd.DataFrame(
        {
            "size": size.round(1),
            "trial": trial,
            "months": np.minimum(months, watched),
            "left": months <= watched,
            "entry": first,
            "region": rng.integers(0, 3, n),
            "group": rng.integers(0, 15, n),
        }
    )
    return frame[frame["months"] > frame["entry"]].reset_index(drop=True)


def fit(rows, **options):
    options = {"duration": "months", "covariates": X, "event": "left", **options}
    return fit_cox(rows, events_per_covariate=1, **options)


def coefficients(rows, **options):
    return fit(rows, **options).table["coefficient"].to_numpy()


# --- a second implementation: every risk set listed, maximised by a general method ----------------


def naive_log_likelihood(beta, rows, ties, start=None, strata=None):
    x, stop = rows[X].to_numpy(float), rows["months"].to_numpy()
    left = rows["left"].to_numpy(bool)
    entry = np.zeros(len(rows)) if start is None else rows[start].to_numpy()
    stratum = np.zeros(len(rows)) if strata is None else rows[strata].to_numpy()
    risk = np.exp(x @ beta)
    total = 0.0
    for s in np.unique(stratum):
        for t in np.unique(stop[left & (stratum == s)]):
            at_risk = (stratum == s) & (entry < t) & (stop >= t)
            tied = (stratum == s) & left & (stop == t)
            d = tied.sum()
            total += (x[tied] @ beta).sum()
            for k in range(d):
                share = k / d if ties == "efron" else 0.0
                total -= np.log(risk[at_risk].sum() - share * risk[tied].sum())
    return total


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("start", [None, "entry"])
@pytest.mark.parametrize("strata", [None, "region"])
def test_maximum_is_that_of_the_likelihood_written_out(ties, start, strata):
    rows = customers(3, entry=start is not None)
    found = fit(rows, ties=ties, entry=start, strata=strata)
    beta = found.table["coefficient"].to_numpy()
    best = minimize(
        lambda b: -naive_log_likelihood(b, rows, ties, start, strata), beta + 0.1, tol=1e-9
    )
    assert_allclose(beta, best.x, atol=1e-5)
    assert found.log_likelihood == pytest.approx(
        naive_log_likelihood(beta, rows, ties, start, strata), abs=1e-9
    )
    assert found.log_likelihood_null == pytest.approx(
        naive_log_likelihood(np.zeros(2), rows, ties, start, strata), abs=1e-9
    )


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.booleans())
def test_coefficients_and_errors_equal_lifelines(seed, entry):
    rows = customers(seed, entry=entry)
    columns = [*X, "months", "left"] + ["entry"] * entry
    theirs = CoxPHFitter().fit(
        rows[columns],
        "months",
        "left",
        entry_col="entry" if entry else None,
        fit_options={"precision": 1e-10},
    )
    ours = fit(rows, entry="entry" if entry else None).table
    assert_allclose(ours["coefficient"], theirs.params_, atol=1e-5)
    assert_allclose(ours["std_err"], theirs.standard_errors_, rtol=1e-5)


def test_error_by_cluster_is_that_of_lifelines_but_for_few_clusters():
    rows = customers(5, 300, n_months=200).assign(months=lambda r: r["months"] * 1.0)
    # Without ties: with them lifelines takes Breslow's residuals for Efron's likelihood.
    rows["months"] += np.random.default_rng(1).random(len(rows)) * 0.01
    ours = fit(rows, cluster="group").table
    theirs = CoxPHFitter().fit(
        rows[[*X, "months", "left", "group"]], "months", "left", cluster_col="group"
    )
    few = np.sqrt(15 / 14)
    assert_allclose(ours["robust_std_err"], theirs.standard_errors_ * few, rtol=1e-4)


def test_error_by_cluster_comes_from_the_score_of_each_row():
    """With a cluster a row, leaving one out moves the score by that row's part in it."""
    rows = customers(8, 40, entry=True).assign(row=lambda r: r.index)
    found = fit(rows, entry="entry", cluster="row")
    beta, step = found.table["coefficient"].to_numpy(), 1e-5

    def weighted_score(weight):
        # The weight of one row a little off: the derivative in it is the row's influence.
        doubled = rows.assign(n=weight)
        kept = fit(doubled, entry="entry", weights="n", ties="breslow")
        return kept.table["coefficient"].to_numpy()

    base = fit(rows, entry="entry", cluster="row", ties="breslow")
    influence = np.stack(
        [
            (
                weighted_score(np.where(rows.index == i, 1 + step, 1.0))
                - weighted_score(np.where(rows.index == i, 1 - step, 1.0))
            )
            / (2 * step)
            for i in rows.index
        ]
    )
    n = len(rows)
    robust = np.sqrt((influence**2).sum(axis=0) * n / (n - 1))
    assert_allclose(base.table["robust_std_err"], robust, rtol=1e-4)
    assert np.isfinite(beta).all()


# --- laws -----------------------------------------------------------------------------------------

seeds = st.integers(0, 10_000)
ties = st.sampled_from(["efron", "breslow"])


@settings(max_examples=25)
@given(seeds, ties)
def test_order_of_rows_changes_nothing(seed, ties):
    rows = customers(seed, entry=True)
    mixed = rows.sample(frac=1.0, random_state=seed)
    one, other = fit(rows, entry="entry", ties=ties), fit(mixed, entry="entry", ties=ties)
    assert_allclose(one.table["coefficient"], other.table["coefficient"], atol=1e-9)
    assert_allclose(one.baseline["hazard"], other.baseline["hazard"], rtol=1e-8)


@settings(max_examples=25)
@given(seeds, ties, st.booleans())
def test_counts_give_the_answer_of_the_rows_they_stand_for(seed, ties, entry):
    rows = customers(seed, entry=entry).assign(n=lambda r: 1 + r.index % 4)
    rows = rows.assign(size=rows["size"].round())
    whole = rows.loc[rows.index.repeat(rows["n"])]
    by = [*X, "months", "left", "entry", "group"]
    cells = whole.assign(n=1).groupby(by, as_index=False)["n"].sum()
    options = {"ties": ties, "entry": "entry" if entry else None, "cluster": "group"}
    one, other = fit(whole, **options), fit(cells, weights="n", **options)
    for column in ("coefficient", "std_err", "robust_std_err", "mean"):
        assert_allclose(one.table[column], other.table[column], rtol=1e-8, atol=1e-9)
    assert one.log_likelihood == pytest.approx(other.log_likelihood, rel=1e-11)
    assert (one.n, one.n_events) == (other.n, other.n_events)
    assert_allclose(
        one.baseline["cumulative_hazard"], other.baseline["cumulative_hazard"], rtol=1e-9
    )
    checks = [check_proportional_hazards(found, transform="rank") for found in (one, other)]
    assert_allclose(checks[0].chi_squared, checks[1].chi_squared, rtol=1e-6)


@given(seeds)
@settings(max_examples=15)
def test_one_stratum_is_no_stratum(seed):
    rows = customers(seed, entry=True).assign(all=1)
    one, other = fit(rows, entry="entry", strata="all"), fit(rows, entry="entry")
    assert_allclose(one.table["coefficient"], other.table["coefficient"], atol=1e-10)


@given(seeds, st.integers(1, 50))
@settings(max_examples=15)
def test_shift_of_the_clock_changes_nothing_but_the_times(seed, shift):
    rows = customers(seed, entry=True)
    later = rows.assign(months=rows["months"] + shift, entry=rows["entry"] + shift)
    one, other = fit(rows, entry="entry"), fit(later, entry="entry")
    assert_allclose(one.table["coefficient"], other.table["coefficient"], atol=1e-9)
    assert_allclose(one.baseline["time"] + shift, other.baseline["time"])


@given(seeds, st.floats(-1e4, 1e4))
@settings(max_examples=15)
def test_constant_added_to_a_covariate_changes_nothing_but_its_mean(seed, constant):
    rows = customers(seed)
    one, other = fit(rows), fit(rows.assign(size=rows["size"] + constant))
    assert_allclose(one.table["coefficient"], other.table["coefficient"], atol=1e-7)
    assert_allclose(one.table["mean"] + [constant, 0], other.table["mean"], atol=1e-6)
    assert_allclose(one.baseline["hazard"], other.baseline["hazard"], rtol=1e-6)


@given(seeds, st.integers(1, 10))
@settings(max_examples=15)
def test_history_cut_in_two_is_the_same_history(seed, at):
    rows = customers(seed)
    early = rows.assign(
        left=rows["left"] & (rows["months"] <= at), months=rows["months"].clip(upper=at)
    )
    late = rows[rows["months"] > at].assign(entry=at)
    both = pd.concat([early, late])
    one = fit(rows, cluster="group")
    other = fit(both, duration=None, start="entry", stop="months", cluster="group")
    for column in ("coefficient", "std_err", "robust_std_err", "lower"):
        assert_allclose(one.table[column], other.table[column], rtol=1e-7, atol=1e-9)


@given(seeds)
@settings(max_examples=15)
def test_times_may_be_fractions(seed):
    rows = customers(seed, entry=True)
    halves = rows.assign(months=rows["months"] / 2, entry=rows["entry"] / 2)
    one, other = fit(rows, entry="entry"), fit(halves, entry="entry")
    assert_allclose(one.table["coefficient"], other.table["coefficient"], atol=1e-9)
    assert other.strata["stop"].item() == rows["months"].max() / 2


def test_many_rows_are_solved_from_a_part_with_the_same_answer(monkeypatch):
    rows = customers(2, 5_000, entry=True)
    one = fit(rows, entry="entry")
    monkeypatch.setattr(cox, "MANY_ROWS", 1_000)
    other = fit(rows, entry="entry")
    assert_allclose(one.table["coefficient"], other.table["coefficient"], atol=1e-10)
    assert_allclose(one.table["std_err"], other.table["std_err"], rtol=1e-7)


def test_many_tied_events_are_summed_as_one_by_one(monkeypatch):
    rows = customers(4, 6_000)
    one = fit(rows)
    monkeypatch.setattr("models.cox_likelihood.TIED_MANY", 10**9)
    other = fit(rows)
    assert_allclose(one.table["coefficient"], other.table["coefficient"], atol=1e-12)
    assert_allclose(one.table["std_err"], other.table["std_err"], rtol=1e-12)
    assert one.log_likelihood == pytest.approx(other.log_likelihood, rel=1e-13)


# --- baseline and prediction ----------------------------------------------------------------------


def test_baseline_with_late_entry_is_the_kaplan_meier_of_a_world_without_effects():
    rng = np.random.default_rng(7)
    n = 4_000
    months, entry = np.ceil(rng.exponential(20, n)).astype(int), rng.integers(0, 25, n)
    rows = pd.DataFrame({"months": months, "entry": entry, "x": rng.normal(size=n), "left": True})
    rows = rows[rows["months"] > rows["entry"]]
    found = fit(rows, covariates=["x"], entry="entry", ties="breslow")
    curve = fit_kaplan_meier(rows["months"], rows["left"], entry=rows["entry"])
    at = [6, 12, 24]
    ours = found.survival(pd.DataFrame({"x": [0.0]}), at)[0]
    assert_allclose(ours, curve.survival_at(at), atol=0.01)
    # Ignoring that old customers had to survive to be seen gives .43 more at 24 months.
    assert ours[2] == pytest.approx(np.exp(-24 / 20), abs=0.03)


def test_survival_is_by_stratum_and_missing_beyond_what_was_watched():
    rows = customers(1, 400)
    rows = rows.assign(
        months=np.where(rows["region"] == 0, rows["months"].clip(upper=5), rows["months"])
    )
    found = fit(rows, strata="region")
    at = pd.DataFrame({"size": 0.0, "trial": [0, 0], "region": [0, 1]})
    survival = found.survival(at, [0, 5, 8])
    assert survival[:, 0].tolist() == [1.0, 1.0]
    assert np.isnan(survival[0, 2])
    assert 0 < survival[1, 2] < survival[1, 1] < 1


# --- what the rows cannot carry -------------------------------------------------------------------


def test_column_that_is_the_same_everywhere_is_named():
    with pytest.raises(Refusal, match="`trial`: the same for all"):
        fit(customers(1).assign(trial=1))


def test_column_that_only_tells_the_strata_apart_is_named():
    rows = customers(1)
    with pytest.raises(Refusal, match="`region`: the same for all"):
        fit(rows, covariates=["size", "region"], strata="region")


def test_columns_that_add_up_are_named():
    rows = customers(1).assign(both=lambda r: r["size"] - 2 * r["trial"])
    with pytest.raises(Refusal, match="`both` is told exactly by `size` and `trial`"):
        fit(rows, covariates=[*X, "both"])


def test_value_that_nobody_had_the_event_at_is_named():
    rows = customers(1).assign(vip=lambda r: (r.index % 10 == 0).astype(int))
    rows["left"] &= rows["vip"] == 0
    with pytest.raises(
        Refusal, match=r"`vip` grows without bound: none of the 12 rows with `vip` = 1"
    ):
        fit(rows, covariates=[*X, "vip"])


def test_column_that_orders_who_leaves_first_is_named():
    rows = customers(1).assign(months=lambda r: r.index + 1, left=True)
    rows["forecast"] = rows["months"] ** 1.5
    with pytest.raises(Refusal, match="`forecast` grows without bound: it orders by itself"):
        fit(rows, covariates=[*X, "forecast"])


def test_large_effect_that_is_finite_is_found():
    """Of those with a defect 39 of 40 leave first; the coefficient is large and finite."""
    rows = pd.DataFrame({"defect": [1] * 40 + [0] * 40, "months": range(1, 81), "left": True})
    rows.loc[[39, 40], "defect"] = [0, 1]
    found = fit(rows, covariates=["defect"])
    assert 3 < found.table["coefficient"].item() < 8


def test_few_events_are_refused_with_how_many_covariates_they_carry():
    rows = customers(1)
    rows["left"] &= rows["left"].cumsum() <= 15
    with pytest.raises(Refusal, match="15 events are too few for 2 covariates.*Keep 1 at most"):
        fit_cox(rows, covariates=X, duration="months", event="left")


def test_few_clusters_have_no_interval_and_say_why():
    rows = customers(1, 300).assign(group=lambda r: r.index % 6)
    found = fit(rows, cluster="group")
    assert found.table[["lower", "upper", "p_value"]].isna().all(axis=None)
    assert found.table["robust_std_err"].notna().all()
    assert "6 clusters" in found.reason


@pytest.mark.parametrize(
    ("change", "options", "words"),
    [
        ({"left": False}, {}, "None of the .* has had the event"),
        ({"size": np.nan}, {}, "`size` is missing or infinite in"),
        ({"months": -1}, {}, "`months` is missing or negative in"),
        ({"entry": 100}, {"entry": "entry"}, "end at or before their `entry`"),
        ({}, {"covariates": ["sise"]}, "no column `sise`"),
        ({"size": "big"}, {}, "`size` holds .* not numbers"),
        ({"n": 1.5}, {"weights": "n"}, "no whole numbers"),
        ({}, {"stop": "months"}, "not clear when"),
        ({}, {"ties": "exact"}, 'by "exact"'),
    ],
)
def test_rows_that_cannot_be_read_say_what_to_do(change, options, words):
    with pytest.raises(ValueError, match=words):
        fit(customers(1).assign(**change), **options)


# --- do intervals hold the truth ------------------------------------------------------------------


def covered(n_worlds):
    """Share of worlds in which nothing matters and the interval says so, classic and robust."""
    rng = np.random.default_rng(20_250_630)
    classic = robust = 0
    for _ in range(n_worlds):
        # Segment belongs to the customer and does nothing; pace belongs to the customer too.
        customer = rng.integers(0, 40, 400)
        pace, segment = rng.normal(0, 0.7, 40), rng.integers(0, 2, 40)
        days = np.ceil(30 * rng.exponential(size=400) * np.exp(pace[customer])).astype(int)
        rows = pd.DataFrame({"x": segment[customer], "customer": customer})
        rows = rows.assign(days=np.minimum(days, 90), paid=days <= 90)
        options = {"covariates": ["x"], "duration": "days", "event": "paid"}
        for clusters in (False, True):
            table = fit_cox(rows, cluster="customer" if clusters else None, **options).table
            holds = bool(table["lower"].item() < 1 < table["upper"].item())
            classic, robust = classic + (holds and not clusters), robust + (holds and clusters)
    return classic / n_worlds, robust / n_worlds


def test_ignoring_customers_claims_effects_that_are_not_there():
    classic, robust = covered(100)
    assert classic < 0.75
    # 0.1 % band of a binomial with 100 draws at .95.
    assert robust >= 0.86


@pytest.mark.verify
def test_interval_by_customer_holds_the_truth_in_a_thousand_worlds():
    assert 0.926 <= covered(1_000)[1] <= 0.971


@pytest.mark.verify
def test_interval_of_independent_rows_holds_the_truth_in_a_thousand_worlds():
    rng, hits = np.random.default_rng(20_250_630), 0
    for _ in range(1_000):
        rows = customers(int(rng.integers(1e9)), 250, entry=True)
        table = fit(rows.assign(noise=rng.normal(size=len(rows))), covariates=[*X, "noise"],
                    entry="entry").table.set_index("covariate")  # fmt: skip
        hits += table.loc["noise", "lower"] < 1 < table.loc["noise", "upper"]
    assert 0.926 <= hits / 1_000 <= 0.971


def test_a_changing_effect_is_found_and_a_constant_one_is_not():
    rng = np.random.default_rng(1)
    n = 1_500
    trial, steady = rng.integers(0, 2, n), rng.normal(size=n)
    # The trial doubles the hazard up to month 5 and halves it after.
    early = rng.exponential(10 / 2.0**trial)
    months = np.where(early < 5, early, 5 + rng.exponential(10 * 2.0**trial))
    rows = pd.DataFrame({"trial": trial, "steady": steady, "left": months <= 30})
    rows["months"] = np.minimum(np.ceil(months), 30).astype(int)
    found = fit(rows, covariates=["trial", "steady"])
    check = check_proportional_hazards(found)
    p_value = check.table.set_index("term")["p_value"]
    assert p_value["trial"] < 1e-6 < 0.01 < p_value["steady"]
    assert "`trial`, whose coefficient falls" in check.what_to_do()
    assert "`steady`" not in check.what_to_do()
    early = check.effects.query("covariate == 'trial' and time <= 5")
    assert np.average(early["coefficient"], weights=early["n_events"]) > 0.4
