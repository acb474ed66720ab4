"""Figures for churn: who is still there, why others left, and what went with it."""

import altair as alt
import numpy as np
import pandas as pd

from charts.theme import (
    INK,
    LATE,
    MISSED,
    MUTED,
    PALETTE,
    height_with_legend,
    money_axis,
    name_axis,
    percent_axis,
    series_color,
    series_dash,
)
from charts.wording import share as percent
from models.churn import Churn
from models.churn_ratios import ChurnRatios
from models.churn_validation import ChurnValidation
from models.retention import Retention

__all__ = [
    "CAUSE_LABELS",
    "WATCHED",
    "at_risk_rows",
    "calibration_dots",
    "incidence_areas",
    "ratio_forest",
    "retention_bridge",
    "survival_curve",
]

#: More curves than this cannot be told apart.
MOST_GROUPS = 7
#: Days of a month, as the axis counts them.
MONTH_DAYS = 365 / 12
#: A tick for each of more years would not fit a telephone.
MOST_YEARS = 10
#: Fewer customers than this at an age: the curve ends there.
WATCHED = 10
LABEL_WIDTH = 230
#: Hazard ratios that an axis names.
RATIO_TICKS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)

CAUSE_LABELS = {
    "price": "Price", "billing": "Billing", "service": "Service", "product": "Product",
    "competitor": "Competitor", "insolvency": "Insolvency", "other": "Other",
    "unknown": "Not on record",
}  # fmt: skip
#: One colour a cause, price and billing the warmest: they are ours to change at once.
CAUSE_COLORS = (MISSED, LATE, INK, "#6460CC", "#B5446E", "#6E8B1F", "#3D78B8", MUTED)

STEP_LABELS = {"start": "A year ago", "contraction": "Pays less", "expansion": "Pays more",
               "end": "Today"}  # fmt: skip


def curve_rows(table: pd.DataFrame, groups: list[str]) -> pd.DataFrame:
    """Rows worth drawing: of the largest groups, while enough are watched."""
    rows = table[table["group"].isin(groups)]
    # Young ages may have few again where the books begin late: cut behind the last that has many.
    enough = rows[rows["at_risk"] >= WATCHED].groupby("group")["day"].max()
    rows = rows[rows["day"] <= rows["group"].map(enough).fillna(0)]
    rank = {group: place for place, group in enumerate(groups)}
    rows = rows.sort_values("group", key=lambda g: g.map(rank), kind="stable")
    return rows.assign(month=rows["day"] / MONTH_DAYS)


def largest(churn: Churn) -> list[str]:
    groups = churn.groups[churn.groups["reason"].isna()]
    return list(groups.nlargest(MOST_GROUPS, "n")["group"])


def year_axis(last: float) -> alt.Axis:
    """An axis of months with a tick a year, or every other year where there are many."""
    last = 0 if np.isnan(last) else int(last)
    return alt.Axis(values=list(range(0, last + 1, 12 if last <= MOST_YEARS * 12 else 24)))


def survival_curve(churn: Churn) -> alt.LayerChart:
    """Share still a customer by months since acquisition, with its interval."""
    order = largest(churn)
    rows = curve_rows(churn.survival.table, order)
    # One point a month and group: more cannot be seen.
    rows = rows.groupby(["group", rows["month"].astype(int)], sort=False).tail(1)
    single = len(order) == 1
    color = alt.value(INK) if single else series_color("group", order)
    share = {"axis": percent_axis(), "scale": alt.Scale(domain=[0, 1])}
    base = alt.Chart(rows[["group", "month", "survival", "lower", "upper", "at_risk"]]).encode(
        alt.X(
            "month:Q",
            title="Months since acquired",
            axis=year_axis(rows["month"].max()),
            scale=alt.Scale(nice=False, domainMin=0),
        ),
    )
    band = base.mark_area(interpolate="step-after", opacity=0.16 if single else 0.08).encode(
        alt.Y("lower:Q", title="Share still a customer", **share), alt.Y2("upper:Q"), color=color
    )
    line = base.mark_line(interpolate="step-after").encode(
        alt.Y("survival:Q", title="Share still a customer", **share),
        color=color,
        strokeDash=alt.value([1, 0]) if single else series_dash("group", order),
        tooltip=[
            *([] if single else [alt.Tooltip("group:N", title="Segment")]),
            alt.Tooltip("month:Q", title="Months since acquired", format=".0f"),
            alt.Tooltip("survival:Q", title="Still a customer", format=".1%"),
            alt.Tooltip("lower:Q", title=f"{percent(churn.survival.confidence, 0)} from",
                        format=".1%"),
            alt.Tooltip("upper:Q", title="to", format=".1%"),
            alt.Tooltip("at_risk:Q", title="Customers watched", format=",.0f"),
        ],
    )  # fmt: skip
    return alt.layer(band, line).properties(height=height_with_legend(len(order)))


