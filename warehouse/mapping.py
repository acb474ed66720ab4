"""An unknown file: which table it looks like, and which column is which, with reasons.

The guess is a start for a person, not an answer: every one carries a confidence and says
what it rests on, and the recipe made of them can be edited before anything is loaded.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ibis.backends import BaseBackend

from warehouse.mapping_profile import Profile, profiles
from warehouse.mapping_words import COLUMN_WORDS, TABLE_WORDS
from warehouse.recipe import Recipe, totals_row
from warehouse.schema import Column
from warehouse.staging import Staged
from warehouse.tables import TABLES

__all__ = ["Guess", "guess", "guess_recipe", "recipe_for"]

# Below the first a likeness is chance; from the second on a guess goes into the recipe.
WORTH_SHOWING = 0.35
WORTH_USING = 0.5
#: Words less alike than that are not one word written in two ways.
SPELT_ALIKE = 0.85
# A key that repeats in more than one row of ten is not the key of what a row is.
UNIQUE = 0.9
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "°": " ", "º": " "})
# What a table can be made with although the file does not say it, and what such a column then
# weighs in the choice of a table.
FILLED = {
    "customers": ("name", "industry", "currency", "acquired_on", "payment_terms_days"),
    "invoices": ("currency",),
    "invoice_lines": ("line_no", "amount"),
    "payments": ("payment_id",),
}
WEIGHT_OF_FILLED = 0.3
# Two headings that share no more than one of these are not alike.
COMMONPLACE = frozenset({"id", "number", "no", "nr", "n", "date", "code", "type", "on", "at", "de"})


@dataclass(frozen=True)
class Guess:
    """One column of the file and what it seems to be; no table means nothing fits."""

    column: str
    table: str
    target: str
    confidence: float
    why: str


def guess(staged: Staged, con: BaseBackend) -> list[Guess]:
    """Guess what each column of `staged` is.

    Returns
    -------
    list of Guess
        In the order of the file; a column can serve several tables (the number of an invoice
        those of invoices and payments). A column nothing fits has a guess without a table.
    """
    found = profiles(staged, con)
    fits = {table: _assigned(table, found, staged) for table in TABLES}
    main = max(TABLES, key=lambda table: _merit(table, fits[table], found, staged))
    tables = [main, *_beside(main, fits, found)]
    chosen = [g for table in tables for g in fits[table].values() if g.confidence >= WORTH_SHOWING]
    used = {g.column for g in chosen}
    for name in staged.columns:
        if name not in used:
            chosen.append(Guess(name, "", "", 0.0, "No column of ours is called alike."))
    order = {name: i for i, name in enumerate(staged.columns)}
    return sorted(chosen, key=lambda g: (order[g.column], tables.index(g.table) if g.table else 99))


def guess_recipe(staged: Staged, con: BaseBackend, name: str | None = None) -> Recipe:
    """The recipe made of what `guess` finds in `staged`."""
    return recipe_for(guess(staged, con), staged, con, name=name)


def recipe_for(
    guesses: Iterable[Guess], staged: Staged, con: BaseBackend, name: str | None = None
) -> Recipe:
    """A recipe of those guesses that are likely enough, for a person to look over.

    What a table needs and the file does not say is filled in where it follows from the
    rest, as in `warehouse/recipes`: customers come from the invoices they are named on.
    """
    used = [g for g in guesses if g.table and g.confidence >= WORTH_USING]
    cells: dict[str, dict[str, object]] = {}
    for g in used:
        cells.setdefault(g.table, {})[g.target] = g.column
    if not cells:
        best = max(guesses, key=lambda g: g.confidence)
        cells = {best.table or "customers": {best.target: best.column} if best.target else {}}
    found = {profile.name: profile for profile in profiles(staged, con)}
    tables = {table: _table_recipe(table, cells, found) for table in cells}
    stem = re.sub(r"\W+", "_", Path(staged.source).stem.lower()).strip("_")
    return Recipe.model_validate(
        {
            "name": name or (stem if stem[:1].isalpha() else f"file_{stem}".rstrip("_")),
            "title": Path(staged.source).stem,
            "describes": "Guessed from the headings and values of the file.",
            "set_aside": [totals_row(staged.columns[0], [g.column for g in used])],
            "tables": tables,
        }
    )


def _assigned(table: str, found: Sequence[Profile], staged: Staged) -> dict[str, Guess]:
    """The best column for each column of `table`, each column of the file used once."""
    candidates = [
        _guess_one(profile, table, target, column, staged)
        for target, column in TABLES[table].columns.items()
        for profile in found
    ]
    assigned: dict[str, Guess] = {}
    taken: set[str] = set()
    for g in sorted(candidates, key=lambda g: -g.confidence):
        if g.confidence > 0 and g.target not in assigned and g.column not in taken:
            assigned[g.target] = g
            taken.add(g.column)
    return assigned


def _guess_one(profile: Profile, table: str, target: str, column: Column, staged: Staged) -> Guess:
    likeness, word = _likeness(profile.name, table, target)
    # `id` in a file called accounts is the number of an account.
    if _tokens(profile.name) in (("id",), ("pk",)) and TABLES[table].primary_key == (target,):
        hint = _hint(table, staged.source)
        if hint:
            likeness, word = 0.9 * hint, f"id, in a file called {staged.source}"
    if likeness < WORTH_SHOWING:
        return Guess(profile.name, table, target, 0.0, "")
    fit, reason = _value_fit(profile, table, target, column)
    confidence = likeness * ((0.7 + 0.3 * fit) if fit >= 0.5 else fit)
    return Guess(
        profile.name, table, target, round(confidence, 3), f"Called like “{word}”; {reason}."
    )


def _value_fit(profile: Profile, table: str, target: str, column: Column) -> tuple[float, str]:
    """How well the values suit the column, 0 to 1, and what that rests on."""
    if not profile.n:
        return 0.5, "it is empty"
    share, what = 1.0, "its values are text"
    if column.dtype in ("date", "month"):
        share, what = profile.dates, f"{profile.dates:.0%} of its values are dates"
    elif column.dtype in ("money", "number"):
        share, what = profile.numbers, f"{profile.numbers:.0%} of its values are numbers"
    elif column.dtype == "int":
        share, what = profile.whole, f"{profile.whole:.0%} of its values are whole numbers"
    elif column.dtype == "bool":
        share, what = (
            profile.share_in(("true", "false", "yes", "no", "0", "1")),
            "it says yes or no",
        )
    elif column.allowed:
        share = profile.share_in(column.allowed)
        what = f"{share:.0%} of its values are among {', '.join(column.allowed)}"
        # Other words for the same things are mapped by the recipe; many different ones are not.
        if profile.n_distinct <= 20:
            share = max(share, 0.5)
    elif target == "currency":
        share = profile.share_matching(r"[A-Za-z]{3}")
        what = f"{share:.0%} of its values have three letters"
    elif target == "country":
        share = profile.share_matching(r"[A-Za-z]{2}")
        what = f"{share:.0%} of its values have two letters"
    elif profile.dates > 0.5:
        share, what = 0.0, "its values are dates"
    elif TABLES[table].primary_key == (target,):
        share = profile.distinct
        what = f"{share:.0%} of its values are different from each other"
        # The number of an invoice repeats where a row is a line of it.
        share = max(share, 0.5)
    return share, what


@cache
def _tokens(name: str) -> tuple[str, ...]:
    """The words of a heading, small, without accents: `InvoiceDate` is invoice, date."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    plain = unicodedata.normalize("NFKD", parted.lower().translate(UMLAUTS))
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return tuple(re.findall(r"[a-z]+|\d+", letters))


