"""A branch and a comparison as a user types them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
RUN = "runs/colorectal-60-4"


@pytest.fixture(scope="module")
def folder(paget: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a run in it."""
    place = tmp_path_factory.mktemp("branch")
    done = paget("run", "colorectal", "-n", "60", "--seed", "4", "--json", folder=place)
    assert done.returncode == 0, done.stderr
    return place


def test_a_branch_lies_beside_its_run_and_is_compared_with_it(paget: Run, folder: Path) -> None:
    """Patients, seed and cancer are those of the run; text fits a terminal and JSON is one object."""
    options = ("--branch", RUN, "--at", "progression", "--care", "best_supportive_care")
    done = paget("run", "colorectal", *options, "--json", folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert told["path"] == f"{RUN}-best_supportive_care-from-progression"
    assert (told["patients"], told["seed"]) == (60, 4)
    compared = paget("compare", RUN, told["path"], folder=folder)
    assert (compared.returncode, compared.stderr) == (0, "")
    assert max(map(len, compared.stdout.splitlines())) <= 80
    assert "B  best_supportive_care from progression" in compared.stdout
    found = json.loads(paget("compare", RUN, told["path"], "--json", folder=folder).stdout)
    assert found["gain"]["mean_year"] < 0.0
    assert found["care"] == ["standard_of_care", "best_supportive_care from progression"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("run", "colorectal", "--branch", RUN, "-n", "50"), ("n is another there", "50", "60")),
        (("run", "lung", "--branch", RUN), ("cancer", "colorectal")),
        (("run", "colorectal", "--branch", RUN, "--at", "later"), ("no such point", "progression")),
        (("run", "colorectal", "--branch", RUN, "--care", "standard_of_cure"), ("standard_of_care",)),
        (("run", "colorectal", "--branch", "runs/nothing"), ("no run",)),
        (("run", "colorectal", "--at", "progression"), ("--branch",)),
        (("compare", RUN, "runs/nothing"), ("no run",)),
    ],
)
def test_a_mistake_is_told_in_one_message(
    paget: Run, folder: Path, options: tuple[str, ...], told: tuple[str, ...]
) -> None:
    """Exit code 2, what is wrong and what is allowed, and no traceback."""
    done = paget(*options, folder=folder)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert all(word in done.stderr for word in told), done.stderr
