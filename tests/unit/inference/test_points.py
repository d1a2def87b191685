"""Simulated points of a calibration: kept at once, never made twice."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from paget import catalogue
from paget.errors import FolderError
from paget.inference import points as module
from paget.inference.aims import Figure
from paget.inference.free import axes_of
from paget.inference.points import Job, Points, figures_of, jobs_at
from paget.inference.targets import Target
from paget.model.free import Free

TARGETS = (
    Target("colorectal", "stage_share", "stage=IV", 0.2),
    Target("colorectal", "primary_diameter_median", "at=diagnosis", 45.0),
)
IDENTITY = {"seed": 1, "patients": 40}
FREE = Free(key="dormancy.share", stage="spread", low=0.2, high=0.9, why="a test")
EARLY = frozenset(target.name for target in TARGETS)


def _jobs(count: int) -> list[Job]:
    axes = axes_of([catalogue.cancer("colorectal").model_copy(update={"free": (FREE,)})])
    template = Job("colorectal", (), TARGETS, EARLY, 1, 0, 40)
    return jobs_at(template, [("colorectal", 1.0)], axes, np.linspace(0.0, 1.0, count)[:, None], 2)


class _Counting:
    """A simulator that counts its calls, and fails when it has made so many."""

    def __init__(self, most: int = 100) -> None:
        self.calls, self.most = 0, most

    def __call__(self, job: Job) -> dict[str, Figure]:
        self.calls += 1
        if self.calls > self.most:
            raise KeyboardInterrupt
        return {TARGETS[0].name: (0.25, 0.01 * job.first), TARGETS[1].name: (math.nan, None)}


def test_points_take_turns_between_blocks_of_patients() -> None:
    """Points use the first 40 patients and the next 40 by turns, each with its own value."""
    jobs = _jobs(4)
    assert [job.first for job in jobs] == [0, 40, 0, 40]
    assert [job.members[0][2]["dormancy.share"] for job in jobs][0::3] == ["0.2", "0.9"]
    assert len({job.key for job in jobs}) == 4


def test_a_calibration_that_was_stopped_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Points that were made before a stop are read from the file, and only the others are made."""
    first, second = _Counting(most=2), _Counting()
    monkeypatch.setattr(module, "figures_of", first)
    with pytest.raises(KeyboardInterrupt), Points(tmp_path, IDENTITY, 1) as made:
        made.simulated(_jobs(4), lambda _: None)
    monkeypatch.setattr(module, "figures_of", second)
    heard: list[int] = []
    with Points(tmp_path, IDENTITY, 1) as made:
        found = made.simulated(_jobs(4), heard.append)
    assert second.calls == 2
    assert sum(heard) == 4
    assert [each[TARGETS[0].name] for each in found] == [(0.25, 0.0), (0.25, 0.4)] * 2
    assert math.isnan(found[0][TARGETS[1].name][0])


def test_a_line_that_was_cut_short_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash in the middle of a line costs that point alone."""
    counting = _Counting()
    monkeypatch.setattr(module, "figures_of", counting)
    with Points(tmp_path, IDENTITY, 1) as made:
        made.simulated(_jobs(2), lambda _: None)
    path = tmp_path / "points.csv"
    path.write_text(path.read_text()[:-3])
    with Points(tmp_path, IDENTITY, 1) as made:
        found = made.simulated(_jobs(2), lambda _: None)
    assert counting.calls == 3
    assert len(found) == 2
    assert path.read_text().endswith("\n")


def test_a_folder_of_another_calibration_is_refused(tmp_path: Path) -> None:
    """Points of another seed are never mixed with these."""
    with Points(tmp_path, IDENTITY, 1):
        pass
    with pytest.raises(FolderError, match="its seed is another"), Points(tmp_path, {**IDENTITY, "seed": 2}, 1):
        pass


def test_a_folder_is_held_by_one_calibration(tmp_path: Path) -> None:
    """Two calibrations never write into one folder at once."""
    with (
        Points(tmp_path, IDENTITY, 1),
        pytest.raises(FolderError, match="Another run is writing"),
        Points(tmp_path, IDENTITY, 1),
    ):
        pass


def test_figures_of_a_point_are_those_of_a_run(tmp_path: Path) -> None:
    """A point gives the figures that a run of the same patients gives, with or without care up to diagnosis."""
    job = _jobs(2)[0]
    cheap = figures_of(job)
    cared = figures_of(Job(job.name, job.members, TARGETS, frozenset(), job.seed, job.first, job.n))
    assert cheap == cared
    with Points(tmp_path, IDENTITY, 1) as made:
        assert made.simulated([job], lambda _: None)[0] == cheap


@pytest.mark.slow
def test_processes_do_not_change_figures(tmp_path: Path) -> None:
    """Two processes give the same points as one."""
    with Points(tmp_path / "one", IDENTITY, 1) as made:
        one = made.simulated(_jobs(3), lambda _: None)
    with Points(tmp_path / "two", IDENTITY, 2) as made:
        two = made.simulated(_jobs(3), lambda _: None)
    assert one == two
