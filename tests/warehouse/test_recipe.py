import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from warehouse.files import stage
from warehouse.load import load
from warehouse.recipe import (
    apply,
    identity_recipe,
    parse_recipe,
    read_recipe,
    recipe_text,
    recognise,
    save_recipe,
    shipped_recipes,
)
from warehouse.schema import SchemaError
from warehouse.tables import TABLES
from warehouse.workspace import Workspace

SHIPPED = (
    "ibm_accounts_receivable",
    "quickbooks_invoices",
    "stripe_invoices",
    "stripe_payments",
    "xero_aged_receivables",
    "xero_invoices",
)

AGING = """A/R Aging Detail,,,,,,,
Harbour & Finch Ltd,,,,,,,
"As of June 30, 2025",,,,,,,
,,,,,,,
,Date,Transaction type,Num,Customer,Due date,Amount,Open balance
Current,,,,,,,
,06/13/2025,Invoice,1001,Brightwater,07/13/2025,"$1,200.00","1,200.00"
,06/02/2025,Credit Memo,CM1,Brightwater,,-50.00,-50.00
Total for Current,,,,,,"$1,150.00","$1,150.00"
1 - 30 days past due,,,,,,,
,05/01/2025,Invoice,0998,"Total Plumbing, Inc",05/31/2025,"2,000.00",500.00
Total for 1 - 30 days past due,,,,,,"2,000.00",500.00
TOTAL,,,,,,"$3,150.00","$1,650.00"

"Wednesday, July 2, 2025 10:14 AM GMT-7"
"""
INVOICE_LIST = """Invoice List
Harbour & Finch Ltd
"June 2025"

Num,Customer,Date,Due Date,Amount,Open Balance,Paid Date
1,Acme,06/01/2025,06/30/2025,"1,000.00",0.00,06/20/2025
2,Acme,06/03/2025,06/30/2025,500.00,500.00,
3,Beta,06/13/2025,06/30/2025,500.00,200.00,06/21/2025
4,Beta,06/13/2025,06/30/2025,500.00,0.00,
Total,,,,"2,500.00",700.00,
"""
BY_CUSTOMER = """Open Invoices
,Date,Transaction type,Num,Due date,Open balance
Acme Joinery,,,,,
,13/06/2025,Invoice,7,13/07/2025,250.00
Total for Acme Joinery,,,,,250.00
Birch & Sons,,,,,
,14/06/2025,Invoice,8,14/07/2025,80.00
Total for Birch & Sons,,,,,80.00
"""
XERO = """*ContactName,EmailAddress,POCountry,*InvoiceNumber,*InvoiceDate,*DueDate,\
Total,InventoryItemCode,*Description,*Quantity,*UnitAmount,LineAmount,TaxAmount,InvoiceAmountPaid,\
InvoiceAmountDue,Currency,Type,Status
Ridgeway,a@ridgeway.example,United Kingdom,INV-1,03/01/2026,28/02/2026,,SKU1,Widget,2,10.00,20.00,\
4.00,0,34.00,GBP,Sales invoice,Awaiting Payment
Ridgeway,a@ridgeway.example,United Kingdom,INV-1,03/01/2026,28/02/2026,,,Carriage,1,10.00,10.00,\
0.00,0,34.00,GBP,Sales invoice,Awaiting Payment
Marlow,b@marlow.example,GB,INV-2,13/01/2026,28/02/2026,120.00,SKU1,Widget,10,10.00,100.00,20.00,\
120.00,0.00,GBP,Sales invoice,Paid
Marlow,b@marlow.example,GB,INV-3,13/01/2026,28/02/2026,120.00,SKU1,Widget,10,10.00,100.00,20.00,\
20.00,100.00,GBP,Sales invoice,Awaiting Payment
Marlow,b@marlow.example,GB,INV-4,13/01/2026,28/02/2026,120.00,SKU1,Widget,10,10.00,100.00,20.00,\
0.00,120.00,GBP,Sales invoice,Voided
Marlow,b@marlow.example,GB,CN-1,14/01/2026,28/02/2026,-10.00,SKU1,Widget,-1,10.00,-10.00,0.00,\
0.00,-10.00,GBP,Sales credit note,Paid
"""
XERO_AGED = (
    ("Aged Receivables Detail",),
    ("Harbour & Finch Ltd",),
    ("As at 31 March 2026",),
    ("Ageing by due date",),
    (),
    ("Invoice Number", "Invoice Date", "Due Date", "Invoice Reference", "Current", "< 1 Month",
     "1 Month", "2 Months", "3 Months", "Older", "Total"),
    ("Total Plumbing, Inc",),
    ("INV-1", dt.date(2026, 3, 3), dt.date(2026, 4, 2), "PO 7", 120.5, 0, 0, 0, 0, 0, 120.5),
    ("INV-2", dt.date(2026, 1, 13), dt.date(2026, 2, 12), "", 0, 0, 80, 0, 0, 0, 80),
    ("CN-1", dt.date(2026, 3, 14), "", "", -10, 0, 0, 0, 0, 0, -10),
    ("Total Total Plumbing, Inc", "", "", "", 110.5, 0, 80, 0, 0, 0, 190.5),
    (),
    ("Ridgeway",),
    ("INV-3", dt.date(2025, 9, 1), dt.date(2025, 10, 1), "", 0, 0, 0, 0, 0, 40, 40),
    ("Total Ridgeway", "", "", "", 0, 0, 0, 0, 0, 40, 40),
    (),
    ("Total", "", "", "", 110.5, 0, 80, 0, 0, 40, 0),
    ("Percentage of total", "", "", "", 0.48, 0, 0.35, 0, 0, 0.17, 1),
)  # fmt: skip
STRIPE_INVOICES = """id,Number,Customer,Customer Name,Customer Email,Subscription,Currency,\
Subtotal,Tax,Total,Amount Due,Amount Paid,Status,Date (UTC),Due Date (UTC)
in_1,A-1,cus_1,Lumen,x@lumen.example,sub_1,usd,100.00,8.00,108.00,108.00,108.00,paid,\
2025-03-01 10:00:00,2025-03-31 10:00:00
in_2,A-2,cus_1,Lumen,x@lumen.example,sub_1,usd,100.00,8.00,108.00,108.00,0.00,open,2025-04-01 10:00,
in_3,A-3,cus_2,,y@orrin.example,,eur,100.00,8.00,108.00,108.00,0.00,draft,2025-04-01 10:00,
in_4,A-4,cus_2,,y@orrin.example,,eur,50.00,0.00,50.00,50.00,0.00,open,2025-04-02 23:59,2025-05-02
"""
STRIPE_PAYMENTS = """id,Description,Created (UTC),Amount,Amount Refunded,Currency,Fee,Status,\
Customer ID,Captured,Card Last4,Disputed Amount,Dispute Status,Dispute Reason,Dispute Date (UTC),\
Invoice ID,Payment Source Type,Refunded date (UTC)
ch_1,x,2025-03-30 11:00:00,108.00,0.00,usd,3.00,Paid,cus_1,true,4242,,,,,in_1,card,
ch_2,x,2025-04-30 11:00:00,108.00,50.00,usd,3.00,Paid,cus_1,true,4242,108.00,lost,fraudulent,\
2025-05-05 00:00,in_2,sepa_debit,
ch_3,x,2025-04-30 11:00:00,108.00,0.00,usd,3.00,Failed,cus_1,true,4242,,,,,in_2,card,
ch_4,x,2025-04-30 11:00:00,108.00,108.00,usd,3.00,Refunded,cus_1,true,4242,,,,,in_2,card,
ch_5,x,2025-04-30 11:00:00,18.00,,usd,3.00,Paid,cus_1,true,4242,,,,,,card,
ch_6,x,2025-04-30 11:00:00,40.00,10.00,usd,3.00,Paid,cus_1,true,4242,40.00,under_review,general,\
2025-05-06 00:00,in_4,konbini,2025-05-02 09:00
"""


