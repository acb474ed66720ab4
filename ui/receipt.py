"""Headline figures, each with its receipt: what it means, how it was made, and from which rows."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from charts.wording import STEADY_DAYS
from models.figures import COUNTED, DEFINITIONS, Figure
from ui.comments import show_comments
from ui.download import offer_csv
from ui.errors import explained
from ui.frame import View
from ui.results import RowsOf, rows_of
from ui.tables import columns_of
from ui.text import (
    count,
    count_of,
    date,
    escape,
    exact_money,
    in_unit,
    listed,
    share,
    undollared,
)
from warehouse.snapshot import COLUMNS_NEEDED

__all__ = ["SHORT_LABELS", "RowsBehind", "figure_row", "receipt_button", "rows_behind",
           "show_interval", "show_receipt"]  # fmt: skip


#: A control total may differ by what is lost when cents are summed in binary.
SMALLEST_DIFFERENCE = 0.005

#: Labels that do not fit a card; the receipt has them in full.
SHORT_LABELS = {
    "receivables.dso": "DSO, count-back",
    "receivables.dso_simple": "DSO, simple",
    "receivables.dso_best_possible": "DSO, best possible",
    "receivables.average_days_delinquent": "Days delinquent",
    "receivables.cei": "Collection index",
    "receivables.cash_flow_velocity": "Turns a year",
    "receivables.growth": "Growth beyond sales",
    "late_payments.expected_cash_13w": "Cash in 13 weeks",
    "late_payments.auc": "Order (AUC)",
    "late_payments.ece": "Error of chances",
    "disputes.rate_per_1000": "Disputes per 1,000",
    "disputes.median_days_to_resolve": "Days to resolve",
    "disputes.chargebacks_per_1000": "Chargebacks per 1,000",
    "disputes.enquiries_per_1000": "Enquiries per 1,000",
    "receivables.cash_release": "One day of sales",
    "credit.over_limit_share": "Over their limit",
    "product_fit.success_rate": "First-year success",
    "reminders.paid": "Paid through reminders",
    "reminders.days_sooner": "Days sooner",
    "churn.logo_churn_12m": "Customers lost",
    "churn.revenue_churn_12m": "Value lost",
    "churn.revenue_churn_price_billing_12m": "Lost to price, billing",
    "churn.nrr": "Net retention",
    "churn.grr": "Gross retention",
    "personas.negative_share": "In negative personas",
    "billing_fit.smooth_share": "Smooth bills",
    "pricing.backbill_exact_share": "Billed again exactly",
    "pricing.price_rise_hazard_ratio": "Leaving after a rise",
    "pricing.bill_shock_hazard_ratio": "Leaving after a surprise",
    "unit_economics.cac": "Cost to win",
    "unit_economics.ltv_to_cac": "LTV:CAC",
    "unit_economics.payback_months": "Payback after",
    "unit_economics.acquire_to_keep": "Win to keep",
    "poor_experience.total": "Poor experience",
    "roi.portfolio_npv": "Value of the plan",
    "poor_experience.disputes": "Dispute handling",
    "poor_experience.financing": "Financing of late cash",
    "linkage.csat_churn_hazard_ratio": "Leaving, CSAT up",
    "linkage.csat_churn_hazard_ratio_unadjusted": "Not adjusted",
    "linkage.csat_days_to_pay": "Days for one point",
    "linkage.placebo_p": "Placebo test (p)",
    "overview.sales_per_customer": "Sales per customer",
    "overview.gross_margin": "Gross margin",
    "overview.on_time_delivery": "Delivered on time",
    "overview.billing_enquiries": "Billing enquiries",
}

#: Movements below these say nothing is better or worse: in percent of money, in days, in points.
STEADY = {"money": 1.0, "days": STEADY_DAYS, "share": 0.5}

#: A year of month ends and the one it began from.
MONTHS_SHOWN = 13

RowsBehind = Callable[[str], RowsOf]


def rows_behind(
    receipt_rows: Callable[..., Any],
    view: View,
    *,
    given: Mapping[str, Any] | None = None,
    **options: object,
) -> RowsBehind:
    """How a receipt gets its rows, asked for only when it is opened; see `ui.results.compute`."""
    return lambda id: rows_of(receipt_rows, view, given=given, figure_id=id, **options)


def figure_row(
    view: View,
    figures: Sequence[Figure],
    rows: RowsBehind,
    *,
    trend: pd.DataFrame | None = None,
    confidence: float = 0.95,
    columns: int = 4,
) -> None:
    """A card for each figure: the number, its interval or its past, and a button to its receipt.

    `trend` has a row a month end in ``as_of``, the last one the view's day, and a column for
    each figure that has a past, under the last part of its id.
    """
    asked_for = None
    with st.grid(columns, min_column_width=900 // columns - 60, gap="small"):
        for figure in figures:
            with st.container(border=True, height="stretch", gap="xsmall"):
                card(view, figure, trend)
                show_interval(figure, view.currency, confidence)
                st.space("stretch")
                if receipt_button(figure):
                    asked_for = figure
    if asked_for is not None:
        show_receipt(view, asked_for, rows, confidence)


def card(view: View, figure: Figure, trend: pd.DataFrame | None) -> None:
    """The number, and where there is a past its course over a year and the change since."""
    past = course(figure, trend)
    st.metric(
        SHORT_LABELS.get(figure.id, figure.label),
        undollared(in_unit(figure.value, figure.unit, view.currency)),
        help=figure.definition,
        **({} if past is None else change(figure, past)),
    )


def course(figure: Figure, trend: pd.DataFrame | None) -> list[float] | None:
    """The figure's last thirteen month ends, the last one its value; None without a full year."""
    name = figure.id.split(".")[-1]
    if trend is None or name not in trend or figure.value is None:
        return None
    values = trend[name].iloc[-MONTHS_SHOWN:]
    return list(values) if len(values) == MONTHS_SHOWN and values.notna().all() else None


