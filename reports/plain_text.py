"""Text from other people's files as a document may hold it: words, and nothing that acts."""

import re
import unicodedata

__all__ = ["plain"]

# What XML 1.0 does not allow; a file that holds one of these does not open.
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# Marks that turn the direction of the words around them: a name could make a number
# beside it read backwards.
TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C])


def plain(text: object, *, longest: int = 80) -> str:
    r"""`text` on one line, cut with an ellipsis after `longest` characters.

    Control characters, and what XML does not allow, become spaces.

    >>> plain("Smith\x0b\x00 & <Sons>\n")
    'Smith & <Sons>'
    >>> plain("long " * 40, longest=8)
    'long lo…'
    """
    words = NOT_XML.sub(" ", str(text)).translate(TURNING)
    words = "".join(" " if unicodedata.category(c) == "Cc" else c for c in words)
    words = " ".join(words.split())
    if len(words) > longest:
        words = words[: longest - 1].rstrip() + "…"
    return words
