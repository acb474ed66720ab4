"""The canonical tables. Every analysis reads these and nothing else; read them aloud."""

from collections.abc import Mapping

from ibis import _

from warehouse.schema import ForeignKey, Rule, Schema, optional, required

__all__ = ["BILLING_MODELS", "ESSENTIAL", "TABLES"]

#: Tables without which there is nothing to analyse.
ESSENTIAL = ("customers", "invoices", "payments")

BILLING_MODELS = (
    "fixed",
    "usage",
    "tiered",
    "per_thousand",
    "discount_tiers",
    "minimum_fee",
    "included_units",
    "overage",
    "customer_specific",
    "consolidated",
)

TO_CUSTOMER = ForeignKey("customer_id", "customers")
TO_PRODUCT = ForeignKey("product_id", "products")
TO_INVOICE = ForeignKey("invoice_id", "invoices")

AMOUNT_POSITIVE = Rule("amount_positive", _.amount > 0, "its amount is not greater than zero")
AMOUNT_NOT_NEGATIVE = Rule("amount_not_negative", _.amount >= 0, "its amount is negative")
MONTH_IS_FIRST_DAY = Rule(
    "month_is_first_day", _.month.day() == 1, "its month is not the first day of a month"
)
CURRENCY_CODE = Rule(
    "currency_is_a_code",
    _.currency.re_search("^[A-Z]{3}$"),
    "its currency is not a three-letter ISO 4217 code",
)


def after(later: str, earlier: str) -> Rule:
    """The rule that date `later` is not before date `earlier`."""
    return Rule(
        f"{later}_or_after_{earlier.removesuffix('_on')}",
        _[later] >= _[earlier],
        f"its {later} is before its {earlier}",
    )


def not_negative(column: str) -> Rule:
    return Rule(f"{column}_not_negative", _[column] >= 0, f"its {column} is negative")


