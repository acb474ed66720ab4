"""Product fit: how often each group succeeds with a product, with its interval."""

import altair as alt

from charts.interval_dots import interval_dots
from charts.theme import INK, LATE, MUTED, name_axis, percent_axis
from charts.wording import share as percent
from models.product_fit import ProductFit

__all__ = ["MOST_GROUPS", "success_dots"]

#: More groups than this are read in the table.
MOST_GROUPS = 15
COLORS = {"more likely": INK, "less likely": LATE, "no difference seen": MUTED}


def success_dots(fit: ProductFit, product: str, trait: str) -> alt.LayerChart:
    """Expected success of the groups of one product, beside the product's own rate.

    Of many groups the largest are drawn.
    """
    rows = fit.table[(fit.table["product"] == product) & (fit.table["trait"] == trait)]
    rows = rows[rows["verdict"] != "too few"].nlargest(MOST_GROUPS, "n")
    rows = rows.sort_values(["expected", "value"], ascending=[False, True])
    labels = [f"{v}  {percent(x, 0)}" for v, x in zip(rows["value"], rows["expected"], strict=True)]
    rows = rows.assign(label=labels)
    base = alt.Chart(rows).encode(
        # The share stands in the axis, whose colour follows the page's mode.
        alt.Y("label:N", sort=labels, title=None, axis=name_axis(labels)),
        color=alt.Color(
            "verdict:N",
            title="Against its other customers",
            scale=alt.Scale(domain=list(COLORS), range=list(COLORS.values())),
            legend=alt.Legend(columns=1),
        ),
        tooltip=[
            alt.Tooltip("value:N", title="Group"),
            alt.Tooltip("expected:Q", title="Expected to succeed", format=".1%"),
            alt.Tooltip("low:Q", title=f"{percent(fit.confidence, 0)} from", format=".1%"),
            alt.Tooltip("high:Q", title="to", format=".1%"),
            alt.Tooltip("rate:Q", title="Counted", format=".1%"),
            alt.Tooltip("n:Q", title="Starts", format=","),
        ],
    )
    x = {
        "title": "Share that succeeds in the first year",
        "axis": percent_axis(grid=True, tickCount=4),
        "scale": alt.Scale(zero=False, nice=True, padding=8),
    }
    own = float(fit.products.set_index("product").at[product, "rate"])
    dots = interval_dots(base, "expected", "low", "high", even=own, **x)
    return dots.properties(height=40 * len(labels) + 130)
