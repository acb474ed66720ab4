"""The next best step with a customer: rules that name the facts they use, or nothing to do."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from models.estimates import Estimate

__all__ = ["NOTHING", "RULES", "Fact", "Situation", "Step", "next_steps"]

#: A fact with its unit: money, share, days, count, date or text.
Fact = tuple[str, object, str]

NOTHING = "Nothing to do"
#: Whoever is named first by a rule that holds is asked first: what is owed to the customer comes
#: before what the customer owes.
FEWEST_OF_CURRENCY = 1.0


@dataclass(frozen=True, eq=False)
class Situation:
    """What is known of a customer on a day; what is not known is None, with `why` it is not.

    Attributes
    ----------
    open_invoices : DataFrame
        ``invoice_id``, ``days_past_due``, ``open_amount``; and where scored ``cause``,
        ``cause_chance``, ``evidence``, ``n_sent``, ``held_out`` and ``disputed``.
    promised : DataFrame
        ``invoice_id`` and ``promised_on`` of promises to pay that are still to come.
    care : Series or None
        ``unhappy``, ``care``, ``n_tickets`` and ``n_disputes``; None where nothing is known of it.
    headroom, blocked, unapplied, contribution : float
    risk, risk_low, risk_mean : float or None
        Chance of leaving within twelve months, the lower end of its interval, and the mean of all
        customers.
    risk_cause, risk_driver : str or None
        The likeliest cause in words, and what drives the risk most.
    value, value_low : float or None
        What the customer is still to bring.
    reminding : Estimate or None
        Share of unpaid invoices that reminding brings in, as measured by the hold-out.
    first_day : int or None
        Days past due from which invoices are reminded.
    why : dict of str to str
        Of ``causes``, ``risk``, ``value`` or ``reminding``: why it is not known.
    """

    open_invoices: pd.DataFrame
    promised: pd.DataFrame
    care: pd.Series | None
    headroom: float
    blocked: float
    unapplied: float
    contribution: float
    risk: float | None = None
    risk_low: float | None = None
    risk_mean: float | None = None
    risk_cause: str | None = None
    risk_driver: str | None = None
    value: float | None = None
    value_low: float | None = None
    reminding: Estimate | None = None
    first_day: int | None = None
    why: dict[str, str] = field(default_factory=dict)

    @property
    def overdue(self) -> pd.DataFrame:
        """Overdue invoices that nobody has promised to pay on a day still to come."""
        rows = self.open_invoices
        promised = rows["invoice_id"].isin(self.promised["invoice_id"])
        return rows[(rows["days_past_due"] > 0) & ~promised]

    @property
    def unhappy(self) -> bool:
        return self.care is not None and bool(self.care["unhappy"])

    @property
    def n_disputes(self) -> int:
        return 0 if self.care is None else int(self.care["n_disputes"])

    def of_cause(self, cause: str) -> pd.DataFrame | None:
        """Overdue invoices of which `cause` is named; None where causes are not known."""
        if "causes" in self.why:
            return None
        rows = self.overdue
        return rows[rows["cause"] == cause].sort_values("open_amount", ascending=False)


@dataclass(frozen=True)
class Step:
    """A rule, what it asks for, and what it found.

    Attributes
    ----------
    rule, action : str
    holds : bool or None
        None where what it asks is not known.
    facts : tuple of Fact
        Those it used.
    why : str
        Why it is not known.
    """

    rule: str
    action: str
    holds: bool | None
    facts: tuple[Fact, ...] = ()
    why: str = ""


def next_steps(situation: Situation) -> tuple[Step, ...]:
    """Ask every rule in its order; the next best step is the first that holds.

    A rule that lacks its evidence is not known and never the next step. Where none holds there is
    nothing to do, which is an answer.

    Examples
    --------
    >>> empty = pd.DataFrame(columns=["invoice_id", "days_past_due", "open_amount", "cause"])
    >>> nobody = pd.DataFrame(columns=["invoice_id", "promised_on"])
    >>> calm = Situation(empty, nobody, None, 100.0, 0.0, 0.0, 5.0, why={"risk": "Too new."})
    >>> [step.rule for step in next_steps(calm) if step.holds]
    []
    """
    return tuple(
        Step(name, action, *judged) for name, action, rule in RULES if (judged := rule(situation))
    )


Judged = tuple[bool | None, tuple[Fact, ...], str]


def dispute(s: Situation) -> Judged:
    rows = s.open_invoices
    disputed = rows[rows["disputed"]] if "disputed" in rows else rows.iloc[:0]
    facts: tuple[Fact, ...] = (("Open disputes", s.n_disputes, "count"),)
    if len(disputed):
        facts += (
            ("On invoices", ", ".join(disputed["invoice_id"].head(3)), "text"),
            ("Open on them", float(disputed["open_amount"].sum()), "money"),
        )
    if s.n_disputes:
        facts += (("Care", s.care["care"], "text"),)
    return s.n_disputes > 0, facts, ""


def extra_care(s: Situation) -> Judged:
    overdue = float(s.overdue["open_amount"].sum())
    facts: tuple[Fact, ...] = (("Overdue", overdue, "money"),)
    named = s.of_cause("dissatisfied")
    if s.unhappy:
        facts += (("Care", s.care["care"], "text"),)
    if named is not None and len(named):
        facts += cause_facts(named)
    found = s.unhappy or (named is not None and len(named) > 0)
    return found and overdue > 0, facts, ""


def give_back(s: Situation) -> Judged:
    facts = (("Received and matched to no debt", s.unapplied, "money"),)
    return s.unapplied >= FEWEST_OF_CURRENCY, facts, ""


def send_again(s: Situation) -> Judged:
    return of_cause(s, "process")


def plan(s: Situation) -> Judged:
    return of_cause(s, "cash")


def earlier(s: Situation) -> Judged:
    return of_cause(s, "habit")


def of_cause(s: Situation, cause: str) -> Judged:
    rows = s.of_cause(cause)
    if rows is None:
        return None, (), s.why["causes"]
    return len(rows) > 0, cause_facts(rows), ""


def cause_facts(rows: pd.DataFrame) -> tuple[Fact, ...]:
    if rows.empty:
        return ()
    first = rows.iloc[0]
    said: tuple[Fact, ...] = (
        ("On invoice", first["invoice_id"], "text"),
        ("Open", float(first["open_amount"]), "money"),
        ("Past due", float(first["days_past_due"]), "days"),
        ("Chance of the cause", float(first["cause_chance"]), "share"),
    )
    return said + ((("Evidence", first["evidence"], "text"),) if first["evidence"] else ())


def likely_to_leave(s: Situation) -> Judged:
    if s.risk is None or s.risk_low is None or s.risk_mean is None or np.isnan(s.risk_low):
        return None, (), s.why.get("risk", "")
    facts: tuple[Fact, ...] = (
        ("Chance of leaving within 12 months", s.risk, "share"),
        ("At least (95 %)", s.risk_low, "share"),
        ("All customers on average", s.risk_mean, "share"),
    )
    facts += tuple(
        fact
        for fact in (("Likeliest reason", s.risk_cause, "text"), ("Driver", s.risk_driver, "text"))
        if fact[1]
    )
    if s.value_low is None or np.isnan(s.value_low):
        return None, facts, s.why.get("value", "")
    facts += (("Still to bring, at least", s.value_low, "money"),)
    return s.risk_low > s.risk_mean and s.value_low > 0, facts, ""


def remind(s: Situation) -> Judged:
    found = s.reminding
    if found is None or found.reason or s.first_day is None:
        return None, (), s.why.get("reminding", "")
    if "n_sent" not in s.open_invoices:
        return None, (), s.why.get("causes", "")
    rows = s.overdue
    rows = rows[(rows["days_past_due"] >= s.first_day) & (rows["n_sent"] == 0)]
    rows = rows[~rows["disputed"] & ~rows["held_out"]]
    facts: tuple[Fact, ...] = (
        ("Overdue and not reminded", len(rows), "count"),
        ("Open on them", float(rows["open_amount"].sum()), "money"),
        ("Of the unpaid, paid through reminding", found.value, "share"),
        ("At least (95 %)", found.lower, "share"),
    )
    return len(rows) > 0 and found.lower > 0 and not s.unhappy, facts, ""


def review_limit(s: Situation) -> Judged:
    facts: tuple[Fact, ...] = (
        ("Orders that wait behind the limit", s.blocked, "money"),
        ("Headroom", s.headroom, "money"),
        ("Overdue", float(s.overdue["open_amount"].sum()), "money"),
        ("Contribution of 12 months", s.contribution, "money"),
    )
    calm = s.overdue.empty and not s.unhappy
    return s.blocked > 0 and calm and s.contribution > 0, facts, ""


#: Name, what to do, and how it is judged; the first that holds is the next step.
RULES: tuple[tuple[str, str, Callable[[Situation], Judged]], ...] = (
    ("Answer the dispute",
     "Decide the dispute before anything is asked for, and send no reminder on it.", dispute),
    ("Give back what is theirs",
     "Pay back, or set off with their consent, what they paid in advance or twice.", give_back),
    ("Care before collecting",
     "Call about what they complain of first; ask for the money in a second call.", extra_care),
    ("Correct and send again",
     "Find what holds the invoice up, correct it, and send it with what their approval needs.",
     send_again),
    ("Offer a plan", "Offer a payment plan, and give no further credit until it is kept.", plan),
    ("Ask before they decide",
     "Somebody who knows them asks how it goes. Whether a call keeps them is not measured.",
     likely_to_leave),
    ("Remind", "Send the first reminder, in a neutral tone.", remind),
    ("Send earlier", "Send the next invoice earlier and remind before it is due.", earlier),
    ("Review the limit", "Nothing is overdue: look at the limit that orders wait behind.",
     review_limit),
)  # fmt: skip
