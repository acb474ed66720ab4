"""Slide of personas: which kinds of customers there are, and what sets them apart."""

from charts.wording import count, count_of, share
from models.personas import Personas
from reports.edition import Results
from reports.native_charts import add_bars
from reports.slides import (
    Column,
    Draft,
    Finding,
    add_caption,
    add_refusal,
    add_table,
    called,
    side_by_side,
)
from reports.template import ACCENT, QUIET, QUIET_RGB, Box

__all__ = ["add_personas", "personas_finding"]

FIGURES = ("personas.count",)
MOST_ROWS = 9
#: Standard deviations from the average customer that are worth a word.
TELLING = 0.5


def add_personas(draft: Draft, results: Results) -> None:
    """The personas by size, and what sets each apart."""
    personas = draft.held(results, "personas", "Personas cannot be told yet", *FIGURES)
    if personas is None:
        return
    finding = personas_finding(personas)
    slide = draft.add(finding, *FIGURES)
    if personas.reason:
        add_refusal(slide, personas.reason, title="One kind of customer")
        return
    table = personas.table.head(MOST_ROWS)
    usable = table["persona"].isin(personas.for_decisions)
    left, right = side_by_side(7.0)
    add_bars(
        slide,
        left,
        [called(name, longest=28) for name in table["persona"]],
        list(table["share"]),
        name="Share of customers",
        says=f"Bars: share of customers in each persona. {finding.title}",
        number_format="0 %",
        label_format="0 %",
        colors=[ACCENT if stable else QUIET for stable in usable],
        across=True,
    )
    columns = (
        Column("Persona", 2.15, bold=True, size=11, longest=34),
        Column("n", 0.6, right=True, size=11),
        Column("Stability", 0.85, right=True, size=11),
        Column("Against the average customer", 3.4, size=10, longest=90),
    )
    rows = [
        (row.persona, count(row.n), f"{row.stability:.2f}", set_apart(personas, row.persona))
        for row in table.itertuples()
    ]
    ends = add_table(slide, right, columns, rows, says="What sets each persona apart",
                     row_height=min(0.5, 4.0 / (len(rows) + 1)))  # fmt: skip
    add_caption(
        slide,
        Box(right.left + 0.08, ends + 0.15, right.width - 0.08, 0.5),
        "Stability: how much of a group comes back when customers are drawn again; below 0.75 it "
        "is shown and not decided by. Behaviours in standard deviations.",
        size=10,
        bold=False,
        color=QUIET_RGB,
    )


def personas_finding(personas: Personas) -> Finding:
    """How many personas there are, which is the largest, and which may be decided by."""
    if personas.reason:
        return Finding("Customers are of one kind: there are no personas", "")
    largest = personas.table.iloc[0]
    stable = len(personas.for_decisions)
    sure = (
        "All of them come back when customers are drawn again."
        if stable == personas.count
        else f"{count(stable)} of them come back when customers are drawn again; decide by these."
    )
    unclear = int(personas.between()["n"].sum())
    return Finding(
        f"Customers fall into {personas.count} personas; the largest, "
        f"{called(largest['persona'])}, holds {share(largest['share'], 0)}",
        f"{sure} {count_of(unclear, 'customer')} of {count(personas.n_customers)} are between two.",
    )


def set_apart(personas: Personas, persona: str) -> str:
    """The behaviours in which a persona differs most, as numbers."""
    distances = personas.distances.loc[persona]
    telling = distances[distances.abs() >= TELLING].sort_values(key=abs, ascending=False)
    return ", ".join(f"{name} {d:+z.1f}" for name, d in telling.head(4).items()) or "average"
