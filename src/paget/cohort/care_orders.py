"""Carrying out orders: courses start and stop, the book follows, and the engine is handed the effects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from paget import engine
from paget.care.courses import CHANGED, DECLINE, PROGRESSION, TOXICITY
from paget.care.mechanisms import Hosts, aimed_at
from paget.cohort.care_book import NO_RESPONSE
from paget.model import layout
from paget.model.chart import EVENTS, GOALS
from paget.model.findings import Audit
from paget.model.therapy import Irradiate, Relieve, Resect
from paget.observation.response import start as set_baseline
from paget.observation.symptoms import N_PLACES

if TYPE_CHECKING:
    from paget.cohort.ward import Seen, Ward
    from paget.engine import State
    from paget.model.chart import Orders
    from paget.model.therapy import Therapy

CURE = GOALS.index("cure")
REGIONAL = layout.ORGANS.index("regional_lymph_node")
ENDING_OF = {"progression": PROGRESSION, "intolerance": TOXICITY, "decline": DECLINE}
ENDING = np.array([ENDING_OF.get(event, CHANGED) for event in EVENTS])
SOON_DAY = 1.0


@dataclass(frozen=True)
class _Aims:
    """What local treatment of K patients is aimed at: keys of lesions, nodes, the primary."""

    lesions: np.ndarray
    nodes: np.ndarray
    primary: np.ndarray


def carry_out(ward: Ward, state: State, seen: Seen, event: np.ndarray, orders: Orders, imaged: np.ndarray) -> State:
    """Carry out what the policy ordered for K patients.

    Parameters
    ----------
    ward
        The block's care.
    state
        The block.
    seen
        The patients, and what was found.
    event : ndarray of int64, shape (K,)
        Why the decision was due.
    orders
        The orders.
    imaged : ndarray of bool, shape (K,)
        Whose disease was looked at in this round, so that a baseline can be set.
    """
    book, courses, who, now = ward.book, ward.courses, seen.who, seen.day
    begin = orders.start & ~(courses.on[who] & ~orders.stop)
    courses.stop(orders.stop & courses.on[who], who, now, ENDING[event], book.best[who])
    changed = orders.new_line | (orders.phase != book.phase[who])
    book.line[who] += orders.new_line
    book.goal[who], book.phase[who] = orders.goal, orders.phase
    book.best[who[changed]] = NO_RESPONSE
    first = orders.new_line & np.isnan(book.first_line_day[who])
    book.first_line_day[who[first]] = now[first] + orders.wait_day[first]
    aims = _begin(ward, state, seen, begin, orders)
    _baseline(ward, seen, aims, imaged & (changed | aims.lesions.any(axis=1)))
    _forget(ward, seen, aims, orders.goal == CURE)
    book.visit_day[who] = now + np.maximum(orders.next_visit_day, SOON_DAY)
    book.visit_imaging[who] = orders.imaging
    book.grade_since[who] = 0
    return engine.with_effects(state, courses.effect)


def _begin(ward: Ward, state: State, seen: Seen, begin: np.ndarray, orders: Orders) -> _Aims:
    """Start therapies, and return what local ones are aimed at."""
    book, who = ward.book, seen.who
    aims = _Aims(np.zeros(book.lesions[who].shape, bool), np.zeros(who.size, bool), np.zeros(who.size, bool))
    began = []
    for number in np.flatnonzero(begin.any(axis=0)):
        chosen = begin[:, number]
        therapy, own = ward.plan.therapies[number], who[chosen]
        on_day = seen.day[chosen] + orders.wait_day[chosen]
        times = ward.courses.given[own, number]
        hosts = Hosts(
            patient=seen.truth.patient[chosen],
            number=times,
            on_day=on_day,
            off_day=on_day + therapy.schedule.planned_day,
            growth_per_day=state.patient["metastasis_growth_per_day"][own],
            carries=book.carries[own],
            lesions=book.lesions[own],
            lesion_organs=book.lesion_organs[own],
            symptomatic=ward.symptomatic[own, 1 : 1 + layout.N_ORGANS],
        )
        ward.courses.start(int(number), own, hosts, book.line[own], orders.phase[chosen], seen.day[chosen])
        began.append((np.full(own.size, number), own, hosts.patient, times, on_day))
        _aim(therapy, hosts, np.flatnonzero(chosen), aims)
        _relieve(ward, state, therapy, own)
    if began:
        therapies, rows, patients, times, days = (np.concatenate(each) for each in zip(*began, strict=True))
        ward.toxicities.begin(therapies, rows, patients, times, days, ward.courses.on[rows])
    return aims


def _aim(therapy: Therapy, hosts: Hosts, place: np.ndarray, aims: _Aims) -> None:
    """Add what a therapy that starts is aimed at."""
    for act in therapy.acts:
        if isinstance(act, Resect | Irradiate):
            aims.primary[place] |= act.site == "primary"
            aims.nodes[place] |= act.site == "nodes"
            aims.lesions[place] |= aimed_at(act, hosts.lesions, hosts.lesion_organs, hosts.symptomatic)


def _relieve(ward: Ward, state: State, therapy: Therapy, who: np.ndarray) -> None:
    """Relieve places for good where radiation does it, and slow the coming of symptoms."""
    for act in therapy.acts:
        if not isinstance(act, Relieve):
            continue
        places = places_of(act)
        if therapy.is_local:
            eased = np.where(ward.symptomatic[np.ix_(who, places)], act.symptoms.value, 0.0)
            ward.book.relieved[np.ix_(who, places)] = np.maximum(ward.book.relieved[np.ix_(who, places)], eased)
        if act.onset is not None:
            column = state.watch.shape[1] - N_PLACES + places
            state.watch["rate_per_day"][np.ix_(who, column)] *= act.onset.value


def places_of(act: Relieve) -> np.ndarray:
    """Return the places that an act relieves."""
    if not act.organs:
        return np.arange(N_PLACES)
    return np.array([1 + layout.ORGANS.index(organ) for organ in act.organs])


def _baseline(ward: Ward, seen: Seen, aims: _Aims, which: np.ndarray) -> None:
    """Measure what is there before treatment, without what is being removed."""
    if not which.any():
        return
    part = seen.where(which)
    hit = np.where(aims.lesions, ward.book.lesions[seen.who], np.uint64(0))[which]
    row, findings = part.findings.row, part.findings
    gone = (part.audit.lesion != 0) & (hit[row] == part.audit.lesion[:, None]).any(axis=1)
    own = findings.in_primary_site & (findings.organ == ward.own_organ)
    gone |= own & aims.primary[which][row]
    gone |= (findings.organ == REGIONAL) & aims.nodes[which][row]
    set_baseline(ward.tracked, part.who, findings.where(~gone), Audit(part.audit.lesion[~gone]))


def _forget(ward: Ward, seen: Seen, aims: _Aims, to_cure: np.ndarray) -> None:
    """Take what is removed, or irradiated to cure, from what is known to be there."""
    book, who = ward.book, seen.who
    book.primary_in_place[who[aims.primary]] = False
    book.primary_mm[who[aims.primary & to_cure]] = np.nan
    hit = aims.lesions & to_cure[:, None]
    cured = hit.any(axis=1)
    if cured.any():
        book.lesions[who] = np.where(hit, np.uint64(0), book.lesions[who])
        book.metastases[who] = np.maximum(0, book.metastases[who] - hit.sum(axis=1))
        left = np.zeros((who.size, layout.N_ORGANS), bool)
        row, slot = np.nonzero(book.lesions[who])
        left[row, book.lesion_organs[who[row], slot]] = True
        left[:, REGIONAL] = book.sites[who, REGIONAL]
        book.sites[who[cured]] = left[cured]
    book.sites[who[aims.nodes], REGIONAL] = False
