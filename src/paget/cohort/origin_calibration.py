"""How well the origin is found in simulated patients, whose origin is known.

    python -m paget.cohort.origin_calibration

simulates patients that the tables of `site_patterns` were not counted in, samples a metastasis of each, reads it with
some or all antibodies, and prints accuracy, log score and calibration as Markdown. Origins are simulated in equal
numbers and weighed by how common they are among metastatic patients.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from paget import catalogue
from paget.analysis.calibration import Scores, outcome_scores, scores
from paget.catalogue.panels import tissue
from paget.cohort.origin_tables import cases_by_year, origin_tables
from paget.cohort.site_patterns import metastatic_patients
from paget.model import layout
from paget.model.calendar import YEAR_DAY
from paget.model.draws import stream_keys, uniforms
from paget.model.tissue import UNKNOWN, Floats, Results
from paget.observation.origin import Evidence, OriginTables, posterior
from paget.observation.pathology import Samples, histology, sequenced, stained

PATIENTS: Final = 500
"""Metastatic patients of each origin."""
SEED: Final = 31
MARKERS: Final = (0, 3, 6, 10)
"""Numbers of antibodies, drawn at random for each patient."""
_PICK: Final = 8
"""Lineage of the draws of which antibodies are used."""


@dataclass(frozen=True)
class Simulated:
    """Simulated metastatic patients, all tests done.

    Parameters
    ----------
    truth : ndarray of int64, shape (P,)
        Origins, as positions in `OriginTables.origins`.
    weight : ndarray, shape (P,)
        How common such patients are.
    patient : ndarray of int64, shape (P,)
        Indices.
    evidence : Evidence
        Sex, age and sites, every result, and the histology.
    markers : int
        How many of the tests are antibodies; they come first.
    """

    truth: NDArray[np.int64]
    weight: Floats
    patient: NDArray[np.int64]
    evidence: Evidence
    markers: int


def simulated(count: int, seed: int) -> Simulated:
    """Simulate metastatic patients of every origin and read a sample of each.

    Parameters
    ----------
    count
        Patients of each origin.
    seed
        Seed of all draws.
    """
    here = catalogue.current()
    rates = tissue(here)
    common = cases_by_year(here, rates.origins).sum(axis=(0, 1))
    parts: list[Simulated] = []
    for code, name in enumerate(rates.origins):
        seen = metastatic_patients(name, count, seed)
        size = seen.sex.size
        samples = Samples(
            patient=seen.patient,
            origin=np.full(size, code),
            lesion=seen.lesion,
            is_primary=np.zeros(size, np.bool_),
            genotype=seen.genotype,
            day=seen.age_year * YEAR_DAY,
        )
        evidence = Evidence(
            sex=seen.sex,
            age_year=seen.age_year,
            sites=seen.sites.astype(np.int8),
            tests=np.concatenate([stained(seed, rates, samples), sequenced(seed, rates, samples)], axis=1),
            histology=histology(seed, rates, samples),
        )
        weight = np.full(size, common[code] / size)
        parts.append(Simulated(samples.origin, weight, seen.patient, evidence, len(rates.markers)))
    return _joined(parts)


def _joined(parts: Sequence[Simulated]) -> Simulated:
    evidence = Evidence(
        sex=np.concatenate([part.evidence.sex for part in parts]),
        age_year=np.concatenate([part.evidence.age_year for part in parts]),
        sites=np.concatenate([part.evidence.sites for part in parts]),
        tests=np.concatenate([part.evidence.tests for part in parts]),
        histology=np.concatenate([part.evidence.histology for part in parts]),
    )
    return Simulated(
        truth=np.concatenate([part.truth for part in parts]),
        weight=np.concatenate([part.weight for part in parts]),
        patient=np.concatenate([part.patient for part in parts]),
        evidence=evidence,
        markers=parts[0].markers,
    )


def with_markers(patients: Simulated, count: int, seed: int) -> Evidence:
    """Return the evidence with `count` antibodies drawn at random for each patient, and nothing else of the tissue.

    Parameters
    ----------
    patients
        Who.
    count
        How many antibodies; all of them where there are fewer.
    seed
        Seed of the choice.
    """
    keys = stream_keys(seed, patients.patient, layout.STREAM_TISSUE, _PICK, patients.truth)
    u = uniforms(keys[:, None], np.arange(1, patients.markers + 1))
    last = np.sort(u, axis=1)[:, min(count, patients.markers) - 1 : min(count, patients.markers)]
    used = u <= last if count else np.zeros(u.shape, np.bool_)
    tests = np.full_like(patients.evidence.tests, UNKNOWN)
    tests[:, : patients.markers] = np.where(used, patients.evidence.tests[:, : patients.markers], UNKNOWN)
    return _told(patients.evidence, tests, np.full_like(patients.evidence.histology, -1))


def _told(evidence: Evidence, tests: Results, looks: NDArray[np.int64]) -> Evidence:
    return Evidence(evidence.sex, evidence.age_year, evidence.sites, tests, looks)


def rounds(patients: Simulated, seed: int) -> Iterator[tuple[str, Evidence]]:
    """Yield what is known of the patients, from least to most, each with its name."""
    for count in MARKERS:
        yield f"sites and {count} antibodies" if count else "sites alone", with_markers(patients, count, seed)
    everything = with_markers(patients, patients.markers, seed)
    yield f"sites and all {patients.markers} antibodies", everything
    genes = _told(patients.evidence, patients.evidence.tests, np.full_like(patients.evidence.histology, -1))
    yield "the same and the gene panel", genes
    yield "the same and histology", patients.evidence


def report(tables: OriginTables, patients: Simulated, seed: int) -> str:
    """Return accuracy, log score and calibration as Markdown.

    Parameters
    ----------
    tables
        By which the origin is inferred.
    patients
        Whose origin is known.
    seed
        Seed of the choice of antibodies.
    """
    overall = ["| known | accuracy | log score (nats) | calibration error |", "|---|---|---|---|"]
    curves = ["| known | " + " | ".join(f"{10 * k}-{10 * k + 10} %" for k in range(10)) + " |", "|---" * 11 + "|"]
    heads: list[str] = []
    by_origin: list[list[str]] = [[name] for name in tables.origins]
    for name, evidence in rounds(patients, seed):
        probability = posterior(tables, evidence)
        found = scores(probability, patients.truth, patients.weight)
        overall.append(f"| {name} | {found.accuracy:.3f} | {found.log_score:.3f} | {found.curve.error:.4f} |")
        curves.append(f"| {name} | {_cells(found)} |")
        if "antibodies" not in name:
            continue
        heads.append(name.removeprefix("sites and "))
        for code, row in enumerate(by_origin):
            own = outcome_scores(probability, patients.truth, code, patients.weight)
            row.append(f"{own.found:.2f} / {own.right:.2f} / {own.curve.error:.4f}")
    table = ["| origin | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    table += ["| " + " | ".join(row) + " |" for row in by_origin]
    return "\n\n".join(
        [
            "## All patients",
            "\n".join(overall),
            "## Calibration curve: how often the likeliest origin is true, by the probability it is given",
            "\n".join(curves),
            "## By origin: share of its patients found / share right when named / calibration error",
            "\n".join(table),
        ]
    )


def _cells(found: Scores) -> str:
    return " | ".join(
        "" if np.isnan(said) else f"{said:.2f}: {came:.2f}"
        for said, came in zip(found.curve.said, found.curve.came, strict=True)
    )


def main() -> None:
    """Print the report; see the module."""
    parser = argparse.ArgumentParser(description="How well the origin is found in simulated patients.")
    parser.add_argument("--patients", type=int, default=PATIENTS, help="metastatic patients of each origin")
    parser.add_argument("--seed", type=int, default=SEED, help="seed of all draws")
    given = parser.parse_args()
    patients = simulated(given.patients, given.seed)
    sys.stdout.write(report(origin_tables(catalogue.current()), patients, given.seed) + "\n")


if __name__ == "__main__":
    main()
