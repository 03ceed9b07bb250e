"""How often she will buy and for how much: BG/NBD (Fader, Hardie, Lee 2005) and Gamma-Gamma (Fader, Hardie 2013). Pure.

Written from the papers. `x` repeat order days, `t_x` time of the last one and `t` of observation since the first, in weeks;
`mean` the average spent on a repeat order day, in any one unit of money. All arguments are arrays of one length.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

Floats = NDArray[np.float64]
# Beyond these a fit has run away along a flat likelihood and says nothing.
LEAST, MOST = 1e-4, 1e5
STARTS = (0.0, -1.0, 1.0)


class NoFit(Exception):
    """The likelihood has no usable maximum on these customers; the text says what went wrong."""


@dataclass(frozen=True, slots=True)
class Buying:
    """Parameters of BG/NBD with the log-likelihood they were found at."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = 0.0


@dataclass(frozen=True, slots=True)
class Spending:
    """Parameters of Gamma-Gamma with the log-likelihood they were found at."""

    p: float
    q: float
    gamma: float
    log_likelihood: float = 0.0


def buying_likelihood(log_parameters: Floats, x: Floats, t_x: Floats, t: Floats) -> float:
    """The log-likelihood of BG/NBD at (ln r, ln alpha, ln a, ln b); equation 6 of the 2005 paper with its logs taken apart."""
    r, alpha, a, b = np.exp(log_parameters)
    told = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    dropping = betaln(a, b + x) - betaln(a, b)
    alive = -(r + x) * np.log(alpha + t)
    with np.errstate(divide="ignore"):
        gone = np.where(x > 0, np.log(a) - np.log(np.maximum(b + x - 1, 1e-300)) - (r + x) * np.log(alpha + t_x), -np.inf)
    return float(np.sum(told + dropping + np.logaddexp(alive, gone)))


def spending_likelihood(log_parameters: Floats, x: Floats, mean: Floats) -> float:
    """The log-likelihood of Gamma-Gamma at (ln p, ln q, ln gamma), for customers with at least one repeat order."""
    p, q, gamma = np.exp(log_parameters)
    parts = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(gamma)
    parts += (p * x - 1) * np.log(mean) + p * x * np.log(x) - (p * x + q) * np.log(gamma + x * mean)
    return float(np.sum(parts))


def fit_buying(x: Floats, t_x: Floats, t: Floats) -> Buying:
    """The maximum likelihood of BG/NBD. Raises NoFit."""
    best, value = _maximum(lambda point: buying_likelihood(point, x, t_x, t), 4)
    r, alpha, a, b = (float(one) for one in best)
    return Buying(r, alpha, a, b, value)


def fit_spending(x: Floats, mean: Floats) -> Spending:
    """The maximum likelihood of Gamma-Gamma over customers with `x` > 0 and `mean` > 0. Raises NoFit."""
    usable = (x > 0) & (mean > 0)
    best, value = _maximum(lambda point: spending_likelihood(point, x[usable], mean[usable]), 3)
    p, q, gamma = (float(one) for one in best)
    if q <= 1:
        raise NoFit("the expected spending is infinite (q is not above 1)")
    return Spending(p, q, gamma, value)


def _maximum(likelihood, size: int) -> tuple[Floats, float]:  # type: ignore[no-untyped-def]
    """Nelder-Mead from several starts in log space, the best of them; parameters as they are, not their logs."""
    found = None
    for start in STARTS:
        with np.errstate(over="ignore", invalid="ignore"):
            tried = minimize(
                lambda point: -likelihood(point) if np.all(np.abs(point) < 15) else np.inf,
                np.full(size, start), method="Nelder-Mead", options={"maxiter": 4000, "xatol": 1e-6, "fatol": 1e-7},
            )  # fmt: skip
        if np.isfinite(tried.fun) and (found is None or tried.fun < found.fun):
            found = tried
    if found is None or not found.success:
        raise NoFit("the search for the maximum did not end")
    parameters = np.exp(found.x)
    if np.any(parameters < LEAST) or np.any(parameters > MOST):
        raise NoFit("the parameters ran away")
    return parameters, float(-found.fun)


def alive(fit: Buying, x: Floats, t_x: Floats, t: Floats) -> Floats:
    """The probability that she still buys here, given what was seen; without a repeat order nobody has dropped out yet."""
    with np.errstate(over="ignore"):
        odds = fit.a / np.maximum(fit.b + x - 1, 1e-12) * ((fit.alpha + t) / (fit.alpha + t_x)) ** (fit.r + x)
    living: Floats = np.where(x > 0, 1 / (1 + odds), 1.0)
    return living


def expected_orders(fit: Buying, ahead: float, x: Floats, t_x: Floats, t: Floats) -> Floats:
    """Order days expected within `ahead` weeks from now; equation 10 of the 2005 paper.

    The hypergeometric function stands in Euler's other form: its upper parameters do not grow with `x`, so that customers
    with hundreds of orders do not overflow.
    """
    a = fit.a + 1e-6 if abs(fit.a - 1) < 1e-6 else fit.a
    share = ahead / (fit.alpha + t + ahead)
    series = hyp2f1(a + fit.b - 1 - fit.r, a - 1, a + fit.b + x - 1, share)
    bought = (a + fit.b + x - 1) / (a - 1) * (1 - (1 - share) ** (a - 1) * series)
    orders: Floats = np.maximum(0.0, bought) * alive(fit, x, t_x, t)
    return orders


def expected_spending(fit: Spending, x: Floats, mean: Floats) -> Floats:
    """What an order day of hers is expected to bring, in the money's unit; without a repeat order everybody's average."""
    money: Floats = fit.p * (fit.gamma + x * np.where(x > 0, mean, 0.0)) / (fit.p * x + fit.q - 1)
    return money
