"""What several analyses ask of the same tables is answered once."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from warehouse.snapshot import Tables

__all__ = ["once"]

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


def once(
    question: Callable[Concatenate[Tables, Asked], Answer],
) -> Callable[Concatenate[Tables, Asked], Answer]:
    """Keep what `question` answers for as long as its tables are open.

    Parameters
    ----------
    question : callable
        Its first argument is the `Tables`; the others can be hashed. Nobody may change an
        answer, because the next who asks is given the same one.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> tables = SimpleNamespace(answers={})
    >>> @once
    ... def length(tables, name):
    ...     print("counting")
    ...     return len(name)
    >>> length(tables, "invoices"), length(tables, "invoices")
    counting
    (8, 8)
    """

    @wraps(question)
    def answer(tables: Tables, *args: Asked.args, **named: Asked.kwargs) -> Any:
        key = (question, args, tuple(sorted(named.items())))
        if key not in tables.answers:
            tables.answers[key] = question(tables, *args, **named)
        return tables.answers[key]

    return answer
