"""What a customer went through in the last year, told from its own side."""

import datetime as dt
from collections.abc import Mapping

import pandas as pd

__all__ = ["DAYS", "customer_side"]

#: Days that are told of.
DAYS = 365
#: Topics of tickets about money: who waits for such an answer need not pay before it.
ABOUT_MONEY = ("billing", "payment", "pricing", "refund")

Rows = Mapping[str, pd.DataFrame]


def customer_side(rows: Rows, as_of: dt.date) -> list[str]:
    """Tell how long the customer waited, what was wrong, and when it was pressed.

    Parameters
    ----------
    rows : mapping of str to DataFrame
        From `warehouse.account.account_rows`.
    as_of : date
        Its last twelve months are told of; what still waits has waited until then.

    Returns
    -------
    list of str
        Plain sentences; none where nothing of the kind happened.

    Examples
    --------
    >>> tickets = pd.DataFrame(
    ...     {
    ...         "opened_on": pd.to_datetime(["2025-06-01", "2025-06-20"]),
    ...         "resolved_on": pd.to_datetime(["2025-06-11", None]),
    ...         "topic": "billing",
    ...     }
    ... )
    >>> customer_side({"tickets": tickets}, dt.date(2025, 6, 30))
    ['It asked 2 times and waited 20 days in all, 10 at the longest; 1 still waits for an answer.']
    """
    told = (waits_for_answers, waits_for_refunds, waits_for_goods, wrong_invoices,
            pressed_while_waiting, price_rises)  # fmt: skip
    return [sentence for tell in told if (sentence := tell(rows, pd.Timestamp(as_of)))]


def of_year(frame: pd.DataFrame, day: str, today: pd.Timestamp) -> pd.DataFrame:
    return frame[frame[day] > today - pd.Timedelta(days=DAYS)]


def times(n: int, what: str) -> str:
    return f"{n} {what}" + ("" if n == 1 else "s")


def waits_for_answers(rows: Rows, today: pd.Timestamp) -> str:
    if "tickets" not in rows:
        return ""
    asked = of_year(rows["tickets"], "opened_on", today)
    if asked.empty:
        return ""
    waited = (asked["resolved_on"].fillna(today) - asked["opened_on"]).dt.days
    waits = int(asked["resolved_on"].isna().sum())
    said = (
        f"It asked {times(len(asked), 'time')} and waited {times(int(waited.sum()), 'day')} in "
        f"all, {int(waited.max())} at the longest"
    )
    return said + (f"; {waits} still {'waits' if waits == 1 else 'wait'} for an answer." if waits
                   else ".")  # fmt: skip


def waits_for_refunds(rows: Rows, today: pd.Timestamp) -> str:
    if "adjustments" not in rows:
        return ""
    own = rows["adjustments"]
    own = of_year(own[own["kind"] != "write_off"], "requested_on", today)
    if own.empty:
        return ""
    waited = (own["completed_on"].fillna(today) - own["requested_on"]).dt.days
    waits = int(own["completed_on"].isna().sum())
    said = (
        f"It was owed {times(len(own), 'credit or refund')} and waited "
        f"{waited.mean():.0f} days for one on average, {int(waited.max())} at the longest"
    ).replace("credit or refunds", "credits or refunds")
    return said + (f"; {waits} not done yet." if waits else ".")


def waits_for_goods(rows: Rows, today: pd.Timestamp) -> str:
    if "orders" not in rows:
        return ""
    own = of_year(rows["orders"], "ordered_on", today).dropna(subset="promised_on")
    if own.empty:
        return ""
    behind = (own["delivered_on"].fillna(today) - own["promised_on"]).dt.days
    late = behind > 0
    short = int((own["delivered_quantity"] < own["quantity"]).sum())
    said = f"Of {times(len(own), 'order line')}, {int(late.sum())} came later than promised"
    if late.any():
        said += f", by {behind[late].mean():.0f} days on average"
    if short:
        said += f", and {short} came short"
    return f"{said}." if late.any() or short else ""


def wrong_invoices(rows: Rows, today: pd.Timestamp) -> str:
    if "disputes" not in rows:
        return ""
    opened = of_year(rows["disputes"], "opened_on", today)
    if opened.empty:
        return ""
    right = opened[opened["outcome"].isin(("upheld", "partial"))]
    n = opened["invoice_id"].nunique()
    waited = (opened["resolved_on"].fillna(today) - opened["opened_on"]).dt.days
    return (
        f"It disputed {times(n, 'invoice')} and was found right on "
        f"{right['invoice_id'].nunique()}; deciding took {waited.mean():.0f} days on average."
    )


def pressed_while_waiting(rows: Rows, today: pd.Timestamp) -> str:
    """Reminders that came while we owed it an answer on money."""
    if "reminders" not in rows:
        return ""
    sent = of_year(rows["reminders"], "sent_on", today)
    if sent.empty:
        return ""
    held = pd.Series(False, index=sent.index)
    if "disputes" in rows:
        pairs = sent.reset_index().merge(rows["disputes"], on="invoice_id")
        held[pairs.loc[waiting(pairs), "index"]] = True
    if "tickets" in rows:
        about = rows["tickets"][rows["tickets"]["topic"].isin(ABOUT_MONEY)]
        pairs = sent.reset_index().merge(about, how="cross")
        held[pairs.loc[waiting(pairs), "index"]] = True
    n = int(held.sum())
    said = f"It got {times(len(sent), 'reminder')}"
    if not n:
        return (
            said + ", none of them while a dispute of that invoice or a question on money was open."
        )
    return said + f", {n} of them while a dispute of that invoice or a question on money was open."


def waiting(pairs: pd.DataFrame) -> pd.Series:
    """Whether each reminder was sent while the other thing was open."""
    after = pairs["resolved_on"].isna() | (pairs["resolved_on"] >= pairs["sent_on"])
    return (pairs["opened_on"] <= pairs["sent_on"]) & after


def price_rises(rows: Rows, today: pd.Timestamp) -> str:
    if "price_changes" not in rows:
        return ""
    own = rows["price_changes"]
    own = of_year(own[own["effective_on"] <= today], "effective_on", today)
    own = own[
        (own["new_monthly_value"] > own["old_monthly_value"]) & (own["old_monthly_value"] > 0)
    ]
    if own.empty:
        return ""
    rise = own["new_monthly_value"] / own["old_monthly_value"] - 1
    notice = (own["effective_on"] - own["announced_on"]).dt.days
    return (
        f"Its prices rose {times(len(own), 'time')}, by {100 * rise.max():.1f} % at most, told "
        f"{int(notice.min())} days ahead."
    )
