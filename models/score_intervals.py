"""NPS, CSAT and CES of answers, with intervals that know how many customers gave them."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from models.cluster_sizes import FEWEST_EFFECTIVE, sizes_of, too_few
from models.clusters import critical_value, few_clusters_factor, wilson_interval
from models.score_scales import SCALES

__all__ = ["Score", "difference", "influence_of", "nps_interval", "points", "score_of"]

#: Answers added to promoters and to detractors each, and in all (Rocks 2016).
ADDED_EACH, ADDED = 0.75, 3.0


@dataclass(frozen=True)
class Score:
    """One score and how far it may be off.

    Attributes
    ----------
    value, low, high : float
        In the unit of its measure; the ends are missing where there is a `reason`.
    mean : float
        Of the answers as given.
    n, n_customers : int
    reason : str or None
    """

    value: float
    low: float
    high: float
    mean: float
    n: int
    n_customers: int
    reason: str | None = None


def points(measure: str, answers: np.ndarray) -> np.ndarray:
    """What each answer adds to the score of which it is the mean.

    >>> points("nps", np.array([10, 8, 3])).tolist(), points("csat", np.array([4, 3])).tolist()
    ([100.0, 0.0, -100.0], [1.0, 0.0])
    """
    answers = np.asarray(answers, dtype=float)
    if measure == "nps":
        return 100.0 * ((answers >= 9).astype(float) - (answers <= 6))
    if measure == "csat":
        return (answers >= SCALES["csat"].content_from).astype(float)
    return answers


def nps_interval(
    promoters: float, detractors: float, n: float, critical: float
) -> tuple[float, float, float, float]:
    """Adjusted-Wald interval of a net promoter score [1]_.

    Parameters
    ----------
    promoters, detractors : float
        Numbers of answers, or what they amount to.
    n : float
        All answers.
    critical : float
        Standard errors to either side, 1.96 for 95 %.

    Returns
    -------
    centre, standard error, low, high

    References
    ----------
    .. [1] B. Rocks (2016). "Interval estimation for the net promoter score." The American
       Statistician 70, 365-372.

    Examples
    --------
    >>> [round(x, 2) for x in nps_interval(50, 20, 100, 1.96)]
    [29.13, 7.69, 14.05, 44.2]
    """
    n_more = n + ADDED
    p, d = (promoters + ADDED_EACH) / n_more, (detractors + ADDED_EACH) / n_more
    centre = 100 * (p - d)
    std_err = 100 * np.sqrt((p + d - (p - d) ** 2) / n_more)
    low, high = (centre + side * critical * std_err for side in (-1, 1))
    return float(centre), float(std_err), float(max(low, -100)), float(min(high, 100))


def influence_of(y: np.ndarray, customer: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """How far each customer moves the weighted mean of `y`."""
    mean = weight @ y / weight.sum()
    return np.bincount(customer, weight * (y - mean)) / weight.sum()


def score_of(
    measure: str,
    answers: np.ndarray,
    customer: np.ndarray,
    *,
    weight: np.ndarray | None = None,
    confidence: float = 0.95,
) -> Score:
    """The score of some answers, its interval widened where answers of one customer are alike.

    The interval is adjusted-Wald for NPS and Wilson's for CSAT, of as many independent answers
    as vary as much as these do by customer; that of CES is Student's.

    Parameters
    ----------
    measure : str
    answers : ndarray
    customer : ndarray of int
        Codes from 0.
    weight : ndarray, optional

    Examples
    --------
    Fifty promoters and twenty detractors among a hundred customers who answered once:

    >>> answers = np.repeat([10, 8, 2], [50, 30, 20])
    >>> found = score_of("nps", answers, np.arange(100))
    >>> round(found.value), round(found.low, 1), round(found.high, 1)
    (30, 13.8, 44.5)
    """
    y = points(measure, answers)
    weight = np.ones(len(y)) if weight is None else np.asarray(weight, dtype=float)
    value = float(weight @ y / weight.sum())
    mean = float(weight @ np.asarray(answers, dtype=float) / weight.sum())
    influence = influence_of(y, customer, weight)
    sizes = sizes_of(np.bincount(customer, weight))
    n_customers = int(sizes.n)
    if too_few(float(sizes.effective)):
        reason = (
            f"The answers weigh like those of {float(sizes.effective):.0f} customers; below "
            f"{FEWEST_EFFECTIVE} there is no interval."
        )
        return Score(value, np.nan, np.nan, mean, len(y), n_customers, reason)
    squares = float((influence**2).sum() * few_clusters_factor(n_customers))
    variance = float(weight @ (y - value) ** 2 / weight.sum())
    alone = min(variance / squares, len(y)) if squares > 0 else float(n_customers)
    critical = float(critical_value(confidence, float(sizes.effective)))
    if measure == "nps":
        shares = [float(weight @ (y == side) / weight.sum()) for side in (100.0, -100.0)]
        _, _, low, high = nps_interval(shares[0] * alone, shares[1] * alone, alone, critical)
    elif measure == "csat":
        low, high = wilson_interval(value, alone, critical)
    else:
        half, scale = critical * np.sqrt(squares), SCALES[measure]
        low, high = max(value - half, scale.low), min(value + half, scale.high)
    return Score(value, low, high, mean, len(y), n_customers)


def difference(
    measure: str, answers: np.ndarray, customer: np.ndarray, first: np.ndarray
) -> tuple[float, float]:
    """By how much the score of the answers in `first` differs from the others', and its p-value.

    A customer may have answers on both sides.

    Examples
    --------
    >>> answers, customer = np.array([9, 9, 2, 3] * 10), np.arange(40)
    >>> gap, p = difference("nps", answers, customer, np.arange(40) % 4 < 2)
    >>> gap, p < 0.01
    (200.0, True)
    """
    y, n = points(measure, answers), int(customer.max()) + 1
    means, pulls = [], []
    for side in (first, ~first):
        means.append(float(y[side].mean()))
        pull = np.bincount(customer[side], y[side] - means[-1], minlength=n) / side.sum()
        pulls.append(pull)
    gap = means[0] - means[1]
    # Where all on a side agree they are not certain for that: one more answer might not.
    squares = float(((pulls[0] - pulls[1]) ** 2).sum() * few_clusters_factor(n))
    least = float(points(measure, np.asarray(answers)).std() or 1.0) ** 2
    floor = least / max(min(first.sum(), (~first).sum()), 1) ** 2
    return gap, float(2 * norm.sf(abs(gap) / np.sqrt(max(squares, floor))))
