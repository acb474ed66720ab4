"""The link: what one point of a score goes with, and what is held equal."""

import altair as alt
import numpy as np
import pandas as pd

from charts.interval_dots import interval_dots
from charts.theme import INK, LATE, MUTED, name_axis, percent_axis
from models.linkage_effects import SETS
from models.linkage_personas import PersonaLinks
from models.score_scales import SCALES

__all__ = [
    "ROUTES",
    "SCORED",
    "adjustment_diagram",
    "effect_forest",
    "held_name",
    "named_effects",
    "persona_forest",
]

#: How each way to the effect is called.
ROUTES = {
    "adjusted": "all else equal",
    "within": "against itself",
    "unadjusted": "not adjusted",
}
VERDICTS = {"found": INK, "cannot tell": MUTED, "the score follows": LATE}
#: What the axis says of each outcome.
AXES = {
    "churn": "Times the chance of leaving in a month, one point better",
    "days_to_pay": "Days to pay, one point better",
    "disputes": "Share of invoices disputed, one point better",
    "spend": "Next year's billing, as a share of this year's, one point better",
}
#: What a column adjusted for is called.
WORDS = {
    "log_size": "Employees", "log_value": "Value of the first deal",
    "log_acquisition_cost": "Cost of winning", "log_onboarding_cost": "Cost of starting up",
    "acquisition_channel": "Way of winning", "days_late": "Earlier lateness",
    "price_rise_6m": "Price rise", "price_rise_before": "Price rise", "industry": "Industry",
    "region": "Region", "billing_model": "Billing model", "touchpoint": "Touchpoint",
    "month": "Time as a customer", "months_before": "Time as a customer",
    "renewal": "Renewal month", "log_amount": "Amount", "terms": "Payment terms",
    "channel": "Invoice channel", "kind": "Kind of invoice",
    "log_before": "Billing of last year",
}  # fmt: skip
#: Where no effect lies, if not at 0; and what an effect of all touchpoints and causes has.
NONE = {"churn": 1.0}
EVERY = {"touchpoint": "all", "cause": "all", "route": "adjusted"}
SCORED = {"churn": "Leaving", "days_to_pay": "Days to pay", "disputes": "Disputes",
          "spend": "Spend"}  # fmt: skip


def held_name(column: str) -> str:
    """What a column of `models.linkage_rows.adjusted` is called.

    >>> held_name("log_size"), held_name("region:North")
    ('Employees', 'Region: North')
    """
    name, _, value = column.partition(":")
    word = WORDS.get(name, name.replace("_", " ").capitalize())
    return f"{word}: {value.replace('_', ' ')}" if value else word


def named_effects(rows: pd.DataFrame) -> pd.DataFrame:
    """Effects as a chart or a table has them: hazard ratios for logs, and a name for each."""
    ratio = (rows["outcome"] == "churn").to_numpy()
    shown = {
        name: np.where(ratio, np.exp(np.where(ratio, rows[name], 0.0)), rows[name])
        for name in ("value", "lower", "upper")
    }
    names = []
    for row in rows.itertuples():
        name = SCALES[row.measure].label
        name += "" if row.touchpoint == "all" else f" at {row.touchpoint}"
        name += "" if row.cause == "all" else f", for {row.cause}"
        name += "" if row.route == "adjusted" else f", {ROUTES[row.route]}"
        names.append(name)
    return rows.assign(**shown, name=names)


def effect_forest(rows: pd.DataFrame, outcome: str) -> alt.LayerChart:
    """One line an effect of one outcome, with its interval and the place of none.

    Parameters
    ----------
    rows : DataFrame
        Rows of `Linkage.table`.
    """
    rows = named_effects(rows[rows["outcome"] == outcome])
    said = [verdict for verdict in VERDICTS if (rows["verdict"] == verdict).any()]
    color = alt.Color(
        "verdict:N",
        title=None,
        scale=alt.Scale(domain=said, range=[VERDICTS[verdict] for verdict in said]),
        legend=alt.Legend(columns=3),
    )
    dots = effect_dots(rows, outcome, called=("name", "Score"), color=color)
    return dots.properties(height=28 * len(rows) + 100)


