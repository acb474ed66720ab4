import datetime as dt

import pandas as pd
import pytest

from models.figures import COUNTED, Figure
from ui.receipt import change, course, interval_in_words

AS_OF = dt.date(2025, 6, 30)


def figure(id="receivables.dso", value=30.0, low=None, high=None, reason=None) -> Figure:
    return Figure(id, value, low, high, 10, AS_OF, reason)


def trend(*values) -> pd.DataFrame:
    return pd.DataFrame({"dso": values, "cei": values, "open_amount": values})


def test_course_is_the_last_year_and_ends_with_the_figure():
    past = course(figure(), trend(*range(20, 45)))
    assert len(past) == 13
    assert past[-1] == 44


@pytest.mark.parametrize("values", [range(12), [*range(12), None], []])
def test_without_a_full_year_there_is_no_course(values):
    assert course(figure(), trend(*values)) is None


def test_figure_without_a_value_has_no_course():
    assert course(figure(value=None, reason="No sales."), trend(*range(20))) is None


@pytest.mark.parametrize(
    ("id", "past", "said", "color", "arrow"),
    [
        ("receivables.dso", (30.0, 33.1), "+3.1 days", "inverse", "up"),
        ("receivables.dso", (30.0, 27.3), "-2.7 days", "inverse", "down"),
        ("receivables.dso", (30.0, 30.2), "+0.2 days", "off", "up"),
        ("receivables.cei", (90.0, 92.5), "+2.5", "normal", "up"),
        ("receivables.cei", (90.0, 89.7), "-0.3", "off", "down"),
        ("receivables.open_amount", (200.0, 201.0), "+0 %", "off", "up"),
        ("receivables.open_amount", (200.0, 150.0), "-25 %", "inverse", "down"),
        ("receivables.open_amount", (0.0, 150.0), "new", "inverse", "up"),
        ("late_payments.late_share", (0.30, 0.35), "+5.0 points", "inverse", "up"),
    ],
)
def test_change_is_in_the_unit_of_the_figure_and_coloured_by_what_is_better(
    id, past, said, color, arrow
):
    shown = change(figure(id), past)
    assert (shown["delta"], shown["delta_color"], shown["delta_arrow"]) == (said, color, arrow)


def test_no_change_has_neither_sign_nor_arrow():
    shown = change(figure(), (30.0, 30.0))
    assert (shown["delta"], shown["delta_arrow"]) == (0, "off")


def test_interval_names_its_level_and_its_unit_once():
    median = figure("late_payments.median_days_to_pay", 36, 34, 38)
    assert interval_in_words(median, "EUR", 0.95) == "34.0 to 38.0 days (95 % interval)"


def test_open_end_is_said_not_left_out():
    median = figure("late_payments.median_days_to_pay", 36, 34, None)
    assert interval_in_words(median, "EUR", 0.95) == "34.0 days to not known (95 % interval)"


def test_missing_value_gives_its_reason_as_text():
    missing = figure(value=None, reason="No sales in *June*.")
    assert interval_in_words(missing, "EUR", 0.95) == "No sales in \\*June\\*\\."


def test_dollars_are_no_formula():
    risk = figure("late_payments.cash_at_risk", 10_000.0, 8_000.0, 12_000.0)
    assert interval_in_words(risk, "USD", 0.95).count("\\$") == 2


def test_card_says_why_an_estimate_has_no_interval_and_a_count_says_nothing():
    alone = figure("late_payments.late_share", 0.3, reason="All invoices are of one customer.")
    assert interval_in_words(alone, "EUR", 0.95) == "All invoices are of one customer\\."
    assert interval_in_words(figure(reason=COUNTED), "EUR", 0.95) == ""


def test_card_says_beside_the_interval_what_to_know_of_it():
    large = figure("late_payments.late_share", 0.3, 0.2, 0.4, reason="One customer has 24 %.")
    said = interval_in_words(large, "EUR", 0.95)
    assert said == "20.0 % to 40.0 % (95 % interval). One customer has 24 %\\."


def test_columns_of_a_table_that_is_not_there_are_kept_off_the_card():
    why = "The table orders has not been loaded. Load orders.csv. Columns: orders needs order_id."
    said = interval_in_words(figure(value=None, reason=why), "EUR", 0.95)
    assert "Load orders" in said
    assert "order\\_id" not in said
