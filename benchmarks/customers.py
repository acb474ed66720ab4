"""Feature table of a million customers, beside the same table in pandas.

    python -m benchmarks.customers
    python -m benchmarks.customers --customers 100000 --invoices 500000

Each side runs in a process of its own and starts from the same Parquet files: customers, invoices
and payments. Ours reads a loaded workspace, as every page view does; what the import does once for
all analyses (settling each invoice against its payments) is printed beside it, and with it added.
Prints CPU seconds, peak memory and the ratios; fails if the two sides disagree on a column or if a
view misses a bar.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.receivables import TABLES, settle
from sample_data.scale import BOOKS_CLOSED, write_scale

AS_OF = BOOKS_CLOSED
BAR_CPU, BAR_MEMORY = 0.35, 0.35
#: Columns of the feature table that these three tables can fill, besides names and places.
COLUMNS = ("tenure_months", "watched_months", "n_invoices", "revenue", "revenue_12m", "days_late",
           "late_share")  # fmt: skip
PROFILE = ("customer_id", "industry", "employees", "country", "currency", "payment_terms_days")
MONTH_DAYS = 30.4375


def ours(workspace: Path) -> pd.DataFrame:
    from warehouse.customers import customer_features
    from warehouse.workspace import Workspace

    with Workspace.open(workspace).current().tables() as tables:
        return customer_features(tables, AS_OF).select(*PROFILE, *COLUMNS).to_pandas()


def peer(folder: Path) -> pd.DataFrame:
    """The same table as a careful analyst makes it in pandas."""
    as_of = pd.Timestamp(AS_OF)
    customers = pd.read_parquet(
        folder / "customers.parquet", columns=[*PROFILE, "acquired_on"]
    ).assign(acquired_on=lambda c: pd.to_datetime(c["acquired_on"]))
    invoices = pd.read_parquet(
        folder / "invoices.parquet",
        columns=["invoice_id", "customer_id", "issued_on", "due_on", "amount"],
    )
    payments = pd.read_parquet(
        folder / "payments.parquet", columns=["invoice_id", "paid_on", "amount"]
    )
    for table, columns in ((invoices, ["issued_on", "due_on"]), (payments, ["paid_on"])):
        table[columns] = table[columns].apply(pd.to_datetime)
        table["amount"] = table["amount"].astype(float)
    customers = customers[customers["acquired_on"] <= as_of]
    first = invoices["issued_on"].min()
    invoices = invoices[invoices["issued_on"] <= as_of]
    payments = payments[payments["paid_on"] <= as_of].sort_values("paid_on")
    payments["total"] = payments.groupby("invoice_id")["amount"].cumsum()
    payments = payments.merge(
        invoices[["invoice_id", "amount"]].rename(columns={"amount": "billed"}), on="invoice_id"
    )
    # Half a per cent of the invoice, one unit of currency at most, may be missing.
    slack = np.minimum(0.005 * payments["billed"], 1.0)
    enough = payments[payments["total"] >= payments["billed"] - slack - 1e-9]
    settled_on = enough.groupby("invoice_id")["paid_on"].min()
    invoices["settled_on"] = invoices["invoice_id"].map(settled_on)
    paid = invoices["settled_on"].notna()
    days = (invoices["settled_on"] - invoices["due_on"]).dt.days
    past_due = invoices["due_on"] < as_of
    # An unpaid invoice that is not yet due is neither late nor in time.
    late = (days > 0).astype(float).where(paid, np.where(past_due, 1.0, np.nan))
    year = as_of - pd.Timedelta(days=365)
    recent = invoices["amount"].where(invoices["issued_on"] > year, 0.0)
    by_customer = (
        invoices.assign(recent=recent, days=days, late=late)
        .groupby("customer_id")
        .agg(
            n_invoices=("amount", "size"),
            revenue=("amount", "sum"),
            revenue_12m=("recent", "sum"),
            days_late=("days", "mean"),
            late_share=("late", "mean"),
        )
    )
    rows = customers.merge(by_customer, left_on="customer_id", right_index=True, how="left")
    counts = ["n_invoices", "revenue", "revenue_12m"]
    rows[counts] = rows[counts].fillna(0)
    rows["tenure_months"] = (as_of - rows["acquired_on"]).dt.days / MONTH_DAYS
    began = rows["acquired_on"].clip(lower=first)
    rows["watched_months"] = (as_of - began).dt.days / MONTH_DAYS
    rows[list(COLUMNS)] = rows[list(COLUMNS)].round(6)
    return rows[[*PROFILE, *COLUMNS]].sort_values("customer_id", ignore_index=True)


def nothing(workspace: Path) -> pd.DataFrame:
    """What the import does once."""
    settle(workspace)
    return pd.DataFrame()


SIDES = {"settle": nothing, "ours": ours, "peer": peer}


def run_side(side: str, folder: Path) -> None:
    """Print what one side finds and takes, as JSON."""
    table = SIDES[side](folder)
    used = resource.getrusage(resource.RUSAGE_SELF)
    place = np.arange(1, len(table) + 1)
    sums = {}
    for name in COLUMNS if len(table) else ():
        values = table[name].astype(float)
        # A value with the wrong customer would show in the second sum.
        sums[name] = [len(values), int(values.isna().sum()), values.sum(), (values * place).sum()]
    print(json.dumps([sums, used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20]))


def measured(side: str, folder: Path) -> tuple[dict, float, float]:
    """Sums, CPU seconds and peak memory in GiB of one side, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.customers", "--side", side, str(folder)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return tuple(json.loads(done.stdout.strip().splitlines()[-1]))


