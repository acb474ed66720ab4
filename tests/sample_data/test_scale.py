from decimal import Decimal

import duckdb
import pytest

from sample_data.scale import BOOKS_CLOSED, BOOKS_OPENED, write_scale
from warehouse.load import load
from warehouse.workspace import Workspace

CUSTOMERS, INVOICES = 500, 20_000
TABLES = ("customers", "fx_rates", "invoices", "payments", "adjustments")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scale")
    rows = write_scale(folder, customers=CUSTOMERS, invoices=INVOICES, seed=7, wrong_every=1_000)
    return folder, rows


def ask(folder, query, kind="parquet"):
    """What DuckDB answers when the files are its tables."""
    with duckdb.connect() as con:
        for name in TABLES:
            con.execute(f"CREATE VIEW {name} AS FROM '{folder / name}.{kind}'")
        return con.execute(query).fetchall()


def test_sizes_are_those_asked_for_and_told(files):
    folder, rows = files
    assert tuple(rows) == TABLES
    assert (rows["customers"], rows["invoices"]) == (CUSTOMERS, INVOICES)
    for name, n in rows.items():
        assert ask(folder, f"SELECT count(*) FROM {name}") == [(n,)]


def test_the_importer_refuses_what_is_wrong_and_nothing_else(files, tmp_path):
    folder, rows = files
    report = load(folder, Workspace.create(tmp_path / "workspace"))
    assert report.errors == []
    assert report.currency == "EUR"
    refused = {name: dict(table.refused_by_rule) for name, table in report.tables.items()}
    [(unknown,)] = ask(folder, "SELECT count(*) FROM invoices WHERE customer_id = 'C-unknown'")
    lost = "WHERE invoice_id IN (SELECT invoice_id FROM invoices WHERE customer_id = 'C-unknown')"
    [(orphans,)] = ask(folder, f"SELECT count(*) FROM payments {lost}")
    [(early,)] = ask(
        folder,
        "SELECT count(*) FROM payments SEMI JOIN (FROM invoices WHERE customer_id <> 'C-unknown') "
        "USING (invoice_id) WHERE paid_on < DATE '2021-01-01'",
    )
    assert unknown > 5
    assert early > 5
    assert refused["invoices"] == {"customer_id_known": unknown}
    assert refused["payments"] == {"invoice_id_known": orphans, "paid_on_or_after_issue": early}
    assert refused["customers"] == refused["fx_rates"] == {}
    assert set(refused["adjustments"]) <= {"invoice_id_known"}
    for name, table in report.tables.items():
        assert table.accepted + table.refused == table.rows_in == rows[name]


def test_nothing_happens_before_the_books_open_or_after_they_close(files):
    folder, _rows = files
    [(first, last)] = ask(folder, "SELECT min(issued_on), max(issued_on) FROM invoices")
    assert (first, last) == (BOOKS_OPENED, BOOKS_CLOSED)
    [(paid, completed)] = ask(
        folder,
        "SELECT (SELECT max(paid_on) FROM payments), max(greatest(requested_on, completed_on)) "
        "FROM adjustments",
    )
    assert max(paid, completed) <= BOOKS_CLOSED


BALANCES = """
SELECT amount, coalesce(paid, 0) AS paid, coalesce(taken_off, 0) AS taken_off, n_payments,
       last_paid_on, issued_on, due_on, customer_id
FROM invoices
LEFT JOIN (SELECT invoice_id, sum(amount) AS paid, count(*) AS n_payments,
                  max(paid_on) AS last_paid_on FROM payments GROUP BY ALL) USING (invoice_id)
LEFT JOIN (SELECT invoice_id, sum(amount) AS taken_off FROM adjustments GROUP BY ALL)
USING (invoice_id)
"""


def test_no_invoice_receives_more_than_it_is_for(files):
    folder, _rows = files
    assert ask(folder, f"SELECT count(*) FROM ({BALANCES}) WHERE paid + taken_off > amount") == [
        (0,)
    ]


def test_figures_are_those_of_a_living_company(files):
    folder, _rows = files
    [(open_share, parted, written_off, late, days)] = ask(
        folder,
        f"""SELECT sum(amount - paid - taken_off) / sum(amount), avg((n_payments > 1)::INT),
                   avg((paid < 0.5 * amount AND taken_off > 0)::INT),
                   avg((last_paid_on > due_on)::INT), median(last_paid_on - issued_on)
            FROM ({BALANCES}) WHERE due_on < DATE '2025-06-30'""",
    )
    assert open_share == 0
    assert 0.05 < parted < 0.09
    assert 0.02 < written_off < 0.05
    assert 0.25 < late < 0.65
    assert 20 < days < 50
    [(owed,)] = ask(
        folder,
        f"""SELECT sum(amount - paid - taken_off) / sum(amount) * 365
            FROM ({BALANCES}) WHERE issued_on > DATE '2024-12-31'""",
    )
    assert 30 < owed < 80  # days of sales


def test_customers_differ_in_how_late_they_pay(files):
    folder, _rows = files
    [(within, between)] = ask(
        folder,
        f"""SELECT avg(spread), stddev(delay) FROM (
            SELECT avg(last_paid_on - due_on) AS delay, stddev(last_paid_on - due_on) AS spread
            FROM ({BALANCES}) WHERE n_payments = 1 AND issued_on < DATE '2025-07-01'
              AND last_paid_on > issued_on GROUP BY customer_id HAVING count(*) > 5)""",
    )
    assert between > within


def test_the_same_seed_gives_the_same_rows_in_either_kind(files, tmp_path):
    folder, rows = files
    sizes = {"customers": CUSTOMERS, "invoices": INVOICES, "wrong_every": 1_000}
    again = write_scale(tmp_path / "again", seed=7, **sizes)
    text = write_scale(tmp_path / "text", kind="csv", seed=7, **sizes)
    other = write_scale(tmp_path / "other", seed=8, **sizes)
    assert rows == again == text != other
    for name in TABLES:
        wanted = ask(folder, f"SELECT * FROM {name}")
        assert ask(tmp_path / "again", f"SELECT * FROM {name}") == wanted
        assert plain(ask(tmp_path / "text", f"SELECT * FROM {name}", "csv")) == plain(wanted)


def plain(rows):
    """Rows with decimals as the numbers they are, for a CSV file has no types."""
    return [[float(cell) if isinstance(cell, Decimal) else cell for cell in row] for row in rows]


@pytest.mark.parametrize(
    "said", [{"customers": 0}, {"invoices": -1}, {"kind": "xlsx"}, {"currencies": ("XTS",)}]
)
def test_what_cannot_be_written_is_refused_in_words(said, tmp_path):
    with pytest.raises(ValueError, match=r"State sizes|Choose among"):
        write_scale(tmp_path, **{"customers": 5, "invoices": 5, "seed": 1, **said})
    assert not list(tmp_path.iterdir())
