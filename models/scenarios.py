"""Scenarios: initiatives and terms that are kept under a name, in a file a person can change."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import yaml

from models.initiatives import Driven, Initiative, Uncertain
from models.plain_yaml import plain_values

__all__ = ["LONGEST_NAME", "MOST_BYTES", "MOST_INITIATIVES", "Scenario", "scenario_from_yaml",
           "scenario_to_yaml"]  # fmt: skip

LONGEST_NAME = 40
#: More is no list of initiatives, and takes long to look through.
MOST_BYTES = 100_000
#: All sets of those that overlap are run, and each of them more doubles their number.
MOST_INITIATIVES = 12
#: Money and months beyond which a number is a slip.
LARGEST, LONGEST_MONTHS = 1e12, 120
REMEDY = "Download a scenario and change that."


@dataclass(frozen=True)
class Scenario:
    """Initiatives to choose from and the terms they are valued on.

    Attributes
    ----------
    name : str
    initiatives : tuple of Initiative
    budget : float or None
        For their starts; None is enough for all.
    months : int
        That count.
    tax_rate, correlation : float
        On gains, and between the effects of any two initiatives.
    """

    name: str
    initiatives: tuple[Initiative, ...]
    budget: float | None = None
    months: int = 36
    tax_rate: float = 0.0
    correlation: float = 0.3

    def __post_init__(self):
        object.__setattr__(self, "initiatives", tuple(self.initiatives))
        name = self.name.strip()
        if not name or len(name) > LONGEST_NAME:
            raise ValueError(
                f"A scenario's name has 1 to {LONGEST_NAME} characters, and this one {len(name)}. "
                "Give it another."
            )
        object.__setattr__(self, "name", name)
        if not 1 <= len(self.initiatives) <= MOST_INITIATIVES:
            raise ValueError(
                f"The scenario has {len(self.initiatives)} initiatives, and it may have 1 to "
                f"{MOST_INITIATIVES}. Leave some out."
            )
        names = [one.name for one in self.initiatives]
        if len(set(names)) < len(names):
            raise ValueError("Two initiatives have one name, so they cannot be told apart.")


def scenario_to_yaml(scenario: Scenario) -> str:
    """A scenario as a file that a person can read and change.

    Examples
    --------
    >>> faq = Initiative("faq", "FAQ", Uncertain.sure(1.0), Uncertain(0, 1, 2),
    ...                  [Driven("billing_tickets", Uncertain(0.1, 0.2, 0.3))])
    >>> scenario = Scenario("Careful", [faq], budget=5_000.0)
    >>> scenario_from_yaml(scenario_to_yaml(scenario)) == scenario
    True
    """  # fmt: skip
    return yaml.safe_dump(plain(asdict(scenario)), sort_keys=False, allow_unicode=True)


def scenario_from_yaml(text: str | bytes, *, name: str | None = None) -> Scenario:
    """A scenario of a file written by `scenario_to_yaml`, or by hand.

    Parameters
    ----------
    text : str or bytes
        A scenario, or a list of initiatives alone, which gets the usual terms.
    name : str, optional
        In place of that in the file.

    Raises
    ------
    ValueError
        If it is no such file, in words for who wrote it.
    """
    said = plain_values(text, "scenario", longest=MOST_BYTES)
    if isinstance(said, list):
        said = {"initiatives": said}
    given = mapping(said, "The file", Scenario, needed=("initiatives",))
    rows = given["initiatives"]
    if not isinstance(rows, list) or len(rows) > 4 * MOST_INITIATIVES:
        raise ValueError(f"The initiatives are no list, so no scenario was read. {REMEDY}")
    terms: dict[str, Any] = {}
    if given.get("budget") is not None:
        terms["budget"] = number(given["budget"], "The budget", 0, LARGEST)
    if "months" in given:
        terms["months"] = whole(given["months"], "The months that count", 1, LONGEST_MONTHS)
    for key in ("tax_rate", "correlation"):
        if key in given:
            terms[key] = number(given[key], f"The {key.replace('_', ' ')}", 0, 0.95)
    called = name or words(given.get("name", "Scenario"), "The name", LONGEST_NAME)
    return Scenario(called, tuple(initiative(row) for row in rows), **terms)


def initiative(row: Any) -> Initiative:
    given = mapping(row, "An initiative", Initiative, needed=("name", "title", "moves"))
    name = words(given["name"], "An initiative's name", LONGEST_NAME)
    if not re.fullmatch(r"\w+", name):
        raise ValueError(
            f"An initiative's name is '{name}', and it may hold letters, digits and _ alone, as "
            f"it is a part of links. {REMEDY}"
        )
    title = words(given["title"], f"The title of {name}", 80)
    money = {key: uncertain(given.get(key, 0), f"The {key} of {title}", LARGEST)
             for key in ("cost", "run_cost")}  # fmt: skip
    other: dict[str, Any] = {
        key: whole(given[key], f"The {key} of {title}", 0, LONGEST_MONTHS)
        for key in ("starts_in", "ramp_months")
        if key in given
    }
    for key in ("decay", "cashable"):
        if key in given:
            other[key] = number(given[key], f"The {key} of {title}", 0, 1)
    for key in ("excludes", "needs"):
        other[key] = texts(given.get(key, []), f"What {title} {key}")
    moves = given["moves"]
    if not isinstance(moves, list):
        raise ValueError(f"What {title} moves is no list, so it was not read. {REMEDY}")
    return Initiative(
        name, title, money["cost"], money["run_cost"], [driven(move, title) for move in moves],
        treats=treats(given.get("treats", {}), title), **other,
    )  # fmt: skip


def driven(move: Any, title: str) -> Driven:
    given = mapping(move, f"A move of {title}", Driven, needed=("driver", "size"))
    driver = words(given["driver"], f"A driver of {title}", 40)
    basis = words(given.get("basis", "assumed"), f"The basis of {driver}", 200)
    return Driven(driver, uncertain(given["size"], f"The size of {driver} of {title}", 1e6), basis)


def treats(said: Any, title: str) -> dict[str, Any]:
    if not isinstance(said, Mapping):
        raise ValueError(
            f"Whom {title} treats is '{cut(said)}', so it was not read. Write {{}} for everyone, "
            "{industry: [Retail]} or {riskiest: 0.2}."
        )
    made = {}
    for key, wanted in said.items():
        what = f"Whom {title} treats by {cut(key)}"
        made[str(key)] = number(wanted, what, 0, 1) if key == "riskiest" else texts(wanted, what)
    return made


def mapping(said: Any, what: str, kind: type, needed: tuple[str, ...]) -> Mapping[str, Any]:
    """`said` as fields of `kind`, of which `needed` are there."""
    known = list(kind.__dataclass_fields__)
    if not isinstance(said, Mapping):
        raise ValueError(
            f"{what} is not written as names and values, so it was not read. It has "
            f"{', '.join(known)}. {REMEDY}"
        )
    if strange := sorted(cut(key) for key in said if key not in known):
        raise ValueError(
            f"{what} has no {', '.join(strange[:5])}, so it was not read. It has "
            f"{', '.join(known)}."
        )
    if missing := [key for key in needed if key not in said]:
        raise ValueError(f"{what} lacks {', '.join(missing)}, so it was not read. {REMEDY}")
    return said


def uncertain(said: Any, what: str, largest: float) -> Uncertain:
    """A number that is known, or its low, likely and high value."""
    if not isinstance(said, Mapping):
        return Uncertain.sure(number(said, what, -largest, largest))
    given = mapping(said, what, Uncertain, needed=("low", "likely", "high"))
    return Uncertain(
        *(number(given[key], f"{what}, {key},", -largest, largest)
          for key in ("low", "likely", "high"))
    )  # fmt: skip


def number(said: Any, what: str, low: float, high: float) -> float:
    # True and False are numbers to Python, and to nobody else. Compared as it is: a whole number of
    # thousands of digits is none that can be made a fraction of.
    right = isinstance(said, int | float) and not isinstance(said, bool)
    if not right or not low <= said <= high:
        raise ValueError(
            f"{what} is '{cut(said)}', which is no number from {low:,.6g} to {high:,.6g}, so the "
            "file was not read. Write it without unit, and 30 % as 0.3."
        )
    return said


def whole(said: Any, what: str, low: int, high: int) -> int:
    value = number(said, what, low, high)
    if value != int(value):
        raise ValueError(f"{what} is {value:g}, which is no whole number. Write one.")
    return int(value)


def words(said: Any, what: str, longest: int) -> str:
    if not isinstance(said, str) or not 1 <= len(said.strip()) <= longest:
        raise ValueError(
            f"{what} is '{cut(said)}', which is no text of 1 to {longest} characters, so the file "
            f"was not read. {REMEDY}"
        )
    if not said.strip().isprintable():
        raise ValueError(
            f"{what} holds a character that cannot be printed, so the file was not read. Take out "
            "line breaks and whatever is written with a backslash."
        )
    return said.strip()


def texts(said: Any, what: str) -> list[str]:
    if not isinstance(said, list | tuple) or len(said) > 1_000:
        raise ValueError(
            f"{what} is '{cut(said)}', which is no list, so the file was not read. Write it like "
            "[one, other]."
        )
    return [words(one, what, 120) for one in said]


def cut(said: Any) -> str:
    # Told in a sentence, which a list written out would not fit into.
    if isinstance(said, list | tuple | Mapping | set):
        return "a list of things"
    if isinstance(said, int) and abs(said) > LARGEST:
        # Python writes out no number of more than 4,300 digits.
        return "a very large number"
    text = str(said)
    return text if len(text) <= 40 else text[:39] + "…"


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    return value
