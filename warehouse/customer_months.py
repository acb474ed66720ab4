"""What was known of each customer at the start of each month, and whether it left in it."""

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType

import ibis
import ibis.expr.types as ir
from ibis import _

from warehouse.churn import customer_lives, opened_once
from warehouse.currency import STEADY_DIGITS, convert
from warehouse.invoices import first_day_covered
from warehouse.months import months_between
from warehouse.segments import NOT_STATED, first_contracts
from warehouse.settlements import settlements
from warehouse.workspace import Tables

__all__ = ["COVARIATES", "UNUSUAL_KINDS", "answers", "customer_months", "opened"]

#: What `customer_months` knows besides who the customer is.
COVARIATES = ("score", "tickets_3m", "finance_tickets_3m", "slow_tickets_3m",
              "late_deliveries_6m", "disputes_6m", "days_late", "later_than_usual",
              "firm_reminders_3m", "price_rise_6m", "bill_shock", "renewal",
              "log_size", "log_revenue")  # fmt: skip

FINANCE_TOPICS = ("billing", "payment", "pricing", "refund")
#: A ticket not resolved after this many days is slow.
SLOW_DAYS = 5
#: An answer counts half as much as one given this many months later.
SCORE_HALF_LIFE = 6
#: Answers that a customer without any is taken to have given at the average.
PRIOR_ANSWERS = 1.0
#: Days late beyond these say no more than these do.
MOST_DAYS_LATE = 60.0
#: Bills that a usual one is worked out from, and the fewest it takes.
USUAL_BILLS, FEWEST_BILLS = 6, 4
#: Bills of these kinds come when they come; none of them is usual.
UNUSUAL_KINDS = ("goods", "project")
#: A bill of more than this much above the usual one says no more.
MOST_SHOCK = 1.0
#: Months that a customer's revenue is of.
YEAR_MONTHS = 12


def customer_months(
    tables: Tables,
    as_of: dt.date,
    *,
    churn_rule_days: int,
    since: dt.date | None = None,
    one_in: int = 1,
    only_ahead: bool = False,
) -> ir.Table:
    """One row for each customer and calendar month at whose start it was a customer.

    The month that begins after `as_of` is among them, with nobody leaving in it: what is known
    of those who are customers now. A month that `as_of` cuts short is not.

    Nothing recorded on or after the first day of a month enters its row, and nothing that
    leaving itself brings about: no last bill below the usual, no use that stopped, and not the
    contract's ``renews_on``, which is empty for those who left.

    Parameters
    ----------
    tables : Tables
        Needs ``customers`` and ``invoices``; reads the others where they are, and a covariate
        whose table was never loaded is null in every row.
    as_of : date
    churn_rule_days : int
        As in `customer_lives`.
    since : date, optional
        Leave out months before this day.
    one_in : int, default=1
        Keep one in so many customers, always the same ones, with all their months.
    only_ahead : bool, default=False
        Keep the month after `as_of` only: what is known of today's customers.

    Returns
    -------
    Table
        ``customer_id``, ``begins`` (first day of the month), ``month`` (of being a customer: 1
        is the first after that of acquisition), ``cause`` (of leaving in it, else null),
        ``ahead`` (true of the month after `as_of`), ``renews_in`` (months until the first
        contract's next anniversary, 0 in its month), ``industry``, ``billing_model`` and

        - ``score``: answers to surveys in standard deviations from the mean of their measure and
          touchpoint, later ones counting more, pulled to 0 where there are few
        - ``tickets_3m``, ``finance_tickets_3m``, ``slow_tickets_3m``, ``firm_reminders_3m``,
          ``late_deliveries_6m``, ``disputes_6m``: in the months before
        - ``days_late``: mean over invoices settled before; ``later_than_usual``: mean over the
          last three months less that
        - ``price_rise_6m``: as a fraction, this month's included if announced before it
        - ``bill_shock``: last month's bill above the median of six before, as a fraction, 0 to 1
        - ``renewal``: 1 in the month of the first contract's anniversary
        - ``log_size``: of employees
        - ``log_revenue``: of what was billed a month in the year before the last month with a
          bill, or since the first, in the reporting currency; null before the second bill
    """
    panel = months_at_risk(tables, as_of, churn_rule_days, one_in)
    panel = panel.left_join(happenings(tables, as_of), ["customer_id", "begins"])
    panel = panel.drop("customer_id_right", "begins_right")
    rows = with_windows(panel)
    rows = with_profile(rows, tables, as_of)
    rows = rows.filter(_.at_risk)
    if only_ahead:
        rows = rows.filter(_.ahead)
    if since is not None:
        rows = rows.filter(_.begins >= since)
    wanted = ("customer_id", "begins", "month", "cause", "ahead", "renews_in", "industry",
              "billing_model")  # fmt: skip
    rows = rows.select(*wanted, *COVARIATES)
    # Digits that depend on the order of summing are cut off: later rows must not change them.
    floats = [name for name in COVARIATES if rows[name].type().is_floating()]
    rows = rows.mutate(**{name: rows[name].round(9) for name in floats})
    return rows.order_by("customer_id", "begins")