def load(folder: Path, workspace: Path) -> None:
    files = [str(folder / f"{name}.parquet") for name in TABLES]
    command = [sys.executable, "-m", "warehouse", "load", *files, "--workspace", str(workspace)]
    subprocess.run(command, check=True, capture_output=True)


def main() -> int:
    """Make the files, run both sides and print what they took; 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--invoices", type=int, default=5_000_000)
    parser.add_argument("--side", nargs=2, metavar=("SIDE", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        run_side(options.side[0], Path(options.side[1]))
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        folder, workspace = Path(scratch) / "files", Path(scratch) / "workspace"
        # In one currency and without a wrong row, which the peer would not find.
        write_scale(
            folder, customers=options.customers, invoices=options.invoices, currencies=("EUR",),
            wrong_every=0,
        )  # fmt: skip
        load(folder, workspace)
        _, once, once_memory = measured("settle", workspace)
        found, each, each_memory = measured("ours", workspace)
        expected, theirs, their_memory = measured("peer", folder)
    print(f"{options.customers:,} customers, {options.invoices:,} invoices, as of {AS_OF}")
    print(f"{'':28}{'CPU s':>8}{'GiB':>7}")
    print(f"{'ours, once at import':28}{once:8.1f}{once_memory:7.2f}")
    print(f"{'ours, each view':28}{each:8.1f}{each_memory:7.2f}")
    print(f"{'pandas':28}{theirs:8.1f}{their_memory:7.2f}")
    ratio, memory = each / theirs, each_memory / their_memory
    print(f"CPU ratio of a view {ratio:.3f} (bar {BAR_CPU}), with what is done once at import "
          f"{(once + each) / theirs:.3f}")  # fmt: skip
    print(f"memory ratio of a view {memory:.3f} (bar {BAR_MEMORY})")
    wrong = [name for name in expected if not np.allclose(found[name], expected[name], rtol=1e-7)]
    for name in wrong:
        print(f"DIFFERS {name}: ours {found[name]}, pandas {expected[name]}")
    return int(bool(wrong) or ratio > BAR_CPU or memory > BAR_MEMORY)


if __name__ == "__main__":
    sys.exit(main())
