"""Advance: move each patient to the next stop, cell by cell of a fixed mesh of days.

The order of one cell is: 1. foresee: the paths of the lesions that stand at its start; 2. host: hazards,
watches and death on those paths, in stretches between switches of effects; 3. if nobody stopped, commit:
each lesion in turn, founders included; 4. sleepers; 5. tidy up. A stop inside a cell leaves the lesions at
its start, so that a stop changes no draw: after it the cell is foreseen again, from the day of the stop.
"""

from __future__ import annotations

import numpy as np

from paget.engine import effects
from paget.engine import rng as draws
from paget.engine.clocks import fraction_at, integral_to
from paget.engine.compacting import compact
from paget.engine.dormancy import wake
from paget.engine.growth import NODES
from paget.engine.host import (
    BY_EFFECT,
    BY_OTHER,
    CANCER_HAZARD,
    EFFECT_HAZARD,
    add_burden,
    cancer_hazard,
    clear_burden,
    death_cause,
    is_growing,
)
from paget.engine.kernel import entry, kernel
from paget.engine.lesions import coast, evolve
from paget.engine.path import trace
from paget.engine.shedding import bars_the_way, ready_row, record_row, settle_spans, shed_row
from paget.engine.state import ALIVE, BARRED, FREED, NEXT_SPAN, OVERFLOW, READY, ROWS, SERIAL
from paget.engine.watches import CLOCK, THRESHOLD, keep_watches, read_watch, recall_watches, spend_watches
from paget.model.layout import MAX_ROWS, N_ORGANS, STOP_REASONS, STREAM_CLOCK, STREAM_LESION, STREAM_POOL

STOP_NONE = STOP_REASONS.index("none")
STOP_WATCH = STOP_REASONS.index("watch")
STOP_DEATH = STOP_REASONS.index("death")
STOP_HORIZON = STOP_REASONS.index("horizon")
STOP_OVERFLOW = STOP_REASONS.index("overflow")
FIRST = np.int64(0)
"""A typed zero: a literal would compile everything below a second time."""
STEMS = (STREAM_LESION, STREAM_POOL, STREAM_CLOCK)
"""Streams that are opened for each lesion or genotype in each cell."""
COMPACT_AT = 16
"""Freed lesions and clones after which gaps are closed."""


@entry
def advance_block(table, patient, course, lesion, clone, pools, effect, watch, scratch, acts, spare_lesion, spare_clone,
                  until_day, stops):  # fmt: skip
    """Advance every patient of a block to the next stop and fill the STOP rows.

    `table` and `scratch` hold one record each: the program and the workspace; `acts` has room for a patient's effects.
    """
    for p in range(patient.size):
        advance_patient(
            table[0], scratch[0], patient[p], course[p], lesion[p], clone[p], pools[p],
            effect[p], watch[p], acts, spare_lesion, spare_clone, until_day[p], stops[p],
        )  # fmt: skip


@kernel
def prepare(ws, program, patient, course, clone):
    """Set what the workspace holds about one patient: birth rates, no rows yet."""
    for stream in STEMS:
        ws.stem[stream] = draws.stream_stem(program.seed, patient.index, stream)
    ws.counts[ROWS] = 0
    ws.counts[OVERFLOW] = 0
    ws.counts[FREED] = 0
    ws.pool_input[:] = 0.0
    for organ in range(N_ORGANS):
        ws.birth[organ] = patient.metastasis_growth_per_day * program.organ_growth[organ] * program.birth_factor
    ws.span_days[:] = -1.0
    ws.span_days[0] = program.interval_day
    ws.counts[SERIAL] += 1
    ws.span_serial[0] = ws.counts[SERIAL]
    ws.counts[NEXT_SPAN] = 1
    for c in range(course.clones):
        clone[c].row = -1
    ws.counts[READY] = 1


