"""Classes learnt from labels of which some are wrong: multinomial logit with a rate of error."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit, softmax

__all__ = ["NoisyLogit", "fit_noisy_logit"]

#: Wrong labels taken for granted before any is seen, and the most there may be.
FIRST_WRONG, MOST_WRONG = 0.1, 0.5


@dataclass(frozen=True, eq=False)
class NoisyLogit:
    """Chances of classes, and how often a label names another class than the true one.

    Attributes
    ----------
    weights : ndarray of shape (n_features + 1, n_classes)
        On standardised features; the last row is the constant.
    mean, scale : ndarray
        What features are standardised by.
    wrong : float
        Share of labels that are wrong; a wrong one names each other class as often.
    """

    weights: np.ndarray
    mean: np.ndarray
    scale: np.ndarray
    wrong: float

    def chances(self, features: np.ndarray) -> np.ndarray:
        """Chance of each class for each row, without its own label."""
        return softmax(standard(features, self.mean, self.scale) @ self.weights, axis=1)

    def labelled(self, chances: np.ndarray, label: np.ndarray) -> np.ndarray:
        """`chances` once a row's own label is known; -1 where it has none.

        Examples
        --------
        >>> model = NoisyLogit(np.zeros((1, 2)), np.zeros(0), np.ones(0), wrong=0.2)
        >>> model.labelled(np.array([[0.5, 0.5], [0.5, 0.5]]), np.array([0, -1])).tolist()
        [[0.8, 0.2], [0.5, 0.5]]
        """
        others = self.wrong / (chances.shape[1] - 1)
        likelihood = np.full(chances.shape, others)
        known = label >= 0
        likelihood[np.flatnonzero(known), label[known]] = 1 - self.wrong
        likelihood[~known] = 1.0
        joint = chances * likelihood
        return joint / joint.sum(axis=1, keepdims=True)


def fit_noisy_logit(
    features: np.ndarray,
    label: np.ndarray,
    weight: np.ndarray,
    n_classes: int,
    *,
    penalty: float = 3.0,
) -> NoisyLogit:
    """Learn classes and the rate of wrong labels together, by penalised likelihood.

    A label names the true class, or with chance w any other. Where the features all but rule a
    class out it is named no more often than by mistake, and that is what w is seen by [1]_.

    Parameters
    ----------
    features : ndarray of shape (n, n_features)
        Without missing values.
    label : ndarray of int
    weight : ndarray
        How much each row counts.
    n_classes : int
    penalty : float, default=3.0
        Ridge on the weights of standardised features.

    References
    ----------
    .. [1] N. Natarajan et al. (2013). Learning with noisy labels. NIPS 26.
    """
    mean, scale = features.mean(axis=0), features.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    rows = standard(features, mean, scale)
    n_rows, n_features = rows.shape
    at = np.arange(n_rows)
    slope = n_classes / (n_classes - 1)

    def cost(given: np.ndarray) -> tuple[float, np.ndarray]:
        weights = given[:-1].reshape(n_features, n_classes)
        share = expit(given[-1])
        wrong = MOST_WRONG * share
        p = softmax(rows @ weights, axis=1)
        own = p[at, label]
        named = wrong / (n_classes - 1) + (1 - slope * wrong) * own
        pull = weight * (1 - slope * wrong) * own / named
        step = p * pull[:, None]
        step[at, label] -= pull
        # The constant is not held back.
        held = weights.copy()
        held[-1] = 0.0
        total = -(weight * np.log(named)).sum() + 0.5 * penalty * (held**2).sum()
        on_wrong = -(weight * (1 / (n_classes - 1) - slope * own) / named).sum()
        on_share = on_wrong * MOST_WRONG * share * (1 - share)
        return total, np.append((rows.T @ step + penalty * held).ravel(), on_share)

    start = np.append(np.zeros(n_features * n_classes), logit(FIRST_WRONG / MOST_WRONG))
    found = minimize(cost, start, jac=True, method="L-BFGS-B", options={"maxiter": 100})
    weights = found.x[:-1].reshape(n_features, n_classes)
    return NoisyLogit(weights, mean, scale, float(MOST_WRONG * expit(found.x[-1])))


def standard(features: np.ndarray, mean: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Features in standard deviations, none further than five, and a constant."""
    z = ((features - mean) / scale).clip(-5.0, 5.0)
    return np.column_stack([z, np.ones(len(z))])
