"""What another tariff would bill each customer for its own usage, against its tariff of today."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache, cached_property

import numpy as np
import pandas as pd

from models.complete_prices import complete_prices, with_fees_only
from models.rating import Invoice, Tariff, rate_invoice
from models.refusal import Refusal
from models.wording import counted

__all__ = [
    "FEE_TIMINGS",
    "MONTHS",
    "SEGMENTS",
    "PriceBase",
    "PriceOutcome",
    "PriceScenario",
    "fit_price_base",
    "reprice",
    "scenario_tariffs",
]

#: Usage of so many months is billed again.
MONTHS = 12
#: Fewer customers than this are too few to be drawn from again and again.
FEWEST = 30
DRAWS = 400
CONFIDENCE = 0.95
#: What customers may be chosen by, as far as it is known of their contracts.
SEGMENTS = ("persona", "industry", "region", "size", "billing_model")
#: When fees can be billed.
FEE_TIMINGS = ("in_advance", "in_arrears")


@dataclass(frozen=True)
class PriceScenario:
    """Another tariff: which, for whom, from when, and how far a bill may rise.

    Attributes
    ----------
    name : str
    tariff : Tariff or None
        What everybody chosen would have; None leaves each with its own tariff.
    fee_change, use_change : float
        What each own tariff's fees and prices of use change by, as fractions, where `tariff` is
        None.
    who : mapping of str to tuple of str
        Column of the customers (industry, billing_model, persona, contract_id) to the values
        chosen; nothing chosen is everybody.
    starts_in : int
        Months until the new prices hold.
    grandfathered : int
        Months for which customers of today keep their prices after that.
    cap : float or None
        The most an invoice may rise by, as a fraction of what it is today.
    keep_discount : bool
        Whether each customer keeps its own discount under another tariff.
    timing : str or None
        When fees are billed: ``in_advance``, ``in_arrears``, or as today. Use is always billed
        afterwards: nobody knows it before.

    Examples
    --------
    >>> PriceScenario("Five percent", use_change=0.05).says
    'own tariffs, use +5.0 %'
    """

    name: str
    tariff: Tariff | None = None
    fee_change: float = 0.0
    use_change: float = 0.0
    who: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    starts_in: int = 0
    grandfathered: int = 0
    cap: float | None = None
    keep_discount: bool = True
    timing: str | None = None

    def __post_init__(self) -> None:
        if min(self.fee_change, self.use_change) < -1:
            raise ValueError(
                f"The scenario '{self.name}' takes more than all of a price away, so customers "
                "would be paid. Lower prices by at most 100 %."
            )
        if self.starts_in < 0 or self.grandfathered < 0 or (self.cap is not None and self.cap < 0):
            raise ValueError(
                f"The scenario '{self.name}' starts in {self.starts_in} months, with "
                f"{self.grandfathered} at the old price and a cap of {self.cap}: none of these can "
                "be below 0. Correct them."
            )
        if self.timing not in (None, *FEE_TIMINGS):
            raise ValueError(
                f"The scenario '{self.name}' bills fees '{self.timing}', which is no time to bill "
                f"them. Choose from {', '.join(FEE_TIMINGS)}, or leave it as it is."
            )

    @property
    def begins(self) -> int:
        """Months until the new prices reach customers of today.

        >>> PriceScenario("Late", use_change=0.05, starts_in=2, grandfathered=3).begins
        5
        """
        return self.starts_in + self.grandfathered

    @property
    def says(self) -> str:
        """The scenario in a few words, for a table and a slide's footnote."""
        if self.tariff is not None:
            said = [f"tariff '{self.tariff.name}'"]
        else:
            said = ["own tariffs"]
            said += [f"fees {self.fee_change:+z.1%}".replace("%", " %")] if self.fee_change else []
            said += [f"use {self.use_change:+z.1%}".replace("%", " %")] if self.use_change else []
        said += [f"{name.replace('_', ' ')}: {', '.join(v)}" for name, v in self.who.items() if v]
        said += [f"in {counted(self.starts_in, 'month')}"] if self.starts_in else []
        kept = counted(self.grandfathered, "month")
        said += [f"old price kept {kept}"] if self.grandfathered else []
        said += [f"fees billed {self.timing.replace('_', ' ')}"] if self.timing else []
        said += [f"no invoice up by more than {self.cap:.0%}"] if self.cap is not None else []
        return ", ".join(said)


