"""What moves leaving: which columns can be used, what each is called, and why one is not used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from models.segments import FEWEST, NOT_STATED

__all__ = ["CATEGORIES", "COVARIATES", "Covariate", "Terms", "choose_terms"]

#: A single column that tells leavers from stayers better than this knows the answer already.
SUSPICIOUS_AUC = 0.95
#: Share of the rows at either end of a column that are taken to be where the others end.
OUTERMOST = 0.01
# What is left of a column, of its variance, once the columns before it have explained it.
NOTHING_OF_ITS_OWN = 1e-8


@dataclass(frozen=True)
class Covariate:
    """How a column is spoken of.

    Attributes
    ----------
    label : str
    step : float
        The change that a hazard ratio is said for, in the column's units.
    says : str
        That change in words.
    high, low : str
        What a customer above, or below, the average is said to have.
    """

    label: str
    step: float
    says: str
    high: str
    low: str


#: Every covariate that may move leaving, by column.
COVARIATES: Mapping[str, Covariate] = MappingProxyType(
    {
        "score": Covariate("Survey score", 1.0, "one standard deviation better",
                           "High survey scores", "Low survey scores"),
        "tickets_3m": Covariate("Tickets in 3 months", 1.0, "one ticket more",
                                "Many tickets", "Few tickets"),
        "finance_tickets_3m": Covariate("Finance tickets in 3 months", 1.0, "one ticket more",
                                        "Many tickets about bills and prices",
                                        "Few tickets about bills and prices"),
        "slow_tickets_3m": Covariate("Slow tickets in 3 months", 1.0, "one slow ticket more",
                                     "Slow tickets", "No slow tickets"),
        "late_deliveries_6m": Covariate("Late deliveries in 6 months", 1.0,
                                        "one late delivery more",
                                        "Late deliveries", "No late deliveries"),
        "disputes_6m": Covariate("Disputes in 6 months", 1.0, "one dispute more",
                                 "Many disputes", "Few disputes"),
        "days_late": Covariate("Usual days late", 10.0, "ten days later",
                               "Usually pays late", "Usually pays early"),
        "later_than_usual": Covariate("Later than usual, 3 months", 10.0, "ten days later",
                                      "Pays later than it used to",
                                      "Pays earlier than it used to"),
        "firm_reminders_3m": Covariate("Firm reminders in 3 months", 1.0, "one reminder more",
                                       "Firm reminders", "No firm reminders"),
        "price_rise_6m": Covariate("Price rise in 6 months", 0.1, "a rise of a tenth",
                                   "A price rise", "No price rise"),
        "bill_shock": Covariate("Bill above the usual", 0.5, "half above the usual",
                                "A bill above the usual", "No bill above the usual"),
        "renewal": Covariate("Renewal month", 1.0, "in the month of renewal",
                             "The contract comes up", "The contract does not come up"),
        "log_size": Covariate("Company size", 1.0, "2.7 times as many employees",
                              "A large company", "A small company"),
        "log_revenue": Covariate("Billed a month", 1.0, "2.7 times as much billed a month",
                                 "Pays more than most", "Pays less than most"),
    }
)  # fmt: skip

#: Columns of names, each of which has a coefficient of its own.
CATEGORIES: Mapping[str, str] = MappingProxyType(
    {"industry": "Industry", "billing_model": "Billing model"}
)


@dataclass(frozen=True, eq=False)
class Terms:
    """The columns used, and how a frame of customer-months becomes them.

    Attributes
    ----------
    names : tuple of str
        Of the columns; one of a category is ``category:value``.
    means : dict of str to float
        What a missing number is taken to be.
    reference : dict of str to str
        The value of each category that the others are compared with.
    left_out : dict of str to str
        Columns that are not used, each with the reason.
    bounds : dict of str to tuple of float
        Ends of numbers; what lies beyond counts as the end.
    """

    names: tuple[str, ...]
    means: Mapping[str, float] = field(default_factory=dict)
    reference: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    bounds: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def within(self, rows: pd.DataFrame) -> "Terms":
        """Return the same terms, bounded by all but the outermost hundredths of `rows`."""
        numbers = [name for name in self.names if ":" not in name]
        ends = rows[numbers].astype(float).quantile([OUTERMOST, 1 - OUTERMOST])
        # What is the same in nearly all rows is told by the few others.
        bounds = {name: tuple(ends[name]) for name in numbers if np.ptp(ends[name]) > 0}
        return replace(self, bounds=bounds)

    def columns(self, rows: pd.DataFrame) -> np.ndarray:
        """Array (row, column), with nothing missing."""
        made = np.empty((len(rows), len(self.names)))
        codes = {name: pd.factorize(named(rows[name])) for name in self.reference}
        for place, name in enumerate(self.names):
            category, of, value = name.partition(":")
            if of:
                code, values = codes[category]
                made[:, place] = code == values.get_indexer([value])[0]
            else:
                values = pd.to_numeric(rows[name]).to_numpy(dtype=float)
                values = np.where(np.isnan(values), self.means[name], values)
                made[:, place] = np.clip(values, *self.bounds.get(name, (None, None)))
        return made


def choose_terms(
    rows: pd.DataFrame, event: np.ndarray, *, covariates: Sequence[str] | None = None
) -> Terms:
    """Find which columns can be used, and why each other one cannot.

    Left out are columns without a value, or with one only; columns that others add up to; and
    columns that by themselves tell nearly all leavers: what looks that perfect was usually
    recorded because the customer was leaving.

    Parameters
    ----------
    rows : DataFrame
        Customer-months, with ``customer_id``.
    event : ndarray of bool
        Whether the customer left in the month.
    covariates : sequence of str, optional
        Columns of numbers to look at; by default those of `COVARIATES` that there are.

    Examples
    --------
    >>> rows = pd.DataFrame(
    ...     {
    ...         "customer_id": list("ABCDEF"),
    ...         "score": [1, 2, 3, 4, 5, 6.0],
    ...         "asked_to_leave": [0, 0, 0, 1, 1, 1.0],
    ...     }
    ... )
    >>> left = np.array([True, False, False, True, True, True]) & (rows.asked_to_leave == 1)
    >>> terms = choose_terms(rows, left.to_numpy(), covariates=["score", "asked_to_leave"])
    >>> terms.names, terms.left_out["asked_to_leave"][:48]
    ((), 'tells leavers from stayers almost perfectly alon')
    """
    wanted = [name for name in COVARIATES if name in rows] if covariates is None else covariates
    means, left_out, columns = {}, {}, {}
    for name in wanted:
        values = pd.to_numeric(rows[name]).to_numpy(dtype=float)
        known = ~np.isnan(values)
        if not known.any():
            left_out[name] = "has no value: the table it comes from was not loaded"
            continue
        means[name] = float(values[known].mean())
        columns[name] = np.where(known, values, means[name])
    reference = {}
    for category in CATEGORIES:
        if category not in rows:
            continue
        code, values = pd.factorize(named(rows[category]), sort=True)
        who, people = pd.factorize(rows["customer_id"])
        pairs = np.unique(code * len(people) + who) // max(len(people), 1)
        sizes = np.bincount(pairs, minlength=len(values))
        if len(sizes) < 2:
            continue
        reference[category] = str(values[np.argmax(sizes)])
        # Too few customers for a coefficient of their own count as the reference; and so does
        # what is not stated, which says something of the books and not of the customer.
        columns |= {
            f"{category}:{value}": (code == k).astype(float)
            for k, value in enumerate(values)
            if sizes[k] >= FEWEST and value not in (reference[category], NOT_STATED)
        }
    usable = {}
    for name, column in columns.items():
        if np.ptp(column) == 0:
            left_out[name] = "has the same value in every month"
        elif name in means and (auc := telling(column, event)) > SUSPICIOUS_AUC:
            left_out[name] = (
                f"tells leavers from stayers almost perfectly alone (AUC {auc:.2f}, above "
                f"{SUSPICIOUS_AUC}): what looks so good was mostly recorded because the customer "
                "was leaving. Check from when its values are known"
            )
        else:
            usable[name] = column
    kept = on_their_own(usable)
    said = "says nothing that the columns before it do not say together"
    left_out |= {name: said for name in usable if name not in kept}
    return Terms(tuple(kept), means, reference, left_out)


def on_their_own(columns: Mapping[str, np.ndarray]) -> list[str]:
    """Names of columns that those kept before them do not add up to."""
    if not columns:
        return []
    alike = np.corrcoef(np.stack(list(columns.values())))
    alike = np.atleast_2d(alike)
    kept: list[int] = []
    for place in range(len(columns)):
        own = alike[place, kept]
        explained = own @ np.linalg.solve(alike[np.ix_(kept, kept)], own) if kept else 0.0
        if 1 - explained > NOTHING_OF_ITS_OWN:
            kept.append(place)
    names = list(columns)
    return [names[place] for place in kept]


def named(values: pd.Series) -> pd.Series:
    return values.astype(object).fillna(NOT_STATED)


def telling(column: np.ndarray, event: np.ndarray) -> float:
    """Area under the curve: how often one who left is on the same side of one who stayed."""
    n, n_all = int(event.sum()), len(event)
    if n in (0, n_all):
        return 0.5
    ranks = rankdata(column)
    auc = float((ranks[event].sum() - n * (n + 1) / 2) / (n * (n_all - n)))
    return max(auc, 1 - auc)
