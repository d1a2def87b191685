from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.care.charts import TESTS, THERAPIES, charts, organs

from paget.care.conditions import BUILDERS, Names, compiled
from paget.errors import EntryError
from paget.model import layout
from paget.model.chart import GOALS, PHASES, RESPONSES, Charts
from paget.model.protocol import When
from paget.model.stage import STAGES

COUNT = 40
NAMES = Names(THERAPIES, TESTS)


def holds(when: When, of: Charts) -> list[bool]:
    """Return for whom all conditions hold."""
    who = np.ones(of.count, np.bool_)
    for condition in compiled(when, NAMES):
        who &= condition.test(of)
    return [bool(flag) for flag in who]


def mixed(seed: int) -> Charts:
    """Return charts of patients who differ in all that a condition can ask for."""
    draw = np.random.default_rng(seed)
    stage = draw.integers(0, len(STAGES), COUNT)
    return charts(
        COUNT,
        age_year=draw.integers(50, 55, COUNT),
        sex=draw.integers(0, 2, COUNT),
        stage=stage,
        stage_group=draw.integers(0, 5, COUNT),
        node_positive=draw.random(COUNT) < 0.5,
        sites=draw.random((COUNT, layout.N_ORGANS)) < 0.05,
        metastases=draw.integers(0, 4, COUNT),
        primary_in_place=draw.random(COUNT) < 0.5,
        primary_mm=np.where(draw.random(COUNT) < 0.3, np.nan, draw.integers(0, 5, COUNT)),
        tested=draw.integers(-1, 2, (COUNT, len(TESTS))),
        fitness=draw.integers(0, 5, COUNT),
        symptomatic=draw.random((COUNT, layout.N_ORGANS)) < 0.1,
        phase=draw.integers(0, len(PHASES), COUNT),
        goal=draw.integers(0, len(GOALS), COUNT),
        line=draw.integers(0, 5, COUNT),
        best=draw.integers(0, len(RESPONSES), COUNT),
        given=draw.integers(0, 2, (COUNT, len(THERAPIES))),
        on=draw.random((COUNT, len(THERAPIES))) < 0.3,
        free_day=np.where(draw.random(COUNT) < 0.3, np.inf, draw.integers(0, 5, COUNT)),
    )


def plainly(when: When, of: Charts, row: int) -> bool:
    """Return whether one patient meets the conditions, read off one after another."""
    found = {organ for organ, flag in zip(layout.ORGANS, of.sites[row], strict=True) if flag}
    hurts = {organ for organ, flag in zip(layout.ORGANS, of.symptomatic[row], strict=True) if flag}
    tested = dict(zip(TESTS, of.tested[row], strict=True))
    had = {name for name, times in zip(THERAPIES, of.given[row], strict=True) if times}
    on = {name for name, flag in zip(THERAPIES, of.on[row], strict=True) if flag}

    def within(low: float | None, value: float, high: float | None) -> bool:
        return (low is None or value >= low) and (high is None or value < high)

    return all(
        (
            not when.stages or of.stage_group[row] in when.stages,
            not when.substages or STAGES[of.stage[row]] in when.substages,
            when.metastatic is None or (of.metastases[row] > 0) is np.bool_(when.metastatic),
            when.node_positive is None or bool(of.node_positive[row]) is when.node_positive,
            when.most_metastases is None or of.metastases[row] <= when.most_metastases,
            not when.only_in or found <= {*when.only_in, "regional_lymph_node"},
            not when.any_in or bool(found & {*when.any_in}),
            all(tested[name] == 1 for name in when.has),
            all(tested[name] != 1 for name in when.lacks),
            not when.sexes or layout.SEXES[of.sex[row]] in when.sexes,
            within(when.age_from_year, of.age_year[row], when.age_below_year),
            when.best_fitness is None or of.fitness[row] >= when.best_fitness,
            when.worst_fitness is None or of.fitness[row] <= when.worst_fitness,
            when.primary_in_place is None or bool(of.primary_in_place[row]) is when.primary_in_place,
            within(when.primary_from_mm, of.primary_mm[row], when.primary_below_mm),
            not when.symptomatic or bool(hurts & {*when.symptomatic}),
            not when.phases or PHASES[of.phase[row]] in when.phases,
            not when.goals or GOALS[of.goal[row]] in when.goals,
            not when.lines or of.line[row] in when.lines,
            not when.responses or RESPONSES[of.best[row]] in when.responses,
            had >= {*when.had},
            not had & {*when.never},
            not when.on or bool(on & {*when.on}),
            within(when.free_from_day, of.free_day[row], when.free_below_day),
        )
    )


