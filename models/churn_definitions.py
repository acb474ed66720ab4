"""What the figures of churn mean, and the causes and covariates they are told for."""

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["CHURN_CAUSES", "HAZARD_RATIOS", "NO_REASONS", "churn_definitions"]

#: Why customers leave, as the tables have it, and the cause of those without a reason on record.
CHURN_CAUSES: Mapping[str, str] = MappingProxyType(
    {
        "price": "for the price",
        "billing": "over billing",
        "service": "for service",
        "product": "as the product does not fit",
        "competitor": "for a competitor",
        "insolvency": "by insolvency",
        "other": "for another reason",
        "unknown": "for a reason not on record",
    }
)

#: What is said of causes where all who left did so for a reason not on record.
NO_REASONS = (
    "Nobody who left has a reason on record, so it is not known what was lost to what. Load "
    "customers with their `churn_reason`."
)

#: Covariates whose hazard ratio is a figure, each with the change it is told for.
HAZARD_RATIOS: Mapping[str, str] = MappingProxyType(
    {
        "score": "survey answers one standard deviation better",
        "tickets_3m": "one ticket more in three months",
        "finance_tickets_3m": "one more ticket of three months being about bills or prices",
        "slow_tickets_3m": "one ticket more that was not resolved in time in three months",
        "late_deliveries_6m": "one late delivery more in six months",
        "disputes_6m": "one dispute more in six months",
        "days_late": "paying ten days later as a rule",
        "later_than_usual": "paying ten days later than it used to",
        "firm_reminders_3m": "one firm or legal reminder more in three months",
        "price_rise_6m": "a price rise of a tenth in the last six months",
        "bill_shock": "a last bill half above the usual one",
        "renewal": "the month in which the contract comes up, against any other",
        "log_size": "2.7 times as many employees",
        "log_revenue": "2.7 times as much billed a month",
    }
)


#: Shares of the cohort of a year ago: name, label, sentence, formula, whether lower is better.
YEAR = (
    ("logo_churn_12m", "Customers lost in 12 months",
     "Of the customers with a recurring value a year ago, the share that has left since; one "
     "without an invoice for as long as the churn rule says, or half as long again as it ever was "
     "between two of its invoices, has left.",
     "customers of the cohort who left / customers of the cohort", True),
    ("revenue_churn_12m", "Recurring value lost in 12 months",
     "Of the recurring value of a year ago, the share lost because customers left or pay "
     "less; what others pay more does not make up for it.",
     "1 - gross retention = (lost by leaving + contraction) / value at the start", True),
    ("revenue_churn_price_billing_12m", "Recurring value lost to price and billing",
     "Of the recurring value of a year ago, the share lost with customers who left for the "
     "price or over billing; those without a reason on record are not in it, so it is a "
     "lower bound.",
     "value at the start of those who left for price or billing / value at the start", True),
    ("nrr", "Net revenue retention",
     "What the customers of a year ago are worth a month today, as a share of what they were "
     "worth then; above 100 % growth makes up for losses. Customers won since are not in it.",
     "sum of monthly value today / sum of monthly value a year ago, same customers, both at "
     "today's exchange rate", False),
    ("grr", "Gross revenue retention",
     "The part of the recurring value of a year ago that is still there, growth left out; it "
     "cannot exceed 100 %.",
     "sum of min(value today, value a year ago) / sum of value a year ago", False),
)  # fmt: skip


#: Figures that are no share of anything.
NO_SHARES = ("rmst_36m", "uno_c")

OTHERWISE = "leaving otherwise ends the chance of it."
NOT_ON_RECORD = (
    "those lost by the churn rule are among them. In truth all left for one of the other causes."
)


def churn_definitions() -> tuple[tuple, ...]:
    """Return what `models.definition.Definition` is made of, for every figure of churn."""
    incidence = (
        (
            f"cif_{cause}_{months}m",
            f"Left {says} by month {months}",
            f"The share of customers who leave {says} within {months} months of being acquired; "
            + (NOT_ON_RECORD if cause == "unknown" else OTHERWISE),
            f"Aalen-Johansen incidence at day {365 * months // 12}; customers older than the books "
            "count from the day these begin",
            True,
        )
        for cause, says in CHURN_CAUSES.items()
        for months in (12, 24)
    )
    order = (
        ("rmst_36m", "Months as a customer, of the first 36",
         "How many of the first 36 months after it was acquired a customer stays on average; those "
         "who are customers still count as far as they were watched.",
         "area under the survival curve up to day 1,095, in months of 365/12 days, delayed entry",
         False),
        ("uno_c", "Order of risks (Uno's C)",
         "How often, of two customers of whom one left first, the model had given that one the "
         "higher risk a year before, on customers it had not seen; 0.5 is chance.",
         "pairs in the right order / pairs, weighted by the inverse chance of still being "
         "watched, up to 12 months after the prediction", False),
    )  # fmt: skip
    made = [
        (f"churn.{name}", label, "score" if name in NO_SHARES else "share", *rest)
        for name, label, *rest in (*YEAR, *order, *incidence)
    ]
    made += [
        (
            f"churn.hazard_ratio.{name}",
            f"Hazard ratio of {name.replace('_', ' ')}",
            "score",
            f"By how much the chance of leaving in a month is multiplied by {says}, all else "
            "known being equal; 1 is no difference. It goes together, which is not causing.",
            "exp(coefficient x change) of the hazard of leaving in a month, complementary "
            "log-log, interval robust by customer",
            None,
        )
        for name, says in HAZARD_RATIOS.items()
    ]
    return tuple(made)
