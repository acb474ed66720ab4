"""The sample company: a seeded draw of customers, contracts, invoices and how they are paid."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from sample_data.names import COMPANY_FORMS, COUNTRIES, INDUSTRIES, PLACES, PRODUCTS, TICKETS

__all__ = ["LAST_DAY", "generate", "write"]

#: The day the sample's books were closed. Fixed, so that the sample never changes by itself.
LAST_DAY = dt.date(2026, 9, 30)

# Most usual days past due of each type of payer, and its share of the customers.
# Illustrative, not measured.
PAYERS = {"prompt": (-11.0, 0.68), "habitual": (5.0, 0.20), "stretched": (26.0, 0.12)}


def generate(seed: int, n_customers: int = 600, months: int = 36) -> dict[str, pd.DataFrame]:
    """Draw the company's tables.

    Parameters
    ----------
    seed : int
        The same seed gives the same tables.
    n_customers : int, default=600
        Accounts, active and lost.
    months : int, default=36
        Calendar months of history, ending on `LAST_DAY`.

    Returns
    -------
    dict of str to DataFrame
        Canonical table name to its rows; money in the row's currency.

    Examples
    --------
    >>> company = generate(seed=7, n_customers=40, months=12)
    >>> sorted(company)[:4]
    ['adjustments', 'contracts', 'customers', 'disputes']
    >>> bool(company["invoices"]["customer_id"].isin(company["customers"]["customer_id"]).all())
    True
    """
    rng = np.random.default_rng(seed)
    first_month = pd.Timestamp(LAST_DAY).to_period("M") - (months - 1)
    customers = draw_customers(rng, n_customers, first_month)
    contracts = draw_contracts(rng, customers)
    invoices = draw_invoices(rng, customers, contracts, first_month, months)
    disputes, invoices = draw_disputes(rng, invoices)
    payments, adjustments = draw_settlement(rng, invoices)
    tickets = draw_tickets(rng, invoices)
    surveys = draw_surveys(rng, customers, first_month, months)
    tables = {
        "customers": customers.drop(columns=["payer", "mood"]),
        "products": pd.DataFrame(
            PRODUCTS, columns=["product_id", "name", "family", "unit_price", "unit_cost"]
        ),
        "contracts": contracts,
        "invoices": invoices.drop(columns=["payer", "disputed"]),
        "payments": payments,
        "adjustments": adjustments,
        "disputes": disputes,
        "tickets": tickets,
        "surveys": surveys,
        "events": events(),
        "fx_rates": draw_rates(rng, first_month, months),
    }
    return {name: closed(table) for name, table in tables.items()}


def write(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write one Parquet file per table into `folder`, which is made if needed."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet", index=False)


def draw_customers(rng: np.random.Generator, n: int, first_month: pd.Period) -> pd.DataFrame:
    names = [
        (place, ending, industry)
        for industry, endings in INDUSTRIES.items()
        for place in PLACES
        for ending in endings
    ]
    picked = [names[i] for i in rng.permutation(len(names))[:n]]
    if n > len(names):
        raise ValueError(
            f"{n:,} customers were asked for, but there are only {len(names):,} invented names, "
            "so some would repeat. Ask for fewer customers."
        )
    country = rng.choice(list(COUNTRIES), n, p=[weight for *_, weight in COUNTRIES.values()])
    employees = np.round(np.exp(rng.normal(np.log(120), 1.1, n))).astype(int) + 3
    # Four in ten were customers before the books begin.
    start = first_month.start_time - pd.to_timedelta(rng.integers(0, 900, n), unit="D")
    joined = first_month.start_time + pd.to_timedelta(
        rng.integers(0, (pd.Timestamp(LAST_DAY) - first_month.start_time).days - 30, n), unit="D"
    )
    acquired = pd.Series(np.where(rng.random(n) < 0.4, start, joined))
    lost = acquired + pd.to_timedelta(np.round(rng.exponential(1500, n) + 60), unit="D")
    lost = lost.where(lost <= pd.Timestamp(LAST_DAY))
    lost = lost.where(lost > first_month.start_time)
    payer = rng.choice(list(PAYERS), n, p=[share for _, share in PAYERS.values()])
    return pd.DataFrame(
        {
            "customer_id": [f"C-{i:05d}" for i in range(1, n + 1)],
            "name": [
                f"{place} {ending} {COMPANY_FORMS[c]}"
                for (place, ending, _), c in zip(picked, country, strict=True)
            ],
            "industry": [industry for *_, industry in picked],
            "employees": employees,
            "country": country,
            "region": [COUNTRIES[c][0] for c in country],
            "currency": [COUNTRIES[c][1] for c in country],
            "acquired_on": acquired,
            "acquisition_channel": rng.choice(["referral", "web", "partner", "field sales"], n),
            "acquisition_cost": np.round(400 + 9 * employees**0.8 * rng.lognormal(0, 0.4, n), 2),
            "payment_terms_days": rng.choice([14, 30, 45, 60], n, p=[0.15, 0.5, 0.2, 0.15]),
            "credit_limit": np.round(4_000 + 60 * employees, -2).astype(float),
            "churned_on": lost,
            "churn_reason": pd.Series(
                rng.choice(["price", "billing", "service", "product", "competitor"], n)
            ).where(lost.notna()),
            "payer": payer,
            # A standing disposition that moves both survey answers and disputes.
            "mood": rng.normal(0, 1, n) - 0.5 * (payer == "stretched"),
        }
    )


def draw_contracts(rng: np.random.Generator, customers: pd.DataFrame) -> pd.DataFrame:
    n = len(customers)
    model = rng.choice(
        ["fixed", "usage", "tiered", "minimum_fee", "consolidated"],
        n,
        p=[0.4, 0.2, 0.15, 0.1, 0.15],
    )
    product = np.where(model == "usage", "P-03", rng.choice(["P-01", "P-02"], n))
    value = np.round(180 + 7.5 * customers["employees"] ** 0.85 * rng.lognormal(0, 0.5, n), 2)
    return pd.DataFrame(
        {
            "contract_id": [f"K-{i:05d}" for i in range(1, n + 1)],
            "customer_id": customers["customer_id"],
            "product_id": product,
            "started_on": customers["acquired_on"],
            "ended_on": customers["churned_on"],
            "billing_model": model,
            "billing_timing": np.where(model == "usage", "in_arrears", "in_advance"),
            "monthly_value": value,
        }
    )


def draw_invoices(
    rng: np.random.Generator,
    customers: pd.DataFrame,
    contracts: pd.DataFrame,
    first_month: pd.Period,
    months: int,
) -> pd.DataFrame:
    month = pd.period_range(first_month, periods=months, freq="M")
    grid = contracts.merge(
        customers[["customer_id", "currency", "payment_terms_days", "payer", "mood"]],
        on="customer_id",
    ).merge(pd.DataFrame({"month": month}), how="cross")
    issued = grid["month"].dt.start_time + pd.to_timedelta(rng.integers(0, 5, len(grid)), unit="D")
    active = (issued >= grid["started_on"]) & ~(issued > grid["ended_on"])
    season = 1 + 0.18 * np.cos(2 * np.pi * (grid["month"].dt.month - 11) / 12)
    swing = np.where(grid["billing_model"] == "fixed", 1.0, rng.lognormal(0, 0.25, len(grid)))
    trend = 1.006 ** np.tile(np.arange(months), len(contracts))
    grid = grid.assign(
        issued_on=issued, amount=np.round(grid["monthly_value"] * season * swing * trend, 2)
    )[active].reset_index(drop=True)
    n = len(grid)
    grid["invoice_id"] = [f"INV-{i:06d}" for i in range(1, n + 1)]
    grid["due_on"] = grid["issued_on"] + pd.to_timedelta(grid["payment_terms_days"], unit="D")
    grid["channel"] = rng.choice(
        ["e_invoice", "portal", "email", "paper"], n, p=[0.4, 0.2, 0.3, 0.1]
    )
    grid["kind"] = grid["billing_model"].map({"usage": "usage", "consolidated": "consolidated"})
    grid["kind"] = grid["kind"].fillna("fixed")
    return grid[
        [
            "invoice_id", "customer_id", "contract_id", "issued_on", "due_on", "amount",
            "currency", "channel", "kind", "payer", "mood",
        ]
    ]  # fmt: skip


def draw_disputes(
    rng: np.random.Generator, invoices: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Disputes, and the invoices marked with whether they are disputed."""
    disputed = rng.random(len(invoices)) < 1 / (1 + np.exp(3.1 + 0.8 * invoices["mood"]))
    chosen = invoices[disputed]
    n = len(chosen)
    opened = chosen["issued_on"] + pd.to_timedelta(rng.integers(4, 25, n), unit="D")
    table = pd.DataFrame(
        {
            "dispute_id": [f"D-{i:05d}" for i in range(1, n + 1)],
            "invoice_id": chosen["invoice_id"].to_numpy(),
            "kind": "dispute",
            "opened_on": opened.to_numpy(),
            "resolved_on": (
                opened + pd.to_timedelta(np.round(rng.lognormal(2.9, 0.6, n)), unit="D")
            ).to_numpy(),
            "amount": (chosen["amount"] * rng.uniform(0.2, 1.0, n)).round(2).to_numpy(),
            "reason": rng.choice(
                ["price", "quantity", "delivery", "missing_po", "duplicate"],
                n,
                p=[0.35, 0.2, 0.2, 0.15, 0.1],
            ),
            "outcome": rng.choice(["upheld", "rejected", "partial"], n),
        }
    )
    return table, invoices.drop(columns="mood").assign(disputed=disputed)


