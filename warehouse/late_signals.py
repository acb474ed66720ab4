"""What was known of each invoice on the day it was issued, to tell whether it will be paid late."""

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType

import ibis
import ibis.expr.types as ir
from ibis import _

from warehouse.invoices import invoice_balances, issued_invoices
from warehouse.segments import NOT_STATED
from warehouse.settlements import settlements
from warehouse.workspace import Tables

__all__ = ["KINDS_OF_SIGNAL", "SIGNALS", "day_number", "invoice_signals", "long_table",
           "payment_rhythm"]  # fmt: skip

#: What `invoice_signals` knows of an invoice, in the words the pages show.
SIGNALS: Mapping[str, str] = MappingProxyType(
    {
        "n_paid_before": "invoices settled before",
        "days_late_before": "days late so far, mean",
        "days_late_spread": "spread of days late",
        "late_share_before": "share paid late so far",
        "days_late_recent": "days late in the last three months",
        "late_share_recent": "share paid late in the last three months",
        "rhythm_change": "change from the customer's own rhythm",
        "days_since_paid": "days since the last payment",
        "n_overdue_then": "invoices overdue at issue",
        "part_payments_year": "part payments in the year before",
        "reminders_half_year": "reminders in the half year before",
        "disputes_half_year": "disputes in the half year before",
        "open_disputes": "disputes open at issue",
        "tickets_quarter": "tickets in the three months before",
        "finance_tickets_quarter": "tickets on billing and payment in the three months before",
        "open_tickets": "tickets open at issue",
        "late_deliveries_quarter": "late deliveries in the three months before",
        "score_recent": "survey answers of the half year before",
        "score_change": "change of the survey answers from the customer's own mean",
        "log_amount": "amount",
        "amount_to_usual": "amount relative to the customer's usual one",
        "terms": "payment terms",
        "first_invoice": "first invoice",
        "month_end": "issued in the last week of the month",
        "due_weekday": "weekday of the due date",
    }
)

#: Signals that are names, not numbers.
KINDS_OF_SIGNAL: Mapping[str, str] = MappingProxyType(
    {
        "channel": "how the invoice is sent",
        "kind": "kind of invoice",
        "industry": "industry",
        "country": "country",
        "region": "region",
    }
)

FINANCE_TOPICS = ("billing", "payment", "pricing", "refund")
#: Days late beyond these say no more than these do.
MOST_DAYS_LATE = 120.0
QUARTER, HALF_YEAR, YEAR = 91, 182, 365
#: A spread below this many days is a matter of weekends, not of the customer.
LEAST_SPREAD = 3.0
#: Lowest and highest answer of each measure: a scale that no later answer can move.
SCALES = {"nps": (0.0, 10.0), "csat": (1.0, 5.0), "ces": (1.0, 7.0)}
#: From this day of the month on, a bill is of the month's end.
LAST_WEEK = 24
KEYS = ("customer_id", "day")
EPOCH = dt.date(1970, 1, 1)


def invoice_signals(tables: Tables, as_of: dt.date, *, one_in: int = 1) -> ir.Table:
    """Every invoice issued by `as_of` with what was known on the morning it was issued.

    The history of a customer is of invoices settled before that day; what happened on the day
    itself is not known yet. Nothing of the invoice's own fate is among the signals: neither a
    dispute of it nor a reminder, and no day past due.

    Parameters
    ----------
    tables : Tables
        Needs ``customers``, ``invoices`` and ``payments``; what is known from other tables is
        null where they are not there.
    as_of : date
        Nothing that happened later is read.
    one_in : int, default=1
        Keep one in so many customers, always the same ones, with all their invoices.

    Returns
    -------
    Table
        One row an invoice: ``invoice_id``, ``customer_id``, ``issued_on``, ``due_on``,
        ``settled_on``, ``outcome`` and ``late`` as `warehouse.invoices.invoice_balances` has them,
        and a column for each of `SIGNALS` and `KINDS_OF_SIGNAL`.
    """
    invoices = invoice_balances(issued_invoices(tables, as_of), as_of)
    if one_in > 1:
        kept = (invoices.customer_id.hash() % one_in + one_in) % one_in == 0
        invoices = invoices.filter(kept)
    day = day_number(invoices.issued_on)
    mornings = invoices.select("customer_id", day=day, morning=day)
    parts = [
        part(tables, as_of)
        for needs, part in PARTS.items()
        if all(name in tables for name in needs)
    ]
    known = with_history(long_table([mornings, *parts], keys=KEYS))
    found = invoices.mutate(day=day_number(invoices.issued_on))
    found = found.left_join(known, ["customer_id", "day"]).drop("customer_id_right", "day_right")
    customers = tables["customers"].select("customer_id", "industry", "country", "region")
    found = found.left_join(customers, "customer_id").drop("customer_id_right")
    found = found.mutate(
        log_amount=log_of(found.amount),
        amount_to_usual=log_of(found.amount) - found.log_usual,
        terms=found.terms.cast("float64"),
        month_end=(found.issued_on.day() >= LAST_WEEK).cast("float64"),
        due_weekday=found.due_on.day_of_week.index().cast("float64"),
        **{name: found[name].fill_null(NOT_STATED) for name in KINDS_OF_SIGNAL},
    )
    absent = {name: ibis.null("float64") for name in SIGNALS if name not in found.columns}
    found = found.mutate(**absent)
    # Digits that depend on the order of summing are cut off: later rows must not change them.
    found = found.mutate(**{name: found[name].cast("float64").round(9) for name in SIGNALS})
    return found.select(
        "invoice_id", "customer_id", "issued_on", "due_on", "settled_on", "outcome", "late",
        *SIGNALS, *KINDS_OF_SIGNAL,
    )  # fmt: skip


