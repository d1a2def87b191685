"""What the patient view is given: one life, or the same patient's two lives, as values that JSON can hold.

Days count from the first malignant cell. Sizes are hundredths of the decimal logarithm of the number of cells, -1 where
there is no lesion. A lesion is followed from a thousand cells on; between its founding and that its line is straight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from paget.errors import SettingError
from paget.model import layout
from paget.model.calendar import YEAR_DAY
from paget.plots import style
from paget.plots.body import figure
from paget.plots.body_layers import drawn_in
from paget.plots.body_places import place
from paget.plots.outline import HEIGHT, MM_PER_UNIT, WIDTH
from paget.plots.patient_story import cause_words, moments

if TYPE_CHECKING:
    from paget.cohort.trajectory import Life, Trajectory

Row = Mapping[str, Any]
TABLES: Final = ("patients", "lesions", "findings", "treatments", "visits", "adverse_events")
SHOWN: Final = 80
"""Lesions drawn one by one, the largest; the others count in the sums of their organs."""
SEEN_MM: Final = 5.0
"""Diameter from which a lesion counts as large enough to be seen, as in the tables."""
FOLLOWED_LOG: Final = 3.0
"""A lesion is followed from a thousand cells on."""
NONE: Final = -1
IDENT: Final = "pgv-body-id"
"""Stands in the body's SVG for what its ids begin with; the page puts another in its place for every view."""


def patient_data(life: Life, against: Life | None = None) -> dict[str, Any]:
    """Return what the patient view shows.

    Parameters
    ----------
    life
        The patient.
    against
        The same patient under another policy.

    Returns
    -------
    dict
        Plain values: the body's drawing, and per life its lesions, sums by organ, record and story.

    Raises
    ------
    SettingError
        If the two are not the same patient.
    """
    lives = [life] if against is None else [life, against]
    rows = [{name: getattr(each.tables, name).to_pylist() for name in TABLES} for each in lives]
    first = rows[0]["patients"][0]
    if any(_who(each["patients"][0]) != _who(first) for each in rows):
        raise SettingError("The two lives are not of one patient.", key="against", value=_who(rows[-1]["patients"][0]))
    sex, organ = str(first["sex"]), life.cancer.organ
    places = _places([lesion for each in rows for lesion in each["lesions"]], sex, organ)
    onset = float(first["onset_age_day"])
    name = life.cancer.name[:1].lower() + life.cancer.name[1:]
    person = {"female": "a woman", "male": "a man"}[sex]
    return {
        "title": f"Patient {first['patient']}: {person} with {name}",
        "organ": organ,
        "sex": sex,
        "onsetYear": round(onset / YEAR_DAY, 3),
        "yearDay": YEAR_DAY,
        "body": _body(sex, organ),
        "ident": IDENT,
        "size": [WIDTH, HEIGHT],
        "mmPerUnit": MM_PER_UNIT,
        "density": life.trajectory.density_per_cm3,
        "seenMm": SEEN_MM,
        "responses": {key: [colour, style.words(key)] for key, colour in style.RESPONSES.items()},
        "arms": [_arm(each, tables, places, onset) for each, tables in zip(lives, rows, strict=True)],
    }


@cache
def _body(sex: str, primary: str) -> str:
    """Return the drawing of a body, the same for all patients of a page."""
    return figure(sex, primary=primary, ident=IDENT)


def _who(row: Row) -> str:
    return f"{row['cancer']}, patient {row['patient']}, onset at {row['onset_age_day']:.3f} days"


def _places(lesions: Sequence[Row], sex: str, primary: str) -> dict[int, tuple[float, float]]:
    """Return where each lesion is drawn: the same place in both lives."""
    found: dict[int, tuple[float, float]] = {}
    taken: dict[str, list[tuple[float, float]]] = {}
    for lesion in sorted(lesions, key=lambda row: (row["founded_age_day"], row["lesion"])):
        key, organ = int(lesion["lesion"]), str(lesion["organ"])
        if key not in found:
            own = lesion["route"] == "primary"
            x, y = place(organ, f"{key:x}", primary, taken.setdefault(organ, []), is_primary=own)
            found[key] = drawn_in(x, y, sex)
    return found


