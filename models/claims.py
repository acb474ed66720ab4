"""Claims of what an initiative will do, registered before it begins and scored when it has run."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from models.initiatives import Driven, Uncertain
from models.refusal import Refusal
from models.reminder_aftermath import REACH
from models.segments import FEWEST

__all__ = ["SCORED", "VERDICTS", "Claim", "Record", "Score", "by_lot", "claim_from", "claim_to",
           "expected_of", "record_of", "score_claim", "treated_otherwise", "windows"]  # fmt: skip

#: What can be scored, and what one more of it is, in words.
SCORED: Mapping[str, str] = {
    "satisfaction": "points of CSAT more",
    "days_to_pay": "days to pay fewer",
    "billing_tickets": "of the billing tickets avoided",
    "churn": "of the leaving avoided",
}
#: What a score may say.
VERDICTS = ("as claimed", "less than claimed", "more than claimed", "cannot tell")
#: Look-alikes did alike before, in so many bands, of which each has so many on either side.
BANDS, ENOUGH_IN_BAND = 5, 8
#: Months at full effect before which nothing is scored, and after which no more is looked at.
FEWEST_MONTHS, MOST_DAYS = 6, 365
MONTH_DAYS = 365.25 / 12
#: Customers who left, on either side, below which a ratio of their numbers is chance.
FEWEST_LEFT = 5


@dataclass(frozen=True)
class Claim:
    """What an initiative is expected to do, to whom, from when on.

    Attributes
    ----------
    name, title : str
    outcome : str
        One of `SCORED`.
    expected : Uncertain
        At full effect, in the unit of the outcome; four fifths of the chance lie in between.
    as_of : date
        Day it was registered as of; it starts no earlier.
    known_until : date
        Newest day of the books that it was registered on.
    snapshot : str
        Version of those books.
    starts_on : date
    ramp_months : int
        Months until the full effect, which are not scored.
    treated, held_back : tuple of str
        Customers it treats and their look-alikes, fixed on the day of registration.
    """

    name: str
    title: str
    outcome: str
    expected: Uncertain
    as_of: dt.date
    known_until: dt.date
    snapshot: str
    starts_on: dt.date
    ramp_months: int
    treated: tuple[str, ...]
    held_back: tuple[str, ...]

    def __post_init__(self):
        if self.outcome not in SCORED:
            raise ValueError(
                f"'{self.outcome}' cannot be scored against look-alikes. Choose from "
                f"{', '.join(SCORED)}."
            )
        if self.starts_on < self.as_of:
            raise ValueError(
                f"{self.title} would start on {self.starts_on}, before it is registered as of "
                f"{self.as_of}: what is known already is no claim. Choose a later start."
            )
        if min(len(self.treated), len(self.held_back)) < FEWEST:
            raise ValueError(
                f"{self.title} treats {len(self.treated)} customers and holds back "
                f"{len(self.held_back)}, and what it does to fewer than {FEWEST} cannot be told "
                "from chance. Widen whom it treats, or change how many are treated first."
            )

    @property
    def initiative(self) -> str:
        """Name of the initiative, which claims on its other outcomes and later starts share."""
        return self.name.partition(" ")[0]

    @property
    def in_hindsight(self) -> bool:
        """Whether the books reached past the start already: such a claim proves nothing."""
        return self.starts_on < self.known_until


@dataclass(frozen=True, eq=False)
class Score:
    """What came of a claim.

    Attributes
    ----------
    claim : Claim
    value, low, high : float
        What the treated gained over their untreated look-alikes, in the unit of the claim.
    smallest : float
        Effect that would have been told from none four times in five.
    verdict : str
        One of `VERDICTS`.
    n_treated, n_alike : int
    since, until : date
        Days at full effect that were looked at.
    """

    claim: Claim
    value: float
    low: float
    high: float
    smallest: float
    verdict: str
    n_treated: int
    n_alike: int
    since: dt.date
    until: dt.date
    as_of: dt.date
    confidence: float


@dataclass(frozen=True)
class Record:
    """How claims turned out: of `scored` ones, how many came in each of `VERDICTS`."""

    scored: int
    counts: Mapping[str, int]

    @property
    def told(self) -> int:
        """Claims of which it can be told whether they came true."""
        return self.scored - self.counts["cannot tell"]


@dataclass(frozen=True, eq=False)
class Compared:
    """Treated against look-alikes: difference, mean of the treated after, and each row's pull."""

    difference: float
    after: float
    pull_difference: np.ndarray
    pull_after: np.ndarray
    n_treated: int
    n_alike: int


