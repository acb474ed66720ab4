"""Slides of receivables: how old they are, how fast they turn, and who owes what is past due."""

import numpy as np
import pandas as pd
from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_LINE_DASH_STYLE
from pptx.slide import Slide

from charts.theme import severity
from charts.wording import (
    STEADY_DAYS,
    bucket,
    count,
    count_of,
    days,
    exact_money,
    money,
    share,
)
from models.receivables import Receivables
from reports.asks import add_ask
from reports.edition import Results
from reports.native_charts import Line, add_bars, add_dated_lines, money_format, money_label
from reports.slides import (
    Column,
    Draft,
    Finding,
    add_caption,
    add_refusal,
    add_table,
    called,
    capitalized,
    side_by_side,
)
from reports.template import ACCENT, CONTENT, LATE_ACCENT, PLAN_ACCENT, QUIET_RGB, Box

__all__ = ["add_aging", "add_customers", "add_dso", "aging_finding",
           "customers_finding", "dso_finding"]  # fmt: skip

DSO_KINDS = {
    "dso": "Count-back",
    "dso_simple": "Simple",
    "dso_best_possible": "Best possible",
    "average_days_delinquent": "Simple less best possible",
}

#: Customers that can be talked about in one meeting.
MOST_CUSTOMERS = 10


def add_aging(draft: Draft, results: Results) -> None:
    """What is owed by age."""
    ids = ("receivables.open_amount", "receivables.overdue_amount")
    otherwise = "Receivables cannot be computed yet"
    receivables = draft.held(results, "receivables", otherwise, *ids)
    if receivables is None:
        return
    finding = aging_finding(receivables, draft.currency)
    draw_aging(draft.add(finding, *ids), receivables, draft.currency, finding)


def aging_finding(receivables: Receivables, currency: str) -> Finding:
    """How much is owed, how much of it is past due, and where the oldest part lies."""
    owed, overdue = receivables.open_amount, receivables.overdue_amount
    if owed <= 0:
        return Finding("Nothing is owed", "Every invoice issued so far is settled.")
    if overdue <= 0:
        return Finding(
            f"{money(owed, currency)} is owed, and none of it is past due",
            "There is nothing to collect yet; the first due dates decide.",
        )
    oldest = receivables.aging.iloc[-1]
    words = bucket(oldest["bucket"], receivables.aging_by)
    so_what = f"Collecting what is past due would bring in {money(overdue, currency)} at once"
    if oldest["amount"] > 0:
        so_what += (
            f"; {money(oldest['amount'], currency)} is {words} and is the first to collect or "
            "to provide for."
        )
    else:
        so_what += f"; nothing is {words}."
    return Finding(
        f"{money(owed, currency)} is owed, {money(overdue, currency)} of it past due "
        f"({share(overdue / owed, 0)})",
        so_what,
    )


def draw_aging(slide: Slide, receivables: Receivables, currency: str, finding: Finding) -> None:
    aging = receivables.aging
    left, right = side_by_side(4.9)
    list_ages(slide, right, receivables, currency)
    if receivables.open_amount <= 0:
        add_refusal(slide, "Every invoice issued so far is settled.", left, title="Nothing to draw")
        return
    words = [capitalized(bucket(b, receivables.aging_by)) for b in aging["bucket"]]
    in_short = money_format(currency, float(aging["amount"].max()))
    add_bars(
        slide,
        left,
        words,
        aging["amount"],
        name=f"Open amount, {currency}",
        says=f"Columns: open amount by age. {finding.title}",
        number_format=in_short,
        label_format=money_label(currency, float(aging["amount"].max())),
        colors=[RGBColor.from_string(color.lstrip("#")) for color in severity(len(aging))],
    )


def list_ages(slide: Slide, box: Box, receivables: Receivables, currency: str) -> None:
    """The ages in numbers, adding up to the whole."""
    aging = receivables.aging
    columns = (
        Column("Age", 2.15, size=11),
        Column(f"Open, {currency}", 1.9, right=True),
        Column("Share", 0.85, right=True),
    )
    rows = [
        (
            capitalized(bucket(row.bucket, receivables.aging_by)),
            exact_money(row.amount, currency),
            share(row.share),
        )
        for row in aging.itertuples()
    ]
    whole = share(1.0) if receivables.open_amount > 0 else share(None)
    rows.append(("Open receivables", exact_money(receivables.open_amount, currency), whole))
    ends = add_table(
        slide, box, columns, rows, says="Open amount by age, adding up to the whole",
        total=True, row_height=min(0.46, 3.7 / (len(rows) + 1)),
    )  # fmt: skip
    if receivables.unapplied_amount > 0:
        add_caption(
            slide,
            Box(box.left + 0.08, ends + 0.15, box.width - 0.08, 0.5),
            f"Not taken off: {exact_money(receivables.unapplied_amount, currency)} of cash that is "
            "matched to no invoice.",
            size=11,
            bold=False,
            color=QUIET_RGB,
        )