@cache
def _words(table: str, target: str) -> tuple[tuple[str, ...], ...]:
    listed = COLUMN_WORDS.get(f"{table}.{target}") or COLUMN_WORDS.get(target, "")
    return tuple(dict.fromkeys([_tokens(target), *map(_tokens, filter(None, listed.split(", ")))]))


@cache
def _likeness(name: str, table: str, target: str) -> tuple[float, str]:
    """How alike a heading and the names of a column are, and which name is most alike."""
    tokens = _tokens(name)
    # In a file of orders, `Order Item Quantity` says no more than `Quantity`.
    bare = tuple(token for token in tokens if token not in _words_of_table(table))
    found = [(_alike(tokens, words), " ".join(words)) for words in _words(table, target)]
    if bare and bare != tokens and not set(bare) <= COMMONPLACE:
        found += [(0.9 * _alike(bare, words), " ".join(words)) for words in _words(table, target)]
    return max(found, default=(0.0, ""))


@cache
def _words_of_table(table: str) -> frozenset[str]:
    return frozenset(word for words in TABLE_WORDS[table].split(", ") for word in _tokens(words))


def _alike(a: Sequence[str], b: Sequence[str]) -> float:
    if not a or not b:
        return 0.0
    if "".join(a) == "".join(b):
        return 1.0
    both = set(a) & set(b)
    shared = 0.0 if both <= COMMONPLACE else len(both) / len(set(a) | set(b))
    return max(0.9 * shared, 0.85 * _spelt_alike("".join(a), "".join(b)))


def _spelt_alike(a: str, b: str) -> float:
    """How alike two words are spelt; 0 below `SPELT_ALIKE`, which most pairs are."""
    # No more letters can be shared than the shorter word has, which is found out at once.
    if 2 * min(len(a), len(b)) < SPELT_ALIKE * (len(a) + len(b)):
        return 0.0
    matcher = difflib.SequenceMatcher(None, a, b)
    if matcher.quick_ratio() < SPELT_ALIKE:
        return 0.0
    spelt = matcher.ratio()
    return spelt if spelt >= SPELT_ALIKE else 0.0


