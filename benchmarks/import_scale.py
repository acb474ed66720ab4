"""Import at the size of a large company, measured: peak memory, CPU and rows a second.

    python -m benchmarks.import_scale --kind parquet
    python -m benchmarks.import_scale --kind csv --customers 1000000

Makes customers, invoices and payments in `--folder` (kept for the next run unless `--clean`),
imports them with the command line in a process of its own, and prints what that process took.
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

# One row in a hundred thousand is wrong, so that refusing is part of what is measured.
CUSTOMERS = """
SELECT 'C-' || lpad(i::VARCHAR, 8, '0') AS customer_id,
       'Customer ' || md5(i::VARCHAR)[:12] || ' Ltd' AS name,
       ['retail', 'energy', 'health', 'public', 'software'][1 + i % 5] AS industry,
       (10 + i % 5000) AS employees, ['DE', 'FR', 'GB', 'US'][1 + i % 4] AS country,
       ['EUR', 'GBP', 'USD'][1 + i % 3] AS currency,
       DATE '2018-01-01' + (i % 1500)::INTEGER AS acquired_on,
       [14, 30, 60][1 + i % 3] AS payment_terms_days
FROM range({customers}) t(i)
"""
INVOICES = """
SELECT 'INV-' || lpad(i::VARCHAR, 9, '0') AS invoice_id,
       CASE WHEN i % 100000 = 7 THEN 'C-unknown'
            ELSE 'C-' || lpad((hash(i) % {customers})::VARCHAR, 8, '0') END AS customer_id,
       DATE '2022-01-01' + (i % 1000)::INTEGER AS issued_on,
       DATE '2022-01-01' + (i % 1000 + 30)::INTEGER AS due_on,
       ((hash(i * 7) % 1000000 + 1) / 100)::DECIMAL(18, 2) AS amount,
       ['EUR', 'GBP', 'USD'][1 + i % 3] AS currency,
       ['email', 'portal', 'edi', 'paper'][1 + i % 4] AS channel
FROM range({invoices}) t(i)
"""
# Drawn at random, so that some invoices have several payments and many have none.
PAYMENTS = """
SELECT 'PAY-' || lpad(i::VARCHAR, 9, '0') AS payment_id,
       'INV-' || lpad(n::VARCHAR, 9, '0') AS invoice_id,
       CASE WHEN i % 100000 = 9 THEN DATE '2021-01-01'
            ELSE DATE '2022-01-01' + (n % 1000 + hash(i * 5) % 90)::INTEGER END AS paid_on,
       ((hash(i * 3) % 1000000 + 1) / 100)::DECIMAL(18, 2) AS amount,
       ['card', 'bank_transfer', 'direct_debit'][1 + i % 3] AS method
FROM (SELECT i, hash(i) % {invoices} AS n FROM range({invoices}) t(i))
"""
RATES = """
SELECT c.currency, (DATE '2018-01-01' + to_months(m::INTEGER))::DATE AS month,
       c.rate AS to_reporting
FROM (VALUES ('EUR', 1.0), ('GBP', 1.15), ('USD', 0.92)) c(currency, rate), range(120) t(m)
"""
QUERIES = {
    "customers": CUSTOMERS,
    "fx_rates": RATES,
    "invoices": INVOICES,
    "payments": PAYMENTS,
}


def make_files(folder: Path, kind: str, *, customers: int, invoices: int) -> Path:
    """Write the tables once; later runs find them."""
    target = folder / f"{kind}-{customers}-{invoices}"
    if (target / "complete").exists():
        return target
    target.mkdir(parents=True, exist_ok=True)
    how = "FORMAT parquet, COMPRESSION zstd" if kind == "parquet" else "FORMAT csv, HEADER"
    with duckdb.connect(config={"memory_limit": "2GB", "threads": 2}) as con:
        con.execute("SET enable_progress_bar = false")
        for name, query in QUERIES.items():
            rows = query.format(customers=customers, invoices=invoices)
            con.execute(f"COPY ({rows}) TO '{target / name}.{kind}' ({how})")
    (target / "complete").touch()
    return target


def measure(source: Path, kind: str) -> dict[str, object]:
    """Import `source` in a process of its own and return what it took."""
    with tempfile.TemporaryDirectory(dir=source.parent) as folder:
        files = [str(source / f"{name}.{kind}") for name in QUERIES]
        command = [sys.executable, "-m", "warehouse", "load", *files]
        before = time.perf_counter()
        done = subprocess.run(
            [*command, "--workspace", f"{folder}/workspace", "--json", "--progress"],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        seconds = time.perf_counter() - before
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        report = json.loads(done.stdout)
        stored = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    rows = sum(table["rows_in"] for table in report["tables"].values())
    return {
        "rows": rows,
        "refused": sum(table["refused"] for table in report["tables"].values()),
        "peak_gib": used.ru_maxrss / 2**20,
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "seconds": seconds,
        "rows_a_second": rows / seconds,
        "stored_mib": stored / 2**20,
    }


def main() -> None:
    """Make the files, import them, print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "import_scale")
    parser.add_argument("--kind", choices=["parquet", "csv"], default="parquet")
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--invoices", type=int, default=10_000_000)
    parser.add_argument("--clean", action="store_true", help="remove the files afterwards")
    options = parser.parse_args()
    source = make_files(
        options.folder, options.kind, customers=options.customers, invoices=options.invoices
    )
    for name, value in measure(source, options.kind).items():
        print(f"{name:>14}  {value:,.2f}" if isinstance(value, float) else f"{name:>14}  {value:,}")
    if options.clean:
        shutil.rmtree(options.folder)


if __name__ == "__main__":
    main()
