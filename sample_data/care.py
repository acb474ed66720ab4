"""Support cases and surveys: who calls about what, who is asked, and who answers."""

from collections.abc import Collection, Mapping

import numpy as np
from scipy.special import expit, ndtr, ndtri
from scipy.stats import poisson

from sample_data.book import Book, Calendar
from sample_data.effects import EFFECTS
from sample_data.population import Population
from sample_data.streams import Streams
from sample_data.words.tickets import TOPICS as TICKET_TOPICS
from sample_data.words.tickets import TROUBLES as TICKET_TROUBLES

__all__ = ["TOPICS", "TOUCHPOINTS", "TROUBLES", "expected_points", "surveys", "tickets"]

TOPICS = np.array(TICKET_TOPICS, dtype=object)
TOPIC_MIX = np.cumsum([0.20, 0.10, 0.08, 0.04, 0.16, 0.28, 0.05, 0.09])
#: What can have happened to a customer in a month, and what it makes people call about.
TROUBLES = np.array(TICKET_TROUBLES, dtype=object)
TOPIC_OF_TROUBLE = np.array([-1, 4, 0, 0, 1, -1, 2, -1])
#: How much more a customer calls in the month of a trouble. Choices.
EXTRA_CALLS = np.array([0.0, 0.45, 0.65, 0.5, 0.25, 0.1, 0.3, 0.0])
SLOTS = 7
MEDIAN_MINUTES = 18.0
MINUTE_COST = 0.92
#: Half a year in which a team was short of people, two thirds through the books.
SHORT_OF_PEOPLE = (0.60, 0.68)

#: Answer of someone who feels 0, and what a standard deviation more adds; edges between answers.
NPS_OF, CES_OF = (8.1, 1.9), (4.9, 1.1)
CSAT_EDGES = (-1.7, -1.0, -0.2, 0.9)
#: Touchpoint, measure and how often it asks where there is a reason to.
TOUCHPOINTS = (
    ("relationship", "nps", 1.0),
    ("invoicing", "csat", 0.5),
    ("support", "csat", 0.45),
    ("support", "ces", 0.40),
    ("delivery", "csat", 0.20),
    ("reminder", "csat", 0.15),
    ("collection", "ces", 0.15),
    ("refund", "csat", 0.6),
    ("onboarding", "nps", 0.8),
    ("renewal", "nps", 0.6),
    ("purchase", "ces", 0.15),
)


def tickets(
    book: Book,
    streams: Streams,
    population: Population,
    calendar: Calendar,
    month: int,
    *,
    satisfaction: np.ndarray,
    active: np.ndarray,
    left: np.ndarray,
    trouble: np.ndarray,
    off: Collection[str],
) -> tuple[np.ndarray, np.ndarray]:
    """Cases opened in `month`; returns how many each customer has, and who waited too long."""
    rng = streams("tickets", month)
    how_many = rng.random(population.slots)[population.slot]
    draws = rng.random((population.slots, SLOTS, 7))[population.slot]
    rate = np.exp(EFFECTS.ticket_intercept + EFFECTS.ticket_of_satisfaction * satisfaction)
    rate = rate * population.tickets_relative + EXTRA_CALLS[trouble]
    count = np.minimum(poisson.ppf(how_many, rate), SLOTS)
    count = np.where(active & ("tickets" not in off), count, 0).astype(int)
    who, place = np.nonzero(np.arange(SLOTS)[None, :] < count[:, None])
    u = draws[who, place]
    about = TOPIC_OF_TROUBLE[trouble[who]]
    usual = np.searchsorted(TOPIC_MIX, u[:, 0], side="right").clip(max=len(TOPICS) - 1)
    # Whoever is new asks how things work.
    usual = np.where((month - population.acquired_month[who] < 2) & (u[:, 0] < 0.35), 6, usual)
    caused = (about >= 0) & (u[:, 1] < 0.7)
    topic = np.where(caused, about, usual)
    disruptive = population.reasons[who, 3]
    minutes = MEDIAN_MINUTES * np.exp(0.7 * ndtri(u[:, 2])) * np.where(disruptive, 2.5, 1.0)
    minutes = np.round(minutes, 1)
    begin, end = (round(share * calendar.months) for share in SHORT_OF_PEOPLE)
    slow = 0.32 if begin <= month < end else 0.12
    is_slow = u[:, 3] < slow
    promise = EFFECTS.ticket_promise_days
    takes = np.where(is_slow, promise + 1 + np.floor(14 * u[:, 4]), np.floor(promise * u[:, 4]))
    joined = calendar.day_joined(population.acquired_month, population.acquired_day)
    first, days = calendar.days_there(month, joined[who], left[who])
    opened = first + np.floor(u[:, 5] * days)
    book.add(
        "tickets",
        customer=who,
        opened_on=opened,
        resolved_on=opened + takes,
        topic=TOPICS[topic],
        handling_minutes=minutes,
        cost=np.round(minutes * MINUTE_COST, 2),
        trouble=np.where(caused, trouble[who], 0),
        at_work=u[:, 6],
    )
    return count, who[is_slow]


