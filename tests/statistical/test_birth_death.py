"""The linear birth-death process against its law (Kendall 1948). Every test: alpha 1e-3, seeds fixed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import integrate, stats

from paget.engine import birth_death

if TYPE_CHECKING:
    from tests.statistical.conftest import World

ALPHA = 1e-3
DRAWS = 20_000
RATES = [(0.2, 0.1, 20.0), (0.2, 0.0, 20.0), (0.2, -0.05, 15.0), (0.3, 0.297, 10.0), (0.5, 1e-10, 6.0)]
"""Birth, net rate and days: growing, critical, shrinking, and near the limit r -> 0."""


def alive(b: float, r: float, t: float) -> float:
    """Return the chance that a line lives, from Kendall's d (E - 1) / (b E - d)."""
    if abs(r) < 1e-9:
        return 1.0 / (1.0 + b * t)
    grown = math.exp(r * t)
    return 1.0 - (b - r) * (grown - 1.0) / (b * grown - (b - r))


def eta(b: float, r: float, t: float) -> float:
    """Return the parameter of a living line's geometric size."""
    if abs(r) < 1e-9:
        return b * t / (1.0 + b * t)
    return b * math.expm1(r * t) / (b * math.exp(r * t) - (b - r))


@pytest.mark.parametrize(("b", "r", "t"), RATES)
def test_a_line_dies_out_by_a_day_with_kendalls_probability(world: World, b: float, r: float, t: float) -> None:
    """Seed 11, alpha 1e-3."""
    left = world.sampled(birth_death.step, 11, DRAWS, 1.0, b, r, t)
    lived = int(np.count_nonzero(left))
    assert stats.binomtest(lived, DRAWS, alive(b, r, t)).pvalue > ALPHA
    assert world.exposed(birth_death.alive_share)(b, r, t) == pytest.approx(alive(b, r, t), rel=1e-9)


def test_a_line_dies_out_in_the_end_with_probability_death_over_birth(world: World) -> None:
    """Seed 12, alpha 1e-3."""
    b, d = 0.5, 0.4
    left = world.sampled(birth_death.step, 12, DRAWS, 1.0, b, b - d, 2_000.0)
    assert stats.binomtest(int(np.sum(left == 0.0)), DRAWS, d / b).pvalue > ALPHA


@pytest.mark.parametrize(("b", "r", "t"), RATES)
def test_a_living_line_has_a_geometric_size(world: World, b: float, r: float, t: float) -> None:
    """Seed 13, alpha 1e-3."""
    left = world.sampled(birth_death.step, 13, DRAWS, 1.0, b, r, t)
    assert world.chi_square(left[left > 0.0], stats.geom(1.0 - eta(b, r, t))) > ALPHA


@pytest.mark.parametrize("lines", [5, 40])
@pytest.mark.parametrize(("b", "r", "t"), RATES)
def test_many_lines_that_all_live_add_to_a_negative_binomial(
    world: World, b: float, r: float, t: float, lines: int
) -> None:
    """Seed 14, alpha 1e-3; the number that live is binomial, so the total mixes over it."""
    left = world.sampled(birth_death.step, 14, DRAWS, float(lines), b, r, t)
    share, fall = alive(b, r, t), 1.0 - eta(b, r, t)
    lived = np.arange(1, lines + 1)
    weight = stats.binom.pmf(lived, lines, share)
    grid = np.arange(0, int(left.max()) + 1)
    law = np.zeros(grid.size)
    law[0] = (1.0 - share) ** lines
    for k, w in zip(lived, weight, strict=True):
        law += w * stats.nbinom.pmf(grid - k, k, fall)
    upper = np.cumsum(law)
    cuts = np.unique(np.searchsorted(upper, np.linspace(0.04, 0.96, 24)))
    expected = np.diff(np.concatenate([[0.0], upper[cuts], [1.0]])) * DRAWS
    observed = np.diff(np.concatenate([[0], np.searchsorted(np.sort(left), cuts, side="right"), [DRAWS]]))
    assert world.pooled_chi_square(observed, expected) > ALPHA


def test_two_steps_of_a_line_have_the_law_of_one(world: World) -> None:
    """Seeds 15 and 16, alpha 1e-3: the step composes (Chapman-Kolmogorov), so no step size is special."""
    b, r, t = 0.2, 0.05, 30.0
    half = world.sampled(birth_death.step, 15, DRAWS, 1.0, b, r, 0.5 * t)
    whole = np.concatenate(
        [
            world.sampled(birth_death.step, 16 + int(n), int(np.sum(half == n)), float(n), b, r, 0.5 * t)
            for n in np.unique(half[half > 0.0])
        ]
    )
    lived = whole[whole > 0.0]
    assert stats.binomtest(lived.size, DRAWS, alive(b, r, t)).pvalue > ALPHA
    assert world.chi_square(lived, stats.geom(1.0 - eta(b, r, t))) > ALPHA


def test_rates_near_zero_join_the_critical_limit_smoothly(world: World) -> None:
    """No draws: the closed forms on both sides of the switch to r -> 0 differ by less than 1e-6."""
    for kernel in (birth_death.alive_share, birth_death.alive_integral, birth_death.geometric_parameter):
        each = [world.exposed(kernel)(0.3, r, 50.0) for r in (-2e-9, 0.0, 2e-9)]
        assert each[0] == pytest.approx(each[1], rel=1e-6)
        assert each[2] == pytest.approx(each[1], rel=1e-6)


def test_fast_growth_over_years_neither_overflows_nor_loses_the_line(world: World) -> None:
    """Seed 17: at a net rate of 0.3 a day over 10 years E = exp(1096) does not fit a double."""
    b, r, t = 0.31, 0.3, 3_653.0
    assert world.exposed(birth_death.alive_share)(b, r, t) == pytest.approx(r / b)
    assert 0.0 < world.exposed(birth_death.geometric_parameter)(b, r, t) <= 1.0
    assert world.exposed(birth_death.alive_share)(b, -r, t) == pytest.approx(0.0, abs=1e-12)
    assert np.isfinite(world.exposed(birth_death.geometric_parameter)(b, -r, t))


@pytest.mark.parametrize(("b", "r", "t"), [*RATES, (0.06, 0.03, 365.0)])
def test_the_summed_life_of_lines_is_the_integral_of_survival(world: World, b: float, r: float, t: float) -> None:
    """No draws: quadrature to 1e-9."""
    area, _ = integrate.quad(lambda s: alive(b, r, s), 0.0, t, epsabs=1e-12, epsrel=1e-12)
    assert world.exposed(birth_death.alive_integral)(b, r, t) == pytest.approx(area, rel=1e-8)


@pytest.mark.parametrize(("b", "r", "t"), [*RATES, (0.06, 0.03, 365.0)])
def test_survivors_of_a_steady_stream_have_ages_in_proportion_to_survival(
    world: World, b: float, r: float, t: float
) -> None:
    """No draws: the inverse law at nine quantiles, by quadrature to 1e-6."""
    area = world.exposed(birth_death.alive_integral)(b, r, t)
    for u in np.linspace(0.1, 0.9, 9):
        age = world.exposed(birth_death.age_of_survivor)(u, b, r, t)
        below, _ = integrate.quad(lambda s: alive(b, r, s), 0.0, age, epsabs=1e-12, epsrel=1e-12)
        assert below / area == pytest.approx(u, rel=1e-6)