@dataclass(frozen=True, eq=False)
class PriceBase:
    """The last twelve months of every contract at its tariff of today.

    Attributes
    ----------
    rows : DataFrame
        One a contract and month: ``contract_id``, ``customer_id``, ``month`` (0 to 11), ``share``
        (part of the month), ``quantity`` (units), ``cost`` and ``old`` (what the tariff of today
        bills, all lines together), in the contract's currency; ``rate`` into the reporting one.
    contracts : DataFrame
        ``contract_id``, ``customer_id``, ``name``, ``currency``, ``place`` (in `tariffs`),
        ``terms``, ``timing`` and the columns of `SEGMENTS` that are known.
    tariffs : list of Tariff
    n_left_out : int
        Contracts without a tariff in the books.
    """

    rows: pd.DataFrame
    contracts: pd.DataFrame
    tariffs: list[Tariff]
    as_of: dt.date
    n_left_out: int

    @property
    def n(self) -> int:
        return self.rows["customer_id"].nunique()

    @cached_property
    def fees(self) -> np.ndarray:
        """What of each row's bill of today is fees, discounts taken off."""
        place = self.rows["contract_id"].map(self.contracts.set_index("contract_id")["place"])
        free = [with_fees_only(tariff) for tariff in self.tariffs]
        return complete_prices(self.rows, free, place.to_numpy(int))

    def invoice(self, contract_id: str, month: int, tariff: Tariff) -> Invoice:
        """The invoice of one contract and month under a tariff, every line explained."""
        chosen = (self.rows["contract_id"] == contract_id) & (self.rows["month"] == month)
        row = self.rows[chosen].iloc[0]
        return rate_invoice(
            tariff,
            {"use": Decimal(str(row["quantity"]))},
            customer_id=row["customer_id"],
            share=Decimal(str(row["share"])),
        )


@dataclass(frozen=True, eq=False)
class PriceOutcome:
    """A scenario on every customer: the difference of two complete prices.

    Attributes
    ----------
    scenario : PriceScenario
    customers : DataFrame
        One a customer with a tariff: ``customer_id``, ``name``, ``old``, ``new``, ``change``,
        ``cost`` (twelve months, reporting currency), ``ratio`` (new / old) and ``affected``,
        largest loser first.
    rows : DataFrame
        Those of the base with ``new``, in the contract's currency.
    tariffs : list of Tariff
        Those of the scenario.
    place : ndarray of shape (n_contracts,)
        Place in `tariffs` for each contract of the base; -1 for those it is not for.
    totals : DataFrame
        ``measure`` (revenue, margin, each today and with the scenario, and the change), ``value``,
        ``low`` and ``high`` (from customers drawn again and again; missing where too few).
    """

    scenario: PriceScenario
    customers: pd.DataFrame
    rows: pd.DataFrame
    tariffs: list[Tariff]
    place: np.ndarray
    totals: pd.DataFrame
    base: PriceBase

    def total(self, measure: str) -> pd.Series:
        """One measure with its interval."""
        return self.totals.set_index("measure").loc[measure]

    def tariff_of(self, contract_id: str) -> Tariff:
        """The tariff of one contract under the scenario: its own where it is not for it."""
        at = self.base.contracts.index[self.base.contracts["contract_id"] == contract_id][0]
        now = self.base.tariffs[self.base.contracts["place"].iloc[at]]
        return self.tariffs[self.place[at]] if self.place[at] >= 0 else now

    def fees(self, of: np.ndarray) -> np.ndarray:
        """What of the new bill is fees, for the rows where `of` holds; 0 for all others.

        No more than the bill, where a cap cuts it.
        """
        fees = np.where(of, self.base.fees, 0.0)
        of_contract = pd.Series(self.place, index=self.base.contracts["contract_id"])
        of_rows = self.rows["contract_id"].map(of_contract).to_numpy(int)
        touched = of & (of_rows >= 0)
        used, place = np.unique(of_rows[touched], return_inverse=True)
        free = [with_fees_only(self.tariffs[at]) for at in used]
        fees[touched] = complete_prices(self.rows[touched], free, place)
        return np.minimum(fees, self.rows["new"].to_numpy(float))

    @property
    def n_affected(self) -> int:
        return int(self.customers["affected"].sum())

    @property
    def n_up(self) -> int:
        return int((self.customers["change"] > 0).sum())

    @property
    def n_down(self) -> int:
        return int((self.customers["change"] < 0).sum())


