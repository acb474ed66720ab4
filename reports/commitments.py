"""Slides of commitments: what earlier reviews promised, with its score, and what this one does."""

from charts.wording import count_of, date, in_unit
from models.asks import Ask
from models.commitments import CANNOT_TELL, MET, MISSED, TOO_EARLY, Commitment, Scored
from models.figures import DEFINITIONS
from reports.asks import deed
from reports.edition import Results
from reports.slides import Column, Draft, Finding, add_table, capitalized
from reports.template import CONTENT

__all__ = ["add_carried_over", "add_committed", "carried_finding"]

MOST_ROWS = 8


def add_carried_over(draft: Draft, results: Results) -> None:
    """What earlier reviews promised, scored by the figures of this one; nothing where none did."""
    if not draft.carried:
        return
    finding = carried_finding(draft.carried)
    slide = draft.add(finding, *dict.fromkeys(one.commitment.figure_id for one in draft.carried))
    columns = (
        Column("Commitment", 3.6, bold=True, size=12, longest=110),
        Column("Figure", 2.3, size=11),
        Column("Then", 1.1, right=True, size=11),
        Column("Target", 1.5, right=True, size=11),
        Column("Now", 1.1, right=True, bold=True),
        Column("By", 1.15, right=True, size=11),
        Column("Score", 1.38, bold=True, size=12),
    )
    # The newest due are looked at in the meeting; how many more there are is said.
    shown = draft.carried[-MOST_ROWS:]
    rows = [
        (
            f"{one.commitment.text} ({one.commitment.owner})",
            DEFINITIONS[one.commitment.figure_id].label,
            in_its_unit(one.commitment, one.commitment.value),
            target_in_words(one.commitment),
            "–" if one.figure is None else in_its_unit(one.commitment, one.figure.value),
            date(one.commitment.by),
            capitalized(one.verdict),
        )
        for one in shown
    ]
    if len(draft.carried) > len(shown):
        rows.append((f"and {len(draft.carried) - len(shown)} due earlier", *[""] * 6))
    says = "Commitments of earlier reviews with their targets and scores"
    add_table(slide, CONTENT, columns, rows, says=says, row_height=0.48)


def carried_finding(carried: tuple[Scored, ...]) -> Finding:
    """How many of those due were met, and why of some nobody can tell."""
    n = dict.fromkeys((MET, MISSED, CANNOT_TELL, TOO_EARLY), 0)
    for one in carried:
        n[one.verdict] += 1
    due = len(carried) - n[TOO_EARLY]
    early = f"{count_of(n[TOO_EARLY], 'commitment')} of earlier reviews still has time"
    if not due:
        return Finding(capitalized(early if n[TOO_EARLY] == 1 else early.replace("has", "have")),
                       "None is due yet.")  # fmt: skip
    said = f"{n[MISSED]} missed; of {n[CANNOT_TELL]} nobody can tell"
    if n[TOO_EARLY]:
        said += f"; {n[TOO_EARLY]} not due yet"
    why = next((one.reason for one in carried if one.verdict == CANNOT_TELL), "")
    return Finding(
        f"{n[MET]} of {count_of(due, 'commitment')} that fell due "
        f"{'was' if n[MET] == 1 else 'were'} met",
        f"{said}. {why}".strip(),
    )


def add_committed(draft: Draft, results: Results) -> None:
    """What is promised until next time; where nothing is yet, what the asks propose."""
    if draft.committed:
        promise(draft)
    elif draft.asks:
        propose(draft)


def promise(draft: Draft) -> None:
    made = draft.committed
    first = min(made, key=lambda one: one.by)
    finding = Finding(
        f"We commit to {count_of(len(made), 'result')}; the first is due {date(first.by)}",
        "Each is scored at the next review by the figure named here: met, missed, or within noise "
        "of the target and so not to be told.",
    )
    slide = draft.add(finding, *dict.fromkeys(one.figure_id for one in made))
    columns = (
        Column("Commitment", 4.4, bold=True, longest=110),
        Column("Figure", 2.7, size=11),
        Column("Now", 1.2, right=True),
        Column("Target", 1.6, right=True, bold=True),
        Column("By", 1.15, right=True, size=11),
        Column("", 0.1),
        Column("Owner", 0.98, size=11),
    )
    rows = [
        (one.text, DEFINITIONS[one.figure_id].label, in_its_unit(one, one.value),
         target_in_words(one), date(one.by), "", one.owner)
        for one in made[:MOST_ROWS]
    ]  # fmt: skip
    if len(made) > MOST_ROWS:
        rows.append((f"and {len(made) - MOST_ROWS} more", *[""] * 6))
    says = "Commitments with target, day and owner"
    add_table(slide, CONTENT, columns, rows, says=says, row_height=0.48)


def propose(draft: Draft) -> None:
    finding = Finding(
        f"Nothing is committed to yet; the asks propose {count_of(len(draft.asks), 'result')} to "
        "decide on",
        "Choose targets and owners on the page of the quarterly review; the next review then "
        "scores them by these figures.",
    )
    slide = draft.add(finding, *dict.fromkeys(ask.figure_id for ask in draft.asks))
    columns = (
        Column("Proposed", 4.9, bold=True, longest=150),
        Column("Scored by", 2.9, size=11),
        Column("Now", 1.35, right=True),
        Column("At best", 1.35, right=True, bold=True),
        Column("By", 1.63, right=True, size=11),
    )
    by = date(draft.edition.next_quarter_end)
    rows = [(capitalized(deed(ask)), *reach(draft, ask), by) for ask in draft.asks[:MOST_ROWS]]
    says = "Proposed commitments with what they could reach"
    add_table(slide, CONTENT, columns, rows, says=says, row_height=0.62)


def reach(draft: Draft, ask: Ask) -> tuple[str, str, str]:
    """The figure that scores an ask, where it stands, and where the ask could bring it."""
    definition, now = DEFINITIONS[ask.figure_id], draft.figures.get(ask.figure_id)
    value = None if now is None else now.value
    best = None if value is None or ask.change is None else value + ask.change
    return (
        definition.label,
        in_unit(value, definition.unit, draft.currency),
        in_unit(best, definition.unit, draft.currency),
    )


def in_its_unit(one: Commitment, value: float | None) -> str:
    return in_unit(value, DEFINITIONS[one.figure_id].unit, one.currency)


def target_in_words(one: Commitment) -> str:
    """The target as a slide writes it.

    >>> import datetime as dt
    >>> day = dt.date(2026, 9, 30)
    >>> target_in_words(
    ...     Commitment(
    ...         "1",
    ...         "Bill weekly",
    ...         "receivables.dso",
    ...         50.0,
    ...         True,
    ...         dt.date(2026, 12, 31),
    ...         "Ada",
    ...         day,
    ...         54.2,
    ...         "EUR",
    ...     )
    ... )
    'at most 50.0 days'
    """
    return f"at {'most' if one.at_most else 'least'} {in_its_unit(one, one.target)}"
