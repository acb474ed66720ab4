"""Quarters of the overview: worked by hand, and refused where they say nothing."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from models.overview import MEASURES, fit_overview, quarter_ends
from models.refusal import Refusal

AS_OF = dt.date(2025, 6, 30)
SUMS = ("billed", "n_invoices", "line_amount", "line_cost", "enquiries", "promised", "on_time")


def quarters(n=40, changed=0.0):
    """In the last quarter every customer is billed 100 more than before, plus what differs."""
    wide = np.arange(n, dtype=float)
    rows = []
    for quarter, more in ((0, 100.0 + changed * wide), (1, 0.0 * wide)):
        rows.append(
            pd.DataFrame(
                {
                    "customer_id": [f"C{k:03d}" for k in range(n)], "quarter": quarter,
                    "billed": 1_000.0 + more, "n_invoices": 4.0, "line_amount": 1_000.0,
                    "line_cost": 600.0 + wide, "enquiries": (wide % 4 == 0).astype(float),
                    "promised": 2.0, "on_time": 1.0 + (wide % 2 == 0),
                }
            )
        )  # fmt: skip
    return pd.concat(rows, ignore_index=True)


def months(n=6):
    return pd.DataFrame({"months_ago": range(n)} | dict.fromkeys(SUMS, 10.0))


def fitted(rows, first=dt.date(2025, 1, 1), **options):
    return fit_overview(rows, months(), first, AS_OF, **options)


def test_figures_worked_by_hand():
    found = {figure.id.split(".")[1]: figure for figure in fitted(quarters()).figures()}
    assert found["sales_per_customer"].value == 1_100
    # Costs are 600 to 639, 619.5 on average, of 1,000.
    assert found["gross_margin"].value == pytest.approx(0.3805)
    assert found["on_time_delivery"].value == pytest.approx(0.75)
    # Ten of forty customers asked once, of 160 invoices.
    assert found["billing_enquiries"].value == pytest.approx(1_000 * 10 / 160)
    assert all(f.low < f.value < f.high for n, f in found.items() if n != "sales_per_customer")
    # Nothing varies in what is billed.
    assert found["sales_per_customer"].low is None


def test_change_is_of_the_same_customers():
    # What customers differ in cancels, so the change is known far better than the level.
    rows = quarters(changed=1.0)
    noise = np.tile(np.random.default_rng(1).normal(0, 400, 40), 2)
    found = fitted(rows.assign(billed=rows["billed"] + noise))
    row = found.changes.set_index("measure").loc["sales_per_customer"]
    assert row["change"] == pytest.approx(100 + 19.5)
    level = found.course("sales_per_customer").iloc[-1]
    assert row["high"] - row["low"] < 0.2 * (level["high"] - level["low"])
    assert row["p_value"] < 1e-6


def test_parts_of_a_change_add_up_to_the_change_that_is_shown():
    found = fitted(quarters(changed=1.0))
    groups = pd.Series({f"C{k:03d}": "even" if k % 2 == 0 else "odd" for k in range(40)})
    parts = found.decomposed("sales_per_customer", groups)
    assert parts.change == pytest.approx(found.changes["change"].iloc[0])
    assert parts.table["total"].sum() == pytest.approx(parts.change)


def test_few_customers_have_no_figure_and_are_counted():
    figures = fitted(quarters(n=29)).figures()
    assert {figure.value for figure in figures} == {None}
    assert all("29 customers" in figure.reason for figure in figures)


def test_one_customer_with_most_of_the_sales_leaves_no_interval():
    rows = quarters(changed=1.0)
    rows.loc[rows["customer_id"] == "C000", "billed"] = 1_000_000.0
    figure = fitted(rows).figures()[0]
    assert (figure.low, figure.high) == (None, None)
    assert "One customer has 96 % of it" in figure.reason


def test_missing_table_refuses_its_figures_alone():
    found = fitted(quarters(), missing={"promised": "Load orders.", "on_time": "Load orders."})
    reasons = {figure.id: figure.reason for figure in found.figures() if figure.value is None}
    assert reasons == {"overview.on_time_delivery": "Load orders."}


def test_books_of_less_than_a_quarter_are_refused():
    with pytest.raises(Refusal, match="less than a quarter"):
        fitted(quarters(), first=dt.date(2025, 5, 1))


def test_without_a_quarter_before_there_is_no_change():
    found = fitted(quarters(), first=dt.date(2025, 4, 2))
    assert found.changes["change"].isna().all()
    assert found.decomposed("gross_margin", pd.Series(dtype=object)) is None


@pytest.mark.parametrize(
    ("as_of", "first", "newest"),
    [
        (dt.date(2025, 5, 31), dt.date(2020, 1, 1), ["2025-05-31", "2025-02-28", "2024-11-30"]),
        (dt.date(2025, 5, 15), dt.date(2024, 11, 20), ["2025-05-15", "2025-02-15"]),
    ],
)
def test_quarters_roll_back_from_the_day(as_of, first, newest):
    assert [str(day) for day in quarter_ends(as_of, first)[:3]] == newest


def test_months_are_counted_one_by_one():
    found = fitted(quarters()).months
    assert found["ends"].iloc[-1] == pd.Timestamp(AS_OF)
    assert len(found) == 6
    assert set(found.columns) == {"ends", "sales", *MEASURES} - {"sales_per_customer"}
