"""Slide of working capital: the cash that fewer days of sales free, and what billing delays."""

from charts.wording import count, count_of, days, listed, money, share
from models.asks import BILL_WITHIN
from models.working_capital import BillingDelays, WorkingCapital
from reports.edition import Results
from reports.native_charts import add_bars, money_format, money_label
from reports.slides import (
    Column,
    Draft,
    Finding,
    add_caption,
    add_table,
    interval,
    side_by_side,
)
from reports.template import ACCENT, Box

__all__ = ["add_working_capital", "working_capital_finding"]

FIGURES = ("receivables.cash_release",)
FEWER_DAYS = (1, 3, 5, 10)
#: Each kind of what is billed, and each channel.
MOST_GROUPS = 8
CHANNELS = {"e_invoice": "e-invoice", "edi": "EDI"}


def add_working_capital(draft: Draft, results: Results) -> None:
    """Cash set free by days, and how long what was done waits for its invoice."""
    otherwise = "What a day of sales ties up is not known yet"
    capital = draft.held(results, "working_capital", otherwise, *FIGURES)
    if capital is None:
        return
    delays = results.billing_delays
    finding = working_capital_finding(capital, delays, draft.currency)
    slide = draft.add(finding, *FIGURES)
    left, right = side_by_side(6.2)
    said = "Cash set free, once, by fewer days of sales outstanding"
    add_caption(slide, Box(left.left, left.top, left.width, 0.3), said)
    steps = {f"{days(fewer)} less": float(fewer) for fewer in FEWER_DAYS}
    if capital.days_to_best > 0:
        steps[f"nobody late ({days(capital.days_to_best, 1)})"] = capital.days_to_best
    cash = [capital.released(fewer) for fewer in steps.values()]
    form = money_format(draft.currency, max(cash))
    add_bars(
        slide,
        Box(left.left, left.top + 0.3, left.width, left.height - 0.3),
        list(steps),
        cash,
        name="Cash set free",
        says=f"Bars: cash set free once. {finding.title}",
        number_format=form,
        label_format=money_label(draft.currency, max(cash)),
        colors=[ACCENT] * len(steps),
        across=True,
    )
    if delays is None:
        reason = results.reasons["billing_delays"]
        add_caption(slide, Box(right.left, right.top, right.width, 2.0), reason, bold=False)
        return
    columns = (
        Column("Waits for its invoice", 2.2, bold=True, size=11),
        Column("Invoices", 0.9, right=True, size=11),
        Column("Of amount", 1.0, right=True, size=11),
        Column("Days", 0.7, right=True, bold=True, size=11),
        Column(f"{share(delays.confidence, 0)} interval", 1.3, right=True, size=11),
    )
    known = delays.table.dropna(subset="low").head(MOST_GROUPS)
    rows = [
        (
            waiting(row.by, row.group),
            count(row.n),
            share(row.share, 0),
            f"{row.waited:.1f}",
            interval(row.low, row.high, "{:.1f}".format),
        )
        for row in known.itertuples()
    ]
    ends = interval(delays.low, delays.high, "{:.1f}".format)
    rows.append(("All", count(delays.n), share(1.0, 0), f"{delays.waited:.1f}", ends))
    says = "Days from delivery or use to the invoice"
    add_table(slide, right, columns, rows, says=says, total=True, row_height=0.4)


def waiting(by: str, group: str) -> str:
    """What waits for its invoice; groups of channels are the same invoices counted again.

    >>> waiting("source", "fee_in_arrears"), waiting("channel", "e_invoice")
    ('Fee in arrears', 'Sent by e-invoice')
    """
    words = CHANNELS.get(group, group.replace("_", " "))
    return f"Sent by {words}" if by == "channel" else words[:1].upper() + words[1:]


def working_capital_finding(
    capital: WorkingCapital, delays: BillingDelays | None, currency: str
) -> Finding:
    """What one day is worth, and what sooner billing would set free."""
    one = money(capital.released(1), currency)
    title = f"One day less of sales outstanding sets {one} free, once"
    if capital.days_to_best > 0:
        most = money(capital.released(capital.days_to_best), currency)
        title += f"; {most} if nobody paid late"
    saved = money(capital.saved_yearly(1), currency)
    said = f"Each day also saves {saved} of financing a year, at {share(capital.rate, 0)}."
    if delays is None:
        return Finding(title, said)
    cash, low, high = delays.released(BILL_WITHIN)
    ends = "" if low != low else f" ({listed([money(low, currency), money(high, currency)], 'to')})"
    return Finding(
        title,
        f"{said} What was delivered or used waited {days(delays.waited, 1)} for its invoice "
        f"({count_of(delays.n, 'invoice')}); none waiting longer than {days(BILL_WITHIN)} would "
        f"set {money(cash, currency)} free{ends}.",
    )
