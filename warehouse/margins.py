"""What each customer brought and took over a window of days: from revenue to contribution."""

import datetime as dt
from collections.abc import Callable

import ibis
import ibis.expr.types as ir
from ibis import _

from warehouse.currency import STEADY_DIGITS, convert
from warehouse.invoices import first_day_covered, invoice_balances, issued_invoices
from warehouse.settlements import applied_credits
from warehouse.workspace import Tables

__all__ = ["MARGIN_PARTS", "costed_lines", "customer_margins"]

#: What is taken off revenue, in the order in which a waterfall shows it.
MARGIN_PARTS = ("credited", "cost_of_goods", "service_cost", "support_cost", "reminder_cost",
                "written_off")  # fmt: skip
MINUTES_PER_HOUR = 60


def customer_margins(
    tables: Tables, as_of: dt.date, *, days: int = 365, staff_cost_per_hour: float
) -> ir.Table:
    """Flows of each customer in the `days` up to and including `as_of`.

    Money is in the reporting currency, each flow at the rate of its month. A part whose
    table was never loaded is null, and counts as 0 in ``contribution``.

    Parameters
    ----------
    tables : Tables
        Needs ``customers``, ``invoices`` and ``payments``; reads the others where they are.
    as_of : date
        A row dated later, and what happened later to an earlier row, do not exist yet.
    days : int, default=365
        Length of the window.
    staff_cost_per_hour : float
        In the reporting currency: what a minute costs where only minutes are recorded.

    Returns
    -------
    Table
        One row for each customer acquired by `as_of`: ``customer_id``, ``watched_days`` (days
        of the window in which it was a customer and the books run), and

        - ``revenue``: invoiced in the window, cancelled (void) invoices left out with all
          that belongs to them;
        - ``credited``: credit notes that were taken off, and refunds;
        - ``cost_of_goods``: cost on the invoice lines; where projects are loaded, without that
          of project invoices, which is a quote that ``service_cost`` replaces by what was spent;
        - ``service_cost``: projects, travel and vendors included, spread evenly from start to
          end; one that still runs costs what was quoted, over its plan; and expense claims on
          projects that have no travel cost of their own;
        - ``support_cost``: tickets resolved in the window, at their cost or else their minutes;
        - ``reminder_cost``: staff minutes of the reminders sent;
        - ``written_off``: debts given up;
        - ``contribution``: revenue less all of these;
        - ``days_to_pay``: from issue, amount-weighted over invoices issued in the window, open
          ones at their present age; null without one.

    Raises
    ------
    ValueError
        If the window has no day.
    """
    if days < 1:
        raise ValueError(
            f"A window of {days} days holds nothing, so there are no margins. Choose at least 1."
        )
    tables.require("customers", "invoices", "payments")
    window = Window(tables, as_of, days, staff_cost_per_hour)
    rows = watched(window)
    for needs, part in PARTS:
        if all(name in tables for name in needs):
            rows = rows.left_join(part(window), "customer_id").drop("customer_id_right")
    money = ("revenue", *MARGIN_PARTS)
    missing = {name: ibis.null("float64") for name in money if name not in rows.columns}
    # Digits that hang on the order of rows are cut off, as in `customer_features`.
    known = {
        name: rows[name].fill_null(0.0).round(STEADY_DIGITS)
        for name in money
        if name in rows.columns
    }
    rows = rows.mutate(**known, **missing)
    off = sum((rows[name].fill_null(0.0) for name in MARGIN_PARTS), ibis.literal(0.0))
    rows = rows.mutate(
        contribution=(rows.revenue - off).round(STEADY_DIGITS),
        days_to_pay=rows.days_to_pay.round(STEADY_DIGITS),
    )
    columns = ("customer_id", "watched_days", *money, "contribution", "days_to_pay")
    return rows.select(*columns).order_by("customer_id")


class Window:
    """The days (as_of - days, as_of] of one set of tables."""

    def __init__(self, tables: Tables, as_of: dt.date, days: int, staff_cost: float) -> None:
        self.tables, self.as_of = tables, as_of
        self.before = as_of - dt.timedelta(days=days)
        self.staff_cost_per_minute = staff_cost / MINUTES_PER_HOUR

    def holds(self, day: ir.DateValue) -> ir.BooleanValue:
        return (day > ibis.literal(self.before)) & (day <= ibis.literal(self.as_of))

    def share_of(self, began: ir.DateValue, ended: ir.DateValue) -> ir.FloatingValue:
        """How much of the days from `began` to `ended`, both counted, lies in the window."""
        first = ibis.greatest(began, ibis.literal(self.before + dt.timedelta(days=1)))
        last = ibis.least(ended, ibis.literal(self.as_of))
        inside = ibis.greatest(last.delta(first, unit="day") + 1, 0)
        return inside / ibis.greatest(ended.delta(began, unit="day") + 1, 1)

    def invoices(self) -> ir.Table:
        """Invoices issued by the day that were not cancelled by it."""
        issued = issued_invoices(self.tables, self.as_of)
        cancelled = (issued.settled_on <= ibis.literal(self.as_of)) & (issued.settled_as == "void")
        return issued.filter(~cancelled.fill_null(False))


def watched(window: Window) -> ir.Table:
    """Customers and how many days of the window are theirs."""
    tables, as_of = window.tables, window.as_of
    customers = tables["customers"].filter(_.acquired_on <= as_of)
    day = ibis.literal(as_of)
    ended = ibis.ifelse((customers.churned_on <= day).fill_null(False), customers.churned_on, day)
    first = max(first_day_covered(tables, as_of), window.before + dt.timedelta(days=1))
    began = ibis.greatest(customers.acquired_on, ibis.literal(first))
    return customers.select(
        "customer_id", watched_days=ibis.greatest(ended.delta(began, unit="day") + 1, 0)
    )


