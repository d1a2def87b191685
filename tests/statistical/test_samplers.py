"""The samplers against their laws. Every test: alpha 1e-3 for each case, seeds fixed, 20,000 draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import stats

from paget.engine import rng

if TYPE_CHECKING:
    from tests.statistical.conftest import World

ALPHA = 1e-3
DRAWS = 20_000


@pytest.mark.parametrize("mean", [0.02, 0.7, 3.0, 12.0, 29.9, 30.1, 80.0, 5e3, 9e6])
def test_poisson_counts_follow_the_poisson_law(world: World, mean: float) -> None:
    """Seed 21, alpha 1e-3; inversion below a mean of 30, rejection above."""
    assert world.chi_square(world.sampled(rng.poisson, 21, DRAWS, mean), stats.poisson(mean)) > ALPHA


@pytest.mark.parametrize("mean", [0.9e8, 1.1e8, 1e12])
def test_huge_poisson_counts_are_normal(world: World, mean: float) -> None:
    """Seed 22, alpha 1e-3; on both sides of the switch to rounded normals."""
    counts = world.sampled(rng.poisson, 22, DRAWS, mean)
    assert stats.kstest((counts - mean) / np.sqrt(mean), "norm").pvalue > ALPHA


def test_a_poisson_count_never_falls_when_its_mean_rises_for_the_same_draw(world: World) -> None:
    """No chance: 200 draws, means 0 to 30 in steps of 0.1; two arms then differ by additions only."""
    means = np.arange(0.0, 30.0, 0.1)
    for u in np.linspace(0.0005, 0.9995, 200):
        counts = [world.exposed(rng.poisson_by_inversion)(u, mean) for mean in means]
        assert np.all(np.diff(counts) >= 0.0)


def test_a_poisson_mean_of_zero_or_less_gives_none(world: World) -> None:
    """No chance."""
    assert not world.sampled(rng.poisson, 23, 100, 0.0).any()
    assert not world.sampled(rng.poisson, 23, 100, -1.0).any()


@pytest.mark.parametrize("p", [0.001, 0.2, 0.5, 0.51, 0.9, 0.999])
@pytest.mark.parametrize("n", [1, 7, 200, 999])
def test_binomial_counts_follow_the_binomial_law(world: World, n: int, p: float) -> None:
    """Seed 24, alpha 1e-3; p on both sides of one half."""
    counts = world.sampled(rng.binomial, 24, DRAWS, float(n), p)
    assert counts.min() >= 0
    assert counts.max() <= n
    assert world.chi_square(counts, stats.binom(n, p)) > ALPHA


def test_a_binomial_at_its_ends_is_certain(world: World) -> None:
    """No chance."""
    assert not world.sampled(rng.binomial, 25, 50, 10.0, 0.0).any()
    assert (world.sampled(rng.binomial, 25, 50, 10.0, 1.0) == 10.0).all()


@pytest.mark.parametrize("eta", [0.0, 0.1, 0.9, 0.9999, 1.0 - 1e-9])
def test_geometric_sizes_follow_the_geometric_law(world: World, eta: float) -> None:
    """Seed 26, alpha 1e-3."""
    sizes = world.sampled(rng.geometric, 26, DRAWS, eta)
    assert sizes.min() >= 1.0
    if eta == 0.0:
        assert sizes.max() == 1.0
    elif eta < 0.9999:
        assert world.chi_square(sizes, stats.geom(1.0 - eta)) > ALPHA
    else:
        assert stats.kstest(sizes * -np.log(eta), "expon").pvalue > ALPHA


@pytest.mark.parametrize("shape", [1.0, 9.0, 500.0])
def test_gamma_draws_follow_the_gamma_law(world: World, shape: float) -> None:
    """Seed 27, alpha 1e-3."""
    assert stats.kstest(world.sampled(rng.gamma, 27, DRAWS, shape), stats.gamma(shape).cdf).pvalue > ALPHA


def test_normal_and_exponential_draws_follow_their_laws(world: World) -> None:
    """Seed 28, alpha 1e-3 each."""
    assert stats.kstest(world.sampled(rng.normal, 28, DRAWS), "norm").pvalue > ALPHA
    assert stats.kstest(world.sampled(rng.exponential, 28, DRAWS), "expon").pvalue > ALPHA
