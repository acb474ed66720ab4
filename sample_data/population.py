"""Who the customers are: personas, what they are like, and what nobody sees about them."""

from collections.abc import Collection
from dataclasses import dataclass, fields

import numpy as np
from scipy.special import expit

from sample_data.effects import EFFECTS
from sample_data.streams import Streams

__all__ = [
    "COUNTRIES",
    "FEATURES",
    "INDUSTRIES",
    "NEGATIVE",
    "NEGATIVE_REASONS",
    "PERSONAS",
    "Population",
    "draw_population",
    "oracle_persona",
    "persona_means",
]

#: What the truth calls the personas; no table of the company holds these names.
PERSONAS = (
    "Steady operators",
    "Digital growers",
    "Framework accounts",
    "Goods buyers",
    "Costly bargain hunters",
)
#: The persona that costs more than it brings.
NEGATIVE = 4
NEGATIVE_REASONS = ("unhappy", "stops_early", "unprofitable", "disruptive")

#: Feature name to the median and the spread on the log scale (share: on the logit scale).
FEATURES = {
    "monthly_value": (2_500.0, 0.62),
    "monthly_usage": (9_000.0, 0.60),
    "orders_per_month": (0.9, 0.50),
    "units_per_order": (7.0, 0.45),
    "discount": (0.18, 0.90),
    "onboarding_cost": (1_100.0, 0.60),
    "acquisition_cost": (6_000.0, 0.60),
    "tickets_relative": (0.80, 0.55),
}
# Which way each persona leans on each feature. Only the directions count: the distances
# between the personas are made equal afterwards.
LEANINGS = np.array(
    [
        [0.3, -0.9, -0.3, -0.4, -0.9, 0.1, -0.6, -1.0],
        [-0.6, 1.8, -1.1, -0.3, -0.1, -0.9, -0.5, 0.2],
        [1.9, 0.4, 0.4, 0.6, 0.1, 1.1, 0.8, -0.1],
        [-0.5, -0.9, 1.9, 1.5, 0.2, -1.1, -0.3, -0.3],
        [-1.1, -0.4, -0.9, -1.4, 1.9, 0.8, 1.4, 1.9],
    ]
)

INDUSTRIES = ("Manufacturing", "Retail", "Healthcare", "Logistics", "Professional services")
# Rows are personas, columns industries.
INDUSTRY_MIX = np.array(
    [
        [0.30, 0.15, 0.25, 0.15, 0.15],
        [0.10, 0.25, 0.15, 0.20, 0.30],
        [0.40, 0.10, 0.20, 0.25, 0.05],
        [0.20, 0.40, 0.15, 0.20, 0.05],
        [0.15, 0.30, 0.10, 0.20, 0.25],
    ]
)
#: Country to region, currency and weight.
COUNTRIES = {
    "DE": ("DACH", "EUR", 0.30),
    "FR": ("France & Benelux", "EUR", 0.18),
    "NL": ("France & Benelux", "EUR", 0.12),
    "GB": ("UK & Ireland", "GBP", 0.22),
    "US": ("North America", "USD", 0.18),
}
CHANNELS = ("referral", "web", "partner", "field sales")
CHANNEL_MIX = np.array(
    [
        [0.40, 0.20, 0.20, 0.20],
        [0.20, 0.55, 0.15, 0.10],
        [0.15, 0.05, 0.25, 0.55],
        [0.20, 0.45, 0.25, 0.10],
        [0.05, 0.50, 0.40, 0.05],
    ]
)
TERMS = (30, 45, 60)


@dataclass(frozen=True)
class Population:
    """One array per trait, one entry per customer; `features` is customers × features.

    ``monthly_value`` to ``tickets_relative`` are the features on their own scales;
    `satisfaction_base`, `process`, `habit` and `frailty` are latent. Days count from the first
    day of the books, months from its month; both are negative before.
    """

    slot: np.ndarray
    persona: np.ndarray
    reasons: np.ndarray
    features: np.ndarray
    monthly_value: np.ndarray
    monthly_usage: np.ndarray
    orders_per_month: np.ndarray
    units_per_order: np.ndarray
    discount: np.ndarray
    onboarding_cost: np.ndarray
    acquisition_cost: np.ndarray
    tickets_relative: np.ndarray
    size: np.ndarray
    industry: np.ndarray
    country: np.ndarray
    channel: np.ndarray
    employees: np.ndarray
    terms: np.ndarray
    acquired_month: np.ndarray
    acquired_day: np.ndarray
    satisfaction_base: np.ndarray
    early_leaver: np.ndarray
    process: np.ndarray
    habit: np.ndarray
    frailty: np.ndarray
    visited: np.ndarray
    billing_day: np.ndarray

    def __len__(self) -> int:
        return len(self.slot)

    @property
    def slots(self) -> int:
        """How many to draw for, so that `slot` picks each customer's own draw in every world."""
        return int(self.slot.max()) + 1

    def take(self, chosen: np.ndarray) -> "Population":
        """Return the population of the chosen positions, in that order."""
        return Population(**{f.name: getattr(self, f.name)[chosen] for f in fields(self)})


def persona_means() -> np.ndarray:
    """Return persona means in feature units (personas × features), all equally far apart.

    The leanings are turned into the nearest regular simplex of the whitened feature space,
    so every pair of personas has the same Mahalanobis distance.

    Examples
    --------
    >>> means, root = persona_means(), np.linalg.cholesky(within_covariance())
    >>> white = np.linalg.solve(root, means.T).T
    >>> round(float(np.linalg.norm(white[0] - white[3])), 9)
    5.0
    """
    root = np.linalg.cholesky(within_covariance())
    n = len(PERSONAS)
    vertices = (np.eye(n) - 1 / n) * EFFECTS.persona_separation / np.sqrt(2)
    leanings = np.linalg.solve(root, LEANINGS.T).T
    # Procrustes: the rotation of the simplex that comes closest to the leanings.
    left, _, right = np.linalg.svd(vertices.T @ leanings, full_matrices=False)
    return (vertices @ left @ right) @ root.T


