import altair as alt
import numpy as np
import pandas as pd
import pytest

from charts import spec_of
from charts.late_payments import (
    MOST_GROUPS,
    late_share_dots,
    paid_curve,
    paid_rows,
    with_day,
)
from models.late_payments import fit_time_to_pay
from models.late_share import fit_late_share
from tests.charts.conftest import AS_OF


@pytest.fixture(scope="module")
def invoices() -> pd.DataFrame:
    """900 invoices of 180 customers in nine regions; the higher the region's letter, the slower."""
    rng = np.random.default_rng(3)
    n = 900
    region = rng.integers(0, 9, n)
    issued = pd.Timestamp("2024-07-01") + pd.to_timedelta(rng.integers(0, 330, n), "D")
    days = np.rint(rng.gamma(6, 5 + region)).astype(int)
    settled = issued + pd.to_timedelta(days, "D")
    open_still = settled > pd.Timestamp(AS_OF)
    return pd.DataFrame(
        {
            "customer_id": [f"C{r}{i % 20}" for i, r in enumerate(region)],
            "issued_on": issued,
            "due_on": issued + pd.Timedelta(days=30),
            "settled_on": settled.where(~open_still),
            "outcome": np.where(open_still, "open", "paid"),
            "region": [f"<b>Region {'ABCDEFGHI'[r]}</b>" for r in region],
        }
    )


def drawn(chart, layer: int) -> pd.DataFrame:
    spec = chart.to_dict()
    data = spec["layer"][layer].get("data") or spec["data"]
    return pd.DataFrame(spec["datasets"][data["name"]])


def test_curve_draws_the_share_paid_and_marks_the_day(invoices, draws):
    curve = fit_time_to_pay(invoices, AS_OF)
    chart = paid_curve(curve, day=60)
    table = drawn(chart, 0)
    line = table[~table["chosen"]]
    at_60 = line.loc[line["day"] <= 60, "paid"].iloc[-1]
    assert at_60 == pytest.approx(curve.paid_by(60)["paid"].item())
    assert table.loc[table["chosen"], "day"].tolist() == [60]
    marks = [layer["mark"]["type"] for layer in chart.to_dict()["layer"]]
    assert marks == ["area", "line", "rule"]
    assert draws(chart)


def test_moved_day_changes_the_data_and_not_the_drawing(invoices):
    curve = fit_time_to_pay(invoices, AS_OF)
    assert spec_of(paid_curve(curve)) == spec_of(paid_curve(curve, day=75))
    moved = with_day(with_day(paid_rows(curve), 60), 75)
    assert moved.equals(paid_rows(curve, 75))


def test_chart_is_not_refused_while_another_reader_is_sent_one(invoices):
    # Streamlit takes tables out of charts while it sends one, in every thread.
    chart = paid_curve(fit_time_to_pay(invoices, AS_OF))
    alone = spec_of(chart)
    alt.data_transformers.register("apart", lambda data: {"name": "rows"})
    with alt.data_transformers.enable("apart"):
        assert spec_of(chart) == alone


def test_chart_of_two_tables_cannot_be_redrawn_from_one():
    one, other = (alt.Chart(pd.DataFrame({"x": [n]})).mark_point() for n in (1, 2))
    with pytest.raises(ValueError, match="more than one table"):
        spec_of(one + other)


def test_no_more_curves_are_drawn_than_can_be_told_apart(invoices, draws):
    curve = fit_time_to_pay(invoices, AS_OF, by="region")
    assert curve.table["group"].nunique() == 9
    chart = paid_curve(curve)
    line = chart.to_dict()["layer"][1]["encoding"]
    shown = line["color"]["scale"]["domain"]
    largest = curve.groups.nlargest(MOST_GROUPS, "n_invoices")["group"]
    assert shown == list(largest)
    dashes = {tuple(dash) for dash in line["strokeDash"]["scale"]["range"]}
    assert len(dashes) == len(set(line["color"]["scale"]["range"])) == MOST_GROUPS
    # A name from somebody's file is text in the picture, never markup.
    picture = draws(chart)
    assert "<b>Region" not in picture
    assert "&lt;b&gt;Region" in picture


def test_late_shares_stand_with_their_intervals_the_largest_first(invoices, draws):
    result = fit_late_share(invoices, AS_OF, by="region")
    chart = late_share_dots(result)
    table = drawn(chart, 0)
    expected = result.table.iloc[1:].sort_values("late_share", ascending=False)
    assert table["group"].tolist() == expected["group"].tolist()
    assert table["late_share"].to_numpy() == pytest.approx(expected["late_share"].to_numpy())
    assert (table["lower"] <= table["late_share"]).all()
    assert (table["late_share"] <= table["upper"]).all()
    first = expected.iloc[0]
    assert f"{first['late_share']:.1%}" in draws(chart)


def test_curve_and_shares_of_one_customer_are_drawn_without_an_interval(invoices, draws):
    alone = invoices.assign(customer_id="only")
    curve = paid_curve(fit_time_to_pay(alone, AS_OF))
    assert drawn(curve, 0)["lower"].isna().all()
    shares = late_share_dots(fit_late_share(alone, AS_OF, by="region"))
    assert drawn(shares, 0)["upper"].isna().all()
    for chart in (curve, shares):
        assert "NaN" not in draws(chart)
