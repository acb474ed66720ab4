import datetime as dt

import numpy as np
import pandas as pd
import pytest

from warehouse.invoices import invoice_balances, issued_invoices, open_balances
from warehouse.receivables import receivable_flows

AS_OF = dt.date(2025, 6, 30)
KINDS = ["payment", "credit_note", "write_off"]


def balance(tables, as_of=AS_OF):
    invoices = issued_invoices(tables, as_of)
    fate = invoice_balances(invoices, as_of).to_pandas().set_index("invoice_id")
    left = open_balances(invoices, tables, as_of).to_pandas().set_index("invoice_id")
    return fate.assign(open_amount=left["open_amount"].astype(float)).fillna({"open_amount": 0.0})


def flows_by_kind(tables, as_of=AS_OF):
    flows = receivable_flows(issued_invoices(tables, as_of), tables, as_of).to_pandas()
    return flows.groupby("kind")["amount"].sum()


def test_paid_in_full_on_the_day_of_the_payment(make_tables):
    tables = make_tables(
        invoices=[{"invoice_id": "A"}], payments=[{"invoice_id": "A", "paid_on": "2025-02-10"}]
    )
    row = balance(tables).loc["A"]
    # Issued on 1 January, due on the 31st, paid on 10 February: 40 days, and late.
    assert (row.outcome, row.duration, row.late, row.open_amount) == ("paid", 40, True, 0)


def test_payment_after_as_of_has_not_happened(make_tables):
    tables = make_tables(
        invoices=[{"invoice_id": "A"}], payments=[{"invoice_id": "A", "paid_on": "2025-02-10"}]
    )
    row = balance(tables, dt.date(2025, 2, 9)).loc["A"]
    assert (row.outcome, row.duration, row.open_amount) == ("open", 39, 100)
    assert pd.isna(row.settled_on)
    assert row.late  # due on 31 January and unpaid on 9 February


def test_invoice_issued_after_as_of_does_not_exist_yet(make_tables):
    tables = make_tables(invoices=[{"issued_on": "2025-07-01", "due_on": "2025-07-31"}])
    assert balance(tables).empty


def test_parts_settle_on_the_day_of_the_last_part(make_tables):
    tables = make_tables(
        invoices=[{"invoice_id": "A"}],
        payments=[
            {"invoice_id": "A", "paid_on": "2025-01-20", "amount": 60},
            {"invoice_id": "A", "paid_on": "2025-03-01", "amount": 40},
        ],
    )
    assert balance(tables).loc["A", "settled_on"] == pd.Timestamp("2025-03-01")
    before = balance(tables, dt.date(2025, 2, 1)).loc["A"]
    assert (before.outcome, before.open_amount) == ("open", 40)


def test_second_payment_of_a_settled_invoice_is_unapplied_cash(make_tables):
    tables = make_tables(
        invoices=[{"invoice_id": "A"}],
        payments=[
            {"invoice_id": "A", "paid_on": "2025-01-20"},
            {"invoice_id": "A", "paid_on": "2025-04-01"},
        ],
    )
    # Paying twice does not make the invoice be paid later, nor what is owed negative.
    assert balance(tables).loc["A", "settled_on"] == pd.Timestamp("2025-01-20")
    assert flows_by_kind(tables).to_dict() == {"billed": 100, "paid": 100, "unapplied": 100}


def test_overpayment_in_one_sum_is_applied_up_to_the_amount_owed(make_tables):
    tables = make_tables(
        invoices=[{"invoice_id": "A"}],
        payments=[{"invoice_id": "A", "paid_on": "2025-01-20", "amount": 130}],
    )
    assert flows_by_kind(tables).to_dict() == {"billed": 100, "paid": 100, "unapplied": 30}


@pytest.mark.parametrize(
    ("kind", "paid", "outcome"),
    [
        ("credit_note", 0, "void"),
        ("credit_note", 60, "paid"),  # the rest was credited: the customer paid what was owed
        ("write_off", 0, "written_off"),
        ("write_off", 60, "written_off"),
    ],
)
def test_credited_and_written_off_are_their_own_ends(make_tables, kind, paid, outcome):
    payments = [{"invoice_id": "A", "paid_on": "2025-01-20", "amount": paid}] if paid else []
    tables = make_tables(
        invoices=[{"invoice_id": "A"}],
        payments=payments,
        adjustments=[
            {
                "invoice_id": "A",
                "kind": kind,
                "amount": 100 - paid,
                "requested_on": "2025-04-01",
                "completed_on": "2025-05-01",
            }
        ],
    )
    row = balance(tables).loc["A"]
    assert (row.outcome, row.duration) == (outcome, 120)
    # Asked for in April, done in May: at the end of April the customer still owes.
    assert balance(tables, dt.date(2025, 4, 30)).loc["A", "outcome"] == "open"


