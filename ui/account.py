"""One customer on a page: found by name, its money, its history, its documents and its side."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

import analyses.account
from analyses.notes import kept_notes, notes_so_far
from charts.account import timeline
from models.account import Account, AccountMoney
from models.care import MEASURES
from models.touchpoints import KINDS
from ui import url_state
from ui.chart import told
from ui.download import offer_csv
from ui.errors import end_page, explained, say
from ui.frame import View
from ui.tables import AMOUNT, ROWS_SHOWN, height_of
from ui.text import count, count_of, date, days, escape, label_of, money, undollared
from ui.watchlist_table import STATUS_WORDS
from warehouse.settings import Settings

__all__ = ["choose_account", "read_account", "show_documents", "show_experience", "show_header",
           "show_money", "show_notes", "show_side", "show_timeline"]  # fmt: skip

#: Which table a kind of touchpoint comes from.
SOURCES = {"Contract": "contracts", "Price": "price_changes", "Order": "orders",
           "Delivery": "orders", "Project": "projects", "Invoice": "invoices",
           "Reminder": "reminders", "Dispute": "disputes", "Payment": "payments",
           "Credit or refund": "adjustments", "Ticket": "tickets", "Survey": "surveys"}  # fmt: skip
YEAR = pd.Timedelta(days=365)


def read_account(analysis: Callable[..., Any], view: View, customer_id: str) -> Any:
    """What `analysis` reads of one customer; the last few looked at are kept."""
    name = f"{analysis.__module__}.{analysis.__qualname__}"
    return of_customer(name, view.key, customer_id, _analysis=analysis, _view=view)


# In memory only: results that outlive the process are of all customers, not one file for each.
@st.cache_resource(max_entries=64, show_spinner="Reading the account")
def of_customer(name: str, key: tuple, customer_id: str, _analysis: Callable, _view: View) -> Any:
    with _view.snapshot.tables() as tables:
        return _analysis(tables, _view.scope, customer_id=customer_id)


def choose_account(view: View) -> str:
    """The number of the customer to show; while none is chosen, those who match, and the end."""
    words = url_state.write_in(
        "Customer", "customer", default="", max_chars=80, width=420,
        placeholder="Number, or part of the name",
    ).strip()  # fmt: skip
    found = pd.DataFrame()
    with explained(), view.snapshot.tables() as tables:
        found = analyses.account.find(tables, view.scope, words=words)
    if words in set(found.get("customer_id", ())):
        return words
    if found.empty:
        st.warning(
            say(
                f"No customer up to {view.as_of} has '{words[:60]}' as its number or in its name, "
                "so there is no account to show. Check the number, or search for another part of "
                "the name."
            ),
            icon=":material/info:",
        )
    elif words:
        st.markdown("Customers whose number or name holds this:")
    else:
        st.markdown(
            "Search by number or name, or follow a name on the watchlist. The first customers by "
            "name:"
        )
    if len(found):
        matches(found, view)
    end_page()


def matches(found: pd.DataFrame, view: View) -> None:
    """Customers to choose from, each a link that stays in this window."""
    with st.grid(3, min_column_width=300, gap="small"):
        for row in found.itertuples():
            where = " · ".join(escape(part) for part in (row.customer_id, row.industry, row.country)
                               if isinstance(part, str))  # fmt: skip
            # A link is one line that is cut where a phone ends: the name has it for itself.
            with st.container(gap=None):
                st.page_link(
                    "pages/customers/account.py",
                    label=escape(row.name),
                    query_params={"customer": row.customer_id, "as_of": view.as_of.isoformat()},
                )
                st.caption(where)


def show_header(account: Account, settings: Settings) -> None:
    """Who the customer is."""
    row = account.customer
    owners = kept_notes(settings, "customer")["owner"]
    owner = owners.get(row["customer_id"], "")
    parts = [
        row["customer_id"],
        row["industry"],
        row["country"],
        f"customer since {date(row['acquired_on'])}",
        f"{row['payment_terms_days']} days to pay",
        f"left on {date(row['churned_on'])}" if pd.notna(row["churned_on"]) else None,
        f"belongs to {row['parent_id']}" if pd.notna(row["parent_id"]) else None,
        f"owner {owner}" if owner else "no owner",
    ]
    st.subheader(escape(row["name"]), anchor=False)
    said = " · ".join(escape(part) for part in parts if isinstance(part, str) and part)
    st.caption(f"{said}. As of {date(account.as_of)}; nothing later is shown.")


def show_money(found: AccountMoney, currency: str) -> None:
    """What is owed, what may still be owed, and what was left over."""
    n_late = int((found.open_invoices["days_past_due"] > 0).sum())
    no_limit = pd.isna(found.credit_limit)
    cards = {
        "Open": (found.open_amount, count_of(len(found.open_invoices), "invoice")),
        "Overdue": (found.overdue, count_of(n_late, "invoice")),
        "Credit limit": (None if no_limit else found.credit_limit, ""),
        "Headroom": (
            None if no_limit else found.headroom,
            f"orders of {money(found.blocked, currency)} wait" if found.blocked > 0 else "",
        ),
        "Revenue, 12 months": (found.revenue, ""),
        "Contribution, 12 months": (found.contribution, "after all costs that are recorded"),
    }
    with st.grid(3, min_column_width=200, gap="small"):
        for label, (amount, beside) in cards.items():
            with st.container(border=True, height="stretch", gap="xsmall"):
                st.metric(label, undollared(money(amount, currency)))
                st.caption(undollared(beside) or "\u00a0")
    paid = found.days_to_pay
    said = "" if pd.isna(paid) else f"Its money took {days(paid, 0)} on average in 12 months. "
    if no_limit:
        said += "It has no credit limit. "
    if found.unapplied >= 1:
        said += f"{money(found.unapplied, currency)} it paid is matched to no debt. "
    st.caption(undollared(said + f"In {currency}; headroom is its own, whatever its group's."))


def show_experience(account: Account, care: pd.DataFrame) -> None:
    """What it said of us, and what waits for an answer."""
    today, touched = pd.Timestamp(account.as_of), account.touchpoints
    recent = touched[touched["on"] > today - YEAR]
    lines = []
    for row in account.answers.itertuples():
        name, best = MEASURES[row.measure]
        lines.append(f"**{name} {row.score:g} of {best}** on {date(row.answered_on)}, about "
                     f"{escape(row.touchpoint)}")  # fmt: skip
    if "surveys" in account.tables and account.answers.empty:
        lines.append("It never answered a survey.")
    late = recent[(recent["kind"] == "Delivery") & (recent["mood"] == "bad")]
    counts = {
        "ticket": recent[recent["kind"] == "Ticket"]["reference"].nunique(),
        "dispute": recent[recent["kind"] == "Dispute"]["reference"].nunique(),
        "reminder": int((recent["kind"] == "Reminder").sum()),
        "late or short delivery": late["reference"].nunique(),
    }
    known = {"ticket": "tickets", "dispute": "disputes", "reminder": "reminders",
             "late or short delivery": "orders"}  # fmt: skip
    said = [
        count_of(n, what, "late or short deliveries" if "delivery" in what else None)
        for what, n in counts.items()
        if known[what] in account.tables
    ]
    if said:
        lines.append(f"In 12 months: {', '.join(said)}")
    if len(care):
        lines.append(f"{':material/warning: ' if care['unhappy'].item() else ''}"
                     f"{escape(care['care'].item(), longest=400)}")  # fmt: skip
    st.markdown("\n".join(f"- {line}" for line in lines) or "Nothing is on record.")
    absent = sorted({"surveys", "tickets", "disputes", "orders"} - account.tables)
    if absent:
        files = ", ".join(f"{name}.csv" for name in absent)
        st.caption(f"Not loaded, so not told of: {files}. Add them on the page Load.")


def show_timeline(account: Account) -> None:
    """Everything that happened, as a chart and as a table."""
    found = account.touchpoints
    if found.empty:
        st.info("Nothing has happened yet.", icon=":material/info:")
        return
    kinds = [kind for kind in KINDS if kind in set(found["kind"])]
    first, last = found["on"].iloc[0], found["on"].iloc[-1]
    sentence = (
        f"**{count_of(len(found), 'touchpoint')}** from {date(first)} to {date(last)}, of "
        f"{count_of(len(kinds), 'kind')}. Drag to move along the years, turn the wheel to come "
        "nearer, and point at a sign to read it."
    )
    told(sentence, timeline(found, kinds, account.customer["currency"]))
    table = found.iloc[::-1]
    with st.expander("The same as a table, newest first"):
        st.dataframe(
            table.head(ROWS_SHOWN), hide_index=True, placeholder="", height=height_of(table),
            column_config=columns(account.customer["currency"]), alt="Touchpoints, newest first",
        )  # fmt: skip
    id = account.customer["customer_id"]
    offer_csv("Download every touchpoint", table, f"touchpoints-{id}.csv", key="touchpoints")
    absent = {SOURCES[kind] for kind in KINDS} - account.tables
    if absent:
        files = ", ".join(f"{name}.csv" for name in sorted(absent))
        st.caption(f"Not loaded, so not on the timeline: {files}. Add them on the page Load.")


def columns(currency: str) -> dict[str, object]:
    return {
        "on": st.column_config.DateColumn("On", format="YYYY-MM-DD", width=90),
        "kind": st.column_config.TextColumn("Kind", width=110),
        "what": st.column_config.TextColumn("What", width=330),
        "reference": "Reference",
        "invoice_id": "Invoice",
        "amount": st.column_config.NumberColumn(f"Amount, {currency}", format=AMOUNT),
        "mood": None,
    }


def show_side(account: Account) -> None:
    """What the customer went through."""
    if not account.side:
        st.markdown("Nothing of the kind is on record: no waiting, no dispute, no reminder.")
        return
    st.markdown("\n".join(f"- {escape(sentence, longest=300)}" for sentence in account.side))


def show_documents(account: Account) -> None:
    """One invoice with every document of its payment cycle."""
    rows = account.invoices
    if rows.empty:
        st.info("No invoice has been issued yet.", icon=":material/info:")
        return
    names = {
        r.invoice_id: f"{r.invoice_id} · {date(r.issued_on)} · {r.amount:,.2f} {r.currency}"
        for r in rows.itertuples()
    }
    invoice = url_state.choose("Invoice", "invoice", names, kind=st.selectbox, width=420)
    own = account.documents[account.documents["invoice_id"] == invoice]
    row = rows.set_index("invoice_id").loc[invoice]
    st.dataframe(
        own.drop(columns="invoice_id"), hide_index=True, placeholder="", height=height_of(own),
        column_config=columns(row["currency"]), alt=f"Documents of invoice {invoice}",
    )  # fmt: skip
    st.caption(
        "From order to payment, in the currency of the invoice. Invoices do not name their orders: "
        "an order is with the first later invoice of the same product and quantity."
    )
    with st.expander(f"All {count(len(rows))} invoices"):
        st.dataframe(
            rows.head(ROWS_SHOWN), hide_index=True, placeholder="", height=height_of(rows),
            column_config={
                **{day: st.column_config.DateColumn(label_of(day), format="YYYY-MM-DD")
                   for day in ("issued_on", "due_on", "paid_on")},
                "amount": st.column_config.NumberColumn("Amount", format=AMOUNT),
                **{name: label_of(name) for name in ("invoice_id", "currency", "reminders",
                   "disputes", "payments", "credits", "orders")},
            }, alt="All invoices of the customer",
        )  # fmt: skip
    id = account.customer["customer_id"]
    offer_csv("Download all documents", account.documents, f"documents-{id}.csv", key="documents")


def show_notes(account: Account, settings: Settings) -> None:
    """What people noted, newest first."""
    rows = notes_so_far(settings)
    ids = {account.customer["customer_id"], *account.invoices["invoice_id"]}
    rows = rows[rows["id"].isin(ids)].iloc[::-1]
    if rows.empty:
        st.caption("Nobody has noted anything yet: note it on the watchlist.")
    else:
        shown = rows.assign(status=rows["status"].map(STATUS_WORDS), at=rows["at"].str[:16])
        st.dataframe(
            shown.drop(columns="about"), hide_index=True, placeholder="", height=height_of(shown),
            column_config={
                "at": "When (UTC)", "who": "Who", "id": "On", "status": "Status",
                "promised_on": "Promised for", "note": st.column_config.TextColumn(
                    "Note", width=330), "owner": "Owner",
            }, alt="Notes on the customer and its invoices",
        )  # fmt: skip
    st.page_link("pages/cash/watchlist.py", label="To the watchlist", icon=":material/checklist:")
