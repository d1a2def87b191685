from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from paget.care.toxicity import ACTIONS, DELAY, NONE, REDUCE, STOP, Events, Table, draw
from paget.model.therapy import Therapy

ALPHA = 1e-3
WHY = {"source": "paget", "grade": "assumed", "rationale": "for a test"}
Array = np.ndarray[Any, Any]


def share(value: float, unit: str = "1") -> dict[str, Any]:
    """Return a number as an entry states it."""
    return {"value": value, "unit": unit, **WHY}


def toxicity(name: str, mild: float, severe: float, then: str = "none", sigma: float = 0.5) -> dict[str, Any]:
    """Return a toxicity with a median onset of 40 days, that lasts 10 days and costs 0.2."""
    onset = {**share(40.0, "day"), "spread": {"law": "lognormal", "sigma": sigma}}
    said = {"id": name, "name": name, "mild": share(mild), "severe": share(severe), "onset": onset}
    return {**said, "lasts": share(10.0, "day"), "loss": share(0.2), "then": then}


def therapy(name: str, *toxicities: dict[str, Any], relieves: dict[str, float] | None = None) -> Therapy:
    """Return a therapy that does nothing but harm, or, where it relieves, that prevents toxicities."""
    acts: list[dict[str, Any]] = [{"act": "kill", "rate": share(0.01, "1/day")}]
    if relieves is not None:
        prevents = {each: share(value) for each, value in relieves.items()}
        acts = [{"act": "relieve", "symptoms": share(0.0), "toxicities": prevents}]
    said = {"id": name, "name": name, "summary": "For tests.", "kind": "cytotoxic", "acts": acts}
    schedule = {"cycle": share(14.0, "day"), "visits": share(1.0)}
    return Therapy.model_validate({**said, "schedule": schedule, "toxicities": toxicities, "death": share(0.0)})


NAUSEA = toxicity("nausea", 0.4, 0.2)
RASH = toxicity("rash", 0.1, 0.6, then="reduce")
FOLFOX = therapy("folfox", NAUSEA, toxicity("neuropathy", 0.5, 0.15, then="stop"))
HARMLESS = therapy("harmless")
CETUXIMAB = therapy("cetuximab", RASH, NAUSEA)
ANTIEMETICS = therapy("antiemetics", relieves={"nausea": 0.5, "hiccups": 1.0})
STEROIDS = therapy("steroids", relieves={"nausea": 0.2})
ALL = (FOLFOX, HARMLESS, CETUXIMAB, ANTIEMETICS, STEROIDS)


def drawn(therapies: tuple[Therapy, ...], names: list[str], patients: Array | None = None, **said: Any) -> Events:
    """Return the toxicities of one course for each name, patient after patient, that starts at day 1000 (seed 5)."""
    table = Table.of(therapies)
    ids = [each.id for each in therapies]
    count = len(names)
    given = {
        "patient": np.arange(count) if patients is None else patients,
        "therapy": np.array([ids.index(name) for name in names], np.int64),
        "number": np.zeros(count, np.int64),
        "start_day": np.full(count, 1000.0),
        "prevented": np.zeros((count, table.count)),
        **said,
    }
    return draw(5, table, **given)


def told(therapies: tuple[Therapy, ...], events: Events, row: int = 0) -> dict[str, tuple[int, float]]:
    """Return grade and onset of each toxicity of one course, by therapy and name."""
    table = Table.of(therapies)
    ids = [therapies[at].id + "/" + name for at, name in zip(table.therapy, table.ids, strict=True)]
    mine = np.flatnonzero(events.row == row)
    return {ids[events.toxicity[at]]: (int(events.grade[at]), float(events.onset_day[at])) for at in mine}


def test_the_table_lists_toxicities_therapy_by_therapy() -> None:
    """What an entry says of its toxicities stands in the table at the therapy's place."""
    table = Table.of(ALL)
    assert table.ids == ("nausea", "neuropathy", "rash", "nausea")
    assert table.therapy.tolist() == [0, 0, 2, 2]
    assert table.first.tolist() == [0, 2, 2, 4, 4, 4]
    assert table.severe.tolist() == [0.2, 0.15, 0.6, 0.2]
    assert table.action.tolist() == [NONE, STOP, REDUCE, NONE]


def test_codes_of_actions_are_those_of_their_names() -> None:
    """A code stands for the action that an entry names."""
    assert [ACTIONS[code] for code in (NONE, DELAY, REDUCE, STOP)] == ["none", "delay", "reduce", "stop"]


def test_a_therapy_brings_its_own_toxicities_only() -> None:
    """Events of a course are those of its therapy, and their times follow from its start."""
    events = drawn(ALL, ["cetuximab", "harmless", "folfox", "cetuximab"] * 50)
    assert set(events.toxicity[events.row % 4 == 2].tolist()) == {0, 1}
    assert set(events.toxicity[events.row % 2 == 1].tolist()) == {2, 3}
    assert not (events.row % 4 == 1).any()
    assert (events.onset_day > 1000.0).all()
    np.testing.assert_allclose(events.until_day, events.onset_day + 10.0, rtol=1e-12)


def test_no_course_brings_no_event() -> None:
    """Where nothing starts, nothing comes."""
    assert drawn(ALL, []).row.size == 0
    assert drawn((HARMLESS,), ["harmless"]).row.size == 0


def test_grades_come_in_the_shares_of_the_entry() -> None:
    """None, 1, 2, 3 and 4 come as often as the entry and the split of grades say (seed 5, alpha 0.001)."""
    count = 20_000
    events = drawn((therapy("one", RASH),), ["one"] * count)
    found = np.bincount(events.grade, minlength=5)
    found[0] = count - events.row.size
    expected = count * np.array([0.3, 0.05, 0.05, 0.6 * 0.8, 0.6 * 0.2])
    assert stats.chisquare(found, expected).pvalue > ALPHA


