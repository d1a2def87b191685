from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paget.care.preferences import Preference, front, score
from paget.errors import SettingError

POINTS = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(st.integers(0, 4), min_size=width, max_size=width), min_size=1, max_size=25)
)


def beats(one: list[int], other: list[int]) -> bool:
    """Return whether one is as good in all and better in something."""
    pairs = list(zip(one, other, strict=True))
    return all(a >= b for a, b in pairs) and any(a > b for a, b in pairs)


def test_weights_say_what_a_year_is_worth() -> None:
    """Length and quality count for a course, days of treatment against it, all in years."""
    found = score(Preference(0.5, 0.3, 0.2), np.array([2.0, 4.0]), np.array([1.0, 1.0]), np.array([0.0, 365.25]))
    assert found.tolist() == pytest.approx([1.3, 2.1])


def test_scores_broadcast_over_policies_and_patients() -> None:
    """Any shape is scored at once."""
    years = np.arange(6.0).reshape(2, 3)
    assert score(Preference(1.0, 0.0, 0.0), years, 0.0, 5.0).tolist() == years.tolist()


@pytest.mark.parametrize("weights", [(0.5, 0.5, 0.5), (0.0, 0.0, 0.0), (0.3, 0.3, 0.3)])
def test_weights_that_do_not_sum_to_one_are_refused(weights: tuple[float, float, float]) -> None:
    """The error says what they sum to."""
    with pytest.raises(SettingError, match=f"sum to {sum(weights):g}"):
        Preference(*weights)


@pytest.mark.parametrize("weight", [-0.1, math.nan, math.inf])
def test_a_weight_that_is_no_share_is_refused(weight: float) -> None:
    """Nobody wants less life the more of it there is."""
    with pytest.raises(SettingError) as caught:
        Preference(length=1.0, quality=weight, burden=0.0)
    assert caught.value.key == "quality"


def test_a_sum_off_by_rounding_is_let_through() -> None:
    """Thirds are weights, though no binary fractions."""
    third = Preference(1 / 3, 1 / 3, 1 / 3)
    assert third.length + third.quality + third.burden == pytest.approx(1.0)


def test_the_front_leaves_out_what_another_beats_in_all() -> None:
    """A policy that is as good in one respect and worse in another is no choice."""
    assert front([[3.0, 1.0], [1.0, 3.0], [1.0, 2.0], [2.0, 2.0]]).tolist() == [True, True, False, True]


def test_two_equal_policies_are_both_on_the_front() -> None:
    """Neither of two equals beats the other."""
    assert front([[1.0, 2.0], [1.0, 2.0], [0.0, 2.0]]).tolist() == [True, True, False]


@given(points=POINTS)
def test_the_front_is_what_no_other_beats(points: list[list[int]]) -> None:
    """Comparing all pairs one by one finds the same policies, and at least one."""
    expected = [not any(beats(other, point) for other in points) for point in points]
    assert front(points).tolist() == expected
    assert any(expected)


@given(points=POINTS)
def test_the_front_of_the_front_is_the_front(points: list[list[int]]) -> None:
    """What is left after the choice is all worth choosing."""
    table = np.array(points)
    assert front(table[front(table)]).all()


@given(
    triples=st.lists(st.tuples(*[st.floats(0.0, 10.0)] * 3), min_size=1, max_size=12),
    parts=st.tuples(*[st.integers(1, 9)] * 3),
)
def test_whatever_a_patient_prefers_lies_on_the_front(
    triples: list[tuple[float, float, float]], parts: tuple[int, int, int]
) -> None:
    """No weights above 0 choose a policy that another beats, but for rounding."""
    length, quality, burden = (part / sum(parts) for part in parts)
    table = np.array(triples)
    found = score(Preference(length, quality, burden), table[:, 0], table[:, 1], table[:, 2])
    on_front = front(table * [1.0, 1.0, -1.0])
    assert found[on_front].max() == pytest.approx(found.max(), abs=1e-9)


@pytest.mark.parametrize("points", [[1.0, 2.0], [[1.0, math.nan]]])
def test_points_that_are_no_table_are_refused(points: list[float]) -> None:
    """A gap, or a row alone, cannot be compared."""
    with pytest.raises(SettingError, match="front"):
        front(points)
