"""The watchlist as a table in which people note what they did."""

import pandas as pd
import streamlit as st

from analyses.notes import FIELDS, LONGEST, keep_note, kept_notes, notes_so_far
from charts.late_causes import CAUSE_WORDS
from ui.account_links import account_column, account_links
from ui.download import offer_csv
from ui.errors import explained
from ui.frame import View
from ui.tables import PERCENT, ROWS_SHOWN, WHOLE, percents
from ui.text import count, count_of
from ui.watchlist import MONEY_FACTS
from warehouse.settings import Settings

__all__ = ["STATUS_WORDS", "changes", "keep_changes", "show_editor", "with_notes"]

STATUS_WORDS = {
    "open": "Open",
    "contacted": "Contacted",
    "promised": "Promised to pay",
    "disputed": "Disputed",
    "done": "Done",
}
#: Of the customer, also where it is written beside one of its invoices.
OF_CUSTOMER = ("owner",)
HEIGHT = 560


def with_notes(rows: pd.DataFrame, settings: Settings, about: str) -> pd.DataFrame:
    """The rows with what is noted of each, and the owner of its customer."""
    of_customer = kept_notes(settings, "customer")
    kept = of_customer if about == "customer" else kept_notes(settings, about)
    kept = kept.drop(columns=list(OF_CUSTOMER))
    rows = rows.join(kept, on=f"{about}_id").join(of_customer[list(OF_CUSTOMER)], on="customer_id")
    texts = [name for name in (*FIELDS, "who") if name != "promised_on"]
    return rows.assign(**{name: rows[name].astype(object).fillna("") for name in texts})


def show_editor(rows: pd.DataFrame, about: str, who: str, settings: Settings, view: View) -> None:
    """The first rows with fields to write in, and a button that keeps what was written."""
    if rows.empty:
        st.info(
            "There is no row to show: nothing is open, or the filters leave nothing.",
            icon=":material/info:",
        )
        return
    shown = table_of(rows.head(ROWS_SHOWN), about, view)
    version = st.session_state.setdefault("watchlist_version", 0)
    # Another table after each keeping: one that stays would show what was typed beside what is.
    key = f"watchlist_{about}_{view.as_of}_{version}"
    with st.form("watchlist_form", border=False):
        edited = st.data_editor(
            shown,
            key=key,
            hide_index=True,
            height=min(HEIGHT, 38 * (len(shown) + 1)),
            disabled=[name for name in shown if name not in FIELDS],
            column_config=columns_for(),
            placeholder="",
            alt="Watchlist: money at risk, what can be changed, and what was noted",
        )
        pressed = st.form_submit_button("Keep what I noted", icon=":material/save:")
    if pressed:
        with explained():
            n = keep_changes(settings, about, rows, changes(shown, edited), who)
            st.session_state["watchlist_version"] += 1
            st.toast(f"Kept {count_of(n, 'note')}." if n else "Nothing was changed.")
            if n:
                st.rerun()
    n = len(rows)
    cut = f"The first {count(ROWS_SHOWN)} of {count(n)}. " if n > ROWS_SHOWN else ""
    st.caption(
        f"{cut}Money in {view.currency}. Status, promised for, note and owner are yours to write: "
        "they stay through every import, with your name and the time. The owner is one for all "
        "invoices of a customer."
    )
    left, right = st.columns(2)
    with left:
        offer_csv("Download the list", rows, f"watchlist-{about}s-{view.as_of}.csv",
                  key="watchlist", n=len(rows))  # fmt: skip
    with right:
        offer_csv("Download every note ever kept", lambda: notes_so_far(settings),
                  "watchlist-notes.csv", key="watchlist_notes")  # fmt: skip


