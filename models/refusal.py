"""What the data cannot answer, told apart from a fault in the program."""

import traceback
from pathlib import Path

__all__ = ["Refusal", "is_ours"]

ROOT = Path(__file__).parents[1]


class Refusal(ValueError):
    """What was found in the data, what follows and what to do, in the user's words.

    Raised where the rows cannot carry an answer, and for nothing else: a page, a slide and a file
    print it in place of the figure. A column that is not there or an option that does not exist
    is a plain ``ValueError``, because it is the caller's and not the data's.
    """


def is_ours(error: BaseException) -> bool:
    """Whether our code raised it, in words for the user: a library speaks to a programmer.

    Examples
    --------
    >>> try:
    ...     int("twelve")
    ... except ValueError as error:
    ...     is_ours(error), is_ours(Refusal("No invoice has been paid."))
    (False, True)
    """
    if isinstance(error, Refusal):
        return True
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return True
    raised_in = Path(frames[-1].filename).resolve()
    # What numpy raises from compiled code has our line last, but no `raise` stands in it.
    return (
        raised_in.is_relative_to(ROOT)
        and "site-packages" not in raised_in.parts
        and (frames[-1].line or "").startswith("raise")
    )
