"""The dependency rule and the rule of names. Read them here; they are checked here."""

import ast
from collections.abc import Callable
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.served import ROOT

# layer -> the other layers it may use
MAY_IMPORT = {
    "warehouse": set(),
    "models": set(),
    "analyses": {"warehouse", "models"},
    "charts": {"models"},
    "reports": {"models", "charts"},
    "ui": {"warehouse", "models", "analyses", "charts"},
    "pages": {"warehouse", "models", "analyses", "charts", "reports", "ui"},
    "app.py": {"warehouse", "ui"},
    "sample_data": set(),
}
# Command lines bring the layers together, as pages do; they are named one by one.
BRINGS_TOGETHER = {"warehouse", "analyses", "models", "charts"}
COMMAND_LINES = {"reports/__main__.py": BRINGS_TOGETHER, "reports/build.py": BRINGS_TOGETHER}

# library -> the layers that alone may use it
ALONE = {
    # An analysis joins rows to a result, and its receipt is a table: it writes expressions too.
    "ibis": {"warehouse", "analyses"},
    # The scale mode writes ten million rows straight to files; that takes an engine.
    "duckdb": {"warehouse", "sample_data"},
    "sqlalchemy": {"warehouse"},
    "python_calamine": {"warehouse"},
    "pyarrow": {"warehouse"},
    "pyspark": {"warehouse"},
    "altair": {"charts"},
    "pptx": {"reports"},
    "xlsxwriter": {"reports"},
    "streamlit": {"ui", "pages", "app.py"},
}
# Nothing ships that only tests and tools need.
TOOLS = {"tests", "benchmarks", "pytest", "hypothesis", "playwright", "nbclient", "notebooks"}

NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "common", "config", "constants", "base"}
# Lines a module may have: a page is a script, a chart or a part of a page is one screen or two.
MODULE_LINES_AT_MOST = {"pages": 100, "app.py": 100, "charts": 350, "ui": 350}
ELSE_AT_MOST = 450
# A list that is read by looking up, not from top to bottom.
LISTS = {"warehouse/tables.py"}
FUNCTION_LINES_AT_MOST = 60


def modules(*layers: str) -> list[Path]:
    found = [p for layer in layers for p in sorted((ROOT / layer).rglob("*.py"))]
    return found + [ROOT / layer for layer in layers if layer.endswith(".py")]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """All of a module, read once for the many rules it is held to."""
    return tuple(ast.walk(ast.parse(path.read_text())))


@cache
def imported(path: Path) -> tuple[str, ...]:
    """Dotted names that a module imports, wherever in it the import stands."""
    names = []
    for node in nodes(path):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            package = path.relative_to(ROOT).parts[: -node.level] if node.level else ()
            origin = ".".join([*package, node.module or ""]).rstrip(".")
            # `from models import survival` imports the module models.survival.
            names += [origin, *(f"{origin}.{alias.name}" for alias in node.names)]
    return tuple(names)


def top(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported(path)}


def layer_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0]


def broken_by(rule: Callable[[Path], object], *layers: str) -> dict[str, object]:
    """Every module against which `rule` has something to say, and what: nothing is as it should."""
    found = {named(path): rule(path) for path in modules(*(layers or MAY_IMPORT))}
    return {name: said for name, said in found.items() if said}


def test_layer_imports_only_the_layers_it_may():
    def beyond(path):
        allowed = COMMAND_LINES.get(named(path), MAY_IMPORT[layer_of(path)])
        return top(path) & set(MAY_IMPORT) - allowed - {layer_of(path)}

    assert broken_by(beyond) == {}


def test_library_stays_in_the_layer_that_owns_it():
    def elsewhere(path):
        others = {name for name in ALONE if layer_of(path) not in ALONE[name]}
        return top(path) & (others | TOOLS)

    assert broken_by(elsewhere) == {}


