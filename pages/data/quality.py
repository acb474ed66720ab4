"""Quality: rows that were refused and why, and customers that look alike."""

import streamlit as st

from ui import url_state
from ui.accounting import (
    accounts_in_words,
    offer_files_to_mend,
    show_accounts,
    show_refused,
    show_rules,
)
from ui.errors import end_page, explained
from ui.frame import open_workspace
from ui.importing import files_in_words
from ui.lookalikes import show_lookalikes
from ui.tables import ROWS_SHOWN
from ui.text import moment

st.title("Quality")
st.markdown(
    "Which rows were refused and why, with their original text, and which customers look alike."
)

workspace = open_workspace()
imports = workspace.history() if workspace else []
if not imports:
    st.info("Nothing has been loaded yet, so nothing has been refused.", icon=":material/info:")
    st.page_link("pages/data/load.py", label="Load a file", icon=":material/upload_file:")
    end_page()

labels = {
    manifest.id: f"{moment(manifest.created_at)} · {files_in_words(manifest.files)}"
    for manifest in imports
}
chosen = url_state.choose("Import", "import", labels, kind=st.selectbox)
manifest = next(manifest for manifest in imports if manifest.id == chosen)
tables = dict(manifest.report.get("tables", {}))

with explained():
    st.markdown(accounts_in_words(tables))
    show_accounts(tables)
    if any(report["refused"] for report in tables.values()):
        st.subheader("Refused rows by rule")
        show_rules(tables)
        st.subheader("Refused rows")
        show_refused(workspace.refused(chosen, limit=ROWS_SHOWN))
        offer_files_to_mend(workspace, chosen)

with explained():
    st.subheader("Customers that look alike")
    show_lookalikes(workspace)
