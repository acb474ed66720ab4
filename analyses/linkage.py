"""The link of a view: what one point of satisfaction goes with, in leaving, payment and spend."""

from collections.abc import Mapping

import ibis.expr.types as ir
import pandas as pd

import analyses.churn
from analyses.churn import ENOUGH_CUSTOMERS
from analyses.scope import Scope, one_in
from models.figures import NoSuchFigure
from models.linkage import Linkage, fit_linkage
from models.linkage_checks import LinkageChecks, fit_linkage_checks
from models.linkage_personas import PersonaLinks, fit_persona_links
from models.linkage_policies import ChannelScores, fit_channel_scores
from models.linkage_rows import HORIZON
from models.personas import Personas
from warehouse.linkage import linked_answers, linked_invoices
from warehouse.scores import survey_answers
from warehouse.workspace import Tables

__all__ = ["channels", "checks", "of_personas", "read", "receipt_rows", "run"]


def read(
    tables: Tables, scope: Scope, *, learnt: pd.DataFrame | None = None
) -> Mapping[str, pd.DataFrame]:
    """Customer-months, answers and invoices; `learnt` is what `analyses.churn.months` gives."""
    tables.require("customers", "invoices", "payments", "surveys")
    months = analyses.churn.months(tables, scope) if learnt is None else learnt
    part = one_in(tables, ENOUGH_CUSTOMERS)
    invoices = linked_invoices(
        scope.invoices(tables), tables, scope.as_of, horizon=HORIZON, one_in=part
    )
    # Of very many customers the months are of a part; the answers of others find no months.
    answers = scope.of_customers(linked_answers(tables, scope.as_of), tables)
    return {
        "months": months,
        "answers": answers.order_by(*answers.columns[:4]).to_pandas(),
        "invoices": invoices.order_by("customer_id", "issued_on", "invoice_id").to_pandas(),
    }


def run(
    tables: Tables,
    scope: Scope,
    *,
    learnt: pd.DataFrame | None = None,
    rows: Mapping[str, pd.DataFrame] | None = None,
) -> Linkage:
    """Effects of one point of each score; `rows` is what `read` gives, where it is at hand.

    Raises
    ------
    Refusal
        As `fit_linkage`.
    """
    rows = read(tables, scope, learnt=learnt) if rows is None else rows
    return fit_linkage(**rows, as_of=scope.as_of)


def checks(
    tables: Tables,
    scope: Scope,
    *,
    measure: str,
    rows: Mapping[str, pd.DataFrame] | None = None,
) -> LinkageChecks:
    """How far the link of one measure with leaving can be believed.

    Raises
    ------
    Refusal
        As `fit_linkage_checks`.
    """
    rows = read(tables, scope) if rows is None else rows
    return fit_linkage_checks(**rows, as_of=scope.as_of, measure=measure)


def of_personas(
    tables: Tables,
    scope: Scope,
    *,
    personas: Personas,
    measure: str,
    rows: Mapping[str, pd.DataFrame] | None = None,
) -> PersonaLinks:
    """What one point of a score goes with, persona by persona.

    Raises
    ------
    Refusal
        As `fit_persona_links`.
    """
    rows = read(tables, scope) if rows is None else rows
    return fit_persona_links(
        **rows, personas=personas.by_customer, as_of=scope.as_of, measure=measure
    )


def channels(
    tables: Tables, scope: Scope, *, rows: Mapping[str, pd.DataFrame] | None = None
) -> ChannelScores:
    """How content with invoicing customers are by the channel of their invoices.

    Raises
    ------
    Refusal
        As `fit_channel_scores`.
    """
    return fit_channel_scores(**(read(tables, scope) if rows is None else rows))


def receipt_rows(tables: Tables, scope: Scope, figure_id: str) -> ir.Table:
    """The answers to CSAT that the figures of the link start from.

    Raises
    ------
    NoSuchFigure
        If `figure_id` is not a figure of the link.
    """
    if not figure_id.startswith("linkage."):
        raise NoSuchFigure(figure_id, "the link from satisfaction to money")
    tables.require("surveys")
    answers = survey_answers(tables, scope.as_of)
    rows = scope.of_customers(answers.filter(answers.measure == "csat"), tables)
    return rows.order_by("customer_id", "answered_on", "survey_id")