@pytest.mark.parametrize("layer", ["warehouse", "models", "analyses", "charts", "reports", "ui"])
def test_modules_of_a_layer_import_each_other_without_a_circle(layer):
    names = {".".join(p.relative_to(ROOT).with_suffix("").parts): p for p in modules(layer)}
    graph = {
        # The package file gathers its modules for the outside: its own imports are no circle
        # as long as no module of the package goes through it, which the next test asks.
        name: (set(imported(path)) & set(names)) - {name}
        for name, path in names.items()
        if path.name != "__init__.py"
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize("layer", ["warehouse", "models", "analyses", "charts", "reports", "ui"])
def test_modules_of_a_layer_do_not_import_through_its_package_file(layer):
    exported = {
        alias.asname or alias.name
        for path in [ROOT / layer / "__init__.py"]
        if path.exists()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    files = {p.stem for p in modules(layer)}
    through = {
        f"{named(path)}: {name}"
        for path in modules(layer)
        if path.name not in {"__init__.py", "__main__.py"}
        for name in imported(path)
        if name.removeprefix(f"{layer}.") in exported - files
        and name.startswith(f"{layer}.")
        and name.count(".") == 1
    }
    assert through == set()


def test_names_taken_from_the_warehouse_are_offered_by_it():
    def not_offered(path):
        return [
            f"{node.module}.{alias.name}"
            for node in nodes(path)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("warehouse.")
            for alias in node.names
            if alias.name not in offered(node.module)
        ]

    assert broken_by(not_offered) == {}


@cache
def offered(module: str) -> set[str]:
    """What a module lists in its `__all__`."""
    source = ROOT.joinpath(*module.split(".")).with_suffix(".py").read_text()
    return {
        element.value
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        for element in node.value.elts
    }


def test_module_is_named_for_what_it_does():
    def empty_words(path):
        return set(path.relative_to(ROOT).with_suffix("").parts) & NAMES_THAT_SAY_NOTHING

    assert broken_by(empty_words) == {}


def test_module_is_short_enough_to_read():
    def too_many_lines(path):
        lines = path.read_text().count("\n")
        at_most = MODULE_LINES_AT_MOST.get(layer_of(path), ELSE_AT_MOST)
        return lines if lines > at_most and named(path) not in LISTS else None

    assert broken_by(too_many_lines) == {}


def test_function_is_short_enough_to_read():
    def long(path):
        return [
            f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
            for node in nodes(path)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and node.end_lineno - code_starts(node) + 1 > FUNCTION_LINES_AT_MOST
        ]

    assert broken_by(long) == {}


def code_starts(function: ast.FunctionDef) -> int:
    """First line after the docstring, which may be as long as its examples need."""
    first = function.body[0]
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return first.end_lineno if is_docstring else function.lineno


def test_pages_are_nested():
    # A script directly in pages/ wakes Streamlit's old page discovery, which then
    # serves that page without app.py around it.
    assert not list((ROOT / "pages").glob("*.py"))


def test_every_layer_of_the_table_exists():
    # A renamed folder must not leave the rule watching nothing.
    assert [layer for layer in MAY_IMPORT if not modules(layer)] == []


def test_part_of_a_page_stands_without_what_another_could_not_show():
    # An answer that is refused ends its part; a later part that uses it would be a fault.
    def leans_on_another(path):
        parts = [node for node in ast.parse(path.read_text()).body if is_part(node)]
        return {
            name
            for index, part in enumerate(parts)
            for later in parts[index + 1 :]
            for name in names(part, ast.Store) & names(later, ast.Load) - names(later, ast.Store)
        }

    assert broken_by(leans_on_another, "pages") == {}


def is_part(node: ast.stmt) -> bool:
    """Whether this is a block after whose failure the page goes on."""
    if not isinstance(node, ast.With):
        return False
    call = node.items[0].context_expr
    return isinstance(call, ast.Call) and ast.unparse(call) == "explained()"


def names(node: ast.AST, context: type) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, context)}