def at_risk_rows(churn: Churn, *, every: int = 12) -> pd.DataFrame:
    """Customers watched at each year since acquisition, one row a group."""
    rows = []
    for group in largest(churn):
        table = churn.survival.table[churn.survival.table["group"] == group]
        day, at_risk = table["day"].to_numpy(), table["at_risk"].to_numpy()
        last = day[at_risk >= WATCHED].max(initial=0)
        months = np.arange(every, int(last / MONTH_DAYS) + 1, every)
        # Those watched on a day are at risk at the next change.
        step = np.searchsorted(day, months * MONTH_DAYS, side="left").clip(max=len(day) - 1)
        rows.append({"Segment": group, **{f"{m} months": int(at_risk[s]) for m, s in
                                          zip(months, step, strict=True)}})  # fmt: skip
    return pd.DataFrame(rows)


def incidence_areas(churn: Churn) -> alt.Chart:
    """Share that has left by each cause, one on the other: together all who left."""
    table = churn.incidence.table
    group = table["group"].iloc[0]
    table = table[(table["group"] == group) & (table["at_risk"] >= WATCHED)]
    month = (table["day"] / MONTH_DAYS).astype(int)
    rows = table.assign(month=month).groupby(["cause", "month"], sort=False).tail(1)
    wide = rows.pivot(index="month", columns="cause", values="incidence").ffill().fillna(0.0)
    long = wide[list(churn.causes)].rename_axis(columns="cause").stack().rename("incidence")
    long = long.reset_index().assign(label=lambda t: t["cause"].map(CAUSE_LABELS))
    order = [CAUSE_LABELS[cause] for cause in churn.causes]
    colors = dict(zip(CAUSE_LABELS.values(), CAUSE_COLORS, strict=True))
    return (
        alt.Chart(long.assign(place=long["label"].map(order.index)))
        .mark_area(interpolate="step-after")
        .encode(
            alt.X(
                "month:Q",
                title="Months since acquired",
                axis=year_axis(long["month"].max()),
                scale=alt.Scale(nice=False, domainMin=0),
            ),
            alt.Y("incidence:Q", title="Share that has left", stack="zero", axis=percent_axis()),
            alt.Color(
                "label:N",
                sort=order,
                scale=alt.Scale(domain=order, range=[colors[name] for name in order]),
                legend=alt.Legend(columns=3),
            ),
            order=alt.Order("place:Q"),
            tooltip=[
                alt.Tooltip("label:N", title="Left for"),
                alt.Tooltip("month:Q", title="Months since acquired"),
                alt.Tooltip("incidence:Q", title="Share", format=".1%"),
            ],
        )
        .properties(height=height_with_legend(len(order)) + 40)
    )


def retention_bridge(retention: Retention) -> alt.LayerChart:
    """From the recurring value of a year ago to that of today, step by step."""
    table = retention.table[(retention.table["amount"] != 0) | (retention.table["step"] == "end")]
    amount = table["amount"].to_numpy()
    ends = np.isin(table["step"], ["start", "end"])
    top = np.cumsum(np.where(table["step"] == "end", 0.0, amount))
    low = np.where(ends, 0.0, np.minimum(top, top - amount))
    high = np.where(ends, amount, np.maximum(top, top - amount))
    kind = np.select(
        [ends, amount > 0, table["step"].isin(["churn_price", "churn_billing"])],
        ["Value", "Gained", "Lost to price and billing"],
        "Lost otherwise",
    )
    label = [
        STEP_LABELS.get(step) or f"Left: {CAUSE_LABELS[step.removeprefix('churn_')].lower()}"
        for step in table["step"]
    ]
    # The steps are small beside the whole, so each says its part.
    label = [
        name if step == "start" else f"{name}  {percent(part)}"
        for name, step, part in zip(label, table["step"], table["share"], strict=True)
    ]
    rows = pd.DataFrame({"label": label, "low": low, "high": high, "kind": kind,
                         "share": table["share"].to_numpy(), "amount": amount,
                         "n": table["n_customers"].to_numpy()})  # fmt: skip
    order = [name for name in ("Value", "Lost to price and billing", "Lost otherwise", "Gained")
             if name in set(kind)]  # fmt: skip
    colors = {"Value": INK, "Lost to price and billing": MISSED, "Lost otherwise": LATE,
              "Gained": PALETTE[5]}  # fmt: skip
    base = alt.Chart(rows).encode(
        alt.Y("label:N", sort=label, title=None,
              axis=name_axis(label, at_most=LABEL_WIDTH)),
        tooltip=[
            alt.Tooltip("label:N", title="Step"),
            alt.Tooltip("amount:Q", title="A month", format="+,.0f"),
            alt.Tooltip("share:Q", title="Of a year ago", format="+.1%"),
            alt.Tooltip("n:Q", title="Customers", format=","),
        ],
    )  # fmt: skip
    bars = base.mark_bar(size=20).encode(
        alt.X("low:Q", title="Recurring value a month", axis=money_axis()),
        alt.X2("high:Q"),
        alt.Color("kind:N", sort=order,
                  scale=alt.Scale(domain=order, range=[colors[name] for name in order]),
                  legend=alt.Legend(columns=1)),
    )  # fmt: skip
    return alt.layer(bars).properties(height=30 * len(rows) + 130)


