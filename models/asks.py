"""What a review asks for: an action, the figure it moves, by how much, and how sure that is."""

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import pandas as pd

from models.lifetime_value import LifetimeValue
from models.poor_experience import CAUSE_WORDS, PoorExperience
from models.roi import Roi
from models.watchlist import Watchlist
from models.working_capital import BillingDelays, WorkingCapital

__all__ = ["BILL_WITHIN", "CONTACTS", "Ask", "Found", "asks"]

#: Days within which an invoice can go out in most systems.
BILL_WITHIN = 5
#: Customers that a person can call on a day.
CONTACTS = 20

Basis = Literal["measured", "simulated", "counted", "estimated", "assumed"]
Span = Literal["once", "a year", "ahead"]


@dataclass(frozen=True)
class Ask:
    """One action and the money it moves.

    Attributes
    ----------
    kind : str
        bill_sooner, initiatives, mend_cause, contact_first or keep_from_billing.
    about : tuple of str
        What or whom it is about: titles of initiatives, a cause.
    value : float
        Money in the reporting currency; of a cause all that it costs, the most that mending it can
        bring: counted, or estimated where margin that left is in it.
    low, high : float or None
        Its interval; None where it is counted or assumed.
    confidence : float or None
    span : str
        Whether it comes ``once``, ``a year``, or over the months ``ahead``.
    figure_id : str
        The figure that is to tell whether it worked.
    change : float or None
        By how much it moves that figure, in its unit; None where that is not known.
    basis : str
    months : int or None
        Months ahead that the value covers.
    """

    kind: str
    about: tuple[str, ...]
    value: float
    low: float | None
    high: float | None
    confidence: float | None
    span: Span
    figure_id: str
    change: float | None
    basis: Basis
    months: int | None = None


class Found(Protocol):
    """What asks follow from; a result may be None."""

    working_capital: WorkingCapital | None
    billing_delays: BillingDelays | None
    roi: Roi | None
    poor_experience: PoorExperience | None
    watchlist: Watchlist | None
    lifetime_value: LifetimeValue | None


def asks(found: Found) -> tuple[Ask, ...]:
    """What the results ask for, the most money first.

    What each brings is worked out by itself. They overlap, so they must not be added up.

    Parameters
    ----------
    found : Found

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> nothing = dict.fromkeys(Found.__annotations__)
    >>> asks(SimpleNamespace(**nothing))
    ()
    """
    made = [
        bill_sooner(found.working_capital, found.billing_delays),
        initiatives(found.roi),
        mend_cause(found.poor_experience),
        contact_first(found.watchlist),
        keep_from_billing(found.lifetime_value),
    ]
    return tuple(sorted((ask for ask in made if ask and ask.value > 0), key=lambda a: -a.value))


def bill_sooner(capital: WorkingCapital | None, delays: BillingDelays | None) -> Ask | None:
    """Send each invoice within days of what it is for."""
    if capital is None or delays is None:
        return None
    cash, low, high = delays.released(BILL_WITHIN)
    known = np.isfinite(low)
    return Ask(
        "bill_sooner",
        (),
        float(cash),
        float(low) if known else None,
        float(high) if known else None,
        delays.confidence if known else None,
        "once",
        "receivables.dso",
        -float(cash) / capital.sales_per_day,
        # Without a slope it is taken for granted that the money follows the invoice.
        "measured" if delays.passed_reason is None else "assumed",
    )


def initiatives(roi: Roi | None) -> Ask | None:
    """Do the initiatives that pay under the budget."""
    if roi is None:
        return None
    return Ask(
        "initiatives", tuple(one.title for one in roi.plan.initiatives), roi.mean, roi.p10, roi.p90,
        0.8, "ahead", "poor_experience.total", None, "simulated", roi.plan.horizon,
    )  # fmt: skip


def mend_cause(ledger: PoorExperience | None) -> Ask | None:
    """Mend the cause of ours that costs most, an estimated cost taken at its lower end."""
    if ledger is None:
        return None
    ours = ledger.causes[ledger.causes["whose"] == "ours"]
    if ours.empty:
        return None
    # The largest of several estimates is often the one that chance made large.
    worst = ours.loc[ours["low"].fillna(ours["amount"]).idxmax()]
    about, cost = (CAUSE_WORDS[worst["cause"]],), float(worst["amount"])
    if pd.isna(worst["low"]):
        return Ask("mend_cause", about, cost, None, None, None, "a year",
                   "poor_experience.total", -cost, "counted")  # fmt: skip
    ends = float(worst["low"]), float(worst["high"])
    return Ask("mend_cause", about, cost, *ends, ledger.confidence, "a year",
               "poor_experience.total", -cost, "estimated")  # fmt: skip


def contact_first(watchlist: Watchlist | None) -> Ask | None:
    """Contact those first who owe the most that contact may change."""
    if watchlist is None:
        return None
    reached = watchlist.reached()
    if reached.empty:
        return None
    first = reached.iloc[min(CONTACTS, len(reached)) - 1]
    amount = float(first["within_reach"])
    return Ask("contact_first", (str(int(first["contacts"])),), amount, None, None, None, "once",
               "receivables.overdue_amount", -amount, "assumed")  # fmt: skip


def keep_from_billing(value: LifetimeValue | None) -> Ask | None:
    """Give nobody a reason to leave over billing."""
    if value is None:
        return None
    lost = value.causes.loc[value.causes["cause"] == "billing", "lost"]
    if lost.empty:
        return None
    most = float(lost.iloc[0])
    return Ask("keep_from_billing", (), most, None, None, None, "ahead",
               "lifetime_value.portfolio", most, "estimated", value.terms.horizon)  # fmt: skip
