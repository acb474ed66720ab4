"""Refused rows come back as files that can be mended and loaded again."""

import csv
import dataclasses
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.warehouse.company import (
    CUSTOMERS,
    INVOICE_COLUMNS,
    INVOICES,
    write_company,
)
from warehouse import load as load_module
from warehouse.accounting import AccountingError, TableReport
from warehouse.load import load
from warehouse.refused import guarded, unguarded, write_to_mend
from warehouse.workspace import Workspace


def files_to_mend(workspace, folder):
    return {path.name: path for path in write_to_mend(workspace.refused_file(), folder)}


def cells_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def mend(path, change):
    rows = cells_of(path)
    for row in rows:
        change(row)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_file_to_mend_has_the_columns_of_the_source_and_the_reasons(workspace, tmp_path):
    header = INVOICE_COLUMNS.replace("amount", "amount,my remark")
    texts = {"invoices": header + "I-1,C-9,2024-01-01,2024-01-31,-5,ask Eve,EUR\n"}
    load(write_company(tmp_path / "files", payments=None, **texts), workspace)
    [row] = cells_of(files_to_mend(workspace, tmp_path / "out")["invoices.csv"])
    assert list(row)[:7] == header.strip().split(",")
    assert row["my remark"] == "ask Eve"
    assert row["_row"] == "2"
    assert row["_rules"] == "amount_positive customer_id_known"
    assert "not greater than zero" in row["_reason"]


def test_mended_rows_load_and_the_rest_is_refused_again(workspace, tmp_path):
    bad = "I-8,C-1,2024-01-01,2024-01-31,-5,EUR\nI-9,C-1,2024-01-01,2024-01-31,n/a,EUR\n"
    load(write_company(tmp_path / "files", invoices=INVOICES + bad), workspace)
    path = files_to_mend(workspace, tmp_path / "out")["invoices.csv"]
    mend(path, lambda row: row.update(amount=row["amount"].lstrip("-")))
    report = load(path, workspace)
    assert (report.tables["invoices"].accepted, report.tables["invoices"].refused) == (1, 1)
    assert report.tables["invoices"].rows_now == 4
    with workspace.current().tables() as tables:
        assert "I-8" in tables.invoices.invoice_id.to_list()


RECIPE = """
name: {name}
title: Our ledger
tables:
  events:
    columns:
      event_id: No
      happened_on: Day
      kind: {{constant: {kind}}}
      title: Text
"""


def test_mended_rows_are_read_by_the_recipe_that_came_from_elsewhere(workspace, tmp_path):
    recipe, ledger = tmp_path / "ledger.yaml", tmp_path / "export.csv"
    recipe.write_text(RECIPE.format(name="ledger", kind="policy"))
    ledger.write_text("No,Day,Text\nE-1,2024-01-05,Longer window\nE-2,soon,Shorter window\n")
    load(ledger, workspace, recipe=recipe)
    recipe.unlink()
    path = files_to_mend(workspace, tmp_path / "out")["export.csv"]
    mend(path, lambda row: row.update(Day="2024-02-01"))
    assert load(path, workspace).tables["events"].rows_now == 2


def test_recipe_from_elsewhere_does_not_replace_one_of_the_same_name(workspace, tmp_path):
    ledger = tmp_path / "export.csv"
    ledger.write_text("No,Day,Text\nE-1,2024-01-05,Longer window\nE-2,soon,Shorter window\n")
    for kind in ("policy", "market", "policy"):
        recipe = tmp_path / f"{kind}.yaml"
        recipe.write_text(RECIPE.format(name="ledger", kind=kind))
        load(ledger, workspace, recipe=recipe)
    kept = sorted((workspace.folder / "recipes").glob("*.yaml"))
    assert [path.stem for path in kept] == ["ledger", "ledger_2"]
    assert ["policy" in path.read_text() for path in kept] == [True, False]