SCHEMAS = (
    Schema(
        "customers",
        "one account",
        {
            "customer_id": required("text"),
            "name": required("text"),
            "parent_id": optional("text", says="the account this one belongs to"),
            "industry": required("text"),
            "employees": optional("int"),
            "country": optional("text", says="ISO 3166-1 alpha-2"),
            "region": optional("text"),
            "currency": required("text", says="ISO 4217"),
            "acquired_on": required("date"),
            "acquisition_channel": optional("text"),
            "acquisition_cost": optional("money"),
            "onboarding_cost": optional("money"),
            "payment_terms_days": required("int"),
            "credit_limit": optional("money"),
            "churned_on": optional("date"),
            "churn_reason": optional(
                "text",
                "price",
                "billing",
                "service",
                "product",
                "competitor",
                "insolvency",
                "other",
            ),
        },
        primary_key=("customer_id",),
        rules=(
            CURRENCY_CODE,
            not_negative("payment_terms_days"),
            Rule(
                "churned_on_or_after_acquired",
                _.churned_on >= _.acquired_on,
                "it left before it was acquired",
            ),
        ),
    ),
    Schema(
        "products",
        "one product or service",
        {
            "product_id": required("text"),
            "name": required("text"),
            "family": required("text", "subscription", "usage", "goods", "service"),
            "unit_cost": optional("money"),
            "unit_price": optional("money"),
        },
        primary_key=("product_id",),
    ),
    Schema(
        "contracts",
        "one agreement",
        {
            "contract_id": required("text"),
            "customer_id": required("text"),
            "product_id": required("text"),
            "started_on": required("date"),
            "ended_on": optional("date"),
            "renews_on": optional("date"),
            "billing_model": required("text", *BILLING_MODELS),
            "billing_timing": required(
                "text", "one_time", "in_advance", "in_arrears", "every_invoice"
            ),
            "monthly_value": optional("money"),
            "tariff_id": optional("text"),
        },
        primary_key=("contract_id",),
        foreign_keys=(TO_CUSTOMER, TO_PRODUCT),
        rules=(after("ended_on", "started_on"),),
    ),
    Schema(
        "tariffs",
        "one version of a tariff",
        {
            "tariff_id": required("text"),
            "valid_from": required("date"),
            "definition": required("text", says="its charges in YAML, see docs/tariffs.md"),
        },
        primary_key=("tariff_id", "valid_from"),
    ),
    Schema(
        "price_changes",
        "one announced change",
        {
            "change_id": required("text"),
            "contract_id": required("text"),
            "announced_on": required("date"),
            "effective_on": required("date"),
            "old_monthly_value": required("money"),
            "new_monthly_value": required("money"),
        },
        primary_key=("change_id",),
        foreign_keys=(ForeignKey("contract_id", "contracts"),),
    ),
    Schema(
        "invoices",
        "one invoice",
        {
            "invoice_id": required("text"),
            "customer_id": required("text"),
            "contract_id": optional("text"),
            "issued_on": required("date"),
            "due_on": required("date"),
            "amount": required("money", says="what the customer owes, greater than zero"),
            "currency": required("text", says="ISO 4217"),
            "channel": optional("text", "e_invoice", "portal", "email", "edi", "paper"),
            "kind": optional("text", "fixed", "usage", "project", "goods", "consolidated"),
            "late_reason": optional(
                "text",
                "dissatisfied",
                "cash",
                "process",
                "habit",
                says="why it is late, as a collector noted it; often empty, sometimes wrong",
            ),
            "reminder_arm": optional(
                "text",
                "usual",
                "hold_out",
                says="arm of a randomised test of reminders; hold_out gets none",
            ),
        },
        primary_key=("invoice_id",),
        foreign_keys=(TO_CUSTOMER, ForeignKey("contract_id", "contracts")),
        rules=(
            AMOUNT_POSITIVE,
            CURRENCY_CODE,
            Rule(
                "due_on_or_after_issue",
                _.due_on >= _.issued_on,
                "it is due before it was issued",
            ),
        ),
    ),
    Schema(
        "invoice_lines",
        "one line of an invoice",
        {
            "invoice_id": required("text"),
            "line_no": required("int"),
            "product_id": optional("text"),
            "charge": optional("text", *BILLING_MODELS),
            "quantity": required("number"),
            "amount": required("money"),
            "cost": optional("money"),
        },
        primary_key=("invoice_id", "line_no"),
        foreign_keys=(TO_INVOICE, TO_PRODUCT),
    ),
    Schema(
        "payments",
        "one payment on an invoice",
        {
            "payment_id": required("text"),
            "invoice_id": required("text"),
            "paid_on": required("date"),
            "amount": required("money", says="greater than zero"),
            "method": optional(
                "text", "card", "bank_transfer", "direct_debit", "cheque", "portal", "other"
            ),
        },
        primary_key=("payment_id",),
        foreign_keys=(
            ForeignKey("invoice_id", "invoices", brings={"invoice_issued_on": "issued_on"}),
        ),
        rules=(
            AMOUNT_POSITIVE,
            Rule(
                "paid_on_or_after_issue",
                _.paid_on >= _.invoice_issued_on,
                "it was paid before its invoice was issued",
            ),
        ),
    ),
    Schema(
        "adjustments",
        "one credit note, refund or write-off",
        {
            "adjustment_id": required("text"),
            "invoice_id": required("text"),
            "kind": required("text", "credit_note", "refund", "write_off"),
            "requested_on": required("date"),
            "completed_on": optional("date"),
            "amount": required("money", says="what is taken off, greater than zero"),
            "reason": optional("text"),
        },
        primary_key=("adjustment_id",),
        foreign_keys=(TO_INVOICE,),
        rules=(AMOUNT_POSITIVE, after("completed_on", "requested_on")),
    ),
    Schema(
        "disputes",
        "one dispute or chargeback",
        {
            "dispute_id": required("text"),
            "invoice_id": required("text"),
            "kind": required("text", "dispute", "chargeback"),
            "opened_on": optional("date", says="empty: not known before the invoice was settled"),
            "resolved_on": optional("date"),
            "amount": required("money"),
            "reason": required(
                "text",
                "price",
                "quantity",
                "quality",
                "delivery",
                "missing_po",
                "duplicate",
                "not_recognised",
                "other",
            ),
            "outcome": optional("text", "upheld", "rejected", "partial"),
        },
        primary_key=("dispute_id",),
        foreign_keys=(TO_INVOICE,),
        rules=(AMOUNT_NOT_NEGATIVE, after("resolved_on", "opened_on")),
    ),
    Schema(
        "reminders",
        "one dunning or collection contact",
        {
            "reminder_id": required("text"),
            "invoice_id": required("text"),
            "sent_on": required("date"),
            "stage": required("int", says="1 is the first"),
            "channel": required("text", "email", "phone", "letter", "portal", "sms"),
            "tone": required("text", "friendly", "neutral", "firm", "legal"),
            "staff_minutes": optional("number"),
        },
        primary_key=("reminder_id",),
        foreign_keys=(TO_INVOICE,),
        rules=(Rule("stage_from_one", _.stage >= 1, "its stage is below 1"),),
    ),
    Schema(
        "tickets",
        "one support case",
        {
            "ticket_id": required("text"),
            "customer_id": required("text"),
            "opened_on": required("date"),
            "resolved_on": optional("date"),
            "topic": required(
                "text",
                "billing",
                "payment",
                "pricing",
                "refund",
                "delivery",
                "product",
                "onboarding",
                "other",
            ),
            "handling_minutes": optional("number"),
            "cost": optional("money"),
            "text": optional("text"),
        },
        primary_key=("ticket_id",),
        foreign_keys=(TO_CUSTOMER,),
        rules=(after("resolved_on", "opened_on"), not_negative("handling_minutes")),
    ),
    Schema(
        "surveys",
        "one answer",
        {
            "survey_id": required("text"),
            "customer_id": required("text"),
            "respondent": optional("text"),
            "answered_on": required("date"),
            "measure": required("text", "nps", "csat", "ces"),
            "touchpoint": required(
                "text",
                "purchase",
                "invoicing",
                "refund",
                "reminder",
                "collection",
                "renewal",
                "delivery",
                "support",
                "onboarding",
                "relationship",
            ),
            "score": required("number", says="nps 0-10, csat 1-5, ces 1-7"),
            "comment": optional("text"),
            "too_cheap": optional("money", says="a month, so cheap that quality is in doubt"),
            "cheap": optional("money", says="a month, a bargain"),
            "expensive": optional("money", says="a month, dear but still thought about"),
            "too_expensive": optional("money", says="a month, too dear to be thought about"),
        },
        primary_key=("survey_id",),
        foreign_keys=(TO_CUSTOMER,),
        rules=(
            Rule(
                "score_on_its_scale",
                ((_.measure == "nps") & _.score.between(0, 10))
                | ((_.measure == "csat") & _.score.between(1, 5))
                | ((_.measure == "ces") & _.score.between(1, 7)),
                "its score is off the scale of its measure (nps 0-10, csat 1-5, ces 1-7)",
            ),
        ),
    ),
    Schema(
        "usage",
        "customer, meter and month",
        {
            "customer_id": required("text"),
            "meter": required("text"),
            "month": required("month", says="first day of the month"),
            "quantity": required("number"),
        },
        primary_key=("customer_id", "meter", "month"),
        foreign_keys=(TO_CUSTOMER,),
        rules=(MONTH_IS_FIRST_DAY,),
    ),
    Schema(
        "orders",
        "one order line",
        {
            "order_id": required("text"),
            "customer_id": required("text"),
            "product_id": required("text"),
            "warehouse": optional("text"),
            "quantity": required("number"),
            "unit_price": required("money"),
            "ordered_on": required("date"),
            "promised_on": optional("date"),
            "shipped_on": optional("date"),
            "delivered_on": optional("date"),
            "delivered_quantity": optional("number"),
            "returned_quantity": optional("number"),
        },
        primary_key=("order_id",),
        foreign_keys=(TO_CUSTOMER, TO_PRODUCT),
        rules=(after("shipped_on", "ordered_on"), after("delivered_on", "ordered_on")),
    ),
    Schema(
        "stock_moves",
        "one movement of stock",
        {
            "move_id": required("text"),
            "product_id": required("text"),
            "warehouse": required("text"),
            "moved_on": required("date"),
            "kind": required("text", "receipt", "transfer", "fulfilment", "adjustment", "disposal"),
            "quantity": required("number", says="signed"),
        },
        primary_key=("move_id",),
        foreign_keys=(TO_PRODUCT,),
    ),
    Schema(
        "projects",
        "one implementation or service job",
        {
            "project_id": required("text"),
            "customer_id": required("text"),
            "kind": required("text", "implementation", "service"),
            "scope": required("text"),
            "started_on": required("date"),
            "planned_end_on": required("date"),
            "ended_on": optional("date"),
            "quoted_hours": required("number"),
            "actual_hours": optional("number"),
            "quoted_cost": required("money"),
            "actual_cost": optional("money"),
            "travel_cost": optional("money"),
            "vendor_cost": optional("money"),
            "on_site": required("bool"),
        },
        primary_key=("project_id",),
        foreign_keys=(TO_CUSTOMER,),
        rules=(after("ended_on", "started_on"),),
    ),
    Schema(
        "expenses",
        "one staff expense claim",
        {
            "expense_id": required("text"),
            "project_id": optional("text"),
            "submitted_on": required("date"),
            "reimbursed_on": optional("date"),
            "amount": required("money"),
        },
        primary_key=("expense_id",),
        foreign_keys=(ForeignKey("project_id", "projects"),),
        rules=(AMOUNT_NOT_NEGATIVE, after("reimbursed_on", "submitted_on")),
    ),
    Schema(
        "events",
        "one internal policy, product or market event",
        {
            "event_id": required("text"),
            "happened_on": required("date"),
            "kind": required("text"),
            "title": required("text"),
            "detail": optional("text"),
        },
        primary_key=("event_id",),
    ),
    Schema(
        "benchmarks",
        "external monthly figure",
        {
            "month": required("month"),
            "metric": required("text"),
            "value": required("number"),
            "source": required("text"),
        },
        primary_key=("month", "metric", "source"),
        rules=(MONTH_IS_FIRST_DAY,),
    ),
    Schema(
        "fx_rates",
        "one currency in one month",
        {
            "currency": required("text", says="ISO 4217"),
            "month": required("month"),
            "to_reporting": required("number", says="reporting currency for one unit"),
        },
        primary_key=("currency", "month"),
        rules=(
            CURRENCY_CODE,
            MONTH_IS_FIRST_DAY,
            Rule("to_reporting_positive", _.to_reporting > 0, "its rate is not above zero"),
        ),
    ),
)

#: Table name to its schema, parents before the tables that point at them.
TABLES: Mapping[str, Schema] = {schema.name: schema for schema in SCHEMAS}
