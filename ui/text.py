"""Words as a page prints them, escaped; numbers are written by `charts.wording`."""

import re

from charts.wording import (
    count,
    count_of,
    date,
    days,
    exact_money,
    in_unit,
    listed,
    moment,
    money,
    share,
    signed,
)

__all__ = [
    "count",
    "count_of",
    "date",
    "days",
    "escape",
    "escape_around_names",
    "exact_money",
    "in_unit",
    "label_of",
    "listed",
    "moment",
    "money",
    "share",
    "signed",
    "undollared",
]

# Everything Streamlit's Markdown gives a meaning: GitHub's, :icon: and :color[...]
# directives, $math$, and < of raw HTML.
SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:^=&@/])")


def escape(text: object, *, longest: int = 80) -> str:
    r"""Data as it reads, inside a Streamlit text that is Markdown.

    Names in other people's files may hold anything. Escaped, a name is a name:
    no link, image, icon, formula or heading. Line breaks become spaces, and what
    is longer than `longest` characters is cut with an ellipsis.

    >>> escape("*Acme* [x](http://e.vil)")
    '\\*Acme\\* \\[x\\]\\(http\\:\\/\\/e\\.vil\\)'
    >>> escape("long " * 40, longest=8)
    'long lo…'
    """
    words = " ".join(str(text).split())
    if len(words) > longest:
        words = words[: longest - 1].rstrip() + "…"
    return SPECIAL.sub(r"\\\1", words)


def escape_around_names(text: object, *, longest: int = 2_000) -> str:
    r"""As `escape`, but what stands between two backticks stays a name, set apart as it reads.

    Nothing between them means anything to Markdown, not even a backslash.

    >>> escape_around_names("Fill `too_cheap` of [x](y)")
    'Fill `too_cheap` of \\[x\\]\\(y\\)'
    >>> escape_around_names("a ` b")
    'a \\` b'
    """
    words = " ".join(str(text).split())
    if len(words) > longest:
        words = words[: longest - 1].rstrip() + "…"
    parts = words.split("`")
    if len(parts) % 2 == 0:
        # The last one is not closed.
        parts[-2:] = ["`".join(parts[-2:])]
    made = []
    for place, part in enumerate(parts):
        named = place % 2 == 1
        escaped = SPECIAL.sub(r"\\\1", f"`{part}`" if named else part)
        made.append(f"`{part}`" if named and part.strip() else escaped)
    return "".join(made)


def label_of(name: str) -> str:
    """A column or rule name in words.

    >>> label_of("paid_on_or_after_issue")
    'Paid on or after issue'
    """
    words = str(name).replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def undollared(text: str) -> str:
    r"""Our own Markdown with dollar signs that stay dollar signs.

    Streamlit sets what stands between two of them as a formula.

    >>> undollared("**$5** of $7")
    '**\\$5** of \\$7'
    """
    return re.sub(r"(?<!\\)\$", r"\$", text)
