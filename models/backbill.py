"""Whether tariffs in force reproduce the invoice lines that were billed, line by line."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from models.charge import Charge
from models.figures import COUNTED, Figure
from models.rating import Conventions, Tariff, read_tariff
from models.rating_arrays import rate_rows
from models.refusal import Refusal
from models.tariff_guess import guess_tariffs

__all__ = ["Backbill", "TariffBook", "fit_backbill", "read_tariffs"]

#: Why a line is not reproduced, in the words the page shows.
NO_TARIFF = "no tariff in the books for this contract"
NO_CHARGE = "the tariff has no charge for this line"
DIFFERENT = "the tariff comes to another amount"


@dataclass(frozen=True, eq=False)
class TariffBook:
    """Tariffs of contracts with the day each version begins.

    Attributes
    ----------
    versions : DataFrame
        ``contract_id``, ``valid_from`` (ascending within a contract), ``place`` in `tariffs`, and
        ``source``: ``books`` (written in them), ``value`` (the contract's monthly value),
        ``lines`` (found from the lines themselves) or ``unknown`` (with the place -1).
    tariffs : list of Tariff
    unread : dict of str to str
        Tariff id to the reason why it could not be read.
    """

    versions: pd.DataFrame
    tariffs: list[Tariff]
    unread: dict[str, str] = field(default_factory=dict)

    def current(self, day: dt.date) -> pd.DataFrame:
        """The version of each contract in force on a day."""
        begun = self.versions[self.versions["valid_from"] <= pd.Timestamp(day)]
        return begun.groupby("contract_id", sort=True).tail(1).reset_index(drop=True)


@dataclass(frozen=True, eq=False)
class Backbill:
    """Invoice lines of contracts beside what their tariffs come to.

    Attributes
    ----------
    lines : DataFrame
        The lines with ``charge_place`` and ``tariff_place``, ``rated`` (amount by the tariff,
        missing without one), ``exact``, ``reason`` (empty where exact) and ``rateable``: its
        tariff is in the books, or one found without them has a price for it.
    table : DataFrame
        ``reason`` (empty for the exact ones, which are first), ``n`` of the lines and ``share``
        of all.
    book : TariffBook
    """

    lines: pd.DataFrame
    table: pd.DataFrame
    book: TariffBook
    as_of: dt.date

    @property
    def n(self) -> int:
        return len(self.lines)

    @property
    def n_rateable(self) -> int:
        """Lines that a tariff can be held against: see ``rateable``."""
        return int(self.lines["rateable"].sum())

    @property
    def exact_share(self) -> float:
        """Of the lines that a tariff can be held against; missing where there are none."""
        return float(self.lines["exact"].sum() / self.n_rateable) if self.n_rateable else np.nan

    def figures(self) -> tuple[Figure, ...]:
        """Headline figures, in the order of the glossary."""
        id = "pricing.backbill_exact_share"
        if not self.n_rateable:
            why = (
                f"None of the {self.n:,} invoice lines has a tariff to be billed again by. Load "
                "`tariffs`, and name the tariff of each contract."
            )
            return (Figure(id, None, None, None, 0, self.as_of, why),)
        return (Figure(id, self.exact_share, None, None, self.n_rateable, self.as_of, COUNTED),)


def read_tariffs(
    tariffs: pd.DataFrame, contracts: pd.DataFrame, changes: pd.DataFrame, lines: pd.DataFrame
) -> TariffBook:
    """Tariffs of every contract as far as the books carry them.

    Written ones come first. A contract without one is read from its monthly value and its price
    changes where it is a fee, and from its own lines where they have one price a unit.

    Parameters
    ----------
    tariffs : DataFrame
        ``tariff_id``, ``valid_from``, ``definition``; may be empty.
    contracts : DataFrame
        ``contract_id``, ``product_id``, ``started_on``, ``billing_model``, ``billing_timing``,
        ``monthly_value``, ``tariff_id`` and ``currency``.
    changes : DataFrame
        ``contract_id``, ``effective_on``, ``old_monthly_value``, ``new_monthly_value``.
    lines : DataFrame
        See `fit_backbill`.
    """
    made: dict[str, int] = {}
    read: list[Tariff] = []
    unread: dict[str, str] = {}
    places = []
    for tariff_id, definition in zip(tariffs["tariff_id"], tariffs["definition"], strict=True):
        if definition not in made:
            try:
                read.append(read_tariff(definition))
            except ValueError as error:
                unread[tariff_id] = str(error)
                places.append(-1)
                continue
            made[definition] = len(read) - 1
        places.append(made[definition])
    written = tariffs.assign(place=places, source="books")
    written = written[written["place"] >= 0].drop(columns="definition")
    versions = contracts[["contract_id", "tariff_id"]].merge(written, on="tariff_id")
    versions = versions.drop(columns="tariff_id")
    missing = contracts[~contracts["contract_id"].isin(versions["contract_id"])]
    guessed, of_them = guess_tariffs(missing, changes, lines, first=len(read))
    versions["valid_from"] = pd.to_datetime(versions["valid_from"])
    both = [table for table in (versions, guessed) if len(table)] or [guessed]
    versions = pd.concat(both, ignore_index=True)
    versions = versions.sort_values(["contract_id", "valid_from"], ignore_index=True)
    return TariffBook(versions, [*read, *of_them], unread)


def fit_backbill(lines: pd.DataFrame, book: TariffBook, as_of: dt.date) -> Backbill:
    """Re-rate every line at the tariff in force when it was used, and compare to the cent.

    Parameters
    ----------
    lines : DataFrame
        Lines of invoices under contracts: ``invoice_id``, ``line_no``, ``contract_id`` (the one
        the line is of), ``period`` (first day of the month billed), ``share`` (part of it for
        which the contract ran), ``charge``, ``quantity`` and ``amount``.

    Raises
    ------
    Refusal
        If there is no line of a contract.
    """
    if lines.empty:
        raise Refusal(
            "No invoice line belongs to a contract, so there is nothing to bill again. Load "
            "`contracts` and `invoice_lines`, and name the contract of each invoice."
        )
    lines = with_versions(lines.reset_index(drop=True), book)
    lines["charge_place"] = charges_of(lines, book)
    rated = rate_lines(lines, book)
    rated = with_discounts(lines, rated, book)
    exact = np.abs(rated - lines["amount"].to_numpy(float)) < 0.5 * 10**-2
    reason = np.where(
        exact,
        "",
        np.where(
            lines["tariff_place"].lt(0), NO_TARIFF, np.where(np.isnan(rated), NO_CHARGE, DIFFERENT)
        ),
    )
    # A tariff that was found may be found in part only: what it lacks says nothing against it.
    written = np.zeros(len(book.tariffs) + 1, dtype=bool)
    written[book.versions.loc[book.versions["source"] == "books", "place"].to_numpy(int)] = True
    rateable = written[lines["tariff_place"]] | ~np.isnan(rated)
    lines = lines.assign(rated=rated, exact=exact, reason=reason, rateable=rateable)
    table = lines.groupby("reason").agg(n=("amount", "size")).reset_index()
    return Backbill(lines, table.assign(share=table["n"] / len(lines)), book, as_of)


def with_versions(lines: pd.DataFrame, book: TariffBook) -> pd.DataFrame:
    """The place of the tariff in force in the month each line bills; -1 without one."""
    versions = book.versions[["contract_id", "valid_from", "place"]].sort_values("valid_from")
    ordered = lines.assign(row=np.arange(len(lines))).sort_values("period")
    ordered["period"] = ordered["period"].astype("datetime64[ns]")
    found = pd.merge_asof(
        ordered,
        versions.assign(valid_from=versions["valid_from"].astype("datetime64[ns]")),
        left_on="period",
        right_on="valid_from",
        by="contract_id",
    )
    found = found.sort_values("row", ignore_index=True).drop(columns=["row", "valid_from"])
    # A contract's first version also holds for a month that began before it.
    first = book.versions.groupby("contract_id")["place"].first()
    place = found["place"].fillna(found["contract_id"].map(first)).fillna(-1).astype(int)
    return found.drop(columns="place").assign(tariff_place=place)


def charges_of(lines: pd.DataFrame, book: TariffBook) -> np.ndarray:
    """The place of the charge each line is of; -1 for a discount, -2 for none."""
    keys = {}
    for place, tariff in enumerate(book.tariffs):
        fixed = [i for i, charge in enumerate(tariff.charges) if not charge.metered]
        metered = [i for i, charge in enumerate(tariff.charges) if charge.metered]
        keys[place, "fixed"] = fixed[0] if len(fixed) == 1 else -2
        keys[place, "metered"] = metered[0] if len(metered) == 1 else -2
        keys[place, "discount"] = -1 if tariff.discount_percent else -2
    kind = np.where(
        lines["charge"].eq("fixed"),
        "fixed",
        np.where(lines["charge"].notna(), "metered", np.where(lines["amount"] < 0, "discount", "")),
    )
    pairs = zip(lines["tariff_place"], kind, strict=True)
    return np.array([keys.get(pair, -2) for pair in pairs], dtype=int)


def rate_lines(lines: pd.DataFrame, book: TariffBook) -> np.ndarray:
    """What each line's charge comes to; missing where there is none."""
    rated = np.full(len(lines), np.nan)
    charges: dict[Conventions, dict[tuple[int, int], int]] = defaultdict(dict)
    of_charge = lines["charge_place"].to_numpy()
    of_tariff = lines["tariff_place"].to_numpy()
    rows = np.flatnonzero((of_charge >= 0) & (of_tariff >= 0))
    which = np.empty(len(rows), dtype=int)
    how_of = np.empty(len(rows), dtype=object)
    for at, row in enumerate(rows):
        how = book.tariffs[of_tariff[row]].conventions
        known = charges[how]
        which[at] = known.setdefault((of_tariff[row], of_charge[row]), len(known))
        how_of[at] = how
    for how, known in charges.items():
        mine = np.array([held == how for held in how_of], dtype=bool)
        group = [book.tariffs[tariff].charges[charge] for tariff, charge in known]
        rated[rows[mine]] = rate_some(group, which[mine], lines.iloc[rows[mine]], how)
    return rated


def rate_some(
    charges: list[Charge], which: np.ndarray, lines: pd.DataFrame, how: Conventions
) -> np.ndarray:
    """Lines under the same conventions, in units of the currency."""
    fixed = np.array([not charge.metered for charge in charges])[which]
    quantity = lines["quantity"].to_numpy(float)
    # The quantity of a fee is the part of the month it is for; of use it is units.
    share = np.where(fixed, quantity, lines["share"].to_numpy(float))
    cents = rate_rows(charges, quantity, how, which=which, share=share)
    return cents / 10.0**how.decimals


def with_discounts(lines: pd.DataFrame, rated: np.ndarray, book: TariffBook) -> np.ndarray:
    """Discount lines: a percentage of the lines of the same invoice and contract."""
    takes = np.array(
        [
            book.tariffs[tariff].charges[charge].discountable if charge >= 0 <= tariff else False
            for tariff, charge in zip(lines["tariff_place"], lines["charge_place"], strict=True)
        ]
    )
    place = lines["tariff_place"].to_numpy()
    scale = np.array([10.0**tariff.conventions.decimals for tariff in book.tariffs] + [1.0])[place]
    even = [tariff.conventions.rounding == "half_even" for tariff in book.tariffs]
    # In whole ten-thousandths of a percent, so that halves are told exactly.
    points = [round(float(tariff.discount_percent) * 1e4) for tariff in book.tariffs]
    whole = pd.Series(np.where(takes, np.rint(rated * scale), 0.0))
    base = whole.groupby([lines["invoice_id"], lines["contract_id"]]).transform("sum")
    amount = base.to_numpy() * np.array([*points, 0])[place]
    off = np.where(
        np.array([*even, False])[place], np.rint(amount / 1e6), np.floor((amount + 5e5) / 1e6)
    )
    return np.where((lines["charge_place"] == -1).to_numpy(), -off / scale, rated)
