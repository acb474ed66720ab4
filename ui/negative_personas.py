"""Negative personas in words: which, why, how to know them before, and what to do."""

import pandas as pd
import streamlit as st

from models.avoid_rule import EXCLUDED, AvoidRule
from models.negative_personas import SURE, NegativePersonas
from models.negative_reasons import REASONS
from models.persona_actions import Assumptions, PersonaActions
from ui.download import offer_csv
from ui.tables import PERCENT, WHOLE, height_of, percents
from ui.text import count, count_of, escape, label_of, listed, money, share

__all__ = ["action_sentence", "assumption_note", "found_sentence", "judged_note", "reason_sentence",
           "rule_sentences", "show_avoid_list", "show_targets"]  # fmt: skip

#: Ranges that are fractions of one; the days are days.
AS_DAYS = ("days_sooner",)
IN_WORDS = {
    "price_rise": "price rise",
    "elasticity": "volume for one percent of price",
    "leave_on_price": "leave because of the price",
    "leave_on_terms": "leave because of the terms",
    "leave_on_charges": "leave because of the charges",
    "days_sooner": "money comes in sooner",
    "financing_rate": "money tied up costs a year",
    "charged": "of service and support is charged",
    "avoidable": "of what serving costs goes with the customer",
}


def found_sentence(negative: NegativePersonas, currency: str) -> str:
    """Which personas lose money, or that none does for sure."""
    best = negative.table.iloc[0]
    wanted = (
        f"Most wanted is **{escape(best['persona'])}**: winning another such customer brings "
        f"{money(best['value'], currency)} ({money(best['value_low'], currency)} to "
        f"{money(best['value_high'], currency)})."
    )
    if not negative.names:
        return f"No persona loses money for sure. {wanted}"
    said = [
        f"**{escape(row['persona'])}** ({share(row['chance'], 0)} of its customers lose money, "
        f"{share(row['chance_low'], 0)} at the least)"
        for row in negative.table[negative.table["negative"]].to_dict(orient="records")
    ]
    return f"To avoid: {listed(said)}. {wanted}"


def judged_note(negative: NegativePersonas) -> str:
    """What makes a persona negative."""
    return (
        "A persona is negative where, among customers held out from finding it, the low end of "
        f"the share that loses money exceeds {share(SURE, 0)}. The value is that of winning "
        f"another such customer: contribution over {negative.horizon} months at most, as long as "
        "its persona stays, discounted, less acquisition and onboarding. Of "
        f"{count_of(negative.n_too_new, 'customer')} too little is known to say."
    )


def reason_sentence(negative: NegativePersonas) -> str:
    """The most frequent of the four reasons."""
    table = negative.reasons.sort_values("n", ascending=False)
    said = [f"{REASONS[row.reason].lower()} ({count(row.n)})" for row in table.itertuples()]
    return (
        f"Of the **{count_of(len(negative.flagged), 'customer')}** in negative personas, by "
        f"reason: {listed(said)}. One customer can have several."
    )


def rule_sentences(rule: AvoidRule, currency: str) -> list[str]:
    """The conditions and what they would have cost, or why there are none."""
    cost = (
        f"On customers it had not seen, it would have turned down {count(rule.n_rejected)} of "
        f"{count_of(rule.n, 'customer')}, {count(rule.n_rejected_good)} of them worth winning. "
        f"Value foregone on those: {span(rule.foregone, currency)}. Net saving: "
        f"{span(rule.saving, currency)}."
    )
    left_out = "; ".join(f"{label_of(name).lower()} ({why})" for name, why in EXCLUDED.items())
    lines = (
        [f"Turn down where **{escape(condition, longest=300)}**." for condition in rule.conditions]
        if rule.conditions
        else [f"**{escape(rule.reason, longest=400)}**"]
    )
    if rule.n_rejected:
        lines.append(cost)
    return [*lines, f"Known before a customer is won and not used: {left_out}."]


def span(ends: tuple[float, float, float], currency: str) -> str:
    value, low, high = (money(end, currency) for end in ends)
    return f"**{value}** ({low} to {high})"


def action_sentence(actions: PersonaActions, currency: str) -> str:
    """The action that comes out best, and how surely."""
    table = actions.table.set_index("action")
    now, rest = table.loc["leave_as_is"], table.drop("leave_as_is")
    best = rest.loc[rest["value"].idxmax()]
    return (
        f"Its {count_of(actions.n, 'customer')} come to {money(now['value'], currency)} a year as "
        f"they are. **{best['label']}** comes to {money(best['value'], currency)} in the middle of "
        f"the assumptions ({money(best['low'], currency)} to {money(best['high'], currency)}); it "
        f"is better than leaving as is in {share(best['better'], 0)} of the draws."
    )


def assumption_note(assumptions: Assumptions) -> str:
    """The ranges everything was drawn from."""
    said = []
    for name, words in IN_WORDS.items():
        low, high = getattr(assumptions, name)
        ends = (
            f"{low:g} to {high:g} days"
            if name in AS_DAYS
            else f"{low:g} to {high:g} %"
            if name == "elasticity"
            else f"{share(low, 0)} to {share(high, 0)}"
        )
        said.append(f"{words}: {ends}")
    return (
        "Assumed, not estimated, because nobody has tried: " + "; ".join(said) + ". The order of "
        "the actions holds only as far as these ranges do."
    )


def show_avoid_list(avoid: pd.DataFrame) -> None:
    """Customers of negative personas, each with its evidence."""
    number = st.column_config.NumberColumn
    columns = {
        "name": st.column_config.TextColumn("Customer", width=210),
        "value": number("Value", format=WHOLE),
        "chance": number("Loses money", format=PERCENT),
        "negative_reasons": "Reasons",
        **REASONS,
        "persona": "Persona",
        "customer_id": "Number",
    }
    shown = percents(avoid, "chance").assign(
        negative_reasons=avoid["negative_reasons"].str.replace("_", " ")
    )
    st.dataframe(shown, hide_index=True, column_order=list(columns), column_config=columns,
                 placeholder="", height=height_of(avoid),
                 alt="Customers of negative personas, each with its evidence")  # fmt: skip
    offer_csv("Download the avoid list", avoid, "avoid_list.csv", key="avoid_list")


def show_targets(target: pd.DataFrame, currency: str) -> None:
    """Personas in the order in which they are wanted."""
    number = st.column_config.NumberColumn
    columns = {
        "persona": "Persona",
        "value": number(f"Value, {currency}", format=WHOLE),
        "value_low": number("From", format=WHOLE),
        "value_high": number("To", format=WHOLE),
        "chance": number("Lose money", format=PERCENT),
        "first": number("Is the best", format=PERCENT, help="In how many of the draws."),
        "n": number("Customers", format="%,d"),
        "found_in": st.column_config.TextColumn("More often than others in", width=420),
    }
    st.dataframe(percents(target, "chance", "first"), hide_index=True, column_order=list(columns),
                 column_config=columns, placeholder="–", height=height_of(target),
                 alt="Personas in the order in which they are wanted")  # fmt: skip
    offer_csv("Download the target list", target, "target_list.csv", key="target_list")
