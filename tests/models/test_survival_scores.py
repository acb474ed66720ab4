"""Uno's C and the Brier score, against a second implementation from their definitions."""

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from lifelines import CoxPHFitter
from lifelines.utils import concordance_index
from numpy.testing import assert_allclose

from models.cox import fit_cox
from models.refusal import Refusal
from models.survival import fit_kaplan_meier
from models.survival_scores import brier_score, harrell_c, uno_c

seeds = st.integers(0, 10_000)


def customers(seed, n=60, *, entry=False):
    """Months until customers leave, with ties in time and in risk."""
    rng = np.random.default_rng(seed)
    risk = rng.integers(0, 12, n) / 4
    months = np.ceil(rng.exponential(14, n) * np.exp(-0.7 * (risk - 1.5))).astype(int)
    first = rng.integers(0, 4, n) if entry else np.zeros(n, dtype=int)
    watched = first + rng.integers(1, 25, n)
    frame = pd.DataFrame(
        {
            "months": np.minimum(months, watched),
            "left": months <= watched,
            "risk": risk,
            "entry": first,
            "customer": rng.integers(0, 20, n),
        }
    )
    # One who is watched to the end keeps the last months known.
    frame = frame[frame["months"] > frame["entry"]]
    end = {"months": 30, "left": False, "risk": 1.0, "entry": 0, "customer": 0}
    return pd.concat([frame, pd.DataFrame([end] * 3)], ignore_index=True)


# --- the definitions, pair by pair, with a weight for each row ---------------------


def chance_of_being_watched(day, left, weight, at, *, before):
    """Kaplan-Meier of being censored; losses come after the events of their day."""
    chance = 1.0
    for s in range(at if before else at + 1):
        lost = weight[(day == s) & ~left].sum()
        there = weight[(day > s) | ((day == s) & ~left)].sum()
        if lost:
            chance *= 1 - lost / there
    return chance


def uno_by_pairs(rows, tau, weight=None):
    day, left = rows["months"].to_numpy(), rows["left"].to_numpy(bool)
    risk = rows["risk"].to_numpy()
    weight = np.ones(len(rows)) if weight is None else weight
    above = total = 0.0
    for i in np.flatnonzero(left & (day <= tau)):
        g = chance_of_being_watched(day, left, weight, day[i], before=True)
        for j in np.flatnonzero((day > day[i]) | ((day == day[i]) & ~left)):
            w = weight[i] * weight[j] / g**2
            total += w
            above += w * ((risk[i] > risk[j]) + 0.5 * (risk[i] == risk[j]))
    return above / total


def late_entry_by_pairs(rows, tau, weight=None):
    """The same with pairs watched at the same time, by survival and numbers at risk."""
    day, left = rows["months"].to_numpy(), rows["left"].to_numpy(bool)
    entry, risk = rows["entry"].to_numpy(), rows["risk"].to_numpy()
    weight = np.ones(len(rows)) if weight is None else weight
    survival, above, total = 1.0, 0.0, 0.0
    for t in range(tau + 1):
        there = (day >= t) & ((entry < t) | (entry == 0))
        gone = there & left & (day == t)
        if not gone.any():
            continue
        share = (survival / weight[there].sum()) ** 2
        for i in np.flatnonzero(gone):
            for j in np.flatnonzero(there & ~gone):
                w = weight[i] * weight[j] * share
                total += w
                above += w * ((risk[i] > risk[j]) + 0.5 * (risk[i] == risk[j]))
        survival *= 1 - weight[gone].sum() / weight[there].sum()
    return above / total


def brier_by_rows(rows, survival, t, weight=None):
    day, left = rows["months"].to_numpy(), rows["left"].to_numpy(bool)
    weight = np.ones(len(rows)) if weight is None else weight
    total = 0.0
    for i in range(len(rows)):
        if left[i] and day[i] <= t:
            g = chance_of_being_watched(day, left, weight, day[i], before=True)
            total += weight[i] * survival[i] ** 2 / g
        elif day[i] > t:
            g = chance_of_being_watched(day, left, weight, t, before=False)
            total += weight[i] * (1 - survival[i]) ** 2 / g
    return total / weight.sum()


