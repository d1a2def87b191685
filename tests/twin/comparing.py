"""The same patients through both engines, and every way in which what they leave can differ."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from tests.twin.hosting import read_watches
from tests.twin.life import Life, Stop, begin
from tests.twin.outside import read_effects
from tests.twin.people import Clone, Lesion, Tables

from paget import catalogue, engine
from paget.cohort.population import draw_patients
from paget.model.layout import CAUSES, COURSE, FUNNEL_SUMS, STOP_REASONS

Row = dict[str, Any]
TOLERANCE = 1e-9
ASLEEP = "asleep"


def rows(table: np.ndarray) -> list[Row]:
    """Return records as dictionaries of Python values."""
    return [{name: row[name].tolist() for name in table.dtype.names or ()} for row in table]


@dataclass
class Trial:
    """Patients of one cancer, with what acts on them, run by the compiled engine until a number of years."""

    program: engine.Program
    seed: int
    state: engine.State
    stops: list[np.ndarray]
    until: np.ndarray
    fresh_watches: np.ndarray

    def twin(self, i: int) -> tuple[Life, list[Stop]]:
        """Live patient i of the state again in plain Python."""
        own = rows(self.state.patient[i : i + 1])[0]
        outside = read_effects(rows(self.state.effect[i]))
        watches = read_watches(rows(self.fresh_watches[i]))
        life = begin(Tables(self.program.table[0]), self.seed, own, outside, watches)
        stops: list[Stop] = []
        while not life.finished:
            stops.append(life.advance(float(self.until[i])))
        return life, stops


def patients_of(
    cancer_id: str, seed: int, indices: range, interval_days: float | None = None
) -> tuple[engine.Program, np.ndarray]:
    """Return the compiled cancer and some patients."""
    cancer = catalogue.cancer(cancer_id)
    program = engine.compile_program(cancer, catalogue.body(), catalogue.drivers(), interval_days)
    return program, draw_patients(program, cancer, catalogue.population(), seed, np.arange(indices.start, indices.stop))


def run(
    program: engine.Program,
    seed: int,
    patients: np.ndarray,
    years: float = math.inf,
    effects: np.ndarray | None = None,
    watches: np.ndarray | None = None,
) -> Trial:
    """Run the compiled engine to death or horizon, stop by stop."""
    until = patients["onset_day"] + years * 365.25
    state = engine.start(program, seed, patients, effects=effects, watches=watches)
    fresh = state.watch.copy()
    stops = []
    while not state.course["finished"].all():
        state, stop = engine.advance(program, state, until)
        stops.append(stop)
    return Trial(program, seed, state, stops, until, fresh)


def snapshot_differences(trial: Trial, i: int, days: np.ndarray) -> list[str]:
    """Return what differs between the snapshots of patient i on the first of some days that a clock calls."""
    kept = (trial.state.patient, trial.state.effect, trial.fresh_watches)
    patients, effects, watches = (array[i : i + 1] for array in kept)
    state = engine.start(trial.program, trial.seed, patients, effects=effects, watches=watches)
    state, _ = engine.advance(trial.program, state, days[i : i + 1])
    seen, _ = engine.snapshot(trial.program, state)
    ours = {int(row["key"]): row for row in seen[0][: state.course[0]["lesions"]] if row["status"] == 1}
    life = begin(
        Tables(trial.program.table[0]), trial.seed, rows(patients)[0],
        read_effects(rows(effects[0])), read_watches(rows(watches[0])),
    )  # fmt: skip
    life.advance(float(days[i]))
    theirs = {lesion.key: lesion for lesion in life.snapshot()}
    if ours.keys() != theirs.keys():
        return [f"lesions {sorted(ours)} against {sorted(theirs)}"]
    return [
        f"lesion {key}: {name} {row[name]} against {getattr(theirs[key], name)}"
        for key, row in ours.items()
        for name in ("log_cells", "since_day", "vascular_day", "detectable_day")
        if not close(float(row[name]), getattr(theirs[key], name))
    ]


def differences(trial: Trial, i: int) -> list[str]:
    """Return all that differs between the two lives of patient i; an empty list is agreement."""
    life, stops = trial.twin(i)
    return [
        *_stops_differ(trial, i, stops),
        *_course_differs(trial.state.course[i], life),
        *_lesions_differ(trial.state, i, life),
        *_clones_differ(trial.state, i, life),
        *_sums_differ(trial.state, i, life),
    ]


def close(a: float, b: float | None, scale: float = 0.0) -> bool:
    """Whether two numbers agree to a relative 1e-9; None stands for NaN."""
    if b is None or math.isnan(a):
        return b is None and math.isnan(a)
    return math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=TOLERANCE * scale)


def _stops_differ(trial: Trial, i: int, stops: list[Stop]) -> Iterator[str]:
    mine = [stop[i] for stop in trial.stops if stop[i]["reason"] != STOP_REASONS.index("none")]
    if len(mine) != len(stops):
        yield f"{len(mine)} stops against {len(stops)}"
    for ours, theirs in zip(mine, stops, strict=False):
        what = (STOP_REASONS[ours["reason"]], int(ours["watch_id"]))
        if what != (theirs.reason, theirs.watch_id) or not close(float(ours["day"]), theirs.day):
            yield f"stop {what} on {ours['day']} against {theirs}"


def _course_differs(course: Any, life: Life) -> Iterator[str]:
    assert course.dtype == COURSE
    if CAUSES[course["cause"]] != life.cause or not close(float(course["death_day"]), life.death_day):
        yield f"{CAUSES[course['cause']]} on {course['death_day']} against {life.cause} on {life.death_day}"
    if not close(float(course["now_day"]), life.now_day):
        yield f"now {course['now_day']} against {life.now_day}"
    for name, clock in (("cancer_clock", life.cancer_clock), ("effect_clock", life.effect_clock)):
        if not close(float(course[name]), clock, scale=1.0):
            yield f"{name} {course[name]} against {clock}"
    if course["untracked_clones"] != life.patient.untracked_clones:
        yield f"{course['untracked_clones']} untracked clones against {life.patient.untracked_clones}"


def _kept(state: engine.State, i: int) -> dict[int, Any]:
    """Return the compiled engine's lesions by key."""
    used = state.lesion[i][: state.course[i]["lesions"]]
    return {int(row["key"]): row for row in used[used["status"] != 0]}


