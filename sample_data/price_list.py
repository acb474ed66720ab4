"""The tariffs of the known-truth company as its billing system would export them."""

import json
from collections.abc import Iterator

import numpy as np
import pandas as pd

from sample_data.book import Calendar
from sample_data.contracts import Contracts
from sample_data.rating import BILLING_MODELS, REBATES, TIERS, band_end

__all__ = ["tariff_definitions"]


def tariff_definitions(contracts: Contracts, calendar: Calendar) -> pd.DataFrame:
    """Every version of every tariff in words a program reads: one text for each.

    Returns
    -------
    DataFrame
        ``customer`` (its number), ``valid_from`` and ``definition`` (JSON, which is YAML).
    """
    changed = np.column_stack([np.ones(len(contracts.model), bool), contracts.rise[:, 1:] > 0])
    who, month = np.nonzero(changed)
    return pd.DataFrame(
        {
            "customer": who,
            "valid_from": calendar.date(calendar.first_days[month]),
            "definition": list(definitions(contracts, who, month)),
        }
    )


def definitions(contracts: Contracts, who: np.ndarray, month: np.ndarray) -> Iterator[str]:
    for customer, begins in zip(who, month, strict=True):
        model = BILLING_MODELS[contracts.model[customer]]
        fee = int(contracts.fee[customer, begins])
        charges = []
        if fee and model != "minimum_fee":
            charges.append(
                {
                    "name": "Subscription",
                    "model": "fixed",
                    "timing": "in_advance" if contracts.advance[customer] else "in_arrears",
                    "amount": f"{fee / 100:.2f}",
                }
            )
        if model != "fixed":
            price, usual = int(contracts.price[customer, begins]), int(contracts.usual[customer])
            charges.append({"name": "Usage", **metered(model, price, fee, usual)})
        text = {
            "name": f"{model.replace('_', ' ').capitalize()} tariff",
            "currency": str(contracts.currency[customer]),
            "charges": charges,
            "discount_percent": f"{int(contracts.points[customer]) / 100:.2f}",
        }
        # Of these the invoice rounds each band or rebate, not their sum.
        if model in ("tiered", "discount_tiers"):
            text["conventions"] = {"round_each": "part"}
        yield json.dumps(text)


def metered(model: str, price: int, fee: int, usual: int) -> dict[str, object]:
    """What is billed for use: the same terms that `rating.rated` computes with."""
    unit = f"{price / 1e6:.6f}"
    if model == "tiered":
        return {"model": "tiered", "tiers": tier_terms(price, usual)}
    if model == "per_thousand":
        return {"model": model, "package_price": f"{price / 1e3:.3f}", "package_size": 1000}
    if model == "discount_tiers":
        tiers = [
            {"percent": f"{points / 100:g}"} | ({} if end is None else {"up_to": ends(end, usual)})
            for end, points in REBATES
        ]
        return {"model": model, "unit_price": unit, "tiers": tiers}
    if model == "minimum_fee":
        return {"model": model, "unit_price": unit, "minimum": f"{fee / 100:.2f}"}
    if model == "included_units":
        dearer = f"{price * 3 // 2 / 1e6:.6f}"
        return {"model": model, "unit_price": dearer, "included_units": usual * 4 // 5}
    if model == "overage":
        return {
            "model": model,
            "unit_price": f"{price * 2 / 1e6:.6f}",
            "included_units": usual * 11 // 10,
        }
    return {"model": "usage", "unit_price": unit}


def tier_terms(price: int, usual: int) -> list[dict[str, object]]:
    return [
        {"unit_price": f"{price * round(relative * 100) // 100 / 1e6:.6f}"}
        | ({} if end is None else {"up_to": ends(end, usual)})
        for end, relative in TIERS
    ]


def ends(end: float, usual: int) -> int:
    return int(band_end(end, np.array(usual)))
