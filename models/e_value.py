"""E-values: how strong something that nobody wrote down would have to be to explain an effect."""

import numpy as np

__all__ = ["e_value", "e_value_of_difference", "risk_ratio_of_hazards"]


def e_value(risk_ratio: float) -> float:
    r"""Least strength of a hidden confounder that could explain a risk ratio alone.

    On the scale of risk ratios it would have to be tied this strongly to both exposure and
    outcome: :math:`RR + \sqrt{RR (RR - 1)}`, of the inverse where the ratio is below one [1]_.

    References
    ----------
    .. [1] VanderWeele, T. J. and Ding, P. (2017). "Sensitivity analysis in observational
       research: introducing the E-value." Annals of Internal Medicine 167, 268-274.

    Examples
    --------
    >>> round(e_value(3.9), 3), round(e_value(0.7), 2)
    (7.263, 2.21)
    """
    ratio = risk_ratio if risk_ratio >= 1 else 1 / risk_ratio
    return float(ratio + np.sqrt(ratio * (ratio - 1)))


def risk_ratio_of_hazards(hazard_ratio: float) -> float:
    r"""The risk ratio that goes with a hazard ratio of an outcome more than one in seven have.

    :math:`(1 - 0.5^{\sqrt{HR}}) / (1 - 0.5^{\sqrt{1/HR}})`, as the paper on E-values has it.

    Examples
    --------
    >>> round(e_value(risk_ratio_of_hazards(0.7)), 2)
    1.88
    """
    root = np.sqrt(hazard_ratio)
    return float((1 - 0.5**root) / (1 - 0.5 ** (1 / root)))


def e_value_of_difference(effect: float, spread: float) -> float:
    """E-value of a difference in means, from its size in standard deviations of the outcome.

    Examples
    --------
    >>> round(e_value_of_difference(0.5, 1.0), 2)
    2.53
    """
    return e_value(float(np.exp(0.91 * abs(effect) / spread))) if spread > 0 else 1.0