@pytest.fixture(scope="module")
def engine():
    return ibis.duckdb.connect()


@pytest.fixture
def put(tmp_path):
    def put(text, name="ledger.csv", **overrides):
        path = tmp_path / name
        path.write_text(text)
        [staged] = stage(path, tmp_path / "staged", overrides=overrides)
        return staged

    return put


@pytest.fixture
def mapped(put, engine):
    """Tables and set-aside rows, as lists of rows, of a file by a recipe."""

    def mapped(recipe, text, options=None, **overrides):
        staged = put(text, **overrides)
        recipe = shipped_recipes()[recipe] if recipe in SHIPPED else parse_recipe(recipe)
        result = apply(recipe, staged, engine, options)
        tables = {
            name: table.order_by("_row").to_pyarrow().to_pylist()
            for name, table in result.tables.items()
        }
        aside = result.set_aside.order_by("_row").to_pyarrow().to_pylist()
        used = {row for rows in tables.values() for r in rows for row in r["_rows"]}
        # Every row of the file went somewhere, and none went to two places.
        assert len(used) + len(aside) == staged.n_rows
        assert not used & {row["_row"] for row in aside}
        return tables, {row["_row"]: row["rule"] for row in aside}, result.notes

    return mapped


def only(rows, *names):
    return [tuple(row[name] for name in names) for row in rows]


