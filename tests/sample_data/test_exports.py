import json
import shutil
from collections import Counter
from decimal import Decimal
from functools import cache

import pandas as pd
import pytest

from sample_data import generate
from sample_data.exports import EXPORTS, NEEDED, write_exports
from warehouse.load import load
from warehouse.workspace import Workspace

SEED = 11


@pytest.fixture(scope="module")
def books():
    return generate(7, 60, 12).tables


@pytest.fixture(scope="module")
def exports(books, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exports")
    return folder, write_exports(books, folder, seed=SEED)


def loaded(folder, account, workspace):
    """The reports of an export's steps, each with the account of the files it loaded."""
    for step in account["steps"]:
        how = dict(step["with"])
        if how.get("recipe", "").endswith(".yaml"):
            how["recipe"] = folder / how["recipe"]
        report = load([folder / file for file in step["files"]], workspace, **how)
        yield report, [account["files"][file] for file in step["files"]]


def expected(files):
    """Per table what the files of one import bring together."""
    tables = {}
    for file in files:
        for name, entry in file["tables"].items():
            rules = tables.setdefault(name, (Counter(), Counter()))
            rules[0].update({"rows_in": entry["rows_in"], "accepted": entry["accepted"]})
            rules[1].update(entry["refused_by_rule"])
    return tables


@pytest.fixture(scope="module")
def import_of(exports, tmp_path_factory):
    """Imports an export, once for all tests: its account, the workspace and the reports."""
    folder, accounts = exports

    @cache
    def of(export):
        workspace = Workspace.create(tmp_path_factory.mktemp(export) / "workspace")
        account = accounts[export]
        return account, workspace, list(loaded(folder / export, account, workspace))

    return of


@pytest.fixture(params=EXPORTS)
def imported(request, import_of):
    return import_of(request.param)


def test_exactly_what_the_account_names_is_refused(imported):
    _account, _workspace, steps = imported
    for report, files in steps:
        assert report.errors == []
        found = {
            name: ({"rows_in": t.rows_in, "accepted": t.accepted}, t.refused_by_rule)
            for name, t in report.tables.items()
        }
        assert found == {name: (dict(n), dict(r)) for name, (n, r) in expected(files).items()}


def test_every_row_is_accepted_or_refused(imported):
    account, _workspace, steps = imported
    for report, _files in steps:
        for table in report.tables.values():
            assert table.rows_in == table.accepted + table.refused
    counted = Counter()
    for report, _files in steps:
        for file in report.files:
            counted[file["name"]] += file["rows"]  # a workbook is listed once a sheet
    assert counted == {name: file["rows"] for name, file in account["files"].items()}


def test_accepted_amounts_add_up_to_those_written(imported):
    account, workspace, _steps = imported
    written = Counter()
    for file in account["files"].values():
        for name, entry in file["tables"].items():
            if "accepted_amount" in entry:
                written[name] += Decimal(entry["accepted_amount"])
    with workspace.current().tables() as tables:
        for name, amount in written.items():
            kept = tables[name].amount.sum().to_pandas() if name in tables else None
            assert (kept or Decimal(0)) == amount


def test_every_kind_of_fault_is_among_the_refused(exports):
    # The rules that a file of canonical names can break, in the words of warehouse/tables.py.
    messy = exports[1]["messy"]["files"].values()
    broken = {rule for f in messy for t in f["tables"].values() for rule in t["refused_by_rule"]}
    assert broken >= {
        "amount_positive", "amount_readable", "blank_row", "cell_count", "currency_has_rate",
        "currency_is_a_code", "customer_id_known", "invoice_id_known", "invoice_id_unique",
        "method_allowed", "paid_on_or_after_issue", "totals_row",
    }  # fmt: skip


# Exports of whole books, and the currency of those that hold one country's.
WHOLE = {"german_erp": "EUR", "xero": "GBP", "stripe": None, "workbook": "EUR", "messy": None}


@pytest.mark.parametrize("export", WHOLE)
def test_the_invoices_of_the_company_come_through_unchanged(export, import_of, books):
    _account, workspace, _steps = import_of(export)
    with workspace.current().tables() as tables:
        found = tables["invoices"].select("invoice_id", "issued_on", "due_on", "amount").to_pandas()
    found["invoice_id"] = found["invoice_id"].str.removeprefix("in_")
    found = found.set_index("invoice_id")
    source = books["invoices"].set_index("invoice_id")
    if WHOLE[export] in set(source["currency"]):
        source = source[source["currency"] == WHOLE[export]]
    both = source.join(found, rsuffix="_found", how="inner")
    # What is missing was withdrawn by its seller, or given twice or with a customer who was.
    assert len(both) > 0.85 * len(source)
    assert (both["amount"].round(2) == both["amount_found"].astype(float)).all()
    for day in ("issued_on", "due_on"):
        assert (pd.to_datetime(both[day]) == pd.to_datetime(both[f"{day}_found"])).all()


def test_account_is_written_beside_the_files(exports):
    folder, accounts = exports
    assert json.loads((folder / "what_is_wrong.json").read_text(encoding="utf-8")) == accounts


def test_the_same_seed_writes_the_same_bytes(books, exports, tmp_path):
    folder, _accounts = exports
    write_exports(books, tmp_path, seed=SEED)
    files = sorted(p.relative_to(folder) for p in folder.rglob("*") if p.is_file())
    assert files == sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("*") if p.is_file())
    assert [f for f in files if (folder / f).read_bytes() != (tmp_path / f).read_bytes()] == []


