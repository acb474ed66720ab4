"""Honest scores: NPS, CSAT and CES with what is noise in them, weighted, cut and over time."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from models.figures import Figure
from models.refusal import Refusal
from models.score_intervals import Score, difference, score_of
from models.score_response import Response, fit_response
from models.score_scales import SCALES
from models.segments import FEWEST

__all__ = ["PERIOD_MONTHS", "WEIGHTINGS", "WINDOW_DAYS", "Scores", "fit_scores", "periods_back"]

#: Days up to the as-of date whose answers make the headline.
WINDOW_DAYS = 365
#: Months of one point of the trend.
PERIOD_MONTHS = 3
FALSE_DISCOVERIES = 0.05
#: Ways to weight answers, in words.
WEIGHTINGS = {
    "answers": "each answer alike",
    "accounts": "each customer alike",
    "revenue": "each customer by its revenue",
}
#: Answers all at or below this, of so many, are on the older scale of effort, where high is bad.
OLD_EFFORT, SEEMS_OLD = 5, 100


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores of the last year, by weighting and cut, and their course.

    Attributes
    ----------
    table : DataFrame
        One row a measure and weighting: ``measure``, ``weighting``, ``value``, ``low``, ``high``,
        ``mean``, ``n``, ``n_customers``, ``reason``.
    cuts : DataFrame
        One row a measure, cut and group: the same, and ``cut``, ``group``, ``gap`` (to all
        others), ``p_value``, ``q_value`` and ``verdict`` (higher, lower, no difference seen, too
        few). Groups of fewer than 30 customers have their size and nothing else.
    trend : DataFrame
        One row a measure and period: ``measure``, ``ends`` (last day), ``value``, ``low``,
        ``high``, ``n``, ``n_customers``, ``change`` (since the period before), ``p_value``,
        ``q_value``, ``moved`` (beyond noise) and ``market``.
    response : dict of str to Response
    refused : dict of str to str
        Measures without a score, each with the reason.
    as_of : date
    confidence : float
    """

    table: pd.DataFrame
    cuts: pd.DataFrame
    trend: pd.DataFrame
    response: Mapping[str, Response]
    refused: Mapping[str, str]
    as_of: dt.date
    confidence: float

    def score(self, measure: str, weighting: str = "answers") -> pd.Series:
        """One score; see `table`."""
        rows = self.table
        return rows[(rows["measure"] == measure) & (rows["weighting"] == weighting)].iloc[0]

    def figures(self) -> tuple[Figure, ...]:
        """Return the score of each measure, each answer alike."""
        made = []
        for measure in ("nps", "csat", "ces"):
            figure_id = f"scores.{measure}"
            if measure in self.refused:
                why = self.refused[measure]
                made.append(Figure(figure_id, None, None, None, 0, self.as_of, why))
                continue
            row = self.score(measure)
            ends = [None if np.isnan(row[end]) else float(row[end]) for end in ("low", "high")]
            level = None if ends[0] is None else self.confidence
            made.append(
                Figure(figure_id, float(row["value"]), *ends, int(row["n"]), self.as_of,
                       row["reason"], level)
            )  # fmt: skip
        return tuple(made)


