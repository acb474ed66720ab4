"""Pricing of a view: tariffs in force, whether they reproduce what was billed, and others."""

from dataclasses import replace

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

import analyses.late_payments
import analyses.price_reaction
from analyses.scope import Scope
from models.backbill import Backbill, fit_backbill, read_tariffs
from models.churn_outlook import ChurnOutlook
from models.figures import NoSuchFigure
from models.personas import Personas
from models.price_frontier import PriceFrontier, fit_price_frontier, split_bills
from models.price_leaving import DrawnLeaving, StatedLeaving, fit_drawn_leaving
from models.price_reaction import PriceReaction
from models.pricing import MONTHS, PriceBase, fit_price_base
from models.refusal import Refusal
from models.retention import Retention
from warehouse.currency import closing_rates
from warehouse.pricing import billed_lines, contracts_with_tariffs, tariff_versions
from warehouse.segments import customer_segments
from warehouse.workspace import Tables

__all__ = [
    "backbill",
    "base",
    "base_by_persona",
    "contracts",
    "drawn_leaving",
    "frontier",
    "lines",
    "paid_after",
    "receipt_rows",
    "run",
    "stated_leaving",
]

MILLION = 1_000_000
#: Changes of fees and of prices of use that are swept over.
LOWEST, HIGHEST = -0.2, 0.4


def contracts(tables: Tables, scope: Scope) -> pd.DataFrame:
    """Contracts of the view; see `contracts_with_tariffs`."""
    tables.require("customers", "contracts", "invoices", "invoice_lines")
    return scope.of_customers(contracts_with_tariffs(tables, scope.as_of), tables).to_pandas()


def lines(tables: Tables, scope: Scope, contracts: pd.DataFrame) -> pd.DataFrame:
    """Lines of the contracts, each with the contract, the month and the part of it it bills.

    A fee in advance is for the month of its invoice, all else for the month before. A line of a
    product that comes with every invoice of a customer is of that contract.
    """
    rows = scope.of_customers(billed_lines(tables, scope.as_of), tables).to_pandas()
    every = contracts[contracts["billing_timing"] == "every_invoice"]
    every = every[["customer_id", "product_id", "contract_id"]].drop_duplicates(
        ["customer_id", "product_id"]
    )
    owner = contracts.set_index("contract_id")["customer_id"]
    # The contract's customer, not the invoice's: a second account of it may have been billed.
    rows["owner"] = rows["contract_id"].map(owner)
    own = every.rename(columns={"customer_id": "owner", "contract_id": "recurring"})
    rows = rows.merge(own, on=["owner", "product_id"], how="left")
    rows["contract_id"] = rows["recurring"].fillna(rows["contract_id"])
    about = contracts.set_index("contract_id")[["billing_timing", "started_on", "ended_on"]]
    rows = rows.join(about, on="contract_id", how="inner").reset_index(drop=True)
    month = rows["issued_on"].astype("datetime64[ns]").dt.to_period("M").dt.to_timestamp()
    before = month - pd.DateOffset(months=1)
    ahead = rows["billing_timing"].isin(["in_advance", "every_invoice", "one_time"])
    rows["period"] = month.where(ahead, before)
    rows["share"] = share_of_month(rows["period"], rows["started_on"], rows["ended_on"])
    return rows.drop(columns=["recurring", "owner", "started_on", "ended_on"])


def share_of_month(period: pd.Series, started_on: pd.Series, ended_on: pd.Series) -> np.ndarray:
    """Part of each month in which the contract ran, in whole millionths as it is billed."""
    ends = period + pd.offsets.MonthBegin(1)
    since = np.maximum(period, started_on.astype("datetime64[ns]"))
    last = ended_on.astype("datetime64[ns]") + pd.Timedelta(days=1)
    until = np.minimum(ends, last.fillna(ends))
    days = (until - since).dt.days.clip(lower=0)
    share = days * MILLION // (ends - period).dt.days
    # What was billed for a month outside the contract was billed in full.
    return np.where(share > 0, share, MILLION) / MILLION


def backbill(tables: Tables, scope: Scope) -> Backbill:
    """Every line of the view billed again at the tariff in force when it was used."""
    agreed = contracts(tables, scope)
    rows = lines(tables, scope, agreed)
    tariffs, changes = tariff_versions(tables, scope.as_of)
    return fit_backbill(rows, read_tariffs(tariffs, agreed, changes, rows), scope.as_of)


def base_by_persona(
    tables: Tables, scope: Scope, *, billed: Backbill | None = None, personas: Personas | None
) -> PriceBase:
    """As `base`, with the persona of each customer; `personas` is None where there are none."""
    found = base(tables, scope, billed=billed)
    if personas is None:
        return found
    contracts = found.contracts
    persona = contracts["customer_id"].map(personas.by_customer)
    return replace(found, contracts=contracts.assign(persona=persona))


