"""What the figures of prices and billing mean."""

from models.definition import Definition

__all__ = ["PRICING_DEFINITIONS"]

PRICING_DEFINITIONS: tuple[Definition, ...] = (
    Definition(
        "pricing.backbill_exact_share",
        "Invoice lines billed again exactly",
        "share",
        "The share of invoice lines that come out the same, to the cent, when they are billed "
        "again at the tariff in force when it was used; of the lines under contracts that a tariff "
        "can be held against.",
        "lines of contracts whose amount equals their tariff's, in the month they bill, to the "
        "cent / lines of contracts with a tariff in the books, or with a price found without one",
        False,
    ),
    Definition(
        "pricing.elasticity",
        "Elasticity of use",
        "ratio",
        "By how many percent use changes for each percent of price, within customer and month; "
        "below 0 less is used when it is dearer. Where who got which price was related to use, "
        "this is observational and not an effect.",
        "regression of log use on log price within customer and meter, each with a line of its own "
        "where there is a year of it, and month; interval robust by customer",
        None,
    ),
    Definition(
        "pricing.price_rise_hazard_ratio",
        "Leaving for the price after a rise of a tenth",
        "ratio",
        "By how much the chance of leaving for price or billing in a month is multiplied in the "
        "six months after a price rise of a tenth; 1 is no difference. The bills that are a "
        "surprise because of it are on top.",
        "exp(coefficient x a tenth) of the hazard of leaving for price or billing, complementary "
        "log-log, beside month, renewal, score, size and days late, interval robust by customer",
        True,
    ),
    Definition(
        "pricing.bill_shock_hazard_ratio",
        "Leaving for the price after a surprising bill",
        "ratio",
        "By how much the chance of leaving for price or billing is multiplied in the month after "
        "a bill more than a quarter above what the customer's own six bills before let expect, of "
        "the mean size of such bills; 1 is no difference.",
        "exp(coefficient of a surprise) of the same hazard; expected is the median of the last six "
        "months' bills, where there are four",
        True,
    ),
    Definition(
        "billing_fit.smooth_share",
        "Bills that went smoothly",
        "share",
        "Of the recurring bills with four before them and ninety days past due, the share that was "
        "no surprise, was not asked about in its month, was not disputed, and was paid at most "
        "ten days late.",
        "bills without surprise, enquiry, dispute or payment more than 10 days late / bills, "
        "interval robust by customer",
        False,
    ),
)
