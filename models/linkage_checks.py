"""How far the link of one score can be believed: other routes, balance, shape and hidden causes."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from models.doubly_robust import DoublyRobust, fit_doubly_robust
from models.e_value import e_value, risk_ratio_of_hazards
from models.linkage_effects import (
    ALL,
    CAUSES,
    OF_CUSTOMER,
    SIZES,
    Exposed,
    churn_design,
    expose,
)
from models.linkage_rows import adjusted
from models.linkage_slopes import fit_hazard_slopes
from models.refusal import Refusal
from models.score_scales import SCALES

__all__ = ["CONTRAST_MONTHS", "LinkageChecks", "Reliability", "Shape", "contrast_rows",
           "fit_linkage_checks", "fit_reliability", "fit_shape"]  # fmt: skip

#: Months after an answer over which content and discontent customers are compared.
CONTRAST_MONTHS = 12
#: Two answers of a customer within so many days are repeats of one measurement.
REPEAT_DAYS = 31
FEWEST_PAIRS = 30
#: An outcome that more than so many have is not rare.
RARE = 0.15
HELD_EQUAL = (*SIZES, "days_late", "months_before", "price_rise_before")


@dataclass(frozen=True, eq=False)
class Shape:
    """Whether a score counts for more below its usual value than above.

    Attributes
    ----------
    knot : float
    curve : DataFrame
        ``score``, ``hazard_ratio`` (to that at the knot), ``lower``, ``upper``.
    below, above : float
        Log hazard ratio of one point below, and above.
    p_value : float
        Of both being the same.
    """

    knot: float
    curve: pd.DataFrame
    below: float
    above: float
    p_value: float


@dataclass(frozen=True)
class Reliability:
    """What is left of a score once its error is known from repeats, and the effect without it.

    Attributes
    ----------
    n_pairs : int
    noise : float
        Variance of two answers of one customer within a month about their mean.
    plain : float
        Share of the variance of the last score that is no noise.
    conditional : float
        The same among customers alike in what is held equal.
    corrected, std_err : float
        Log hazard ratio of one point of the score without error.
    """

    n_pairs: int
    noise: float
    plain: float
    conditional: float
    corrected: float
    std_err: float


@dataclass(frozen=True, eq=False)
class LinkageChecks:
    """Checks of the link of one measure with leaving; what cannot be told has its reason.

    Attributes
    ----------
    measure : str
    contrast : DoublyRobust or None
        Of content against discontent answers: leaving within a year by cause, and months stayed.
    shape : Shape or None
    reliability : Reliability or None
    e_value, e_value_of_end : float
        Of the hazard ratio of one standard deviation, and of the end of its interval nearer to 1.
    rare : bool
        Whether leaving within a year is rare, as which the E-value takes it.
    reasons : dict of str to str
    """

    measure: str
    contrast: DoublyRobust | None
    shape: Shape | None
    reliability: Reliability | None
    e_value: float
    e_value_of_end: float
    rare: bool
    reasons: Mapping[str, str]


def fit_linkage_checks(
    months: pd.DataFrame,
    answers: pd.DataFrame,
    invoices: pd.DataFrame,
    as_of: pd.Timestamp,
    *,
    measure: str,
    confidence: float = 0.95,
) -> LinkageChecks:
    """Check the link of one measure with leaving.

    Raises
    ------
    Refusal
        If too few customers left after an answer for any of it.
    """
    months, answers, invoices = (
        frame.assign(**{day: pd.to_datetime(frame[day]).astype("datetime64[ns]")})
        for frame, day in ((months, "begins"), (answers, "answered_on"), (invoices, "issued_on"))
    )
    exposed = expose(measure, ALL, answers, months, invoices, pd.Timestamp(as_of))
    rows = exposed.months
    left = rows["cause"].notna().to_numpy()
    if left.sum() < FEWEST_PAIRS or rows["last_score"].nunique() < 2:
        raise Refusal(
            f"{int(left.sum()):,} customers left within a year of an answer to "
            f"{SCALES[measure].label}, too few to check what moved them. Load a longer period."
        )
    x, adjust, common = churn_design(rows)
    found = fit_hazard_slopes(x, adjust, event=left, confidence=confidence, **common)
    spread, value = float(x.std()), float(found.value[0])
    near = abs(value) - found.critical * float(found.std_err[0])
    reasons: dict[str, str] = {}
    contrast = told(reasons, "contrast", lambda: content_against_not(exposed, months, confidence))
    share = 0.0 if contrast is None else float(contrast.table["untreated"].iloc[1])
    ratios = [np.exp(-spread * abs(value)), np.exp(-spread * max(near, 0.0))]
    if share > RARE:
        ratios = [risk_ratio_of_hazards(ratio) for ratio in ratios]
    return LinkageChecks(
        measure,
        contrast,
        told(reasons, "shape", lambda: fit_shape(exposed, confidence=confidence)),
        told(reasons, "reliability",
             lambda: fit_reliability(exposed, answers, value, float(found.std_err[0]))),
        e_value(ratios[0]),
        e_value(ratios[1]),
        share <= RARE,
        reasons,
    )  # fmt: skip


def told(reasons: dict[str, str], name: str, find):
    """What `find` finds; None with its reason where the rows do not carry it."""
    try:
        return find()
    except Refusal as refusal:
        reasons[name] = str(refusal)
        return None


def contrast_rows(days: pd.DataFrame, months: pd.DataFrame) -> pd.DataFrame:
    """Answers of customers watched for a year after, and how that year ended.

    The year begins with the month after the answer; who has left by then is left out, as in
    every month at risk. ``stayed`` is in months, half of the month of leaving counted.
    """
    rows = months[~months["ahead"].to_numpy(dtype=bool)]
    last = rows["begins"].max()
    days = days.assign(first=days["answered_on"] + pd.offsets.MonthBegin(1))
    until = days["first"] + pd.DateOffset(months=CONTRAST_MONTHS - 1)
    days = days[until <= last]
    there = rows[["customer_id", "begins"]].rename(columns={"begins": "first"})
    days = days.merge(there, on=["customer_id", "first"])
    gone = rows[rows["cause"].notna()].drop_duplicates("customer_id").set_index("customer_id")
    left_on = days["customer_id"].map(gone["begins"])
    first = days["first"]
    after = 12 * (left_on.dt.year - first.dt.year) + left_on.dt.month - first.dt.month
    left = (after < CONTRAST_MONTHS).to_numpy()
    cause = days["customer_id"].map(gone["cause"])
    made = {
        "stayed": np.where(left, after + 0.5, float(CONTRAST_MONTHS)),
        "left": left.astype(float),
    }
    made |= {
        f"left for {name}": (left & cause.isin(recorded)).astype(float)
        for name, recorded in CAUSES.items()
    }
    return days.assign(**made)


def content_against_not(exposed: Exposed, months: pd.DataFrame, confidence: float) -> DoublyRobust:
    """Content against discontent answers, made alike in what is held equal."""
    rows = contrast_rows(exposed.days, months)
    if rows.empty:
        raise Refusal(
            "No customer was watched for a year after an answer, so content and discontent ones "
            "cannot be compared. Load a longer period."
        )
    columns = adjusted(rows, HELD_EQUAL, OF_CUSTOMER)
    outcomes = ["stayed", "left", *(f"left for {name}" for name in CAUSES)]
    return fit_doubly_robust(
        (rows["last_score"] >= SCALES[exposed.measure].content_from).to_numpy(),
        columns.to_numpy(), rows[outcomes], pd.factorize(rows["customer_id"])[0],
        names=list(columns), confidence=confidence,
    )  # fmt: skip


def fit_shape(exposed: Exposed, *, confidence: float = 0.95) -> Shape:
    """Let one point count for more below the usual score than above, or less.

    A line with one bend at the median of the last score.

    Raises
    ------
    Refusal
        If the scores lie on one side of it.
    """
    rows, scale = exposed.months, SCALES[exposed.measure]
    score = rows["last_score"].to_numpy(dtype=float)
    knot = float(np.clip(np.median(score), scale.low + 1, scale.high - 1))
    sides = np.column_stack([np.minimum(score - knot, 0.0), np.maximum(score - knot, 0.0)])
    left = rows["cause"].notna().to_numpy()
    if (np.ptp(sides, axis=0) == 0).any():
        raise Refusal(
            f"All scores lie on one side of {knot:g}, so low and high ones cannot be told apart in "
            "what a point counts for. Load more answers."
        )
    _, adjust, common = churn_design(rows)
    found = fit_hazard_slopes(sides, adjust, event=left, confidence=confidence, **common)
    grid = np.arange(scale.low, scale.high + 1, dtype=float)
    at = np.column_stack([np.minimum(grid - knot, 0.0), np.maximum(grid - knot, 0.0)])
    log = at @ found.value
    error = np.sqrt(np.einsum("ij,jk,ik->i", at, found.covariance, at))
    apart = np.array([1.0, -1.0])
    gap = float(apart @ found.value) / float(np.sqrt(apart @ found.covariance @ apart))
    curve = pd.DataFrame(
        {"score": grid, "hazard_ratio": np.exp(log),
         "lower": np.exp(log - found.critical * error),
         "upper": np.exp(log + found.critical * error)}
    )  # fmt: skip
    below, above = (float(value) for value in found.value)
    return Shape(knot, curve, below, above, float(2 * norm.sf(abs(gap))))


def fit_reliability(
    exposed: Exposed, answers: pd.DataFrame, value: float, std_err: float
) -> Reliability:
    """What the effect would be of a score without error, by how far repeats lie apart.

    Two answers of one customer to one measure within a month are repeats; the touchpoint's own
    mean is taken off. What noise leaves of the variance among customers alike in what is held
    equal is what the effect was diluted by (regression calibration [1]_).

    Raises
    ------
    Refusal
        If there are too few repeats, or the score is all noise.

    References
    ----------
    .. [1] Carroll, R. J. et al. (2006). Measurement Error in Nonlinear Models, chapter 4.
    """
    own = answers[answers["measure"] == exposed.measure]
    usual = own.groupby("touchpoint")["score"].transform("mean")
    own = own.assign(off=own["score"] - usual).sort_values(["customer_id", "answered_on"])
    earlier = own.groupby("customer_id").shift()
    close = (own["answered_on"] - earlier["answered_on"]).dt.days <= REPEAT_DAYS
    pairs = own[close].assign(half=((own["off"] - earlier["off"]) ** 2 / 2)[close])
    if len(pairs) < FEWEST_PAIRS:
        raise Refusal(
            f"Only {len(pairs):,} answers follow another one of the same customer within "
            f"{REPEAT_DAYS} days, so the error of a score is not known; {FEWEST_PAIRS} are needed. "
            "Ask some customers twice."
        )
    noise = float(pairs["half"].mean())
    by_customer = pairs.groupby("customer_id")["half"].agg(lambda h: (h - noise).sum())
    noise_error = float(np.sqrt((by_customer**2).sum())) / len(pairs)
    rows = exposed.months
    score = rows["last_score"].to_numpy(dtype=float)
    _, adjust, _ = churn_design(rows)
    design = np.column_stack([np.ones(len(rows)), adjust])
    left = score - design @ np.linalg.lstsq(design, score, rcond=None)[0]
    plain, conditional = (1 - noise / float(v) for v in (score.var(), left.var()))
    if conditional <= 0.1:
        raise Refusal(
            "Repeated answers lie as far apart as answers of different customers, so what is "
            "left of the score without its error cannot be told."
        )
    slope = value / conditional**2 / float(left.var())
    error = float(np.hypot(std_err / conditional, slope * noise_error))
    return Reliability(len(pairs), noise, plain, conditional, value / conditional, error)
