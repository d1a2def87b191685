"""The report that commands leave, and the one that is made again."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def folder(paget: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which a run has left its tables and its report in ``crc``."""
    place = tmp_path_factory.mktemp("report")
    done = paget("run", "colorectal", "-n", "30", "--seed", "4", "--out", "crc", folder=place)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "Report: crc/report.html"
    return place


def test_a_run_leaves_a_report_in_its_folder(folder: Path) -> None:
    """A run leaves a page that names what was simulated."""
    page = (folder / "crc" / "report.html").read_text(encoding="utf-8")
    assert "<title>Colorectal cancer in 30 virtual patients" in page


def test_a_finished_run_keeps_its_report(paget: Run, folder: Path) -> None:
    """The same command again leaves the report as it is."""
    before = (folder / "crc" / "report.html").stat().st_mtime_ns
    paget("run", "colorectal", "-n", "30", "--seed", "4", "--out", "crc", folder=folder)
    assert (folder / "crc" / "report.html").stat().st_mtime_ns == before


def test_a_report_is_made_again(paget: Run, folder: Path) -> None:
    """`paget report` writes the report anew, and a page of one patient beside it."""
    (folder / "crc" / "report.html").unlink()
    assert paget("report", "crc", folder=folder).stdout == "Report: crc/report.html\n"
    assert (folder / "crc" / "report.html").exists()
    told = json.loads(paget("report", "crc", "--patient", "3", "--json", folder=folder).stdout)
    assert told["report"] == "crc/patient-3.html"
    assert (folder / "crc" / "patient-3.html").stat().st_size == told["bytes"]


def test_no_report_is_left_where_none_is_wanted(paget: Run, folder: Path) -> None:
    """A run for a program, and one that is told so, leave no report."""
    for name, option in (("quiet", "--no-report"), ("json", "--json")):
        done = paget("run", "pancreas", "-n", "2", "--out", name, option, folder=folder)
        assert done.returncode == 0, done.stderr
        assert not (folder / name / "report.html").exists()


def test_without_matplotlib_a_run_says_how_to_get_a_report(paget: Run, tmp_path: Path) -> None:
    """Where the extra is not installed, a run ends well, and its last line names what brings figures."""
    (tmp_path / "sitecustomize.py").write_text("import sys\n\nsys.modules['matplotlib'] = None\n", encoding="utf-8")
    done = paget("run", "pancreas", "-n", "2", "--out", "bare", folder=tmp_path, PYTHONPATH=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "Report: none; figures need matplotlib: pip install 'paget[plots]'"
    assert not (tmp_path / "bare" / "report.html").exists()
    wanted = paget("report", "bare", folder=tmp_path, PYTHONPATH=str(tmp_path))
    assert wanted.returncode == 2
    assert "paget[plots]" in wanted.stderr


def test_one_patient_has_a_page_without_a_run(paget: Run, folder: Path) -> None:
    """A patient who is named by cancer, seed and index has a page of his own."""
    done = paget("patient", "colorectal", "--seed", "4", "--index", "3", "--report", "p3.html", folder=folder)
    assert done.stdout == "Report: p3.html\n"
    assert "with colorectal cancer" in (folder / "p3.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("report", "nothing"), ("nothing in this folder", "paget run")),
        (("report", "crc", "--patient", "30"), ("no such patient", "0 to 29")),
        (("report", "crc", "--against", "none"), ("no patient", "paget compare")),
        (("report", "crc", "--patient", "3", "--against", "noone"), ("noone", "none")),
        (("app", "--port", "70000"), ("no such port", "65535")),
    ],
)
def test_bad_input_ends_in_one_message(paget: Run, folder: Path, args: tuple[str, ...], words: tuple[str, ...]) -> None:
    """What cannot be done ends with exit code 2 and a message that helps, and no traceback."""
    done = paget(*args, folder=folder)
    assert done.returncode == 2
    assert all(word in done.stderr for word in words), done.stderr
    assert "Traceback" not in done.stderr
