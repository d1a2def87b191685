"""Closing the gaps that lesions and clones without cells leave among the others, which keep their order."""

from __future__ import annotations

from paget.engine.kernel import kernel
from paget.engine.state import FREE, FREED


@kernel
def compact(ws, course, lesion, clone):
    """Close the gaps that freed lesions and clones left, keeping order."""
    lesions = 0
    for l in range(course.lesions):
        if lesion[l].status == FREE:
            continue
        if lesions != l:
            lesion[lesions] = lesion[l]
            c = lesion[lesions].first_clone
            while c >= 0:
                clone[c].lesion = lesions
                c = clone[c].next_clone
        lesions += 1
    course.lesions = lesions
    close_clones(course, lesion, clone)
    ws.counts[FREED] = 0


@kernel
def close_clones(course, lesion, clone):
    """Close the gaps among clones, once their links carry the new places."""
    kept = 0
    for c in range(course.clones):
        clone[c].moved = kept
        if clone[c].lesion >= 0:
            kept += 1
    for c in range(course.clones):
        if clone[c].next_clone >= 0:
            clone[c].next_clone = clone[clone[c].next_clone].moved
    for l in range(course.lesions):
        if lesion[l].first_clone >= 0:
            lesion[l].first_clone = clone[lesion[l].first_clone].moved
    for c in range(course.clones):
        if clone[c].lesion >= 0 and clone[c].moved != c:
            clone[clone[c].moved] = clone[c]
    course.clones = kept
