"""A dot on its interval for every row: how estimates beside each other are drawn everywhere."""

import altair as alt
import pandas as pd

from charts.theme import MUTED

__all__ = ["interval_dots"]


def interval_dots(
    base: alt.Chart,
    value: str,
    low: str,
    high: str,
    *,
    even: float | None = None,
    **x: object,
) -> alt.LayerChart:
    """Draw an estimate and its interval for every row of a chart.

    Parameters
    ----------
    base : Chart
        Holds the rows, what they are called, their colour and what is said on pointing at one.
    value, low, high : str
        Columns of the estimate and of the ends of its interval.
    even : float, optional
        Where nothing would differ: a broken line stands there.
    **x
        Title, axis and scale, as `altair.X` takes them.

    Returns
    -------
    LayerChart
        Its height is the caller's to set, who knows the number of rows.

    Examples
    --------
    >>> rows = pd.DataFrame({"who": ["A"], "ratio": [1.2], "low": [1.1], "high": [1.4]})
    >>> base = alt.Chart(rows).encode(alt.Y("who:N"))
    >>> len(interval_dots(base, "ratio", "low", "high", even=1.0, title="Ratio").layer)
    3
    """
    interval = base.mark_rule(strokeWidth=3, opacity=0.55).encode(
        alt.X(f"{low}:Q", **x), alt.X2(f"{high}:Q")
    )
    dot = base.mark_point(filled=True, size=90, opacity=1).encode(alt.X(f"{value}:Q", **x))
    if even is None:
        return alt.layer(interval, dot)
    line = alt.Chart(pd.DataFrame({"even": [even]})).mark_rule(color=MUTED, strokeDash=[4, 3])
    return alt.layer(line.encode(alt.X("even:Q", **x)), interval, dot)
