import json
from collections import Counter

import pytest

from tests.warehouse.company import CUSTOMERS, INVOICE_COLUMNS, INVOICES, PAYMENTS, write_company
from warehouse.load import load


@pytest.fixture
def load_company(tmp_path, workspace):
    """Write and load the company, some tables in other words, into `workspace` or another."""

    def run(into=workspace, mode="upsert", currency=None, as_of=None, **texts):
        folder = tmp_path / f"files-{len(list(tmp_path.iterdir()))}"
        files = write_company(folder, **texts)
        return load(files, into, mode=mode, currency=currency, as_of=as_of)

    return run


def column(workspace, table, name):
    with workspace.current().tables() as tables:
        return sorted(tables[table][name].to_pandas())


def test_company_is_loaded_whole(load_company, workspace):
    report = load_company()
    counts = {n: (t.rows_in, t.accepted, t.refused) for n, t in report.tables.items()}
    assert counts == {"customers": (2, 2, 0), "invoices": (3, 3, 0), "payments": (2, 2, 0)}
    assert column(workspace, "invoices", "invoice_id") == ["I-1", "I-2", "I-3"]
    assert report.snapshot == workspace.current().id


def test_report_is_json_with_the_names_that_checks_read(load_company):
    report = json.loads(load_company(payments=PAYMENTS + "P-9,I-9,2024-02-20,1\n").to_json())
    payments = report["tables"]["payments"]
    assert {k: payments[k] for k in ("rows_in", "accepted", "refused", "refused_by_rule")} == {
        "rows_in": 3,
        "accepted": 2,
        "refused": 1,
        "refused_by_rule": {"invoice_id_known": 1},
    }
    assert report["loaded"] is True
    assert report["currency"] == "EUR"
    assert {f["name"] for f in report["files"]} == {"customers.csv", "invoices.csv", "payments.csv"}


BAD_ROWS = [
    ("B-1,C-1,2024-01-01,2024-02-01,-5,EUR", {"amount_positive"}),
    ("B-2,C-1,2024-01-01,2024-02-01,n/a,EUR", {"amount_readable"}),
    ("B-3,C-1,2024-01-01,2024-02-01,,EUR", {"amount_present"}),
    ("B-4,C-1,2024-02-01,2024-01-01,5,EUR", {"due_on_or_after_issue"}),
    ("B-5,C-1,soon,2024-01-01,5,EUR", {"issued_on_readable"}),
    ("B-6,C-9,2024-01-01,2024-02-01,5,EUR", {"customer_id_known"}),
    ("B-7,C-1,2024-01-01,2024-02-01,5,USD", {"currency_has_rate"}),
    ("B-8,C-1,2024-01-01,2024-02-01,5,euros", {"currency_is_a_code", "currency_has_rate"}),
    (",C-1,2024-01-01,2024-02-01,5,EUR", {"invoice_id_present"}),
    ("B-9,C-1,2024-01-01,2024-02-01,5,EUR,more", {"cell_count"}),
    ("B-10,C-1", {"cell_count"}),
    (
        "B-11,C-9,2024-02-01,2024-01-01,-5,EUR",
        {"amount_positive", "due_on_or_after_issue", "customer_id_known"},
    ),
    ("Grand total,,,,350.75,EUR", {"totals_row"}),
    (",,,,350.75,", {"totals_row"}),
    ("Total,,,,350.75,", {"totals_row"}),
    (",Summe,,,350.75,EUR", {"totals_row"}),
    (",Total,2024-01-01,2024-02-01,5,EUR", {"invoice_id_present", "customer_id_known"}),
]


def test_bad_rows_are_refused_with_all_their_rules_and_kept(load_company, workspace):
    report = load_company(invoices=INVOICES + "\n".join(row for row, _ in BAD_ROWS))
    invoices = report.tables["invoices"]
    assert (invoices.rows_in, invoices.accepted, invoices.refused) == (3 + 17, 3, 17)
    assert invoices.refused_by_rule == Counter(rule for _, rules in BAD_ROWS for rule in rules)
    kept = workspace.refused().sort_values("row")
    assert list(kept.row) == list(range(5, 22))
    for found, (row, rules) in zip(kept.itertuples(), BAD_ROWS, strict=True):
        assert set(found.rules) == rules
        assert (found.table, found.source) == ("invoices", "invoices.csv")
        assert found.reason.startswith("Refused because ")
        cells = json.loads(found.original)
        texts = [cells[name] or "" for name in INVOICE_COLUMNS.strip().split(",")]
        assert texts == (row.split(",") + [""] * 4)[:6]


