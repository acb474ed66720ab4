"""Targets and owners of the scoreboard, as a table in which people set them."""

import pandas as pd
import streamlit as st

from analyses.targets import LONGEST_OWNER, keep_target, kept_targets
from models.figures import DEFINITIONS
from models.scoreboard import Scoreboard
from ui.errors import explained
from ui.signing import who_writes
from ui.text import count_of
from warehouse.settings import Settings

__all__ = ["changed_targets", "show_targets"]

#: In what a target is written, where that is not the figure's own unit.
UNITS = {"share": "%", "days": "days"}


def show_targets(scoreboard: Scoreboard, settings: Settings) -> None:
    """The table, and a button that keeps what was changed in it."""
    st.markdown(
        "What each figure is to reach, and who answers for it. Targets are kept in the workspace "
        "with your name and the day, and are no part of an import."
    )
    who = who_writes()
    before = as_written(scoreboard, kept_targets(settings))
    after = st.data_editor(
        before,
        hide_index=True,
        disabled=["Figure", "In", "Set by", "Set on"],
        key="targets",
        column_config={
            "id": None,
            "Target": st.column_config.NumberColumn(help="Empty: there is none."),
            "Owner": st.column_config.TextColumn(max_chars=LONGEST_OWNER),
            "Set on": st.column_config.DateColumn(format="YYYY-MM-DD"),
        },
        alt="Targets and owners of the figures",
    )
    changed = changed_targets(before, after)
    if st.button("Keep the targets", icon=":material/save:", disabled=not changed):
        with explained():
            for figure_id, fields in changed.items():
                keep_target(settings, figure_id, who=who, **fields)
            st.toast(f"{count_of(len(changed), 'target')} kept.", icon=":material/check:")
            del st.session_state["targets"]
            st.rerun()


def as_written(scoreboard: Scoreboard, kept: pd.DataFrame) -> pd.DataFrame:
    """The table as people read it: shares in percent."""
    ids = list(scoreboard.readings)
    kept = kept.reindex(ids)
    per = [100.0 if DEFINITIONS[id].unit == "share" else 1.0 for id in ids]
    return pd.DataFrame(
        {
            "id": ids,
            "Figure": [DEFINITIONS[id].label for id in ids],
            "Target": (kept["target"].astype(float) * per).round(10).to_numpy(),
            "In": [UNITS.get(DEFINITIONS[id].unit, "") for id in ids],
            "Owner": kept["owner"].fillna("").astype(str).to_numpy(),
            "Set by": kept["who"].fillna("").astype(str).to_numpy(),
            "Set on": pd.to_datetime(kept["kept_at"]).dt.tz_localize(None).to_numpy()
            if kept["kept_at"].notna().any()
            else pd.NaT,
        }
    )


def changed_targets(before: pd.DataFrame, after: pd.DataFrame) -> dict[str, dict[str, object]]:
    """What was written, by figure, in the figure's unit.

    >>> before = pd.DataFrame(
    ...     {
    ...         "id": ["overview.gross_margin", "receivables.dso"],
    ...         "Target": [float("nan"), 40.0],
    ...         "Owner": ["", "Ada"],
    ...     }
    ... )
    >>> changed_targets(before, before.assign(Target=[45.0, float("nan")]))
    {'overview.gross_margin': {'target': 0.45}, 'receivables.dso': {'target': None}}
    """
    found: dict[str, dict[str, object]] = {}
    for (_, old), (_, new) in zip(before.iterrows(), after.iterrows(), strict=True):
        fields: dict[str, object] = {}
        if not (pd.isna(old["Target"]) and pd.isna(new["Target"])) and (
            old["Target"] != new["Target"]
        ):
            per = 100.0 if DEFINITIONS[old["id"]].unit == "share" else 1.0
            fields["target"] = None if pd.isna(new["Target"]) else new["Target"] / per
        owner = "" if pd.isna(new["Owner"]) else str(new["Owner"])
        if owner != old["Owner"]:
            fields["owner"] = owner
        if fields:
            found[old["id"]] = fields
    return found
