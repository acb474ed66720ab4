"""Personas: groups of customers who behave alike, or the answer that there are none."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment
from sklearn.mixture import GaussianMixture

from models.behaviour import Behaviour, prepare
from models.figures import Figure
from models.persona_count import Evidence, weigh_evidence
from models.refusal import Refusal

__all__ = ["STABLE", "Personas", "fit_personas"]

#: Bootstrap Jaccard from which a cluster counts as stable (Hennig's fpc: 0.75 and more).
STABLE, PATTERN = 0.75, 0.60
#: Fewer customers than these, or than this share of them, are no persona.
SMALLEST, SMALLEST_SHARE = 30, 0.02
RESAMPLES = 20
#: So many customers tell a stable cluster from an unstable one.
RESAMPLE_ROWS = 2_000
#: Standard deviations from the average customer that are worth a word.
TELLING = 0.5
WORDS_IN_A_NAME = 2


@dataclass(frozen=True, eq=False)
class Personas:
    """Groups of customers who behave alike, or the reason why there are none.

    Attributes
    ----------
    table : DataFrame
        One row a persona, largest first: ``persona`` (suggested name), ``n``, ``share``,
        ``stability`` (bootstrap Jaccard), ``verdict`` (stable, pattern, unstable), and the
        typical value of each behaviour on its own scale.
    membership : DataFrame
        One row a customer: ``customer_id``, ``persona``, ``probability`` and, for each persona
        in the order of `table`, ``p_0``, ``p_1`` …
    distances : DataFrame
        Personas × behaviours: standard deviations from the average customer.
    evidence : Evidence
        What spoke for and against each number of personas.
    reason : str or None
        Why there are no personas; `table` then has no rows.
    n_customers, n_left_out : int
        Customers that were grouped, and those with too little behaviour to group.
    """

    table: pd.DataFrame
    membership: pd.DataFrame
    distances: pd.DataFrame
    evidence: Evidence
    behaviours: tuple[str, ...]
    n_customers: int
    n_left_out: int
    as_of: dt.date
    reason: str | None = None

    @property
    def count(self) -> int:
        """How many personas there are; 0 if the data show none."""
        return len(self.table)

    def figures(self) -> tuple[Figure, ...]:
        """Return how many personas there are; none is an answer, not a gap."""
        return (
            Figure("personas.count", float(self.count), None, None, self.n_customers, self.as_of),
        )


def fit_personas(
    customers: pd.DataFrame,
    as_of: dt.date,
    *,
    most: int = 9,
    previous: Mapping[str, Mapping[str, float]] = MappingProxyType({}),
    random_state: int = 0,
) -> Personas:
    """Group customers by how they behave, if they fall into groups at all.

    A Gaussian mixture on behaviours brought to a common scale. More than one group is
    accepted only if the Bayesian information criterion and the gap statistic both ask for
    more than one, because either alone finds groups in data that have none.

    Parameters
    ----------
    customers : DataFrame
        Rows of `warehouse.customers.customer_features`, those who left included: groups of
        survivors only would say nothing of whom to win.
    as_of : date
        Day of the rows.
    most : int, default=9
        Largest number of groups considered.
    previous : mapping, optional
        Names of an earlier run to their distances (behaviour to standard deviations): each
        new group takes the name of the earlier one it is closest to.
    random_state : int, default=0
        Seed of the starts and resamples.

    Returns
    -------
    Personas
        With `reason` and no rows where the data show no groups.

    Raises
    ------
    Refusal
        If there are too few customers, or too few behaviours, to look for groups.

    References
    ----------
    .. [1] G. Schwarz (1978). Estimating the dimension of a model.
    .. [2] R. Tibshirani, G. Walther, T. Hastie (2001). Estimating the number of clusters in a
       data set via the gap statistic.
    .. [3] C. Hennig (2007). Cluster-wise assessment of cluster stability.
    """
    behaviour = prepare(customers)
    n = len(behaviour.scores)
    if n < 5 * SMALLEST:
        raise Refusal(
            f"Only {n:,} customers have half a year of behaviour, so groups among them would be "
            f"chance. Load a longer period, or wait until there are {5 * SMALLEST} of them."
        )
    evidence = weigh_evidence(behaviour.scores.to_numpy(), most=most, random_state=random_state)
    left_out = len(customers) - n
    if evidence.count < 2:
        return none_found(behaviour, evidence, left_out, as_of)
    scores = behaviour.scores.to_numpy()
    label, chances = evidence.mixture.predict(scores), evidence.mixture.predict_proba(scores)
    sizes = np.bincount(label, minlength=evidence.count)
    if sizes.min() < max(SMALLEST, SMALLEST_SHARE * n):
        return none_found(behaviour, evidence, left_out, as_of, smallest=int(sizes.min()))
    order = np.argsort(-sizes, kind="stable")
    label, chances = np.argsort(order)[label], chances[:, order]
    stability = jaccard(scores, label, evidence, random_state)
    distances = behaviour.scores.groupby(label).mean()
    names = named(distances, previous)
    distances.index = pd.Index(names, name="persona")
    table = pd.DataFrame({"persona": names, "n": sizes[order], "share": sizes[order] / n})
    table["stability"] = stability
    table["verdict"] = [
        "stable" if s >= STABLE else "pattern" if s >= PATTERN else "unstable" for s in stability
    ]
    typical = behaviour.values.groupby(label).median().reset_index(drop=True)
    membership = pd.DataFrame(
        {
            "customer_id": behaviour.scores.index,
            "persona": np.array(names, dtype=object)[label],
            "probability": chances.max(axis=1),
            **{f"p_{k}": chances[:, k] for k in range(evidence.count)},
        }
    )
    return Personas(
        table.join(typical),
        membership,
        distances,
        evidence,
        behaviour.names,
        n,
        left_out,
        as_of,
    )


def none_found(
    behaviour: Behaviour,
    evidence: Evidence,
    left_out: int,
    as_of: dt.date,
    *,
    smallest: int | None = None,
) -> Personas:
    """The answer that these customers are one group."""
    if smallest is not None:
        why = f"the smallest of {evidence.count} groups would have {smallest:,} customers"
    elif evidence.by_bic < 2:
        why = "a single group describes the customers best (Bayesian information criterion)"
    else:
        why = (
            f"the information criterion asks for {evidence.by_bic} groups, but they are no more "
            "apart than groups cut from evenly spread customers (gap statistic)"
        )
    empty = pd.DataFrame(columns=["persona", "n", "share", "stability", "verdict"])
    membership = pd.DataFrame({"customer_id": behaviour.scores.index})
    return Personas(
        empty,
        membership.assign(persona=None, probability=np.nan),
        pd.DataFrame(columns=list(behaviour.names)),
        evidence,
        behaviour.names,
        len(behaviour.scores),
        left_out,
        as_of,
        f"There are no personas in this data: {why}. Treat the customers as one group, or cut "
        "them by industry or size.",
    )


def jaccard(
    scores: np.ndarray, label: np.ndarray, evidence: Evidence, random_state: int
) -> list[float]:
    """How much of each group comes back when customers are drawn again [3]_."""
    rng = np.random.default_rng(random_state)
    k = evidence.count
    rows = min(len(scores), RESAMPLE_ROWS)
    found = np.zeros((RESAMPLES, k))
    for draw in range(RESAMPLES):
        sample = np.unique(rng.integers(0, len(scores), rows))
        mixture = GaussianMixture(
            k,
            covariance_type=evidence.mixture.covariance_type,
            means_init=evidence.mixture.means_[rng.permutation(k)],
            reg_covar=1e-4,
            random_state=random_state,
        )
        again = mixture.fit_predict(scores[sample])
        overlap = np.zeros((k, k))
        np.add.at(overlap, (label[sample], again), 1)
        union = overlap.sum(axis=1)[:, None] + overlap.sum(axis=0)[None, :] - overlap
        found[draw] = (overlap / np.maximum(union, 1)).max(axis=1)
    return found.mean(axis=0).tolist()


def named(distances: pd.DataFrame, previous: Mapping[str, Mapping[str, float]]) -> list[str]:
    """A name for each group: the one it had before, else what sets it apart.

    Examples
    --------
    >>> far = pd.DataFrame({"Use": [2.0, -1.0], "Discount": [0.1, 0.9]})
    >>> named(far, {})
    ['High use', 'Low use, high discount']
    >>> named(far, {"Old friends": {"Use": -1.1, "Discount": 0.8}})
    ['High use', 'Old friends']
    """
    names = [suggested(row) for _, row in distances.iterrows()]
    earlier = pd.DataFrame(previous).T.reindex(columns=distances.columns).dropna()
    if len(earlier):
        gap = np.linalg.norm(distances.to_numpy()[:, None, :] - earlier.to_numpy()[None], axis=2)
        for group, old in zip(*linear_sum_assignment(gap), strict=True):
            # Further than groups are apart from the average customer, it is another group.
            if gap[group, old] < max(1.0, np.linalg.norm(distances.to_numpy()[group]) / 2):
                names[group] = str(earlier.index[old])
    return distinct(names)


def suggested(row: pd.Series) -> str:
    """What sets a group apart, in two words or the admission that nothing does."""
    telling = row[row.abs() >= TELLING].sort_values(key=np.abs, ascending=False)
    words = [
        f"{'high' if value > 0 else 'low'} {name[0].lower()}{name[1:]}"
        for name, value in telling.head(WORDS_IN_A_NAME).items()
    ]
    said = ", ".join(words) or "average in everything"
    return said[0].upper() + said[1:]


def distinct(names: Sequence[str]) -> list[str]:
    """The same names, numbered where two groups would share one."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result
