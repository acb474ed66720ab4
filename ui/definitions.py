"""Finding a definition by its words."""

from collections.abc import Iterable

from models.definition import Definition

__all__ = ["matching"]

#: What people call a figure that its definition spells out.
ALSO_CALLED = {
    "dso": "days sales outstanding",
    "cei": "collection effectiveness index",
    "bpdso": "best possible days sales outstanding",
    "add": "average days delinquent",
    "ar": "receivables",
}


def matching(definitions: Iterable[Definition], wanted: str) -> list[Definition]:
    """The definitions that hold every word of `wanted`, in their order; all without a word.

    >>> from models.figures import DEFINITIONS
    >>> [definition.id for definition in matching(DEFINITIONS.values(), "Simple DSO")][:1]
    ['receivables.dso_simple']
    """
    words = " ".join(ALSO_CALLED.get(word, word) for word in wanted.lower().split()).split()
    return [
        definition
        for definition in definitions
        if all(word in text_of(definition) for word in words)
    ]


def text_of(definition: Definition) -> str:
    parts = (definition.id, definition.label, definition.sentence, definition.formula)
    return " ".join(parts).lower()
