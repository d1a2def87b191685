"""Mutants of a growing lesion against Luria and Delbrück (1943). Every test: alpha 1e-3, seeds fixed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy import integrate, stats

if TYPE_CHECKING:
    from tests.statistical.conftest import World

ALPHA = 1e-3
BIRTH, NET = 0.06, 0.03
NO_CROWDING = 1e-6
COUNT = 2_000


def survival(age: float, net: float = NET) -> float:
    """Return the chance that a mutant's line lives at an age."""
    return net / (BIRTH - (BIRTH - net) * math.exp(-net * age))


def expected_lines(rate: float, cells: float, days: float, net: float = NET) -> float:
    """Return the expected mutant lines that live after `days` in a lesion that grows exponentially."""
    area, _ = integrate.quad(lambda t: math.exp(NET * t) * survival(days - t, net), 0.0, days)
    return float(rate * BIRTH * cells * area)


def mutant_cells(state: Any) -> np.ndarray:
    """Return how many cells of genotype 1 each patient has."""
    clone = state.clone
    held = np.arange(clone.shape[1]) < state.course["clones"][:, None]
    size = np.where(clone["count"] >= 0.0, clone["count"], clone["cells"])
    ours = held & (clone["lesion"] == 0) & (clone["genotype"] == 1)
    return np.where(ours, size, 0.0).sum(axis=1)  # type: ignore[no-any-return]


def grown(world: World, seed: int, rate: float, cells: float, days: float, interval: float, **more: Any) -> Any:
    """Return patients whose primary grew from `cells` for some days and gained one driver at `rate`."""
    rates = np.zeros(12)
    rates[0] = rate
    compiled = world.program(drivers=1, mutation_rate=rates, inverse_span=NO_CROWDING, interval_day=interval, **more)
    state, _ = world.run(compiled, world.planted(compiled, seed, world.patients(COUNT), cells), days)
    return state


@pytest.mark.parametrize("interval", [7.0, 30.0, 91.0])
def test_no_mutant_lives_with_the_chance_of_no_living_line(world: World, interval: float) -> None:
    """Seed 31, alpha 1e-3: the zero class is exp(-expected living lines), whatever the interval."""
    state = grown(world, 31, 3e-6, 1e4, 91.0, interval)
    none = int(np.sum(mutant_cells(state) == 0.0))
    expected = expected_lines(3e-6, 1e4, 91.0)
    assert 0.3 < expected < 2.0
    assert stats.binomtest(none, COUNT, math.exp(-expected)).pvalue > ALPHA


def test_living_lines_are_poisson(world: World) -> None:
    """Seed 32, alpha 1e-3: origins counted over one interval."""
    state = grown(world, 32, 3e-6, 3e4, 91.0, 91.0)
    origins = np.where(state.clone["genotype"] == 1, state.clone["origins"], 0.0).sum(axis=1)
    assert world.chi_square(origins, stats.poisson(expected_lines(3e-6, 3e4, 91.0))) > ALPHA


@pytest.mark.parametrize("interval", [7.0, 30.0, 91.0])
def test_the_mean_number_of_mutants_is_that_of_luria_and_delbrueck(world: World, interval: float) -> None:
    """Seed 33, alpha 1e-3 by the standard error: neutral mutants number u b t N(t) on average."""
    cells = mutant_cells(grown(world, 33, 1e-5, 1e4, 91.0, interval))
    expected = 1e-5 * BIRTH * 91.0 * 1e4 * math.exp(NET * 91.0)
    score = (cells.mean() - expected) / (cells.std() / math.sqrt(COUNT))
    assert 2.0 * stats.norm.sf(abs(score)) > ALPHA


def test_a_faster_mutant_has_fewer_deaths_and_so_more_living_lines(world: World) -> None:
    """Seed 34, alpha 1e-3: a driver that grows 1.6 times as fast, zero class."""
    traits = np.ones((4096, 32))
    traits[1, 0] = 1.6
    state = grown(world, 34, 2e-6, 1e4, 91.0, 91.0, traits=traits, fastest_driver=1.6)
    none = int(np.sum(mutant_cells(state) == 0.0))
    expected = expected_lines(2e-6, 1e4, 91.0, 1.6 * NET)
    assert stats.binomtest(none, COUNT, math.exp(-expected)).pvalue > ALPHA


@pytest.mark.parametrize("interval", [7.0, 30.0, 91.0, 182.0])
def test_mutants_pooled_in_a_large_lesion_have_the_same_mean(world: World, interval: float) -> None:
    """Seed 35: with thousands of lines the mean is reached within 3 %, whatever the interval."""
    cells = mutant_cells(grown(world, 35, 1e-6, 1e9, 182.0, interval))
    expected = 1e-6 * BIRTH * 182.0 * 1e9 * math.exp(NET * 182.0)
    assert cells.mean() == pytest.approx(expected, rel=0.03)
