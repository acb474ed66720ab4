"""Price reaction in words: what was estimated, what is assumed, and what a change would bring."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

import analyses.churn
import analyses.elasticity
import analyses.price_reaction
from models.elasticity import Elasticity
from models.price_reaction import CAUSES, OUTCOMES, RANGES, Assumption, PriceReaction
from models.refusal import Refusal
from models.simulated_reaction import SimulatedReaction
from ui import url_state
from ui.download import offer_csv
from ui.errors import say
from ui.frame import View
from ui.results import compute
from ui.tables import height_of, to_the_right
from ui.text import count, count_of, listed, money, share, signed
from warehouse.snapshot import MissingTable

__all__ = ["FURTHEST", "choose_assumptions", "curve_sentence", "elasticity_of", "estimates_note",
           "reaction_of", "show_estimates", "show_totals", "what_if_sentence"]  # fmt: skip

#: Percent that a bill may be changed by on the page.
FURTHEST = 50
TRIGGER_WORDS = {
    ("bill", "up"): "Bill up to a quarter above the expected",
    ("bill", "surprise"): "Surprising bill, more than a quarter above",
    ("bill", "further"): "Each tenth beyond the usual surprise",
    ("bill", "down"): "Bill below the expected",
    ("change", "up"): "Higher price, for half a year",
    ("change", "down"): "Lower price, for half a year",
}
FIGURE_WORDS = {
    "revenue": "Revenue", "customers_lost": "Customers lost",
    "enquiries": "Billing enquiries", "days": "Days to pay, while new",
    "working_capital": "Tied up by later payment", "score": "Survey score, standard deviations",
    "use": "Use",
}  # fmt: skip
#: What one step of a slider is, in the unit of the effect and in words.
STEPS = {
    "leave_price": (0.01, "percent of the hazard"), "leave_other": (0.01, "percent of the hazard"),
    "days": (0.1, "tenths of a day"), "enquiries": (0.01, "in a hundred customers"),
    "score": (0.01, "hundredths of a standard deviation"), "use": (0.01, "percent"),
}  # fmt: skip


def elasticity_of(view: View, steps: pd.DataFrame | None) -> Elasticity | None:
    """The elasticity, or None where it is refused: its page says why."""
    try:
        return compute(analyses.elasticity.run, view, given={"changed": steps})
    except (Refusal, MissingTable):
        return None


def reaction_of(view: View) -> tuple[PriceReaction, Mapping[str, object]]:
    """The reaction of the view, and what it was estimated from."""
    ours = analyses.price_reaction
    read = compute(ours.rows, view)
    given = {"read": read, "learnt": compute(analyses.churn.months, view)}
    elasticity = elasticity_of(view, read.get("steps"))
    return compute(ours.run, view, given={**given, "elasticity": elasticity}), read


def curve_sentence(reaction: PriceReaction, outcome: str, change: float) -> str:
    """What a change of the bill does to one outcome in its first month."""
    row = reaction.curve(outcome, [change]).iloc[0]
    said = written(outcome, row["effect"], row["low"], row["high"])
    if row["outside"]:
        grounds = "No price in this data changed that far"
    elif row["assumed"]:
        grounds = "Part of that is assumed, not estimated"
    elif not (row["low"] <= (1 if outcome in CAUSES else 0) <= row["high"]):
        grounds = "Estimated from this data"
    else:
        grounds = "Estimated from this data, and not told from no effect"
    way = "above" if change >= 0 else "below"
    return (
        f"A bill that is and stays **{share(abs(change), 0)} {way}** the expected one: "
        f"**{OUTCOMES[outcome].label.lower()} {said}** in the first month. {grounds}."
    )


def written(outcome: str, value: float, low: float, high: float) -> str:
    if outcome in CAUSES:
        return f"times {value:.2f} ({low:.2f} to {high:.2f})"
    if outcome == "use":
        ends = f"{signed(100 * low, 1)} to {signed(100 * high, 1)} %"
        return f"{signed(100 * value, 1)} % ({ends})"
    unit = OUTCOMES[outcome].unit
    return f"{signed(value, 2)} {unit} ({signed(low, 2)} to {signed(high, 2)})"


def show_estimates(reaction: PriceReaction) -> None:
    """Every effect with its interval and its source, and the way to download them."""
    rows = reaction.estimates
    shown = pd.DataFrame(
        {
            "Reaction": [OUTCOMES[name].label for name in rows["outcome"]],
            "To": [TRIGGER_WORDS[key] for key in zip(rows["trigger"], rows["direction"],
                                                     strict=True)],
            "Per tenth": [number(v) for v in rows["effect"]],
            "From": [number(v) for v in rows["low"]],
            "Up to": [number(v) for v in rows["high"]],
            "Unit": [OUTCOMES[name].unit for name in rows["outcome"]],
            "Source": rows["source"],
            "Finding": rows["verdict"],
            "Customers": rows["n"],
            "Seen": [seen(low, high) for low, high in zip(rows["seen_low"], rows["seen_high"],
                                                          strict=True)],
        }
    )  # fmt: skip
    st.dataframe(
        shown, hide_index=True, height=height_of(shown), placeholder="",
        alt="Effects of bills and prices",
        column_config={"Customers": st.column_config.NumberColumn(format="%,d"),
                       **to_the_right(["Per tenth", "From", "Up to"])},
    )  # fmt: skip
    offer_csv("Download the effects", rows, "price_reaction.csv", key="price_reaction")


def number(value: float) -> str:
    return signed(value, 3)


def seen(low: float, high: float) -> str:
    return "Never" if np.isnan(low) else f"{signed(100 * low)} to {signed(100 * high)} %"


def estimates_note(reaction: PriceReaction) -> str:
    """How the effects were found, and what is assumed."""
    rows = reaction.estimates
    assumed = rows[rows["source"] == "assumed"]
    said = (
        f"From {count_of(reaction.n_bills, 'bill')} of "
        f"{count_of(reaction.n_customers, 'customer')} with {share(reaction.confidence, 0)} "
        "intervals, robust by customer. Expected is the median of a customer's own bills of the "
        "six months before, where there are four. Days, enquiries and scores are compared within "
        "customers and months, so customers whose price has not changed, or not yet, say what a "
        "month brought to all; leaving is a hazard beside score, size and days late. A finding "
        "is called more or less where at most one in twenty such is chance. Bills are not drawn "
        "at random: what makes one high may itself have an effect."
    )
    if len(assumed):
        said += (
            f" {count_of(len(assumed), 'effect')} cannot be estimated here and "
            f"{'is' if len(assumed) == 1 else 'are'} assumed: nothing, give or take a range that "
            "is a choice and not a finding, until you set it above."
        )
    early = rows["placebo_p"].min()
    if early < 0.05:
        names = listed(
            [OUTCOMES[name].label.lower() for name in rows.loc[rows["placebo_p"] < 0.05, "outcome"]
             .unique()]
        )  # fmt: skip
        said += (
            f" Before a change was even announced, {names} already differed by its size: who got "
            "which price was related to it, so these effects of prices are observational."
        )
    return said


def choose_assumptions(reaction: PriceReaction, rises: bool) -> list[Assumption]:
    """Sliders for what is assumed of rises, or of falls; in the address like all controls."""
    rows = reaction.estimates[reaction.estimates["source"] == "assumed"]
    rows = rows[(rows["direction"] != "down") == rises]
    made = []
    for row in rows.itertuples():
        (step, unit), width = STEPS[row.outcome], RANGES[row.outcome]
        most = round(4 * width / step)
        name = f"{row.outcome}_{row.trigger}_{row.direction}"
        left, right = st.columns(2)
        label = f"{OUTCOMES[row.outcome].label}: {TRIGGER_WORDS[row.trigger, row.direction]}"
        with left:
            effect = step * url_state.slide(
                f"{label} ({unit} for each tenth)",
                f"a_{name}",
                -most,
                most,
                default=0,
                help=say(row.reason),
            )
        with right:
            half = step * url_state.slide(
                f"Give or take ({unit})", f"r_{name}", 0, most, default=round(width / step)
            )
        made.append(Assumption(row.outcome, row.trigger, row.direction, effect, effect - half,
                               effect + half))  # fmt: skip
    return made


def what_if_sentence(found: SimulatedReaction, change: float, currency: str) -> str:
    """The change of revenue without and with the reaction."""
    row = found.of("revenue")
    lost = found.of("customers_lost")
    return (
        f"Every bill **{signed(100 * change)} %** for {found.months} months: with nobody reacting "
        f"revenue changes by **{money(row['static'], currency)}**, with the reaction by "
        f"**{money(row['reaction'], currency)}** ({money(row['low'], currency)} to "
        f"{money(row['high'], currency)}). {count(found.base_lost)} customers are expected to "
        f"leave anyway; the change moves that by {signed(lost['reaction'])} "
        f"({signed(lost['low'])} to {signed(lost['high'])})."
    )


def show_totals(found: SimulatedReaction, customers: pd.DataFrame, currency: str) -> None:
    """Each total without and with the reaction, side by side."""
    # Without costs the margin says nothing of its own.
    rows = found.totals.set_index("figure").loc[list(FIGURE_WORDS)].reset_index()
    shown = pd.DataFrame(
        {
            "Change": [FIGURE_WORDS[name] for name in rows["figure"]],
            "Nobody reacts": [total(n, v, currency) for n, v in zip(rows["figure"],
                              rows["static"], strict=True)],
            "With the reaction": [total(n, v, currency) for n, v in zip(rows["figure"],
                                  rows["reaction"], strict=True)],
            "From": [total(n, v, currency) for n, v in zip(rows["figure"], rows["low"],
                     strict=True)],
            "To": [total(n, v, currency) for n, v in zip(rows["figure"], rows["high"],
                   strict=True)],
        }
    )  # fmt: skip
    st.dataframe(
        shown, hide_index=True, height="content", placeholder="", alt="Totals of the change",
        column_config=to_the_right(list(shown)[1:]),
    )  # fmt: skip
    if found.warning:
        st.warning(say(found.warning), icon=":material/warning:")
    listed_rows = pd.concat(
        [customers[["customer_id", "name", "monthly_value"]], found.customers], axis=1
    )
    offer_csv("Download every customer", listed_rows, "price_what_if.csv", key="what_if")


def total(name: str, value: float, currency: str) -> str:
    if name in ("revenue", "working_capital"):
        return money(value, currency)
    if name == "use":
        return f"{signed(100 * value, 1)} %"
    return signed(value, 0 if name in ("customers_lost", "enquiries") else 2)