def payment_rhythm(tables: Tables, as_of: dt.date) -> ir.Table:
    """How late each customer pays, and whether it has left its own rhythm, as of `as_of`.

    Invoices paid by then count; what is open has no days yet.

    Returns
    -------
    Table
        ``customer_id``, ``days_late_mean`` (days from due to paid, negative before the due date)
        and ``rhythm_change``: mean of the last three months less the mean of all, in the
        customer's own standard deviations, as an invoice issued the morning after would have it.
    """
    paid = settlements(tables).filter((_.settled_on <= as_of) & (_.settled_as == "paid"))
    late = paid.settled_on.delta(paid.due_on, unit="day").cast("float64")
    capped = late.clip(-MOST_DAYS_LATE, MOST_DAYS_LATE)
    lately = paid.settled_on > ibis.literal(as_of - dt.timedelta(days=QUARTER))
    sums = paid.group_by("customer_id").agg(
        days_late_mean=late.mean(),
        n=paid.count(),
        usual=capped.mean(),
        squared=(capped * capped).mean(),
        recent=capped.mean(where=lately),
    )
    spread = spread_of(sums.n, sums.usual, sums.squared)
    return sums.select(
        "customer_id",
        days_late_mean=sums.days_late_mean.round(9),
        rhythm_change=change_of(sums.recent, sums.usual, spread).round(9),
    )


def day_number(day: ir.DateValue, *, after: int = 0) -> ir.IntegerValue:
    """Days since 1970 of the day `after` days later: what windows are counted in."""
    return day.delta(ibis.literal(EPOCH), unit="day").cast("int64") + after


def passing(
    rows: ir.Table, day: ir.DateValue, days: int, lately: Mapping[str, object], **ever: object
) -> ir.Table:
    """What is known from the morning after `day`, and of `lately` forgotten `days` later.

    What is left of a sum over all that came before is then the sum over the days before: one
    running sum a column answers both, where a window of days would be summed for each row anew.
    """
    lately = {f"{name}_lately": ibis.literal(v) if isinstance(v, int) else v
              for name, v in lately.items()}  # fmt: skip
    begins = rows.select("customer_id", day=day_number(day, after=1), **lately, **ever)
    ends = rows.select(
        "customer_id",
        day=day_number(day, after=1 + days),
        **{name: -value for name, value in lately.items()},
    )
    return long_table([begins, ends], keys=KEYS)


def log_of(amount: ir.NumericValue) -> ir.FloatingValue:
    return amount.cast("float64").ln()


def long_table(parts: list[ir.Table], *, keys: tuple[str, ...]) -> ir.Table:
    """Rows of several tables one under the other, empty where a table lacks a column."""
    numbers = list(dict.fromkeys(n for p in parts for n in p.columns if n not in keys))
    alike = [
        part.select(
            **{k: part[k] if k in part.columns else ibis.null("string") for k in keys},
            **{
                n: part[n].cast("float64") if n in part.columns else ibis.null("float64")
                for n in numbers
            },
        )
        for part in parts
    ]
    return ibis.union(*alike) if len(alike) > 1 else alike[0]


# -- what happened, from the first morning on which it was known ---------------------------


