import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from lifelines.statistics import multivariate_logrank_test

from models.log_rank import fit_log_rank

rows = st.lists(
    st.tuples(st.integers(1, 40), st.booleans(), st.integers(0, 2)), min_size=6, max_size=80
)


def test_log_rank_worked_by_hand():
    # a leaves on 1 and 2, b on 3 and 4. Expected of a: 2/4 on day 1, 1/3 on day 2: 5/6.
    # Variance: 1/4 + 2/9 = 17/36. Chi-squared: (7/6)^2 / (17/36) = 49/17.
    test = fit_log_rank([1, 2, 3, 4], [1, 1, 1, 1], list("aabb"))
    assert test.table["expected"].tolist() == pytest.approx([5 / 6, 19 / 6])
    assert test.statistic == pytest.approx(49 / 17)


@settings(max_examples=30)
@given(rows)
def test_log_rank_equals_lifelines(drawn):
    duration, event, group = map(np.array, zip(*drawn, strict=True))
    ours = fit_log_rank(duration, event, group)
    if ours.reason or ours.df < len(np.unique(group)) - 1:
        return
    theirs = multivariate_logrank_test(duration, group, event)
    assert ours.statistic == pytest.approx(theirs.test_statistic, abs=1e-9, rel=1e-9)
    assert ours.p_value == pytest.approx(theirs.p_value, abs=1e-9)


@given(rows)
def test_observed_and_expected_have_one_sum(drawn):
    duration, event, group = map(np.array, zip(*drawn, strict=True))
    table = fit_log_rank(duration, event, group).table
    assert table["observed"].sum() == pytest.approx(table["expected"].sum())


def test_the_order_of_the_rows_and_names_of_groups_change_nothing():
    rng = np.random.default_rng(2)
    duration, event, group = rng.integers(1, 30, 90), rng.random(90) < 0.7, rng.integers(0, 3, 90)
    cluster, order = rng.integers(0, 12, 90), rng.permutation(90)
    one = fit_log_rank(duration, event, group, cluster=cluster)
    other = fit_log_rank(
        duration[order], event[order], np.array(list("zyx"))[group][order], cluster=cluster[order]
    )
    assert other.statistic == pytest.approx(one.statistic)


def rejections(n_worlds: int, n_customers: int) -> tuple[float, float]:
    """Share of null worlds called different at 5 %, by the classic and the robust test."""
    rng = np.random.default_rng(20_250_630)
    classic = robust = 0
    for _ in range(n_worlds):
        # Segment belongs to the customer and does nothing; pace belongs to the customer too.
        pace, segment = rng.normal(0, 0.7, n_customers), rng.integers(0, 2, n_customers)
        customer = rng.integers(0, n_customers, 600)
        duration = np.ceil(30 * rng.exponential(size=600) * np.exp(pace[customer])).astype(int)
        event = duration <= 90
        rows = np.minimum(duration, 90), event, segment[customer]
        classic += fit_log_rank(*rows).p_value < 0.05
        robust += fit_log_rank(*rows, cluster=customer).p_value < 0.05
    return classic / n_worlds, robust / n_worlds


def test_ignoring_customers_finds_differences_that_are_not_there():
    classic, robust = rejections(n_worlds=200, n_customers=30)
    assert classic > 0.25
    # 0.1 % band of a binomial with 200 draws at .05 is .01 to .105.
    assert robust <= 0.105


@pytest.mark.verify
def test_robust_test_holds_its_level_over_a_thousand_worlds():
    assert 0.029 <= rejections(n_worlds=1_000, n_customers=40)[1] <= 0.074


@pytest.mark.parametrize(
    ("duration", "event", "group", "cluster", "says"),
    [
        ([1, 2], [1, 1], ["a", "a"], None, "only one group"),
        ([1, 2], [0, 0], ["a", "b"], None, "Nothing has happened"),
        ([1, 1], [1, 1], ["a", "b"], None, "never at risk at the same time"),
    ],
)
def test_rows_that_cannot_tell_give_a_reason_and_no_number(duration, event, group, cluster, says):
    test = fit_log_rank(duration, event, group, cluster=cluster)
    assert np.isnan(test.statistic)
    assert np.isnan(test.p_value)
    assert says in test.reason


@pytest.mark.parametrize(
    ("n_events", "n_customers", "says"),
    [(9, 20, "happened 9 times"), (20, 9, "of 9 customers, which vary like"), (10, 10, None)],
)
def test_few_events_or_customers_are_not_told_apart(n_events, n_customers, says):
    rows = np.arange(40)
    test = fit_log_rank(rows + 1, rows < n_events, rows % 2, cluster=rows % n_customers)
    assert np.isfinite(test.statistic)
    assert np.isnan(test.p_value) == (says is not None)
    assert says is None or says in test.reason


def test_a_group_never_at_risk_takes_no_degree_of_freedom():
    # c leaves unobserved on day 1, before anything happens.
    test = fit_log_rank([5, 6, 7, 8, 1], [1, 1, 1, 1, 0], list("ababc"))
    assert test.df == 1
    assert test.statistic == pytest.approx(
        fit_log_rank([5, 6, 7, 8], [1] * 4, list("abab")).statistic
    )
