"""The beginning of a course, and the Python face of the compiled engine: start, advance, look."""

from __future__ import annotations

import math

import numpy as np

from paget.engine import rng as draws
from paget.engine.advance import advance_block
from paget.engine.compile import Program
from paget.engine.effects import acting, next_switch
from paget.engine.funnel import draw_funnel
from paget.engine.growth import LOG_SMALL
from paget.engine.kernel import entry
from paget.engine.lesions import coast
from paget.engine.path import PROLIFERATION
from paget.engine.state import ACT, ALIVE, MAX_WATCHES, SCRATCH, Capacity, State, give_back, roomy, rows_of
from paget.model import layout

OVERFLOW = layout.STOP_REASONS.index("overflow")
MUTABLE = ("course", "lesion", "clone", "pools", "watch")


@entry
def begin(table, patient, course, lesion, clone):
    """Place each patient's primary on the day its surviving line reaches a thousand cells.

    Given that a line of birth rate b and net rate r survives, its size tends to (b / r) W exp(r t) with W
    exponential of mean 1 (Kendall 1948): the random head start is kept as the day of the crossing.
    """
    program = table[0]
    rng = np.empty(2, dtype=np.uint64)
    for p in range(patient.size):
        own = patient[p]
        genotype = own.founder_genotype
        net = own.growth_per_day * program.traits[genotype, PROLIFERATION]
        birth = own.growth_per_day * program.birth_factor
        net = min(net, 0.999 * birth)
        draws.open_stream(rng, draws.stream_key(program.seed, own.index, layout.STREAM_PATIENT, 0, 0))
        head = draws.exponential(rng)
        crossing = max(0.0, math.log(1000.0 * net / (birth * max(head, 1e-12))) / net)
        draws.open_stream(rng, draws.stream_key(program.seed, own.index, layout.STREAM_HOST, 0, 0))
        now = course[p]
        now.now_day = own.onset_day
        now.cell_index = math.floor(own.onset_day / program.interval_day)
        now.lesions = 1
        now.clones = 1
        now.cancer_clock = draws.exponential(rng)
        now.effect_clock = draws.exponential(rng)
        now.death_day = np.nan
        key = draws.child_key(
            draws.stream_key(program.seed, own.index, layout.STREAM_LESION, 0, 0), np.uint64(0), np.uint64(0)
        )
        first = lesion[p, 0]
        first.key = key
        first.organ = program.primary_organ
        first.status = ALIVE
        first.founder_genotype = genotype
        first.clones = 1
        first.since_day = own.onset_day + crossing
        first.founded_day = own.onset_day
        first.log_cells = LOG_SMALL
        first.peak_log_cells = LOG_SMALL
        draws.open_stream(rng, draws.stream_key(program.seed, own.index, layout.STREAM_CLOCK, key, 0))
        first.vessel_clock = draws.exponential(rng)
        first.established_day = first.since_day
        first.vascular_day = np.nan
        first.detectable_day = np.nan
        first.one_cm_day = np.nan
        first.ended_day = np.nan
        only = clone[p, 0]
        only.key = draws.child_key(key, np.uint64(0), np.uint64(0))
        only.genotype = genotype
        only.driver = -1
        only.next_clone = -1
        only.count = -1.0
        only.cells = 1000.0
        only.origin_day = own.onset_day
        only.origins = 1.0
        only.row = -1


