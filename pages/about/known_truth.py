"""How do we know: estimates on the simulated company against what is true of it."""

import dataclasses
import datetime as dt

import pandas as pd
import streamlit as st

import analyses.review
from charts.known_truth import distance_from_truth
from ui.chart import told
from ui.download import offer_csv
from ui.errors import end_page, explained
from ui.frame import require_view
from ui.known_truth import (
    against_truth,
    effects_table,
    felt_sentence,
    initiatives_against_truth,
    read_known,
    shown,
    verdict,
)
from ui.results import compute
from ui.text import count, date, undollared

st.title("How do we know?")
st.markdown(
    "The sample company is simulated, so what is true of it is written down. Here each figure, "
    "estimated from its books alone, stands beside the truth."
)
view = require_view()

with explained():
    known = read_known(view.folder)
    # Once other books were loaded, the truth beside them is about another company.
    if known is None or known.n_invoices != view.snapshot.manifest.tables["invoices"].rows:
        st.info(
            "This workspace holds books of your own, and nobody knows the truth about them. "
            "To see the comparison, make a workspace with the sample company and open it: "
            "`make app GOODWILL_WORKSPACE=sample_workspace`.",
            icon=":material/science:",
        )
        end_page()

    day = dt.date.fromisoformat(known.as_of)
    whole = dataclasses.replace(view, as_of=day, filters={})
    review = compute(analyses.review.run, whole)
    level = review.time_to_pay.confidence
    parts = [
        against_truth(known, review.figures()),
        initiatives_against_truth(known, review.roi, level),
    ]
    compared = pd.concat([rows for rows in parts if len(rows)], ignore_index=True)

    st.subheader("Estimates against the truth")
    told(verdict(compared, level), distance_from_truth(compared))
    table = shown(compared, view.currency)
    st.dataframe(
        table, hide_index=True, placeholder="", alt="Estimates beside the truth", height="content"
    )
    offer_csv("Download the comparison", compared, "estimates_against_truth.csv", key="compared")
    st.caption(
        f"Whole company as of {date(day)}, whatever the sidebar says: "
        f"{count(known.n_customers)} customers, {count(known.n_invoices)} invoices, "
        f"{count(known.months)} months, seed {known.seed}. Invoices that are open in the books "
        "are paid, or not, in the simulation after that day; the truth counts them. "
        + undollared(felt_sentence(known, view.currency))
    )

    st.subheader("What is true of the company")
    st.markdown(
        "Every effect of the simulation, as it was put in. An analysis that estimates one of them "
        "is tested against it."
    )
    effects = effects_table(known)
    st.dataframe(
        effects, hide_index=True, placeholder="", height=420, alt="True effects of the simulation"
    )
    offer_csv("Download the effects", effects, "true_effects.csv", key="effects")