def effect_dots(
    rows: pd.DataFrame, outcome: str, *, called: tuple[str, str], color: alt.Color
) -> alt.LayerChart:
    """One line a row, from the first on; `called` is the column of its name, and what that is."""
    (name, title), labels = called, rows[called[0]].tolist()
    x, form = effect_axis(rows, outcome)
    base = alt.Chart(rows).encode(
        alt.Y(f"{name}:N", sort=labels, title=None, axis=name_axis(labels)),
        color=color,
        tooltip=[
            alt.Tooltip(f"{name}:N", title=title),
            alt.Tooltip("value:Q", title="Effect", format=form),
            alt.Tooltip("lower:Q", title="From", format=form),
            alt.Tooltip("upper:Q", title="To", format=form),
            alt.Tooltip("n_customers:Q", title="Customers", format=","),
        ],
    )
    return interval_dots(base, "value", "lower", "upper", even=NONE.get(outcome, 0.0), **x)


def effect_axis(rows: pd.DataFrame, outcome: str) -> tuple[dict[str, object], str]:
    """Title, scale and axis of effects on one outcome that holds that of none, and their format."""
    ends = rows[["lower", "upper", "value"]].assign(none=NONE.get(outcome, 0.0))
    low, high = np.nanmin(ends.to_numpy(dtype=float)), np.nanmax(ends.to_numpy(dtype=float))
    form = {"churn": ".2f", "days_to_pay": ".1f"}.get(outcome, ".1%")
    if outcome == "churn":
        scale = alt.Scale(type="log", domain=[low / 1.03, high * 1.03], nice=False)
    else:
        scale = alt.Scale(domain=[low - 0.03 * (high - low), high + 0.03 * (high - low)])
    axis = (
        percent_axis(grid=True, tickCount=4)
        if form.endswith("%")
        else alt.Axis(grid=True, tickCount=5, format=form)
    )
    return {"title": AXES[outcome], "scale": scale, "axis": axis}, form


def persona_forest(links: PersonaLinks, outcome: str) -> alt.LayerChart:
    """The effect on one outcome in each persona; grey where the interval holds none."""
    rows = links.table[(links.table["outcome"] == outcome) & links.table["value"].notna()]
    rows = rows.sort_values("value", ignore_index=True)
    apart = ((rows["lower"] > 0) | (rows["upper"] < 0)).map({True: "found", False: "cannot tell"})
    rows = named_effects(rows.assign(verdict=apart, **EVERY, measure=links.measure))
    color = alt.Color(
        "verdict:N",
        legend=None,
        scale=alt.Scale(domain=list(VERDICTS), range=list(VERDICTS.values())),
    )
    dots = effect_dots(rows, outcome, called=("persona", "Persona"), color=color)
    return dots.properties(height=30 * len(rows) + 70)


def adjustment_diagram(outcome: str, measure: str) -> str:
    """What is held equal for one outcome, as a graph in the language of Graphviz.

    Arrows say what may move what. What lies between the answer and the outcome is not held equal.
    """
    wanted = SETS[outcome]
    names = [WORDS[name] for name in (*wanted.numbers, *wanted.categories, *wanted.besides)]
    score, end = SCALES[measure].label, SCORED[outcome]
    between = "Tickets, delays and\\ndisputes after it"
    style = f'fontname="Helvetica", fontsize=11, color="{MUTED}", fontcolor="{MUTED}"'
    strong = f'color="{INK}", fontcolor="{INK}", penwidth=2'
    held = "\\l".join(dict.fromkeys(names)) + "\\l"
    return "\n".join(
        [
            "digraph {",
            'rankdir=TB; nodesep=0.4; ranksep=0.35; bgcolor="transparent";',
            f"node [shape=box, style=rounded, {style}];",
            f'edge [color="{MUTED}", {style}];',
            f'held [label="Held equal:\\l{held}"];',
            f'score [label="Last {score}", {strong}];',
            f'end [label="{end}", {strong}];',
            f'between [label="{between}\\n(not held equal)", style="rounded,dashed"];',
            f"held -> score; held -> end; score -> end [{strong}];",
            "score -> between [style=dashed]; between -> end [style=dashed];",
            "}",
        ]
    )