def test_value_that_is_not_allowed_is_named_with_those_that_are(load_company, workspace):
    load_company(
        payments="payment_id,invoice_id,paid_on,amount,method\nP-1,I-1,2024-02-01,5,wampum\n"
    )
    [kept] = workspace.refused().itertuples()
    assert "“wampum” is not one of card, bank_transfer" in kept.reason


def test_payment_before_its_invoice_is_refused(load_company):
    report = load_company(payments=PAYMENTS + "P-9,I-2,2023-12-31,5\n")
    assert report.tables["payments"].refused_by_rule == {"paid_on_or_after_issue": 1}


def test_exact_repeat_keeps_the_first_row(load_company, workspace):
    report = load_company(invoices=INVOICES + INVOICES.splitlines()[1] + "\n")
    assert report.tables["invoices"].refused_by_rule == {"invoice_id_unique": 1}
    assert column(workspace, "invoices", "invoice_id") == ["I-1", "I-2", "I-3"]
    assert "repeats row 2 of invoices.csv exactly" in workspace.refused().reason[0]


def test_rows_with_one_key_that_differ_are_all_refused(load_company, workspace):
    row = "I-1,C-1,2024-01-01,2024-01-31,999,EUR\n"
    report = load_company(invoices=INVOICES + row, payments=None)
    assert report.tables["invoices"].refused_by_rule == {"invoice_id_unique": 2}
    assert column(workspace, "invoices", "invoice_id") == ["I-2", "I-3"]


def test_rows_that_differ_only_in_an_unreadable_cell_are_no_repeats(load_company):
    rows = "I-9,C-1,2024-01-01,soon,5,EUR\nI-9,C-1,2024-01-01,later,5,EUR\n"
    report = load_company(invoices=INVOICES + rows)
    assert report.tables["invoices"].refused_by_rule == {
        "due_on_readable": 2,
        "invoice_id_unique": 2,
    }


def test_key_of_two_columns_may_repeat_in_one_of_them(load_company):
    rates = "currency,month,to_reporting\nEUR,2024-01-01,1\nEUR,2024-02-01,1\nUSD,2024-01-01,0.9\n"
    report = load_company(fx_rates=rates + "USD,2024-01-01,0.8\n")
    assert report.tables["fx_rates"].refused_by_rule == {"currency_month_unique": 2}


def test_file_without_a_required_column_is_refused_whole_and_the_others_load(load_company):
    report = load_company(payments="payment_id,invoice_id,amount\nP-1,I-1,5\n")
    assert list(report.tables) == ["customers", "invoices"]
    [error] = report.errors
    assert "paid_on" in error
    assert "It has: payment_id, invoice_id, amount" in error


def test_file_whose_columns_are_unknown_is_an_error_that_names_them(load_company):
    report = load_company(weather="day,rain\n2024-01-01,3\n")
    [error] = report.errors
    assert "weather.csv" in error
    assert "day, rain" in error
    assert report.loaded


def test_nothing_accepted_leaves_the_snapshot_and_keeps_the_refused_rows(load_company, loaded):
    before = loaded.current().id
    report = load_company(
        loaded, customers=None, payments=None, invoices=INVOICE_COLUMNS + "X,C-9,,,,\n"
    )
    assert not report.loaded
    assert report.snapshot is None
    assert loaded.current().id == before
    assert len(loaded.refused()) == 1
    assert [m.loaded for m in loaded.history()] == [False, True]


def test_import_that_loads_nothing_takes_nothing_out_and_changes_no_setting(load_company, loaded):
    bad = INVOICE_COLUMNS + "X,C-9,,,,\n"
    report = load_company(loaded, currency="USD", customers=None, payments=None, invoices=bad)
    assert not report.loaded
    assert all(table.withdrawn == 0 for table in report.tables.values())
    assert list(loaded.refused().origin) == ["import"]
    assert loaded.settings.reporting_currency is None


def test_table_all_of_whose_rows_are_refused_is_not_an_empty_table(load_company, workspace):
    report = load_company(payments="payment_id,invoice_id,paid_on,amount\nP-1,I-9,2024-01-01,5\n")
    assert "payments" not in workspace.current().tables()
    assert any("payments: all 1 rows were refused" in w for w in report.warnings)


