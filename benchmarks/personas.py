"""Personas of 1,000,000 customers by 20 behaviours: ours against KMeans, CPU seconds in one run.

Ours is everything `fit_personas` does: behaviours made symmetric, the number of groups by two
criteria, a mixture with soft membership for every customer, and stability by resampling. KMeans is
told the number of groups, and is given the prepared columns. A mixture that has to find out more
costs more; where the bar is missed the steps are printed that KMeans does not take. ::

    python -m benchmarks.personas
    python -m benchmarks.personas --customers 100000
"""

import argparse
import datetime as dt
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from models import behaviour, personas
from models.personas import Personas

# As far apart as in the known-truth company.
N_BEHAVIOURS, N_PERSONAS, APART = 20, 5, 5.0
MOST_TIME, LEAST_AGREEMENT = 0.15, 0.9

#: Steps of the fit that KMeans does not take, and what they are for.
STEPS = {
    "prepare": "making skewed behaviours symmetric",
    "weigh_evidence": "finding out how many groups there are, if any",
    "jaccard": "seeing which groups come back when customers are drawn again",
}


def company(rng: np.random.Generator, n: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Customers in five groups whose behaviours are skewed amounts, and the group of each."""
    label = rng.choice(N_PERSONAS, n, p=[0.32, 0.26, 0.20, 0.14, 0.08])
    centre = rng.normal(size=(N_PERSONAS, N_BEHAVIOURS))
    nearest = min(np.linalg.norm(a - b) for i, a in enumerate(centre) for b in centre[i + 1 :])
    x = rng.normal(size=(n, N_BEHAVIOURS)) + centre[label] * APART / nearest
    rows = pd.DataFrame(np.exp(0.5 * x), columns=names())
    return rows.assign(customer_id=np.arange(n), watched_months=24.0), label


def names() -> list[str]:
    return [f"Behaviour {j}" for j in range(N_BEHAVIOURS)]


def by_models(rows: pd.DataFrame, steps: dict[str, float]) -> Personas:
    """Fit, and add to `steps` the CPU seconds of what KMeans does not do."""
    # The app has eight behaviours; the question is what twenty would cost.
    twenty = {name: behaviour.plain(name) for name in names()}
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(behaviour, "BEHAVIOURS", twenty))
        for name in STEPS:
            timed_step = timed(getattr(personas, name), name, steps)
            stack.enter_context(mock.patch.object(personas, name, timed_step))
        return personas.fit_personas(rows, dt.date(2025, 6, 30))


def timed(step: Callable, name: str, steps: dict[str, float]) -> Callable:
    def run(*arguments, **options):
        steps[name], found = cpu_seconds(step, *arguments, **options)
        return found

    return run


def by_kmeans(scores: np.ndarray) -> np.ndarray:
    return KMeans(N_PERSONAS, n_init=10, random_state=0).fit_predict(scores)


def cpu_seconds(fit: Callable, *arguments, **options) -> tuple[float, Any]:
    start = time.process_time()
    result = fit(*arguments, **options)
    return time.process_time() - start, result


def main() -> int:
    """Print both times, the ratio and why ours costs more; 1 if the groups are not found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=1_000_000)
    n = parser.parse_args().customers
    rows, label = company(np.random.default_rng(20_250_630), n)
    steps: dict[str, float] = {}
    ours_seconds, ours = cpu_seconds(by_models, rows, steps)
    logged = np.log(rows[names()].to_numpy())
    scores = (logged - logged.mean(axis=0)) / logged.std(axis=0)
    theirs_seconds, theirs = cpu_seconds(by_kmeans, scores)
    found = adjusted_rand_score(label, ours.membership["persona"]) if ours.count else 0.0
    ratio = ours_seconds / theirs_seconds
    print(f"Personas, {n:,} customers, {N_BEHAVIOURS} behaviours, CPU seconds")
    print(f"  KMeans, ten starts   {theirs_seconds:.1f}, adjusted Rand index "
          f"{adjusted_rand_score(label, theirs):.3f}")  # fmt: skip
    print(f"  models               {ours_seconds:.1f}, adjusted Rand index {found:.3f} "
          f"(bar {LEAST_AGREEMENT})")  # fmt: skip
    print(f"  ratio                {ratio:.3f}   (bar {MOST_TIME})")
    print(f"  personas found       {ours.count} of {N_PERSONAS}, from {ours.n_fitted:,} customers")
    if ratio > MOST_TIME:
        print("  costs more than KMeans, which is told how many groups there are, for")
        for name, why in STEPS.items():
            print(f"    {steps[name]:6.1f} s  {why}")
        rest = ours_seconds - sum(steps.values())
        print(f"    {rest:6.1f} s  chances of every group for every customer, and the rest")
    return int(found < LEAST_AGREEMENT)


if __name__ == "__main__":
    sys.exit(main())