# The language


LEDGER = """
name: ledger
title: Our ledger
tables:
  events:
    columns:
      event_id: No
      happened_on: Day
      kind: {constant: policy}
      title: %s
"""
LINES = """
name: lines
title: Lines of invoices
tables:
  invoices:
    one_row_per: Invoice
    columns:
      invoice_id: Invoice
      customer_id: Customer
      issued_on: {column: Date, take: min}
      due_on: {add_days: [{column: Date, take: max}, 30]}
      amount: %s
      currency: {constant: EUR}
"""
LINE_ROWS = """Invoice,Customer,Date,Quantity,Price,Fee
1,A,2024-01-02,2,10.50,1.00
1,B,2024-01-01,1,4.00,
2,B,2024-01-31,3,1.00,x
"""


@pytest.mark.parametrize(
    ("title", "made"),
    [
        ("Text", "Ink"),
        ("{first_of: [Long text, Text]}", "Ink"),
        ('{template: "{No}/{Text}"}', "7/Ink"),
        ("{constant: 00123}", "00123"),
        ("{option: who}", "Ann"),
        ("{column: Text, map: {INK: Pen, Oil: Can}}", "Pen"),
        ("{column: Text, map: {Oil: Can}}", "Ink"),
        ("{column: Text, map: {Oil: Can}, otherwise: Box}", "Box"),
        ("{column: Text, where: {No: {equals: '8'}}}", None),
        ("{number_within: Text}", "1"),
        ("{days_between: [Day, Until]}", "30"),
        ("{add_days: [Day, 30]}", "2024-02-01"),
    ],
)
def test_cell_of_a_recipe_gives_its_value(mapped, title, made):
    text = "No,Day,Until,Text\n7,2024-01-02,2024-02-01,Ink\n"
    tables, _aside, _notes = mapped(LEDGER % title, text, {"who": "Ann"})
    assert only(tables["events"], "event_id", "happened_on", "kind", "title") == [
        ("7", dt.date(2024, 1, 2), "policy", made)
    ]


