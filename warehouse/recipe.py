"""Recipes: read, saved, recognised, and applied to a staged file."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

import pydantic
import yaml

from warehouse.recipe_apply import Mapped, apply
from warehouse.recipe_language import Recipe, column_key
from warehouse.schema import SchemaError
from warehouse.tables import TABLES

__all__ = [
    "Mapped",
    "Recipe",
    "apply",
    "identity_recipe",
    "named_apart",
    "parse_recipe",
    "read_recipe",
    "recipe_text",
    "recognise",
    "save_recipe",
    "shipped_recipes",
    "totals_row",
]

SHIPPED = Path(__file__).parent / "recipes"
MOST_CHARACTERS = 200_000
#: Lists and mappings in each other: tables, columns, and what is worked out of what.
DEEPEST = 50
OPENS = (yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken, yaml.BlockSequenceStartToken,
         yaml.BlockMappingStartToken)  # fmt: skip
CLOSES = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken, yaml.BlockEndToken)
# First cell of a row that adds up the rows above it, in the languages of the usual exports.
TOTALS = (
    r"(?i)^(?:grand\s+|sub-?)?(?:totals?|sum|summe|gesamt(?:summe|betrag)?|zwischensumme|"
    r"somme|total\s+g[eé]n[eé]ral|suma|totale|totaal)\b\s*:?(?:\s+(?:for|of|für|de)\b.*)?$"
)


def parse_recipe(text: str, name: str = "recipe") -> Recipe:
    """A recipe from its YAML text.

    Raises
    ------
    SchemaError
        If the text is no recipe; the message names the line.

    Examples
    --------
    >>> recipe = parse_recipe('''
    ... name: ledger
    ... title: Our ledger
    ... tables:
    ...   events:
    ...     columns:
    ...       event_id: No
    ...       happened_on: {column: Day, parse: dmy}
    ...       kind: {constant: policy}
    ...       title: Text
    ... ''')
    >>> recipe.columns_needed
    ('No', 'Day', 'Text')
    """
    if len(text) > MOST_CHARACTERS:
        raise SchemaError(f"{name} has {len(text):,} characters; a recipe is a page of text.")
    try:
        _require_plain(text, name)
        node = yaml.compose(text, Loader=yaml.BaseLoader)
        # BaseLoader reads every scalar as text: `No` and `00123` stay what was written.
        data = yaml.load(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise SchemaError(f"{name}{where} is not YAML: {problem}.") from None
    if not isinstance(data, dict):
        raise SchemaError(f"{name} is not a recipe: it has no name, title and tables.")
    try:
        return Recipe.model_validate(data)
    except pydantic.ValidationError as error:
        raise SchemaError(_in_words(error, node, name)) from None


def _require_plain(text: str, name: str) -> None:
    """Refuse what YAML allows, no recipe needs, and takes minutes or gigabytes to read."""
    depth = 0
    for token in yaml.scan(text):
        # An alias that points at aliases grows a page to gigabytes.
        if isinstance(token, yaml.AliasToken):
            raise SchemaError(f"{name} uses a YAML alias (*), which recipes do not know.")
        if isinstance(token, OPENS):
            depth += 1
        elif isinstance(token, CLOSES):
            depth -= 1
        # At each of its tokens YAML looks at every list around it.
        if depth > DEEPEST:
            raise SchemaError(f"{name} is nested too deeply; a recipe is a page of text.")


def read_recipe(name_or_path: str | Path, folder: Path | None = None) -> Recipe:
    """The recipe of that name in `folder` or among those shipped, or at that path.

    Raises
    ------
    SchemaError
        If there is none, or it is not a recipe.
    """
    path = Path(name_or_path)
    candidates = [path] if path.suffix in (".yaml", ".yml") else []
    if not candidates:
        candidates = [place / f"{path.name}.yaml" for place in (folder, SHIPPED) if place]
    for candidate in candidates:
        if candidate.is_file():
            try:
                text = candidate.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                raise SchemaError(
                    f"{candidate.name} is not text in UTF-8. Save it as UTF-8 and try again."
                ) from None
            return parse_recipe(text, candidate.name)
    known = (
        {*shipped_recipes(), *(f.stem for f in folder.glob("*.yaml"))}
        if folder
        else (set(shipped_recipes()))
    )
    raise SchemaError(
        f"There is no recipe {path.name}. There are: {', '.join(sorted(known))}. A path to a "
        ".yaml file works as well."
    )


def named_apart(recipe: Recipe, folder: Path) -> Recipe:
    """`recipe`, under a name of its own where another in `folder` or shipped has its name."""
    name, copies = recipe.name, 1
    while (other := _recipe_of_that_name(name, folder)) is not None:
        if other.model_copy(update={"name": recipe.name}) == recipe:
            break
        copies += 1
        name = f"{recipe.name}_{copies}"
    return recipe.model_copy(update={"name": name})


def _recipe_of_that_name(name: str, folder: Path) -> Recipe | None:
    own = folder / f"{name}.yaml"
    return read_recipe(own) if own.is_file() else shipped_recipes().get(name)


@cache
def shipped_recipes() -> Mapping[str, Recipe]:
    """The recipes that come with the app, by name."""
    paths = sorted(SHIPPED.glob("*.yaml"))
    return {path.stem: parse_recipe(path.read_text(encoding="utf-8"), path.name) for path in paths}


def recipe_text(recipe: Recipe) -> str:
    """`recipe` as YAML that reads back as the same recipe."""
    data = recipe.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    return yaml.safe_dump(_short(data), sort_keys=False, allow_unicode=True, width=100)


def save_recipe(recipe: Recipe, folder: Path) -> Path:
    """Write `recipe` to ``<name>.yaml`` in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{recipe.name}.yaml"
    path.write_text(recipe_text(recipe), encoding="utf-8")
    return path


