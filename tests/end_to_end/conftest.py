"""The program as a user starts it: its own process, in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "paget.cli.app"]
Parts = dict[str, bytes]


def environment() -> dict[str, str]:
    """Return the environment without a user's own catalogue."""
    return {key: value for key, value in os.environ.items() if key != "PAGET_CATALOGUE"}


@pytest.fixture(scope="session")
def start() -> Callable[..., subprocess.Popen[str]]:
    """Return a function that starts the program and does not wait for it."""

    def starting(*args: str, folder: Path, **variables: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*COMMAND, *args],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=folder,
            env={**environment(), **variables},
        )

    return starting


@pytest.fixture(scope="session")
def paget(
    start: Callable[..., subprocess.Popen[str]],
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs the program to its end."""

    def running(*args: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
        with start(*args, folder=folder, **variables) as process:
            out, err = process.communicate(timeout=300)
        return subprocess.CompletedProcess(args, process.returncode, out, err)

    return running


@pytest.fixture(scope="session")
def parts() -> Callable[[Path], Parts]:
    """Return a function that reads every part of a run, by its path inside the run's folder."""

    def read(folder: Path) -> Parts:
        found = sorted(folder.rglob("part-*.parquet"))
        return {str(path.relative_to(folder)): path.read_bytes() for path in found}

    return read
