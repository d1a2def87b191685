"""Vessels, death and milestones come on the days their hazards and sizes say. Alpha 1e-3, seeds fixed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import integrate, stats

from paget.model.layout import CAUSES, ORGANS

if TYPE_CHECKING:
    from tests.statistical.conftest import World

ALPHA = 1e-3
COUNT = 1_500
NET = 0.03
INTERVALS = [7.0, 30.0, 91.0, 182.0]
BOWEL = ORGANS.index("bowel")


def log_cells(day: np.ndarray, start: float, capacity: float) -> np.ndarray:
    """Return ln cells of a lesion that grows by Gompertz's law from `start` cells."""
    full = math.log(capacity / 1e3)
    return np.asarray(math.log(1e3) + full + (math.log(start / 1e3) - full) * np.exp(-NET / full * day))


def integrated(hazard: np.ndarray, grid: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Return the integral of a hazard, known on a grid of days, up to each of `days`."""
    total = integrate.cumulative_trapezoid(hazard, grid, initial=0.0)
    return np.asarray(np.interp(days, grid, total))


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("start", [1e3, 3e5])
def test_vessels_come_when_their_hazard_has_added_up(world: World, start: float, interval: float) -> None:
    """Seed 81, alpha 1e-3: the integral of rate N / 1e6 up to the switch is exponential of mean 1."""
    compiled = world.program(interval_day=interval, vessel_per_day=0.02)
    state = world.planted(compiled, 81, world.patients(COUNT), start, vascular=False)
    state, _ = world.run(compiled, state, 1_500.0)
    days = state.lesion["vascular_day"][:, 0]
    grid = np.linspace(0.0, 3_000.0, 60_001)
    spent = integrated(0.02 * np.exp(log_cells(grid, start, 1e6)) / 1e6, grid, days)
    assert stats.kstest(spent, "expon").pvalue > ALPHA


@pytest.mark.parametrize("interval", INTERVALS)
def test_the_organs_failure_kills_at_its_integrated_hazard(world: World, interval: float) -> None:
    """Seed 82, alpha 1e-3: peak x q**4 / (1 + q**4), q of frailty x burden, up to death, is exponential of mean 1."""
    peaks, lethal = np.zeros(len(ORGANS)), np.full(len(ORGANS), 1e30)
    peaks[BOWEL], lethal[BOWEL] = 0.005, 1e11
    compiled = world.program(interval_day=interval, peak_per_day=peaks, lethal_burden=lethal)
    state = world.planted(compiled, 82, world.patients(COUNT, frailty=2.0), 1e8)
    state, stops = world.run(compiled, state, 5_000.0)
    assert (state.course["cause"] == CAUSES.index("bowel")).all()
    assert np.array_equal(stops["day"], state.course["death_day"])
    grid = np.linspace(0.0, 5_000.0, 100_001)
    q = 2.0 * np.exp(log_cells(grid, 1e8, 1e12)) / 1e11
    spent = integrated(0.005 * q**4 / (1.0 + q**4), grid, state.course["death_day"])
    assert stats.kstest(spent, "expon").pvalue > ALPHA


def test_cause_of_death_is_shared_as_the_hazards_are(world: World) -> None:
    """Seed 83, alpha 1e-3: an organ and cachexia with equal hazards kill equally often."""
    peaks, lethal = np.zeros(len(ORGANS)), np.full(len(ORGANS), 1e30)
    peaks[BOWEL], lethal[BOWEL] = 0.005, 1e11
    compiled = world.program(peak_per_day=peaks, lethal_burden=lethal, cachexia_per_day=0.005, cachexia_burden=1e11)
    state, _ = world.run(compiled, world.planted(compiled, 83, world.patients(COUNT), 1e8), 5_000.0)
    by_organ = int(np.sum(state.course["cause"] == CAUSES.index("bowel")))
    by_cachexia = int(np.sum(state.course["cause"] == CAUSES.index("cachexia")))
    assert by_organ + by_cachexia == COUNT
    assert stats.binomtest(by_organ, COUNT, 0.5).pvalue > ALPHA


def test_another_cause_of_death_comes_on_its_own_day(world: World) -> None:
    """No chance: mid-interval, and on the day of a mesh point."""
    compiled = world.program()
    for day in (100.25, 90.0):
        state = world.planted(compiled, 84, world.patients(2, other_death_day=day), 1e8)
        state, _ = world.run(compiled, state, 5_000.0)
        assert state.course["death_day"] == pytest.approx(day, abs=1e-9)
        assert (state.course["cause"] == CAUSES.index("other")).all()


@pytest.mark.parametrize("interval", INTERVALS)
def test_milestones_are_passed_on_the_days_of_the_growth_law(world: World, interval: float) -> None:
    """No chance: detectable at 1e8 and 1 cm at 1e9 cells, within a day."""
    compiled = world.program(interval_day=interval)
    state, _ = world.run(compiled, world.planted(compiled, 85, world.patients(1), 1e4), 3_000.0)
    full = math.log(1e9)
    for name, cells in (("detectable_day", 1e8), ("one_cm_day", 1e9)):
        reach = math.log(cells / 1e3)
        exact = -full / NET * math.log((full - reach) / (full - math.log(1e4 / 1e3)))
        assert state.lesion[name][0, 0] == pytest.approx(exact, abs=1.0)


def test_a_primary_passes_a_thousand_cells_after_its_random_head_start(world: World) -> None:
    """Seed 86, alpha 1e-3: (b / r) W exp(r t) = 1000 with W exponential of mean 1."""
    compiled = world.program()
    state, _ = world.run(compiled, world.engine.start(compiled, 86, world.patients(COUNT)), 1_000.0)
    days = state.lesion["established_day"][:, 0]
    late = days > 0.0
    head = 1_000.0 / 2.0 * np.exp(-NET * days[late])
    assert late.mean() > 0.99
    assert stats.kstest(head, "expon").pvalue > ALPHA
