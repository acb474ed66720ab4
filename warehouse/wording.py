"""Lists in the sentences that errors and reports are made of."""

from collections.abc import Sequence

__all__ = ["listed"]


def listed(names: Sequence[str]) -> str:
    """Names as a sentence lists them.

    Examples
    --------
    >>> listed(["invoices"]), listed(["customers", "invoices", "payments"])
    ('invoices', 'customers, invoices and payments')
    """
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