ROUNDED = {
    # invoice: its amount, what the payment left of it, and how that came off
    "cents": (100, 0.02, "write_off"),
    "share": (100, 0.5, "write_off"),
    "unit": (50_000, 1, "write_off"),
    "credit": (100, 0.5, "credit_note"),
}
TOO_MUCH = {
    "share": (100, 0.51, "write_off"),
    "unit": (50_000, 1.01, "write_off"),
    "small": (1, 0.02, "write_off"),
}


def rounded(make_tables, cases):
    """Invoices paid in time but for a part that comes off in May."""
    return make_tables(
        invoices=[{"invoice_id": name, "amount": amount} for name, (amount, *_) in cases.items()],
        payments=[
            {"invoice_id": name, "paid_on": "2025-01-20", "amount": amount - left}
            for name, (amount, left, _) in cases.items()
        ],
        adjustments=[
            {
                "invoice_id": name,
                "kind": kind,
                "amount": left,
                "requested_on": "2025-05-01",
                "completed_on": "2025-05-01",
            }
            for name, (_, left, kind) in cases.items()
        ],
    )


@pytest.mark.parametrize("as_of", [dt.date(2025, 1, 20), dt.date(2025, 4, 30), AS_OF])
def test_rounding_difference_makes_an_invoice_neither_late_nor_written_off(make_tables, as_of):
    found = balance(rounded(make_tables, ROUNDED), as_of)
    for name, (_, left, _) in ROUNDED.items():
        row = found.loc[name]
        # Issued on 1 January, paid on the 20th, due on the 31st, whatever is done in May.
        assert (row.outcome, row.duration, row.late) == ("paid", 19, False)
        # The difference is owed until it is written off.
        assert row.open_amount == pytest.approx(0 if as_of == AS_OF else left)


def test_day_before_the_payment_knows_nothing_of_it(make_tables):
    found = balance(rounded(make_tables, ROUNDED), dt.date(2025, 1, 19))
    assert set(found["outcome"]) == {"open"}


def test_more_than_a_rounding_difference_is_written_off(make_tables):
    tables = rounded(make_tables, TOO_MUCH)
    assert set(balance(tables, dt.date(2025, 4, 30))["outcome"]) == {"open"}
    assert set(balance(tables)["outcome"]) == {"written_off"}


def test_rounding_difference_that_nobody_writes_off_stays_on_the_books(make_tables):
    tables = make_tables(
        invoices=[{"invoice_id": "A"}],
        payments=[{"invoice_id": "A", "paid_on": "2025-01-20", "amount": 99.99}],
    )
    row = balance(tables).loc["A"]
    assert (row.outcome, row.late) == ("paid", False)
    assert row.open_amount == pytest.approx(0.01)


def test_credit_note_that_leaves_a_cent_settles_nothing(make_tables):
    tables = make_tables(
        invoices=[{"invoice_id": "A"}],
        adjustments=[{"invoice_id": "A", "amount": 99.99, "completed_on": "2025-02-01"}],
    )
    assert balance(tables).loc["A", "outcome"] == "open"


def test_refund_and_pending_credit_note_leave_what_is_owed(make_tables):
    tables = make_tables(
        invoices=[{"invoice_id": "A"}],
        adjustments=[
            {"invoice_id": "A", "kind": "refund", "completed_on": "2025-02-01"},
            {"invoice_id": "A", "kind": "credit_note"},
        ],
    )
    assert balance(tables).loc["A", "open_amount"] == 100


