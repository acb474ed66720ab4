"""A tariff in the page: where it starts from, its prices in a table, and its place in the link."""

import base64
import zlib
from dataclasses import replace
from decimal import Decimal, InvalidOperation

import pandas as pd
import streamlit as st

from models.charge import TIER_PRICES, Charge, Tier
from models.price_curve import Cliff
from models.pricing import PriceBase
from models.rating import Tariff, read_tariff, tariff_text
from ui.text import count, escape
from ui.url_state import choose, current, set_value

__all__ = ["cliff_sentence", "edit_tariff", "packed", "unpacked"]

STATE = "tariff_editor"
MOST_BYTES = 200_000
#: What a tier's prices are called in the table.
COLUMNS = {
    "up_to": "Up to units",
    "unit_price": "Price a unit",
    "flat_fee": "Fee of the tier",
    "percent": "Percent",
    "package_price": "Price of a package",
    "package_size": "Units in a package",
    "maximum": "At most",
}
#: Prices of a charge that are a number each.
NUMBERS = {
    "amount": "Amount a month",
    "unit_price": "Price a unit",
    "package_price": "Price of a package",
    "package_size": "Units in a package",
    "included_units": "Included units",
    "minimum": "Minimum",
    "maximum": "Maximum",
    "commitment": "Commitment",
    "percent": "Percent",
}


def packed(tariff: Tariff) -> str:
    """A tariff as one word of a link."""
    squeezed = zlib.compress(tariff_text(tariff).encode(), 9)
    return base64.urlsafe_b64encode(squeezed).decode().rstrip("=")


def unpacked(word: str) -> Tariff:
    """The tariff of a word; anything else is a `ValueError` in the visitor's words."""
    try:
        squeezed = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))
        unpacking = zlib.decompressobj()
        text = unpacking.decompress(squeezed, MOST_BYTES).decode()
    except (ValueError, zlib.error) as error:
        raise ValueError("it holds no tariff") from error
    # Half a text may be another tariff, and one that is cut short was not meant.
    if not unpacking.eof:
        raise ValueError("it holds no whole tariff")
    try:
        return read_tariff(text)
    except ValueError as error:
        # What a link says is printed as data.
        raise ValueError(escape(error, longest=300)) from error


def edit_tariff(base: PriceBase) -> tuple[str, Tariff, Tariff]:
    """The contract and tariff it started from, and the tariff made of it, kept in the link."""
    names = {
        row.contract_id: f"{row.name[:40]} ({row.contract_id}, "
        f"{row.billing_model.replace('_', ' ')}, {row.currency})"
        for row in base.contracts.itertuples()
        if row.timing not in ("every_invoice", "one_time")
    }
    start = choose("Start from the tariff of", "start", names, kind=st.selectbox)
    place = base.contracts.set_index("contract_id")["place"][start]
    origin = base.tariffs[place]
    linked = current("tariff", lambda w: unpacked(w[0]), lambda t: (packed(t),), origin)
    kept = st.session_state.get(STATE)
    # The table keeps what was typed into it; it begins anew with another start or another link.
    if kept is None or kept["start"] != start or packed(linked) != kept["made"]:
        fresh = origin if kept is not None and kept["start"] != start else linked
        kept = {"start": start, "base": fresh, "n": (kept or {"n": 0})["n"] + 1}
    charges = tuple(
        edited_charge(charge, f"{kept['n']}_{number}")
        for number, charge in enumerate(kept["base"].charges)
    )
    made = replace(kept["base"], charges=charges)
    st.session_state[STATE] = kept | {"made": packed(made)}
    set_value("tariff", *(() if made == origin else (packed(made),)))
    current("tariff", lambda w: unpacked(w[0]), lambda t: (packed(t),), origin)
    return start, origin, made


def edited_charge(charge: Charge, key: str) -> Charge:
    """One charge with its numbers and its tiers as typed."""
    st.markdown(f"**{escape(charge.name)}**: {charge.model.replace('_', ' ')}")
    held = {name: getattr(charge, name) for name in NUMBERS}
    shown = {name: value for name, value in held.items() if value not in (None, Decimal(0))}
    if charge.model != "per_thousand":
        shown.pop("package_size", None)
    changed = {}
    if shown:
        with st.container(horizontal=True):
            for name, value in shown.items():
                typed = st.text_input(NUMBERS[name], f"{value:f}", key=f"{key}_{name}", width=180)
                changed[name] = number(typed, NUMBERS[name])
    tiers = edited_tiers(charge, key) if charge.tiers else ()
    return replace(charge, tiers=tiers, **changed)


def edited_tiers(charge: Charge, key: str) -> tuple[Tier, ...]:
    names = ["up_to", *(n for n in TIER_PRICES[charge.model] if n != "maximum")]
    rows = [
        {COLUMNS[n]: None if (v := getattr(tier, n)) is None else f"{v:f}" for n in names}
        for tier in charge.tiers
    ]
    typed = st.data_editor(
        pd.DataFrame(rows, columns=[COLUMNS[n] for n in names], dtype=object),
        key=f"{key}_tiers",
        num_rows="dynamic",
        hide_index=True,
        column_config={
            COLUMNS[n]: st.column_config.TextColumn(
                help="Empty: open at the top" if n == "up_to" else None
            )
            for n in names
        },
    )
    tiers = []
    for _, row in typed.iterrows():
        given = {n: row[COLUMNS[n]] for n in names if not blank(row[COLUMNS[n]])}
        if given or len(typed) == 1:
            tiers.append(Tier(**{n: number(value, COLUMNS[n]) for n, value in given.items()}))
    return tuple(tiers)


def blank(value: object) -> bool:
    return value is None or pd.isna(value) or not str(value).strip()


def number(text: object, label: str) -> Decimal:
    """What was typed, exactly; a comma is read as a decimal point."""
    try:
        typed = Decimal(str(text).strip().replace(",", "."))
    except InvalidOperation:
        typed = None
    if typed is None or not typed.is_finite():
        raise ValueError(
            f"'{escape(text, longest=30)}' under '{label}' is not a number, so nothing was "
            "computed. Write it like 0.05."
        )
    return typed


def cliff_sentence(found: tuple[Cliff, ...], currency: str) -> str:
    """Where more use costs less, in words."""
    said = [
        f"{count(int(cliff.at) + 1)} units cost {cliff.after:,.2f} {currency}, less than the "
        f"{cliff.before:,.2f} of {count(int(cliff.at))}"
        + (f"; only {count(int(cliff.until))} cost as much again" if cliff.until else "")
        for cliff in found
    ]
    return "More use costs less here: " + ". ".join(said) + "."
