"""Refunds: worked by hand, and customers who do and do not call more."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from models.refunds import fit_refunds
from models.refusal import Refusal

AS_OF = dt.date(2025, 6, 30)


def cases(n=200, *, before, after):
    return pd.DataFrame(
        {
            "case_id": np.arange(n), "customer_id": np.arange(n) % 100, "kind": "refund",
            "began_on": pd.Timestamp(2025, 3, 1), "duration": 10, "done": True, "amount": 20.0,
            "watched": True, "before": before, "after": after, "minutes": 12.0 * after,
            "cost": 9.0 * after,
        }
    )  # fmt: skip


def test_saving_by_hand():
    after = np.tile([2.0, 1.0], 100)
    result = fit_refunds(cases(before=0.5, after=after), AS_OF)
    row = result.table.iloc[0]
    # 1.5 contacts after and 0.5 before: one extra. Half of 200 a year are 100 contacts, of 12
    # minutes and 9 each.
    assert row["extra"] == 1.0
    assert row["median"] == 10
    saved = result.saved("refund", 0.5)
    assert saved["contacts"][0] == 100
    assert saved["minutes"][0] == pytest.approx(1200)
    assert saved["cost"][0] == pytest.approx(900)
    assert saved["contacts"][1] < 100 < saved["contacts"][2]


def test_customers_who_call_no_more_than_before_give_nothing_to_save():
    rng = np.random.default_rng(1)
    calls = rng.poisson(0.8, (2, 200)).astype(float)
    row = fit_refunds(cases(before=calls[0], after=calls[1]), AS_OF).table.iloc[0]
    assert row["extra_low"] < 0 < row["extra_high"]
    fewer = fit_refunds(cases(before=2.0, after=np.tile([1.0, 0.0], 100)), AS_OF)
    assert fewer.saved("refund", 1.0)["cost"] == (0.0, 0.0, 0.0)


def test_cases_not_watched_on_both_sides_are_not_compared():
    rows = cases(before=0.0, after=np.tile([1.0, 3.0], 100))
    rows["watched"] = rows["after"] == 1
    rows.loc[rows.index[:4], ["after", "watched"]] = [2.0, True]
    assert fit_refunds(rows, AS_OF).table.iloc[0]["extra"] < 1.1


def test_too_few_cases_are_refused():
    with pytest.raises(Refusal, match="There are 10 refunds"):
        fit_refunds(cases(10, before=0.0, after=np.ones(10)), AS_OF)
