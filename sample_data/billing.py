"""The month's invoices and their lines: fees in advance, use in arrears, goods, projects."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from sample_data.book import Book, Calendar
from sample_data.contracts import Contracts
from sample_data.effects import EFFECTS
from sample_data.population import Population
from sample_data.rating import BILLING_MODELS, METERED, prorated, rated, taken_off
from sample_data.streams import Streams

__all__ = [
    "DISCOUNT",
    "HANDLING",
    "KINDS",
    "SPIKE",
    "SPIKE_SHARE",
    "USAGE_SHAPE",
    "Bills",
    "bill_shock",
    "contract_bills",
    "cost_share",
    "errors_of_ours",
    "metered_cents",
    "usage",
    "usual_usage",
]

KINDS = ("fixed", "usage", "consolidated", "goods", "project")
#: What is not a product of the catalogue by number: added to the lines by name.
DISCOUNT, HANDLING = "discount", "handling"
#: What a unit of value costs us, and how much more the unprofitable ones cost.
COST_SHARE = 0.42
#: The negative persona needs twice the work for its money, its unprofitable ones thrice. Choices.
COSTLY_PERSONA, COSTLY_CUSTOMER = 2.1, 1.5
#: Noise of a month's use is gamma with this shape; some months are spikes.
USAGE_SHAPE = 1 / EFFECTS.usage_spread**2
SPIKE_SHARE, SPIKE = 0.01, 1.8
MILLION = 1_000_000
#: Bills of so many months before say what to expect.
EXPECTED_FROM = 6


@dataclass(frozen=True)
class Bills:
    """Invoices of one month, one array each; `key` names an invoice before it has its number."""

    key: np.ndarray
    customer: np.ndarray
    kind: np.ndarray
    issued: np.ndarray
    cents: np.ndarray


def usage(
    streams: Streams,
    population: Population,
    contracts: Contracts,
    calendar: Calendar,
    month: int,
    off: Collection[str],
) -> np.ndarray:
    """Units each customer would use in a whole `month`.

    A price rise lowers use by the elasticity; one month in a hundred is a spike.
    """
    draws = streams("usage", month)
    noise = draws.gamma(USAGE_SHAPE, 1 / USAGE_SHAPE, population.slots)[population.slot]
    spike = draws.random(population.slots)[population.slot] < SPIKE_SHARE
    expected = usual_usage(population, contracts, calendar, month, off)
    return np.round(expected * noise * np.where(spike, SPIKE, 1.0)).astype(np.int64)


def usual_usage(
    population: Population,
    contracts: Contracts,
    calendar: Calendar,
    month: int,
    off: Collection[str],
) -> np.ndarray:
    """Units of each customer in an ordinary `month`: before noise and spikes."""
    expected = contracts.usual.astype(float)
    if "usage_trend" not in off:
        grown = np.array(EFFECTS.usage_growth)[population.persona] * (
            month - population.acquired_month
        )
        season = 0.08 * np.cos(2 * np.pi * (calendar.calendar_month[month] - 11) / 12)
        expected = expected * np.exp(grown + season)
    if "price_response" not in off:
        expected = expected * contracts.factor[:, month] ** EFFECTS.price_elasticity
    return expected


def contract_bills(
    book: Book,
    population: Population,
    contracts: Contracts,
    calendar: Calendar,
    month: int,
    *,
    used: np.ndarray,
    left: np.ndarray,
) -> Bills:
    """Write the contract invoices issued in `month` and return them.

    Parameters
    ----------
    used : ndarray of shape (n_customers, months)
        Units used in each month so far.
    left : ndarray of shape (n_customers,)
        Day on which each customer left; far in the future for those who stay.
    """
    who, period, share, issued = billed_time(population, contracts, calendar, month, left)
    model, quantity = contracts.model[who], used[who, period]
    fee = prorated(contracts.fee[who, period], share)
    metered = metered_cents(contracts, who, period, quantity, fee)
    # The minimum is a floor under what was used, not a fee of its own.
    fee = np.where(model == BILLING_MODELS.index("minimum_fee"), 0, fee)
    handling = contracts.handling[who]
    discount = taken_off(fee + metered, contracts.points[who])
    total = fee + metered + handling - discount
    kept = total > 0
    key = (month * len(population) + who) * len(KINDS)
    cost = cost_share(population)[who]
    charge = np.array(BILLING_MODELS, dtype=object)[model]
    subscription = numbered_products("subscription", contracts.product)[who]
    meter = numbered_products("meter", contracts.meter)[who]
    lines = (
        (fee, share / MILLION, subscription, "fixed", cost),
        (metered, quantity, meter, charge, cost),
        (handling, 1.0, HANDLING, "fixed", 0.0),
        (-discount, 1.0, DISCOUNT, None, 0.0),
    )
    for place, (cents, units, product, kind, costs) in enumerate(lines):
        # What was used within the included units is a line too, of nothing.
        rows = kept & ((cents != 0) | ((place == 1) & (model != 0) & (quantity > 0)))
        book.add(
            "invoice_lines",
            key=key[rows],
            place=place,
            product=_rows(product, rows),
            charge=_rows(kind, rows),
            quantity=_rows(units, rows),
            amount=cents[rows] / 100,
            cost=np.round(cents * costs / 100, 2)[rows],
        )
    code = np.where(model == 0, 0, np.where(model == len(BILLING_MODELS) - 1, 2, 1))
    return Bills(key[kept], who[kept], code[kept], issued[kept], total[kept])


def cost_share(population: Population) -> np.ndarray:
    """What a unit of contract value costs us, by customer."""
    cost = COST_SHARE * np.where(population.reasons.any(axis=1), COSTLY_PERSONA, 1.0)
    return cost * np.where(population.reasons[:, 2], COSTLY_CUSTOMER, 1.0)


def billed_time(
    population: Population,
    contracts: Contracts,
    calendar: Calendar,
    month: int,
    left: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Who is billed in `month`, for which month, for how much of it (millionths), and on which day.

    A fee in advance is for the month itself, all else for the month before.
    """
    first, advance = calendar.first_days, contracts.advance
    period = np.where(advance, month, month - 1)
    joined = calendar.day_joined(population.acquired_month, population.acquired_day)
    begins = first[np.maximum(period, 0)]
    length = calendar.days_in_month[np.maximum(period, 0)]
    ends = begins + length
    # A fee in advance knows only who has left by now; one in arrears, who had.
    until = np.where(advance, ends, np.minimum(ends, left + 1))
    since = np.maximum(begins, joined)
    billed = (period >= 0) & (until > since) & (~advance | (left >= first[month]))
    who = np.flatnonzero(billed)
    share = (until - since)[who] * MILLION // length[who]
    day = np.where(advance, population.billing_day % 5, population.billing_day)[who]
    # Whoever is acquired in the month is billed in it, the day after.
    issued = np.maximum(first[month] + day, np.minimum(since + 1, ends)[who])
    issued = np.minimum(issued, first[month] + calendar.days_in_month[month] - 1)
    return who, np.maximum(period, 0)[who], share, issued