def some(names: tuple[Any, ...]) -> st.SearchStrategy[tuple[Any, ...]]:
    """Return one to three of some names."""
    return st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True).map(tuple)


DIVERSE: dict[str, st.SearchStrategy[Any]] = {
    "stages": some((0, 1, 2, 3, 4)),
    "substages": some(STAGES),
    "metastatic": st.booleans(),
    "node_positive": st.booleans(),
    "most_metastases": st.integers(1, 3),
    "only_in": some(layout.ORGANS),
    "any_in": some(layout.ORGANS),
    "has": some(TESTS),
    "lacks": some(TESTS),
    "sexes": some(layout.SEXES),
    "age_from_year": st.integers(50, 54).map(float),
    "age_below_year": st.integers(50, 54).map(float),
    "worst_fitness": st.integers(0, 4),
    "best_fitness": st.integers(0, 4),
    "primary_in_place": st.booleans(),
    "primary_from_mm": st.integers(0, 4).map(float),
    "primary_below_mm": st.integers(0, 4).map(float),
    "symptomatic": some(layout.ORGANS),
    "phases": some(PHASES),
    "goals": some(GOALS),
    "lines": some((0, 1, 2, 3)),
    "responses": some(RESPONSES),
    "had": some(THERAPIES),
    "never": some(THERAPIES),
    "on": some(THERAPIES),
    "free_from_day": st.integers(0, 4).map(float),
    "free_below_day": st.integers(0, 4).map(float),
}


def test_every_field_of_when_is_tested() -> None:
    """No condition that an entry can state is left unread."""
    assert set(BUILDERS) == set(When.model_fields) == set(DIVERSE)


def test_a_rule_without_conditions_has_no_tests() -> None:
    """What is left out holds for everybody and costs nothing."""
    assert compiled(When(), NAMES) == ()


@pytest.mark.parametrize("field", sorted(DIVERSE))
@settings(max_examples=25)
@given(data=st.data())
def test_each_condition_holds_for_those_who_meet_it_one_by_one(field: str, data: st.DataObject) -> None:
    """Conditions over all charts at once say the same as reading each chart by itself."""
    when = When(**{field: data.draw(DIVERSE[field])})
    of = mixed(data.draw(st.integers(0, 1000)))
    assert holds(when, of) == [plainly(when, of, row) for row in range(COUNT)]


@given(said=st.fixed_dictionaries({}, optional=DIVERSE), seed=st.integers(0, 1000))
def test_conditions_together_hold_where_each_of_them_holds(said: dict[str, Any], seed: int) -> None:
    """A rule fits those who meet all its conditions."""
    when, of = When(**said), mixed(seed)
    assert holds(when, of) == [plainly(when, of, row) for row in range(COUNT)]


def test_what_was_not_tested_was_not_found() -> None:
    """A biomarker that nobody looked for is lacking, and not there."""
    unknown = charts(1)
    assert holds(When(has=("KRAS",)), unknown) == [False]
    assert holds(When(lacks=("KRAS",)), unknown) == [True]


def test_regional_nodes_are_no_spread_to_other_organs() -> None:
    """Metastases in the liver alone stay so when a regional node is positive too."""
    of = charts(2, sites=np.array([organs("liver", "regional_lymph_node"), organs("liver", "lung")]))
    assert holds(When(only_in=("liver",)), of) == [True, False]


def test_a_primary_that_was_not_measured_is_neither_large_nor_small() -> None:
    """Without a diameter no rule on the diameter holds."""
    assert holds(When(primary_from_mm=0.0), charts(1)) == [False]
    assert holds(When(primary_below_mm=1000.0), charts(1)) == [False]


def test_who_was_never_treated_is_free_of_treatment_for_ever() -> None:
    """Time since the last therapy is infinite where there was none."""
    assert holds(When(free_from_day=180.0), charts(1)) == [True]
    assert holds(When(free_below_day=180.0), charts(1)) == [False]


def test_a_later_line_than_any_listed_does_not_count_as_the_last_listed() -> None:
    """Lines beyond those that are named do not fit."""
    assert holds(When(lines=(0, 1)), charts(3, line=[1, 2, 9])) == [True, False, False]


def test_a_therapy_that_a_run_does_not_have_was_never_given() -> None:
    """To rule out an unknown therapy rules out nobody; the check of the protocol is what finds slips."""
    assert holds(When(never=("olaparib",)), charts(1)) == [True]


def test_a_biomarker_that_does_not_exist_is_refused_with_the_nearest() -> None:
    """A slip in a name is told, not read as something nobody has."""
    with pytest.raises(EntryError) as caught:
        compiled(When(has=("KRASS",)), NAMES)
    assert caught.value.meant == "KRAS"