def table_of(rows: pd.DataFrame, about: str, view: View) -> pd.DataFrame:
    """What the table shows of the rows, in its order."""
    made = pd.DataFrame({"link": account_links(rows["customer_id"], rows["name"], view)})
    # Whom to call, with what care and what came of it stand side by side on a laptop's screen.
    names = {
        "invoice": ["invoice_id", "within_reach", "open_amount", "days_past_due", "cause", "care",
                    "status", "note", "promised_on", "owner", "action", "evidence", "at_risk",
                    "chance", "chance_from", "n_sent", "expected_paid_on", "expected_high"],
        "customer": ["within_reach", "open_amount", "overdue", "n_open", "cause", "care",
                     "status", "note", "promised_on", "owner", MONEY_FACTS, "action", "at_risk"],
    }[about]  # fmt: skip
    made = pd.concat([made, rows[names]], axis=1)
    if "chance" in made:
        made = percents(made, "chance")
    return made.assign(
        cause=made["cause"].map(CAUSE_WORDS), status=made["status"].map(STATUS_WORDS).fillna("")
    ).reset_index(drop=True)


def columns_for() -> dict[str, object]:
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    day = st.column_config.DateColumn
    return {
        "link": account_column(width=170, pinned=True),
        "invoice_id": text("Invoice", width=92),
        "within_reach": number("Within reach", format=WHOLE, width=92,
                               help="At risk times the chance to change it."),
        "at_risk": number("At risk", format=WHOLE, width=80,
                          help="Open times the chance that it is unpaid 60 days from now."),
        "open_amount": number("Open", format=WHOLE, width=75),
        "chance": number("Chance", format=PERCENT, width=65,
                         help="That what is done changes it."),
        "chance_from": text("Chance is", width=80),
        "days_past_due": number("Days past due", format="%d", width=95,
                                help="Below zero: days until it is due."),
        "n_open": number("Invoices", format="%d", width=65),
        "overdue": number("Overdue", format=WHOLE, width=80),
        "cause": text("Cause", width=108),
        "status": st.column_config.SelectboxColumn(
            "Status", options=["", *STATUS_WORDS.values()], width=118
        ),
        "promised_on": day("Promised for", format="YYYY-MM-DD", width=110),
        "note": text("Note", max_chars=LONGEST["note"], width=140),
        "owner": text("Owner", max_chars=LONGEST["owner"], width=100),
        "care": text("More care", width=120, help="Why the customer may be unhappy."),
        MONEY_FACTS: text(width=260),
        "action": text("To do", width=260),
        "evidence": text("What speaks for the cause", width=260),
        "n_sent": number("Reminders", format="%d", width=75),
        "expected_paid_on": day("Expected on", format="YYYY-MM-DD"),
        "expected_high": day("Latest (90 %)", format="YYYY-MM-DD"),
    }  # fmt: skip


def changes(before: pd.DataFrame, after: pd.DataFrame) -> dict[int, dict[str, object]]:
    """What was written, by the place of its row.

    Examples
    --------
    >>> before = pd.DataFrame({"note": ["", "a"], "owner": ["", ""]})
    >>> changes(before, before.assign(note=["call", "a"]))
    {0: {'note': 'call'}}
    """
    found: dict[int, dict[str, object]] = {}
    for name in FIELDS:
        if name not in after:
            continue
        old, new = (frame[name].astype(object) for frame in (before, after))
        old, new = old.where(old.notna(), ""), new.where(new.notna(), "")
        for place in (old != new).to_numpy().nonzero()[0]:
            found.setdefault(int(place), {})[name] = new.iloc[place]
    return found


def keep_changes(
    settings: Settings,
    about: str,
    rows: pd.DataFrame,
    changed: dict[int, dict[str, object]],
    who: str,
) -> int:
    """Keep what was written of each row, and return of how many."""
    keys = {words: key for key, words in STATUS_WORDS.items()}
    for place, found in changed.items():
        row = rows.iloc[place]
        fields = {name: keys.get(v, v) if name == "status" else v for name, v in found.items()}
        own = {name: fields.pop(name) for name in OF_CUSTOMER if name in fields}
        if fields:
            keep_note(settings, about, row[f"{about}_id"], who=who, **fields)
        if own:
            keep_note(settings, "customer", row["customer_id"], who=who, **own)
    return len(changed)
