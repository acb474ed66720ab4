"""YAML that somebody writes by hand or uploads: read as plain values, or refused unharmed."""

from collections import Counter

import yaml

__all__ = ["plain_values"]

#: Lists in lists: a tariff has charges with tiers with prices, and no file of ours has more.
DEEPEST = 12
#: A text that short cannot be deep enough to do harm.
SAFE_LENGTH = 500
#: Read by the fast parser where the machine has it, which is as safe.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

#: As the library fails: a tag may say of any text that it is a number or a date, and where there is
#: no fast parser the slow one recurses.
FAILS = (yaml.YAMLError, ValueError, OverflowError, LookupError, AttributeError, RecursionError)


def plain_values(text: str | bytes, kind: str, *, longest: int) -> object:
    """What YAML (or JSON, which is YAML) makes of `text`.

    Parameters
    ----------
    text : str or bytes
    kind : str
        What the text should be, for messages: "tariff".
    longest : int
        Characters or bytes beyond which it is not looked at.

    Raises
    ------
    ValueError
        If it is no YAML, or would take all memory or the whole stack to read.

    Examples
    --------
    >>> plain_values("{name: Calls, charges: [1, 2]}", "tariff", longest=100)
    {'name': 'Calls', 'charges': [1, 2]}
    """
    if len(text) > longest:
        counted = "bytes" if isinstance(text, bytes) else "characters"
        raise ValueError(
            f"The {kind} has {len(text):,} {counted}, more than any {kind}, so it was not read. "
            f"Write it with at most {longest:,}."
        )
    data = None
    try:
        trap = deep(kind) if too_deep(text) else None
        if trap is None:
            loader = LOADER(text)
            root = loader.get_single_node()
            trap = trap_in(root, kind)
            if root is not None and trap is None:
                data = loader.construct_document(root)
    except FAILS as error:
        raise ValueError(
            f"The {kind} is not YAML ({' '.join(str(error).split())}), so it was not read. Mend "
            f"the line named, or start from a {kind} that was downloaded."
        ) from error
    if trap is not None:
        raise ValueError(trap)
    return data


def deep(kind: str) -> str:
    return (
        f"The {kind} has lists in lists, deeper than any {kind} has, so it was not read. Start "
        f"from a {kind} that was downloaded."
    )


def too_deep(text: str | bytes) -> bool:
    """Whether lists are in lists beyond all measure, told from one piece after the other.

    The parser makes each list within the one around it and would run out of stack, which ends
    the program and no exception says so.
    """
    if len(text) <= SAFE_LENGTH:
        return False
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            return True
    return False


def trap_in(root: yaml.Node | None, kind: str) -> str | None:
    """Why a text is not read that YAML allows and nobody needs: before it is made anything."""
    left = [] if root is None else [(root, 1)]
    seen: set[int] = set()
    while left:
        node, depth = left.pop()
        if depth > DEEPEST:
            return deep(kind)
        # A part that is referred to stands in the tree once more, with all that is in it: a page
        # of such parts, merged into each other, grows to more than memory holds.
        if id(node) in seen:
            return (
                f"The {kind} repeats parts of itself by reference, so it was not read. "
                "Write it out."
            )
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            keys = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
            twice = [key for key, n in keys.items() if n > 1]
            if twice:
                return (
                    f"The {kind} has {', '.join(twice)} twice in one place (line "
                    f"{node.start_mark.line + 1}), so it is not clear which holds. Keep one."
                )
            left += [(part, depth + 1) for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            left += [(part, depth + 1) for part in node.value]
    return None
