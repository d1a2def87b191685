"""One patient's page from the command line: a file to open, the patient of the run, and one message where it fails."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., subprocess.CompletedProcess[str]]
WHO = ("patient", "colorectal", "--seed", "5", "--index", "2")


def data_of(page: Path) -> dict[str, object]:
    """Return what the view of a page is given."""
    text = page.read_text(encoding="utf-8").split('<script type="application/json"', maxsplit=1)[1]
    found: dict[str, object] = json.loads(text.split(">", maxsplit=1)[1].split("</script>", maxsplit=1)[0])
    return found


def test_a_page_holds_both_lives_of_the_patient(paget: Run, tmp_path: Path) -> None:
    """The file has one life for each policy, and the command says where it is."""
    done = paget(*WHO, "--against", "none", "--html", "p.html", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    data = data_of(tmp_path / "p.html")
    assert done.stdout == f"{data['title']}: p.html\n"
    arms = data["arms"]
    assert isinstance(arms, list)
    assert [arm["care"] for arm in arms] == ["standard of care", "no treatment"]


def test_a_report_holds_both_lives_of_the_patient(paget: Run, tmp_path: Path) -> None:
    """The report shows the second life beside the first, in its view, in words and in tables."""
    done = paget(*WHO, "--against", "none", "--report", "r.html", folder=tmp_path)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "Report: r.html\n")
    arms = data_of(tmp_path / "r.html")["arms"]
    assert isinstance(arms, list)
    assert [arm["care"] for arm in arms] == ["standard of care", "no treatment"]
    assert '<h2 id="lives-title">With no treatment instead</h2>' in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_a_program_is_told_the_file(paget: Run, tmp_path: Path) -> None:
    """With --json the answer is one object."""
    done = paget(*WHO, "--html", "p.html", "--json", folder=tmp_path)
    assert json.loads(done.stdout) == {"page": "p.html"}
    assert (tmp_path / "p.html").exists()


def test_a_second_policy_needs_a_page(paget: Run, tmp_path: Path) -> None:
    """Two lives in words are refused with the option that is missing."""
    done = paget(*WHO, "--against", "none", folder=tmp_path)
    assert done.returncode == 2
    assert "--html" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_is_not_there_is_told(paget: Run, tmp_path: Path) -> None:
    """A page that cannot be written ends in one message."""
    done = paget(*WHO, "--html", "nowhere/p.html", folder=tmp_path)
    assert done.returncode == 2
    assert "The page cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
