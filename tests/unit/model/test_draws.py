from __future__ import annotations

import numpy as np
import pytest

from paget.engine import rng
from paget.model import draws


def test_draws_outside_the_engine_are_the_engines_bits() -> None:
    """Uniforms and normals of a stream are the same bits from NumPy and from compiled code."""
    patients = np.array([0, 1, 7, 123_456_789], np.int64)
    keys = draws.stream_keys(42, patients, 3, 99)
    assert draws.uniforms(keys).tolist() == rng.uniforms(42, patients, 3, 99).tolist()
    assert draws.normals(keys) == pytest.approx(rng.normals(42, patients, 3, 99), rel=1e-14)


def test_a_choice_follows_its_weights() -> None:
    """Uniforms at the borders of cumulated weights pick the next index, and weight 0 is never picked."""
    weights = np.tile([1.0, 0.0, 3.0], (5, 1))
    picked = draws.choices(np.array([0.0, 0.2499, 0.25, 0.5, 0.9999]), weights)
    assert picked.tolist() == [0, 0, 2, 2, 2]


def test_one_more_patient_changes_no_draw_of_another() -> None:
    """Draws of two patients are a part of those of three."""
    two = draws.exponentials(draws.stream_keys(5, [4, 9], 1, 0))
    three = draws.exponentials(draws.stream_keys(5, [4, 6, 9], 1, 0))
    assert three[[0, 2]].tolist() == two.tolist()