def test_mended_file_is_read_with_the_date_order_and_decimal_mark_of_its_source(
    workspace, tmp_path
):
    header = INVOICE_COLUMNS.replace(",", ";")
    rows = "I-1;C-1;03/04/2024;25/04/2024;1.234,50;EUR\nI-2;C-9;03/04/2024;04/05/2024;1.234;EUR\n"
    files = write_company(tmp_path / "files", payments=None, invoices=header + rows)
    load(files, workspace)
    path = files_to_mend(workspace, tmp_path / "out")["invoices.csv"]
    # Alone, neither 03/04/2024 nor 1.234 says how it is meant.
    mend(path, lambda row: row.update(customer_id="C-1"))
    assert load(path, workspace).tables["invoices"].refused == 0
    with workspace.current().tables() as tables:
        [mended] = (
            tables.invoices.filter(tables.invoices.invoice_id == "I-2").to_pandas().itertuples()
        )
    assert (str(mended.issued_on)[:10], float(mended.amount)) == ("2024-04-03", 1234.0)


def test_formula_is_text_on_the_way_out_and_itself_again_on_the_way_in(workspace, tmp_path):
    names = ["=1+1", "'=1+1", "@SUM(A1)", "+44 20 1234", "-cmd", "\t=x", "O'Hara & Sons"]
    rows = "".join(f'K-{i},"{name}",retail,XYZ,2020-01-01,30\n' for i, name in enumerate(names))
    load(write_company(tmp_path / "files", customers=CUSTOMERS + rows), workspace)
    path = files_to_mend(workspace, tmp_path / "out")["customers.csv"]
    shown = [row["name"] for row in cells_of(path)]
    assert not any(name[0] in "=+-@\t\r" for name in shown)
    assert "O'Hara & Sons" in shown
    mend(path, lambda row: row.update(currency="EUR"))
    assert load(path, workspace).tables["customers"].accepted == len(names)
    with workspace.current().tables() as tables:
        loaded = dict(tables.customers.select("customer_id", "name").to_pandas().to_numpy())
    assert [loaded[f"K-{i}"] for i in range(len(names))] == [name.strip() for name in names]


@given(st.text(max_size=8))
def test_guard_is_undone_exactly(text):
    assert unguarded(guarded(text)) == text


@given(st.from_regex(r"\A[=+\-@\t\r\n].*", alphabet=st.characters(max_codepoint=0x250)))
def test_guarded_text_is_never_a_formula(text):
    shown = guarded(text)
    assert shown.startswith("'") or shown.lstrip("+-").replace(".", "").replace(",", "").isdigit()


def test_negative_amount_stays_a_number_in_the_file_to_mend():
    assert [guarded(t) for t in ("-5", "-5.00", "+1,000.50", "-")] == [
        "-5",
        "-5.00",
        "+1,000.50",
        "'-",
    ]


def test_surplus_cells_are_kept_and_stand_in_the_way_until_removed(workspace, tmp_path):
    bad = "I-9,C-1,2024-01-01,2024-01-31,5,EUR,who,knows\n"
    load(write_company(tmp_path / "files", invoices=INVOICES + bad), workspace)
    path = files_to_mend(workspace, tmp_path / "out")["invoices.csv"]
    assert json.loads(cells_of(path)[0]["_surplus"]) == ["who", "knows"]
    assert load(path, workspace).tables["invoices"].refused_by_rule == {"cell_count": 1}
    mend(path, lambda row: row.update(_surplus=""))
    assert load(path, workspace).tables["invoices"].accepted == 1


def test_withdrawn_rows_can_be_loaded_again_from_their_file(loaded, tmp_path):
    workspace = loaded
    first = "".join(CUSTOMERS.splitlines(keepends=True)[:2])
    only = write_company(tmp_path / "one", customers=first, invoices=None, payments=None)
    load(only, workspace, mode="replace")
    files = files_to_mend(workspace, tmp_path / "out")
    assert sorted(files) == ["invoices-withdrawn.csv", "payments-withdrawn.csv"]
    second = CUSTOMERS.replace(first.splitlines()[1] + "\n", "")
    more = write_company(tmp_path / "two", customers=second, invoices=None, payments=None)
    load(more, workspace)
    report = load(list(files.values()), workspace)
    assert {n: t.accepted for n, t in report.tables.items()} == {"invoices": 1, "payments": 1}


