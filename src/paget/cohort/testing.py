"""Tests of blood and tissue at diagnosis: markers, a biopsy, and what it is read for."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import numpy as np

from paget.model.assay import ProteinTest
from paget.model.tissue import POSITIVE, UNKNOWN
from paget.observation import assays, pathology

if TYPE_CHECKING:
    from paget.cohort.diagnosis import Eyes
    from paget.model.findings import Audit, Findings
    from paget.model.truth import Truth

BLOOD, TISSUE = 0, 1
SPECIMENS: Final = ("blood", "tissue")
BIOPSY: Final = "biopsy"


@dataclass(frozen=True)
class Tests:
    """R results of a block of patients, as flat columns.

    Parameters
    ----------
    row : ndarray of int64, shape (R,)
        Which patient of the block.
    day : ndarray of float64, shape (R,)
        Patient age in days.
    test : ndarray of int64, shape (R,)
        Position in `names_of_tests`.
    specimen : ndarray of int64, shape (R,)
        Codes of `SPECIMENS`.
    value : ndarray of float64, shape (R,)
        A level in the marker's own unit, a count, or a share; NaN for what is only there or not.
    is_positive : ndarray of bool, shape (R,)
        Whether it is raised, or there.
    """

    row: np.ndarray
    day: np.ndarray
    test: np.ndarray
    specimen: np.ndarray
    value: np.ndarray
    is_positive: np.ndarray

    def where(self, mask: np.ndarray) -> Tests:
        """Return the results that a mask of shape (R,) keeps."""
        return Tests(**{each.name: getattr(self, each.name)[mask] for each in fields(self)})


def followed(eyes: Eyes) -> tuple[str, ProteinTest | None]:
    """Return the protein in blood by which patients of a cancer are followed: the first that is measured, if any.

    Parameters
    ----------
    eyes : Eyes
        What is measured at diagnosis.
    """
    return next(((name, test) for name, test in eyes.blood if isinstance(test, ProteinTest)), ("", None))


def names_of_tests(eyes: Eyes) -> tuple[str, ...]:
    """Return the names of all tests that patients of a cancer may get."""
    tissue = eyes.tissue
    return (*(name for name, _ in eyes.blood), BIOPSY, *tissue.markers, *tissue.alterations, *tissue.biomarkers)


def sampled(
    eyes: Eyes, seed: int, truth: Truth, who: np.ndarray, findings: Findings, audit: Audit
) -> pathology.Pathology:
    """Return what a biopsy of the largest accessible finding shows.

    Parameters
    ----------
    eyes : Eyes
        The rates of the tissue panel.
    seed : int
        The run's seed.
    truth : Truth
        What is the case, P patients.
    who : ndarray of bool, shape (P,)
        Who gets a biopsy.
    findings, audit
        What examinations have shown.
    """
    origin = np.full(who.size, eyes.origin, np.int64)
    return pathology.biopsy(seed, eyes.tissue, truth, origin, findings, audit, who)[0]


def tested(
    eyes: Eyes, seed: int, truth: Truth, found: np.ndarray, seen: pathology.Pathology, unknown: np.ndarray
) -> Tests:
    """Return the results of blood markers and of a biopsy in patients who are being diagnosed.

    A biopsy is read for alterations and biomarkers, of which those that are there are told; stains are made where the
    primary was not found.

    Parameters
    ----------
    eyes : Eyes
        Which markers, and the rates of the tissue panel.
    seed : int
        The run's seed.
    truth : Truth
        What is the case, P patients.
    found : ndarray of bool, shape (P,)
        Who is diagnosed.
    seen : Pathology
        What their biopsies have shown.
    unknown : ndarray of bool, shape (P,)
        In whom the primary was not found.
    """
    parts = [_blood(eyes, seed, truth, found)]
    first = len(eyes.blood)
    taken = np.flatnonzero(seen.finding >= 0)
    parts.append(_rows(taken, truth.day, first, TISSUE, seen.malignant[taken]))
    stains = np.where(unknown[:, None], seen.markers, UNKNOWN)
    parts.append(_told(stains, truth.day, first + 1, stains != UNKNOWN))
    at = first + 1 + len(eyes.tissue.markers)
    parts.append(_told(seen.alterations, truth.day, at, seen.alterations == POSITIVE))
    at += len(eyes.tissue.alterations)
    parts.append(_told(seen.biomarkers, truth.day, at, seen.biomarkers == POSITIVE))
    return together(parts)


def together(parts: list[Tests]) -> Tests:
    """Return results one after another, in order of patient."""
    columns = {each.name: np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(Tests)}
    return Tests(**columns).where(np.argsort(columns["row"], kind="stable"))


def no_tests() -> Tests:
    """Return no results."""
    whole = np.zeros(0, np.int64)
    return Tests(whole, np.zeros(0), whole, whole, np.zeros(0), np.zeros(0, bool))


def _blood(eyes: Eyes, seed: int, truth: Truth, found: np.ndarray) -> Tests:
    parts = [no_tests()]
    who, bled = np.flatnonzero(found), truth.of(found)
    for number, (_, test) in enumerate(eyes.blood):
        value = assays.measure(seed, bled, test, np.floor(bled.day).astype(np.int64))
        parts.append(_rows(who, truth.day, number, BLOOD, assays.is_raised(test, value), value))
    return together(parts)


def _rows(
    who: np.ndarray, day: np.ndarray, test: int, specimen: int, positive: np.ndarray, value: np.ndarray | None = None
) -> Tests:
    return Tests(
        row=who,
        day=day[who],
        test=np.full(who.size, test, np.int64),
        specimen=np.full(who.size, specimen, np.int64),
        value=np.full(who.size, np.nan) if value is None else value,
        is_positive=positive,
    )


def _told(results: np.ndarray, day: np.ndarray, first: int, which: np.ndarray) -> Tests:
    """Return the rows of a table of results, shape (P, K), that are told."""
    who, number = np.nonzero(which)
    return Tests(
        row=who.astype(np.int64),
        day=day[who],
        test=first + number.astype(np.int64),
        specimen=np.full(who.size, TISSUE, np.int64),
        value=np.full(who.size, np.nan),
        is_positive=results[who, number] == POSITIVE,
    )
