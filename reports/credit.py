"""Slide of credit: what stands against limits, and what they hold back."""

from charts.wording import count, count_of, money, share
from models.credit import Credit
from reports.edition import Results
from reports.native_charts import add_bars, money_format, money_label
from reports.slides import Column, Draft, Finding, add_caption, add_table, called, side_by_side
from reports.template import ACCENT, Box

__all__ = ["add_credit", "credit_finding"]

FIGURES = ("credit.blocked_order_value", "credit.over_limit_share")
WORDS = {
    "ordered": "Ordered",
    "not_billed": "Not billed",
    "not_due": "Not due",
    "overdue": "Overdue",
}
MOST_CUSTOMERS = 8


def add_credit(draft: Draft, results: Results) -> None:
    """Exposure by stage, and the customers furthest over their limits."""
    otherwise = "What stands against credit limits is not known yet"
    credit = draft.held(results, "credit", otherwise, *FIGURES)
    if credit is None:
        return
    finding = credit_finding(credit, draft.currency)
    slide = draft.add(finding, *FIGURES)
    left, right = side_by_side(6.4)
    add_caption(slide, Box(left.left, left.top, left.width, 0.3), "Exposure by stage")
    largest = float(credit.stages["amount"].max())
    add_bars(
        slide,
        Box(left.left, left.top + 0.3, left.width, left.height - 0.3),
        credit.stages["stage"].map(WORDS),
        credit.stages["amount"],
        name="Exposure",
        says=f"Bars: exposure from order to overdue. {finding.title}",
        number_format=money_format(draft.currency, largest),
        label_format=money_label(draft.currency, largest),
        colors=[ACCENT] * len(credit.stages),
        across=True,
    )
    columns = (
        Column("Furthest over the limit", 2.7, bold=True, size=11, longest=30),
        Column("Limit", 1.1, right=True, size=11),
        Column("Exposure", 1.2, right=True, size=11),
        Column("Over by", 1.2, right=True, bold=True, size=11),
    )
    over = credit.customers[credit.customers["status"] == "over"].nsmallest(
        MOST_CUSTOMERS, "headroom"
    )
    rows = [
        (
            called(row.name),
            money(row.credit_limit, draft.currency),
            money(row.exposure, draft.currency),
            money(-row.headroom, draft.currency),
        )
        for row in over.itertuples(index=False)
    ]
    if rows:
        add_table(slide, right, columns, rows, says="Customers over their limits", row_height=0.4)
        return
    box = Box(right.left, right.top, right.width, 0.8)
    add_caption(slide, box, "No customer is over its limit.", bold=False)


def credit_finding(credit: Credit, currency: str) -> Finding:
    """How many are over their limits, and what waits behind them."""
    blocked, over = credit.figures()
    n = int((credit.customers["status"] == "over").sum())
    title = f"{count_of(n, 'customer')} ({share(over.value, 0)}) are over their credit limits"
    if blocked.value is None:
        return Finding(title, "There are no orders in the data, so what is blocked is not known.")
    if not len(credit.blocked):
        return Finding(
            f"{title}, and no order waits behind a limit",
            f"{count_of(credit.n_orders, 'order')} not shipped yet, all within the limits.",
        )
    return Finding(
        f"{title}, and {money(blocked.value, currency)} of orders wait behind limits",
        f"{count(len(credit.blocked))} of {count_of(credit.n_orders, 'unshipped order')} do not "
        "fit. Whether a limit is too low is a question of margin against loss, which this does "
        "not answer.",
    )
