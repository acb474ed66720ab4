"""Counts in the sentences that refusals are made of."""

__all__ = ["counted"]


def counted(n: int, singular: str) -> str:
    """Return a count with its noun, which takes an s where there are several.

    Parameters
    ----------
    n : int
    singular : str

    Examples
    --------
    >>> counted(1, "customer"), counted(1200, "customer")
    ('1 customer', '1,200 customers')
    """
    return f"{n:,} {singular}{'' if n == 1 else 's'}"
