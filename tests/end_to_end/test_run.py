"""A run from the command line: what it prints, what it leaves, and that it can be stopped at any moment."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import paget as package
from paget.cohort.cohort import Cohort
from paget.model.layout import BEDS, CAUSES, ORGANS

Run = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., subprocess.Popen[str]]
Parts = Callable[[Path], dict[str, bytes]]
N = 4_500
LIVES = 120
OPTIONS = ("run", "colorectal", "-n", str(N), "--years", "2")
"""Three blocks of young cancers: quick to compute, and every table has rows."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def done(paget: Run, folder: Path) -> subprocess.CompletedProcess[str]:
    return paget(*OPTIONS, "--out", "whole", "--workers", "1", folder=folder)


@pytest.fixture(scope="module")
def cohort() -> Cohort:
    return package.simulate("colorectal", n=LIVES, seed=3, care="none")


def test_a_run_prints_a_short_summary_that_ends_with_the_path(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) <= 50
    assert max(map(len, lines)) <= 80
    assert " ".join(" ".join(lines[:2]).split()).startswith(
        f"Colorectal cancer: {N:,} patients, standard of care, seed 1, 2 years from the first cell"
    )
    assert lines[-2:] == ["Tables: whole", "Report: whole/report.html"]
    assert done.stderr == ""


def test_the_same_command_again_prints_the_same_and_changes_nothing(
    paget: Run, folder: Path, done: subprocess.CompletedProcess[str]
) -> None:
    before = {path: path.stat().st_mtime_ns for path in (folder / "whole").rglob("*.parquet")}
    again = paget(*OPTIONS, "--out", "whole", folder=folder)
    assert again.stdout == done.stdout
    assert before == {path: path.stat().st_mtime_ns for path in (folder / "whole").rglob("*.parquet")}


@pytest.mark.usefixtures("done")
def test_json_is_one_object_and_nothing_else(paget: Run, folder: Path) -> None:
    printed = paget(*OPTIONS, "--out", "whole", "--json", folder=folder)
    found = json.loads(printed.stdout)
    assert found["patients"] == N
    assert found["path"] == "whole"
    assert printed.stderr == ""


@pytest.mark.usefixtures("done")
def test_two_workers_leave_the_same_bytes_as_one(paget: Run, folder: Path, parts: Parts) -> None:
    paget(*OPTIONS, "--out", "two", "--workers", "2", folder=folder)
    assert parts(folder / "two") == parts(folder / "whole")
    assert len(parts(folder / "two")) == 27


@pytest.mark.usefixtures("done")
def test_a_run_killed_at_any_moment_goes_on_to_the_same_bytes(
    paget: Run, start: Start, folder: Path, parts: Parts
) -> None:
    command = (*OPTIONS, "--out", "killed")
    for wanted in (0, 1, 6):
        process = start(*command, folder=folder)
        wait_for(process, folder / "killed", wanted)
        process.kill()
        process.communicate()
    assert paget(*command, folder=folder).returncode == 0
    assert parts(folder / "killed") == parts(folder / "whole")
    for name in ("summary.json", "provenance.json"):
        assert (folder / "killed" / name).read_bytes() == (folder / "whole" / name).read_bytes()
    assert not list((folder / "killed").rglob("*.tmp"))


@pytest.mark.usefixtures("done")
def test_ctrl_c_says_how_to_go_on(paget: Run, start: Start, folder: Path, parts: Parts) -> None:
    command = (*OPTIONS, "--out", "stopped", "--workers", "1")
    process = start(*command, folder=folder)
    wait_for(process, folder / "stopped", 1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    if process.returncode != 0:
        assert process.returncode == 130
        assert out == ""
        assert "Traceback" not in err
        assert "the same command goes on" in err
    assert paget(*command, folder=folder).returncode == 0
    assert parts(folder / "stopped") == parts(folder / "whole")


def wait_for(process: subprocess.Popen[str], folder: Path, count: int) -> None:
    """Wait until a run has made its folder and that many part files, or has ended."""
    while process.poll() is None:
        if folder.exists() and len(list(folder.rglob("part-*.parquet"))) >= count:
            return
        time.sleep(0.002)


def test_tables_agree_with_each_other(cohort: Cohort) -> None:
    patients, lesions, clones = cohort.patients, cohort.lesions, cohort.clones
    assert patients["patient"].tolist() == list(range(LIVES))
    assert set(patients["cause"]) <= set(CAUSES) - {"alive", "effect"}
    assert set(lesions["organ"]) <= set(ORGANS)
    assert set(cohort.funnel["organ"]) <= {*ORGANS, *BEDS}
    assert (lesions["route"] == "primary").sum() == LIVES
    assert not lesions["lesion"].duplicated().any()
    elsewhere = (lesions["route"] != "primary") & (lesions["organ"] != "regional_lymph_node")
    seen = lesions[elsewhere & lesions["detectable_age_day"].notna()]
    assert (
        seen.groupby("patient").size().reindex(range(LIVES), fill_value=0).tolist() == patients["metastases"].tolist()
    )
    assert set(clones["lesion"]) <= set(lesions["lesion"])
    merged = lesions.merge(patients[["patient", "onset_age_day", "last_age_day"]], on="patient")
    assert (merged["founded_age_day"] >= merged["onset_age_day"]).all()
    assert (merged["founded_age_day"] <= merged["last_age_day"]).all()


def test_every_seeding_lesion_is_older_than_the_one_it_seeded(cohort: Cohort) -> None:
    lesions = cohort.lesions
    born = lesions.set_index("lesion")["founded_age_day"]
    seeded = lesions[lesions["parent_lesion"] != 0]
    parents = seeded["parent_lesion"].map(born)
    assert parents.notna().all()
    assert (parents <= seeded["founded_age_day"]).all()


def test_every_column_of_a_number_carries_its_unit(cohort: Cohort) -> None:
    for table in ("patients", "lesions", "clones", "funnel"):
        schema = pq.read_schema(next((cohort.path / f"{table}.parquet").glob("part-*.parquet")))
        for field in schema:
            if field.name.endswith(("_age_day", "_cells", "_mm", "_count")):
                assert field.metadata is not None, field.name
                assert field.metadata[b"unit"], field.name


def test_a_horizon_that_is_too_short_is_explained(paget: Run, folder: Path) -> None:
    printed = paget("run", "prostate", "-n", "50", "--years", "1", "--out", "short", folder=folder)
    assert printed.returncode == 0, printed.stderr
    assert "No primary reached 1 cm" in printed.stdout
    assert "horizon of 1 years is shorter than" in " ".join(printed.stdout.split())


def test_the_default_folder_is_named_after_the_run_and_another_setting_has_another(paget: Run, folder: Path) -> None:
    for options in ((), ("--set", "growth.doubling_time=120day")):
        assert paget("run", "pancreas", "-n", "20", "--seed", "4", *options, folder=folder).returncode == 0
    names = sorted(path.name for path in (folder / "runs").iterdir())
    assert names[0] == "pancreas-20-4"
    assert len(names) == 2
    assert names[1].startswith("pancreas-20-4-")
    made = json.loads((folder / "runs" / names[1] / "provenance.json").read_text())
    assert made["parameters"]["cancers"]["pancreas"]["growth.doubling_time"]["value"] == 120.0
    assert made["settings"] == {"growth.doubling_time": "120day"}
