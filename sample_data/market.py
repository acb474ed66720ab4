"""The world around the company: exchange rates, what the market reports, and what was decided."""

from collections.abc import Collection

import numpy as np
import pandas as pd

from sample_data.book import Calendar
from sample_data.care import SHORT_OF_PEOPLE
from sample_data.contracts import LIST_RATE
from sample_data.population import COUNTRIES
from sample_data.projects import POLICY_SHARE, lagged
from sample_data.streams import Streams

__all__ = ["benchmarks", "decoys", "events", "exchange_rates"]

YEARLY_MOVE = 0.08
#: Months after which the collection cost index follows how late we are paid.
FOLLOWS_AFTER = 3
SOURCE = "Field Services Panel (invented)"


def exchange_rates(streams: Streams, calendar: Calendar, off: Collection[str]) -> pd.DataFrame:
    """EUR for one unit of each currency: a random walk of eight percent a year."""
    months = calendar.months
    month = calendar.periods[:months].to_timestamp()
    tables = []
    for place, (code, units) in enumerate(LIST_RATE.items()):
        steps = streams("exchange rate", place).standard_normal(months) * YEARLY_MOVE / np.sqrt(12)
        still = code == "EUR" or "exchange_rates" in off
        rate = (1 / units) * np.exp(np.zeros(months) if still else np.cumsum(steps))
        tables.append(
            pd.DataFrame({"currency": code, "month": month, "to_reporting": rate.round(5)})
        )
    return pd.concat(tables, ignore_index=True)


def benchmarks(
    streams: Streams, calendar: Calendar, slower_days: np.ndarray, off: Collection[str]
) -> pd.DataFrame:
    """What an invented panel of like companies reports each month.

    `slower_days` is how much later our visited customers pay, by month: one of the panel's
    series follows it.
    """
    levels = {
        "nps": (31.0, 1.2, 1),
        "dso": (47.0, 0.6, 1),
        "late_share": (0.44, 0.008, 3),
        "monthly_churn": (0.016, 0.0006, 4),
        "csat_top2": (0.68, 0.006, 3),
        "on_time_delivery": (0.91, 0.006, 3),
    }
    tables = []
    for place, (metric, (level, spread, digits)) in enumerate(levels.items()):
        walk = wandering(streams("benchmark", place), calendar.months)
        tables.append(reported(calendar, metric, np.round(level + spread * walk, digits)))
    if "decoys" in off:
        return pd.concat(tables, ignore_index=True)
    return pd.concat([*tables, decoys(streams, calendar, slower_days)], ignore_index=True)


def decoys(streams: Streams, calendar: Calendar, slower_days: np.ndarray) -> pd.DataFrame:
    """Monthly series that cause nothing here.

    Ten wander by themselves, one has a like trend, and one follows how late we are paid:
    whoever asks only what moves together takes it for a cause.
    """
    tables = []
    for number in range(1, 12):
        walk = wandering(streams("decoy", number), calendar.months)
        trend = 0.15 * np.arange(calendar.months) if number == 11 else 0.0
        name = "market_trend_index" if number == 11 else f"market_index_{number:02d}"
        tables.append(reported(calendar, name, np.round(100 + walk + trend, 2)))
    follows = 4.0 * lagged(slower_days, FOLLOWS_AFTER)
    walk = wandering(streams("decoy", 12), calendar.months)
    tables.append(reported(calendar, "collection_cost_index", np.round(100 + follows + walk, 2)))
    return pd.concat(tables, ignore_index=True)


def wandering(rng: np.random.Generator, months: int) -> np.ndarray:
    """A series that keeps four fifths of where it was and starts at its mean."""
    noise, walk = rng.standard_normal(months), np.zeros(months)
    for month in range(1, months):
        walk[month] = 0.8 * walk[month - 1] + noise[month]
    return walk


def reported(calendar: Calendar, metric: str, values: np.ndarray) -> pd.DataFrame:
    """One metric of the panel, a row a month."""
    month = calendar.periods[: calendar.months].to_timestamp()
    return pd.DataFrame({"month": month, "metric": metric, "value": values, "source": SOURCE})


def events(calendar: Calendar, off: Collection[str]) -> pd.DataFrame:
    """The log of what was decided or happened, in the order of the days."""
    months = calendar.months

    def day(share: float, offset: int = 0) -> pd.Timestamp:
        month = min(round(share * months) + offset, months - 1)
        return calendar.periods[month].start_time

    regions = list(dict.fromkeys(region for region, *_ in COUNTRIES.values()))
    rows = [
        (day(0), "policy", "Reminder test begins",
         "One invoice in ten, drawn at random, gets no reminder (reminder arm: hold_out)."),
        (day(0.12), "billing", "E-invoicing offered to all customers", None),
        (day(0.40), "market", "New competitor in fleet monitoring", "Opens in Hamburg and Lyon."),
        (day(SHORT_OF_PEOPLE[0]), "staffing", "Three vacancies in customer support",
         "Cases wait longer until the posts are filled."),
        (day(SHORT_OF_PEOPLE[1]), "staffing", "Customer support is complete again", None),
        (day(0.75), "supply", "Sensor housings delayed at the supplier", "About two months."),
        (day(0.88), "product", "New customer portal", "Invoices and cases in one place."),
    ]  # fmt: skip
    if "price_changes" not in off:
        rows += [
            (day(begins, 4 * place), "price_change", f"Yearly price adjustment in {region}",
             "3 to 12 percent by contract, announced two months before.")
            for begins in (0.30, 0.65)
            for place, region in enumerate(regions)
            if round(begins * months) + 4 * place < months
        ]  # fmt: skip
    if "policy_change" not in off:
        rows.append(
            (day(POLICY_SHARE), "policy", "Travel is reimbursed after 17 days instead of 10",
             "To save working capital; field staff are told by mail.")
        )  # fmt: skip
    table = pd.DataFrame(rows, columns=["happened_on", "kind", "title", "detail"])
    table = table.sort_values("happened_on", kind="stable", ignore_index=True)
    table.insert(0, "event_id", [f"EV-{i:02d}" for i in range(1, len(table) + 1)])
    return table
