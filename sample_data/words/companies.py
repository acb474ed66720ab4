"""Names of customers and of the groups they belong to, and how a hurried clerk types them."""

from functools import cache

import numpy as np

from sample_data.words.company_parts import (
    ENDS,
    FAMILIES,
    FORM_SPELLINGS,
    FORMS,
    HOLDINGS,
    STEMS,
    TRADES,
)

__all__ = ["company_names", "group_names", "misspelt"]

# How far to go on where a name is taken: prime, and no divisor of any list's length, so that
# every name is reached, and the next tried differs in place and trade.
STRIDE = 7919
PLAIN = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}
    | {"é": "e", "è": "e", "ê": "e", "É": "E", "ô": "o", "à": "a"}
)


def company_names(
    rng: np.random.Generator, industries: np.ndarray, countries: np.ndarray
) -> np.ndarray:
    """Name companies by where they are and what they do.

    No two names are equal, not even without their legal form, so that two rows whose names
    differ in little more than the form are one company entered twice.

    Parameters
    ----------
    rng : Generator
        Two numbers are drawn a company, whatever its industry and country.
    industries, countries : array of str
        One entry a company: one of the five industries and one of DE, FR, NL, GB, US.

    Returns
    -------
    ndarray of str
        As long as `industries`.

    Raises
    ------
    ValueError
        If an industry or country is unknown, or has too many companies for its words.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(3)
    >>> company_names(rng, ["Logistics", "Retail", "Healthcare"], ["DE", "FR", "GB"]).tolist()
    ['Lagerhaus Falkenbühl GmbH', 'Verdetour Mobilier SAS', 'Birchgate Dental Group Ltd']
    """
    industries, countries = np.asarray(industries), np.asarray(countries)
    u = rng.random((len(industries), 2))
    names = np.empty(len(industries), dtype=object)
    for country, industry in sorted(set(zip(countries.tolist(), industries.tolist(), strict=True))):
        rows = np.flatnonzero((countries == country) & (industries == industry))
        words, trades = first_words(country, industry), trades_of(country, industry)
        picked = without_repeats(u[rows, 0], len(words) * len(trades), f"{industry} in {country}")
        forms = np.array(list(FORMS[country]))
        limits = np.cumsum(list(FORMS[country].values()))[:-1]
        form = forms[np.searchsorted(limits, u[rows, 1], side="right")]
        names[rows] = [
            f"{trades[i % len(trades)].format(words[i // len(trades)])} {f}"
            for i, f in zip(picked, form, strict=True)
        ]
    return names.astype(str)


