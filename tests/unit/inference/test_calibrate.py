"""A whole calibration, small: what it leaves, how it goes on, and what it refuses."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from paget import catalogue
from paget.cli.app import app
from paget.cli.calibrate_text import print_calibration
from paget.errors import FolderError, SettingError, UnknownEntryError
from paget.inference import calibrate as module
from paget.inference import points as simulating
from paget.inference.aims import Figure
from paget.inference.calibrate import calibrate
from paget.inference.calibration import Calibration
from paget.inference.problem import Problem, identity_of, problem_of
from paget.inference.shipping import ship

CANCER = "stomach"
N = 40


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Calibration:
    """Return a small calibration of what acts before the diagnosis of stomach cancer."""
    out = tmp_path_factory.mktemp("calibration")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "CHECKED_PATIENTS", 60)
        made = calibrate(CANCER, N, stage="spread", out=out, points=10, waves=1, workers=1)
    made.write()
    return made


def test_a_calibration_leaves_draws_within_the_bounds(found: Calibration) -> None:
    """Two hundred draws of each free number are kept, all within its bounds."""
    with (found.folder / "posterior.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 200
    free = {each.key: each for each in catalogue.cancer(CANCER).free if each.stage == "spread"}
    assert set(rows[0]) == set(free)
    assert all(each.low <= float(row[key]) <= each.high for row in rows for key, each in free.items())


def test_the_report_tells_numbers_figures_and_what_moves_outcomes(found: Calibration) -> None:
    """The report is JSON with all fitted numbers, all figures, and indices of what is over by diagnosis."""
    report = json.loads((found.folder / "report.json").read_text())
    assert [row["key"] for row in report["numbers"]] == [
        each.key for each in catalogue.cancer(CANCER).free if each.stage == "spread"
    ]
    assert len(report["figures"]) == len(found.problem.targets)
    fitted = {row["quantity"] for row in report["figures"] if row["fitted"]}
    assert "stage_share" in fitted
    assert "cause_specific_survival" not in fitted
    assert {row["outcome"] for row in report["sensitivity"]} == {f"{CANCER}/stage_share/stage=IV"}
    assert report["waves"][0]["points"] == 10


def test_the_same_call_simulates_nothing_again(found: Calibration, monkeypatch: pytest.MonkeyPatch) -> None:
    """A finished calibration is read from its folder, and gives the same draws to the last digit."""

    def refuse(_job: object) -> dict[str, Figure]:
        message = "a point was simulated again"
        raise AssertionError(message)

    monkeypatch.setattr(simulating, "figures_of", refuse)
    monkeypatch.setattr(module, "CHECKED_PATIENTS", 60)
    again = calibrate(CANCER, N, stage="spread", out=found.folder, points=10, waves=1, workers=1)
    assert (again.posterior == found.posterior).all()
    assert again.figures() == found.figures()


def test_another_seed_needs_another_folder(found: Calibration) -> None:
    """Points of one seed are not taken for those of another."""
    with pytest.raises(FolderError, match="its seed is another"):
        calibrate(CANCER, N, stage="spread", seed=2, out=found.folder, points=10, waves=1, workers=1)


def test_a_shipped_fit_does_not_make_its_points_strange(found: Calibration, tmp_path: Path) -> None:
    """Points stay good when the fit has been shipped: what they have in common does not hold the free numbers."""
    (tmp_path / "cancers").mkdir()
    entry = tmp_path / "cancers" / f"{CANCER}.toml"
    entry.write_text((catalogue.folders.BUILT_IN / "cancers" / f"{CANCER}.toml").read_text())
    ship(found.folder, tmp_path)
    entry.write_text("replaces = true\n" + entry.read_text())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PAGET_CATALOGUE", str(tmp_path))
        shipped = catalogue.cancer(CANCER)
        assert "fitted" in {shipped.colonisation.efficiency.grade, shipped.spread.shedding.grade}
        assert identity_of(problem_of(CANCER), N, 1) == identity_of(found.problem, N, 1)


def test_the_page_fits_eighty_columns(
    found: Calibration, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is printed names every free number and figure and is no wider than a terminal."""
    monkeypatch.setenv("COLUMNS", "80")
    print_calibration(found)
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    assert "before" in text
    assert "What the main outcomes depend on" in text


def test_figures_of_a_group_are_left_to_the_group() -> None:
    """One member of a group is fitted to its own figures, and says that those of the group need all its members."""
    alone = problem_of("lung_adenocarcinoma")
    assert {target.cancer for target in alone.targets} == {"lung_adenocarcinoma"}
    assert "lung/stage_share/age=50-69;stage=I" in dict(alone.left_out)
    together = problem_of("lung")
    assert {target.cancer for target in together.targets} == {
        "lung",
        "lung_adenocarcinoma",
        "lung_squamous",
        "lung_small_cell",
    }
    assert together.left_out == ()


@pytest.mark.parametrize("name", [*catalogue.list_cancers(), *catalogue.list_groups()])
def test_free_numbers_are_few_beside_the_figures(name: str) -> None:
    """Where a cancer or group has figures of stage and survival, it has at least two of them for each free number."""
    try:
        problem: Problem = problem_of(name)
    except SettingError:
        return
    if any(target.quantity == "stage_share" for target in problem.targets):
        assert 2 * len(problem.axes) <= len(problem.targets)


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"n": 5}, "n is not in its range"),
        ({"points": 2}, "points is not in its range"),
        ({"waves": 0}, "waves is not in its range"),
        ({"workers": 0}, "workers is not in its range"),
        ({"stage": "relapse"}, "There is no such stage"),
    ],
)
def test_numbers_out_of_range_are_refused(options: dict[str, object], fault: str, tmp_path: Path) -> None:
    """A calibration of too little says what is allowed before it makes a folder."""
    with pytest.raises(SettingError, match=fault):
        calibrate(CANCER, out=tmp_path / "none", **options)  # type: ignore[arg-type]
    assert not (tmp_path / "none").exists()


def test_an_unknown_cancer_is_told_with_the_nearest() -> None:
    """A slip in the name of a cancer ends in one message and exit code 2."""
    with pytest.raises(UnknownEntryError):
        problem_of("stomack")
    told = CliRunner().invoke(app, ["calibrate", "stomack"])
    assert told.exit_code == 2
    assert "stomach" in told.output
