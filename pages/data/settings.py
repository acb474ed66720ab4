"""Settings: what the company decided about its figures."""

import calendar

import streamlit as st

from ui.errors import end_page, explained
from ui.frame import open_workspace, workspace_folder
from ui.text import escape

st.title("Settings")
st.markdown(
    "What the company decided about its figures. The reporting currency takes effect with the "
    "next import, everything else at once."
)

workspace = open_workspace()
if workspace is None:
    st.info(
        "There is no workspace yet. It is made with the first import, and the settings with it.",
        icon=":material/info:",
    )
    st.page_link("pages/data/load.py", label="Load a file", icon=":material/upload_file:")
    end_page()

now = workspace.settings.all()
snapshot = workspace.current()
with st.form("settings"):
    company = st.text_input(
        "Company",
        workspace.settings.get("company") or "",
        max_chars=80,
        placeholder=workspace.folder.resolve().name,
    )
    left, right = st.columns(2)
    currency = left.text_input(
        "Reporting currency",
        now["reporting_currency"] or "",
        max_chars=3,
        placeholder=(snapshot and snapshot.manifest.reporting_currency) or "EUR",
        help="Three letters, ISO 4217. Empty: as read from the data.",
    )
    as_of = right.date_input(
        "As-of date by default",
        now["as_of"],
        format="YYYY-MM-DD",
        help="Empty: the newest date in the data.",
    )
    month = left.selectbox(
        "Fiscal year begins in",
        range(1, 13),
        index=int(now["fiscal_year_first_month"]) - 1,
        format_func=calendar.month_name.__getitem__,
        help="Names the quarter on the deck.",
    )
    rate = right.number_input(
        "Discount rate, percent a year",
        0.0,
        100.0,
        100 * float(now["discount_rate"]),
        0.5,
        help="What a year of waiting takes off money to come.",
    )
    cost = left.number_input(
        "Staff cost per hour, in the reporting currency",
        0.0,
        10_000.0,
        float(now["staff_cost_per_hour"]),
        1.0,
        help="What an hour of serving a customer costs.",
    )
    days = right.number_input(
        "Days without an invoice after which an account counts as lost",
        1,
        3_650,
        int(now["churn_rule_days"]),
        help="For one without a leaving date. Who is billed at longer intervals is given half as "
        "long again as the longest of them.",
    )
    saved = st.form_submit_button("Save", icon=":material/save:")

if saved:
    with explained():
        workspace.settings.set(
            reporting_currency=currency.strip() or None,
            as_of=as_of,
            fiscal_year_first_month=month,
            discount_rate=rate / 100,
            staff_cost_per_hour=cost,
            churn_rule_days=days,
        )
        workspace.settings.put("company", company.strip() or None)
        st.toast("Saved.", icon=":material/check:")
        # The sidebar was drawn with what held before.
        st.rerun()

st.caption(f"Kept in the workspace folder {escape(workspace_folder().resolve().name)}.")
