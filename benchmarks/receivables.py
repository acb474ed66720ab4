"""Receivables and time to pay over ten million invoices, beside the same figures in pandas.

    python -m benchmarks.receivables
    python -m benchmarks.receivables --invoices 1000000

Each side runs in a process of its own and starts from the same Parquet files. Ours is counted
twice: reading a loaded workspace, as every page view does, and with what the import does once
for all views (settling each invoice against its payments) added to it. Prints CPU seconds, peak
memory and the ratios; fails if the two sides disagree on a figure.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from sample_data.scale import BOOKS_CLOSED, write_scale

AS_OF = BOOKS_CLOSED
BAR = 0.35
TREND_MONTHS = 24
# What the peer's figures rest on; it knows neither credit notes nor exchange rates.
TABLES = ("customers", "invoices", "payments")


def make_files(folder: Path, n_invoices: int) -> None:
    """Books in one currency and without a wrong row, which the peer would not find."""
    write_scale(
        folder,
        customers=max(n_invoices // 10, 1),
        invoices=n_invoices,
        seed=7,
        currencies=("EUR",),
        wrong_every=0,
    )


def settle(workspace: Path) -> dict:
    """What the import does once: match every invoice with its payments."""
    import ibis

    from warehouse.derived import write_derived
    from warehouse.workspace import Workspace

    snapshot = Workspace.open(workspace).current()
    with tempfile.TemporaryDirectory() as folder:
        con = ibis.duckdb.connect(Path(folder) / "import.duckdb", memory_limit="2GB", threads=2)
        for name in snapshot.manifest.tables:
            con.raw_sql(
                f"CREATE VIEW next_{name} AS SELECT *, 0 AS _id "
                f"FROM read_parquet('{snapshot.path(name)}')"
            )
        write_derived(con, snapshot.manifest.tables, Path(folder), None)
        con.disconnect()
    return {}


def ours(workspace: Path) -> dict:
    import analyses.late_payments
    import analyses.receivables
    from analyses.scope import Scope
    from warehouse.workspace import Workspace

    with Workspace.open(workspace).current().tables() as tables:
        scope = Scope(AS_OF)
        ledger = analyses.receivables.run(tables, scope, trend_months=TREND_MONTHS)
        curve = analyses.late_payments.time_to_pay(tables, scope)
        late = analyses.late_payments.late_share(tables, scope)
    return {
        "open": ledger.open_amount,
        "overdue": ledger.overdue_amount,
        "91+": float(ledger.aging["amount"].iloc[-1]),
        "dso": ledger.dso,
        "dso a year before": float(ledger.trend["dso"].iloc[-13]),
        "late share": late.late_share,
        "paid by 60": float(curve.paid_by(60)["paid"].iloc[0]),
        "median": curve.median_days,
    }


def peer(folder: Path) -> dict:
    """The same figures as a careful analyst computes them in pandas, without intervals."""
    import numpy as np
    import pandas as pd

    invoices = pd.read_parquet(folder / "invoices.parquet")
    payments = pd.read_parquet(
        folder / "payments.parquet", columns=["invoice_id", "paid_on", "amount"]
    )
    for table, columns in ((invoices, ["issued_on", "due_on"]), (payments, ["paid_on"])):
        for column in columns:
            table[column] = pd.to_datetime(table[column])
        table["amount"] = table["amount"].astype(float)
    as_of = pd.Timestamp(AS_OF)
    invoices = invoices[invoices["issued_on"] <= as_of]
    payments = payments[payments["paid_on"] <= as_of]
    payments = payments.merge(invoices[["invoice_id", "due_on"]], on="invoice_id")
    paid = payments.groupby("invoice_id").agg(paid=("amount", "sum"), last=("paid_on", "max"))
    ledger = invoices.merge(paid, left_on="invoice_id", right_index=True, how="left")
    left = ledger["amount"] - ledger["paid"].fillna(0)
    settled = left < 0.005
    left = left.where(~settled, 0.0)
    past_due = (as_of - ledger["due_on"]).dt.days
    overdue = left[past_due > 0].sum()
    dso, points = {}, pd.date_range(end=as_of, periods=TREND_MONTHS + 1, freq="ME")
    billed = ledger.groupby("issued_on")["amount"].sum()
    came_in = payments.groupby("paid_on")["amount"].sum()
    due_billed = ledger.groupby("due_on")["amount"].sum()
    late_pairs = payments.groupby(["due_on", "paid_on"])["amount"].sum().reset_index()
    overdue_at = {}
    for end in points:
        balance = billed[:end].sum() - came_in[:end].sum()
        mine = late_pairs[(late_pairs["due_on"] < end) & (late_pairs["paid_on"] <= end)]
        overdue_at[end] = due_billed[due_billed.index < end].sum() - mine["amount"].sum()
        total, month = 0.0, 1
        while balance > 0:
            start, stop = end - pd.DateOffset(months=month), end - pd.DateOffset(months=month - 1)
            sales = billed[(billed.index > start) & (billed.index <= stop)].sum()
            days = (stop - start).days
            total += days if balance > sales else days * balance / sales
            balance, month = balance - sales, month + 1
        dso[end] = total
    duration = np.where(settled, (ledger["last"] - ledger["issued_on"]).dt.days,
                        (as_of - ledger["issued_on"]).dt.days).astype(int)  # fmt: skip
    events = np.bincount(duration[settled], minlength=duration.max() + 1)
    at_risk = np.bincount(duration)[::-1].cumsum()[::-1]
    survival = np.cumprod(1 - events / at_risk)
    late = np.where(settled, ledger["last"] > ledger["due_on"], past_due > 0)
    known = settled | (past_due > 0)
    return {
        "open": left.sum(),
        "overdue": overdue,
        "91+": left[past_due > 90].sum(),
        "dso": dso[points[-1]],
        "dso a year before": dso[points[-13]],
        "late share": late[known].mean(),
        "paid by 60": 1 - survival[60],
        "median": float(np.argmax(survival <= 0.5)),
    }


SIDES = {"settle": settle, "ours": ours, "peer": peer}


def measured(side: str, folder: Path) -> tuple[dict, float, float]:
    """Figures, CPU seconds and peak memory in GiB of one side, in a process of its own."""
    code = (
        "import json, resource, sys; from pathlib import Path; import benchmarks.receivables as b; "
        f"found = b.SIDES[{side!r}](Path(sys.argv[1])); "
        "used = resource.getrusage(resource.RUSAGE_SELF); "
        "print(json.dumps([found, used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], check=True, capture_output=True, text=True
    )
    return tuple(json.loads(done.stdout.strip().splitlines()[-1]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--invoices", type=int, default=10_000_000)
    with tempfile.TemporaryDirectory() as scratch:
        folder, workspace = Path(scratch) / "files", Path(scratch) / "workspace"
        folder.mkdir()
        n_invoices = parser.parse_args().invoices
        make_files(folder, n_invoices)
        load = [
            sys.executable,
            "-m",
            "warehouse",
            "load",
            *(str(folder / f"{name}.parquet") for name in TABLES),
            "--workspace",
            str(workspace),
        ]
        subprocess.run(load, check=True, capture_output=True)
        _, once, once_memory = measured("settle", workspace)
        found, each, each_memory = measured("ours", workspace)
        expected, theirs, their_memory = measured("peer", folder)
    print(f"{n_invoices:,} invoices, as of {AS_OF}")
    print(f"{'':28}{'CPU s':>8}{'GiB':>7}")
    print(f"{'ours, once at import':28}{once:8.1f}{once_memory:7.2f}")
    print(f"{'ours, each view':28}{each:8.1f}{each_memory:7.2f}")
    print(f"{'pandas':28}{theirs:8.1f}{their_memory:7.2f}")
    ratio = (once + each) / theirs
    print(f"ratio of a view {each / theirs:.3f}, with the import's share {ratio:.3f} (bar {BAR})")
    wrong = {k for k in expected if abs(found[k] - expected[k]) > 1e-6 * max(1, abs(expected[k]))}
    for name in sorted(wrong):
        print(f"DIFFERS {name}: ours {found[name]}, pandas {expected[name]}")
    return 1 if wrong or ratio > BAR else 0


if __name__ == "__main__":
    sys.exit(main())
