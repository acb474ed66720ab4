"""What follows a score, outcome by outcome: leaving, days to pay, disputes and spend."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from models.linkage_rows import (
    adjusted,
    answer_days,
    exposed_invoices,
    exposed_months,
    sums_between,
)
from models.linkage_slopes import Slopes, fit_hazard_slopes, fit_mean_slopes

__all__ = [
    "ALL",
    "CAUSES",
    "COLUMNS",
    "FEWEST_EVENTS",
    "FEWEST_OF_CAUSE",
    "FEWEST_ROWS",
    "OF_CUSTOMER",
    "OUTCOMES",
    "SETS",
    "SIZES",
    "AdjustmentSet",
    "Exposed",
    "churn_design",
    "expose",
    "fit_effects",
    "mean_design",
    "spend_rows",
    "touchpoints_of",
]

#: Stands for every touchpoint, and every cause.
ALL = "all"

#: Events below which nothing is fitted: of leaving for one cause, and of leaving at all.
FEWEST_OF_CAUSE, FEWEST_EVENTS = 30, 50
#: Answers, or invoices with one before them, below which nothing is fitted.
FEWEST_ROWS = 200
YEAR = pd.Timedelta(days=365)
#: A year of more than this many times the year before says no more.
MOST_GROWTH = 2.0

#: The column that each outcome but leaving is told from, and which are told of touchpoints too.
COLUMNS = {"days_to_pay": "days", "disputes": "disputed", "spend": "growth"}
OF_TOUCHPOINTS = ("churn", "days_to_pay")

#: Groups of causes of leaving, each with the reasons on record that make it up.
CAUSES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "price or billing": ("price", "billing"),
        "service": ("service",),
        "product or competitor": ("product", "competitor"),
        "insolvency": ("insolvency",),
    }
)

#: What an effect is in: the outcome, and what one unit of it is.
OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        "churn": "log hazard ratio of leaving in a month",
        "days_to_pay": "days from issue to payment, at most 120",
        "disputes": "share of invoices disputed",
        "spend": "a year's billing after the answer, as a share of the year before it",
    }
)


@dataclass(frozen=True)
class AdjustmentSet:
    """What is held equal when the effect on one outcome is told; fixed before any is seen.

    Attributes
    ----------
    numbers, categories : tuple of str
        Columns, known by the month of the answer or not moved by it.
    besides : tuple of str
        What the model itself takes into account.
    """

    numbers: tuple[str, ...]
    categories: tuple[str, ...]
    besides: tuple[str, ...] = ()


#: Size is told twice, by employees and by the first deal: each errs, and what one leaves of it the
#: other takes. The cost and way of winning say who was hard to win.
SIZES = ("log_size", "log_value", "log_acquisition_cost", "log_onboarding_cost")
OF_CUSTOMER = ("industry", "region", "billing_model", "touchpoint", "acquisition_channel")
OF_INVOICE = AdjustmentSet(
    (*SIZES, "days_late", "months_before", "log_amount", "terms"),
    (*OF_CUSTOMER, "channel", "kind"),
)
SETS: Mapping[str, AdjustmentSet] = MappingProxyType(
    {
        "churn": AdjustmentSet(
            (*SIZES, "days_late", "price_rise_6m"), OF_CUSTOMER, ("month", "renewal")
        ),
        "days_to_pay": OF_INVOICE,
        "disputes": OF_INVOICE,
        "spend": AdjustmentSet((*SIZES, "days_late", "months_before", "log_before"), OF_CUSTOMER),
    }
)


@dataclass(frozen=True, eq=False)
class Exposed:
    """The rows of one measure (and touchpoint): what was known, and what came after.

    Attributes
    ----------
    days : DataFrame
        See `models.linkage_rows.answer_days`.
    months, invoices, spend : DataFrame
        Rows whose last score is known, by outcome.
    """

    measure: str
    touchpoint: str
    days: pd.DataFrame
    months: pd.DataFrame
    invoices: pd.DataFrame
    spend: pd.DataFrame


def expose(
    measure: str,
    touchpoint: str,
    answers: pd.DataFrame,
    months: pd.DataFrame,
    invoices: pd.DataFrame,
    as_of: pd.Timestamp,
) -> Exposed:
    """Put the answers to one measure, at one touchpoint or all, beside what came after them."""
    days = answer_days(answers, months, measure, None if touchpoint == ALL else touchpoint)
    return Exposed(
        measure, touchpoint, days, exposed_months(months, days), exposed_invoices(invoices, days),
        spend_rows(days if touchpoint == ALL else days.iloc[:0], invoices, as_of),
    )  # fmt: skip


def spend_rows(days: pd.DataFrame, invoices: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Answers with a whole year on both sides, and how the second compares with the first.

    ``growth`` is what was billed in the year after over that of the year before, at most
    `MOST_GROWTH`; nothing where the customer left at once.
    """
    first = invoices["issued_on"].min()
    inside = (days["answered_on"] - YEAR >= first) & (days["answered_on"] + YEAR <= as_of)
    rows = days[inside].reset_index(drop=True)
    on, who = rows["answered_on"], rows["customer_id"]
    bills = {"day": "issued_on", "values": ["amount"]}
    before = sums_between(invoices, who, on - YEAR, on, **bills)[:, 0]
    after = sums_between(invoices, who, on, on + YEAR, **bills)[:, 0]
    rows = rows.assign(before=before, growth=after / np.where(before > 0, before, np.nan))
    rows = rows[rows["before"] > 0]
    return rows.assign(
        growth=rows["growth"].clip(upper=MOST_GROWTH), log_before=np.log(rows["before"])
    )


