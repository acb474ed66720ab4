"""Several rows of a file to one canonical row: what is taken from a group, column by column."""

from collections.abc import Iterator, Mapping, Sequence

import ibis
import ibis.expr.types as ir

from warehouse.recipe_cells import Piece, Sheet, combined, kinds, nothing, row_piece
from warehouse.recipe_language import Cell
from warehouse.schema import Column

__all__ = ["grouped"]


def grouped(
    sheet: Sheet,
    keys: Sequence[ir.StringValue],
    cells: Mapping[str, Cell],
    columns: Mapping[str, Column],
) -> ir.Table:
    """One row for each value of `keys`.

    A cell that does not say what it takes of its group takes the first value, in the
    order of the file. Rows without a key make one row, which its empty key refuses.
    """
    taken = [
        (part, kind, target)
        for target, column in columns.items()
        if target in cells
        for part, kind in _parts(cells[target], column)
    ]
    named_keys = {f"key{i}": key for i, key in enumerate(keys)}
    pieces = {}
    for i, (cell, column, target) in enumerate(taken):
        piece = row_piece(cell, column, target, sheet)
        pieces |= {f"value{i}": piece.value, f"text{i}": piece.text}
    rows = sheet.rows
    flat = rows.select(**named_keys, **pieces, _row=rows["_row"], _problem=rows["_problem"])
    flat = _with_frequencies(flat, list(named_keys), [cell.take for cell, _, _ in taken])
    aggregates: dict[str, ir.Value] = {}
    for i, (cell, _column, _target) in enumerate(taken):
        aggregates |= _taken(flat, i, cell.take or "first")
    groups = flat.group_by(list(named_keys)).aggregate(
        **aggregates,
        _row=flat["_row"].min(),
        _rows=flat["_row"].collect(order_by=flat["_row"]),
        _problem=flat["_problem"].min(),
    )
    return _typed(groups, cells, columns)


def _parts(cell: Cell, column: Column) -> Iterator[tuple[Cell, Column]]:
    """The parts of `cell` that are taken from a group before it is worked out."""
    if cell.takes_inside and not cell.take:
        for part, kind in zip(cell.operands, kinds(cell, column), strict=True):
            yield from _parts(part, kind)
    else:
        yield cell, column


def _typed(groups: ir.Table, cells: Mapping[str, Cell], columns: Mapping[str, Column]) -> ir.Table:
    """Canonical columns from the parts taken, which stand in the order of `_parts`."""
    position = iter(range(len(groups.columns)))

    def piece_of(cell: Cell, column: Column) -> Piece:
        if cell.takes_inside and not cell.take:
            operands = zip(cell.operands, kinds(cell, column), strict=True)
            return combined(cell, [piece_of(part, kind) for part, kind in operands], column)
        i = next(position)
        return Piece(groups[f"value{i}"], groups[f"text{i}"])

    found: dict[str, ir.Value] = {}
    for target, column in columns.items():
        piece = piece_of(cells[target], column) if target in cells else nothing(column)
        found[target] = piece.value.try_cast(column.ibis_type)
        found[f"{target}__text"] = piece.text.cast("string")
    around = {name: groups[name] for name in ("_row", "_rows", "_problem")}
    return groups.select(**found, **around)


def _with_frequencies(flat: ir.Table, keys: Sequence[str], takes: Sequence[str | None]) -> ir.Table:
    """How often each value occurs in its group, for the columns that take the most common."""
    counts = {
        f"n{i}": flat["_row"].count().over(ibis.window(group_by=[*keys, f"value{i}"]))
        for i, take in enumerate(takes)
        if take == "most_common"
    }
    return flat.mutate(**counts) if counts else flat


def _taken(flat: ir.Table, i: int, take: str) -> dict[str, ir.Value]:
    """Value and text of one column for a group.

    A cell that cannot be read is passed over where another can stand for it; a sum with a
    cell missing would be wrong, so it is unreadable as a whole.
    """
    value, text, row = flat[f"value{i}"], flat[f"text{i}"], flat["_row"]
    readable = value.notnull()
    wrong = text.argmin(row, where=~readable & text.notnull())
    if take == "count":
        return {f"value{i}": text.count(), f"text{i}": text.count().cast("string")}
    if take == "sum":
        total = ibis.ifelse(wrong.isnull(), value.sum(), ibis.null())
        return {f"value{i}": total, f"text{i}": ibis.coalesce(wrong, value.sum().cast("string"))}
    if take == "first":
        chosen = value.argmin(row, where=readable)
        shown = text.argmin(row, where=readable)
    elif take == "most_common":
        # Of values that are equally common, the smallest: no run differs from another.
        order = [ibis.desc(flat[f"n{i}"]), value]
        chosen = value.first(order_by=order, where=readable)
        shown = text.first(order_by=[*order, text], where=readable)
    elif take == "min":
        chosen, shown = value.min(), text.argmin(value, where=readable)
    else:
        chosen, shown = value.max(), text.argmax(value, where=readable)
    return {f"value{i}": chosen, f"text{i}": ibis.coalesce(shown, wrong)}