@pytest.mark.parametrize(
    ("amount", "made"),
    [
        ("{multiply: [Quantity, Price], take: sum}", ["25", "3"]),
        ("{column: Price, take: first}", ["10.5", "1"]),
        ("{column: Price, take: max}", ["10.5", "1"]),
        ("{column: Quantity, take: count}", ["2", "1"]),
        ("{plus: [{column: Price, take: sum}, {column: Quantity, take: max}]}", ["16.5", "4"]),
        ("{minus: [Price, Fee], take: first}", ["9.5", None]),
        ("{column: Fee, take: sum}", ["1", None]),
        ("{divide: [{column: Price, take: first}, 2]}", ["5.25", "0.5"]),
        ("{absolute: {negate: Price}, take: min}", ["4", "1"]),
    ],
)
def test_several_rows_become_one(mapped, amount, made):
    tables, _aside, _notes = mapped(LINES % amount, LINE_ROWS)
    rows = tables["invoices"]
    assert [row["amount"] for row in rows] == [n and Decimal(n) for n in made]
    assert only(rows, "invoice_id", "customer_id", "issued_on", "due_on", "_rows") == [
        ("1", "A", dt.date(2024, 1, 1), dt.date(2024, 2, 1), [2, 3]),
        ("2", "B", dt.date(2024, 1, 31), dt.date(2024, 3, 1), [4]),
    ]


def test_text_of_what_cannot_be_read_is_kept(mapped):
    tables, _aside, _notes = mapped(LINES % "{column: Fee, take: sum}", LINE_ROWS)
    assert only(tables["invoices"], "amount__text") == [("1.0000",), ("x",)]


def test_most_common_value_is_the_smallest_of_equals(mapped):
    recipe = (LINES % "{column: Price, take: first}").replace(
        "customer_id: Customer", "customer_id: {column: Customer, take: most_common}"
    )
    text = LINE_ROWS + "2,C,2024-01-31,1,1,1\n2,C,2024-01-31,1,1,1\n1,B,2024-01-31,1,1,1\n"
    text += "1,A,2024-01-31,1,1,1\n"
    tables, _aside, _notes = mapped(recipe, text)
    assert [row["customer_id"] for row in tables["invoices"]] == ["A", "C"]


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        ("{Text: present}", [2, 3]),
        ("{Text: blank}", [4]),
        ("{Text: {equals: INK}}", [2]),
        ("{Text: {not_equals: ink}}", [3, 4]),
        ("{Text: {one_of: [ink, oil]}}", [2, 3]),
        ("{Text: {matches: '^O'}}", [3]),
        ("{Text: {not_matches: '^O'}}", [2, 4]),
        ("{No: {greater_than: 7.5}}", [3, 4]),
        ("{No: {less_than: 8}}", [2]),
        ("{Nowhere: blank}", [2, 3, 4]),
        ("{Nowhere: {equals: x}}", []),
        ("{'{who}': {equals: ann}, Text: present}", [2, 3]),
        ("{Text: present, any_of: [{No: {equals: '8'}}, {No: {equals: '9'}}]}", [3]),
    ],
)
def test_condition_holds_for_its_rows(mapped, condition, rows):
    recipe = LEDGER % "No" + f"    where: {condition}\n"
    text = "No,Day,Text\n7,2024-01-02,Ink\n8,2024-01-03,Oil\n9,2024-01-03,\n"
    tables, aside, _notes = mapped(recipe, text, {"who": "Ann"})
    assert [row["_row"] for row in tables["events"]] == rows
    assert set(aside.values()) <= {"belongs_to_no_table"}


def test_order_fields_are_carried_to_the_continuation_rows_of_the_same_order(mapped):
    recipe = LEDGER % "Email" + "fill_down: [{column: Email, within: No}]\n"
    text = "No,Day,Email\n1,2024-01-02,a@a.example\n1,2024-01-02,\n2,2024-01-02,\n"
    tables, _aside, _notes = mapped(recipe, text)
    assert only(tables["events"], "title") == [("a@a.example",), ("a@a.example",), (None,)]


