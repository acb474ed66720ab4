"""Everything that happened between a customer and us, one line a day and thing."""

from collections.abc import Callable, Mapping

import pandas as pd

__all__ = ["KINDS", "touchpoints"]

#: The kinds of touchpoints, in the order of the timeline's rows.
KINDS = ("Contract", "Price", "Order", "Delivery", "Project", "Invoice", "Reminder", "Dispute",
         "Payment", "Credit or refund", "Ticket", "Survey")  # fmt: skip
COLUMNS = ["on", "kind", "what", "reference", "invoice_id", "amount", "mood"]
#: Best answer of each measure, and the answer from which on a customer is content.
SCALES = {"nps": (10, 9, 6), "csat": (5, 4, 2), "ces": (7, 5, 3)}

Rows = Mapping[str, pd.DataFrame]


def touchpoints(rows: Rows) -> pd.DataFrame:
    """Put every dated row of one customer in the order in which it happened.

    Parameters
    ----------
    rows : mapping of str to DataFrame
        From `warehouse.account.account_rows`.

    Returns
    -------
    DataFrame
        ``on``, ``kind`` (of `KINDS`), ``what`` (in words), ``reference`` (id of the row),
        ``invoice_id`` (where it is about one), ``amount`` (in the customer's currency, where
        there is one) and ``mood``: good, plain, or bad for the customer or for us.

    Examples
    --------
    >>> tickets = pd.DataFrame(
    ...     {
    ...         "ticket_id": ["T1"],
    ...         "opened_on": pd.to_datetime(["2025-06-01"]),
    ...         "resolved_on": pd.to_datetime(["2025-06-11"]),
    ...         "topic": "billing",
    ...     }
    ... )
    >>> touchpoints({"tickets": tickets})["what"].tolist()
    ['Ticket on billing opened', 'Ticket on billing resolved after 10 days']
    """
    parts = [made(rows) for needs, made in MADE if needs in rows and len(rows[needs])]
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    found = pd.concat(parts, ignore_index=True)
    found["on"] = pd.to_datetime(found["on"])
    order = found["kind"].map({kind: place for place, kind in enumerate(KINDS)})
    found = found.assign(order=order).dropna(subset="on")
    return found.sort_values(["on", "order", "reference"], ignore_index=True)[COLUMNS]


def lines(
    frame: pd.DataFrame,
    on: str,
    kind: str,
    what: pd.Series | str,
    reference: str,
    *,
    amount: pd.Series | None = None,
    mood: pd.Series | str = "plain",
) -> pd.DataFrame:
    """Lines of the history from rows of one table; rows without that day give none."""
    made = pd.DataFrame(
        {
            "on": frame[on],
            "kind": kind,
            "what": what,
            "reference": frame[reference],
            "invoice_id": frame.get("invoice_id"),
            "amount": float("nan") if amount is None else amount.astype(float),
            "mood": mood,
        }
    )
    return made[made["on"].notna()]


def words(column: pd.Series) -> pd.Series:
    return column.astype(str).str.replace("_", " ")


def days(later: pd.Series, sooner: pd.Series) -> pd.Series:
    """Days between two columns in words."""
    n = (later - sooner).dt.days.fillna(0).astype(int)
    return n.astype(str) + n.map({1: " day"}).fillna(" days")


def contracts(rows: Rows) -> pd.DataFrame:
    r = rows["contracts"]
    model = words(r["billing_model"])
    return pd.concat(
        [
            lines(r, "started_on", "Contract", "Contract begins (" + model + ")", "contract_id",
                  amount=r["monthly_value"]),
            lines(r, "ended_on", "Contract", "Contract ended (" + model + ")", "contract_id",
                  amount=r["monthly_value"]),
        ]
    )  # fmt: skip


def price_changes(rows: Rows) -> pd.DataFrame:
    r = rows["price_changes"]
    change = 100 * (r["new_monthly_value"] / r["old_monthly_value"].where(lambda v: v > 0) - 1)
    by = change.map("{:+z.1f} %".format).where(change.notna(), "from nothing")
    mood = change.map(lambda c: "bad" if c > 0 else "good")
    said = "Price change of " + by + " announced for " + r["effective_on"].dt.strftime("%Y-%m-%d")
    return lines(r, "announced_on", "Price", said, "change_id", amount=r["new_monthly_value"],
                 mood=mood)  # fmt: skip


def orders(rows: Rows) -> pd.DataFrame:
    r = rows["orders"]
    amount = r["quantity"].astype(float) * r["unit_price"]
    late = (r["delivered_on"] > r["promised_on"]).fillna(False)
    short = (r["delivered_quantity"] < r["quantity"]).fillna(False)
    said = "Delivered " + days(r["delivered_on"], r["promised_on"]) + " late"
    said = said.where(late, "Delivered as promised") + short.map({True: ", not all of it"}).fillna(
        ""
    )
    said = said.where(r["promised_on"].notna() | short, "Delivered")
    mood = (late | short).map({True: "bad", False: "plain"})
    names = rows["products"].set_index("product_id")["name"] if "products" in rows else {}
    product = r["product_id"].map(names).fillna(r["product_id"])
    count = r["quantity"].map("{:g} × ".format)
    return pd.concat(
        [
            lines(r, "ordered_on", "Order", "Order of " + count + product, "order_id",
                  amount=amount),
            lines(r, "delivered_on", "Delivery", said, "order_id", mood=mood),
        ]
    )  # fmt: skip


