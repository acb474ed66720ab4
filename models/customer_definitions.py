"""What the figures of customers mean: who they are, how long they stay, what they are worth."""

from models.churn_definitions import churn_definitions
from models.definition import Definition

__all__ = ["CUSTOMER_DEFINITIONS"]

CUSTOMER_DEFINITIONS: tuple[Definition, ...] = (
    Definition(
        "personas.count",
        "Personas",
        "count",
        "How many groups of customers who behave alike there are; none where the data "
        "show no groups.",
        "Gaussian mixture on behaviours; number of groups by BIC, where BIC and the gap "
        "statistic both ask for more than one",
        None,
    ),
    Definition(
        "personas.negative_share",
        "Customers in negative personas",
        "share",
        "The share of customers who belong to a persona of which more than eight in ten "
        "lose money after what winning and serving them costs; 0 where no persona does.",
        "customers of personas whose low end of P(lifetime value - acquisition - "
        "onboarding < 0), among customers held out, exceeds 0.8 / customers",
        True,
    ),
    Definition(
        "unit_economics.cac",
        "Cost to win a customer (CAC)",
        "money",
        "What winning one customer cost on average; customers without a recorded cost are "
        "left out, not counted as won for nothing.",
        "sum of acquisition cost / number of customers with one, at the as-of month's "
        "exchange rate",
        True,
    ),
    Definition(
        "unit_economics.ltv_to_cac",
        "Lifetime value to cost of winning (LTV:CAC)",
        "score",
        "What a new customer is expected to bring within the horizon, for each unit spent "
        "on winning it, counted from the day it is won, by how long customers have stayed "
        "from that day on; a rule of thumb asks for 3, which is not a test here.",
        "(sum over months t below the horizon (36 unless said otherwise) of contribution a "
        "month x P(still there after t months) / (1 + monthly discount)^t - onboarding "
        "cost) / cost to win a customer",
        False,
    ),
    Definition(
        "unit_economics.payback_months",
        "Months until a customer has paid for itself",
        "months",
        "Months of contribution that repay winning and setting up a customer, counting "
        "that some leave before; there is none where it never happens.",
        "smallest n with sum over t < n of contribution a month x P(still there after t "
        "months) >= acquisition + onboarding cost",
        True,
    ),
    Definition(
        "unit_economics.acquire_to_keep",
        "Cost to win, for each unit spent on keeping",
        "score",
        "What winning and setting up a customer costs, relative to serving, supporting and "
        "reminding one for a year: this company's own figure.",
        "(acquisition + onboarding cost of a customer) / (service + support + reminder "
        "cost of a customer and year)",
        None,
    ),
    *(Definition(*words) for words in churn_definitions()),
    Definition(
        "lifetime_value.portfolio",
        "Lifetime value of all customers",
        "money",
        "What the customers of today are expected to bring in the next 36 months (unless "
        "said otherwise) after all costs, bad debt and the cost of waiting for their "
        "money, discounted to today; who may leave counts by the chance of staying. It is "
        "what is left to come from those who are there, not what winning one is worth, "
        "which LTV:CAC says.",
        "sum over customers and months ahead t of monthly contribution after financing x "
        "P(there during t) / (1 + yearly rate)^((t - 1/2) / 12)",
        False,
    ),
    Definition(
        "lifetime_value.mean",
        "Lifetime value of a customer",
        "money",
        "What a customer of today is expected to bring on average, on the same terms.",
        "lifetime value of all customers / number of customers",
        False,
    ),
    Definition(
        "product_fit.success_rate",
        "Success in the first year",
        "share",
        "Of the times a customer began with a product, the share in which it was still a "
        "customer a year later and had left more than it cost.",
        "starts with the customer still there after 365 days and invoiced less cost of "
        "goods and support above zero / starts at least 365 days old, interval robust to "
        "several products of one customer",
        False,
    ),
)
