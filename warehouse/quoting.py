"""Names, texts and paths in SQL, so that nothing in them is read as SQL or as a pattern."""

import re
from collections.abc import Iterable
from pathlib import Path

__all__ = ["exactly", "identifier", "identifiers", "literal"]


def identifier(name: str) -> str:
    """Write `name` as an SQL identifier.

    Examples
    --------
    >>> print(identifier('an "odd" name'))
    "an ""odd"" name"
    """
    return '"' + name.replace('"', '""') + '"'


def identifiers(names: Iterable[str]) -> str:
    """Write `names` as a list of SQL identifiers."""
    return ", ".join(map(identifier, names))


def literal(text: str) -> str:
    """Write `text` as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def exactly(path: Path) -> str:
    """The pattern that matches `path` and nothing else: the engine takes every path for one.

    Examples
    --------
    >>> exactly(Path("/companies/a[b]/why?.parquet"))
    '/companies/a[[]b]/why[?].parquet'
    """
    return re.sub(r"[*?[]", r"[\g<0>]", str(path))
