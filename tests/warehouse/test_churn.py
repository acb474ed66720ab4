"""Customer lives, recurring values and customer-months, worked by hand on six customers."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from tests.warehouse.frame_tables import FrameTables
from warehouse.churn import customer_lives
from warehouse.customer_months import COVARIATES, customer_months
from warehouse.recurring_value import recurring_values

AS_OF = dt.date(2025, 6, 30)
DAY = pd.Timestamp


def customers(*rows):
    frame = pd.DataFrame(rows, columns=["customer_id", "acquired_on", "churned_on", "churn_reason"])
    return frame.assign(
        name="Customer " + frame["customer_id"], industry="Retail", currency="EUR",
        payment_terms_days=30, employees=100,
    )  # fmt: skip


def invoices(*rows):
    frame = pd.DataFrame(rows, columns=["customer_id", "issued_on", "amount"])
    return frame.assign(
        invoice_id=[f"I{n}" for n in range(len(frame))],
        issued_on=pd.to_datetime(frame["issued_on"]),
        due_on=pd.to_datetime(frame["issued_on"]) + pd.Timedelta(days=30),
        currency="EUR", kind="fixed",
    )  # fmt: skip


BOOK = {
    "customers": customers(
        # Older than the books, left with a reason; left without one; stays; quiet; to leave later;
        # and one that had left before the books began.
        ("OLD", DAY("2023-01-01"), DAY("2025-03-01"), "price"),
        ("MUTE", DAY("2024-03-01"), DAY("2025-01-31"), None),
        ("STAY", DAY("2024-02-15"), None, None),
        ("QUIET", DAY("2024-02-01"), None, None),
        ("LATER", DAY("2024-02-01"), DAY("2025-09-30"), "service"),
        ("GONE", DAY("2020-01-01"), DAY("2023-12-01"), "price"),
    ),
    "invoices": invoices(
        ("OLD", "2024-01-01", 100),
        ("MUTE", "2024-12-01", 100),
        *(("STAY", f"2025-{month:02}-01", 100) for month in range(1, 7)),
        ("QUIET", "2024-06-01", 100),
        *(("LATER", f"2025-{month:02}-01", 100) for month in range(1, 7)),
    ),
    "payments": pd.DataFrame(
        {"payment_id": ["P"], "invoice_id": ["I0"], "paid_on": [DAY("2024-02-10")], "amount": 100}
    ),
}


def lives(as_of=AS_OF, **changes):
    rows = customer_lives(FrameTables(BOOK | changes), as_of, churn_rule_days=180).to_pandas()
    return rows.set_index("customer_id")


def test_leaving_and_its_cause_are_as_recorded_or_by_the_rule():
    found = lives()
    assert set(found.index) == {"OLD", "MUTE", "STAY", "QUIET", "LATER"}
    assert found["cause"].dropna().to_dict() == {
        "OLD": "price", "MUTE": "unknown", "QUIET": "unknown",
    }  # fmt: skip
    # Last invoice on 1 June 2024, and 180 days.
    assert found.loc["QUIET", "left_on"] == DAY("2024-11-28")
    assert found["by_rule"].to_dict() == {
        "OLD": False, "MUTE": False, "STAY": False, "QUIET": True, "LATER": False,
    }  # fmt: skip


def test_who_is_older_than_the_books_is_watched_from_their_first_day():
    found = lives()
    # The first invoice is of 1 January 2024: 365 days after 1 January 2023.
    assert found.loc["OLD", ["entry", "duration"]].tolist() == [365, 790]
    assert found.loc["STAY", ["entry", "duration"]].tolist() == [0, 501]


def test_leaving_after_the_day_has_not_happened_and_its_reason_is_not_known():
    assert lives().loc["LATER", ["left_on", "cause"]].isna().all()
    assert lives(dt.date(2025, 9, 30)).loc["LATER", "cause"] == "service"


def yearly(**last):
    """Billed every 1 March, up to the year given for each; no contracts."""
    rows = [(who, f"{y}-03-01", 900) for who, end in last.items() for y in range(2021, end + 1)]
    who = customers(*((c, DAY("2021-03-01"), None, None) for c in last))
    return {"customers": who, "invoices": invoices(*rows)}


def test_who_is_billed_once_a_year_has_not_left_between_two_bills():
    # 30 September 2024 is 213 days after the last bill, and that was never the last.
    found = lives(dt.date(2024, 9, 30), **yearly(EACH_YEAR=2024, STOPPED=2022))
    assert pd.isna(found.loc["EACH_YEAR", "left_on"])
    # Once 365 days apart: gone 548 days, half as long again, after 1 March 2022.
    assert found.loc["STOPPED", "left_on"] == DAY("2023-08-31")
    # A year later the other has not come back, for it never went.
    assert lives(dt.date(2025, 3, 31), **yearly(EACH_YEAR=2025))["left_on"].isna().all()


def test_who_was_billed_once_is_judged_by_the_rhythm_of_the_others():
    book = yearly(EACH_YEAR=2024, NEW=2021)
    # Leap years apart 366 days at most: NEW is lost 549 days after 1 March 2021 and not 180.
    assert lives(dt.date(2024, 9, 30), **book).loc["NEW", "left_on"] == DAY("2022-09-01")


def test_the_rule_knows_no_invoice_after_the_day():
    book = yearly(EACH_YEAR=2024, STOPPED=2022)
    early = dt.date(2021, 12, 31)
    known = {**book, "invoices": book["invoices"].query("issued_on <= @early")}
    pd.testing.assert_frame_equal(lives(early, **book), lives(early, **known))


@pytest.mark.parametrize(
    ("name", "employees", "lost"),
    [
        ("Customer STAX", 100, False),
        ("Customer STAY", 250, True),
        ("Another firm", 100, True),
        ("Customer STAY 2", 100, True),
    ],
)
def test_a_quiet_account_that_looks_like_an_older_one_is_nobody_who_left(name, employees, lost):
    # QUIET is the older of two; TWIN has not been billed for 180 days by the end of January 2025.
    twin = customers(("TWIN", DAY("2024-07-01"), pd.NaT, None)).assign(
        name=name, employees=employees
    )
    who = pd.concat([BOOK["customers"], twin]).assign(country="GB")
    bills = pd.concat([BOOK["invoices"], invoices(("TWIN", "2024-08-01", 100))])
    bills = bills.assign(invoice_id=[f"I{n}" for n in range(len(bills))])
    found = lives(customers=who, invoices=bills).loc["TWIN"]
    assert found["by_rule"]
    assert found["left_on"] == DAY("2025-01-28")
    assert pd.isna(found["cause"]) != lost
    rows = months(customers=who, invoices=bills)["cause"]
    assert ("TWIN" in rows) == lost
    # The older one is as it was: nobody came before it.
    assert rows.loc["QUIET"].iloc[-1] == "unknown"


def months(as_of=AS_OF, **changes):
    rows = customer_months(FrameTables(BOOK | changes), as_of, churn_rule_days=180)
    return rows.to_pandas().set_index(["customer_id", "begins"])


@pytest.fixture(scope="module")
def bare():
    """Of customers, invoices and payments alone."""
    return months()


def test_a_customer_has_a_row_for_each_month_it_could_leave_in(bare):
    rows = bare.loc["MUTE"]
    # Acquired in March 2024, left in January 2025: April to January.
    assert rows["month"].tolist() == list(range(1, 11))
    assert rows["cause"].tolist() == [None] * 9 + ["unknown"]
    assert not rows["ahead"].any()


def test_the_month_ahead_has_todays_customers_and_no_end(bare):
    ahead = bare.reset_index().query("ahead")
    assert ahead["customer_id"].tolist() == ["LATER", "STAY"]
    assert ahead["begins"].eq(DAY("2025-07-01")).all()
    assert ahead["cause"].isna().all()


def test_a_table_that_was_not_loaded_leaves_its_covariates_empty(bare):
    assert bare[["score", "tickets_3m", "renewal", "price_rise_6m"]].isna().all(axis=None)
    assert set(COVARIATES) <= set(bare.columns)


def test_a_month_cut_short_is_not_learnt_from():
    rows = months(dt.date(2025, 1, 30)).reset_index()
    assert rows.loc[rows["ahead"], "begins"].eq(DAY("2025-01-01")).all()
    # It left on the 31st, which has not come; the month has it as a customer.
    assert rows.loc[rows["ahead"], "customer_id"].tolist() == ["LATER", "MUTE", "STAY"]


def test_tickets_are_known_from_the_month_after_and_slow_once_not_resolved_in_time():
    tickets = pd.DataFrame(
        {"ticket_id": ["A", "B"], "customer_id": ["STAY", "LATER"],
         "opened_on": [DAY("2025-01-31"), DAY("2025-01-27")],
         "resolved_on": [DAY("2025-02-01"), DAY("2025-03-20")], "topic": "billing"}
    )  # fmt: skip
    rows = months(tickets=tickets)
    known = rows.index[rows["tickets_3m"] > 0]
    spring = [DAY(f"2025-{month:02}-01") for month in range(1, 6)]
    assert known.tolist() == [(who, at) for who in ("LATER", "STAY") for at in spring[1:4]]
    assert rows["finance_tickets_3m"].equals(rows["tickets_3m"].rename("finance_tickets_3m"))
    # A day is no slow answer; opened on 27 January it is slow from 2 February on, which the
    # month that begins on the 1st is not to know.
    slow = rows.index[rows["slow_tickets_3m"] > 0]
    assert slow.tolist() == [("LATER", at) for at in spring[2:]]


def test_a_bill_above_the_usual_shocks_and_one_below_does_not():
    rows = [
        (who, f"2025-{month:02}-01", amount)
        for who, last in (("STAY", 140), ("LATER", 30))
        for month, amount in enumerate([100, 100, 100, 100, last], start=1)
    ]
    found = months(invoices=invoices(("OLD", "2024-01-01", 100), *rows))
    at = DAY("2025-06-01")
    assert found.loc[("STAY", at), "bill_shock"] == pytest.approx(0.4)
    assert found.loc[("LATER", at), "bill_shock"] == 0.0


def test_renewal_follows_the_start_of_the_contract_and_not_what_its_end_left_behind():
    contracts = pd.DataFrame(
        {"contract_id": ["K", "M"], "customer_id": ["STAY", "MUTE"], "product_id": "P",
         "started_on": [DAY("2024-02-15"), DAY("2024-03-01")], "billing_model": "fixed",
         "billing_timing": "in_advance", "monthly_value": 100.0}
    )  # fmt: skip
    ended = contracts.assign(ended_on=[None, DAY("2025-01-31")], renews_on=None)
    runs = contracts.assign(ended_on=None, renews_on=DAY("2026-03-01"))
    found = months(contracts=ended)
    pd.testing.assert_frame_equal(found, months(contracts=runs))
    rows = found.loc["STAY"]
    assert rows.index[rows["renewal"] == 1].tolist() == [DAY("2025-02-01")]
    assert rows.loc[DAY("2025-07-01"), "renews_in"] == 7


def values(**changes):
    rows = recurring_values(FrameTables(BOOK | changes), AS_OF, churn_rule_days=180)
    return rows.to_pandas().set_index("customer_id")


def test_without_contracts_the_value_is_a_third_of_three_months_of_invoices():
    year_before = [(who, f"2024-{m:02}-15", 60) for who in ("STAY", "OLD") for m in (4, 5, 6)]
    rows = (*year_before, *(("STAY", f"2025-{m:02}-15", 90) for m in (4, 5, 6)))
    found = values(invoices=invoices(("OLD", "2024-01-01", 100), *rows))
    assert found.loc["STAY", ["value_start", "value_end"]].tolist() == [60.0, 90.0]
    assert found.loc["STAY", "by_invoices"]
    # Gone, whatever the invoices say.
    assert found.loc["OLD", ["value_start", "value_end"]].tolist() == [60.0, 0.0]


def test_months_after_the_last_invoice_do_not_make_customers_pay_less():
    billed = [f"{y}-{m:02}-15" for y in (2024, 2025) for m in range(1, 13)]
    rows = [("STAY", day, 60) for day in billed if day < "2025-05-31"]
    # Nothing was billed from the middle of May to the close at the end of June.
    found = values(invoices=invoices(*rows))
    assert found.loc["STAY", ["value_start", "value_end"]].tolist() == [60.0, 60.0]


def test_books_that_begin_within_the_three_months_have_no_value_there():
    for first, value in (("2024-03-20", 60.0), ("2024-06-15", 0.0)):
        rows = [("STAY", day, 60) for day in ("2024-04-15", "2024-05-15", "2024-06-15")]
        rows = [row for row in rows if row[1] >= first]
        rows += [("OLD", first, 60), *(("STAY", f"2025-{m:02}-15", 60) for m in (4, 5, 6))]
        found = values(invoices=invoices(*rows))
        assert found.loc["STAY", ["value_start", "value_end"]].tolist() == [value, 60.0]


def test_the_value_is_at_the_price_of_the_day():
    contract = pd.DataFrame(
        {"contract_id": ["K", "ONCE"], "customer_id": "STAY", "product_id": "P",
         "started_on": DAY("2024-02-15"), "billing_model": "fixed",
         "billing_timing": ["in_advance", "one_time"], "monthly_value": [121.0, 999.0]}
    )  # fmt: skip
    change = pd.DataFrame(
        {"change_id": ["A", "B"], "contract_id": "K",
         "announced_on": [DAY("2024-12-01"), DAY("2025-02-01")],
         "effective_on": [DAY("2025-01-01"), DAY("2025-03-01")],
         "old_monthly_value": [100.0, 110.0], "new_monthly_value": [110.0, 121.0]}
    )  # fmt: skip
    found = values(contracts=contract, price_changes=change)
    assert found.loc["STAY", ["value_start", "value_end"]].tolist() == [100.0, 121.0]
    assert not found.loc["STAY", "by_invoices"]


def test_a_price_still_to_come_is_not_the_price_of_the_day():
    contract = pd.DataFrame(
        {"contract_id": ["K"], "customer_id": "STAY", "product_id": "P",
         "started_on": DAY("2024-02-15"), "billing_model": "fixed",
         # Exported later, after two more rises.
         "billing_timing": "in_advance", "monthly_value": 200.0}
    )  # fmt: skip
    change = pd.DataFrame(
        {"change_id": ["A", "B"], "contract_id": "K",
         "announced_on": [DAY("2025-08-01"), DAY("2025-10-01")],
         "effective_on": [DAY("2025-09-01"), DAY("2025-11-01")],
         "old_monthly_value": [100.0, 150.0], "new_monthly_value": [150.0, 200.0]}
    )  # fmt: skip
    found = values(contracts=contract, price_changes=change)
    assert found.loc["STAY", ["value_start", "value_end"]].tolist() == [100.0, 100.0]


@pytest.fixture(scope="module")
def revenue():
    """What a month of each customer was taken to bring, by that in which it was known."""
    book = invoices(
        ("STAY", "2024-04-10", 100), ("STAY", "2024-04-20", 50), ("STAY", "2024-06-10", 60),
        ("STAY", "2024-08-10", 60),
        ("QUIET", "2024-05-01", 80), ("QUIET", "2024-06-01", 100), ("QUIET", "2024-07-01", 100),
        ("LATER", "2024-03-01", 1200), ("LATER", "2025-03-01", 1200),
        ("OLD", "2024-03-01", 300), ("OLD", "2024-06-01", 300), ("OLD", "2024-09-01", 300),
        ("MUTE", "2024-04-01", 100), ("MUTE", "2024-05-01", 9000), ("MUTE", "2024-06-01", 100),
    )  # fmt: skip
    book.loc[book["customer_id"] == "STAY", "currency"] = "USD"
    # The first bill of STAY is older than the first rate; one of MUTE is taken back the day after.
    rates = pd.DataFrame(
        {"currency": "USD", "month": pd.to_datetime(["2024-05-01", "2024-06-01"]),
         "to_reporting": [1.0, 0.5]}
    )  # fmt: skip
    wrong = book.loc[book["amount"] == 9000, "invoice_id"].item()
    taken_back = pd.DataFrame(
        {"adjustment_id": ["A"], "invoice_id": wrong, "kind": "credit_note",
         "requested_on": [DAY("2024-05-02")], "completed_on": [DAY("2024-05-02")], "amount": 9000}
    )  # fmt: skip
    rows = months(invoices=book, fx_rates=rates, adjustments=taken_back)["log_revenue"]
    return {
        who: {f"{day:%Y-%m}": amount for (_, day), amount in own.items()}
        for who, own in np.exp(rows).round(2).dropna().groupby(level="customer_id")
    }


def test_revenue_of_a_month_is_that_from_bill_to_bill_in_one_currency(revenue):
    found = revenue["QUIET"]
    # Of a month nothing is known while it runs, and of a single bill not how long it is for.
    assert "2024-06" not in found
    assert (found["2024-07"], found["2024-08"]) == (80, 90)


def test_bills_before_the_first_rate_are_not_bills_of_nothing(revenue):
    # Half of 60 in June, and the next bill two months later.
    assert revenue["STAY"]["2024-09"] == 15
    assert "2024-08" not in revenue["STAY"]


def test_who_has_gone_quiet_keeps_the_revenue_it_had(revenue):
    # Months without a bill are how leaving shows where nobody records it.
    found = {day: amount for day, amount in revenue["QUIET"].items() if day > "2024-07"}
    assert len(found) > 3
    assert set(found.values()) == {90}


def test_who_is_billed_by_the_quarter_or_year_brings_as_much_as_by_the_month(revenue):
    assert set(revenue["OLD"].values()) == {100}
    assert (min(revenue["LATER"]), set(revenue["LATER"].values())) == ("2025-04", {100})


def test_bill_taken_back_in_its_month_was_never_one(revenue):
    assert set(revenue["MUTE"].values()) == {50}