def test_onset_is_lognormal_about_its_median() -> None:
    """Time to onset has the median and the width of the entry (seed 5, alpha 0.001)."""
    events = drawn((therapy("one", toxicity("rash", 0.0, 1.0)),), ["one"] * 5000)
    logs = np.log((events.onset_day - 1000.0) / 40.0) / 0.5
    assert stats.kstest(logs, "norm").pvalue > ALPHA


def test_onset_is_independent_of_grade() -> None:
    """Bad toxicities come neither sooner nor later (seed 5, alpha 0.001)."""
    events = drawn((therapy("one", toxicity("rash", 0.5, 0.5)),), ["one"] * 5000)
    severe = events.grade >= 3
    assert stats.ks_2samp(events.onset_day[severe], events.onset_day[~severe]).pvalue > ALPHA


def test_mild_toxicity_costs_a_quarter() -> None:
    """Grades 1 and 2 lose a quarter of the utility that grades 3 and 4 lose."""
    events = drawn((therapy("one", toxicity("rash", 0.5, 0.5)),), ["one"] * 200)
    losses = {grade: set(np.round(events.loss[events.grade == grade], 12).tolist()) for grade in (1, 2, 3, 4)}
    assert losses == {1: {0.05}, 2: {0.05}, 3: {0.2}, 4: {0.2}}


def test_one_toxicity_or_therapy_more_changes_no_other() -> None:
    """What comes of one toxicity does not depend on what else the catalogue holds."""
    plain = (therapy("folfox", NAUSEA), CETUXIMAB)
    more = (HARMLESS, CETUXIMAB, therapy("folfox", RASH, NAUSEA))
    for row in range(50):
        patient = np.array([row, row])
        before = told(plain, drawn(plain, ["folfox", "cetuximab"], patient))
        after = told(more, drawn(more, ["folfox", "cetuximab"], patient))
        after.pop("folfox/rash", None)
        assert after == before


def test_the_same_toxicity_of_two_therapies_comes_independently() -> None:
    """A patient whom one therapy makes sick is no likelier to be made sick by another (seed 5, alpha 0.001)."""
    count = 4000
    events = drawn(ALL, ["folfox"] * count + ["cetuximab"] * count, np.tile(np.arange(count), 2))
    sick = np.zeros((2, count), np.int64)
    at = events.toxicity != 2
    nausea = at & (events.toxicity != 1)
    sick[events.row[nausea] // count, events.row[nausea] % count] = 1
    table = np.histogram2d(sick[0], sick[1], bins=2)[0]
    assert stats.chi2_contingency(table).pvalue > ALPHA


def test_a_second_course_is_drawn_anew() -> None:
    """Toxicity of a therapy that is given again is another draw, and the first stays as it was."""
    first = drawn(ALL, ["folfox"] * 200)
    again = drawn(ALL, ["folfox"] * 200, number=np.ones(200, np.int64))
    assert first.onset_day.tolist() == drawn(ALL, ["folfox"] * 200).onset_day.tolist()
    assert not set(first.onset_day.tolist()) & set(again.onset_day.tolist())


@given(which=st.lists(st.booleans(), min_size=30, max_size=30))
def test_what_comes_to_a_patient_is_the_same_whoever_else_starts(which: list[bool]) -> None:
    """Courses of some patients bring what they bring among all."""
    patients = np.arange(30)
    kept = patients[np.array(which)]
    every = drawn(ALL, ["folfox"] * 30)
    some = drawn(ALL, ["folfox"] * kept.size, kept)
    for row, patient in enumerate(kept):
        assert told(ALL, some, row) == told(ALL, every, int(patient))


def test_prevention_multiplies_what_each_lets_through() -> None:
    """Two preventions of 0.5 and 0.2 prevent 0.6; a toxicity that nobody has changes nothing."""
    on = np.array([[False] * 5, [True, False, False, True, False], [False, False, False, True, True]])
    expected = [[0.0] * 4, [0.5, 0.0, 0.0, 0.5], [0.6, 0.0, 0.0, 0.6]]
    np.testing.assert_allclose(Table.of(ALL).prevention(on), expected, atol=1e-12)


@given(share_of=st.floats(0.0, 1.0), more=st.floats(0.0, 1.0))
def test_more_prevention_makes_nobody_worse(share_of: float, more: float) -> None:
    """With more prevented, each patient's grade is at most what it was, and the events that stay keep their day."""
    count, width = 60, Table.of(ALL).count
    low, high = sorted((share_of, more))
    worse = drawn(ALL, ["cetuximab"] * count, prevented=np.full((count, width), low))
    better = drawn(ALL, ["cetuximab"] * count, prevented=np.full((count, width), high))
    for row in range(count):
        before, after = told(ALL, worse, row), told(ALL, better, row)
        assert set(after) <= set(before)
        assert all(after[name][0] <= before[name][0] and after[name][1] == before[name][1] for name in after)


@pytest.mark.parametrize("prevented", [0.0, 0.25, 1.0])
def test_the_share_prevented_is_the_share_of_events_that_does_not_come(prevented: float) -> None:
    """Any grade comes in (mild + severe) (1 - prevented) of patients (seed 5, alpha 0.001)."""
    count = 10_000
    events = drawn((therapy("one", NAUSEA),), ["one"] * count, prevented=np.full((count, 1), prevented))
    assert stats.binomtest(events.row.size, count, 0.6 * (1.0 - prevented)).pvalue > ALPHA
    severe = int((events.grade >= 3).sum())
    assert stats.binomtest(severe, count, 0.2 * (1.0 - prevented)).pvalue > ALPHA
