"""Slides of time to pay: when invoices are paid, and whose are late."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from pptx.enum.dml import MSO_LINE_DASH_STYLE
from pptx.slide import Slide

from charts.wording import count, count_of, days, listed, share
from models.late_payments import TimeToPay
from models.late_share import LateShare
from reports.edition import Results
from reports.native_charts import Interval, Line, add_bars, add_curves
from reports.plain_text import plain
from reports.slides import (
    Column,
    Draft,
    Finding,
    add_caption,
    add_refusal,
    add_table,
    called,
    capitalized,
    interval,
    side_by_side,
)
from reports.template import ACCENT, LATE_ACCENT, QUIET, QUIET_RGB, Box

__all__ = ["add_late_share", "add_time_to_pay", "late_share_finding", "most_telling",
           "time_to_pay_finding"]  # fmt: skip

#: Days of age on the curve; what is open longer is a matter of collection, not of habit.
CURVE_DAYS = 120

MOST_SEGMENTS = 9
LONGEST_NAME = 30

#: Lines of tables that fit beside a chart.
LINES_BESIDE = 12


def add_time_to_pay(draft: Draft, results: Results) -> None:
    """The share of invoices paid by age."""
    ids = ("late_payments.median_days_to_pay", "late_payments.paid_by_60")
    otherwise = "Time to pay cannot be estimated yet"
    curve = draft.held(results, "time_to_pay", otherwise, *ids)
    if curve is None:
        return
    finding = time_to_pay_finding(curve)
    slide = draft.add(finding, *ids)
    left, right = side_by_side(4.1)
    draw_curve(slide, left, curve, finding)
    columns = (
        Column("Days since issue", 1.55),
        Column("Paid", 0.95, right=True, bold=True),
        Column(f"{share(curve.confidence, 0)} interval", 1.6, right=True, size=11),
    )
    longest = int(curve.table["day"].max())
    seen = [day for day in (15, 30, 45, 60, 90, 120) if day <= longest] or [longest]
    rows = [
        (days(row.day), share(row.paid), interval(row.lower, row.upper))
        for row in curve.paid_by(seen).itertuples()
    ]
    says = "Share of invoices paid by days since issue"
    ends = add_table(slide, right, columns, rows, says=says, row_height=0.42)
    last = curve.table.iloc[-1]
    add_caption(
        slide,
        Box(right.left + 0.08, ends + 0.2, right.width - 0.08, 0.8),
        f"In the end, {days(longest)} after issue: {share(last['paid'])} paid, "
        f"{share(last['void'])} void, {share(last['written_off'])} written off, "
        f"{share(max(last['still_open'], 0.0))} open.",
        size=11,
        bold=False,
        color=QUIET_RGB,
    )


def time_to_pay_finding(curve: TimeToPay) -> Finding:
    """When half of the invoices are paid, and what is left after 60 days."""
    at_60 = curve.paid_by(60)["paid"].item()
    title = "Fewer than half of all invoices are seen paid"
    if np.isfinite(curve.median_days):
        title = f"Half of all invoices are paid by day {count(curve.median_days)}"
    last = curve.table.iloc[-1]
    lost = f"{share(last['void'] + last['written_off'])} end void or written off instead of paid."
    if np.isnan(at_60):
        longest = days(curve.table["day"].max())
        return Finding(
            title,
            f"No invoice was watched for 60 days yet, the longest for {longest}: how much is paid "
            f"by then is not known. {lost}",
        )
    return Finding(
        f"{title}; {share(at_60)} are paid within 60 days",
        f"{share(1 - at_60)} are not paid after 60 days: that part needs chasing, not waiting. "
        f"{lost}",
    )


def draw_curve(slide: Slide, box: Box, curve: TimeToPay, finding: Finding) -> None:
    last = min(CURVE_DAYS, int(curve.table["day"].max()))
    table = curve.table[curve.table["day"] <= last]
    level = share(curve.confidence, 0)
    dashed = MSO_LINE_DASH_STYLE.DASH
    series = {
        "Share of invoices paid": (
            *steps(table["day"], table["paid"], last),
            Line(ACCENT, width=3),
        )
    }
    if table["lower"].notna().any():
        series |= {
            f"{level} interval": (
                *steps(table["day"], table["lower"], last),
                Line(QUIET, dashed, width=1),
            ),
            f"{level} interval, upper end": (
                *steps(table["day"], table["upper"], last),
                Line(QUIET, dashed, width=1, in_legend=False),
            ),
        }
    half = curve.median_days
    if half <= last:
        name = f"Half are paid by day {count(half)}"
        series[name] = ([0, half, half], [0.5, 0.5, 0], Line(LATE_ACCENT, dashed, width=1.5))
    add_curves(
        slide,
        box,
        series,
        says=f"Curve: share of invoices paid by days since issue. {finding.title}",
        number_format="0 %",
        x_title="Days since issue",
        x_step=15 if last > 45 else 5,
        highest=1.0,
    )


def steps(day: pd.Series, value: pd.Series, last: int) -> tuple[list[float], list[float]]:
    """A step curve as the points of a line: level until a day, then up."""
    x, y = np.repeat(day.to_numpy(), 2), np.repeat(value.to_numpy(), 2)
    return [*x[1:], last], [*y[:-1], y[-1]]


def add_late_share(draft: Draft, results: Results) -> None:
    """The late share, and the way to cut that tells most about it."""
    late_by, segments = draft.late_by, draft.segments
    ids = ("late_payments.late_share",)
    otherwise = "How many invoices are late is not known yet"
    whole = draft.held(results, "late_share", otherwise, *ids)
    if whole is None:
        return
    if np.isnan(whole.late_share):
        draft.refuse(otherwise, whole.table["reason"].iloc[0], *ids)
        return
    ranked = most_telling(late_by)
    split = late_by[ranked[0]] if ranked else None
    names = {name: segments.get(name, name) for name in ranked}
    finding = late_share_finding(whole, split, names[ranked[0]] if ranked else "", len(late_by))
    slide = draft.add(finding, *ids)
    if split is None:
        add_refusal(slide, finding.so_what)
        return
    left, right = side_by_side(5.6)
    draw_segments(slide, left, known_segments(split).head(MOST_SEGMENTS), whole, finding)
    ends, lines = list_segments(slide, right, whole, split, names[ranked[0]])
    others = {names[name]: late_by[name] for name in ranked[1:]}
    if others and lines + 4 <= LINES_BESIDE:
        below = Box(right.left, ends + 0.25, right.width, 2)
        list_other_ways(slide, below, others, LINES_BESIDE - lines - 3)


def most_telling(splits: Mapping[str, LateShare]) -> list[str]:
    """Ways to cut with two segments or more, those first whose late shares differ most."""
    gaps = {}
    for name, split in splits.items():
        shares = known_segments(split)["late_share"]
        if len(shares) > 1:
            gaps[name] = float(shares.max() - shares.min())
    return sorted(gaps, key=lambda name: (-gaps[name], name))


def known_segments(split: LateShare) -> pd.DataFrame:
    """Segments with a share, the latest payers first."""
    table = split.table.iloc[1:].dropna(subset="late_share")
    return table.sort_values(["late_share", "group"], ascending=[False, True], ignore_index=True)


def late_share_finding(whole: LateShare, split: LateShare | None, cut: str, tried: int) -> Finding:
    """How many invoices are late, and whose are late most often.

    `cut` is the way to cut in words; `tried` how many were looked at to find it.
    """
    title = f"{share(whole.late_share)} of invoices are late"
    table = pd.DataFrame() if split is None else known_segments(split)
    if len(table) < 2:
        return Finding(title, "There are too few invoices in each segment to compare them.")
    most, least = table.iloc[0], table.iloc[-1]
    picked = f" Of {tried} ways to cut, this one differs most." if tried > 1 else ""
    says = [
        f"{share(row['late_share'])} ({called(row['group'], longest=LONGEST_NAME)})"
        for row in (most, least)
    ]
    if not most["lower"] > least["upper"]:
        why = "and the intervals overlap"
        if np.isnan(most["lower"]) or np.isnan(least["upper"]):
            why = "with too few customers in them for an interval"
        return Finding(
            title,
            f"By {cut.lower()} nobody stands out beyond chance: {listed(says)}, {why}.{picked}",
        )
    late = int(whole.table["n_late"].iloc[0])
    return Finding(
        f"{title}: {says[0]} against {says[1]}",
        f"{count(most['n_late'])} of {count_of(late, 'late invoice')} "
        f"({share(most['n_late'] / late, 0)}) are in the worst segment, so most late ones are "
        f"{'there' if 2 * most['n_late'] > late else 'elsewhere'}.{picked}",
    )


def draw_segments(
    slide: Slide, box: Box, table: pd.DataFrame, whole: LateShare, finding: Finding
) -> None:
    caption = f"Late share with {share(whole.confidence, 0)} interval"
    add_caption(slide, Box(box.left, box.top, box.width, 0.3), caption)
    add_bars(
        slide,
        Box(box.left, box.top + 0.3, box.width, box.height - 0.3),
        table["group"],
        table["late_share"],
        name="Late share",
        says=f"Bars: late share of each segment with its interval. {finding.title}",
        number_format="0 %",
        colors=[LATE_ACCENT] * len(table),
        interval=Interval(table["lower"], table["upper"]),
        across=True,
    )


def list_segments(
    slide: Slide, box: Box, whole: LateShare, split: LateShare, cut: str
) -> tuple[float, int]:
    """The segments in numbers; returns where the table ends and its lines."""
    columns = (
        Column(capitalized(cut), 2.2, size=11, longest=24),
        Column("Late", 0.85, right=True, bold=True),
        Column(f"{share(whole.confidence, 0)} interval", 1.6, right=True, size=11),
        Column("Invoices", 0.95, right=True),
    )
    known = known_segments(split)
    rows = [
        (row.group, share(row.late_share), interval(row.lower, row.upper), count(row.n))
        for row in known.head(MOST_SEGMENTS).itertuples()
    ]
    if len(known) > len(rows):
        rows.append((f"and {count(len(known) - len(rows))} more", "", "", ""))
    whole_row = whole.table.iloc[0]
    ends = interval(whole_row["lower"], whole_row["upper"])
    rows.append(("All invoices", share(whole.late_share), ends, count(whole_row["n"])))
    says = f"Late share by {cut.lower()}"
    return add_table(slide, box, columns, rows, says=says, total=True), len(rows) + 1


def list_other_ways(slide: Slide, box: Box, others: Mapping[str, LateShare], most: int) -> None:
    """Other ways to cut, each with its ends: what was looked at and says less."""
    columns = (
        Column("Other ways", 1.3, size=10),
        Column("Most often late", 2.15, size=10, longest=32),
        Column("Least often late", 2.15, size=10, longest=32),
    )
    rows = []
    for cut, split in list(others.items())[:most]:
        table = known_segments(split)
        ends = (table.iloc[0], table.iloc[-1])
        said = (f"{share(row['late_share'])} ({plain(row['group'], longest=21)})" for row in ends)
        rows.append((cut, *said))
    add_table(slide, box, columns, rows, says="Late share by the other ways to cut")
