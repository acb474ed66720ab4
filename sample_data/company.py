"""The known-truth company: one seeded simulation of a firm whose every effect is written down."""

from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from sample_data.book import LAST_DAY
from sample_data.effects import MECHANISMS
from sample_data.projects import programmes
from sample_data.tables import Numbers, canonical_tables
from sample_data.truth import Truth, known_truth
from sample_data.world import World

__all__ = ["LAST_DAY", "Company", "generate"]


class Company(NamedTuple):
    """Canonical table name to its rows, and what is true of them."""

    tables: dict[str, pd.DataFrame]
    truth: Truth

    def without(self, *mechanisms: str) -> "Company":
        """The same company in a world without `mechanisms`: its counterfactual.

        Customers, latent values and every draw are shared, so that what differs is the
        effect of the mechanisms.

        Examples
        --------
        >>> company = generate(seed=7, n_customers=60, months=12)
        >>> quiet = company.without("reminders")
        >>> len(quiet.tables["reminders"]), quiet.truth.off
        (0, ('reminders',))
        """
        truth = self.truth
        return generate(truth.seed, truth.n_customers, truth.months, {*truth.off, *mechanisms})


def generate(
    seed: int, n_customers: int = 3_000, months: int = 60, off: Iterable[str] = ()
) -> Company:
    """Simulate the company and close its books.

    Every draw is named, so the same seed with one more mechanism switched off is the same
    world without that mechanism: the difference is the mechanism's effect.

    Parameters
    ----------
    seed : int
        The same seed, size and version give the same company to the last cent.
    n_customers : int, default=3000
        Accounts in the books, present or lost; those opened twice come on top.
    months : int, default=60
        Calendar months of the books, ending on `LAST_DAY`; at least 12.
    off : iterable of str, default=()
        Mechanisms switched off, names of `sample_data.effects.MECHANISMS`.

    Returns
    -------
    Company
        `tables` (every canonical table) and `truth`, which no table holds.

    Raises
    ------
    ValueError
        If a mechanism is unknown, or there are too few customers or months to make a company.

    Examples
    --------
    >>> company = generate(seed=7, n_customers=60, months=12)
    >>> bool(
    ...     company.tables["invoices"]["customer_id"]
    ...     .isin(company.tables["customers"]["customer_id"])
    ...     .all()
    ... )
    True
    >>> company.truth.effects["price_elasticity"]
    -0.4
    """
    off = frozenset(off)
    refuse_impossible(n_customers, months, off)
    world = World(seed, n_customers, months, off)
    for month in range(months):
        world.step(month)
    world.warehouses.close(world.book)
    if "projects" not in off:
        programmes(world.book, world.population, world.calendar, world.left_day)
    numbers = Numbers(world)
    tables = canonical_tables(world, numbers)
    odd = tables["orders"].pop("odd") if len(tables["orders"]) else pd.Series(dtype=bool)
    ids = list(tables["orders"].loc[odd, "order_id"]) if len(odd) else []
    return Company(tables, known_truth(world, numbers, tables, ids))


def refuse_impossible(n_customers: int, months: int, off: frozenset[str]) -> None:
    if unknown := sorted(off - set(MECHANISMS)):
        raise ValueError(
            f"{', '.join(unknown)} is not a mechanism of the sample company, so it cannot be "
            f"switched off. Known are: {', '.join(MECHANISMS)}."
        )
    if n_customers < 20 or months < 12:
        raise ValueError(
            f"{n_customers} customers over {months} months are too few to simulate a company. "
            "Ask for at least 20 customers and 12 months."
        )
