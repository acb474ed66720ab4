"""The scales of surveys: from where to where each goes, which end is good, and what is content."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["SCALES", "Scale"]


@dataclass(frozen=True)
class Scale:
    """One measure of experience.

    Attributes
    ----------
    label : str
    asks : str
        The question and what its ends mean.
    low, high : int
        Ends of the scale; high is good on all of them.
    content_from : int
        From this answer on a customer counts as content, below it as discontent.
    headline : str
        What the headline figure is, in words.
    unit : str
        Of the headline figure: share or score.
    """

    label: str
    asks: str
    low: int
    high: int
    content_from: int
    headline: str
    unit: str


SCALES: Mapping[str, Scale] = MappingProxyType(
    {
        "nps": Scale("NPS", "would recommend us, 0 (not at all) to 10 (certainly); high is good",
                     0, 10, 7, "promoters (9 and 10) less detractors (0 to 6), -100 to 100",
                     "score"),
        "csat": Scale("CSAT", "how satisfied, 1 (not at all) to 5 (very); high is good",
                      1, 5, 4, "share of answers 4 and 5", "share"),
        "ces": Scale("CES", "we made it easy, 1 (disagree) to 7 (agree); high is good",
                     1, 7, 5, "mean of the answers, 1 to 7", "score"),
    }
)  # fmt: skip
