"""What a definition of a figure has."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["Definition", "Unit"]

Unit = Literal["money", "days", "months", "share", "count", "date", "score", "ratio"]


@dataclass(frozen=True)
class Definition:
    """What a figure means: one sentence, one formula, and which way is better.

    Attributes
    ----------
    id : str
        ``<analysis>.<figure>``, the name in ``figures.json``.
    unit : str
        ``share`` is 0 to 1 in code; ``score`` is a plain number with its own scale, ``ratio``
        one that is compared with 1, and told with two digits.
    lower_is_better : bool or None
        None where neither direction is good in itself.
    """

    id: str
    label: str
    unit: Unit
    sentence: str
    formula: str
    lower_is_better: bool | None
