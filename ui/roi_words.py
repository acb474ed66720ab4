"""A plan of initiatives in words: what it is worth, what it hangs on, and where that is from."""

import math
from collections.abc import Sequence

import pandas as pd

from analyses.roi import Company
from charts.roi import input_words
from models.initiatives import Initiative
from models.portfolio import Choice
from models.roi import Roi
from ui.errors import say
from ui.text import count_of, escape, listed, money, share

__all__ = ["choice_sentence", "fan_sentence", "information_sentence", "link_sentence",
           "overlap_sentence", "swing_sentence", "titles_of"]  # fmt: skip


def titles_of(roi: Roi) -> dict[str, str]:
    return {one.name: one.title for one in roi.plan.initiatives}


def choice_sentence(choice: Choice, offer: Sequence[Initiative], currency: str) -> str:
    """What the budget is best spent on, and what is left out."""
    done = [one.title for one in offer if one.name in choice.chosen]
    left = [one.title for one in offer if one.name not in choice.chosen]
    said = (
        f"Best within the budget: **{escape(listed(done), longest=400)}**, for "
        f"{money(choice.cost, currency)} at the start."
    )
    if left:
        said += f" Not worth it, or not within the budget: {escape(listed(left), longest=400)}."
    return said


def fan_sentence(roi: Roi, currency: str) -> str:
    """What the plan is worth, how sure that is, and when it has paid."""
    months = roi.plan.horizon
    said = (
        f"Over {count_of(months, 'month')} the plan is worth **{money(roi.mean, currency)}** in "
        f"today's money; four in five of {len(roi.npv):,} draws lie between "
        f"{money(roi.p10, currency)} and {money(roi.p90, currency)}, and in "
        f"**{share(roi.chance_of_loss, 0)}** of them it loses."
    )
    if roi.discounted_payback_months is None:
        return said + " On average it does not pay back in that time."
    said += f" On average it has paid back after {roi.discounted_payback_months:,.1f} months"
    if roi.irr is not None:
        return f"{said}, a return of {rate_words(roi.irr)} a year."
    if len(roi.rates) > 1:
        rates = listed([rate_words(rate) for rate in roi.rates])
        said += f"; its flows change sign more than once, so {rates} a year are all rates of return"
    if roi.mirr is not None:
        said += f"; put in and reinvested at the discount rate it makes {share(roi.mirr, 0)} a year"
    return said + "."


def rate_words(rate: float) -> str:
    """A yearly rate of return; of what pays back within weeks it says nothing."""
    return share(rate, 0) if rate <= 10 else "more than 1,000 %"


def overlap_sentence(roi: Roi, currency: str) -> str:
    """What adding the initiatives up would overshoot by, and why."""
    over = roi.naive - roi.expected
    if not roi.double:
        return "No two of them reach the same money: together they are worth their sum."
    return (
        f"With every input at its mean they would be worth {money(roi.naive, currency)} added up; "
        f"together they are worth {money(roi.expected, currency)}, **{money(over, currency)}** "
        f"less, because they share it: {escape('; '.join(roi.double), longest=900)}."
    )


def link_sentence(found: Company) -> str:
    """What a point of the score does, and where that is from."""
    if found.link is None:
        return f"What a better score brings is not known here: {say(found.why)}"
    link = found.link
    low, middle, high = (
        100 * math.expm1(link.log_hazard + z * link.log_hazard_error) for z in (-1.96, 0.0, 1.96)
    )
    days = f" and days to pay by **{link.days:+z.1f}**" if link.days else ""
    return (
        f"One {link.unit} more changes the chance of leaving in a month by "
        f"**{middle:+z.0f} %** ({low:+z.0f} % to {high:+z.0f} %, 95 % interval){days}: "
        f"{link.says}."
    )


def swing_sentence(table: pd.DataFrame, roi: Roi, currency: str) -> str:
    """Which input the value hangs on most."""
    if table.empty or not table["swing"].iloc[0] > 0:
        return "Nothing that is not known moves the value."
    row = table.iloc[0]
    return (
        f"The value hangs most on **{escape(input_words(row['input'], titles_of(roi)).lower())}**: "
        f"from {money(min(row['low'], row['high']), currency)} to "
        f"{money(max(row['low'], row['high']), currency)} between its low and its high, all else "
        "at its middle."
    )


def information_sentence(table: pd.DataFrame, roi: Roi, currency: str) -> str:
    """Which measurement would be worth most, and the most it may cost."""
    known = table[table["input"] != "everything"]
    whole = table.loc[table["input"] == "everything", "value"].item()
    if known.empty or not known["value"].iloc[0] >= 1:
        return (
            "No single measurement would change the decision: whatever any one input turns out to "
            f"be, it stays right. Knowing everything would be worth {money(whole, currency)}."
        )
    row = known.iloc[0]
    return (
        f"Measuring **{escape(input_words(row['input'], titles_of(roi)).lower())}** before "
        f"deciding is worth at most **{money(row['value'], currency)}**; knowing everything, "
        f"{money(whole, currency)}. A pilot or survey that costs more does not pay."
    )
