"""Whether what was sold has a cost, without which there is revenue and no margin."""

import pandas as pd

from models.refusal import Refusal

__all__ = ["refuse_without_costs"]


def refuse_without_costs(cost_of_goods: pd.Series) -> None:
    """Refuse customers of whom no cost of what they bought is known.

    Raises
    ------
    Refusal
        If all costs are missing or zero.

    Examples
    --------
    >>> refuse_without_costs(pd.Series([0.0, 12.5]))
    >>> refuse_without_costs(pd.Series([0.0, float("nan")]))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    models.refusal.Refusal: What was sold has no cost in the data, ...
    """
    if not cost_of_goods.abs().sum() > 0:
        raise Refusal(
            "What was sold has no cost in the data, so revenue would be taken for margin. Load "
            "`invoice_lines` with their `cost`."
        )
