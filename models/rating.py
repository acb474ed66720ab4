"""Invoices from tariffs and usage, exact to the cent, every line explained."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from models.charge import Charge
from models.charge_price import Part, Used, charge_parts
from models.tariff import ORDER, Conventions, Override, Tariff
from models.tariff_file import read_tariff, tariff_text

__all__ = [
    "ORDER",
    "Conventions",
    "Invoice",
    "Line",
    "Override",
    "Tariff",
    "Used",
    "rate_invoice",
    "rate_line",
    "read_tariff",
    "rounded",
    "tariff_text",
    "units_for",
    "with_sums",
]

DISCOUNT, MINIMUM, TAX = "Discount", "Minimum", "Tax"


@dataclass(frozen=True)
class Line:
    """One line of an invoice: which charge, how many units, what it comes to, and why."""

    charge: str
    model: str | None
    quantity: Decimal
    amount: Decimal
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Invoice:
    """Lines of one invoice, in the currency of the tariff; their sum is the invoice."""

    tariff: str
    currency: str
    lines: tuple[Line, ...]

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))

    def line(self, charge: str) -> Line:
        """The line of one charge."""
        return next(line for line in self.lines if line.charge == charge)


def rounded(amount: Decimal, conventions: Conventions) -> Decimal:
    """An amount as it stands on an invoice: the only place where money is rounded.

    >>> str(rounded(Decimal("0.125"), Conventions()))
    '0.13'
    >>> str(rounded(Decimal("0.125"), Conventions(rounding="half_even")))
    '0.12'
    """
    way = ROUND_HALF_UP if conventions.rounding == "half_up" else ROUND_HALF_EVEN
    return amount.quantize(Decimal(1).scaleb(-conventions.decimals), way)


def rate_line(
    charge: Charge, used: Used, conventions: Conventions, *, share: Decimal = Decimal(1)
) -> Line:
    """What one charge comes to for what was used, as a line of an invoice."""
    by_part = conventions.round_each == "part"
    step = {"step": lambda amount: rounded(amount, conventions)} if by_part else {}
    parts = charge_parts(charge, used, zero_usage=conventions.zero_usage, share=share, **step)
    if by_part:
        amount = sum((rounded(part.amount, conventions) for part in parts), Decimal(0))
    else:
        amount = sum((part.amount for part in parts), Decimal(0))
    quantity = used.quantity if charge.metered else share
    return Line(charge.name, charge.model, quantity, rounded(amount, conventions), parts)


def rate_invoice(
    tariff: Tariff,
    usage: Mapping[str, Decimal | Used],
    *,
    customer_id: str | None = None,
    day: date | None = None,
    share: Decimal = Decimal(1),
) -> Invoice:
    """The invoice of one period: a line for each charge, then discount, minimum and tax.

    Parameters
    ----------
    usage : mapping of str to Decimal or Used
        Units by meter. A charge without a meter reads all of them together.
    customer_id, day : optional
        Whose own prices hold, and on which day.
    share : Decimal
        Part of the period billed; see `charge_price.charge_parts`.

    Returns
    -------
    Invoice
        Its total is the sum of its lines, to the cent.

    Examples
    --------
    >>> tariff = read_tariff('''
    ... {name: Calls, currency: EUR, discount_percent: 10, charges: [
    ...   {name: Platform, model: fixed, amount: 49.90},
    ...   {name: Calls, model: per_thousand, package_price: 1.5}]}
    ... ''')
    >>> invoice = rate_invoice(tariff, {"calls": Decimal(4500)})
    >>> [(line.charge, str(line.amount)) for line in invoice.lines], str(invoice.total)
    ([('Platform', '49.90'), ('Calls', '7.50'), ('Discount', '-5.74')], '51.66')
    """
    tariff = tariff.of(customer_id, day)
    used = {meter: as_used(units) for meter, units in usage.items()}
    lines = [
        rate_line(charge, units_for(charge, used), tariff.conventions, share=share)
        for charge in tariff.charges
    ]
    return with_sums(tariff, tariff.charges, lines, share=share)


def with_sums(
    tariff: Tariff,
    charges: Sequence[Charge],
    lines: Sequence[Line],
    *,
    share: Decimal = Decimal(1),
    credit: bool = False,
) -> Invoice:
    """An invoice of lines of some charges: discount, minimum and tax added, a line each.

    A credit note (`credit`) has no minimum.
    """
    lines, set_as = list(lines), tariff.conventions
    extra = tariff.discount_percent
    if extra:
        base = sum(
            (
                line.amount
                for line, charge in zip(lines, charges, strict=True)
                if charge.discountable
            ),
            Decimal(0),
        )
        off = rounded(-base * extra / 100, set_as)
        lines.append(sum_line(DISCOUNT, f"{extra:f} % of {base:,f}", off))
    total = sum((line.amount for line in lines), Decimal(0))
    if tariff.minimum is not None and not credit and total < tariff.minimum * share:
        gap = rounded(tariff.minimum * share - total, set_as)
        lines.append(sum_line(MINIMUM, f"up to {tariff.minimum * share:,f}", gap))
        total += gap
    if tariff.tax_percent:
        tax = rounded(total * tariff.tax_percent / 100, set_as)
        lines.append(sum_line(TAX, f"{tariff.tax_percent:f} % of {total:,f}", tax))
    return Invoice(tariff.name, tariff.currency, tuple(lines))


def sum_line(name: str, text: str, amount: Decimal) -> Line:
    one = Decimal(1)
    return Line(name, None, one, amount, (Part(text, one, amount, amount),))


def as_used(units: Decimal | Used) -> Used:
    return units if isinstance(units, Used) else Used(Decimal(units))


def units_for(charge: Charge, used: Mapping[str, Used]) -> Used:
    """What a charge reads: its meter, or all of them together."""
    if charge.meter is not None:
        return used.get(charge.meter, Used(Decimal(0)))
    if len(used) == 1:
        return next(iter(used.values()))
    return Used(sum((units.quantity for units in used.values()), Decimal(0)))
