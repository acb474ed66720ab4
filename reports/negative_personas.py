"""Slide of negative personas: who loses money, how surely, and why."""

import numpy as np

from charts.wording import count_of, in_unit, money, share
from models.negative_personas import NegativePersonas
from models.negative_reasons import REASONS
from reports.edition import Results
from reports.slides import Column, Draft, Finding, add_table, called, side_by_side

__all__ = ["add_negative_personas", "negative_personas_finding"]

FIGURES = ("personas.negative_share",)
MOST_ROWS = 9


def add_negative_personas(draft: Draft, results: Results) -> None:
    """The personas by what they bring, and the reasons against the negative ones."""
    otherwise = "Whom to avoid is not known yet"
    negative = draft.held(results, "negative_personas", otherwise, *FIGURES)
    if negative is None:
        return
    if negative.table.empty:
        draft.refuse("There are no personas to avoid", "The data show no groups of customers.",
                     *FIGURES)  # fmt: skip
        return
    slide = draft.add(negative_personas_finding(negative, draft.currency), *FIGURES)
    left, right = side_by_side(4.6)
    columns = (
        Column("Persona", 2.7, bold=True, size=11),
        Column("n", 0.6, right=True, size=11),
        Column("Another brings", 2.4, right=True, size=11),
        Column("Lose money", 1.3, right=True, size=11),
    )
    rows = [
        (
            called(row["persona"]),
            f"{row['n']:,}",
            f"{in_unit(row['value'], 'money', draft.currency)} "
            f"({in_unit(row['value_low'], 'money', draft.currency)} to "
            f"{in_unit(row['value_high'], 'money', draft.currency)})",
            f"{share(row['chance'], 0)} (≥ {share(row['chance_low'], 0)})",
        )
        for row in negative.table.head(MOST_ROWS).to_dict(orient="records")
    ]
    add_table(slide, left, columns, rows, says="Personas by what another customer brings",
              row_height=0.42)  # fmt: skip
    reasons = [
        (REASONS[row.reason], f"{row.n:,}", share(row.share, 0))
        for row in negative.reasons.itertuples()
    ]
    columns = (
        Column("Reason, customers to avoid", 3.0, size=11),
        Column("n", 0.7, right=True, size=11),
        Column("Share", 0.9, right=True, size=11),
    )
    add_table(slide, right, columns, reasons, says="Reasons against them", row_height=0.42)


def negative_personas_finding(negative: NegativePersonas, currency: str) -> Finding:
    """Who is to be avoided, and who is wanted most."""
    best = negative.table.iloc[0]
    wanted = (
        f"Most wanted: {called(best['persona'])}, of whom another brings "
        f"{money(best['value'], currency)} after winning and serving it."
    )
    if not negative.names:
        return Finding("No kind of customer loses money for sure", wanted)
    names = ", ".join(called(name) for name in negative.names)
    avoided = negative.table[negative.table["negative"]]
    # As the table beside it has it: of customers who were held out.
    lost = float(np.average(avoided["value"], weights=avoided["n"]))
    return Finding(
        f"To avoid: {names}; another such customer loses {money(-lost, currency)}",
        f"{count_of(len(negative.flagged), 'customer')} are of this kind. {wanted}",
    )
