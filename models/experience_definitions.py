"""What the figures of experience and of what it is worth mean."""

from models.definition import Definition

__all__ = ["EXPERIENCE_DEFINITIONS"]

YEAR = "of the twelve months up to the as-of date, in the reporting currency"
BOOKED = (
    ("refunds", "Refunds", "Money given back {}.", "sum of refunds completed"),
    (
        "credits",
        "Credit notes",
        "Credit notes as far as they were taken off what was owed {}; an invoice cancelled as a "
        "whole is no cost.",
        "sum of credit notes applied to invoices that were not cancelled",
    ),
    (
        "write_offs",
        "Write-offs",
        "Debts given up {}, as far as they were still owed.",
        "sum of write-offs applied to invoices that were not cancelled",
    ),
    (
        "disputes",
        "Handling of disputes",
        "The part of tickets about money {} that is due to a dispute in the 31 days before: of "
        "those that follow one, what is beyond as many as stand before one. It is no billing "
        "ticket any more.",
        "sum of ticket cost, or handling minutes x staff cost, of tickets that follow a dispute x "
        "(1 - share of tickets with a dispute in the 31 days after / in the 31 days before)",
    ),
    (
        "billing_tickets",
        "Billing tickets",
        "Tickets about billing, payment, pricing or a refund {}, without the part that is due to a "
        "dispute.",
        "sum of ticket cost, or handling minutes x staff cost, of tickets about money, less what "
        "is due to disputes",
    ),
    (
        "delivery_tickets",
        "Delivery tickets",
        "Tickets about a delivery {}.",
        "sum of ticket cost, or handling minutes x staff cost, of tickets about delivery",
    ),
    (
        "reminders",
        "Reminders",
        "Staff time spent on reminders {}.",
        "sum of staff minutes of reminders sent x staff cost per minute",
    ),
    (
        "financing",
        "Financing of late cash",
        "What it cost to do without cash between its due date and the day it came, {}.",
        "sum over payments after the due date, and over what is open past it, of amount x days in "
        "the twelve months / 365 x yearly rate",
    ),
    (
        "expedites",
        "Expedites",
        "What rushing late orders cost {}.",
        "sum of the cost of expedited shipments",
    ),
    (
        "churn",
        "Margin that left",
        "Margin of the year after of customers who would not have left {}, had no answer been "
        "slow, no delivery late, no invoice disputed, no reminder firm, no price raised and no "
        "bill above the usual: a counterfactual, not all churn of the unhappy.",
        "sum over customer-months of (chance of leaving as it was - with these at zero) x "
        "contribution of a month x months stayed of the next 12, interval from the estimated "
        "hazards",
    ),
)

EXPERIENCE_DEFINITIONS = (
    Definition(
        "poor_experience.total",
        "Cost of poor experience",
        "money",
        f"Everything that poor experience cost, each cost booked once, {YEAR}; its interval is "
        "that of the margin that left, as all else is counted.",
        "sum of the buckets that are known",
        True,
    ),
    *(
        Definition(f"poor_experience.{name}", label, "money", sentence.format(YEAR), formula, True)
        for name, label, sentence, formula in BOOKED
    ),
    Definition(
        "roi.portfolio_npv",
        "Value of the chosen initiatives",
        "money",
        "What the initiatives chosen under the budget bring over the months that count (36 unless "
        "said otherwise), run together, in today's money: the mean of the draws of what is not "
        "known, with the middle four fifths of them. Sizes of effects are assumptions where they "
        "are not measured.",
        "mean over draws of the sum over months t from 0 of (margin of customers kept + work and "
        "credits saved + cash set free, once - cost) / (1 + yearly rate)^(t / 12)",
        False,
    ),
)
