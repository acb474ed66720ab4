"""What the figures of the overview mean that no analysis of its own makes."""

from models.definition import Definition

__all__ = ["OVERVIEW_DEFINITIONS"]

OVERVIEW_DEFINITIONS: tuple[Definition, ...] = (
    Definition(
        "overview.sales_per_customer",
        "Sales per customer in the quarter",
        "money",
        "What a customer who was invoiced in the three months up to the as-of date was invoiced in "
        "them on average; cancelled invoices are left out.",
        "sum of invoices issued in the quarter / number of customers with one, each at the "
        "exchange rate of its month",
        False,
    ),
    Definition(
        "overview.gross_margin",
        "Gross margin in the quarter",
        "share",
        "The part of what was invoiced in the three months up to the as-of date that was left "
        "after the cost of what was sold; support, reminders and bad debts are not taken off.",
        "(sum of amounts - sum of costs) / sum of amounts, over lines of invoices issued in the "
        "quarter and not cancelled; a line without a cost costs nothing",
        False,
    ),
    Definition(
        "overview.on_time_delivery",
        "Delivered on time in the quarter",
        "share",
        "Of the order lines promised for a day of the three months up to the as-of date, the share "
        "delivered by that day.",
        "order lines with delivery on or before the promised day / order lines promised for a day "
        "of the quarter, interval robust to several lines of one customer",
        False,
    ),
    Definition(
        "overview.billing_enquiries",
        "Billing enquiries per 1,000 invoices in the quarter",
        "score",
        "How often customers asked about a bill, its payment or its price in the three months up "
        "to the as-of date, for every thousand invoices issued in them.",
        "1,000 x tickets on billing, payment or pricing opened in the quarter / invoices issued in "
        "it and not cancelled, interval robust to several of one customer",
        True,
    ),
)
