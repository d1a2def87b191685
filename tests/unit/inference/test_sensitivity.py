"""Which numbers move an outcome, and which the figures determine."""

from __future__ import annotations

import numpy as np
import pytest

from paget.inference.aims import Aim
from paget.inference.emulator import Box, Emulator
from paget.inference.identifiability import correlation, determined
from paget.inference.sensitivity import sensitivity

SEED = 5
AIM = Aim("survival", 0.0, 1.0, 1.0, is_share=False)


def _surface(box: Box, weights: np.ndarray) -> Emulator:
    """Return a surface that is exactly known."""
    return Emulator(box, weights, np.zeros((weights.size, weights.size)), 0.0, 0.0, 1.0, 10)


def test_indices_of_a_sum_are_the_shares_of_its_variance() -> None:
    """Of 1 x + 2 y the first number explains a fifth of the variance, the second four fifths, and none is shared."""
    made = _surface(Box.whole(2), np.array([0.0, 1.0, 2.0, 0.0, 0.0, 0.0]))
    found = sensitivity([AIM], {"survival": made}, Box.whole(2), ("x", "y"), SEED)
    assert [index.first for index in found] == pytest.approx([0.2, 0.8], abs=0.02)
    assert [index.total for index in found] == pytest.approx([0.2, 0.8], abs=0.02)


def test_numbers_that_act_only_together_have_total_indices_alone() -> None:
    """Of the product x y on -1 to 1 neither explains anything on its own, and each everything with the other."""
    made = _surface(Box.whole(2), np.array([0.0, 0.0, 0.0, 0.0, 1.0, 0.0]))
    found = sensitivity([AIM], {"survival": made}, Box.whole(2), ("x", "y"), SEED)
    assert [index.first for index in found] == pytest.approx([0.0, 0.0], abs=0.05)
    assert [index.total for index in found] == pytest.approx([1.0, 1.0], abs=0.05)


def test_an_outcome_that_does_not_move_has_no_indices() -> None:
    """A constant depends on nothing."""
    made = _surface(Box.whole(2), np.array([1.0, 0.0, 0.0, 0.0, 0.0, 0.0]))
    assert sensitivity([AIM], {"survival": made}, Box.whole(2), ("x", "y"), SEED) == ()


def test_a_posterior_as_wide_as_its_prior_determines_nothing() -> None:
    """Of two numbers, one is as uncertain as before and one is known to a hundredth of its range."""
    random = np.random.default_rng(SEED)
    points = np.stack([random.uniform(size=20_000), random.normal(0.5, 0.01, 20_000)], axis=1)
    wide, narrow = determined(points, ("wide", "narrow"))
    assert wide.ratio == pytest.approx(1.0, abs=0.02)
    assert (wide.words, narrow.words) == ("not determined", "determined")


def test_numbers_known_only_by_their_sum_are_said_to_be_known_together() -> None:
    """Two numbers whose sum is known are told with each other and their correlation, and an edge is told too."""
    random = np.random.default_rng(SEED)
    x = random.uniform(0.4, 0.6, size=20_000)
    points = np.stack([x, 1.0 - x, np.full(x.size, 0.01)], axis=1)
    assert correlation(points) == pytest.approx(np.array([[1, -1, 0], [-1, 1, 0], [0, 0, 1]]), abs=1e-9)
    one, _, edge = determined(points, ("x", "y", "z"))
    assert one.words == "determined together with y (-1.00)"
    assert edge.words == "determined, at the edge of its bounds"


def test_a_posterior_that_the_last_wave_cut_off_says_so() -> None:
    """A number that piles up at the end of where the last wave simulated would move with one more wave."""
    points = np.stack([np.full(1000, 0.301), np.full(1000, 0.5)], axis=1)
    box = Box(np.array([0.3, 0.3]), np.array([0.7, 0.7]))
    cut, free = determined(points, ("cut", "free"), box)
    assert cut.words == "determined, at the edge of the last wave"
    assert free.words == "determined"
