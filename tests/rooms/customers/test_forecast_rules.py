"""BG/NBD and Gamma-Gamma on the CDNOW sample, against the parameters their authors published."""

from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad

from customers.forecast_rules import (
    Buying,
    NoFit,
    alive,
    expected_orders,
    expected_spending,
    fit_buying,
    fit_spending,
)

# Only the table is used; the package's code is never imported. script/setup --dev fetches it.
TABLE = "var/strangers/lifetimes/lifetimes/datasets/cdnow_customers_summary_with_transactions.csv"


@pytest.fixture(scope="module")
def cdnow() -> tuple[np.ndarray, ...]:
    rows = np.genfromtxt(Path(__file__).parents[3] / TABLE, delimiter=",", skip_header=1)
    assert len(rows) == 2357
    return rows[:, 1], rows[:, 2], rows[:, 3], rows[:, 4]


@pytest.fixture(scope="module")
def fitted(cdnow: tuple[np.ndarray, ...]) -> Buying:
    x, t_x, t, _ = cdnow
    return fit_buying(x, t_x, t)


def _one(*values: float) -> list[np.ndarray]:
    return [np.array([value]) for value in values]


def test_bg_nbd_finds_the_published_parameters(fitted: Buying) -> None:
    # Fader, Hardie, Lee 2005, table 2.
    assert (fitted.r, fitted.alpha, fitted.a, fitted.b) == pytest.approx((0.243, 4.414, 0.793, 2.426), rel=0.01)
    assert fitted.log_likelihood == pytest.approx(-9582.4, abs=0.1)


def test_gamma_gamma_finds_the_published_parameters(cdnow: tuple[np.ndarray, ...]) -> None:
    # Fader and Hardie 2013, section 5, over the 946 customers who bought again.
    x, _, _, mean = cdnow
    fitted = fit_spending(x, mean)
    assert (fitted.p, fitted.q, fitted.gamma) == pytest.approx((6.25, 3.74, 15.44), rel=0.01)


def test_expectations_of_single_customers_are_the_published_ones(fitted: Buying) -> None:
    # The worked example of Fader, Hardie, Lee (Excel note, 2005): x = 2, t_x = 30.43, T = 38.86, 39 weeks ahead.
    customer = _one(2, 30.43, 38.86)
    assert expected_orders(fitted, 39, *customer)[0] == pytest.approx(1.226, rel=0.005)
    # BTYD's walkthrough: x = 26, t_x = 30.86, T = 31, 52 weeks ahead.
    busy = _one(26, 30.86, 31)
    assert expected_orders(fitted, 52, *busy)[0] == pytest.approx(25.76, rel=0.005)
    assert alive(fitted, *busy)[0] == pytest.approx(0.9688, rel=0.005)
    assert alive(fitted, *_one(0, 0, 30))[0] == 1.0


def test_expected_orders_equal_the_integral_over_what_is_not_known(fitted: Buying) -> None:
    """By brute force: integrate the unknown rate and dropout of a customer against the likelihood of what was seen."""
    x, t_x, t, ahead = 3, 20.0, 30.0, 26.0
    rates, drops = np.linspace(1e-5, 3, 1500), np.linspace(1e-5, 1 - 1e-5, 1500)
    rate, drop = np.meshgrid(rates, drops, indexing="ij")
    prior = rate ** (fitted.r - 1) * np.exp(-fitted.alpha * rate) * drop ** (fitted.a - 1) * (1 - drop) ** (fitted.b - 1)
    still = (1 - drop) ** x * rate**x * np.exp(-rate * t)
    gone = drop * (1 - drop) ** (x - 1) * rate**x * np.exp(-rate * t_x)
    coming = (1 - np.exp(-rate * drop * ahead)) / drop

    def over(values: np.ndarray) -> float:
        return float(np.trapezoid(np.trapezoid(values, drops, axis=1), rates))

    brute = over(prior * still * coming) / over(prior * (still + gone))
    assert expected_orders(fitted, ahead, *_one(x, t_x, t))[0] == pytest.approx(brute, rel=0.01)


def test_expected_spending_equals_the_posterior_mean(cdnow: tuple[np.ndarray, ...]) -> None:
    x, _, _, mean = cdnow
    fitted = fit_spending(x, mean)
    p, q, gamma, orders, spent = fitted.p, fitted.q, fitted.gamma, 4.0, 50.0
    shape, rate = p * orders + q, gamma + orders * spent

    # Mean spending is p / nu with nu gamma distributed, given what was spent.
    def weight(nu: float) -> float:
        return float(np.exp((shape - 1) * np.log(nu) - rate * nu))

    top, bottom = quad(lambda nu: p / nu * weight(nu), 1e-9, 1)[0], quad(weight, 1e-9, 1)[0]
    assert expected_spending(fitted, *_one(orders, spent))[0] == pytest.approx(top / bottom, rel=1e-3)


def test_hundreds_of_orders_do_not_overflow(fitted: Buying) -> None:
    expected = expected_orders(fitted, 52, *_one(2000, 500, 501))[0]
    assert 150 < expected < 2000 / 500 * 52


def test_customers_who_say_nothing_are_no_fit() -> None:
    nothing = np.zeros(300)
    with pytest.raises(NoFit):
        fit_buying(nothing, nothing, np.full(300, 10.0))