@kernel
def advance_patient(
    program, ws, patient, course, lesion, clone, pools, effect, watch, acts, spare_lesion, spare_clone, until_day, stop,
):  # fmt: skip
    """Advance one patient to the next stop."""
    stop.patient = patient.index
    stop.reason = STOP_NONE
    stop.watch_id = -1
    if course.finished != 0:
        return
    ws.counts[READY] = 0
    while stop.reason == STOP_NONE:
        start = course.cell_index * program.interval_day
        end = (course.cell_index + 1) * program.interval_day
        n = pick_effects(program, course, lesion, effect, acts, start, min(end, until_day))
        host(
            ws, program, patient, course, lesion, clone, acts, n, watch, spare_lesion, spare_clone,
            min(end, until_day), stop,
        )  # fmt: skip
        if stop.reason == STOP_NONE and until_day <= end:
            course.finished = 1
            stop.reason = STOP_HORIZON
            stop.day = until_day
        if stop.reason == STOP_WATCH:
            break
        if ws.counts[READY] == 0:
            prepare(ws, program, patient, course, clone)
        close = end if stop.reason == STOP_NONE else stop.day
        commit(ws, program, patient, course, lesion, clone, pools, acts, n, start, close)
        if ws.counts[OVERFLOW] != 0:
            stop.reason = STOP_OVERFLOW
            return
        course.now_day = close
        if stop.reason == STOP_NONE:
            course.cell_index += 1
            course.cancer_clock = course.cancer_left
            course.effect_clock = course.effect_left
            keep_watches(watch)
    if ws.counts[READY] == 0:
        return
    keep_rows(ws, pools)
    if course.finished != 0:
        record_kept(ws, program, patient, course, pools, acts)


@kernel
def pick_effects(program, course, lesion, effect, acts, start, end):
    """Copy the effects that matter for a cell to `acts` and return how many; no lesion stands two cells behind."""
    if not effects.any_acts(effect, start - program.interval_day, end):
        return FIRST
    return effects.acting(effect, acts, earliest(course, lesion, start), end)


@kernel
def earliest(course, lesion, start):
    """Return the day from which effects matter for a cell: a lesion that just woke may stand before its start."""
    day = start
    for l in range(course.lesions):
        if lesion[l].status == ALIVE:
            day = min(day, lesion[l].since_day)
    return day


@kernel
def commit(ws, program, patient, course, lesion, clone, pools, effect, n, start, end):
    """Bring every lesion, new ones included, and the sleepers to the end of a cell."""
    ws.counts[BARRED] = 1 if bars_the_way(effect, n) else 0
    l = FIRST
    while l < course.lesions:
        evolve(ws, program, patient, course, lesion, clone, pools, l, end, effect, n)
        if ws.counts[OVERFLOW] != 0:
            return
        l += 1
    if n > 0:
        settle_spans(ws, program, patient, pools, effect, n)
    if course.pools > 0 and end > start:
        wake(ws, program, patient, course, lesion, clone, pools, effect, n, start, end)
    if ws.counts[FREED] >= COMPACT_AT:
        compact(ws, course, lesion, clone)


@kernel
def keep_rows(ws, pools):
    """Keep what each row shed in whole cells without effects, by origin and genotype."""
    for row in range(ws.counts[ROWS]):
        if ws.row_total[row] <= 0.0:
            continue
        k = 0
        while k < pools.kept_rows:
            if pools.kept_origin[k] == ws.row_origin[row] and pools.kept_genotype[k] == ws.row_genotype[row]:
                break
            k += 1
        if k == pools.kept_rows:
            if k == MAX_ROWS:
                k = 0
            else:
                pools.kept_rows += 1
                pools.kept_origin[k] = ws.row_origin[row]
                pools.kept_genotype[k] = ws.row_genotype[row]
                pools.kept_total[k] = 0.0
        pools.kept_total[k] += ws.row_total[row]
        ws.row_total[row] = 0.0


@kernel
def record_kept(ws, program, patient, course, pools, effect):
    """Move what was kept into the funnel's expected counts."""
    h = program.interval_day
    for k in range(pools.kept_rows):
        origin, genotype = np.int64(pools.kept_origin[k]), np.int64(pools.kept_genotype[k])
        row = shed_row(ws, pools, course, origin, genotype)
        ready_row(ws, program, patient, pools, row, FIRST, effect, FIRST, 0.0, h)
        record_row(ws, program, patient, pools, row, FIRST, FIRST, pools.kept_total[k], effect, FIRST, 0.0, h)
    pools.kept_rows = 0


