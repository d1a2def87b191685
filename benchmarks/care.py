"""What care costs: whole runs under the standard of care beside the same patients without, and where the time goes.

Both run on one thread, from first cell to tables. Time is shared out among parts of a run by the processor's clock: the
engine and its views, what is observed, what is decided and carried out, the tables, and all between.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any
from unittest import mock

import numpy as np

from benchmarks.tables import Table, ratio, tell
from benchmarks.timing import best_in_turn
from paget import engine
from paget.care.protocols import Following
from paget.cohort import caring, course, search
from paget.cohort.recipe import make_recipe
from paget.model.layout import STOP_REASONS
from paget.observation import fitness, imaging, pathology, symptoms, workup

SEED, REPEATS = 1, 2
WATCH = STOP_REASONS.index("watch")
PARTS: dict[str, tuple[tuple[Any, str], ...]] = {
    "engine": ((engine, "advance"), (engine, "view"), (engine, "start"), (engine, "funnel")),
    "observed": (
        *((imaging, "examine"), (workup, "standing"), (fitness, "fitness"), (pathology, "biopsy")),
        *((symptoms, "workup_day"), (caring, "assess"), (search, "tested")),
    ),
    "decided": ((Following, "decide"), (Following, "needs_retest"), (caring, "charts_of"), (caring, "carry_out")),
    "tables": tuple(
        (course, name) for name in dir(course) if name.endswith("_table") or name in {"known_columns", "in_order"}
    ),
}
"""Functions of each part, where they are looked up."""
HEAD = ("cancer", "without", "with", "ratio", "rounds", "stops", *PARTS, "between")


class Shares:
    """Time of parts of a run, that of a part within another told of the inner one alone."""

    def __init__(self) -> None:
        self.spent_s: defaultdict[str, float] = defaultdict(float)
        self.rounds = 0
        self.stops = 0
        self._part = "between"
        self._since = time.thread_time()

    def enter(self, part: str) -> str:
        """Count what went by to the part that ends, and return its name."""
        now = time.thread_time()
        self.spent_s[self._part] += now - self._since
        self._since = now
        before, self._part = self._part, part
        return before

    def wrapped(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function whose time is told of a part.

        Parameters
        ----------
        part
            Name of the part.
        function
            The function.
        """

        @wraps(function)
        def timed(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - as the function
            before = self.enter(part)
            try:
                found = function(*given, **named)
            finally:
                self.enter(before)
            if function is ADVANCE:
                self.rounds += 1
                self.stops += int((found[1]["reason"] == WATCH).sum())
            return found

        return timed


ADVANCE = engine.advance


@contextmanager
def shares() -> Iterator[Shares]:
    """Tell where the time of a run goes that is done meanwhile on this thread."""
    told = Shares()
    with ExitStack() as stack:
        for part, functions in PARTS.items():
            for owner, name in functions:
                stack.enter_context(mock.patch.object(owner, name, told.wrapped(part, getattr(owner, name))))
        told.enter("between")
        told.spent_s.clear()
        yield told
        told.enter("over")


def measure(cancers: list[str] | None, count: int) -> Table:
    """Return patients per second of processor with and without care, and the shares of the time with it.

    Parameters
    ----------
    cancers
        Entries of the catalogue; a light, a middling and a heavy one if None.
    count
        Patients of each.
    """
    rows = []
    for cancer_id in cancers or ["breast_hr_positive", "colorectal", "lung_adenocarcinoma"]:
        tell(f"  care: {cancer_id}")
        runs = [make_recipe(cancer_id, seed=SEED, care=care) for care in ("none", "standard_of_care")]
        everybody = np.arange(count)
        for each in runs:
            each(0, 2)

        def without(run: Any = runs[0], who: Any = everybody) -> None:  # noqa: ANN401 - a recipe, and patients
            run.patients(who)

        def cared(run: Any = runs[1], who: Any = everybody) -> None:  # noqa: ANN401 - a recipe, and patients
            run.patients(who)

        plain, care = best_in_turn(REPEATS, without, cared)
        with shares() as told:
            cared()
        whole = sum(told.spent_s.values())
        spent = [told.spent_s[part] / whole for part in (*PARTS, "between")]
        chunks = -(-count // course.CHUNK)
        rates = count / plain.cpu_s, count / care.cpu_s
        rows.append((cancer_id, *rates, ratio(rates[1], rates[0]), told.rounds / chunks, told.stops / count, *spent))
    notes = (
        "without, with: patients per second of processor on one thread, tables included; rounds: calls of",
        f"the engine for {course.CHUNK:,} patients; stops: calls of watches a patient; then shares of the time",
        "with care: observed (examinations, response, fitness), decided (and carried out), tables, all between.",
    )
    return Table(f"CARE, {count} patients each", HEAD, tuple(rows), notes)
