import dataclasses
import datetime as dt
import json

import pandas as pd
import pytest

from models.figures import Figure
from models.roi import simulate_roi
from tests.models.test_roi import company_of, make, ready
from ui.known_truth import (
    FILE,
    Known,
    against_truth,
    effects_table,
    felt_sentence,
    initiatives_against_truth,
    read_known,
    shown,
    verdict,
)

AS_OF = dt.date(2026, 9, 30)


def known(**figures):
    return Known("2026-09-30", 7, 3_000, 60, 117_000, figures, {"slope": {"cash": 1.5}, "k": 2})


def figure(figure_id, value, low=None, high=None):
    return Figure(figure_id, value, low, high, 100, AS_OF)


@pytest.fixture
def compared():
    true = {
        "late_payments.late_share": 0.50,
        "late_payments.paid_by_60": 0.80,
        "receivables.open_amount": 1_000.0,
    }
    figures = (
        figure("late_payments.late_share", 0.52, 0.49, 0.55),
        figure("late_payments.paid_by_60", 0.70, 0.66, 0.74),
        figure("receivables.open_amount", 1_001.0),
        figure("receivables.dso", 45.0),
    )
    return against_truth(known(**true), figures)


def test_interval_holds_only_what_lies_in_it(compared):
    assert compared["holds"].tolist() == [True, False, None]


def test_figure_without_a_known_truth_is_not_compared(compared):
    assert "Days sales outstanding (count-back)" not in set(compared["figure"])


def test_distances_are_fractions_of_the_truth(compared):
    # 0.52 / 0.50 - 1, 0.70 / 0.80 - 1, 1,001 / 1,000 - 1
    assert compared["error"].tolist() == pytest.approx([0.04, -0.125, 0.001])


def test_verdict_counts_estimates_and_counted_figures_apart(compared):
    said = verdict(compared, 0.95)
    assert "**1 of 2** intervals hold the true value" in said
    assert "one in 20 may miss" in said
    assert "at most 0.10 %" in said


def test_table_prints_each_figure_in_its_unit(compared):
    table = shown(compared, "EUR")
    assert table["Truth"].tolist() == ["50.00 %", "80.00 %", "€1,000"]
    assert table["Interval holds the truth"].tolist() == ["Yes", "No", "Counted, no interval"]


def test_every_effect_has_a_row():
    assert effects_table(known()).to_dict("list") == {
        "Effect": ["Slope", "K"], "Of": ["cash", ""], "True value": [1.5, 2],
    }  # fmt: skip


def test_workspace_without_the_file_holds_books_of_ones_own(tmp_path):
    assert read_known(tmp_path) is None


@pytest.mark.parametrize("text", ["", "{", '{"seed": 7}', "[]"])
def test_unreadable_truth_is_an_error_with_its_remedy(tmp_path, text):
    (tmp_path / FILE).write_text(text)
    with pytest.raises(ValueError, match="make sample"):
        read_known(tmp_path)


def test_truth_is_read_as_it_was_written(tmp_path):
    whole = known(**{"late_payments.late_share": 0.5})
    (tmp_path / FILE).write_text(json.dumps(whole.__dict__))
    assert read_known(tmp_path) == whole


def test_without_intervals_there_is_still_a_verdict():
    rows = against_truth(known(**{"receivables.open_amount": 2.0}),
                         (figure("receivables.open_amount", 2.0),))  # fmt: skip
    assert "**0 of 0**" in verdict(rows, 0.95)
    assert pd.isna(rows["low"]).all()


def test_what_had_to_be_found_is_told_apart_from_what_is_counted():
    true = {"personas.negative_share": 0.08, "receivables.open_amount": 1_000.0}
    rows = against_truth(
        known(**true),
        (figure("personas.negative_share", 0.06), figure("receivables.open_amount", 1_000.0)),
    )
    said = verdict(rows, 0.95)
    assert "The 1 figures that are counted differ from the truth by at most 0.00 %" in said
    assert "in negative personas 6.0 % where 8.0 % is true" in said
    assert shown(rows, "EUR")["Interval holds the truth"].tolist() == [
        "Found, no interval", "Counted, no interval",
    ]  # fmt: skip


def test_sum_that_lacks_its_estimated_part_is_not_compared():
    true = known(**{"poor_experience.total": 100.0})
    assert against_truth(true, (figure("poor_experience.total", 60.0),)).empty
    rows = against_truth(true, (figure("poor_experience.total", 90.0, 70.0, 110.0),))
    assert rows["holds"].tolist() == [True]


def test_initiatives_of_known_effect_stand_beside_what_they_would_bring():
    roi = simulate_roi(ready([make(moves=[("churn", -0.1)])], company_of(), horizon=36), AS_OF)
    happier = {"csat": 0.2, "value": 50.0, "felt": 90.0}
    said = dataclasses.replace(
        known(), initiatives={"happier": happier, "fewer_leave": {"share": 0.2, "value": 60.0}}
    )
    table = initiatives_against_truth(said, roi, 0.95)
    assert table["truth"].tolist() == [60.0, 50.0]
    assert table["figure"].tolist() == [
        "Margin kept if 20 % fewer left", "Margin kept if reported CSAT were 0.20 points higher"
    ]  # fmt: skip
    # A fifth fewer leaving keeps what the plan itself says of a fifth fewer.
    fifth = ready([make(moves=[("churn", -0.2)])], company_of(), horizon=36)
    assert table["estimate"][0] == pytest.approx(simulate_roi(fifth, AS_OF).mean)
    # A point halves the hazard, so that 0.2 points multiply it by half to the power of 0.2. Cash
    # paid sooner, which a better score brings too, is not in it.
    power = ready([make(moves=[("churn", 0.5**0.2 - 1)])], company_of(), horizon=36)
    assert table["estimate"][1] == pytest.approx(simulate_roi(power, AS_OF).mean, rel=0.02)
    assert (table["low"] < table["high"]).all()
    assert "€90" in felt_sentence(said, "EUR")
    assert initiatives_against_truth(said, None, 0.95).empty
    assert initiatives_against_truth(known(), roi, 0.95).empty
    assert felt_sentence(known(), "EUR") == ""