def by_lot(
    customers: Collection[str], name: str, share: float = 0.5
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Customers to be treated and to be held back, drawn by lot and always the same for a name.

    Those held back are the look-alikes: without them nothing could be scored later.

    Examples
    --------
    >>> treated, held_back = by_lot([f"C{k}" for k in range(1000)], "faq", 0.3)
    >>> len(treated), len(held_back), set(treated) & set(held_back)
    (300, 700, set())
    """
    ordered = sorted(customers)
    rng = np.random.default_rng(list(name.encode()))
    drawn = rng.permutation(np.array(ordered, dtype=object)).tolist()
    n = round(share * len(drawn))
    return tuple(sorted(drawn[:n])), tuple(sorted(drawn[n:]))


def expected_of(moved: Driven) -> Uncertain:
    """What an initiative is to move, with more of it always the better.

    >>> expected_of(Driven("churn", Uncertain(-0.3, -0.2, 0.0)))
    Uncertain(low=-0.0, likely=0.2, high=0.3)
    """
    size = moved.size
    return Uncertain(-size.high, -size.likely, -size.low) if moved.driver == "churn" else size


def windows(
    claim: Claim, as_of: dt.date
) -> tuple[tuple[dt.date, dt.date], tuple[dt.date, dt.date]]:
    """Days before the start and days at full effect that are compared, as many of either.

    Raises
    ------
    Refusal
        If it is too early: fewer than six months at full effect have passed by `as_of`.
    """
    full = claim.starts_on + dt.timedelta(days=round(claim.ramp_months * MONTH_DAYS))
    ready = full + dt.timedelta(days=round(FEWEST_MONTHS * MONTH_DAYS))
    if as_of < ready:
        raise Refusal(
            f"Too early: {claim.title} has its full effect from {full} on and is scored from "
            f"{ready} on, after {FEWEST_MONTHS} months of it. Come back then."
        )
    last = min(as_of, full + dt.timedelta(days=MOST_DAYS))
    return (claim.starts_on - (last - full), claim.starts_on), (full, last)


def treated_otherwise(claim: Claim, others: Collection[Claim], until: dt.date) -> tuple[str, ...]:
    """Customers of a claim who are no fair comparison, as they are treated by another one too.

    A look-alike that the same initiative treats from a later start on is none any more, and one of
    the treated that it treated from an earlier start on has no months without it.

    Parameters
    ----------
    claim : Claim
    others : collection of Claim
        All that are registered, itself or not.
    until : date
        Last day that is looked at.
    """
    out: set[str] = set()
    for other in others:
        if other.initiative != claim.initiative or other.name == claim.name:
            continue
        if other.starts_on < until:
            out.update(set(claim.held_back) & set(other.treated))
        if other.starts_on < claim.starts_on:
            out.update(set(claim.treated) & set(other.treated))
    return tuple(sorted(out))


def score_claim(
    claim: Claim, rows: pd.DataFrame, as_of: dt.date, *, confidence: float = 0.9
) -> Score:
    """Score a claim by differences in differences against untreated look-alikes.

    The change of each treated customer is compared with that of customers held back of its
    industry that did about as well before, so that neither what happened to all nor what would
    have gone back to the usual by itself is put down to the initiative. Of leaving there is no
    before, and the lot alone makes them alike.

    Parameters
    ----------
    claim : Claim
    rows : DataFrame
        `warehouse.claims.customer_outcomes` over the days of `windows`.
    as_of : date
    confidence : float, default=0.9

    Raises
    ------
    Refusal
        If it is too early, or too few are alike, or nothing is left that could be avoided.
    """
    _, (since, until) = windows(claim, as_of)
    rows = rows[rows["customer_id"].isin([*claim.treated, *claim.held_back])]
    leaves = claim.outcome == "churn"
    rows = rows[rows["after"].notna() & (leaves | rows["before"].notna())]
    treated = rows["customer_id"].isin(claim.treated).to_numpy()
    sides = min(int(treated.sum()), int((~treated).sum()))
    if sides < FEWEST:
        raise Refusal(
            f"{claim.title} has {treated.sum():,} treated and {(~treated).sum():,} untreated "
            f"customers of whom enough is known before and after, and {FEWEST} of each are "
            "needed. Come back later, or widen the filters."
        )
    after = rows["after"].to_numpy(dtype=float)
    before = np.zeros(len(rows)) if leaves else rows["before"].to_numpy(dtype=float)
    industry = rows["industry"].astype(str)
    bands = np.clip(sides // (ENOUGH_IN_BAND * industry.nunique()), 1, BANDS)
    alike = pd.Series(industry.to_numpy()) + "|" + banded(before, int(bands)).astype(str)
    codes = pd.factorize(alike)[0]
    back = slope_within(after - before, before, codes, ~treated)
    found = compared(after - before - back * before, after, codes, treated)
    value, low, high, error = in_unit_of_claim(claim, found, confidence)
    return Score(
        claim, value, low, high, float(REACH * error), verdict_of(claim.expected, low, high),
        found.n_treated, found.n_alike, since, until, as_of, confidence,
    )  # fmt: skip


def banded(values: np.ndarray, n: int) -> pd.Series:
    """Bands of how customers did before; of values that are the same, fewer."""
    bands = pd.qcut(pd.Series(values), n, labels=False, duplicates="drop")
    return bands.fillna(0).astype(int)


def slope_within(
    change: np.ndarray, before: np.ndarray, codes: np.ndarray, who: np.ndarray
) -> float:
    """How the change goes with what was before in a band: what was high by chance comes down."""
    codes = codes[who]
    n = np.maximum(np.bincount(codes), 1)
    x, y = (v[who] - (np.bincount(codes, v[who]) / n)[codes] for v in (before, change))
    square = float(x @ x)
    return float(x @ y) / square if square > 0 else 0.0


def compared(
    change: np.ndarray, after: np.ndarray, codes: np.ndarray, treated: np.ndarray
) -> Compared:
    """Mean change of the treated less that of their look-alikes.

    Only where there are two on either side: of one alone it is not seen how it varies.
    """
    n = {side: np.bincount(codes, treated == side, codes.max() + 1) for side in (True, False)}
    both = ((n[True] > 1) & (n[False] > 1))[codes]
    total = float((treated & both).sum())
    if total < FEWEST:
        raise Refusal(
            f"Only {total:,.0f} treated customers have untreated look-alikes, and {FEWEST} are "
            "needed. Come back later, or widen the filters."
        )
    mine = np.where(treated, n[True][codes], n[False][codes])
    weight = np.where(treated, 1.0, -n[True][codes] / np.maximum(n[False][codes], 1)) / total
    weight = np.where(both, weight, 0.0)
    # Each group has lost a degree of freedom to its own mean.
    spare = np.sqrt(mine / np.maximum(mine - 1, 1))

    def off(values: np.ndarray) -> np.ndarray:
        cell = 2 * codes + treated
        means = np.bincount(cell, values) / np.maximum(np.bincount(cell), 1)
        return (values - means[cell]) * spare

    own = np.where(treated & both, 1.0 / total, 0.0)
    return Compared(
        float(weight @ change), float(own @ after), weight * off(change), own * off(after),
        int(total), int((both & ~treated).sum()),
    )  # fmt: skip


def in_unit_of_claim(
    claim: Claim, found: Compared, confidence: float
) -> tuple[float, float, float, float]:
    """Value, interval and standard error of what was claimed, with more always the better."""
    critical = norm.ppf(0.5 + confidence / 2)
    d, a, pull_d, pull_a = found.difference, found.after, found.pull_difference, found.pull_after
    if claim.outcome in ("satisfaction", "days_to_pay"):
        sign = 1.0 if claim.outcome == "satisfaction" else -1.0
        value, error = sign * d, float(np.sqrt((pull_d**2).sum()))
        return value, value - critical * error, value + critical * error, error
    # What the treated would have had without it.
    without = a - d
    if claim.outcome == "churn":
        left = a * found.n_treated, without * found.n_alike
        if min(left) < FEWEST_LEFT:
            raise Refusal(
                f"{left[0]:.0f} of the treated and {left[1]:.0f} of their look-alikes have left, "
                f"and below {FEWEST_LEFT} on either side a ratio is chance. Come back later."
            )
        hazard, usual = -np.log1p(-a), -np.log1p(-without)
        pull = pull_a / ((1 - a) * hazard) - (pull_a - pull_d) / ((1 - without) * usual)
        error = float(np.sqrt((pull**2).sum()))
        ratio = float(np.log(hazard / usual))
        ends = (-np.expm1(ratio + side * critical * error) for side in (0, 1, -1))
        value, low, high = (float(end) for end in ends)
        return value, low, high, error * float(np.exp(ratio))
    if without <= 0:
        raise Refusal("The look-alikes had no such tickets, so no share of them can be avoided.")
    pull = d / without**2 * pull_a - a / without**2 * pull_d
    value, error = -d / without, float(np.sqrt((pull**2).sum()))
    return value, value - critical * error, value + critical * error, error


def verdict_of(expected: Uncertain, low: float, high: float) -> str:
    """What a measured interval says of a claim.

    >>> verdict_of(Uncertain(1, 2, 3), 1.5, 2.5), verdict_of(Uncertain(1, 2, 3), -0.5, 0.5)
    ('as claimed', 'less than claimed')
    >>> verdict_of(Uncertain(1, 2, 3), -1, 4), verdict_of(Uncertain(1, 2, 3), 4, 5)
    ('cannot tell', 'more than claimed')
    >>> verdict_of(Uncertain(-1, 2, 3), -0.8, -0.2)
    'less than claimed'
    """
    # Who allowed for harm did not claim it.
    if high < max(expected.low, 0.0):
        return "less than claimed"
    if low > expected.high:
        return "more than claimed"
    return "cannot tell" if low <= 0 <= high else "as claimed"


def record_of(scores: Sequence[Score]) -> Record:
    """How claims turned out; those made in hindsight prove nothing and are not counted."""
    counted = [score.verdict for score in scores if not score.claim.in_hindsight]
    return Record(len(counted), {verdict: counted.count(verdict) for verdict in VERDICTS})


def claim_to(claim: Claim) -> dict[str, Any]:
    """A claim as it is kept."""
    days = ("as_of", "known_until", "starts_on")
    return asdict(claim) | {name: getattr(claim, name).isoformat() for name in days}


def claim_from(kept: Mapping[str, Any]) -> Claim:
    """A claim that was kept.

    >>> day, ids = dt.date(2025, 1, 1), tuple(f"C{k}" for k in range(60))
    >>> claim = Claim("faq", "FAQ", "billing_tickets", Uncertain(0.1, 0.2, 0.3), day, day,
    ...               "snapshot", day, 2, ids[:30], ids[30:])
    >>> claim_from(claim_to(claim)) == claim
    True
    """  # fmt: skip
    days = {
        name: dt.date.fromisoformat(kept[name]) for name in ("as_of", "known_until", "starts_on")
    }
    who = {name: tuple(kept[name]) for name in ("treated", "held_back")}
    return Claim(**{**kept, **days, **who, "expected": Uncertain(**kept["expected"])})
