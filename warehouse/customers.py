"""What is known of each customer by a day: one row a customer, from every table there is."""

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType

import ibis
import ibis.expr.types as ir
from ibis import _

from warehouse.contract_prices import with_price
from warehouse.currency import STEADY_DIGITS, convert
from warehouse.invoices import first_day_covered, invoice_balances, issued_invoices
from warehouse.margins import costed_lines, customer_margins
from warehouse.tables import TABLES
from warehouse.workspace import Tables

__all__ = ["MONTH_DAYS", "customer_features"]

PROFILE = ("customer_id", "name", "parent_id", "industry", "employees", "country", "region",
           "currency", "acquired_on", "acquisition_channel", "acquisition_cost",
           "onboarding_cost", "payment_terms_days", "credit_limit")  # fmt: skip
BALANCES = ("acquisition_cost", "onboarding_cost", "credit_limit")
#: Days of a month, as tenure counts them.
MONTH_DAYS = 30.4375
#: Tickets about what finance does.
FINANCE_TOPICS = ("billing", "payment", "pricing", "refund")
TOPICS = TABLES["tickets"].columns["topic"].allowed


def customer_features(tables: Tables, as_of: dt.date) -> ir.Table:
    """One row for each customer acquired by `as_of`, with nothing in it that came later.

    Money is in the reporting currency, each flow at the rate of its month. A column whose
    table was never loaded is null; a count of nothing in a table that was loaded is 0.

    Parameters
    ----------
    tables : Tables
        Needs ``customers``, ``invoices`` and ``payments``; reads the others where they are. Its
        settings say what an hour of staff costs where only minutes are recorded.
    as_of : date
        A row dated later, and an ending that came later, do not exist yet.

    Returns
    -------
    Table
        Profile (``industry`` … ``payment_terms_days``, ``credit_limit``), ``active``,
        ``tenure_months`` (from acquisition to leaving or `as_of`), ``watched_months`` (of them,
        those the books cover), and by table

        - invoices: ``n_invoices``, ``revenue``, ``revenue_12m``, ``days_late`` (mean over paid
          ones), ``late_share``, ``first_invoice_on``, ``last_invoice_on``, ``invoice_channel``
          (most used);
        - lines: ``margin`` (before cost to serve), ``discount_share``;
        - margins of the last 365 days: ``contribution_12m`` (after cost to serve),
          ``service_cost_12m``, ``support_cost_12m``, ``days_12m`` (of the year, those watched),
          ``days_to_pay``; see `warehouse.margins.customer_margins`;
        - disputes: ``dispute_share`` (of invoices), ``n_disputes``, ``price_disputes``;
        - orders: ``n_orders``, ``n_order_days``, ``units_per_order``, ``returned_share``;
        - usage: ``usage_per_month``;
        - tickets: ``n_tickets``, ``finance_tickets``, ``ticket_minutes``, ``ticket_cost``, and
          ``tickets_<topic>`` and ``ticket_cost_<topic>`` for each topic;
        - surveys: ``nps``, ``csat``, ``ces``, ``n_surveys``;
        - reminders: ``n_reminders``, ``reminder_minutes``;
        - contracts: ``billing_model``, ``billing_timing``, ``product_id`` (of the main contract).
    """
    tables.require("customers", "invoices", "payments")
    day = ibis.literal(as_of)
    customers = tables["customers"].filter(_.acquired_on <= as_of)
    left = (customers.churned_on <= day).fill_null(False)
    ended = ibis.ifelse(left, customers.churned_on, day)
    began = ibis.greatest(customers.acquired_on, ibis.literal(first_day_covered(tables, as_of)))
    rows = customers.select(
        *PROFILE,
        active=~left,
        tenure_months=in_months(ended.delta(customers.acquired_on, unit="day")),
        watched_months=in_months(ibis.greatest(ended.delta(began, unit="day"), 0)),
    )
    rows = convert(rows, tables, as_of, flows={}, balances=BALANCES).drop(
        *(f"{name}_original" for name in BALANCES)
    )
    for needs, part in PARTS.items():
        if not all(name in tables for name in needs):
            continue
        found = part(tables, as_of)
        rows = rows.left_join(found, "customer_id").drop("customer_id_right")
    return with_every_column(rows).order_by("customer_id")


def in_months(days: ir.IntegerValue) -> ir.FloatingValue:
    # To some engines the number below is a decimal, and a whole number over it has seven digits.
    return days.cast("float64") / MONTH_DAYS


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