def projects(rows: Rows) -> pd.DataFrame:
    r = rows["projects"]
    late = (r["ended_on"] > r["planned_end_on"]).fillna(False)
    said = ("Project ended, " + days(r["ended_on"], r["planned_end_on"]) + " late").where(
        late, "Project ended as planned"
    )
    return pd.concat(
        [
            lines(r, "started_on", "Project", "Project begins: " + r["scope"], "project_id"),
            lines(r, "ended_on", "Project", said, "project_id",
                  mood=late.map({True: "bad", False: "plain"})),
        ]
    )  # fmt: skip


def invoices(rows: Rows) -> pd.DataFrame:
    r = rows["invoices"]
    said = "Invoice due " + r["due_on"].dt.strftime("%Y-%m-%d")
    by = r["channel"].fillna("")
    said += (", by " + words(by)).where(by != "", "")
    return lines(r, "issued_on", "Invoice", said, "invoice_id", amount=r["amount"])


def reminders(rows: Rows) -> pd.DataFrame:
    r = rows["reminders"]
    said = "Reminder " + r["stage"].astype(str) + ", " + r["tone"] + ", by " + r["channel"]
    mood = r["tone"].isin(("firm", "legal")).map({True: "bad", False: "plain"})
    return lines(r, "sent_on", "Reminder", said, "reminder_id", mood=mood)


def disputes(rows: Rows) -> pd.DataFrame:
    r = rows["disputes"]
    about = words(r["reason"])
    end = words(r["outcome"].fillna("no outcome"))
    said = "Resolved after " + days(r["resolved_on"], r["opened_on"]) + ": " + end
    mood = r["outcome"].isin(("upheld", "partial")).map({True: "good", False: "plain"})
    return pd.concat(
        [
            lines(r, "opened_on", "Dispute", r["kind"].str.capitalize() + " over " + about,
                  "dispute_id", amount=r["amount"], mood="bad"),
            lines(r, "resolved_on", "Dispute", said, "dispute_id", mood=mood),
        ]
    )  # fmt: skip


def payments(rows: Rows) -> pd.DataFrame:
    r = rows["payments"].merge(rows["invoices"][["invoice_id", "due_on"]], on="invoice_id")
    late = r["paid_on"] > r["due_on"]
    said = ("Paid " + days(r["paid_on"], r["due_on"]) + " late").where(late, "Paid in time")
    mood = late.map({True: "bad", False: "good"})
    return lines(r, "paid_on", "Payment", said, "payment_id", amount=r["amount"], mood=mood)


def adjustments(rows: Rows) -> pd.DataFrame:
    r = rows["adjustments"]
    what = words(r["kind"]).str.capitalize()
    why = r["reason"].fillna("").map(lambda text: f" ({text})" if text else "")
    done = what + " done after " + days(r["completed_on"], r["requested_on"])
    given = r["kind"].map({"write_off": "bad"}).fillna("good")
    return pd.concat(
        [
            lines(r, "requested_on", "Credit or refund", what + " asked for" + why,
                  "adjustment_id", amount=r["amount"]),
            lines(r, "completed_on", "Credit or refund", done, "adjustment_id",
                  amount=r["amount"], mood=given),
        ]
    )  # fmt: skip


def tickets(rows: Rows) -> pd.DataFrame:
    r = rows["tickets"]
    about = "Ticket on " + r["topic"]
    said = about + " resolved after " + days(r["resolved_on"], r["opened_on"])
    return pd.concat(
        [
            lines(r, "opened_on", "Ticket", about + " opened", "ticket_id"),
            lines(r, "resolved_on", "Ticket", said, "ticket_id"),
        ]
    )


def surveys(rows: Rows) -> pd.DataFrame:
    r = rows["surveys"]
    best, good, low = (r["measure"].map({m: v[k] for m, v in SCALES.items()}) for k in range(3))
    said = r["measure"].str.upper() + " " + r["score"].map("{:g}".format) + " of "
    said += best.astype(str) + " on " + r["touchpoint"]
    comment = r["comment"].fillna("").map(lambda text: f": “{text}”" if text else "")
    mood = pd.Series("plain", index=r.index).mask(r["score"] >= good, "good")
    return lines(r, "answered_on", "Survey", said + comment, "survey_id",
                 mood=mood.mask(r["score"] <= low, "bad"))  # fmt: skip


MADE: tuple[tuple[str, Callable[[Rows], pd.DataFrame]], ...] = (
    ("contracts", contracts), ("price_changes", price_changes), ("orders", orders),
    ("projects", projects), ("invoices", invoices), ("reminders", reminders),
    ("disputes", disputes), ("payments", payments), ("adjustments", adjustments),
    ("tickets", tickets), ("surveys", surveys),
)  # fmt: skip
