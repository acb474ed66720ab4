"""Import at the size of a large company, measured: peak memory, CPU and rows a second.

    python -m benchmarks.import_scale --kind parquet
    python -m benchmarks.import_scale --kind csv --customers 1000000

Makes customers, rates, invoices, payments and adjustments in `--folder` (kept for the next run
unless `--clean`), imports them with the command line in a process of its own, and prints what
that process took.
One row in a hundred thousand is wrong, so that refusing is part of what is measured.
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

from sample_data.scale import write_scale

SEED = 7
TABLES = ("customers", "fx_rates", "invoices", "payments", "adjustments")


def make_files(folder: Path, kind: str, *, customers: int, invoices: int) -> Path:
    """Write the tables once; later runs find them."""
    target = folder / f"{kind}-{customers}-{invoices}-seed-{SEED}"
    if not (target / "complete").exists():
        write_scale(target, customers=customers, invoices=invoices, kind=kind, seed=SEED)
        (target / "complete").touch()
    return target


def measure(source: Path, kind: str) -> dict[str, object]:
    """Import `source` in a process of its own and return what it took."""
    with tempfile.TemporaryDirectory(dir=source.parent) as folder:
        files = [str(source / f"{name}.{kind}") for name in TABLES]
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
