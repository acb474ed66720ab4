"""Sentences by key, laid out so that one can be picked for each of very many rows at once."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

__all__ = ["Phrases", "codes", "lines", "pick_one"]

# What stands in a sentence's braces. Never a month: a ticket may be opened in any.
SLOTS = {
    "nth": (
        "1st", "2nd", "3rd", "5th", "6th", "8th", "9th", "11th", "12th", "14th", "15th", "17th",
        "19th", "20th", "22nd", "24th", "27th",
    ),
    "site": (
        "the north site", "hall 3", "building B", "the depot", "our second site", "unit 7",
        "the branch office", "the new site", "the workshop", "the harbour site", "the main site",
        "the laboratory", "the south site", "the cold store", "the annex", "the night depot",
        "our smallest site", "the old warehouse", "the plant",
    ),
    "day": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
    "who": (
        "our night shift", "the site manager", "our auditor", "a new colleague", "my manager",
        "purchasing", "our controller", "the accounts team", "the caretaker", "our IT department",
        "the shift lead", "our bookkeeper", "head office",
    ),
    "few": ("two", "three", "four", "five", "six", "seven", "eight"),
}  # fmt: skip
# Each sentence is held in this many fillings, so that all sentences stay equally likely.
FILLINGS = 60


class Phrases:
    r"""Sentences by key, one of which is picked for each row.

    Parameters
    ----------
    by_key : mapping of str to str
        A key and its sentences, one a line. ``{nth}``, ``{site}``, ``{day}``, ``{who}``,
        ``{few}`` and ``{nr}`` are filled from short lists.

    Attributes
    ----------
    keys : tuple of str
        In the order that `codes` numbers them.
    texts : dict of str to tuple of str
        Each key's sentences as they may be picked, filled.

    Examples
    --------
    >>> import numpy as np
    >>> said = Phrases({"yes": "Gladly.", "no": "Not on {day}.\nSorry."})
    >>> said.pick(np.array([0, 1, 1]), np.array([0.5, 0.0, 0.99])).tolist()
    ['Gladly.', 'Not on Monday.', 'Sorry.']
    """

    def __init__(self, by_key: Mapping[str, str]) -> None:
        self.keys = tuple(by_key)
        filled = {
            key: tuple(text for i, line in enumerate(lines(block)) for text in fillings(line, i))
            for key, block in by_key.items()
        }
        self.texts = {key: tuple(dict.fromkeys(texts)) for key, texts in filled.items()}
        self.counts = np.array([len(texts) for texts in filled.values()])
        self.starts = np.cumsum(self.counts) - self.counts
        self.flat = np.array([text for texts in filled.values() for text in texts], dtype=object)

    def pick(self, code: np.ndarray, u: np.ndarray) -> np.ndarray:
        """One sentence for each row, of the key numbered `code`, chosen by `u` in [0, 1)."""
        return self.flat[self.starts[code] + (u * self.counts[code]).astype(int)]


def lines(block: str) -> list[str]:
    """The sentences of a block, one a line; empty lines are only layout.

    Examples
    --------
    >>> lines('''
    ... All good.
    ...
    ... Thank you.
    ... ''')
    ['All good.', 'Thank you.']
    """
    return [line.strip() for line in block.splitlines() if line.strip()]


def codes(values: Iterable[str], keys: Sequence[str], what: str) -> np.ndarray:
    """Number each value by its place among `keys`.

    Parameters
    ----------
    values : iterable of str
        One a row.
    keys : sequence of str
        What a value may be.
    what : str
        What the values are, for the message.

    Returns
    -------
    ndarray of int
        As long as `values`.

    Raises
    ------
    ValueError
        If a value is none of the keys.

    Examples
    --------
    >>> codes(["refund", "billing"], ("billing", "refund"), "topic").tolist()
    [1, 0]
    """
    place = {key: i for i, key in enumerate(keys)}
    try:
        return np.array([place[value] for value in values], dtype=int)
    except KeyError as error:
        raise ValueError(
            f"{error.args[0]!r} is no {what} that the sample company has words for. "
            f"Use one of: {', '.join(repr(key) for key in keys)}."
        ) from None


def pick_one(choices: Sequence[str], u: np.ndarray) -> np.ndarray:
    """One of the same choices for each row, chosen by `u` in [0, 1).

    Examples
    --------
    >>> pick_one(("fine", "ok"), np.array([0.2, 0.7])).tolist()
    ['fine', 'ok']
    """
    return np.array(choices, dtype=object)[(u * len(choices)).astype(int)]


def fillings(line: str, place: int) -> list[str]:
    """The sentence with its braces filled in `FILLINGS` ways; unchanged if it has none."""
    if "{" not in line:
        return [line] * FILLINGS
    # Strides that share no divisor with the lists, so that two braces do not go in step.
    filled = [
        line.format(
            nr=2003 + (1237 * i + 211 * place) % 7001,
            **{
                slot: choices[(stride * i + i // len(choices) + place) % len(choices)]
                for (slot, choices), stride in zip(SLOTS.items(), (3, 7, 1, 5, 2), strict=True)
            },
        )
        for i in range(FILLINGS)
    ]
    return [text[0].upper() + text[1:] for text in filled]
