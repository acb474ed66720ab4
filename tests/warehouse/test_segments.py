import datetime as dt

import pytest

from warehouse.segments import SEGMENTS, segment_values, segmented_invoices, segments_in

AS_OF = dt.date(2025, 6, 30)


@pytest.fixture
def tables(make_tables):
    return make_tables(
        customers=[
            {"customer_id": "C-1", "industry": "Retail", "country": "DE", "employees": 40},
            {"customer_id": "C-2", "industry": "Logistics", "country": "FR"},
        ],
        contracts=[{"contract_id": "K-1", "billing_model": "usage"}],
        invoices=[
            {"invoice_id": "A", "contract_id": "K-1"},
            {"invoice_id": "B", "customer_id": "C-2", "due_on": "2025-03-01"},
            {"invoice_id": "C", "customer_id": "C-2"},
        ],
        payments=[{"invoice_id": "C", "paid_on": "2025-02-01"}],
        disputes=[
            {"invoice_id": "A", "opened_on": "2025-02-01"},
            {"invoice_id": "B"},
            {"invoice_id": "C"},
        ],
    )


def cut(tables, name, as_of=AS_OF):
    rows = segmented_invoices(tables, as_of, by=[name]).to_pandas()
    return rows.set_index("invoice_id")[name].to_dict()


def test_customer_columns_reach_their_invoices(tables):
    assert cut(tables, "country") == {"A": "DE", "B": "FR", "C": "FR"}
    assert cut(tables, "size") == {"A": "10-49 people", "B": "not stated", "C": "not stated"}


def test_terms_are_days_from_issue_to_due(tables):
    # 1 January to 31 January is 30 days, to 1 March 59.
    assert cut(tables, "terms") == {"A": "15-30 days", "B": "46-60 days", "C": "15-30 days"}


def test_invoice_without_contract_has_no_billing_model(tables):
    assert cut(tables, "billing_model") == {"A": "usage", "B": "not stated", "C": "not stated"}


def test_dispute_of_unknown_day_is_not_known_before_the_invoice_was_paid(tables):
    assert cut(tables, "disputed") == {"A": "disputed", "B": "not disputed", "C": "disputed"}
    before = cut(tables, "disputed", dt.date(2025, 1, 31))
    assert set(before.values()) == {"not disputed"}


def test_filters_keep_the_named_values_and_no_others(tables):
    kept = segmented_invoices(
        tables, AS_OF, filters={"industry": ("Logistics",), "terms": ("15-30 days",)}
    ).to_pandas()
    assert kept["invoice_id"].tolist() == ["C"]


def test_every_segment_splits_without_losing_an_invoice(tables):
    for name in segments_in(tables):
        assert len(cut(tables, name)) == 3, name


def test_segments_without_anything_to_cut_by_are_not_offered(tables, make_tables):
    assert segments_in(tables) == [
        "industry",
        "country",
        "size",
        "terms",
        "billing_model",
        "disputed",
    ]
    assert segments_in(make_tables(invoices=[{}])) == ["industry", "terms"]


def test_values_come_in_reading_order(tables):
    assert segment_values(tables, "terms", AS_OF) == ["15-30 days", "46-60 days"]
    assert segment_values(tables, "size", AS_OF) == ["10-49 people", "not stated"]


def test_unknown_segment_is_explained(tables):
    with pytest.raises(ValueError, match="no segment called shoe_size"):
        segmented_invoices(tables, AS_OF, by=["shoe_size"])
    assert "shoe_size" not in SEGMENTS