def derivatives(score, n, step=1e-4):
    """By how much a score moves with the weight of each row."""
    moved = np.empty(n)
    for i in range(n):
        up, down = np.ones(n), np.ones(n)
        up[i], down[i] = 1 + step, 1 - step
        moved[i] = (score(up) - score(down)) / (2 * step)
    return moved


def error_from(moved, cluster=None):
    if cluster is not None:
        moved = pd.Series(moved).groupby(np.asarray(cluster)).sum().to_numpy()
    n = len(moved)
    return np.sqrt((moved**2).sum() * n / (n - 1))


@pytest.mark.parametrize("tau", [5, 12, 24])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_uno_is_its_definition_pair_by_pair(seed, tau):
    rows = customers(seed)
    found = uno_c(rows["months"], rows["left"], rows["risk"], tau=tau)
    assert found.c == pytest.approx(uno_by_pairs(rows, tau), rel=1e-12)
    assert found.c == pytest.approx(late_entry_by_pairs(rows, tau), rel=1e-12)
    assert found.n_events == (rows["left"] & (rows["months"] <= tau)).sum()


@pytest.mark.parametrize("seed", [4, 5, 6])
def test_late_entry_counts_pairs_that_were_watched_at_the_same_time(seed):
    rows = customers(seed, entry=True)
    found = uno_c(rows["months"], rows["left"], rows["risk"], tau=15, entry=rows["entry"])
    assert found.c == pytest.approx(late_entry_by_pairs(rows, 15), rel=1e-12)


@pytest.mark.parametrize("entry", [False, True])
def test_error_of_uno_comes_from_the_weight_of_each_row(entry):
    rows = customers(7, 30, entry=entry)
    moved = derivatives(lambda w: late_entry_by_pairs(rows, 15, w), len(rows))
    options = {"tau": 15, "entry": rows["entry"] if entry else None}
    one = uno_c(rows["months"], rows["left"], rows["risk"], **options)
    assert one.std_err == pytest.approx(error_from(moved), rel=1e-5)
    several = uno_c(rows["months"], rows["left"], rows["risk"], cluster=rows["customer"], **options)
    assert several.std_err == pytest.approx(error_from(moved, rows["customer"]), rel=1e-5)
    assert several.n_clusters == rows["customer"].nunique()


@pytest.mark.parametrize("seed", [1, 2])
def test_harrell_is_that_of_lifelines(seed):
    rows = customers(seed, 300)
    known = concordance_index(rows["months"], -rows["risk"], rows["left"])
    assert harrell_c(rows["months"], rows["left"], rows["risk"]).c == pytest.approx(known)


@pytest.mark.parametrize("t", [3, 20])
def test_brier_score_is_its_definition_row_by_row(t):
    rows = customers(8, 30)
    survival = np.exp(-0.03 * t * np.exp(rows["risk"].to_numpy() - 1.5))
    found = brier_score(rows["months"], rows["left"], survival, t)
    assert found.integrated.value == pytest.approx(brier_by_rows(rows, survival, t), rel=1e-12)
    moved = derivatives(lambda w: brier_by_rows(rows, survival, t, w), len(rows))
    assert found.integrated.std_err == pytest.approx(error_from(moved), rel=1e-5)
    several = brier_score(rows["months"], rows["left"], survival, t, cluster=rows["customer"])
    clustered = error_from(moved, rows["customer"])
    assert several.integrated.std_err == pytest.approx(clustered, rel=1e-5)


def test_mean_over_times_is_by_the_trapezoid_rule():
    rows = customers(9)
    times = [2, 4, 10]
    survival = np.exp(-0.03 * np.outer(np.exp(rows["risk"] - 1.5), times))
    found = brier_score(rows["months"], rows["left"], survival, times)
    one = [brier_by_rows(rows, of, t) for of, t in zip(survival.T, times, strict=True)]
    # (2 .. 4) and (4 .. 10), over 8 in all.
    mean = (2 * (one[0] + one[1]) / 2 + 6 * (one[1] + one[2]) / 2) / 8
    assert found.integrated.value == pytest.approx(mean)
    assert_allclose(found.table["score"], one)


# --- laws ----------------------------------------------------