MESSY_NAME = "N" * 10_000
MESSY = "\r\n".join(
    [
        "customer_id;name;industry;currency;acquired_on;payment_terms_days",
        "C-1;Müller & Söhne;Handel;EUR;31/01/2020;30",
        '"C-2";"=HYPERLINK(""http://evil"";""x"")";Handel;EUR;01/02/2020;14',
        f"C-3;{MESSY_NAME};Handel;EUR;05/06/2020;14",
        "C-4;<script>alert(1)</script>;Handel;EUR;05/06/2020;",
        'C-5;"zwei\r\nZeilen";Handel;EUR;07/06/2020;14',
        f"C-6;{MESSY_NAME};Handel;EURO;05/06/2020;14",
        "Summe;;;;;102",
    ]
)
MESSY_INVOICES = "\r\n".join(
    [
        "invoice_id;customer_id;issued_on;due_on;amount;currency",
        "R-1;C-1;13/01/2024;12/02/2024;1.234,56;EUR",
        "R-2;C-2;14/01/2024;12/02/2024;-12,00;EUR",
        "R-3;C-3;02/03/2024;12/04/2024;7,5;EUR",
        "R-4;C-4;02/03/2024;12/04/2024;7,5;EUR",
        "R-5;C-5;32/03/2024;12/04/2024;7,5;EUR",
        "Gesamt;;;;1.245,06;",
    ]
)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16"])
def test_messy_export_is_accounted_for_row_by_row(workspace, tmp_path, encoding):
    files = write_company(
        tmp_path / "files",
        encoding=encoding,
        customers=MESSY,
        invoices=MESSY_INVOICES,
        payments=None,
    )
    report = load(files, workspace)
    customers, invoices = report.tables["customers"], report.tables["invoices"]
    assert (customers.rows_in, customers.accepted, customers.refused) == (7, 4, 3)
    assert customers.refused_by_rule == {
        "payment_terms_days_present": 1,
        "currency_is_a_code": 1,
        "currency_has_rate": 1,
        "totals_row": 1,
    }
    assert (invoices.rows_in, invoices.accepted, invoices.refused) == (6, 2, 4)
    assert invoices.refused_by_rule == {
        "amount_positive": 1,
        "customer_id_known": 1,
        "issued_on_readable": 1,
        "totals_row": 1,
    }
    assert (customers.set_aside, invoices.set_aside) == (1, 1)
    with workspace.current().tables() as tables:
        names = tables.customers.order_by("customer_id").name.to_list()
        amounts = tables.invoices.order_by("invoice_id").amount.to_list()
        issued = tables.invoices.order_by("invoice_id").issued_on.to_list()
    assert names[0] == "Müller & Söhne"
    assert names[1] == '=HYPERLINK("http://evil";"x")'
    assert names[2] == MESSY_NAME
    assert [str(a) for a in amounts] == ["1234.5600", "7.5000"]
    assert [str(day)[:10] for day in issued] == ["2024-01-13", "2024-03-02"]
    refused = workspace.refused()
    assert (refused.reason.str.len() < 1_000).all()
    long = refused[refused.rules.map(lambda rules: "currency_is_a_code" in rules)]
    assert json.loads(long.original.iloc[0])["name"] == MESSY_NAME


XERO = """*ContactName,*InvoiceNumber,*InvoiceDate,*DueDate,*Description,*Quantity,*UnitAmount,*AccountCode,*TaxType,Currency
Alder,X-1,13/01/2024,12/02/2024,Seeds,2,10.00,200,none,EUR
Alder,X-1,13/01/2024,12/02/2024,Soil,1,5.50,200,none,EUR
Birch,X-2,14/01/2024,12/01/2024,Seeds,1,10.00,200,none,EUR
Birch,X-2,14/01/2024,12/01/2024,Pots,3,1.00,200,none,EUR
"""  # noqa: E501


def test_record_of_several_lines_is_refused_and_given_back_with_all_of_them(workspace, tmp_path):
    (tmp_path / "export.csv").write_text(XERO)
    report = load(tmp_path / "export.csv", workspace)
    assert report.files[0]["recipe"] == "xero_invoices"
    counts = {n: (t.rows_in, t.refused) for n, t in report.tables.items() if n != "products"}
    assert counts == {"customers": (2, 1), "invoices": (2, 1), "invoice_lines": (4, 2)}
    refused = workspace.refused().set_index("table")
    assert list(refused.loc["invoices", "rows"]) == [4, 5]
    lines = json.loads(refused.loc["invoices", "original"])
    assert [line["*Description"] for line in lines] == ["Seeds", "Pots"]
    path = files_to_mend(workspace, tmp_path / "out")["export.csv"]
    rows = cells_of(path)
    assert [(row["_row"], row["*Description"]) for row in rows] == [("4", "Seeds"), ("5", "Pots")]
    assert rows[0]["_rules"].split() == [
        "customer_id_known",
        "due_on_or_after_issue",
        "invoice_id_known",
        "payment_terms_days_not_negative",
    ]
    mend(path, lambda row: row.update({"*DueDate": "12/02/2024"}))
    again = load(path, workspace)
    assert {n: t.refused for n, t in again.tables.items() if t.rows_in and t.refused} == {}
    assert again.tables["invoices"].rows_now == 2
    assert again.tables["invoice_lines"].rows_now == 4


