"""Rows of a Cox regression as codes: who was at risk at which event times, and their covariates."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from models.refusal import Refusal
from models.risk_sets import label_codes, positive
from models.survival import flags

__all__ = ["CoxRows", "numbers", "read_cox_rows", "same_everywhere"]

# Whole times below this are ranked by a table, which is many times quicker than by search.
MOST_WHOLE_TIMES = 2_000_000

# Rows sorted at once. Sorted all together, every covariate would be gathered from all over memory.
SORTED = 131_072

# A column that varies by less than this share of its size varies by rounding.
ROUNDING = 1e-12

# A variance that is a smaller share of the mean square is computed a second time, with care.
CANCELLED = 1e-2


@dataclass(frozen=True, eq=False)
class CoxRows:
    """Rows that were at risk when an event happened, n of them with p covariates.

    Event times are numbered by stratum, then by time: m of them. A row's slot is twice the last
    event time at which it was at risk, plus 1 if it had the event. Rows lie in blocks, and within
    a block in order of slots, so that those of one slot are a segment.

    Attributes
    ----------
    names : tuple of str
        The covariates.
    x : ndarray of shape (p, n)
        Covariates less `mean`, in units of `scale`.
    segment : ndarray of int
        Slot of each segment.
    edges : ndarray of int
        Where each segment begins among the rows, and n.
    entered : ndarray of int or None
        1 + the last event time of its stratum before the row was watched; 0 where it was watched
        from its first.
    weight : ndarray or None
        How many alike rows this one stands for; None is one each.
    cluster : ndarray or None
        Code of the unit (a customer) whose rows are not independent of each other.
    n_events : ndarray of shape (m,)
        Events at each event time.
    event_total : ndarray of shape (p,)
        Sum of the covariates of all events.
    time : ndarray of shape (m,)
    survival_before : ndarray of shape (m,)
        Kaplan-Meier of all strata together, just before each event time.
    rank : ndarray of shape (m,)
        Rank of each event time among the ends of all rows.
    bounds : ndarray of int
        Where each stratum begins among the event times, and m.
    strata : DataFrame
        One row a stratum: the columns it was named by, ``n``, ``n_events``, and ``start`` and
        ``stop``, between which it was watched.
    strata_columns : tuple of str
    """

    names: tuple[str, ...]
    x: np.ndarray
    mean: np.ndarray
    scale: np.ndarray
    segment: np.ndarray
    edges: np.ndarray
    entered: np.ndarray | None
    weight: np.ndarray | None
    cluster: np.ndarray | None
    n_events: np.ndarray
    event_total: np.ndarray
    time: np.ndarray
    survival_before: np.ndarray
    rank: np.ndarray
    bounds: np.ndarray
    strata: pd.DataFrame
    strata_columns: tuple[str, ...]

    @property
    def slot(self) -> np.ndarray:
        return np.repeat(self.segment, np.diff(self.edges))

    @cached_property
    def event_x(self) -> np.ndarray:
        """Sum of the covariates of the events at each event time: an array (p, m)."""
        of_events = np.flatnonzero(self.segment & 1)
        at = self.segment[of_events] >> 1
        found = np.empty((len(self.x), len(self.time)))
        for j, column in enumerate(self.x):
            values = column if self.weight is None else column * self.weight
            of_segments = np.add.reduceat(values, self.edges[:-1])[of_events]
            found[j] = sums(at, of_segments, len(self.time))
        return found

    @property
    def stratum(self) -> np.ndarray:
        """Stratum of each event time."""
        return np.repeat(np.arange(len(self.strata)), np.diff(self.bounds))


def read_cox_rows(
    rows: pd.DataFrame,
    *,
    covariates: Sequence[str],
    stop: str,
    event: str,
    start: str | None,
    strata: Sequence[str],
    weights: str | None,
    cluster: str | None,
    whole_weights: bool,
) -> CoxRows:
    """Check the columns, number the event times and place each row between them."""
    needed = [*covariates, stop, event, start, *strata, weights, cluster]
    check_columns(rows, covariates, [name for name in needed if name is not None])
    had_event = flags(rows[event])
    weight = None if weights is None else counts(rows[weights], whole_weights)
    stops, starts, values = days(rows, stop, start)
    code, labels = stratum_codes(rows, strata)
    ended = ended_by_day(stops, had_event, weight)
    end, first, place = between_events(stops, starts, code, had_event, ended[1], len(labels))
    slot = 2 * end
    slot += had_event
    slot -= 2
    # At risk at no event time: before its first the slot is below 0 as it is.
    if first is not None:
        slot[end <= first] = -1
    order, segment, edges = in_segments(slot, 2 * len(place.day))
    weight, everyone = part(weight, order), weight
    entered = None
    if first is not None:
        entered = np.where(first > place.offset[code], first, 0)[order]
    happened = np.repeat((segment & 1).astype(float), np.diff(edges))
    if weight is not None:
        happened *= weight
    x, mean, scale, event_total = standardised(rows, covariates, weight, order, happened)
    return CoxRows(
        tuple(covariates),
        x,
        mean,
        scale,
        segment,
        edges,
        entered if entered is not None and entered.any() else None,
        weight,
        None if cluster is None else label_codes(rows[cluster], cluster, len(rows))[0][order],
        sums(segment >> 1, np.add.reduceat(happened, edges[:-1]), len(place.day)),
        event_total,
        values[place.day] if values is not None else place.day.astype(float),
        *pooled(starts, everyone, *ended, place.day),
        place.offset,
        described(labels, code, had_event, everyone, stops, starts, values),
        tuple(strata),
    )


@dataclass(frozen=True, eq=False)
class Place:
    """Event times by stratum: their day, and where each stratum begins among them."""

    day: np.ndarray
    offset: np.ndarray


def check_columns(rows: pd.DataFrame, covariates: Sequence[str], needed: Sequence[str]) -> None:
    if absent := sorted(set(needed) - set(rows.columns)):
        raise ValueError(
            f"The rows have no column {' and no column '.join(f'`{name}`' for name in absent)}, so "
            f"nothing can be fitted. The columns are: {', '.join(map(str, rows.columns))}."
        )
    if not covariates or len(set(covariates)) < len(covariates):
        raise ValueError(
            "The covariates are none, or one is named twice, so there is no effect to tell apart. "
            "Name each column once."
        )
    if rows.empty:
        raise Refusal(
            "There are no rows, so no effect can be estimated. Load a longer period, or widen the "
            "filters."
        )


def days(
    rows: pd.DataFrame, stop: str, start: str | None
) -> tuple[np.ndarray, np.ndarray | None, np.ndarray | None]:
    """Stops and starts as whole numbers, and the times these stand for if not themselves."""
    columns = [checked_times(rows, name) for name in (stop, start) if name is not None]
    # As in curves by day: what starts at 0 is watched from the origin, time 0 included.
    if start is not None and (bad := int(((columns[1] >= columns[0]) & (columns[1] > 0)).sum())):
        raise Refusal(
            f"{bad} rows end at or before their `{start}`, so they were never watched. Leave them "
            "out, or check both columns."
        )
    whole = all(c.dtype.kind == "i" or not (c != np.floor(c)).any() for c in columns)
    if whole and max(c.max() for c in columns) < MOST_WHOLE_TIMES:
        whole_columns = [c.astype(np.int64, copy=False) for c in columns]
        return whole_columns[0], whole_columns[1] if start is not None else None, None
    values, codes = np.unique(np.concatenate([[0.0], *columns]), return_inverse=True)
    codes = codes[1:].reshape(len(columns), -1)
    return codes[0], codes[1] if start is not None else None, values


def checked_times(rows: pd.DataFrame, column: str) -> np.ndarray:
    values = rows[column].to_numpy()
    if values.dtype.kind != "i":
        values = numbers(rows[column])
    # A missing time is not equal to itself, nor at least 0.
    if not (values.min() >= 0 and values.max() < np.inf):
        bad = int((~((values >= 0) & (values < np.inf))).sum())
        raise Refusal(
            f"`{column}` is missing or negative in {bad} rows, so it is not known when they were "
            "at risk. Leave those rows out, or check the dates it was computed from."
        )
    return values


def counts(values: pd.Series, whole: bool) -> np.ndarray:
    weight = positive(values)
    if whole and (weight != np.floor(weight)).any():
        raise ValueError(
            "Some weights are no whole numbers, so it is not known how many events were tied. "
            'Count whole rows, or pass ties="breslow".'
        )
    return weight


def numbers(values: pd.Series) -> np.ndarray:
    """A column as floating point; text is the caller's to code."""
    if not (pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values)):
        try:
            values = pd.to_numeric(values)
        except (TypeError, ValueError):
            raise ValueError(
                f"`{values.name}` holds {values.dtype} and not numbers, so it has no coefficient. "
                "Make a column of 0 and 1 for each value but one."
            ) from None
    return values.to_numpy(dtype=float, na_value=np.nan)


