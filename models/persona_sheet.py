"""What each persona is like: who they are, what they buy, how they pay and what they cost."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from models.clusters import critical_value, wilson_interval
from models.personas import Personas

__all__ = ["COST", "EVERYONE", "FEWEST", "MEASURES", "STAY", "WAY", "Measure", "PersonaSheets",
           "fit_persona_sheets"]  # fmt: skip

#: Fewer customers with a value than these do not make a typical one.
FEWEST = 10
CONFIDENCE = 0.95
MONTH_DAYS = 30.4375
YEAR_DAYS = 365
#: Fewer watched days than these are too short for a month's cost and margin.
SHORTEST_DAYS = 60
#: Terms of so many days or fewer ask for the money before most customers have theirs.
SHORT_TERMS = 14
#: What a persona is cut by.
TRAITS = ("industry", "country", "region", "acquisition_channel", "billing_model",
          "billing_timing", "invoice_channel")  # fmt: skip


@dataclass(frozen=True)
class Measure:
    """One line of a persona sheet: where it stands, what it says, its unit, and how it is made."""

    section: str
    label: str
    unit: str
    value: Callable[[pd.DataFrame], pd.Series]


def a_month(column: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda rows: rows[column] / rows["watched_months"]


def a_month_of_the_year(column: str) -> Callable[[pd.DataFrame], pd.Series]:
    """Per month of the last year, where the customer was there for two months of it."""
    return lambda rows: (
        rows[column] / (rows["days_12m"].where(rows["days_12m"] >= SHORTEST_DAYS) / MONTH_DAYS)
    )


def of(column: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda rows: rows[column].astype(float)


def any_of(column: str) -> Callable[[pd.DataFrame], pd.Series]:
    """Whether there was any; unknown where nothing of the kind was loaded."""
    return lambda rows: (rows[column] > 0).astype(float).where(rows[column].notna())


def above_limit(rows: pd.DataFrame) -> pd.Series:
    """Whether what is usually owed at a time is more than the credit limit."""
    owed = rows["revenue"] / rows["watched_months"] * rows["days_to_pay"] / MONTH_DAYS
    known = owed.notna() & rows["credit_limit"].notna()
    return (owed > rows["credit_limit"]).astype(float).where(known)


WHO, BUY, PAY, THINK, COST, STAY, WAY = (
    "Who they are", "What they buy", "How they pay", "What they say",
    "What they cost and leave", "Whether they stay", "What stands in the way of buying",
)  # fmt: skip
SECTIONS = (WHO, BUY, PAY, THINK, COST, STAY, WAY)

#: Line of the sheet by name, in the order it is read.
MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "employees": Measure(WHO, "Employees", "count", of("employees")),
        "new": Measure(
            WHO,
            "New in the last 12 months",
            "share",
            lambda r: (r["tenure_months"] * MONTH_DAYS <= YEAR_DAYS).astype(float)
            .where(r["active"]),
        ),
        "tenure": Measure(WHO, "Months as a customer", "number", of("tenure_months")),
        "revenue_month": Measure(BUY, "Revenue a month", "money", a_month("revenue")),
        "invoices_month": Measure(BUY, "Invoices a month", "number", a_month("n_invoices")),
        "orders_month": Measure(BUY, "Orders a month", "number", a_month("n_orders")),
        "repeat": Measure(
            BUY,
            "Have ordered on two days or more",
            "share",
            lambda r: (r["n_order_days"] >= 2).astype(float).where(r["n_order_days"].notna()),
        ),
        "discount": Measure(BUY, "Discount", "share", of("discount_share")),
        "usage": Measure(BUY, "Use a month", "number", of("usage_per_month")),
        "returned": Measure(BUY, "Sent back", "share", of("returned_share")),
        "terms": Measure(PAY, "Payment terms", "days", of("payment_terms_days")),
        "days_to_pay": Measure(PAY, "Days to pay, last 12 months", "days", of("days_to_pay")),
        "days_late": Measure(PAY, "Days past due when paid", "days", of("days_late")),
        "late_share": Measure(PAY, "Late share", "share", of("late_share")),
        "dispute_share": Measure(PAY, "Invoices in dispute", "share", of("dispute_share")),
        "nps": Measure(THINK, "Would recommend, 0 to 10", "number", of("nps")),
        "csat": Measure(THINK, "Satisfaction, 1 to 5", "number", of("csat")),
        "ces": Measure(THINK, "Ease, 1 to 7", "number", of("ces")),
        "tickets_month": Measure(THINK, "Tickets a month", "number", a_month("n_tickets")),
        "finance_share": Measure(
            THINK, "Of them about money", "share", lambda r: r["finance_tickets"] / r["n_tickets"]
        ),
        "acquisition_cost": Measure(COST, "Cost to win", "money", of("acquisition_cost")),
        "onboarding_cost": Measure(COST, "Cost to set up", "money", of("onboarding_cost")),
        "margin_month": Measure(
            COST, "Margin a month, before cost to serve", "money", a_month("margin")
        ),
        "support_month": Measure(
            COST, "Support cost a month", "money", a_month_of_the_year("support_cost_12m")
        ),
        "service_month": Measure(
            COST, "Service cost a month", "money", a_month_of_the_year("service_cost_12m")
        ),
        "contribution_month": Measure(
            COST, "Left over a month", "money", a_month_of_the_year("contribution_12m")
        ),
        "left": Measure(STAY, "Have left", "share", lambda r: 1.0 - r["active"].astype(float)),
        "price_dispute": Measure(
            WAY, "Have disputed a price", "share", any_of("price_disputes")
        ),
        "price_ticket": Measure(
            WAY, "Have asked about prices", "share", any_of("tickets_pricing")
        ),
        "above_limit": Measure(
            WAY, "Usually owe more than their credit limit", "share", above_limit
        ),
        "short_terms": Measure(
            WAY,
            f"Must pay within {SHORT_TERMS} days",
            "share",
            lambda r: (r["payment_terms_days"] <= SHORT_TERMS).astype(float),
        ),
        "set_up_share": Measure(
            WAY,
            "Setting up, as a share of a year's revenue",
            "share",
            lambda r: r["onboarding_cost"] / (12 * r["revenue"] / r["watched_months"]),
        ),
    }
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class PersonaSheets:
    """Mean of every line for every persona, with its interval.

    Attributes
    ----------
    table : DataFrame
        One row a persona and line: ``persona``, ``measure``, ``section``, ``label``, ``unit``,
        ``value`` (mean over its customers), ``low``, ``high`` (95 % interval) and ``n``; the
        persona ``everyone`` is all grouped customers. Too few customers leave value and interval
        empty.
    traits : DataFrame
        ``persona``, ``trait``, ``value``, ``share`` and ``ratio`` (share over everyone's).
    bought : DataFrame
        ``persona``, ``product``, ``family``, ``revenue``, ``n`` (customers who bought it),
        ``share`` (of the persona's revenue) and ``ratio``, most revenue first.
    """

    table: pd.DataFrame
    traits: pd.DataFrame
    bought: pd.DataFrame

    def sheet(self, persona: str) -> pd.DataFrame:
        """The lines of one persona beside those of everyone."""
        own = self.table[self.table["persona"] == persona]
        everyone = self.table[self.table["persona"] == EVERYONE].set_index("measure")["value"]
        return own.assign(everyone=own["measure"].map(everyone)).reset_index(drop=True)

    def with_lines(self, lines: pd.DataFrame) -> "PersonaSheets":
        """The same sheets with more lines, each at the end of its section."""
        if lines.empty:
            return self
        table = pd.concat([self.table, lines], ignore_index=True)
        section = pd.Categorical(table["section"], categories=SECTIONS)
        order = np.argsort(section.codes, kind="stable")
        return PersonaSheets(table.iloc[order].reset_index(drop=True), self.traits, self.bought)


EVERYONE = "everyone"


def fit_persona_sheets(
    personas: Personas, customers: pd.DataFrame, bought: pd.DataFrame | None = None
) -> PersonaSheets:
    """Describe each persona by its customers.

    Parameters
    ----------
    personas : Personas
        Groups and who is in them.
    customers : DataFrame
        Rows of `warehouse.customers.customer_features`.
    bought : DataFrame, optional
        Rows of `warehouse.persona_sheet.product_revenue`.

    Returns
    -------
    PersonaSheets
        Means over customers, each customer counting once; the interval is that of a mean of
        independent customers, and Wilson's where a customer either is or is not.
    """
    known = personas.membership[["customer_id", "persona"]].merge(customers, on="customer_id")
    groups = [(EVERYONE, known), *known.groupby("persona", sort=False)]
    rows = [line(name, key, rows) for name, rows in groups for key in MEASURES]
    return PersonaSheets(pd.DataFrame(rows), traits_of(known), bought_by(known, bought))


def line(persona: str, key: str, rows: pd.DataFrame) -> dict[str, object]:
    measure = MEASURES[key]
    values = measure.value(rows).replace([np.inf, -np.inf], np.nan).dropna()
    enough = len(values) >= FEWEST
    mean, low, high = (float(values.mean()) if enough else np.nan, np.nan, np.nan)
    if enough and values.isin((0.0, 1.0)).all():
        low, high = wilson_interval(mean, len(values), float(critical_value(CONFIDENCE)))
    elif enough:
        half = critical_value(CONFIDENCE) * values.std(ddof=1) / np.sqrt(len(values))
        low, high = mean - float(half), mean + float(half)
    return {
        "persona": persona,
        "measure": key,
        "section": measure.section,
        "label": measure.label,
        "unit": measure.unit,
        "value": mean,
        "low": low,
        "high": high,
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


def bought_by(known: pd.DataFrame, bought: pd.DataFrame | None) -> pd.DataFrame:
    """What the customers of each persona spend their money on, beside everyone."""
    columns = ["persona", "product", "family", "revenue", "n", "share", "ratio"]
    if bought is None or bought.empty:
        return pd.DataFrame(columns=columns)
    rows = known[["customer_id", "persona"]].merge(bought, on="customer_id")
    everyone = rows.groupby("product")["revenue"].sum()
    table = rows.groupby(["persona", "product", "family"], as_index=False).agg(
        revenue=("revenue", "sum"), n=("customer_id", "nunique")
    )
    table["share"] = table["revenue"] / table.groupby("persona")["revenue"].transform("sum")
    table["ratio"] = table["share"] / table["product"].map(everyone / everyone.sum())
    return table.sort_values(
        ["persona", "revenue", "product"], ascending=[True, False, True], ignore_index=True
    )[columns]
