"""What reminders do to an overdue invoice: by channel, tone and stage, and on the whole."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from models.cox import Cox, fit_cox
from models.estimates import Estimate
from models.figures import Figure, figure_of
from models.reminder_fading import Fading, cut_by_fading, fit_fading
from models.reminder_intervals import (
    CHANNELS,
    TONES,
    Exposure,
    contact_intervals,
    days_reminded,
)
from models.reminder_survivors import Survivors, fit_survivors
from models.reminder_trial import Level, Trial, fit_level, fit_trial

__all__ = ["DRIVERS", "NO_HOLD_OUT", "Reminders", "fit_reminders"]

#: What is known when an invoice falls due and may decide on reminding it.
DRIVERS = ("log_amount", "lateness_before", "reminded_before", "invoices_before", "hardship")

#: What is asked for where nothing was held out.
NO_HOLD_OUT = (
    "No invoice was kept from reminders at random, so it is not known whether the reminded differ "
    "from the others in what nobody wrote down; those who are slow anyway are reminded most, which "
    "makes reminders look weaker than they are. Keep one overdue invoice in ten from reminders, "
    "drawn at random for three months, and load it as `reminder_arm` (hold_out or usual)."
)

#: Of how many effects of no size the test finds one by chance, and how often it finds a real one.
CHANCE, POWER = 0.05, 0.8


@dataclass(frozen=True, eq=False)
class Reminders:
    """Hazard ratios of being paid after a reminder, and the randomised comparison.

    Attributes
    ----------
    table : DataFrame
        One row a channel, tone and later stage: ``kind`` (channel, tone, stage), ``name``,
        ``hazard_ratio``, ``lower``, ``upper``, ``n`` (reminders sent), ``adjusted_ratio`` (what
        adjusting alone, without the hold-out, makes of it) and ``verdict`` (sooner, later, no
        effect found, not known). Without a hold-out what a reminder does is not known, however
        narrow its interval: only tones are compared among those who have one. A channel is a
        first reminder in the reference tone against none; a tone is against that tone; a stage is
        that reminder against one fewer.
    smallest : Series
        By name: the smallest hazard ratio above 1 that four tests in five would have found.
    trial : Trial or None
        All overdue invoices by the arm drawn for them.
    groups : dict of str to (Trial or None)
        The same of customers for whom money is short, and of the others.
    level : Level or None
    coefficients, covariance : Series, DataFrame
        Log hazard ratios of all terms, to simulate from: channels, tones, stages.
    exposure : Exposure
    fading : Fading
        What is left of an effect among those still unpaid, by days since the reminder.
    survivors : Survivors
        What it then does to the hazard of all of them.
    n, n_paid, n_customers : int
        Invoices still unpaid when reminding starts, those paid, and their customers.
    gap : float
        Log of how much larger a first reminder is by the hold-out than by adjusting alone.
    gap_p_value : float
        Chance of so large a gap if adjusting were enough.
    """

    table: pd.DataFrame
    smallest: pd.Series
    trial: Trial | None
    groups: dict[str, Trial | None]
    level: Level | None
    coefficients: pd.Series
    covariance: pd.DataFrame
    exposure: Exposure
    fading: Fading
    survivors: Survivors
    n: int
    n_paid: int
    n_customers: int
    gap: float
    gap_p_value: float
    as_of: dt.date
    confidence: float
    reason: str | None = None

    @property
    def randomised(self) -> bool:
        """Whether the size of the effects rests on the random hold-out."""
        return self.level is not None

    def figures(self) -> tuple[Figure, ...]:
        """Return the ratio of each channel and tone, and what reminding as usual brings."""
        rows = self.table.set_index("name")
        note = self.reason or (None if self.randomised else NO_HOLD_OUT)
        made = []
        for name in (*CHANNELS, *TONES[1:]):
            figure_id = f"reminders.hazard_ratio.{name}"
            if name not in rows.index:
                why = f"Too few first reminders were sent as {name} to tell what they do."
                if name in TONES and name == self.exposure.reference_tone:
                    why = f"The other tones are compared with {name}."
                made.append(Figure(figure_id, None, None, None, self.n, self.as_of, why))
                continue
            row = rows.loc[name]
            ratio = Estimate(row["hazard_ratio"], np.nan, row["lower"], row["upper"], note)
            made.append(figure_of(figure_id, ratio, self.n, self.as_of, self.confidence))
        return (*made, *self.headline())

    def headline(self) -> tuple[Figure, ...]:
        """Return what reminding as usual brings, by the random hold-out."""
        return tuple(self._of_trial(name) for name in ("paid", "days_sooner"))

    def _of_trial(self, name: str) -> Figure:
        figure_id = f"reminders.{name}"
        if self.trial is None:
            return Figure(figure_id, None, None, None, self.n, self.as_of, NO_HOLD_OUT)
        found = getattr(self.trial, name)
        n = self.trial.n_usual + self.trial.n_held_out
        return figure_of(figure_id, found, n, self.as_of, self.confidence)


def fit_reminders(
    overdue: pd.DataFrame,
    as_of: dt.date,
    *,
    drivers: Sequence[str] = DRIVERS,
    strata: Sequence[str] = (),
    confidence: float = 0.95,
) -> Reminders:
    r"""Estimate how much sooner an overdue invoice is paid after each kind of reminder.

    Cox's regression in days past due, in which a reminder counts only from the day it was sent
    (and money has had time to travel), adjusted for what was known when the invoice fell due.
    Which channel and tone a reminder has is told apart among the reminded. Where some invoices
    were kept from reminders at random, the size of an average first and later reminder is the one
    that explains how far the arms are apart (`models.reminder_trial.fit_level`), for nothing that
    a collector senses can bias it. "Was it ever reminded" is nowhere asked: only what stays
    unpaid long enough is, which would make reminders look as if they stopped people from paying.

    Ratios are of one invoice in the days after the reminder. Channels and tones are compared
    within invoices of different patience, of which the patient are left over: differences between
    them shrink day by day though no reminder has lost its effect. How much is measured on what
    else is known of the invoices, and made up for (`models.reminder_fading`).

    Parameters
    ----------
    overdue : DataFrame
        From `warehouse.reminders.overdue_invoices`, with ``watched``.
    as_of : date
    drivers, strata : sequence of str
        Columns that decide on reminding, or on paying; all known on the due date.

    Raises
    ------
    Refusal
        If too few invoices were reminded, or paid.
    """
    exposure = contact_intervals(overdue)
    rows = exposure.rows
    used = [name for name in drivers if rows[name].nunique() > 1]
    rows = rows.assign(**{name: rows[name].astype(float) for name in used})
    fading = fit_fading(exposure, used, strata=strata)
    told_apart = [*exposure.channel_columns, *(f"tone_{name}" for name in exposure.tones)]
    fit = fit_cox(
        cut_by_fading(rows, told_apart, fading),
        covariates=[*exposure.columns, *used],
        start="start",
        stop="stop",
        event="paid",
        strata=list(strata) or None,
        cluster="customer_id",
        confidence=confidence,
        as_of=as_of,
    )
    adjusted = fit.table.set_index("covariate")["coefficient"]
    mean = share_of_channels(exposure)
    centred = adjusted[told_apart].copy()
    centred[exposure.channel_columns] -= float(mean @ adjusted[exposure.channel_columns])
    relative = np.zeros(len(overdue))
    for name in told_apart:
        kind, value = name.split("_")
        relative += centred[name] * (overdue[f"{kind}_1"] == value).to_numpy()
    survivors = fit_survivors(*days_reminded(overdue), overdue["paid"].to_numpy(bool), fading)
    level = fit_level(overdue, relative, exposure.first_day, survivors)
    coefficients, covariance = anchored(fit, exposure, mean, level, fading)
    gap, gap_p_value = np.nan, np.nan
    if level is not None:
        gap = level.first - float(mean @ adjusted[exposure.channel_columns])
        gap_p_value = 2 * float(norm.sf(abs(gap) / np.sqrt(level.covariance[0, 0])))
    invoices = rows[rows["n_sent"] == 0]
    sides = {"Money is short": overdue["hardship"], "Others": ~overdue["hardship"]}
    table = ratio_table(exposure, coefficients, covariance, adjusted, fit)
    if level is None:
        table.loc[table["kind"] != "tone", "verdict"] = "not known"
    return Reminders(
        table,
        smallest_ratio(table, covariance, exposure),
        fit_trial(overdue, exposure.first_day, confidence=confidence),
        {name: fit_trial(overdue[side], exposure.first_day, confidence=confidence)
         for name, side in sides.items()},
        level,
        coefficients,
        covariance,
        exposure,
        fading,
        survivors,
        len(invoices),
        int(rows["paid"].sum()),
        int(rows["customer_id"].nunique()),
        gap,
        gap_p_value,
        as_of,
        confidence,
        fit.reason,
    )  # fmt: skip


def share_of_channels(exposure: Exposure) -> np.ndarray:
    sent = np.array([exposure.sent[name] for name in exposure.channels], dtype=float)
    return sent / sent.sum()


def anchored(
    fit: Cox, exposure: Exposure, mean: np.ndarray, level: Level | None, fading: Fading
) -> tuple[pd.Series, pd.DataFrame]:
    """Coefficients of what was sent, the size of a first and a later reminder from the hold-out."""
    names = exposure.columns
    found = fit.table.set_index("covariate")["coefficient"][names]
    covariance = fit.covariance.loc[names, names]

    def also_scaled(values: pd.Series, spread: np.ndarray) -> pd.DataFrame:
        # What is left of effects scales them all, and has an error of its own.
        scaled = fading.error * values.where(~values.index.isin(exposure.stages), 0.0).to_numpy()
        return pd.DataFrame(spread + np.outer(scaled, scaled), names, names)

    if level is None:
        return found, also_scaled(found, covariance.to_numpy())
    # What each coefficient takes from the regression, and what from the hold-out.
    n_channels = len(exposure.channels)
    take = np.eye(len(names))
    take[:n_channels, :n_channels] -= mean
    give = np.zeros((len(names), 2))
    give[:n_channels, 0] = 1.0
    for stage in exposure.stages:
        take[names.index(stage)] = 0.0
    if "second" in exposure.stages:
        give[names.index("second"), 1] = 1.0
    values = pd.Series(take @ found.to_numpy() + give @ [level.first, level.later], names)
    spread = take @ covariance.to_numpy() @ take.T + give @ level.covariance @ give.T
    return values, also_scaled(values, spread)


def ratio_table(
    exposure: Exposure,
    coefficients: pd.Series,
    covariance: pd.DataFrame,
    adjusted: pd.Series,
    fit: Cox,
) -> pd.DataFrame:
    kinds = {name: ("channel", f"channel_{name}") for name in exposure.channels}
    kinds |= {name: ("tone", f"tone_{name}") for name in exposure.tones}
    kinds |= {name: ("stage", name) for name in exposure.stages}
    std_err = pd.Series(np.sqrt(np.diag(covariance)), covariance.index)
    critical = norm.ppf((1 + fit.confidence) / 2) if fit.reason is None else np.nan
    lines = []
    for name, (kind, column) in kinds.items():
        # By the hold-out a third reminder is not told from a second.
        if std_err[column] == 0:
            continue
        value, error = coefficients[column], std_err[column]
        low, high = value - critical * error, value + critical * error
        verdict = "sooner" if low > 0 else "later" if high < 0 else "no effect found"
        lines.append((kind, name, np.exp(value), np.exp(low), np.exp(high), exposure.sent[name],
                      np.exp(adjusted[column]), verdict))  # fmt: skip
    columns = ["kind", "name", "hazard_ratio", "lower", "upper", "n", "adjusted_ratio", "verdict"]
    return pd.DataFrame(lines, columns=columns)


def smallest_ratio(table: pd.DataFrame, covariance: pd.DataFrame, exposure: Exposure) -> pd.Series:
    """The smallest ratio above 1 that would have been found four times in five."""
    reach = norm.ppf(1 - CHANCE / 2) + norm.ppf(POWER)
    prefix = {"channel": "channel_", "tone": "tone_", "stage": ""}
    columns = [prefix[kind] + name for kind, name in zip(table["kind"], table["name"], strict=True)]
    error = np.sqrt(np.diag(covariance.loc[columns, columns]))
    return pd.Series(np.exp(reach * error), table["name"])