def surveys(
    book: Book,
    streams: Streams,
    population: Population,
    calendar: Calendar,
    month: int,
    *,
    satisfaction: np.ndarray,
    active: np.ndarray,
    left: np.ndarray,
    trouble: np.ndarray,
    reasons_to_ask: Mapping[str, np.ndarray],
    on_touchpoint: Mapping[str, np.ndarray],
    off: Collection[str],
) -> None:
    """Ask at each touchpoint and write down the answers of those who answer.

    Parameters
    ----------
    satisfaction : ndarray of shape (n_customers,)
        Latent satisfaction, what fewer visits do to the score included.
    reasons_to_ask : mapping of str to ndarray of bool
        Touchpoint to the customers it met this month.
    on_touchpoint : mapping of str to ndarray
        Touchpoint to what it adds for each customer to how content it is overall.
    """
    rng = streams("surveys", month)
    draws = rng.random((population.slots, len(TOUCHPOINTS), 6))[population.slot]
    joined = calendar.day_joined(population.acquired_month, population.acquired_day)
    first, days = calendar.days_there(month, joined, left)
    for place, (touchpoint, measure, asked) in enumerate(TOUCHPOINTS):
        u = draws[:, place]
        content = satisfaction + on_touchpoint.get(touchpoint, 0.0)
        extreme = EFFECTS.response_of_extremes * content**2
        logit = EFFECTS.response_intercept + EFFECTS.response_of_satisfaction * content
        logit = logit + np.minimum(extreme, 4.0)
        if "informative_response" in off:
            logit = np.full(len(population), -0.5)
        can = active & reasons_to_ask[touchpoint] & ("surveys" not in off)
        chance = asked * expit(logit[can])
        points = expected_points(measure, content[can], reliability_of(off))
        book.add(
            "survey_truth", month=month, measure=measure, answers=chance.sum(),
            points=(chance * points).sum(),
        )  # fmt: skip
        who = np.flatnonzero(can & (u[:, 0] < asked) & (u[:, 1] < expit(logit)))
        measured = observed(content[who], u[who, 2], off)
        day = first[who] + np.floor(u[who, 3] * days[who])
        book.add(
            "surveys",
            customer=who,
            respondent=1 + np.floor(3 * u[who, 4]).astype(int),
            answered_on=day,
            measure=measure,
            touchpoint=touchpoint,
            score=score(measure, measured),
            trouble=trouble[who],
        )


def observed(satisfaction: np.ndarray, uniform: np.ndarray, off: Collection[str]) -> np.ndarray:
    """What a respondent feels when asked, about standard normal: reliability 0.7."""
    reliability = reliability_of(off)
    error = ndtri(np.clip(uniform, 1e-9, 1 - 1e-9))
    return np.sqrt(reliability) * satisfaction + np.sqrt(1 - reliability) * error


def reliability_of(off: Collection[str]) -> float:
    return 1.0 if "survey_noise" in off else EFFECTS.survey_reliability


def score(measure: str, felt: np.ndarray) -> np.ndarray:
    """Put what is felt on the scale of a measure.

    Examples
    --------
    >>> [score(m, np.array([-3.0, 0.0, 3.0])).tolist() for m in ("nps", "csat", "ces")]
    [[2.0, 8.0, 10.0], [1.0, 4.0, 5.0], [2.0, 5.0, 7.0]]
    """
    if measure == "nps":
        return np.clip(np.round(NPS_OF[0] + NPS_OF[1] * felt), 0, 10)
    if measure == "csat":
        return 1.0 + np.searchsorted(CSAT_EDGES, felt)
    return np.clip(np.round(CES_OF[0] + CES_OF[1] * felt), 1, 7)


def expected_points(measure: str, content: np.ndarray, reliability: float) -> np.ndarray:
    """What an answer adds to its score on average, over the noise of answering.

    To NPS 100 for a promoter and -100 for a detractor, to CSAT 1 for an answer of 4 or 5, to CES
    the answer.

    Examples
    --------
    Someone who feels as at the edge between a 3 and a 4 gives either as often:

    >>> expected_points("csat", np.array([-0.2 / np.sqrt(0.7)]), 0.7).round(6).tolist()
    [0.5]
    """
    spread = max(np.sqrt(1 - reliability), 1e-9)

    def above(felt: float) -> np.ndarray:
        return ndtr((np.sqrt(reliability) * content - felt) / spread)

    if measure == "nps":
        promoter, detractor = ((edge - NPS_OF[0]) / NPS_OF[1] for edge in (8.5, 6.5))
        return 100 * (above(promoter) - (1 - above(detractor)))
    if measure == "csat":
        return above(CSAT_EDGES[2])
    return 1 + sum(above((k - 0.5 - CES_OF[0]) / CES_OF[1]) for k in range(2, 8))
