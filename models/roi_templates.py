"""Initiatives to begin with: what each may cost and move, assumed until it is measured."""

from collections.abc import Collection

from models.initiatives import Driven, Initiative, Uncertain, riskiest

__all__ = ["TEMPLATES", "offered"]


def driven(driver: str, low: float, likely: float, high: float) -> Driven:
    return Driven(driver, Uncertain(low, likely, high))


#: Starting points, to be changed. Sizes are nobody's measurement: they are wide on purpose, and
#: what they are worth is worked out through what was measured here.
TEMPLATES = (
    Initiative(
        "simpler_refunds", "Simpler refunds", Uncertain(15e3, 25e3, 45e3), Uncertain(100, 200, 400),
        [driven("satisfaction", 0.0, 0.04, 0.10), driven("billing_tickets", 0.02, 0.05, 0.12)],
    ),
    Initiative(
        "invoice_redesign", "Clearer invoices", Uncertain(20e3, 35e3, 60e3),
        Uncertain(0, 200, 500),
        [driven("satisfaction", 0.0, 0.05, 0.12), driven("billing_tickets", 0.05, 0.15, 0.30),
         driven("credits", 0.0, 0.05, 0.12), driven("days_to_pay", 0.0, 0.3, 1.0)],
    ),
    Initiative(
        "faq", "Answers to frequent questions", Uncertain(4e3, 8e3, 15e3),
        Uncertain(100, 200, 400), [driven("billing_tickets", 0.05, 0.12, 0.25)], ramp_months=3,
        decay=0.1,
    ),
    Initiative(
        "gentler_reminders", "Gentler reminders", Uncertain(2e3, 5e3, 10e3), Uncertain(0, 0, 0),
        [driven("satisfaction", 0.0, 0.03, 0.08), driven("days_to_pay", -0.6, -0.2, 0.1)],
        ramp_months=2,
    ),
    Initiative(
        "e_invoicing", "Electronic invoices", Uncertain(25e3, 40e3, 80e3),
        Uncertain(200, 400, 800),
        [driven("days_to_pay", 0.3, 1.0, 2.5), driven("reminders", 0.02, 0.08, 0.15)],
        ramp_months=12,
    ),
    Initiative(
        "faster_reimbursement", "Faster expense reimbursement", Uncertain(3e3, 8e3, 15e3),
        Uncertain(200, 400, 800), [driven("satisfaction", 0.0, 0.04, 0.12)], ramp_months=3,
    ),
    Initiative(
        "early_calls", "Earlier warning calls", Uncertain(2e3, 5e3, 10e3),
        Uncertain(1500, 2500, 4000), [driven("churn", -0.20, -0.10, 0.0)], ramp_months=1,
        treats=riskiest(0.2),
    ),
)  # fmt: skip


def offered(known: Collection[str]) -> tuple[Initiative, ...]:
    """The templates as far as what they move can be valued.

    Parameters
    ----------
    known : collection of str
        Drivers whose money is known; what moves none of them is left out.

    Examples
    --------
    >>> [one.name for one in offered(["billing_tickets"])]
    ['simpler_refunds', 'invoice_redesign', 'faq']
    """
    made = []
    for one in TEMPLATES:
        moves = [moved for moved in one.moves if moved.driver in known]
        if moves:
            fields = {name: getattr(one, name) for name in Initiative.__dataclass_fields__}
            made.append(Initiative(**{**fields, "moves": moves}))
    return tuple(made)
