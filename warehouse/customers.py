"""What is known of each customer by a day: one row a customer, from every table there is."""

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType

import ibis
import ibis.expr.types as ir
import pandas as pd
from ibis import _

from warehouse.currency import convert
from warehouse.invoices import invoice_balances, issued_invoices
from warehouse.margins import costed_lines
from warehouse.workspace import Tables

__all__ = ["MONTH_DAYS", "customer_features"]

PROFILE = ("customer_id", "name", "parent_id", "industry", "employees", "country", "region",
           "currency", "acquired_on", "acquisition_channel", "acquisition_cost",
           "onboarding_cost", "payment_terms_days")  # fmt: skip
#: Days of a month, as tenure counts them.
MONTH_DAYS = 30.4375
#: Tickets about what finance does.
FINANCE_TOPICS = ("billing", "payment", "pricing", "refund")


def customer_features(tables: Tables, as_of: dt.date) -> ir.Table:
    """One row for each customer acquired by `as_of`, with nothing in it that came later.

    Money is in the reporting currency, each flow at the rate of its month. A column whose
    table was never loaded is null; a count of nothing in a table that was loaded is 0.

    Parameters
    ----------
    tables : Tables
        Needs ``customers``, ``invoices`` and ``payments``; reads the others where they are.
    as_of : date
        A row dated later, and an ending that came later, do not exist yet.

    Returns
    -------
    Table
        Profile (``industry`` … ``payment_terms_days``), ``active``, ``tenure_months`` (from
        acquisition to leaving or `as_of`), ``watched_months`` (of them, those the books
        cover), ``n_invoices``, ``revenue``, ``revenue_12m``, ``margin``, ``discount_share``,
        ``days_late`` (mean over paid invoices), ``late_share``, ``dispute_share``,
        ``n_orders``, ``units_per_order``, ``returned_share``, ``usage_per_month``, ``n_tickets``,
        ``finance_tickets``, ``ticket_minutes``, ``ticket_cost``, ``nps``, ``csat``, ``ces``,
        ``n_surveys``, ``n_reminders``, ``reminder_minutes``, ``billing_model``,
        ``billing_timing`` and ``product_id`` (of the main contract).
    """
    tables.require("customers", "invoices", "payments")
    day = ibis.literal(as_of)
    customers = tables["customers"].filter(_.acquired_on <= as_of)
    left = (customers.churned_on <= day).fill_null(False)
    ended = ibis.ifelse(left, customers.churned_on, day)
    first = pd.Timestamp(tables["invoices"].issued_on.min().to_pandas() or as_of).date()
    began = ibis.greatest(customers.acquired_on, ibis.literal(first))
    rows = customers.select(
        *PROFILE,
        active=~left,
        tenure_months=ended.delta(customers.acquired_on, unit="day") / MONTH_DAYS,
        watched_months=ibis.greatest(ended.delta(began, unit="day"), 0) / MONTH_DAYS,
    )
    rows = convert(
        rows, tables, as_of, flows={}, balances=("acquisition_cost", "onboarding_cost")
    ).drop("acquisition_cost_original", "onboarding_cost_original")
    for needs, part in PARTS.items():
        if not all(name in tables for name in needs):
            continue
        found = part(tables, as_of)
        rows = rows.left_join(found, "customer_id").drop("customer_id_right")
    return with_every_column(rows).order_by("customer_id")


def invoiced(tables: Tables, as_of: dt.date) -> ir.Table:
    """Revenue, and how it is paid."""
    invoices = invoice_balances(issued_invoices(tables, as_of), as_of)
    invoices = convert(invoices, tables, as_of, flows={"amount": "issued_on"})
    year = as_of - dt.timedelta(days=365)
    paid = invoices.outcome == "paid"
    return invoices.group_by("customer_id").agg(
        n_invoices=_.count(),
        revenue=_.amount.sum(),
        revenue_12m=_.amount.sum(where=_.issued_on > year).fill_null(0.0),
        days_late=invoices.settled_on.delta(invoices.due_on, unit="day").mean(where=paid),
        late_share=_.late.cast("float64").mean(),
        first_invoice_on=_.issued_on.min(),
        last_invoice_on=_.issued_on.max(),
    )


def lines(tables: Tables, as_of: dt.date) -> ir.Table:
    """Margin, and how much of the list price is taken off."""
    lines = costed_lines(tables, tables["invoices"].filter(_.issued_on <= as_of), as_of)
    listed = lines.amount.sum(where=lines.amount > 0)
    return lines.group_by("customer_id").agg(
        margin=_.amount.sum() - _.cost.sum(),
        discount_share=-lines.amount.sum(where=lines.amount < 0).fill_null(0.0) / listed.nullif(0),
    )


def disputed(tables: Tables, as_of: dt.date) -> ir.Table:
    """Share of invoices in dispute, as far as was known."""
    known = tables["disputes"].filter(_.opened_on <= as_of).select("invoice_id").distinct()
    known = known.mutate(disputed=1.0)
    invoices = tables["invoices"].filter(_.issued_on <= as_of).left_join(known, "invoice_id")
    return invoices.group_by("customer_id").agg(dispute_share=_.disputed.fill_null(0.0).mean())


