"""Charts: a result in, an Altair chart out. Pure functions, one per figure."""

from typing import Any

from altair import TopLevelMixin as Chart

__all__ = ["Chart", "spec_of"]


def spec_of(chart: Chart) -> dict[str, Any]:
    """What a chart of one table draws, without the table: made once, drawn with many."""
    spec = chart.to_dict()
    if len(spec.pop("datasets", {})) != 1 or "data" not in spec:
        raise ValueError(
            "This chart draws more than one table, so it cannot be redrawn from one. Draw it anew."
        )
    del spec["data"]
    return spec