def stratum_codes(rows: pd.DataFrame, strata: Sequence[str]) -> tuple[np.ndarray, pd.DataFrame]:
    if not strata:
        return np.zeros(1, dtype=np.int64), pd.DataFrame(index=range(1))
    if missing := [name for name in strata if rows[name].isna().any()]:
        raise ValueError(
            f"`{missing[0]}` is missing in {int(rows[missing[0]].isna().sum())} rows, so they "
            "belong to no stratum. Fill it, or leave those rows out."
        )
    by = rows.groupby(list(strata), sort=True, observed=True)
    labels = pd.DataFrame(list(by.indices), columns=list(strata))
    return by.ngroup().to_numpy(dtype=np.int64), labels


def ended_by_day(
    stops: np.ndarray, had_event: np.ndarray, weight: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Rows that end on each day, and those of them that end with the event."""
    if not had_event.any():
        raise Refusal(
            f"None of the {len(stops):,} rows has had the event, so nothing can be said of what "
            "moves it. Load a longer period, or widen the filters."
        )
    n_days = int(stops.max()) + 1
    values = had_event if weight is None else had_event * weight
    return sums(stops, weight, n_days), sums(stops, values, n_days)


def between_events(
    stops: np.ndarray,
    starts: np.ndarray | None,
    code: np.ndarray,
    had_event: np.ndarray,
    events: np.ndarray,
    n_strata: int,
) -> tuple[np.ndarray, np.ndarray | None, Place]:
    """Event times at or before each stop and each start, of this and earlier strata."""
    event_days, rank = np.flatnonzero(events), np.cumsum(events > 0)
    if n_strata == 1:
        place = Place(event_days, np.array([0, len(event_days)]))
        first = None if starts is None else np.where(starts > 0, rank[starts], 0)
        return rank[stops], first, place
    n_ranks = len(event_days) + 1
    key = code * n_ranks + rank[stops]
    happened = np.zeros(n_strata * n_ranks, dtype=bool)
    happened[key[had_event]] = True
    before = np.cumsum(happened)
    offset = np.append(0, before[n_ranks - 1 :: n_ranks])
    day = event_days[np.flatnonzero(happened) % n_ranks - 1]
    begin = 0 if starts is None else np.where(starts > 0, rank[starts], 0)
    # Rank 0 is before every event of a stratum: what has happened up to it are the strata before.
    return before[key], before[code * n_ranks + begin], Place(day, offset)


def in_segments(slot: np.ndarray, n_slots: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sort the rows of each block by slot, without those of none: order, slots and edges."""
    # Short integers are sorted by their digits, in a fraction of the time.
    short = np.uint16 if n_slots < 65_536 else np.int64
    order, segment, sizes = [], [], []
    for begin in range(0, len(slot), SORTED):
        of = slot[begin : begin + SORTED]
        local = np.argsort(of.astype(short), kind="stable")
        of = of[local]
        kept = of >= 0
        if not kept.all():
            local, of = local[kept], of[kept]
        starts = np.flatnonzero(np.diff(of, prepend=-1))
        order.append(local + begin)
        segment.append(of[starts])
        sizes.append(np.diff(starts, append=len(of)))
    edges = np.append(0, np.cumsum(np.concatenate(sizes)))
    return np.concatenate(order), np.concatenate(segment), edges


def pooled(
    starts: np.ndarray | None,
    weight: np.ndarray | None,
    left: np.ndarray,
    events: np.ndarray,
    day: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Of all strata together: survival before each event time, and its rank among the ends."""
    n_days = len(left)
    rank = np.cumsum(left) - (left - 1) / 2
    at_risk = np.cumsum(left[::-1])[::-1]
    if starts is not None:
        late = starts > 0
        entered = sums(starts[late], part(weight, late), n_days)
        # Who enters on a day is at risk from the next on.
        at_risk = at_risk - np.cumsum(entered[::-1])[::-1]
    stay = 1 - np.divide(events, at_risk, out=np.zeros(n_days), where=events > 0)
    before = np.append(1.0, np.cumprod(stay)[:-1])
    return before[day], rank[day]


def described(
    labels: pd.DataFrame,
    code: np.ndarray,
    had_event: np.ndarray,
    weight: np.ndarray | None,
    stops: np.ndarray,
    starts: np.ndarray | None,
    values: np.ndarray | None,
) -> pd.DataFrame:
    """Counts of each stratum and the time it was watched."""
    n = len(labels)
    if n == 1:
        total = float(len(stops)) if weight is None else weight.sum()
        events = float(had_event.sum()) if weight is None else weight[had_event].sum()
        first, last = (0 if starts is None else starts.min()), stops.max()
    else:
        total = sums(code, weight, n)
        events = sums(code[had_event], part(weight, had_event), n)
        last = np.zeros(n, dtype=np.int64)
        np.maximum.at(last, code, stops)
        first = np.zeros(n, dtype=np.int64) if starts is None else last.copy()
        if starts is not None:
            np.minimum.at(first, code, starts)
    if values is not None:
        first, last = values[first], values[last]
    return labels.assign(n=total, n_events=events, start=first, stop=last).astype(
        {"start": float, "stop": float}
    )


def standardised(
    rows: pd.DataFrame,
    covariates: Sequence[str],
    weight: np.ndarray | None,
    order: np.ndarray,
    happened: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Covariates about their mean, in units of their spread, one row of the array each.

    Also the means, the spreads, and the sums over the events.
    """
    p, n = len(covariates), len(order)
    x, mean, scale, event_total = np.empty((p, n)), np.empty(p), np.empty(p), np.zeros(p)
    every = n == len(rows) and weight is None
    blocks = [slice(begin, begin + SORTED) for begin in range(0, n, SORTED)]
    for j, name in enumerate(covariates):
        # A column that lies scattered in memory is gathered by order of rows many times slower.
        values = np.ascontiguousarray(numbers(rows[name]))
        of = values if every else np.take(values, order, out=x[j], mode="clip")
        mean[j], scale[j] = mean_and_spread(of, weight, blocks)
        # The mean is finite only if every value is.
        if not np.isfinite(mean[j]):
            bad = int((~np.isfinite(of)).sum())
            raise Refusal(
                f"`{name}` is missing or infinite in {bad} of {len(rows)} rows, so their risk "
                "cannot be told. Leave those rows out, or fill it and say how."
            )
        if scale[j] <= ROUNDING * abs(mean[j]):
            raise same_everywhere([name])
        # All that is done to a block is done while it is in the processor's cache.
        for block in blocks:
            of = x[j, block]
            if every:
                np.take(values, order[block], out=of, mode="clip")
            of -= mean[j]
            of *= 1 / scale[j]
            event_total[j] += of @ happened[block]
    return x, mean, scale, event_total


def mean_and_spread(
    values: np.ndarray, weight: np.ndarray | None, blocks: Sequence[slice]
) -> tuple[float, float]:
    """Weighted mean, and root of the plain variance; the mean is finite only if all values are."""
    n = len(values)
    with np.errstate(invalid="ignore", over="ignore"):
        if weight is None:
            mean = sum(values[block].sum() for block in blocks) / n
        else:
            mean = values @ weight / weight.sum()
        squares = sum(values[block] @ values[block] for block in blocks) / n
        variance = squares - mean**2
    if np.isfinite(mean) and variance < CANCELLED * squares:
        # The difference has lost digits: take the mean off first.
        of = values - mean
        variance = of @ of / n
    return float(mean), float(np.sqrt(max(variance, 0.0)))


def same_everywhere(names: Sequence[str]) -> Refusal:
    named = " and ".join(f"`{name}`" for name in names)
    return Refusal(
        f"{named}: the same for all who were at risk together, so the rows cannot show an effect. "
        f"Leave {named} out, or widen the filters."
    )


def part(values: np.ndarray | None, rows: np.ndarray) -> np.ndarray | None:
    return None if values is None else values[rows]


def sums(code: np.ndarray, values: ArrayLike | None, n: int) -> np.ndarray:
    return np.bincount(code, values, minlength=n).astype(float)
