"""What speaks for each cause of a late invoice, as numbers that a model can weigh."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

__all__ = ["CAUSES", "Neighbours", "neighbour_evidence", "own_evidence"]

#: Why an invoice is late, in the words of `late_reason`.
CAUSES = ("dissatisfied", "cash", "process", "habit")

#: Signals at issue that are weighed, see `warehouse.late_signals`.
FROM_ISSUE = ("score_recent", "score_change", "tickets_quarter", "finance_tickets_quarter",
              "late_deliveries_quarter", "disputes_half_year", "n_overdue_then",
              "reminders_half_year", "part_payments_year", "late_share_before",
              "days_late_before", "rhythm_change", "first_invoice", "month_end", "terms",
              "log_amount", "amount_to_usual")  # fmt: skip
#: Invoices due within so many days of each other are of one time.
NEAR_DAYS = 120
#: Days late at which the weight of a further day may change.
BENDS = (15, 25, 40, 60)
#: Invoices of the average customer that a customer's own are counted beside.
PRIOR = 2.0


class Neighbours:
    """Sums over the other invoices of the same customer: all of them, or those due near by."""

    def __init__(self, customer: pd.Series, due: pd.Series) -> None:
        codes = pd.factorize(customer)[0].astype(np.int64)
        day = due.to_numpy().astype("datetime64[D]").astype(np.int64)
        # One running number in which customers never touch.
        key = codes * 1_000_000 + day
        self.order = np.argsort(key, kind="stable")
        self.codes, self.place = codes, np.empty(len(key), dtype=np.int64)
        self.place[self.order] = np.arange(len(key))
        ordered = key[self.order]
        self.first = np.searchsorted(ordered, key - NEAR_DAYS, side="left")
        self.last = np.searchsorted(ordered, key + NEAR_DAYS, side="right")

    def all(self, values: np.ndarray) -> np.ndarray:
        """Sum over the customer's other invoices."""
        return np.bincount(self.codes, values)[self.codes] - values

    def near(self, values: np.ndarray) -> np.ndarray:
        """Sum over those due within `NEAR_DAYS` days of it."""
        running = np.concatenate([[0.0], np.cumsum(values[self.order])])
        return running[self.last] - running[self.first] - values


def own_evidence(
    rows: pd.DataFrame, short: float, kinds: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """What the invoice itself and the day of its issue tell.

    How late it is speaks only once it is settled or as far as it has come: an open invoice is at
    least so late, one not yet due says nothing by that. `short` is how late an invoice may be
    before anybody notes a cause; there a dispute speaks for itself. `kinds` are the values of
    each column of names.
    """
    days = np.log(rows["days_late"].to_numpy(dtype=float).clip(1))
    is_open = (rows["outcome"] == "open").to_numpy()
    waiting = is_open & (rows["days_late"].to_numpy(dtype=float) <= 0)
    dispute = rows["dispute"].to_numpy(dtype=object)
    theirs, ours = dispute == "theirs", dispute == "ours"
    share = rows["disputed_share"].to_numpy(dtype=float)
    settled = np.where(is_open, 0.0, days)
    soon = ~is_open & (rows["days_late"].to_numpy(dtype=float) <= short)
    made = {
        "log_days_late": settled,
        # Causes differ in how late they make an invoice: bends let each have its own range.
        **{f"log_days_late_{k}": np.maximum(settled - np.log(k), 0.0) for k in BENDS},
        "log_days_so_far": np.where(is_open, days, 0.0),
        "log_days_so_far_squared": np.where(is_open, days**2, 0.0),
        "disputed_soon_theirs": soon & theirs,
        "disputed_soon_ours": soon & ours,
        "open": is_open,
        "waiting": waiting,
        "in_part": rows["in_part"].to_numpy(dtype=float) > 0,
        "disputed_theirs": theirs,
        "disputed_ours": ours,
        "disputed_other": dispute == "other",
        "disputed_part": theirs * (share < 0.95),
        "upheld": rows["upheld"].to_numpy(dtype=float),
    }
    for name in FROM_ISSUE:
        column = rows[name].to_numpy(dtype=float, na_value=np.nan)
        lacks = np.isnan(column)
        usual = np.nanmean(column) if not lacks.all() else 0.0
        made[name] = np.where(lacks, usual, column)
        made[f"{name}_not_known"] = lacks
    for kind, values in kinds.items():
        for value in values:
            made[f"{kind}_{value}"] = (rows[kind] == value).to_numpy()
    return pd.DataFrame({name: np.asarray(values, dtype=float) for name, values in made.items()})


def neighbour_evidence(
    rows: pd.DataFrame, near: Neighbours, chances: np.ndarray, known: np.ndarray
) -> pd.DataFrame:
    """What the customer's other late invoices tell: how late, and what was behind them.

    Parameters
    ----------
    rows : DataFrame
        As `own_evidence` takes them.
    near : Neighbours
        Of these rows.
    chances : ndarray of shape (n, 4)
        What is thought of each invoice's cause: a note, or a first guess.
    known : ndarray
        How much each invoice's entry in `chances` counts, 0 to 1.
    """
    settled = (rows["outcome"] != "open").to_numpy()
    days = np.log(rows["days_late"].to_numpy(dtype=float).clip(1)) * settled
    usual = days[settled].mean() if settled.any() else 0.0
    made = {}
    for name, add in (("all", near.all), ("near", near.near)):
        n = add(settled.astype(float))
        made[f"n_{name}"] = np.log1p(n)
        mean = (add(days) + PRIOR * usual) / (n + PRIOR)
        made[f"log_days_late_{name}"] = mean
        square = (add(days**2) + PRIOR * (days[settled] ** 2).mean()) / (n + PRIOR)
        made[f"spread_{name}"] = np.sqrt((square - mean**2).clip(1e-6))
        weight = add(known)
        prior = (chances * known[:, None]).sum(axis=0) / known.sum()
        for place, cause in enumerate(CAUSES):
            said = add(chances[:, place] * known)
            made[f"{cause}_{name}"] = np.log(
                (said + PRIOR * prior[place] + 1e-3) / (weight + PRIOR)
            )
    return pd.DataFrame(made)