@kernel
def host(
    ws, program, patient, course, lesion, clone, effect, n, watch, spare_lesion, spare_clone, end, stop
):  # fmt: skip
    """Look for the first death or call between now and `end`; on one, fill the STOP row."""
    start = course.cell_index * program.interval_day
    watched = watch.size > 0
    course.cancer_left = course.cancer_clock
    course.effect_left = course.effect_clock
    recall_watches(program, patient, watch, ws, course.now_day)
    if n == 0:
        clear_burden(ws)
        for l in range(course.lesions):
            if not is_growing(lesion, l, start):
                continue
            if trace(ws, program, patient, lesion, clone, l, effect, n, start, end) > 0:
                add_burden(ws, program, lesion, l, watched)
        stretch(ws, program, patient, course, effect, n, watch, start, end, stop)
        return
    lesions = spare_felt(course, lesion, clone, spare_lesion, spare_clone, start)
    at = start
    while at < end and stop.reason == STOP_NONE:
        to = effects.next_switch(effect, n, at, end)
        clear_burden(ws)
        for l in range(lesions):
            coast(ws, program, patient, spare_lesion, spare_clone, l, effect, n, at, to)
            add_burden(ws, program, spare_lesion, l, watched)
        stretch(ws, program, patient, course, effect, n, watch, at, to, stop)
        at = to


@kernel
def spare_felt(course, lesion, clone, spare_lesion, spare_clone, start):
    """Copy the lesions that count for the host, one after another, with their clones, and return how many they are."""
    lesions = FIRST
    for l in range(course.lesions):
        if not is_growing(lesion, l, start):
            continue
        spare_lesion[lesions] = lesion[l]
        c = lesion[l].first_clone
        while c >= 0:
            spare_clone[c] = clone[c]
            c = clone[c].next_clone
        lesions += 1
    return lesions


@kernel
def stretch(ws, program, patient, course, effect, n, watch, a, b, stop):
    """Run clocks over days `a` to `b` on the burdens in the workspace; stop at the first that runs out.

    What lies before the patient's current day is passed again without stopping, after a stop inside a cell. Effects
    that begin there cut the cell into other stretches, in which a clock may run out a little sooner: a death that
    would fall into the past falls on the current day.
    """
    h = b - a
    if h <= 0.0:
        return
    passed = (course.now_day - a) / h
    for j in range(3):
        day = a + NODES[j] * h
        ws.hazard[CANCER_HAZARD, j] = h * cancer_hazard(program, patient, ws, j + 1, effect, n, day)
        ws.hazard[EFFECT_HAZARD, j] = h * effects.host_hazard(effect, n, day) if n > 0 else 0.0
    today = max(0.0, passed)
    by_cancer = max(today, fraction_at(ws.hazard[CANCER_HAZARD], course.cancer_left))
    by_effect = max(today, fraction_at(ws.hazard[EFFECT_HAZARD], course.effect_left))
    by_other = max(today, (patient.other_death_day - a) / h if patient.other_death_day <= b else 2.0)
    soonest = min(by_cancer, by_effect, by_other)
    death = soonest
    called = -1
    for k in range(watch.size):
        at = read_watch(ws, program, watch, k, a, b)
        if watch[k].kind == THRESHOLD and at < passed:
            at = passed
        if at <= 1.0 and at < soonest and (at >= passed or (watch[k].kind == CLOCK and a + at * h >= course.now_day)):
            soonest = at
            called = k
    if soonest > 1.0:
        course.cancer_left = max(0.0, course.cancer_left - integral_to(ws.hazard[CANCER_HAZARD], 1.0))
        course.effect_left = max(0.0, course.effect_left - integral_to(ws.hazard[EFFECT_HAZARD], 1.0))
        spend_watches(ws, watch, a, b)
        return
    if called >= 0:
        watch[called].done = 1
    stop.day = a + soonest * h
    course.now_day = stop.day
    if called >= 0:
        if watch[called].kind == CLOCK:
            # Exactly the day asked for, so that a second clock of that day still calls.
            stop.day = watch[called].at_day
            course.now_day = stop.day
        stop.reason = STOP_WATCH
        stop.watch_id = watch[called].id
        return
    course.finished = 1
    course.death_day = stop.day
    stop.reason = STOP_DEATH
    if death == by_cancer:
        course.cause = death_cause(ws, program, patient, effect, n, stop.day, soonest)
    else:
        course.cause = BY_EFFECT if death == by_effect else BY_OTHER
    stop.cause = course.cause
