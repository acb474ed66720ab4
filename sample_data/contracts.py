"""What was agreed with each customer: billing model, timing, tariff, and how prices changed."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from sample_data.book import Calendar
from sample_data.effects import EFFECTS
from sample_data.population import COUNTRIES, Population, pick
from sample_data.rating import BILLING_MODELS
from sample_data.streams import Streams
from sample_data.words.catalogue import METERS, PRODUCTS

__all__ = ["Contracts", "draw_contracts", "tariff_rows"]

# Rows are personas, columns billing models.
MODEL_MIX = np.array(
    [
        [0.34, 0.06, 0.08, 0.06, 0.05, 0.14, 0.12, 0.06, 0.04, 0.05],
        [0.05, 0.24, 0.20, 0.16, 0.08, 0.05, 0.10, 0.10, 0.01, 0.01],
        [0.10, 0.06, 0.12, 0.05, 0.12, 0.04, 0.08, 0.05, 0.16, 0.22],
        [0.45, 0.08, 0.05, 0.08, 0.06, 0.10, 0.08, 0.06, 0.02, 0.02],
        [0.20, 0.14, 0.10, 0.10, 0.14, 0.10, 0.08, 0.08, 0.04, 0.02],
    ]
)
#: What a usual month costs as fee, and the price of a unit relative to value per usual unit.
PARTS = {
    "fixed": (1.0, 0.0),
    "usage": (0.0, 1.0),
    "tiered": (0.0, 1.0),
    "per_thousand": (0.0, 1.0),
    "discount_tiers": (0.0, 1.08),
    "minimum_fee": (0.8, 1.0),
    "included_units": (0.7, 1.0),
    "overage": (0.95, 0.8),
    "customer_specific": (0.0, 0.9),
    "consolidated": (0.5, 0.5),
}
#: How many of them the catalogue has.
SUBSCRIPTIONS = sum(family == "subscription" for _, _, family, _, _ in PRODUCTS)
#: Currency units for one EUR when tariffs were first written; later rates do not change them.
LIST_RATE = {"EUR": 1.0, "GBP": 0.86, "USD": 1.09}
#: Rises by year of the change, one of them for each contract.
RISES = np.array([0.03, 0.05, 0.08, 0.12])
ANNOUNCED_BEFORE = 60
#: Standard deviation of `Population.satisfaction_base`, about.
SATISFACTION_SPREAD = 0.7
#: Channels of invoicing, from electronic to paper.
INVOICE_CHANNELS = tuple(EFFECTS.channel_on_invoicing)


@dataclass(frozen=True)
class Contracts:
    """The main contract of each customer, and what it costs in each month.

    `fee` (cents) and `price` (millionths of a currency unit) are customers × months, because
    prices change; `factor` is the list price of a month relative to the first.
    """

    model: np.ndarray
    advance: np.ndarray
    usual: np.ndarray
    fee: np.ndarray
    price: np.ndarray
    factor: np.ndarray
    rise: np.ndarray
    points: np.ndarray
    currency: np.ndarray
    list_rate: np.ndarray
    handling: np.ndarray
    product: np.ndarray
    meter: np.ndarray
    channel: np.ndarray


def draw_contracts(
    streams: Streams, population: Population, calendar: Calendar, off: Collection[str]
) -> Contracts:
    """Draw the contracts of `population` and their staggered price changes."""
    draws = streams("contracts").random((population.slots, 6))[population.slot]
    model = pick(draws[:, 0], MODEL_MIX[population.persona])
    currency = np.array([c for _, c, _ in COUNTRIES.values()])[population.country]
    list_rate = pd.Series(currency).map(LIST_RATE).to_numpy()
    usual = np.maximum(20, np.round(population.monthly_usage)).astype(np.int64)
    value = population.monthly_value * list_rate
    rise = price_rises(streams, population, calendar, off)
    factor = np.cumprod(1 + rise, axis=1)
    parts = np.array([PARTS[name] for name in BILLING_MODELS])[model]
    fee = np.round(parts[:, [0]] * value[:, None] * factor * 100).astype(np.int64)
    unit = parts[:, [1]] * (value / usual)[:, None]
    # At least a millionth, so that no use is free by rounding.
    price = np.maximum(1, np.round(unit * factor * 1e6)).astype(np.int64)
    return Contracts(
        model=model,
        # Only a fee can be billed before the month it is for.
        advance=(model == 0) & (draws[:, 1] < 0.85),
        usual=usual,
        fee=fee,
        price=price,
        factor=factor,
        rise=rise,
        points=np.round(population.discount * 10_000).astype(np.int64),
        currency=currency,
        list_rate=list_rate,
        handling=np.where(draws[:, 2] < 0.12, 450, 0).astype(np.int64),
        product=(draws[:, 3] * SUBSCRIPTIONS).astype(int),
        meter=(draws[:, 4] * len(METERS)).astype(int),
        channel=invoice_channels(population, draws[:, 5], off),
    )


def price_rises(
    streams: Streams, population: Population, calendar: Calendar, off: Collection[str]
) -> np.ndarray:
    """Rise that takes effect in each month: two waves, each reaching the regions in turn."""
    rise = np.zeros((len(population), calendar.months))
    if "price_changes" in off:
        return rise
    regions = list(dict.fromkeys(region for region, *_ in COUNTRIES.values()))
    region = np.array([regions.index(r) for r, *_ in COUNTRIES.values()])[population.country]
    for wave, begins in enumerate((0.30, 0.65)):
        draws = streams("price changes", wave).random((population.slots, 2))[population.slot]
        month = round(begins * calendar.months) + 4 * region
        # Whoever joined within the year keeps the price agreed on.
        reached = (draws[:, 0] < 0.8) & (population.acquired_month < month - 12)
        reached &= month < calendar.months
        rows = np.flatnonzero(reached)
        rise[rows, month[rows]] = rise_sizes(population, draws[:, 1], off)[rows]
    return rise


def rise_sizes(population: Population, uniform: np.ndarray, off: Collection[str]) -> np.ndarray:
    """How much a rise is for each customer, from one uniform draw of each."""
    if "price_targeting" in off:
        return RISES[(uniform * len(RISES)).astype(int)]
    weights = np.array(EFFECTS.persona_weights)
    growth = np.array(EFFECTS.usage_growth)
    mean = weights @ growth
    growth = (growth - mean) / np.sqrt(weights @ (growth - mean) ** 2)
    score = (
        EFFECTS.rise_of_growth * growth[population.persona]
        + EFFECTS.rise_of_satisfaction * population.satisfaction_base / SATISFACTION_SPREAD
        + EFFECTS.rise_of_chance * ndtri(np.clip(uniform, 1e-6, 1 - 1e-6))
    )
    return RISES[np.minimum(ndtr(score) * len(RISES), len(RISES) - 1).astype(int)]


def invoice_channels(
    population: Population, uniform: np.ndarray, off: Collection[str]
) -> np.ndarray:
    """How each customer gets its invoices, an index into `INVOICE_CHANNELS`.

    The large and those with more approvals to pass are still on paper.
    """
    n = len(INVOICE_CHANNELS)
    if "channel_mix" in off:
        return (uniform * n).astype(int)
    score = (
        EFFECTS.channel_of_size * population.size
        + EFFECTS.channel_of_process * population.process
        + EFFECTS.channel_of_chance * ndtri(np.clip(uniform, 1e-6, 1 - 1e-6))
    )
    return np.minimum(ndtr(score) * n, n - 1).astype(int)


def tariff_rows(contracts: Contracts, calendar: Calendar) -> pd.DataFrame:
    """Every version of every tariff: from when it holds and what it says.

    Money is in the contract's currency: `fee` with two decimals, `price` with six.
    """
    changed = np.column_stack([np.ones(len(contracts.model), bool), contracts.rise[:, 1:] > 0])
    who, month = np.nonzero(changed)
    model = np.array(BILLING_MODELS)[contracts.model[who]]
    usual = contracts.usual[who]
    return pd.DataFrame(
        {
            "customer": who,
            "valid_from": calendar.date(calendar.first_days[month]),
            "billing_model": model,
            "currency": contracts.currency[who],
            "fee": contracts.fee[who, month] / 100,
            "price": contracts.price[who, month] / 1e6,
            "usual_units": usual,
            "included_units": np.where(
                model == "included_units",
                usual * 4 // 5,
                np.where(model == "overage", usual * 11 // 10, 0),
            ),
            "discount": contracts.points[who] / 10_000,
        }
    )
