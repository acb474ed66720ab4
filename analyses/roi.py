"""Return of initiatives of a view: the company they change, the link they use, what they bring."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

import analyses.churn
import analyses.lifetime_value
import analyses.linkage
import analyses.poor_experience
import analyses.unit_economics
import analyses.working_capital
from analyses.scope import Scope
from models.costs import refuse_without_costs
from models.expected_margins import ExpectedMargins
from models.figures import NoSuchFigure
from models.initiatives import BUCKETS, Driven, Initiative, Link, Uncertain
from models.linkage import Linkage
from models.outlook import Outlook
from models.poor_experience import PoorExperience
from models.portfolio import Choice, choose
from models.refusal import Refusal
from models.roi import Plan, Roi, prepared, simulate_roi
from models.roi_base import Base
from models.roi_templates import offered
from models.value_terms import Terms
from models.working_capital import WorkingCapital
from warehouse.segments import customer_segments
from warehouse.workspace import MissingTable, Tables

__all__ = ["Company", "best", "company", "kept_by", "link_of", "plan", "receipt_rows", "run",
           "templates", "treated"]  # fmt: skip

USUAL_HORIZON = 36
#: Between the effects of any two initiatives: the same people carry them out.
USUAL_CORRELATION = 0.3
#: Enough to tell the spread of one sum to a sixth of it.
OUTLOOKS_DRAWN = 20
#: The score that initiatives are taken to move.
SCORE = "csat"
NOT_MEASURED = Link(0.0, 0.0, 0.0, 0.0, "point", "")


@dataclass(frozen=True, eq=False)
class Company:
    """What initiatives are run on.

    Attributes
    ----------
    base : Base
    link : Link or None
        None where the data do not tell what a score does; `why` says so.
    segments : DataFrame
        Segments of each customer of the base, in its order.
    """

    base: Base
    link: Link | None
    why: str
    segments: pd.DataFrame
    discount_rate: float

    @property
    def drivers(self) -> tuple[str, ...]:
        """What an initiative may move here, because its money is known."""
        kept = ("satisfaction", "churn") if self.link else ("churn",)
        return (*kept, "days_to_pay", *(name for name in BUCKETS if name in self.base.costs))


def company(
    tables: Tables,
    scope: Scope,
    *,
    outlook: Outlook | None = None,
    expected: ExpectedMargins | None = None,
    ledger: PoorExperience | None = None,
    year: pd.DataFrame | None = None,
    capital: WorkingCapital | None = None,
    learnt: pd.DataFrame | None = None,
    linked: Callable[[], Linkage] | None = None,
) -> Company:
    """The customers of the view as they go on, and what a point of their score does.

    The arguments are what `analyses.churn.outlook`, `analyses.lifetime_value.margins`,
    `analyses.poor_experience.run`, `analyses.unit_economics.flows`,
    `analyses.working_capital.run` and `analyses.churn.months` give, where they are at hand, and
    `linked` the way to what `analyses.linkage.run` gives.

    Raises
    ------
    Refusal
        As these analyses, where customers or their margins are not known.
    """
    if year is None:
        year = analyses.unit_economics.flows(tables, scope)
    # Before anything else that may be missing: without it no length of the books would help.
    refuse_without_costs(year["cost_of_goods"])
    if learnt is None:
        learnt = analyses.churn.months(tables, scope)
    outlook = outlook or analyses.churn.outlook(tables, scope, learnt=learnt)
    expected = expected or analyses.lifetime_value.margins(
        tables, scope, outlook=outlook, year=year
    )
    ledger = ledger or analyses.poor_experience.run(tables, scope, learnt=learnt, year=year)
    capital = capital or analyses.working_capital.run(tables, scope)
    link, why = link_of(linked or partial(analyses.linkage.run, tables, scope, learnt=learnt))
    names = ["industry", "country", "region", "size"]
    segments = customer_segments(tables, scope.as_of, by=names).to_pandas()
    segments = segments.set_index("customer_id").reindex(outlook.customer_id)
    rate = tables.settings.discount_rate
    base = base_of(outlook, expected, ledger, year, capital, rate)
    return Company(base, link, why, segments, rate)


def base_of(
    outlook: Outlook,
    expected: ExpectedMargins,
    ledger: PoorExperience,
    year: pd.DataFrame,
    capital: WorkingCapital,
    rate: float,
) -> Base:
    who = outlook.customer_id
    rows = expected.table.set_index("customer_id").loc[who]
    terms = Terms(1, rate, rate)
    payment = terms.payment(rows["contribution"], rows["revenue"], rows["days_to_pay"])
    common = expected.shared.loc[who].to_numpy(dtype=float).sum(axis=0)
    own = rows["std_err"].to_numpy() ** 2 - (expected.shared.loc[who] ** 2).sum(axis=1).to_numpy()
    error = np.sqrt(np.maximum(own, 0.0).sum() + (common**2).sum())
    known = ledger.buckets.dropna(subset="amount")["bucket"]
    monthly = ledger.entries.groupby(["bucket", "customer_id"])["cents"].sum() / 100 / 12
    costs = {
        name: monthly.loc[name].reindex(who).fillna(0.0).to_numpy()
        if name in monthly.index.get_level_values(0)
        else np.zeros(len(who))
        for name in BUCKETS
        if name in set(known)
    }
    sales = year.set_index("customer_id")["revenue"].reindex(who).fillna(0.0).to_numpy()
    total = payment.sum()
    of_margin = float(error / total) if total > 0 else 0.0
    return Base(
        who,
        payment,
        leaving(outlook.log_survival(outlook.last_month)),
        sales / 365,
        max(capital.days_to_best, 0.0),
        costs,
        float(np.hypot(of_margin, leaving_error(outlook, payment))),
    )


def leaving(logs: np.ndarray) -> np.ndarray:
    """Chance of leaving in each month ahead, of who is still there: (month, customer)."""
    return -np.expm1(np.diff(logs.T, axis=0, prepend=0.0))


def leaving_error(outlook: Outlook, payment: np.ndarray) -> float:
    """Standard error of the margin that leaves within the usual horizon, relative to it."""
    rng, months = np.random.default_rng(0), min(USUAL_HORIZON, outlook.last_month)
    lost = []
    for _ in range(OUTLOOKS_DRAWN):
        log_there = outlook.drawn(rng).log_survival(months)[:, -1]
        lost.append(float(-np.expm1(log_there) @ payment))
    mean = float(np.mean(lost))
    return float(np.std(lost, ddof=1)) / mean if mean > 0 else 0.0


def link_of(linked: Callable[[], Linkage]) -> tuple[Link | None, str]:
    """What a point of CSAT does to leaving and paying; None, and why, where it is not told."""
    try:
        linkage = linked()
        leaving = linkage.effect(SCORE, "churn")
    except (Refusal, MissingTable) as refusal:
        return None, str(refusal)
    if not leaving.found:
        return None, (
            "these data cannot tell what a point of CSAT does to leaving from no effect. Ask more "
            "customers, or load a longer period."
        )
    try:
        paying = linkage.effect(SCORE, "days_to_pay")
    except Refusal:
        paying = None
    sooner = paying is not None and paying.found
    says = "as measured on the page of satisfaction and money, all else known held"
    if not sooner:
        says += "; that it moves days to pay was not found, and nothing is counted for it"
    return Link(
        leaving.value, leaving.std_err, paying.value if sooner else 0.0,
        paying.std_err if sooner else 0.0, "point of CSAT", says,
    ), ""  # fmt: skip


def templates(found: Company) -> tuple[Initiative, ...]:
    """Initiatives to begin with, as far as what they move can be valued."""
    return offered(found.drivers)


def treated(found: Company, initiatives: Iterable[Initiative]) -> np.ndarray:
    """Whom each initiative treats, (customer, initiative).

    Raises
    ------
    ValueError
        If an initiative treats by what customers are not known by.
    """
    columns = []
    for one in initiatives:
        who = np.ones(len(found.segments), dtype=bool)
        for name, wanted in one.treats.items():
            if name == "riskiest":
                left = found.base.there(min(12, found.base.months))[-1]
                who &= left <= np.quantile(left, float(wanted))
            elif name in found.segments:
                who &= found.segments[name].isin(wanted).to_numpy()
            else:
                raise ValueError(
                    f"{one.title} treats customers by '{name}', which they are not known by. "
                    f"Choose from riskiest, {', '.join(found.segments)}."
                )
        columns.append(who)
    return np.stack(columns, axis=1) if columns else np.zeros((len(found.segments), 0), bool)


def plan(
    found: Company,
    initiatives: Sequence[Initiative],
    *,
    horizon: int = USUAL_HORIZON,
    tax_rate: float = 0.0,
) -> Plan:
    """Initiatives ready to be run on the company, over `horizon` months or as many as there are.

    Raises
    ------
    Refusal
        As `prepared`, or if one moves a score and what a score does is not known.
    """
    for one in initiatives:
        if found.link is None and any(m.driver == "satisfaction" for m in one.moves):
            raise Refusal(f"{one.title} moves the score, and its worth is not known: {found.why}")
    return prepared(
        initiatives,
        treated(found, initiatives),
        found.base,
        found.link or NOT_MEASURED,
        horizon=min(horizon, found.base.months),
        discount_rate=found.discount_rate,
        tax_rate=tax_rate,
    )


def best(
    found: Company,
    offer: Sequence[Initiative],
    as_of: dt.date,
    *,
    budget: float | None = None,
    horizon: int = USUAL_HORIZON,
    tax_rate: float = 0.0,
    correlation: float = USUAL_CORRELATION,
) -> tuple[Choice, Roi]:
    """The best set of initiatives under a budget, and what it is worth run together.

    `budget` is for their starts, and None is enough for all of them.

    Raises
    ------
    Refusal
        As `plan`, or if none of them gains anything.
    """
    terms = {"horizon": horizon, "tax_rate": tax_rate}
    enough = sum(max(one.cost.mean, 0.0) for one in offer)
    choice = choose(plan(found, offer, **terms), enough if budget is None else budget)
    if not choice.chosen:
        raise Refusal(
            "None of the initiatives gains anything here within the budget, as they are assumed. "
            "Change what they cost and move, or the budget."
        )
    chosen = [one for one in offer if one.name in choice.chosen]
    return choice, simulate_roi(plan(found, chosen, **terms), as_of, correlation=correlation)


def kept_by(roi: Roi, moved: Driven) -> Roi:
    """The margin that one thing moved for every customer of a plan, at once and for nothing, keeps.

    On the same company and terms; cash that is paid sooner is left out.
    """
    given = roi.plan
    nothing = Uncertain.sure(0.0)
    one = Initiative("all", "All customers", nothing, nothing, [moved], ramp_months=0)
    plan = prepared(
        [one], np.ones((len(given.base.customer_id), 1), dtype=bool), given.base,
        replace(given.link, days=0.0, days_error=0.0), horizon=given.horizon,
        discount_rate=given.discount_rate, tax_rate=given.tax_rate,
    )  # fmt: skip
    return simulate_roi(plan, roi.as_of)


def run(tables: Tables, scope: Scope, *, found: Company | None = None, **given: Any) -> Roi:
    """The best of the templates, as they are assumed, run together.

    `found` is what `company` gives, where it is at hand; else `given` are its arguments.

    Raises
    ------
    Refusal
        As `company` and `best`.
    """
    found = found or company(tables, scope, **given)
    return best(found, templates(found), scope.as_of)[1]


def receipt_rows(
    tables: Tables, scope: Scope, figure_id: str, *, found: Roi | None = None, **terms: object
) -> pd.DataFrame:
    """The cash flows behind the value of a plan, each month in today's money.

    `found` is the plan's result, where it is at hand, and `terms` what it was made with.

    Raises
    ------
    NoSuchFigure
        If `figure_id` is not the value of a plan.
    """
    if figure_id != "roi.portfolio_npv":
        raise NoSuchFigure(figure_id, "return of initiatives")
    found = found or run(tables, scope)
    rows = found.flows.drop(columns=["cumulative", "discounted"])
    return rows.assign(contribution=rows["net"] * found.plan.weights)