def fit_price_base(
    rows: pd.DataFrame, contracts: pd.DataFrame, tariffs: Sequence[Tariff], as_of: dt.date
) -> PriceBase:
    """Bill the last twelve months at the tariffs of today.

    Parameters
    ----------
    rows : DataFrame
        ``contract_id``, ``customer_id``, ``month``, ``share``, ``quantity``, ``cost``, ``rate``.
    contracts : DataFrame
        See `PriceBase`; ``place`` is -1 without a tariff.

    Raises
    ------
    Refusal
        If no contract with a tariff was billed in these months.
    """
    left_out = int((contracts["place"] < 0).sum())
    contracts = contracts[contracts["place"] >= 0].reset_index(drop=True)
    rows = rows[rows["contract_id"].isin(contracts["contract_id"])].reset_index(drop=True)
    if rows.empty:
        raise Refusal(
            f"None of the {left_out} contracts has both a tariff in the books and an invoice in "
            "the last twelve months, so there is nothing to price again. Load `tariffs`, or books "
            "of a longer time."
        )
    place = rows["contract_id"].map(contracts.set_index("contract_id")["place"]).to_numpy(int)
    rows = rows.assign(old=complete_prices(rows, tariffs, place))
    return PriceBase(rows, contracts, list(tariffs), as_of, left_out)


def scenario_tariffs(base: PriceBase, scenario: PriceScenario) -> tuple[list[Tariff], np.ndarray]:
    """The tariff of each contract of the base under a scenario.

    Returns
    -------
    tariffs : list of Tariff
    place : ndarray of shape (n_contracts,)
        Place of each contract's tariff; -1 for contracts that are not chosen.

    Raises
    ------
    Refusal
        If customers are chosen by what is not known of them.
    """
    chosen = np.ones(len(base.contracts), dtype=bool)
    for column, values in scenario.who.items():
        if values and column not in base.contracts:
            raise Refusal(
                f"The scenario '{scenario.name}' is for customers by {column.replace('_', ' ')}, "
                "which is not known of customers here, so it is for nobody. Choose them by "
                "something else."
            )
        if values:
            chosen &= base.contracts[column].isin(values).to_numpy()
    if scenario.tariff is not None:
        chosen &= (base.contracts["currency"] == scenario.tariff.currency).to_numpy()
        # A fee that comes with every invoice stands beside a tariff; it is none of its own.
        chosen &= ~base.contracts["timing"].isin(["every_invoice", "one_time"]).to_numpy()
    own = base.contracts["place"].to_numpy(int)
    made: list[Tariff] = []
    known: dict[tuple, int] = {}
    place = np.full(len(own), -1)
    for at in np.flatnonzero(chosen):
        now = base.tariffs[own[at]]
        key = (own[at],) if scenario.tariff is None else (now.discount_percent,)
        if key not in known:
            made.append(new_tariff(now, scenario))
            known[key] = len(made) - 1
        place[at] = known[key]
    return made, place