def start(
    program: Program,
    seed: int,
    patients: np.ndarray,
    *,
    effects: np.ndarray | None = None,
    watches: np.ndarray | None = None,
    capacity: Capacity | None = None,
    reuse: State | None = None,
) -> State:
    """Return the state of a block of patients on the day of the first malignant cell.

    Parameters
    ----------
    program : Program
        The compiled cancer.
    seed : int
        The run's seed.
    patients : ndarray of layout.PATIENT, shape (P,)
        The patients' own draws.
    effects : ndarray of layout.EFFECT, shape (P, E), optional
        Effects known from the start.
    watches : ndarray of layout.WATCH, shape (P, W), optional
        When to hand back.
    capacity : Capacity, optional
        Room per patient; grown where it is short.
    reuse : State, optional
        A state that is needed no more: its arrays are taken where they fit, which spares the making of new memory.
    """
    room = capacity or Capacity()
    count = patients.size
    if reuse is not None and reuse.patient.size == count and reuse.capacity == room:
        lesion, clone, pools = reuse.lesion, reuse.clone, reuse.pools
        # Places beyond the first, and genotypes, are written in full before they are read.
        lesion[:, 0], clone[:, 0], pools["funnel"], pools["kept_rows"] = 0, 0, 0, 0
        # What patients with many lesions took is not kept: row by row it would add up to the room of all.
        give_back(lesion, Capacity().lesions)
        give_back(clone, Capacity().clones)
    else:
        lesion = roomy((count, room.lesions), layout.LESION)
        clone = roomy((count, room.clones), layout.CLONE)
        pools = roomy((count,), layout.POOLS)
    state = State(
        seed=int(seed),
        patient=patients,
        course=np.zeros(count, layout.COURSE),
        lesion=lesion,
        clone=clone,
        pools=pools,
        effect=np.zeros((count, 0), layout.EFFECT),
        watch=np.zeros((count, 0), layout.WATCH),
    )
    begin(program.seeded(seed), patients, state.course, state.lesion, state.clone)
    if effects is not None:
        state = with_effects(state, effects)
    return state if watches is None else with_watches(state, watches)


def with_effects(state: State, effects: np.ndarray) -> State:
    """Return the state with EFFECT rows, shape (P, E), in place of those it had.

    Effects that begin must begin on the patient's current day or later: the past is not played again.
    """
    return state._replace(effect=effects)


def with_watches(state: State, watches: np.ndarray) -> State:
    """Return the state with WATCH rows, shape (P, W), in place of those it had."""
    if watches.shape[1] > MAX_WATCHES:
        message = f"{watches.shape[1]} watches a patient; at most {MAX_WATCHES} fit"
        raise ValueError(message)
    return state._replace(watch=watches)


def advance(
    program: Program, state: State, until_day: np.ndarray | None = None, *, grow: bool = True
) -> tuple[State, np.ndarray]:
    """Move every living patient to the next stop.

    Parameters
    ----------
    program : Program
        The compiled cancer.
    state : State
        Where the block stands; its arrays are changed in place unless room had to grow.
    until_day : ndarray of float64, shape (P,), optional
        Patient age in days at which the course ends if death does not come first.
    grow : bool, optional
        Whether the whole block gets more room when one patient needs it. Otherwise such a patient's stop has the
        reason "overflow", and its state is of no use: start it again elsewhere, with more room.

    Returns
    -------
    State
        The state at the stops.
    stops : ndarray of layout.STOP, shape (P,)
        Why and when each patient stopped; a patient who had already finished has reason "none".
    """
    until = np.full(state.patient.size, np.inf) if until_day is None else until_day
    if not grow:
        return state, _run(program, state, until)
    before = _used(state)
    stops = _run(program, state, until)
    while (stops["reason"] == OVERFLOW).any():
        again = np.flatnonzero(stops["reason"] == OVERFLOW)
        for name in MUTABLE:
            getattr(state, name)[again] = _fit(before[name][again], getattr(state, name).shape[1:])
        state = _grown(state)
        part = State(state.seed, *(field[again] for field in state[1:]))
        stops[again] = _run(program, part, until[again])
        for name in MUTABLE:
            getattr(state, name)[again] = getattr(part, name)
    return state, stops


def _used(state):
    """Return copies of the mutable arrays, cut to the lesions, clones and pools in use."""
    course = state.course
    kept = {name: getattr(state, name) for name in MUTABLE}
    kept["lesion"] = state.lesion[:, : course["lesions"].max(initial=1)]
    kept["clone"] = state.clone[:, : course["clones"].max(initial=1)]
    if not course["pools"].any():
        # Nobody has shed yet: empty pools need no copy, and zeros cost nothing until they are read.
        return {
            **{k: v.copy() for k, v in kept.items() if k != "pools"},
            "pools": np.zeros(state.pools.shape, layout.POOLS),
        }
    return {name: array.copy() for name, array in kept.items()}


