"""What lies ahead of the personas of a view, and what they write about, for page and print."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

import analyses.buying_expectations
import analyses.churn
import analyses.lifetime_value
import analyses.personas
import analyses.unit_economics
from models.buying_expectations import TOPICS, BuyingExpectations
from models.outlook import Outlook
from models.persona_prospects import persona_prospects
from models.personas import Personas
from models.price_sensitivity import PriceSensitivity
from models.refusal import Refusal
from ui.download import offer_csv
from ui.frame import View, open_workspace
from ui.personas import apart_from_names
from ui.results import compute
from ui.tables import PERCENT, height_of, percents
from ui.text import count_of, escape, listed, share
from warehouse.snapshot import MissingTable

__all__ = ["Prospects", "expectations_sentence", "prospects_of", "show_expectations"]

HORIZON = 36


@dataclass(frozen=True, eq=False)
class Prospects:
    """Lines for the sheets, and why some are missing.

    Attributes
    ----------
    lines : DataFrame
    sensitivity : PriceSensitivity or None
    expectations : BuyingExpectations or None
    reasons : dict of str to str
        What is not there, and why.
    """

    lines: pd.DataFrame
    sensitivity: PriceSensitivity | None
    expectations: BuyingExpectations | None
    reasons: dict[str, str]


def prospects_of(view: View, personas: Personas) -> Prospects:
    """Churn, lifetime value, price and comments of each persona; what cannot be told says why."""
    given, found, reasons = {"personas": personas}, {}, {}
    unnamed = apart_from_names(view)

    def outlook() -> Outlook:
        learnt = compute(analyses.churn.months, unnamed)
        return compute(analyses.churn.outlook, unnamed, given={"learnt": learnt})

    def value() -> Any:
        ahead = outlook()
        year = {"year": compute(analyses.unit_economics.flows, unnamed)}
        read = {"outlook": ahead, **given}
        # Peers are customers of the same persona, whatever it is called.
        expected = compute(analyses.lifetime_value.margins, unnamed, given={**read, **year})
        # The terms that the page of lifetime value starts with.
        return compute(
            analyses.lifetime_value.run, unnamed, given={**read, "expected": expected},
            horizon=max(min(HORIZON, ahead.last_month), 1),
            discount_rate=open_workspace().settings.discount_rate, growth=0.0,
        )  # fmt: skip

    parts: dict[str, Callable[[], Any]] = {
        "scored": lambda: compute(
            analyses.churn.scored_customers, unnamed, given={"ahead": outlook()}
        ),
        "value": value,
        "sensitivity": lambda: compute(analyses.personas.price_sensitivity, view, given=given),
        "expectations": lambda: compute(analyses.buying_expectations.run, view, given=given),
    }
    for name, part in parts.items():
        try:
            found[name] = part()
        except (Refusal, MissingTable) as refusal:
            found[name], reasons[name] = None, str(refusal)
    expectations = found.pop("expectations")
    return Prospects(
        persona_prospects(personas, **found), found["sensitivity"], expectations, reasons
    )


def expectations_sentence(expectations: BuyingExpectations, persona: str) -> str:
    """What a persona writes about most, and what more than others do."""
    own = expectations.of(persona)
    if own.empty:
        return "Too few of these customers write anything to say what they expect."
    most = own.iloc[0]
    said = (
        f"They write most about **{most['topic'].lower()}**: {share(most['share'], 0)} of their "
        f"comments ({share(most['low'], 0)} to {share(most['high'], 0)})"
    )
    more = own[own["verdict"] == "more often"]
    if more.empty:
        return f"{said}, and about nothing more often than everyone else."
    names = listed([topic.lower() for topic in more["topic"]])
    return f"{said}. More often than everyone else they write about **{names}**."


def show_expectations(expectations: BuyingExpectations, persona: str) -> None:
    """Topics of one persona's comments, and how they were counted."""
    own = expectations.of(persona)
    columns = ["topic", "share", "low", "high", "others", "verdict", "complaints", "n"]
    number = st.column_config.NumberColumn
    st.dataframe(
        percents(own[columns], "share", "low", "high", "others", "complaints"),
        hide_index=True,
        height=height_of(own),
        column_config={
            "topic": "They write about",
            **{name: number(label, format=PERCENT) for name, label in (
                ("share", "Of their comments"), ("low", "From"), ("high", "To"),
                ("others", "Everyone else"), ("complaints", "Of these, complaints"))},
            "verdict": "Against everyone else",
            "n": number("Comments", format="%,d"),
        },
    )  # fmt: skip
    terms = expectations.terms[expectations.terms["persona"] == persona]
    if len(terms):
        words = listed([f"“{escape(term)}”" for term in terms["term"]])
        st.markdown(f"Words that they write more often than everyone else: {words}.")
    size = expectations.sizes.set_index("persona").loc[persona]
    st.caption(
        f"{count_of(int(size['n_comments']), 'comment')} of "
        f"{count_of(int(size['n_customers']), 'customer')}; a topic is found in "
        f"{share(expectations.covered, 0)} of all comments. Complaints: beside a low score. "
        "Addresses, numbers and names inside a sentence are not read; what fewer than 10 customers "
        "mention is not shown. Who writes chose to, so this is not what all of them think."
    )
    with st.expander("Which words stand for which topic"):
        st.markdown("\n".join(f"- **{t}**: {', '.join(w.strip() for w in words)} …"
                              for t, words in TOPICS.items()))  # fmt: skip
    offer_csv("Download the topics of all personas", expectations.table, "topics.csv", key="topics")
