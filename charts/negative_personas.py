"""Negative personas: what each persona is worth, how surely it loses, and what can be done."""

import altair as alt

from charts.theme import INK, LATE, MUTED, money_axis, name_axis, wrapped
from charts.wording import money, share
from models.negative_personas import NegativePersonas
from models.negative_reasons import REASONS
from models.persona_actions import PersonaActions

__all__ = ["action_dots", "reason_bars", "value_dots"]

LABEL_WIDTH = 260


def value_dots(negative: NegativePersonas, *, currency: str) -> alt.LayerChart:
    """What winning another customer of each persona brings, with its interval."""
    table = negative.table.dropna(subset="value")
    table = table.assign(
        label=[f"{wrapped(n)}|{money(v, currency)}"
               for n, v in zip(table["persona"], table["value"], strict=True)],
        kind=table["negative"].map({True: "negative", False: "other"}),
        said=[share(c, 0) for c in table["chance"]],
        sure=[f"{share(low, 0)} to {share(high, 0)}"
              for low, high in zip(table["chance_low"], table["chance_high"], strict=True)],
    )  # fmt: skip
    order = list(table["label"])
    base = alt.Chart(table).encode(
        alt.Y("label:N", sort=order, title=None,
              axis=name_axis(order, at_most=LABEL_WIDTH)),
        tooltip=[
            alt.Tooltip("persona:N", title="Persona"),
            alt.Tooltip("value:Q", title="A customer brings", format=",.0f"),
            alt.Tooltip("said:N", title="Lose money"),
            alt.Tooltip("sure:N", title=f"{share(negative.confidence, 0)} interval"),
            alt.Tooltip("n:Q", title="Customers held out", format=","),
        ],
    )  # fmt: skip
    title = "Value of winning another"
    interval = base.mark_rule(color=MUTED, strokeWidth=3, opacity=0.55).encode(
        alt.X("value_low:Q", title=title, axis=money_axis()), alt.X2("value_high:Q")
    )
    dot = base.mark_point(filled=True, size=90, opacity=1).encode(
        alt.X("value:Q"),
        color=alt.Color(
            "kind:N",
            scale=alt.Scale(domain=["negative", "other"], range=[LATE, INK]),
            legend=None,
        ),
    )
    return alt.layer(interval, dot).properties(height=max(50 * len(order) + 60, 120))


def reason_bars(negative: NegativePersonas) -> alt.LayerChart:
    """How many customers of negative personas have each of the four reasons."""
    table = negative.reasons.sort_values("n", ascending=False, kind="stable")
    table = table.assign(
        label=[f"{REASONS[r]}|{share(s, 0)}" for r, s in zip(table["reason"], table["share"],
                                                             strict=True)]
    )  # fmt: skip
    base = alt.Chart(table).encode(
        alt.Y("label:N", sort=list(table["label"]), title=None,
              axis=name_axis(list(table["label"]), at_most=LABEL_WIDTH)),
        alt.X("n:Q", title="Customers of negative personas",
              axis=alt.Axis(tickMinStep=1, tickCount=5)),
        tooltip=[alt.Tooltip("n:Q", title="Customers", format=",")],
    )  # fmt: skip
    return alt.layer(base.mark_bar(color=LATE, height={"band": 0.6})).properties(height=190)


def action_dots(actions: PersonaActions, *, currency: str) -> alt.LayerChart:
    """A year of the persona under each action, with its interval."""
    table = actions.table.assign(
        said=[
            f"{label}|{money(value, currency)}"
            for label, value in zip(actions.table["label"], actions.table["value"], strict=True)
        ]
    )
    base = alt.Chart(table).encode(
        alt.Y("said:N", sort=list(table["said"]), title=None,
              axis=name_axis(list(table["said"]), at_most=LABEL_WIDTH)),
        tooltip=[
            alt.Tooltip("label:N", title="Action"),
            alt.Tooltip("value:Q", title="A year comes to", format=",.0f"),
            alt.Tooltip("low:Q", title="from", format=",.0f"),
            alt.Tooltip("high:Q", title="to", format=",.0f"),
        ],
    )  # fmt: skip
    interval = base.mark_rule(color=MUTED, strokeWidth=3, opacity=0.55).encode(
        alt.X("low:Q", title="Contribution of a year", axis=money_axis()), alt.X2("high:Q")
    )
    dot = base.mark_point(filled=True, size=90, color=INK, opacity=1).encode(alt.X("value:Q"))
    return alt.layer(interval, dot).properties(height=260)
