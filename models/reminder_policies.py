"""Policies of reminding set side by side: the cash they bring, and the goodwill they cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from models.refusal import Refusal
from models.reminder_aftermath import Aftermath
from models.reminder_intervals import MOST_STAGES, Exposure, days_reminded
from models.reminders import Reminders

__all__ = ["DAYS_AHEAD", "Policy", "Step", "candidates", "frontier", "simulate_policies"]

#: Days after the first possible reminder up to which cash is counted.
DAYS_AHEAD = 45
#: Overdue invoices of a group below which nothing is simulated for it.
FEWEST_INVOICES = 100
HARSH = ("firm", "legal")
SEED, DRAWS = 7, 400
TINY, NOTHING = 1e-12, 0.01
TAIL = 0.05


@dataclass(frozen=True)
class Step:
    """One reminder: the day past due on which it is sent, how, and in which tone."""

    day: int
    channel: str
    tone: str


@dataclass(frozen=True)
class Policy:
    """Reminders sent one after another as long as nothing is paid.

    Examples
    --------
    >>> Policy("One letter", (Step(14, "letter", "neutral"),)).steps[0].day
    14
    """

    name: str
    steps: tuple[Step, ...]

    def __post_init__(self):
        if any(later.day <= sooner.day for sooner, later in pairwise(self.steps)):
            raise ValueError(
                f"The steps of '{self.name}' are not in the order of their days, so which comes "
                "first is not known. Give each a later day than the one before it."
            )

    def warnings(self, exposure: Exposure) -> list[str]:
        """Say where the policy goes beyond what was ever done."""
        known_tones = {exposure.reference_tone, *exposure.tones}
        said = []
        for step in self.steps:
            if step.day < exposure.first_day:
                said.append(
                    f"hardly an invoice was reminded before day {exposure.first_day}, so what day "
                    f"{step.day} brings is not known"
                )
            if step.channel not in exposure.channels:
                said.append(
                    f"too few first reminders went by {step.channel}: an average one counts"
                )
            if step.tone not in known_tones:
                said.append(f"too few first reminders were {step.tone}: a neutral one counts")
        for sooner, later in pairwise(self.steps):
            if later.day - sooner.day < exposure.shortest_gap:
                said.append(
                    f"reminders were never {later.day - sooner.day} days apart, "
                    f"{exposure.shortest_gap} at least"
                )
        if len(self.steps) > MOST_STAGES:
            said.append("a reminder after the third is taken to do nothing more")
        return list(dict.fromkeys(said))


def simulate_policies(
    reminders: Reminders,
    policies: Sequence[Policy],
    *,
    aftermath: Aftermath | None = None,
    customers: Sequence[str] | None = None,
    days_ahead: int = DAYS_AHEAD,
    draws: int = DRAWS,
    rng: np.random.Generator | None = None,
) -> pd.DataFrame:
    r"""Follow overdue invoices under each policy, all with the same luck.

    The hazard without reminders is that of payments and other ends counted for as many as there
    would have been without the reminders before them. Reminders multiply it by what they do to all
    who are left (`models.reminder_survivors`), which is less from day to day than what they do to
    one invoice. What is given up or disputed meanwhile is not paid. Coefficients, payments and
    effects on customers are drawn anew from their errors, the same draws for every policy, so that
    differences between policies are surer than each.

    Parameters
    ----------
    reminders : Reminders
    policies : sequence of Policy
    aftermath : Aftermath, optional
        Without it nothing is said of goodwill.
    customers : sequence of str, optional
        Follow the overdue invoices of these customers only.
    rng : Generator, optional
        By default one with a fixed seed: the same question has the same answer.

    Returns
    -------
    DataFrame
        One row a policy, per overdue invoice unpaid when reminding may start: ``paid`` (share
        within `days_ahead` of it), ``days_unpaid`` (of these), ``gentle`` and ``harsh`` reminders
        sent, ``score`` (sum of the changes in survey score, in standard deviations) and ``left``
        (customers who leave), each but the counts with ``_low`` and ``_high`` (90 %); ``sooner``
        and ``more_left`` are the differences from the first policy, in days and customers, with
        intervals of their own.

    Raises
    ------
    Refusal
        If the group has too few overdue invoices.
    """
    exposure, rng = reminders.exposure, rng or np.random.default_rng(SEED)
    rows = exposure.rows
    if customers is not None:
        rows = rows[rows["customer_id"].isin(set(customers))]
    n = int((rows["n_sent"] == 0).sum())
    if n < FEWEST_INVOICES:
        raise Refusal(
            f"The group has {n:,} invoices that were ever so overdue, so no policy can be tried on "
            f"it; {FEWEST_INVOICES} are needed. Choose a larger group."
        )
    beta = rng.multivariate_normal(
        reminders.coefficients.to_numpy(), reminders.covariance.to_numpy(), draws, method="eigh"
    )
    beta[0] = reminders.coefficients.to_numpy()
    hazard, ended = unreminded_hazard(rows, reminders, beta, days_ahead, rng)
    goodwill = {
        (outcome, tone): drawn_effect(aftermath, outcome, tone, draws, rng)
        for outcome in ("score", "left")
        for tone in ("gentle", "harsh")
    }
    lines, first = [], None
    for policy in policies:
        found = followed(policy, hazard, ended, beta, reminders, days_ahead)
        for outcome in ("score", "left"):
            found[outcome] = sum(
                found[tone] * goodwill[outcome, tone] for tone in ("gentle", "harsh")
            )
        first = first or found
        found["sooner"] = first["days_unpaid"] - found["days_unpaid"]
        found["more_left"] = found["left"] - first["left"]
        lines.append({"policy": policy.name} | described(found))
    return pd.DataFrame(lines)


def unreminded_hazard(
    rows: pd.DataFrame, reminders: Reminders, beta: np.ndarray, days_ahead: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Hazard of being paid, and of ending otherwise, without any reminder: arrays (draw, day)."""
    # In its last stretch the watch of an invoice ends.
    ends = rows.drop_duplicates("invoice_id", keep="last")
    n, day = len(ends), ends["stop"].to_numpy() - reminders.exposure.first_day - 1
    ends, day = ends[day < days_ahead], day[day < days_ahead]
    kept, ratio, cell = counted(ends, reminders, beta)
    paid = ends["paid"].to_numpy(dtype=bool)
    # The close of the books ends a watch and no invoice.
    closed = ~paid & (ends["stop"] >= ends["watched"]).to_numpy()
    payments, closes, others = np.zeros((3, kept.shape[1], days_ahead))
    for counts, which in ((payments, paid), (closes, closed), (others, ~paid & ~closed)):
        np.add.at(counts, (cell[which], day[which]), 1 / n)
    # So many payments and other ends there would have been, and so many be left each morning.
    weight = kept / ratio
    share, ended = weight @ payments, kept @ others
    gone = share + ended + kept @ closes
    there = np.maximum(1 - np.cumsum(gone, axis=1) + gone, 1 / n)
    spread = np.sqrt(weight**2 @ payments / n)
    noise = rng.standard_normal(share.shape)
    noise[0] = 0.0
    return np.clip((share + spread * noise) / there, 0.0, None), ended / there