@settings(max_examples=10)
@given(seeds, st.booleans(), st.integers(4, 20))
def test_reversed_risk_has_one_less_c_and_a_rising_function_of_it_the_same(seed, entry, tau):
    rows = customers(seed, entry=entry)
    options = {"tau": tau, "entry": rows["entry"] if entry else None}

    def found(risk):
        return uno_c(rows["months"], rows["left"], risk, **options)

    one = found(rows["risk"])
    assert 0 <= one.c <= 1
    assert found(-rows["risk"]).c == pytest.approx(1 - one.c)
    assert found(-rows["risk"]).std_err == pytest.approx(one.std_err)
    assert found(np.exp(rows["risk"])).c == one.c
    assert found(np.ones(len(rows))).c == 0.5


@settings(max_examples=10)
@given(seeds, st.integers(4, 20))
def test_order_of_rows_changes_no_score(seed, tau):
    rows = customers(seed, entry=True)
    mixed = rows.sample(frac=1.0, random_state=seed)
    one, other = (
        uno_c(r["months"], r["left"], r["risk"], tau=tau, entry=r["entry"], cluster=r["customer"])
        for r in (rows, mixed)
    )
    assert other.c == pytest.approx(one.c)
    assert other.std_err == pytest.approx(one.std_err)


@settings(max_examples=10)
@given(seeds, st.integers(2, 6))
def test_history_cut_in_stretches_has_the_same_c(seed, at):
    """A row of a customer may end because its risk may change: nothing is lost or won by that."""
    rows = customers(seed)
    early = rows.assign(
        left=rows["left"] & (rows["months"] <= at), months=rows["months"].clip(upper=at)
    )
    late = rows[rows["months"] > at].assign(entry=at)
    both = pd.concat([early, late])
    one = uno_c(rows["months"], rows["left"], rows["risk"], tau=15, cluster=rows.index)
    other = uno_c(
        both["months"], both["left"], both["risk"], tau=15, entry=both["entry"], cluster=both.index
    )
    assert other.c == pytest.approx(one.c)
    assert other.std_err == pytest.approx(one.std_err)


@settings(max_examples=10)
@given(seeds, st.integers(1, 25))
def test_brier_score_of_one_curve_for_all_is_its_variance_and_the_least(seed, t):
    rows = customers(seed)
    s = fit_kaplan_meier(rows["months"], rows["left"]).survival_at(t).item()
    found = brier_score(rows["months"], rows["left"], np.full(len(rows), s), t)
    assert found.integrated.value == pytest.approx(s * (1 - s))
    assert found.integrated_null.value == pytest.approx(s * (1 - s))
    other = np.full(len(rows), s * 0.9)
    assert brier_score(rows["months"], rows["left"], other, t).r_squared.value <= 1e-12


@settings(max_examples=10)
@given(seeds)
def test_without_censoring_the_brier_score_is_the_mean_square(seed):
    rows = customers(seed).assign(left=True)
    survival = np.random.default_rng(seed).random(len(rows))
    found = brier_score(rows["months"], rows["left"], survival, 6)
    mean = np.mean((survival - (rows["months"] > 6)) ** 2)
    assert found.integrated.value == pytest.approx(mean)


# --- published ----------------------------------------------------


def test_scores_of_the_recidivism_data_are_the_published_ones(reference_data):
    rows = pd.read_parquet(reference_data / "survival" / "rossi.parquet")
    names = ["fin", "age", "race", "wexp", "mar", "paro", "prio"]
    x = rows[names].apply(lambda c: pd.factorize(c, sort=True)[0] if c.dtype == object else c)
    frame = x.astype(float).assign(week=rows["week"], event=rows["arrest"] == 1)
    fit = fit_cox(frame, covariates=names, duration="week", event="event")
    risk, weeks = fit.relative_hazard(frame), np.arange(5, 52)
    assert harrell_c(frame["week"], frame["event"], risk).c == pytest.approx(0.6403, abs=5e-5)
    assert uno_c(frame["week"], frame["event"], risk, tau=51).c == pytest.approx(0.6438, abs=5e-5)
    scores = brier_score(frame["week"], frame["event"], fit.survival(frame, weeks), weeks)
    assert scores.integrated.value == pytest.approx(0.1020, abs=5e-5)
    assert scores.integrated_null.value == pytest.approx(0.1082, abs=5e-5)
    theirs = CoxPHFitter().fit(frame, "week", "event")
    assert harrell_c(frame["week"], frame["event"], risk).c == pytest.approx(
        theirs.concordance_index_
    )


# --- do intervals hold the truth ----------------------------------------------------


