"""The compiled engine against a slow one in plain Python that was written from the same equations."""

from __future__ import annotations

import numpy as np
import pytest
from tests.twin import comparing
from tests.twin.comparing import Row, Trial, differences, patients_of, run, snapshot_differences
from tests.twin.drawing import draw_own
from tests.twin.people import Tables
from tests.twin.streams import Stream, name_key

from paget import catalogue
from paget.engine.rng import normals, uniforms
from paget.model import layout

SEED = 20
MANY = {"lung_small_cell": 400}
"""Patients to choose light ones from, where most have many lesions."""
QUARTER, MONTH = 91.3125, 30.0
LIGHT = (1, 12)
"""Lesions of a patient whom the slow engine can follow in a second."""
CANCERS = {"colorectal": 7.0, "lung_small_cell": 2.0, "thyroid_papillary": 22.0}
"""Cancers and years after the first cell, short of the thousands of lesions that some end with."""
TARGETED = layout.TRAITS.index("sensitivity_targeted")
CYTOTOXIC = layout.TRAITS.index("sensitivity_cytotoxic")
PLACES = {name: number for number, name in enumerate(layout.ORGANS)}


def effect(kind: str, on: float, off: float, magnitude: float, **columns: float) -> Row:
    """Return an EFFECT row that matches everything it does not select; days count from half of a life."""
    row: Row = {
        "kind": layout.code(layout.EFFECT_KINDS, kind),
        "organ": layout.ANY,
        "lesion_key": 0,
        "trait": layout.ANY,
        "process": 0,
        "shape": 0,
        "on_day": on,
        "off_day": off,
        "magnitude": magnitude,
        "half_life_day": 20.0,
    }
    return row | columns


def scale(process: str, on: float, off: float, factor: float, **columns: float) -> Row:
    """Return an EFFECT row that scales a process."""
    return effect("scale_process", on, off, factor, process=layout.code(layout.PROCESSES, process), **columns)


def watch(kind: str, number: int, **columns: float) -> Row:
    """Return a WATCH row of all lesions' cells."""
    row: Row = {
        "kind": layout.code(layout.WATCH_KINDS, kind),
        "organ": layout.ANY,
        "quantity": layout.code(layout.WATCH_QUANTITIES, "burden_cells"),
        "id": number,
        "at_day": 0.0,
        "level": 1e9,
        "rate_per_day": 0.01,
        "exponent": 1.0,
        "clock": -1.0,
        "done": 0,
    }
    return row | columns


def table(rows: list[Row], dtype: np.dtype, from_day: np.ndarray, days: tuple[str, ...]) -> np.ndarray:
    """Return the rows for every patient, their days counted from a day of that patient."""
    out = np.zeros((from_day.size, len(rows)), dtype)
    for k, row in enumerate(rows):
        for name, value in row.items():
            out[name][:, k] = value
        for name in days:
            out[name][:, k] += from_day
    return out


OUTSIDE: dict[str, list[Row]] = {
    "a cull of one organ in the middle of a cell": [
        effect("cull", 40.0, 40.0, 1e-4, organ=PLACES["liver"]),
        effect("cull", 77.5, 77.5, 0.0, organ=PLACES["lung"]),
        effect("cull", 100.0, 100.0, 0.02, organ=layout.PRIMARY),
    ],
    "deaths added to clones by one trait": [
        effect("add_death", 10.0, 200.0, 0.03, trait=TARGETED),
        effect("add_death", 250.0, 600.0, 0.2, shape=1, trait=CYTOTOXIC),
    ],
    "deaths added in small metastases": [
        effect("add_small_death", 20.0, 260.0, 0.05),
        effect("add_small_death", 40.0, 400.0, 0.1, organ=PLACES["liver"], trait=CYTOTOXIC),
    ],
    "processes scaled for a time": [
        scale("growth", 5.0, 150.0, 0.5),
        scale("detachment", 20.0, 300.0, 3.0),
        scale("circulation_survival", 33.0, 280.0, 0.4),
        scale("extravasation", 60.0, 290.0, 0.7, organ=PLACES["liver"]),
        scale("colonisation", 60.0, 290.0, 5.0, organ=PLACES["lung"]),
        scale("waking", 60.0, 290.0, 20.0),
        scale("mutation", 0.0, 130.0, 4.0),
        scale("immune_pressure", 0.0, 170.0, 0.0, shape=1),
        scale("vessel_recruitment", 10.0, 400.0, 0.2, trait=TARGETED),
    ],
    "hazards and reserves of the host": [
        effect("host_hazard", 30.0, 90.0, 2e-4),
        effect("host_hazard", 120.0, 500.0, 3e-3, shape=1),
        effect("host_reserve", 50.0, 1000.0, 0.3, organ=PLACES["liver"]),
    ],
}

WATCHES = [
    watch("clock", 1, at_day=12.5),
    watch("clock", 2, at_day=12.5),
    watch("clock", 3, at_day=2.0 * QUARTER),
    watch("threshold", 4, level=3e9),
    watch("threshold", 5, level=2.0, quantity=layout.WATCH_QUANTITIES.index("count_detectable")),
    watch(
        "threshold",
        6,
        level=2e8,
        organ=PLACES["liver"],
        quantity=layout.WATCH_QUANTITIES.index("largest_cells"),
    ),
    watch("hazard", 7, level=1e10, rate_per_day=0.003, exponent=0.7),
    watch("hazard", 8, level=1e9, rate_per_day=0.001, organ=layout.PRIMARY),
]


def light(trial: Trial, most: int) -> list[int]:
    """Return the first patients with few lesions, those with several before those with one."""
    lesions = trial.state.course["lesions"]
    few = [i for i in range(lesions.size) if LIGHT[0] <= lesions[i] <= LIGHT[1]]
    return sorted(few, key=lambda i: (lesions[i] == 1, i))[:most]