def draw_settlement(
    rng: np.random.Generator, invoices: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Payments and adjustments: one full payment, parts, an overpayment, or none at all."""
    n = len(invoices)
    usual = invoices["payer"].map({payer: days for payer, (days, _) in PAYERS.items()})
    delay = usual + rng.gumbel(0, 6.5, n) + 16 * invoices["disputed"]
    paid_on = invoices["due_on"] + pd.to_timedelta(np.round(delay), unit="D")
    paid_on = paid_on.clip(lower=invoices["issued_on"] + pd.Timedelta(days=1))
    fate = rng.choice(
        ["full", "parts", "over", "never", "void"], n, p=[0.905, 0.06, 0.005, 0.02, 0.01]
    )
    whole = invoices.assign(paid_on=paid_on)[np.isin(fate, ["full", "over"])]
    whole = whole.assign(
        amount=np.where(
            fate[whole.index] == "over", (whole["amount"] * 1.1).round(2), whole["amount"]
        )
    )
    parts = invoices.assign(paid_on=paid_on)[fate == "parts"]
    first = (parts["amount"] * 0.5).round(2)
    later = parts["paid_on"] + pd.to_timedelta(rng.integers(10, 60, len(parts)), unit="D")
    payments = pd.concat(
        [
            whole,
            parts.assign(amount=first),
            parts.assign(amount=(parts["amount"] - first).round(2), paid_on=later),
        ]
    ).sort_values(["paid_on", "invoice_id"])
    payments = pd.DataFrame(
        {
            "payment_id": [f"PAY-{i:06d}" for i in range(1, len(payments) + 1)],
            "invoice_id": payments["invoice_id"].to_numpy(),
            "paid_on": payments["paid_on"].to_numpy(),
            "amount": payments["amount"].to_numpy(),
            "method": rng.choice(["bank_transfer", "direct_debit", "card"], len(payments)),
        }
    )
    ended = invoices[np.isin(fate, ["never", "void"])]
    void = fate[ended.index] == "void"
    on = ended["issued_on"].where(void, ended["due_on"]) + pd.to_timedelta(
        np.where(void, 8, 180), unit="D"
    )
    adjustments = pd.DataFrame(
        {
            "adjustment_id": [f"A-{i:05d}" for i in range(1, len(ended) + 1)],
            "invoice_id": ended["invoice_id"].to_numpy(),
            "kind": np.where(void, "credit_note", "write_off"),
            "requested_on": on.to_numpy(),
            "completed_on": (on + pd.Timedelta(days=2)).to_numpy(),
            "amount": ended["amount"].to_numpy(),
            "reason": np.where(void, "issued in error", "uncollectable"),
        }
    )
    return payments, adjustments


def draw_tickets(rng: np.random.Generator, invoices: pd.DataFrame) -> pd.DataFrame:
    about = invoices.sample(frac=0.06, random_state=int(rng.integers(2**31)))
    topic = rng.choice(list(TICKETS), len(about), p=[0.3, 0.1, 0.1, 0.05, 0.15, 0.15, 0.05, 0.1])
    opened = about["issued_on"] + pd.to_timedelta(rng.integers(1, 40, len(about)), unit="D")
    minutes = np.round(rng.lognormal(3.1, 0.6, len(about)), 1)
    return pd.DataFrame(
        {
            "ticket_id": [f"T-{i:05d}" for i in range(1, len(about) + 1)],
            "customer_id": about["customer_id"].to_numpy(),
            "opened_on": opened.to_numpy(),
            "resolved_on": (
                opened + pd.to_timedelta(rng.integers(0, 12, len(about)), unit="D")
            ).to_numpy(),
            "topic": topic,
            "handling_minutes": minutes,
            "cost": np.round(minutes * 0.9, 2),
            "text": [TICKETS[t] for t in topic],
        }
    )


def draw_surveys(
    rng: np.random.Generator, customers: pd.DataFrame, first_month: pd.Period, months: int
) -> pd.DataFrame:
    n = len(customers) * 3
    who = rng.integers(0, len(customers), n)
    day = first_month.start_time + pd.to_timedelta(rng.integers(0, months * 30, n), unit="D")
    chosen = customers.iloc[who]
    present = (day >= chosen["acquired_on"].to_numpy()) & ~(
        day > chosen["churned_on"].fillna(pd.Timestamp.max).to_numpy()
    )
    score = np.clip(np.round(7.4 + 1.5 * chosen["mood"] + rng.normal(0, 1.2, n)), 0, 10)
    table = pd.DataFrame(
        {
            "customer_id": chosen["customer_id"].to_numpy(),
            "answered_on": day,
            "measure": "nps",
            "touchpoint": rng.choice(["relationship", "invoicing", "support"], n),
            "score": score.to_numpy(),
        }
    )[present].reset_index(drop=True)
    table.insert(0, "survey_id", [f"S-{i:05d}" for i in range(1, len(table) + 1)])
    return table


def draw_rates(rng: np.random.Generator, first_month: pd.Period, months: int) -> pd.DataFrame:
    month = pd.period_range(first_month, periods=months, freq="M").to_timestamp()
    walk = {"EUR": np.ones(months)}
    for currency, start in (("GBP", 1.16), ("USD", 0.92)):
        walk[currency] = start * np.exp(np.cumsum(rng.normal(0, 0.08 / np.sqrt(12), months)))
    return pd.concat(
        pd.DataFrame({"currency": code, "month": month, "to_reporting": rates.round(5)})
        for code, rates in walk.items()
    )


def events() -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("E-1", "2025-04-01", "pricing", "Yearly price adjustment", "List prices up 4 %."),
            ("E-2", "2025-11-03", "billing", "E-invoicing offered to all customers", None),
            ("E-3", "2026-02-16", "policy", "Second reminder moved from day 21 to day 14", None),
        ],
        columns=["event_id", "happened_on", "kind", "title", "detail"],
    ).assign(happened_on=lambda table: pd.to_datetime(table["happened_on"]))


def closed(table: pd.DataFrame) -> pd.DataFrame:
    """The books at the close of `LAST_DAY`: later rows are gone, later endings are open."""
    end = pd.Timestamp(LAST_DAY)
    begins = ("issued_on", "paid_on", "requested_on", "opened_on", "answered_on", "acquired_on")
    ends = ("completed_on", "resolved_on", "churned_on", "ended_on")
    table = table.copy()
    for column in begins:
        if column in table:
            table = table[table[column] <= end]
    for column in ends:
        if column in table:
            table[column] = table[column].where(table[column] <= end)
    if "outcome" in table:
        table["outcome"] = table["outcome"].where(table["resolved_on"].notna())
    for column in table.select_dtypes("datetime"):
        table[column] = table[column].dt.date
    return table.reset_index(drop=True)
