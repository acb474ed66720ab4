"""What suits each persona if it is to bring us the same: other models at prices of equal value."""

from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import pandas as pd

from models.bill_shock import SURPRISE, shock_of
from models.billing_fit import FEWEST, BillingFit
from models.charge import Charge
from models.complete_prices import complete_prices
from models.pricing import MONTHS, PriceBase
from models.rating import Tariff
from models.refusal import Refusal

__all__ = ["EqualValue", "fit_equal_value"]

#: Models with one price, which need no tariff to take their bands from.
ONE_PRICE = {
    "fixed": Charge("Fee", "fixed", amount=Decimal(10_000)),
    "usage": Charge("Use", "usage", unit_price=Decimal(1)),
    "per_thousand": Charge("Use", "per_thousand", package_price=Decimal(1000),
                           package_size=Decimal(1000)),
}  # fmt: skip
#: Share of a persona's revenue that a model must be able to bill to be called the best.
ENOUGH = 0.8
#: Decimals of the factor that prices are multiplied by.
DECIMALS = 9


@dataclass(frozen=True, eq=False)
class EqualValue:
    """Each persona under each model and timing, at prices that bring us what it brings today.

    Attributes
    ----------
    table : DataFrame
        One row a persona, model and timing: ``persona``, ``billing_model``, ``billing_timing``,
        ``n_customers`` (whose bills could be computed), ``revenue`` (of their year today),
        ``revenue_then`` (the same but for the rounding of single invoices), ``covered`` (share of
        the persona's revenue that is), ``smooth`` with ``low`` and ``high`` (bills that go
        smoothly there; see `BillingFit`), ``own`` (of the persona, and not of all customers),
        ``dearer`` (customers whose year rises by more than a quarter), ``moved`` (share of the
        revenue that other customers would pay), ``surprises`` (bills more than a quarter above the
        six before, over the same use) and ``surprises_today``, and ``best`` (the smoothest of
        those that four fifths of the persona's revenue could be billed by).
    """

    table: pd.DataFrame

    @property
    def best(self) -> pd.DataFrame:
        """The smoothest model and timing of each persona."""
        return self.table[self.table["best"]].reset_index(drop=True)


def fit_equal_value(base: PriceBase, fit: BillingFit) -> EqualValue:
    """Bill each persona's own use under other models, at prices that bring the same.

    Within a persona, product and currency all are billed by one tariff, with each customer's own
    discount, and its prices are multiplied so that the year comes to what it comes to today. The
    bands, included units and minimums are those of the contract of that model and product whose
    year is in the middle; flat fees and single prices need none.

    Parameters
    ----------
    base : PriceBase
        With ``persona`` in its contracts.
    fit : BillingFit
        Its personas say how smoothly bills go under which model and timing.

    Raises
    ------
    Refusal
        If there is no persona with a model and timing and use to bill again.
    """
    cells = fit.of("smooth")
    if "persona" not in base.contracts or cells.empty:
        raise Refusal(
            f"There are no personas, or no model and timing with {FEWEST} customers, so none can "
            "be billed at equal value. Load a longer period, or widen the filters."
        )
    contracts = base.contracts[~base.contracts["timing"].isin(["every_invoice", "one_time"])]
    about = contracts[["contract_id", "persona", "product_id", "currency", "place"]]
    kept = base.rows.drop(columns=[n for n in about.columns[1:] if n in base.rows])
    rows = kept.merge(about, on="contract_id")
    templates = templates_of(base, contracts, rows)
    own = fit.personas.set_index(["persona", "billing_model", "billing_timing"])
    made = []
    for persona, mine in rows.groupby("persona", sort=True):
        mine = mine.reset_index(drop=True)
        # What a model bills is the same whenever it is billed.
        billed = {model: billed_alike(mine, model, templates, base)
                  for model in cells["billing_model"].unique()}  # fmt: skip
        for cell in cells.itertuples():
            if billed[cell.billing_model] is None:
                continue
            key = (persona, cell.billing_model, cell.billing_timing)
            known = key in own.index
            smooth = own.loc[key, ["smooth", "low", "high"]].tolist() if known else [
                cell.adjusted, cell.adjusted_low, cell.adjusted_high]  # fmt: skip
            made.append(
                dict(zip(own.index.names, key, strict=True))
                | compared(mine, billed[cell.billing_model])
                | dict(zip(("smooth", "low", "high"), smooth, strict=True))
                | {"own": known}
            )
    table = pd.DataFrame([row for row in made if row["n_customers"] >= FEWEST])
    if table.empty:
        raise Refusal(
            f"No persona has {FEWEST} customers whose use could be billed under another model, so "
            "nothing is said of equal value. Load a longer period, or tariffs."
        )
    able = table["smooth"].where(table["covered"] >= ENOUGH)
    table = table.assign(best=able == able.groupby(table["persona"]).transform("max"))
    return EqualValue(table.sort_values(["persona", "smooth"], ascending=[True, False],
                                        ignore_index=True))  # fmt: skip