def billed(tables: Tables, as_of: dt.date) -> ir.Table:
    invoices = issued_invoices(tables, as_of)
    return invoices.select(
        "customer_id",
        day=day_number(invoices.issued_on, after=1),
        bills=1,
        log_billed=log_of(invoices.amount),
    )


def settled(tables: Tables, as_of: dt.date) -> ir.Table:
    paid = settlements(tables).filter((_.settled_on <= as_of) & (_.settled_as == "paid"))
    late = paid.settled_on.delta(paid.due_on, unit="day").cast("float64")
    late = late.clip(-MOST_DAYS_LATE, MOST_DAYS_LATE)
    own = {"paid": 1, "days_late": late, "was_late": (late > 0).cast("float64")}
    more = {"days_late_squared": late * late, "paid_day": day_number(paid.settled_on)}
    return passing(paid, paid.settled_on, QUARTER, own, **own, **more)


def became_overdue(tables: Tables, as_of: dt.date) -> ir.Table:
    """Invoices from the morning after they were due, where they were unpaid then."""
    issued = issued_invoices(tables, as_of)
    overdue = issued.filter(
        (issued.due_on < as_of) & (issued.settled_on.isnull() | (issued.settled_on > issued.due_on))
    )
    return overdue.select("customer_id", day=day_number(overdue.due_on, after=1), overdue=1)


def no_longer_overdue(tables: Tables, as_of: dt.date) -> ir.Table:
    issued = issued_invoices(tables, as_of)
    ended = issued.filter((issued.settled_on <= as_of) & (issued.settled_on > issued.due_on))
    return ended.select("customer_id", day=day_number(ended.settled_on, after=1), overdue=-1)


def paid_in_part(tables: Tables, as_of: dt.date) -> ir.Table:
    """Payments that left their invoice unsettled on the day they came."""
    owed = settlements(tables).select("invoice_id", "customer_id", "settled_on")
    rows = tables["payments"].filter(_.paid_on <= as_of).join(owed, "invoice_id")
    rows = rows.filter(rows.settled_on.isnull() | (rows.settled_on > rows.paid_on))
    return passing(rows, rows.paid_on, YEAR, {"in_part": 1})


def opened_tickets(tables: Tables, as_of: dt.date) -> ir.Table:
    tickets = tables["tickets"].filter(_.opened_on <= as_of)
    about_money = tickets.topic.isin(FINANCE_TOPICS).cast("float64")
    counted = {"tickets": 1, "finance_tickets": about_money}
    return passing(tickets, tickets.opened_on, QUARTER, counted, open_tickets=1)


def closed_tickets(tables: Tables, as_of: dt.date) -> ir.Table:
    tickets = tables["tickets"].filter((_.resolved_on <= as_of) & (_.opened_on <= as_of))
    return tickets.select(
        "customer_id", day=day_number(tickets.resolved_on, after=1), open_tickets=-1
    )


def answered(tables: Tables, as_of: dt.date) -> ir.Table:
    surveys = tables["surveys"].filter((_.answered_on <= as_of) & _.measure.isin(list(SCALES)))
    score = surveys.score.cast("float64")
    share = ibis.cases(
        *(
            (surveys.measure == name, (score - low) / (high - low))
            for name, (low, high) in SCALES.items()
        ),
        else_=ibis.null("float64"),
    )
    own = {"answers": 1, "points": share}
    return passing(surveys, surveys.answered_on, HALF_YEAR, own, **own)


def delivered_late(tables: Tables, as_of: dt.date) -> ir.Table:
    """Orders not delivered on the day promised, from the morning after."""
    orders = tables["orders"].filter(
        (_.promised_on < as_of) & (_.delivered_on.isnull() | (_.delivered_on > _.promised_on))
    )
    return passing(orders, orders.promised_on, QUARTER, {"late_deliveries": 1})


def opened_disputes(tables: Tables, as_of: dt.date) -> ir.Table:
    rows = disputes_of_customers(tables).filter(_.opened_on <= as_of)
    return passing(rows, rows.opened_on, HALF_YEAR, {"disputes": 1}, open_disputes=1)


def resolved_disputes(tables: Tables, as_of: dt.date) -> ir.Table:
    rows = disputes_of_customers(tables)
    rows = rows.filter((_.resolved_on <= as_of) & (_.opened_on <= as_of))
    return rows.select("customer_id", day=day_number(rows.resolved_on, after=1), open_disputes=-1)


