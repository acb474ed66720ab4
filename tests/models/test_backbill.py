"""Lines billed again at the tariff in force: which come out the same, and why others do not."""

import datetime as dt

import pandas as pd
import pytest

from models.backbill import DIFFERENT, NO_CHARGE, NO_TARIFF, fit_backbill, read_tariffs
from models.refusal import Refusal

AS_OF = dt.date(2025, 6, 30)
NO_CHANGES = pd.DataFrame(
    columns=["contract_id", "effective_on", "old_monthly_value", "new_monthly_value"]
)
NO_TARIFFS = pd.DataFrame(columns=["tariff_id", "valid_from", "definition"])
OLD = """{name: Old, currency: EUR, discount_percent: 10, charges: [
  {name: Fee, model: fixed, amount: 31},
  {name: Use, model: tiered, tiers: [{up_to: 100, unit_price: 0.5}, {unit_price: 0.25}]}]}"""
NEW = OLD.replace("31", "62")


def contract(**changed) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "contract_id": "K1", "product_id": "P", "started_on": pd.Timestamp("2025-01-10"),
                "billing_model": "tiered", "billing_timing": "in_arrears", "monthly_value": 31.0,
                "tariff_id": "T1", "currency": "EUR",
            } | changed
        ]
    )  # fmt: skip


def line(invoice, period, charge, quantity, amount, share=1.0, contract_id="K1") -> dict:
    return {
        "invoice_id": invoice, "line_no": 1, "contract_id": contract_id,
        "period": pd.Timestamp(period), "share": share, "charge": charge, "quantity": quantity,
        "amount": amount,
    }  # fmt: skip


def versions(*begun: tuple[str, str]) -> pd.DataFrame:
    rows = [("T1", pd.Timestamp(day), text) for day, text in begun]
    return pd.DataFrame(rows, columns=["tariff_id", "valid_from", "definition"])


def test_each_line_is_billed_at_the_version_in_force_and_compared_to_the_cent():
    lines = pd.DataFrame(
        [
            # 22 of 31 days of 31; 150 units: 50 + 12.5; 10 % of 84.5.
            line("I1", "2025-01-01", "fixed", 0.709677, 22.00),
            line("I1", "2025-01-01", "tiered", 150, 62.50),
            line("I1", "2025-01-01", None, 1, -8.45),
            # From March the fee is 62; this one was billed at the old one.
            line("I3", "2025-03-01", "fixed", 1.0, 31.00),
            line("I4", "2025-04-01", "fixed", 1.0, 62.00),
        ]
    )
    book = read_tariffs(
        versions(("2024-12-01", OLD), ("2025-03-01", NEW)), contract(), NO_CHANGES, lines
    )
    fit = fit_backbill(lines, book, AS_OF)
    assert fit.lines["rated"].tolist() == [22.00, 62.50, -8.45, 62.00, 62.00]
    assert fit.lines["reason"].tolist() == ["", "", "", DIFFERENT, ""]
    assert fit.exact_share == 0.8
    [figure] = fit.figures()
    assert (figure.id, figure.value, figure.n) == ("pricing.backbill_exact_share", 0.8, 5)


def test_a_line_without_a_tariff_or_a_charge_is_named_as_such():
    lines = pd.DataFrame(
        [
            line("I1", "2025-01-01", "fixed", 1.0, 10.0, contract_id="K2"),
            line("I2", "2025-02-01", "tiered", 10, 5.0),
        ]
    )
    fee = "{name: Fee, currency: EUR, charges: [{name: Fee, model: fixed, amount: 31}]}"
    book = read_tariffs(versions(("2024-12-01", fee)), contract(), NO_CHANGES, lines)
    fit = fit_backbill(lines, book, AS_OF)
    assert fit.lines["reason"].tolist() == [NO_TARIFF, NO_CHARGE]
    assert fit.lines["rated"].isna().all()


def test_a_tariff_that_cannot_be_read_is_named_and_the_others_are_used():
    lines = pd.DataFrame([line("I1", "2025-01-01", "fixed", 1.0, 31.0)])
    rows = versions(("2024-12-01", "nonsense"), ("2024-12-02", OLD))
    book = read_tariffs(rows, contract(), NO_CHANGES, lines)
    assert "not a list of named values" in book.unread["T1"]
    assert fit_backbill(lines, book, AS_OF).exact_share == 1.0


