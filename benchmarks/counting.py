"""Count what the engine computes: its own source, run as plain Python with a counting `math`.

Run as `NUMBA_DISABLE_JIT=1 python -m benchmarks.counting CANCER SEED COUNT`; prints JSON. Nothing is counted by
hand: every call of exp, expm1, log, log1p and of a uniform draw is, in the patients named, at the
default interval. A lesion-step is one call of `lesions.segment`: one lesion over one interval. The days of
death go with the counts, so that the caller can see that compiled and counted patients are the same.
"""

from __future__ import annotations

import json
import math
import os
import sys
from collections import Counter
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.patients import drawn, program_of

if TYPE_CHECKING:
    from collections.abc import Callable

COUNTED = ("exp", "expm1", "log", "log1p")
"""Functions whose calls are counted; sqrt, cos and lgamma are not, which makes the floor lower."""
PARTS = [
    "advance",
    "birth_death",
    "clocks",
    "dormancy",
    "effects",
    "evolution",
    "funnel",
    "growth",
    "host",
    "immunity",
    "lesions",
    "path",
    "rng",
    "seeding",
    "shedding",
    "start",
    "watches",
]


class CountingMath(ModuleType):
    """Stands in for `math` in the engine's modules, with numpy's rules for zero and overflow.

    Parameters
    ----------
    counts
        What is counted into.
    """

    def __init__(self, counts: Counter[str]) -> None:
        super().__init__("math")
        for name in dir(math):
            if not name.startswith("_"):
                setattr(self, name, getattr(math, name))
        for name in COUNTED:
            setattr(self, name, _counted(counts, name, _as_compiled(getattr(math, name), name)))


def _as_compiled(function: Callable[[float], float], name: str) -> Callable[[float], float]:
    """Return a function of `math` that answers as compiled code does where Python raises."""

    def call(x: float) -> float:
        try:
            return function(x)
        except OverflowError:
            return math.inf
        except ValueError:
            at_border = x == (0.0 if name == "log" else -1.0)
            return -math.inf if at_border else math.nan

    return call


def _counted(counts: Counter[str], name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that also counts its calls."""

    def call(*arguments: Any) -> Any:  # noqa: ANN401 - stands in for any function of the engine
        counts[name] += 1
        return function(*arguments)

    return call


def _on_records(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return an engine entry that sees its structured arrays as records, whose fields are attributes."""

    def call(*arguments: Any) -> Any:  # noqa: ANN401 - stands in for any entry of the engine
        seen = [a.view(np.recarray) if isinstance(a, np.ndarray) and a.dtype.names else a for a in arguments]
        return function(*seen)

    return call


def instrument(counts: Counter[str]) -> ModuleType:
    """Make the uncompiled engine count, and return its module of entries.

    Parameters
    ----------
    counts
        What is counted into: functions by name, `uniform` draws, `stream` openings, `lesion_step`, `cell`.
    """
    parts = {name: import_module(f"paget.engine.{name}") for name in PARTS}
    standing_in = CountingMath(counts)
    for part in parts.values():
        if hasattr(part, "math"):
            part.math = standing_in  # type: ignore[attr-defined]
    for name, owner, what in (
        ("uniform", "rng", "uniform"),
        ("open_stream", "rng", "stream"),
        ("segment", "lesions", "lesion_step"),
        ("commit", "advance", "cell"),
    ):
        setattr(parts[owner], name, _counted(counts, what, getattr(parts[owner], name)))
    for name in ("begin", "advance_block"):
        setattr(parts["start"], name, _on_records(getattr(parts["start"], name)))
    return parts["start"]


def main() -> None:
    """Count one case and print it."""
    if os.environ.get("NUMBA_DISABLE_JIT") != "1":
        sys.exit("counting needs NUMBA_DISABLE_JIT=1: compiled code cannot be counted from outside")
    cancer, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    counts: Counter[str] = Counter()
    with np.errstate(all="ignore"):
        program = program_of(cancer)
        who = drawn(program, cancer, seed, count)
        engine = instrument(counts)
        state, _ = engine.advance(program, engine.start(program, seed, who))
    deaths = [float(day) for day in state.course["death_day"]]
    sys.stdout.write(json.dumps({"counts": counts, "death_day": deaths}) + "\n")


if __name__ == "__main__":
    main()
