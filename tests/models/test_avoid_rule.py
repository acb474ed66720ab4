"""A rule by what is known before winning, its price, and the honest answer that there is none."""

import numpy as np
import pandas as pd

from models.avoid_rule import EXCLUDED, KNOWN_BEFORE, fit_avoid_rule


def leads(n=600, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "name": [f"N{i}" for i in range(n)],
            "country": rng.choice(["DE", "FR"], n),
            "industry": rng.choice(["Retail", "Energy", "Health"], n),
            "employees": rng.integers(5, 500, n),
        }
    )


def test_rule_names_who_loses_and_counts_the_good_ones_it_turns_down():
    rows = leads(1_500)
    rng = np.random.default_rng(1)
    bad = (rows["industry"] == "Retail") & (rows["employees"] < 200)
    good_among_them = bad & (rng.random(len(rows)) < 0.1)
    value = pd.Series(np.where(bad & ~good_among_them, -100.0, 100.0), index=rows.index)
    rule = fit_avoid_rule(rows, value)
    assert len(rule.conditions) == 1
    assert "industry is Retail" in rule.conditions[0]
    assert "employees up to " in rule.conditions[0]
    # Each good one turned down costs its 100; each bad one saves its own.
    assert rule.foregone[0] == 100.0 * rule.n_rejected_good
    assert rule.saving[0] == 100.0 * (rule.n_rejected - 2 * rule.n_rejected_good)
    assert rule.saving[1] > 0


def test_no_rule_where_nothing_known_before_tells_them_apart():
    rows = leads()
    rng = np.random.default_rng(2)
    value = pd.Series(np.where(rng.random(len(rows)) < 0.3, -100.0, 100.0), index=rows.index)
    rule = fit_avoid_rule(rows, value)
    assert rule.conditions == ()
    assert rule.reason.startswith("No usable rule")


def test_few_losers_are_not_worth_many_good_customers():
    """Most Retail customers lose, but the few who do not are worth more than all losses."""
    rows = leads()
    rng = np.random.default_rng(3)
    loses = (rows["industry"] == "Retail") & (rng.random(len(rows)) < 0.8)
    value = pd.Series(np.where(loses, -10.0, 1_000.0), index=rows.index)
    assert fit_avoid_rule(rows, value).conditions == ()


def test_country_and_name_are_never_used_even_where_they_tell_everything():
    rows = leads()
    value = pd.Series(np.where(rows["country"] == "FR", -100.0, 100.0), index=rows.index)
    assert fit_avoid_rule(rows, value).conditions == ()
    assert not set(KNOWN_BEFORE) & set(EXCLUDED)
    assert {"name", "country", "region", "currency"} <= set(EXCLUDED)