def counted(
    ends: pd.DataFrame, reminders: Reminders, beta: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For how many invoices without reminders each that ended stands, and its ratio of hazards.

    Both by draw and cell, where alike invoices share a cell; and the cell of each row.
    """
    exposure, survivors = reminders.exposure, reminders.survivors
    since, alone = days_reminded(ends)
    third = (ends["day_3"] < ends["stop"]).to_numpy()
    kinds = [ends["channel_1"].astype(object), ends["tone_1"].astype(object)]
    kind, names = pd.factorize(pd.MultiIndex.from_arrays(kinds))
    cells, cell = np.unique(
        np.column_stack([kind, since, alone, third]), axis=0, return_inverse=True
    )
    kind, since, alone, third = cells.T
    first = np.stack([effect_of(*name, exposure, beta) for name in names], axis=1)
    second = stage_effect("second", exposure, beta)
    few = survivors.until(int(since.max(initial=0)))
    once, again = few.ratio(first)[:, kind, since], few.ratio_again(second)[:, since - alone]
    log_kept = few.kept(first)[:, kind, since] + few.kept_again(second)[:, since - alone] / once
    ratio = once * np.where(alone < since, again, 1.0)
    # Nobody is followed from the day of a third, which adds nothing where there is a hold-out.
    ratio *= np.where(third, np.exp(stage_effect("third", exposure, beta))[:, None], 1.0)
    reminded = since > 0
    return np.where(reminded, np.exp(log_kept), 1.0), np.where(reminded, ratio, 1.0), cell.ravel()


def effect_of(channel: str, tone: str, exposure: Exposure, beta: np.ndarray) -> np.ndarray:
    """Log hazard ratio of a first reminder in each draw; of a rare channel, that of an average."""
    place = exposure.columns.index
    if channel in exposure.channels:
        effect = beta[:, place(f"channel_{channel}")]
    else:
        sent = np.array([exposure.sent[name] for name in exposure.channels], dtype=float)
        columns = [place(name) for name in exposure.channel_columns]
        effect = beta[:, columns] @ (sent / sent.sum())
    return effect + beta[:, place(f"tone_{tone}")] if tone in exposure.tones else effect


def later_effect(step: Step, stage: str, exposure: Exposure, beta: np.ndarray) -> np.ndarray:
    """What a later reminder of a kind adds: as much more than an average one as a first would."""
    added = stage_effect(stage, exposure, beta)
    place = exposure.columns.index
    sent = np.array([exposure.again[name] for name in exposure.channels], dtype=float)
    if not sent.sum():
        return added
    columns = [place(name) for name in exposure.channel_columns]
    average = beta[:, columns] @ (sent / sent.sum())
    for tone in exposure.tones:
        average += beta[:, place(f"tone_{tone}")] * exposure.again[tone] / sent.sum()
    # An average that may be nothing is divided by nowhere.
    part = np.clip(added / np.where(np.abs(average) > NOTHING, average, np.inf), 0.0, 1.0)
    return added + part * (effect_of(step.channel, step.tone, exposure, beta) - average)


def stage_effect(name: str, exposure: Exposure, beta: np.ndarray) -> np.ndarray:
    """What a later reminder adds; nothing where there were too few of them."""
    if name not in exposure.stages:
        return np.zeros(len(beta))
    return beta[:, exposure.columns.index(name)]


def drawn_effect(
    aftermath: Aftermath | None, outcome: str, tone: str, draws: int, rng: np.random.Generator
) -> np.ndarray:
    value, error = (0.0, 0.0) if aftermath is None else aftermath.effect(outcome, tone)
    found = value + error * rng.standard_normal(draws)
    found[0] = value
    return found


def followed(
    policy: Policy,
    hazard: np.ndarray,
    ended: np.ndarray,
    beta: np.ndarray,
    reminders: Reminders,
    days_ahead: int,
) -> dict[str, np.ndarray]:
    """Share paid, days unpaid and reminders sent under one policy, in each draw."""
    exposure, survivors = reminders.exposure, reminders.survivors
    days = np.arange(1, days_ahead + 1) + exposure.first_day
    for nth, step in enumerate(policy.steps):
        if nth == 0:
            effect = effect_of(step.channel, step.tone, exposure, beta)
        else:
            stage = ("second", "third", "")[min(nth, MOST_STAGES) - 1]
            effect = later_effect(step, stage, exposure, beta)
        since, left = days - step.day, survivors.left_again if nth else survivors.left
        still = np.where(since > 0, left[np.clip(since, 0, len(left) - 1)], 0.0)
        hazard = hazard * (1 + still * np.expm1(effect)[:, None])
    # What is given up or disputed is open no more, and is not paid either.
    still_open = np.exp(-np.cumsum(hazard + ended, axis=1))
    before = np.column_stack([np.ones(len(beta)), still_open])
    share = hazard / np.maximum(hazard + ended, TINY)
    paid = np.cumsum((before[:, :-1] - still_open) * share, axis=1)
    unpaid = np.column_stack([np.ones(len(beta)), 1 - paid[:, :-1]])
    found = {"paid": paid[:, -1], "days_unpaid": unpaid.sum(axis=1)}
    for tone in ("gentle", "harsh"):
        steps = [step for step in policy.steps if (step.tone in HARSH) == (tone == "harsh")]
        reached = [before[:, np.clip(step.day - exposure.first_day, 0, days_ahead)]
                   for step in steps]  # fmt: skip
        found[tone] = sum(reached, np.zeros(len(beta)))
    return found


def described(found: dict[str, np.ndarray]) -> dict[str, float]:
    """Each quantity at the estimates, and its interval over the draws."""
    line = {}
    for name, values in found.items():
        line[name] = float(values[0])
        if name not in ("gentle", "harsh"):
            low, high = np.quantile(values, [TAIL, 1 - TAIL])
            line |= {f"{name}_low": float(low), f"{name}_high": float(high)}
    return line


def candidates(exposure: Exposure) -> list[Policy]:
    """No reminder, and one, two or three of each channel and tone as early as was ever done."""
    found, gap = [Policy("No reminder", ())], max(exposure.shortest_gap, 7)
    tones = [tone for tone in ("friendly", "neutral", "firm")
             if tone in {exposure.reference_tone, *exposure.tones}]  # fmt: skip
    for channel in exposure.channels:
        for tone in tones:
            for n in range(1, MOST_STAGES + 1):
                steps = tuple(
                    Step(exposure.first_day + gap * nth, channel, tone) for nth in range(n)
                )
                found.append(Policy(f"{n} × {channel}, {tone}", steps))
    return found


def frontier(simulated: pd.DataFrame) -> pd.DataFrame:
    """Mark the policies that no other beats in both cash and goodwill, as ``efficient``.

    Examples
    --------
    >>> tried = pd.DataFrame(
    ...     {"policy": ["a", "b", "c"], "paid": [0.5, 0.6, 0.55], "score": [0.0, -0.1, -0.2]}
    ... )
    >>> frontier(tried)["efficient"].tolist()
    [True, True, False]
    """
    paid, score = simulated["paid"].to_numpy(), simulated["score"].to_numpy()
    at_least = (paid[None] >= paid[:, None]) & (score[None] >= score[:, None])
    beaten = at_least & ((paid[None] > paid[:, None]) | (score[None] > score[:, None]))
    return simulated.assign(efficient=~beaten.any(axis=1))