def test_minor_units_are_divided_by_what_the_currency_has(mapped):
    recipe = """
name: api
title: Amounts from an interface
tables:
  expenses:
    columns:
      expense_id: id
      submitted_on: {column: created, parse: unix_seconds}
      amount: {minor_units: [amount, currency]}
"""
    text = "id,created,amount,currency\n1,1700000000,1050,usd\n2,1700000000,1050,jpy\n"
    tables, _aside, _notes = mapped(recipe, text + "3,1700000000,1050,kwd\n")
    assert only(tables["expenses"], "amount") == [
        (Decimal("10.5"),),
        (Decimal("1050"),),
        (Decimal("1.05"),),
    ]
    assert tables["expenses"][0]["submitted_on"] == dt.date(2023, 11, 14)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name: x\ntitle: [", "line 2 is not YAML"),
        ("just words", "is not a recipe"),
        ("name: x\ntitle: X\ntables: {}", "line 3, tables"),
        (LEDGER % "{colum: Text}", "line 10, tables.events.columns.title"),
        (LEDGER % "{column: Text, constant: x}", "column and constant"),
        (LEDGER % "{divide: [Text]}", r"divide works on 2 and has 1"),
        (LEDGER % "{column: Text, take: sum}", "Say one_row_per"),
        (LEDGER % "{column: Text, otherwise: x}", "needs map"),
        (LEDGER % "Text\n      colour: Red", "events has no column colour"),
        (LEDGER.replace("events", "happenings") % "Text", "happenings is not a table"),
        (LEDGER % "Text" + "    where: {No: {matches: '('}}", "line 11.*not a pattern"),
        (LEDGER % "Text" + "    where: {No: {matches: '(?=a)'}}", "looks around"),
        ("a: &a [1]\nb: *a", "alias"),
        ("name: X\n" + LEDGER.replace("\nname: ledger", "") % "Text", "small letters"),
    ],
)
def test_mistake_in_a_recipe_is_named_with_its_line(text, says):
    with pytest.raises(SchemaError, match=says):
        parse_recipe(text, "mine.yaml")


def test_words_like_no_and_numbers_with_zeros_stay_text():
    recipe = parse_recipe(LEDGER % "{column: No, map: {No: nein, 007: bond}}")
    assert recipe.tables["events"].columns["title"].map == {"No": "nein", "007": "bond"}


@pytest.mark.parametrize("name", SHIPPED)
def test_recipe_that_is_written_reads_back_the_same(name, tmp_path):
    recipe = shipped_recipes()[name]
    assert parse_recipe(recipe_text(recipe)) == recipe
    save_recipe(recipe, tmp_path)
    assert read_recipe(name, tmp_path) == recipe
    assert read_recipe(tmp_path / f"{name}.yaml") == recipe


def test_recipe_that_is_not_there_names_those_that_are(tmp_path):
    with pytest.raises(SchemaError, match="There is no recipe shopify.*xero_invoices"):
        read_recipe("shopify", tmp_path)


def test_name_of_a_recipe_cannot_lead_out_of_its_folder(tmp_path):
    (tmp_path / "secret.yaml").write_text(LEDGER % "Text")
    (tmp_path / "recipes").mkdir()
    with pytest.raises(SchemaError, match="There is no recipe"):
        read_recipe("../secret", tmp_path / "recipes")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (AGING, "quickbooks_invoices"),
        (INVOICE_LIST, "quickbooks_invoices"),
        (XERO, "xero_invoices"),
        (STRIPE_INVOICES, "stripe_invoices"),
        (STRIPE_PAYMENTS, "stripe_payments"),
    ],
)
def test_export_is_recognised_by_its_columns(put, text, name):
    (best, confidence), (_second, lower), *_ = recognise(put(text).columns)
    assert best.name == name
    assert confidence >= 0.8 > lower


# Canonical files


CUSTOMERS = """customer_id;name;industry;currency;acquired_on;payment_terms_days;churn_reason
C1;Total Energies;energy;eur;31/01/2024;30;
Total;;;;;60;
;;;;;;
C2;=1+1;retail;USD;01/02/2024;x;PRICE
"""


def test_canonical_file_is_read_as_it_is_called(put, engine):
    staged = put(CUSTOMERS, "customers.csv")
    result = apply(identity_recipe("customers", staged.columns), staged, engine)
    rows = result.tables["customers"].order_by("_row").to_pyarrow().to_pylist()
    assert only(rows, "_row", "name", "currency", "acquired_on", "churn_reason") == [
        (2, "Total Energies", "EUR", dt.date(2024, 1, 31), None),
        (5, "=1+1", "USD", dt.date(2024, 2, 1), "price"),
    ]
    assert only(rows, "payment_terms_days", "payment_terms_days__text") == [(30, "30"), (None, "x")]
    aside = result.set_aside.order_by("_row").to_pyarrow().to_pylist()
    assert only(aside, "_row", "rule") == [(3, "totals_row"), (4, "blank_row")]
    assert "acquired_on read as day/month/year." in result.notes


