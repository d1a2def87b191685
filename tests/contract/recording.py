"""Record in which order the engine's functions are called: its own source, run as plain Python.

Run as `NUMBA_DISABLE_JIT=1 python -m tests.contract.recording CASE`; prints JSON. A step of the order is known by the
function that does it and by the one that calls that, since one function can serve two steps.
"""

from __future__ import annotations

import json
import os
import pkgutil
import sys
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from types import FunctionType
from typing import Any

import numpy as np
from benchmarks.counting import instrument
from benchmarks.patients import drawn, program_of

from paget import engine
from paget.model import layout

CANCER, SEED, PATIENT, DAYS = "lung_small_cell", 1, 5, 730.0
"""A patient who has founders, sleepers and enough ended lesions for gaps to be closed within two years."""
STOP_DAY = 400.0
STEPS = {
    ("host", "trace"): "foresee",
    ("host", "coast"): "foresee",
    ("host", "stretch"): "host",
    ("commit", "evolve"): "commit",
    ("commit", "wake"): "sleepers",
    ("commit", "compact"): "tidy up",
    ("evolve", "cull"): "culls",
    ("evolve", "trace"): "path",
    ("segment", "finish_path"): "path",
    ("segment", "step_small"): "small clones",
    ("segment", "mutate"): "mutants",
    ("segment", "shed"): "shedding",
    ("segment", "note_established"): "milestones",
}
"""The step that a function does when another calls it."""
SEGMENT = "segment"
"""The function that ends a segment, one of those that effects and vessels cut a lesion's cell into."""
Event = dict[str, Any]


class Recorder:
    """Notes each step as the engine takes it, with the cell, the lesion and the segment in which it is taken."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._above = [""]
        self._cell = -1
        self._segment = 0

    def watching(self, function: FunctionType) -> Callable[..., Any]:
        """Return a function that does the same and is noted.

        Parameters
        ----------
        function
            A function of the uncompiled engine.
        """
        name = function.__name__
        names = function.__code__.co_varnames[: function.__code__.co_argcount]

        def call(*arguments: Any) -> Any:
            self._note(name, dict(zip(names, arguments, strict=True)))
            self._above.append(name)
            try:
                return function(*arguments)
            finally:
                self._above.pop()
                self._segment += name == SEGMENT

        return call

    def _note(self, name: str, given: dict[str, Any]) -> None:
        step = STEPS.get((self._above[-1], name))
        if name in {"host", "commit"}:
            self._cell = int(given["course"].cell_index)
        if step is None:
            return
        lesions = int(given["course"].lesions) if "course" in given else -1
        where = {"cell": self._cell, "lesion": int(given.get("l", -1)), "segment": self._segment, "lesions": lesions}
        self.events.append({"step": step, **where})


def watch_engine(recorder: Recorder) -> None:
    """Put a noted function in the place of every one that does a step."""
    parts = [import_module(f"{engine.__name__}.{found.name}") for found in pkgutil.iter_modules(engine.__path__)]
    for name in {name for pair in STEPS for name in pair}:
        holders = [part for part in parts if hasattr(part, name)]
        noted = recorder.watching(getattr(holders[0], name))
        for part in holders:
            setattr(part, name, noted)


def effects_of(onset_day: float) -> np.ndarray:
    """Return a cull of all lesions on a day, and an effect that lasts but changes nothing: without one, none culls."""
    rows = np.zeros((1, 2), layout.EFFECT)
    rows["kind"] = layout.code(layout.EFFECT_KINDS, "cull"), layout.code(layout.EFFECT_KINDS, "host_reserve")
    rows["organ"] = rows["trait"] = layout.ANY
    rows["on_day"] = onset_day + STOP_DAY, onset_day
    rows["off_day"] = onset_day + STOP_DAY, np.inf
    rows["magnitude"] = 0.1, 1.0
    return rows


def watches_of(onset_day: float) -> np.ndarray:
    """Return one watch, a clock that stops the patient inside a cell."""
    rows = np.zeros((1, 1), layout.WATCH)
    rows["kind"] = layout.code(layout.WATCH_KINDS, "clock")
    rows["organ"] = layout.ANY
    rows["at_day"] = onset_day + STOP_DAY
    rows["clock"] = -1.0
    return rows


def main() -> None:
    """Run one case and print what was called, one list of steps for each stretch up to a stop."""
    if os.environ.get("NUMBA_DISABLE_JIT") != "1":
        sys.exit("recording needs NUMBA_DISABLE_JIT=1: calls inside compiled code cannot be seen from outside")
    case = sys.argv[1]
    recorder = Recorder()
    stretches: list[list[Event]] = []
    with np.errstate(all="ignore"):
        program = program_of(CANCER)
        who = drawn(program, CANCER, SEED, PATIENT + 1)[PATIENT:]
        onset = float(who["onset_day"][0])
        watch_engine(recorder)
        instrument(Counter())
        state = engine.start(
            program,
            SEED,
            who,
            effects=effects_of(onset) if case == "culled" else None,
            watches=watches_of(onset) if case == "stopped" else None,
        )
        reason = "watch"
        while reason == "watch":
            recorder.events = []
            state, stops = engine.advance(program, state, np.array([onset + DAYS]))
            reason = layout.STOP_REASONS[int(stops["reason"][0])]
            stretches.append(recorder.events)
    sys.stdout.write(json.dumps(stretches) + "\n")


if __name__ == "__main__":
    main()
