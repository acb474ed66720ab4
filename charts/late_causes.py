"""Why invoices are late: the money behind each cause."""

import altair as alt
import pandas as pd

from charts.theme import INK, LATE, money_axis, name_axis
from charts.wording import share as percent

__all__ = ["CAUSE_WORDS", "cause_bars"]

#: Each cause in words.
CAUSE_WORDS = {
    "dissatisfied": "Dissatisfied",
    "cash": "Short of cash",
    "process": "Stuck in a process",
    "habit": "Habit",
    "unclear": "Unclear",
}


def cause_bars(mix: pd.DataFrame, currency: str) -> alt.LayerChart:
    """Expected late money by cause, and the part of it on invoices whose cause is named.

    Parameters
    ----------
    mix : DataFrame
        From `models.late_causes.LateCauses.mix`.
    currency : str
    """
    labels = [
        f"{CAUSE_WORDS[cause]}  {percent(part, 0)}"
        for cause, part in zip(mix["cause"], mix["share"], strict=True)
    ]
    rows = mix.assign(label=labels)
    base = alt.Chart(rows).encode(
        # The share stands in the axis, whose colour follows the page's mode.
        alt.Y("label:N", sort=labels, title=None, axis=name_axis(labels)),
        tooltip=[
            alt.Tooltip("label:N", title="Cause"),
            alt.Tooltip("amount:Q", title=f"Expected, {currency}", format=",.0f"),
            alt.Tooltip("named:Q", title=f"On invoices of a sure cause, {currency}", format=",.0f"),
        ],
    )
    money = money_axis()
    bars = base.mark_bar(color=INK, height={"band": 0.65}).encode(
        alt.X("amount:Q", title=f"Late money, {currency}", axis=money)
    )
    sure = base.mark_tick(color=LATE, thickness=3, size=26).encode(alt.X("named:Q", axis=money))
    return alt.layer(bars, sure).properties(height=46 * len(rows) + 60)
