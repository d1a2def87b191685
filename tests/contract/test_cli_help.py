"""The command line starts quickly and says what it can do."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

import paget

COMMANDS = (
    *("run", "compare", "patient", "origin", "map", "plan", "screen", "trial"),
    *("validate", "targets", "list", "show", "cite", "report", "app"),
)
HEAVY = ("numba", "numpy", "pandas", "pyarrow", "pydantic", "rich", "scipy", "pint", "distributed")
LIMIT_SECONDS = 0.4


def call(*args: str, python: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *python, "-m", "paget.cli.app", *args]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def test_help_names_every_command_within_eighty_columns() -> None:
    done = call("--help")
    assert done.returncode == 0
    assert all(f"\n  {command} " in done.stdout for command in COMMANDS)
    assert max(map(len, done.stdout.splitlines())) <= 80


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_each_of_its_options(command: str) -> None:
    done = call(command, "--help")
    assert done.returncode == 0
    # The line of usage says with dots that an argument may be repeated; elsewhere they are text cut short.
    usage, _, explained = done.stdout.partition("\n")
    assert usage.startswith("Usage: ")
    assert "..." not in explained
    assert "--json" in done.stdout


def test_the_version_is_the_packages() -> None:
    assert call("--version").stdout == f"paget {paget.__version__}\n"


def test_no_command_is_an_error_that_shows_the_help() -> None:
    done = call()
    assert done.returncode == 2
    assert "Commands:" in done.stdout + done.stderr


def test_an_unknown_command_is_an_error_without_traceback() -> None:
    done = call("rum")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_help_loads_nothing_heavy() -> None:
    told = call("--help", python=("-X", "importtime")).stderr
    loaded = {line.rpartition("|")[2].strip() for line in told.splitlines()}
    assert "typer" in loaded
    assert not loaded & set(HEAVY)


def test_help_takes_less_than_four_tenths_of_a_second_of_processor_time() -> None:
    call("--help")
    # Processor time, not waiting time: a busy machine must not fail the test. Best of three.
    best = min(_seconds_of_help() for _ in range(3))
    assert best < LIMIT_SECONDS


def _seconds_of_help() -> float:
    before = os.times()
    started = time.perf_counter()
    call("--help")
    waited = time.perf_counter() - started
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return used or waited
