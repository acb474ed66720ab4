"""Terms by persona: worked by hand, found where they matter and not where they do not."""

import numpy as np
import pandas as pd
import pytest

from models.credit_terms import fit_credit_terms
from models.refusal import Refusal


def customers(rng, *, effect, n=300):
    terms = rng.choice([30, 60], n, p=[0.6, 0.4])
    left = 0.4 + effect * (terms == 60) + rng.normal(0, 0.1, n)
    return pd.DataFrame(
        {"persona": "all", "payment_terms_days": terms, "revenue": 100.0, "days_to_pay": 0.0,
         "contribution": 100.0 * left}
    )  # fmt: skip


def test_waiting_is_paid_for_by_hand():
    rows = pd.concat([customers(np.random.default_rng(1), effect=0.0)] * 2, ignore_index=True)
    none = fit_credit_terms(rows, rate=0.10)
    paid = fit_credit_terms(rows.assign(days_to_pay=73.0), rate=0.10)
    # 73 days are a fifth of a year: 2 % of what is invoiced at 10 % a year.
    gap = none.table["left_over"] - paid.table["left_over"]
    assert gap.to_numpy() == pytest.approx([0.02, 0.02])


def test_terms_that_leave_less_are_found_and_alike_ones_are_not():
    rng = np.random.default_rng(2)
    worse = fit_credit_terms(customers(rng, effect=-0.1), rate=0.1).table.set_index("terms")
    assert worse.loc[30, "verdict"] == "commonest"
    assert worse.loc[60, "verdict"] == "less"
    assert worse.loc[60, "low"] < -0.1 < worse.loc[60, "high"]
    called = [
        (fit_credit_terms(customers(rng, effect=0.0), rate=0.1).table["verdict"] == "less").any()
        for _ in range(40)
    ]
    assert sum(called) <= 5  # of 40 at 2.5 %: 6 or more in less than 1 of 1,000 runs


def test_one_term_for_all_is_refused():
    rows = customers(np.random.default_rng(3), effect=0.0).assign(payment_terms_days=30)
    with pytest.raises(Refusal, match="No persona has 30 customers each under two"):
        fit_credit_terms(rows, rate=0.1)
