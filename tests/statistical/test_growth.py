"""Gomp-ex growth is exact at any step. No chance; tolerances are stated in each test."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from paget import catalogue
from paget.engine import compile_program, growth
from paget.engine.compile import cells_from_diameter, small_growth_per_day
from paget.engine.growth import LOG_SMALL

if TYPE_CHECKING:
    from tests.statistical.conftest import World

BETA = 0.03 / math.log(1e9)
CASES = [
    (math.log(50.0), 0.03, BETA, 0.0, 1e7),
    (math.log(50.0), 0.03, BETA, 0.02, 1e7),
    (LOG_SMALL, 0.03, BETA, 0.012, 1e5),
    (math.log(1e8), -0.02, BETA, 0.0, 1e7),
    (math.log(1e9), -0.02, BETA, 0.03, 1e7),
    (math.log(1e6), 0.03, BETA, 0.05, 1e7),
    (math.log(2e7), 0.03, 0.03 / math.log(1e3), 0.01, 1e7),
    (math.log(1e12), 0.03, BETA, 0.01, 1e8),
    (math.log(3e6), 0.03, BETA, BETA * math.log(1e4), 1e7),
]
"""ln cells, growth, crowding and immune pressure per day, cells at which immunity has faded."""


def slope(x: float, g: float, beta: float, immune: float, fade_cells: float) -> float:
    """Return dx/dt as the model is written."""
    if x <= LOG_SMALL:
        return g - immune
    span = math.log(fade_cells) - LOG_SMALL
    held = max(0.0, 1.0 - (x - LOG_SMALL) / span)
    return g - beta * (x - LOG_SMALL) - immune * held


@pytest.mark.parametrize(("x", "g", "beta", "immune", "fade_cells"), CASES)
@pytest.mark.parametrize("days", [3.0, 91.0, 900.0])
def test_growth_solves_its_differential_equation_across_all_borders(
    world: World, x: float, g: float, beta: float, immune: float, fade_cells: float, days: float
) -> None:
    """Against an ODE solver, 1e-6 in ln cells."""
    solved = solve_ivp(
        lambda _, y: [slope(y[0], g, beta, immune, fade_cells)],
        (0.0, days), [x], rtol=1e-10, atol=1e-11, max_step=days / 200.0,
    )  # fmt: skip
    reached = world.exposed(growth.march)(x, days, g, beta, immune, math.log(fade_cells))
    assert reached == pytest.approx(solved.y[0, -1], abs=1e-6)


@pytest.mark.parametrize(("x", "g", "beta", "immune", "fade_cells"), CASES)
@pytest.mark.parametrize("steps", [2, 7, 300])
def test_many_small_steps_of_growth_equal_one_large_one(
    world: World, x: float, g: float, beta: float, immune: float, fade_cells: float, steps: int
) -> None:
    """1e-9 in ln cells over 600 days."""
    march = world.exposed(growth.march)
    once = march(x, 600.0, g, beta, immune, math.log(fade_cells))
    for _ in range(steps):
        x = march(x, 600.0 / steps, g, beta, immune, math.log(fade_cells))
    assert x == pytest.approx(once, abs=1e-9)


def test_growth_passes_the_end_of_immune_pressure_wherever_it_lies(world: World) -> None:
    """200 sizes at which immunity fades: rounding at the border must never hold a lesion there."""
    march = world.exposed(growth.march)
    for log_fade in np.log(np.geomspace(1e4, 1e9, 200)):
        for immune in (0.01, 0.02):
            up = march(LOG_SMALL, 12_000.0, 0.03, BETA, immune, log_fade)
            assert up == pytest.approx(LOG_SMALL + 0.03 / BETA, abs=0.01)
        down = march(math.log(1e9), 5_000.0, -0.02, BETA, 0.01, log_fade)
        assert down < 0.0


@pytest.mark.parametrize("entry", catalogue.list_cancers())
def test_a_lesion_of_1_cm_doubles_in_the_entrys_doubling_time(entry: str) -> None:
    """The instantaneous rate at 1 cm, to 1e-9 relative, for the primary and for metastases."""
    cancer = catalogue.cancer(entry)
    log_one_cm = math.log(cells_from_diameter(10.0, cancer.growth.cell_density.value))
    compiled = compile_program(cancer, catalogue.body(), catalogue.drivers())
    for g, span, doubling in (
        (compiled.growth_per_day, 1, cancer.growth.doubling_time.value),
        (compiled.metastasis_growth_per_day, 2, cancer.growth.metastasis_doubling_time.value),
    ):
        rate = g - g * compiled.inverse_span[span] * (log_one_cm - LOG_SMALL)
        assert math.log(2.0) / rate == pytest.approx(doubling, rel=1e-9)


def test_growth_slows_to_nothing_at_capacity(world: World) -> None:
    """1e-6 in ln cells after 100 years, from below and from above."""
    g = small_growth_per_day(100.0, math.log(1e9), math.log(1e12))
    beta = g / (math.log(1e12) - LOG_SMALL)
    for cells in (2e3, 1e13):
        full = world.exposed(growth.march)(math.log(cells), 36_525.0, g, beta, 0.0, math.log(1e7))
        assert full == pytest.approx(math.log(1e12), abs=1e-6)


@pytest.mark.parametrize("interval_day", [7.0, 30.0, 91.0, 365.0])
def test_the_size_of_a_primary_does_not_depend_on_the_interval(world: World, interval_day: float) -> None:
    """Through the whole engine: 1e-9 in ln cells at 730 days, whatever the mesh."""
    compiled = world.program(interval_day=interval_day)
    state, _ = world.run(compiled, world.planted(compiled, 1, world.patients(1), 1e4), 730.0)
    exact = world.exposed(growth.march)(math.log(1e4), 730.0, 0.03, BETA, 0.0, math.log(1e7))
    assert state.lesion["log_cells"][0, 0] == pytest.approx(exact, abs=1e-9)
