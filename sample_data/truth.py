"""What is true of the simulated company and stands in none of its tables.

Read by tests and by the page that shows what each estimate is worth; by no model and by
nothing in the warehouse.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sample_data.book import LAST_DAY
from sample_data.churn import CAUSES
from sample_data.effects import EFFECTS
from sample_data.population import (
    INDUSTRIES,
    NEGATIVE,
    NEGATIVE_REASONS,
    PERSONAS,
    oracle_persona,
)
from sample_data.settlement import STATES
from sample_data.tables import Numbers, tariffs
from sample_data.true_churn import churn_figures, since_acquired
from sample_data.true_experience import experience_figures, reported_link
from sample_data.true_figures import reminder_figures, true_figures
from sample_data.true_initiatives import initiative_values
from sample_data.true_prices import price_figures
from sample_data.true_value import Worth, true_worth, waiting_cost
from sample_data.world import World

__all__ = ["Truth", "known_truth"]


@dataclass(frozen=True, eq=False)
class Truth:
    """Latent values, causes and coefficients of one simulated company.

    Attributes
    ----------
    seed, n_customers, months, off
        What the company was generated from; with them `sample_data.company.generate` makes
        its counterfactuals.
    effects : dict
        Every true coefficient (`sample_data.effects.Effects`).
    customers : DataFrame
        One row a customer: ``customer_id``, ``persona``, the four reasons, ``oracle_persona``,
        traits, ``cause`` of leaving (whatever was recorded) and ``left_on``.
    features : ndarray of shape (n_customers, n_features)
        Persona features on the scale on which they were drawn.
    satisfaction : ndarray of shape (n_customers, months)
        Latent satisfaction at the start of each month.
    hazards : ndarray of shape (n_customers, months, 4)
        Monthly hazard of leaving for each cause of `CAUSES`; 0 when not at risk.
    at_risk : ndarray of bool, shape (n_customers, months)
        Customers who could leave in the month.
    tenure : ndarray of int, shape (n_customers, months)
        Months since each was acquired.
    invoices : DataFrame
        One row an invoice: ``invoice_id``, ``state`` (why it was paid when it was),
        ``days_to_pay`` (to the last payment, infinite if never, known beyond the close),
        ``risk``, ``held_out``, ``disputed``, ``error`` (ours).
    demand : DataFrame
        What customers wanted to buy, whether or not it was in stock: ``lost`` marks what
        never became an order.
    second_accounts : dict of str to str
        Id of each account opened twice to the customer it belongs to.
    odd_orders : list of str
        Ids of the orders that something is wrong with.
    window : DataFrame
        Reimbursement window by month, and its effect on visits, score and days to pay.
    projects : DataFrame
        Drivers of each project's overrun.
    tariffs : DataFrame
        Every tariff version, enough to re-rate each invoice line.
    later_payments : DataFrame
        What is paid after the close on invoices in the books.
    since_acquired : DataFrame
        Survival and incidence by months since acquired (`sample_data.true_churn`).
    outlook, value : DataFrame
        What lies ahead of each customer at the close, and what each is worth
        (`sample_data.true_value`).
    figures : dict of str to float
        Headline figures by id, as they truly are at the close.
    initiatives : dict
        What initiatives of a known effect would bring (`sample_data.true_initiatives`).
    """

    seed: int
    n_customers: int
    months: int
    off: tuple[str, ...]
    effects: dict[str, object]
    customers: pd.DataFrame
    features: np.ndarray
    satisfaction: np.ndarray
    hazards: np.ndarray
    at_risk: np.ndarray
    tenure: np.ndarray
    invoices: pd.DataFrame
    demand: pd.DataFrame
    second_accounts: dict[str, str]
    odd_orders: list[str]
    window: pd.DataFrame
    projects: pd.DataFrame
    tariffs: pd.DataFrame
    later_payments: pd.DataFrame
    since_acquired: pd.DataFrame
    outlook: pd.DataFrame
    value: pd.DataFrame
    figures: dict[str, float]
    initiatives: dict[str, dict[str, float]]

    def paid_within(self, days: float) -> float:
        """True share of invoices paid within `days` of issue, open ones included."""
        return float((self.invoices["days_to_pay"] <= days).mean())

    def summary(self) -> dict[str, object]:
        """What the page of known truths shows: few numbers, ready for JSON."""
        late = self.invoices["state"] != "on_time"
        effects = dict(self.effects)
        for name in ("persona_weights", "satisfaction_of_persona", "usage_growth"):
            effects[name] = dict(zip(PERSONAS, effects[name], strict=True))
        industry = effects["satisfaction_of_industry"]
        effects["satisfaction_of_industry"] = dict(zip(INDUSTRIES, industry, strict=True))
        return {
            "seed": self.seed,
            "n_customers": self.n_customers,
            "months": self.months,
            "off": list(self.off),
            "as_of": LAST_DAY.date().isoformat(),
            "n_invoices": len(self.invoices),
            "figures": self.figures,
            "initiatives": self.initiatives,
            "effects": effects,
            "paid_within": {str(d): self.paid_within(d) for d in (30, 45, 60, 90, 120)},
            "late_cause_shares": self.invoices["state"].value_counts(normalize=True).to_dict(),
            "share_late": float(late.mean()),
            "persona_sizes": self.customers["persona"].value_counts().to_dict(),
            "since_acquired": {
                f"{name}_{months}m": float(self.since_acquired.loc[months, name])
                for months in (12, 24, 36)
                for name in ("survival", *(f"cif_{cause}" for cause in CAUSES))
            },
            "customers_that_lose": int(self.value["loses"].sum()),
            "left_by_cause": self.customers["cause"].value_counts().to_dict(),
        }

    def write(self, path: Path) -> None:
        """Write `summary` as JSON to `path`."""
        path.write_text(json.dumps(self.summary(), indent=1) + "\n")


def known_truth(
    world: World, numbers: Numbers, tables: dict[str, pd.DataFrame], odd_orders: list[str]
) -> Truth:
    """Collect the truth of a finished world whose books are `tables`."""
    calendar = world.calendar
    people = world.population
    month = np.arange(world.months)
    tenure = month[None, :] - people.acquired_month[:, None]
    second = tables["customers"]["customer_id"]
    second = second[second.str.endswith("D")]
    invoices = invoice_truth(world, numbers)
    later = later_payments(world, numbers)
    joined = calendar.day_joined(people.acquired_month, people.acquired_day)
    since = since_acquired(world.hazards, world.wronged, joined, world.left_day, calendar)
    worth = true_worth(world, numbers.customer, tables)
    figures, initiatives = headlines(world, numbers, tables, since, worth, invoices, later)
    return Truth(
        seed=world.seed,
        n_customers=len(people),
        months=world.months,
        off=tuple(sorted(world.off)),
        effects=EFFECTS.as_dict(),
        customers=customer_truth(world, numbers),
        features=people.features,
        satisfaction=world.satisfaction.level,
        hazards=world.hazards,
        at_risk=(tenure > 0) & (world.left_month[:, None] >= month[None, :]),
        tenure=tenure,
        invoices=invoices,
        demand=demand_truth(world, numbers),
        second_accounts={name: name[:-1] for name in second},
        odd_orders=odd_orders,
        window=pd.DataFrame(
            {
                "month": calendar.periods[: world.months].to_timestamp(),
                "window": world.window.days,
                "visits_per_customer": world.window.visits,
                "nps_effect": world.window.nps,
                "slower_days": world.window.slower_days,
            }
        ),
        projects=world.book.frame("project_truth"),
        tariffs=tariffs(world, numbers),
        later_payments=later,
        since_acquired=since,
        outlook=worth.outlook,
        value=worth.value,
        figures=figures,
        initiatives=initiatives,
    )


def headlines(
    world: World,
    numbers: Numbers,
    tables: dict[str, pd.DataFrame],
    since: pd.DataFrame,
    worth: Worth,
    invoices: pd.DataFrame,
    later: pd.DataFrame,
) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """Figures by id, and what initiatives of a known effect would bring."""
    of_month = worth.value.set_index("customer_id")["contribution"]
    contributions = of_month.reindex(numbers.customer).fillna(0.0).to_numpy()
    waiting = waiting_cost(tables["invoices"], invoices, tables["fx_rates"], LAST_DAY)
    waiting = waiting.reindex(worth.outlook["customer_id"]).fillna(0.0).to_numpy()
    months = worth.outlook["expected_months"].to_numpy()
    payment = contributions[worth.active] - waiting
    link = reported_link(world, tables["surveys"], numbers.customer)
    figures = (
        true_figures(tables, invoices, later)
        | churn_figures(world, since)
        | persona_figures(world)
        | reminder_figures(world.off)
        | price_figures(world)
        | experience_figures(world, tables, link, contributions)
        | {"lifetime_value.portfolio": float(months @ payment)}
    )
    slope = 0.0 if link is None else link.slope
    content = world.satisfaction.level[worth.active, -1]
    return figures, initiative_values(worth.ahead, content, payment, slope, world.off)


def persona_figures(world: World) -> dict[str, float]:
    """How many kinds of customers there are, and the share of those of the one that loses money.

    All customers of one kind are no personas.
    """
    people = world.population
    kinds = len(np.unique(people.persona))
    # Without its reasons the kind is there and loses nothing.
    negative = (people.persona == NEGATIVE).mean() if people.reasons.any() else 0.0
    return {
        "personas.count": float(kinds if kinds > 1 else 0),
        "personas.negative_share": float(negative),
    }


def customer_truth(world: World, numbers: Numbers) -> pd.DataFrame:
    people = world.population
    causes = np.array([*CAUSES, "stayed"], dtype=object)
    left = world.cause >= 0
    table = pd.DataFrame(
        {
            "customer_id": numbers.customer,
            "persona": np.array(PERSONAS, dtype=object)[people.persona],
            "oracle_persona": np.array(PERSONAS, dtype=object)[oracle_persona(people.features)],
            "negative": (people.persona == NEGATIVE) & people.reasons.any(axis=1),
            "size": people.size,
            "satisfaction_base": people.satisfaction_base,
            "process": people.process,
            "habit": people.habit,
            "frailty": people.frailty,
            "visited": people.visited,
            "acquired_month": people.acquired_month,
            "cause": causes[np.where(left, world.cause, len(CAUSES))],
            "left_on": world.calendar.date(np.where(left, world.left_day, np.nan)),
        }
    )
    for place, reason in enumerate(NEGATIVE_REASONS):
        table[reason] = people.reasons[:, place]
    return table


def invoice_truth(world: World, numbers: Numbers) -> pd.DataFrame:
    rows = world.book.frame("invoice_truth")
    return pd.DataFrame(
        {
            "invoice_id": numbers.invoice(rows["key"].to_numpy()),
            "state": np.array(STATES, dtype=object)[rows["state"]],
            "days_to_pay": rows["paid_after"],
            "risk": rows["risk"],
            "held_out": rows["held_out"],
            "disputed": rows["disputed"],
            "error": rows["error"] > 0,
        }
    ).sort_values("invoice_id", ignore_index=True)


def later_payments(world: World, numbers: Numbers) -> pd.DataFrame:
    rows = world.book.frame("payments")
    rows = rows[rows["paid_on"] > world.calendar.last_day]
    return pd.DataFrame(
        {
            "invoice_id": numbers.invoice(rows["key"].to_numpy()),
            "paid_on": world.calendar.date(rows["paid_on"]),
            "amount": rows["amount"].to_numpy(),
        }
    )


def demand_truth(world: World, numbers: Numbers) -> pd.DataFrame:
    columns = ["day", "customer", "product", "site", "quantity", "lost"]
    rows = pd.DataFrame(world.warehouses.demand, columns=columns)
    wanted_on = world.calendar.date(rows["day"].to_numpy())
    who = numbers.customer[rows["customer"].to_numpy(dtype=int)]
    return rows.drop(columns=["day", "customer"]).assign(customer_id=who, wanted_on=wanted_on)
