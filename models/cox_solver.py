"""Newton's method for Cox's likelihood, and the data for which it has no maximum."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from models.cox_likelihood import AtBeta, information, likelihood_at
from models.cox_rows import CoxRows, same_everywhere
from models.refusal import Refusal

__all__ = ["depends_on_others", "grows_without_bound", "maximise"]

MOST_STEPS, MOST_HALVINGS = 60, 40

# The gain of a step is its square in units of the standard errors. A smaller one is not taken.
SMALL_GAIN, ROUNDING_GAIN = 1e-20, 1e-10

# Of a column's spread at the events, what the other columns do not explain must exceed this.
LEAST_OWN = 1e-10

# A step, in units of the spread of each covariate, that leaves all but the coefficients as it is.
HAIR = 1e-7

# A maximum at infinity: the likelihood hardly gains, and the steps do not get shorter.
HARDLY_A_GAIN, LONG_STEP = 1e-5, 0.1


def maximise(
    rows: CoxRows,
    efron: bool,
    near: tuple[np.ndarray, np.ndarray] | None = None,
    small_gain: float = SMALL_GAIN,
) -> tuple[AtBeta, np.ndarray]:
    """The likelihood at its maximum, and the information there.

    Parameters
    ----------
    near : tuple of ndarray, optional
        Coefficients near the maximum, and roughly the information there.
    small_gain : float
        Where to stop.

    Raises
    ------
    Refusal
        If columns do not vary within risk sets, depend on each other, or separate those who have
        the event from those who have not.
    """
    now = likelihood_at(rows, np.zeros(len(rows.x)) if near is None else near[0], efron)
    if near is not None and now is not None:
        now, _ = walk(rows, now, np.linalg.solve(near[1], now.score), efron)
    bend = information(rows, now)
    refuse_dependent(rows, bend)
    last_gain = np.inf
    for _ in range(MOST_STEPS):
        try:
            step = cho_solve(cho_factor(bend), now.score)
        except np.linalg.LinAlgError:
            # It could be inverted before: it has become flat on the way to infinity.
            raise separated(rows, np.linalg.lstsq(bend, now.score, rcond=None)[0]) from None
        gain = float(now.score @ step)
        if gain < HARDLY_A_GAIN and is_long(rows, step):
            raise separated(rows, step)
        # Where a step no longer gains on the one before, rounding is all that is left.
        if gain < small_gain or (gain < ROUNDING_GAIN and gain > last_gain / 4):
            return now, bend
        if near is not None and np.abs(step).max() < HAIR:
            # Of many rows a pass is dear: what has been summed up is right to as many digits.
            return replace(now, beta=now.beta + step), bend
        now, size = walk(rows, now, step, efron)
        if size == 0.0:
            break
        bend, last_gain = information(rows, now), gain
    if is_long(rows, step):
        raise separated(rows, step)
    raise Refusal(
        "The coefficients do not come to rest, so none can be given. Leave out covariates with few "
        "or extreme values, and check their units."
    )


def is_long(rows: CoxRows, step: np.ndarray) -> bool:
    """Whether a step moves the log hazards of some rows well apart."""
    # No value lies further from the mean than the square root of the number of rows.
    if 2 * np.abs(step).sum() * np.sqrt(rows.x.shape[1]) < LONG_STEP:
        return False
    return bool(np.ptp(step @ rows.x) > LONG_STEP)


def walk(rows: CoxRows, now: AtBeta, step: np.ndarray, efron: bool) -> tuple[AtBeta, float]:
    """Take the step, or the half, quarter ... of it that does not lose likelihood."""
    slack = 1e-11 * (1 + abs(now.log_likelihood))
    size = 1.0
    for _ in range(MOST_HALVINGS):
        then = likelihood_at(rows, now.beta + size * step, efron)
        if then is not None and then.log_likelihood >= now.log_likelihood - slack:
            return then, size
        size /= 2
    return now, 0.0


def refuse_dependent(rows: CoxRows, bend: np.ndarray) -> None:
    spread = np.diag(bend)
    # In units of the spread of all rows, an event has information of the order of one.
    flat = spread <= LEAST_OWN * rows.n_events.sum()
    if flat.any():
        raise same_everywhere([name for name, no in zip(rows.names, flat, strict=True) if no])
    if found := depends_on_others(bend):
        raise sum_of_others(rows.names, *found)


def depends_on_others(bend: np.ndarray) -> tuple[int, list[int]] | None:
    """First column that those before it explain, and which they are; None if there is none."""
    size = np.sqrt(np.diag(bend))
    scaled = bend / np.outer(size, size)
    for j in range(1, len(scaled)):
        share = np.linalg.lstsq(scaled[:j, :j], scaled[:j, j], rcond=None)[0]
        if scaled[j, j] - share @ scaled[:j, j] <= LEAST_OWN:
            return j, [int(k) for k in np.flatnonzero(np.abs(share) > 1e-6)]
    return None


def sum_of_others(names: Sequence[str], column: int, others: Sequence[int]) -> Refusal:
    told = " and ".join(f"`{names[k]}`" for k in others)
    return Refusal(
        f"`{names[column]}` is told exactly by {told}, so their effects cannot be told apart. "
        f"Leave one of them out."
    )


def separated(rows: CoxRows, step: np.ndarray) -> Refusal:
    """Name the columns along which the likelihood rises for ever."""
    moved = np.abs(step) * np.ptp(rows.x, axis=1)
    columns = np.flatnonzero(moved > 0.1 * moved.max())
    weight = np.ones(rows.x.shape[1]) if rows.weight is None else rows.weight
    had_event = (rows.slot & 1).astype(bool)
    found = []
    for j in columns:
        for value in (rows.x[j].min(), rows.x[j].max()):
            of = rows.x[j] == value
            if not had_event[of].any():
                shown = rows.mean[j] + value * rows.scale[j]
                found.append((rows.names[j], float(shown), float(weight[of].sum())))
    return grows_without_bound([rows.names[j] for j in columns], found)


def grows_without_bound(names: Sequence[str], without_event: Sequence[tuple]) -> Refusal:
    """Refuse a coefficient that would be infinite, with the values nobody had the event at."""
    named = " and ".join(f"`{name}`" for name in names)
    why = "it orders by itself who has the event and who has not"
    if len(names) > 1:
        why = "together they order who has the event and who has not"
    if len(without_event) == 1:
        name, value, n = without_event[0]
        # Computed from its standardised value, a whole number is one but for rounding.
        value = round(value, 9)
        why = f"none of the {n:,.0f} rows with `{name}` = {value:g} has had the event"
    return Refusal(
        f"The coefficient of {named} grows without bound: {why}. Leave {named} out, join rare "
        "values to others, or wait for more events."
    )
