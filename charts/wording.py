"""Numbers, dates and lists in words: a page, a chart, a slide and a notebook print the same."""

import datetime as dt
import math
from numbers import Real

import pandas as pd
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal

__all__ = [
    "STEADY_DAYS",
    "bucket",
    "bucket_in_short",
    "count",
    "count_of",
    "date",
    "days",
    "exact_money",
    "in_unit",
    "listed",
    "moment",
    "money",
    "share",
    "signed",
]

LOCALE = "en"

#: A movement below this is none to a reader of days with one decimal.
STEADY_DAYS = 0.5

NOTHING = "–"

#: Digits of money in short.
DIGITS = 3

#: What stands for a power of ten in money in short.
ENDINGS = {3: "K", 6: "M", 9: "bn", 12: "tn"}


def money(value: Real | None, currency: str) -> str:
    """Money in short, for a headline: the receipt holds it to the cent.

    >>> money(1_234_567.891, "EUR")
    '€1.23M'
    >>> money(221_934, "EUR"), money(999_999.9, "EUR")
    ('€222K', '€1.00M')
    >>> money(None, "EUR")
    '–'
    """
    if is_missing(value):
        return NOTHING
    if abs(value) < 10_000:
        return unsigned_nothing(
            format_currency(value, currency, "¤#,##0", locale=LOCALE, currency_digits=False)
        )
    # Three digits, which is more than an estimate with its interval can say. Rounded before the
    # ending is chosen, which would else be €1000K.
    rounded = round(float(value), DIGITS - 1 - math.floor(math.log10(abs(value))))
    size = math.floor(math.log10(abs(rounded)))
    power = min(3 * (size // 3), max(ENDINGS))
    decimals = "0" * max(DIGITS - 1 - (size - power), 0)
    form = f"¤#,##0{'.' if decimals else ''}{decimals}'{ENDINGS[power]}'"
    return format_currency(
        rounded / 10**power, currency, form, locale=LOCALE, currency_digits=False
    )


def exact_money(value: Real | None, currency: str) -> str:
    """Money to the smallest unit of its currency.

    >>> exact_money(1234567.891, "EUR")
    '€1,234,567.89'
    """
    if is_missing(value):
        return NOTHING
    return unsigned_nothing(format_currency(value, currency, locale=LOCALE))


def unsigned_nothing(text: str) -> str:
    """A number in words that was rounded to 0 from below, without its sign.

    >>> unsigned_nothing("-€0"), unsigned_nothing("-€10")
    ('€0', '-€10')
    """
    return text if any(digit in text for digit in "123456789") else text.replace("-", "")


def share(value: Real | None, digits: int = 1) -> str:
    """A share of one in percent.

    >>> share(0.3561), share(-0.0001)
    ('35.6 %', '0.0 %')
    """
    return NOTHING if is_missing(value) else f"{100 * value:z.{digits}f} %"


def signed(value: Real | None, digits: int = 0) -> str:
    """A change, with its sign; none has no sign.

    >>> signed(1234.5, 1), signed(-0.001, 2), signed(-3)
    ('+1,234.5', '0.00', '-3')
    """
    if is_missing(value):
        return NOTHING
    text = f"{value:+z,.{digits}f}"
    return text if any(digit in text for digit in "123456789") else text[1:]


def days(value: Real | None, digits: int = 0) -> str:
    """A length of time in days.

    >>> days(1.0), days(45.25, 1)
    ('1 day', '45.2 days')
    """
    if is_missing(value):
        return NOTHING
    number = f"{value:z,.{digits}f}"
    return f"{number} day" if number == "1" else f"{number} days"


def count(value: Real | None) -> str:
    """A count with thousands separators.

    >>> count(12345)
    '12,345'
    """
    return NOTHING if is_missing(value) else format_decimal(int(value), locale=LOCALE)


def count_of(n: int, singular: str, plural: str | None = None) -> str:
    """A count with its noun.

    >>> count_of(1, "row"), count_of(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{count(n)} {singular if n == 1 else plural or singular + 's'}"


def date(value: dt.date | pd.Timestamp | None) -> str:
    """A date that no reader can take for another.

    >>> date(dt.date(2024, 3, 5))
    '5 Mar 2024'
    """
    return NOTHING if is_missing(value) else format_date(value, "d MMM y", locale=LOCALE)


def moment(text: str) -> str:
    """A moment of the history, in UTC.

    >>> moment("2025-03-05T14:07:11.123+00:00")
    '5 Mar 2025, 14:07 UTC'
    """
    at = dt.datetime.fromisoformat(text).astimezone(dt.UTC)
    return format_datetime(at, "d MMM y, HH:mm 'UTC'", locale=LOCALE)


def in_unit(
    value: float | None,
    unit: str,
    currency: str,
    *,
    exact: bool = False,
    share_digits: int = 1,
) -> str:
    """A figure in its unit; `exact` for the receipt, short for the headline.

    >>> in_unit(0.25, "share", "EUR"), in_unit(0.25, "share", "EUR", exact=True)
    ('25.0 %', '25.0000 %')
    >>> in_unit(0.25, "share", "EUR", share_digits=0), in_unit(3.0, "months", "EUR")
    ('25 %', '3 months')
    """
    if is_missing(value):
        return NOTHING
    if unit == "money":
        return exact_money(value, currency) if exact else money(value, currency)
    if unit == "share":
        return share(value, 4 if exact else share_digits)
    if unit == "days":
        return days(value, 4 if exact else 1)
    if unit == "months":
        return (
            count_of(int(value), "month") if float(value).is_integer() else f"{value:z,.1f} months"
        )
    if unit == "count":
        return count(value)
    if unit == "ratio" and not exact:
        return f"{value:z,.2f}"
    return f"{value:z,.4f}" if exact else f"{value:z,.1f}"


def bucket(label: str, aging_by: str = "due") -> str:
    """An aging bucket as a sentence says it.

    >>> bucket("1-30"), bucket("current"), bucket("91+"), bucket("0-30", "invoice")
    ('1 to 30 days past due', 'not yet due', 'more than 90 days past due', '0 to 30 days old')
    """
    what = "past due" if aging_by == "due" else "old"
    if label == "current":
        return "not yet due"
    if label.endswith("+"):
        return f"more than {int(label[:-1]) - 1} days {what}"
    return f"{label.replace('-', ' to ')} days {what}"


def bucket_in_short(label: str) -> str:
    """An aging bucket as an axis prints it, whose title says of what the days are.

    >>> bucket_in_short("1-30"), bucket_in_short("current"), bucket_in_short("91+")
    ('1–30', 'not yet due', 'over 90')
    """
    if label == "current":
        return "not yet due"
    return f"over {int(label[:-1]) - 1}" if label.endswith("+") else label.replace("-", "–")


def listed(words: list[str], last: str = "and") -> str:
    """Words as a sentence lists them.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def is_missing(value: object) -> bool:
    return value is None or bool(pd.isna(value))
