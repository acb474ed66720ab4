"""Tariffs as YAML: what is written is read back the same, and every mistake is named."""

import pytest
from hypothesis import given

from models.rating import read_tariff, tariff_text
from tests.models.tariffs import tariffs

CALLS = """
name: Calls
currency: EUR
charges:
- {name: Calls, model: tiered, tiers: [{up_to: 1000, unit_price: 0.10}, {unit_price: 0.05}]}
"""


@given(tariffs())
def test_a_tariff_that_is_written_is_read_back_the_same(tariff):
    assert read_tariff(tariff_text(tariff)) == tariff


def test_a_customers_own_price_and_a_conversion_are_read_back_the_same():
    tariff = read_tariff(
        CALLS
        + """
overrides:
- customer_id: C1
  valid_from: 2025-01-01
  charge: {name: Calls, model: usage, unit_price: 0.04, unit_conversion: {factor: 60}}
"""
    )
    assert tariff.overrides[0].charge.unit_conversion.factor == 60
    assert read_tariff(tariff_text(tariff)) == tariff


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name: [", "is not YAML .* so it was not read"),
        ("just words", "not a list of named values"),
        ("name: a\ncurrency: EUR", "has no list of charges"),
        (CALLS + "colour: red", "has colour, which means nothing here"),
        (CALLS.replace("EUR", "euros"), "is in 'euros', which is no currency"),
        (CALLS.replace("tiered", "auction"), "billed by 'auction', so it has no price"),
        (CALLS.replace("unit_price: 0.05", "unit_prise: 0.05"), "unit_prise, which means nothing"),
        (CALLS.replace("0.05", "cheap"), "unit_price 'cheap', which is not a number"),
        (CALLS.replace("0.05", "-0.05"), "a bill could fall below nothing"),
        (CALLS.replace("0.05", ".nan"), "a bill could fall below nothing"),
        (CALLS.replace("{unit_price: 0.05}", "{up_to: 500}"), "not above the 1000 before it"),
        (CALLS.replace("model:", "amount: 1, model:"), "billed by tiered, which has no amount"),
        (CALLS.replace("model: tiered", "model: usage"), "billed by usage, which has no tiers"),
        (
            CALLS.replace("model: tiered", "model: tiered, timing: in_advance"),
            "use is not known before",
        ),
        (CALLS + "conventions: {rounding: up}", "convention rounding is 'up'"),
        (CALLS + "overrides: [{charge: {name: Calls, model: fixed, amount: 1}}]", "no customer_id"),
        (
            CALLS + "overrides: [{customer_id: C1, charge: {name: Fee, model: fixed, amount: 1}}]",
            "customer prices for Fee, which are no charges of it",
        ),
        ("a: &x [1]\nb: *x", "repeats parts of itself"),
        (CALLS.replace("currency: EUR", "currency: yes"), "is in 'True'|is not text"),
    ],
)
def test_a_mistake_is_named_with_what_follows_and_what_to_do(text, says):
    with pytest.raises(ValueError, match=says):
        read_tariff(text)
