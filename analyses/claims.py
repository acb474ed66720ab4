"""Claims of a workspace: kept before an initiative begins, scored on any later day."""

import datetime as dt
from collections.abc import Sequence

from analyses.scope import Scope
from models.claims import (
    Claim,
    Score,
    claim_from,
    claim_to,
    score_claim,
    treated_otherwise,
    windows,
)
from models.refusal import Refusal
from warehouse.claims import customer_outcomes
from warehouse.settings import Settings
from warehouse.workspace import MissingTable, Tables

__all__ = ["kept", "register", "run", "score"]

#: Where a workspace keeps them, each under a key of its own.
PLACE = "claim:"


def register(settings: Settings, claim: Claim) -> None:
    """Keep a claim; one of that name that is kept already is never changed.

    Raises
    ------
    ValueError
        If there is one.
    """
    if not settings.put_new(PLACE + claim.name, claim_to(claim)):
        raise ValueError(
            f"{claim.title} is registered from {claim.starts_on} on already, and claims are not "
            "changed once they are. Choose another start."
        )


def kept(settings: Settings, as_of: dt.date) -> list[Claim]:
    """Claims registered by `as_of`, oldest first."""
    claims = (claim_from(said) for said in settings.items(PLACE).values())
    return sorted(
        (claim for claim in claims if claim.as_of <= as_of),
        key=lambda claim: (claim.as_of, claim.name),
    )


def score(tables: Tables, scope: Scope, *, claim: Claim, others: Sequence[Claim] = ()) -> Score:
    """What came of a claim by the as-of date, among the customers of the view.

    `others` are the claims registered besides, whose treated are no look-alikes.

    Raises
    ------
    Refusal
        As `score_claim`.
    """
    before, after = windows(claim, scope.as_of)
    rows = customer_outcomes(tables, claim.outcome, before=before, after=after)
    found = scope.of_customers(rows, tables).to_pandas()
    unfair = treated_otherwise(claim, others, after[1])
    return score_claim(claim, found[~found["customer_id"].isin(unfair)], scope.as_of)


def run(tables: Tables, scope: Scope) -> tuple[tuple[Claim, Score | str], ...]:
    """Every claim registered by the as-of date, with its score or why there is none."""
    made = []
    claims = kept(tables.settings, scope.as_of)
    for claim in claims:
        try:
            made.append((claim, score(tables, scope, claim=claim, others=claims)))
        except (Refusal, MissingTable) as refusal:
            made.append((claim, str(refusal)))
    return tuple(made)
