"""A survey tool's export: one JSON object a line, with what no table has a column for."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from sample_data.exports.account import Account, Fault, damaged, sound
from sample_data.exports.balances import base_currency
from sample_data.exports.delimited import as_rows, dated
from sample_data.exports.rates import write_customers, write_rates

__all__ = ["write_survey_tool"]

COLUMNS = ("survey_id", "customer_id", "respondent", "answered_on", "measure", "touchpoint",
           "score", "comment")  # fmt: skip
FAULTS: tuple[Fault, ...] = (
    ({"score": 11, "measure": "nps"}, "score_on_its_scale"),
    ({"score": 0, "measure": "csat"}, "score_on_its_scale"),
    ({"score": "ten"}, "score_readable"),
    ({"score": None}, "score_present"),
    ({"measure": "stars"}, "measure_allowed score_on_its_scale"),
    ({"touchpoint": "elevator"}, "touchpoint_allowed"),
    ({"answered_on": "last week"}, "answered_on_readable"),
    ({"customer_id": "C-NOBODY"}, "customer_id_known"),
    ({"comment": "Grüße 🙂\n<script>alert(1)</script>\t=1+1"}, ""),
)
NO_OBJECTS = ('["S-99999", 10]', '{"survey_id": "S-99998", "score": ')


def write_survey_tool(
    tables: Mapping[str, pd.DataFrame], folder: Path, rng: np.random.Generator
) -> Account:
    """``surveys.jsonl``, and the customers it asks about."""
    account = Account()
    folder.mkdir(parents=True, exist_ok=True)
    write_rates(tables, folder, account)
    write_customers(tables, folder, account)
    surveys = tables["surveys"].reindex(columns=list(COLUMNS))
    surveys["answered_on"] = dated(surveys["answered_on"], "%Y-%m-%d")
    clean = sound(surveys.astype(object))
    again = clean.iloc[[0]].assign(rules=[frozenset({"survey_id_unique"})])
    bad = damaged(clean, FAULTS, "survey_id", rng, "S-BAD-")
    rows = pd.concat([clean, bad, again], ignore_index=True)
    rows = rows.iloc[rng.permutation(len(rows))]
    lines = [
        _line(dict(zip(COLUMNS, cells, strict=True))) for cells in as_rows(rows[list(COLUMNS)])
    ]
    lines[3:3] = ["", *NO_OBJECTS]
    file = "surveys.jsonl"
    (folder / file).write_text("\n".join(lines) + "\n", encoding="utf-8")
    account.has_rows(file, len(rows) + len(NO_OBJECTS))
    account.load(list(account.files), currency=base_currency(tables))
    entered = rows.rename(columns={"survey_id": "key"})[["key", "customer_id", "rules"]]
    account.enter(file, "surveys", entered, {"cell_count": len(NO_OBJECTS)})
    return account


def _line(answer: dict[str, object]) -> str:
    """One answer; a question that was not answered is left out, as such tools do."""
    said = {name: value for name, value in answer.items() if value is not None}
    said["person_properties"] = {"plan": "standard", "tags": ["b2b", "yearly"]}
    return json.dumps(said, ensure_ascii=False)