def test_every_canonical_column_comes_with_its_type_and_text(put, engine):
    staged = put(CUSTOMERS, "customers.csv")
    table = apply(identity_recipe("customers", staged.columns), staged, engine).tables["customers"]
    expected = {}
    for name, column in TABLES["customers"].columns.items():
        expected |= {name: ibis.dtype(column.ibis_type), f"{name}__text": ibis.dtype("string")}
    expected |= {"_row": ibis.dtype("int64"), "_rows": ibis.dtype("array<int64>")}
    expected["_problem"] = ibis.dtype("string")
    assert dict(table.schema().items()) == expected


def test_texts_of_a_parquet_file_are_trimmed_too(tmp_path, engine):
    path = tmp_path / "events.parquet"
    columns = {"event_id": [" 1", "2"], "happened_on": ["2024-01-31"] * 2, "kind": ["a\u00a0", "b"]}
    pq.write_table(pa.table({**columns, "title": ["x", "NULL"]}), path)
    [staged] = stage(path, tmp_path / "staged")
    table = apply(identity_recipe("events", staged.columns), staged, engine).tables["events"]
    rows = table.order_by("_row").to_pyarrow().to_pylist()
    assert only(rows, "event_id", "kind", "title") == [("1", "a", "x"), ("2", "b", None)]


def test_missing_column_is_named_with_what_the_file_has(put, engine):
    staged = put("customer_id,name\nC1,A\n", "customers.csv")
    with pytest.raises(SchemaError, match=r"lacks 3 .*industry.*It has: customer_id, name\."):
        apply(identity_recipe("customers", staged.columns), staged, engine, {"currency": "EUR"})


def test_currency_that_the_file_leaves_out_is_what_is_stated(put, engine):
    text = "invoice_id,customer_id,issued_on,due_on,amount\n1,C,2024-01-01,2024-01-02,5.50\n"
    staged = put(text, "invoices.csv")
    recipe = identity_recipe("invoices", staged.columns)
    table = apply(recipe, staged, engine, {"currency": "EUR"}).tables["invoices"]
    assert table.to_pyarrow()["currency"].to_pylist() == ["EUR"]
    with pytest.raises(SchemaError, match="currency"):
        apply(recipe, staged, engine)


# Shipped recipes on invented exports


def test_aging_report_gives_what_is_open(mapped):
    tables, aside, notes = mapped("quickbooks_invoices", AGING)
    assert only(
        tables["invoices"], "invoice_id", "customer_id", "due_on", "amount", "currency"
    ) == [
        ("1001", "Brightwater", dt.date(2025, 7, 13), Decimal("1200"), "USD"),
        ("0998", "Total Plumbing, Inc", dt.date(2025, 5, 31), Decimal("500"), "USD"),
    ]
    assert "payments" not in tables
    assert aside == {
        6: "group_header",
        8: "not_an_invoice",
        9: "totals_row",
        10: "group_header",
        12: "totals_row",
        13: "totals_row",
        15: "group_header",
    }
    assert any("These reports are balances" in note for note in notes)


def test_payment_is_made_only_where_its_date_is_given(mapped):
    tables, aside, _notes = mapped("quickbooks_invoices", INVOICE_LIST)
    assert only(tables["invoices"], "invoice_id", "amount") == [
        ("1", Decimal(1000)),
        ("2", Decimal(500)),
        ("3", Decimal(500)),
    ]
    assert only(tables["payments"], "invoice_id", "paid_on", "amount") == [
        ("1", dt.date(2025, 6, 20), Decimal(1000)),
        ("3", dt.date(2025, 6, 21), Decimal(300)),
    ]
    assert aside == {9: "paid_without_date", 10: "totals_row"}


