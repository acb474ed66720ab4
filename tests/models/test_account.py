"""The account of one customer: its side and its documents, worked by hand."""

import datetime as dt

import pandas as pd
import pytest

from models.account import build_account
from models.customer_side import customer_side
from models.touchpoints import KINDS, touchpoints

AS_OF = dt.date(2025, 6, 30)


def day(text):
    return pd.to_datetime(text)


def rows(**tables):
    """A customer with one invoice of two lines, and what is said of it."""
    made = {
        "customers": [{"customer_id": "C", "name": "Alder", "currency": "EUR"}],
        "invoices": [{"invoice_id": "I", "issued_on": day("2025-03-10"), "amount": 100.0,
                      "due_on": day("2025-04-09"), "currency": "EUR", "channel": "e_invoice"}],
        "payments": [],
        **tables,
    }  # fmt: skip
    columns = {"payments": ["payment_id", "invoice_id", "paid_on", "amount"]}
    frames = {
        name: pd.DataFrame(r, columns=columns.get(name) if not r else None)
        for name, r in made.items()
    }
    # As the engine gives them: a column of days is one also where none is known.
    return {
        name: frame.assign(**{c: pd.to_datetime(frame[c]) for c in frame if c.endswith("_on")})
        for name, frame in frames.items()
    }


def ticket(opened, resolved, topic="billing", id="T"):
    return {"ticket_id": id, "opened_on": day(opened), "resolved_on": day(resolved),
            "topic": topic}  # fmt: skip


def reminder(sent, id="R", tone="neutral"):
    return {"reminder_id": id, "invoice_id": "I", "sent_on": day(sent), "stage": 1,
            "channel": "email", "tone": tone}  # fmt: skip


def dispute(opened, resolved, outcome, id="D"):
    return {"dispute_id": id, "invoice_id": "I", "kind": "dispute", "opened_on": day(opened),
            "resolved_on": day(resolved), "amount": 40.0, "reason": "missing_po",
            "outcome": outcome}  # fmt: skip


def test_waiting_is_counted_until_the_answer_or_until_the_day():
    told = customer_side(
        rows(
            tickets=[
                ticket("2025-05-01", "2025-05-05"),
                ticket("2025-06-20", None),
                ticket("2024-06-30", "2024-07-30"),  # a year and no day ago: not told of
            ]
        ),
        AS_OF,
    )
    # 4 days, and 10 until today.
    assert told == [
        "It asked 2 times and waited 14 days in all, 10 at the longest; 1 still waits for an "
        "answer."
    ]


@pytest.mark.parametrize(
    ("sent", "held"),
    [("2025-05-04", "none"), ("2025-05-05", "1"), ("2025-05-15", "1"), ("2025-05-16", "none")],
)
def test_reminder_presses_while_the_dispute_of_its_invoice_is_open(sent, held):
    told = customer_side(
        rows(reminders=[reminder(sent)], disputes=[dispute("2025-05-05", "2025-05-15", "upheld")]),
        AS_OF,
    )
    assert f"It got 1 reminder, {held} of them while" in told[-1]


def test_a_question_on_another_matter_does_not_hold_reminders_back():
    asked = [ticket("2025-05-01", None, topic="product")]
    told = customer_side(rows(reminders=[reminder("2025-05-05")], tickets=asked), AS_OF)
    assert "none of them" in told[-1]


def test_disputes_refunds_goods_and_prices_are_told():
    order = {"order_id": "O", "product_id": "P", "quantity": 5.0, "delivered_quantity": 4.0,
             "unit_price": 2.0, "ordered_on": day("2025-03-01"), "promised_on": day("2025-03-05"),
             "delivered_on": day("2025-03-08")}  # fmt: skip
    credit = {"adjustment_id": "A", "invoice_id": "I", "kind": "refund", "reason": None,
              "requested_on": day("2025-05-15"), "completed_on": day("2025-05-25"),
              "amount": 10.0}  # fmt: skip
    change = {"change_id": "X", "announced_on": day("2025-03-02"), "old_monthly_value": 100.0,
              "effective_on": day("2025-05-01"), "new_monthly_value": 108.0}  # fmt: skip
    told = customer_side(
        rows(
            orders=[order],
            adjustments=[credit],
            price_changes=[change],
            disputes=[
                dispute("2025-05-05", "2025-05-15", "partial"),
                dispute("2025-06-10", None, None),
            ],
        ),
        AS_OF,
    )
    assert told == [
        "It was owed 1 credit or refund and waited 10 days for one on average, 10 at the longest.",
        "Of 1 order line, 1 came later than promised, by 3 days on average, and 1 came short.",
        # 10 days, and 20 until today.
        "It disputed 1 invoice and was found right on 1; deciding took 15 days on average.",
        "Its prices rose 1 time, by 8.0 % at most, told 60 days ahead.",
    ]


def test_order_is_with_the_first_later_invoice_of_its_product_and_quantity_and_each_line_once():
    orders = [
        {"order_id": f"O{k}", "product_id": "P", "quantity": q, "delivered_quantity": q,
         "unit_price": 2.0, "ordered_on": day(on), "promised_on": None, "delivered_on": None}
        for k, (on, q) in enumerate(
            [("2025-03-01", 5), ("2025-03-02", 5), ("2025-03-03", 7), ("2025-03-20", 9)]
        )
    ]  # fmt: skip
    lines = [
        {"invoice_id": "I", "line_no": n, "product_id": "P", "quantity": q, "amount": 10.0}
        for n, q in enumerate([5, 9], 1)
    ]
    account = build_account(rows(orders=orders, invoice_lines=lines), AS_OF)
    # The second of five finds its line taken, seven is on no line, and nine came afterwards.
    kinds = account.documents[["kind", "reference"]].to_numpy().tolist()
    assert kinds == [["Order", "O0"], ["Invoice", "I"]]
    assert account.invoices["orders"].item() == 1


def test_documents_of_an_invoice_are_in_the_order_of_the_payment_cycle():
    paid = [{"payment_id": "P1", "invoice_id": "I", "paid_on": day("2025-05-20"), "amount": 60.0}]
    account = build_account(
        rows(
            payments=paid,
            reminders=[reminder("2025-05-01")],
            disputes=[dispute("2025-05-05", "2025-05-15", "upheld")],
        ),
        AS_OF,
    )
    assert account.documents["kind"].tolist() == [
        "Invoice", "Reminder", "Dispute", "Dispute", "Payment",
    ]  # fmt: skip
    row = account.invoices.iloc[0]
    assert (row["disputes"], row["payments"], row["paid_on"]) == (1, 1, day("2025-05-20"))
    assert account.documents["what"].iloc[-1] == "Paid 41 days late"


def test_empty_tables_and_missing_tables_give_an_account_with_nothing_in_it():
    account = build_account(rows(invoices=[{"invoice_id": "I", "issued_on": day("2025-03-10"),
                            "due_on": day("2025-04-09"), "amount": 1.0, "currency": "EUR",
                            "channel": None}]), AS_OF)  # fmt: skip
    assert account.touchpoints["what"].tolist() == ["Invoice due 2025-04-09"]
    assert account.side == []
    assert account.answers.empty
    assert touchpoints({}).empty
    assert set(account.touchpoints["kind"]) <= set(KINDS)
