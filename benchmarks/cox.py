"""Cox regression of 1,000,000 rows on 12 covariates: ours against lifelines, in one run.

CPU seconds and memory are of the fits alone; the rows are there before. Grouped counts are as an
engine would hand them over: one row for each day, end and pattern of covariates::

    python -m benchmarks.cox
"""

import sys
import time
import tracemalloc

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter

from models.cox import fit_cox

N_ROWS, N_COVARIATES, N_BINARY = 1_000_000, 12, 5
MOST_TIME, MOST_TIME_GROUPED, MOST_DIFFERENCE, MOST_MEGABYTES = 0.07, 0.02, 1e-6, 400


def company(rng: np.random.Generator, binary: int) -> pd.DataFrame:
    """Days to pay in whole days, watched for a year at most; the first covariates are 0 and 1."""
    x = rng.normal(size=(N_ROWS, N_COVARIATES))
    x[:, :binary] = x[:, :binary] > 0.3
    days = np.ceil(60 * rng.exponential(size=N_ROWS) * np.exp(-x @ effects())).astype(np.int64)
    watched = rng.integers(30, 366, N_ROWS)
    columns = {name: x[:, j].copy() for j, name in enumerate(names())}
    return pd.DataFrame(
        {**columns, "duration": np.minimum(days, watched), "event": days <= watched}
    )


def effects() -> np.ndarray:
    return np.linspace(-0.4, 0.4, N_COVARIATES)


def names() -> list[str]:
    return [f"x{j}" for j in range(N_COVARIATES)]


def by_lifelines(rows: pd.DataFrame, covariates: list[str]) -> pd.Series:
    frame = rows[[*covariates, "duration", "event"]]
    return CoxPHFitter().fit(frame, duration_col="duration", event_col="event").params_


def by_models(rows: pd.DataFrame, covariates: list[str], weights: str | None = None) -> pd.Series:
    fit = fit_cox(rows, covariates=covariates, duration="duration", event="event", weights=weights)
    return fit.table.set_index("covariate")["coefficient"]


def cpu_seconds(fit, *arguments, repeats: int) -> tuple[float, pd.Series]:
    """Least of several runs: what the work costs when nothing else is in the way."""
    least = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        result = fit(*arguments)
        least = min(least, time.process_time() - start)
    return least, result


def megabytes(fit, *arguments) -> float:
    """Memory that the fit holds at its highest, beside the rows."""
    tracemalloc.start()
    fit(*arguments)
    highest = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return highest / 2**20


def grouped(rows: pd.DataFrame, covariates: list[str]) -> pd.DataFrame:
    by = [*covariates, "duration", "event"]
    return rows.groupby(by, as_index=False).size().rename(columns={"size": "n"})


def main() -> int:
    """Print times, ratios, differences and memory; 1 if a bar is missed."""
    rng = np.random.default_rng(20_250_630)
    rows, alike = company(rng, 0), company(rng, N_BINARY)
    few = names()[:N_BINARY]
    cells = grouped(alike, few)
    memory = megabytes(by_models, rows, names())
    ours_seconds, ours = cpu_seconds(by_models, rows, names(), repeats=12)
    cells_seconds, of_cells = cpu_seconds(by_models, cells, few, "n", repeats=5)
    of_rows = by_models(alike, few)
    theirs_seconds, theirs = cpu_seconds(by_lifelines, rows, names(), repeats=3)
    alike_seconds, theirs_alike = cpu_seconds(by_lifelines, alike, few, repeats=1)
    ratio, ratio_cells = ours_seconds / theirs_seconds, cells_seconds / alike_seconds
    difference = max(
        float((ours - theirs).abs().max()), float((of_cells - theirs_alike).abs().max())
    )
    print(f"Cox, {N_ROWS:,} rows, {N_COVARIATES} covariates, CPU seconds (least of several)")
    print(f"  lifelines    {theirs_seconds:.3f}")
    print(f"  models       {ours_seconds:.3f}")
    print(f"  ratio        {ratio:.4f}   (bar {MOST_TIME})")
    print(f"  memory       {memory:.0f} MB  (bar {MOST_MEGABYTES})")
    print(f"Grouped into {len(cells):,} counts, {N_BINARY} covariates of 0 and 1")
    print(f"  lifelines    {alike_seconds:.3f}, on rows")
    print(f"  models       {cells_seconds:.3f}, on counts")
    print(f"  ratio        {ratio_cells:.4f}   (bar {MOST_TIME_GROUPED})")
    print(f"  counts against rows, both ours   {float((of_cells - of_rows).abs().max()):.1e}")
    print(f"Difference from lifelines  {difference:.1e}  (bar {MOST_DIFFERENCE:.0e})")
    return int(
        ratio > MOST_TIME
        or ratio_cells > MOST_TIME_GROUPED
        or memory > MOST_MEGABYTES
        or difference > MOST_DIFFERENCE
    )


if __name__ == "__main__":
    sys.exit(main())