def test_payments_loaded_separately_leave_invoices_whole(mapped):
    tables, aside, _notes = mapped(
        "quickbooks_invoices", INVOICE_LIST, {"payments": "separately", "currency": "CAD"}
    )
    assert [row["amount"] for row in tables["invoices"]] == [1000, 500, 500, 500]
    assert {row["currency"] for row in tables["invoices"]} == {"CAD"}
    assert tables["payments"] == []
    assert aside == {10: "totals_row"}


def test_customer_above_its_invoices_is_carried_down(mapped):
    tables, aside, _notes = mapped("quickbooks_invoices", BY_CUSTOMER)
    assert only(tables["invoices"], "invoice_id", "customer_id", "amount") == [
        ("7", "Acme Joinery", Decimal(250)),
        ("8", "Birch & Sons", Decimal(80)),
    ]
    assert sorted(aside.values()) == ["group_header"] * 2 + ["totals_row"] * 2


def test_lines_of_xero_become_invoices_and_lines(mapped):
    tables, aside, _notes = mapped("xero_invoices", XERO)
    assert only(tables["invoices"], "invoice_id", "customer_id", "amount", "_rows") == [
        ("INV-1", "Ridgeway", Decimal(34), [2, 3]),
        ("INV-3", "Marlow", Decimal(100), [5]),
    ]
    assert only(tables["invoice_lines"], "invoice_id", "line_no", "product_id", "amount") == [
        ("INV-1", 1, "SKU1", Decimal(20)),
        ("INV-1", 2, None, Decimal(10)),
        ("INV-3", 1, "SKU1", Decimal(100)),
    ]
    assert only(tables["customers"], "name", "country", "region") == [
        ("Ridgeway", None, "United Kingdom"),
        ("Marlow", "GB", None),
    ]
    assert aside == {4: "paid_without_date", 6: "not_issued", 7: "not_an_invoice"}


def test_import_template_of_xero_without_amounts_is_added_up(mapped):
    text = """*ContactName,*InvoiceNumber,*InvoiceDate,*DueDate,*Description,*Quantity,*UnitAmount,\
*AccountCode,*TaxType
Ridgeway,INV-1,31/01/2026,28/02/2026,Widget,2,10.50,200,No VAT
Ridgeway,INV-1,31/01/2026,28/02/2026,Carriage,1,4.00,200,No VAT
"""
    tables, _aside, _notes = mapped("xero_invoices", text, {"currency": "GBP"})
    assert only(tables["invoices"], "amount", "currency") == [(Decimal(25), "GBP")]


def test_aged_receivables_of_xero_become_what_is_open(tmp_path):
    path = tmp_path / "Aged Receivables Detail.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "d mmm yyyy"})
        for row, cells in enumerate(XERO_AGED):
            for column, cell in enumerate(cells):
                dated = isinstance(cell, dt.date)
                sheet.write(row, column, cell, day) if dated else sheet.write(row, column, cell)
    workspace = Workspace.create(tmp_path / "company")
    report = load(path, workspace, currency="GBP")
    assert report.errors == []
    assert report.files[0]["recipe"] == "xero_aged_receivables"
    with workspace.current().tables() as tables:
        invoices = tables["invoices"].order_by("invoice_id").to_pandas()
        terms = tables["customers"].order_by("name").to_pandas()
    columns = ["invoice_id", "customer_id", "issued_on", "due_on", "amount", "currency"]
    first, second, third = invoices[columns].astype(str).to_numpy().tolist()
    assert first == ["INV-1", "Total Plumbing, Inc", "2026-03-03", "2026-04-02", "120.5000", "GBP"]
    assert second[:2] == ["INV-2", "Total Plumbing, Inc"]
    assert third == ["INV-3", "Ridgeway", "2025-09-01", "2025-10-01", "40.0000", "GBP"]
    assert terms["payment_terms_days"].tolist() == [30, 30]
    # Two headings; three totals and the percentages; one credit note.
    assert report.tables["invoices"].refused_by_rule == {
        "group_header": 2,
        "totals_row": 4,
        "not_an_invoice": 1,
    }