def _lesions_differ(state: engine.State, i: int, life: Life) -> Iterator[str]:
    ours, theirs = _kept(state, i), {lesion.key: lesion for lesion in life.patient.kept_lesions}
    if list(ours) != list(theirs):
        yield f"lesions {list(ours)} against {list(theirs)}"
    for key in ours.keys() & theirs.keys():
        yield from (f"lesion {key}: {text}" for text in _lesion_differs(ours[key], theirs[key]))


def _lesion_differs(row: Any, lesion: Lesion) -> Iterator[str]:
    exact = {
        "parent_key": lesion.parent_key,
        "organ": lesion.organ,
        "route": lesion.route,
        "generation": lesion.generation,
        "status": 1 if lesion.alive else 2,
        "vascular": lesion.vascular,
        "woken": lesion.woken,
        "as_cluster": lesion.as_cluster,
        "founder_genotype": lesion.genotype,
        "clones": len(lesion.clones),
    }
    yield from (f"{name} {row[name]} against {value}" for name, value in exact.items() if int(row[name]) != value)
    days = ("founded_day", "established_day", "vascular_day", "detectable_day", "one_cm_day", "ended_day")
    for name in (*days, "vessel_clock", "log_cells", "peak_log_cells"):
        if not close(float(row[name]), getattr(lesion, name), scale=1.0):
            yield f"{name} {row[name]} against {getattr(lesion, name)}"


def _clones_differ(state: engine.State, i: int, life: Life) -> Iterator[str]:
    used = state.clone[i][: state.course[i]["clones"]]
    ours = {int(row["key"]): row for row in used[used["lesion"] >= 0]}
    theirs = {clone.key: (lesion, clone) for lesion, clone in life.patient.clones}
    if ours.keys() != theirs.keys():
        yield f"clones {sorted(ours)} against {sorted(theirs)}"
    for key in ours.keys() & theirs.keys():
        lesion, clone = theirs[key]
        if int(state.lesion[i][ours[key]["lesion"]]["key"]) != lesion.key:
            yield f"clone {key} in another lesion"
        yield from (f"clone {key}: {text}" for text in _clone_differs(ours[key], clone))


def _clone_differs(row: Any, clone: Clone) -> Iterator[str]:
    exact = {
        "parent_key": clone.parent_key,
        "genotype": clone.genotype,
        "driver": clone.driver,
        "count": -1.0 if clone.count is None else clone.count,
    }
    yield from (f"{name} {row[name]} against {value}" for name, value in exact.items() if row[name] != value)
    near = {"origin_day": clone.origin_day, "origins": clone.origins}
    if clone.count is None:
        near["cells"] = clone.cells
    yield from (f"{k} {row[k]} against {v}" for k, v in near.items() if not close(float(row[k]), v))


def _sums_differ(state: engine.State, i: int, life: Life) -> Iterator[str]:
    pools = state.pools[i]
    pairs = zip(
        pools["funnel"].ravel().tolist(),
        (row[k] for k in range(FUNNEL_SUMS) for row in life.patient.funnel),
        strict=True,
    )
    yield from (f"funnel sum {a} against {b}" for a, b in pairs if not close(a, b))
    count = int(state.course[i]["pools"])
    if pools["genotype"][:count].tolist() != list(life.patient.pools):
        yield f"sleepers' genotypes {pools['genotype'][:count]} against {list(life.patient.pools)}"
    for g, pool in enumerate(life.patient.pools.values()):
        if tuple(pools["source"][g].tolist()) != (pool.source or (0, 0)):
            yield f"source {pools['source'][g]} against {pool.source}"
        pairs = zip(pools[ASLEEP][g].tolist(), pool.asleep, strict=True)
        yield from (f"asleep {a} against {b}" for a, b in pairs if not close(a, b, scale=1e-12))
    part = engine.State(state.seed, *(array[i : i + 1] for array in state[1:]))
    drawn, own = (np.asarray(counts, np.float64) for counts in (engine.funnel(part)[0], life.draw_funnel()))
    # A count of 1e10 may differ by one: its mean is told to the last bit but one.
    if not np.allclose(drawn, own, rtol=1e-9, atol=0.0):
        yield "the drawn funnels differ"
