"""Records of simulated patients, put through the map: what is said with 70 % has to come true in 70 of 100.

The patients of the records have another seed than those they are compared with (2 and 1). What the doctors of these
patients know is drawn from the truth by colonoscopy, CT and CEA, with their errors and misses, and with the false
findings that stand after a second look.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from paget import catalogue
from paget.analysis.calibration import Curve, curve
from paget.cohort.map_answer import THRESHOLDS_MM, FullMap
from paget.cohort.map_case import understood
from paget.cohort.map_pool import Pool, at_diagnosis, simulate_pool
from paget.cohort.mapping import mapped
from paget.cohort.population import draw_patients
from paget.cohort.recipe import make_recipe
from paget.model import layout
from paget.model.assay import Marker
from paget.model.findings import Audit, Findings
from paget.model.modality import Modality
from paget.model.record import Record
from paget.model.truth import Truth
from paget.observation.assays import measure
from paget.observation.imaging import EXPECTED_ORGANS, examine
from paget.observation.workup import standing

CANCER = "colorectal"
COMPARED, RECORDS = 16_000, 1_500
SEED, OTHER_SEED = 1, 2
LIMIT = 0.05
BORN = dt.date(1900, 1, 1)
MAIN = ("regional_lymph_node", "liver", "lung", "peritoneum", "distant_lymph_node", "bone", "brain")
EXAMINATIONS = ("colonoscopy", "ct")
NODES = layout.ORGANS.index("regional_lymph_node")


@dataclass(frozen=True)
class Outcome:
    """A map, and whether there was an undetected lesion of each size, by place."""

    found: FullMap
    truth: dict[str, NDArray[np.bool_]]


@cache
def compared_with() -> Pool:
    """Return the patients that all records are compared with."""
    return simulate_pool(make_recipe(CANCER, seed=SEED, care="none"), COMPARED, workers=2)


@cache
def outcomes() -> tuple[Outcome, ...]:
    """Return the maps of patients of the other seed, beside what is the case in them."""
    recipe = make_recipe(CANCER, seed=OTHER_SEED, care="none")
    cancer, program = recipe.members[0][0], recipe.programs[0]
    eyes = recipe.watched.eyes(cancer)
    who = draw_patients(program, cancer, recipe.population, OTHER_SEED, np.arange(RECORDS))
    blocks = (at_diagnosis(program, eyes, OTHER_SEED, who[k : k + 128]) for k in range(0, RECORDS, 128))
    return tuple(chain.from_iterable(_block(truth) for truth in chain.from_iterable(blocks)))


def _block(truth: Truth) -> list[Outcome]:
    cancer = catalogue.cancer(CANCER)
    modalities = [catalogue.entry("modalities", name, Modality) for name in EXAMINATIONS]
    disproved = make_recipe(CANCER).watched.workup.disproved.value
    ordered = np.ones((truth.patient.size, len(modalities)), bool)
    findings, audit = examine(OTHER_SEED, truth, modalities, ordered, truth.day, cancer)
    stands = standing(OTHER_SEED, truth.patient, findings, audit, disproved)
    findings, audit = findings.where(stands), Audit(audit.lesion[stands])
    level = measure(OTHER_SEED, truth, catalogue.entry("markers", "cea", Marker).of(cancer))
    return [
        Outcome(
            mapped(compared_with(), understood(_record(truth, row, findings, modalities, float(level[row])))),
            _hidden(truth, row, audit.lesion[findings.row == row]),
        )
        for row in range(truth.patient.size)
    ]


def _record(truth: Truth, row: int, findings: Findings, modalities: list[Modality], level: float) -> Record:
    """Return what is known of one patient: every finding, how many there were, and what was clear."""
    day = BORN + dt.timedelta(int(truth.day[row]))
    given: list[dict[str, Any]] = []
    for at in np.flatnonzero(findings.row == row):
        like = (findings.row == row) & (findings.modality == findings.modality[at])
        like &= (findings.organ == findings.organ[at]) & (findings.in_primary_site == findings.in_primary_site[at])
        primary = bool(findings.in_primary_site[at])
        largest = findings.diameter_mm[at] == findings.diameter_mm[like].max()
        if primary and not (layout.ORGANS[findings.organ[at]] == "bowel" and largest):
            continue  # another primary is another disease, and not in the record
        finding = {
            "date": day,
            "modality": modalities[findings.modality[at]].id,
            "organ": layout.ORGANS[findings.organ[at]],
            "diameter_mm": min(float(findings.diameter_mm[at]), 500.0),
            "primary": primary,
        }
        given.append(finding if primary else {**finding, "lesions": int(like.sum())})
    shown = {(finding["modality"], finding["organ"]) for finding in given}
    sex = layout.SEXES[truth.sex[row]]
    absent = {layout.ORGANS[code] for code in np.flatnonzero(~EXPECTED_ORGANS[truth.sex[row]])}
    examinations = [
        {
            "date": day,
            "modality": each.id,
            "negative": [name for name in each.organs if name not in absent and (each.id, name) not in shown],
        }
        for each in modalities
    ]
    markers = [{"date": day, "name": "cea", "value": level}]
    plain = {"cancer": CANCER, "sex": sex, "born": BORN, "diagnosed": day}
    return Record.model_validate({**plain, "findings": given, "examinations": examinations, "markers": markers})


def _hidden(truth: Truth, row: int, seen: NDArray[np.uint64]) -> dict[str, NDArray[np.bool_]]:
    """Return, by place, whether there is a metastasis that no examination showed, for each size."""
    hidden = (truth.cells[row] > 0.0) & ~truth.is_primary[row] & ~np.isin(truth.key[row], seen)
    large = hidden & (truth.diameter_mm[row] >= np.array(THRESHOLDS_MM)[:, None])
    where = {name: truth.organ[row] == layout.ORGANS.index(name) for name in MAIN}
    where |= {"distant": truth.organ[row] != NODES, "anywhere": np.ones(truth.organ[row].shape, bool)}
    return {name: (large & place).any(axis=1) for name, place in where.items()}


def _said(outcome: Outcome, name: str) -> list[float]:
    estimates = outcome.found.estimates
    assert estimates is not None
    places = {place.name: place for place in (*estimates.organs, estimates.distant, estimates.anywhere)}
    return [chance.probability for chance in places[name].chances]


def calibration(name: str, size: int, shift: int = 0) -> Curve:
    """Return how well the chances of a place and size hold, or those of another patient where shifted."""
    told = [outcome for outcome in outcomes() if outcome.found.estimates is not None]
    said = np.array([_said(outcome, name)[size] for outcome in told])
    came = np.array([outcome.truth[name][size] for outcome in told])
    return curve(said, np.roll(came, shift), np.full(said.size, 1.0 / said.size))


@pytest.mark.slow
@pytest.mark.parametrize("size", range(len(THRESHOLDS_MM)))
@pytest.mark.parametrize("name", [*MAIN, "distant", "anywhere"])
def test_chances_of_undetected_lesions_are_calibrated(name: str, size: int) -> None:
    """In every main organ and at every size the expected calibration error is below 0.05."""
    assert calibration(name, size).error < LIMIT


@pytest.mark.slow
def test_chances_of_another_patient_are_not_calibrated() -> None:
    """The measure sees what it should: the truths of other patients do not follow the chances."""
    assert calibration("anywhere", 1, shift=1).error > 2 * LIMIT
    assert calibration("liver", 1, shift=1).error > 2 * LIMIT


@pytest.mark.slow
def test_most_records_are_answered_and_the_others_are_not_guessed() -> None:
    """Nine in ten patients of the model have a map; those without are those whom too few resemble."""
    sizes = np.array([outcome.found.effective_sample_size for outcome in outcomes()])
    answered = np.array([outcome.found.estimates is not None for outcome in outcomes()])
    assert answered.mean() > 0.85
    assert (answered == (sizes >= 10.0)).all()


@pytest.mark.slow
def test_a_map_tells_more_than_how_common_lesions_are() -> None:
    """The mean squared error of the chances is below that of the share of all patients (Brier's score)."""
    told = [outcome for outcome in outcomes() if outcome.found.estimates is not None]
    for name in ("regional_lymph_node", "liver", "anywhere"):
        said, came = (np.array(x) for x in ([_said(o, name)[1] for o in told], [o.truth[name][1] for o in told]))
        assert ((said - came) ** 2).mean() < 0.95 * ((came.mean() - came) ** 2).mean()
