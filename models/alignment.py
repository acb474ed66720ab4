"""Whether targets pull against each other: changes of figures that go together month by month."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control, norm

from models.refusal import Refusal

__all__ = ["FEWEST_MONTHS", "Alignment", "fit_alignment"]

#: Monthly changes below which nothing is said of a pair.
FEWEST_MONTHS = 24
FALSE_DISCOVERIES = 0.05
LAGS = 6


@dataclass(frozen=True, eq=False)
class Alignment:
    """Pairs of figures by how their monthly changes go together.

    Attributes
    ----------
    table : DataFrame
        One row a pair, the clearest first: ``first``, ``second``, ``correlation`` (of
        improvements: above zero, both get better together), ``low``, ``high``, ``n`` (months),
        ``n_effective``, ``p_value``, ``q_value`` and ``verdict`` (pull against each other, go
        together, cannot tell).
    least : float
        The weakest correlation that four in five such tests would have found, at the mean number
        of months and with no allowance for the number of pairs.
    left_out : dict of str to str
        Figures without enough months, each with the reason.
    """

    table: pd.DataFrame
    least: float
    left_out: Mapping[str, str]

    def conflicts(self) -> pd.DataFrame:
        """Pairs that pull against each other."""
        return self.table[self.table["verdict"] == "pull against each other"]


def fit_alignment(
    months: pd.DataFrame,
    better: Mapping[str, int],
    *,
    same_source: Mapping[str, str] | None = None,
    confidence: float = 0.95,
) -> Alignment:
    """Ask of every pair of figures whether one gets better when the other does.

    Changes from month to month are correlated, each turned so that up is better, and changes
    that come with the calendar are taken out: each is told from those of its month. Months
    follow on each other, so they count as fewer independent ones than they are (Bartlett, 1946)
    [1]_; a pair is called only at a false discovery rate of 5 % over all pairs. It is what went
    together in this company, not what one would do to the other.

    Parameters
    ----------
    months : DataFrame
        ``ends`` and a column for each figure, one row a month, oldest first, without gaps.
    better : mapping
        Column to 1 where higher is better and -1 where lower is.
    same_source : mapping, optional
        Column to the rows it is made of: a pair of one source is arithmetic, and left out.

    Raises
    ------
    Refusal
        If no pair has enough months.

    References
    ----------
    .. [1] M. S. Bartlett (1946). "On the theoretical specification and sampling properties of
       autocorrelated time-series." Supplement to the JRSS 8, 27-41.
    """
    changes, left_out = {}, {}
    for name, sign in better.items():
        change = sign * months[name].diff()
        n = int(change.notna().sum())
        if n < FEWEST_MONTHS or change.std() == 0:
            left_out[name] = (
                f"has {n} monthly changes; {FEWEST_MONTHS} are needed"
                if n < FEWEST_MONTHS
                else "never changes"
            )
            continue
        changes[name] = change
    source = same_source or {}
    calendar = pd.DatetimeIndex(months["ends"]).month
    pairs = [
        (first, second)
        for first, second in combinations(changes, 2)
        if source.get(first, first) != source.get(second, second)
    ]
    rows = [
        {"first": first, "second": second}
        | together(changes[first], changes[second], calendar, confidence)
        for first, second in pairs
    ]
    rows = [row for row in rows if row["n"] >= FEWEST_MONTHS]
    if not rows:
        raise Refusal(
            "Whether targets pull against each other is asked of two figures over "
            f"{FEWEST_MONTHS} monthly changes at least, and no two have so many. Load a longer "
            "period, or more tables."
        )
    table = pd.DataFrame(rows)
    table["q_value"] = false_discovery_control(table["p_value"])
    found = table["q_value"] <= FALSE_DISCOVERIES
    word = np.where(table["correlation"] < 0, "pull against each other", "go together")
    table["verdict"] = np.where(found, word, "cannot tell")
    clearest = table.sort_values(["p_value", "first", "second"], kind="stable", ignore_index=True)
    wanted = (norm.ppf(0.5 + confidence / 2) + norm.ppf(0.8)) / np.sqrt(
        max(table["n_effective"].mean() - 3, 1)
    )
    return Alignment(clearest, float(np.tanh(wanted)), left_out)


def together(
    first: pd.Series, second: pd.Series, calendar: pd.Index, confidence: float
) -> dict[str, float]:
    """Correlation of two series of changes with its interval, by Fisher's z."""
    known = (first.notna() & second.notna()).to_numpy()
    x, y = first.to_numpy()[known], second.to_numpy()[known]
    n, month = len(x), np.asarray(calendar[known])
    # One busy month a year is enough for two figures to look as if they went together.
    x, y = (v - pd.Series(v).groupby(month).transform("mean").to_numpy() for v in (x, y))
    taken = len(np.unique(month)) - 1
    size = np.sqrt((x @ x) * (y @ y))
    nothing = {"correlation": np.nan, "low": np.nan, "high": np.nan, "n_effective": 0.0,
               "p_value": 1.0}  # fmt: skip
    if n < FEWEST_MONTHS or not size > 0:
        return {"n": n} | nothing
    r = float(np.clip(x @ y / size, -0.999999, 0.999999))
    repeated = 1 + 2 * sum(
        (1 - k / n) * echo(x, k) * echo(y, k) for k in range(1, min(LAGS, n - 1) + 1)
    )
    effective = float(np.clip((n - taken) / max(repeated, 1e-9), 4.0, n - taken))
    spread = 1 / np.sqrt(effective - 3)
    z, half = np.arctanh(r), norm.ppf(0.5 + confidence / 2) * spread
    return {
        "n": n,
        "correlation": r,
        "low": float(np.tanh(z - half)),
        "high": float(np.tanh(z + half)),
        "n_effective": effective,
        "p_value": float(2 * norm.sf(abs(z) / spread)),
    }


def echo(x: np.ndarray, lag: int) -> float:
    """Correlation of a series with itself so many months before."""
    return float(x[lag:] @ x[:-lag] / (x @ x))
