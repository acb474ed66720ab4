"""Payment terms in words: which leave most, by persona, and why no best limit is named."""

import streamlit as st

import analyses.credit
from models.credit_terms import NO_LIMIT, CreditTerms
from ui.download import offer_csv
from ui.frame import View
from ui.personas import personas_or_why
from ui.results import compute
from ui.tables import COUNT, percents, show_columns
from ui.text import count_of, days, escape, share

__all__ = ["show_terms", "terms_sentence"]


def show_terms(view: View) -> None:
    """What customers leave over under the terms they have, and what of it is more than chance."""
    _, personas, _ = personas_or_why(view)
    terms = compute(analyses.credit.terms, view, given={"personas": personas})
    st.markdown(terms_sentence(terms))
    rows = percents(terms.table, "left_over", "difference", "low", "high")
    show_columns(
        {
            "Persona": rows["persona"],
            "Terms, days": rows["terms"],
            "Customers": (rows["n"], COUNT),
            "Left over": (rows["left_over"], "%.1f %%"),
            "Difference": (rows["difference"], "%.1f %%"),
            "Low": (rows["low"], "%.1f %%"),
            "High": (rows["high"], "%.1f %%"),
            "Against the commonest": rows["verdict"],
        }
    )
    st.caption(
        "Left over of what was invoiced in 12 months, after goods, service, support, reminders, "
        f"credits, bad debt and {share(terms.rate, 0)} a year for waiting. Terms are agreed, not "
        "drawn by lot: whoever has others may differ in more than that. At most one in twenty of "
        "the differences named is chance."
    )
    st.info(NO_LIMIT, icon=":material/info:")
    offer_csv("Download the terms", terms.table, "credit_terms.csv", key="credit_terms")


def terms_sentence(terms: CreditTerms) -> str:
    """Where terms go with more or less left over, beyond chance."""
    apart = terms.table[terms.table["verdict"].isin(["more", "less"])]
    tested = int(terms.table["difference"].notna().sum())
    if apart.empty:
        return (
            f"Of {count_of(tested, 'comparison')} of payment terms within a persona none differs "
            "from the commonest terms by more than chance: nothing here speaks for other terms."
        )
    row = apart.loc[apart["difference"].abs().idxmax()]
    return (
        f"In {len(apart)} of {count_of(tested, 'comparison')} within a persona, "
        "terms go with more or less left over than the commonest. Furthest apart: "
        f"**{escape(row['persona'])}** at {days(row['terms'])}, "
        f"**{100 * row['difference']:+z.1f}** points "
        f"({100 * row['low']:+z.1f} to {100 * row['high']:+z.1f})."
    )