def recognise(
    columns: Sequence[str], recipes: Iterable[Recipe] | None = None
) -> list[tuple[Recipe, float]]:
    """Recipes that a file with these columns may be for, likeliest first.

    The confidence is the share of a recipe's telling columns that the file has.
    """
    names = {column_key(name): name for name in columns}
    found = []
    for recipe in shipped_recipes().values() if recipes is None else recipes:
        telling = recipe.recognise or recipe.columns_needed
        share = sum(recipe.column_in(name, names) is not None for name in telling) / len(telling)
        if share > 0:
            found.append((recipe, share))
    return sorted(found, key=lambda pair: (-pair[1], -len(pair[0].recognise), pair[0].name))


def identity_recipe(table: str, columns: Sequence[str]) -> Recipe:
    """The recipe for a file whose columns are already called as in `table`.

    Examples
    --------
    >>> recipe = identity_recipe("events", ["event_id", "Happened On", "kind", "title"])
    >>> list(recipe.tables["events"].columns)
    ['event_id', 'happened_on', 'kind', 'title', 'detail']
    """
    schema = TABLES[table]
    cells: dict[str, object] = {name: {"column": name} for name in schema.columns}
    if "currency" in cells:
        # A company with one currency often leaves the column out and states it at import.
        keys = {column_key(name) for name in columns}
        if "currency" not in keys:
            cells["currency"] = {"option": "currency"}
    used = {column_key(name) for name in schema.columns}
    unused = [name for name in columns if column_key(name) not in used]
    notes = [f"Columns that {table} does not have were left out: {', '.join(unused)}."]
    first = columns[0] if columns else schema.primary_key[0]
    total = totals_row(first, schema.required_columns)
    return Recipe.model_validate(
        {
            "name": table,
            "title": f"Canonical {table}",
            "notes": notes if unused else [],
            "set_aside": [total],
            "tables": {table: {"columns": cells}},
        }
    )


def totals_row(first: str, needed: Sequence[str]) -> dict[str, object]:
    """The rule that sets totals aside: a word for it in column `first`, something `needed` empty.

    A customer may be called Total; its row is whole.
    """
    others = dict.fromkeys(name for name in needed if column_key(name) != column_key(first))
    return {
        "rule": "totals_row",
        "reason": "it adds up other rows",
        "when": {first: {"matches": TOTALS}, "any_of": [{name: "blank"} for name in others]},
    }


def _in_words(error: pydantic.ValidationError, node: yaml.Node, name: str) -> str:
    """The first mistake in a recipe, with its line, in the words of the recipe."""
    first = error.errors()[0]
    line, path = _line_of(node, first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        message = f"{first['loc'][-1]} is not a word of the recipe language here"
    elif first["type"] == "missing":
        message = f"{first['loc'][-1]} is missing"
    elif first["type"] == "string_pattern_mismatch":
        message = "a name is written in small letters, digits and _, and begins with a letter"
    more = error.error_count() - 1
    rest = f" ({more} more after it.)" if more else ""
    return f"{name}, line {line}{f', {path}' if path else ''}: {message.rstrip('.')}.{rest}"


def _line_of(node: yaml.Node, location: Sequence[object]) -> tuple[int, str]:
    """Line of the deepest part of the YAML that `location` reaches, and the way there."""
    line, path = node.start_mark.line + 1, []
    for step in location:
        if isinstance(node, yaml.MappingNode):
            pair = next((p for p in node.value if p[0].value == str(step)), None)
            if pair is None:
                # `all_of` is not written in the file: its columns stand one level up.
                continue
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            break
        path.append(str(step))
    return line, ".".join(path)


def _short(data: object) -> object:
    """`data` of a recipe with the long forms written short again."""
    if isinstance(data, list):
        return [_short(item) for item in data]
    if not isinstance(data, dict):
        return data
    if set(data) == {"column"}:
        return data["column"]
    if set(data) == {"constant"} and not str(data["constant"]).strip():
        return data
    if data and set(data) <= {"all_of", "any_of"}:
        any_of = {"any_of": data["any_of"]} if data.get("any_of") else {}
        data = {**data.get("all_of", {}), **any_of}
    return {key: _short(value) for key, value in data.items()}