def disagreements(trial: Trial, chosen: list[int]) -> dict[int, list[str]]:
    """Return what differs, by patient, for those for whom anything does."""
    found = {i: differences(trial, i) for i in chosen}
    return {i: texts for i, texts in found.items() if texts}


def natural(cancer: str, interval_days: float | None, most: int, years: float | None = None) -> tuple[Trial, list[int]]:
    """Run patients without care and choose some light ones."""
    program, patients = patients_of(cancer, SEED, range(MANY.get(cancer, 48)), interval_days)
    trial = run(program, SEED, patients, CANCERS[cancer] if years is None else years)
    return trial, light(trial, most)


def treated(rows: list[Row], watches: list[Row], most: int) -> tuple[Trial, list[int]]:
    """Run light patients with kidney cancer, with effects and watches from the middle of their untreated lives."""
    before, chosen = natural("kidney_clear_cell", QUARTER, most, years=60.0)
    patients = before.state.patient[chosen]
    middle = 0.5 * (patients["onset_day"] + before.state.course["now_day"][chosen])
    effects = table(rows, layout.EFFECT, middle, ("on_day", "off_day"))
    called = table(watches, layout.WATCH, middle, ("at_day",))
    trial = run(before.program, SEED, patients, 60.0, effects, called)
    few = [i for i in range(len(chosen)) if trial.state.course["lesions"][i] <= 4 * LIGHT[1]]
    return trial, few


def test_a_stream_has_the_same_draws_in_plain_whole_numbers() -> None:
    patients = np.array([0, 1, 7, 2**40])
    for lineage in (0, 3, 64):
        streams = [Stream(name_key(-5, int(p), 2, lineage, 0)) for p in patients]
        assert uniforms(-5, patients, 2, lineage).tolist() == [s.uniform() for s in streams]
        streams = [Stream(name_key(-5, int(p), 2, lineage, 0)) for p in patients]
        np.testing.assert_allclose(normals(-5, patients, 2, lineage), [s.normal() for s in streams], rtol=1e-12)


@pytest.mark.parametrize("cancer", CANCERS)
def test_a_patient_drawn_alone_is_the_patient_of_the_cohort(cancer: str) -> None:
    program, patients = patients_of(cancer, SEED, range(30, 60))
    tables, entry = Tables(program.table[0]), catalogue.cancer(cancer)
    mortality = catalogue.population().other_cause_mortality
    for row in comparing.rows(patients):
        own = draw_own(tables, entry, mortality, SEED, row["index"])
        assert own.keys() == row.keys()
        for name, value in row.items():
            np.testing.assert_allclose(own[name], value, rtol=1e-9, err_msg=name)


@pytest.mark.parametrize("interval_days", [QUARTER, MONTH])
@pytest.mark.parametrize("cancer", CANCERS)
def test_an_untreated_life_is_the_same_draw_for_draw(cancer: str, interval_days: float) -> None:
    trial, chosen = natural(cancer, interval_days, most=7 if interval_days == QUARTER else 4)
    assert len(chosen) >= 4
    assert not disagreements(trial, chosen)


@pytest.mark.parametrize("rows", OUTSIDE.values(), ids=OUTSIDE.keys())
def test_a_life_under_effects_is_the_same_draw_for_draw(rows: list[Row]) -> None:
    trial, chosen = treated(rows, [], most=6)
    assert len(chosen) >= 5
    assert not disagreements(trial, chosen)
    untreated = run(trial.program, SEED, trial.state.patient, 60.0)
    assert (trial.state.course["death_day"] != untreated.state.course["death_day"]).any()


def test_watches_call_on_the_same_days_and_change_no_draw() -> None:
    trial, chosen = treated([], WATCHES, most=8)
    called = {int(stop["watch_id"]) for stops in trial.stops for stop in stops}
    assert called >= {1, 2, 3, 4, 7}
    assert not disagreements(trial, chosen)


def test_watches_under_effects_call_on_the_same_days() -> None:
    rows = [row for rows in OUTSIDE.values() for row in rows]
    trial, chosen = treated(rows, WATCHES, most=5)
    assert not disagreements(trial, chosen)


def test_a_snapshot_within_a_cell_shows_the_same_lesions() -> None:
    rows = [row for rows in OUTSIDE.values() for row in rows]
    trial, chosen = treated(rows, [watch("clock", 1, at_day=111.0)], most=6)
    until = trial.fresh_watches["at_day"][:, 0] + 1000.0
    found = {i: snapshot_differences(trial, i, until) for i in chosen}
    assert not any(found.values()), found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cancer", "years"),
    [
        ("colorectal", 60.0),
        ("bladder", 60.0),
        ("prostate", 30.0),
        ("melanoma", 5.0),
        ("ovary_high_grade_serous", 4.0),
        ("pancreas", 60.0),
        ("breast_triple_negative", 60.0),
        ("kidney_clear_cell", 60.0),
    ],
)
@pytest.mark.parametrize("interval_days", [7.3, MONTH, QUARTER, 200.0])
def test_many_untreated_lives_are_the_same(cancer: str, years: float, interval_days: float) -> None:
    trial, chosen = natural(cancer, interval_days, most=40, years=years)
    assert chosen
    assert not disagreements(trial, chosen)


@pytest.mark.slow
def test_many_lives_under_everything_at_once_are_the_same() -> None:
    rows = [row for rows in OUTSIDE.values() for row in rows]
    trial, chosen = treated(rows, WATCHES, most=48)
    assert not disagreements(trial, chosen)