def test_what_names_no_invoice_is_said_to_leave_too_much_owed(load_company):
    notes = "adjustment_id,invoice_id,kind,requested_on,completed_on,amount\n"
    named = "A-1,I-2,credit_note,2024-03-01,2024-03-01,20\n"
    unnamed = "A-2,,credit_note,2024-03-01,2024-03-01,30\nA-3,I-9,credit_note,2024-03-01,,5\n"
    report = load_company(adjustments=notes + named + unnamed)
    assert (report.tables["adjustments"].accepted, report.tables["adjustments"].refused) == (1, 2)
    said = next(w for w in report.warnings if "naming no invoice" in w)
    assert said.startswith("adjustments: 2 rows refused")
    assert "too high" in said
    assert "Write into invoice_id" in said
    whole = load_company(adjustments=notes + named)
    assert not any("naming no invoice" in w for w in whole.warnings)


def test_file_with_a_header_only_makes_an_empty_table(load_company, workspace):
    load_company(payments="payment_id,invoice_id,paid_on,amount\n")
    with workspace.current().tables() as tables:
        assert tables.payments.count().execute() == 0


def test_upsert_puts_the_new_row_in_the_place_of_the_old(load_company, loaded):
    new = (
        INVOICE_COLUMNS
        + "I-2,C-1,2024-02-01,2024-03-02,7,EUR\nI-4,C-1,2024-04-01,2024-05-01,8,EUR\n"
    )
    report = load_company(loaded, customers=None, payments=None, invoices=new)
    assert [float(a) for a in column(loaded, "invoices", "amount")] == [7, 8, 50.25, 100]
    assert report.tables["invoices"].rows_now == 4


def test_replace_leaves_only_the_new_rows_of_that_table(load_company, loaded):
    load_company(
        loaded, mode="replace", customers=None, invoices=None, payments=PAYMENTS.replace("P-", "Q-")
    )
    assert column(loaded, "payments", "payment_id") == ["Q-1", "Q-2"]
    assert column(loaded, "invoices", "invoice_id") == ["I-1", "I-2", "I-3"]


def test_replace_with_rows_that_are_all_refused_replaces_nothing(load_company, loaded):
    load_company(
        loaded, mode="replace", customers=None, payments=None, invoices=INVOICE_COLUMNS + "X,,,,,\n"
    )
    assert column(loaded, "invoices", "invoice_id") == ["I-1", "I-2", "I-3"]


def test_row_that_points_at_an_earlier_import_is_accepted(load_company, loaded):
    new = INVOICE_COLUMNS + "I-9,C-1,2024-02-01,2024-03-02,7,EUR\n"
    report = load_company(loaded, customers=None, payments=None, invoices=new)
    assert report.tables["invoices"].accepted == 1


def test_rows_orphaned_by_a_replace_move_to_the_refused_and_their_children_with_them(
    load_company, loaded
):
    only_first = "".join(CUSTOMERS.splitlines(keepends=True)[:2])
    report = load_company(
        loaded, mode="replace", customers=only_first, invoices=None, payments=None
    )
    assert report.tables["invoices"].withdrawn_by_rule == {"customer_id_known": 1}
    assert report.tables["payments"].withdrawn_by_rule == {"invoice_id_known": 1}
    assert column(loaded, "invoices", "invoice_id") == ["I-1", "I-2"]
    assert column(loaded, "payments", "payment_id") == ["P-1"]
    refused = loaded.refused()
    assert list(refused.origin) == ["already loaded"] * 2
    assert [json.loads(text).get("payment_id") for text in refused.original] == [None, "P-2"]
    assert any("invoices: taken out 1 row loaded earlier" in w for w in report.warnings)


def test_payment_loaded_earlier_is_checked_again_when_its_invoice_moves(load_company, loaded):
    moved = INVOICE_COLUMNS + "I-1,C-1,2024-06-01,2024-06-30,100,EUR\n"
    report = load_company(loaded, customers=None, payments=None, invoices=moved)
    assert report.tables["payments"].withdrawn_by_rule == {"paid_on_or_after_issue": 1}


def test_unknown_parent_is_a_warning_and_not_a_refusal(load_company):
    header = "customer_id,name,industry,currency,acquired_on,payment_terms_days,parent_id\n"
    report = load_company(
        customers=header + "C-1,A,x,EUR,2020-01-01,30,C-9\nC-2,B,x,EUR,2020-01-01,30,C-1\n"
    )
    assert report.tables["customers"].refused == 0
    assert any("1 customer with a parent_id" in w for w in report.warnings)


