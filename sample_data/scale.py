"""The company at the size of a large one: millions of invoices in a minute, straight to files.

The simulator draws every customer's reasons and takes its time; this mode draws only what an
import, a benchmark or a stress test needs. Nothing is held in memory: each table is a query
over numbers counted up, and whatever a row needs of another row (an invoice of its customer,
a payment of its invoice) is worked out again from that row's number.
"""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import duckdb

__all__ = ["BOOKS_CLOSED", "BOOKS_OPENED", "write_scale"]

#: First day of an invoice, and the last day of anything.
BOOKS_OPENED = dt.date(2021, 1, 1)
BOOKS_CLOSED = dt.date(2025, 12, 31)

# With what writing Parquet takes beside it, this stays well under 2 GiB.
ENGINE = {"memory_limit": "1GB", "threads": 2}
# Rounded as a bank would give them; the first currency is the one reported in.
RATES = {"EUR": 1.0, "GBP": 1.15, "USD": 0.92, "CHF": 1.05, "SEK": 0.09}

# What a customer is and how an invoice ends follow from its number, what is drawn and the seed.
# Customers differ in size, terms and habit: most pay about when due, one in ten pays weeks
# late and one in fifty a quarter late; the largest are fifty times as large as the smallest.
MACROS = """
CREATE MACRO among(n, what, many) AS (hash(n, what, {seed}) % many)::INTEGER;
CREATE MACRO draw(n, what) AS among(n, what, 1000000)::DOUBLE / 1000000;
CREATE MACRO customer_id(n) AS 'C-' || lpad(n::VARCHAR, 8, '0');
CREATE MACRO currency_of(n) AS {currencies}[1 + among(n, 'currency', {n_currencies})];
CREATE MACRO terms_of(n) AS [14, 30, 30, 45, 60][1 + among(n, 'terms', 5)];
CREATE MACRO size_of(n) AS exp(4 + 4 * draw(n, 'size'));
CREATE MACRO delay_of(n) AS CASE WHEN draw(n, 'habit') < 0.02 THEN 90
    WHEN draw(n, 'habit') < 0.12 THEN 25 ELSE -10 + 12 * draw(n, 'delay') END;
CREATE MACRO is_wrong(n, what) AS {wrong_every} > 0 AND among(n, what, {one_of}) = 0;
"""
CUSTOMERS = """
SELECT customer_id(n) AS customer_id, 'Customer ' || md5(n::VARCHAR)[:12] || ' Ltd' AS name,
       ['retail', 'energy', 'health', 'public', 'software'][1 + n % 5] AS industry,
       3 + (size_of(n) / 5)::BIGINT AS employees,
       ['DE', 'FR', 'GB', 'US'][1 + among(n, 'country', 4)] AS country,
       currency_of(n) AS currency, DATE '2015-01-01' + among(n, 'acquired', 2190) AS acquired_on,
       terms_of(n) AS payment_terms_days
FROM range({customers}) t(n)
"""
# Delays are skewed as real ones are (Gumbel): few far early, some far late.
BOOK = """
CREATE VIEW book AS
SELECT i, n, 'INV-' || lpad(i::VARCHAR, 9, '0') AS invoice_id, issued_on,
       issued_on + terms_of(n) AS due_on,
       round(size_of(n) * (0.3 + 1.7 * draw(i, 'amount')) + 5, 2)::DECIMAL(18, 2) AS amount,
       issued_on + greatest(1, terms_of(n) + delay_of(n)
           - 6 * ln(-ln(0.0005 + 0.999 * draw(i, 'when'))))::INTEGER AS paid_on,
       CASE WHEN fate < 0.88 THEN 'whole' WHEN fate < 0.95 THEN 'in parts'
            WHEN fate < 0.965 THEN 'in part' WHEN fate < 0.98 THEN 'credited'
            ELSE 'never' END AS ends
FROM (SELECT i, hash(i, 'customer', {seed}) % {customers} AS n, draw(i, 'fate') AS fate,
             DATE '{opened}' + among(i, 'day', {days}) AS issued_on
      FROM range({invoices}) t(i))
"""
INVOICES = """
SELECT invoice_id,
       CASE WHEN is_wrong(i, 'invoice') THEN 'C-unknown' ELSE customer_id(n) END AS customer_id,
       issued_on, due_on, amount, currency_of(n) AS currency,
       ['email', 'portal', 'edi', 'paper'][1 + among(i, 'channel', 4)] AS channel
FROM book
"""
# Parts: three tenths first, and the rest two to eight weeks later, or not at all.
PAYMENTS = """
SELECT 'PAY-' || lpad((2 * i + part)::VARCHAR, 10, '0') AS payment_id, invoice_id,
       CASE WHEN is_wrong(2 * i + part, 'payment') THEN DATE '2001-01-01'
            ELSE paid_on END AS paid_on,
       amount, ['card', 'bank_transfer', 'direct_debit'][1 + among(i, 'method', 3)] AS method
FROM (SELECT i, part, invoice_id,
             paid_on + (part * (14 + among(i, 'rest', 42)))::INTEGER AS paid_on,
             CASE WHEN ends = 'whole' THEN amount
                  WHEN ends = 'credited' THEN amount - round(amount * 0.2, 2)
                  WHEN part = 0 THEN round(amount * 0.3, 2)
                  ELSE amount - round(amount * 0.3, 2) END AS amount
      FROM book, range(2) p(part)
      WHERE ends <> 'never' AND (part = 0 OR ends = 'in parts'))
WHERE paid_on <= DATE '{closed}'
"""
# Half a year after its due date what is still open is written off.
ADJUSTMENTS = """
SELECT 'ADJ-' || lpad(i::VARCHAR, 9, '0') AS adjustment_id, invoice_id, kind, requested_on,
       CASE WHEN requested_on + 3 <= DATE '{closed}' THEN requested_on + 3 END AS completed_on,
       CASE WHEN ends = 'credited' THEN round(amount * 0.2, 2)
            WHEN ends = 'in part' THEN amount - round(amount * 0.3, 2)
            ELSE amount END::DECIMAL(18, 2) AS amount,
       CASE WHEN ends = 'credited' THEN 'complaint upheld' ELSE 'uncollectible' END AS reason
FROM (SELECT *, CASE WHEN ends = 'credited' THEN 'credit_note' ELSE 'write_off' END AS kind,
             CASE WHEN ends = 'credited' THEN issued_on + 5 + among(i, 'complaint', 20)
                  ELSE due_on + 180 END AS requested_on
      FROM book WHERE ends IN ('credited', 'in part', 'never'))
WHERE requested_on <= DATE '{closed}'
"""
FX_RATES = """
SELECT c.currency, (DATE '{opened}' + to_months(m::INTEGER))::DATE AS month,
       c.rate AS to_reporting
FROM (VALUES {rates}) c(currency, rate), range({months}) t(m)
"""

