import ibis
import pytest

from warehouse.files import stage
from warehouse.mapping import guess, guess_recipe
from warehouse.mapping_words import COLUMN_WORDS, TABLE_WORDS
from warehouse.recipe import apply, parse_recipe, recipe_text
from warehouse.tables import TABLES

ENGLISH = """Inv. No,Client,Date,Due Date,Total Amount,Curr,Date Paid,Memo
1001,Brightwater,13/06/2025,13/07/2025,"1,200.00",GBP,20/06/2025,x
1002,Orrin,14/06/2025,14/07/2025,80.50,GBP,,x
"""
GERMAN = """Rechnungsnr;Kundennummer;Rechnungsdatum;Fälligkeit;Bruttobetrag;Währung;Zahlungsdatum
R-1;K-7;13.06.2025;13.07.2025;1.200,00;EUR;20.06.2025
R-2;K-8;14.06.2025;14.07.2025;80,50;EUR;
"""
FRENCH = """N° facture;Code client;Date de facturation;Échéance;Montant TTC;Devise;Date de règlement
F1;C7;13/06/2025;13/07/2025;1 200,00;EUR;20/06/2025
F2;C8;14/06/2025;14/07/2025;80,50;EUR;
"""
SPANISH = """Número de factura;Cliente;Fecha de emisión;Vencimiento;\
Importe total;Moneda;Fecha de pago
F1;C7;13/06/2025;13/07/2025;1.200,00;EUR;20/06/2025
F2;C8;14/06/2025;14/07/2025;80,50;EUR;
"""
LINES = """InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID
536365,85123A,HOLDER,6,2010-12-01 08:26:00,2.55,17850
536365,71053,LANTERN,6,2010-12-01 08:26:00,3.39,17850
536366,85123A,HOLDER,2,2010-12-01 08:28:00,2.55,17850
536367,71053,LANTERN,1,2010-12-02 08:34:00,3.39,13047
"""


@pytest.fixture(scope="module")
def engine():
    return ibis.duckdb.connect()


@pytest.fixture
def put(tmp_path):
    def put(text, name="export.csv"):
        (tmp_path / name).write_text(text)
        [staged] = stage(tmp_path / name, tmp_path / "staged")
        return staged

    return put


@pytest.mark.parametrize("text", [ENGLISH, GERMAN, FRENCH, SPANISH])
def test_ledger_in_any_of_four_languages_is_mapped_and_loads(put, engine, text):
    staged = put(text)
    guesses = guess(staged, engine)
    found = {g.target: g.column for g in guesses if g.table == "invoices"}
    assert found == dict(
        zip(
            ("invoice_id", "customer_id", "issued_on", "due_on", "amount", "currency"),
            staged.columns,
            strict=False,
        )
    )
    recipe = guess_recipe(staged, engine)
    result = apply(recipe, staged, engine)
    tables = {name: t.order_by("_row").to_pyarrow() for name, t in result.tables.items()}
    assert [float(n) for n in tables["invoices"]["amount"].to_pylist()] == [1200, 80.5]
    assert len(tables["payments"]) == 1
    assert tables["customers"]["payment_terms_days"].to_pylist() == [30, 30]


def test_guess_says_how_sure_it_is_and_why(put, engine):
    guesses = guess(put(GERMAN), engine)
    [due] = [g for g in guesses if g.target == "due_on"]
    assert due.confidence > 0.9
    assert due.why == "Called like “faelligkeit”; 100% of its values are dates."
    assert all(0 <= g.confidence <= 1 and g.why for g in guesses)


def test_column_nothing_fits_is_shown_as_such(put, engine):
    guesses = guess(put(ENGLISH), engine)
    [memo] = [g for g in guesses if g.column == "Memo"]
    assert (memo.table, memo.confidence) == ("", 0)


def test_values_that_are_no_dates_speak_against_a_date(put, engine):
    text = "Invoice Number,Customer,Invoice Date,Due Date,Amount\n1,A,soon,2024-01-31,5.50\n"
    guesses = guess(put(text), engine)
    assert "issued_on" not in {g.target for g in guesses if g.column == "Invoice Date"}


def test_rows_that_are_lines_become_invoices_of_several_lines(put, engine):
    staged = put(LINES)
    recipe = guess_recipe(staged, engine)
    assert set(recipe.tables) == {"invoice_lines", "invoices", "customers", "products"}
    assert recipe.tables["invoices"].one_row_per == ("InvoiceNo",)
    assert "due_on" not in recipe.tables["invoices"].columns


def test_name_of_the_file_tells_accounts_from_subscriptions(put, engine):
    text = "id,account_name,industry,country,signup_date\n1,A,retail,DE,2024-01-31\n"
    guesses = guess(put(text, "accounts.csv"), engine)
    found = {g.column: (g.table, g.target) for g in guesses}
    assert found["id"] == ("customers", "customer_id")
    assert found["signup_date"] == ("customers", "acquired_on")


@pytest.mark.parametrize("table", TABLES)
def test_canonical_file_is_its_own_guess(put, engine, table):
    columns = TABLES[table].columns
    sample = {"text": "a", "int": "3", "number": "1.5", "money": "1.50", "bool": "true"}
    sample |= {"date": "2024-01-31", "month": "2024-01-01"}
    row = [
        {"currency": "EUR", "country": "DE"}.get(name) or (c.allowed or (sample[c.dtype],))[0]
        for name, c in columns.items()
    ]
    staged = put(",".join(columns) + "\n" + ",".join(row) + "\n", f"{table}.csv")
    found = {(g.column, g.table, g.target) for g in guess(staged, engine)}
    assert {(name, table, name) for name in columns} <= found


def test_recipe_of_guesses_can_be_saved_and_read(put, engine):
    recipe = guess_recipe(put(LINES), engine, name="shop")
    assert parse_recipe(recipe_text(recipe)) == recipe


def test_words_are_for_columns_and_tables_that_exist():
    assert set(TABLE_WORDS) == set(TABLES)
    names = {name for schema in TABLES.values() for name in schema.columns}
    for key in COLUMN_WORDS:
        table, _, column = key.rpartition(".")
        assert column in (TABLES[table].columns if table else names)


@pytest.mark.reference("ibm_ar/*.parquet")
def test_ibm_export_is_mapped_without_a_recipe(reference_file, tmp_path, engine):
    [staged] = stage(reference_file, tmp_path)
    result = apply(guess_recipe(staged, engine), staged, engine, {"currency": "USD"})
    counts = {name: table.count().execute() for name, table in result.tables.items()}
    assert counts == {"invoices": 2466, "customers": 100, "payments": 2466}
