"""The account of an export: what each of its rows breaks, and so what becomes of it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
import pandas as pd

__all__ = ["SOUND", "Account", "damaged", "sound"]

#: What a row breaks that breaks nothing.
SOUND: frozenset[str] = frozenset()

# Columns that must be found in another table, and the rule a row breaks that is not.
REFERENCES = (("customer_id", "customers"), ("invoice_id", "invoices"))

#: The cells of a row that are changed, and the rules the row then breaks, in one text.
Fault = tuple[Mapping[str, str], str]


@dataclass
class Account:
    """The files of one export, how they are loaded, and what becomes of their rows.

    Every row is entered once, with the rules that it breaks by itself; that what it points
    at was refused is added here, table by table, so parents are entered first.

    Examples
    --------
    >>> account = Account()
    >>> rows = pd.DataFrame({"key": ["C-1", "C-2"]})
    >>> account.enter("c.csv", "customers", sound(rows).assign(rules=[SOUND, {"name_present"}]))
    >>> rows = pd.DataFrame({"key": ["I-1", "I-2"], "customer_id": ["C-1", "C-2"]})
    >>> account.enter("i.csv", "invoices", sound(rows))
    >>> account.files["i.csv"]["tables"]["invoices"]["refused_by_rule"]
    {'customer_id_known': 1}
    """

    steps: list[dict[str, object]] = field(default_factory=list)
    files: dict[str, dict[str, object]] = field(default_factory=dict)
    accepted: dict[str, set[str]] = field(default_factory=dict)

    def load(self, files: Sequence[str], **how: object) -> None:
        """Say that `files` are loaded together, and `how`: recipe, currency, options ..."""
        self.steps.append({"files": list(files), "with": how})

    def has_rows(self, file: str, n_rows: int) -> None:
        """Say how many rows stand below the header of `file`, lines without a cell left out."""
        self.files.setdefault(file, {"tables": {}})["rows"] = int(n_rows)

    def pointing(self, rows: pd.DataFrame, table: str) -> pd.DataFrame:
        """`rows` with the rule added that is broken where what they point at is refused."""
        rules = rows["rules"]
        for column, parent in REFERENCES:
            if column in rows and parent != table:
                known = rows[column].isin(self.accepted.get(parent, set())) | rows[column].isna()
                rules = [
                    frozenset(r) if k else frozenset(r) | {f"{column}_known"}
                    for r, k in zip(rules, known, strict=True)
                ]
        return rows.assign(rules=rules)

    def enter(
        self,
        file: str,
        table: str,
        rows: pd.DataFrame,
        aside: Mapping[str, int] | None = None,
    ) -> None:
        """Enter the rows that `file` brings for `table`.

        Parameters
        ----------
        file, table : str
        rows : DataFrame
            ``key`` (the primary key, as text), ``rules`` (a set of the names of the rules the
            row breaks), where there is one ``amount`` (as written, null where that cannot be
            read) and columns of `REFERENCES`.
        aside : mapping, optional
            Rows of the file that are no record of any table (totals, headings, drafts), by rule.
        """
        rows = self.pointing(rows, table)
        whole = np.array([not rules for rules in rows["rules"]], dtype=bool)
        aside = {rule: int(n) for rule, n in (aside or {}).items() if n}
        by_rule = Counter(rule for rules in rows["rules"] for rule in rules) + Counter(aside)
        entry: dict[str, object] = {
            "rows_in": len(rows) + sum(aside.values()),
            "accepted": int(whole.sum()),
            "refused_by_rule": dict(sorted(by_rule.items())),
        }
        if "amount" in rows:
            # A checksum: amounts of several currencies are added up as they stand.
            entry["accepted_amount"] = str(_total(rows["amount"][whole]))
        self.files.setdefault(file, {"tables": {}})["tables"][table] = entry
        self.accepted.setdefault(table, set()).update(rows["key"][whole])

    def to_dict(self) -> dict[str, object]:
        return {"steps": self.steps, "files": self.files}


def sound(rows: pd.DataFrame) -> pd.DataFrame:
    """`rows` of which nothing is known to be wrong."""
    return rows.assign(rules=[SOUND] * len(rows))


def damaged(
    clean: pd.DataFrame,
    faults: Sequence[Fault],
    key: str,
    rng: np.random.Generator,
    prefix: str,
) -> pd.DataFrame:
    """A copy of a row of `clean` for each fault, with a key of its own.

    Copies are damaged, and not the rows themselves, so that what was right stays loaded and
    totals can be compared. Only rows that break nothing are copied: of a row that points at
    nothing, the importer cannot say what else is wrong.
    """
    whole = clean[[not rules for rules in clean["rules"]]]
    if not faults:
        return whole.iloc[:0]
    if whole.empty:
        raise ValueError(
            f"No row of {key} is sound, so none can be copied and damaged. "
            "Give tables of a company with customers, invoices and payments that fit together."
        )
    copies = whole.iloc[rng.integers(0, len(whole), len(faults))].reset_index(drop=True)
    copies[key] = [f"{prefix}{number:03d}" for number in range(1, len(faults) + 1)]
    for place, (cells, rules) in enumerate(faults):
        for column, text in cells.items():
            copies.loc[place, column] = text
        copies.at[place, "rules"] = frozenset(rules.split())
    return copies


def _total(amounts: Iterable[object]) -> Decimal:
    return sum((Decimal(str(amount)) for amount in amounts), Decimal(0))
