"""Lifetime value of 1,000,000 customers over 60 months, beside lifelines predicting survival.

One Cox regression, fitted by lifelines on a part of the customers, is handed to both. Customers
have been there for up to five years, and what is to come is given that. lifelines predicts survival
at the 60 month ends, in chunks so that it fits into memory, and two lines of numpy value it; ours
walks through the months, some thousand customers at a time, and also gives the value by cause,
month and rule of payment. CPU seconds in one run, and the memory that ours holds at its highest.
Part of ours is computing the chances themselves, an exponential for each customer and month, which
every way to value needs: it is printed apart, and no walk can go below it. ::

    python -m benchmarks.lifetime_value
    python -m benchmarks.lifetime_value --customers 100000
"""

import argparse
import datetime as dt
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from copy import copy
from typing import Any

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter
from numpy.random import Generator

from models.lifetime_value import LifetimeValue, fit_lifetime_value
from models.outlook import refuse_beyond
from models.value_walk import AT_A_TIME

N_COVARIATES, HORIZON, N_FITTED, CHUNK = 5, 60, 20_000, 50_000
DISCOUNT_RATE = 0.1
MOST_TIME, MOST_DIFFERENCE = 0.1, 1e-9


def names() -> list[str]:
    return [f"x{j}" for j in range(N_COVARIATES)]


