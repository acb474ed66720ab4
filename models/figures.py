"""Headline figures and their definitions: the one glossary every page, slide and export prints."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from types import MappingProxyType

from models.cash_definitions import CASH_DEFINITIONS
from models.customer_definitions import CUSTOMER_DEFINITIONS
from models.definition import Definition, Unit
from models.estimates import Estimate
from models.experience_definitions import EXPERIENCE_DEFINITIONS
from models.overview_definitions import OVERVIEW_DEFINITIONS
from models.pricing_definitions import PRICING_DEFINITIONS
from models.reminder_definitions import REMINDER_DEFINITIONS
from models.score_definitions import SCORE_DEFINITIONS

__all__ = [
    "COUNTED",
    "DEFINITIONS",
    "Figure",
    "NoSuchFigure",
    "figure_of",
    "glossary",
]

#: The reason why a figure has no interval where none is wanted.
COUNTED = "Counted, not estimated: there is no interval."


class NoSuchFigure(ValueError):
    """A figure was asked of an analysis that does not make it."""

    def __init__(self, figure_id: str, analysis: str) -> None:
        super().__init__(
            f"The figure '{figure_id}' is not one of {analysis}, so it has no rows here."
        )


DEFINITIONS: Mapping[str, Definition] = MappingProxyType(
    {
        definition.id: definition
        for definition in (
            *CASH_DEFINITIONS,
            *REMINDER_DEFINITIONS,
            *CUSTOMER_DEFINITIONS,
            *SCORE_DEFINITIONS,
            *EXPERIENCE_DEFINITIONS,
            *PRICING_DEFINITIONS,
            *OVERVIEW_DEFINITIONS,
        )
    }
)

GLOSSARY_FILE = Path(__file__).parents[1] / "docs" / "glossary.md"


@dataclass(frozen=True, eq=False)
class Figure:
    """One headline number with its interval, or the reason why there is none.

    Attributes
    ----------
    value : float or None
        In the unit of its definition; None when the data cannot carry an answer.
    low, high : float or None
        Interval; None for a figure that is counted, not estimated.
    n : int
        What the figure was computed from (invoices, unless its formula says otherwise).
    as_of : date
        Nothing later was read.
    reason : str or None
        Why there is no value or no interval, or what to know of the interval.
    confidence : float or None
        Level of the interval; None without one.

    Examples
    --------
    >>> import datetime as dt
    >>> share = Figure("late_payments.late_share", 0.25, 0.1, 0.5, 40, dt.date(2025, 6, 30))
    >>> share.label, share.unit
    ('Late share', 'share')
    """

    id: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    as_of: dt.date
    reason: str | None = None
    confidence: float | None = None

    def __post_init__(self):
        if self.id not in DEFINITIONS:
            raise ValueError(
                f"The figure '{self.id}' has no definition, so nobody could tell what it means. "
                "Add it to those of its pages, such as models/cash_definitions.py."
            )

    @property
    def label(self) -> str:
        return DEFINITIONS[self.id].label

    @property
    def unit(self) -> Unit:
        return DEFINITIONS[self.id].unit

    @property
    def definition(self) -> str:
        return DEFINITIONS[self.id].sentence

    @property
    def formula(self) -> str:
        return DEFINITIONS[self.id].formula


def figure_of(figure_id: str, found: Estimate, n: int, as_of: dt.date, confidence: float) -> Figure:
    """The figure of an estimate; an end that is not known is left out, and the level with it.

    Examples
    --------
    >>> import datetime as dt
    >>> nan = float("nan")
    >>> found = Estimate(0.25, nan, nan, nan, "Too few customers.")
    >>> figure = figure_of("late_payments.late_share", found, 40, dt.date(2025, 6, 30), 0.95)
    >>> figure.low, figure.confidence, figure.reason
    (None, None, 'Too few customers.')
    """
    low, high = (None if isnan(end) else float(end) for end in (found.lower, found.upper))
    level = None if low is None else confidence
    return Figure(figure_id, float(found.value), low, high, n, as_of, found.reason, level)


def glossary() -> str:
    """Return the glossary page: one section an analysis, one sentence and one formula a figure."""
    lines = [
        "# Glossary",
        "",
        "Written by `python -m models.figures`; edit `models/*_definitions.py`, not this file.",
        "Shares are 0 to 1 in data and exports and percent on screen; money is in the reporting",
        "currency; every figure reads nothing that happened after its as-of date.",
    ]
    section = None
    for definition in DEFINITIONS.values():
        analysis = definition.id.split(".")[0]
        if analysis != section:
            section = analysis
            lines += ["", f"## {analysis.replace('_', ' ').capitalize()}"]
        lines += [
            "",
            f"### {definition.label}",
            "",
            definition.sentence,
            "",
            f"Formula: {definition.formula}",
            "",
            f"`{definition.id}`, {definition.unit}, {direction(definition)}; "
            f"computed in `models/{home(definition.id)}.py`.",
        ]
    return "\n".join(lines) + "\n"


#: Figures that are not computed in the module of their id's first part. The ids stay as they
#: are, because files that were written and links that were sent have them.
HOMES: Mapping[str, str] = MappingProxyType(
    {
        "receivables.cash_release": "working_capital",
        "pricing.backbill_exact_share": "backbill",
        "late_payments.late_share": "late_share",
        "late_payments.cash_at_risk": "open_invoices",
        "late_payments.expected_cash_13w": "cash_forecast",
        "late_payments.auc": "late_signals",
        "late_payments.ece": "late_signals",
        "personas.negative_share": "negative_personas",
        "churn.logo_churn_12m": "retention",
        "churn.revenue_churn_12m": "retention",
        "churn.revenue_churn_price_billing_12m": "retention",
        "churn.nrr": "retention",
        "churn.grr": "retention",
        "churn.uno_c": "churn_validation",
        "pricing.elasticity": "elasticity",
        "pricing.price_rise_hazard_ratio": "price_reaction",
        "pricing.bill_shock_hazard_ratio": "price_reaction",
    }
)


def home(figure_id: str) -> str:
    """Module of `models` that computes a figure.

    >>> home("receivables.dso"), home("late_payments.cash_at_risk")
    ('receivables', 'open_invoices')
    """
    if figure_id.startswith("churn.hazard_ratio."):
        return "churn_ratios"
    return HOMES.get(figure_id, figure_id.split(".")[0])


def direction(definition: Definition) -> str:
    return {True: "lower is better", False: "higher is better", None: "neither way is better"}[
        definition.lower_is_better
    ]


if __name__ == "__main__":
    GLOSSARY_FILE.write_text(glossary(), encoding="utf-8")