def within_covariance() -> np.ndarray:
    n = len(FEATURES)
    return np.full((n, n), EFFECTS.within_correlation) + np.eye(n) * (
        1 - EFFECTS.within_correlation
    )


def oracle_persona(features: np.ndarray) -> np.ndarray:
    """Return the most probable persona of each customer, knowing how they were made.

    Parameters
    ----------
    features : ndarray of shape (n_customers, n_features)
        Features on the scale on which they were drawn (`Population.features`).

    Returns
    -------
    ndarray of int
        Bayes' classifier: nobody can do better from these features.

    Examples
    --------
    >>> oracle_persona(persona_means()).tolist()
    [0, 1, 2, 3, 4]
    """
    inverse = np.linalg.inv(within_covariance())
    gap = features[:, None, :] - persona_means()[None]
    distance = np.einsum("npf,fg,npg->np", gap, inverse, gap)
    return np.argmax(np.log(EFFECTS.persona_weights) - distance / 2, axis=1)


def draw_population(
    streams: Streams,
    n_before: int,
    n_new: int,
    *,
    months: int,
    months_before: int,
    off: Collection[str] = (),
) -> Population:
    """Draw `n_before` candidates older than the books, then `n_new` who join during them."""
    n = n_before + n_new
    rng = streams("population")
    drawn_persona = rng.choice(len(PERSONAS), n, p=EFFECTS.persona_weights)
    noise = rng.standard_normal((n, len(FEATURES))) @ np.linalg.cholesky(within_covariance()).T
    persona = np.zeros(n, dtype=int) if "personas" in off else drawn_persona
    centre = np.average(persona_means(), axis=0, weights=EFFECTS.persona_weights)
    features = noise + (centre if "personas" in off else persona_means()[persona])
    own = {name: feature_value(name, features[:, i]) for i, name in enumerate(FEATURES)}
    size = (features[:, 0] - centre[0]) / np.sqrt(1 + spread_between(0))
    reasons = draw_reasons(streams, persona, off)
    industry = pick(streams("industry").random(n), INDUSTRY_MIX[persona])
    weight = np.array([w for *_, w in COUNTRIES.values()])
    country = pick(streams("country").random(n), np.tile(weight, (n, 1)))
    rng = streams("traits")
    acquired_month = np.concatenate(
        [
            rng.integers(-months_before, 0, n_before),
            # More join in later years: from 0.7 to 1.3 of the average month.
            np.floor(months * (np.sqrt(0.49 + 1.2 * rng.random(n_new)) - 0.7) / 0.6).astype(int),
        ]
    )
    unhappy, early, unprofitable, disruptive = reasons.T
    own["onboarding_cost"] = own["onboarding_cost"] * np.where(unprofitable, 2.5, 1.0)
    own["tickets_relative"] = own["tickets_relative"] * np.where(disruptive, 4.0, 1.0)
    return Population(
        slot=np.arange(n),
        persona=persona,
        reasons=reasons,
        features=features,
        **own,
        size=size,
        industry=industry,
        country=country,
        channel=pick(rng.random(n), CHANNEL_MIX[persona]),
        employees=3 + np.round(np.exp(np.log(110) + 0.9 * size + 0.4 * rng.standard_normal(n))),
        terms=np.array(TERMS)[pick(rng.random(n), np.tile([0.55, 0.2, 0.25], (n, 1)))],
        acquired_month=acquired_month,
        acquired_day=rng.integers(0, 28, n),
        satisfaction_base=EFFECTS.satisfaction_of_size * size
        + np.array(EFFECTS.satisfaction_of_industry)[industry]
        + np.array(EFFECTS.satisfaction_of_persona)[persona]
        - 1.2 * unhappy,
        early_leaver=early,
        process=rng.standard_normal(n),
        habit=rng.standard_normal(n),
        frailty=rng.standard_normal(n) * (0 if "frailty" in off else EFFECTS.frailty_spread),
        visited=rng.random(n) >= EFFECTS.share_without_visits,
        billing_day=rng.integers(1, 26, n),
    )


def draw_reasons(streams: Streams, persona: np.ndarray, off: Collection[str]) -> np.ndarray:
    """Which of the four reasons are at work: one in every negative customer, two in some."""
    rng = streams("negative reasons")
    first = rng.integers(0, 4, len(persona))
    second = (first + rng.integers(1, 4, len(persona))) % 4
    both = rng.random(len(persona)) < 0.4
    reasons = np.zeros((len(persona), 4), dtype=bool)
    reasons[np.arange(len(persona)), first] = True
    reasons[both, second[both]] = True
    if "negative_persona" in off:
        return np.zeros_like(reasons)
    return reasons & (persona == NEGATIVE)[:, None]


def feature_value(name: str, drawn: np.ndarray) -> np.ndarray:
    median, spread = FEATURES[name]
    if name == "discount":
        return 0.4 * expit(np.log(median / (0.4 - median)) - 0.9 + spread * drawn)
    return median * np.exp(spread * drawn)


def spread_between(feature: int) -> float:
    """Variance between the personas of one feature."""
    weights = np.array(EFFECTS.persona_weights)
    means = persona_means()[:, feature]
    return float(weights @ (means - weights @ means) ** 2)


def pick(uniform: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """One column per row, drawn with the row's weights."""
    share = np.cumsum(weights, axis=1) / weights.sum(axis=1, keepdims=True)
    return np.minimum((uniform[:, None] > share).sum(axis=1), weights.shape[1] - 1)