def reached(tables: Tables, as_of: dt.date) -> ir.Table:
    """The channel that most of the invoices go by; of equal ones the first by name."""
    sent = tables["invoices"].filter((_.issued_on <= as_of) & _.channel.notnull())
    sent = sent.group_by("customer_id", "channel").agg(n=_.count())
    ranked = sent.mutate(
        place=ibis.row_number().over(
            group_by="customer_id", order_by=[ibis.desc(sent.n), sent.channel]
        )
    )
    return ranked.filter(_.place == 0).select("customer_id", invoice_channel=_.channel)


def served(tables: Tables, as_of: dt.date) -> ir.Table:
    """What the last year left over, and what serving the customer cost in it."""
    margins = customer_margins(
        tables, as_of, staff_cost_per_hour=tables.settings.staff_cost_per_hour
    )
    return margins.select(
        "customer_id",
        "days_to_pay",
        contribution_12m=_.contribution,
        service_cost_12m=_.service_cost,
        support_cost_12m=_.support_cost,
        days_12m=_.watched_days,
    )


def disputed(tables: Tables, as_of: dt.date) -> ir.Table:
    """Disputes, and the share of invoices in one, as far as was known."""
    known = tables["disputes"].filter(_.opened_on <= as_of)
    known = known.group_by("invoice_id").agg(
        n_disputes=_.count(), price_disputes=(_.reason == "price").cast("int64").sum()
    )
    invoices = tables["invoices"].filter(_.issued_on <= as_of).left_join(known, "invoice_id")
    return invoices.group_by("customer_id").agg(
        dispute_share=invoices.n_disputes.notnull().cast("float64").mean(),
        n_disputes=_.n_disputes.sum(),
        price_disputes=_.price_disputes.sum(),
    )


def ordered(tables: Tables, as_of: dt.date) -> ir.Table:
    """Orders, and what came back of what was delivered."""
    orders = tables["orders"].filter(_.ordered_on <= as_of)
    arrived = (orders.delivered_on <= as_of).fill_null(False)
    back = orders.returned_quantity.fill_null(0).sum(where=arrived)
    return orders.group_by("customer_id").agg(
        n_orders=_.count(),
        n_order_days=_.ordered_on.nunique(),
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
    cost = tickets.cost.cast("float64")
    about = {topic: tickets.topic == topic for topic in TOPICS}
    return tickets.group_by("customer_id").agg(
        n_tickets=_.count(),
        finance_tickets=_.topic.isin(FINANCE_TOPICS).cast("int64").sum(),
        ticket_minutes=tickets.handling_minutes.sum(where=done).fill_null(0.0),
        ticket_cost=cost.sum(where=done).fill_null(0.0),
        **{f"tickets_{topic}": is_it.cast("int64").sum() for topic, is_it in about.items()},
        **{f"ticket_cost_{topic}": cost.sum(where=done & is_it) for topic, is_it in about.items()},
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
    """The main contract: of those begun by the day, the one of the highest price on it."""
    contracts = tables["contracts"].filter(_.started_on <= as_of)
    contracts = with_price(contracts, tables, ibis.literal(as_of))
    ranked = contracts.mutate(
        place=ibis.row_number().over(
            group_by="customer_id", order_by=[ibis.desc(contracts.price), contracts.contract_id]
        )
    )
    return ranked.filter(_.place == 0).select(
        "customer_id", "billing_model", "billing_timing", product_id=_.product_id
    )


#: Tables that must be there to what is worked out from them.
PARTS: Mapping[tuple[str, ...], Callable[[Tables, dt.date], ir.Table]] = MappingProxyType(
    {
        ("invoices",): invoiced,
        ("customers", "invoices"): reached,
        ("invoices", "payments"): served,
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
COUNTS = ("n_invoices", "revenue", "revenue_12m", "margin", "n_disputes", "price_disputes",
          "n_orders", "n_order_days", "n_tickets", "finance_tickets", "ticket_minutes",
          "ticket_cost", *(f"tickets_{topic}" for topic in TOPICS),
          *(f"ticket_cost_{topic}" for topic in TOPICS), "n_surveys", "n_reminders",
          "reminder_minutes")  # fmt: skip
UNKNOWN = {
    "days_late": "float64",
    "late_share": "float64",
    "discount_share": "float64",
    "dispute_share": "float64",
    "units_per_order": "float64",
    "returned_share": "float64",
    "invoice_channel": "string",
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
    return rows.mutate(**{name: rows[name].round(STEADY_DIGITS) for name in floats})
