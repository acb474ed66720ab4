"""What a company decides about its figures, and the small things people write."""

import datetime as dt
import hashlib
import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["KNOWN_SETTINGS", "Setting", "Settings"]


@dataclass(frozen=True)
class Setting:
    """One setting: what it is before anybody says otherwise, and what it may be."""

    default: object
    says: str
    read: Callable[[object], object]


def _currency(value: object) -> str | None:
    if value is None:
        return None
    if not re.fullmatch("[A-Z]{3}", text := str(value).strip().upper()):
        raise ValueError(
            f"The reporting currency {value!r} is not a three-letter ISO 4217 code. "
            "Write it like EUR or USD."
        )
    return text


def _day(value: object) -> dt.date | None:
    if value is None or isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError(
            f"The as-of date {value!r} is not a date. Write it like 2025-03-31."
        ) from error


def _between(label: str, low: float, high: float, kind: type) -> Callable[[object], object]:
    def read(value: object) -> object:
        try:
            number = kind(value)
        except (TypeError, ValueError) as error:
            raise ValueError(f"The {label} {value!r} is not a number. Write a number.") from error
        if not low <= number <= high:
            raise ValueError(
                f"The {label} is {number:g}, which is not between {low:g} and {high:g}. "
                "Choose a value in that range."
            )
        return number

    return read


KNOWN_SETTINGS: Mapping[str, Setting] = {
    "reporting_currency": Setting(
        None, "currency all figures are converted to; empty: read from the data", _currency
    ),
    "as_of": Setting(None, "day the figures look back from; empty: newest date in the data", _day),
    "fiscal_year_first_month": Setting(
        1,
        "month the fiscal year begins with",
        _between("fiscal year's first month", 1, 12, int),
    ),
    "discount_rate": Setting(
        0.10, "yearly, as a fraction of one", _between("discount rate", 0, 1, float)
    ),
    "staff_cost_per_hour": Setting(
        45.0,
        "in the reporting currency, with all on-costs",
        _between("staff cost per hour", 0, 10_000, float),
    ),
    "churn_rule_days": Setting(
        180,
        "days without an invoice after which an account without a leaving date counts as lost; "
        "longer for one that is billed at longer intervals",
        _between("churn rule", 1, 3_650, int),
    ),
}


class Settings:
    """Settings and notes of one workspace, in its SQLite file.

    Known settings are attributes and are checked when they are set; anything else
    that can be written as JSON goes through `get` and `put`.

    Examples
    --------
    >>> settings = Settings(":memory:")
    >>> settings.discount_rate
    0.1
    >>> settings.set(reporting_currency="eur")
    >>> settings.reporting_currency
    'EUR'
    """

    def __init__(self, path: Path | str) -> None:
        self.path = path
        # A database in memory lives only as long as its connection.
        self._held = sqlite3.connect(path) if str(path) == ":memory:" else None

    def __getattr__(self, name: str) -> object:
        if name not in KNOWN_SETTINGS:
            raise AttributeError(f"There is no setting called {name!r}")
        setting = KNOWN_SETTINGS[name]
        value = self.get(f"setting:{name}")
        return setting.default if value is None else setting.read(value)

    def set(self, **values: object) -> None:
        """Change known settings; none is changed when one of them cannot be.

        Raises
        ------
        ValueError
            If a name is not a setting or a value is not allowed.
        """
        if unknown := sorted(set(values) - set(KNOWN_SETTINGS)):
            raise ValueError(
                f"There is no setting called {', '.join(unknown)}. "
                f"The settings are: {', '.join(KNOWN_SETTINGS)}."
            )
        checked = {
            name: None if value is None else KNOWN_SETTINGS[name].read(value)
            for name, value in values.items()
        }
        for name, value in checked.items():
            if value is None:
                self.remove(f"setting:{name}")
            else:
                self.put(f"setting:{name}", value)

    def all(self) -> dict[str, object]:
        """Every known setting with its present value."""
        return {name: getattr(self, name) for name in KNOWN_SETTINGS}

    def get(self, key: str, default: object = None) -> object:
        """Return what was `put` under `key`."""
        with self._connected() as connection:
            row = connection.execute("SELECT value FROM kept WHERE key = ?", (key,)).fetchone()
        return default if row is None else json.loads(row[0])

    def put(self, key: str, value: object) -> None:
        """Keep anything that can be written as JSON."""
        text = json.dumps(value, default=str, ensure_ascii=False)
        with self._connected() as connection:
            connection.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (key, text))

    def put_new(self, key: str, value: object) -> bool:
        """Keep it where nothing is kept under `key` yet, and say whether it was.

        >>> settings = Settings(":memory:")
        >>> settings.put_new("claim:a", 1), settings.put_new("claim:a", 2), settings.get("claim:a")
        (True, False, 1)
        """
        text = json.dumps(value, default=str, ensure_ascii=False)
        with self._connected() as connection:
            # In one step: of two who keep at one time, one is told.
            done = connection.execute("INSERT OR IGNORE INTO kept VALUES (?, ?)", (key, text))
        return done.rowcount == 1

    def remove(self, key: str) -> None:
        with self._connected() as connection:
            connection.execute("DELETE FROM kept WHERE key = ?", (key,))

    def keys(self, prefix: str = "") -> list[str]:
        """Keys that begin with `prefix`, in order."""
        with self._connected() as connection:
            rows = connection.execute("SELECT key FROM kept ORDER BY key").fetchall()
        return [key for (key,) in rows if key.startswith(prefix)]

    def items(self, prefix: str) -> dict[str, object]:
        """Return what is kept under keys that begin with `prefix`, in the order of the keys.

        Examples
        --------
        >>> settings = Settings(":memory:")
        >>> settings.put("noted:1", "call them")
        >>> settings.items("noted:")
        {'noted:1': 'call them'}
        """
        with self._connected() as connection:
            rows = connection.execute(
                "SELECT key, value FROM kept WHERE substr(key, 1, ?) = ? ORDER BY key",
                (len(prefix), prefix),
            ).fetchall()
        return {key: json.loads(value) for key, value in rows}

    def version(self, *, without: str | None = None) -> str:
        """What caches know the decisions by: another one whenever a decision is another.

        Decisions are the known settings and what is kept under ``decided:``; notes are not.
        `without` is one that does not matter to what is cached.

        Examples
        --------
        >>> settings = Settings(":memory:")
        >>> before = settings.version()
        >>> settings.put("note", "call them")
        >>> settings.version() == before
        True
        >>> settings.put("decided:personas", ["Growers"])
        >>> settings.version() == before
        False
        >>> settings.version(without="decided:personas") == before
        True
        """
        with self._connected() as connection:
            # Not what people note: there may be thousands, and each draw of a page asks.
            rows = connection.execute(
                "SELECT key, value FROM kept WHERE key GLOB 'setting:*' OR key GLOB 'decided:*' "
                "ORDER BY key"
            ).fetchall()
        decided = [row for row in rows if row[0] != without]
        return hashlib.sha256(repr(decided).encode()).hexdigest()[:16]

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        # A connection per question: SQLite's must not cross threads, and several
        # processes write to this file. The time is how long one waits for another.
        connection = self._held or sqlite3.connect(self.path, timeout=20)
        try:
            with connection:
                connection.execute(
                    "CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, value TEXT NOT NULL)"
                )
                yield connection
        finally:
            if self._held is None:
                connection.close()