def test_who_left_and_is_billed_again_is_told_of(load_company):
    header = "customer_id,name,industry,currency,acquired_on,payment_terms_days,churned_on\n"
    report = load_company(
        customers=header + "C-1,A,x,EUR,2020-01-01,30,2024-01-31\n"
        "C-2,B,x,EUR,2020-01-01,30,2024-01-31\nC-3,C,x,EUR,2020-01-01,30,2020-01-01\n",
        # A last bill 60 days after leaving, and one of a customer who is there again.
        invoices=INVOICE_COLUMNS + "I-1,C-1,2024-03-31,2024-04-30,100,EUR\n"
        "I-2,C-2,2024-06-30,2024-07-30,100,EUR\n",
        payments=None,
    )
    assert any("1 customer billed more than 90 days after" in w for w in report.warnings)
    assert any("1 customer with a churned_on on the day" in w for w in report.warnings)


def test_who_left_before_it_came_is_refused_by_name(load_company):
    header = "customer_id,name,industry,currency,acquired_on,payment_terms_days,churned_on\n"
    report = load_company(customers=header + "C-1,A,x,EUR,2020-01-01,30,2019-12-31\n")
    assert report.tables["customers"].refused_by_rule == {"churned_on_or_after_acquired": 1}


def test_lookalikes_are_reported_and_none_is_merged(load_company, workspace):
    report = load_company(customers=CUSTOMERS + "C-3,ALDER,retail,EUR,2021-01-01,30\n")
    assert report.lookalikes["groups"] == 1
    assert [c["customer_id"] for c in report.lookalikes["first"]] == ["C-1", "C-3"]
    assert column(workspace, "customers", "customer_id") == ["C-1", "C-2", "C-3"]


def test_money_finer_than_four_decimals_is_rounded_and_said(load_company, workspace):
    rows = "I-9,C-1,2024-01-01,2024-02-01,1.23456,EUR\nI-8,C-1,2024-01-01,2024-02-01,1.230000,EUR\n"
    report = load_company(invoices=INVOICES + rows)
    assert any(n.startswith("1 value of invoices.amount") for n in report.notes)
    assert str(column(workspace, "invoices", "amount")[1]) == "1.2346"


def test_newest_date_counts_what_happened_and_not_what_is_due(load_company, workspace):
    report = load_company(invoices=INVOICES + "I-9,C-1,2024-02-11,2031-01-01,5,EUR\n")
    assert str(workspace.current().tables().newest_date) == "2024-02-20"
    assert str(report.as_of) == "2024-02-20"


def test_options_stated_at_a_load_are_kept_in_the_settings(load_company, workspace):
    report = load_company(currency="eur", as_of="2024-03-31")
    assert workspace.settings.reporting_currency == "EUR"
    assert str(workspace.settings.as_of) == str(report.as_of) == "2024-03-31"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"currency": "euro"}, "three-letter"),
        ({"as_of": "31/03/2024"}, "is not a date"),
        ({"mode": "append"}, "neither upsert nor replace"),
    ],
)
def test_option_that_is_not_allowed_says_what_is(load_company, workspace, options, says):
    with pytest.raises(ValueError, match=says):
        load_company(**options)
    assert workspace.history() == []


def test_folder_without_tables_is_an_error_that_says_what_is_wanted(tmp_path, workspace):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "readme.md").write_text("nothing here")
    report = load(tmp_path / "empty", workspace)
    assert not report.loaded
    assert "no file that can be loaded" in report.errors[0]
    assert "readme.md" in report.notes[0]


def test_file_that_does_not_exist_is_an_error_and_nothing_is_loaded(tmp_path, workspace):
    report = load(tmp_path / "missing.csv", workspace)
    assert not report.loaded
    assert "missing.csv" in report.errors[0]


def test_load_is_the_same_whatever_the_order_of_the_rows(load_company, loaded):
    files = loaded.current().manifest.tables
    header, *rows = INVOICES.splitlines(keepends=True)
    report = load_company(loaded, mode="replace", invoices=header + "".join(reversed(rows)))
    assert report.loaded
    assert loaded.current().id == report.snapshot
    assert loaded.current().manifest.tables == files