def add_dso(draft: Draft, results: Results) -> None:
    """Days sales outstanding, by the three ways to count them."""
    ids = [f"receivables.{name}" for name in DSO_KINDS]
    otherwise = "Days sales outstanding cannot be computed yet"
    receivables = draft.held(results, "receivables", otherwise, *ids)
    if receivables is None:
        return
    finding = dso_finding(receivables)
    slide = draft.add(finding, *ids)
    trend = receivables.trend
    left, right = side_by_side(4.6)
    ends = list_dso(slide, right, receivables)
    add_ask(draft, slide, right.below(ends), "bill_sooner")
    if trend["dso_simple"].count() < 2:
        reason = "One month end makes no trend. Load a longer period to see one."
        add_refusal(slide, reason, left)
        return
    add_dated_lines(
        slide,
        left,
        trend["as_of"].dt.date.tolist(),
        {
            "Count-back": (trend["dso"], Line(ACCENT, width=3)),
            "Simple": (trend["dso_simple"], Line(LATE_ACCENT, MSO_LINE_DASH_STYLE.DASH)),
            "Best possible": (
                trend["dso_best_possible"],
                Line(PLAN_ACCENT, MSO_LINE_DASH_STYLE.ROUND_DOT),
            ),
        },
        says=f"Lines: days sales outstanding at each month's end. {finding.title}",
        number_format="0",
        months_between_labels=3 if len(trend) <= 13 else 6,
    )


def list_dso(slide: Slide, box: Box, receivables: Receivables) -> float:
    """The same in numbers, now and a year before; returns where the table ends."""
    now, before = receivables.trend.iloc[-1], receivables.year_before()
    rows = [
        (label, days(now[name], 1), days(None if before is None else before[name], 1))
        for name, label in DSO_KINDS.items()
    ]
    columns = (
        Column("Days sales outstanding", 2.3),
        Column("Now", 1.1, right=True, bold=True),
        Column("A year before", 1.2, right=True),
    )
    says = "Days sales outstanding now and a year before"
    return add_table(slide, box, columns, rows, says=says, row_height=0.46)


def dso_finding(receivables: Receivables) -> Finding:
    """Where days sales outstanding stands against a year before, and what late payers cost."""
    now, before = receivables.trend.iloc[-1], receivables.year_before()
    if np.isnan(now["dso"]):
        title = "Days sales outstanding cannot be counted back yet"
        return Finding(title, receivables.reasons["dso"])
    if now["open_amount"] <= 0:
        return Finding("Nothing is owed, so no sales are tied up in receivables", "")
    title = f"Receivables stand for {days(now['dso'], 1)} of sales"
    if before is not None and not np.isnan(before["dso"]):
        moved = now["dso"] - before["dso"]
        if abs(moved) < STEADY_DAYS:
            title += f", the same as a year before ({days(before['dso'], 1)})"
        else:
            more = "more" if moved > 0 else "fewer"
            title += f", {days(abs(moved), 1)} {more} than a year before"
    late = now["average_days_delinquent"]
    if np.isnan(late):
        return Finding(title, receivables.reasons["average_days_delinquent"])
    return Finding(
        title,
        f"Of the simple method's {days(now['dso_simple'], 1)}, {days(late, 1)} are there only "
        "because customers pay late; terms and timing account for "
        f"{days(now['dso_best_possible'], 1)}.",
    )


def add_customers(draft: Draft, results: Results) -> None:
    """The customers who owe most of what is past due."""
    ids = ("receivables.overdue_amount",)
    receivables = draft.held(results, "receivables", "Who owes most is not known yet", *ids)
    if receivables is None:
        return
    overdue, currency = receivables.overdue_amount, draft.currency
    late = results.largest[results.largest["overdue_amount"] > 0]
    late = late.sort_values(["overdue_amount", "customer_id"], ascending=[False, True])
    finding = customers_finding(late, overdue, currency)
    slide = draft.add(finding, *ids)
    if late.empty:
        reason = "Every open invoice is still within its terms."
        add_refusal(slide, reason, title="Nothing to list")
        return
    columns = (
        Column("Customer", 4.0, longest=42),
        Column("Id", 1.65, longest=18, size=11),
        Column("Past due", 1.95, right=True, bold=True),
        Column("Of all past due", 1.3, right=True),
        Column("Open in all", 1.95, right=True),
        Column("Oldest, days", 1.28, right=True),
    )
    top = late.head(MOST_CUSTOMERS)
    rows = [
        (
            row["name"],
            row["customer_id"],
            exact_money(row["overdue_amount"], currency),
            share(row["overdue_amount"] / overdue),
            exact_money(row["open_amount"], currency),
            count(row["oldest_days_past_due"]),
        )
        for row in top.to_dict("records")
    ]
    who = f"All {count(len(late))} customers past due" if len(late) > 1 else "All that is past due"
    rows.append((who, "", exact_money(overdue, currency), share(1.0), "", ""))
    add_table(slide, CONTENT, columns, rows, says="Customers who owe most past due", total=True)


def customers_finding(late: pd.DataFrame, overdue: float, currency: str) -> Finding:
    """Who owes most of what is past due; `late` has the largest first."""
    shown = late.head(MOST_CUSTOMERS)
    if shown.empty:
        return Finding("No customer is past due", "")
    owed = float(shown["overdue_amount"].sum())
    who = called(shown["name"].iloc[0])
    oldest = shown.loc[shown["oldest_days_past_due"].idxmax()]
    for_days = days(oldest["oldest_days_past_due"])
    if len(shown) == 1:
        return Finding(
            f"{who} alone owes {money(owed, currency)} past due",
            f"The oldest of it is {for_days} past due.",
        )
    title = f"{count_of(len(shown), 'customer')} owe all of the {money(overdue, currency)} past due"
    if len(late) > len(shown):
        title = (
            f"{count_of(len(shown), 'customer')} owe {money(owed, currency)} past due, "
            f"{share(owed / overdue, 0)} of everything past due"
        )
    return Finding(
        title,
        f"{who} owes most ({money(shown['overdue_amount'].iloc[0], currency)}); "
        f"{called(oldest['name'])} is longest past due ({for_days}).",
    )
