"""Founders and sleepers against the integral of the shedding intensity. Alpha 1e-3, seeds fixed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy import integrate, stats

import paget.engine
from paget.engine.state import DORMANT, SHED, WOKEN
from paget.model.layout import FUNNEL_STEPS, ORGANS

if TYPE_CHECKING:
    from tests.statistical.conftest import World

engine: Any = paget.engine
ALPHA = 1e-3
COUNT = 600
BIRTH, NET = 0.06, 0.03
BETA = NET / math.log(1e9)
DAYS = 365.0
LUNG, BOWEL = ORGANS.index("lung"), ORGANS.index("bowel")
INTERVALS = [7.0, 30.0, 91.0, 365.0]


def survival(age: float) -> float:
    """Return the chance that a founder's line lives at an age."""
    return NET / (BIRTH - (BIRTH - NET) * math.exp(-NET * age))


def shedding(day: float, start: float, exponent: float) -> float:
    """Return (N / 1e9)**alpha of a primary that grows by Gompertz's law from `start` cells."""
    u = (math.log(start) - math.log(1e3)) * math.exp(-BETA * day) - NET / BETA * math.expm1(-BETA * day)
    return math.exp(exponent * (u + math.log(1e3) - math.log(1e9)))


def integral(function: Any) -> float:
    """Return the integral of a function of the day over the whole time."""
    return float(integrate.quad(function, 0.0, DAYS, limit=200)[0])


def seeded(world: World, seed: int, interval: float, start: float, rate: float, **fields: Any) -> Any:
    """Return patients whose vascular primary shed for the whole time; a cell colonises with chance 0.1."""
    compiled = world.program(interval_day=interval, colonisation=0.1, **fields)
    who = world.patients(COUNT, shedding=rate)
    state, _ = world.run(compiled, world.planted(compiled, seed, who, start), DAYS)
    return state


@pytest.mark.parametrize("start", [1e6, 1e9])
@pytest.mark.parametrize("interval", INTERVALS)
def test_living_metastases_number_the_integral_of_shedding_times_survival(
    world: World, interval: float, start: float
) -> None:
    """Seed 41, alpha 1e-3: the total is Poisson with mean the integral of c (N / 1e9)**alpha w P_alive."""
    per_day = 8.0 / integral(lambda t: 0.1 * shedding(t, start, 0.7) * survival(DAYS - t))
    state = seeded(world, 41, interval, start, per_day)
    found = world.living(state).sum(axis=1)
    assert world.chi_square(found, stats.poisson(8.0)) > ALPHA
    total = int(found.sum())
    assert 2.0 * min(stats.poisson.cdf(total, 8.0 * COUNT), stats.poisson.sf(total - 1, 8.0 * COUNT)) > ALPHA


@pytest.mark.parametrize("interval", INTERVALS)
def test_founding_days_are_spread_as_shedding_times_survival(world: World, interval: float) -> None:
    """Seed 42, alpha 1e-3: Kolmogorov and Smirnov on founding days."""
    per_day = 8.0 / integral(lambda t: 0.1 * shedding(t, 1e6, 0.7) * survival(DAYS - t))
    state = seeded(world, 42, interval, 1e6, per_day)
    days = state.lesion["founded_day"][world.living(state)]
    grid = np.linspace(0.0, DAYS, 2_001)
    density = np.array([shedding(t, 1e6, 0.7) * survival(DAYS - t) for t in grid])
    below = integrate.cumulative_trapezoid(density, grid, initial=0.0)
    law = np.interp(days, grid, below / below[-1])
    assert stats.kstest(law, "uniform").pvalue > ALPHA


@pytest.mark.parametrize("interval", INTERVALS)
def test_the_expected_number_of_cells_shed_is_the_integral_of_the_rate(world: World, interval: float) -> None:
    """No chance: the funnel's sums within 0.5 %."""
    state = seeded(world, 43, interval, 1e6, 1e-3)
    expected = 1e-3 * integral(lambda t: shedding(t, 1e6, 0.7))
    assert state.pools["funnel"][:, SHED, BOWEL] == pytest.approx(expected, rel=5e-3)