def test_stripe_invoices_are_due_when_issued_unless_they_say_otherwise(mapped):
    tables, aside, notes = mapped("stripe_invoices", STRIPE_INVOICES)
    assert only(tables["invoices"], "invoice_id", "issued_on", "due_on", "currency") == [
        ("in_1", dt.date(2025, 3, 1), dt.date(2025, 3, 31), "USD"),
        ("in_2", dt.date(2025, 4, 1), dt.date(2025, 4, 1), "USD"),
        ("in_4", dt.date(2025, 4, 2), dt.date(2025, 5, 2), "EUR"),
    ]
    assert only(tables["customers"], "customer_id", "name") == [
        ("cus_1", "Lumen"),
        ("cus_2", "y@orrin.example"),
    ]
    assert aside == {4: "not_issued"}
    assert any("until then paid invoices look open" in note for note in notes)


def test_stripe_payments_are_those_that_were_received(mapped):
    tables, aside, _notes = mapped("stripe_payments", STRIPE_PAYMENTS)
    assert only(tables["payments"], "payment_id", "invoice_id", "amount", "method") == [
        ("ch_1", "in_1", Decimal(108), "card"),
        ("ch_2", "in_2", Decimal(58), "direct_debit"),
        ("ch_6", "in_4", Decimal(40), "other"),
    ]
    assert only(tables["adjustments"], "invoice_id", "kind", "requested_on", "amount") == [
        ("in_4", "refund", dt.date(2025, 5, 2), Decimal(10))
    ]
    assert only(tables["disputes"], "invoice_id", "opened_on", "reason", "outcome") == [
        ("in_2", dt.date(2025, 5, 5), "not_recognised", "upheld"),
        ("in_4", dt.date(2025, 5, 6), "other", None),
    ]
    assert aside == {4: "not_received", 5: "refunded_in_full", 6: "no_invoice"}


def test_card_columns_are_never_read():
    needed = " ".join(shipped_recipes()["stripe_payments"].columns_needed).lower()
    assert "card" not in needed


@pytest.mark.reference("ibm_ar/*.parquet")
@pytest.mark.parametrize("as_csv", [False, True])
def test_ibm_export_is_read_whole(reference_file, as_csv, tmp_path, engine):
    source = reference_file
    if as_csv:
        frame = pq.read_table(source).to_pandas()
        for name in frame.select_dtypes("datetime"):
            frame[name] = frame[name].map(lambda d: f"{d.month}/{d.day}/{d.year}")
        source = tmp_path / "ar.csv"
        frame.to_csv(source, index=False)
    [staged] = stage(source, tmp_path / "staged")
    [(recipe, confidence), *_] = recognise(staged.columns)
    result = apply(recipe, staged, engine)
    counts = {name: table.count().execute() for name, table in result.tables.items()}
    assert confidence == 1
    assert counts == {"customers": 100, "invoices": 2466, "payments": 2466, "disputes": 561}
    assert result.set_aside.count().execute() == 0
    frame = result.tables["invoices"].to_pandas()
    assert frame[["amount", "issued_on", "due_on", "channel"]].notna().all(axis=None)
    paid = result.tables["payments"].select("invoice_id", "paid_on").to_pandas()
    late = frame.merge(paid, on="invoice_id").eval("paid_on > due_on").mean()
    assert late == pytest.approx(0.356, abs=0.0005)
    assert pd.isna(result.tables["disputes"].opened_on.max().execute())


def test_recipe_in_the_readme_is_one_and_sets_credit_notes_and_open_items_apart():
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    [text] = re.findall(r"^```yaml\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    recipe = parse_recipe(text)
    assert list(recipe.tables) == ["customers", "invoices", "payments"]
    assert [aside.rule for aside in recipe.set_aside] == ["credit_note"]
    assert recipe.tables["payments"].where
