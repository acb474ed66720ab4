"""The scoreboard: figures of finance and of customers side by side, each with what moved it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control, norm
from scipy.stats import t as student

from models.figures import DEFINITIONS, Figure
from models.overview import MEASURES, Overview
from models.receivables import Receivables
from models.retention import Retention
from models.scores import Scores

__all__ = ["CUSTOMERS", "FINANCE", "MONTHS_IN_QUARTER", "SHOWN", "Change", "Reading", "Scoreboard",
           "build_scoreboard", "change_of_history", "change_of_retention", "readings_of",
           "value_terms"]  # fmt: skip

#: What finance looks at, in the order in which it is shown.
FINANCE = (
    "receivables.overdue_amount",
    "receivables.dso",
    "receivables.growth",
    "receivables.cash_flow_velocity",
    "overview.sales_per_customer",
    "overview.gross_margin",
    "lifetime_value.portfolio",
)
#: What those who look after customers do.
CUSTOMERS = (
    "churn.nrr",
    "churn.revenue_churn_12m",
    "churn.revenue_churn_price_billing_12m",
    "scores.nps",
    "scores.csat",
    "overview.billing_enquiries",
    "overview.on_time_delivery",
)
#: All of them.
SHOWN = (*FINANCE, *CUSTOMERS)
FALSE_DISCOVERIES = 0.05
#: Earlier changes below which nothing is known of what is usual.
FEWEST_CHANGES = 5
MONTHS_IN_QUARTER = 3
OWN_PAST = "against how much it changed from quarter to quarter before"
Verdict = Literal["better", "worse", "inside noise", "moved", "cannot tell"]


@dataclass(frozen=True)
class Change:
    """How far a figure moved, and how that compares with noise.

    Attributes
    ----------
    value : float
    low, high : float
        Interval; missing where noise is judged by the figure's own past.
    p_value : float
        Chance of a movement as large by noise alone; missing where that cannot be told.
    since : str
        What it is compared with, in words.
    judged : str
        What the noise is known from, in words; empty where it is from the rows.
    """

    value: float
    low: float
    high: float
    p_value: float
    since: str
    judged: str = ""


@dataclass(frozen=True, eq=False)
class Reading:
    """One figure on the scoreboard.

    Attributes
    ----------
    figure : Figure
    course : DataFrame or None
        ``ends`` and ``value`` (and ``low``, ``high``) of past periods, oldest first.
    change : Change or None
    moved : bool or None
        Whether the change is beyond noise, with all other changes of the scoreboard held to one
        rate of false alarms; None where that cannot be told.
    market, target : float or None
    owner : str
    """

    figure: Figure
    course: pd.DataFrame | None = None
    change: Change | None = None
    moved: bool | None = None
    market: float | None = None
    target: float | None = None
    owner: str = ""

    @property
    def verdict(self) -> Verdict:
        """What to say of the change."""
        if self.change is None or self.moved is None:
            return "cannot tell"
        if not self.moved:
            return "inside noise"
        lower = DEFINITIONS[self.figure.id].lower_is_better
        if lower is None:
            return "moved"
        return "better" if (self.change.value < 0) == lower else "worse"

    @property
    def on_target(self) -> bool | None:
        """Whether the target is reached; None without one, or where its interval spans it."""
        lower = DEFINITIONS[self.figure.id].lower_is_better
        value, target = self.figure.value, self.target
        if value is None or target is None or lower is None:
            return None
        low, high = self.figure.low, self.figure.high
        if low is not None and high is not None and low < target < high:
            return None
        return value <= target if lower else value >= target


@dataclass(frozen=True, eq=False)
class Scoreboard:
    """Readings in the order in which they are shown.

    Attributes
    ----------
    readings : dict of str to Reading
        By figure id.
    as_of : date
    """

    readings: Mapping[str, Reading]
    as_of: dt.date

    @property
    def table(self) -> pd.DataFrame:
        """One row a figure, as it is shown and downloaded."""
        rows = []
        for id, reading in self.readings.items():
            figure, change = reading.figure, reading.change
            rows.append(
                {
                    "figure": id, "label": figure.label, "value": figure.value,
                    "low": figure.low, "high": figure.high, "n": figure.n,
                    "change": change.value if change else None,
                    "change_low": change.low if change else None,
                    "change_high": change.high if change else None,
                    "since": change.since if change else None, "verdict": reading.verdict,
                    "target": reading.target, "on_target": reading.on_target,
                    "market": reading.market, "owner": reading.owner, "reason": figure.reason,
                }
            )  # fmt: skip
        return pd.DataFrame(rows)

    def missed(self) -> list[Reading]:
        """Readings that are clearly beside their target."""
        return [reading for reading in self.readings.values() if reading.on_target is False]


def build_scoreboard(
    figures: Mapping[str, Figure],
    as_of: dt.date,
    *,
    courses: Mapping[str, pd.DataFrame],
    changes: Mapping[str, Change],
    market: pd.DataFrame,
    targets: pd.DataFrame,
    shown: Sequence[str] = SHOWN,
) -> Scoreboard:
    """Put figures beside their past, market, target and owner.

    Whether changes are beyond noise is asked of all of them together: among those called so, at
    most one in twenty is a false alarm (Benjamini and Hochberg, 1995).

    Parameters
    ----------
    figures, courses, changes : mapping
        By figure id; a figure without a course or change has none.
    as_of : date
    market : DataFrame
        ``figure_id``, ``month`` and ``value`` of the market's averages; the last three months up
        to `as_of` are taken.
    targets : DataFrame
        By figure id: ``target`` and ``owner``.
    """
    shown = [id for id in shown if id in figures]
    known = [id for id in shown if id in changes and np.isfinite(changes[id].p_value)]
    p = np.array([changes[id].p_value for id in known])
    q = dict(zip(known, false_discovery_control(p) if len(p) else [], strict=True))
    since = pd.Timestamp(as_of) - pd.DateOffset(months=MONTHS_IN_QUARTER)
    month = pd.to_datetime(market["month"])
    recent = market[(month > since) & (month <= pd.Timestamp(as_of))]
    averages = recent.groupby("figure_id")["value"].mean()
    readings = {}
    for id in shown:
        target = targets["target"].get(id, np.nan)
        readings[id] = Reading(
            figures[id],
            courses.get(id),
            changes.get(id),
            bool(q[id] <= FALSE_DISCOVERIES) if id in q else None,
            float(averages[id]) if id in averages else None,
            None if pd.isna(target) else float(target),
            str(targets["owner"].get(id, "")),
        )
    return Scoreboard(readings, as_of)


def change_of_history(course: pd.DataFrame, since: str = "the quarter before") -> Change | None:
    """The last change of a counted figure, judged by the changes before it.

    A counted figure has no sampling error. What is noise in it is how much it moves anyway: the
    last change is noise where it lies within the prediction interval of the earlier ones
    (Student's, one new observation).

    Parameters
    ----------
    course : DataFrame
        ``value`` at the ends of quarters, oldest first.

    Examples
    --------
    >>> course = pd.DataFrame({"value": [40, 41, 40, 42, 41, 42, 40, 55.0]})
    >>> found = change_of_history(course)
    >>> found.value, found.p_value < 0.001
    (15.0, True)
    """
    changes = course["value"].diff().to_numpy()[1:]
    if len(changes) == 0 or np.isnan(changes[-1]):
        return None
    last, before = float(changes[-1]), changes[:-1][~np.isnan(changes[:-1])]
    n, nan = len(before), float("nan")
    spread = before.std(ddof=1) if n >= FEWEST_CHANGES else 0.0
    if not spread > 0:
        return Change(last, nan, nan, nan, since, OWN_PAST)
    away = abs(last - before.mean()) / (spread * np.sqrt(1 + 1 / n))
    return Change(last, nan, nan, float(2 * student.sf(away, n - 1)), since, OWN_PAST)


def value_terms(retention: Retention, name: str) -> tuple[np.ndarray, np.ndarray]:
    """What each customer of a cohort adds to a ratio of its value: above and below."""
    rows = retention.customers
    start = rows["value_start"].to_numpy(dtype=float)
    if name == "nrr":
        gone = rows["cause"].notna().to_numpy()
        return np.where(gone, 0.0, rows["value_end"].to_numpy(dtype=float)), start
    lost = rows["lost"].to_numpy(dtype=float)
    if name == "revenue_churn_12m":
        return lost + rows["contraction"].to_numpy(dtype=float), start
    charged = rows["cause"].isin(("price", "billing")).to_numpy()
    return np.where(charged, lost, 0.0), start


def change_of_retention(now: Retention, before: Retention, name: str) -> Change:
    """The change since the cohort of a year before; who is in both moves both."""
    parts = []
    for cohort in (now, before):
        above, below = value_terms(cohort, name)
        influence = (above - above.sum() / below.sum() * below) / below.sum()
        parts.append(pd.Series(influence, index=cohort.customers["customer_id"]))
    value = now.estimates[name].value - before.estimates[name].value
    nan, since = float("nan"), "the year before"
    if np.isnan(now.estimates[name].lower) or np.isnan(before.estimates[name].lower):
        return Change(value, nan, nan, nan, since)
    both = parts[0].sub(parts[1], fill_value=0.0).to_numpy()
    std_err = float(np.sqrt((both**2).sum() * len(both) / (len(both) - 1)))
    if not std_err > 0:
        return Change(value, nan, nan, nan, since)
    half = float(norm.ppf(0.5 + now.confidence / 2)) * std_err
    p_value = float(2 * norm.sf(abs(value) / std_err))
    return Change(value, value - half, value + half, p_value, since)


def readings_of(
    overview: Overview | None,
    receivables: Receivables | None,
    scores: Scores | None,
    cohorts: tuple[Retention | None, Retention | None],
) -> tuple[dict[str, pd.DataFrame], dict[str, Change]]:
    """Courses and changes by figure id, from results that are at hand; None where one is not."""
    courses: dict[str, pd.DataFrame] = {}
    changes: dict[str, Change] = {}
    if receivables is not None:
        table = receivables.table.iloc[::-1].iloc[::MONTHS_IN_QUARTER].iloc[::-1]
        for name in ("overdue_amount", "dso", "growth", "cash_flow_velocity"):
            course = pd.DataFrame({"ends": table["as_of"], "value": table[name]})
            id = f"receivables.{name}"
            courses[id] = course.dropna().reset_index(drop=True)
            # With its gaps: over one of them a change is none since the quarter before.
            if (found := change_of_history(course)) is not None:
                changes[id] = found
    if overview is not None:
        moves = overview.changes.set_index("measure")
        for name in (name for name in MEASURES if name not in overview.missing):
            id, row = f"overview.{name}", moves.loc[name]
            courses[id] = overview.course(name).dropna(subset="value")
            if not np.isnan(row["change"]):
                ends = (row["low"], row["high"], row["p_value"])
                changes[id] = Change(row["change"], *ends, "the quarter before")
    if scores is not None:
        for measure in ("nps", "csat"):
            course = scores.trend[scores.trend["measure"] == measure].reset_index(drop=True)
            courses[f"scores.{measure}"] = course
            # Of a quarter with too few answers there is no row, and the last one is older.
            newest = len(course) > 0 and course["ends"].iloc[-1] == pd.Timestamp(scores.as_of)
            if newest and not np.isnan(course["change"].iloc[-1]):
                changes[f"scores.{measure}"] = change_of_score(course)
    now, before = cohorts
    if now is not None and before is not None:
        for name in ("nrr", "revenue_churn_12m", "revenue_churn_price_billing_12m"):
            if name != "revenue_churn_price_billing_12m" or (
                now.reasons_known and before.reasons_known
            ):
                changes[f"churn.{name}"] = change_of_retention(now, before, name)
                courses[f"churn.{name}"] = course_of_retention((before, now), name)
    return courses, changes


def course_of_retention(cohorts: Sequence[Retention], name: str) -> pd.DataFrame:
    """A point for each cohort: every other one would be a question of its own to the rows."""
    found = [cohort.estimates[name] for cohort in cohorts]
    return pd.DataFrame(
        {
            "ends": pd.to_datetime([cohort.as_of for cohort in cohorts]),
            "value": [one.value for one in found],
            "low": [one.lower for one in found],
            "high": [one.upper for one in found],
        }
    )


def change_of_score(course: pd.DataFrame) -> Change:
    """The last change of a score, its interval from how unlikely it is by noise."""
    last = course.iloc[-1]
    value, p_value, nan = float(last["change"]), float(last["p_value"]), float("nan")
    # The figure beside it is of the whole year.
    since = "the quarter before, each quarter by itself"
    if not 0 < p_value < 1:
        return Change(value, nan, nan, p_value, since)
    half = norm.ppf(0.975) * abs(value) / norm.isf(p_value / 2)
    return Change(value, value - half, value + half, p_value, since)