def base(tables: Tables, scope: Scope, *, billed: Backbill | None = None) -> PriceBase:
    """The last twelve months of every running contract of the view at its tariff of today.

    Money is valued at the exchange rates of the as-of month: what is asked is what comes.
    `billed` is what `backbill` gives, where it is at hand.
    """
    billed = backbill(tables, scope) if billed is None else billed
    agreed = contracts(tables, scope)
    about = customer_segments(tables, scope.as_of, by=("region", "size")).to_pandas()
    agreed = agreed.merge(about, on="customer_id", how="left")
    agreed = agreed[agreed["ended_on"].isna()]
    current = billed.book.current(scope.as_of).set_index("contract_id")["place"]
    agreed = agreed.assign(
        place=agreed["contract_id"].map(current).fillna(-1).astype(int),
        timing=agreed["billing_timing"],
    )
    rates = closing_rates(tables, scope.as_of).set_index("currency")["to_reporting"]
    rows = billed_months(billed.lines, last_month(scope))
    rows = rows.merge(
        agreed[["contract_id", "customer_id", "currency", "timing"]], on="contract_id"
    )
    rows["rate"] = rows["currency"].map(rates)
    rows = rows[rows["rate"].notna()].reset_index(drop=True)
    return fit_price_base(rows, agreed, billed.book.tariffs, scope.as_of)


def last_month(scope: Scope) -> pd.Period:
    """The last month whose use was billed by the as-of date: use is billed in the month after."""
    day = pd.Timestamp(scope.as_of)
    return day.to_period("M") - (1 if day.is_month_end else 2)


def billed_months(lines: pd.DataFrame, last: pd.Period) -> pd.DataFrame:
    """Units, part of the month and cost of each contract in the twelve months up to `last`."""
    number = (lines["period"].dt.to_period("M").astype("int64") - last.ordinal) + MONTHS - 1
    rows = lines.assign(month=number)
    rows = rows[(rows["month"] >= 0) & (rows["month"] < MONTHS)]
    fee = rows["charge"] == "fixed"
    used = rows["charge"].notna() & ~fee
    rows = rows.assign(
        fee_share=rows["quantity"].where(fee),
        quantity=rows["quantity"].where(used, 0.0),
    )
    sums = rows.groupby(["contract_id", "month"]).agg(
        share=("share", "max"),
        fee_share=("fee_share", "max"),
        quantity=("quantity", "sum"),
        cost=("cost", "sum"),
    )
    # A fee says itself for which part of the month it is.
    sums["share"] = sums.pop("fee_share").fillna(sums["share"])
    return sums.reset_index()


def frontier(base: PriceBase, leaving: StatedLeaving | DrawnLeaving) -> PriceFrontier:
    """Every change of fees and of prices of use from a fifth less to two fifths more.

    `leaving` is what `stated_leaving` or `drawn_leaving` gives.
    """
    grid = np.round(np.linspace(LOWEST, HIGHEST, 61), 2)
    return fit_price_frontier(base, grid, grid, leaving)


def stated_leaving(retention: Retention, log_hazard: float) -> StatedLeaving:
    """Leaving by a stated number, on top of the revenue churn of the last twelve months.

    Raises
    ------
    Refusal
        If no revenue is known to have been lost: a multiple of nothing is nothing.
    """
    [lost] = [f for f in retention.figures() if f.id == "churn.revenue_churn_12m"]
    if not lost.value:
        raise Refusal(
            "No revenue is known to have been lost to customers who left in the last twelve "
            "months, so a stated number has nothing to multiply and the risk cannot be told. Load "
            "`churned_on` of customers, or a longer period."
        )
    return StatedLeaving(log_hazard, lost.value)


def drawn_leaving(base: PriceBase, reaction: PriceReaction, outlook: ChurnOutlook) -> DrawnLeaving:
    """Leaving by the reaction, on top of what each customer's outlook is anyway.

    `reaction` is what `analyses.price_reaction.run` gives and `outlook` what
    `analyses.churn.outlook` does; who is not in it has the mean chance of all.
    """
    months = min(MONTHS, outlook.last_month)
    hazards = analyses.price_reaction.base_hazards(outlook, months)
    place = pd.Index(outlook.customer_id).get_indexer(split_bills(base)["customer_id"])
    own = np.where(place[:, None, None] >= 0, hazards[place], hazards.mean(axis=0))
    return fit_drawn_leaving(reaction, own, (LOWEST, HIGHEST))


def paid_after(tables: Tables, scope: Scope, *, months: int = MONTHS) -> list[float]:
    """Share of invoices paid in the month of issue and in each month after, by the payment curve.

    Beyond the ages that were seen nothing more is taken to be paid.
    """
    curve = analyses.late_payments.time_to_pay(tables, scope)
    days = [round(30.4 * (month + 0.5)) for month in range(months)]
    paid = curve.paid_by(days)["paid"].ffill().fillna(0.0).to_numpy()
    return np.diff(paid, prepend=0.0).clip(min=0.0).tolist()


def run(tables: Tables, scope: Scope) -> Backbill:
    """What the review needs of pricing; see `backbill`."""
    return backbill(tables, scope)


def receipt_rows(tables: Tables, scope: Scope, figure_id: str) -> ir.Table | pd.DataFrame:
    """The lines a tariff can be held against, those that came out the same with a `contribution`.

    Raises
    ------
    NoSuchFigure
        If `figure_id` is not a figure of pricing.
    """
    if figure_id != "pricing.backbill_exact_share":
        raise NoSuchFigure(figure_id, "pricing")
    shown = ["invoice_id", "line_no", "contract_id", "charge", "quantity", "amount", "rated"]
    rows = backbill(tables, scope).lines
    rows = rows[rows["rateable"]]
    rows = rows[[*shown, "reason"]].assign(contribution=rows["exact"].astype(int))
    return ibis.memtable(rows)
