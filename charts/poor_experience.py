"""Cost of poor experience: by bucket, cause and touchpoint, and month by month."""

import altair as alt
import pandas as pd

from charts.theme import INK, LATE, MUTED, PALETTE, money_axis, month_end_axis, name_axis
from charts.wording import money
from models.poor_experience import BUCKETS, CAUSE_WORDS, PoorExperience

__all__ = ["WHOSE", "cost_bars", "month_bars"]

#: More groups than this are in the table only.
MOST_GROUPS = 14
#: With whom a cause lies, and its colour.
WHOSE = {"ours": LATE, "theirs": INK, "not explained": MUTED}
#: Buckets in a chart of months: the largest have a colour of their own.
MOST_COLORS = len(PALETTE) - 1
REST = "All others"


def cost_bars(ledger: PoorExperience, by: str, *, currency: str) -> alt.LayerChart:
    """What a year cost by `by`: bucket, cause or touchpoint; estimates with their interval."""
    table = {"bucket": ledger.buckets, "cause": ledger.causes, "touchpoint": ledger.touchpoints}[by]
    rows = table.dropna(subset="amount").nlargest(MOST_GROUPS, "amount")
    words = {**BUCKETS, **CAUSE_WORDS}
    said = [money(amount, currency) for amount in rows["amount"]]
    names = [words.get(name, str(name).capitalize()) for name in rows[by]]
    rows = rows.assign(
        said=said,
        line=[f"{name}|{amount}" for name, amount in zip(names, said, strict=True)],
        whose=rows.get("whose", "ours"),
        low=rows.get("low", float("nan")),
        high=rows.get("high", float("nan")),
    )
    order = list(rows["line"])
    y = alt.Y("line:N", title=None, sort=order, axis=name_axis(order))
    colored = alt.Color(
        "whose:N",
        title="Lies with",
        scale=alt.Scale(domain=list(WHOSE), range=list(WHOSE.values())),
        legend=alt.Legend(columns=3) if by == "cause" else None,
    )
    bars = alt.Chart(rows).mark_bar(height={"band": 0.6}, opacity=0.8).encode(
        y,
        alt.X("amount:Q", title="In twelve months", axis=money_axis()),
        color=colored,
        tooltip=[
            alt.Tooltip("line:N", title=by.capitalize()),
            alt.Tooltip("amount:Q", title="Amount", format=",.2f"),
            alt.Tooltip("n:Q", title="Entries", format=","),
            alt.Tooltip("explained:Q", title="With a cause", format=".0%"),
        ],
    )  # fmt: skip
    known = rows.dropna(subset="low")
    whiskers = (
        alt.Chart(known)
        .mark_rule(strokeWidth=2, color=MUTED)
        .encode(alt.Y("line:N", sort=order, title=None), alt.X("low:Q"), alt.X2("high:Q"))
    )
    return alt.layer(bars, whiskers).properties(height=38 * len(order) + 70)


def month_bars(ledger: PoorExperience) -> alt.LayerChart:
    """What was counted in each month of two years, the largest buckets apart."""
    rows = ledger.trend[ledger.trend["bucket"] != "churn"]
    largest = rows.groupby("bucket")["amount"].sum().nlargest(MOST_COLORS).index
    named = rows["bucket"].where(rows["bucket"].isin(largest), REST)
    rows = rows.assign(name=named.map({**BUCKETS, REST: REST}), month=pd.to_datetime(rows["month"]))
    rows = rows.groupby(["month", "name"], as_index=False)["amount"].sum()
    order = [BUCKETS[name] for name in largest] + ([REST] if (rows["name"] == REST).any() else [])
    bars = alt.Chart(rows).mark_bar(size=11).encode(
        alt.X("month:T", title=None, axis=month_end_axis(rows["month"])),
        alt.Y("amount:Q", title="Cost of the month", axis=money_axis()),
        color=alt.Color(
            "name:N", title=None, sort=order,
            scale=alt.Scale(domain=order, range=list(PALETTE[: len(order)])),
            legend=alt.Legend(columns=2),
        ),
        order=alt.Order("name:N"),
        tooltip=[
            alt.Tooltip("month:T", title="Month to"),
            alt.Tooltip("name:N", title="Bucket"),
            alt.Tooltip("amount:Q", title="Amount", format=",.0f"),
        ],
    )  # fmt: skip
    return alt.layer(bars).properties(height=340)
