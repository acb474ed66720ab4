"""Names of personas: what sets a group apart, and the names that people gave and kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

__all__ = ["DRIFTED", "LONGEST_NAME", "KeptPersona", "checked_names", "named"]

#: Standard deviations from the average customer that are worth a word.
TELLING = 0.5
WORDS_IN_A_NAME = 2
#: A persona whose behaviours together moved by more than this many standard deviations has
#: drifted: half of what is worth a word in each of four behaviours.
DRIFTED = 0.5
LONGEST_NAME = 60
#: What the sheets call all customers together.
TAKEN = "everyone"


@dataclass(frozen=True)
class KeptPersona:
    """A persona as it was when somebody kept it.

    Attributes
    ----------
    name : str
        The name a person gave or left as suggested.
    distances : mapping
        Behaviour to standard deviations from the average customer.
    """

    name: str
    distances: Mapping[str, float]


def named(distances: pd.DataFrame, kept: Sequence[KeptPersona] = ()) -> pd.DataFrame:
    """A name for each group: the one it was kept under, else what sets it apart.

    Groups and kept personas are paired so that all pairs together are as close as can be
    (Hungarian assignment); a group further from its pair than from being average is new.

    Parameters
    ----------
    distances : DataFrame
        Groups × behaviours: standard deviations from the average customer.
    kept : sequence of KeptPersona

    Returns
    -------
    DataFrame
        One row a group: ``persona``, ``suggested``, ``seen`` (``as kept``, ``drifted``, ``new``,
        or ``not kept`` where nothing was) and ``moved`` (standard deviations, over all behaviours).

    Examples
    --------
    >>> far = pd.DataFrame({"Use": [2.0, -1.0], "Discount": [0.1, 0.9]})
    >>> named(far)["persona"].tolist()
    ['High use', 'Low use, high discount']
    >>> named(far, [KeptPersona("Old friends", {"Use": -1.1, "Discount": 0.8})])[
    ...     ["persona", "seen"]
    ... ].to_numpy().tolist()
    [['High use', 'new'], ['Old friends', 'as kept']]
    """
    own = [suggestion(row) for _, row in distances.iterrows()]
    names, seen = list(own), ["new" if kept else "not kept"] * len(own)
    moved = np.full(len(own), np.nan)
    earlier = pd.DataFrame([dict(persona.distances) for persona in kept])
    both = [name for name in distances.columns if name in earlier.columns]
    earlier = earlier[both].apply(pd.to_numeric, errors="coerce")
    usable = np.flatnonzero(earlier.notna().all(axis=1).to_numpy()) if both else []
    if len(usable):
        now = distances[both].to_numpy(dtype=float)  # without a group they are of no type
        gap = np.linalg.norm(now[:, None, :] - earlier.to_numpy()[usable][None], axis=2)
        # Further from it than groups are from the average customer, it is another group. Cut
        # off there, so that one kept persona that is gone does not pull the others apart.
        limit = np.maximum(1.0, np.linalg.norm(now, axis=1) / 2)[:, None]
        for group, old in zip(*linear_sum_assignment(np.minimum(gap, limit)), strict=True):
            if gap[group, old] < limit[group, 0]:
                names[group] = kept[usable[old]].name
                moved[group] = gap[group, old]
                seen[group] = "drifted" if gap[group, old] > DRIFTED else "as kept"
    # A kept name is never the one that is numbered.
    order = sorted(range(len(names)), key=lambda group: np.isnan(moved[group]))
    once = dict(zip(order, distinct([names[group] for group in order]), strict=True))
    return pd.DataFrame(
        {
            "persona": [once[group] for group in range(len(names))],
            "suggested": distinct(own),
            "seen": seen,
            "moved": moved,
        }
    )


def suggestion(row: pd.Series) -> str:
    """What sets a group apart, in two words or the admission that nothing does."""
    telling = row[row.abs() >= TELLING].sort_values(key=np.abs, ascending=False)
    words = [
        f"{'high' if value > 0 else 'low'} {name[0].lower()}{name[1:]}"
        for name, value in telling.head(WORDS_IN_A_NAME).items()
    ]
    said = ", ".join(words) or "average in everything"
    return said[0].upper() + said[1:]


def distinct(names: Sequence[str]) -> list[str]:
    """The same names, numbered where two groups would share one."""
    seen: dict[str, int] = {}
    result: list[str] = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        said = name if seen[name] == 1 else f"{name} ({seen[name]})"
        while said in result:
            seen[name] += 1
            said = f"{name} ({seen[name]})"
        result.append(said)
    return result


def checked_names(names: Sequence[object]) -> list[str]:
    """Names as a person wrote them, in one line each.

    Raises
    ------
    ValueError
        If one is empty or too long, or two are the same.

    Examples
    --------
    >>> checked_names([" Steady  growers", "Bargain hunters"])
    ['Steady growers', 'Bargain hunters']
    """
    said = ["".join(c for c in " ".join(str(n).split()) if c.isprintable()) for n in names]
    for name in said:
        if not name:
            raise ValueError(
                "A persona has no name, so no name was changed. Give each persona one."
            )
        if len(name) > LONGEST_NAME:
            raise ValueError(
                f"The name “{name[:30]}…” has {len(name):,} characters, so no name was changed. "
                f"Write at most {LONGEST_NAME}."
            )
        if name.casefold() == TAKEN:
            raise ValueError(
                f"“{name}” is what all customers together are called, so no name was changed. "
                "Choose another."
            )
    folded = [name.casefold() for name in said]
    twice = sorted({name for name in said if folded.count(name.casefold()) > 1})
    if twice:
        raise ValueError(
            f"Two personas would be called “{twice[0]}”, so no name was changed. Choose a name of "
            "its own for each."
        )
    return said
