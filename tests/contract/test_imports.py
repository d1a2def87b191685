"""A start is quick because nothing heavy is loaded before it is used."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import paget

HEAVY = {"distributed", "matplotlib", "numba", "pandas", "pint", "pyarrow", "rich", "scipy", "typer"}
BUDGET_S = 0.3


def loaded_after(statement: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter has loaded after a statement."""
    code = f"import json, sys\n{statement}\nprint(json.dumps(list(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in json.loads(done.stdout)}


def import_time_s(module: str) -> float:
    """Return the best of five: seconds that `python -X importtime` ascribes to a module and all below it."""
    best = float("inf")
    for _ in range(5):
        command = [sys.executable, "-X", "importtime", "-c", f"import {module}"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        rows = [line.split("|") for line in done.stderr.splitlines() if line.count("|") == 2]
        best = min(best, *(int(total) * 1e-6 for _, total, name in rows if name.strip() == module))
    return best


def test_import_paget_loads_nothing_heavy() -> None:
    """Only the standard library is loaded by `import paget`."""
    assert loaded_after("import paget") & (HEAVY | {"numpy", "pydantic"}) == set()


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ("import paget.errors", set()),
        ("import paget.catalogue", set()),
        ("import paget.catalogue; paget.catalogue.cancer('colorectal')", set()),
        ("import paget.cli.app", {"rich", "typer"}),
    ],
)
def test_a_part_loads_only_what_it_needs(statement: str, allowed: set[str]) -> None:
    """Neither the catalogue nor the command line waits for compilers, tables or units."""
    assert loaded_after(statement) & HEAVY <= allowed


def test_import_paget_takes_less_than_its_budget() -> None:
    """`import paget` costs less than 0.3 s."""
    assert import_time_s("paget") < BUDGET_S


def test_every_public_name_can_be_had() -> None:
    """What `dir(paget)` lists is there, and is what its module holds."""
    for name in dir(paget):
        assert getattr(paget, name) is not None
    assert paget.simulate.__module__.startswith("paget.cohort")


def test_an_unknown_name_says_what_there_is() -> None:
    """A wrong attribute is an AttributeError that lists the right ones."""
    with pytest.raises(AttributeError, match=r"'simulat'.*simulate"):
        _ = paget.simulat  # type: ignore[attr-defined]
