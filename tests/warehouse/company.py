"""A small company as canonical CSV files, to be loaded by the tests of the import."""

import multiprocessing
from pathlib import Path

CUSTOMERS = """customer_id,name,industry,currency,acquired_on,payment_terms_days
C-1,Alder Ltd,retail,EUR,2020-01-01,30
C-2,Birch GmbH,energy,EUR,2020-06-01,14
"""
INVOICES = """invoice_id,customer_id,issued_on,due_on,amount,currency
I-1,C-1,2024-01-01,2024-01-31,100.00,EUR
I-2,C-1,2024-02-01,2024-03-02,200.50,EUR
I-3,C-2,2024-02-10,2024-02-24,50.25,EUR
"""
PAYMENTS = """payment_id,invoice_id,paid_on,amount
P-1,I-1,2024-02-15,100.00
P-2,I-3,2024-02-20,50.25
"""
COMPANY = {"customers": CUSTOMERS, "invoices": INVOICES, "payments": PAYMENTS}

INVOICE_COLUMNS = "invoice_id,customer_id,issued_on,due_on,amount,currency\n"


def write_company(folder: Path, *, encoding: str = "utf-8", **texts: str | None) -> Path:
    """Write the company into `folder`; `texts` take the place of tables, None leaves one out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (COMPANY | texts).items():
        if text is not None:
            (folder / f"{name}.csv").write_text(text, encoding=encoding, newline="")
    return folder


def server() -> multiprocessing.context.ForkServerContext:
    """Processes of their own that need not import everything anew."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["warehouse.load"])
    return context