def company(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """Months until customers leave, how long they have been there, and what they bring a month."""
    x = rng.normal(size=(n, N_COVARIATES))
    months = np.ceil(40 * rng.exponential(size=n) * np.exp(-x @ np.linspace(-0.4, 0.4, 5)))
    watched = rng.integers(100, 121, n)
    return pd.DataFrame(x, columns=names()).assign(
        customer_id=np.arange(n), tenure=rng.integers(0, 61, n).astype(float),
        duration=np.minimum(months, watched), event=months <= watched,
        contribution=rng.normal(100, 60, n), std_err=0.0, revenue=150.0, days_to_pay=0.0,
    )  # fmt: skip


class CoxOutlook:
    """Chances of leaving in each month ahead by a Cox regression, given how long one was there."""

    causes = ("any",)
    last_month = HORIZON

    def __init__(self, fit: CoxPHFitter, customers: pd.DataFrame):
        self.customer_id = customers["customer_id"].to_numpy()
        beta = fit.params_.to_numpy()
        self.relative = np.exp(customers[names()].to_numpy() @ beta - customers_mean(fit) @ beta)
        self.tenure = customers["tenure"].to_numpy(dtype=np.int64)
        baseline = cumulative_hazard(fit)
        # By months a customer has been there, and months ahead.
        had = np.arange(HORIZON + 1)[:, None]
        self.ahead = baseline[had] - baseline[had + np.arange(1, HORIZON + 1)]

    def hazards(self, horizon: int) -> Iterator[np.ndarray]:
        steps = np.diff(self.log_survival(horizon), axis=1, prepend=0.0)
        return (-np.expm1(step)[:, None] for step in steps.T)

    def log_survival(self, horizon: int) -> np.ndarray:
        refuse_beyond(horizon, self.last_month)
        logs = self.ahead[:, :horizon].take(self.tenure, axis=0)
        logs *= self.relative[:, None]
        return logs

    def part(self, where: slice) -> "CoxOutlook":
        some = copy(self)
        for name in ("customer_id", "relative", "tenure"):
            setattr(some, name, getattr(self, name)[where])
        return some

    def drawn(self, rng: Generator) -> "CoxOutlook":
        """Return itself: lifelines' prediction has no interval either."""
        return self


def customers_mean(fit: CoxPHFitter) -> np.ndarray:
    return fit._norm_mean.to_numpy()


def cumulative_hazard(fit: CoxPHFitter) -> np.ndarray:
    """Baseline of lifelines at the ends of months."""
    table = fit.baseline_cumulative_hazard_.iloc[:, 0]
    # The oldest have been there for as long as the horizon is.
    return np.interp(np.arange(2 * HORIZON + 1), table.index, table.to_numpy())


def by_models(fit: CoxPHFitter, customers: pd.DataFrame) -> LifetimeValue:
    return fit_lifetime_value(
        customers, CoxOutlook(fit, customers), as_of=dt.date(2025, 6, 30), horizon=HORIZON,
        discount_rate=DISCOUNT_RATE, financing_rate=0.0, churn_rate=0.02, n_draws=0,
    )  # fmt: skip


def chances_alone(fit: CoxPHFitter, customers: pd.DataFrame) -> None:
    """Compute the chances of being there and do nothing with them."""
    outlook = CoxOutlook(fit, customers)
    for begins in range(0, len(customers), AT_A_TIME):
        there = outlook.part(slice(begins, begins + AT_A_TIME)).log_survival(HORIZON)
        np.exp(there, out=there)


def by_lifelines(fit: CoxPHFitter, customers: pd.DataFrame) -> np.ndarray:
    times = np.arange(1, HORIZON + 1)
    # Paid as the month passes: half of the one in which a customer leaves, from its middle.
    weights = (1 + DISCOUNT_RATE) ** (-(times - 0.5) / 12)
    values = []
    for begin in range(0, len(customers), CHUNK):
        part = customers.iloc[begin : begin + CHUNK]
        survival = fit.predict_survival_function(
            part[names()], times=times, conditional_after=part["tenure"]
        )
        survival = survival.to_numpy().T
        before = np.column_stack([np.ones(len(part)), survival[:, :-1]])
        values.append(part["contribution"].to_numpy() * ((before + survival) / 2 @ weights))
    return np.concatenate(values)


def cpu_seconds(fit: Callable, *arguments, repeats: int) -> tuple[float, Any]:
    """Least of several runs: what the work costs when nothing else is in the way."""
    least = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        result = fit(*arguments)
        least = min(least, time.process_time() - start)
    return least, result


def megabytes(fit: Callable, *arguments) -> float:
    """Memory that the fit holds at its highest, beside the rows."""
    tracemalloc.start()
    fit(*arguments)
    highest = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return highest / 2**20


def main() -> int:
    """Print times, ratio, memory and the largest difference; 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=1_000_000)
    n = parser.parse_args().customers
    customers = company(np.random.default_rng(20_250_630), n)
    fitted = customers.iloc[:N_FITTED][[*names(), "duration", "event"]]
    fit = CoxPHFitter().fit(fitted, "duration", "event")
    ours_seconds, ours = cpu_seconds(by_models, fit, customers, repeats=3)
    theirs_seconds, theirs = cpu_seconds(by_lifelines, fit, customers, repeats=1)
    chances_seconds, _ = cpu_seconds(chances_alone, fit, customers, repeats=3)
    memory, everything = megabytes(by_models, fit, customers), n * HORIZON * 8 / 2**20
    ratio = ours_seconds / theirs_seconds
    difference = float(np.abs(ours.customers["cltv"] / theirs - 1).max())
    print(f"Lifetime value, {n:,} customers, {HORIZON} months, CPU seconds")
    print(f"  lifelines    {theirs_seconds:.2f}")
    print(f"  models       {ours_seconds:.2f}")
    print(f"    chances    {chances_seconds:.2f}   (part of it: ratio "
          f"{chances_seconds / theirs_seconds:.3f})")  # fmt: skip
    print(f"  ratio        {ratio:.3f}   (bar {MOST_TIME})")
    print(f"  memory       {memory:.0f} MB  (bar {everything:.0f}, customers x months)")
    print(f"  difference   {difference:.1e}  (bar {MOST_DIFFERENCE:.0e})")
    return int(ratio > MOST_TIME or memory > everything or difference > MOST_DIFFERENCE)


if __name__ == "__main__":
    sys.exit(main())
