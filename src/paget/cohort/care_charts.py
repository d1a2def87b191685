"""Charts from the book: what the policy is told, and how findings enter the book."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from paget.cohort.care_book import MOST_KNOWN
from paget.model import layout
from paget.model.calendar import YEAR_DAY
from paget.model.chart import Charts
from paget.model.stage import STAGE_GROUPS

if TYPE_CHECKING:
    from paget.cohort.ward import Seen, Ward

REGIONAL = layout.ORGANS.index("regional_lymph_node")


def charts_of(ward: Ward, seen: Seen, event: np.ndarray) -> Charts:
    """Return the charts of patients for whom a decision is due.

    Parameters
    ----------
    ward
        The block's care.
    seen
        The patients; only who they are, their sex and their age are taken from it.
    event : ndarray of int64, shape (K,)
        Codes of `EVENTS`.
    """
    # Copies all: a policy that writes into a chart, or follows an array to its base, comes to nothing.
    book, courses, known, who = ward.book, ward.courses, ward.known, seen.who
    return Charts(
        therapies=tuple(each.id for each in ward.plan.therapies),
        tests=ward.plan.tests,
        patient=seen.truth.patient.copy(),
        event=event.copy(),
        day=seen.day.copy(),
        age_year=seen.day / YEAR_DAY,
        diagnosis_day=known.day[who],
        sex=seen.truth.sex.copy(),
        stage=known.stage[who],
        stage_group=np.asarray(STAGE_GROUPS)[known.stage[who]],
        node_positive=known.n[who] > 0,
        sites=book.sites[who],
        metastases=book.metastases[who],
        primary_in_place=book.primary_in_place[who],
        primary_mm=book.primary_mm[who],
        tested=book.tested[who],
        fitness=book.fitness[who],
        symptomatic=ward.symptomatic[who, 1 : 1 + layout.N_ORGANS],
        phase=book.phase[who],
        goal=book.goal[who],
        line=book.line[who],
        response=book.response[who],
        best=book.best[who],
        given=courses.given[who],
        on=courses.on[who],
        free_day=courses.free_day(who, seen.day),
        worst_grade=book.grade_since[who],
        modalities=tuple(each.id for each in ward.plan.modalities),
    )


def note_disease(ward: Ward, seen: Seen, covered: np.ndarray) -> None:
    """Note the disease that findings show, in place of what was known of the organs that were looked at.

    Parameters
    ----------
    ward
        The block's care.
    seen
        Patients who were examined, and what was found.
    covered : ndarray of bool, shape (K, N_ORGANS)
        Organs that were looked at.
    """
    book, who, findings = ward.book, seen.who, seen.findings
    is_primary = findings.in_primary_site & (findings.organ == ward.own_organ)
    spread = ~is_primary
    sites = np.zeros((who.size, layout.N_ORGANS), bool)
    sites[findings.row[spread], findings.organ[spread]] = True
    book.sites[who] = (book.sites[who] & ~covered) | sites
    measured = np.full(who.size, -np.inf)
    np.maximum.at(measured, findings.row[is_primary], findings.diameter_mm[is_primary])
    looked = covered[:, ward.own_organ]
    book.primary_mm[who] = np.where(measured > 0.0, measured, np.where(looked, np.nan, book.primary_mm[who]))
    _note_metastases(ward, seen, spread & (findings.organ != REGIONAL))


def _note_metastases(ward: Ward, seen: Seen, distant: np.ndarray) -> None:
    """Keep the largest distant metastases by themselves, each once though several examinations show it."""
    book, who = ward.book, seen.who
    row, organ = seen.findings.row[distant], seen.findings.organ[distant]
    size, key = seen.findings.diameter_mm[distant], seen.audit.lesion[distant]
    order = np.lexsort((-size, key, row))
    row, organ, size, key = row[order], organ[order], size[order], key[order]
    # False findings have no key of their own and count one each.
    first = np.ones(row.size, bool)
    first[1:] = (row[1:] != row[:-1]) | (key[1:] != key[:-1]) | (key[1:] == 0)
    row, organ, size, key = row[first], organ[first], size[first], key[first]
    book.metastases[who] = np.bincount(row, minlength=who.size)
    order = np.lexsort((-size, row))
    row, organ, key = row[order], organ[order], key[order]
    start = np.searchsorted(row, np.arange(who.size))
    rank = np.arange(row.size) - start[row]
    kept = rank < MOST_KNOWN
    lesions, organs = np.zeros((who.size, MOST_KNOWN), np.uint64), np.zeros((who.size, MOST_KNOWN), np.int64)
    lesions[row[kept], rank[kept]] = key[kept]
    organs[row[kept], rank[kept]] = organ[kept]
    book.lesions[who], book.lesion_organs[who] = lesions, organs
