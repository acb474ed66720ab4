"""Simulated customer-months whose hazards are known, for tests of churn."""

import numpy as np
import pandas as pd

CAUSES = ("price", "service")


def customer_months(
    n=1_500, months=36, seed=1, *, score=-0.7, base=0.02, service=2.0, by_luck=False
):
    """Customers with a score that wanders about their own mean, and who leave by it.

    The hazard of a month is ``base * exp(score * x)``, and one who leaves does so for service
    with log odds ``-service * x``. `by_luck` draws everybody's score anew each month.
    """
    rng = np.random.default_rng(seed)
    mean, wander = rng.normal(0, 0.6, n), rng.normal(0, 0.8, n)
    there = np.ones(n, dtype=bool)
    starts = rng.integers(0, months // 2, n)
    rows = []
    for month in range(months + 1):
        wander = 0.8 * wander + 0.8 * np.sqrt(1 - 0.8**2) * rng.normal(size=n)
        x = rng.normal(size=n) if by_luck else mean + wander
        at = there & (starts < month)
        leaves = at & (rng.random(n) < -np.expm1(-base * np.exp(score * x))) & (month < months)
        for_service = rng.random(n) < 1 / (1 + np.exp(service * x))
        rows.append(
            pd.DataFrame(
                {
                    "customer_id": np.char.add("C", np.flatnonzero(at).astype(str)),
                    "begins": pd.Timestamp("2022-01-01") + pd.DateOffset(months=month),
                    "month": (month - starts)[at],
                    "cause": np.where(leaves, np.where(for_service, "service", "price"), None)[at],
                    "ahead": month == months,
                    "renews_in": (starts - month)[at] % 12,
                    "score": x[at],
                    "log_size": (mean * 0.5 + rng.normal(size=n))[at],
                    "industry": np.array(["Retail", "Mining"])[np.flatnonzero(at) % 2],
                }
            )
        )
        there &= ~leaves
    return pd.concat(rows, ignore_index=True)