def _run(program, state, until):
    """Run the compiled loop over a whole block."""
    stops = np.zeros(state.patient.size, layout.STOP)
    advance_block(
        program.seeded(state.seed), state.patient, state.course, state.lesion, state.clone, state.pools,
        state.effect, state.watch, SCRATCH.workspace(last_room=state.capacity.is_last), _room_for_effects(state),
        *SCRATCH.copies(state.capacity), until, stops,
    )  # fmt: skip
    return stops


def _room_for_effects(state):
    """Return room for the effects of one patient that act at once."""
    return np.zeros(max(1, state.effect.shape[1]), ACT)


def _fit(array, shape):
    """Return an array padded with zeros on its later axes to `shape`."""
    if array.shape[1:] == shape:
        return array
    out = np.zeros((array.shape[0], *shape), array.dtype)
    out[tuple(slice(0, size) for size in array.shape)] = array
    return out


def _grown(state):
    """Return the state with four times the room per patient."""
    room = state.capacity.larger()
    return state._replace(
        lesion=_fit(state.lesion, (room.lesions,)),
        clone=_fit(state.clone, (room.clones,)),
    )


@entry
def coast_block(table, scratch, acts, patient, course, lesion, clone, effect):
    """Move the copied lesions of every patient to that patient's own current day, without draws."""
    for p in range(patient.size):
        own, now = lesion[p], course[p].now_day
        for l in range(course[p].lesions):
            at = own[l].since_day
            n = acting(effect[p], acts, at, now)
            while at < now:
                to = next_switch(acts, n, at, now)
                coast(scratch[0], table[0], patient[p], own, clone[p], l, acts, n, at, to)
                at = to


def snapshot(program: Program, state: State) -> tuple[np.ndarray, np.ndarray]:
    """Return copies of the lesions and clones as they stand on each patient's current day.

    Returns
    -------
    lesions : ndarray of layout.LESION, shape (P, L)
    clones : ndarray of layout.CLONE, shape (P, C)
        A read-only view of the truth; changing it changes nothing.
    """
    lesions, clones = state.lesion.copy(), state.clone.copy()
    table = program.seeded(state.seed)
    coast_block(
        table, SCRATCH.workspace(), _room_for_effects(state), state.patient, state.course, lesions, clones, state.effect
    )
    lesions.flags.writeable = False
    clones.flags.writeable = False
    return lesions, clones


def look(program: Program, state: State, which: np.ndarray) -> State:
    """Return some patients' state as it stands on their own current days: a copy, of the places in use alone.

    Parameters
    ----------
    program : Program
        The compiled cancer.
    state : State
        Where the block stands.
    which : ndarray of int64, shape (Q,)
        Places of the patients looked at.
    """
    course = state.course[which]
    lesions, clones = course["lesions"].max(initial=1), course["clones"].max(initial=1)
    seen = State(
        seed=state.seed,
        patient=state.patient[which],
        course=course,
        lesion=rows_of(state.lesion, which, lesions),
        clone=rows_of(state.clone, which, clones),
        pools=state.pools[:0],
        effect=state.effect[which],
        watch=state.watch[:0],
    )
    table = program.seeded(state.seed)
    room = _room_for_effects(seen)
    coast_block(table, SCRATCH.workspace(), room, seen.patient, seen.course, seen.lesion, seen.clone, seen.effect)
    return seen


def funnel(state: State) -> np.ndarray:
    """Return the counts of the cascade, shape (P, beds, steps), drawn from the engine's sums."""
    out = np.zeros((state.patient.size, layout.N_BEDS, layout.N_STEPS))
    draw_funnel(state.seed, state.patient, state.pools, np.zeros(2, np.uint64), out)
    return out