def _hint(table: str, source: str) -> float:
    """How much the name of the file sounds like the table."""
    stem = _tokens(re.sub(r"[\d_\-]+", " ", Path(source).stem))
    names = [_tokens(table), *map(_tokens, TABLE_WORDS[table].split(", "))]
    return max((_alike(stem, words) for words in names), default=0.0)


def _merit(table: str, fit: Mapping[str, Guess], found: Sequence[Profile], staged: Staged) -> float:
    """How well the whole file suits `table`: its required columns, its key, its name."""
    schema = TABLES[table]
    filled = FILLED.get(table, ())
    weights = {
        name: WEIGHT_OF_FILLED if name in filled else 1.0 for name in schema.required_columns
    }
    covered = sum(fit[name].confidence * w for name, w in weights.items() if name in fit)
    covered /= sum(weights.values())
    explained = sum(g.confidence for g in fit.values()) / max(len(found), 1)
    keys = [fit[name].confidence if name in fit else 0.0 for name in schema.primary_key]
    keys = [key for name, key in zip(schema.primary_key, keys, strict=True) if name not in filled]
    hint = _hint(table, staged.source)
    return (
        covered
        + 0.7 * explained
        + 0.5 * min(keys, default=0.0)
        + 0.5 * (hint if hint >= 0.6 else 0.0)
    )


def _beside(
    main: str, fits: Mapping[str, Mapping[str, Guess]], found: Sequence[Profile]
) -> list[str]:
    """Further tables that the rows of a file of `main` also tell of."""

    def sure(table: str, *targets: str) -> bool:
        fit = fits[table]
        return all(t in fit and fit[t].confidence >= WORTH_USING for t in targets)

    if main not in ("invoices", "invoice_lines"):
        return []
    beside = []
    if main == "invoice_lines" and sure("invoices", "invoice_id", "issued_on"):
        beside.append("invoices")
    if sure("invoices", "customer_id"):
        beside.append("customers")
    if sure("payments", "invoice_id", "paid_on"):
        beside.append("payments")
    distinct = {profile.name: profile.distinct for profile in found}
    has_lines = main == "invoices" and sure("invoice_lines", "invoice_id", "quantity")
    if has_lines and distinct[fits["invoices"]["invoice_id"].column] < UNIQUE:
        beside.append("invoice_lines")
    if sure("products", "product_id", "name") and "product_id" in fits["invoice_lines"]:
        beside.append("products")
    return beside


def _table_recipe(
    table: str, cells: Mapping[str, Mapping[str, object]], found: Mapping[str, Profile]
) -> dict[str, object]:
    """The part of a recipe for one table, with what follows from the rest filled in."""
    columns = dict(cells[table])
    recipe: dict[str, object] = {"columns": columns}
    schema = TABLES[table]
    invoice = cells.get("invoices", {})
    key = columns.get(schema.primary_key[0]) if len(schema.primary_key) == 1 else None
    repeats = isinstance(key, str) and found[key].distinct < UNIQUE
    if "currency" in schema.columns and "currency" not in columns:
        columns["currency"] = {"option": "currency"}
    if table == "customers":
        columns.setdefault("name", columns.get("customer_id", ""))
        columns.setdefault("industry", {"constant": "unknown"})
        if "issued_on" in invoice:
            columns.setdefault("acquired_on", {"column": invoice["issued_on"], "take": "min"})
        if {"issued_on", "due_on"} <= set(invoice):
            terms = {"days_between": [invoice["issued_on"], invoice["due_on"]]}
            columns.setdefault("payment_terms_days", {**terms, "take": "most_common"})
        repeats = repeats or bool(invoice)
    if table == "payments" and invoice:
        columns.setdefault("payment_id", {"template": f"{{{columns['invoice_id']}}}-paid"})
        columns.setdefault("amount", invoice.get("amount", ""))
        recipe["where"] = {columns["paid_on"]: "present"}
        repeats = False
    if table == "invoice_lines":
        columns.setdefault("line_no", {"number_within": [columns["invoice_id"]]})
        price = cells.get("products", {}).get("unit_price")
        if "amount" not in columns and price and "quantity" in columns:
            columns["amount"] = {"multiply": [columns["quantity"], price]}
        repeats = False
    # An order or a ticket whose number repeats is refused, not thrown together with another.
    if repeats and key and table in ("customers", "products", "invoices"):
        recipe["one_row_per"] = key
        lines = cells.get("invoice_lines", {})
        price = cells.get("products", {}).get("unit_price")
        if table == "invoices" and "amount" not in columns and price and "quantity" in lines:
            columns["amount"] = {"multiply": [lines["quantity"], price], "take": "sum"}
    recipe["columns"] = {target: cell for target, cell in columns.items() if cell != ""}
    return recipe
