"""Time to pay: how long invoices take, how many are late, and which money is at risk."""

import streamlit as st

import analyses.late_payments
from charts import spec_of
from charts.late_payments import (
    MOST_GROUPS,
    last_day,
    late_share_dots,
    paid_curve,
    paid_rows,
    with_day,
)
from models.open_invoices import fit_cash_at_risk
from ui import url_state
from ui.chart import told, told_live
from ui.errors import explained
from ui.frame import require_view
from ui.late_payments import (
    LOG_RANK,
    at_risk_sentence,
    late_sentence,
    names_of_debtors,
    pace_sentence,
    paid_sentence,
    show_curve_groups,
    show_open_invoices,
)
from ui.receipt import figure_row, rows_behind
from ui.results import compute
from ui.segments import choose_segment
from ui.text import undollared

st.title("Time to pay")
st.markdown("How long invoices take to be paid, how many are late, and which money is at risk.")
view = require_view()
ours = analyses.late_payments


@url_state.fragment
def paid_by_day(curve, spec, rows):
    day = url_state.slide("Days since issue", "day", 0, min(180, last_day(curve)), default=60)
    told_live(
        paid_sentence(curve, day),
        spec,
        with_day(rows, day),
        name="Share of invoices paid by days since issue",
        key="paid_curve",
    )


@url_state.fragment
def at_risk(curves, scored):
    grace = url_state.slide("Days of grace after the due date", "grace", 0, 120, default=30, step=5)
    risk = fit_cash_at_risk(curves, scored, view.as_of, grace_days=grace)
    st.markdown(undollared(at_risk_sentence(risk, view.currency)))
    figure_row(view, risk.figures(), rows_behind(ours.receipt_rows, view, grace_days=grace))


with explained(ends_page=True):
    counted = {"counted": compute(ours.counts, view)}

with explained():
    figures = [
        *compute(ours.late_share, view, given=counted).figures(),
        *compute(ours.time_to_pay, view, given=counted).figures(),
    ]
    figure_row(view, figures, rows_behind(ours.receipt_rows, view))

# One choice for the two parts below it; a part that cannot be answered says so by itself.
segment = choose_segment(view, "by", none="All invoices together")
split = {"by": segment} if segment else {}
with explained(ends_page=True):
    split_counts = {"counted": compute(ours.counts, view, **split)}

with explained():
    st.subheader("When invoices are paid")
    curve = compute(ours.time_to_pay, view, given=split_counts, **split)
    paid_by_day(curve, spec_of(paid_curve(curve)), paid_rows(curve))
    if segment is not None:
        st.markdown(pace_sentence(curve), help=LOG_RANK)
        show_curve_groups(curve, MOST_GROUPS)

with explained():
    st.subheader("Who pays late")
    late = compute(ours.late_share, view, given=split_counts, **split)
    if segment is None:
        st.markdown(late_sentence(late) + " Choose what to compare by above to see who they are.")
    else:
        told(late_sentence(late), late_share_dots(late))

with explained():
    st.subheader("Cash at risk")
    curves = compute(ours.payment_curves, view, given=counted)
    scored = compute(ours.scored_invoices, view, given={"curves": curves})
    at_risk(curves, scored)

    st.subheader("Open invoices")
    show_open_invoices(scored, compute(names_of_debtors, view), view)