@pytest.mark.parametrize("interval", INTERVALS)
def test_sleepers_fed_steadily_reach_the_level_of_arrivals_against_leaving(world: World, interval: float) -> None:
    """No chance: M/M/infinity, D(t) = a (1 - exp(-(w + l) t)) / (w + l), to 1e-9."""
    wake, lose = 0.004, 0.002
    state = seeded(
        world,
        44,
        interval,
        1e9,
        5.0,
        size_exponent=0.0,
        sleep_share=1.0,
        waking_per_day=wake,
        loss_per_day=lose,
    )
    level = 0.5 * -math.expm1(-(wake + lose) * DAYS) / (wake + lose)
    assert state.pools["asleep"].sum(axis=(1, 2)) == pytest.approx(level, rel=1e-9)
    woken = wake * (0.5 * DAYS - level) / (wake + lose)
    assert state.pools["funnel"][:, WOKEN, LUNG] == pytest.approx(woken, rel=1e-9)
    assert state.pools["funnel"][:, DORMANT, LUNG] == pytest.approx(0.5 * DAYS, rel=1e-9)


@pytest.mark.parametrize("interval", INTERVALS)
def test_woken_founders_number_the_integral_of_wakings_times_survival(world: World, interval: float) -> None:
    """Seed 45, alpha 1e-3: Poisson with mean the integral of w D(t) P_alive(T - t)."""
    wake, lose = 0.004, 0.002
    level = integral(lambda t: -math.expm1(-(wake + lose) * t) / (wake + lose) * wake * survival(DAYS - t))
    state = seeded(
        world, 45, interval, 1e9, 10.0 * 8.0 / level,
        size_exponent=0.0, sleep_share=1.0, waking_per_day=wake, loss_per_day=lose,
    )  # fmt: skip
    found = world.living(state)
    assert (state.lesion["woken"][found] == 1).all()
    assert world.chi_square(found.sum(axis=1), stats.poisson(8.0)) > ALPHA


def test_sleepers_fed_by_a_growing_primary_follow_their_differential_equation(world: World) -> None:
    """No chance: 2 % at the interval of a quarter of a year, with arrivals that grow manyfold."""
    wake, lose = 0.002, 0.001
    state = seeded(world, 46, 91.0, 1e6, 100.0, sleep_share=1.0, waking_per_day=wake, loss_per_day=lose)
    level = integral(lambda t: 10.0 * shedding(t, 1e6, 0.7) * math.exp(-(wake + lose) * (DAYS - t)))
    assert state.pools["asleep"].sum(axis=(1, 2)) == pytest.approx(level, rel=0.02)


def test_every_step_of_the_funnel_has_at_least_as_many_cells_as_the_next(world: World) -> None:
    """Seed 47: from arrested to founded, with sleepers; means by alpha 1e-3."""
    state = seeded(
        world, 47, 30.0, 1e9, 5.0,
        size_exponent=0.0, sleep_share=0.5, waking_per_day=0.004, loss_per_day=0.002, extravasation=0.6,
    )  # fmt: skip
    counts = engine.funnel(state)[:, LUNG]
    step = {name: counts[:, i] for i, name in enumerate(FUNNEL_STEPS)}
    for above, below in (
        ("survived_circulation", "arrested"), ("arrested", "extravasated"), ("extravasated", "survived"),
        ("survived", "dormant"), ("dormant", "woken"), ("survived", "founded"),
    ):  # fmt: skip
        assert (step[above] >= step[below]).all()
    for name, mean in (("arrested", 5.0), ("extravasated", 3.0), ("survived", 0.3), ("dormant", 0.15)):
        total = step[name].sum()
        score = (total - mean * DAYS * COUNT) / math.sqrt(mean * DAYS * COUNT)
        assert 2.0 * stats.norm.sf(abs(score)) > ALPHA
