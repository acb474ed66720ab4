"""Entry point: the frame around every page. It holds no analysis and no data."""

import logging

import streamlit as st

from ui import url_state
from ui.errors import explained
from ui.frame import sidebar
from ui.memory import set_libraries_aside

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")

PAGES = {
    "Cash": [
        st.Page(
            "pages/cash/receivables.py",
            title="Receivables",
            icon=":material/account_balance_wallet:",
            help="What customers owe, how old it is, and how many days of sales it stands for.",
            default=True,
        ),
        st.Page(
            "pages/cash/late_payments.py",
            title="Time to pay",
            icon=":material/schedule:",
            help="How long invoices take to be paid, which are late, and when open ones will be.",
        ),
        st.Page(
            "pages/cash/cash_forecast.py",
            title="Cash forecast",
            icon=":material/calendar_month:",
            help="Cash expected in each of the next 13 weeks, and how past forecasts turned out.",
        ),
    ],
    "Data": [
        st.Page(
            "pages/data/load.py",
            title="Load",
            icon=":material/upload_file:",
            help="Load an export: see how it is read and what would be refused, then import it.",
        ),
        st.Page(
            "pages/data/mapping.py",
            title="Map a file",
            icon=":material/account_tree:",
            help="Teach Goodwill a file it does not know, and keep that as a recipe.",
        ),
        st.Page(
            "pages/data/quality.py",
            title="Quality",
            icon=":material/rule:",
            help="Rows that were refused and why, and customers that look alike.",
        ),
        st.Page(
            "pages/data/history.py",
            title="History",
            icon=":material/history:",
            help="Every import: who, when, which file, which rows. Undo the last one.",
        ),
        st.Page(
            "pages/data/settings.py",
            title="Settings",
            icon=":material/settings:",
            help="Reporting currency, as-of date, fiscal year, discount rate and churn rule.",
        ),
    ],
    "About": [
        st.Page(
            "pages/about/definitions.py",
            title="Definitions",
            icon=":material/menu_book:",
            help="Every figure in one sentence and one formula.",
        ),
        st.Page(
            "pages/about/known_truth.py",
            title="How do we know?",
            icon=":material/science:",
            help="Each estimate beside the truth, on a company whose truth is known.",
        ),
    ],
}

st.set_page_config("Goodwill", "ui/brand/mark.svg", layout="wide")
dark = st.context.theme.type == "dark"
st.logo(f"ui/brand/wordmark-{'dark' if dark else 'light'}.svg", icon_image="ui/brand/mark.svg",
        size="large")  # fmt: skip
page = st.navigation(PAGES)

with url_state.session():
    sidebar()
    with explained():
        page.run()
set_libraries_aside()
