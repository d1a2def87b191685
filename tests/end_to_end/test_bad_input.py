"""What a user can get wrong ends with exit code 2, one clear message, and nothing half-written."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.end_to_end.conftest import COMMAND, environment

from paget.catalogue.folders import BUILT_IN

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("run", "colorectall"), ("colorectall", "nearest: colorectal")),
        (("run", "colorectal", "-n", "0"), ("value:   0", "from 1")),
        (("run", "colorectal", "-n", "-3"), ("value:   -3", "from 1")),
        (("run", "colorectal", "-n", "many"), ("'-n'", "integer")),
        (("run", "colorectal", "--workers", "0"), ("workers", "value:   0")),
        (("run", "colorectal", "--seed", "-1"), ("seed", "value:   -1")),
        (("run", "colorectal", "--years", "0"), ("horizon", "value:   0")),
        (("run", "colorectal", "--years", "-2"), ("horizon", "value:   -2")),
        (("run", "colorectal", "--set", "growth.doubling_time"), ("KEY=VALUE", "growth.doubling_time")),
        (("run", "colorectal", "--set", "growth.doublin_time=9day"), ("nearest: growth.doubling_time",)),
        (("run", "colorectal", "--set", "growth.doubling_time=9kg"), ("kg", "day")),
        (("run", "colorectal", "--set", "growth.doubling_time=9"), ("no unit", "day")),
        (("run", "colorectal", "--set", "growth.cell_loss=7"), ("growth.cell_loss", "7")),
        (("run", "colorectal", "--set", "dormancy.share=0", "--set", "dormancy.share=1"), ("set twice",)),
        (("run", "colorectal", "--set", "dormancy.waking_rate=-1/year"), ("dormancy.waking_rate", "at least 0")),
        (("run", "colorectal", "--set", "growth.doubling_time=1e-9day"), ("growth.doubling_time", "at least 0.5")),
        (("run", "colorectal", "--set", "growth.diameter_at_diagnosis=1e300mm"), ("diameter", "from 0.1 to 1000 mm")),
        (("run", "colorectal", "--set", "spread.shedding.sigma=1000"), ("spread.shedding", "at most 3")),
        (("run", "colorectal", "--set", "expect.main_sites=1"), ("not a number of colorectal",)),
        (("run", "colorectal", "--years", "nan"), ("horizon", "value:   nan")),
        (("run", "colorectal", "--seed", "abc"), ("'--seed'", "integer")),
        (("run", "colorectal", "--scheduler", "nonsense"), ("nonsense", "tcp://HOST:PORT")),
        (("run", "colorectal", "--out", "long" * 80), ("too long", "another folder")),
        (("run", "colorectal", "--out", "file/run"), ("file", "another folder")),
        (("run", "colorectal", "--out", "file"), ("is a file", "another folder")),
        (("run", "colorectal", "--out", "full"), ("notes.txt", "another folder")),
        (("run", "colorectal", "--scheduler", "nonsense://x"), ("nonsense://x", "tcp://HOST:PORT")),
        (("run", "colorectal", "--scheduler", "tcp://localhost:x"), ("tcp://localhost:x", "scheduler")),
        (("run", "colorectal", "--scheduler", "tcp://127.0.0.1:1"), ("127.0.0.1:1", "refused")),
        (("patient", "colorectal", "--index", "-1"), ("index", "value:   -1")),
        (("patient", "nothing"), ("nothing", "paget list cancers")),
    ],
)
def test_a_mistake_is_told_in_one_message(
    paget: Run, tmp_path: Path, args: tuple[str, ...], told: tuple[str, ...]
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").touch()
    before = sorted(tmp_path.rglob("*"))
    done = paget(*args, folder=tmp_path)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert all(word in done.stderr for word in told), done.stderr
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ('source = "burke2020"\n', "", ("growth.doubling_time.source", "has no source")),
        ('source = "burke2020"', 'source = "burk2020"', ("nearest: burke2020", "growth.doubling_time.source")),
        ("locator =", "locatr =", ("nearest: locator",)),
        ('unit = "day"', 'unit = "kg"', ("growth.doubling_time", "'kg' does not fit")),
        ("[growth.doubling_time]", "[growth.doubling_time", ("not valid TOML", "line")),
    ],
)
def test_a_fault_in_an_entry_of_the_user_is_told_with_its_file(
    paget: Run, tmp_path: Path, was: str, now: str, told: tuple[str, ...]
) -> None:
    mine = tmp_path / "catalogue" / "cancers" / "mine.toml"
    mine.parent.mkdir(parents=True)
    text = (BUILT_IN / "cancers" / "colorectal.toml").read_text(encoding="utf-8")
    assert was in text
    mine.write_text(text.replace('"colorectal"', '"mine"', 1).replace(was, now, 1), encoding="utf-8")
    done = paget("run", "mine", "-n", "2", folder=tmp_path, PAGET_CATALOGUE=str(tmp_path / "catalogue"))
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert f"file:    {mine}" in done.stderr
    assert all(word in done.stderr for word in told), done.stderr
    assert not (tmp_path / "runs").exists()


def test_a_catalogue_that_is_not_there_is_told(paget: Run, tmp_path: Path) -> None:
    done = paget("list", folder=tmp_path, PAGET_CATALOGUE=str(tmp_path / "nowhere"))
    assert done.returncode == 2
    assert "nowhere" in done.stderr
    assert "unset PAGET_CATALOGUE" in done.stderr


def test_a_way_that_is_switched_off_is_no_mistake(paget: Run, tmp_path: Path) -> None:
    setting = "spread.cavity_share.peritoneum=0"
    done = paget("run", "colorectal", "-n", "2", "--out", "run", "--set", setting, folder=tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_folder_of_another_cancer_is_told_by_the_cancer(paget: Run, tmp_path: Path) -> None:
    assert paget("run", "colorectal", "-n", "2", "--out", "run", folder=tmp_path).returncode == 0
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    done = paget("run", "pancreas", "-n", "2", "--out", "run", folder=tmp_path)
    assert done.returncode == 2
    assert "cancer is 'colorectal' there and 'pancreas' here" in done.stderr
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_damaged_file_of_a_run_is_told_or_made_anew(paget: Run, tmp_path: Path) -> None:
    command = ("run", "colorectal", "-n", "300", "--out", "run", "--json")
    whole = paget(*command, folder=tmp_path)
    part, summary = tmp_path / "run" / "patients.parquet" / "part-00000.parquet", tmp_path / "run" / "summary.json"
    sound = part.read_bytes()
    summary.write_text("{")
    assert paget(*command, folder=tmp_path).stdout == whole.stdout
    # The footer stays whole, so that the damage shows only when the rows are read.
    part.write_bytes(sound[:100] + bytes(len(sound) // 2) + sound[100 + len(sound) // 2 :])
    done = paget(*command, folder=tmp_path)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert str(part.relative_to(tmp_path)) in done.stderr
    part.unlink()
    assert paget(*command, folder=tmp_path).stdout == whole.stdout
    assert part.read_bytes() == sound


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_under_the_output_is_told_and_the_run_is_kept(tmp_path: Path) -> None:
    command = [*COMMAND, "run", "colorectal", "-n", "2", "--out", "run"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, cwd=tmp_path, env=environment(), check=False
        )
    assert done.returncode == 2
    assert done.stderr == "The output cannot be written: No space left on device. What was simulated is kept.\n"
    assert json.loads((tmp_path / "run" / "provenance.json").read_text())["finished"]


def test_a_terminal_that_knows_ascii_alone_gets_its_summary(paget: Run, tmp_path: Path) -> None:
    done = paget("run", "colorectal", "-n", "2", "--out", "run", folder=tmp_path, PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert "Spread" in done.stdout


def test_a_folder_of_another_run_is_told_by_the_key_that_differs(paget: Run, tmp_path: Path) -> None:
    made = {"paget_version": "0.0.1", "cancer": "colorectal", "finished": True}
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "provenance.json").write_text(json.dumps(made))
    done = paget("run", "colorectal", "--out", "run", folder=tmp_path)
    assert done.returncode == 2
    assert "paget_version is '0.0.1' there and" in done.stderr
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["provenance.json"]


POLICY = """policy = "mine"
name = "Mine"
summary = "A test."

