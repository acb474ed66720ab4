"""The scoreboard in words: what moved, whether that is noise, why, and the story of it all."""

import pandas as pd

from charts.wording import in_unit, listed, money, share
from models.decomposition import Decomposition
from models.definition import Unit
from models.scoreboard import Reading, Scoreboard

__all__ = ["TOLD", "beside_in_words", "change_in_words", "course_in_words", "parts_in_words",
           "short_name", "signed", "story"]  # fmt: skip

#: What figures are called in a sentence, where their label would be long.
SHORT = {
    "receivables.overdue_amount": "overdue receivables",
    "receivables.dso": "days sales outstanding",
    "receivables.growth": "receivables growth beyond sales",
    "receivables.cash_flow_velocity": "cash-flow velocity",
    "overview.sales_per_customer": "sales per customer",
    "overview.gross_margin": "gross margin",
    "overview.on_time_delivery": "on-time delivery",
    "overview.billing_enquiries": "billing enquiries per 1,000 invoices",
    "lifetime_value.portfolio": "lifetime value of all customers",
    "churn.nrr": "net revenue retention",
    "churn.revenue_churn_12m": "revenue churn",
    "churn.revenue_churn_price_billing_12m": "revenue churn from price and billing",
    "scores.nps": "NPS",
    "scores.csat": "CSAT",
}
PLURAL = ("receivables.overdue_amount", "receivables.dso")
NOISE = {
    "better": "beyond noise, for the better",
    "worse": "beyond noise, for the worse",
    "moved": "beyond noise",
    "inside noise": "inside noise",
    "cannot tell": "whether that is noise cannot be told",
}


def short_name(figure_id: str, label: str) -> str:
    """A figure's name inside a sentence."""
    return SHORT.get(figure_id, label[:1].lower() + label[1:])


def signed(value: float, unit: Unit, currency: str) -> str:
    """A change in the unit of its figure, a share's in points.

    >>> signed(-0.0213, "share", "EUR"), signed(17981, "money", "EUR"), signed(2.5, "days", "EUR")
    ('-2.1 points', '+€18.0K', '+2.5 days')
    """
    if pd.isna(value):
        return "not known"
    if unit == "share":
        return f"{100 * value:+z.1f} points"
    if unit == "money":
        return f"{'-' if value < 0 else '+'}{money(abs(value), currency)}"
    return f"{value:+z,.1f} days" if unit == "days" else f"{value:+z,.1f}"


def change_in_words(reading: Reading, currency: str, *, in_short: bool = False) -> str:
    """How far a figure moved, and whether that is more than noise; its interval unless short."""
    change, unit = reading.change, reading.figure.unit
    if change is None:
        return "No period before it to compare with."
    said = f"{signed(change.value, unit, currency)} since {change.since}"
    if not (in_short or pd.isna(change.low)):
        ends = (signed(end, unit, currency) for end in (change.low, change.high))
        said += f" ({' to '.join(ends)})"
        if reading.verdict == "inside noise" and change.low * change.high > 0:
            return f"{said}: one figure of so many may move so far by noise."
    return f"{said}: {NOISE[reading.verdict]}."


def parts_in_words(parts: Decomposition, unit: Unit, currency: str, by: str) -> str:
    """Which groups a change is made of, and how much of it is a change of their weights."""
    table, whole = parts.table, signed(parts.change, unit, currency)
    mix = signed(parts.mix, unit, currency)
    apart = table[table["apart"]]
    if apart.empty:
        said = f"By {by} no group adds to it beyond noise"
    else:
        named = [
            f"{row['group']} {signed(row['total'], unit, currency)}"
            for _, row in apart.head(2).iterrows()
        ]
        said = f"By {by}, {listed(named)} of {whole} are beyond noise"
    if not parts.table["mix"].any():
        # A sum is of what the groups have, whatever they weigh.
        return f"{said}."
    return f"{said}; groups that weigh more or less than before add {mix}."


