"""Read a trial's specification and refuse one that cannot be run, before anything is simulated."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from paget import catalogue
from paget.care import protocols
from paget.care.conditions import position
from paget.care.impossible import contradiction
from paget.catalogue.faults import told
from paget.cohort.arms import own_protocols
from paget.cohort.care_plan import NONE, protocol_of
from paget.cohort.watching import watching
from paget.errors import EntryError
from paget.model.cancer import Cancer
from paget.model.stage import STAGES
from paget.model.therapy import Therapy
from paget.model.trial import Eligibility, Trial

_UNKNOWN_AT_DIAGNOSIS = ("had", "on", "responses", "free_from_day", "free_below_day")
"""Conditions that look back on treatment, of which there is none at diagnosis."""


def read_trial(path: str | Path) -> Trial:
    """Return the trial that a TOML file specifies, checked.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    EntryError
        If it cannot be read, breaks a rule, or names what there is not.
    UnknownEntryError
        If it names no cancer.
    """
    from pydantic import ValidationError

    file = Path(path)
    try:
        text = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EntryError(f"The trial cannot be read: {error}.", file=file, allowed="a TOML file") from error
    try:
        trial = Trial.model_validate({"id": file.stem, **text})
    except ValidationError as error:
        raise told(Trial, error.errors(), file, "") from error
    check_trial(trial, file)
    return trial


def check_trial(trial: Trial, file: object = None) -> None:
    """Raise unless a trial can be run.

    Parameters
    ----------
    trial
        The trial.
    file
        Where it was read from.

    Raises
    ------
    EntryError
        Where it names what there is not, or nobody can be eligible.
    UnknownEntryError, SettingError
        Where there is no such cancer or policy.
    """
    cancers = [cancer for cancer, _ in catalogue.resolve(trial.cancer)]
    watched = watching(None, [cancer.id for cancer in cancers])
    therapies = tuple(catalogue.entries("therapies", Therapy))
    tests = (*watched.tissue.alterations, *watched.tissue.biomarkers)
    modalities = tuple(name for name, each in watched.modalities.items() if each.shows_lesions)
    if trial.policy == NONE:
        raise EntryError(
            "A trial needs a policy of care.",
            file=file,
            key="policy",
            value=NONE,
            allowed="any policy but none; see: paget list policies",
            fix='leave it out for "standard_of_care"',
        )
    for cancer in cancers:
        protocol_of(trial.policy, cancer)
    for key, name in _therapies(trial):
        position(name, therapies, "therapy", key, file)
    for name in (*trial.eligibility.has, *trial.eligibility.lacks):
        position(name, tests, "biomarker", "eligibility.has, eligibility.lacks", file)
    for name in trial.eligibility.substages:
        position(name, STAGES, "stage", "eligibility.substages", file)
    for name in trial.design.imaging:
        position(name, modalities, "modality", "design.imaging", file)
    for at, arm in enumerate(trial.arms):
        try:
            protocols.check(own_protocols(trial, arm)[1], therapies, tests, modalities, STAGES)
        except EntryError as error:
            error.file, error.key = None if file is None else str(file), f"arms.{at}.then: {error.key}"
            raise
    _check_eligible(trial.eligibility, cancers, file)


def _therapies(trial: Trial) -> Iterator[tuple[str, str]]:
    for at, arm in enumerate(trial.arms):
        yield from ((f"arms.{at}.give", name) for name in arm.give)
        yield from ((f"arms.{at}.keep", name) for name in arm.keep)
    for field in ("had", "never", "on"):
        yield from ((f"eligibility.{field}", name) for name in getattr(trial.eligibility, field))


def _check_eligible(eligibility: Eligibility, cancers: list[Cancer], file: object) -> None:
    """Raise where nobody can be eligible, whatever is simulated."""
    fault = contradiction(eligibility) or _never_at_diagnosis(eligibility) or _wrong_sex(eligibility, cancers)
    if fault is not None:
        said, field, value, allowed = fault
        raise EntryError(
            f"Nobody can be eligible. {said}",
            file=file,
            key=f"eligibility.{field}",
            value=value,
            allowed=allowed,
            fix="correct the condition, or remove it",
        )


def _never_at_diagnosis(eligibility: Eligibility) -> tuple[str, str, object, str] | None:
    if set(eligibility.at) != {"diagnosis"}:
        return None
    for field in _UNKNOWN_AT_DIAGNOSIS:
        value = getattr(eligibility, field)
        if value not in (None, ()):
            return "At diagnosis nobody was treated.", field, value, "left out where at = ['diagnosis']"
    if eligibility.lines and 0 not in eligibility.lines:
        return "At diagnosis nobody has had a line of therapy.", "lines", eligibility.lines, "0 where at diagnosis"
    if eligibility.phases and "none" not in eligibility.phases:
        return "At diagnosis no phase is under way.", "phases", eligibility.phases, "none where at diagnosis"
    if eligibility.goals and "cure" not in eligibility.goals:
        return "At diagnosis the goal is cure until it changes.", "goals", eligibility.goals, "cure where at diagnosis"
    return None


def _wrong_sex(eligibility: Eligibility, cancers: list[Cancer]) -> tuple[str, str, object, str] | None:
    shares = [cancer.population.female_share.value for cancer in cancers]
    there = {name for name, some in (("female", max(shares) > 0.0), ("male", min(shares) < 1.0)) if some}
    if not eligibility.sexes or there & set(eligibility.sexes):
        return None
    return "No patient with this cancer has this sex.", "sexes", ", ".join(eligibility.sexes), ", ".join(sorted(there))
