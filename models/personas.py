"""Personas: groups of customers who behave alike, or the answer that there are none."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from sklearn.mixture import GaussianMixture

from models.behaviour import Behaviour, prepare
from models.figures import Figure
from models.persona_count import Evidence, weigh_evidence
from models.persona_names import KeptPersona, named
from models.refusal import Refusal

__all__ = ["CLEARLY", "STABLE", "Personas", "fit_personas", "recognised"]

#: Bootstrap Jaccard from which a cluster counts as stable (Hennig's fpc: 0.75 and more).
STABLE, PATTERN = 0.75, 0.60
#: Fewer customers than these, or than this share of them, are no persona.
SMALLEST, SMALLEST_SHARE = 30, 0.02
RESAMPLES = 20
#: So many customers tell a stable cluster from an unstable one.
RESAMPLE_ROWS = 2_000
#: So many customers show which groups there are; all are then put into the likeliest.
FIT_ROWS = 5_000
#: From this chance on a customer is clearly in its persona; below it, between two.
CLEARLY = 0.8


@dataclass(frozen=True, eq=False)
class Personas:
    """Groups of customers who behave alike, or the reason why there are none.

    Attributes
    ----------
    table : DataFrame
        One row a persona, largest first: ``persona`` (its name), ``suggested`` (the name that
        says what sets it apart), ``seen`` (as kept, drifted, new, not kept) and ``moved`` (see
        `models.persona_names.named`), ``n``, ``share``, ``stability`` (bootstrap Jaccard),
        ``verdict`` (stable, pattern, unstable), and the typical value of each behaviour on its
        own scale.
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
    n_fitted : int
        Customers the groups were found from; all others were put into the likeliest.
    gone : tuple of str
        Names that were kept for personas no longer found.
    """

    table: pd.DataFrame
    membership: pd.DataFrame
    distances: pd.DataFrame
    evidence: Evidence
    behaviours: tuple[str, ...]
    n_customers: int
    n_left_out: int
    as_of: dt.date
    n_fitted: int
    reason: str | None = None
    gone: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many personas there are; 0 if the data show none."""
        return len(self.table)

    @property
    def by_customer(self) -> pd.Series:
        """The persona of each customer that is in one, by its id."""
        return self.membership.set_index("customer_id")["persona"]

    @property
    def for_decisions(self) -> tuple[str, ...]:
        """Names of the stable ones: a group that does not come back is shown, not acted upon."""
        return tuple(self.table.loc[self.table["verdict"] == "stable", "persona"])

    def between(self) -> pd.DataFrame:
        """Customers who are not clearly in one persona, by the two they are between.

        Returns
        -------
        DataFrame
            ``persona``, ``other`` (the second likeliest), ``n`` and ``chance`` (mean chance of
            the first), most customers first.
        """
        chances = self.membership[[f"p_{k}" for k in range(self.count)]].to_numpy()
        chances = chances[chances.max(axis=1, initial=0.0) < CLEARLY]
        likeliest = np.argsort(-chances, axis=1, kind="stable")[:, :2]
        names = self.table["persona"].to_numpy()
        pairs = pd.DataFrame(
            {
                "persona": names[likeliest[:, 0]],
                "other": names[likeliest[:, 1]],
                "chance": chances.max(axis=1, initial=0.0),
            }
        )
        pairs = pairs.groupby(["persona", "other"], as_index=False).agg(
            n=("chance", "size"), chance=("chance", "mean")
        )
        return pairs.sort_values(
            ["n", "persona", "other"], ascending=[False, True, True], ignore_index=True
        )

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
    previous: Sequence[KeptPersona] = (),
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
    previous : sequence of KeptPersona, optional
        Personas of an earlier run: each new group takes the name of the one it is closest to.
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
    scores = behaviour.scores.to_numpy()
    drawn = scores
    if n > FIT_ROWS:
        rng = np.random.default_rng(random_state)
        drawn = scores[rng.choice(n, FIT_ROWS, replace=False)]
    evidence = weigh_evidence(drawn, most=most, random_state=random_state)
    left_out = len(customers) - n
    if evidence.count < 2:
        return recognised(none_found(behaviour, evidence, left_out, as_of), previous)
    chances = evidence.mixture.predict_proba(scores)
    label = chances.argmax(axis=1)
    sizes = np.bincount(label, minlength=evidence.count)
    if sizes.min() < max(SMALLEST, SMALLEST_SHARE * n):
        none = none_found(behaviour, evidence, left_out, as_of, smallest=int(sizes.min()))
        return recognised(none, previous)
    order = np.argsort(-sizes, kind="stable")
    label, chances = np.argsort(order)[label], chances[:, order]
    distances = behaviour.scores.groupby(label).mean()
    names = named(distances)
    distances.index = pd.Index(names["persona"])
    stability = jaccard(scores, label, evidence, random_state)
    table = names.assign(n=sizes[order], share=sizes[order] / n, stability=stability)
    table["verdict"] = [
        "stable" if s >= STABLE else "pattern" if s >= PATTERN else "unstable" for s in stability
    ]
    typical = behaviour.values.groupby(label).median().reset_index(drop=True)
    membership = pd.DataFrame(
        {
            "customer_id": behaviour.scores.index,
            "persona": names["persona"].to_numpy()[label],
            "probability": chances.max(axis=1),
            **{f"p_{k}": chances[:, k] for k in range(evidence.count)},
        }
    )
    found = Personas(
        table.join(typical),
        membership,
        distances,
        evidence,
        behaviour.names,
        n,
        left_out,
        as_of,
        len(drawn),
    )
    return recognised(found, previous)


def recognised(personas: Personas, kept: Sequence[KeptPersona]) -> Personas:
    """The same personas under the names they were kept under, with what is new, moved or gone.

    Parameters
    ----------
    personas : Personas
        As found, under whatever names.
    kept : sequence of KeptPersona
        Without any the names are those suggested.
    """
    names = named(personas.distances, kept)
    new = dict(zip(personas.table["persona"], names["persona"], strict=True))
    rest = personas.table.drop(columns=names.columns, errors="ignore")
    return replace(
        personas,
        table=names.join(rest.reset_index(drop=True)),
        membership=personas.membership.assign(persona=personas.membership["persona"].map(new)),
        distances=personas.distances.set_axis(pd.Index(names["persona"]), axis=0),
        gone=tuple(k.name for k in kept if k.name not in set(names["persona"])),
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
        min(len(behaviour.scores), FIT_ROWS),
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
