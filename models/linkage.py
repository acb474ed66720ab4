"""The measured link from satisfaction to money: what one point of a score goes with."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from models.figures import Figure
from models.linkage_effects import ALL, Exposed, expose, fit_effects, touchpoints_of
from models.linkage_timing import Timing, fit_timing
from models.refusal import Refusal
from models.reminder_aftermath import REACH
from models.score_scales import SCALES

__all__ = ["Effect", "Linkage", "fit_linkage"]

#: Share of false alarms among the effects that are called found.
FALSE_DISCOVERIES = 0.05
#: Below this chance the score is taken to follow payment.
SUSPICIOUS_P = 0.05
#: Verdicts, in words.
FOUND, UNTOLD, FOLLOWS = "found", "cannot tell", "the score follows"
#: Outcomes of payment, which trouble with payment may make look moved by a score.
OF_PAYMENT = ("days_to_pay", "disputes")


@dataclass(frozen=True)
class Effect:
    """What one point more of a score goes with, and how far that may be off.

    Attributes
    ----------
    measure : str
        nps, csat or ces.
    outcome : str
        One of `models.linkage_effects.OUTCOMES`, which says the unit.
    touchpoint, cause, route : str
    value : float
        For one point of the score as reported: a log hazard ratio of leaving in a month, days, a
        share of invoices, or a share of a year's billing.
    std_err, lower, upper : float
    smallest : float
        The smallest effect that four tests in five would have found.
    verdict : str
        found, cannot tell, or the score follows (where it explains the past better).
    n, n_customers, n_events : int
    """

    measure: str
    outcome: str
    touchpoint: str
    cause: str
    route: str
    value: float
    std_err: float
    lower: float
    upper: float
    p_value: float
    smallest: float
    verdict: str
    n: int
    n_customers: int
    n_events: int

    @property
    def found(self) -> bool:
        return self.verdict == FOUND

    def draws(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """`n` values the effect may have, by how far its estimate may be off.

        Examples
        --------
        >>> effect = Effect("csat", "churn", "all", "all", "adjusted", -0.2, 0.05, -0.3, -0.1,
        ...                 0.0001, 0.14, "found", 9000, 500, 120)
        >>> effect.draws(4, np.random.default_rng(1)).round(2).tolist()
        [-0.18, -0.16, -0.18, -0.27]
        """  # fmt: skip
        return rng.normal(self.value, self.std_err, size=n)


@dataclass(frozen=True, eq=False)
class Linkage:
    """Effects of one point of each score on each outcome, by every route.

    Attributes
    ----------
    table : DataFrame
        One row an effect, with the columns of `Effect` and ``q_value`` (of the adjusted effects
        of all touchpoints together, the chance that a thing called found is none).
    spread : dict of str to float
        Standard deviation of each measure's last score over the customer-months looked at.
    timing : dict of str to (Timing or None)
        By measure, whether the score leads or follows payment.
    reasons : dict of (measure, outcome) to str
        Why an effect is not told.
    as_of : date
    confidence : float
    """

    table: pd.DataFrame
    spread: Mapping[str, float]
    timing: Mapping[str, Timing | None]
    reasons: Mapping[tuple[str, str], str]
    as_of: dt.date
    confidence: float

    def effect(
        self,
        measure: str,
        outcome: str,
        *,
        touchpoint: str = ALL,
        cause: str = ALL,
        route: str = "adjusted",
    ) -> Effect:
        """One effect.

        Raises
        ------
        Refusal
            If the data do not carry it; the message says why.
        """
        wanted = {"measure": measure, "outcome": outcome, "touchpoint": touchpoint,
                  "cause": cause, "route": route}  # fmt: skip
        rows = self.table
        for name, value in wanted.items():
            rows = rows[rows[name] == value]
        if rows.empty:
            named = outcome if cause == ALL else f"{outcome} for {cause}"
            why = self.reasons.get((measure, named), "no such effect was asked of the data")
            raise Refusal(
                f"What {SCALES[measure].label} does to {outcome.replace('_', ' ')} cannot be told: "
                f"{why}. Load a longer period, or ask more customers."
            )
        row = rows.head(1).to_dict("records")[0]
        return Effect(**{name: row[name] for name in Effect.__dataclass_fields__})

    def figures(self) -> tuple[Figure, ...]:
        """Return the link of CSAT with leaving, adjusted and not, and with days to pay."""
        return (
            self._ratio("csat_churn_hazard_ratio", "adjusted"),
            self._ratio("csat_churn_hazard_ratio_unadjusted", "unadjusted"),
            self._figure("csat_days_to_pay", "days_to_pay"),
            self._placebo(),
        )

    def _ratio(self, name: str, route: str) -> Figure:
        """Hazard ratio of a standard deviation of the reported score."""
        return self._figure(name, "churn", route, lambda x: float(np.exp(self.spread["csat"] * x)))

    def _figure(self, name: str, outcome: str, route: str = "adjusted", of=float) -> Figure:
        figure_id = f"linkage.{name}"
        try:
            found = self.effect("csat", outcome, route=route)
        except Refusal as refusal:
            return Figure(figure_id, None, None, None, 0, self.as_of, str(refusal))
        n = found.n_customers
        ends = sorted(of(end) for end in (found.lower, found.upper))
        if np.isnan(ends).any():
            why = "Too few customers answered for an interval."
            return Figure(figure_id, of(found.value), None, None, n, self.as_of, why)
        reason = None
        if route == "unadjusted":
            reason = "Not adjusted: it mixes the effect of satisfaction with who is satisfied."
        elif found.verdict == FOLLOWS:
            reason = "The score explains the months before it better: it follows payment."
        elif not found.found:
            smallest = of(found.smallest if outcome != "churn" else -found.smallest)
            reason = (
                "The data cannot tell this from no effect; the smallest they would have shown is "
                f"{smallest:.2f}."
            )
        return Figure(figure_id, of(found.value), *ends, n, self.as_of, reason, self.confidence)

    def _placebo(self) -> Figure:
        timing = self.timing.get("csat")
        if timing is None:
            why = "Too few answers to CSAT have invoices before and after them to compare."
            return Figure("linkage.placebo_p", None, None, None, 0, self.as_of, why)
        why = "A p-value has no interval."
        return Figure("linkage.placebo_p", timing.p_value, None, None, timing.n, self.as_of, why)


def fit_linkage(
    months: pd.DataFrame,
    answers: pd.DataFrame,
    invoices: pd.DataFrame,
    as_of: dt.date,
    *,
    confidence: float = 0.95,
) -> Linkage:
    """Estimate what follows one point more of CSAT, NPS and CES, all else known being equal.

    The exposure is the last score known when a month, or an invoice, begins, as it was reported
    and not older than a year; its error of measurement stays in it, so the effect is that of the
    score and a lower bound of that of satisfaction. What is adjusted for is fixed for each
    outcome (`models.linkage_effects.SETS`). Hazards of leaving are of discrete time; errors are
    by customer. What is called found is so at a false discovery rate of 5 % over all measures
    and outcomes.

    Parameters
    ----------
    months : DataFrame
        From `warehouse.customer_months.customer_months`.
    answers : DataFrame
        From `warehouse.linkage.linked_answers`.
    invoices : DataFrame
        From `warehouse.linkage.linked_invoices`.
    as_of : date

    Raises
    ------
    Refusal
        If no effect can be told from these rows.
    """
    months, answers, invoices = (
        frame.assign(**{day: pd.to_datetime(frame[day]).astype("datetime64[ns]")})
        for frame, day in ((months, "begins"), (answers, "answered_on"), (invoices, "issued_on"))
    )
    day = pd.Timestamp(as_of)
    asked = [(measure, ALL) for measure in SCALES if (answers["measure"] == measure).any()]
    lines, reasons, spread, timing = [], {}, {}, {}
    for measure, touchpoint in (*asked, *touchpoints_of(answers)):
        exposed = expose(measure, touchpoint, answers, months, invoices, day)
        some, why = fit_effects(exposed, confidence=confidence)
        lines += some
        if touchpoint == ALL:
            reasons |= {(measure, outcome): text for outcome, text in why.items()}
            spread[measure] = spread_of(exposed)
            timing[measure] = fit_timing(exposed.days, invoices, day)
    if not lines:
        said = "; ".join(f"{o} by {SCALES[m].label}: {why}" for (m, o), why in reasons.items())
        raise Refusal(
            "What satisfaction does cannot be told. "
            f"{said or 'No answer to a survey lies before the as-of date'}. "
            "Load `surveys` over a longer period."
        )
    table = judged(pd.DataFrame(lines), timing)
    return Linkage(table, spread, timing, reasons, as_of, confidence)


def spread_of(exposed: Exposed) -> float:
    """Standard deviation of the last score over customer-months."""
    return float(exposed.months["last_score"].std(ddof=0)) if len(exposed.months) else np.nan


def judged(table: pd.DataFrame, timing: Mapping[str, Timing | None]) -> pd.DataFrame:
    """The effects, with what may be said of each."""
    followers = [m for m, found in timing.items() if found and found.p_value < SUSPICIOUS_P]
    main = (table["route"] == "adjusted") & (table["touchpoint"] == ALL) & (table["cause"] == ALL)
    q = np.full(len(table), np.nan)
    # Touchpoints and causes are looked at after the whole, and are corrected among themselves.
    for family in (main, (table["route"] == "adjusted") & ~main, table["route"] != "adjusted"):
        told = (family & table["p_value"].notna()).to_numpy()
        if told.any():
            q[told] = false_discovery_control(table.loc[told, "p_value"])
    follows = table["measure"].isin(followers) & table["outcome"].isin(OF_PAYMENT)
    verdict = np.where(q <= FALSE_DISCOVERIES, np.where(follows, FOLLOWS, FOUND), UNTOLD)
    return table.assign(q_value=q, smallest=REACH * table["std_err"], verdict=verdict)