def test_without_a_tariff_a_fee_is_read_from_the_value_and_a_price_from_the_lines():
    lines = pd.DataFrame(
        [line(f"I{n}", f"2025-0{n}-01", "usage", q, a) for n, q, a in
         ((1, 100, 1.25), (2, 333, 4.16), (3, 1000, 12.50), (4, 10, 0.20))]
        + [line(f"I{n}", f"2025-0{n}-01", None, 1, a)
           for n, a in ((1, -0.13), (2, -0.42), (3, -1.25))]
    )  # fmt: skip
    used = contract(billing_model="usage", tariff_id=None)
    book = read_tariffs(NO_TARIFFS, used, NO_CHANGES, lines[lines["period"] < "2025-04-01"])
    fit = fit_backbill(lines, book, AS_OF)
    # The fourth was billed at another price: it is not reproduced, and says so.
    assert fit.lines["reason"].tolist() == ["", "", "", DIFFERENT, "", "", ""]
    assert book.versions["source"].tolist() == ["lines"]
    fee = contract(billing_model="fixed", tariff_id=None)
    book = read_tariffs(NO_TARIFFS, fee, NO_CHANGES, lines.iloc[:0])
    assert book.tariffs[0].charges[0].amount == 31
    assert book.versions["source"].tolist() == ["value"]


@pytest.mark.parametrize(("model", "bills", "tariff"), [
    # 0.25 a unit, 20 at least; half a month at the end has half of the minimum.
    ("minimum_fee", [(5, 20.0), (8, 20.0), (100, 25.0), (200, 50.0), (333, 83.25), (9, 10.0)],
     {"unit_price": "0.25", "minimum": "20.0"}),
    # 0.125 for each unit above 1,000.
    ("overage", [(400, 0.0), (1_000, 0.0), (1_100, 12.5), (2_000, 125.0), (3_333, 291.63)],
     {"unit_price": "0.125", "included_units": "1000"}),
])  # fmt: skip
def test_without_a_tariff_minimums_and_included_units_are_found_where_lines_tell(
    model, bills, tariff
):
    lines = pd.DataFrame(
        [line(f"I{n}", f"2025-0{n}-01", model, q, a, share=0.5 if a == 10.0 else 1.0)
         for n, (q, a) in enumerate(bills, 1)]
    )  # fmt: skip
    agreed = contract(billing_model=model, tariff_id=None, started_on=pd.Timestamp("2024-01-01"))
    book = read_tariffs(NO_TARIFFS, agreed, NO_CHANGES, lines)
    [charge] = book.tariffs[0].charges
    assert {name: str(getattr(charge, name)) for name in tariff} == tariff
    assert fit_backbill(lines, book, AS_OF).exact_share == 1.0
    # One bill more at another price, and nothing is told.
    wrong = pd.concat([lines, lines.tail(1).assign(quantity=5_000.0, amount=77.77, share=1.0)])
    assert read_tariffs(NO_TARIFFS, agreed, NO_CHANGES, wrong).tariffs == []


def test_a_price_that_is_known_to_have_changed_is_not_billed_at_the_old_one():
    lines = pd.DataFrame(
        [line(f"I{n}", f"2025-0{n}-01", "usage", q, a)
         for n, q, a in ((1, 100, 1.25), (2, 333, 4.16), (3, 1000, 12.50), (4, 10, 0.13))]
    )  # fmt: skip
    used = contract(billing_model="usage", tariff_id=None)
    changes = pd.DataFrame([("K1", pd.Timestamp("2025-04-01"), 10.0, 12.0)],
                           columns=NO_CHANGES.columns)  # fmt: skip
    book = read_tariffs(NO_TARIFFS, used, changes, lines)
    # One line of the new price is too few to tell it.
    assert book.versions["source"].tolist() == ["lines", "unknown"]
    assert book.current(AS_OF)["place"].tolist() == [-1]
    fit = fit_backbill(lines, book, AS_OF)
    assert fit.lines["reason"].tolist() == ["", "", "", NO_TARIFF]
    assert (fit.n_rateable, fit.exact_share) == (3, 1.0)


def test_books_without_lines_of_contracts_are_refused():
    book = read_tariffs(
        NO_TARIFFS, contract(), NO_CHANGES, pd.DataFrame([line("I", AS_OF, None, 1, 1.0)]).iloc[:0]
    )
    with pytest.raises(Refusal, match="nothing to bill again"):
        fit_backbill(pd.DataFrame(), book, AS_OF)
