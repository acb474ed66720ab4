"""Tariffs of contracts whose tariff is not in the books, from what else the books say."""

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal

import numpy as np
import pandas as pd

from models.charge import Charge
from models.tariff import Tariff

__all__ = ["guess_tariffs"]

#: Models with one price a unit, which lines of use can tell.
ONE_PRICE = ("usage", "customer_specific", "consolidated", "per_thousand")
FEWEST_LINES = 3
MOST_DECIMALS = 6
HALF_CENT = Decimal("0.005")


def guess_tariffs(
    contracts: pd.DataFrame, changes: pd.DataFrame, lines: pd.DataFrame, *, first: int
) -> tuple[pd.DataFrame, list[Tariff]]:
    """Tariffs from the monthly value of fees and from the lines of use with one price.

    A price is told where at least three lines of a version agree on one: it is the number with
    the fewest decimals that reproduces them all. Everything else stays without a tariff.

    Parameters
    ----------
    first : int
        Place of the first tariff found.

    Returns
    -------
    versions : DataFrame
        ``contract_id``, ``valid_from``, ``place`` and ``source``.
    tariffs : list of Tariff
    """
    rows, tariffs = [], []
    by_contract = dict(tuple(lines.groupby("contract_id"))) if len(contracts) else {}
    changed = dict(tuple(changes.sort_values("effective_on").groupby("contract_id")))
    none = lines.iloc[:0]
    for contract in contracts.itertuples():
        own = by_contract.get(contract.contract_id, none)
        steps = values_of(contract, changed.get(contract.contract_id))
        for number, (begins, value) in enumerate(steps):
            ends = steps[number + 1][0] if number + 1 < len(steps) else None
            inside = own["period"] >= begins
            if ends is not None:
                inside &= own["period"] < ends
            charges = tuple(charges_of(contract, value, own[inside]))
            if charges:
                name, off = f"Found for {contract.contract_id}", discount_of(own)
                tariffs.append(
                    Tariff(name, contract.currency, charges, discount_percent=off or Decimal(0))
                )
                source = "value" if all(not charge.metered for charge in charges) else "lines"
                rows.append((contract.contract_id, begins, first + len(tariffs) - 1, source))
    columns = ["contract_id", "valid_from", "place", "source"]
    versions = pd.DataFrame(rows, columns=columns)
    return versions.astype({"place": int, "valid_from": "datetime64[ns]"}), tariffs


def values_of(contract: tuple, changes: pd.DataFrame | None) -> list[tuple[pd.Timestamp, float]]:
    """Monthly values of a contract with the day each begins."""
    began = pd.Timestamp(contract.started_on).replace(day=1)
    if changes is None or changes.empty:
        return [(began, contract.monthly_value)]
    before = [(began, float(changes["old_monthly_value"].iloc[0]))]
    dates = pd.to_datetime(changes["effective_on"])
    return before + list(zip(dates, changes["new_monthly_value"].astype(float), strict=True))


def charges_of(contract: tuple, value: float | None, lines: pd.DataFrame) -> Iterator[Charge]:
    model, timing = contract.billing_model, contract.billing_timing
    if model not in ("fixed", *ONE_PRICE):
        return
    fees = lines[lines["charge"] == "fixed"]
    whole = fees["amount"][fees["quantity"] == 1]
    # What was billed says more than a monthly value that may have been changed later.
    fee = float(whole.mode().iloc[0]) if len(whole) else value if model == "fixed" else None
    if fee is not None and not np.isnan(fee):
        yield Charge("Fee", "fixed", timing=timing, amount=Decimal(str(round(fee, 2))))
    if model == "fixed":
        return
    used = lines[lines["charge"].notna() & (lines["charge"] != "fixed") & (lines["quantity"] > 0)]
    if len(used) < FEWEST_LINES:
        return
    units = used["quantity"].to_numpy(float)
    if model == "per_thousand":
        units = np.ceil(units / 1000)
    price = price_of(units, used["amount"].to_numpy(float))
    if price is None:
        return
    if model == "per_thousand":
        yield Charge("Usage", "per_thousand", package_price=price)
    else:
        yield Charge("Usage", "usage", unit_price=price)


def discount_of(lines: pd.DataFrame) -> Decimal | None:
    """The percentage that all discount lines of a contract are of the others on their invoices."""
    taken = lines["charge"].isna() & (lines["amount"] < 0)
    off = -lines["amount"].where(taken).groupby(lines["invoice_id"]).sum(min_count=1)
    base = lines["amount"].where(lines["charge"].notna()).groupby(lines["invoice_id"]).sum()
    found = off.notna() & (base > 0)
    if found.sum() < FEWEST_LINES:
        return None
    return price_of(base[found].to_numpy() / 100, off[found].to_numpy())


def price_of(units: np.ndarray, amounts: np.ndarray) -> Decimal | None:
    """The price with the fewest decimals that reproduces every amount to the cent.

    >>> str(price_of(np.array([100.0, 333.0]), np.array([1.25, 4.16])))
    '0.0125'
    """
    low = high = None
    for unit, amount in zip(units, amounts, strict=True):
        unit, amount = Decimal(str(round(unit, 8))), Decimal(str(round(amount, 2)))
        # Half a cent goes up, so the end above is not in it.
        below, above = (amount - HALF_CENT) / unit, (amount + HALF_CENT) / unit
        low = below if low is None else max(low, below)
        high = above if high is None else min(high, above)
    if low is None or low >= high:
        return None
    for decimals in range(MOST_DECIMALS + 1):
        price = low.quantize(Decimal(1).scaleb(-decimals), ROUND_CEILING)
        if price < high:
            return max(price, Decimal(0))
    return None
