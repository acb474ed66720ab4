"""History: every import, and how to take back the last one."""

import pandas as pd
import streamlit as st

from ui.download import offer_csv
from ui.errors import end_page, explained
from ui.frame import open_workspace
from ui.importing import files_in_words
from ui.text import count_of, escape, moment

st.title("History")
st.markdown("Every import: who, when, which file and which rows. The last one can be taken back.")

workspace = open_workspace()
imports = workspace.history() if workspace else []
if not imports:
    st.info("Nothing has been loaded yet.", icon=":material/info:")
    st.page_link("pages/data/load.py", label="Load a file", icon=":material/upload_file:")
    end_page()

current = workspace.current()
#: What an import did with rows of the same tables that were there before it.
KEPT_OR_NOT = {"upsert": "Kept, same key replaced", "replace": "Replaced"}


def state_of(manifest) -> str:
    if not manifest.loaded:
        return "Nothing loaded"
    if manifest.undone:
        return "Taken back"
    return "Current" if current and manifest.id == current.id else "Superseded"


def total(manifest, part: str) -> int:
    return sum(int(report[part]) for report in manifest.report.get("tables", {}).values())


def of_every_file(manifest, field: str) -> str:
    return ", ".join(str(file.get(field, "")) for file in manifest.files)


table = pd.DataFrame(
    {
        "When": [moment(manifest.created_at) for manifest in imports],
        "Files": [files_in_words(manifest.files) for manifest in imports],
        "State": [state_of(manifest) for manifest in imports],
        "Rows in": [total(manifest, "rows_in") for manifest in imports],
        "Accepted": [total(manifest, "accepted") for manifest in imports],
        "Refused": [total(manifest, "refused") for manifest in imports],
        "Rows already there": [KEPT_OR_NOT.get(m.mode, m.mode) for m in imports],
        "Who": [manifest.who for manifest in imports],
        "Snapshot": [manifest.id for manifest in imports],
    }
)
number = st.column_config.NumberColumn(format="localized")
st.dataframe(
    table,
    hide_index=True,
    placeholder="",
    column_config=dict.fromkeys(["Rows in", "Accepted", "Refused"], number),
    alt="Imports, newest first",
)
named = {"All files": "name", "Hash of each file (SHA-256)": "sha256"}
every_file = {label: [of_every_file(m, field) for m in imports] for label, field in named.items()}
offer_csv("Download with hashes", table.assign(**every_file), "imports.csv", key="imports")

if current is not None:
    stored = sum(table.rows for table in current.manifest.tables.values())
    st.caption(
        f"The current snapshot holds {count_of(len(current.manifest.tables), 'table')} with "
        f"{count_of(stored, 'row')}. Figures print its name, {current.id}, on their receipts."
    )


if current is not None:
    with st.popover("Take back the last import", icon=":material/undo:"):
        st.markdown(
            f"The import of **{moment(current.manifest.created_at)}** by "
            f"{escape(current.manifest.who)} will no longer count, and every page shows the data "
            "as it was before. Nothing is deleted."
        )
        taken_back = st.button("Take it back", icon=":material/undo:")
    if taken_back:
        with explained():
            workspace.undo()
            st.rerun()
