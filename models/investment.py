"""What a row of cash flows is worth: net present value, rates of return, payback."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import brentq

__all__ = ["internal_rates", "modified_rate", "net_present_value", "payback", "yearly"]

MONTHS = 12
#: Rates at which a present value is looked at for a change of sign: from -99 % to 10,000 %.
RATES = np.expm1(np.linspace(np.log(0.01), np.log(101.0), 4_001))


def net_present_value(rate: float, flows: Sequence[float]) -> float:
    """Flows of the periods 0, 1, 2 ... in the money of period 0, which is not discounted.

    A spreadsheet's function of that name discounts the first flow as well.

    Examples
    --------
    >>> round(net_present_value(0.08, [-40000, 5000, 8000, 12000, 30000]), 4)
    3065.2227
    """
    flows = np.asarray(flows, dtype=float)
    return float(flows @ (1.0 + rate) ** -np.arange(len(flows), dtype=float))


def internal_rates(flows: Sequence[float]) -> tuple[float, ...]:
    """Every rate a period at which the flows are worth nothing, lowest first.

    Flows that change sign more than once may have several, and then none of them says whether
    to do it; flows that never change sign have none.

    Examples
    --------
    >>> [round(rate, 6) for rate in internal_rates([-100, 230, -132])]
    [0.1, 0.2]
    >>> [round(rate, 7) for rate in internal_rates([-100, 39, 59, 55, 20])]
    [0.2809484]
    >>> internal_rates([1, 2, 3])
    ()
    """
    flows = np.asarray(flows, dtype=float)
    if not (flows > 0).any() or not (flows < 0).any():
        return ()
    powers = (1.0 + RATES)[:, None] ** -np.arange(len(flows), dtype=float)
    values = powers @ flows
    found = [float(rate) for rate, value in zip(RATES, values, strict=True) if value == 0]
    turns = np.flatnonzero(values[:-1] * values[1:] < 0)
    found += [
        brentq(lambda rate: net_present_value(rate, flows), RATES[k], RATES[k + 1]) for k in turns
    ]
    return tuple(sorted(found))


def modified_rate(flows: Sequence[float], *, financing: float, reinvesting: float) -> float | None:
    """Rate a period at which what is put in grows to what comes out by the last period.

    Outlays are discounted at `financing`, what comes in grows at `reinvesting`; there is one
    however often the flows change sign, and None where nothing is put in or comes out.

    Examples
    --------
    130 at the end for 100 at the start, two periods later:

    >>> round(modified_rate([-100, 0, 130], financing=0.1, reinvesting=0.1), 4)
    0.1402
    """
    flows = np.asarray(flows, dtype=float)
    last = len(flows) - 1
    out = -net_present_value(financing, np.minimum(flows, 0.0))
    grown = net_present_value(reinvesting, np.maximum(flows, 0.0)) * (1.0 + reinvesting) ** last
    if not (out > 0 and grown > 0):
        return None
    return float((grown / out) ** (1.0 / last) - 1.0)


def payback(flows: Sequence[float], *, rate: float = 0.0) -> float | None:
    """Periods until the flows have paid back what they began with, within a period in proportion.

    None if they never do. With a `rate` the flows are discounted first. Where the sum goes
    below zero again later, it is the last time that it comes back.

    Examples
    --------
    >>> flows = [-40000, 5000, 8000, 12000, 30000]
    >>> payback(flows), round(payback(flows, rate=0.08), 3)
    (3.5, 3.861)
    >>> payback([-10, 4, 5]) is None
    True
    """
    flows = np.asarray(flows, dtype=float)
    flows = flows * (1.0 + rate) ** -np.arange(len(flows), dtype=float)
    total = np.cumsum(flows)
    if total[-1] < 0:
        return None
    below = np.flatnonzero(total < 0)
    if not len(below):
        return 0.0
    last = int(below[-1])
    return float(last + -total[last] / flows[last + 1])


def yearly(monthly: float) -> float:
    """A rate a month as one a year.

    >>> round(yearly(0.01), 6)
    0.126825
    """
    return float((1.0 + monthly) ** MONTHS - 1.0)
