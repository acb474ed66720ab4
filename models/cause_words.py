"""The evidence for why an invoice is late, in a few short sentences."""

import numpy as np
import pandas as pd

__all__ = ["evidence_in_words"]

#: Sentences an invoice gets at most, the most telling first.
MOST_SENTENCES = 4
#: A change of the rhythm, in its own spread, that is worth telling.
TELLING_CHANGE = 1.0
#: A fall of the answers, as a share of their scale, that is worth telling.
TELLING_FALL = 0.1
#: Settled invoices from which a customer has a rhythm.
FEWEST_PAID = 5

REASONS = {
    "price": "the price", "quantity": "the quantity", "quality": "the quality",
    "delivery": "the delivery", "missing_po": "a missing order number",
    "duplicate": "a duplicate", "not_recognised": "an invoice they do not recognise",
    "other": "another reason",
}  # fmt: skip


def evidence_in_words(rows: pd.DataFrame, around: pd.DataFrame) -> pd.Series:
    """What is known of each invoice, the most telling first; empty where nothing stands out.

    Parameters
    ----------
    rows : DataFrame
        As `models.late_causes.fit_late_causes` takes them.
    around : DataFrame
        Evidence of the customer's other invoices, with ``n_near``.
    """
    said = [
        when(rows["noted"].notna(), "A collector noted: " + rows["noted"].fillna("") + "."),
        disputes(rows),
        when(rows["in_part"] > 0, "Paid in part so far."),
        rhythm(rows),
        when(
            rows["score_change"] < -TELLING_FALL,
            "Survey answers fell below their own mean before it was issued.",
        ),
        counted(rows["late_deliveries_quarter"], "late delivery", "late deliveries"),
        counted(rows["finance_tickets_quarter"], "ticket on billing", "tickets on billing"),
        when(rows["first_invoice"] > 0, "First invoice to this customer."),
        counted(rows["part_payments_year"], "part payment", "part payments", "the year"),
        when(
            rows["n_overdue_then"] >= 2,
            "Other invoices were overdue when it was issued: "
            + rows["n_overdue_then"].fillna(0).astype(int).astype(str)
            + ".",
        ),
        when(around["n_near"].to_numpy() >= np.log1p(3), "Others around it were late as well."),
    ]
    words = np.column_stack([part.to_numpy(dtype=object) for part in said])
    return pd.Series(
        [" ".join([part for part in row if part][:MOST_SENTENCES]) for row in words],
        index=rows.index,
    )


def when(condition: pd.Series, words: pd.Series | str) -> pd.Series:
    """`words` where the condition holds."""
    holds = np.asarray(condition.fillna(False) if isinstance(condition, pd.Series) else condition)
    return pd.Series(np.where(holds, words, ""))


def disputes(rows: pd.DataFrame) -> pd.Series:
    """What is disputed, how much of it, and on which line."""
    about = rows["dispute_reason"].map(REASONS)
    share = (100 * rows["disputed_share"]).round().astype(int).astype(str) + " %"
    # Without a dispute that names one the column holds nothing, and no numbers either.
    line = rows["disputed_line"].astype(float)
    where = np.where(
        line.notna(), " on line " + line.fillna(0).astype(int).astype(str), " of its amount"
    )
    words = "Disputed for " + about.fillna("") + ": " + share + where + "."
    return when(about.notna(), words)


def rhythm(rows: pd.DataFrame) -> pd.Series:
    """How late it is beside what is usual for the customer."""
    usual, spread = rows["days_late_before"], rows["days_late_spread"].clip(lower=3.0)
    known = (rows["n_paid_before"] >= FEWEST_PAID) & rows["days_late_before"].notna()
    off = rows["days_late"] - usual
    far = off > TELLING_CHANGE * spread.fillna(np.inf)
    days = usual.fillna(0).round().astype(int)
    before = np.where(days > 0, days.astype(str) + " days late", "in time")
    said = pd.Series(before, index=rows.index)
    late = rows["days_late"].fillna(0).round().astype(int).astype(str)
    unusual = late + " days late; they usually pay " + said + "."
    as_ever = "As late as usual for them: " + days.astype(str) + " days on average."
    regular = known & ~far & (usual > 5) & (off.abs() <= spread)
    words = np.where(far & known, unusual, np.where(regular, as_ever, ""))
    return pd.Series(words)


def counted(number: pd.Series, one: str, many: str, span: str = "three months") -> pd.Series:
    n = number.fillna(0).astype(int)
    words = n.astype(str) + np.where(n == 1, f" {one}", f" {many}") + f" in {span} before it."
    return when(n > 0, words)