def templates_of(
    base: PriceBase, contracts: pd.DataFrame, rows: pd.DataFrame
) -> dict[tuple[str, str, str], Tariff]:
    """For each model, product and currency the tariff of the contract in the middle."""
    year = rows.groupby("contract_id")["old"].sum()
    known = contracts.assign(year=contracts["contract_id"].map(year)).dropna(subset="year")
    known = known.sort_values(["year", "contract_id"])
    found = {}
    for key, group in known.groupby(["billing_model", "product_id", "currency"]):
        found[key] = base.tariffs[group["place"].iloc[len(group) // 2]]
    return found


def billed_alike(
    rows: pd.DataFrame,
    model: str,
    templates: dict[tuple[str, str, str], Tariff],
    base: PriceBase,
) -> np.ndarray | None:
    """New bills of each row under one model at equal value; missing where none can be made."""
    group = rows.groupby(["product_id", "currency"], sort=True).ngroup().to_numpy()
    keys = list(rows.groupby(["product_id", "currency"], sort=True).groups)
    shapes = {}
    for number, (product, currency) in enumerate(keys):
        if model in ONE_PRICE:
            shapes[number] = Tariff("Equal value", currency, (ONE_PRICE[model],))
        elif (model, product, currency) in templates:
            shapes[number] = replace(templates[model, product, currency], minimum=None)
    if not shapes:
        return None
    first = own_discounts(rows, group, shapes, base)
    old = rows["old"].to_numpy(float)
    today, then = (np.bincount(group, np.where(np.isnan(first), 0.0, amount), minlength=len(keys))
                   for amount in (old, np.nan_to_num(first)))  # fmt: skip
    times = np.where(then > 0, today / np.where(then > 0, then, 1.0), 0.0)
    dearer = {
        number: shape.with_prices(
            dict.fromkeys(
                [charge.name for charge in shape.charges],
                Decimal(str(round(float(times[number]), DECIMALS))),
            )
        )
        for number, shape in shapes.items() if then[number] > 0
    }  # fmt: skip
    return own_discounts(rows, group, dearer, base) if dearer else None


def own_discounts(
    rows: pd.DataFrame, group: np.ndarray, shapes: dict[int, Tariff], base: PriceBase
) -> np.ndarray:
    """What each row comes to under the tariff of its group, less its own discount."""
    percents = [tariff.discount_percent for tariff in base.tariffs]
    code, off = pd.factorize(np.array(percents, dtype=object)[rows["place"]])
    pairs, place = np.unique(np.stack([group, code]), axis=1, return_inverse=True)
    made = [
        replace(shapes[number], discount_percent=off[percent]) if number in shapes else None
        for number, percent in pairs.T.tolist()
    ]
    has = np.array([tariff is not None for tariff in made])[place]
    amount = np.full(len(rows), np.nan)
    amount[has] = complete_prices(rows[has], made, place[has])
    return amount


def compared(rows: pd.DataFrame, billed: np.ndarray) -> dict[str, float]:
    """What one model at equal value changes for the customers of a persona."""
    has = ~np.isnan(billed)
    rate = rows["rate"].to_numpy(float)
    frame = pd.DataFrame(
        {"customer_id": rows["customer_id"], "old": rows["old"] * rate, "new": billed * rate}
    )[has]
    year = frame.groupby("customer_id").sum()
    whole = float((rows["old"] * rate).sum())
    revenue = float(year["old"].sum())
    then = float(year["new"].sum())
    # To the last binary digit a rise of just a quarter is none.
    dearer = year["new"] > (1 + SURPRISE) * year["old"] + 1e-6
    return {
        "n_customers": len(year),
        "revenue": revenue,
        "revenue_then": then,
        "covered": revenue / whole if whole > 0 else np.nan,
        "dearer": int(dearer.sum()),
        "moved": float((year["new"] - year["old"]).abs().sum() / 2 / revenue) if revenue else 0.0,
        "surprises": surprising(rows[has], billed[has]),
        "surprises_today": surprising(rows[has], rows["old"].to_numpy(float)[has]),
    }


def surprising(rows: pd.DataFrame, amount: np.ndarray) -> float:
    """Share of bills that are a surprise by those before; see `models.bill_shock`."""
    who, people = pd.factorize(rows["contract_id"])
    wide = np.full((len(people), MONTHS), np.nan)
    wide[who, rows["month"].to_numpy(int)] = amount
    expected, _, surprise = shock_of(wide)
    known = ~np.isnan(expected) & ~np.isnan(wide)
    return float(surprise[known].mean()) if known.any() else np.nan
