"""Tables as text that a spreadsheet opens without running anything in them."""

import re
import unicodedata

import pandas as pd

__all__ = ["csv_bytes", "spreadsheet_safe"]

# A cell that starts so is a formula to Excel, LibreOffice and Sheets (OWASP, CSV injection).
FORMULA = re.compile(r"^[=+\-@\t\r]")
#: Not seen, but of the text: tab and line ends, and what joins letters and emoji in some scripts.
KEPT = frozenset("\t\r\n\u200c\u200d")
NUMBER = re.compile(r"^[+-]?\d[\d.,\u00a0\u202f ']*$")


def spreadsheet_safe(value: object) -> object:
    """Text that a spreadsheet would run gets an apostrophe; numbers, also as text, stay numbers.

    Characters that are not seen are taken out: those that control a device, and those that turn
    the direction of writing, by which a name can be made to read as another.

    >>> spreadsheet_safe("=1+1"), spreadsheet_safe("-12.50"), spreadsheet_safe(-12.5)
    ("'=1+1", '-12.50', -12.5)
    """
    if not isinstance(value, str):
        return value
    value = "".join(sign for sign in value if sign in KEPT or seen(sign))
    if FORMULA.match(value) and not NUMBER.match(value):
        return "'" + value
    return value


def seen(sign: str) -> bool:
    """Whether a character is one of text: no control, format or surrogate."""
    return unicodedata.category(sign) not in ("Cc", "Cf", "Cs")


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """A CSV in UTF-8 with the mark by which Excel knows it."""
    safe = frame.rename(columns=spreadsheet_safe)
    texts = safe.select_dtypes(include=["object", "string", "category"]).columns
    safe = safe.assign(**{name: safe[name].astype(object).map(spreadsheet_safe) for name in texts})
    return safe.to_csv(index=False, date_format="%Y-%m-%d").encode("utf-8-sig")
