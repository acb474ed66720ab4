"""Customers that look like another: shown side by side, never merged."""

import pandas as pd
import streamlit as st

from ui.download import offer_csv
from ui.text import count_of
from warehouse.lookalikes import lookalikes
from warehouse.snapshot import Snapshot
from warehouse.workspace import Workspace

__all__ = ["show_lookalikes"]

#: What makes two customers look alike.
SAME = {"same name": "The name", "same stem": "The name but for the legal form or web address"}


def show_lookalikes(workspace: Workspace) -> None:
    """Groups of customers with one name, with the way to tell whether they are one."""
    snapshot = workspace.current()
    if snapshot is None or "customers" not in snapshot.manifest.tables:
        st.markdown("No customers have been loaded.")
        return
    alike = found(str(workspace.folder), snapshot.id, _snapshot=snapshot)
    if alike.empty:
        st.markdown("No two customers share a name, not even but for the legal form.")
        return
    groups = alike["stem"].nunique()
    st.markdown(
        f"**{count_of(len(alike), 'customer')}** in {count_of(groups, 'group')} share a name, or "
        "all of it but the legal form. They were loaded as they are: if two are one, correct the "
        "customer number in the source and load again."
    )
    st.dataframe(
        pd.DataFrame(
            {
                "Group": alike["stem"].ne(alike["stem"].shift()).cumsum(),
                "Customer": alike["customer_id"],
                "Name": alike["name"],
                "What is the same": alike["why"].map(SAME).fillna(alike["why"]),
            }
        ),
        hide_index=True,
        placeholder="",
        column_config={"Group": st.column_config.NumberColumn(format="%d", width=60)},
        alt="Customers that look alike",
    )
    offer_csv("Download the list", alike, "customers-that-look-alike.csv", key="lookalikes")


@st.cache_data(max_entries=4, show_spinner="Comparing names")
def found(folder: str, snapshot_id: str, _snapshot: Snapshot) -> pd.DataFrame:
    with _snapshot.tables() as tables:
        return lookalikes(tables["customers"]).to_pandas()
