"""Charts of unit economics draw the result as it stands."""

import datetime as dt

import pandas as pd
import pytest

from charts.unit_economics import ratio_dots, waterfall
from models.unit_economics import ESTIMATES, UnitEconomics


@pytest.fixture
def economics():
    table = pd.DataFrame({"cell": ["everyone", "Good"], "n": [90, 50], "reason": None})
    for name in ESTIMATES:
        table[name], table[f"{name}_low"], table[f"{name}_high"] = 2.0, 1.0, 3.0
    steps = [("revenue", "Revenue", 10.0, 0.0, 10.0), ("support_cost", "Support", -4.0, 6.0, 10.0),
             ("contribution", "Contribution", 6.0, 0.0, 6.0)]  # fmt: skip
    parts = pd.DataFrame(
        [("everyone", *step) for step in steps], columns=["cell", "part", "label", "amount", "low",
                                                          "high"])  # fmt: skip
    return UnitEconomics(table, parts, ("persona",), 1.0, (1.0, 0.5, 2.0), 90, 0, 36, 60, 0.95,
                         dt.date(2026, 9, 30))  # fmt: skip


def drawn(chart):
    return pd.DataFrame(next(iter(chart.to_dict()["datasets"].values())))


def test_waterfall_has_a_bar_for_each_part_in_order(economics):
    rows = drawn(waterfall(economics, "everyone", currency="EUR"))
    assert rows["label"].tolist() == ["Revenue", "Support", "Contribution"]
    assert rows["low"].tolist() == [0.0, 6.0, 0.0]


def test_dots_stand_for_cells_with_their_interval(economics):
    rows = drawn(ratio_dots(economics))
    assert rows[["cell", "ltv_to_cac_low", "ltv_to_cac_high"]].values.tolist() == [
        ["everyone", 1.0, 3.0],
        ["Good", 1.0, 3.0],
    ]