def _arm(
    life: Life, tables: Mapping[str, Sequence[Row]], places: Mapping[int, tuple[float, float]], onset: float
) -> dict[str, Any]:
    patient, lesions, seen = tables["patients"][0], tables["lesions"], life.trajectory
    logs = {int(row["lesion"]): _log_cells(row, seen) for row in lesions}
    largest = sorted(lesions, key=lambda row: (-(row["peak_diameter_mm"] or 0.0), row["founded_age_day"]))[:SHOWN]
    names = {int(row["lesion"]): row for row in lesions}
    dead = patient["cause"] != "alive"
    end = float(patient["last_age_day"])
    return {
        "care": "no treatment" if life.care == "none" else style.words(life.care.split("@", maxsplit=1)[0]),
        "end": _since(end, onset),
        "dead": dead,
        "outcome": f"dies at {end / YEAR_DAY:.1f} of {cause_words(str(patient['cause']))}"
        if dead
        else f"is alive at {end / YEAR_DAY:.1f}",
        "symptom": _since(patient["symptom_age_day"], onset),
        "diagnosis": _since(patient["diagnosis_age_day"], onset),
        "stage": str(patient["stage"]) if patient["diagnosis_age_day"] is not None else "",
        "days": [_since(float(day), onset) for day in seen.day],
        "lesions": [_lesion(row, names, logs, seen, places, onset) for row in largest],
        "others": _others(lesions, largest, logs),
        "organs": _organs(lesions, logs, seen),
        "asleep": [round(float(total)) for total in seen.asleep_cells.sum(axis=1)],
        "asleepIn": _asleep(seen),
        "story": [{**each.as_dict(), "day": _since(each.day, onset)} for each in moments(tables)],
        "bands": [_band(row, onset) for row in tables["treatments"]],
        "visits": [_visit(row, onset) for row in tables["visits"]],
        "toxicities": [_toxicity(row, onset) for row in tables["adverse_events"] if row["grade"] >= 3],  # noqa: PLR2004
        "goals": _goals(tables["visits"], end, onset),
    }


def _others(lesions: Sequence[Row], drawn: Sequence[Row], logs: Mapping[int, NDArray[np.float64]]) -> list[int]:
    """Return how many lesions there are on each day besides those that are drawn."""
    keys = {int(row["lesion"]) for row in lesions} - {int(row["lesion"]) for row in drawn}
    days = next(iter(logs.values())).size
    total = sum((~np.isnan(logs[key]) for key in keys), np.zeros(days, np.int64))
    return [int(count) for count in total]


def _since(day: float | None, onset: float) -> float | None:
    return None if day is None else round(float(day) - onset, 1)


def _log_cells(row: Row, seen: Trajectory) -> NDArray[np.float64]:
    """Return a lesion's decimal logarithm of cells on each day, NaN where there is none."""
    at = np.searchsorted(seen.key, np.uint64(row["lesion"]))
    there = at < seen.key.size and seen.key[at] == np.uint64(row["lesion"])
    cells = seen.cells[:, at] if there else np.zeros(seen.day.size)
    with np.errstate(divide="ignore"):
        logs = np.where(cells > 0.0, np.log10(cells), np.nan)
    founded, established = float(row["founded_age_day"]), row["established_age_day"]
    followed = np.flatnonzero(~np.isnan(logs))
    last = row["ended_age_day"] if row["ended_age_day"] is not None else np.inf
    known_day = [founded] if established is None else [founded, float(established)]
    known_log = [0.0] if established is None else [0.0, FOLLOWED_LOG]
    if followed.size and seen.day[followed[0]] > known_day[-1]:
        known_day.append(float(seen.day[followed[0]]))
        known_log.append(float(logs[followed[0]]))
    early = (seen.day >= founded) & (seen.day <= min(known_day[-1], last)) & np.isnan(logs)
    logs[early] = np.interp(seen.day[early], known_day, known_log)
    return np.asarray(logs)


def _hundredths(logs: NDArray[np.float64]) -> list[int]:
    """Return logarithms as whole numbers, -1 where there is nothing."""
    return [NONE if np.isnan(value) else max(0, round(100.0 * float(value))) for value in logs]