def invoiced(window: Window) -> ir.Table:
    """Revenue of the window, and how long its money takes."""
    balances = invoice_balances(window.invoices(), window.as_of)
    balances = balances.filter(window.holds(balances.issued_on))
    balances = convert(balances, window.tables, window.as_of, flows={"amount": "issued_on"})
    paying = balances.outcome != "written_off"
    return balances.group_by("customer_id").agg(
        revenue=_.amount.sum(),
        days_to_pay=(balances.amount * balances.duration).sum(where=paying)
        / balances.amount.sum(where=paying).nullif(0),
    )


def given_up(window: Window) -> ir.Table:
    """Credit notes and refunds, and debts written off."""
    invoices = window.invoices()
    credits = applied_credits(invoices, window.tables)
    credits = credits.filter(window.holds(credits.happened_on) & (credits.credit_kind != "paid"))
    credits = credits.select(
        "customer_id", "currency", "happened_on", "credit_kind",
        applied=_.applied.cast("float64"),
    )  # fmt: skip
    refunds = window.tables["adjustments"].filter(_.kind == "refund")
    refunds = refunds.filter(window.holds(refunds.completed_on))
    refunds = refunds.inner_join(
        invoices.select("invoice_id", "customer_id", "currency"), "invoice_id"
    ).select(
        "customer_id",
        "currency",
        happened_on=_.completed_on,
        credit_kind=ibis.literal("credited"),
        applied=_.amount.cast("float64"),
    )
    given = convert(
        credits.union(refunds), window.tables, window.as_of, flows={"applied": "happened_on"}
    )
    return given.group_by("customer_id").agg(
        credited=given.applied.sum(where=given.credit_kind == "credited"),
        written_off=given.applied.sum(where=given.credit_kind == "written_off"),
    )


def costed_lines(tables: Tables, invoices: ir.Table, as_of: dt.date) -> ir.Table:
    """Lines of `invoices` in the reporting currency; a line without a cost costs nothing.

    Returns
    -------
    Table
        ``invoice_id``, ``customer_id``, ``issued_on``, ``kind`` (of invoice), ``amount``, ``cost``.
    """
    about = invoices.select("invoice_id", "customer_id", "issued_on", "kind", "currency")
    lines = tables["invoice_lines"].select("invoice_id", "amount", cost=_.cost.fill_null(0))
    lines = convert(
        lines.join(about, "invoice_id"),
        tables,
        as_of,
        flows={"amount": "issued_on", "cost": "issued_on"},
    )
    return lines.select("invoice_id", "customer_id", "issued_on", "kind", "amount", "cost")


def made(window: Window) -> ir.Table:
    """Cost of what was invoiced."""
    lines = costed_lines(window.tables, window.invoices(), window.as_of)
    lines = lines.filter(window.holds(lines.issued_on))
    if "projects" in window.tables:
        lines = lines.filter((lines.kind != "project").fill_null(True))
    return lines.group_by("customer_id").agg(cost_of_goods=_.cost.sum())


def served(window: Window) -> ir.Table:
    """Cost of projects and of the travel claimed on them."""
    projects = window.tables["projects"].filter(_.started_on <= window.as_of)
    done = (projects.ended_on <= ibis.literal(window.as_of)).fill_null(False)
    spent = projects.actual_cost.fill_null(projects.quoted_cost)
    cost = ibis.ifelse(done, spent, projects.quoted_cost).cast("float64")
    ended = ibis.greatest(
        ibis.ifelse(done, projects.ended_on, projects.planned_end_on), projects.started_on
    )
    costs = projects.select(
        "customer_id", service_cost=cost * window.share_of(projects.started_on, ended)
    )
    if "expenses" in window.tables:
        # The travel cost of a project is its claims added up: they count once.
        own = projects.filter(~(done & (projects.travel_cost > 0).fill_null(False)))
        claims = window.tables["expenses"]
        claims = claims.filter(window.holds(claims.submitted_on))
        claims = claims.inner_join(own.select("project_id", "customer_id"), "project_id")
        claimed = claims.select("customer_id", service_cost=_.amount.cast("float64"))
        costs = costs.union(claimed)
    return costs.group_by("customer_id").agg(service_cost=_.service_cost.sum())


def supported(window: Window) -> ir.Table:
    """Cost of the tickets resolved; what one took is known from then on."""
    tickets = window.tables["tickets"]
    tickets = tickets.filter(window.holds(tickets.resolved_on) & (_.opened_on <= window.as_of))
    minutes = tickets.handling_minutes.fill_null(0) * window.staff_cost_per_minute
    cost = tickets.cost.cast("float64").fill_null(minutes)
    tickets = tickets.select("customer_id", cost=cost)
    return tickets.group_by("customer_id").agg(support_cost=_.cost.sum())


def reminded(window: Window) -> ir.Table:
    """Cost of the staff time spent on reminders."""
    sent = window.tables["reminders"]
    sent = sent.filter(window.holds(sent.sent_on))
    sent = sent.inner_join(window.tables["invoices"].select("invoice_id", "customer_id"),
                           "invoice_id")  # fmt: skip
    minutes = sent.staff_minutes.fill_null(0.0)
    sent = sent.select("customer_id", cost=minutes * window.staff_cost_per_minute)
    return sent.group_by("customer_id").agg(reminder_cost=_.cost.sum())


#: Tables that must be there to what is worked out from them.
PARTS: tuple[tuple[tuple[str, ...], Callable[[Window], ir.Table]], ...] = (
    (("invoices",), invoiced),
    (("adjustments",), given_up),
    (("invoice_lines",), made),
    (("projects",), served),
    (("tickets",), supported),
    (("reminders",), reminded),
)