def fit_effects(exposed: Exposed, *, confidence: float) -> tuple[list[dict], dict[str, str]]:
    """Every effect of one measure that its rows carry, and why the others are not told."""
    lines, reasons = churn_lines(exposed, confidence)
    for outcome, column in COLUMNS.items():
        if exposed.touchpoint != ALL and outcome not in OF_TOUCHPOINTS:
            continue
        rows = exposed.spend if outcome == "spend" else exposed.invoices
        if column not in rows or rows[column].isna().all():
            reasons[outcome] = "the table it is told from was not loaded"
            continue
        if len(rows) < FEWEST_ROWS or rows["last_score"].nunique() < 2:
            reasons[outcome] = (
                f"{len(rows):,} rows have an answer before them and a whole time to watch after "
                f"it; {FEWEST_ROWS} are needed"
            )
            continue
        lines += mean_lines(exposed, rows, outcome, confidence)
    return lines, reasons


def churn_lines(exposed: Exposed, confidence: float) -> tuple[list[dict], dict[str, str]]:
    """Log hazard ratios of leaving, for any cause and for each."""
    rows, reasons = exposed.months, {}
    left = rows["cause"].notna().to_numpy()
    if left.sum() < FEWEST_EVENTS or rows["last_score"].nunique() < 2:
        reasons["churn"] = (
            f"{int(left.sum()):,} customers left within a year of an answer; {FEWEST_EVENTS} are "
            "needed"
        )
        return [], reasons
    x, adjust, common = churn_design(rows)
    options = {"confidence": confidence, **common}
    found = fit_hazard_slopes(x, adjust, event=left, **options)
    lines = [effect_line(exposed, "churn", ALL, "adjusted", found)]
    if exposed.touchpoint != ALL:
        return lines, reasons
    found = fit_hazard_slopes(x, np.empty((len(rows), 0)), event=left, **options)
    lines.append(effect_line(exposed, "churn", ALL, "unadjusted", found))
    lines += change_line(exposed, confidence)
    for cause, recorded in CAUSES.items():
        event = rows["cause"].isin(recorded).to_numpy()
        if event.sum() < FEWEST_OF_CAUSE:
            reasons[f"churn for {cause}"] = (
                f"{int(event.sum()):,} customers left for {cause} within a year of an answer; "
                f"{FEWEST_OF_CAUSE} are needed"
            )
            continue
        found = fit_hazard_slopes(x, adjust, event=event, **options)
        lines.append(effect_line(exposed, "churn", cause, "adjusted", found))
    return lines, reasons


