"""What is exported for other programs: one row an invoice, and one row a customer."""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
import pandas as pd

import analyses.receivables
from analyses.review import Review
from models.churn_definitions import CHURN_CAUSES
from models.churn_outlook import CAUSE_HORIZONS, DRIVERS, HORIZONS
from models.late_causes import CAUSES
from warehouse.late_payments import invoice_outcomes, open_invoices
from warehouse.late_signals import payment_rhythm
from warehouse.workspace import Tables

__all__ = ["customer_rows", "invoice_rows", "newest_rows"]


def invoice_rows(tables: Tables, review: Review) -> ir.Table:
    """One row for every invoice of the view, open ones with their scores.

    ``amount`` and ``open_amount_original`` are in the invoice's ``currency``;
    ``amount_reporting`` and ``open_amount`` in the reporting currency. The open
    amount is 0 once settled and adds up to the open receivables; ``days_past_due``
    is empty then, because nothing is due any more.
    """
    scope = review.scope
    invoices = scope.invoices(tables)
    rows = invoice_outcomes(invoices, tables, scope.as_of)
    owed = open_invoices(invoices, tables, scope.as_of)
    owed = owed.select("invoice_id", "open_amount", "open_amount_original")
    rows = rows.left_join(owed, "invoice_id").drop("invoice_id_right")
    still_open = rows.outcome == "open"
    rows = rows.mutate(
        amount=rows.amount_original,
        amount_reporting=rows.amount,
        open_amount=rows.open_amount.fill_null(0.0),
        open_amount_original=rows.open_amount_original.fill_null(0.0),
        days_past_due=ibis.ifelse(still_open, rows.days_past_due, ibis.null("int64")),
    ).drop("amount_original")
    rows = rows.left_join(scores(review), "invoice_id").drop("invoice_id_right")
    rows = rows.left_join(causes(review), "invoice_id").drop("invoice_id_right")
    return rows.order_by("invoice_id")


def newest_rows(invoices: ir.Table, most: int) -> tuple[pd.DataFrame, int]:
    """The open and then the newest of `invoice_rows`, one more than `most`, and how many there are.

    A spreadsheet holds no more; the one beyond tells how far back the others are complete.
    """
    is_open = ibis.desc(invoices.open_amount > 0)
    newest = invoices.order_by(is_open, ibis.desc("issued_on"), "invoice_id").limit(most + 1)
    rows = newest.to_pandas()
    return rows, len(rows) if len(rows) <= most else int(invoices.count().to_pandas())


def customer_rows(tables: Tables, review: Review) -> ir.Table:
    """One row for every customer, with what it owes in the reporting currency."""
    owed = analyses.receivables.by_customer(tables, review.scope).drop("name")
    rows = tables["customers"].left_join(owed, "customer_id").drop("customer_id_right")
    # Not yet a customer on that day, unless it owes already: dates of acquisition can be wrong.
    rows = rows.filter((rows.acquired_on <= review.scope.as_of) | rows.open_amount.notnull())
    rows = rows.left_join(persona_of_each(review), "customer_id").drop("customer_id_right")
    rows = rows.left_join(negative_of_each(review), "customer_id").drop("customer_id_right")
    rows = rows.left_join(outlook_of_each(review), "customer_id").drop("customer_id_right")
    rows = rows.left_join(value_of_each(review), "customer_id").drop("customer_id_right")
    rows = rows.left_join(headroom_of_each(review), "customer_id").drop("customer_id_right")
    rhythm = payment_rhythm(tables, review.scope.as_of)
    rows = rows.left_join(rhythm, "customer_id").drop("customer_id_right")
    return rows.mutate(
        open_amount=rows.open_amount.fill_null(0.0),
        overdue_amount=rows.overdue_amount.fill_null(0.0),
        n_open=rows.n_open.fill_null(0),
    ).order_by("customer_id")


def persona_of_each(review: Review) -> ir.Table:
    """Persona and how sure it is; empty for a customer that is in none."""
    schema = {"customer_id": "string", "persona": "string", "persona_probability": "float64"}
    personas = review.personas
    rows = personas and personas.membership.rename(columns={"probability": "persona_probability"})
    return typed(rows, schema)


def negative_of_each(review: Review) -> ir.Table:
    """Whether a customer is in a negative persona, and why; empty where that cannot be told."""
    schema = {"customer_id": "string", "negative_persona": "boolean", "negative_reasons": "string"}
    return typed(review.negative_personas and review.negative_personas.customers, schema)


def outlook_of_each(review: Review) -> ir.Table:
    """Chances of leaving and what drives them; empty for who is no customer any more."""
    numbers = [
        "churn_risk_12m", "churn_risk_12m_low", "churn_risk_12m_high",
        *(f"survival_{ahead}m" for ahead in HORIZONS),
        *(f"cif_{cause}_{ahead}m" for ahead in CAUSE_HORIZONS for cause in CHURN_CAUSES),
    ]  # fmt: skip
    schema = {
        "customer_id": "string",
        **dict.fromkeys(numbers, "float64"),
        "survival_reason": "string",
        **{f"churn_driver_{place}": "string" for place in range(1, DRIVERS + 1)},
    }
    return typed(review.scored_customers, schema)


def value_of_each(review: Review) -> ir.Table:
    """Lifetime value with its interval; empty for who is no customer any more."""
    numbers = ("cltv", "cltv_low", "cltv_high", "cltv_baseline")
    schema = {"customer_id": "string", **dict.fromkeys(numbers, "float64")}
    return typed(review.lifetime_value and review.lifetime_value.customers, schema)


def headroom_of_each(review: Review) -> ir.Table:
    """What the credit limit leaves, in the reporting currency; empty without a limit."""
    schema = {"customer_id": "string", "headroom": "float64"}
    return typed(review.credit and review.credit.customers, schema)


def scores(review: Review) -> ir.Table:
    """What only an open invoice has: its chances, and when its money is expected."""
    schema = {"invoice_id": "string", "p_late": "float64", "p_paid_60": "float64",
              "chance_reason": "string",
              "expected_paid_on": "date", "expected_low": "date", "expected_high": "date",
              "expected_reason": "string"}  # fmt: skip
    return typed(review.scored_invoices, schema)


def causes(review: Review) -> ir.Table:
    """Why an invoice is late; empty for one that is not, nor likely to be."""
    chances = dict.fromkeys((f"cause_{cause}" for cause in CAUSES), "float64")
    schema = {"invoice_id": "string", "cause": "string", **chances, "cause_evidence": "string"}
    found = review.late_causes
    return typed(found and found.invoices.rename(columns={"evidence": "cause_evidence"}), schema)


def typed(rows: pd.DataFrame | None, schema: Mapping[str, str]) -> ir.Table:
    """The columns of `schema`; no row where there are none."""
    if rows is None:
        # Typed as objects: columns without a row would be numbers, which no date can be read from.
        rows = pd.DataFrame({name: pd.Series(dtype=object) for name in schema})
    days = [name for name, kind in schema.items() if kind == "date"]
    known = {name: rows[name].astype(object).where(rows[name].notna(), None) for name in days}
    return ibis.memtable(rows.assign(**known)[list(schema)], schema=schema)