def change(figure: Figure, past: Sequence[float]) -> dict[str, Any]:
    """What changed over the course, in the words and the direction of the figure."""
    moved, before = past[-1] - past[0], past[0]
    in_percent = 100 * moved / before if before else math.inf
    said, size = {
        "money": (f"{in_percent:+z.0f} %" if before else "new", in_percent),
        "days": (f"{moved:+z.1f} days", moved),
        "share": (f"{100 * moved:+z.1f} points", 100 * moved),
    }.get(figure.unit, (f"{moved:+z.1f}", moved))
    steady = abs(size) < STEADY.get(figure.unit, 0.5)
    better = None if steady else DEFINITIONS[figure.id].lower_is_better
    return {
        "delta": said if moved else 0,
        "delta_color": {True: "inverse", False: "normal", None: "off"}[better],
        "delta_arrow": "off" if not moved else "up" if moved > 0 else "down",
        "delta_description": "in a year",
        "chart_data": list(past),
        "chart_type": "line",
    }


def show_interval(figure: Figure, currency: str, confidence: float) -> None:
    """Under a number its interval, or why there is none; columns of a file only on hover."""
    if said := interval_in_words(figure, currency, confidence):
        _, _, columns = (figure.reason or "").partition(COLUMNS_NEEDED)
        st.caption(said, help=escape(columns, longest=600) or None)


def interval_in_words(figure: Figure, currency: str, confidence: float) -> str:
    if figure.value is None:
        reason = (figure.reason or "There is no value.").split(COLUMNS_NEEDED)[0]
        return escape(reason, longest=240)
    ends = [
        None if end is None else in_unit(end, figure.unit, currency)
        for end in (figure.low, figure.high)
    ]
    beside = "" if figure.reason in (None, COUNTED) else escape(figure.reason, longest=300)
    if ends == [None, None]:
        return beside
    low, high = ("not known" if end is None else end for end in ends)
    if high.endswith(" days"):
        low = low.removesuffix(" days")
    said = undollared(f"{low} to {high} ({share(confidence, 0)} interval)")
    return f"{said}. {beside}" if beside else said


def receipt_button(figure: Figure) -> bool:
    """The button to a figure's receipt; whether it was pressed."""
    return st.button(
        "Receipt",
        icon=":material/receipt_long:",
        type="tertiary",
        key=f"receipt_{figure.id}",
        help=f"How {figure.label} was made, and the rows behind it",
    )


@st.dialog("Receipt", width="large", position="right")
def show_receipt(view: View, figure: Figure, rows: RowsBehind, confidence: float = 0.95) -> None:
    """What a figure means, how it was made, what was said of it, and the rows behind it."""
    st.metric(
        figure.label,
        undollared(in_unit(figure.value, figure.unit, view.currency, exact=True)),
    )
    st.markdown(figure.definition)
    st.code(figure.formula, language=None, wrap_lines=True)
    facts(view, figure, confidence)
    show_comments(view, figure.id)
    with explained():
        rows_and_total(view, figure, rows(figure.id))


