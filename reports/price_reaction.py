"""Slide of price reaction: what a price or a surprising bill does, as far as it was seen."""

import pandas as pd

from charts.wording import count, count_of
from models.price_reaction import OUTCOMES, PriceReaction
from reports.edition import Results
from reports.slides import Column, Draft, Finding, add_table
from reports.template import CONTENT

__all__ = ["add_price_reaction", "reaction_finding"]

FIGURES = ("pricing.price_rise_hazard_ratio", "pricing.bill_shock_hazard_ratio")
MOST_ROWS = 9
TRIGGERS = {
    ("bill", "up"): "bill up to a quarter above", ("bill", "surprise"): "surprising bill",
    ("bill", "further"): "beyond the usual surprise", ("bill", "down"): "bill below",
    ("change", "up"): "higher price", ("change", "down"): "lower price",
}  # fmt: skip


def add_price_reaction(draft: Draft, results: Results) -> None:
    """The effects that were estimated, those told from none first."""
    otherwise = "What customers do when a price changes is not known yet"
    reaction = draft.held(results, "price_reaction", otherwise, *FIGURES)
    if reaction is None:
        return
    finding = reaction_finding(reaction)
    slide = draft.add(finding, *FIGURES)
    columns = (
        Column("Reaction", 3.3, bold=True, size=12),
        Column("To", 3.0, size=12),
        Column("For a tenth", 1.3, right=True, bold=True, size=12),
        Column("Interval", 1.9, right=True, size=12),
        Column("Unit", 1.7, size=11),
        Column("n", 0.93, right=True, size=12),
    )
    rows = [
        (
            OUTCOMES[row.outcome].label,
            TRIGGERS[row.trigger, row.direction],
            f"{row.effect:+z.3f}",
            f"{row.low:+z.3f} to {row.high:+z.3f}",
            OUTCOMES[row.outcome].unit,
            count(row.n),
        )
        for row in told(reaction).itertuples()
    ]
    if rows:
        says = f"Effects of bills and prices. {finding.title}"
        add_table(slide, CONTENT, columns, rows, says=says, row_height=0.42)


def told(reaction: PriceReaction) -> pd.DataFrame:
    """Estimated effects, those that are told from none first, the surest of them first."""
    rows = reaction.estimates[reaction.estimates["source"] == "estimated"]
    z = (rows["effect"] / rows["std_err"]).abs()
    rows = rows.assign(clear=rows["verdict"] != "no effect found", z=z)
    return rows.sort_values(["clear", "z"], ascending=False).head(MOST_ROWS)


def reaction_finding(reaction: PriceReaction) -> Finding:
    """How many effects are told from none, and how many are assumed."""
    rows = reaction.estimates
    clear = rows[rows["verdict"].isin(["more", "less"])]
    assumed = int((rows["source"] == "assumed").sum())
    n = count_of(int((rows["source"] == "estimated").sum()), "estimated effect")
    said = (
        f"{count_of(assumed, 'other effect')} cannot be estimated and must be assumed; bills are "
        "not drawn at random, so what makes one high may act itself."
    )
    if clear.empty:
        return Finding(f"No reaction to bills or prices is told from none in {n}", said)
    top = told(reaction).iloc[0]
    title = (
        f"{len(clear)} of {n} of bills and prices are told from none: most surely "
        f"{OUTCOMES[top['outcome']].label.lower()}, {'more' if top['effect'] > 0 else 'less'} "
        f"after a {TRIGGERS[top['trigger'], top['direction']]}"
    )
    return Finding(title, said)