#: Parents before the tables that point at them.
QUERIES = {
    "customers": CUSTOMERS,
    "fx_rates": FX_RATES,
    "invoices": INVOICES,
    "payments": PAYMENTS,
    "adjustments": ADJUSTMENTS,
}


def write_scale(
    folder: str | Path,
    *,
    customers: int = 1_000_000,
    invoices: int = 10_000_000,
    kind: Literal["parquet", "csv"] = "parquet",
    seed: int = 7,
    currencies: Sequence[str] = ("EUR", "GBP", "USD"),
    wrong_every: int = 100_000,
) -> dict[str, int]:
    """Write customers, rates, invoices, payments and adjustments of a company of any size.

    Customers differ in size, terms and in how late they pay. Most invoices are paid whole,
    some in two parts, some only in part or never until they are written off, and some are partly
    credited; what would have happened after `BOOKS_CLOSED` has not happened.

    Parameters
    ----------
    folder : path
        Made if needed; one file a table.
    customers, invoices : int
    kind : {"parquet", "csv"}
    seed : int
        The same seed and sizes give the same rows, with the same version of DuckDB.
    currencies : sequence of str
        One or more of EUR, GBP, USD, CHF, SEK; rates convert to EUR.
    wrong_every : int
        One invoice in this many names no known customer, and one payment in this many was made
        before its invoice; 0 for none. So that refusing is part of what is measured.

    Returns
    -------
    dict of str to int
        Rows of each table, parents first.

    Raises
    ------
    ValueError
        If a size is not positive, a currency has no rate here, or `kind` is another.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     rows = write_scale(folder, customers=50, invoices=1_000, seed=7)
    >>> rows["customers"], rows["invoices"], rows["payments"] > 800
    (50, 1000, True)
    """
    if customers < 1 or invoices < 1 or wrong_every < 0 or kind not in ("parquet", "csv"):
        raise ValueError(
            f"{customers} customers with {invoices} invoices as {kind}, wrong every {wrong_every}, "
            "cannot be written. State sizes above zero, and parquet or csv."
        )
    if unknown := [code for code in currencies if code not in RATES] or not currencies:
        raise ValueError(f"No rate is known for {unknown}. Choose among {', '.join(RATES)}.")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    how = "FORMAT parquet, COMPRESSION zstd" if kind == "parquet" else "FORMAT csv, HEADER"
    drawn = {
        "seed": int(seed),
        "customers": int(customers),
        "invoices": int(invoices),
        "currencies": list(currencies),
        "n_currencies": len(currencies),
        "rates": ", ".join(f"('{code}', {RATES[code]})" for code in dict.fromkeys(currencies)),
        "wrong_every": int(wrong_every),
        "one_of": max(int(wrong_every), 1),
        "opened": BOOKS_OPENED,
        "closed": BOOKS_CLOSED,
        "days": (BOOKS_CLOSED - BOOKS_OPENED).days + 1,
        "months": 12 * (BOOKS_CLOSED.year - BOOKS_OPENED.year + 1),
    }
    with duckdb.connect(config=ENGINE) as con:
        con.execute("SET enable_progress_bar = false")
        con.execute(MACROS.format(**drawn))
        con.execute(BOOK.format(**drawn))
        return {
            name: _copied(con, query.format(**drawn), folder / f"{name}.{kind}", how)
            for name, query in QUERIES.items()
        }


def _copied(con: duckdb.DuckDBPyConnection, query: str, path: Path, how: str) -> int:
    """Write the rows of `query` to `path` and count them."""
    quoted = str(path).replace("'", "''")
    return con.execute(f"COPY ({query}) TO '{quoted}' ({how})").fetchone()[0]