def fit_scores(
    answers: pd.DataFrame,
    customers: pd.DataFrame,
    as_of: dt.date,
    *,
    cuts: Sequence[str] = ("touchpoint", "industry", "size", "region", "terms"),
    market: pd.DataFrame | None = None,
    confidence: float = 0.95,
) -> Scores:
    """Score the answers of the last year, by weighting and cut, and all of them over time.

    Groups are compared with all others, and periods with those before them; what is called a
    difference or a movement is one at a false discovery rate of 5 % over everything shown.
    Several answers of one customer count as what they are: alike.

    Parameters
    ----------
    answers : DataFrame
        From `warehouse.scores.survey_answers`; a column ``persona`` is cut by too if in `cuts`.
    customers : DataFrame
        From `warehouse.scores.surveyed_customers`.
    as_of : date
    cuts : sequence of str
        Columns of `answers`.
    market : DataFrame, optional
        From `warehouse.scores.market_scores`.

    Raises
    ------
    Refusal
        If there is no answer of the last year to score.
    """
    day = pd.Timestamp(as_of)
    answers = answers.assign(answered_on=pd.to_datetime(answers["answered_on"]))
    recent = answers[answers["answered_on"] > day - pd.Timedelta(days=WINDOW_DAYS)]
    refused = {m: why for m in SCALES if (why := why_not(m, answers, recent))}
    told = [measure for measure in SCALES if measure not in refused]
    if not told:
        raise Refusal(" ".join(dict.fromkeys(refused.values())))
    revenue = customers.set_index("customer_id")["revenue"].clip(lower=0)
    groups = tuple(name for name in cuts if name != "touchpoint" and name in customers)
    return Scores(
        pd.concat([weighted(m, of(recent, m), revenue, confidence) for m in told],
                  ignore_index=True),
        grouped(recent, told, cuts, confidence),
        over_time(answers, told, day, market, confidence),
        {m: fit_response(m, recent, customers, categories=groups, confidence=confidence)
         for m in told},
        refused,
        as_of,
        confidence,
    )  # fmt: skip


def of(answers: pd.DataFrame, measure: str) -> pd.DataFrame:
    return answers[answers["measure"] == measure]


def why_not(measure: str, answers: pd.DataFrame, recent: pd.DataFrame) -> str | None:
    """Why a measure has no score."""
    label, own = SCALES[measure].label, of(recent, measure)
    if own["customer_id"].nunique() < FEWEST:
        return (
            f"{own['customer_id'].nunique():,} customers answered {label} in the year before, and "
            f"a score of fewer than {FEWEST} is not shown. Ask more, or widen the filters."
        )
    every = of(answers, measure)["score"]
    if measure == "ces" and len(every) >= SEEMS_OLD and every.max() <= OLD_EFFORT:
        return (
            f"None of {len(every):,} answers about effort is above {OLD_EFFORT}: they seem to be "
            "of the older scale of 1 to 5, on which high is bad. Turn them round onto 1 to 7 "
            "before loading, with high for easy."
        )
    return None


def weighted(
    measure: str, own: pd.DataFrame, revenue: pd.Series, confidence: float
) -> pd.DataFrame:
    """The score by each way to weight the answers."""
    rows = []
    share = 1 / own.groupby("customer_id")["score"].transform("size")
    weights = {
        "answers": pd.Series(1.0, index=own.index),
        "accounts": share,
        "revenue": share * own["customer_id"].map(revenue).fillna(0.0),
    }
    for weighting, weight in weights.items():
        counted = own[weight > 0]
        if counted.empty:
            continue
        customer = pd.factorize(counted["customer_id"])[0]
        found = score_of(
            measure, counted["score"].to_numpy(), customer,
            weight=weight[weight > 0].to_numpy(), confidence=confidence,
        )  # fmt: skip
        rows.append({"measure": measure, "weighting": weighting, **vars(found)})
    return pd.DataFrame(rows)


def grouped(
    recent: pd.DataFrame, measures: Sequence[str], cuts: Sequence[str], confidence: float
) -> pd.DataFrame:
    """Scores by each cut, and which groups are apart from all others beyond noise."""
    rows = []
    for measure in measures:
        own = of(recent, measure)
        customer = pd.factorize(own["customer_id"])[0]
        answers = own["score"].to_numpy()
        for cut in cuts:
            values = own[cut].astype(object)
            for group in sorted(values.dropna().unique()):
                inside = (values == group).to_numpy()
                size = {"n": int(inside.sum()), "n_customers": len(np.unique(customer[inside]))}
                row = {"measure": measure, "cut": cut, "group": group, **size}
                if size["n_customers"] >= FEWEST:
                    found = score_of(
                        measure, answers[inside], pd.factorize(customer[inside])[0],
                        confidence=confidence,
                    )  # fmt: skip
                    row |= vars(found)
                    if (~inside).any():
                        gap, p_value = difference(measure, answers, customer, inside)
                        row |= {"gap": gap, "p_value": p_value}
                rows.append(row)
    wanted = ["measure", "cut", "group", *Score.__dataclass_fields__, "gap", "p_value"]
    table = pd.DataFrame(rows).reindex(columns=wanted)
    q = corrected(table["p_value"])
    word = np.where(table["gap"] > 0, "higher", "lower")
    verdict = np.where(q <= FALSE_DISCOVERIES, word, "no difference seen")
    return table.assign(q_value=q, verdict=np.where(table["value"].isna(), "too few", verdict))


