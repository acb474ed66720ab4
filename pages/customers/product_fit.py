"""Product fit: who is most likely to succeed with which product, before it is sold to them."""

import streamlit as st

import analyses.product_fit
from charts.product_fit import success_dots
from ui import url_state
from ui.chart import told
from ui.errors import explained
from ui.frame import require_view
from ui.product_fit import answer_sentence, product_sentence, show_fit_table
from ui.receipt import figure_row, rows_behind
from ui.results import compute
from ui.text import undollared
from warehouse.product_fit import FIT_TRAITS

st.title("Product fit")
st.markdown("Who is most likely to succeed with which product, by sector, size and place.")
view = require_view()
ours = analyses.product_fit

with explained():
    fit = compute(ours.run, view)
    figure_row(view, fit.figures(), rows_behind(ours.receipt_rows, view))
    known = {trait: words for trait, words in FIT_TRAITS.items() if trait in fit.pull}
    trait = url_state.choose("Compare by", "by", known or dict([*FIT_TRAITS.items()][:1]))
    st.markdown(undollared(answer_sentence(fit, trait, FIT_TRAITS[trait].lower())))

    st.subheader("One product")
    names = {name: name for name in fit.products["product"]}
    product = url_state.choose("Product", "product", names, kind=st.selectbox)
    told(product_sentence(fit, product), success_dots(fit, product, trait))
    show_fit_table(fit, product, trait)