def ratio_forest(ratios: ChurnRatios) -> alt.LayerChart:
    """Hazard ratios with their intervals; 1 is no difference."""
    table = ratios.table[~ratios.table["covariate"].str.contains(":")].dropna(subset="lower")
    table = table.sort_values("hazard_ratio", ascending=False)
    rows = table.assign(
        name=[
            f"{row.label}  ×{row.hazard_ratio:.2f}|{row.says}" for row in table.itertuples()
        ],
        clear=np.select([table["clear"] & (table["lower"] > 1), table["clear"]],
                        ["More leave", "Fewer leave"], "No clear difference"),
    )  # fmt: skip
    order = ["More leave", "Fewer leave", "No clear difference"]
    low, high = ratio_ends(rows)
    ticks = [tick for tick in RATIO_TICKS if low <= tick <= high]
    x = {
        "scale": alt.Scale(type="log", domain=[low, high], nice=False, clamp=True),
        "axis": alt.Axis(grid=True, values=ticks, format="~g"),
    }
    base = alt.Chart(rows).encode(
        alt.Y("name:N", sort=list(rows["name"]), title=None,
              axis=name_axis(list(rows["name"]), at_most=LABEL_WIDTH)),
        alt.Color("clear:N", sort=order,
                  scale=alt.Scale(domain=order, range=[MISSED, INK, MUTED]),
                  legend=alt.Legend(columns=1)),
        tooltip=[
            alt.Tooltip("label:N", title="Known at the month's start"),
            alt.Tooltip("says:N", title="Compared"),
            alt.Tooltip("hazard_ratio:Q", title="Hazard ratio", format=".2f"),
            alt.Tooltip("lower:Q", title=f"{percent(ratios.confidence, 0)} from", format=".2f"),
            alt.Tooltip("upper:Q", title="to", format=".2f"),
        ],
    )  # fmt: skip
    line = base.mark_rule(strokeWidth=3, opacity=0.6).encode(
        alt.X("lower:Q", title="Chance of leaving in a month, multiplied by", **x),
        alt.X2("upper:Q"),
    )
    dot = base.mark_point(filled=True, size=80, opacity=1).encode(
        alt.X("hazard_ratio:Q"),
        alt.Shape("clear:N", sort=order,
                  scale=alt.Scale(domain=order, range=["triangle-up", "triangle-down", "circle"]),
                  legend=alt.Legend(columns=1)),
    )  # fmt: skip
    one = alt.Chart(pd.DataFrame({"x": [1.0]})).mark_rule(color=MUTED, strokeDash=[4, 3])
    return alt.layer(one.encode(alt.X("x:Q")), line, dot).properties(height=38 * len(rows) + 110)


def ratio_ends(rows: pd.DataFrame) -> tuple[float, float]:
    """From the lowest to the highest end of an interval, and 1; what lies further ends there."""
    low, high = min(rows["lower"].min(), 1.0), max(rows["upper"].max(), 1.0)
    return max(0.9 * low, RATIO_TICKS[0]), min(1.1 * high, RATIO_TICKS[-1])


def calibration_dots(validation: ChurnValidation) -> alt.LayerChart:
    """Predicted and observed share of leavers, a dot a tenth of the customers."""
    rows = validation.calibration.table
    top = float(max(rows["predicted"].max(), rows["upper"].max(), 0.1))
    axis = {"axis": percent_axis(grid=True), "scale": alt.Scale(domain=[0, top], nice=True)}
    base = alt.Chart(rows).encode(
        alt.X("predicted:Q", title="Predicted to leave within 12 months", **axis),
        tooltip=[
            alt.Tooltip("n:Q", title="Customers", format=","),
            alt.Tooltip("predicted:Q", title="Predicted", format=".1%"),
            alt.Tooltip("observed:Q", title="Left", format=".1%"),
            alt.Tooltip("lower:Q", title="from", format=".1%"),
            alt.Tooltip("upper:Q", title="to", format=".1%"),
        ],
    )
    ends = pd.DataFrame({"x": [0.0, top], "y": [0.0, top]})
    right = alt.Chart(ends).mark_line(color=MUTED, strokeDash=[4, 3], strokeWidth=1.5).encode(
        alt.X("x:Q"), alt.Y("y:Q")
    )  # fmt: skip
    interval = base.mark_rule(color=INK, strokeWidth=3, opacity=0.5).encode(
        alt.Y("lower:Q", title="Left", **axis), alt.Y2("upper:Q")
    )
    dot = base.mark_point(filled=True, size=80, color=INK, opacity=1).encode(alt.Y("observed:Q"))
    return alt.layer(right, interval, dot).properties(height=300)
