"""Overdue invoices as stretches between reminders, each with the reminders sent before it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.refusal import Refusal

__all__ = [
    "CHANNELS",
    "MOST_STAGES",
    "TONES",
    "TRANSIT_DAYS",
    "Exposure",
    "contact_intervals",
    "days_reminded",
]

CHANNELS = ("email", "phone", "letter", "portal", "sms")
#: What a tone is compared with comes first.
TONES = ("neutral", "friendly", "firm", "legal")
MOST_STAGES = 3
#: Money that arrives so soon after a reminder was on its way before it.
TRANSIT_DAYS = 3
#: Reminders of a kind below which it is left out.
FEWEST_SENT = 30


@dataclass(frozen=True, eq=False)
class Exposure:
    """Stretches of overdue invoices, and which reminders are told apart in them.

    Attributes
    ----------
    rows : DataFrame
        One row a stretch: ``invoice_id``, ``customer_id``, ``arm``, ``start``, ``stop`` (days past
        due), ``paid`` (ends with money), ``n_sent``, a column ``channel_X`` and ``tone_X`` of 0
        and 1 for the first reminder, ``second`` and ``third``, ``counts_from`` (days past due
        from which the first counts; missing without one), what was sent first (``channel_1``,
        ``tone_1``) and the days of all (``day_1`` ...), and the drivers.
    channels, tones : tuple of str
        Those with a column: sent often enough as a first reminder. A tone is compared with
        `reference_tone`.
    reference_tone : str
    stages : tuple of str
        ``second`` and ``third`` where there are such.
    sent : dict of str to int
        First reminders by channel and tone, later ones by stage.
    again : dict of str to int
        Second reminders by channel and tone.
    first_day : int
        Days past due before which an invoice is hardly ever reminded; the watch starts there.
    shortest_gap : int
        Days between two reminders of an invoice, below which they hardly ever were.
    """

    rows: pd.DataFrame
    channels: tuple[str, ...]
    tones: tuple[str, ...]
    reference_tone: str
    stages: tuple[str, ...]
    sent: dict[str, int]
    again: dict[str, int]
    first_day: int
    shortest_gap: int

    @property
    def channel_columns(self) -> list[str]:
        return [f"channel_{name}" for name in self.channels]

    @property
    def columns(self) -> list[str]:
        """Columns of what was sent."""
        return [*self.channel_columns, *(f"tone_{name}" for name in self.tones), *self.stages]


def contact_intervals(overdue: pd.DataFrame) -> Exposure:
    """Cut each overdue invoice where a reminder begins to count.

    A reminder counts from `TRANSIT_DAYS` after it was sent, and only on what was still unpaid
    then: nobody is credited with a reminder for the time before it, nor for money on its way.

    Parameters
    ----------
    overdue : DataFrame
        From `warehouse.reminders.overdue_invoices`.

    Raises
    ------
    Refusal
        If hardly any invoice was reminded.

    Examples
    --------
    Reminded on day 10 and paid on day 20, an invoice counts as reminded from day 13 on:

    >>> one = {
    ...     "invoice_id": "A",
    ...     "customer_id": "C",
    ...     "arm": None,
    ...     "stop": 20,
    ...     "paid": True,
    ...     "day_1": 10.0,
    ...     "channel_1": "email",
    ...     "tone_1": "neutral",
    ...     "day_2": np.nan,
    ...     "channel_2": None,
    ...     "tone_2": None,
    ...     "day_3": np.nan,
    ...     "channel_3": None,
    ...     "tone_3": None,
    ... }
    >>> found = contact_intervals(pd.DataFrame([one] * 30))
    >>> found.rows.loc[[0, 30], ["start", "stop", "n_sent", "paid", "channel_email"]]
        start  stop  n_sent   paid  channel_email
    0      10    13       0  False              0
    30     13    20       1   True              1
    """
    reminded = overdue["day_1"] < overdue["stop"]
    if reminded.sum() < FEWEST_SENT:
        raise Refusal(
            f"Only {int(reminded.sum()):,} overdue invoices were reminded while they were unpaid, "
            f"so what reminders do cannot be told; {FEWEST_SENT} are needed. Load `reminders` of a "
            "longer period, or widen the filters."
        )
    first_day = int(np.floor(np.quantile(overdue.loc[reminded, "day_1"], 0.01)).clip(min=0))
    known = overdue[overdue["stop"] > first_day]
    known = known.assign(counts_from=known["day_1"] + TRANSIT_DAYS)
    first_days = known["day_1"].where(reminded)
    counted = {
        kind: known.loc[first_days.notna(), f"{kind}_1"].value_counts()
        for kind in ("channel", "tone")
    }
    often = {
        kind: [name for name in names if counted[kind].get(name, 0) >= FEWEST_SENT]
        for kind, names in (("channel", CHANNELS), ("tone", TONES))
    }
    reference = often["tone"][0] if often["tone"] else TONES[0]
    days = [np.full(len(known), float(first_day))]
    for nth in range(1, MOST_STAGES + 1):
        days.append((known[f"day_{nth}"] + TRANSIT_DAYS).to_numpy(dtype=float))
    stop, pieces = known["stop"].to_numpy(dtype=float), []
    for n_sent, begins in enumerate(days):
        ends = stop
        if n_sent < MOST_STAGES:
            # A later reminder that was never sent ends nothing.
            ends = np.minimum(stop, np.nan_to_num(days[n_sent + 1], nan=np.inf))
        start = np.maximum(begins, first_day)
        at_risk = ends > start
        piece = known[at_risk].assign(start=start[at_risk], stop=ends[at_risk], n_sent=n_sent)
        pieces.append(piece.assign(paid=piece["paid"] & (ends[at_risk] == stop[at_risk])))
    rows = pd.concat(pieces, ignore_index=True)
    rows[["start", "stop"]] = rows[["start", "stop"]].astype(np.int64)
    since = rows["n_sent"] > 0
    for kind, names in often.items():
        for name in names:
            if kind == "channel" or name != reference:
                rows[f"{kind}_{name}"] = (since & (rows[f"{kind}_1"] == name)).astype(np.int64)
    later = {"second": 2, "third": 3}
    n_later = {name: int((known[f"day_{n}"] < known["stop"]).sum()) for name, n in later.items()}
    stages = tuple(name for name, n in n_later.items() if n >= FEWEST_SENT)
    rows = rows.assign(**{name: (rows["n_sent"] >= later[name]).astype(np.int64)
                          for name in stages})  # fmt: skip
    gaps = (known["day_2"] - known["day_1"]).dropna()
    sent = {name: int(counted[kind][name]) for kind, names in often.items() for name in names}
    return Exposure(
        rows.drop(columns=[f"{kind}_{n}" for kind in ("channel", "tone")
                           for n in range(2, MOST_STAGES + 1)]),
        tuple(often["channel"]),
        tuple(name for name in often["tone"] if name != reference),
        reference,
        stages,
        sent | n_later,
        sent_again(known, often),
        first_day,
        int(np.quantile(gaps, 0.01)) if len(gaps) else 0,
    )  # fmt: skip


def sent_again(known: pd.DataFrame, often: dict[str, list[str]]) -> dict[str, int]:
    """Second reminders by channel and tone."""
    twice = known[known["day_2"] < known["stop"]]
    return {name: int((twice[f"{kind}_2"] == name).sum())
            for kind, names in often.items() for name in names}  # fmt: skip


def days_reminded(overdue: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Days from the first reminder to the end of the watch, and to the second or that end.

    Both are 0 where no reminder was sent before the end.

    Examples
    --------
    >>> days = {"stop": [30, 12, 9], "day_1": [10.0, 10.0, np.nan], "day_2": [17.0, np.nan, np.nan]}
    >>> [found.tolist() for found in days_reminded(pd.DataFrame(days))]
    [[20, 2, 0], [7, 2, 0]]
    """
    since = np.nan_to_num(overdue["stop"] - overdue["day_1"]).clip(min=0)
    alone = np.fmin(overdue["day_2"] - overdue["day_1"], since)
    return since.astype(np.int64), np.asarray(alone).astype(np.int64)
