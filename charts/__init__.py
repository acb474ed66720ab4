"""Charts: a result in, an Altair chart out. Pure functions, one per figure."""

import sys
from typing import Any

# Altair imports jsonschema, and that builds a grammar of international web addresses whenever
# the package for it is there (Jupyter brings it): two of the five seconds in which a process
# of ours starts. No chart holds such an address, and jsonschema does without.
sys.modules.setdefault("rfc3987_syntax", None)

from altair import TopLevelMixin as Chart  # noqa: E402

if sys.modules["rfc3987_syntax"] is None:
    del sys.modules["rfc3987_syntax"]

__all__ = ["Chart", "spec_of"]


def spec_of(chart: Chart) -> dict[str, Any]:
    """What a chart of one table draws, without the table: made once, drawn with many."""
    spec = chart.to_dict()
    # Streamlit keeps the tables out of what is drawn while another reader's chart is sent, and
    # that for all of them: then there is none here, and only the places that name one.
    spec.pop("datasets", None)
    if "data" not in spec or places_of_tables(spec) != 1:
        raise ValueError(
            "This chart draws more than one table, so it cannot be redrawn from one. Draw it anew."
        )
    del spec["data"]
    return spec


def places_of_tables(part: Any) -> int:
    """How often a drawing says where its rows are from.

    >>> places_of_tables({"data": {"name": "a"}, "layer": [{"mark": "bar"}, {"data": {}}]})
    2
    """
    if isinstance(part, list):
        return sum(map(places_of_tables, part))
    if isinstance(part, dict):
        return ("data" in part) + sum(map(places_of_tables, part.values()))
    return 0
