"""The ledger of poor experience: every cost booked once, to a cause and a touchpoint."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from models.churned_margin import ChurnedMargin
from models.figures import COUNTED, Figure
from models.refusal import Refusal
from models.ticket_causes import LOOKS_BACK, NOT_EXPLAINED, causes_of_tickets

__all__ = ["BUCKETS", "CAUSE_WORDS", "TICKET_BUCKETS", "PoorExperience", "fit_poor_experience",
           "whose_cause"]  # fmt: skip

#: Every bucket in the words of the pages; a row of the ledger is in one of them.
BUCKETS: Mapping[str, str] = MappingProxyType(
    {
        "refunds": "Refunds",
        "credits": "Credit notes",
        "write_offs": "Write-offs",
        "disputes": "Handling of disputes",
        "billing_tickets": "Billing tickets",
        "delivery_tickets": "Delivery tickets",
        "reminders": "Reminders",
        "financing": "Financing of late cash",
        "expedites": "Expedites",
        "churn": "Margin that left",
    }
)
#: Buckets that are of tickets.
TICKET_BUCKETS = ("billing_tickets", "delivery_tickets", "disputes")
#: Kind of row to its bucket; tickets are told apart by what they are about.
BUCKET_OF = {"refund": "refunds", "credit_note": "credits", "write_off": "write_offs",
             "reminder": "reminders", "waiting": "financing"}  # fmt: skip
#: Where the customer meets each kind of cost.
TOUCHPOINT_OF = {"refund": "refund", "credit_note": "refund", "write_off": "collection",
                 "waiting": "collection"}  # fmt: skip
TOUCHPOINT_OF_TOPIC = {"billing": "invoicing", "payment": "invoicing", "pricing": "renewal",
                       "refund": "refund", "delivery": "delivery"}  # fmt: skip
TOUCHPOINT_OF_DEFECT = {"slow_tickets_3m": "support", "late_deliveries_6m": "delivery",
                        "disputes_6m": "invoicing", "firm_reminders_3m": "reminder",
                        "price_rise_6m": "renewal", "bill_shock": "invoicing"}  # fmt: skip
CAUSE_OF_DEFECT = {"slow_tickets_3m": "slow_answer", "late_deliveries_6m": "late_delivery",
                   "disputes_6m": "dispute", "firm_reminders_3m": "reminder",
                   "price_rise_6m": "price_rise", "bill_shock": "bill_shock"}  # fmt: skip
CAUSE_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "dispute": "Disputes of any kind",
        "dispute: price": "Disputed: price",
        "dispute: quantity": "Disputed: quantity",
        "dispute: quality": "Disputed: quality",
        "dispute: delivery": "Disputed: delivery",
        "dispute: missing_po": "Disputed: no order number",
        "dispute: duplicate": "Disputed: invoiced twice",
        "dispute: not_recognised": "Disputed: not recognised",
        "dispute: other": "Disputed: other",
        "noted: dissatisfied": "Noted: dissatisfied",
        "noted: process": "Noted: stuck in a process",
        "noted: cash": "Noted: short of cash",
        "noted: habit": "Noted: habit",
        "late_delivery": "Late delivery",
        "short_delivery": "Short delivery",
        "price_rise": "Price rise",
        "bill_shock": "Bill above the usual",
        "slow_answer": "Slow answer",
        "reminder": "A reminder",
        NOT_EXPLAINED: "Not explained",
    }
)
#: Causes that lie with the customer: no process of ours would have saved their cost.
THEIRS = ("noted: cash", "noted: habit")
YEAR_MONTHS = 12
NO_TICKETS_OF_DISPUTES = (
    f"Tickets about money are not seen to come more often in the {LOOKS_BACK} days after a dispute "
    "than in those before it, so none can be told to be about one: they all stay billing tickets. "
    "What staff spend on a dispute otherwise is in no table."
)


#: Why the cost of tickets has no interval where some of them follow failures.
CUT_BY_A_SHARE = (
    "The sum of all tickets is counted. How much of one is due to what went before it is "
    "estimated, with its interval beside what speaks for causes of tickets."
)


@dataclass(frozen=True, eq=False)
class PoorExperience:
    """A year of what poor experience cost.

    Attributes
    ----------
    entries : DataFrame
        One row a cost of the year, or a part of one: ``entry_id``, ``bucket``, ``touchpoint``,
        ``cause``, ``booked_on``, ``customer_id``, ``invoice_id``, ``about``, ``minutes`` and
        ``cents``.
    buckets : DataFrame
        One row a bucket of `BUCKETS`: ``bucket``, ``amount``, ``low``, ``high`` (missing where it
        is counted), ``n``, ``minutes``, ``explained`` (share of the amount with a cause) and
        ``reason`` (why it is not known).
    causes, touchpoints : DataFrame
        ``cause`` or ``touchpoint``, ``amount``, ``n``, ``minutes``; dearest first. Causes have
        ``whose`` (ours, theirs, not explained) as well, and ``low`` and ``high`` where margin that
        left, which is an estimate, is in them; touchpoints ``explained``.
    trend : DataFrame
        ``month`` (its last day), ``bucket`` and ``amount``, of two years.
    tie : DataFrame
        One row a kind in the sources: ``source``, ``kind``, ``total`` (all of it), ``booked``,
        ``left_out``, ``why`` (in words) and ``difference``, to the cent.
    evidence : DataFrame
        What speaks for the causes of tickets; see `models.ticket_causes.causes_of_tickets`.
    total, low, high : float
    """

    entries: pd.DataFrame
    buckets: pd.DataFrame
    causes: pd.DataFrame
    touchpoints: pd.DataFrame
    trend: pd.DataFrame
    tie: pd.DataFrame
    evidence: pd.DataFrame
    total: float
    low: float
    high: float
    churned: ChurnedMargin | None
    n: int
    as_of: dt.date
    confidence: float

    @property
    def not_explained(self) -> float:
        """Share of the total that has no cause."""
        rows = self.causes[self.causes["cause"] == NOT_EXPLAINED]
        return float(rows["amount"].sum()) / self.total if self.total else np.nan

    def figures(self) -> tuple[Figure, ...]:
        """Return the total and each bucket, refused ones with their reason."""
        missing = self.buckets[self.buckets["amount"].isna()]
        without = [BUCKETS[name].lower() for name in missing["bucket"]]
        said = f"Without what is not known: {', '.join(without)}." if without else COUNTED
        known = self.confidence if np.isfinite(self.low) else None
        ends = (self.low, self.high) if known else (None, None)
        total = Figure("poor_experience.total", self.total, *ends, self.n, self.as_of, said, known)
        return (total, *(self._of_bucket(row) for _, row in self.buckets.iterrows()))

    def _of_bucket(self, row: pd.Series) -> Figure:
        name = f"poor_experience.{row['bucket']}"
        if pd.isna(row["amount"]):
            return Figure(name, None, None, None, 0, self.as_of, row["reason"])
        ends, level, said = (None, None), None, COUNTED
        if pd.notna(row["low"]):
            ends, level, said = (float(row["low"]), float(row["high"])), self.confidence, None
        elif row["bucket"] in TICKET_BUCKETS:
            said = CUT_BY_A_SHARE if self.evidence["used"].any() else COUNTED
        return Figure(name, float(row["amount"]), *ends, int(row["n"]), self.as_of, said, level)


def fit_poor_experience(
    rows: pd.DataFrame,
    mishaps: pd.DataFrame,
    sources: pd.DataFrame,
    as_of: dt.date,
    *,
    ends: Sequence[dt.date],
    churned: ChurnedMargin | None = None,
    reasons: Mapping[str, str] | None = None,
    confidence: float = 0.95,
) -> PoorExperience:
    """Book every cost of a year once, to a bucket, a touchpoint and, where there is one, a cause.

    Money given back is booked to the dispute of its invoice, and so are reminders and waiting; one
    without a dispute to what a collector noted on it. A ticket is booked to what went wrong for
    its customer in the 31 days before, where tickets are seen to follow such things: one that
    follows a dispute is then part of handling it, and is no billing ticket any more. What finds
    nothing stays, as not explained. So does what stands before tickets by chance: as much of each
    as such things stand after tickets, which cannot have led to them.

    Parameters
    ----------
    rows, mishaps, sources : DataFrame
        Rows of `warehouse.poor_experience`: `cost_rows`, `mishaps` and `source_rows` (of the
        last twelve windows).
    as_of : date
    ends : sequence of date
        Last days of the windows; see `cost_rows`.
    churned : ChurnedMargin, optional
        Of the last twelve windows.
    reasons : mapping of str to str, optional
        Why buckets are not known.

    Raises
    ------
    Refusal
        If nothing was booked in the year and nothing could be.
    """
    reasons = dict(reasons or {})
    ledger = rows.assign(cents=cents(rows["amount"]), counted=1)
    cause, evidence = causes_of(ledger, mishaps)
    ledger = usual_apart(ledger.assign(cause=cause), evidence)
    if not evidence.set_index("kind").loc["dispute", "used"]:
        reasons.setdefault("disputes", NO_TICKETS_OF_DISPUTES)
    ledger = ledger.assign(bucket=buckets_of(ledger), touchpoint=touchpoints_of(ledger))
    if churned is not None:
        ledger = pd.concat([ledger, churn_rows(churned)], ignore_index=True)
    since = pd.Timestamp(ends[-1 - min(YEAR_MONTHS, len(ends) - 1)])
    year = ledger[pd.to_datetime(ledger["booked_on"]) > since]
    entries = year[year["left_out"].isna() & ~year["bucket"].isin(reasons)]
    if entries.empty and len(reasons) >= len(BUCKETS) - 1:
        raise Refusal(
            f"No cost of poor experience was booked in the year up to {as_of}, and most of what "
            "would show one is not loaded. Load `adjustments`, `tickets` and `reminders`."
        )
    table = bucket_table(entries, reasons, churned)
    total = float(table["amount"].sum())
    estimated = table.set_index("bucket").loc["churn"]
    known = ledger[ledger["left_out"].isna() & ~ledger["bucket"].isin(reasons)]
    columns = ["entry_id", "bucket", "touchpoint", "cause", "booked_on", "customer_id",
               "invoice_id", "about", "minutes", "cents"]  # fmt: skip
    causes = summed(entries, "cause")
    return PoorExperience(
        entries[columns].sort_values(["cents", "entry_id"], ascending=[False, True],
                                     ignore_index=True),
        table,
        with_ends(causes, entries, churned).assign(whose=causes["cause"].map(whose_cause)),
        summed(entries, "touchpoint"),
        trend_of(known, ends),
        tie_of(year[year["source"] != "churn"], sources),
        evidence,
        total,
        total - (estimated["amount"] - estimated["low"]),
        total + (estimated["high"] - estimated["amount"]),
        churned,
        int(entries["counted"].sum()),
        as_of,
        confidence,
    )  # fmt: skip


def whose_cause(cause: str) -> str:
    """Whether a cause lies with us, with the customer, or is not known.

    >>> whose_cause("dispute: price"), whose_cause("noted: cash"), whose_cause("not_explained")
    ('ours', 'theirs', 'not explained')
    """
    if cause == NOT_EXPLAINED:
        return "not explained"
    return "theirs" if cause in THEIRS else "ours"


def cents(amount: pd.Series) -> pd.Series:
    return np.rint(amount.astype(float) * 100).astype("int64")


def causes_of(ledger: pd.DataFrame, mishaps: pd.DataFrame) -> tuple[pd.Series, pd.DataFrame]:
    """Cause of each row, and what speaks for those of tickets."""
    cause = pd.Series(NOT_EXPLAINED, index=ledger.index, dtype=object)
    of_invoice = mishaps[mishaps["invoice_id"].notna()].sort_values("happened_on", kind="stable")
    began = pd.to_datetime(ledger["began_on"])
    for prefix in ("noted: ", "dispute: "):
        # The dispute comes second: it says more than a note.
        known = of_invoice[of_invoice["what"].str.startswith(prefix)]
        known = known.drop_duplicates("invoice_id", keep="first").set_index("invoice_id")
        what = ledger["invoice_id"].map(known["what"])
        happened = pd.to_datetime(ledger["invoice_id"].map(known["happened_on"]))
        cause = cause.where(~(happened <= began), what)
    tickets = ledger[(ledger["kind"] == "ticket") & ledger["left_out"].isna()]
    asked, evidence = causes_of_tickets(tickets, mishaps)
    cause.update(asked)
    return cause, evidence


def usual_apart(ledger: pd.DataFrame, evidence: pd.DataFrame) -> pd.DataFrame:
    """Cut tickets with a cause in two: what is beyond the usual is due to it, the rest to nothing.

    Of ten tickets after a dispute of which six would have come without it, nobody knows which
    six: of each, six tenths are as usual.
    """
    usual = pd.Series(0.0, index=ledger.index)
    ticket = ledger["kind"] == "ticket"
    for row in evidence[evidence["used"]].itertuples():
        usual[ticket & ledger["cause"].str.startswith(row.kind)] = row.after / row.before
    cut = ledger[usual > 0]
    rest = cut.assign(
        entry_id=cut["entry_id"] + " (usual)",
        cause=NOT_EXPLAINED,
        # One ticket stays one, however many its parts.
        counted=0,
        cents=np.rint(cut["cents"] * usual[cut.index]).astype("int64"),
        minutes=cut["minutes"] * usual[cut.index],
    )
    due = cut.assign(cents=cut["cents"] - rest["cents"], minutes=cut["minutes"] - rest["minutes"])
    return pd.concat([ledger[usual == 0], due, rest], ignore_index=True)


def buckets_of(ledger: pd.DataFrame) -> pd.Series:
    """The one bucket of each row."""
    bucket = ledger["kind"].map(BUCKET_OF)
    ticket = ledger["kind"] == "ticket"
    about = np.where(
        ledger["about"] == "delivery",
        "delivery_tickets",
        np.where(ledger["cause"].str.startswith("dispute"), "disputes", "billing_tickets"),
    )
    return bucket.where(~ticket, about)


def touchpoints_of(ledger: pd.DataFrame) -> pd.Series:
    point = ledger["kind"].map(TOUCHPOINT_OF)
    point = point.where(ledger["kind"] != "reminder", ledger["about"])
    of_topic = ledger["about"].map(TOUCHPOINT_OF_TOPIC).fillna("support")
    return point.where(ledger["kind"] != "ticket", of_topic)


def churn_rows(churned: ChurnedMargin) -> pd.DataFrame:
    rows = churned.rows
    return pd.DataFrame(
        {
            "entry_id": rows["customer_id"] + " " + rows["booked_on"].astype(str) + " "
            + rows["defect"],
            "source": "churn",
            "kind": "churn",
            "began_on": rows["booked_on"],
            "booked_on": rows["booked_on"],
            "customer_id": rows["customer_id"],
            "invoice_id": None,
            "about": rows["defect"],
            "minutes": 0.0,
            "amount": rows["amount"],
            "left_out": None,
            "cents": cents(rows["amount"]),
            "counted": 1,
            "cause": rows["defect"].map(CAUSE_OF_DEFECT),
            "bucket": "churn",
            "touchpoint": rows["defect"].map(TOUCHPOINT_OF_DEFECT),
        }
    )  # fmt: skip


def bucket_table(
    entries: pd.DataFrame, reasons: Mapping[str, str], churned: ChurnedMargin | None
) -> pd.DataFrame:
    rows = []
    for name in BUCKETS:
        mine = entries[entries["bucket"] == name]
        row = {"bucket": name, "amount": np.nan, "low": np.nan, "high": np.nan,
               "n": int(mine["counted"].sum()), "minutes": mine["minutes"].sum(),
               "explained": np.nan, "reason": reasons.get(name)}  # fmt: skip
        if name not in reasons:
            whole = int(mine["cents"].sum())
            told = int(mine.loc[mine["cause"] != NOT_EXPLAINED, "cents"].sum())
            row |= {"amount": whole / 100, "explained": told / whole if whole else np.nan}
        if name == "churn" and churned is not None:
            # The middle is that of the rows, each to the cent; the ends keep their distance.
            row["low"] = row["amount"] - (churned.amount - churned.low)
            row["high"] = row["amount"] + (churned.high - churned.amount)
        rows.append(row)
    return pd.DataFrame(rows)


def summed(entries: pd.DataFrame, by: str) -> pd.DataFrame:
    """Money, rows and minutes of each group, dearest first."""
    told = entries["cents"].where(entries["cause"] != NOT_EXPLAINED, 0)
    groups = entries.assign(told=told).groupby(by, as_index=False)
    table = groups.agg(
        cents=("cents", "sum"), told=("told", "sum"), n=("counted", "sum"),
        minutes=("minutes", "sum"),
    )  # fmt: skip
    table = table.sort_values(["cents", by], ascending=[False, True], ignore_index=True)
    explained = table["told"] / table["cents"].where(table["cents"] != 0)
    table = table.assign(amount=table["cents"] / 100, explained=explained)
    return table[[by, "amount", "n", "minutes", "explained"]]


def with_ends(
    causes: pd.DataFrame, entries: pd.DataFrame, churned: ChurnedMargin | None
) -> pd.DataFrame:
    """Ends for causes with margin that left in them; what is counted adds none."""
    if churned is None:
        return causes.assign(low=np.nan, high=np.nan)
    found = churned.table.set_index(churned.table["defect"].map(CAUSE_OF_DEFECT))
    found = found.reindex(causes["cause"])
    booked = entries.loc[entries["bucket"] == "churn", "cause"]
    estimated = causes["cause"].isin(booked).to_numpy()
    return causes.assign(
        low=(causes["amount"] + (found["low"] - found["amount"]).to_numpy()).where(estimated),
        high=(causes["amount"] + (found["high"] - found["amount"]).to_numpy()).where(estimated),
    )


def trend_of(known: pd.DataFrame, ends: Sequence[dt.date]) -> pd.DataFrame:
    """What each window cost, by bucket."""
    days = pd.DatetimeIndex(ends)
    place = days.searchsorted(pd.DatetimeIndex(pd.to_datetime(known["booked_on"])))
    inside = (place > 0) & (place < len(days))
    rows = known[inside].assign(month=days[place[inside]])
    table = rows.groupby(["month", "bucket"], as_index=False)["cents"].sum()
    return table.assign(amount=table["cents"] / 100).drop(columns="cents")


def tie_of(year: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """What the sources hold against what was booked and what was left out, to the cent."""
    held = sources.assign(cents=cents(sources["amount"]))
    held = held.groupby(["source", "kind"], as_index=False)["cents"].sum()
    rows = []
    for source, kind, total in held.itertuples(index=False):
        mine = year[(year["source"] == source) & (year["kind"] == kind)]
        out = mine["left_out"].notna()
        why = mine[out].groupby("left_out")["cents"].sum()
        rows.append(
            {
                "source": source,
                "kind": kind,
                "total": total / 100,
                "booked": int(mine.loc[~out, "cents"].sum()) / 100,
                "left_out": int(why.sum()) / 100,
                "why": "; ".join(why.index),
                "difference": (total - int(mine["cents"].sum())) / 100,
            }
        )
    return pd.DataFrame(
        rows,
        columns=["source", "kind", "total", "booked", "left_out", "why", "difference"],
    )
