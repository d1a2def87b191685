"""What happened to one patient and what became known of it, as dated sentences in two lanes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from paget.model.calendar import YEAR_DAY
from paget.plots.style import upper_first, words

Row = Mapping[str, Any]
SEVERE: Final = 3
"""Grade from which an unwanted effect is told."""

_ROUTES: Final = {"blood": "through the blood", "lymph": "through lymph", "cavity": "across the body cavity"}
_RESPONSES: Final = {
    "CR": "A scan shows no disease any more (complete response)",
    "PR": "A scan shows that the disease has shrunk (partial response)",
    "SD": "A scan shows stable disease",
    "PD": "A scan shows that the disease has grown",
}
_PHASES: Final = {
    "neoadjuvant": "before surgery",
    "local": "local treatment",
    "adjuvant": "after surgery",
    "maintenance": "to hold it",
    "systemic": "for advanced disease",
    "supportive": "for comfort",
    "watching": "while watched",
    "surveillance": "in follow-up",
}


@dataclass(frozen=True)
class Moment:
    """Something that happened or became known.

    Parameters
    ----------
    day
        Patient age in days.
    known
        Whether it belongs to the record rather than to the truth alone.
    kind
        What it is, such as ``symptom``.
    text
        A sentence.
    """

    day: float
    known: bool
    kind: str
    text: str

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values."""
        return asdict(self)


def moments(tables: Mapping[str, Sequence[Row]]) -> list[Moment]:
    """Return what happened to a patient and what became known, in order of time.

    Parameters
    ----------
    tables
        The patient's rows of each table, by the table's name.
    """
    patient = tables["patients"][0]
    found = [*_truth(patient, tables["lesions"]), *_record(patient), *_care(tables), _end(patient)]
    return sorted(found, key=lambda each: each.day)


def cause_words(cause: str) -> str:
    """Return a cause of death in words that follow "dies of"."""
    known = {"cachexia": "wasting", "effect": "treatment", "other": "another cause"}
    return known.get(cause, f"failure of the {words(cause)}")


def _truth(patient: Row, lesions: Sequence[Row]) -> Iterator[Moment]:
    primary = next(lesion for lesion in lesions if lesion["route"] == "primary")
    organ = words(primary["organ"])
    told = (
        (patient["onset_age_day"], "onset", f"The first malignant cell arises ({organ})."),
        (primary["vascular_age_day"], "vessels", "The primary gets vessels; from now on it sheds cells."),
        (primary["detectable_age_day"], "detectable", "The primary becomes large enough to be seen."),
        (patient["primary_1cm_age_day"], "growth", "The primary reaches 1 cm."),
        (patient["first_spread_age_day"], "spread", "The first cell that spreads begins to divide elsewhere."),
        (patient["first_metastasis_1cm_age_day"], "growth", "The first metastasis reaches 1 cm."),
    )
    for day, kind, text in told:
        if day is not None:
            yield Moment(float(day), known=False, kind=kind, text=text)
    by_organ: dict[str, list[Row]] = {}
    for lesion in lesions:
        if lesion["route"] != "primary" and lesion["detectable_age_day"] is not None:
            by_organ.setdefault(lesion["organ"], []).append(lesion)
    for where, rows in by_organ.items():
        first = min(rows, key=lambda row: float(row["detectable_age_day"]))
        slept = ", after sleep," if first["woken"] else ""
        more = f" {len(rows) - 1} more follow there." if len(rows) > 1 else ""
        came = f"founded at age {first['founded_age_day'] / YEAR_DAY:.1f}{slept} {_ROUTES[first['route']]}"
        text = f"A metastasis becomes large enough to be seen: {words(where)}, {came}.{more}"
        yield Moment(float(first["detectable_age_day"]), known=False, kind="detectable", text=text)


def _record(patient: Row) -> Iterator[Moment]:
    if patient["symptom_age_day"] is not None:
        place = str(patient["symptom_place"])
        whence = {"primary": "from the primary", "general": "from all of it"}.get(place, f"from {words(place)}")
        text = f"The first symptom: {words(str(patient['symptom']))} ({whence})."
        yield Moment(float(patient["symptom_age_day"]), known=True, kind="symptom", text=text)
    if patient["diagnosis_age_day"] is not None:
        sites = int(patient["sites_found"])
        seen = f"; metastasis seen in {sites} {'organ' if sites == 1 else 'organs'}" if sites else ""
        primary = ", the primary not found" if patient["unknown_primary"] else ""
        text = (
            f"Found ({patient['diagnosis_route']}): stage {patient['stage']}{seen or '; no metastasis seen'}{primary}."
        )
        yield Moment(float(patient["diagnosis_age_day"]), known=True, kind="diagnosis", text=text)


def _care(tables: Mapping[str, Sequence[Row]]) -> Iterator[Moment]:
    days: dict[float, list[Row]] = {}
    for row in tables["treatments"]:
        days.setdefault(float(row["start_age_day"]), []).append(row)
    for day, rows in days.items():
        names = ", ".join(words(str(row["therapy"])) for row in rows)
        line = f", line {rows[0]['line']}" if rows[0]["line"] and rows[0]["phase"] == "systemic" else ""
        phase = _PHASES.get(str(rows[0]["phase"]), words(str(rows[0]["phase"])))
        yield Moment(day, known=True, kind="treatment", text=f"Given: {names} ({phase}{line}).")
    last = ""
    for visit in tables["visits"]:
        response = str(visit["response"])
        if response != last and response in _RESPONSES:
            new = ", with new lesions" if response == "PD" and visit["new_lesions"] else ""
            yield Moment(float(visit["age_day"]), known=True, kind="response", text=f"{_RESPONSES[response]}{new}.")
        last = response if response in _RESPONSES else last
    comfort = next((visit for visit in tables["visits"] if visit["goal"] == "comfort"), None)
    if comfort is not None:
        text = "From now on the goal is comfort."
        yield Moment(float(comfort["age_day"]), known=True, kind="goal", text=text)
    for event in tables["adverse_events"]:
        if event["grade"] >= SEVERE:
            what = f"{upper_first(words(str(event['event'])))} of grade {event['grade']}"
            text = f"{what}, by {words(str(event['therapy']))}."
            yield Moment(float(event["onset_age_day"]), known=True, kind="toxicity", text=text)


def _end(patient: Row) -> Moment:
    if patient["cause"] == "alive":
        text = "The horizon is reached; the patient is alive."
        return Moment(float(patient["last_age_day"]), known=True, kind="end", text=text)
    text = f"The patient dies of {cause_words(str(patient['cause']))}."
    return Moment(float(patient["death_age_day"]), known=True, kind="death", text=text)
