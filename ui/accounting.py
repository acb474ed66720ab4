"""The accounts of an import: rows in = accepted + refused, for every table."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import streamlit as st

from ui.errors import say
from ui.frame import open_workspace
from ui.importing import REPORT
from ui.tables import ROWS_SHOWN
from ui.text import count, count_of, escape, label_of, listed
from warehouse.preview import Rehearsal
from warehouse.refused import write_to_mend
from warehouse.workspace import Workspace

__all__ = [
    "accounts_in_words",
    "offer_files_to_mend",
    "show_accounts",
    "show_refused",
    "show_rules",
]


def accounts_in_words(tables: Mapping[str, Mapping[str, object]]) -> str:
    """One sentence on what went in, what was accepted and what was refused."""
    rows_in, accepted, refused = (
        sum(int(report[part]) for report in tables.values())
        for part in ("rows_in", "accepted", "refused")
    )
    if not rows_in:
        return "No rows were read."
    verb = "was" if rows_in == 1 else "were"
    outcome = "none was refused" if not refused else f"**{count(refused)}** refused"
    return (
        f"{count_of(rows_in, 'row')} {verb} read: **{count(accepted)}** accepted, {outcome}. "
        "Every row is one or the other."
    )


def show_accounts(tables: Mapping[str, Mapping[str, object]]) -> None:
    """The table of accounts, with a total line when there are several tables."""
    rows = [
        {
            "Table": label_of(name),
            "Rows in": int(report["rows_in"]),
            "Accepted": int(report["accepted"]),
            "Refused": int(report["refused"]),
        }
        for name, report in tables.items()
    ]
    if len(rows) > 1:
        numbers = pd.DataFrame(rows).drop(columns="Table").sum().to_dict()
        rows.append({"Table": "All tables", **numbers})
    frame = pd.DataFrame(rows, columns=["Table", "Rows in", "Accepted", "Refused"])
    number = st.column_config.NumberColumn(format="localized", width="small")
    st.dataframe(
        frame,
        hide_index=True,
        placeholder="",
        height="content",
        column_config=dict.fromkeys(["Rows in", "Accepted", "Refused"], number),
        alt="Rows in, accepted and refused by table",
    )


def show_rules(tables: Mapping[str, Mapping[str, object]]) -> None:
    """Refused rows by the rule they broke; a row that breaks two counts under both."""
    broken = [
        {"Table": label_of(name), "Rule a row must keep": label_of(rule), "Rows that broke it": n}
        for name, report in tables.items()
        for rule, n in dict(report["refused_by_rule"]).items()
    ]
    if not broken:
        return
    frame = pd.DataFrame(broken).sort_values("Rows that broke it", ascending=False)
    st.dataframe(
        frame,
        hide_index=True,
        placeholder="",
        column_config={
            "Rows that broke it": st.column_config.NumberColumn(format="localized", width="small")
        },
        alt="Refused rows by rule",
    )


def show_refused(rows: pd.DataFrame) -> None:
    """Refused rows with the reason and the text as it stood in the source."""
    first = rows.head(ROWS_SHOWN)
    shown = pd.DataFrame(
        {
            "Source": first["source"],
            "Line": first["row"],
            "Table": first["table"].map(label_of),
            "Reason": first["reason"],
            "Rules": first["rules"].map(lambda rules: listed([label_of(rule) for rule in rules])),
            "As it stood in the source": first["original"],
        }
    )
    st.dataframe(
        shown,
        hide_index=True,
        placeholder="",
        column_config={
            "Line": st.column_config.NumberColumn(format="localized", width="small"),
            "Reason": st.column_config.TextColumn(width="large"),
            "As it stood in the source": st.column_config.TextColumn(width="large"),
        },
        alt="Refused rows with rule, reason and original text",
    )
    if len(rows) >= ROWS_SHOWN:
        st.caption(f"The first {count(ROWS_SHOWN)}. The file to mend holds all of them.")


def offer_files_to_mend(workspace: Workspace, snapshot_id: str) -> None:
    """Buttons that hand back the refused rows, one file a source, ready to mend and reload."""
    refused = workspace.refused_file(snapshot_id)
    if refused is None:
        return
    files = files_to_mend(str(refused))
    with st.container(horizontal=True):
        for name, content in files.items():
            st.download_button(
                f"Refused rows of {escape(name, longest=40)}",
                data=content,
                file_name=name,
                mime="text/csv",
                icon=":material/download:",
                on_click="ignore",
                key=f"mend_{snapshot_id}_{name}",
            )
    st.caption(
        "Mend the cells in the file, leave the columns that begin with an underscore as they are, "
        "and load the file again: it is read the way its source was."
    )


@st.cache_data(max_entries=4, show_spinner=False)
def files_to_mend(refused: str) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory(prefix="goodwill-") as folder:
        written = write_to_mend(Path(refused), Path(folder))
        return {path.name: path.read_bytes() for path in written}


def show_import() -> None:
    """The report of the import just made, until it is put away."""
    report = st.session_state.get(REPORT)
    if report is None:
        return
    with st.container(border=True):
        if report["loaded"]:
            st.success(
                f"Loaded as snapshot `{report['snapshot']}`, figures in {report['currency']}, "
                f"newest day {report['as_of']}.",
                icon=":material/check_circle:",
            )
        else:
            st.error(
                "Nothing was loaded, and the data is as it was before.", icon=":material/block:"
            )
        show_findings(report)
        workspace = open_workspace()
        if workspace is not None and report["import_id"]:
            offer_files_to_mend(workspace, report["import_id"])
        with st.container(horizontal=True, vertical_alignment="center"):
            st.page_link(
                "pages/cash/receivables.py",
                label="See receivables",
                icon=":material/account_balance_wallet:",
            )
            st.page_link("pages/data/quality.py", label="See quality", icon=":material/rule:")
            if st.button("Put away", type="tertiary", icon=":material/close:"):
                del st.session_state[REPORT]
                st.rerun()


def show_rehearsal(rehearsal: Rehearsal) -> None:
    """What an import would accept and refuse, and why."""
    report = rehearsal.report.to_dict()
    show_findings(report)
    if len(rehearsal.refused):
        with st.expander("Rows that would be refused", icon=":material/rule:", expanded=True):
            show_refused(rehearsal.refused)


def show_findings(report: Mapping[str, object]) -> None:
    tables = dict(report["tables"])
    if tables:
        st.markdown(accounts_in_words(tables))
        show_accounts(tables)
        show_rules(tables)
    for error in report["errors"]:
        st.error(say(error), icon=":material/error:")
    for warning in report["warnings"]:
        st.warning(say(warning), icon=":material/warning:")
    if report["notes"]:
        with st.expander(f"Notes ({len(report['notes'])})", icon=":material/notes:"):
            for note in report["notes"]:
                st.markdown(f"- {say(note)}")