def test_the_files_have_the_quirks_they_are_named_for(exports):
    folder, _accounts = exports
    german = (folder / "german_erp" / "rechnungen.csv").read_bytes()
    assert "Währung;".encode("cp1252") in german
    assert german.splitlines()[-1].startswith(b"Summe;")
    messy = (folder / "messy" / "customers.csv").read_bytes()
    assert messy.startswith(b"\xef\xbb\xbf")
    assert b"\r\n\r\n" in messy
    assert max(map(len, messy.decode("utf-8-sig").split(","))) >= 9_999
    aging = (folder / "quickbooks_aging" / "ar_aging_detail.csv").read_text().splitlines()
    assert aging[0].startswith("A/R Aging Detail")
    assert aging[4].split(",")[1:3] == ["Date", "Transaction type"]


def test_missing_table_is_named(books, tmp_path):
    with pytest.raises(ValueError, match="tickets is missing"):
        write_exports({n: books[n] for n in NEEDED if n != "tickets"}, tmp_path, seed=1)


STRIPE = (
    "id,Created (UTC),Amount,Amount Refunded,Currency,Status,Customer ID,Invoice ID,"
    "Payment Source Type\n"
    "ch_1,2030-01-02 10:00,50.00,0.00,eur,Paid,cus_1,{invoice},card\n"
    "ch_2,2030-01-02 10:00,{amount},0.00,eur,Paid,cus_1,{invoice},card\n"
)


@pytest.mark.parametrize(
    ("amount", "rule"),
    [
        ("-20.00", "amount_positive"),
        ("n/a", "amount_readable"),
    ],
)
def test_payment_that_was_not_refunded_is_not_called_refunded_or_empty(
    amount, rule, import_of, tmp_path
):
    _account, imported, _steps = import_of("german_erp")
    workspace = Workspace.open(shutil.copytree(imported.folder, tmp_path / "workspace"))
    with workspace.current().tables() as tables:
        [invoice] = tables["invoices"].invoice_id.to_pandas().head(1)
    path = tmp_path / "charges.csv"
    path.write_text(STRIPE.format(invoice=invoice, amount=amount))
    report = load(path, workspace, recipe="stripe_payments")
    assert report.errors == []
    assert report.tables["payments"].accepted == 1
    assert report.tables["payments"].refused_by_rule == {rule: 1}


def test_payment_whose_amount_cannot_be_read_is_refused_and_not_passed_over(tmp_path):
    # Without it, the second invoice would be loaded whole and unpaid, and nothing would say so.
    path = tmp_path / "list.csv"
    path.write_text(
        "Num,Customer,Date,Due Date,Amount,Open Balance,Paid Date\n"
        "1,Acme,06/01/2025,06/30/2025,100.00,0.00,06/20/2025\n"
        "2,Acme,06/13/2025,07/13/2025,500.00,n/a,06/21/2025\n"
    )
    workspace = Workspace.create(tmp_path / "workspace")
    report = load(path, workspace, recipe="quickbooks_invoices", currency="USD")
    assert report.errors == []
    assert report.refused == 1
