"""What the personas of a view write about in surveys: what they expect, and complain of."""

import analyses.personas
from analyses.scope import Scope
from models.buying_expectations import BuyingExpectations, fit_buying_expectations
from models.personas import Personas
from warehouse.survey_comments import survey_comments
from warehouse.workspace import Tables

__all__ = ["run"]


def run(tables: Tables, scope: Scope, *, personas: Personas | None = None) -> BuyingExpectations:
    """Topics of the comments of each persona, where `personas` are at hand without finding them."""
    personas = analyses.personas.run(tables, scope) if personas is None else personas
    comments = survey_comments(tables, scope.as_of).to_pandas()
    return fit_buying_expectations(comments, personas.by_customer)
