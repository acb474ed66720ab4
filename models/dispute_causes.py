"""What goes before disputed invoices more often than before alike undisputed ones."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit
from scipy.stats import false_discovery_control
from scipy.stats import t as student

from models.cluster_sizes import sizes_of, too_few
from models.clusters import critical_value, few_clusters_factor
from models.refusal import Refusal
from models.segments import segment

__all__ = ["DisputeCauses", "fit_dispute_causes"]

#: Share of false alarms among what is called more or less frequent.
FALSE_DISCOVERIES = 0.05
#: Disputed and undisputed invoices a circumstance must have on either side.
FEWEST_EACH = 10
#: Events that each estimated coefficient asks for.
EVENTS_PER_COEFFICIENT = 10
#: Invoices are alike within so many bands of their amount.
AMOUNT_BANDS = 5
#: So much of all disputes is opened before an invoice is old enough to be compared.
MATURE = 0.95
STEPS, TOLERANCE = 50, 1e-9


@dataclass(frozen=True, eq=False)
class DisputeCauses:
    """Circumstances of disputed against alike undisputed invoices.

    Attributes
    ----------
    table : DataFrame
        One row a circumstance, largest odds ratio first: ``circumstance``, ``n`` (invoices
        that have it), ``n_disputed`` (of them), ``share_disputed`` and ``share_undisputed``
        (of disputed and of undisputed invoices, those that have it), ``odds_ratio``, ``low``,
        ``high``, ``p_value``, ``q_value`` and ``verdict`` (more often, less often, no difference
        seen, too few, not known).
    n, n_disputed, n_customers : int
    youngest : int
        Invoices younger than so many days are left out: they may still be disputed.
    adjusted_for : tuple of str
        What alike means.
    """

    table: pd.DataFrame
    n: int
    n_disputed: int
    n_customers: int
    youngest: int
    adjusted_for: tuple[str, ...]
    confidence: float


def fit_dispute_causes(
    invoices: pd.DataFrame,
    opened_after: pd.Series,
    *,
    circumstances: Sequence[str],
    alike: Sequence[str] = (),
    confidence: float = 0.95,
) -> DisputeCauses:
    """Contrast what went before disputed and undisputed invoices that are otherwise alike.

    One logistic regression of whether an invoice was disputed on all circumstances together,
    the bands of its amount and the columns in `alike`, with errors robust by customer; of the
    circumstances called more or less frequent at most one in twenty is so by chance [1]_.
    A circumstance known beforehand is no proof of a cause: customers who meet it often may be
    others in more than what they are alike in.

    Parameters
    ----------
    invoices : DataFrame
        ``customer_id``, ``n_disputes``, ``amount``, ``age`` (days since issue), and the columns
        named.
    opened_after : Series
        Days from issue to opening of the disputes; missing where it is not known.
    circumstances : sequence of str
        Boolean columns; one of nothing but missing values is not known.
    alike : sequence of str
        Columns of groups within which invoices are compared.

    Raises
    ------
    Refusal
        If there are too few disputes for what is compared, or too few customers.

    References
    ----------
    .. [1] Y. Benjamini, Y. Hochberg (1995). Controlling the false discovery rate.
    """
    known_days = opened_after.dropna()
    youngest = int(np.ceil(known_days.quantile(MATURE))) if len(known_days) else 0
    rows = invoices[invoices["age"] >= youngest]
    disputed = (rows["n_disputes"] > 0).to_numpy()
    table = counted(rows, disputed, circumstances)
    tested = list(table.loc[table["verdict"] == "", "circumstance"])
    groups = [name for name in alike if name in rows and rows[name].nunique() > 1]
    design = design_matrix(rows, tested, groups)
    customer = pd.factorize(rows["customer_id"])[0]
    needed = EVENTS_PER_COEFFICIENT * design.shape[1]
    events = int(min(disputed.sum(), (~disputed).sum()))
    if not tested or events < needed:
        raise Refusal(
            f"There are {int(disputed.sum()):,} disputed and {int((~disputed).sum()):,} undisputed "
            f"invoices of at least {youngest} days, and {needed:,} of each are needed to compare "
            "what went before them. Load a longer period or widen the filters."
        )
    sizes = sizes_of(np.bincount(customer))
    if too_few(float(sizes.effective)):
        raise Refusal(
            f"The invoices are of {int(sizes.n)} customers, which vary like "
            f"{float(sizes.effective):.1f} of one size: too few to tell a cause from a customer. "
            "Widen the filters."
        )
    beta, error = fit_logit(design, disputed, customer)
    at = slice(1, 1 + len(tested))
    table = judged(table, tested, beta[at], error[at], float(sizes.effective), confidence)
    return DisputeCauses(
        table, len(rows), int(disputed.sum()), int(sizes.n), youngest,
        ("amount", *groups), confidence,
    )  # fmt: skip


def counted(rows: pd.DataFrame, disputed: np.ndarray, circumstances: Sequence[str]) -> pd.DataFrame:
    """How often each circumstance went before disputed and undisputed invoices."""
    found = []
    for name in circumstances:
        known = rows[name].notna().all()
        has = rows[name].to_numpy(dtype=bool) if known else np.zeros(len(rows), dtype=bool)
        each = [(has & disputed).sum(), (has & ~disputed).sum(), (~has & disputed).sum(),
                (~has & ~disputed).sum()]  # fmt: skip
        verdict = "" if min(each) >= FEWEST_EACH else "too few"
        found.append(
            {
                "circumstance": name,
                "n": int(has.sum()) if known else 0,
                "n_disputed": int(each[0]) if known else 0,
                "share_disputed": share_of(has, disputed) if known else np.nan,
                "share_undisputed": share_of(has, ~disputed) if known else np.nan,
                "verdict": verdict if known else "not known",
            }
        )
    return pd.DataFrame(found)


def share_of(has: np.ndarray, among: np.ndarray) -> float:
    return float(has[among].mean()) if among.any() else np.nan


def design_matrix(rows: pd.DataFrame, tested: list[str], groups: list[str]) -> np.ndarray:
    """A constant, the circumstances, and an indicator of each band and group but the first."""
    columns = [np.ones(len(rows)), *(rows[name].astype(float).to_numpy() for name in tested)]
    bands = pd.qcut(rows["amount"].rank(method="first"), AMOUNT_BANDS, labels=False)
    for values in (bands, *(segment(rows, name) for name in groups)):
        codes, _ = pd.factorize(values, sort=True)
        counts = np.bincount(codes)
        # A group of a handful has no coefficient of its own, and is compared with the largest.
        own = [code for code in np.argsort(-counts)[1:] if counts[code] >= 5 * FEWEST_EACH]
        columns += [(codes == code).astype(float) for code in own]
    return np.column_stack(columns)


def fit_logit(
    design: np.ndarray, outcome: np.ndarray, customer: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients by Newton's method, and their errors robust by customer."""
    beta = np.zeros(design.shape[1])
    beta[0] = np.log(outcome.mean() / (1 - outcome.mean()))
    y = outcome.astype(float)
    for _ in range(STEPS):
        p = expit(design @ beta)
        inverse = np.linalg.pinv((design * (p * (1 - p))[:, None]).T @ design)
        step = inverse @ (design.T @ (y - p))
        beta += step
        if np.abs(step).max() < TOLERANCE:
            break
    else:
        raise Refusal(
            "What went before the invoices nearly tells who disputes, so odds cannot be "
            "estimated: a circumstance may have been recorded only on disputed invoices."
        )
    scores = (y - expit(design @ beta))[:, None] * design
    by_customer = np.column_stack([np.bincount(customer, column) for column in scores.T])
    n = len(by_customer)
    spread = inverse @ (by_customer.T @ by_customer) @ inverse * few_clusters_factor(n)
    return beta, np.sqrt(np.diag(spread))


def judged(
    table: pd.DataFrame,
    tested: Sequence[str],
    beta: np.ndarray,
    error: np.ndarray,
    effective: float,
    confidence: float,
) -> pd.DataFrame:
    """Odds ratios with intervals, and what may be said of them together."""
    critical = float(critical_value(confidence, effective))
    p = 2 * student.sf(np.abs(beta / error), effective - 1)
    q = false_discovery_control(p)
    found = pd.DataFrame(
        {
            "circumstance": tested,
            "odds_ratio": np.exp(beta),
            "low": np.exp(beta - critical * error),
            "high": np.exp(beta + critical * error),
            "p_value": p,
            "q_value": q,
            "called": np.where(
                q > FALSE_DISCOVERIES, "no difference seen",
                np.where(beta > 0, "more often", "less often"),
            ),
        }
    )  # fmt: skip
    table = table.merge(found, on="circumstance", how="left")
    table["verdict"] = table["called"].fillna(table["verdict"])
    return table.drop(columns="called").sort_values(
        ["odds_ratio", "circumstance"], ascending=[False, True], ignore_index=True
    )