def ordered(tables: Tables, as_of: dt.date) -> ir.Table:
    """Orders, and what came back of what was delivered."""
    orders = tables["orders"].filter(_.ordered_on <= as_of)
    arrived = (orders.delivered_on <= as_of).fill_null(False)
    back = orders.returned_quantity.fill_null(0).sum(where=arrived)
    return orders.group_by("customer_id").agg(
        n_orders=_.count(),
        units_per_order=_.quantity.mean(),
        returned_share=back / orders.delivered_quantity.sum(where=arrived).nullif(0),
    )


def metered(tables: Tables, as_of: dt.date) -> ir.Table:
    """Use a month, over the months that were over by the day."""
    over = tables["usage"].filter(_.month < dt.date(as_of.year, as_of.month, 1))
    monthly = over.group_by(["customer_id", "month"]).agg(quantity=_.quantity.sum())
    return monthly.group_by("customer_id").agg(usage_per_month=_.quantity.mean())


def helped(tables: Tables, as_of: dt.date) -> ir.Table:
    """Support cases; what one took is known once it is resolved."""
    tickets = tables["tickets"].filter(_.opened_on <= as_of)
    done = (tickets.resolved_on <= as_of).fill_null(False)
    return tickets.group_by("customer_id").agg(
        n_tickets=_.count(),
        finance_tickets=_.topic.isin(FINANCE_TOPICS).cast("int64").sum(),
        ticket_minutes=tickets.handling_minutes.sum(where=done).fill_null(0.0),
        ticket_cost=tickets.cost.cast("float64").sum(where=done).fill_null(0.0),
    )


def asked(tables: Tables, as_of: dt.date) -> ir.Table:
    """Mean score of each measure, and how many answers there are."""
    surveys = tables["surveys"].filter(_.answered_on <= as_of)
    means = {m: surveys.score.mean(where=surveys.measure == m) for m in ("nps", "csat", "ces")}
    return surveys.group_by("customer_id").agg(n_surveys=_.count(), **means)


def reminded(tables: Tables, as_of: dt.date) -> ir.Table:
    """Staff time spent on reminders."""
    sent = tables["reminders"].filter(_.sent_on <= as_of)
    owner = tables["invoices"].select("invoice_id", "customer_id")
    return sent.join(owner, "invoice_id").group_by("customer_id").agg(
        n_reminders=_.count(), reminder_minutes=_.staff_minutes.sum().fill_null(0.0)
    )  # fmt: skip


def contracted(tables: Tables, as_of: dt.date) -> ir.Table:
    """The main contract: of those begun by the day, the one of the highest value."""
    contracts = tables["contracts"].filter(_.started_on <= as_of)
    value = contracts.monthly_value.cast("float64").fill_null(0.0)
    ranked = contracts.mutate(
        place=ibis.row_number().over(
            group_by="customer_id", order_by=[ibis.desc(value), contracts.contract_id]
        )
    )
    return ranked.filter(_.place == 0).select(
        "customer_id", "billing_model", "billing_timing", product_id=_.product_id
    )


#: Tables that must be there to what is worked out from them.
PARTS: Mapping[tuple[str, ...], Callable[[Tables, dt.date], ir.Table]] = MappingProxyType(
    {
        ("invoices",): invoiced,
        ("invoice_lines",): lines,
        ("disputes",): disputed,
        ("orders",): ordered,
        ("usage",): metered,
        ("tickets",): helped,
        ("surveys",): asked,
        ("reminders",): reminded,
        ("contracts",): contracted,
    }
)
#: Columns by part: what is 0 for a customer without a row, and what is unknown.
COUNTS = ("n_invoices", "revenue", "revenue_12m", "margin", "n_orders", "n_tickets",
          "finance_tickets", "ticket_minutes", "ticket_cost", "n_surveys", "n_reminders",
          "reminder_minutes")  # fmt: skip
UNKNOWN = {
    "days_late": "float64",
    "late_share": "float64",
    "discount_share": "float64",
    "dispute_share": "float64",
    "units_per_order": "float64",
    "returned_share": "float64",
    "usage_per_month": "float64",
    "nps": "float64",
    "csat": "float64",
    "ces": "float64",
    "billing_model": "string",
    "billing_timing": "string",
    "product_id": "string",
}


def with_every_column(rows: ir.Table) -> ir.Table:
    """The same columns whatever was loaded: 0 for nothing happened, null for nothing known."""
    filled = {name: rows[name].fill_null(0) for name in COUNTS if name in rows.columns}
    missing = {name: ibis.null("float64") for name in COUNTS if name not in rows.columns}
    unknown = {name: ibis.null(kind) for name, kind in UNKNOWN.items() if name not in rows.columns}
    rows = rows.mutate(**filled, **missing, **unknown)
    # Sums of floating point depend on the order of rows; the digits that do are cut off, so
    # that rows of later days cannot change even the last digit.
    floats = [name for name, kind in rows.schema().items() if kind.is_floating()]
    return rows.mutate(**{name: rows[name].round(6) for name in floats})