def change_line(exposed: Exposed, confidence: float) -> list[dict]:
    """Log hazard ratio of a point of change since the answer before, whatever that one was."""
    rows = exposed.months[exposed.months["score_before"].notna()]
    left = rows["cause"].notna().to_numpy()
    change = (rows["last_score"] - rows["score_before"]).to_numpy(dtype=float)
    if left.sum() < FEWEST_EVENTS or np.ptp(change) == 0:
        return []
    _, adjust, common = churn_design(rows)
    both = np.column_stack([change, rows["score_before"].to_numpy(dtype=float)])
    found = fit_hazard_slopes(both, adjust, event=left, confidence=confidence, **common)
    return [effect_line(exposed, "churn", ALL, "within", found)]


def churn_design(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, dict]:
    """The score, what is adjusted for, and what every hazard model of these rows shares."""
    wanted = SETS["churn"]
    adjust = adjusted(rows, wanted.numbers, wanted.categories).to_numpy()
    common = {
        "month": rows["month"].to_numpy(dtype=np.int64),
        "customer": pd.factorize(rows["customer_id"])[0],
        "renewal": pd.to_numeric(rows["renewal"]).fillna(0.0).to_numpy(dtype=float),
    }
    return rows[["last_score"]].to_numpy(dtype=float), adjust, common


def mean_lines(exposed: Exposed, rows: pd.DataFrame, outcome: str, confidence: float) -> list[dict]:
    """Changes of a mean: adjusted, unadjusted, and within each customer alone."""
    x, adjust, y, customer = mean_design(rows, outcome)
    bare = np.empty((len(rows), 0))
    routes = [("adjusted", x, adjust, y)]
    if exposed.touchpoint == ALL:
        routes.append(("unadjusted", x, bare, y))
        # What differs between customers and lasts is taken out by comparing each with itself.
        own_x, own_y = x[:, 0] - means_of(x[:, 0], customer), y - means_of(y, customer)
        routes += [("within", own_x[:, None], bare, own_y)] if np.ptp(own_x) > 0 else []
    return [
        effect_line(exposed, outcome, ALL, route,
                    fit_mean_slopes(x, columns, y, customer, confidence=confidence))
        for route, x, columns, y in routes
    ]  # fmt: skip


def mean_design(
    rows: pd.DataFrame, outcome: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The score, what is adjusted for, the outcome and the customer of each row."""
    if outcome != "spend":
        rows = rows.assign(log_amount=np.log(rows["amount"].clip(lower=0.01)))
    wanted = SETS[outcome]
    return (
        rows[["last_score"]].to_numpy(dtype=float),
        adjusted(rows, wanted.numbers, wanted.categories).to_numpy(),
        rows[COLUMNS[outcome]].to_numpy(dtype=float),
        pd.factorize(rows["customer_id"])[0],
    )


def means_of(values: np.ndarray, customer: np.ndarray) -> np.ndarray:
    """Each row's mean of its customer."""
    return (np.bincount(customer, values) / np.bincount(customer))[customer]


def effect_line(exposed: Exposed, outcome: str, cause: str, route: str, found: Slopes) -> dict:
    value, error = float(found.value[0]), float(found.std_err[0])
    return {
        "measure": exposed.measure, "touchpoint": exposed.touchpoint, "outcome": outcome,
        "cause": cause, "route": route, "value": value, "std_err": error,
        "lower": value - found.critical * error, "upper": value + found.critical * error,
        "p_value": float(found.p_value[0]), "n": found.n, "n_customers": found.n_customers,
        "n_events": found.n_events,
    }  # fmt: skip


def touchpoints_of(answers: pd.DataFrame) -> Sequence[tuple[str, str]]:
    """Measures and touchpoints with enough answers to look at on their own, most first."""
    sizes = answers.groupby(["measure", "touchpoint"]).size().sort_values(ascending=False)
    return [pair for pair, n in sizes.items() if n >= FEWEST_ROWS]
