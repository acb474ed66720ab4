"""The headline figures as a file: each with its value, its meaning and where it comes from."""

import json
from collections.abc import Iterable
from math import isnan

from charts.wording import bucket
from models.figures import Figure
from models.receivables import Receivables
from reports.edition import Edition

__all__ = ["figures_json"]


def figures_json(
    figures: Iterable[Figure], edition: Edition, receivables: Receivables | None = None
) -> str:
    """The figures as JSON, one object a figure; the same figures give the same text.

    With `receivables` the open amount by age comes with them, in the buckets of the result.
    A refused figure has the value null and the ``reason``; money is in ``currency`` and
    shares are 0 to 1. Numbers have twelve significant digits.

    Examples
    --------
    >>> import datetime as dt
    >>> as_of = dt.date(2026, 9, 30)
    >>> owed = Figure("receivables.open_amount", 1250.0, None, None, 5, as_of)
    >>> text = figures_json([owed], Edition("Acme", "20260930-a", as_of, "EUR"))
    >>> json.loads(text)["figures"][0]["value"]
    1250.0
    """
    parts = {
        "workspace": edition.company,
        "snapshot": edition.snapshot,
        "as_of": edition.as_of.isoformat(),
        "currency": edition.currency,
        "cut": edition.cut,
        "figures": [as_record(figure, edition) for figure in figures],
    }
    if receivables is not None:
        parts["aging"] = aging_record(receivables)
    # NaN is not JSON: a figure without a value holds None, and anything else is a mistake.
    return json.dumps(parts, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def as_record(figure: Figure, edition: Edition) -> dict[str, object]:
    return {
        "id": figure.id,
        "label": figure.label,
        "value": steady(figure.value),
        "unit": figure.unit,
        "currency": edition.currency if figure.unit == "money" else None,
        "low": steady(figure.low),
        "high": steady(figure.high),
        "confidence": figure.confidence,
        "n": figure.n,
        "definition": figure.definition,
        "formula": figure.formula,
        "as_of": figure.as_of.isoformat(),
        "snapshot": edition.snapshot,
        "reason": figure.reason,
    }


def aging_record(receivables: Receivables) -> dict[str, object]:
    """The open amount by age, adding up to the open receivables."""
    return {
        "age_from": "due date" if receivables.aging_by == "due" else "invoice date",
        "buckets": [
            {
                "bucket": row.bucket,
                "label": bucket(row.bucket, receivables.aging_by),
                "amount": steady(row.amount),
                "share": None if isnan(row.share) else steady(row.share),
            }
            for row in receivables.aging.itertuples()
        ],
    }


def steady(value: float | None) -> float | None:
    """The value without its last digits, which change with the order in which rows are summed."""
    return None if value is None else float(f"{value:.12g}")
