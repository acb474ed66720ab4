"""What follows reminders besides money: the next survey, tickets, disputes and leaving."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.cluster_sizes import sizes_of, too_few
from models.clusters import critical_value, few_clusters_factor
from models.refusal import Refusal

__all__ = ["OUTCOMES", "TONE_GROUPS", "Aftermath", "fit_aftermath"]

#: What is looked at, in words: in the month after a reminder, but for leaving.
OUTCOMES = {
    "score": "survey score (standard deviations)",
    "tickets": "tickets",
    "disputes": "disputes",
    "left": "leaving within three months",
}
TONE_GROUPS = {"gentle": "friendly or neutral", "harsh": "firm or legal"}
#: What was known when the month of the reminder began.
KNOWN = ("score", "tickets_3m", "disputes_6m", "days_late", "later_than_usual",
         "firm_reminders_3m", "log_size")  # fmt: skip
LEAVING_MONTHS = 3
FEWEST_ROWS = 200
#: Standard errors that four tests in five at 5 % would find.
REACH = 2.8


@dataclass(frozen=True, eq=False)
class Aftermath:
    """Change of each outcome with one more reminder in a month, all else known being equal.

    Attributes
    ----------
    table : DataFrame
        One row an outcome and tone: ``outcome``, ``tone`` (gentle, harsh), ``effect``,
        ``std_err``, ``lower``, ``upper``, ``smallest`` (what would have been found four times in
        five), ``usual`` (mean of the outcome), ``n`` (customer-months), ``n_reminders`` and
        ``verdict`` (more, less, no effect found).
    left_out : dict of str to str
        Outcomes without an answer, each with the reason.
    """

    table: pd.DataFrame
    left_out: dict[str, str]
    as_of: dt.date
    confidence: float

    def effect(self, outcome: str, tone: str) -> tuple[float, float]:
        """Effect and its standard error; both 0 where the outcome is not in the data."""
        rows = self.table[(self.table["outcome"] == outcome) & (self.table["tone"] == tone)]
        if rows.empty:
            return 0.0, 0.0
        return float(rows["effect"].iloc[0]), float(rows["std_err"].iloc[0])


def fit_aftermath(
    months: pd.DataFrame, monthly: pd.DataFrame, as_of: dt.date, *, confidence: float = 0.95
) -> Aftermath:
    """Regress what happens next on the reminders of a month.

    Linear in the number of gentle and harsh reminders, adjusted for what was known when their
    month began, robust by customer [1]_. It tells what goes together with one more reminder
    among alike customers; what moved the collector and is not on record is not adjusted for.

    Parameters
    ----------
    months : DataFrame
        From `warehouse.customer_months.customer_months`.
    monthly : DataFrame
        From `warehouse.reminders.monthly_reminders`.

    Raises
    ------
    Refusal
        If hardly a customer-month has a reminder.

    References
    ----------
    .. [1] K.-Y. Liang, S. L. Zeger (1986). "Longitudinal data analysis using generalized linear
       models." Biometrika 73, 13-22.
    """
    rows = following(months, monthly)
    reminded = int(((rows["gentle"] + rows["harsh"]) > 0).sum())
    if len(rows) < FEWEST_ROWS or reminded < FEWEST_ROWS // 4:
        raise Refusal(
            f"Only {reminded:,} months of customers with a reminder have a month after them, so "
            "what follows reminders cannot be told. Load a longer period, or widen the filters."
        )
    known = [name for name in KNOWN if name in rows and rows[name].nunique() > 1]
    lines, left_out = [], {}
    for outcome in OUTCOMES:
        seen = rows[rows[f"next_{outcome}"].notna()]
        tones = [tone for tone in TONE_GROUPS if (seen[tone] > 0).sum() >= FEWEST_ROWS // 4]
        if len(seen) < FEWEST_ROWS or not tones or seen[f"next_{outcome}"].nunique() < 2:
            left_out[outcome] = f"too little is on record after {len(seen):,} months of customers"
            continue
        lines += regressed(seen, f"next_{outcome}", outcome, tones, known, confidence)
    return Aftermath(pd.DataFrame(lines), left_out, as_of, confidence)


def following(months: pd.DataFrame, monthly: pd.DataFrame) -> pd.DataFrame:
    """Each customer-month with its reminders and what came in the next ones."""
    months = months.assign(begins=pd.to_datetime(months["begins"]))
    monthly = monthly.assign(begins=pd.to_datetime(monthly["begins"]))
    key = ["customer_id", "begins"]
    sent = months.merge(monthly[[*key, "gentle", "harsh"]], on=key, how="left")
    sent[["gentle", "harsh"]] = sent[["gentle", "harsh"]].fillna(0.0)
    back = monthly["begins"] - pd.DateOffset(months=1)
    after = monthly.assign(begins=back).rename(
        columns={name: f"next_{name}" for name in ("tickets", "disputes", "score", "answers")}
    )
    columns = [f"next_{name}" for name in ("tickets", "disputes", "score")]
    rows = sent.merge(after[[*key, *columns]], on=key, how="left")
    last = months.loc[months["ahead"].astype(bool), "begins"].max()
    last = months["begins"].max() if pd.isna(last) else last
    gone = months.loc[months["cause"].notna()].set_index("customer_id")["begins"]
    left_on = rows["customer_id"].map(gone[~gone.index.duplicated()])
    # Whoever leaves in the month itself has no month after it.
    stays = left_on.isna() | (left_on > rows["begins"])
    watched = rows["begins"] + pd.DateOffset(months=1) < last
    rows, left_on = rows[stays & watched].copy(), left_on[stays & watched]
    for name in ("tickets", "disputes"):
        loaded = monthly[name].sum() > 0
        rows[f"next_{name}"] = rows[f"next_{name}"].fillna(0.0) if loaded else np.nan
    until = rows["begins"] + pd.DateOffset(months=LEAVING_MONTHS)
    left = (left_on <= until).astype(float)
    rows["next_left"] = left.where(until < last)
    return rows


def regressed(
    rows: pd.DataFrame,
    column: str,
    outcome: str,
    tones: list[str],
    known: list[str],
    confidence: float,
) -> list[dict]:
    """Effects of reminders on one outcome, ordinary least squares."""
    adjust = rows[known].astype(float)
    adjust = adjust.fillna(adjust.mean())
    spread = adjust.std()
    adjust = ((adjust - adjust.mean()) / spread.where(spread > 0, 1.0)).loc[:, spread > 0]
    x = np.column_stack([rows[tones].to_numpy(dtype=float), adjust, np.ones(len(rows))])
    y = rows[column].to_numpy(dtype=float)
    inverse = np.linalg.pinv(x.T @ x)
    beta = inverse @ (x.T @ y)
    customer = pd.factorize(rows["customer_id"])[0]
    score = x * (y - x @ beta)[:, None]
    by_customer = np.stack([np.bincount(customer, column) for column in score.T])
    sizes = sizes_of(np.bincount(customer))
    part = inverse @ by_customer
    std_err = np.sqrt(np.diag(part @ part.T) * float(few_clusters_factor(sizes.n)))
    critical = float(critical_value(confidence, float(sizes.effective)))
    if too_few(float(sizes.effective)):
        critical = np.nan
    lines = []
    for place, tone in enumerate(tones):
        value, error = float(beta[place]), float(std_err[place])
        low, high = value - critical * error, value + critical * error
        verdict = "more" if low > 0 else "less" if high < 0 else "no effect found"
        lines.append({
            "outcome": outcome, "tone": tone, "effect": value, "std_err": error, "lower": low,
            "upper": high, "smallest": REACH * error, "usual": float(y.mean()), "n": len(rows),
            "n_reminders": int(rows[tone].sum()), "verdict": verdict,
        })  # fmt: skip
    return lines
