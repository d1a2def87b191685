from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from paget.model.record import WINDOW_DAY, Record

BORN = dt.date(1960, 5, 1)
DAY = dt.date(2025, 3, 10)
LIVER = {"date": DAY, "modality": "ct", "organ": "liver", "diameter_mm": 20}


def record(**changes: Any) -> Record:
    """Return a record of a man with a lesion in the liver, with changes."""
    plain = {"cancer": "colorectal", "sex": "male", "born": BORN, "findings": [LIVER]}
    return Record.model_validate({**plain, **changes})


def fault(**changes: Any) -> tuple[str, dict[str, Any]]:
    """Return what is told of a record that breaks a rule: the message and its context."""
    with pytest.raises(ValidationError) as caught:
        record(**changes)
    first = caught.value.errors()[0]
    return first["msg"], {**first.get("ctx", {}), "loc": ".".join(map(str, first["loc"]))}


def test_the_day_is_that_of_the_first_finding_unless_a_diagnosis_is_given() -> None:
    """Age and days count from the diagnosis, which is the first finding where it is not stated."""
    later = {**LIVER, "date": DAY + dt.timedelta(30)}
    assert record(findings=[later, LIVER]).day == DAY
    given = record(findings=[later, LIVER], diagnosed=DAY + dt.timedelta(10))
    assert given.days_after(DAY) == -10.0
    assert record().age_year == pytest.approx(64.86, abs=0.01)


def test_without_a_finding_the_first_result_dates_the_record() -> None:
    """An examination or a marker dates a record that has no finding."""
    marker = {"date": DAY, "name": "CEA", "value": 3}
    assert record(findings=[], markers=[marker]).day == DAY


@pytest.mark.parametrize("organ", ["Regional lymph node", "regional-lymph-node", " regional_lymph_node "])
def test_names_are_read_as_people_write_them(organ: str) -> None:
    """Case, blanks and hyphens do not matter."""
    assert record(findings=[{**LIVER, "organ": organ}]).findings[0].organ == "regional_lymph_node"


@pytest.mark.parametrize(("value", "read"), [(3, 3.0), ("+", "+"), ("Negative", "-"), ("raised", "+"), (0, 0.0)])
def test_a_marker_is_a_level_or_a_sign(value: object, read: object) -> None:
    """Words for raised and not raised become signs, and numbers stay numbers."""
    markers = [{"date": DAY, "name": "CEA", "value": value}]
    assert record(markers=markers).markers[0].value == read


def test_a_date_may_be_a_text_or_a_moment() -> None:
    """Dates come as TOML has them, or as text where they come from JSON."""
    assert record(born="1960-05-01").born == BORN
    assert record(born=dt.datetime(1960, 5, 1, 8, 30, tzinfo=dt.UTC)).born == BORN


@pytest.mark.parametrize("diameter", [-3, 0, 501])
def test_a_size_below_zero_or_beyond_a_body_is_refused(diameter: float) -> None:
    """No lesion is smaller than nothing or larger than half a metre."""
    told, context = fault(findings=[{**LIVER, "diameter_mm": diameter}])
    assert told == f"{float(diameter)} mm is no size of a lesion."
    assert context["loc"] == "findings.0.diameter_mm"


def test_a_date_before_birth_is_refused() -> None:
    """Nothing is found in the unborn."""
    told, context = fault(findings=[LIVER, {**LIVER, "date": dt.date(1959, 1, 1)}])
    assert told == "A date lies before the birth of the patient, 1960-05-01."
    assert context["key"] == "findings.1.date"


def test_a_date_far_from_the_diagnosis_is_refused() -> None:
    """A record is one work-up: half a year is the farthest, and one day more is too far."""
    assert record(findings=[LIVER, {**LIVER, "date": DAY + dt.timedelta(WINDOW_DAY)}]).day == DAY
    told, context = fault(findings=[LIVER, {**LIVER, "date": DAY + dt.timedelta(WINDOW_DAY + 1)}])
    assert told == f"A date lies {WINDOW_DAY + 1} days from the diagnosis on 2025-03-10."
    assert context["key"] == "findings.1.date"


@pytest.mark.parametrize("born", ["1910-01-01", "soon", 1960])
def test_a_birth_that_cannot_be_is_refused(born: object) -> None:
    """Nobody is older than 110 years, and a date is a date."""
    told, _ = fault(born=born)
    assert told in {
        "The patient would be 115 years old at diagnosis.",
        "'soon' is no date.",
        "'1960' is no date.",
    }


def test_an_organ_that_there_is_not_is_told_with_the_nearest() -> None:
    """A slip of the pen is met with the name that was meant."""
    told, context = fault(findings=[{**LIVER, "organ": "livr"}])
    assert (told, context["meant"]) == ("'livr' is not an organ.", "liver")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"findings": [{**LIVER, "organ": "ovary"}]}, "male and has no ovary"),
        ({"sex": "female", "findings": [{**LIVER, "organ": "prostate"}]}, "female and has no prostate"),
        ({"findings": [{**LIVER, "primary": True}, {**LIVER, "primary": True}]}, "shows 2 primaries"),
        ({"findings": [{**LIVER, "lesions": 2}, {**LIVER, "lesions": 3}]}, "3 lesions in the organ liver"),
        ({"findings": [{**LIVER, "primary": True, "lesions": 2}]}, "2 lesions in the organ liver"),
        (
            {"markers": [{"date": DAY, "name": "CEA", "value": 3}, {"date": DAY, "name": "cea", "value": "+"}]},
            "cea has two results",
        ),
    ],
)
def test_findings_that_contradict_each_other_are_refused(changes: dict[str, Any], told: str) -> None:
    """Two statements that cannot both hold are named."""
    message, _ = fault(**changes)
    assert message.startswith("The record contradicts itself: ")
    assert told in message


@pytest.mark.parametrize("value", [-1, "5 ng/mL", True, float("inf"), None])
def test_what_is_no_result_of_a_marker_is_refused(value: object) -> None:
    """Levels are finite numbers of at least 0."""
    told, _ = fault(markers=[{"date": DAY, "name": "CEA", "value": value}])
    assert told == f"'{value}' is no result of a marker."


def test_a_record_without_any_date_is_refused() -> None:
    """A patient of whom nothing is known has at least a day of diagnosis."""
    told, context = fault(findings=[])
    assert told.startswith("The record has no date")
    assert context["key"] == "diagnosed"
    assert record(findings=[], diagnosed=DAY).day == DAY


def test_a_key_that_is_not_known_is_refused() -> None:
    """A typing error in a key is not passed over."""
    told, context = fault(sexx="male")
    assert told == "Extra inputs are not permitted"
    assert context["loc"] == "sexx"
