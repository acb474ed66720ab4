"""Charts: a result in, an Altair chart out. Pure functions, one per figure."""

from altair import TopLevelMixin as Chart

__all__ = ["Chart"]
