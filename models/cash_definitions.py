"""What the figures of receivables, payments and all that delays them mean."""

from models.definition import Definition

__all__ = ["CASH_DEFINITIONS"]

CASH_DEFINITIONS: tuple[Definition, ...] = (
    Definition(
        "receivables.open_amount",
        "Open receivables",
        "money",
        "What customers still owe on issued invoices; cash not yet matched to an invoice "
        "is shown beside it, not taken off.",
        "billed - paid - credited - written off, up to the as-of date, at that month's "
        "exchange rate",
        True,
    ),
    Definition(
        "receivables.overdue_amount",
        "Overdue receivables",
        "money",
        "The part of open receivables whose due date has passed.",
        "open receivables with due date before the as-of date",
        True,
    ),
    Definition(
        "receivables.dso",
        "Days sales outstanding (count-back)",
        "days",
        "How many days of the most recent sales the open receivables stand for; growth "
        "and seasons do not move it.",
        "going back month by month from the as-of date: while receivables exceed the "
        "month's sales, subtract them and add the month's days; then add the fraction "
        "of the month that is left",
        True,
    ),
    Definition(
        "receivables.dso_simple",
        "Days sales outstanding (simple)",
        "days",
        "Open receivables in days of average sales of the period (3 months unless said "
        "otherwise); it rises and falls with growth and seasons.",
        "open receivables / sales of the period x days of the period",
        True,
    ),
    Definition(
        "receivables.dso_best_possible",
        "Best possible days sales outstanding",
        "days",
        "What simple days sales outstanding would be if nobody paid late.",
        "open receivables not yet due / sales of the period x days of the period",
        True,
    ),
    Definition(
        "receivables.average_days_delinquent",
        "Average days delinquent",
        "days",
        "How many days of sales are tied up only because customers pay after the due date.",
        "simple days sales outstanding - best possible days sales outstanding",
        True,
    ),
    Definition(
        "receivables.cei",
        "Collection effectiveness index",
        "score",
        "Of what could have been collected in the period, the part that was, from 0 to "
        "100. What was credited or written off leaves the balance without being paid, and "
        "counts as collected here; it is not in cash-flow velocity.",
        "(opening + sales of the whole period - closing) / (opening + sales of the whole "
        "period - closing not yet due) x 100, balances at the closing exchange rate",
        False,
    ),
    Definition(
        "receivables.cash_flow_velocity",
        "Cash-flow velocity (turns a year)",
        "score",
        "How many times a year receivables turn into cash.",
        "cash received on invoices in the period / mean of opening and closing "
        "receivables x 365 / days of the period",
        False,
    ),
    Definition(
        "receivables.growth",
        "Receivables growth beyond sales",
        "share",
        "How much faster open receivables grew in twelve months than sales did; above "
        "zero is a red flag.",
        "(receivables / receivables 12 months before - 1) - (sales of the period / sales "
        "of the same period 12 months before - 1), both at today's exchange rate",
        True,
    ),
    Definition(
        "receivables.cash_release",
        "Cash of one day of sales",
        "money",
        "The cash that one day less of sales outstanding sets free, once; it does not come again "
        "the year after, and only the cost of financing it is saved each year.",
        "sales of the period / days of the period",
        None,
    ),
    Definition(
        "late_payments.late_share",
        "Late share",
        "share",
        "Of the invoices paid or past due, the share paid after, or still open past, the "
        "due date; void invoices are left out, written-off ones count as unpaid.",
        "(paid after due + unpaid past due) / (paid + unpaid past due), interval "
        "robust to several invoices of one customer",
        True,
    ),
    Definition(
        "late_payments.paid_by_60",
        "Paid within 60 days",
        "share",
        "The share of invoices paid by the 60th day after issue, with open invoices "
        "counted up to their present age.",
        "cumulative incidence of payment at day 60 (Aalen-Johansen; void and written "
        "off are ends of their own, open is censored)",
        False,
    ),
    Definition(
        "late_payments.median_days_to_pay",
        "Median days to pay",
        "days",
        "The day after issue by which half of all invoices are paid.",
        "first day on which the cumulative incidence of payment reaches one half",
        True,
    ),
    Definition(
        "late_payments.cash_at_risk",
        "Cash at risk",
        "money",
        "The open amount expected to be unpaid still when the grace period after the due "
        "date has passed; what no invoice was watched long enough to tell counts as "
        "unpaid, and as paid in the low end of the interval.",
        "sum over open invoices of open amount x P(unpaid at due date + grace days | "
        "still open at its age)",
        True,
    ),
    Definition(
        "late_payments.expected_cash_13w",
        "Cash expected in 13 weeks",
        "money",
        "Cash expected in the next 13 weeks on invoices already issued; invoices not yet "
        "issued are not in it.",
        "sum over open amounts of P(paid within 13 weeks | still open at its age), "
        "amount-weighted by payment terms",
        False,
    ),
    Definition(
        "late_payments.auc",
        "Order of late-payment chances (AUC)",
        "ratio",
        "How often, of an invoice that was paid late and one that was not, the late one "
        "had been given the higher chance on the day it was issued; 0.5 is a coin, 1 is "
        "never wrong.",
        "area under the ROC curve on invoices issued in the last three tenths of the time, "
        "of customers not learnt from, with what was known at issue; interval robust to "
        "several invoices of one customer",
        False,
    ),
    Definition(
        "late_payments.ece",
        "Error of late-payment chances",
        "share",
        "How far the given chances of late payment are from the shares that then were "
        "late, on average.",
        "mean over ten groups of equal size of |mean chance - share late| on the same "
        "invoices (expected calibration error), interval by drawing customers anew",
        True,
    ),
    Definition(
        "late_causes.process_share",
        "Late through a process",
        "share",
        "Of the invoices of a year that are late by more than three days, the expected share that "
        "is held up on the way through our process or the customer's, and not for want of will or "
        "money: the part that is cheapest to mend.",
        "mean over invoices due in the last 12 months and more than 3 days late, which is what "
        "money needs on its way, of P(process | evidence), "
        "interval robust to several invoices of one customer",
        True,
    ),
    Definition(
        "disputes.rate_per_1000",
        "Disputes per 1,000 invoices",
        "score",
        "How many disputes and chargebacks there are for every thousand invoices issued; "
        "invoices of the last weeks may still be disputed.",
        "1,000 x disputes and chargebacks opened by the as-of date / invoices issued by "
        "then, interval robust to several invoices of one customer",
        True,
    ),
    Definition(
        "disputes.median_days_to_resolve",
        "Median days to resolve a dispute",
        "days",
        "The day after opening by which half of all disputes are resolved, with open ones "
        "counted up to their present age.",
        "first day on which the Kaplan-Meier curve of days from opening to resolution "
        "falls to one half",
        True,
    ),
    Definition(
        "disputes.chargebacks_per_1000",
        "Chargebacks per 1,000 invoices",
        "score",
        "How many payments were charged back for every thousand invoices issued; each of them is "
        "among the disputes as well.",
        "1,000 x chargebacks opened by the as-of date / invoices issued by then, interval robust "
        "to several invoices of one customer",
        True,
    ),
    Definition(
        "disputes.enquiries_per_1000",
        "Billing enquiries per 1,000 invoices",
        "score",
        "How often customers ask about a bill, its payment or its prices for every thousand "
        "invoices issued; a ticket names no invoice, so it counts with the one issued last before.",
        "1,000 x tickets on billing, payment or pricing opened after a customer's invoice and by "
        "the as-of date / invoices issued by then, interval robust to several invoices of one "
        "customer",
        True,
    ),
    Definition(
        "credit.blocked_order_value",
        "Blocked orders",
        "money",
        "The value of orders not shipped yet that would take their customer past its credit limit.",
        "sum over unshipped orders, oldest first, of those larger than credit limit - "
        "(overdue + not due + shipped and not billed + orders before - unapplied cash), at that "
        "month's exchange rate",
        None,
    ),
    Definition(
        "credit.over_limit_share",
        "Customers over their limit",
        "share",
        "The share of customers with a credit limit whose exposure is beyond it.",
        "customers with ordered + shipped and not billed + not due + overdue - unapplied cash "
        "above the credit limit / customers with a credit limit",
        True,
    ),
)
