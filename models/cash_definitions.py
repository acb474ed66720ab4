"""What the figures of disputes mean, apart from the list they are in."""

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["CASH_DEFINITIONS"]

#: By analysis, what `models.figures.Definition` is made of.
CASH_DEFINITIONS: Mapping[str, tuple[tuple, ...]] = MappingProxyType(
    {
        "disputes": (
            ("disputes.rate_per_1000", "Disputes per 1,000 invoices", "score",
             "How many disputes and chargebacks there are for every thousand invoices issued; "
             "invoices of the last weeks may still be disputed.",
             "1,000 x disputes and chargebacks opened by the as-of date / invoices issued by "
             "then, interval robust to several invoices of one customer", True),
            ("disputes.median_days_to_resolve", "Median days to resolve a dispute", "days",
             "The day after opening by which half of all disputes are resolved, with open ones "
             "counted up to their present age.",
             "first day on which the Kaplan-Meier curve of days from opening to resolution "
             "falls to one half", True),
        ),
    }
)  # fmt: skip
