"""One patient's care in words: what was given, how the disease answered, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from paget.cli.story import Event

Row = Mapping[str, Any]
_RESPONSES: Final = {
    "CR": "A scan shows no disease any more (complete response).",
    "PR": "A scan shows that the disease has shrunk (partial response).",
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
_SEVERE: Final = 3


def care_events(treatments: Sequence[Row], visits: Sequence[Row], adverse: Sequence[Row]) -> list[Event]:
    """Return what care did, in order of time.

    Parameters
    ----------
    treatments, visits, adverse
        The patient's rows of these tables.
    """
    events = _given(treatments)
    last = ""
    for visit in visits:
        response = str(visit["response"])
        if response != last and response in _RESPONSES:
            new = ", with new lesions." if visit["new_lesions"] else "."
            events.append(Event(float(visit["age_day"]), _RESPONSES[response] + (new if response == "PD" else "")))
        last = response or last
    comfort = next((visit for visit in visits if visit["goal"] == "comfort"), None)
    if comfort is not None:
        events.append(Event(float(comfort["age_day"]), "From now on the goal is comfort."))
    for event in adverse:
        if event["grade"] >= _SEVERE:
            words = f"{_plain(event['event']).capitalize()} of grade {event['grade']}, by {_plain(event['therapy'])}."
            events.append(Event(float(event["onset_age_day"]), words))
    return events


def _given(treatments: Sequence[Row]) -> list[Event]:
    """Return one event for all that began on one day."""
    days: dict[float, list[Row]] = {}
    for row in treatments:
        days.setdefault(float(row["start_age_day"]), []).append(row)
    events = []
    for day, rows in days.items():
        names = ", ".join(_plain(row["therapy"]) for row in rows)
        line = f", line {rows[0]['line']}" if rows[0]["line"] and rows[0]["phase"] == "systemic" else ""
        phase = _PHASES.get(str(rows[0]["phase"]), str(rows[0]["phase"]))
        events.append(Event(day, f"Given: {names} ({phase}{line})."))
    return events


def _plain(name: object) -> str:
    return str(name).replace("_", " ")
