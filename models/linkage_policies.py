"""The other way round: how content with invoicing go those who get their invoices another way."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from models.linkage_effects import OF_CUSTOMER, SIZES
from models.linkage_rows import adjusted, answer_days
from models.linkage_slopes import fit_mean_slopes
from models.refusal import Refusal
from models.reminder_aftermath import REACH
from models.segments import FEWEST

__all__ = ["ChannelScores", "fit_channel_scores"]

FALSE_DISCOVERIES = 0.05
HELD_EQUAL = (*SIZES, "days_late", "months_before")
CATEGORIES = tuple(name for name in OF_CUSTOMER if name != "touchpoint")


@dataclass(frozen=True, eq=False)
class ChannelScores:
    """CSAT with invoicing by the channel of the last invoice, against the commonest one.

    Attributes
    ----------
    table : DataFrame
        One row a channel: ``channel``, ``effect`` (points of CSAT), ``lower``, ``upper``,
        ``smallest`` (that would have been found four times in five), ``p_value``, ``verdict``
        (more content, less content, cannot tell) and ``n`` (answers).
    reference : str
    n, n_customers : int
    """

    table: pd.DataFrame
    reference: str
    n: int
    n_customers: int


def fit_channel_scores(
    months: pd.DataFrame,
    answers: pd.DataFrame,
    invoices: pd.DataFrame,
    *,
    confidence: float = 0.95,
) -> ChannelScores:
    """Compare answers about invoicing by the channel of the invoice before them.

    Linear, adjusted for size, how the customer was won, industry, region, billing model, time as a
    customer and earlier lateness, robust by customer. Who gets which channel was not drawn by lot.

    Raises
    ------
    Refusal
        If fewer than two channels have enough customers who answered.
    """
    months, answers, invoices = (
        frame.assign(**{day: pd.to_datetime(frame[day]).astype("datetime64[ns]")})
        for frame, day in ((months, "begins"), (answers, "answered_on"), (invoices, "issued_on"))
    )
    days = answer_days(answers, months, "csat", "invoicing")
    sent = invoices.loc[invoices["channel"].notna(), ["customer_id", "issued_on", "channel"]]
    rows = pd.merge_asof(
        days, sent.sort_values("issued_on"), left_on="answered_on", right_on="issued_on",
        by="customer_id", tolerance=pd.Timedelta(days=92),
    )  # fmt: skip
    rows = rows[rows["channel"].notna()]
    sizes = rows.groupby("channel")["customer_id"].nunique().sort_values(ascending=False)
    kept = sizes[sizes >= FEWEST].index.tolist()
    if len(kept) < 2:
        raise Refusal(
            f"{len(kept)} of the channels of invoicing have {FEWEST} customers who answered how "
            "content they are with invoicing, so channels cannot be compared. Ask more of them."
        )
    rows = rows[rows["channel"].isin(kept)]
    others = kept[1:]
    x = np.stack([(rows["channel"] == name).to_numpy(dtype=float) for name in others], axis=1)
    found = fit_mean_slopes(
        x, adjusted(rows, HELD_EQUAL, CATEGORIES).to_numpy(),
        rows["last_score"].to_numpy(dtype=float), pd.factorize(rows["customer_id"])[0],
        confidence=confidence,
    )  # fmt: skip
    q = false_discovery_control(np.nan_to_num(found.p_value, nan=1.0))
    word = np.where(found.value > 0, "more content", "less content")
    counts = rows["channel"].value_counts()
    table = pd.DataFrame(
        {"channel": others, "effect": found.value,
         "lower": found.value - found.critical * found.std_err,
         "upper": found.value + found.critical * found.std_err,
         "smallest": REACH * found.std_err, "p_value": found.p_value,
         "verdict": np.where(q <= FALSE_DISCOVERIES, word, "cannot tell"),
         "n": counts[others].to_numpy()}
    )  # fmt: skip
    return ChannelScores(table, kept[0], len(rows), rows["customer_id"].nunique())
