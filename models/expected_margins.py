"""What a month with a customer is expected to bring: its own record, drawn to that of its like."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.refusal import Refusal

__all__ = ["ExpectedMargins", "fit_expected_margins"]

MONTH_DAYS = 365.25 / 12
#: Months of record before which it is one of set-up and a first bill, and of no ordinary month;
#: in shorter windows this part of them.
ENOUGH_MONTHS, ENOUGH_OF_WINDOW = 8.0, 2 / 3
SHORTEST = 3.0
#: Customers of a segment below which its peers are all customers.
SMALLEST_SEGMENT = 20
#: Customers seen in both windows below which nothing is said of how records vary.
FEWEST = 20
#: Months of peers' revenue beside a customer's own, where only its size is asked for.
SIZE_MONTHS = 3.0
#: A customer is taken to be at least this part as large as the mean one: errors grow with size.
SMALLEST_PART = 0.05


@dataclass(frozen=True, eq=False)
class ExpectedMargins:
    """Margin of an ordinary month of each customer, and how well it is known.

    Attributes
    ----------
    table : DataFrame
        One row a customer: ``customer_id``; ``trailing`` (its own margin a month in the window);
        ``peers`` (what customers like it bring); ``own_share`` (weight of its own record, 0 to
        1); ``revenue``, ``days_to_pay``; ``bad_debt`` (expected a month); ``contribution``
        (expected a month, after bad debt) and ``std_err``.
    shared : DataFrame
        By ``customer_id``, the part of that error that customers have in common, because what
        their like bring is itself an estimate: a column for each independent standard normal
        that moves them. It does not fade however many customers are added up.
    months_of_record : float
        Months of its own record after which a customer counts as much as its peers.
    n : int
        Customers whose two windows told how much records vary.
    """

    table: pd.DataFrame
    shared: pd.DataFrame
    months_of_record: float
    n: int


def fit_expected_margins(
    now: pd.DataFrame,
    before: pd.DataFrame,
    *,
    active: Sequence[str] | None = None,
    recurring: pd.Series | None = None,
    segment: pd.Series | None = None,
) -> ExpectedMargins:
    """Estimate the margin of an ordinary month of each customer.

    A customer's own record is drawn towards what customers like it bring (same segment, same
    value of contract), the more the shorter it is: empirical Bayes with the weights of
    Bühlmann and Straub [1]_. How much records vary from year to year, and how much customers
    truly differ, is learned from two windows that follow each other. Bad debt is rare and
    large, so that it is estimated by itself and mostly from the segment, those who left included.

    Parameters
    ----------
    now, before : DataFrame
        Rows of `warehouse.margins.customer_margins` in the window up to the as-of date, and in
        the one of the same length before it.
    active : sequence of str, optional
        Customers who are still there: they alone are peers, since those who left may have been
        of another kind. Without it all are.
    recurring : Series, optional
        Contract value a month in force, by customer id.
    segment : Series, optional
        Segment by customer id; without one all customers are each other's peers.

    Returns
    -------
    ExpectedMargins

    Raises
    ------
    Refusal
        If too few customers who are still there have a record.

    References
    ----------
    .. [1] H. Bühlmann, E. Straub (1970). Glaubwürdigkeit für Schadensätze.
    """
    now = now.set_index("customer_id").astype(float)
    before = before.set_index("customer_id").astype(float).reindex(now.index)
    months, months_before = (w["watched_days"].to_numpy() / MONTH_DAYS for w in (now, before))
    enough = min(ENOUGH_MONTHS, ENOUGH_OF_WINDOW * months.max(initial=0.0))
    there = np.ones(len(now), bool) if active is None else now.index.isin(active)
    n_enough = int((there & (months >= enough)).sum()) if enough >= SHORTEST else 0
    if n_enough < FEWEST:
        raise Refusal(
            f"Only {n_enough:,} customers who are still there have a record that is long enough, "
            f"and what a month with one brings is not told from fewer than {FEWEST}. Load a longer "
            "period: a year at least."
        )
    peers = Peers(now.index, np.where(there & (months >= enough), months, 0.0), recurring, segment)
    revenue = now["revenue"].fillna(0.0).to_numpy()
    usual = peers.expect(rate(revenue, months))
    expected = np.maximum((revenue + SIZE_MONTHS * usual) / (months + SIZE_MONTHS), 0.0)
    size = np.maximum(expected, SMALLEST_PART * expected.mean())
    lost = now["written_off"].fillna(0.0).to_numpy()
    lost_before = before["written_off"].fillna(0.0).to_numpy()
    flow = now["contribution"].to_numpy() + lost
    flow_before = before["contribution"].to_numpy() + lost_before
    # Set-up and the first bill make the first months no ordinary ones: they tell nothing.
    windows = Windows(*(np.where(m >= enough, m, 0.0) for m in (months, months_before)), size)
    # Divided by a level that is a line itself, records still add up to those of the peers.
    level = np.maximum(usual, SMALLEST_PART * usual.mean())
    prior = peers.expect(rate(flow, months), 1 / level)
    operating = windows.draw_to(prior, flow, flow_before)
    debt = windows.draw_to(peers.share(lost, revenue) * expected, lost, lost_before)
    shared = in_common(
        peers.uncertain(rate(flow, months), 1 / level), 1 - operating.own_share,
        peers.uncertain_share(lost, revenue), (debt.own_share - 1) * expected,
    )  # fmt: skip
    days = now["days_to_pay"]
    typical = float(np.average(days.fillna(0.0), weights=revenue * days.notna() + 1e-9))
    table = pd.DataFrame(
        {
            "customer_id": now.index,
            "trailing": rate(now["contribution"].to_numpy(), months),
            "peers": operating.prior - debt.prior,
            "own_share": operating.own_share,
            "revenue": expected,
            "days_to_pay": days.fillna(typical).to_numpy(),
            "bad_debt": debt.level,
            "contribution": operating.level - debt.level,
            "std_err": np.sqrt(operating.variance + debt.variance + (shared**2).sum(axis=1)),
        }
    )
    common = pd.DataFrame(shared, index=now.index)
    return ExpectedMargins(table, common, operating.half_months, operating.n)


@dataclass(frozen=True, eq=False)
class Uncertain:
    """An estimate for everyone from few coefficients: how sure they are, and who rests on which.

    Attributes
    ----------
    pull : ndarray of shape (n, n_coefficients)
        By how much each customer's own record moves each coefficient.
    load : ndarray of shape (n, n_coefficients)
        What each customer's estimate takes of each.
    """

    pull: np.ndarray
    load: np.ndarray


def in_common(
    operating: Uncertain, weight: np.ndarray, debt: Uncertain, debt_weight: np.ndarray
) -> np.ndarray:
    """What independent standard normals add to each customer's margin.

    What is drawn to the peers carries their error. That of the own record is no part of it: with
    the weights of Bühlmann and Straub the two are uncorrelated.
    """
    pull = np.hstack([operating.pull, debt.pull])
    load = np.hstack([operating.load * weight[:, None], debt.load * debt_weight[:, None]])
    values, vectors = np.linalg.eigh(pull.T @ pull)
    return load @ (vectors * np.sqrt(np.maximum(values, 0.0)))


def rate(flow: np.ndarray, months: np.ndarray) -> np.ndarray:
    """A month's part of a flow; nothing flows in no time."""
    return np.divide(flow, months, out=np.zeros_like(flow), where=months > 0)