def metered_cents(
    contracts: Contracts,
    who: np.ndarray,
    period: np.ndarray,
    quantity: np.ndarray,
    fee: np.ndarray,
) -> np.ndarray:
    """What was used, in cents, under each customer's own billing model."""
    cents = np.zeros(len(who), dtype=np.int64)
    for code, name in enumerate(BILLING_MODELS):
        mine = contracts.model[who] == code
        if name in METERED and mine.any():
            cents[mine] = rated(
                name,
                quantity[mine],
                price=contracts.price[who, period][mine],
                fee=fee[mine],
                usual=contracts.usual[who][mine],
            )
    return cents


def numbered_products(prefix: str, number: np.ndarray) -> np.ndarray:
    """Names such as meter:2, which the tables turn into products of the catalogue."""
    names = np.array([f"{prefix}:{i}" for i in range(number.max() + 1)], dtype=object)
    return names[number]


def bill_shock(bills: np.ndarray, month: int) -> np.ndarray:
    """How far each customer's bill of `month` is above what the six before let expect.

    Returns
    -------
    ndarray of shape (n_customers,)
        (bill - expected) / expected where there were four bills to expect from, else 0.
    """
    before = bills[:, max(0, month - EXPECTED_FROM) : month]
    enough = (~np.isnan(before)).sum(axis=1) >= 4
    shock = np.zeros(len(bills))
    rows = enough & ~np.isnan(bills[:, month])
    if rows.any():
        expected = np.nanmedian(before[rows], axis=1)
        shock[rows] = (bills[rows, month] - expected) / np.maximum(expected, 1.0)
    return shock


def errors_of_ours(
    streams: Streams, bills: Bills, n: int, month: int, off: Collection[str]
) -> np.ndarray:
    """Which invoices went out with an error of ours, and which: 0 none, 1 to 3 the kinds."""
    if "billing_errors" in off:
        return np.zeros(len(bills.key), dtype=int)
    base = month * n * len(KINDS)
    draws = streams("billing errors", month).random((n * len(KINDS), 2))[bills.key - base]
    wrong = draws[:, 0] < EFFECTS.share_billing_errors
    return np.where(wrong, 1 + np.floor(3 * draws[:, 1]), 0).astype(int)


def _rows(column: object, rows: np.ndarray) -> object:
    return column[rows] if isinstance(column, np.ndarray) else column
