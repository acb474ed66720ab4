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


def test_a_text_that_grows_when_it_is_read_is_refused_at_once():
    laughs = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    laughs += [f"a{k}: &a{k} [{', '.join([f'*a{k - 1}'] * 10)}]" for k in range(1, 9)]
    with pytest.raises(ValueError, match="repeats parts of itself"):
        read_tariff("\n".join(laughs))


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
        (CALLS.replace("0.05", ".nan"), "unit_price nan, which is not a number"),
        (CALLS.replace("0.05", "sNaN"), "unit_price 'sNaN', which is not a number"),
        (CALLS.replace("1000", ".nan"), "up_to nan, which is not a number"),
        (CALLS + "minimum: .inf", "minimum inf, which is not a number"),
        (CALLS.replace("0.05", "1e999999"), "beyond all numbers"),
        (CALLS.replace("0.05", "1e-999999"), "beyond all numbers"),
        (CALLS.replace("1000", "-5"), "up_to -5, so a bill could fall below nothing"),
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
        (CALLS.replace("tiered", "[tiered]"), "billed by '\\['tiered'\\]', so it has no price"),
        (CALLS + "name: Other", "has name twice in one place"),
        (CALLS.replace("unit_price: 0.05", "unit_price: 0.05, unit_price: 5"), "unit_price twice"),
        (CALLS + "overrides: 5", "overrides that are no list"),
        (CALLS + "valid_from: 2025-13-45", "is not YAML .* so it was not read"),
        (CALLS + "x: !!python/object/apply:os.system [ls]", "is not YAML .could not determine"),
        ("[" * 90_000, "is not YAML|lists in lists"),
        ("[" * 900 + "]" * 900, "lists in lists"),
        ("- " * 300 + "x", "lists in lists"),
        ("? [a]\n: b", "is not YAML|not a list of named values"),
        ("name: \x00", "is not YAML"),
        ("name: !!bool perhaps", "is not YAML .* so it was not read"),
        ("name: !!int ''", "is not YAML .* so it was not read"),
        ("name: !!timestamp noon", "is not YAML .* so it was not read"),
        ("x" * 10_000_000, "has 10,000,000 characters, more than any tariff"),
        ("", "not a list of named values"),
        (CALLS.replace("currency: EUR", "currency: yes"), "is in 'True'|is not text"),
    ],
)
def test_a_mistake_is_named_with_what_follows_and_what_to_do(text, says):
    with pytest.raises(ValueError, match=says):
        read_tariff(text)
