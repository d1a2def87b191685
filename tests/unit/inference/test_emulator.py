"""Emulators: quadratic surfaces through simulated values."""

from __future__ import annotations

import numpy as np
import pytest

from paget.inference.design import design_in, narrowed
from paget.inference.emulator import Box, Emulator, fitted, terms

SEED = 11


def _surface(points: np.ndarray) -> np.ndarray:
    x, y = points.T
    return np.asarray(0.5 + 1.5 * x - 0.8 * y + 0.6 * x * y - 0.4 * x**2)


def _fit(noise: float, points: int = 64, shared: float = 0.0) -> Emulator:
    random = np.random.default_rng(SEED)
    box = Box.whole(2)
    at = design_in(box, points, SEED)
    blocks = np.arange(points) % 8
    common = shared * random.standard_normal(8)
    values = _surface(at) + noise * random.standard_normal(points) + common[blocks]
    return fitted(box, at, values, np.full(points, noise**2 + shared**2 + 1e-8), blocks)


def test_a_quadratic_without_noise_is_found_again() -> None:
    """A surface through values that lie on a quadratic gives back the quadratic between them."""
    made = _fit(1e-4)
    at = np.random.default_rng(SEED + 1).uniform(size=(200, 2))
    assert np.abs(made(at) - _surface(at)).max() < 0.01
    assert made.explained > 0.999


def test_noise_does_not_pass_for_error_of_the_surface() -> None:
    """The mean squared error that an emulator tells is near its true one, far below that of a single simulation."""
    noise = 0.2
    made = _fit(noise, 128)
    at = np.random.default_rng(SEED + 1).uniform(size=(500, 2))
    true = float(np.mean((made(at) - _surface(at)) ** 2))
    assert true < 0.2 * noise**2
    assert made.variance < 0.5 * noise**2


def test_what_a_block_of_patients_shares_does_not_bend_the_surface() -> None:
    """Slopes stay right where all patients of a block happen to fare better."""
    made = _fit(0.02, 64, shared=0.3)
    slope = made(np.array([[1.0, 0.5]])) - made(np.array([[0.0, 0.5]]))
    true = _surface(np.array([[1.0, 0.5]])) - _surface(np.array([[0.0, 0.5]]))
    assert slope == pytest.approx(true, abs=0.1)


def test_a_surface_that_no_quadratic_follows_says_so() -> None:
    """An emulator of a fast wave knows that it predicts nothing."""
    box, points = Box.whole(2), 64
    at = design_in(box, points, SEED)
    values = np.sin(40.0 * at[:, 0]) + np.cos(37.0 * at[:, 1])
    made = fitted(box, at, values, np.full(points, 1e-4), np.arange(points) % 8)
    assert made.variance > 0.5 * float(np.var(values))
    assert made.explained < 0.3


def test_terms_are_all_products_of_two() -> None:
    """Two coordinates have a level, two slopes, two curvatures and one product."""
    assert terms(np.array([[2.0, 3.0]])).tolist() == [[1.0, 2.0, 3.0, 4.0, 6.0, 9.0]]


def test_a_design_fills_its_box_and_depends_on_its_seed_alone() -> None:
    """Points lie in the box, a quarter of them in each quarter, and the same seed gives the same points."""
    box = Box(np.array([0.2, 0.0]), np.array([0.4, 1.0]))
    at = design_in(box, 64, SEED)
    assert box.holds(at).all()
    upper = at > np.array([0.3, 0.5])
    assert [int((upper == pair).all(axis=1).sum()) for pair in ([0, 0], [0, 1], [1, 0], [1, 1])] == [16] * 4
    assert (design_in(box, 64, SEED) == at).all()


def test_a_posterior_is_widened_but_not_beyond_its_bounds() -> None:
    """The next wave looks a quarter further than the posterior reaches, and never beyond the bounds."""
    sample = np.stack([np.linspace(0.4, 0.6, 1001), np.linspace(0.0, 0.9, 1001)], axis=1)
    found = narrowed(sample, Box.whole(2))
    assert found.low == pytest.approx([0.402 - 0.25 * 0.196, 0.0])
    assert found.high == pytest.approx([0.598 + 0.25 * 0.196, 1.0], abs=1e-9)


def test_a_box_moves_on_where_it_cut_a_posterior_off() -> None:
    """A posterior at the low end of its box has the next box reach further down, by more than its own width."""
    box = Box(np.array([0.4]), np.array([0.6]))
    found = narrowed(np.linspace(0.4, 0.41, 1001)[:, None], box)
    assert found.low[0] == pytest.approx(0.4001 - 0.6 * 0.2)
    assert found.high[0] < 0.5
