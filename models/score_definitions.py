"""What the figures of experience mean: scores, and their measured link to money."""

from models.definition import Definition

__all__ = ["SCORE_DEFINITIONS"]

SCORE_DEFINITIONS: tuple[Definition, ...] = (
    Definition(
        "scores.nps",
        "Net promoter score (NPS)",
        "score",
        "Of the answers of the last twelve months from 0 to 10, the share of 9 and 10 less the "
        "share of 0 to 6, in points from -100 to 100; each answer counts alike.",
        "100 x (promoters - detractors) / answers; adjusted-Wald interval of as many independent "
        "answers as vary as much as these do by customer",
        False,
    ),
    Definition(
        "scores.csat",
        "Content customers (CSAT)",
        "share",
        "Of the answers of the last twelve months from 1 to 5, the share of 4 and 5; high is "
        "good, and each answer counts alike.",
        "answers 4 and 5 / answers; Wilson interval of as many independent answers as vary as "
        "much as these do by customer",
        False,
    ),
    Definition(
        "scores.ces",
        "Ease (CES)",
        "score",
        "Mean of the answers of the last twelve months on how easy we made it, from 1 to 7, where "
        "7 is easy; each answer counts alike.",
        "sum of answers / answers; Student interval robust by customer",
        False,
    ),
    Definition(
        "linkage.csat_churn_hazard_ratio",
        "Leaving after a better CSAT",
        "ratio",
        "How the chance of leaving in a month changes with a last CSAT one standard deviation "
        "better, among customers alike in what else is known; below 1 the satisfied leave less. "
        "It is the effect of the score as reported, errors of measurement included.",
        "exp(standard deviation of the last score x coefficient of a discrete-time hazard, "
        "score at most a year old and known when the month begins; adjusted for size, industry, "
        "region, billing model, touchpoint, age, renewal, price rises, earlier lateness), robust "
        "by customer",
        True,
    ),
    Definition(
        "linkage.csat_churn_hazard_ratio_unadjusted",
        "The same, not adjusted",
        "ratio",
        "How the chance of leaving goes with a last CSAT one standard deviation better, whoever "
        "it is: it mixes what satisfaction does with who is satisfied, and is here to compare.",
        "as above, adjusted for the month of being a customer and renewal alone",
        True,
    ),
    Definition(
        "linkage.csat_days_to_pay",
        "Days to pay for one CSAT point",
        "days",
        "By how many days an invoice is paid later where the last CSAT before it was one point "
        "better, among customers alike in what else is known; below 0 the satisfied pay sooner.",
        "slope of min(days from issue to payment, 120) on the last score before issue; adjusted "
        "for amount, terms, channel, kind, size, industry, region, billing model, touchpoint, "
        "age and earlier lateness; robust by customer",
        True,
    ),
    Definition(
        "linkage.placebo_p",
        "Does the score only follow? (p-value)",
        "ratio",
        "The chance of CSAT explaining days to pay in the months before an answer so much better "
        "than in those after it, if it does not; below 0.05 the score follows payment rather than "
        "leads it, and no effect on payment is claimed.",
        "one-sided p-value of the slope on CSAT of (mean days to pay of invoices issued in the 91 "
        "days after an answer - in the 91 days before), robust by customer",
        None,
    ),
)
