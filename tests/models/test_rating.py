"""Invoices from tariffs: published prices, prices worked by hand, and laws every bill obeys."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.charge import MODELS, Charge, Tier, UnitConversion
from models.rating import Conventions, Tariff, Used, rate_invoice, rate_line, rounded
from models.tariff import Override
from tests.models.pricing_vectors import charge_of, conventions, used, vectors
from tests.models.tariffs import charges, tariffs

PLAIN = Conventions()


def bill(charge: Charge, quantity: object, conventions: Conventions = PLAIN) -> Decimal:
    return rate_line(charge, Used(Decimal(quantity)), conventions).amount


def tier(up_to: object, price: str, fee: str = "0") -> Tier:
    end = None if up_to is None else Decimal(up_to)
    return Tier(end, unit_price=Decimal(price), flat_fee=Decimal(fee))


CALLS = (tier(1000, "0.10"), tier(10_000, "0.05"), tier(None, "0.01"))


def test_every_published_price_comes_out_to_the_cent(reference_data):
    cases = vectors(reference_data)
    assert len(cases) >= 1
    wrong = []
    for case in cases:
        line = rate_line(charge_of(case), used(case), conventions(case))
        exact = sum((part.amount for part in line.parts), Decimal(0))
        expected = Decimal(case["expected_amount"])
        # Some are published with more digits than cents.
        digits = max(2, -expected.as_tuple().exponent)
        if rounded(exact, Conventions(decimals=min(digits, 4))) != expected:
            wrong.append((case["id"], case["model"], str(exact), str(expected)))
    assert wrong == []


def test_a_model_that_is_not_known_is_no_price():
    with pytest.raises(ValueError, match="V1: the billing model 'auction' is not known"):
        charge_of({"id": "V1", "model": "auction", "params": {}, "modifiers": {}})


@pytest.mark.parametrize(
    ("charge", "quantity", "expected"),
    [
        # METHODS 3.10: 1,000 at .10, 9,000 at .05 and 5,000 at .01.
        (Charge("c", "tiered", tiers=CALLS), 15_000, "600.00"),
        (Charge("c", "volume", tiers=CALLS), 15_000, "150.00"),
        # 1,000 at .01, 9,000 at .008 and 5,000 at .005: 10 + 72 + 25.
        (
            Charge(
                "c",
                "tiered",
                tiers=(tier(1_000, ".01"), tier(10_000, ".008"), tier(None, ".005")),
            ),
            15_000,
            "107.00",
        ),
        # 65,000 at .0006 and a fee of 10; at 10,001 a unit more costs 2 less.
        (
            Charge(
                "c",
                "volume",
                tiers=(
                    tier(10_000, ".0010", "10"),
                    tier(50_000, ".0008", "10"),
                    tier(100_000, ".0006", "10"),
                    tier(None, ".0004", "10"),
                ),
            ),
            65_000,
            "49.00",
        ),
        (Charge("c", "per_thousand", package_price=Decimal(1)), 4_500, "5.00"),
        (
            Charge("c", "per_thousand", package_price=Decimal(1), package_rounding="none"),
            4_500,
            "4.50",
        ),
        # 900 + 600 at half price of 1; whole: all 1,500 at half price.
        (
            Charge(
                "c",
                "discount_tiers",
                unit_price=Decimal(1),
                applies_to="marginal",
                tiers=(Tier(Decimal(900)), Tier(percent=Decimal(50))),
            ),
            1_500,
            "1200.00",
        ),
        (
            Charge(
                "c",
                "discount_tiers",
                unit_price=Decimal(1),
                tiers=(Tier(Decimal(900)), Tier(percent=Decimal(50))),
            ),
            1_500,
            "750.00",
        ),
        (
            Charge("c", "minimum_fee", unit_price=Decimal("0.1"), minimum=Decimal(100)),
            500,
            "100.00",
        ),
        (
            Charge(
                "c",
                "minimum_fee",
                unit_price=Decimal("0.1"),
                minimum=Decimal(100),
                minimum_is="plus",
            ),
            500,
            "150.00",
        ),
        (
            Charge("c", "overage", unit_price=Decimal("0.2"), included_units=Decimal(400)),
            500,
            "20.00",
        ),
        # 2,500 metered are 3 thousands begun, 1 included: 2 at 7, less 10 %, at most 12.
        (
            Charge(
                "c",
                "usage",
                unit_price=Decimal(7),
                unit_conversion=UnitConversion(Decimal(1000), rounding="up"),
                included_units=Decimal(1),
                discount_percent=Decimal(10),
                maximum=Decimal(12),
            ),
            2_500,
            "12.00",
        ),
    ],
)
def test_prices_worked_by_hand(charge, quantity, expected):
    assert bill(charge, quantity) == Decimal(expected)


def test_a_volume_band_can_make_more_cost_less():
    charge = Charge("c", "volume", tiers=(tier(10_000, ".0010", "10"), tier(None, ".0008", "10")))
    assert bill(charge, 10_000) == Decimal("20.00")
    assert bill(charge, 10_001) == Decimal("18.00")


def test_who_used_nothing_pays_the_first_tiers_fee_only_where_that_is_the_convention():
    charge = Charge("c", "tiered", tiers=(tier(5, "1", "100"), tier(None, "1", "50")))
    assert bill(charge, 0) == 0
    assert bill(charge, 0, Conventions(zero_usage="first_tier_fee")) == 100
    assert bill(charge, 1) == bill(charge, 1, Conventions(zero_usage="first_tier_fee")) == 101


def test_an_event_is_free_while_both_limits_allow_it():
    # The third of 50, 100 and 250 crosses the free 250 and pays for 150 and the fee; the fourth
    # pays for all of its 400: 1.3 % of 550 and two fees of 2.
    charge = Charge(
        "c",
        "percentage",
        percent=Decimal("1.3"),
        fee_per_event=Decimal(2),
        free_events=3,
        free_amount=Decimal(250),
    )
    events = tuple(map(Decimal, (50, 100, 250, 400)))
    line = rate_line(charge, Used(Decimal(800), events=events), PLAIN)
    assert line.amount == Decimal("11.15")


def test_an_event_pays_at_least_and_at_most_what_is_set():
    # 10 at 2.99 % is below 1.75, 80 is between, 10,000 is above 12.
    charge = Charge(
        "c",
        "percentage",
        percent=Decimal("2.99"),
        event_minimum=Decimal("1.75"),
        event_maximum=Decimal(12),
    )
    events = tuple(map(Decimal, (10, 80, 10_000)))
    line = rate_line(charge, Used(Decimal(10_090), events=events), Conventions(decimals=3))
    assert line.amount == Decimal("16.142")


def test_a_customers_own_price_holds_in_its_time_and_for_nobody_else():
    list_price = Charge("Calls", "usage", unit_price=Decimal(1))
    own = Override(
        "C1",
        replace(list_price, unit_price=Decimal("0.8")),
        dt.date(2025, 1, 1),
        dt.date(2025, 7, 1),
    )
    tariff = Tariff("t", "EUR", (list_price,), overrides=(own,))
    days = [dt.date(2024, 12, 31), dt.date(2025, 1, 1), dt.date(2025, 6, 30), dt.date(2025, 7, 1)]
    totals = [
        rate_invoice(tariff, {"m": Decimal(10)}, customer_id="C1", day=day).total for day in days
    ]
    assert totals == [10, 8, 8, 10]
    assert rate_invoice(tariff, {"m": Decimal(10)}, customer_id="C2", day=days[1]).total == 10


def test_fee_use_and_project_stand_on_one_invoice_each_in_a_line():
    tariff = Tariff(
        "All in one",
        "EUR",
        (
            Charge("Platform", "fixed", timing="in_advance", amount=Decimal("100")),
            Charge("Calls", "tiered", meter="calls", tiers=CALLS),
            Charge("Storage", "usage", meter="gb", unit_price=Decimal("0.333")),
            Charge(
                "Project", "fixed", timing="one_time", amount=Decimal("250"), discountable=False
            ),
        ),
        discount_percent=Decimal(5),
        tax_percent=Decimal(19),
    )
    invoice = rate_invoice(tariff, {"calls": Decimal(1500), "gb": Decimal(7)})
    # 1,000 x .10 + 500 x .05 = 125; 7 x .333 = 2.331; 5 % of 227.33 = 11.3665; 19 % of 465.96.
    amounts = {line.charge: str(line.amount) for line in invoice.lines}
    assert amounts == {
        "Platform": "100.00",
        "Calls": "125.00",
        "Storage": "2.33",
        "Project": "250.00",
        "Discount": "-11.37",
        "Tax": "88.53",
    }
    assert invoice.total == Decimal("554.49")


def test_part_of_a_period_is_billed_for_part_of_the_fee_and_the_minimum():
    fee = Charge("Fee", "fixed", amount=Decimal(31))
    least = Charge("Use", "minimum_fee", unit_price=Decimal(1), minimum=Decimal(62))
    invoice = rate_invoice(
        Tariff("t", "EUR", (fee, least)), {"m": Decimal(10)}, share=Decimal(10) / 31
    )
    assert [line.amount for line in invoice.lines] == [10, 20]


def test_rounding_each_band_can_differ_from_rounding_their_sum():
    # .125 and .125: two halves up are .26, their sum is .25.
    charge = Charge("c", "tiered", tiers=(tier(1, ".125"), tier(None, ".125")))
    assert bill(charge, 2) == Decimal("0.25")
    assert bill(charge, 2, Conventions(round_each="part")) == Decimal("0.26")


def test_parts_of_usage_that_do_not_add_up_are_refused():
    with pytest.raises(ValueError, match="come to 3, not to 4, so it is not clear what to bill"):
        Used(Decimal(4), buckets=(Decimal(1), Decimal(2)))
    with pytest.raises(ValueError, match="below nothing, so it has no price"):
        Used(Decimal(-1))


quantities = st.decimals(0, 10**6, places=2)


@given(charges(), quantities, quantities)
def test_no_bill_is_below_nothing_and_a_graduated_one_never_falls(charge, one, other):
    low, high = sorted((bill(charge, one), bill(charge, other)))
    assert low >= 0
    if charge.model == "tiered" and charge.maximum is None:
        assert (low, high) == tuple(bill(charge, units) for units in sorted((one, other)))


@given(tariffs(), quantities)
def test_an_invoice_is_the_sum_of_its_lines_and_a_line_of_its_parts_to_the_cent(tariff, units):
    invoice = rate_invoice(tariff, {"m": units})
    assert invoice.total == sum(line.amount for line in invoice.lines)
    cent = Decimal(1).scaleb(-tariff.conventions.decimals)
    for line in invoice.lines:
        assert line.amount == line.amount.quantize(cent)
        apart = abs(line.amount - sum((part.amount for part in line.parts), Decimal(0)))
        steps = len(line.parts) if tariff.conventions.round_each == "part" else 1
        assert apart <= steps * cent / 2


@given(tariffs(), quantities, st.decimals("0.5", "2", places=3))
def test_a_tariff_with_its_prices_unchanged_bills_the_same(tariff, units, factor):
    same = tariff.with_prices({charge.name: Decimal(1) for charge in tariff.charges})
    assert rate_invoice(same, {"m": units}).total == rate_invoice(tariff, {"m": units}).total
    back = tariff.with_prices({c.name: factor for c in tariff.charges}).with_prices(
        {c.name: 1 / factor for c in tariff.charges}
    )
    apart = rate_invoice(back, {"m": units}).total - rate_invoice(tariff, {"m": units}).total
    assert abs(apart) <= Decimal("0.01") * (2 * len(tariff.charges) + 2) * 8


@given(
    st.decimals(0, 10**5, places=2), st.decimals(0, 10**5, places=2), st.decimals(0, 9, places=4)
)
def test_splitting_a_customer_changes_flat_fees_and_bands_but_not_a_price_per_unit(a, b, price):
    # A price per unit is the same for two halves but for rounding; a graduated tariff with
    # falling prices is dearer for two halves, for each begins at the first tier again.
    plain = Charge("c", "usage", unit_price=price)
    assert abs(bill(plain, a) + bill(plain, b) - bill(plain, a + b)) <= Decimal("0.01")
    falling = Charge("c", "tiered", tiers=(tier(100, str(price)), tier(None, str(price / 2))))
    assert bill(falling, a) + bill(falling, b) >= bill(falling, a + b) - Decimal("0.01")


def test_every_model_of_the_canonical_tables_can_be_written_as_charges():
    wanted = {
        "fixed", "usage", "tiered", "per_thousand", "discount_tiers", "minimum_fee",
        "included_units", "overage",
    }  # fmt: skip
    assert wanted <= set(MODELS)


def test_a_rebate_is_taken_off_the_rounded_price_where_each_part_is_rounded():
    charge = Charge(
        "c", "discount_tiers", unit_price=Decimal("0.104"), tiers=(Tier(percent=Decimal(45)),)
    )
    # .10 less 45 % of it, .045 rounded up, is .05; in one line .0572 is .06.
    assert bill(charge, 1, Conventions(round_each="part")) == Decimal("0.05")
    assert bill(charge, 1) == Decimal("0.06")