def group_names(rng: np.random.Generator, n: int) -> np.ndarray:
    """Name the holdings above groups of customers.

    Parameters
    ----------
    rng : Generator
        One number is drawn a name.
    n : int
        How many; no two are equal.

    Returns
    -------
    ndarray of str
        `n` names, none of which `company_names` gives.

    Raises
    ------
    ValueError
        If there are fewer names than asked for.

    Examples
    --------
    >>> import numpy as np
    >>> group_names(np.random.default_rng(3), 3).tolist()
    ['Lerchenbühl Holding GmbH', 'Groupe Blancheval SA', 'Yarrowwick Holdings plc']
    """
    heads = [(country, word) for country in STEMS for word in places(country)]
    picked = without_repeats(rng.random(n), 2 * len(heads), "groups")
    chosen = [(*heads[i // 2], i % 2) for i in picked]
    return np.array([HOLDINGS[country][k].format(word) for country, word, k in chosen], dtype=str)


def misspelt(rng: np.random.Generator, names: np.ndarray) -> np.ndarray:
    """Type names the way they get into the books a second time.

    Parameters
    ----------
    rng : Generator
        Two numbers are drawn a name, whatever the name.
    names : array of str
        Names as `company_names` gives them; others are typed with the slips that fit them.

    Returns
    -------
    ndarray of str
        As long as `names`, each with one slip: two letters swapped, one dropped or doubled, the
        legal form missing or spelt otherwise, umlauts and accents written out or left off,
        capitals throughout, or a blank at the end. None equals the name it was typed from.

    Examples
    --------
    >>> import numpy as np
    >>> names = ["Möwenbrück Logistik GmbH", "Alderbrook Castings Ltd", "Ateliers Castelmont SAS"]
    >>> misspelt(np.random.default_rng(9), names).tolist()
    ['Möwenbrück Logistik G.m.b.H.', 'ALDERBROOK CASTINGS LTD', 'Ateliers Castelmont']
    """
    u = rng.random((len(names), 2))
    slips = list(SLIPS)
    typed = []
    for name, (which, where) in zip(np.asarray(names).tolist(), u.tolist(), strict=True):
        first = int(which * len(slips))
        # A slip that does not fit (no umlaut, no legal form) makes way for the next one.
        in_turn = (slip(name, where) for slip in slips[first:] + slips[:first])
        typed.append(next((text for text in in_turn if text != name), f"{name} "))
    return np.array(typed, dtype=str)


def without_repeats(u: np.ndarray, n_choices: int, what: str) -> list[int]:
    """A different number below `n_choices` for each `u`, mostly the one it falls on."""
    if len(u) > n_choices:
        raise ValueError(
            f"{len(u):,} names for {what} were asked for, but there are only {n_choices:,} "
            "invented ones, so some would repeat. Ask for fewer."
        )
    taken: dict[int, None] = {}
    for choice in (u * n_choices).astype(int).tolist():
        while choice in taken:
            choice = (choice + STRIDE) % n_choices
        taken[choice] = None
    return list(taken)


@cache
def places(country: str) -> tuple[str, ...]:
    return tuple(stem + end for stem in STEMS[country] for end in ENDS[country])


@cache
def first_words(country: str, industry: str) -> tuple[str, ...]:
    known(country, industry)
    if industry != "Professional services":
        return places(country)
    names = FAMILIES[country]
    return places(country) + tuple(f"{a} & {b}" for a in names for b in names if a < b)


@cache
def trades_of(country: str, industry: str) -> tuple[str, ...]:
    known(country, industry)
    return tuple(trade.strip() for trade in TRADES[country][industry].split("|"))


def known(country: str, industry: str) -> None:
    if industry not in TRADES.get(country, ()):
        raise ValueError(
            f"There are no company names for {industry!r} in {country!r}. "
            f"Use one of {', '.join(TRADES['DE'])} in one of {', '.join(TRADES)}."
        )


def legal_form(name: str) -> str:
    """The legal form that the name ends in, or nothing."""
    return next((form for form in FORM_SPELLINGS if name.endswith(f" {form}")), "")


def letter_pairs(name: str) -> list[int]:
    """Where in the name, but for its first letter and legal form, two small letters differ."""
    end = len(name) - len(legal_form(name))
    return [
        i
        for i in range(1, end - 1)
        if name[i].islower() and name[i + 1].islower() and name[i] != name[i + 1]
    ]


def swapped(name: str, u: float) -> str:
    if not (at := letter_pairs(name)):
        return name
    i = at[int(u * len(at))]
    return name[:i] + name[i + 1] + name[i] + name[i + 2 :]


def dropped(name: str, u: float) -> str:
    if not (at := letter_pairs(name)):
        return name
    i = at[int(u * len(at))]
    return name[:i] + name[i + 1 :]


def doubled(name: str, u: float) -> str:
    if not (at := letter_pairs(name)):
        return name
    i = at[int(u * len(at))]
    return name[: i + 1] + name[i:]


def without_form(name: str, u: float) -> str:
    form = legal_form(name)
    return name.removesuffix(f" {form}") if form else name


def other_form(name: str, u: float) -> str:
    if not (form := legal_form(name)):
        return name
    spellings = FORM_SPELLINGS[form]
    typed = f"{name.removesuffix(form)}{spellings[int(u * len(spellings))]}"
    return typed.replace(" ,", ",")


def plain_letters(name: str, u: float) -> str:
    return name.translate(PLAIN)


def capitals(name: str, u: float) -> str:
    return name.upper()


def blank_at_end(name: str, u: float) -> str:
    return f"{name} "


# Plain letters thrice: what does not fit goes on to the next, and few names have an umlaut.
SLIPS = (
    plain_letters, swapped, other_form, plain_letters, dropped, without_form, plain_letters,
    doubled, capitals, swapped, without_form, dropped, other_form, blank_at_end,
)  # fmt: skip