def _lesion(
    row: Row,
    names: Mapping[int, Row],
    logs: Mapping[int, NDArray[np.float64]],
    seen: Trajectory,
    places: Mapping[int, tuple[float, float]],
    onset: float,
) -> dict[str, Any]:
    key = int(row["lesion"])
    parent = names.get(int(row["parent_lesion"]))
    x, y = places[key]
    at = int(np.searchsorted(seen.key, np.uint64(key)))
    known = seen.known_day[at] if at < seen.key.size and int(seen.key[at]) == key else np.nan
    return {
        "id": f"{key:x}",
        "organ": row["organ"],
        "name": style.upper_first(style.words(str(row["organ"]))),
        "primary": row["route"] == "primary",
        "route": row["route"],
        "parent": "" if parent is None else _called(parent),
        "woken": bool(row["woken"]),
        "drivers": [style.words(name) for name in str(row["drivers"]).split("+") if name],
        "founded": _since(row["founded_age_day"], onset),
        "vessels": _since(row["vascular_age_day"], onset),
        "seen": None if np.isnan(known) else _since(float(known), onset),
        "x": round(x, 1),
        "y": round(y, 1),
        "log": _hundredths(logs[key]),
    }


def _called(row: Row) -> str:
    return "the primary" if row["route"] == "primary" else f"a metastasis ({style.words(str(row['organ']))})"


def _organs(lesions: Sequence[Row], logs: Mapping[int, NDArray[np.float64]], seen: Trajectory) -> list[dict[str, Any]]:
    """Return the burden of the primary and, by organ, of metastases."""
    groups: dict[str, list[int]] = {}
    for row in lesions:
        name = "primary" if row["route"] == "primary" else str(row["organ"])
        groups.setdefault(name, []).append(int(row["lesion"]))
    found = []
    for name, keys in groups.items():
        cells = sum((np.where(np.isnan(logs[key]), 0.0, 10.0 ** logs[key]) for key in keys), np.zeros(seen.day.size))
        with np.errstate(divide="ignore"):
            total = np.where(cells > 0.0, np.log10(cells), np.nan)
        colour = style.PRIMARY if name == "primary" else style.ORGANS[name]
        found.append(
            {
                "organ": name,
                "name": style.upper_first(style.words(name)),
                "colour": colour,
                "ink": style.text_colour(colour),
                "count": len(keys),
                "log": _hundredths(total),
            }
        )
    return sorted(found, key=lambda each: -max(each["log"]))


def _asleep(seen: Trajectory) -> list[list[Any]]:
    """Return, for organs in which cells ever sleep, their name and how many are expected on each day."""
    most = seen.asleep_cells.max(axis=0)
    chosen = [int(organ) for organ in np.argsort(-most, kind="stable") if most[organ] >= 1.0][:6]
    return [
        [style.words(layout.ORGANS[organ]), [round(float(cells)) for cells in seen.asleep_cells[:, organ]]]
        for organ in chosen
    ]


def _band(row: Row, onset: float) -> dict[str, Any]:
    return {
        "name": style.words(str(row["therapy"])),
        "phase": str(row["phase"]),
        "line": int(row["line"] or 0),
        "start": _since(row["start_age_day"], onset),
        "end": _since(row["end_age_day"], onset),
        "best": str(row["best_response"]),
        "stopped": style.words(str(row["stopped_for"])),
    }


def _visit(row: Row, onset: float) -> dict[str, Any]:
    size = row["targets_sum_mm"]
    return {
        "day": _since(row["age_day"], onset),
        "event": style.words(str(row["event"])),
        "fitness": int(row["fitness"]),
        "response": str(row["response"]) if str(row["response"]) in style.RESPONSES else "",
        "new": bool(row["new_lesions"]),
        "mm": None if size is None else round(float(size)),
    }


def _toxicity(row: Row, onset: float) -> dict[str, Any]:
    return {
        "day": _since(row["onset_age_day"], onset),
        "name": style.upper_first(style.words(str(row["event"]))),
        "by": style.words(str(row["therapy"])),
        "grade": int(row["grade"]),
    }


def _goals(visits: Sequence[Row], end: float, onset: float) -> list[dict[str, Any]]:
    """Return the goals of care with the days from when and until when each holds."""
    found: list[dict[str, Any]] = []
    for visit in visits:
        goal = str(visit["goal"])
        if goal and (not found or found[-1]["goal"] != goal):
            if found:
                found[-1]["end"] = _since(visit["age_day"], onset)
            found.append({"goal": goal, "start": _since(visit["age_day"], onset), "end": _since(end, onset)})
    return found
