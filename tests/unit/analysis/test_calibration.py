from __future__ import annotations

import math

import numpy as np
import pytest

from paget.analysis.calibration import curve, outcome_scores, scores

PROBABILITY = np.array([[0.8, 0.2], [0.8, 0.2], [0.4, 0.6], [0.1, 0.9]])
TRUTH = np.array([0, 1, 1, 1])


def test_scores_are_those_of_counting_by_hand() -> None:
    """Three of four right; the log score is the mean of -ln of what the truth was given."""
    found = scores(PROBABILITY, TRUTH)
    assert found.accuracy == pytest.approx(0.75)
    assert found.log_score == pytest.approx(-(math.log(0.8) + math.log(0.2) + math.log(0.6) + math.log(0.9)) / 4)


def test_the_calibration_error_is_the_mean_distance_from_the_diagonal() -> None:
    """Said 80 % and right in half: 0.3 in half of the cases; 60 and 90 % and right: 0.4 and 0.1 in a quarter each."""
    assert scores(PROBABILITY, TRUTH).curve.error == pytest.approx(0.5 * 0.3 + 0.25 * 0.4 + 0.25 * 0.1)


def test_weights_stand_for_repeated_cases() -> None:
    """A case of weight 3 counts like three cases."""
    weighted = scores(PROBABILITY, TRUTH, np.array([3.0, 1.0, 1.0, 1.0]))
    order = [0, 0, 0, 1, 2, 3]
    repeated = scores(PROBABILITY[order], TRUTH[order])
    assert weighted.accuracy == pytest.approx(repeated.accuracy)
    assert weighted.log_score == pytest.approx(repeated.log_score)
    assert weighted.curve.error == pytest.approx(repeated.curve.error)


def test_an_outcome_is_scored_by_itself() -> None:
    """Outcome 1 is found in two of its three cases, and right in both in which it is named."""
    found = outcome_scores(PROBABILITY, TRUTH, 1)
    assert found.found == pytest.approx(2 / 3)
    assert found.right == pytest.approx(1.0)


def test_empty_bins_are_no_evidence() -> None:
    """A bin without cases has no mean and adds no error."""
    made = curve(np.array([0.05, 1.0]), np.array([False, True]), np.array([0.5, 0.5]))
    assert np.isnan(made.said[1:9]).all()
    assert made.weight.tolist() == [0.5, *[0.0] * 8, 0.5]
    assert made.error == pytest.approx(0.025)