def test_credit_from_before_the_invoice_is_taken_off_on_the_day_of_issue(make_tables):
    tables = make_tables(
        invoices=[{"invoice_id": "A"}, {"invoice_id": "B"}],
        payments=[{"invoice_id": "B", "paid_on": "2025-02-10", "amount": 60}],
        adjustments=[
            {"invoice_id": "A", "requested_on": "2024-12-01", "completed_on": "2024-12-20"},
            {
                "invoice_id": "B",
                "requested_on": "2024-12-01",
                "completed_on": "2024-12-20",
                "amount": 40,
            },
        ],
    )
    found = balance(tables)
    # A duration cannot be negative: no time ran before the invoice was there.
    assert found["duration"].to_dict() == {"A": 0, "B": 40}
    assert found["outcome"].to_dict() == {"A": "void", "B": "paid"}
    assert balance(tables, dt.date(2025, 1, 1)).loc["B", "open_amount"] == 60


def test_void_invoice_is_neither_late_nor_in_time(make_tables):
    tables = make_tables(
        invoices=[{"invoice_id": "A"}],
        adjustments=[{"invoice_id": "A", "completed_on": "2025-05-01"}],
    )
    assert pd.isna(balance(tables).loc["A", "late"])


def by_hand(rows, as_of, n_invoices):
    """The same rules, one credit at a time in plain Python: the end, what is left, the surplus."""
    fate = {}
    for invoice in range(n_invoices):
        mine = sorted(
            (on, KINDS.index(kind), n, amount)
            for n, (to, on, amount, kind) in enumerate(rows)
            if to == invoice and on <= as_of
        )
        left, surplus, got, end = 100.0, 0.0, [0.0, 0.0, 0.0], "open"
        for _, kind, _, amount in mine:
            took = min(left, amount)
            left = round(left - took, 4)
            surplus += amount - took
            got[kind] += took
            # Half a percent of 100 is a rounding difference, when a payment leaves no more.
            if end == "open" and (left < 0.005 or (kind == 0 and left <= 0.5)):
                end = "written_off" if got[2] > 0.5 else "paid" if got[0] else "void"
        fate[f"I-{invoice}"] = (end, round(left, 2), surplus)
    return fate


@pytest.fixture(scope="module")
def many_credits():
    """Three hundred invoices with up to five credits each: payments, credit notes, write-offs."""
    rng = np.random.default_rng(20250630)
    n_invoices, n = 300, 700
    rows = zip(
        rng.integers(0, n_invoices, n).tolist(),
        (dt.date(2025, 1, 1) + dt.timedelta(days=int(d)) for d in rng.integers(0, 270, n)),
        rng.choice([10.0, 33.33, 50.0, 66.67, 100.0, 120.0], n).tolist(),
        rng.choice(KINDS, n, p=[0.7, 0.2, 0.1]).tolist(),
        strict=True,
    )
    return n_invoices, list(rows)


@pytest.mark.parametrize("as_of", [dt.date(2025, 3, 1), AS_OF, dt.date(2025, 12, 31)])
def test_engine_settles_invoices_as_a_bookkeeper_would(make_tables, many_credits, as_of):
    n_invoices, rows = many_credits
    numbered = [(f"K{n:04d}", f"I-{to}", on, amount, kind)
                for n, (to, on, amount, kind) in enumerate(rows)]  # fmt: skip
    tables = make_tables(
        invoices=[{"invoice_id": f"I-{n}"} for n in range(n_invoices)],
        payments=[
            {"payment_id": key, "invoice_id": to, "paid_on": on, "amount": amount}
            for key, to, on, amount, kind in numbered
            if kind == "payment"
        ],
        adjustments=[
            {
                "adjustment_id": key,
                "invoice_id": to,
                "kind": kind,
                "requested_on": on,
                "completed_on": on,
                "amount": amount,
            }
            for key, to, on, amount, kind in numbered
            if kind != "payment"
        ],
    )
    found = balance(tables, as_of)
    expected = by_hand(rows, as_of, n_invoices)
    # Every invoice ends as the bookkeeper says, with the same balance.
    assert {i: (row.outcome, round(row.open_amount, 2)) for i, row in found.iterrows()} == {
        i: (end, left) for i, (end, left, _) in expected.items()
    }
    amounts = flows_by_kind(tables, as_of)
    taken = amounts.drop(["billed", "unapplied"]).sum()
    # What is billed is what was taken off plus what is open ...
    assert amounts["billed"] - taken == pytest.approx(found["open_amount"].sum(), abs=0.01)
    # ... and cash beyond what was owed is beside it, not in it.
    surplus = sum(surplus for *_, surplus in expected.values())
    assert amounts["unapplied"] == pytest.approx(surplus, abs=0.01)
