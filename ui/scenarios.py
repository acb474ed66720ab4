"""Scenarios: plans kept under a name, begun from, and up to six of them side by side."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import pandas as pd
import streamlit as st

import analyses.scenarios
from analyses.roi import Company
from analyses.scenarios import Valued, beats, comparison
from charts.roi import scenario_dots
from models.initiatives import Initiative
from models.refusal import Refusal
from models.scenarios import (
    LONGEST_NAME,
    MOST_BYTES,
    Scenario,
    scenario_from_yaml,
    scenario_to_yaml,
)
from ui import url_state
from ui.chart import told
from ui.download import offer_csv
from ui.errors import explained, say
from ui.frame import View, open_workspace
from ui.results import compute
from ui.tables import WHOLE, height_of
from ui.text import count_of, escape, money, share

__all__ = ["choose_start", "compare_scenarios", "keep_scenario", "kept_scenarios",
           "scenario_sentence"]  # fmt: skip

MOST = 6


#: A file takes longer to read than all else that a page does with it.
read_once = lru_cache(maxsize=64)(scenario_from_yaml)


def kept_scenarios() -> dict[str, str]:
    """Scenarios of the workspace as they are kept, by name."""
    return analyses.scenarios.kept(open_workspace().settings)


def choose_start(kept: Mapping[str, str]) -> Scenario | None:
    """The scenario to begin from; None is the initiatives that the program offers."""
    if not kept:
        return None
    names = {"": "Initiatives to begin with", **{name: name for name in kept}}
    name = url_state.choose("Begin from", "scenario", names, kind=st.selectbox)
    return read_once(kept[name]) if name else None


def keep_scenario(offer: Sequence[Initiative], terms: Mapping[str, float | None]) -> None:
    """Keep what the sliders say under a name, take it along as a file, or bring one."""
    said = {"months" if name == "horizon" else name: value for name, value in terms.items()}
    with st.expander("Keep, share or load a scenario", icon=":material/bookmark:"):
        with st.form("keep_scenario", border=False):
            name = st.text_input("Keep what the sliders say as", max_chars=LONGEST_NAME)
            if st.form_submit_button("Keep", icon=":material/bookmark:"):
                with explained():
                    keep(Scenario(name, offer, **said))
        st.caption(
            "To share it, copy the address of this page: it holds every slider, and the scenario "
            "it began from by its name."
        )
        st.download_button(
            "Download as a file",
            data=lambda: scenario_to_yaml(Scenario("Scenario", offer, **said)),
            file_name="scenario.yaml",
            mime="application/yaml",
            icon=":material/download:",
            on_click="ignore",
            key="scenario_yaml",
        )
        with st.form("load_scenario", border=False, clear_on_submit=True):
            file = st.file_uploader(
                "Load a scenario from a file", type=["yaml", "yml"], max_upload_size=1
            )
            called = st.text_input("Call it (empty: as in the file)", max_chars=LONGEST_NAME)
            if st.form_submit_button("Load", icon=":material/upload_file:") and file is not None:
                with explained():
                    # No more is read than is looked at.
                    keep(scenario_from_yaml(file.read(MOST_BYTES + 1), name=called.strip() or None))


def keep(scenario: Scenario) -> None:
    analyses.scenarios.keep(open_workspace().settings, scenario)
    st.toast(f"Kept {escape(scenario.name)}.")
    # What it can be compared with stands outside of what the sliders redraw.
    st.rerun()


def compare_scenarios(view: View, found: Company, kept: Mapping[str, str]) -> None:
    """Up to six kept scenarios, valued on the same company with the same luck."""
    if not kept:
        st.markdown("No scenario has been kept yet. Keep two or more above to see them here.")
        return
    names = url_state.choose_many(
        "Scenarios", "compare", list(kept), placeholder=f"The first {MOST}"
    )
    wanted = list(names or kept)[:MOST]
    if len(names) > MOST:
        st.caption(f"The first {MOST} of {len(names)} are shown.")
    valued = []
    for name in wanted:
        try:
            given = {"found": found}
            valued.append(compute(analyses.scenarios.value, view, given=given, scenario=kept[name]))
        except Refusal as refusal:
            st.info(f"{escape(name)}: {say(refusal)}", icon=":material/info:")
    if valued:
        show_comparison(valued, view.currency)
    remove_one(wanted)


def show_comparison(valued: list[Valued], currency: str) -> None:
    table = comparison(valued)
    told(scenario_sentence(valued, currency), scenario_dots(table, currency=currency))
    shown = pd.DataFrame(
        {
            "Scenario": table["scenario"],
            "Months": table["months"],
            "Cost at the start": table["cost"],
            "One in ten below": table["p10"],
            "Mean": table["mean"],
            "One in ten above": table["p90"],
            "Loses in": [share(chance, 0) for chance in table["chance_of_loss"]],
            "Pays back after, months": table["payback_months"],
            "Done": table["done"],
        }
    )
    whole = st.column_config.NumberColumn(format=WHOLE)
    sums = ("Cost at the start", "One in ten below", "Mean", "One in ten above")
    st.dataframe(
        shown, hide_index=True, placeholder="", height=height_of(shown),
        alt="Scenarios side by side",
        column_config={
            **dict.fromkeys(sums, whole),
            "Pays back after, months": st.column_config.NumberColumn(format="%.1f"),
        },
    )  # fmt: skip
    offer_csv("Download the comparison", table, "scenarios.csv", key="scenarios")


def remove_one(names: list[str]) -> None:
    with st.expander("Remove a scenario", icon=":material/delete:"):
        gone = st.selectbox("Scenario to remove", names)
        if st.button("Remove", icon=":material/delete:"):
            analyses.scenarios.forget(open_workspace().settings, gone)
            st.rerun()


def scenario_sentence(valued: list[Valued], currency: str) -> str:
    """Which scenario is worth most, and in how many draws it beats the next."""
    ordered = sorted(valued, key=lambda one: -one.roi.mean)
    best = ordered[0]
    said = (
        f"Of {count_of(len(valued), 'scenario')}, **{escape(best.scenario.name)}** is worth most: "
        f"{money(best.roi.mean, currency)} on average, and it loses in "
        f"{share(best.roi.chance_of_loss, 0)} of the draws."
    )
    if len(ordered) > 1:
        said += (
            f" With the same luck it beats {escape(ordered[1].scenario.name)} in "
            f"**{share(beats(best, ordered[1]), 0)}** of them."
        )
        safest = min(ordered, key=lambda one: one.roi.chance_of_loss)
        if safest.roi.chance_of_loss < best.roi.chance_of_loss:
            said += (
                f" {escape(safest.scenario.name)} is safer, with a loss in "
                f"{share(safest.roi.chance_of_loss, 0)}."
            )
    return said
