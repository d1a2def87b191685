"""The notebooks are what their editor takes them for; `test_examples` runs each from its first cell to its last."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "examples" / "notebooks"
NAMES = ("first_cohort", "one_patient", "trial", "origin_and_map", "own_cancer", "own_policy")


def test_there_is_a_notebook_for_each_first_question() -> None:
    """A first cohort, one patient, a trial, origin and map, and a cancer and a policy of one's own."""
    assert sorted(path.stem for path in FOLDER.glob("*.py")) == sorted(NAMES)


def test_the_editor_finds_nothing_wrong_with_the_notebooks() -> None:
    """No cell defines what another defines, and none refers to what is not there."""
    pytest.importorskip("marimo", reason="marimo is not installed")
    command = [sys.executable, "-m", "marimo", "check", "--strict", *(str(path) for path in FOLDER.glob("*.py"))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
