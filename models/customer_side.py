"""What a customer went through in the last year, told from its own side."""

import datetime as dt
from collections.abc import Mapping

import pandas as pd

from models.wording import counted

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


def of_year(rows: Rows, table: str, day: str, today: pd.Timestamp) -> pd.DataFrame:
    """Rows of the last twelve months, by the date that starts them; none of an absent table."""
    own = rows.get(table)
    if own is None:
        return pd.DataFrame()
    return own[(own[day] > today - pd.Timedelta(days=DAYS)) & (own[day] <= today)]


def days_waited(own: pd.DataFrame, since: str, until: str, today: pd.Timestamp) -> pd.Series:
    """Days from one date to another, or to `today` where that has not come."""
    return (own[until].fillna(today) - own[since]).dt.days


def waits_for_answers(rows: Rows, today: pd.Timestamp) -> str:
    asked = of_year(rows, "tickets", "opened_on", today)
    if asked.empty:
        return ""
    waited = days_waited(asked, "opened_on", "resolved_on", today)
    waits = int(asked["resolved_on"].isna().sum())
    said = (
        f"It asked {counted(len(asked), 'time')} and waited {counted(int(waited.sum()), 'day')} in "
        f"all, {int(waited.max())} at the longest"
    )
    return said + (f"; {waits} still {'waits' if waits == 1 else 'wait'} for an answer." if waits
                   else ".")  # fmt: skip


def waits_for_refunds(rows: Rows, today: pd.Timestamp) -> str:
    own = of_year(rows, "adjustments", "requested_on", today)
    own = own if own.empty else own[own["kind"] != "write_off"]
    if own.empty:
        return ""
    waited = days_waited(own, "requested_on", "completed_on", today)
    waits = int(own["completed_on"].isna().sum())
    owed = "1 credit or refund" if len(own) == 1 else f"{len(own):,} credits or refunds"
    said = (
        f"It was owed {owed} and waited "
        f"{waited.mean():.0f} days for one on average, {int(waited.max())} at the longest"
    )
    return said + (f"; {waits} not done yet." if waits else ".")


def waits_for_goods(rows: Rows, today: pd.Timestamp) -> str:
    own = of_year(rows, "orders", "ordered_on", today)
    own = own if own.empty else own.dropna(subset="promised_on")
    if own.empty:
        return ""
    behind = days_waited(own, "promised_on", "delivered_on", today)
    late = behind > 0
    short = int((own["delivered_quantity"] < own["quantity"]).sum())
    said = f"Of {counted(len(own), 'order line')}, {int(late.sum())} came later than promised"
    if late.any():
        said += f", by {behind[late].mean():.0f} days on average"
    if short:
        said += f", and {short} came short"
    return f"{said}." if late.any() or short else ""


def wrong_invoices(rows: Rows, today: pd.Timestamp) -> str:
    opened = of_year(rows, "disputes", "opened_on", today)
    if opened.empty:
        return ""
    right = opened[opened["outcome"].isin(("upheld", "partial"))]
    n = opened["invoice_id"].nunique()
    waited = days_waited(opened, "opened_on", "resolved_on", today)
    return (
        f"It disputed {counted(n, 'invoice')} and was found right on "
        f"{right['invoice_id'].nunique()}; deciding took {waited.mean():.0f} days on average."
    )


def pressed_while_waiting(rows: Rows, today: pd.Timestamp) -> str:
    """Reminders that came while we owed it an answer on money."""
    sent = of_year(rows, "reminders", "sent_on", today)
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
    said = f"It got {counted(len(sent), 'reminder')}"
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
    own = of_year(rows, "price_changes", "effective_on", today)
    if own.empty:
        return ""
    own = own[
        (own["new_monthly_value"] > own["old_monthly_value"]) & (own["old_monthly_value"] > 0)
    ]
    if own.empty:
        return ""
    rise = own["new_monthly_value"] / own["old_monthly_value"] - 1
    notice = (own["effective_on"] - own["announced_on"]).dt.days
    return (
        f"Its prices rose {counted(len(own), 'time')}, by {100 * rise.max():.1f} % at most, told "
        f"{int(notice.min())} days ahead."
    )
