"""The company's books as real systems export them, with an account of all that is wrong.

``write_exports(tables, folder, seed=7)`` writes one folder an export, to be imported with the
recipes that come with the app, on the mapping page, or by the tests.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from sample_data.exports.german_erp import write_german_erp
from sample_data.exports.messy import write_messy
from sample_data.exports.quickbooks import write_quickbooks_aging, write_quickbooks_invoice_list
from sample_data.exports.stripe import write_stripe
from sample_data.exports.survey_tool import write_survey_tool
from sample_data.exports.workbook import write_workbook
from sample_data.exports.xero import write_xero

__all__ = ["EXPORTS", "NEEDED", "write_exports"]

#: Folder of each export to what writes it.
EXPORTS = {
    "quickbooks_aging": write_quickbooks_aging,
    "quickbooks_invoice_list": write_quickbooks_invoice_list,
    "xero": write_xero,
    "stripe": write_stripe,
    "german_erp": write_german_erp,
    "messy": write_messy,
    "workbook": write_workbook,
    "survey_tool": write_survey_tool,
}

#: Tables the exports are made from.
NEEDED = (
    "customers", "invoices", "payments", "adjustments", "disputes", "tickets", "surveys",
    "fx_rates",
)  # fmt: skip


def write_exports(
    tables: Mapping[str, pd.DataFrame], folder: str | Path, *, seed: int
) -> dict[str, dict[str, object]]:
    """Write the books as eight systems would export them, and what is wrong with each file.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Canonical tables of a company; those of `NEEDED` are read.
    folder : path
        Made if needed. Each export gets a folder in it, and ``what_is_wrong.json`` lies beside.
    seed : int
        The same seed and tables give the same files.

    Returns
    -------
    dict
        Per export ``steps``, each with ``files`` that are loaded together and ``with`` (what
        `warehouse.load.load` is told; a recipe that ends in ``.yaml`` lies in the folder), and
        ``files``, each with its ``rows`` below the header and per table ``rows_in``,
        ``accepted``, ``refused_by_rule`` and, where there are amounts, ``accepted_amount``
        (their sum as they stand, a checksum).

    Raises
    ------
    ValueError
        If a table is missing.

    Examples
    --------
    >>> import tempfile
    >>> from sample_data import generate
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     wrong = write_exports(generate(7, 60, 12).tables, folder, seed=7)
    ...     sorted(path.name for path in (Path(folder) / "stripe").iterdir())
    ['fx_rates.csv', 'invoices.csv', 'unified_payments.csv']
    >>> list(wrong)[:3]
    ['quickbooks_aging', 'quickbooks_invoice_list', 'xero']
    >>> wrong["german_erp"]["steps"][0]["with"]["recipe"]
    'erp_kunden.yaml'
    >>> wrong["german_erp"]["files"]["kunden.csv"]["tables"]["customers"]["refused_by_rule"]
    {'acquired_on_readable': 1, 'name_present': 1, 'payment_terms_days_not_negative': 1,
     'totals_row': 1}
    """
    if missing := [name for name in NEEDED if name not in tables]:
        raise ValueError(
            f"The exports are made from {', '.join(NEEDED)}; {', '.join(missing)} is missing. "
            "Give the tables of the company that sample_data.generate returns."
        )
    folder, accounts = Path(folder), {}
    # A stream for each export: a change in one of them leaves the others as they were.
    streams = np.random.default_rng(seed).spawn(len(EXPORTS))
    for (name, write), rng in zip(EXPORTS.items(), streams, strict=True):
        (folder / name).mkdir(parents=True, exist_ok=True)
        accounts[name] = write(tables, folder / name, rng).to_dict()
    text = json.dumps(accounts, ensure_ascii=False, indent=1)
    (folder / "what_is_wrong.json").write_text(text + "\n", encoding="utf-8")
    return accounts
