"""Scenarios of prices side by side: what each brings for the same use, and with the reaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import pandas as pd

from models.bill_shock import SURPRISE
from models.pricing import PriceOutcome, PriceScenario
from models.rating import read_tariff, tariff_text
from models.simulated_reaction import SimulatedReaction

__all__ = [
    "MOST_SCENARIOS",
    "PriceScenarios",
    "compare_scenarios",
    "read_scenario",
    "scenario_record",
]

#: As many as are looked at beside each other.
MOST_SCENARIOS = 6
#: What customers do changes these: figure of the simulation to what it is called here.
REACTING = {
    "revenue": "revenue", "margin": "margin_change", "customers_lost": "lost",
    "enquiries": "enquiries",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class PriceScenarios:
    """Up to six scenarios on the same customers.

    Attributes
    ----------
    outcomes : tuple of PriceOutcome
        For the same use of a year, nobody reacting.
    table : DataFrame
        One row a scenario: ``scenario``, ``change`` (of a year's revenue) with ``low`` and
        ``high``, ``margin`` (of the year), ``pay_more``, ``pay_less``, ``median_change``
        (of the bills of those it is for), ``over_25_percent`` (customers whose bill rises by
        more), ``what``, and within the `months` from now, of which those before the new prices
        begin are as today: ``static`` (change of revenue with nobody reacting), and with the
        reaction ``revenue``, ``margin_change``, ``lost`` (customers) and ``enquiries``, each with
        ``_low`` and ``_high``; missing where the reaction was not asked for.
    months : int or None
        Months that the reaction is followed for; None without one.
    """

    outcomes: tuple[PriceOutcome, ...]
    table: pd.DataFrame
    months: int | None

    @property
    def n(self) -> int:
        """Customers with a tariff, whom every scenario is tried on."""
        return len(self.outcomes[0].customers)


def compare_scenarios(
    outcomes: Sequence[PriceOutcome], reactions: Sequence[SimulatedReaction] | None = None
) -> PriceScenarios:
    """Put scenarios side by side.

    Parameters
    ----------
    outcomes : sequence of PriceOutcome
    reactions : sequence of SimulatedReaction, optional
        In the order of `outcomes`, of the same draws, so that two differ by their prices alone.

    Raises
    ------
    ValueError
        If there is no scenario, or not one reaction for each.
    """
    if not outcomes or (reactions is not None and len(reactions) != len(outcomes)):
        raise ValueError(
            f"There are {len(outcomes)} scenarios and {len(reactions or [])} reactions, so they "
            "cannot be put side by side. Give at least one scenario, and a reaction for each or "
            "for none."
        )
    said = [None] * len(outcomes) if reactions is None else list(reactions)
    rows = [row_of(outcome, found) for outcome, found in zip(outcomes, said, strict=True)]
    return PriceScenarios(
        tuple(outcomes), pd.DataFrame(rows), reactions[0].months if reactions else None
    )


def row_of(outcome: PriceOutcome, found: SimulatedReaction | None) -> dict[str, object]:
    change = outcome.total("change")
    rise = outcome.customers.loc[outcome.customers["affected"], "ratio"] - 1
    row = {
        "scenario": outcome.scenario.name,
        "change": change["value"],
        "low": change["low"],
        "high": change["high"],
        "margin": outcome.total("margin")["value"],
        "pay_more": outcome.n_up,
        "pay_less": outcome.n_down,
        "median_change": float(rise.median()),
        # To the last binary digit a rise of just a quarter is none.
        "over_25_percent": int((rise > SURPRISE + 1e-9).sum()),
        "what": outcome.scenario.says,
    }
    row["static"] = float("nan") if found is None else float(found.of("revenue")["static"])
    for figure, name in REACTING.items():
        told = None if found is None else found.of(figure)
        for end, column in (("reaction", name), ("low", f"{name}_low"), ("high", f"{name}_high")):
            row[column] = float("nan") if told is None else float(told[end])
    return row


def scenario_record(scenario: PriceScenario) -> dict[str, object]:
    """A scenario as what JSON can hold, which `read_scenario` reads back as the same.

    >>> plain = PriceScenario("Five percent", use_change=0.05, who={"industry": ("Retail",)})
    >>> read_scenario(scenario_record(plain)) == plain
    True
    """
    record = {field.name: getattr(scenario, field.name) for field in fields(scenario)}
    record["tariff"] = None if scenario.tariff is None else tariff_text(scenario.tariff)
    record["who"] = {column: list(values) for column, values in scenario.who.items()}
    return record


def read_scenario(record: object) -> PriceScenario:
    """The scenario that `scenario_record` wrote.

    Raises
    ------
    ValueError
        If it is none: what was found and what follows.
    """
    known = {field.name for field in fields(PriceScenario)}
    if not isinstance(record, Mapping) or not {"name"} <= set(record) <= known:
        raise ValueError(
            "What was kept is no scenario of this version, so it cannot be tried. Make it again."
        )
    given = dict(record)
    try:
        if given.get("tariff") is not None:
            given["tariff"] = read_tariff(given["tariff"])
        who = given.get("who", {})
        given["who"] = {column: tuple(values) for column, values in who.items()}
        return PriceScenario(**given)
    except (TypeError, AttributeError) as error:
        raise ValueError(
            f"The scenario '{record['name']}' was kept with values that no scenario has "
            f"({error}), so it cannot be tried. Make it again."
        ) from error
