"""Projects and what they cost, visits on site, and the window for reimbursing travel."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri
from scipy.stats import poisson

from sample_data.book import Book, Calendar
from sample_data.effects import EFFECTS
from sample_data.population import Population
from sample_data.streams import Streams

__all__ = [
    "HOUR_COST",
    "HOUR_PRICE",
    "POLICY_SHARE",
    "VISIT_HOURS",
    "Window",
    "draw_window",
    "lagged",
    "programmes",
    "projects",
    "visits",
]

#: The policy changes half way through the books.
POLICY_SHARE = 0.5
#: Internal cost and price of an hour, in EUR.
HOUR_COST, HOUR_PRICE = 62.0, 96.0
VISITS_PER_MONTH = 0.5
#: Hours on site of one visit.
VISIT_HOURS = 5.0
#: Points of NPS for one point of satisfaction among those who answer: what turns the true
#: effect on the score into one on satisfaction. Measured on this simulation.
NPS_PER_SATISFACTION = 88.0


@dataclass(frozen=True)
class Window:
    """Days until travel is reimbursed, by month, and what follows from it.

    `nps` is the effect on the score of visited customers and `slower_days` the delay of
    their payments, both by month of the books.
    """

    days: np.ndarray
    visits: np.ndarray
    nps: np.ndarray
    slower_days: np.ndarray


def draw_window(streams: Streams, calendar: Calendar, off: Collection[str]) -> Window:
    """Draw the window and carry it through visits and score to payments, each with its lag."""
    months = calendar.months
    changed = round(POLICY_SHARE * months)
    level = np.full(months, EFFECTS.window_before)
    if "policy_change" not in off:
        level[changed:] = EFFECTS.window_after
    noise = np.zeros(months)
    if "policy_noise" not in off:
        memory = EFFECTS.window_memory
        steps = streams("window").standard_normal(months) * EFFECTS.window_noise
        steps[1:] *= np.sqrt(1 - memory**2)
        for month in range(months):
            noise[month] = (memory * noise[month - 1] if month else 0.0) + steps[month]
    days = level + noise
    over = days - EFFECTS.window_before
    nps = EFFECTS.nps_per_window_day * lagged(over, EFFECTS.nps_lag_months)
    slower = EFFECTS.days_to_pay_per_nps_point * lagged(nps, EFFECTS.days_to_pay_lag_months)
    rate = np.exp(EFFECTS.visits_per_window_day * lagged(over, EFFECTS.visits_lag_months))
    return Window(days, VISITS_PER_MONTH * rate, nps, np.maximum(slower, 0.0))


def lagged(series: np.ndarray, months: int) -> np.ndarray:
    """The series `months` later; nothing has happened before the books.

    Examples
    --------
    >>> lagged(np.array([1.0, 2.0, 3.0]), 1).tolist()
    [0.0, 1.0, 2.0]
    """
    moved = np.zeros_like(series)
    moved[months:] = series[: len(series) - months]
    return moved


def programme_years(
    population: Population, calendar: Calendar, who: np.ndarray, day: np.ndarray
) -> np.ndarray:
    """Which year of its programme of care a `day` falls in for each customer `who`."""
    joined = calendar.day_joined(population.acquired_month, population.acquired_day)[who]
    return np.maximum(day - joined, 0).astype(np.int64) // 365


def programme_key(n: int, who: np.ndarray, year: np.ndarray) -> np.ndarray:
    """Key of the programme of a year; below zero, as those of projects are not."""
    return -1 - (who + n * year)


def programmes(book: Book, population: Population, calendar: Calendar, left: np.ndarray) -> None:
    """The programme of on-site care of each visited customer, agreed on for a year at a time."""
    joined = calendar.day_joined(population.acquired_month, population.acquired_day)
    gone = np.minimum(left, calendar.last_day + 1)
    visited = np.flatnonzero(population.visited)
    first = programme_years(population, calendar, visited, np.zeros(len(visited)))
    last = programme_years(population, calendar, visited, gone[visited])
    # A programme that would begin on the day of leaving does not.
    last = np.where((gone - joined)[visited] % 365 == 0, np.maximum(last - 1, first), last)
    runs = last - first + 1
    who = np.repeat(visited, runs)
    year = np.repeat(first, runs) + np.arange(len(who)) - np.repeat(np.cumsum(runs) - runs, runs)
    key = programme_key(len(population), who, year)
    begins = joined[who] + 365 * year
    over = np.minimum(begins + 364, left[who])
    made = book.frame("expenses")
    n_visits = pd.Series(made["key"]).value_counts() if len(made) else pd.Series(dtype=int)
    hours = VISIT_HOURS * n_visits.reindex(key).fillna(0).to_numpy()
    quoted = round(VISITS_PER_MONTH * 12) * VISIT_HOURS
    book.add(
        "projects",
        customer=who,
        key=key,
        kind="service",
        size=3,
        started_on=begins.astype(float),
        planned_end_on=(begins + 364).astype(float),
        ended_on=over.astype(float),
        quoted_hours=quoted,
        actual_hours=hours,
        quoted_cost=quoted * HOUR_COST,
        actual_cost=hours * HOUR_COST,
        travel_cost=0.0,
        vendor_cost=0.0,
        on_site=True,
    )


def projects(
    book: Book,
    streams: Streams,
    population: Population,
    calendar: Calendar,
    month: int,
    left: np.ndarray,
    off: Collection[str],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Projects begun in `month`; returns customer, day of the end and price (EUR) of each."""
    draws = streams("projects", month).random((population.slots, 10))[population.slot]
    new = population.acquired_month == month
    framework = population.persona == 2
    begins = np.where(new, draws[:, 0] < np.where(framework, 0.85, 0.4), draws[:, 0] < 0.012)
    begins &= (population.acquired_month <= month) & (left >= calendar.first_days[month])
    if "projects" in off:
        begins[:] = False
    who = np.flatnonzero(begins)
    draws = draws[who]
    scope = ndtri(np.clip(draws[:, 1], 1e-4, 1 - 1e-4))
    on_site = population.visited[who] & (draws[:, 2] < 0.7)
    vendor = draws[:, 3] < 0.3
    overrun = draw_overrun(draws, scope, on_site, vendor, off)
    quoted = np.maximum(8, np.round(70 * np.exp(0.8 * scope + 0.25 * population.size[who])))
    first = calendar.first_days[month]
    starts = first + np.where(new[who], population.acquired_day[who], (draws[:, 7] * 27)).astype(
        int
    )
    planned = starts + np.ceil(quoted / 5).astype(int) + 5
    ends = starts + np.ceil((planned - starts) * overrun**0.8).astype(int)
    hours = np.round(quoted * overrun, 1)
    travel = np.where(on_site, np.round(hours * 9 * (0.7 + 0.6 * draws[:, 8]), 2), 0.0)
    bought = np.where(vendor, np.round(hours * 18 * (0.7 + 0.6 * draws[:, 9]), 2), 0.0)
    key = month * len(population) + who
    book.add(
        "projects",
        customer=who,
        key=key,
        kind=np.where(new[who], "implementation", "service").astype(object),
        size=np.digitize(scope, [-0.5, 0.6]),
        started_on=starts.astype(float),
        planned_end_on=planned.astype(float),
        ended_on=ends.astype(float),
        quoted_hours=quoted,
        actual_hours=hours,
        quoted_cost=np.round(quoted * HOUR_COST, 2),
        actual_cost=np.round(hours * HOUR_COST + travel + bought, 2),
        travel_cost=travel,
        vendor_cost=bought,
        on_site=on_site,
    )
    book.add("project_truth", key=key, scope=scope, vendor=vendor, overrun=overrun)
    return who, ends, np.round(quoted * HOUR_PRICE, 2)


