import tomllib
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from charts.theme import (
    AFTER,
    BACKGROUNDS,
    INK,
    LABELS,
    LATE,
    MUTED,
    PALETTE,
    SEVERITY,
    height_with_legend,
    month_end_axis,
)

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
THEME = CONFIG["theme"]

# Vienot, Brettel & Mollon 1999: what is left of linear RGB without one kind of cone.
DICHROMATS = {
    "protanopia": [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
    "deuteranopia": [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
}


def linear(color: str) -> np.ndarray:
    rgb = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    bright = [float(linear(color) @ [0.2126, 0.7152, 0.0722]) for color in (one, other)]
    return (max(bright) + 0.05) / (min(bright) + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.array(to_xyz) @ rgb / [0.9505, 1.0, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("color", sorted({*PALETTE, *SEVERITY, INK, LATE, MUTED, AFTER}))
def test_marks_stand_out_from_both_backgrounds(color, mode):
    # WCAG 2.2, 1.4.11: graphical objects 3:1.
    assert contrast(color, BACKGROUNDS[mode]) >= 3


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("surface", ["backgroundColor", "secondaryBackgroundColor"])
@pytest.mark.parametrize(
    "ink",
    ["textColor", "linkColor", "grayTextColor", "redTextColor", "orangeTextColor",
     "greenTextColor", "blueTextColor", "yellowTextColor"],
)  # fmt: skip
def test_text_is_readable_on_every_surface(mode, surface, ink):
    # WCAG 2.2, 1.4.3: text 4.5:1.
    assert contrast(THEME[mode][ink], THEME[mode][surface]) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("surface", ["backgroundColor", "secondaryBackgroundColor"])
def test_captions_are_readable_on_every_surface(mode, surface):
    # Streamlit writes them in the colour of text at an opacity of 0.6.
    text, behind = THEME[mode]["textColor"], THEME[mode][surface]
    mixed = [
        round(0.6 * int(text[i : i + 2], 16) + 0.4 * int(behind[i : i + 2], 16)) for i in (1, 3, 5)
    ]
    assert contrast("#{:02X}{:02X}{:02X}".format(*mixed), behind) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_axis_and_legend_text_is_readable(mode):
    assert contrast(LABELS[mode], BACKGROUNDS[mode]) >= 4.5


@pytest.mark.parametrize("n", [1, 5, 25, 33, 80])
def test_month_axis_names_the_last_month_end_and_no_more_than_fit(n):
    ends = pd.date_range(end="2026-09-30", periods=n, freq="ME")
    named = month_end_axis(ends).to_dict()["values"]
    assert named[-1] == {"year": 2026, "month": 9, "date": 30}
    assert len(named) <= 11


def test_plot_keeps_its_height_beside_a_legend_of_several_rows():
    assert height_with_legend(1) == height_with_legend(3) < height_with_legend(5)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("name", ["red", "orange", "green", "blue", "yellow", "gray"])
def test_text_in_a_coloured_box_is_readable(mode, name):
    theme = THEME[mode]
    assert contrast(theme[f"{name}TextColor"], theme[f"{name}BackgroundColor"]) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_primary_colour_is_readable_as_text(mode):
    # Chosen tabs and segments and the number above a slider are written in it.
    assert contrast(THEME[mode]["primaryColor"], THEME[mode]["backgroundColor"]) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_white_on_the_tags_of_the_sidebar_is_readable(mode):
    tag = THEME[mode]["sidebar"].get("primaryColor", THEME[mode]["primaryColor"])
    assert contrast("#FFFFFF", tag) >= 4.5


def test_no_page_has_a_button_with_a_white_label_on_the_bright_primary_colour():
    scripts = [*ROOT.glob("pages/*/*.py"), *ROOT.glob("ui/*.py"), ROOT / "app.py"]
    assert [script.name for script in scripts if 'type="primary"' in script.read_text()] == []


@pytest.mark.parametrize("sight", [None, *DICHROMATS])
def test_first_colours_are_told_apart_by_every_sight(sight):
    matrix = np.eye(3) if sight is None else np.array(DICHROMATS[sight])
    seen = [lab(np.clip(matrix @ linear(color), 0, 1)) for color in PALETTE[:4]]
    # A difference of 10 in CIE Lab is clear at the width of a line.
    assert min(np.linalg.norm(a - b) for a, b in combinations(seen, 2)) >= 10


def test_page_and_charts_use_the_same_colours():
    assert THEME["chartCategoricalColors"] == list(PALETTE)
    assert {mode: THEME[mode]["backgroundColor"] for mode in BACKGROUNDS} == BACKGROUNDS