def new_tariff(now: Tariff, scenario: PriceScenario) -> Tariff:
    """What one customer's tariff of today becomes."""
    if scenario.tariff is not None:
        kept = now.discount_percent if scenario.keep_discount else scenario.tariff.discount_percent
        return replace(scenario.tariff, discount_percent=kept)
    changes = {
        charge.name: 1
        + Decimal(str(scenario.use_change if charge.metered else scenario.fee_change))
        for charge in now.charges
    }
    return now.with_prices(changes)


def reprice(base: PriceBase, scenario: PriceScenario) -> PriceOutcome:
    """Bill the same usage under a scenario, and compare customer by customer.

    Nobody is assumed to react: what customers do about a bill is another model's.

    Raises
    ------
    Refusal
        If the scenario is for nobody.
    """
    tariffs, place = scenario_tariffs(base, scenario)
    if (place < 0).all():
        raise Refusal(
            f"No contract with a tariff is chosen by the scenario '{scenario.name}' "
            f"({scenario.says}), so nothing would change. Choose others, or a tariff in their "
            "currency."
        )
    of_contract = pd.Series(place, index=base.contracts["contract_id"])
    of_rows = base.rows["contract_id"].map(of_contract).to_numpy(int)
    touched = of_rows >= 0
    new = base.rows["old"].to_numpy(float).copy()
    new[touched] = complete_prices(base.rows[touched], tariffs, of_rows[touched])
    if scenario.cap is not None:
        most = np.floor(base.rows["old"].to_numpy() * (1 + scenario.cap) * 100 + 1e-6) / 100
        new = np.minimum(new, np.maximum(most, 0))
    rows = base.rows.assign(new=new, touched=touched)
    customers = by_customer(rows, base)
    return PriceOutcome(scenario, customers, rows, tariffs, place, totals_of(customers), base)


def by_customer(rows: pd.DataFrame, base: PriceBase) -> pd.DataFrame:
    """Twelve months of each customer in the reporting currency, the largest loser first."""
    money = rows[["old", "new", "cost"]].mul(rows["rate"], axis=0)
    sums = money.groupby(rows["customer_id"]).sum()
    sums["affected"] = rows["touched"].groupby(rows["customer_id"]).any()
    about = base.contracts.drop_duplicates("customer_id").set_index("customer_id")
    sums.insert(0, "name", about["name"])
    for column in SEGMENTS:
        if column in about:
            sums[column] = about[column]
    # Sums of floats: what is less than a hundredth of a cent is nothing.
    sums["change"] = (sums["new"] - sums["old"]).round(6) + 0.0
    sums["ratio"] = (sums["new"] / sums["old"]).where(sums["old"] > 0)
    return sums.sort_values(["change", "name"], ascending=[False, True]).reset_index()


def totals_of(customers: pd.DataFrame) -> pd.DataFrame:
    """Revenue and margin of twelve months, with intervals from drawing customers again."""
    parts = pd.DataFrame(
        {
            "revenue today": customers["old"],
            "revenue": customers["new"],
            "change": customers["change"],
            "margin today": customers["old"] - customers["cost"],
            "margin": customers["new"] - customers["cost"],
        }
    )
    values = parts.sum()
    low = high = pd.Series(np.nan, index=values.index)
    n = len(parts)
    if n >= FEWEST:
        sums = drawn_again(n) @ parts.to_numpy()
        ends = np.quantile(sums, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], axis=0)
        low, high = (pd.Series(end, index=values.index) for end in ends)
    table = pd.DataFrame({"value": values, "low": low, "high": high})
    return table.rename_axis("measure").reset_index()


@cache
def drawn_again(n: int) -> np.ndarray:
    """How often each of `n` customers is drawn in each of `DRAWS` draws of as many.

    The same for every scenario, so that two of them differ by their prices alone.
    """
    return np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), size=DRAWS).astype(float)