class Peers:
    """What customers like one bring, by segment and value of contract."""

    def __init__(
        self,
        customer_id: pd.Index,
        months: np.ndarray,
        recurring: pd.Series | None,
        segment: pd.Series | None,
    ) -> None:
        n = len(customer_id)
        self.months = months
        self.fit_on = months > 0
        value = np.zeros(n)
        if recurring is not None:
            value = recurring.reindex(customer_id).astype(float).fillna(0.0).to_numpy()
        # Code 0 is for who is in no segment.
        code = np.zeros(n, dtype=int)
        if segment is not None:
            code = pd.factorize(segment.reindex(customer_id))[0] + 1
        sizes = np.bincount(code, self.fit_on, minlength=code.max() + 1)
        # Who is of a small segment, or of none, has all customers for peers.
        self.alone = (sizes[code] < SMALLEST_SEGMENT) | (code == 0)
        self.segment = code
        dummies = np.eye(len(sizes))[code]
        self.line = np.column_stack([np.ones(n), value])
        self.design = np.column_stack([dummies, dummies * value[:, None]])

    def expect(self, level: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
        """Level of customers like each: a line in the value of contract for each segment."""
        root = np.sqrt(self.months if weights is None else self.months * weights)
        root = np.where(self.fit_on, root, 0.0)[:, None]
        own, everyone = (
            design @ np.linalg.lstsq(design * root, level * root[:, 0], rcond=None)[0]
            for design in (self.design, self.line)
        )
        return np.where(self.alone, everyone, own)

    def uncertain(self, level: np.ndarray, weights: np.ndarray) -> Uncertain:
        """How well the lines of `expect` are known, robustly by customer."""
        root = np.where(self.fit_on, np.sqrt(self.months * weights), 0.0)
        pulls, loads = [], []
        for design, mine in ((self.design, ~self.alone), (self.line, self.alone)):
            rows = design * root[:, None]
            inverse = np.linalg.pinv(rows, rcond=np.finfo(float).eps * max(rows.shape))
            off = root * level - rows @ (inverse @ (root * level))
            spare = max(self.fit_on.sum() - np.any(rows != 0, axis=0).sum(), 1)
            pulls.append(inverse.T * (off * np.sqrt(self.fit_on.sum() / spare))[:, None])
            loads.append(design * mine[:, None])
        return Uncertain(np.hstack(pulls), np.hstack(loads))

    def uncertain_share(self, part: np.ndarray, whole: np.ndarray) -> Uncertain:
        """How well the shares of `share` are known."""
        group = np.where(self.alone, 0, self.segment)
        load = np.eye(int(self.segment.max()) + 1)[group]
        # The share of everyone, in place 0, rests on those of segments too.
        counted = np.eye(load.shape[1])[self.segment]
        counted[:, 0] = 1.0
        total = counted.T @ whole
        each = np.array([part.sum(), *np.bincount(self.segment, part, load.shape[1])[1:]])
        rates = np.divide(each, total, out=np.zeros_like(total), where=total > 0)
        off = counted * (part[:, None] - whole[:, None] * rates)
        pull = np.divide(off, total, out=np.zeros_like(off), where=total > 0)
        return Uncertain(pull, load)

    def share(self, part: np.ndarray, whole: np.ndarray) -> np.ndarray:
        """Share of a part in the whole, of everyone in the segment."""
        group = np.where(self.alone, 0, self.segment)
        sums = [np.bincount(group, x) for x in (part, whole)]
        sums = [
            np.concatenate([[x.sum()], s[1:]]) for x, s in zip((part, whole), sums, strict=True)
        ]
        return np.divide(*sums, out=np.zeros_like(sums[0]), where=sums[1] > 0)[group]


@dataclass(frozen=True, eq=False)
class Level:
    """A flow a month: expected, of peers, with its variance and the weight of the own record."""

    level: np.ndarray
    prior: np.ndarray
    variance: np.ndarray
    own_share: np.ndarray
    half_months: float
    n: int


@dataclass(frozen=True, eq=False)
class Windows:
    """Two windows that follow each other, and how large each customer is."""

    months: np.ndarray
    months_before: np.ndarray
    size: np.ndarray

    def draw_to(self, prior: np.ndarray, flow: np.ndarray, before: np.ndarray) -> Level:
        """Draw the own record towards `prior` as far as records are chance.

        For its size, records of a customer vary by `chance` a month around its level, and levels
        by `differ` around the prior. What the two windows share is level.
        """
        own = rate(flow, self.months) - prior
        both = (self.months > 0) & (self.months_before > 0)
        if both.sum() < FEWEST:
            raise Refusal(
                f"Only {both.sum():,} customers have two such records, one after the other, so "
                "how far their margins vary cannot be told. Load a longer period."
            )
        # A customer twice as large is as two: its variance is twice theirs, not four times.
        root = np.sqrt(self.size)
        a = (own / root)[both]
        b = ((rate(np.nan_to_num(before), self.months_before) - prior) / root)[both]
        apart = 1 / self.months[both] + 1 / self.months_before[both]
        chance = float(np.mean((a - b) ** 2 / apart))
        differ = max(float(np.mean(a * b)), 0.0)
        share = differ * self.months / np.maximum(differ * self.months + chance, 1e-300)
        variance = self.size * differ * (1 - share)
        half = chance / differ if differ > 0 else np.inf
        return Level(prior + share * own, prior, variance, share, half, int(both.sum()))
