"""Every page of the app: its section, file, title, icon, and what it answers."""

import streamlit as st
from streamlit.navigation.page import StreamlitPage

__all__ = ["CONTENTS", "pages"]

#: Section to its pages: file under `pages/`, title, icon and what the page answers.
CONTENTS = {
    "Overview": (
        (
            "overview/overview.py",
            "Overview",
            "dashboard",
            "Finance and customers on one board: what moved and why, and what to do today.",
        ),
        (
            "overview/quarterly_review.py",
            "Quarterly review",
            "slideshow",
            "The quarter as a deck: what it tells, what is committed to, and every file of it.",
        ),
        (
            "overview/comments.py",
            "Comments",
            "comment",
            "What people wrote on figures, on charts, and on single points of them.",
        ),
    ),
    "Cash": (
        (
            "cash/receivables.py",
            "Receivables",
            "account_balance_wallet",
            "What customers owe, how old it is, and how many days of sales it stands for.",
        ),
        (
            "cash/late_payments.py",
            "Time to pay",
            "schedule",
            "How long invoices take to be paid, which are late, and when open ones will be.",
        ),
        (
            "cash/late_signals.py",
            "Late-payment signals",
            "crisis_alert",
            "Which invoices will be paid late, by what is known when they are issued.",
        ),
        (
            "cash/late_causes.py",
            "Why late",
            "help_center",
            "Why each invoice is late, what speaks for it, and what to do about it.",
        ),
        (
            "cash/watchlist.py",
            "Watchlist",
            "checklist",
            "Whom to contact first, why, and what came of it.",
        ),
        (
            "cash/disputes.py",
            "Disputes",
            "gavel",
            "How often invoices are disputed, about what, how long it takes, and what precedes it.",
        ),
        (
            "cash/credit.py",
            "Credit",
            "credit_score",
            "What stands against each credit limit, what can still be sold, and who is held back.",
        ),
        (
            "cash/reminders.py",
            "Reminders",
            "notifications_active",
            "What reminders bring in, which kind brings more, and what they cost in goodwill.",
        ),
        (
            "cash/cash_forecast.py",
            "Cash forecast",
            "calendar_month",
            "Cash expected in each of the next 13 weeks, and how past forecasts turned out.",
        ),
    ),
    "Customers": (
        (
            "customers/account.py",
            "Account",
            "badge",
            "One customer on one screen: its money, its history, its side, and what to do next.",
        ),
        (
            "customers/personas.py",
            "Personas",
            "groups",
            "Which kinds of customers there are by how they behave, and what each is like.",
        ),
        (
            "customers/negative_personas.py",
            "Negative personas",
            "person_off",
            "Which kinds of customers lose money, why, how to know them, and what to do.",
        ),
        (
            "customers/unit_economics.py",
            "Unit economics",
            "paid",
            "What customers cost to win and serve, what they bring, and when they pay back.",
        ),
        (
            "customers/churn.py",
            "Churn",
            "logout",
            "How long customers stay, why they leave, what that costs, and who may be next.",
        ),
        (
            "customers/lifetime_value.py",
            "Lifetime value",
            "savings",
            "What the customers of today are still to bring, who of them, and what leaving takes.",
        ),
        (
            "customers/product_fit.py",
            "Product fit",
            "extension",
            "Who is most likely to succeed with which product, by sector, size and place.",
        ),
    ),
    "Experience": (
        (
            "experience/scores.py",
            "Scores",
            "sentiment_satisfied",
            "NPS, CSAT and CES with their noise: who answers, where, and what has really moved.",
        ),
        (
            "experience/linkage.py",
            "Satisfaction and money",
            "linked_services",
            "What one point of satisfaction goes with: leaving, days to pay, disputes and spend.",
        ),
        (
            "experience/poor_experience.py",
            "Cost of poor experience",
            "heart_broken",
            "What poor experience cost in a year, each cost once, by cause and touchpoint.",
        ),
        (
            "experience/roi.py",
            "Return on initiatives",
            "trending_up",
            "What better experience would bring: what to do under a budget, and how sure it is.",
        ),
    ),
    "Pricing": (
        (
            "pricing/designer.py",
            "Tariff designer",
            "sell",
            "What another tariff would bill each customer, and who wins and who loses by it.",
        ),
        (
            "pricing/price_frontier.py",
            "Price frontier",
            "trending_up",
            "Which price changes bring the most revenue for the least of it at risk.",
        ),
        (
            "pricing/price_reaction.py",
            "Price reaction",
            "price_change",
            "What customers do when a bill is not what they expect, and what that is worth.",
        ),
        (
            "pricing/elasticity.py",
            "Elasticity",
            "trending_down",
            "How much less is used when it gets dearer, and what speaks for and against that.",
        ),
        (
            "pricing/billing_fit.py",
            "Billing fit",
            "handshake",
            "Which way and time of charging goes smoothly, and for whom.",
        ),
    ),
    "Data": (
        (
            "data/load.py",
            "Load",
            "upload_file",
            "Load an export: see how it is read and what would be refused, then import it.",
        ),
        (
            "data/mapping.py",
            "Map a file",
            "account_tree",
            "Teach Goodwill a file it does not know, and keep that as a recipe.",
        ),
        (
            "data/quality.py",
            "Quality",
            "rule",
            "Rows that were refused and why, and customers that look alike.",
        ),
        (
            "data/history.py",
            "History",
            "history",
            "Every import: who, when, which file, which rows. Undo the last one.",
        ),
        (
            "data/settings.py",
            "Settings",
            "settings",
            "Reporting currency, as-of date, fiscal year, discount rate and churn rule.",
        ),
    ),
    "About": (
        (
            "about/definitions.py",
            "Definitions",
            "menu_book",
            "Every figure in one sentence and one formula.",
        ),
        (
            "about/known_truth.py",
            "How do we know?",
            "science",
            "Each estimate beside the truth, on a company whose truth is known.",
        ),
    ),
}

#: What the bare address shows.
FIRST = "overview/overview.py"


def pages() -> dict[str, list[StreamlitPage]]:
    """The pages by section, as the navigation takes them."""
    return {
        section: [
            st.Page(
                f"pages/{file}",
                title=title,
                icon=f":material/{icon}:",
                help=answers,
                default=file == FIRST,
            )
            for file, title, icon, answers in entries
        ]
        for section, entries in CONTENTS.items()
    }