def facts(view: View, figure: Figure, confidence: float) -> None:
    said = {
        "As of": date(figure.as_of),
        "Cut to": escape(view.filters_in_words, longest=400),
        "Computed from": count_of(figure.n, counted_in(figure)),
        f"{share(confidence, 0)} interval": interval_exactly(figure, view.currency),
        "Currency": view.currency,
        "Snapshot": f"`{view.snapshot.id}`",
        "Name in files": f"`{figure.id}`",
    }
    st.table(pd.DataFrame(said.items(), columns=["", " "]).set_index(""), border="horizontal",
             hide_header=True)  # fmt: skip


def counted_in(figure: Figure) -> str:
    """What a figure was computed from: it is of customers, unless said otherwise."""
    other = {"receivables": "invoice", "late_payments": "invoice", "disputes": "invoice",
             "product_fit": "start", "billing_fit": "invoice", "reminders": "invoice",
             "poor_experience": "booked cost",
             "credit.blocked_order_value": "order",
             "disputes.median_days_to_resolve": "dispute",
             "linkage.placebo_p": "answer", "scores": "answer"}  # fmt: skip
    analysis = figure.id.split(".")[0]
    return other.get(figure.id) or other.get(analysis, "customer")


def interval_exactly(figure: Figure, currency: str) -> str:
    ends = [
        "not known" if end is None else in_unit(end, figure.unit, currency, exact=True)
        for end in (figure.low, figure.high)
    ]
    reason = escape(figure.reason or "", longest=400)
    if figure.low is None and figure.high is None:
        return reason or "None"
    return undollared(f"{ends[0]} to {ends[1]}. ") + reason


def rows_and_total(view: View, figure: Figure, rows: RowsOf) -> None:
    st.markdown("**The rows behind it**")
    control_total(view, figure, rows)
    st.dataframe(
        rows.first,
        hide_index=True,
        placeholder="",
        height=320,
        column_config=columns_of(rows.first),
        alt=f"Rows behind {figure.label}",
    )
    if rows.n > len(rows.first):
        st.caption(f"The first {count(len(rows.first))} of {count_of(rows.n, 'row')}.")
    offer_csv(
        "Download the rows",
        rows.fetch_all,
        f"{figure.id.replace('.', '-')}-{view.as_of.isoformat()}.csv",
        key=f"rows_{figure.id}",
        n=rows.n,
    )


def control_total(view: View, figure: Figure, rows: RowsOf) -> None:
    """Whether the rows lead to the figure, where it is a sum or a share of them."""
    said, right = checked_total(figure, rows, view.currency)
    if right is None:
        st.markdown(undollared(said))
    elif right:
        st.success(undollared(said), icon=":material/check_circle:")
    else:
        st.error(undollared(said), icon=":material/error:")


def checked_total(figure: Figure, rows: RowsOf, currency: str) -> tuple[str, bool | None]:
    """What the rows add up to, and whether that is the figure; None where it is no sum of them."""
    counted = count_of(rows.n, "row")
    if rows.totals is None or figure.value is None:
        return f"Computed from {counted}.", None
    total = float(rows.totals.sum())
    if figure.unit == "share" and len(rows.totals) == 1 and rows.n:
        line = f"{count(total)} of these {counted} count: **{share(total / rows.n, 4)}**"
        found, least = total / rows.n, 1e-9
    elif figure.unit == "money":
        line = f"These {counted} add up to **{exact_money(total, currency)}**"
        found, least = total, SMALLEST_DIFFERENCE
    else:
        parts = [
            f"{escape(part)} **{exact_money(amount, currency)}**"
            for part, amount in rows.totals.items()
        ]
        return f"{counted}, which add up to {listed(parts)}.", None
    if abs(found - figure.value) <= max(least, 1e-12 * abs(figure.value)):
        return f"{line}, which is the figure.", True
    shown = in_unit(figure.value, figure.unit, currency, exact=True)
    return (
        f"{line}, but the figure is {shown}. Do not use it before the difference is explained; "
        "the rows below are what was read.",
        False,
    )
