"""One patient's course in words, dated by age and by years since the first cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from paget.cli.words import cause_words, organ_words, scientific
from paget.model.calendar import YEAR_DAY

_ROUTES: Final = {"blood": "through the blood", "lymph": "through lymph", "cavity": "across the body cavity"}


@dataclass(frozen=True)
class Event:
    """Something that happened to the patient.

    Parameters
    ----------
    age_day
        Age at which it happened, in days.
    words
        What happened, as a sentence.
    """

    age_day: float
    words: str


def opening(patient: Mapping[str, Any], cancer_name: str, policy: str = "none") -> str:
    """Return who the patient is, and how he is cared for."""
    care = "untreated" if policy == "none" else policy.replace("_", " ")
    person = {"female": "a woman", "male": "a man"}.get(str(patient["sex"]), "a person")
    return f"Patient {patient['patient']}: {person} with {cancer_name[:1].lower()}{cancer_name[1:]}, {care}."


def course(patient: Mapping[str, Any], lesions: Sequence[Mapping[str, Any]], care: Sequence[Event] = ()) -> list[Event]:
    """Return what happened to the patient, in order.

    Parameters
    ----------
    patient
        The patient's row.
    lesions
        The rows of all the patient's lesions.
    care
        What care did.

    Returns
    -------
    list of Event
        Events in the order of time.
    """
    primary = next(lesion for lesion in lesions if lesion["route"] == "primary")
    organ = organ_words(primary["organ"])
    events = [Event(patient["onset_age_day"], f"The first malignant cell arises ({organ}).")]
    _add(events, primary["vascular_age_day"], "The primary gets vessels; from now on it sheds cells.")
    _add(events, primary["detectable_age_day"], "The primary becomes large enough to be seen.")
    _add(events, patient["primary_1cm_age_day"], "The primary reaches 1 cm.")
    _add(events, patient["first_spread_age_day"], "The first cell that spreads begins to divide elsewhere.")
    events += _metastases(lesions)
    events += _known(patient)
    events += care
    _add(events, patient["first_metastasis_1cm_age_day"], "The first metastasis reaches 1 cm.")
    if patient["cause"] == "alive":
        _add(events, patient["last_age_day"], "The horizon is reached; the patient is alive.")
    else:
        _add(events, patient["death_age_day"], f"The patient dies of {cause_words(patient['cause'])}.")
    return sorted(events, key=lambda event: event.age_day)


def ending(patient: Mapping[str, Any]) -> str:
    """Return what the cancer came to."""
    size = patient["primary_diameter_mm"]
    seen, sites = int(patient["metastases"]), int(patient["sites"])
    parts = ["the primary was gone" if not size else f"the primary measured {size:.0f} mm"]
    parts.append(
        "no metastasis was detectable"
        if not seen
        else f"{_several(seen, 'metastasis', 'metastases')} had been detectable, "
        f"{_several(sites, 'organ', 'organs')} then held one"
    )
    parts.append(
        f"the burden was {scientific(patient['burden_cells'])} cells "
        f"in {_several(int(patient['clones']), 'clone', 'clones')}"
    )
    return f"At the end {'; '.join(parts)}."


def dated(event: Event, onset_age_day: float) -> tuple[str, str, str]:
    """Return an event's age, years since the first cell, and words."""
    since = (event.age_day - onset_age_day) / YEAR_DAY
    return f"{event.age_day / YEAR_DAY:.1f}", f"{since:.1f}", event.words


def _metastases(lesions: Sequence[Mapping[str, Any]]) -> list[Event]:
    by_organ: dict[str, list[Mapping[str, Any]]] = {}
    for lesion in lesions:
        if lesion["route"] != "primary" and lesion["detectable_age_day"] is not None:
            by_organ.setdefault(lesion["organ"], []).append(lesion)
    events = []
    for organ, found in by_organ.items():
        first = min(found, key=lambda lesion: float(lesion["detectable_age_day"]))
        slept = ", after sleep," if first["woken"] else ""
        more = f" {len(found) - 1} more follow there." if len(found) > 1 else ""
        founded = f"founded at age {first['founded_age_day'] / YEAR_DAY:.1f}{slept} {_ROUTES[first['route']]}"
        words = f"A metastasis becomes detectable: {organ_words(organ)}, {founded}.{more}"
        events.append(Event(float(first["detectable_age_day"]), words))
    return events


def _known(patient: Mapping[str, Any]) -> list[Event]:
    """Return what the patient felt, and what was found."""
    events: list[Event] = []
    symptom = str(patient["symptom"]).replace("_", " ")
    _add(events, patient["symptom_age_day"], f"The first symptom: {symptom} ({_place(str(patient['symptom_place']))}).")
    sites = int(patient["sites_found"])
    seen = f"; metastasis seen in {_several(sites, 'organ', 'organs')}" if sites else "; no metastasis seen"
    primary = ", the primary not found" if patient["unknown_primary"] else ""
    words = f"Found ({patient['diagnosis_route']}): stage {patient['stage']}{seen}{primary}."
    _add(events, patient["diagnosis_age_day"], words)
    return events


def _place(place: str) -> str:
    if place == "primary":
        return "from the primary"
    return "from all of it" if place == "general" else f"from {organ_words(place)}"


def _add(events: list[Event], age_day: float | None, words: str) -> None:
    if age_day is not None:
        events.append(Event(float(age_day), words))


def _several(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"