def held(n_worlds, *, entry):
    """Share of worlds in which the interval by customer holds the C of a million customers."""
    rng = np.random.default_rng(20_250_630)

    def world(n):
        risk = rng.normal(size=n)
        months = np.ceil(rng.exponential(20, n) * np.exp(-0.8 * risk)).astype(int)
        return risk, months

    risk, months = world(200_000)
    truth = uno_c(np.minimum(months, 25), months <= 24, risk, tau=24).c
    hits = 0
    for _ in range(n_worlds):
        risk, months = world(500)
        # Each customer comes twice: two contracts that end alike.
        first = rng.integers(0, 8, 500) if entry else np.zeros(500, dtype=int)
        watched = first + rng.integers(1, 40, 500)
        rows = pd.DataFrame(
            {"months": np.minimum(months, watched), "left": months <= watched, "risk": risk,
             "entry": first}
        )  # fmt: skip
        rows = rows[rows["months"] > rows["entry"]]
        rows = pd.concat([rows, rows])
        found = uno_c(
            rows["months"], rows["left"], rows["risk"], tau=24, entry=rows["entry"],
            cluster=rows.index,
        )  # fmt: skip
        hits += found.lower < truth < found.upper
    return hits / n_worlds


@pytest.mark.verify
@pytest.mark.parametrize("entry", [False, True])
def test_interval_of_c_holds_the_truth_in_a_thousand_worlds(entry):
    assert 0.926 <= held(1_000, entry=entry) <= 0.971


def test_c_does_not_depend_on_how_long_rows_are_watched_and_harrells_does():
    """An effect that turns round: those watched for a short time show its beginning."""
    rng = np.random.default_rng(3)
    risk = rng.integers(0, 2, 20_000) * 1.0
    early, late = rng.exponential(12 / np.exp(risk)), 6 + rng.exponential(12 * np.exp(risk))
    months = np.ceil(np.where(early < 6, early, late)).astype(int)
    short = np.where(rng.random(risk.size) < 0.8, rng.integers(1, 8, risk.size), 31)

    def both(watched):
        day, left = np.minimum(months, watched), months <= watched
        return uno_c(day, left, risk, tau=24).c, harrell_c(day, left, risk).c

    whole, part = both(np.full(risk.size, 31)), both(short)
    assert part[0] == pytest.approx(whole[0], abs=0.01)
    assert part[1] - whole[1] > 0.03


# --- what the rows cannot carry ----------------------------------------------------


def test_days_beyond_those_watched_are_refused():
    rows = customers(1)
    with pytest.raises(Refusal, match="Nobody was watched beyond 30"):
        uno_c(rows["months"], rows["left"], rows["risk"], tau=31)
    with pytest.raises(Refusal, match="Nobody was watched beyond 30"):
        brier_score(rows["months"], rows["left"], np.full(len(rows), 0.5), 30)


def test_rows_without_events_or_pairs_are_refused():
    with pytest.raises(Refusal, match="None of the 3 rows has had the event up to 2"):
        uno_c([1, 2, 3], [False, False, True], [1, 2, 3], tau=2)
    with pytest.raises(Refusal, match="no pair can be compared"):
        uno_c([2, 2], [True, True], [1, 2], tau=2)


def test_early_rows_that_all_leave_before_others_come_are_refused():
    with pytest.raises(Refusal, match="before others entered"):
        uno_c([2, 8, 9], [True, True, True], [1, 2, 3], tau=9, entry=[0, 5, 5])


def test_few_customers_have_no_interval_and_say_why():
    rows = customers(1)
    found = uno_c(rows["months"], rows["left"], rows["risk"], tau=12, cluster=rows.index % 5)
    assert np.isnan(found.lower)
    assert "5 clusters" in found.reason


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda r: uno_c(r["months"], r["left"], r["risk"], tau=None), "no day up to which"),
        (lambda r: uno_c(r["months"], r["left"], r["risk"] * np.nan, tau=9), "missing in"),
        (lambda r: uno_c(r["months"], r["left"], [1.0], tau=9), "has shape"),
        (lambda r: brier_score(r["months"], r["left"], r["risk"], 9), "outside 0 and 1"),
        (lambda r: brier_score(r["months"], r["left"], [0.5], 9), "has shape"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(call, words):
    with pytest.raises(ValueError, match=words):
        call(customers(1))