def test_row_that_a_mapping_forgets_is_refused_and_not_lost(workspace, tmp_path, monkeypatch):
    real = load_module.apply

    def forgetful(*arguments):
        mapped = real(*arguments)
        tables = {n: t.filter(t["_row"] != 3) for n, t in mapped.tables.items()}
        return dataclasses.replace(mapped, tables=tables)

    monkeypatch.setattr(load_module, "apply", forgetful)
    files = write_company(tmp_path / "files", customers=None, payments=None)
    report = load(files / "invoices.csv", workspace)
    invoices = report.tables["invoices"]
    assert (invoices.rows_in, invoices.refused_by_rule["row_mapped"]) == (3, 1)
    assert any("no place for 1 of its rows" in warning for warning in report.warnings)
    [forgotten] = [r for r in workspace.refused().itertuples() if r.rules[0] == "row_mapped"]
    assert json.loads(forgotten.original)["invoice_id"] == "I-2"


def test_account_that_does_not_add_up_stops_the_import():
    with pytest.raises(AccountingError, match="3 rows came in, but 1 were accepted and 1 refused"):
        TableReport(rows_in=3, accepted=1, refused=1).check("invoices")


CELLS = {
    "invoice_id": ["I-1", "I-1", "I-2", "I-3", "", "Total", "=I"],
    "customer_id": ["C-1", "C-1", "C-2", "C-9", ""],
    "issued_on": ["2024-01-01", "2024-01-01", "2024-05-05", "2024-13-01", "soon", ""],
    "due_on": ["2024-01-31", "2024-01-31", "2023-01-01", ""],
    "amount": ["5.00", "5.00", "-5.00", "0", "x", "", "1.234567", "99999999999999999999"],
    "currency": ["EUR", "EUR", "USD", "euro", ""],
}
dirty_rows = st.lists(
    st.tuples(*(st.sampled_from(cells) for cells in CELLS.values())).flatmap(
        lambda row: st.sampled_from([row, row, row, (*row, "surplus"), row[:3]])
    ),
    min_size=1,
    max_size=40,
)


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=dirty_rows)
def test_every_row_is_accepted_or_refused_with_a_reason_and_loads_once_mended(
    rows, tmp_path_factory
):
    folder = tmp_path_factory.mktemp("law")
    workspace = Workspace.create(folder / "workspace")
    lines = "".join(",".join(row) + "\n" for row in rows)
    texts = {"payments": None, "invoices": INVOICE_COLUMNS + lines}
    report = load(write_company(folder / "files", **texts), workspace, currency="EUR")
    invoices = report.tables["invoices"]
    refused = workspace.refused()
    assert invoices.rows_in == len(rows) == invoices.accepted + invoices.refused
    assert invoices.refused == len(refused)
    assert refused.reason.str.startswith("Refused because ").all()
    assert (refused.rules.map(len) > 0).all()
    assert sum(invoices.refused_by_rule.values()) == refused.rules.map(len).sum()
    with workspace.current().tables() as tables:
        kept = tables["invoices"].count().execute() if "invoices" in tables else 0
    assert kept == invoices.accepted
    if not len(refused):
        return
    path = files_to_mend(workspace, folder / "out")["invoices.csv"]
    numbers = iter(range(100))

    def change(row):
        row.update(zip(CELLS, [f"M-{next(numbers)}", "C-1", "2024-01-01", "2024-02-01", "5", "EUR"],
                       strict=True), _surplus="")  # fmt: skip

    again = load(mend(path, change), workspace).tables["invoices"]
    assert (again.rows_in, again.accepted) == (len(refused), len(refused))
