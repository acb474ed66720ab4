"""What each persona is like: who they are, what they buy, how they pay and what they cost."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from models.personas import Personas

__all__ = ["MEASURES", "Measure", "PersonaSheets", "fit_persona_sheets"]

#: Fewer customers with a value than these do not make a typical one.
FEWEST = 10
QUANTILE = 1.959963984540054
#: What a persona is cut by.
TRAITS = ("industry", "country", "acquisition_channel", "billing_model")


@dataclass(frozen=True)
class Measure:
    """One line of a persona sheet: what it says, in which unit, and how it is worked out."""

    label: str
    unit: str
    value: Callable[[pd.DataFrame], pd.Series]


def a_month(column: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda rows: rows[column] / rows["watched_months"]


def of(column: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda rows: rows[column].astype(float)


#: Line of the sheet by name, in the order it is read.
MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "employees": Measure("Employees", "count", of("employees")),
        "revenue_month": Measure("Revenue a month", "money", a_month("revenue")),
        "margin_month": Measure("Margin a month, before support", "money", a_month("margin")),
        "invoices_month": Measure("Invoices a month", "number", a_month("n_invoices")),
        "orders_month": Measure("Orders a month", "number", a_month("n_orders")),
        "discount": Measure("Discount", "share", of("discount_share")),
        "acquisition_cost": Measure("Cost to win", "money", of("acquisition_cost")),
        "onboarding_cost": Measure("Cost to set up", "money", of("onboarding_cost")),
        "support_month": Measure("Support cost a month", "money", a_month("ticket_cost")),
        "tickets_month": Measure("Tickets a month", "number", a_month("n_tickets")),
        "finance_share": Measure(
            "Of them about money", "share", lambda r: r["finance_tickets"] / r["n_tickets"]
        ),
        "late_share": Measure("Late share", "share", of("late_share")),
        "days_late": Measure("Days past due when paid", "days", of("days_late")),
        "dispute_share": Measure("Invoices in dispute", "share", of("dispute_share")),
        "nps": Measure("Score, 0 to 10", "number", of("nps")),
        "csat": Measure("Satisfaction, 1 to 5", "number", of("csat")),
        "ces": Measure("Ease, 1 to 7", "number", of("ces")),
        "left": Measure("Have left", "share", lambda r: 1.0 - r["active"].astype(float)),
        "tenure": Measure("Months as a customer", "number", of("tenure_months")),
    }
)


@dataclass(frozen=True, eq=False)
class PersonaSheets:
    """Mean of every line for every persona, with its interval.

    Attributes
    ----------
    table : DataFrame
        One row a persona and line: ``persona``, ``measure``, ``label``, ``unit``, ``value`` (mean
        over its customers), ``low``, ``high`` (95 % interval) and ``n``; the persona
        ``everyone`` is all grouped customers. Too few customers leave value and interval empty.
    traits : DataFrame
        ``persona``, ``trait``, ``value``, ``share`` and ``ratio`` (share over everyone's).
    """

    table: pd.DataFrame
    traits: pd.DataFrame

    def sheet(self, persona: str) -> pd.DataFrame:
        """The lines of one persona beside those of everyone."""
        own = self.table[self.table["persona"] == persona]
        everyone = self.table[self.table["persona"] == EVERYONE].set_index("measure")["value"]
        return own.assign(everyone=own["measure"].map(everyone)).reset_index(drop=True)


EVERYONE = "everyone"


def fit_persona_sheets(personas: Personas, customers: pd.DataFrame) -> PersonaSheets:
    """Describe each persona by its customers.

    Parameters
    ----------
    personas : Personas
        Groups and who is in them.
    customers : DataFrame
        Rows of `warehouse.customers.customer_features`.

    Returns
    -------
    PersonaSheets
        Means over customers, each customer counting once; the interval is that of a mean of
        independent customers.
    """
    known = personas.membership[["customer_id", "persona"]].merge(customers, on="customer_id")
    groups = [(EVERYONE, known), *known.groupby("persona", sort=False)]
    rows = [line(name, key, rows) for name, rows in groups for key in MEASURES]
    return PersonaSheets(pd.DataFrame(rows), traits_of(known))


def line(persona: str, key: str, rows: pd.DataFrame) -> dict[str, object]:
    measure = MEASURES[key]
    values = measure.value(rows).replace([np.inf, -np.inf], np.nan).dropna()
    enough = len(values) >= FEWEST
    mean = float(values.mean()) if enough else np.nan
    error = float(values.std(ddof=1) / np.sqrt(len(values))) if enough else np.nan
    return {
        "persona": persona,
        "measure": key,
        "label": measure.label,
        "unit": measure.unit,
        "value": mean,
        "low": mean - QUANTILE * error,
        "high": mean + QUANTILE * error,
        "n": len(values),
    }


def traits_of(known: pd.DataFrame) -> pd.DataFrame:
    """Which industries, countries, channels and billing models each persona leans to."""
    tables = []
    for trait in TRAITS:
        if known[trait].isna().all():
            continue
        value = known[trait].fillna("not stated")
        everyone = value.value_counts(normalize=True)
        shares = value.groupby(known["persona"]).value_counts(normalize=True).rename("share")
        table = shares.reset_index().set_axis(["persona", "value", "share"], axis=1)
        table["ratio"] = table["share"] / table["value"].map(everyone)
        tables.append(table.assign(trait=trait))
    columns = ["persona", "trait", "value", "share", "ratio"]
    return pd.concat(tables)[columns] if tables else pd.DataFrame(columns=columns)
