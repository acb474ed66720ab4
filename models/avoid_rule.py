"""A rule that tells customers to avoid by what is known before they are won, or none."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeClassifier

__all__ = ["EXCLUDED", "KNOWN_BEFORE", "AvoidRule", "fit_avoid_rule"]

#: What is known of a customer before it is won, and in which words.
KNOWN_BEFORE: Mapping[str, str] = MappingProxyType(
    {
        "industry": "industry",
        "acquisition_channel": "acquisition channel",
        "employees": "employees",
        "payment_terms_days": "payment terms in days",
        "billing_model": "billing model",
        "billing_timing": "billing timing",
    }
)
#: What is known too and is not used, with the reason.
EXCLUDED: Mapping[str, str] = MappingProxyType(
    {
        "name": "a name can tell who somebody is or where they come from",
        "country": "it can stand for nationality or origin",
        "region": "it can stand for nationality or origin",
        "currency": "it stands for the country",
        "parent_id": "guilt by association is not a reason",
    }
)
FOLDS, DEPTH, SMALLEST_LEAF = 5, 3, 30
#: A text with more values than this is no condition a person would read.
MOST_VALUES = 30
RESAMPLES = 1_000


@dataclass(frozen=True, eq=False)
class AvoidRule:
    """Conditions under which a lead is turned down, and what doing so would have cost and saved.

    Attributes
    ----------
    conditions : tuple of str
        Turned down if any of them holds; empty where there is no usable rule.
    reason : str or None
        Why there is none.
    saving : tuple of float
        What turning down would have saved on customers the rule had not seen, with its
        interval: losses avoided less value foregone.
    foregone : tuple of float
        Value of the good customers it would have turned down, with its interval: the cost of
        false rejections.
    n_rejected, n_rejected_good, n_losers : int
        Customers it would have turned down, those of them worth winning, and all those not.
    used : tuple of str
        Columns it may use.
    """

    conditions: tuple[str, ...]
    reason: str | None
    saving: tuple[float, float, float]
    foregone: tuple[float, float, float]
    n_rejected: int
    n_rejected_good: int
    n_losers: int
    n: int
    used: tuple[str, ...]
    confidence: float


def fit_avoid_rule(
    customers: pd.DataFrame,
    value: pd.Series,
    *,
    confidence: float = 0.95,
    random_state: int = 0,
) -> AvoidRule:
    """Look for two or three conditions that tell who to turn down before winning them.

    A shallow tree in which every customer weighs what it brings or loses, so that one good
    customer turned down is set against what the bad ones cost. It is judged on customers it
    has not seen, in five turns, and is of use only where the low end of what it would have
    saved is above nothing.

    Parameters
    ----------
    customers : DataFrame
        One row a customer with the columns of `KNOWN_BEFORE` that there are.
    value : Series
        What winning each brings, as in `models.negative_personas.NegativePersonas.customers`,
        with the index of `customers`; missing ones are left out.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> leads = pd.DataFrame({"industry": rng.choice(["Retail", "Energy"], 600)})
    >>> worth = leads["industry"].map({"Retail": -50.0, "Energy": 80.0}) + rng.normal(0, 20, 600)
    >>> fit_avoid_rule(leads, worth).conditions
    ('industry is Retail',)
    """
    known = value.notna()
    rows, worth = customers[known.to_numpy()], value[known].to_numpy(dtype=float)
    columns = coded(rows)
    x, n = columns.to_numpy(dtype=float), len(worth)
    rng = np.random.default_rng(random_state)
    fold = rng.permutation(n) % FOLDS
    rejected = np.zeros(n, dtype=bool)
    for out in range(FOLDS if columns.shape[1] and n >= FOLDS * SMALLEST_LEAF else 0):
        train = fold != out
        rejected[~train] = grown(x[train], worth[train]).predict(x[~train]).astype(bool)
    saved = np.where(rejected, -worth, 0.0)
    good = rejected & (worth > 0)
    saving = total_between(saved, rng, confidence)
    used = tuple(name for name in KNOWN_BEFORE if name in customers)
    rest = {
        "saving": saving,
        "foregone": total_between(np.where(good, worth, 0.0), rng, confidence),
        "n_rejected": int(rejected.sum()),
        "n_rejected_good": int(good.sum()),
        "n_losers": int((worth < 0).sum()),
        "n": n,
        "used": used,
        "confidence": confidence,
    }
    conditions = leaves(grown(x, worth), columns, x) if saving[1] > 0 else ()
    if conditions:
        return AvoidRule(conditions, None, **rest)
    why = "what is known before a customer is won does not tell them apart"
    if rejected.any():
        why = "on customers it had not seen, the best rule would have turned down good ones "
        why += "worth more than the losses it avoids, or as much within its error"
    return AvoidRule((), f"No usable rule: {why}.", **rest)


def coded(rows: pd.DataFrame) -> pd.DataFrame:
    """Numbers as they are, words as one column each; named as a condition says them."""
    columns = {}
    for name in KNOWN_BEFORE:
        if name not in rows or rows[name].isna().all():
            continue
        if pd.api.types.is_numeric_dtype(rows[name]):
            columns[name] = rows[name].astype(float).fillna(rows[name].median())
            continue
        words = rows[name].fillna("not stated")
        if words.nunique() <= MOST_VALUES:
            columns |= {
                f"{name}={word}": (words == word).astype(float) for word in sorted(set(words))
            }
    return pd.DataFrame(columns, index=rows.index)


def grown(x: np.ndarray, worth: np.ndarray) -> DecisionTreeClassifier:
    """A tree whose leaves reject where their customers together lose."""
    tree = DecisionTreeClassifier(max_depth=DEPTH, min_samples_leaf=SMALLEST_LEAF, random_state=0)
    return tree.fit(x, worth < 0, sample_weight=np.maximum(np.abs(worth), 1e-9))


def leaves(model: DecisionTreeClassifier, columns: pd.DataFrame, x: np.ndarray) -> tuple[str, ...]:
    """The paths to the leaves that reject, as conditions in words."""
    tree, said = model.tree_, []
    names = list(columns)

    def answers(node: int) -> set[bool]:
        left, right = tree.children_left[node], tree.children_right[node]
        if left < 0:
            return {bool(model.classes_[tree.value[node].argmax()])}
        return answers(left) | answers(right)

    def walk(node: int, path: tuple[str, ...]) -> None:
        # A split with one answer on both sides is no condition.
        if len(answers(node)) == 1:
            if True in answers(node):
                said.append(" and ".join(path) or "every customer")
            return
        left, right = tree.children_left[node], tree.children_right[node]
        low, high = in_words(names[tree.feature[node]], float(tree.threshold[node]))
        walk(left, (*path, low))
        walk(right, (*path, high))

    walk(0, ())
    return tuple(said)


def in_words(column: str, limit: float) -> tuple[str, str]:
    """What the two sides of a split say.

    >>> in_words("industry=Retail", 0.5), in_words("employees", 49.5)
    (('industry is not Retail', 'industry is Retail'), ('employees up to 49', 'employees above 49'))
    """
    name, _, word = column.partition("=")
    said = KNOWN_BEFORE[name]
    if word:
        return f"{said} is not {word}", f"{said} is {word}"
    return f"{said} up to {np.floor(limit):,.0f}", f"{said} above {np.floor(limit):,.0f}"


def total_between(
    each: np.ndarray, rng: np.random.Generator, confidence: float
) -> tuple[float, float, float]:
    """Sum over customers, and its interval by drawing customers again."""
    if not each.any():
        return 0.0, 0.0, 0.0
    tail = 50 * (1 - confidence)
    drawn = [rng.poisson(1.0, len(each)) @ each for _ in range(RESAMPLES)]
    low, high = np.percentile(drawn, [tail, 100 - tail])
    return float(each.sum()), float(low), float(high)
