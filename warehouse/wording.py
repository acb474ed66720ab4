"""Lists and counts in the sentences that errors and reports are made of."""

from collections.abc import Sequence

__all__ = ["counted", "listed"]


def counted(n: int, singular: str) -> str:
    """A count with its noun, which takes an s where there are several.

    >>> counted(1, "row"), counted(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{n:,} {singular}{'' if n == 1 else 's'}"


def listed(names: Sequence[str]) -> str:
    """Names as a sentence lists them.

    Examples
    --------
    >>> listed(["invoices"]), listed(["customers", "invoices", "payments"])
    ('invoices', 'customers, invoices and payments')
    """
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
