"""`paget trial` as a user types it."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from paget.cli.app import app

Run = Callable[..., subprocess.CompletedProcess[str]]
ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples" / "trials").glob("*.toml"))
PRODIGE = ROOT / "examples" / "trials" / "pancreas_prodige4.toml"
PAGE = ROOT / "docs" / "trials.md"
RUNNER = CliRunner()
"""Most calls stay in this process: a process of its own takes seconds to load the engine."""


def test_six_trials_are_shipped() -> None:
    """Each design stands in a file of its own."""
    assert len(EXAMPLES) == 6


@pytest.mark.parametrize("spec", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_runs_and_is_told_within_eighty_columns(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, spec: Path
) -> None:
    """Both arms, the published result beside them, the pairs and the power stand in the text; nothing is kept."""
    monkeypatch.chdir(tmp_path)
    done = RUNNER.invoke(app, ["trial", str(spec), "-n", "100"])
    assert (done.exit_code, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert sum(line.startswith("  published") for line in lines) >= 3
    assert any(line.startswith("Median months") for line in lines)
    assert any("what no trial can see" in line for line in lines)
    assert any(line.startswith("Power by") for line in lines)
    assert lines[-1] == "For research; not a medical device."
    assert list(tmp_path.iterdir()) == []


def test_a_trial_is_told_as_one_json_object_the_same_each_time(paget: Run, tmp_path: Path) -> None:
    """Counts fit together, and two runs of one seed are the same text, whatever the number of threads."""
    args = ("trial", str(PRODIGE), "-n", "100", "--seed", "4", "--json")
    texts = [paget(*args, "--workers", workers, folder=tmp_path).stdout for workers in ("1", "2")]
    told = json.loads(texts[0])
    assert texts[0] == texts[1]
    assert (
        sum(arm["patients"] for arm in told["arms"])
        == told["randomised"]
        == told["pairs"][0]["benefits"]["OS"]["pairs"]
    )
    assert told["simulated"] == 100 >= told["found"] >= told["randomised"]
    assert told["published"]["hazard_ratios"][0]["value"] == 0.57


def test_the_data_are_kept_where_they_are_wanted(paget: Run, tmp_path: Path) -> None:
    """The folder holds the result, each arm's tables and ADaM data sets in both formats."""
    done = paget("trial", str(PRODIGE), "-n", "100", "--out", "kept", "--adam", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Data: kept" in done.stdout
    names = {str(path.relative_to(tmp_path / "kept")) for path in (tmp_path / "kept").rglob("*") if path.is_file()}
    assert {"result.json", "randomised/visits.parquet", "arm-gemcitabine/patients.parquet"} <= names
    assert {"adam/adsl.csv", "adam/adtte.parquet", "adam/define.csv"} <= names


MISTAKES = [
    ('give = ["gemcitabine"]', 'give = ["gemcitabin"]', ("'gemcitabin'", "arms.0.give", "nearest: gemcitabine")),
    ("metastatic = true", 'metastatic = false\nany_in = ["liver"]', ("Nobody can be eligible", "any_in")),
    (
        "age_below_year = 76.0",
        "age_from_year = 90.0\nage_below_year = 76.0",
        ("Nobody can be eligible", "more than 90"),
    ),
    ("age_below_year = 76.0", "age_below_year = 18.0", ("Nobody was eligible: 30 patients", "age_below_year")),
    ('name = "Gemcitabine"', 'name = "Gemcitabine"\nweight = 0', ("The arm gemcitabine would have no patients",)),
    ("accrual_month = 46.0", "accrual_month = inf", ("design.accrual_month", "finite")),
    ("follow_up_month = 6.0", "follow_up_month = -6.0", ("design.follow_up_month", "greater than 0")),
    ("follow_up_month = 6.0", "folow_up_month = 6.0", ("folow_up_month", "nearest: follow_up_month")),
    ("assessed_every_day = 56.0", "assessed_every_day = 0.0", ("assessed_every_day", "greater than or equal to 7")),
    ('cancer = "pancreas"', 'cancer = "pancreass"', ("pancreass", "nearest: pancreas")),
    ('reference = "gemcitabine"', 'reference = "placebo"', ("There is no arm called placebo",)),
    ('"conroy2011"\ngrade', '"conroy"\ngrade', ("The source conroy is not listed", "nearest: conroy2011")),
    ("[[arms]]", "[arms]", ("cannot be read",)),
]


@pytest.mark.parametrize(("old", "new", "told"), MISTAKES, ids=[new[:30] for _, new, _ in MISTAKES])
def test_a_mistake_in_a_specification_is_told_in_one_message(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, old: str, new: str, told: tuple[str, ...]
) -> None:
    """The message names the fault, its place and what is allowed; nothing is written."""
    monkeypatch.chdir(tmp_path)
    text = PRODIGE.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "trial.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    done = RUNNER.invoke(app, ["trial", "trial.toml", "-n", "30", "--out", "kept"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert [part for part in told if part not in done.stderr] == []
    assert not (tmp_path / "kept").exists()


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("nothing.toml",), ("cannot be read", "nothing.toml")),
        ((str(PRODIGE), "-n", "0"), ("n is not in its range", "value:   0")),
        ((str(PRODIGE), "--seed", "-1"), ("seed is not in its range",)),
        ((str(PRODIGE), "--workers", "0"), ("workers is not in its range",)),
        ((str(PRODIGE), "--adam"), ("ADaM data sets need a folder", "--out")),
    ],
)
def test_a_mistake_in_the_command_is_told_in_one_message(args: tuple[str, ...], told: tuple[str, ...]) -> None:
    """The exit code is 2, before anything is simulated."""
    done = RUNNER.invoke(app, ["trial", *args])
    assert (done.exit_code, done.stdout) == (2, "")
    assert [part for part in told if part not in done.stderr] == []


def test_the_page_shows_every_example_with_what_was_published() -> None:
    """The table of the documentation has all six, each with a simulated and a published hazard ratio."""
    rows = re.findall(r"^\| (\w+) \|.*$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert {path.stem for path in EXAMPLES} <= set(rows)
