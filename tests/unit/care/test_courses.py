"""Courses of therapy: when they begin and end, at which dose, and the rows that they hold."""

from __future__ import annotations

from typing import Final

import numpy as np
import pytest
from tests.unit.care.test_mechanisms import KILL, TESTS, hosts, therapy

from paget.care.courses import COMPLETED, ENDINGS, PROGRESSION, Courses

WHO: Final = np.array([1, 3])
NOBODY_ON: Final = np.zeros((2, 1), bool)
ALL: Final = np.ones((2, 1), bool)
BEST: Final = np.zeros(2, np.int64)


def started(patients: int = 5) -> Courses:
    """Return courses in which patients 1 and 3 began a drug on day 100 that is planned until day 268."""
    courses = Courses([therapy(KILL)], TESTS, "colorectal", 1, patients)
    line, phase = np.ones(2, np.int64), np.full(2, 6)
    courses.start(0, WHO, hosts(2), line, phase, np.full(2, 90.0))
    return courses


def test_a_course_is_on_from_its_order_and_holds_its_rows() -> None:
    """Only those who were started are on, and each holds one row of effects."""
    courses = started()
    assert courses.on[:, 0].tolist() == [False, True, False, True, False]
    assert (courses.effect["magnitude"] > 0.0).sum(axis=1).tolist() == [0, 1, 0, 1, 0]
    assert courses.next_end_day(WHO).tolist() == [268.0, 268.0]
    assert courses.given[:, 0].tolist() == [0, 1, 0, 1, 0]


def test_a_course_comes_to_its_planned_end_and_is_written_down() -> None:
    """On the planned day it is over; ended, it is no longer on, and its row is off."""
    courses = started()
    assert courses.over(WHO, np.full(2, 200.0)).tolist() == NOBODY_ON.tolist()
    over = courses.over(WHO, np.full(2, 268.0))
    assert over.tolist() == ALL.tolist()
    courses.stop(over, WHO, np.full(2, 268.0), COMPLETED, BEST)
    assert not courses.on.any()
    (ended,) = courses.ended
    assert ended.row.tolist() == [1, 3]
    assert [ENDINGS[code] for code in ended.ending] == ["completed", "completed"]
    assert ended.end_day.tolist() == [268.0, 268.0]
    assert ended.dose.tolist() == [1.0, 1.0]


def test_a_course_that_is_stopped_acts_no_longer() -> None:
    """Its row ends on the day it is stopped, and what has been given since counts as free of therapy."""
    courses = started()
    courses.stop(ALL, WHO, np.array([150.0, 160.0]), PROGRESSION, BEST)
    assert courses.effect["off_day"][WHO, 0].tolist() == [150.0, 160.0]
    assert courses.free_day(WHO, np.full(2, 200.0)).tolist() == [50.0, 40.0]


def test_a_course_that_never_began_leaves_no_trace() -> None:
    """What is called off before its first day acted on nobody and is not written down."""
    courses = started()
    courses.stop(ALL, WHO, np.full(2, 95.0), PROGRESSION, BEST)
    assert sum(each.row.size for each in courses.ended) == 0
    assert (courses.effect["magnitude"] == 0.0).all()


def test_a_reduced_dose_acts_less_from_that_day_on() -> None:
    """The old row ends, a new one with three quarters begins, and the mean dose is told at the end."""
    courses = started()
    courses.change_dose(ALL, WHO, np.full(2, 184.0), 0.75)
    rows = courses.effect[1][courses.effect[1]["magnitude"] > 0.0]
    rows = rows[np.argsort(rows["on_day"])]
    assert rows["on_day"].tolist() == [100.0, 184.0]
    assert rows["off_day"].tolist() == [184.0, 268.0]
    assert rows["magnitude"].tolist() == pytest.approx([0.04, 0.03])
    courses.stop(ALL, WHO, np.full(2, 268.0), COMPLETED, BEST)
    assert courses.ended[0].dose.tolist() == pytest.approx([0.875, 0.875])


def test_a_pause_leaves_days_without_effect() -> None:
    """A delay of two weeks ends the row and begins it again two weeks later."""
    courses = started()
    courses.change_dose(ALL, WHO, np.full(2, 150.0), 1.0, 14.0)
    rows = courses.effect[3][courses.effect[3]["magnitude"] > 0.0]
    rows = rows[np.argsort(rows["on_day"])]
    assert rows[["on_day", "off_day"]].tolist() == [(100.0, 150.0), (164.0, 268.0)]


def test_therapy_that_was_never_given_is_infinitely_long_ago() -> None:
    """Free days are infinite before any systemic therapy, and 0 while one goes on."""
    courses = started()
    assert courses.free_day(np.array([0, 1]), np.full(2, 120.0)).tolist() == [np.inf, 0.0]
