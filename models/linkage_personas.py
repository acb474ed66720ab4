"""What one point of a score goes with persona by persona, the thin ones drawn to all others."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import chi2

from models.linkage_effects import (
    ALL,
    COLUMNS,
    FEWEST_EVENTS,
    FEWEST_OF_CAUSE,
    FEWEST_ROWS,
    OUTCOMES,
    Exposed,
    churn_design,
    expose,
    mean_design,
)
from models.linkage_slopes import Slopes, fit_hazard_slopes, fit_mean_slopes
from models.refusal import Refusal
from models.score_scales import SCALES
from models.segments import FEWEST

__all__ = ["PersonaLinks", "drawn_together", "fit_persona_links"]

#: Spreads of the true effects that are tried, relative to the errors of the estimates.
SPREADS = np.concatenate([[0.0], np.geomspace(0.05, 20.0, 60)])
#: What is known of a persona's effect on one outcome.
TOLD = ("value", "std_err", "lower", "upper", "own", "own_err")


@dataclass(frozen=True, eq=False)
class PersonaLinks:
    """Effects of one point of a score by persona.

    Attributes
    ----------
    measure : str
    table : DataFrame
        One row an outcome and persona: ``outcome``, ``persona``, ``value`` (drawn to the effect of
        all personas by as much as its error asks for), ``std_err``, ``lower``, ``upper``, ``own``
        (the estimate of the persona alone), ``own_err``, ``n``, ``n_customers``, ``n_events`` and
        ``reason`` (why there is none).
    apart : dict of str to float
        By outcome, the chance that effects lie so far apart if all personas have the same.
    reasons : dict of str to str
        Outcomes of which no persona's effect is told.
    """

    measure: str
    table: pd.DataFrame
    apart: Mapping[str, float]
    reasons: Mapping[str, str]
    as_of: dt.date
    confidence: float

    def of(self, outcome: str, persona: str) -> pd.Series:
        """The row of one persona.

        Raises
        ------
        Refusal
            If the data do not carry it.
        """
        rows = self.table
        rows = rows[(rows["outcome"] == outcome) & (rows["persona"] == persona)]
        why = self.reasons.get(outcome, "nobody of it answered")
        if len(rows) and pd.notna(rows["value"].iloc[0]):
            return rows.iloc[0]
        if len(rows):
            why = rows["reason"].iloc[0]
        raise Refusal(
            f"What {SCALES[self.measure].label} does to {outcome.replace('_', ' ')} for {persona} "
            f"cannot be told: {why}. Load a longer period, or ask more customers."
        )


def fit_persona_links(
    months: pd.DataFrame,
    answers: pd.DataFrame,
    invoices: pd.DataFrame,
    personas: pd.Series,
    as_of: dt.date,
    *,
    measure: str,
    confidence: float = 0.95,
) -> PersonaLinks:
    """Estimate what follows one point more of a score in each persona.

    All personas are told from one model, in which each has its own level and its own effect, and
    what is held equal acts alike on all. Of the effects each is then drawn to their mean by as much
    as its error is large beside how far they truly lie apart.

    Parameters
    ----------
    months, answers, invoices : DataFrame
        As `models.linkage.fit_linkage` takes them.
    personas : Series
        Persona by customer id; customers in none are left out.
    measure : str

    Raises
    ------
    Refusal
        If no persona's effect on anything can be told.
    """
    months, answers, invoices = (
        frame.assign(**{day: pd.to_datetime(frame[day]).astype("datetime64[ns]")})
        for frame, day in ((months, "begins"), (answers, "answered_on"), (invoices, "issued_on"))
    )
    exposed = expose(measure, ALL, answers, months, invoices, pd.Timestamp(as_of))
    tables, apart, reasons = [], {}, {}
    for outcome in OUTCOMES:
        try:
            table, apart[outcome] = of_outcome(exposed, outcome, personas, confidence)
        except Refusal as refusal:
            reasons[outcome] = str(refusal)
            continue
        tables.append(table)
    if not tables:
        raise Refusal(
            f"What {SCALES[measure].label} does cannot be told persona by persona: "
            f"{'; '.join(dict.fromkeys(reasons.values()))}. Load `surveys` over a longer period."
        )
    return PersonaLinks(
        measure, pd.concat(tables, ignore_index=True), apart, reasons, as_of, confidence
    )


def of_outcome(
    exposed: Exposed, outcome: str, personas: pd.Series, confidence: float
) -> tuple[pd.DataFrame, float]:
    """Effects on one outcome, and the chance of their lying so far apart by luck."""
    rows = rows_of(exposed, outcome)
    rows = rows.assign(persona=rows["customer_id"].map(personas)).dropna(subset="persona")
    event = rows["cause"].notna() if outcome == "churn" else pd.Series(1, index=rows.index)
    sizes = rows.assign(event=event).groupby("persona", sort=False).agg(
        n=("event", "size"), n_customers=("customer_id", "nunique"), n_events=("event", "sum"),
        answers=("last_score", "nunique"),
    )  # fmt: skip
    fewest = FEWEST_OF_CAUSE if outcome == "churn" else FEWEST_ROWS
    enough = (sizes["n_customers"] >= FEWEST) & (sizes["n_events"] >= fewest)
    enough &= sizes["answers"] > 1
    sizes["reason"] = np.where(enough, None, thin(sizes, outcome, fewest))
    told = sizes.index[enough].tolist()
    if len(told) < 2:
        raise Refusal(
            f"{len(told)} of the personas have enough customers who answered to tell what it does "
            f"to {outcome.replace('_', ' ')}"
        )
    rows = rows[rows["persona"].isin(told)]
    found = fitted(rows, outcome, told, confidence)
    drawn, covariance, p_value = drawn_together(found.value, found.covariance)
    error = np.sqrt(np.diag(covariance))
    half = found.critical * error
    effects = pd.DataFrame(
        np.column_stack([drawn, error, drawn - half, drawn + half, found.value, found.std_err]),
        index=told, columns=list(TOLD),
    )  # fmt: skip
    table = sizes.drop(columns="answers").join(effects).reset_index()
    return table.assign(outcome=outcome), p_value


def rows_of(exposed: Exposed, outcome: str) -> pd.DataFrame:
    """Rows an outcome is told from, where there are enough of all personas together."""
    if outcome == "churn":
        rows = exposed.months
        if rows["cause"].notna().sum() < FEWEST_EVENTS:
            raise Refusal("too few customers left within a year of an answer")
        return rows
    rows = exposed.spend if outcome == "spend" else exposed.invoices
    if COLUMNS[outcome] not in rows or rows[COLUMNS[outcome]].isna().all():
        raise Refusal("the table it is told from was not loaded")
    if len(rows) < FEWEST_ROWS:
        raise Refusal(f"only {len(rows):,} rows have an answer before them")
    return rows


def thin(sizes: pd.DataFrame, outcome: str, fewest: int) -> list[str]:
    """Why a persona is not told, for each."""
    what = "months of leaving" if outcome == "churn" else "rows"
    return [
        f"{row.n_customers:,} customers who answered and {row.n_events:,} {what} of theirs are too "
        f"few; {FEWEST} and {fewest} are needed"
        for row in sizes.itertuples()
    ]


def fitted(rows: pd.DataFrame, outcome: str, told: list[str], confidence: float) -> Slopes:
    """One model of all personas: a level and an effect for each."""
    inside = np.stack([(rows["persona"] == name).to_numpy(dtype=float) for name in told], axis=1)
    if outcome == "churn":
        x, adjust, common = churn_design(rows)
        event = rows["cause"].notna().to_numpy()
        levels = np.column_stack([adjust, inside[:, 1:]])
        return fit_hazard_slopes(x * inside, levels, event=event, confidence=confidence, **common)
    x, adjust, y, customer = mean_design(rows, outcome)
    levels = np.column_stack([adjust, inside[:, 1:]])
    return fit_mean_slopes(x * inside, levels, y, customer, confidence=confidence)


def drawn_together(
    estimate: np.ndarray, covariance: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    r"""Draw estimates of one thing in several groups to their mean (empirical Bayes).

    :math:`\hat b \sim N(b, V)`, :math:`b_j \sim N(\mu, \tau^2)` with nothing known of
    :math:`\mu`; :math:`\tau` maximises the restricted likelihood.

    Returns
    -------
    tuple
        What is left of the estimates, its covariance, and the chance that they lie as far apart if
        all groups are the same.

    Examples
    --------
    Two groups that do not differ beyond their errors are taken to be one:

    >>> value, spread, p = drawn_together(np.array([1.0, 1.2]), np.diag([0.04, 0.04]))
    >>> value.round(2).tolist(), np.sqrt(np.diag(spread)).round(2).tolist(), round(p, 2)
    ([1.1, 1.1], [0.14, 0.14], 0.48)
    """
    ones, n = np.ones(len(estimate)), len(estimate)
    typical = float(np.sqrt(np.diag(covariance).mean()))
    best = None
    for spread in SPREADS * typical:
        weight = np.linalg.pinv(covariance + spread**2 * np.eye(n), hermitian=True)
        known = float(ones @ weight @ ones)
        mean = float(ones @ weight @ estimate) / known
        off = estimate - mean
        misfit = float(off @ weight @ off)
        sign, size = np.linalg.slogdet(weight)
        likelihood = 0.5 * ((size if sign > 0 else -np.inf) - np.log(known) - misfit)
        if spread == 0.0:
            p_value = float(chi2.sf(misfit, n - 1))
        if best is None or likelihood > best[0]:
            best = (likelihood, spread, weight, known, mean)
    _, spread, weight, known, mean = best
    kept = spread**2 * weight
    of_mean = (np.eye(n) - kept) @ ones
    left = spread**2 * (np.eye(n) - kept) + np.outer(of_mean, of_mean) / known
    return mean + kept @ (estimate - mean), (left + left.T) / 2, p_value
