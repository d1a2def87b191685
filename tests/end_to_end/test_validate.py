"""Published figures from the command line: listed, compared, written, and told where they cannot be computed."""

from __future__ import annotations

import csv
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
FIGURES = """cancer,quantity,stratum,value,low,high,n,unit,confidence,source
pancreas,stage_share,stage=IV;age=50-79,0.5,0,1,100,fraction,high,One
lung_non_small_cell,stage_share,stage=IV,0.5,0,1,,fraction,high,Two
pancreas,untreated_survival_median,from=diagnosis;stage=any,3,0.01,900,,months,high,Three
pancreas,site_ever,site=livr,0.5,,,,fraction,high,Four
pancrea,site_ever,site=liver,0.5,,,,fraction,high,Five
"""
N = 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("validated")
    (path / "figures.csv").write_text(FIGURES, encoding="utf-8")
    return path


def test_a_file_of_figures_is_scored_row_by_row(paget: Run, folder: Path) -> None:
    """Every row comes back in order, computed or with the reason, and the table holds the same."""
    done = paget("validate", "--targets", "figures.csv", "-n", str(N), "--out", "scores", "--json", folder=folder)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    rows = told["targets"]
    assert [row["cancer"] for row in rows] == ["pancreas", "lung_non_small_cell", "pancreas", "pancreas", "pancrea"]
    assert [row["met"] for row in rows] == [True, True, True, None, None]
    assert [row["run"] for row in rows] == ["treated", "treated", "untreated", "treated", "treated"]
    assert all(row["se"] > 0.0 and row["reason"] is None for row in rows[:3])
    assert ["nearest: liver" in rows[3]["reason"], "nearest: pancreas" in rows[4]["reason"]] == [True, True]
    apart = told["summary"]
    assert apart["unseen"]["all"]["computed"] + apart["fitted"]["all"]["computed"] == 3
    with (folder / "scores" / "validation.csv").open(encoding="utf-8", newline="") as table:
        assert [float(row["simulated"] or -1) for row in csv.DictReader(table)] == [
            -1 if row["simulated"] is None else row["simulated"] for row in rows
        ]


def test_the_text_names_what_was_not_computed(paget: Run, folder: Path) -> None:
    """Eighty columns tell scores and reasons; the same command gives the same figures."""
    done = paget("validate", "pancreas", "--targets", "figures.csv", "-n", str(N), "--out", "text", folder=folder)
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "not computed, site=livr" in done.stdout
    assert "lung" not in done.stdout.partition("not computed")[0]
    assert (folder / "text" / "validation.csv").is_file()


def test_targets_are_listed_with_their_sources(paget: Run, folder: Path) -> None:
    """As text within eighty columns, and as JSON with the source of each."""
    text = paget("targets", "prostate", folder=folder)
    assert (text.returncode, max(map(len, text.stdout.splitlines())) <= 80) == (0, True)
    rows = json.loads(paget("targets", "prostate", "--json", folder=folder).stdout)["targets"]
    assert {row["cancer"] for row in rows} == {"prostate"}
    assert all(row["source"] and row["computable"] for row in rows)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("validate", "colorectl"), "nearest: colorectal"),
        (("validate", "colorectal", "-n", "0"), "a whole number from 1"),
        (("validate", "--targets", "nothing.csv"), "cannot be read"),
        (("targets", "lung_non_small_cell"), "There is no target for lung_non_small_cell."),
    ],
)
def test_what_cannot_be_asked_is_told_in_one_message(
    paget: Run, folder: Path, args: tuple[str, ...], said: str
) -> None:
    """Exit code 2, no traceback, and what would mend it."""
    done = paget(*args, folder=folder)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