[[rules]]
id = "first"
at = ["diagnosis"]
give = ["folfox"]
phase = "systemic"
goal = "control"
source = "paget"
grade = "assumed"
rationale = "A test."
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"folfox"', '"folfoxx"', ("folfoxx", "nearest: folfox", "rules.0.give")),
        ('"control"', '"contrl"', ("contrl", "nearest: control", "rules.0.goal")),
        ("phase =", "wait = -3.0\nphase =", ("-3.0", "rules.0.wait")),
        ("phase =", "uptake = 0.0\nphase =", ("rules.0.uptake",)),
        ("phase =", "when = { age_from_year = 80.0, age_below_year = 70.0 }\nphase =", ("age_below_year", "70.0")),
        ("phase =", 'when = { has = ["KRASS"] }\nphase =', ("KRASS", "nearest: KRAS")),
        ('"diagnosis"', '"diagnosiss"', ("diagnosiss", "nearest: diagnosis", "rules.0.at.0")),
    ],
)
def test_a_policy_that_cannot_be_followed_is_refused_before_anything_runs(
    paget: Run, tmp_path: Path, old: str, new: str, told: tuple[str, ...]
) -> None:
    """An unknown drug, an impossible condition, a negative wait: exit code 2, the key, and no folder."""
    (tmp_path / "mine.toml").write_text(POLICY.replace(old, new), encoding="utf-8")
    done = paget("run", "colorectal", "-n", "5", "--care", "mine.toml", folder=tmp_path)
    assert done.returncode == 2
    assert all(words in done.stderr for words in told), done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]


def test_a_policy_that_there_is_not_is_refused_with_the_nearest(paget: Run, tmp_path: Path) -> None:
    """A misspelt policy ends with the names there are."""
    done = paget("run", "colorectal", "-n", "5", "--care", "standard_of_cure", folder=tmp_path)
    assert done.returncode == 2
    assert "nearest: standard_of_care" in done.stderr
    assert not list(tmp_path.iterdir())