def months_at_risk(tables: Tables, as_of: dt.date, churn_rule_days: int, one_in: int) -> ir.Table:
    """Every month from the first watched to the last, that of joining for what happened in it."""
    lives = opened_once(customer_lives(tables, as_of, churn_rule_days=churn_rule_days))
    if one_in > 1:
        lives = lives.filter((lives.customer_id.hash() % one_in + one_in) % one_in == 0)
    following = as_of + dt.timedelta(days=1)
    ahead = following.replace(day=1)
    months = month_starts(first_day_covered(tables, as_of), ahead)
    rows = lives.cross_join(months)
    began = rows.watched_from.truncate("M").cast("date")
    # Of those who left, the month in which they did is the last.
    rows = rows.filter(
        (rows.begins >= began) & (rows.left_on.isnull() | (rows.begins <= rows.left_on))
    )
    number = (
        12 * (rows.begins.year() - rows.acquired_on.year())
        + rows.begins.month()
        - rows.acquired_on.month()
    )
    is_ahead = rows.begins == ibis.literal(ahead)
    # A month that is not over yet has its customers now and no end.
    cut_short = is_ahead & ibis.literal(following.day > 1)
    leaves = rows.left_on.notnull() & (rows.left_on < rows.begins + ibis.interval(months=1))
    return rows.select(
        "customer_id", "acquired_on", "begins", "industry",
        month=number.cast("int64"),
        at_risk=(rows.acquired_on < rows.begins) & ~(is_ahead & leaves),
        ahead=is_ahead,
        cause=ibis.ifelse(leaves & ~cut_short, rows.cause, ibis.null("string")),
    )  # fmt: skip