def course_in_words(reading: Reading, currency: str) -> str:
    """The past of a figure in one line, for who does not see it drawn."""
    figure, course = reading.figure, reading.course
    name = short_name(figure.id, figure.label)
    if course is None or len(course) < 2:
        return f"{name}: no course is drawn"
    ends = (in_unit(course["value"].iloc[at], figure.unit, currency) for at in (0, -1))
    since, until = (f"{course['ends'].iloc[at]:%b %Y}" for at in (0, -1))
    first, last = ends
    return f"{name[:1].upper()}{name[1:]}, from {first} in {since} to {last} in {until}"


#: What the story tells of the money, and of the customers.
TOLD = (
    ("receivables.overdue_amount", "receivables.dso", "overview.gross_margin"),
    ("churn.nrr", "churn.revenue_churn_price_billing_12m", "scores.nps"),
)


def story(scoreboard: Scoreboard, currency: str, to_do: str = "") -> list[str]:
    """The company in three sentences: its money, its customers, and what to do.

    The page and every report tell it from here, of the same scoreboard.

    Parameters
    ----------
    scoreboard : Scoreboard
    currency : str
    to_do : str, optional
        The last sentence, in words that are safe to print: what the page found urgent today, or
        what a review asks for.

    Returns
    -------
    list of str
        In Markdown whose only marks are ``**``.
    """
    said = [sentence(scoreboard, currency, ids) for ids in TOLD]
    return [line for line in (*said, to_do) if line]


def sentence(scoreboard: Scoreboard, currency: str, ids: tuple[str, ...]) -> str:
    """A few figures with how far they moved, in one sentence; those that are refused, named."""
    told, refused = [], []
    readings = {id: scoreboard.readings[id] for id in ids if id in scoreboard.readings}
    known = [reading for reading in readings.values() if reading.figure.value is not None]
    # What holds for all of them is said once.
    steady = len(known) > 1 and all(
        reading.change is not None and reading.verdict == "inside noise" for reading in known
    )
    for id, reading in readings.items():
        name = short_name(id, reading.figure.label)
        if reading.figure.value is None:
            refused.append(name)
            continue
        value = in_unit(reading.figure.value, reading.figure.unit, currency)
        verb = "" if told else "stand " if id in PLURAL else "stands "
        told.append(f"{name} {verb}at **{value}**{moved(reading, currency, steady=steady)}")
    if not told:
        return f"{capital(listed(refused))} cannot be told yet." if refused else ""
    rest = f"; {listed(refused)} cannot be told yet" if refused else ""
    inside = f", {'both' if len(told) == 2 else 'all'} inside noise" if steady else ""
    return f"{capital(listed(told))}{inside}{rest}."


def moved(reading: Reading, currency: str, *, steady: bool = False) -> str:
    if reading.change is None:
        return ""
    by = signed(reading.change.value, reading.figure.unit, currency)
    if steady:
        return f" ({by})"
    if reading.verdict in ("inside noise", "cannot tell"):
        return (
            f" ({by}, {'inside noise' if reading.verdict == 'inside noise' else 'perhaps noise'})"
        )
    return f" ({by}{', ' + reading.verdict if reading.verdict != 'moved' else ''})"


def capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def beside_in_words(reading: Reading, currency: str) -> str:
    """Target and market beside the figure."""
    unit = reading.figure.unit
    said = []
    if reading.target is not None:
        reached = {True: "reached", False: "missed", None: "within its interval"}
        said.append(
            f"Target {in_unit(reading.target, unit, currency)}: {reached[reading.on_target]}"
        )
    if reading.market is not None:
        market = share(reading.market) if unit == "share" else in_unit(reading.market, unit,
                                                                       currency)  # fmt: skip
        said.append(f"Market {market}")
    if reading.owner:
        said.append(f"Owner {reading.owner}")
    return " · ".join(said)
