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
#: Models with one price and where it begins.
WITH_A_BOUND = ("minimum_fee", "included_units", "overage")
FEWEST_LINES = 3
#: Prices of as many decimals that are tried.
MOST_TRIED = 500
MOST_DECIMALS = 6
HALF_CENT = Decimal("0.005")


def guess_tariffs(
    contracts: pd.DataFrame, changes: pd.DataFrame, lines: pd.DataFrame, *, first: int
) -> tuple[pd.DataFrame, list[Tariff]]:
    """Tariffs from the monthly value of fees and from the lines of use with one price.

    A price is told where at least three lines of a version agree on one: it is the number with
    the fewest decimals that reproduces them all. A minimum is told where two bills of other use
    came to the same least amount, and included units where lines above them lie on one line.
    Everything else stays without a tariff, and so does a version of which too little was billed:
    the price before it is known not to hold.

    Parameters
    ----------
    first : int
        Place of the first tariff found.

    Returns
    -------
    versions : DataFrame
        ``contract_id``, ``valid_from``, ``place`` (-1 for a version that is not known of a
        contract of which another one is) and ``source`` (value, lines or unknown).
    tariffs : list of Tariff
    """
    rows, tariffs = [], []
    by_contract = dict(tuple(lines.groupby("contract_id"))) if len(contracts) else {}
    changed = dict(tuple(changes.sort_values("effective_on").groupby("contract_id")))
    none = lines.iloc[:0]
    for contract in contracts.itertuples():
        own = by_contract.get(contract.contract_id, none)
        steps = values_of(contract, changed.get(contract.contract_id))
        before = len(tariffs)
        unknown = []
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
            else:
                unknown.append((contract.contract_id, begins, -1, "unknown"))
        rows += unknown if len(tariffs) > before else []
    columns = ["contract_id", "valid_from", "place", "source"]
    versions = pd.DataFrame(sorted(rows), columns=columns)
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
    if model not in ("fixed", *ONE_PRICE, *WITH_A_BOUND):
        return
    fees = lines[lines["charge"] == "fixed"]
    whole = fees["amount"][fees["quantity"] == 1]
    # What was billed says more than a monthly value that may have been changed later.
    fee = float(whole.mode().iloc[0]) if len(whole) else value if model == "fixed" else None
    used = lines[lines["charge"].notna() & (lines["charge"] != "fixed") & (lines["quantity"] > 0)]
    use = charge_of_use(model, used) if model != "fixed" else None
    # Fees alone would be held against what was taken off fees and use together.
    if model in WITH_A_BOUND and use is None:
        return
    if fee is not None and not np.isnan(fee):
        yield Charge("Fee", "fixed", timing=timing, amount=Decimal(str(round(fee, 2))))
    if use is not None:
        yield use


def charge_of_use(model: str, used: pd.DataFrame) -> Charge | None:
    """The charge that reproduces every line of use; None where there is none to be told."""
    if len(used) < FEWEST_LINES:
        return None
    units, amounts = used["quantity"].to_numpy(float), used["amount"].to_numpy(float)
    if model == "minimum_fee":
        # A part of a month has a part of the minimum.
        whole = used["share"].to_numpy(float) == 1
        return charge_with_minimum(units[whole], amounts[whole])
    if model in ("included_units", "overage"):
        return charge_with_included(model, units, amounts)
    if model == "per_thousand":
        price = price_of(np.ceil(units / 1000), amounts)
        return None if price is None else Charge("Usage", "per_thousand", package_price=price)
    price = price_of(units, amounts)
    return None if price is None else Charge("Usage", "usage", unit_price=price)


def charge_with_minimum(units: np.ndarray, amounts: np.ndarray) -> Charge | None:
    """A price a unit and the least amount that bills of different use came to.

    >>> found = charge_with_minimum(
    ...     np.array([5.0, 8.0, 100.0, 200.0, 333.0]), np.array([20.0, 20.0, 25.0, 50.0, 83.25])
    ... )
    >>> str(found.unit_price), str(found.minimum)
    ('0.25', '20.0')
    """
    if len(amounts) == 0:
        return None
    least = amounts == amounts.min()
    if len(np.unique(units[least])) < 2 or (~least).sum() < FEWEST_LINES:
        return None
    price = price_of(units[~least], amounts[~least])
    if price is None or float(price) * units[least].max() > amounts.min() + float(HALF_CENT):
        return None
    minimum = Decimal(str(round(float(amounts.min()), 2)))
    return Charge("Usage", "minimum_fee", unit_price=price, minimum=minimum)


def charge_with_included(model: str, units: np.ndarray, amounts: np.ndarray) -> Charge | None:
    """A price a unit and the units before it, from lines with both on one straight line.

    >>> found = charge_with_included(
    ...     "overage", np.array([90.0, 120.0, 150.0, 180.5]), np.array([0.0, 10.0, 25.0, 40.25])
    ... )
    >>> str(found.unit_price), str(found.included_units)
    ('0.5', '100')
    """
    above = amounts > 0
    if above.sum() < FEWEST_LINES:
        return None
    q, a, cent = units[above], amounts[above], float(HALF_CENT)
    first, last = int(q.argmin()), int(q.argmax())
    apart = q[last] - q[first]
    if apart <= 0:
        return None
    low, high = (a[last] - a[first] - 2 * cent) / apart, (a[last] - a[first] + 2 * cent) / apart
    free = units[~above].max(initial=0.0)
    for decimals in range(MOST_DECIMALS + 1):
        step = 10.0**-decimals
        tried = np.arange(np.ceil(low / step), np.floor(high / step) + 1)[:MOST_TRIED] * step
        tried = tried[tried > 0][:, None]
        # Every line says between which units the free ones end.
        least = np.maximum((q - (a + cent) / tried).max(axis=1), free - cent / tried[:, 0])
        most = (q - (a - cent) / tried).min(axis=1)
        for place in np.flatnonzero(least <= most):
            included = roundest(max(float(least[place]), 0.0), float(most[place]))
            unit_price = Decimal(str(round(float(tried[place, 0]), decimals)))
            # At the ends of what is possible half a cent may go the other way.
            if included is not None and same_cents(unit_price, q - float(included), a):
                return Charge("Usage", model, unit_price=unit_price, included_units=included)
    return None


def same_cents(price: Decimal, units: np.ndarray, amounts: np.ndarray) -> bool:
    """Whether a price comes to every amount, half a cent going up.

    >>> same_cents(Decimal("0.125"), np.array([100.0, 101.0]), np.array([12.5, 12.63]))
    True
    """
    cents = np.floor(float(price) * units * 100 + 0.5 + 1e-7)
    return bool((cents == np.rint(amounts * 100)).all())


def roundest(least: float, most: float) -> Decimal | None:
    """The number with the most zeros in a range; None where it holds no whole one."""
    for size in (100_000, 10_000, 1_000, 100, 10, 1):
        found = np.ceil(least / size) * size
        if found <= most:
            return Decimal(int(found))
    return None


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