def draw_overrun(
    draws: np.ndarray,
    scope: np.ndarray,
    on_site: np.ndarray,
    vendor: np.ndarray,
    off: Collection[str],
) -> np.ndarray:
    """Actual over quoted hours: lognormal in its drivers, a few out of all proportion."""
    log_overrun = (
        EFFECTS.overrun_intercept
        + EFFECTS.overrun_of_scope * scope
        + EFFECTS.overrun_on_site * on_site
        + EFFECTS.overrun_of_vendor * vendor
        + EFFECTS.overrun_spread * ndtri(draws[:, 4])
    )
    overrun = np.exp(log_overrun)
    if "overrun_tail" in off:
        return overrun
    wild = draws[:, 5] < EFFECTS.overrun_tail_share
    pareto = (1 - draws[:, 6]) ** (-1 / EFFECTS.overrun_tail_index)
    # A project stops somewhere: at twenty times the quote somebody ends it.
    return np.where(wild, np.minimum(overrun * pareto, 20.0), overrun)


def visits(
    book: Book,
    streams: Streams,
    population: Population,
    calendar: Calendar,
    month: int,
    window: Window,
    active: np.ndarray,
    left: np.ndarray,
    off: Collection[str],
) -> np.ndarray:
    """Visits made in `month` by customer; each leaves an expense claim."""
    rng = streams("visits", month)
    how_many, draws = (
        rng.random(population.slots)[population.slot],
        rng.random((population.slots, 4, 4))[population.slot],
    )
    made = np.minimum(poisson.ppf(how_many, window.visits[month]), 4).astype(int)
    made = np.where(active & population.visited & ("projects" not in off), made, 0)
    who, place = np.nonzero(np.arange(4)[None, :] < made[:, None])
    u = draws[who, place]
    joined = calendar.day_joined(population.acquired_month, population.acquired_day)
    first, days = calendar.days_there(month, joined[who], left[who])
    # A claim is handed in up to three days after the visit.
    visited_on = first + np.floor(u[:, 0] * np.minimum(days, 28))
    submitted = visited_on + np.floor(u[:, 1] * 4)
    waited = np.maximum(1, np.round(window.days[month] + ndtri(u[:, 2])))
    year = programme_years(population, calendar, who, np.minimum(visited_on, left[who] - 1))
    book.add(
        "expenses",
        key=programme_key(len(population), who, year),
        submitted_on=submitted,
        reimbursed_on=submitted + waited,
        amount=np.round(230 * np.exp(0.4 * ndtri(u[:, 3])), 2),
    )
    return made
