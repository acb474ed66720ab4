"""Kaplan-Meier for 10 groups at 1,000,000 rows: ours against lifelines, CPU seconds in one run."""

import sys
import time

import numpy as np
import pandas as pd
from lifelines import KaplanMeierFitter

from models.survival import fit_kaplan_meier

N_ROWS, N_GROUPS, REPEATS = 1_000_000, 10, 7
MOST_TIME, MOST_DIFFERENCE = 0.05, 1e-9


def company(rng: np.random.Generator) -> pd.DataFrame:
    """Days to pay in whole days, watched for a year, a tenth left open."""
    days = np.ceil(rng.weibull(1.3, N_ROWS) * 50).astype(np.int64)
    watched = rng.integers(30, 366, N_ROWS)
    return pd.DataFrame(
        {
            "duration": np.minimum(days, watched),
            "event": days <= watched,
            "group": rng.integers(0, N_GROUPS, N_ROWS),
        }
    )


def by_lifelines(rows: pd.DataFrame) -> dict:
    return {
        name: KaplanMeierFitter().fit(part["duration"], part["event"])
        for name, part in rows.groupby("group")
    }


def by_models(rows: pd.DataFrame):
    return fit_kaplan_meier(rows["duration"], rows["event"], group=rows["group"])


def cpu_seconds(fit, rows: pd.DataFrame) -> tuple[float, object]:
    """Least of several runs: what the work costs when nothing else is in the way."""
    least = float("inf")
    for _ in range(REPEATS):
        start = time.process_time()
        result = fit(rows)
        least = min(least, time.process_time() - start)
    return least, result


def largest_difference(theirs: dict, ours) -> float:
    worst = 0.0
    for name, fitter in theirs.items():
        table = ours.table[ours.table["group"] == name].set_index("day")
        assert table.index.equals(fitter.survival_function_.index.astype(table.index.dtype))
        for mine, other in (
            (table["survival"], fitter.survival_function_.iloc[:, 0]),
            (table["lower"], fitter.confidence_interval_.iloc[:, 0]),
            (table["upper"], fitter.confidence_interval_.iloc[:, 1]),
        ):
            worst = max(worst, float(np.abs(mine.to_numpy() - other.to_numpy()).max()))
    return worst


def main() -> int:
    """Print both times, the ratio and the largest difference; 1 if a bar is missed."""
    rows = company(np.random.default_rng(20_250_630))
    theirs_seconds, theirs = cpu_seconds(by_lifelines, rows)
    ours_seconds, ours = cpu_seconds(by_models, rows)
    ratio, difference = ours_seconds / theirs_seconds, largest_difference(theirs, ours)
    print(f"Kaplan-Meier, {N_GROUPS} groups, {N_ROWS:,} rows, CPU seconds (least of {REPEATS})")
    print(f"  lifelines    {theirs_seconds:.4f}")
    print(f"  models       {ours_seconds:.4f}")
    print(f"  ratio        {ratio:.4f}   (bar {MOST_TIME})")
    print(f"  difference   {difference:.1e}  (bar {MOST_DIFFERENCE:.0e})")
    return int(ratio > MOST_TIME or difference > MOST_DIFFERENCE)


if __name__ == "__main__":
    sys.exit(main())
