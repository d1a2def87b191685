from __future__ import annotations

from typing import Any

from paget.cli import story
from paget.cli.patient_tables import clone_table, lesion_table

PATIENT: dict[str, Any] = {
    "patient": 3,
    "sex": "female",
    "onset_age_day": 50 * 365.25,
    "primary_1cm_age_day": 58 * 365.25,
    "first_spread_age_day": 55 * 365.25,
    "first_metastasis_1cm_age_day": 59.5 * 365.25,
    "death_age_day": 61 * 365.25,
    "last_age_day": 61 * 365.25,
    "cause": "liver",
    "primary_diameter_mm": 41.2,
    "metastases": 2,
    "sites": 1,
    "burden_cells": 3.4e11,
    "clones": 1,
    "symptom": "rectal_bleeding",
    "symptom_place": "primary",
    "symptom_age_day": 60 * 365.25,
    "diagnosis_age_day": 60.1 * 365.25,
    "diagnosis_route": "symptom of the primary",
    "stage": "IV",
    "sites_found": 1,
    "unknown_primary": False,
}


def lesion(name: str, organ: str, route: str, year: float, **changes: Any) -> dict[str, Any]:
    row = {
        "lesion": name,
        "parent_lesion": "0" if route == "primary" else "a",
        "organ": organ,
        "route": route,
        "woken": False,
        "founded_age_day": year * 365.25,
        "established_age_day": (year + 1) * 365.25,
        "vascular_age_day": (year + 2) * 365.25,
        "detectable_age_day": (year + 3) * 365.25,
        "one_cm_age_day": None,
        "diameter_mm": 9.94,
        "peak_diameter_mm": 10.0,
    }
    return {**row, **changes}


LESIONS = [
    lesion("a", "bowel", "primary", 50.0, peak_diameter_mm=41.2),
    lesion("b", "liver", "blood", 56.0, woken=True),
    lesion("c", "liver", "blood", 57.0),
    lesion("d", "distant_lymph_node", "lymph", 57.0, detectable_age_day=None, peak_diameter_mm=0.1),
]


def test_symptom_and_diagnosis_are_told_in_the_course() -> None:
    """What was felt and what was found stand among what happened."""
    words = [event.words for event in story.course(PATIENT, LESIONS)]
    assert "The first symptom: rectal bleeding (from the primary)." in words
    assert "Found (symptom of the primary): stage IV; metastasis seen in 1 organ." in words


def test_a_patient_who_was_never_found_has_no_such_lines() -> None:
    """Without symptom and diagnosis the course tells of neither."""
    silent = {**PATIENT, "symptom_age_day": None, "diagnosis_age_day": None}
    assert not any("symptom" in event.words or "Found" in event.words for event in story.course(silent, LESIONS))


def test_the_course_is_told_in_order_from_the_first_cell_to_death() -> None:
    events = story.course(PATIENT, LESIONS)
    assert [event.age_day for event in events] == sorted(event.age_day for event in events)
    assert events[0].words == "The first malignant cell arises (bowel)."
    assert events[-1].words == "The patient dies of failure of the liver."


def test_metastases_of_an_organ_are_told_once_by_the_first_with_how_many_follow() -> None:
    told = [event.words for event in story.course(PATIENT, LESIONS) if "metastasis becomes" in event.words]
    first = "A metastasis becomes detectable: liver, founded at age 56.0, after sleep, through the blood."
    assert told == [f"{first} 1 more follow there."]


def test_a_deposit_that_never_became_detectable_is_not_told() -> None:
    assert not any("lymph" in event.words for event in story.course(PATIENT, LESIONS))


def test_what_never_happened_is_not_told_and_a_living_patient_does_not_die() -> None:
    alive = {**PATIENT, "cause": "alive", "first_spread_age_day": None, "first_metastasis_1cm_age_day": None}
    words = " ".join(event.words for event in story.course(alive, LESIONS[:1]))
    assert "alive" in words
    assert "dies" not in words
    assert "spreads" not in words


def test_an_event_is_dated_by_age_and_by_years_since_the_first_cell() -> None:
    assert story.dated(story.Event(58 * 365.25, "x"), PATIENT["onset_age_day"]) == ("58.0", "8.0", "x")


def test_opening_and_ending_say_who_and_how_much() -> None:
    assert story.opening(PATIENT, "Colorectal cancer") == "Patient 3: a woman with colorectal cancer, untreated."
    told = story.ending(PATIENT)
    assert "41 mm" in told
    assert "2 metastases had been detectable, 1 organ then held one" in told
    assert "3.4e11 cells in 1 clone." in told


def test_the_largest_lesions_come_first_and_the_title_counts_all() -> None:
    table = lesion_table(LESIONS, 2)
    assert str(table.title).startswith("Lesions (the largest 2 of 4")
    assert list(table.columns[0].cells) == ["bowel", "liver"]
    assert list(table.columns[1].cells) == ["primary", "bowel, blood"]


def test_a_clone_without_drivers_says_so() -> None:
    clones = [
        {
            "clone": "abcdef01",
            "lesion": "b",
            "drivers": "",
            "origin_age_day": 20_000.0,
            "origins": 1.0,
            "cells": 1e9,
        },
        {
            "clone": "2",
            "lesion": "a",
            "drivers": "kras+tp53",
            "origin_age_day": 20_000.0,
            "origins": 7.0,
            "cells": 1e10,
        },
    ]
    table = clone_table(clones, LESIONS, 9)
    assert list(table.columns[2].cells) == ["kras, tp53", "none"]
    assert list(table.columns[0].cells) == ["2", "abcdef"]