def month_starts(first: dt.date, last: dt.date) -> ir.Table:
    n = 12 * (last.year - first.year) + last.month - first.month
    begins = [
        dt.date(first.year + (first.month - 1 + k) // 12, (first.month - 1 + k) % 12 + 1, 1)
        for k in range(n + 1)
    ]
    return ibis.memtable({"begins": begins}, schema={"begins": "date"})


def happenings(tables: Tables, as_of: dt.date) -> ir.Table:
    """What happened to each customer in each month, from every table there is."""
    keys = ("customer_id", "begins")
    parts = [
        part(tables, as_of)
        for needs, part in PARTS.items()
        if all(name in tables for name in needs)
    ]
    names = [name for part in parts for name in part.columns if name not in keys]
    # One long table summed once: a join for each part would cost more than all of them.
    long = [
        part.select(
            *keys,
            **{
                name: part[name].cast("float64") if name in part.columns else ibis.null("float64")
                for name in names
            },
        )
        for part in parts
    ]
    rows = ibis.union(*long) if len(long) > 1 else long[0]
    return rows.group_by(list(keys)).agg(**{name: rows[name].sum() for name in names})


def by_month(rows: ir.Table, day: ir.DateValue, **sums: ir.Scalar) -> ir.Table:
    return rows.mutate(begins=day.truncate("M").cast("date")).group_by(
        ["customer_id", "begins"]
    ).agg(**sums)  # fmt: skip


def answers(tables: Tables, as_of: dt.date) -> ir.Table:
    """Answers of each customer and month, and the sum of them in standard deviations."""
    surveys = tables["surveys"].filter(_.answered_on <= as_of)
    score = surveys.score.cast("float64")
    alike = ibis.window(group_by=["measure", "touchpoint"])
    spread = score.std(how="pop").over(alike)
    z = ibis.ifelse(spread > 0, (score - score.mean().over(alike)) / spread, 0.0)
    surveys = surveys.mutate(z=z.round(9))
    return by_month(surveys, surveys.answered_on, answers=_.count(), points=_.z.sum())


def opened(tables: Tables, as_of: dt.date) -> ir.Table:
    """Tickets of each customer and month, and how many of them are about bills and prices."""
    tickets = tables["tickets"].filter(_.opened_on <= as_of)
    return by_month(
        tickets,
        tickets.opened_on,
        tickets=_.count(),
        finance_tickets=_.topic.isin(FINANCE_TOPICS).cast("int64").sum(),
    )


def slow(tables: Tables, as_of: dt.date) -> ir.Table:
    """Tickets that are not resolved in time, from the day on which that shows."""
    tickets = tables["tickets"]
    known_on = (tickets.opened_on + ibis.interval(days=SLOW_DAYS + 1)).cast("date")
    tickets = tickets.mutate(known_on=known_on).filter(
        (_.known_on <= as_of) & (_.resolved_on.isnull() | (_.resolved_on >= _.known_on))
    )
    return by_month(tickets, tickets.known_on, slow_tickets=_.count())


def delivered_late(tables: Tables, as_of: dt.date) -> ir.Table:
    """Orders not delivered on the day promised, from the day after."""
    orders = tables["orders"].filter(_.promised_on.notnull())
    known_on = (orders.promised_on + ibis.interval(days=1)).cast("date")
    orders = orders.mutate(known_on=known_on).filter(
        (_.known_on <= as_of) & (_.delivered_on.isnull() | (_.delivered_on >= _.known_on))
    )
    return by_month(orders, orders.known_on, late_deliveries=_.count())


def disputed(tables: Tables, as_of: dt.date) -> ir.Table:
    disputes = tables["disputes"].filter(_.opened_on <= as_of)
    rows = disputes.join(tables["invoices"].select("invoice_id", "customer_id"), "invoice_id")
    return by_month(rows, rows.opened_on, disputes=_.count())


def reminded(tables: Tables, as_of: dt.date) -> ir.Table:
    sent = tables["reminders"].filter((_.sent_on <= as_of) & _.tone.isin(("firm", "legal")))
    rows = sent.join(tables["invoices"].select("invoice_id", "customer_id"), "invoice_id")
    return by_month(rows, rows.sent_on, firm_reminders=_.count())


def settled(tables: Tables, as_of: dt.date) -> ir.Table:
    paid = settlements(tables).filter((_.settled_on <= as_of) & (_.settled_as == "paid"))
    late = paid.settled_on.delta(paid.due_on, unit="day").cast("float64")
    paid = paid.mutate(late=late.clip(-MOST_DAYS_LATE, MOST_DAYS_LATE))
    return by_month(paid, paid.settled_on, paid=_.count(), late=_.late.sum())


def billed(tables: Tables, as_of: dt.date) -> ir.Table:
    invoices = tables["invoices"].filter(
        (_.issued_on <= as_of) & (_.kind.isnull() | _.kind.notin(UNUSUAL_KINDS))
    )
    return by_month(invoices, invoices.issued_on, bill=_.amount.cast("float64").sum())


def earned(tables: Tables, as_of: dt.date) -> ir.Table:
    """What was billed in each month, for whatever it was, in the reporting currency.

    What was taken back in the month in which it was billed counts as never billed.
    """
    invoices = tables["invoices"].filter(_.issued_on <= as_of)
    if "payments" in tables:
        void = settlements(tables).filter((_.settled_as == "void") & (_.settled_on <= as_of))
        at_once = void.settled_on.truncate("M") == void.issued_on.truncate("M")
        invoices = invoices.anti_join(void.filter(at_once), "invoice_id")
    rows = invoices.select("customer_id", "currency", "issued_on", "amount")
    rows = convert(rows, tables, as_of, flows={"amount": "issued_on"})
    # Missing, and not nothing, before the first rate of its currency: it is in no money yet.
    return by_month(rows, rows.issued_on, revenue=_.amount.sum().round(STEADY_DIGITS))


def repriced(tables: Tables, as_of: dt.date) -> ir.Table:
    changes = tables["price_changes"].filter(_.announced_on <= as_of)
    owner = tables["contracts"].select("contract_id", "customer_id")
    rows = changes.join(owner, "contract_id")
    # One told of only once it is in force counts from the next month on.
    told = (rows.announced_on.truncate("M") + ibis.interval(months=1)).cast("date")
    rows = rows.mutate(felt_on=ibis.greatest(rows.effective_on, told))
    return by_month(
        rows,
        rows.felt_on,
        old_value=_.old_monthly_value.cast("float64").sum(),
        new_value=_.new_monthly_value.cast("float64").sum(),
    )


#: Tables that must be there to what is counted from them by month.
PARTS: Mapping[tuple[str, ...], Callable[[Tables, dt.date], ir.Table]] = MappingProxyType(
    {
        ("surveys",): answers,
        ("tickets",): opened,
        ("tickets", "customers"): slow,
        ("orders",): delivered_late,
        ("disputes", "invoices"): disputed,
        ("reminders", "invoices"): reminded,
        ("payments", "invoices"): settled,
        ("invoices",): billed,
        ("invoices", "customers"): earned,
        ("price_changes", "contracts"): repriced,
    }
)


def with_windows(panel: ir.Table) -> ir.Table:
    """What happened in the months before each month."""
    own = {"group_by": "customer_id", "order_by": "begins"}
    if "revenue" in panel.columns:
        panel = with_revenue(panel, own)

    def before(months: int | None) -> object:
        return ibis.window(**own, preceding=(months, 1))

    def total(name: str, months: int | None) -> ir.NumericValue:
        return panel[name].fill_null(0).sum().over(before(months)).fill_null(0).cast("float64")

    made = {
        f"{name}_{months}m": total(name, months)
        for name, months in (("tickets", 3), ("finance_tickets", 3), ("slow_tickets", 3),
                             ("firm_reminders", 3), ("late_deliveries", 6), ("disputes", 6))
        if name in panel.columns
    }  # fmt: skip
    if "answers" in panel.columns:
        made["score"] = weighted_score(panel, before(None))
    if "paid" in panel.columns:
        usual = total("late", None) / total("paid", None).nullif(0)
        recent = total("late", 3) / total("paid", 3).nullif(0)
        made["days_late"] = usual.fill_null(0.0)
        made["later_than_usual"] = (recent - usual).fill_null(0.0)
    if "old_value" in panel.columns:
        rise = (panel.new_value / panel.old_value.nullif(0) - 1).fill_null(0.0)
        six = ibis.window(**own, preceding=5, following=0)
        made["price_rise_6m"] = rise.sum().over(six)
    if "bill" in panel.columns:
        made["bill_shock"] = shock(panel, own)
    return panel.mutate(**made)


def weighted_score(panel: ir.Table, before: object) -> ir.FloatingValue:
    """Mean of the answers so far, each weighing half of one given half a year later."""
    # Weights that grow with the month are in the same proportion as weights that fade.
    months = (12 * panel.begins.year() + panel.begins.month() - 12 * 2000).cast("float64")
    grown = (months / SCORE_HALF_LIFE * ibis.literal(2.0).ln()).exp()
    points = (panel.points.fill_null(0.0) * grown).sum().over(before).fill_null(0.0)
    weight = (panel.answers.fill_null(0) * grown).sum().over(before).fill_null(0.0)
    return points / (weight + PRIOR_ANSWERS * grown)


def shock(panel: ir.Table, own: Mapping[str, str]) -> ir.FloatingValue:
    """How far the last bill is above the usual one; below it may be one cut short by leaving."""
    last = panel.bill.lag(1).over(ibis.window(**own))
    earlier = ibis.window(**own, preceding=(USUAL_BILLS + 1, 2))
    usual = panel.bill.median().over(earlier)
    enough = panel.bill.count().over(earlier) >= FEWEST_BILLS
    above = ((last - usual) / usual.nullif(0)).clip(0.0, MOST_SHOCK)
    return ibis.ifelse(enough, above, 0.0).fill_null(0.0)


def with_revenue(panel: ir.Table, own: Mapping[str, str]) -> ir.Table:
    """Log of what a month brings: at each bill, what the year before it was billed a month.

    From bill to bill, so that who is billed once a year or a quarter counts like who is billed
    each month; of who was billed once it is not known yet. Months without a bill since then say
    nothing: they may be leaving itself.
    """
    so_far = panel.begins.min(where=panel.revenue.notnull())
    first = so_far.over(ibis.window(**own, preceding=(None, 0)))
    passed = months_between(panel.begins, first)
    year = panel.revenue.sum().over(ibis.window(**own, preceding=(YEAR_MONTHS, 1)))
    monthly = year / passed.clip(upper=YEAR_MONTHS).nullif(0)
    known = (panel.revenue > 0) & (monthly > 0)
    panel = panel.mutate(
        usual=ibis.ifelse(known, monthly.nullif(0.0).ln(), ibis.null("float64")),
        billed_in=ibis.ifelse(known, panel.begins, ibis.null("date")),
    )
    last = panel.usual.argmax(panel.billed_in).over(ibis.window(**own, preceding=(None, 1)))
    return panel.mutate(log_revenue=last).drop("usual", "billed_in")


def with_profile(rows: ir.Table, tables: Tables, as_of: dt.date) -> ir.Table:
    """Who the customer is, and whether the contract comes round in the month."""
    customers = tables["customers"].select("customer_id", "employees")
    rows = rows.left_join(customers, "customer_id").drop("customer_id_right")
    size = ibis.ifelse(rows.employees > 0, rows.employees.nullif(0).ln(), ibis.null("float64"))
    made = {"log_size": size}
    if "contracts" in tables:
        first = first_contracts(tables, as_of).select("customer_id", "started_on", "billing_model")
        rows = rows.left_join(first, "customer_id").drop("customer_id_right")
        comes_round = (rows.begins.month() == rows.started_on.month()) & (
            rows.begins > rows.started_on
        )
        made["renewal"] = comes_round.fill_null(False).cast("float64")
        made["renews_in"] = (rows.started_on.month() - rows.begins.month() + 12) % 12
        made["billing_model"] = rows.billing_model.fill_null(NOT_STATED)
    else:
        made["billing_model"] = ibis.literal(NOT_STATED)
        made["renews_in"] = ibis.null("int32")
    missing = {name: ibis.null("float64") for name in COVARIATES
               if name not in rows.columns and name not in made}  # fmt: skip
    return rows.mutate(**made, **missing)
