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
import pkgutil
import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np

from benchmarks.patients import drawn, program_of
from paget import engine

COUNTED = ("exp", "expm1", "log", "log1p")
"""Functions whose calls are counted; sqrt, cos and lgamma are not, which makes the floor lower."""
EVENTS = {"uniform": "uniform", "open_stream": "stream", "segment": "lesion_step", "commit": "cell"}
"""Functions of the engine whose calls are counted, and the names they are counted under."""
ENTRIES = ("begin", "advance_block")
"""Functions of the engine that Python calls with structured arrays."""


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


def instrument(counts: Counter[str]) -> None:
    """Make the uncompiled engine count.

    Parameters
    ----------
    counts
        What is counted into: functions by name, `uniform` draws, `stream` openings, `lesion_step`, `cell`.
    """
    parts = [import_module(f"{engine.__name__}.{found.name}") for found in pkgutil.iter_modules(engine.__path__)]
    standing_in = CountingMath(counts)
    for part in parts:
        if hasattr(part, "math"):
            part.math = standing_in  # type: ignore[attr-defined]
    for name, what in EVENTS.items():
        _replace(parts, name, partial(_counted, counts, what))
    for name in ENTRIES:
        _replace(parts, name, _on_records)


def _replace(parts: list[ModuleType], name: str, wrap: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Put a wrapped function in the place of the one that modules know by a name."""
    holders = [part for part in parts if hasattr(part, name)]
    known = {id(getattr(part, name)): getattr(part, name) for part in holders}
    if len(known) != 1:
        message = f"the engine has {len(known)} functions called {name}; counting needs one"
        raise LookupError(message)
    wrapped = wrap(next(iter(known.values())))
    for part in holders:
        setattr(part, name, wrapped)


def main() -> None:
    """Count one case and print it."""
    if os.environ.get("NUMBA_DISABLE_JIT") != "1":
        sys.exit("counting needs NUMBA_DISABLE_JIT=1: compiled code cannot be counted from outside")
    cancer, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    counts: Counter[str] = Counter()
    with np.errstate(all="ignore"):
        program = program_of(cancer)
        who = drawn(program, cancer, seed, count)
        instrument(counts)
        state, _ = engine.advance(program, engine.start(program, seed, who))
    deaths = [float(day) for day in state.course["death_day"]]
    sys.stdout.write(json.dumps({"counts": counts, "death_day": deaths}) + "\n")


if __name__ == "__main__":
    main()
