import datetime as dt
import json

import pytest

from models.figures import DEFINITIONS, Figure
from reports.edition import Edition
from reports.figures import figures_json

AS_OF = dt.date(2026, 9, 30)
EDITION = Edition("Acme", "20260930-a", AS_OF, "EUR")


def records(*figures):
    return json.loads(figures_json(figures, EDITION))["figures"]


def test_figure_carries_everything_needed_to_repeat_it():
    (record,) = records(Figure("receivables.open_amount", 1250.0, None, None, 5, AS_OF))
    assert record == {
        "id": "receivables.open_amount",
        "label": "Open receivables",
        "value": 1250.0,
        "unit": "money",
        "currency": "EUR",
        "low": None,
        "high": None,
        "n": 5,
        "definition": DEFINITIONS["receivables.open_amount"].sentence,
        "formula": DEFINITIONS["receivables.open_amount"].formula,
        "as_of": "2026-09-30",
        "snapshot": "20260930-a",
        "confidence": None,
        "reason": None,
    }


def test_refused_figure_is_there_with_its_reason():
    (record,) = records(
        Figure("late_payments.paid_by_60", None, None, None, 0, AS_OF, "None was paid.")
    )
    assert (record["value"], record["reason"]) == (None, "None was paid.")


def test_only_money_has_a_currency():
    (record,) = records(Figure("late_payments.late_share", 0.25, 0.1, 0.4, 40, AS_OF))
    assert record["currency"] is None


def test_order_in_which_rows_were_summed_does_not_show():
    # 0.1 + 0.2 + 0.3 is 0.6000000000000001 one way round and 0.6 the other.
    one, other = (
        figures_json([Figure("receivables.open_amount", v, None, None, 3, AS_OF)], EDITION)
        for v in ((0.1 + 0.2) + 0.3, 0.1 + (0.2 + 0.3))
    )
    assert (0.1 + 0.2) + 0.3 != 0.1 + (0.2 + 0.3)
    assert one == other


def test_value_that_is_no_number_is_a_mistake_and_not_written():
    with pytest.raises(ValueError, match="JSON"):
        figures_json([Figure("receivables.dso", float("nan"), None, None, 3, AS_OF)], EDITION)
