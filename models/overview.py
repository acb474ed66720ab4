"""The overview's own figures: sales, margin, delivery and enquiries of each quarter."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.stats import norm

from models.cluster_sizes import FEWEST_EFFECTIVE, sizes_of, too_few
from models.decomposition import Decomposition, decompose
from models.estimates import Estimate, estimate
from models.figures import Figure, figure_of
from models.ledger import month_windows, to_date
from models.refusal import Refusal
from models.segments import FEWEST

__all__ = ["MEASURES", "Measure", "Overview", "fit_overview", "quarter_ends"]

MONTHS_IN_QUARTER = 3
#: Days after a quarter's start by which the books must have begun for it to count as whole.
DAYS_TO_BEGIN = 7


@dataclass(frozen=True)
class Measure:
    """A ratio of two sums over customers.

    Attributes
    ----------
    above, below : str
        Columns of the rows.
    per : float
        What the ratio is multiplied by.
    is_share : bool
        Whether it lies between 0 and 1.
    weighs : str
        The column by which customers weigh.
    """

    above: str
    below: str
    weighs: str
    per: float = 1.0
    is_share: bool = False
    needs: tuple[str, ...] = ()
    nothing: str = ""


MEASURES: Mapping[str, Measure] = {
    "sales_per_customer": Measure(
        "billed", "invoiced", "billed", nothing="Nobody was invoiced in the quarter"
    ),
    "gross_margin": Measure(
        "margin", "line_amount", "line_amount", needs=("line_amount",),
        nothing="No invoice of the quarter has lines",
    ),
    "on_time_delivery": Measure(
        "on_time", "promised", "promised", is_share=True, needs=("promised",),
        nothing="No order was promised for a day of the quarter",
    ),
    "billing_enquiries": Measure(
        "enquiries", "n_invoices", "n_invoices", per=1_000.0, needs=("enquiries",),
        nothing="Nobody was invoiced in the quarter",
    ),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Overview:
    """Quarters that end on the as-of date, and the ones before.

    Attributes
    ----------
    table : DataFrame
        One row a measure and whole quarter, oldest first: ``measure``, ``ends``, ``value``,
        ``low``, ``high``, ``n_customers``, ``reason``.
    changes : DataFrame
        One row a measure: ``measure``, ``change`` (since the quarter before), ``low``, ``high``,
        ``p_value``.
    months : DataFrame
        The measures in each month, oldest first, by ``ends``; counted, so without intervals.
    customers : DataFrame
        Sums of the last two quarters by customer, for `decomposed`.
    missing : dict of str to str
        Measure to why its tables are not there.
    """

    table: pd.DataFrame
    changes: pd.DataFrame
    months: pd.DataFrame
    customers: pd.DataFrame
    as_of: dt.date
    confidence: float
    missing: Mapping[str, str] = field(default_factory=dict)

    def figures(self) -> tuple[Figure, ...]:
        """Return the figures of the last quarter, refused ones with their reason."""
        made = []
        for name in MEASURES:
            row = self.course(name).iloc[-1] if name not in self.missing else None
            figure_id = f"overview.{name}"
            if row is None or np.isnan(row["value"]):
                why = self.missing[name] if row is None else row["reason"]
                n = 0 if row is None else int(row["n_customers"])
                made.append(Figure(figure_id, None, None, None, n, self.as_of, why))
                continue
            found = Estimate(row["value"], np.nan, row["low"], row["high"], row["reason"])
            n = int(row["n_customers"])
            made.append(figure_of(figure_id, found, n, self.as_of, self.confidence))
        return tuple(made)

    def course(self, measure: str) -> pd.DataFrame:
        """One measure over the quarters; see `table`."""
        return self.table[self.table["measure"] == measure].reset_index(drop=True)

    def decomposed(self, measure: str, groups: pd.Series) -> Decomposition | None:
        """What the change since the quarter before is made of; None where there is no change.

        Parameters
        ----------
        measure : str
            One of `MEASURES`.
        groups : Series
            Group by customer; who is in none is put with the others.
        """
        asked, rows = MEASURES[measure], self.customers
        if self.changes.set_index("measure")["change"].isna().get(measure, True):
            return None
        whose = rows["customer_id"].map(groups).astype(object)
        frame = pd.DataFrame({"group": whose.where(whose.notna(), NO_GROUP)})
        for when in ("before", "after"):
            frame[f"numerator_{when}"] = asked.per * rows[f"{asked.above}_{when}"]
            frame[f"denominator_{when}"] = rows[f"{asked.below}_{when}"]
        return decompose(frame, confidence=self.confidence)


#: Customers without a value of what they are cut by.
NO_GROUP = "in none"


def fit_overview(
    quarters: pd.DataFrame,
    months: pd.DataFrame,
    first_day: dt.date,
    as_of: dt.date,
    *,
    missing: Mapping[str, str] | None = None,
    confidence: float = 0.95,
) -> Overview:
    """Follow sales, margin, delivery and enquiries over the quarters up to `as_of`.

    Quarters are three months rolled back from `as_of`; one that the books do not cover as a whole
    is left out. Intervals treat customers as drawn at random, a change the same ones in both
    quarters; where a few hold most of a sum there are none.

    Parameters
    ----------
    quarters : DataFrame
        From `warehouse.overview.by_customer_and_quarter`.
    months : DataFrame
        From `warehouse.overview.by_month`.
    first_day : date
        First day the books cover.
    as_of : date
    missing : mapping, optional
        Column of the rows to why its table is not there.

    Raises
    ------
    Refusal
        If the books do not cover a whole quarter.
    """
    ends = quarter_ends(as_of, first_day)
    if not ends:
        raise Refusal(
            f"The books begin on {first_day}, less than a quarter before {as_of}, so nothing of "
            "a quarter can be said. Load a longer period, or choose a later as-of date."
        )
    absent = {
        name: missing[column]
        for name, measure in MEASURES.items()
        for column in measure.needs
        if missing and column in missing
    }
    told = [name for name in MEASURES if name not in absent]
    by_quarter = [with_ratios(quarters[quarters["quarter"] == k]) for k in range(len(ends))]
    table = pd.DataFrame(
        [
            {"measure": name, "ends": pd.Timestamp(ends[k])}
            | measured(by_quarter[k], MEASURES[name], confidence)
            for name in told
            for k in reversed(range(len(ends)))
        ]
    )
    customers = side_by_side(by_quarter)
    changes = pd.DataFrame(
        [{"measure": name} | changed(table, customers, name, confidence) for name in told]
    )
    return Overview(
        table, changes, monthly(months, told, as_of, first_day), customers, as_of, confidence,
        absent,
    )  # fmt: skip


def quarter_ends(as_of: dt.date, first_day: dt.date, *, at_most: int = 9) -> list[dt.date]:
    """Last days of the quarters rolled back from `as_of` that the books cover, newest first.

    >>> [str(day) for day in quarter_ends(dt.date(2025, 6, 30), dt.date(2025, 1, 2))]
    ['2025-06-30', '2025-03-31']
    """
    days = [to_date(day) for day in month_windows(as_of, MONTHS_IN_QUARTER * at_most)]
    days = days[::MONTHS_IN_QUARTER]
    late = dt.timedelta(days=DAYS_TO_BEGIN + 1)
    return [end for end, before in pairwise(days) if first_day <= before + late]


def with_ratios(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(
        invoiced=(rows["n_invoices"] > 0).astype(float),
        margin=rows["line_amount"] - rows["line_cost"],
    )


def measured(rows: pd.DataFrame, measure: Measure, confidence: float) -> dict[str, object]:
    """One measure of one quarter, or why there is none."""
    above, below = (rows[name].to_numpy(dtype=float) for name in (measure.above, measure.below))
    n, none = int((below != 0).sum()), {"value": np.nan, "low": np.nan, "high": np.nan}
    if n == 0 or below.sum() <= 0:
        return {**none, "n_customers": n, "reason": f"{measure.nothing}, so there is none of it."}
    if n < FEWEST:
        return {
            **none,
            "n_customers": n,
            "reason": f"It would be of {n} customers, and less than {FEWEST} are not shown. Widen "
            "the filters.",
        }
    value = above.sum() / below.sum()
    found = estimate(value, (above - value * below) / below.sum(), None, confidence,
                     share=measure.is_share)  # fmt: skip
    low, high = measure.per * found.lower, measure.per * found.upper
    reason = found.reason or why_uneven(rows[measure.weighs])
    if reason:
        low = high = np.nan
    return {"value": measure.per * value, "low": low, "high": high, "n_customers": n,
            "reason": reason}  # fmt: skip


def why_uneven(weight: pd.Series) -> str | None:
    """Why a sum that hangs on a few customers has no interval."""
    sizes = sizes_of(weight.clip(lower=0).to_numpy(dtype=float))
    if not too_few(float(sizes.effective)):
        return None
    return (
        f"One customer has {100 * sizes.largest:.0f} % of it, so all together vary like "
        f"{sizes.effective:.1f} customers of one size; below {FEWEST_EFFECTIVE} there is no "
        "interval."
    )


def side_by_side(by_quarter: list[pd.DataFrame]) -> pd.DataFrame:
    """The last quarter and the one before, one row a customer."""
    after = by_quarter[0].drop(columns="quarter").set_index("customer_id")
    if len(by_quarter) < 2:
        return after.add_suffix("_after").reset_index()
    before = by_quarter[1].drop(columns="quarter").set_index("customer_id")
    both = before.add_suffix("_before").join(after.add_suffix("_after"), how="outer")
    return both.fillna(0.0).sort_index().reset_index()


def changed(
    table: pd.DataFrame, customers: pd.DataFrame, name: str, confidence: float
) -> dict[str, float]:
    """The change since the quarter before, the same customers moving both."""
    values = table.loc[table["measure"] == name, ["value", "low"]]
    none = dict.fromkeys(("change", "low", "high", "p_value"), np.nan)
    if len(values) < 2 or values["value"].iloc[-2:].isna().any():
        return none
    measure, influence = MEASURES[name], 0.0
    for when, sign in (("before", -1), ("after", 1)):
        above, below = (
            customers[f"{column}_{when}"].to_numpy(dtype=float)
            for column in (measure.above, measure.below)
        )
        influence = influence + sign * (above - above.sum() / below.sum() * below) / below.sum()
    difference = float(values["value"].iloc[-1] - values["value"].iloc[-2])
    found = estimate(difference / measure.per, influence, None, confidence)
    if found.reason or values["low"].iloc[-2:].isna().any():
        return none | {"change": difference}
    low, high = measure.per * found.lower, measure.per * found.upper
    p_value = 2 * norm.sf(abs(found.value) / found.std_err)
    return {"change": difference, "low": low, "high": high, "p_value": float(p_value)}


def monthly(
    months: pd.DataFrame, told: list[str], as_of: dt.date, first_day: dt.date
) -> pd.DataFrame:
    """The ratios of each whole month; sales are those of all customers together."""
    n = int(months["months_ago"].max()) + 1 if len(months) else 0
    ends = [to_date(day) for day in month_windows(as_of, n)]
    rows = months.set_index("months_ago").reindex(range(n), fill_value=0.0)
    late = dt.timedelta(days=DAYS_TO_BEGIN + 1)
    whole = [k for k in range(n) if first_day <= ends[k + 1] + late]
    rows = rows.assign(margin=rows["line_amount"] - rows["line_cost"])
    found = {"ends": pd.DatetimeIndex([ends[k] for k in whole]), "sales": rows["billed"][whole]}
    for name in told:
        measure = MEASURES[name]
        if measure.below in rows:
            below = rows[measure.below].where(rows[measure.below] > 0)
            found[name] = (measure.per * rows[measure.above] / below)[whole]
    return pd.DataFrame(found).iloc[::-1].reset_index(drop=True)
