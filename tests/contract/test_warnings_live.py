"""A warning fails the test that raised it: proved by a test that warns, run under this project's settings."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WARNING = "import warnings\n\ndef test_it():\n    warnings.warn('{text}', {category}, stacklevel=1)\n"
QUIET = "def test_it():\n    assert True\n"


def run_pytest(folder: Path, source: str) -> subprocess.CompletedProcess[str]:
    """Run one test file in a folder of its own under this project's pyproject.toml."""
    test = folder / "test_it.py"
    test.write_text(source, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    command += ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(folder), str(test)]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)


@pytest.mark.parametrize("category", ["UserWarning", "DeprecationWarning", "RuntimeWarning", "FutureWarning"])
def test_a_test_that_warns_fails(tmp_path: Path, category: str) -> None:
    """No warning passes unseen, of whatever kind."""
    text = "the sky is falling"
    done = run_pytest(tmp_path, WARNING.format(text=text, category=category))
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert f"{category}: {text}" in done.stdout


def test_a_test_that_does_not_warn_passes(tmp_path: Path) -> None:
    """The proof above fails for the warning alone."""
    done = run_pytest(tmp_path, QUIET)
    assert done.returncode == pytest.ExitCode.OK, done.stdout + done.stderr