def disputes_of_customers(tables: Tables) -> ir.Table:
    owners = tables["invoices"].select("invoice_id", "customer_id")
    return tables["disputes"].join(owners, "invoice_id")


def reminded(tables: Tables, as_of: dt.date) -> ir.Table:
    sent = tables["reminders"].filter(_.sent_on <= as_of)
    rows = sent.join(tables["invoices"].select("invoice_id", "customer_id"), "invoice_id")
    return passing(rows, rows.sent_on, HALF_YEAR, {"reminders": 1})


#: Tables that must be there to what is learnt from them.
PARTS: Mapping[tuple[str, ...], Callable[[Tables, dt.date], ir.Table]] = MappingProxyType(
    {
        ("invoices",): billed,
        ("invoices", "payments"): settled,
        ("customers", "invoices"): became_overdue,
        ("customers", "invoices", "payments"): no_longer_overdue,
        ("payments",): paid_in_part,
        ("tickets",): opened_tickets,
        ("customers", "tickets"): closed_tickets,
        ("surveys",): answered,
        ("orders",): delivered_late,
        ("disputes",): opened_disputes,
        ("disputes", "invoices"): resolved_disputes,
        ("reminders",): reminded,
    }
)


def with_history(long: ir.Table) -> ir.Table:
    """What had happened to each customer by each row's morning."""
    # Of what happens between two mornings nobody asks: it is summed up for the next one first.
    ahead = ibis.window(
        group_by="customer_id", order_by=["day", "last"], preceding=0, following=None
    )
    last = long.morning.notnull().cast("int8")
    dated = long.mutate(last=last)
    dated = dated.mutate(next=dated.morning.min().over(ahead)).filter(_.next.notnull())
    names = [name for name in long.columns if name not in (*KEYS, "morning", "paid_day")]
    between = dated.group_by("customer_id", day=dated.next.cast("int64")).agg(
        **{name: dated[name].sum() for name in names}, paid_day=dated.paid_day.max()
    )
    by_then = ibis.window(group_by="customer_id", order_by="day", preceding=None, following=0)
    sums = between.select(
        *KEYS,
        **{name: between[name].sum().over(by_then).fill_null(0.0) for name in names},
        paid_day=between.paid_day.max().over(by_then),
    )
    n, mean = sums.paid, ratio(sums.days_late, sums.paid)
    spread = spread_of(n, mean, ratio(sums.days_late_squared, n))
    recent = ratio(sums.days_late_lately, sums.paid_lately)
    made = {
        "n_paid_before": n,
        "days_late_before": mean,
        "days_late_spread": spread,
        "late_share_before": ratio(sums.was_late, n),
        "days_late_recent": recent,
        "late_share_recent": ratio(sums.was_late_lately, sums.paid_lately),
        "rhythm_change": change_of(recent, mean, spread),
        "days_since_paid": sums.day - sums.paid_day,
        "n_overdue_then": sums.overdue,
        "part_payments_year": sums.in_part_lately,
        "first_invoice": (sums.bills == 0).cast("float64"),
        "log_usual": ratio(sums.log_billed, sums.bills),
    }
    counted = {
        "reminders_half_year": "reminders_lately",
        "disputes_half_year": "disputes_lately",
        "open_disputes": "open_disputes",
        "tickets_quarter": "tickets_lately",
        "finance_tickets_quarter": "finance_tickets_lately",
        "open_tickets": "open_tickets",
        "late_deliveries_quarter": "late_deliveries_lately",
    }
    made |= {name: sums[of] for name, of in counted.items() if of in names}
    if "answers" in names:
        recent = ratio(sums.points_lately, sums.answers_lately)
        made["score_recent"] = recent
        made["score_change"] = recent - ratio(sums.points, sums.answers)
    return sums.select("customer_id", "day", **made)


def spread_of(
    n: ir.NumericValue, mean: ir.FloatingValue, squared: ir.FloatingValue
) -> ir.FloatingValue:
    """Standard deviation from the mean and the mean square; of fewer than three there is none."""
    spread = (squared - mean * mean).clip(0.0).sqrt()
    return ibis.ifelse(n >= 3, spread, ibis.null("float64"))


def change_of(
    recent: ir.FloatingValue, mean: ir.FloatingValue, spread: ir.FloatingValue
) -> ir.FloatingValue:
    return (recent - mean) / ibis.greatest(spread, ibis.literal(LEAST_SPREAD))


def ratio(part: ir.FloatingValue, whole: ir.FloatingValue) -> ir.FloatingValue:
    return part / whole.nullif(0)
