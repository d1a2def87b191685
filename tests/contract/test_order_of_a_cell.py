"""The engine passes a cell of the mesh in the order that its docstrings and docs/model.md state."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from functools import cache
from importlib import import_module
from itertools import combinations, groupby
from pathlib import Path

from tests.contract.recording import STEPS, Event

ROOT = Path(__file__).parents[2]
OF_A_CELL = {step for (caller, _), step in STEPS.items() if caller in {"host", "commit"}}
OF_A_LESION = set(STEPS.values()) - OF_A_CELL


def listed(text: str | None, steps: set[str]) -> list[str]:
    """Return the steps that a numbered list names, one for each number: the first that an item names."""
    items = re.split(r"\b\d\.\s", text or "")[1:]
    named = [re.search("|".join(sorted(steps)), item.lower()) for item in items]
    return [match.group() if match else "" for match in named]


CELL = listed(import_module("paget.engine.advance").__doc__, OF_A_CELL)
LESION = listed(import_module("paget.engine.lesions").__doc__, OF_A_LESION)
NEVER_TOGETHER = {("shedding", "milestones")}
"""A lesion sheds once it has vessels, and passes the milestone of a thousand cells long before."""


@cache
def recorded(case: str) -> list[list[Event]]:
    """Return what one case called, up to each stop."""
    command = [sys.executable, "-m", "tests.contract.recording", case]
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    stretches: list[list[Event]] = json.loads(done.stdout)
    return stretches


def cells(events: list[Event], steps: set[str], by: str = "cell") -> dict[int, list[str]]:
    """Return the steps taken in each cell or segment, in their order, each run of one step as one."""
    kept = sorted((event for event in events if event["step"] in steps), key=lambda event: int(event[by]))
    return {
        place: [step for step, _ in groupby(event["step"] for event in found)]
        for place, found in groupby(kept, key=lambda event: int(event[by]))
    }


def test_every_step_of_the_lists_is_one_that_can_be_seen() -> None:
    """The docstrings number exactly the steps whose calls are recorded, each once."""
    assert sorted(CELL) == sorted(OF_A_CELL)
    assert sorted(LESION) == sorted(OF_A_LESION)


def test_the_page_on_the_model_lists_the_same_steps() -> None:
    """Readers of the documentation and of the code are told one order."""
    section = (ROOT / "docs" / "model.md").read_text(encoding="utf-8").split("## The order of one cell of the mesh")[1]
    section = section.split("\n## ")[0]
    assert listed(section, OF_A_CELL) == CELL
    told = re.search(r"\(([^)]*)\)", section)
    assert told is not None
    assert re.split(r",\s+", told[1]) == LESION


def test_each_cell_is_passed_in_the_order_of_the_docstring() -> None:
    """No cell takes a step before another that stands above it, and some cells take them all."""
    (events,) = recorded("plain")
    taken = cells(events, OF_A_CELL)
    assert {cell: steps for cell, steps in taken.items() if steps != [step for step in CELL if step in steps]} == {}
    assert CELL in taken.values()


def test_each_lesion_in_turn_is_brought_to_the_end_of_the_cell_founders_included() -> None:
    """Lesions that are founded while others are brought forward follow in the same cell, before the sleepers."""
    (events,) = recorded("plain")
    founded = 0
    for cell in {event["cell"] for event in events}:
        turns = [event for event in events if event["cell"] == cell and event["step"] == "commit"]
        last = [event for event in events if event["cell"] == cell and event["step"] == "sleepers"] or turns[-1:]
        assert [event["lesion"] for event in turns] == list(range(last[0]["lesions"]))
        founded += last[0]["lesions"] - turns[0]["lesions"]
    assert founded > 0


def test_each_lesion_passes_a_segment_in_the_order_of_the_docstring() -> None:
    """Within a segment no step of a lesion comes before another that stands above it, and all that can meet do."""
    (events,) = recorded("culled")
    taken = cells(events, OF_A_LESION, "segment")
    wrong = {segment: steps for segment, steps in taken.items() if steps != [step for step in LESION if step in steps]}
    assert wrong == {}
    met = {pair for steps in taken.values() for pair in combinations(steps, 2)}
    assert set(combinations(LESION, 2)) - met == NEVER_TOGETHER


def test_a_stop_inside_a_cell_commits_nothing_and_the_cell_is_foreseen_again() -> None:
    """After a stop the cell begins anew, and every later step is as if nobody had stopped; gaps may close later."""
    before, after = recorded("stopped")
    (uninterrupted,) = recorded("plain")
    stopped = before[-1]["cell"]
    assert cells(before, OF_A_CELL)[stopped] == CELL[:2]
    assert after[0] == {**after[0], "step": CELL[0], "cell": stopped}
    steps_after, steps_of_all = (
        {cell: steps[: len(CELL) - 1] for cell, steps in cells(events, OF_A_CELL).items() if cell >= stopped}
        for events in (after, uninterrupted)
    )
    assert steps_after == steps_of_all
