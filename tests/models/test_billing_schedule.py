"""Documents of contracts: once, in advance with credit, in arrears, with every invoice."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.billing_schedule import billing_schedule
from models.charge import Charge
from models.rating import Override, Tariff

JANUARY, MAY = dt.date(2025, 1, 1), dt.date(2025, 5, 31)
ADVANCE = Charge("Fee", "fixed", timing="in_advance", amount=Decimal("99.99"))
ARREARS = Charge("Fee", "fixed", timing="in_arrears", amount=Decimal("99.99"))
SETUP = Charge("Setup", "fixed", timing="one_time", amount=Decimal(500))
POSTAGE = Charge("Postage", "fixed", timing="every_invoice", amount=Decimal("4.50"))
USE = Charge("Use", "usage", unit_price=Decimal("0.1"))


def documents(*charges, start=JANUARY, until=MAY, end=None, usage=None, **tariff):
    made = billing_schedule(
        Tariff("t", "EUR", charges, **tariff), usage or {}, start, until, ended_on=end
    )
    return [(d.issued_on, d.kind, d.invoice.total) for d in made]


def test_each_timing_is_billed_on_its_day():
    usage = {dt.date(2025, month, 1): {"m": Decimal(1000 * month)} for month in range(1, 5)}
    found = documents(
        SETUP, ADVANCE, USE, POSTAGE, start=dt.date(2025, 1, 16), until=dt.date(2025, 3, 31),
        usage=usage,
    )  # fmt: skip
    # 16 of 31 days of 99.99 are 51.61 (51.6077), with 500 once and 4.50; then 99.99 in advance
    # with 100.00 and 200.00 for January's and February's use.
    assert found == [
        (dt.date(2025, 1, 16), "invoice", Decimal("556.11")),
        (dt.date(2025, 2, 1), "invoice", Decimal("204.49")),
        (dt.date(2025, 3, 1), "invoice", Decimal("304.49")),
    ]


def test_a_cancelled_contract_gets_a_credit_note_for_the_days_left_and_its_use_is_still_billed():
    usage = {dt.date(2025, 2, 1): {"m": Decimal(70)}}
    found = documents(ADVANCE, USE, end=dt.date(2025, 2, 14), usage=usage)
    # Half of February: 49.995 is 50.00 due, so 49.99 is given back; 7.00 of use in March.
    assert found[2:] == [
        (dt.date(2025, 2, 15), "credit_note", Decimal("-49.99")),
        (dt.date(2025, 3, 1), "invoice", Decimal("7.00")),
    ]


def test_a_contract_that_ends_with_the_month_gets_no_credit_note():
    kinds = [kind for _, kind, _ in documents(ADVANCE, end=dt.date(2025, 2, 28))]
    assert kinds == ["invoice", "invoice"]


def test_what_comes_with_every_invoice_does_not_make_one():
    assert documents(POSTAGE) == []


def test_nothing_is_issued_after_the_day_asked_for():
    assert documents(ADVANCE, end=dt.date(2025, 1, 10), until=dt.date(2025, 1, 10)) == [
        (JANUARY, "invoice", Decimal("99.99"))
    ]


days = st.integers(0, 140).map(lambda n: JANUARY + dt.timedelta(days=n))


@given(days, st.integers(0, 140), st.decimals(0, 50, places=1))
def test_in_advance_with_credit_comes_to_what_arrears_come_to(start, length, discount):
    end = start + dt.timedelta(days=length)
    ways = [
        documents(fee, start=start, end=end, until=dt.date(2026, 1, 1), discount_percent=discount)
        for fee in (ADVANCE, ARREARS)
    ]
    early, late = (sum(total for *_, total in found) for found in ways)
    # Each document rounds its discount once.
    assert abs(early - late) <= Decimal("0.01") * len(ways[0])


@given(days, st.integers(1, 100))
def test_splitting_a_period_changes_rounding_and_nothing_else(start, length):
    end = start + dt.timedelta(days=length)
    middle = start + dt.timedelta(days=length // 2)
    whole = documents(ARREARS, start=start, end=end, until=dt.date(2026, 1, 1))
    parts = documents(ARREARS, start=start, end=middle, until=dt.date(2026, 1, 1))
    if middle < end:
        rest = middle + dt.timedelta(days=1)
        parts += documents(ARREARS, start=rest, end=end, until=dt.date(2026, 1, 1))
    apart = sum(total for *_, total in whole) - sum(total for *_, total in parts)
    assert abs(apart) <= Decimal("0.01")


def test_use_is_billed_at_the_price_of_the_month_it_was_in():
    dearer = Override("C1", replace(USE, unit_price=Decimal("0.2")), dt.date(2025, 2, 1))
    usage = {dt.date(2025, month, 1): {"m": Decimal(100)} for month in (1, 2)}
    made = billing_schedule(
        Tariff("t", "EUR", (USE,), overrides=(dearer,)),
        usage,
        JANUARY,
        dt.date(2025, 3, 31),
        customer_id="C1",
    )
    assert [document.invoice.total for document in made] == [10, 20]


def test_an_end_before_the_start_is_refused():
    with pytest.raises(ValueError, match="before it starts"):
        documents(ADVANCE, start=MAY, end=JANUARY)
