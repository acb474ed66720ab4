"""Every document a contract brings: what is billed once, in advance, in arrears, and credited."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from models.charge import Charge
from models.charge_price import Used
from models.rating import Invoice, Line, Tariff, rate_line, units_for, with_sums

__all__ = ["Document", "billing_schedule"]

ONE = Decimal(1)


@dataclass(frozen=True)
class Document:
    """An invoice or a credit note, the day it is issued and the month it is for.

    Attributes
    ----------
    issued_on : date
    month : date
        First day of the month that most of it is for.
    kind : str
        ``invoice`` or ``credit_note``; amounts of the latter are below nothing.
    invoice : Invoice
    """

    issued_on: dt.date
    month: dt.date
    kind: str
    invoice: Invoice


def billing_schedule(
    tariff: Tariff,
    usage: Mapping[dt.date, Mapping[str, Decimal]],
    started_on: dt.date,
    until: dt.date,
    *,
    ended_on: dt.date | None = None,
    customer_id: str | None = None,
) -> tuple[Document, ...]:
    """All documents issued from the start of a contract up to and including a day.

    What is billed once comes on the day of the start; what is in advance on the first day of
    its month (of the first month, on the start), for the days from then on; what is in arrears on
    the first day of the month after, for what was used; what comes with every invoice with each
    of these. A contract that ends within a month billed in advance brings a credit note on the
    day after for the days that are left. What falls on one day is one invoice.

    Parameters
    ----------
    usage : mapping of date to mapping
        First day of a month to its units by meter.
    started_on, ended_on : date
        First and last day of the contract.

    Examples
    --------
    >>> fee = Charge("Fee", "fixed", timing="in_advance", amount=Decimal(31))
    >>> day = dt.date
    >>> found = billing_schedule(Tariff("Plain", "EUR", (fee,)), {}, day(2025, 1, 10),
    ...     day(2025, 3, 31), ended_on=day(2025, 3, 20))
    >>> [(str(d.issued_on), d.kind, str(d.invoice.total)) for d in found]
    [('2025-01-10', 'invoice', '22.00'), ('2025-02-01', 'invoice', '31.00'), \
('2025-03-01', 'invoice', '31.00'), ('2025-03-21', 'credit_note', '-11.00')]
    """
    if ended_on is not None and ended_on < started_on:
        raise ValueError(
            f"The contract ends on {ended_on}, before it starts on {started_on}, so nothing can be "
            "billed. Correct one of the days."
        )
    documents = []
    month = started_on.replace(day=1)
    while month <= until:
        issued_on = max(month, started_on)
        # Use is billed at the prices of the month it was in.
        past = tariff.of(customer_id, max(previous_month(month), started_on))
        own = tariff.of(customer_id, issued_on)
        charges = tuple(
            old if old.timing == "in_arrears" else new
            for old, new in zip(past.charges, own.charges, strict=True)
        )
        billed = replace(own, charges=charges)
        if (bill := invoice_on(billed, issued_on, started_on, ended_on, usage)) is not None:
            documents.append(Document(issued_on, month, "invoice", bill))
        if ended_on is not None and month <= ended_on < next_month(month):
            credit = credit_for(own, month, started_on, ended_on)
            if credit is not None:
                day = ended_on + dt.timedelta(days=1)
                documents.append(Document(day, month, "credit_note", credit))
        if ended_on is not None and month > ended_on:
            break
        month = next_month(month)
    return tuple(document for document in documents if document.issued_on <= until)


def invoice_on(
    tariff: Tariff,
    issued_on: dt.date,
    started_on: dt.date,
    ended_on: dt.date | None,
    usage: Mapping[dt.date, Mapping[str, Decimal]],
) -> Invoice | None:
    """The invoice of one billing day: this month's advance and last month's arrears."""
    month = issued_on.replace(day=1)
    before = previous_month(month)
    lines: list[tuple[Charge, Line]] = []
    used = {meter: Used(Decimal(units)) for meter, units in usage.get(before, {}).items()}
    for charge in tariff.charges:
        if charge.timing == "one_time" and issued_on == started_on:
            share = ONE
        elif charge.timing == "in_advance" and (ended_on is None or ended_on >= issued_on):
            # Whoever bills in advance does not know yet that the contract will end.
            share = share_of(month, started_on, None)
        elif charge.timing == "in_arrears" and month > started_on:
            share = share_of(before, started_on, ended_on)
        else:
            continue
        if share > 0:
            units = units_for(charge, used)
            lines.append((charge, rate_line(charge, units, tariff.conventions, share=share)))
    if not lines:
        return None
    # What comes with every invoice comes only where there is one.
    for charge in tariff.charges:
        if charge.timing == "every_invoice":
            units = units_for(charge, used)
            lines.append((charge, rate_line(charge, units, tariff.conventions)))
    charges, rated = zip(*lines, strict=True)
    return with_sums(tariff, charges, rated)


def credit_for(
    tariff: Tariff, month: dt.date, started_on: dt.date, ended_on: dt.date
) -> Invoice | None:
    """What was billed in advance for days after the end, given back."""
    charges = [charge for charge in tariff.charges if charge.timing == "in_advance"]
    whole = share_of(month, started_on, None)
    part = share_of(month, started_on, ended_on)
    if not charges or part == whole:
        return None
    lines = []
    for charge in charges:
        billed = rate_line(charge, Used(Decimal(0)), tariff.conventions, share=whole)
        due = rate_line(charge, Used(Decimal(0)), tariff.conventions, share=part)
        lines.append(
            Line(charge.name, charge.model, part - whole, due.amount - billed.amount, due.parts)
        )
    return with_sums(tariff, charges, lines, credit=True)


def share_of(month: dt.date, started_on: dt.date, ended_on: dt.date | None) -> Decimal:
    """Part of a month in which the contract runs.

    >>> share_of(dt.date(2025, 4, 1), dt.date(2025, 1, 1), dt.date(2025, 4, 15))
    Decimal('0.5')
    """
    end = next_month(month)
    until = end if ended_on is None else min(end, ended_on + dt.timedelta(days=1))
    days = (until - max(month, started_on)).days
    return Decimal(max(0, days)) / Decimal((end - month).days)


def next_month(month: dt.date) -> dt.date:
    return (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1)


def previous_month(month: dt.date) -> dt.date:
    return (month.replace(day=1) - dt.timedelta(days=1)).replace(day=1)