def over_time(
    answers: pd.DataFrame,
    measures: Sequence[str],
    day: pd.Timestamp,
    market: pd.DataFrame | None,
    confidence: float,
) -> pd.DataFrame:
    """Scores of periods that end on the as-of date, and which changes are beyond noise."""
    rows = []
    for measure in measures:
        own = of(answers, measure)
        customer = pd.factorize(own["customer_id"])[0]
        back = periods_back(own["answered_on"], day)
        before = None
        for period in range(int(back.max()), -1, -1):
            inside = back == period
            if len(np.unique(customer[inside])) < FEWEST:
                before = None
                continue
            found = score_of(
                measure, own["score"].to_numpy()[inside],
                pd.factorize(customer[inside])[0], confidence=confidence,
            )  # fmt: skip
            begins, ends = (months_back(day, k * PERIOD_MONTHS) for k in (period + 1, period))
            row = {"measure": measure, "ends": ends, **vars(found)}
            row |= {"market": market_of(market, measure, begins, ends)}
            if before is not None:
                either = inside | before
                row["change"], row["p_value"] = difference(
                    measure, own["score"].to_numpy()[either],
                    pd.factorize(customer[either])[0], inside[either],
                )  # fmt: skip
            before = inside
            rows.append(row)
    wanted = ["measure", "ends", *Score.__dataclass_fields__, "change", "p_value", "market"]
    table = pd.DataFrame(rows).reindex(columns=wanted)
    q = corrected(table["p_value"])
    return table.assign(q_value=q, moved=q <= FALSE_DISCOVERIES)


def periods_back(days: pd.Series, day: pd.Timestamp) -> np.ndarray:
    """How many whole periods before the as-of date each day lies."""
    ends = pd.DatetimeIndex([months_back(day, k * PERIOD_MONTHS) for k in range(200)])
    return np.searchsorted(-ends.asi8, -pd.DatetimeIndex(days).as_unit(ends.unit).asi8, "right") - 1


def months_back(day: pd.Timestamp, months: int) -> pd.Timestamp:
    """The same day some months earlier, a month's last day going to a month's last.

    >>> months_back(pd.Timestamp("2025-05-31"), 3)
    Timestamp('2025-02-28 00:00:00')
    >>> months_back(pd.Timestamp("2025-02-28"), 1)
    Timestamp('2025-01-31 00:00:00')
    """
    if day.is_month_end:
        return day - pd.offsets.MonthEnd(months) if months else day
    return day - pd.DateOffset(months=months)


def market_of(
    market: pd.DataFrame | None, measure: str, begins: pd.Timestamp, ends: pd.Timestamp
) -> float:
    """The market's average over the months of a period."""
    if market is None:
        return np.nan
    month = pd.to_datetime(market["month"])
    inside = (market["measure"] == measure) & (month > begins) & (month <= ends)
    return float(market.loc[inside, "value"].mean()) if inside.any() else np.nan


def corrected(p_value: pd.Series) -> np.ndarray:
    """Chances that a thing called found is none, over all of them together."""
    q, known = np.full(len(p_value), np.nan), p_value.notna().to_numpy()
    if known.any():
        q[known] = false_discovery_control(p_value[known])
    return q
