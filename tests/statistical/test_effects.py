"""EFFECT rows do to lesions what they say, no more and no less. Alpha 1e-3, seeds fixed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy import stats

import paget.engine
from paget.engine import growth
from paget.model.layout import CAUSES, ORGANS, PRIMARY, TRAITS

if TYPE_CHECKING:
    from tests.statistical.conftest import World

engine: Any = paget.engine
ALPHA = 1e-3
COUNT = 1_500
NET = 0.03
BETA = NET / math.log(1e9)
LUNG, BOWEL = ORGANS.index("lung"), ORGANS.index("bowel")
CYTOTOXIC = TRAITS.index("sensitivity_cytotoxic")


def marched(world: World, x: float, days: float, g: float = NET) -> float:
    """Return ln cells of a vascular lesion after some days."""
    return float(world.exposed(growth.march)(x, days, g, BETA, 0.0, math.log(1e7)))


def spread(world: World, count: int, *rows: np.ndarray, until: float = 300.0) -> Any:
    """Return patients whose primary of 1e9 cells sheds about ten founders each, under effects."""
    compiled = world.program(colonisation=0.1)
    effects = world.for_all(count, *rows) if rows else None
    state = world.planted(compiled, 91, world.patients(count, shedding=0.5), 1e9, effects=effects)
    return world.run(compiled, state, until)[0]


def by_key(state: Any, patient: int) -> dict[int, Any]:
    """Return one patient's living lesions by their key, each as bytes."""
    rows = state.lesion[patient][: state.course["lesions"][patient]]
    rows = rows[rows["status"] == 1]
    return {int(row["key"]): row for row in rows}


def same_life(one: Any, other: Any) -> bool:
    """Return whether two lesions were founded alike and stand at the same size."""
    names = ("key", "parent_key", "organ", "founded_day", "log_cells", "since_day", "established_day")
    return all(np.array_equal(one[name], other[name], equal_nan=name == "established_day") for name in names)


def test_a_cull_of_an_organ_ends_what_stands_there_and_nothing_else(world: World) -> None:
    """Seed 91: after all cells of the lung are removed on day 200, only later lesions stand there."""
    plain = spread(world, 20)
    treated = spread(world, 20, world.effect("cull", organ=LUNG, on_day=200.0, magnitude=0.0))
    for p in range(20):
        before, after = by_key(plain, p), by_key(treated, p)
        assert all(row["founded_day"] > 200.0 for row in after.values() if row["organ"] == LUNG)
        kept = {key for key, row in before.items() if row["founded_day"] <= 180.0 and row["organ"] == LUNG}
        assert not kept & set(after)
        primary = int(plain.lesion[p, 0]["key"])
        assert after[primary]["log_cells"] == pytest.approx(before[primary]["log_cells"], abs=1e-9)


def test_a_cull_of_the_primary_leaves_metastases_alone(world: World) -> None:
    """Seed 91: metastases older than the operation are the same in both arms; no new ones follow."""
    plain = spread(world, 20)
    treated = spread(world, 20, world.effect("cull", organ=PRIMARY, on_day=210.0, magnitude=0.0))
    assert (treated.lesion["status"][:, 0] == 2).all()
    assert treated.lesion["ended_day"][:, 0] == pytest.approx(210.0)
    for p in range(20):
        before, after = by_key(plain, p), by_key(treated, p)
        old = [key for key, row in before.items() if row["organ"] == LUNG and row["founded_day"] < 200.0]
        assert all(same_life(before[key], after[key]) for key in old if key in after)
        assert [key for key in after if after[key]["founded_day"] < 200.0] == old
        assert all(row["founded_day"] <= 210.0 for row in after.values())


def test_a_cull_by_key_touches_one_lesion(world: World) -> None:
    """Seed 91: of one patient's metastases the named one ends, the others are the same bit for bit."""
    plain = spread(world, 1)
    before = by_key(plain, 0)
    named = next(key for key, row in before.items() if row["organ"] == LUNG and row["founded_day"] < 90.0)
    treated = spread(world, 1, world.effect("cull", lesion_key=named, on_day=200.0, magnitude=0.0))
    after = by_key(treated, 0)
    assert set(before) - set(after) == {named}
    assert all(same_life(before[key], after[key]) for key in after)


@pytest.mark.parametrize("day", [0.0, 30.0, 77.7])
def test_a_partial_cull_leaves_its_fraction_on_its_day(world: World, day: float) -> None:
    """No chance: on a mesh day and within an interval, 1e-9 in ln cells."""
    compiled = world.program()
    rows = world.for_all(1, world.effect("cull", on_day=day, magnitude=0.01))
    state = world.planted(compiled, 92, world.patients(1), 1e9, effects=rows)
    state, _ = world.run(compiled, state, 200.0)
    after = marched(world, math.log(0.01) + marched(world, math.log(1e9), day), 200.0 - day)
    assert state.lesion["log_cells"][0, 0] == pytest.approx(after, abs=1e-9)


def test_a_cull_of_a_small_clone_is_binomial(world: World) -> None:
    """Seed 93, alpha 1e-3: 500 cells, each left with chance 0.3 on the last day."""
    compiled = world.program(growth_per_day=1e-12)
    rows = world.for_all(COUNT, world.effect("cull", on_day=30.0, magnitude=0.3))
    who = world.patients(COUNT, growth_per_day=1e-12)
    state = world.planted(compiled, 93, who, 1e6, effects=rows)
    world.add_clone(state, 1, 500.0)
    state, _ = world.run(compiled, state, 30.0 + 1e-9)
    left = np.where(state.clone["genotype"] == 1, state.clone["count"], 0.0).max(axis=1)
    assert world.chi_square(left, stats.binom(500, 0.3)) > ALPHA


def two_clones(world: World, resistant: float, *rows: np.ndarray, count: int = 1, interval: float = 30.0) -> Any:
    """Return a compiled world and patients with a sensitive primary of 1e9 cells and a resistant clone."""
    traits = np.ones((4096, len(TRAITS)))
    traits[1, CYTOTOXIC] = 0.0
    compiled = world.program(traits=traits, interval_day=interval)
    effects = world.for_all(count, *rows) if rows else None
    state = world.planted(compiled, 94, world.patients(count), 1e9, effects=effects)
    world.add_clone(state, 1, resistant)
    return compiled, state


def sizes(state: Any, p: int = 0) -> dict[int, float]:
    """Return cells by genotype in the primary."""
    held = state.clone[p][: state.course["clones"][p]]
    held = held[held["lesion"] == 0]
    return {int(c["genotype"]): float(c["count"] if c["count"] >= 0 else c["cells"]) for c in held}


@pytest.mark.parametrize("interval", [7.0, 30.0, 91.0])
@pytest.mark.parametrize("resistant", [300.0, 1e5])
def test_killing_the_sensitive_releases_the_resistant(world: World, resistant: float, interval: float) -> None:
    """Seed 94: the sensitive clone goes, and the resistant one outgrows its own fate without treatment."""
    kill = world.effect("add_death", trait=CYTOTOXIC, magnitude=0.2)
    free, touched = (
        two_clones(world, resistant, interval=interval),
        two_clones(world, resistant, kill, interval=interval),
    )
    left, treated = (world.run(compiled, state, 728.0)[0] for compiled, state in (free, touched))
    assert 0 not in sizes(treated)
    assert sizes(treated)[1] > 10.0 * sizes(left).get(1, 0.0)
    assert sizes(treated)[1] == pytest.approx(np.exp(treated.lesion["log_cells"][0, 0]), rel=1e-6)
    alone = math.exp(marched(world, math.log(resistant), 728.0))
    assert 0.3 * alone < sizes(treated)[1] < 3.0 * alone


def test_a_resistant_clone_grows_as_if_it_were_alone_once_the_rest_is_gone(world: World) -> None:
    """Seed 94: 1e5 resistant cells under a kill so fast that they are alone at once, 0.1 in ln cells."""
    kill = world.effect("add_death", trait=CYTOTOXIC, magnitude=3.0)
    compiled, state = two_clones(world, 1e5, kill, interval=7.0)
    state, _ = world.run(compiled, state, 364.0)
    assert math.log(sizes(state)[1]) == pytest.approx(marched(world, math.log(1e5), 364.0), abs=0.1)


def test_a_lesions_size_is_the_sum_of_its_clones_at_every_stop(world: World) -> None:
    """Seed 95: through shrinking, change of the leading clone and regrowth, 0.1 % at every interval."""
    kill = world.effect("add_death", trait=CYTOTOXIC, magnitude=0.15)
    compiled, state = two_clones(world, 400.0, kill, count=40)
    for day in np.arange(30.0, 900.0, 30.0):
        state = state._replace(watch=np.zeros((40, 0), state.watch.dtype))
        state = engine.with_watches(state, world.for_all(40, world.watch("clock", at_day=day)))
        state, _ = engine.advance(compiled, state)
        for p in range(40):
            if state.lesion["status"][p, 0] == 1:
                assert np.exp(state.lesion["log_cells"][p, 0]) == pytest.approx(sum(sizes(state, p).values()), rel=1e-3)


@pytest.mark.parametrize("interval", [7.0, 30.0, 91.0])
def test_added_deaths_that_decay_add_up_to_their_area(world: World, interval: float) -> None:
    """No chance: without crowding, ln N = x + g t - m / k (1 - exp(-k (t - on))), 1e-9."""
    compiled = world.program(inverse_span=1e-6, interval_day=interval)
    row = world.effect("add_death", magnitude=0.2, shape=1, half_life_day=20.0, on_day=50.0)
    state = world.planted(compiled, 96, world.patients(1), 1e9, effects=world.for_all(1, row))
    state, _ = world.run(compiled, state, 182.0)
    k = math.log(2.0) / 20.0
    exact = math.log(1e9) + NET * 182.0 + 0.2 / k * math.expm1(-k * 132.0)
    assert state.lesion["log_cells"][0, 0] == pytest.approx(exact, abs=1e-3)


def test_an_effect_lasts_from_its_first_to_its_last_day(world: World) -> None:
    """No chance: 40 days of 0.1 deaths a day within one interval, 1e-9 in ln cells."""
    compiled = world.program(interval_day=91.0)
    row = world.effect("add_death", magnitude=0.1, on_day=20.0, off_day=60.0)
    state = world.planted(compiled, 97, world.patients(1), 1e9, effects=world.for_all(1, row))
    state, _ = world.run(compiled, state, 91.0)
    x = marched(world, math.log(1e9), 20.0)
    x = marched(world, marched(world, x, 40.0, NET - 0.1), 31.0)
    assert state.lesion["log_cells"][0, 0] == pytest.approx(x, abs=1e-9)


@pytest.mark.parametrize(("shape", "half_life"), [(0, 1.0), (1, 60.0)])
@pytest.mark.parametrize("interval", [7.0, 30.0, 91.0])
def test_a_hazard_from_outside_kills_at_its_rate(world: World, interval: float, shape: int, half_life: float) -> None:
    """Seed 98, alpha 1e-3: the integrated hazard at death is exponential; those spared number exp(-area)."""
    compiled = world.program(interval_day=interval)
    row = world.effect("host_hazard", magnitude=0.02, on_day=45.0, shape=shape, half_life_day=half_life)
    state = world.planted(compiled, 98, world.patients(COUNT), 1e6, effects=world.for_all(COUNT, row))
    state, _ = world.run(compiled, state, 2_000.0)
    dead = ~np.isnan(state.course["death_day"])
    assert (state.course["cause"][dead] == CAUSES.index("effect")).all()
    assert state.course["death_day"][dead].min() > 45.0
    late = state.course["death_day"][dead] - 45.0
    spent, area = 0.02 * late, 0.02 * 1_955.0
    if shape == 1:
        k = math.log(2.0) / half_life
        spent, area = -0.02 / k * np.expm1(-k * late), -0.02 / k * math.expm1(-k * 1_955.0)
    assert stats.binomtest(int(dead.sum()), COUNT, -math.expm1(-area)).pvalue > ALPHA
    assert stats.kstest(-np.expm1(-spent) / -math.expm1(-area), "uniform").pvalue > ALPHA


def test_less_reserve_brings_death_as_a_larger_burden_would(world: World) -> None:
    """Seed 99: half the reserve of the bowel is half its lethal burden, day for day."""
    peaks, lethal = np.zeros(len(ORGANS)), np.full(len(ORGANS), 1e30)
    peaks[BOWEL], lethal[BOWEL] = 0.005, 1e11
    deaths = []
    for factor, reserve in ((1.0, 0.5), (0.5, 1.0), (1.0, 1.0)):
        compiled = world.program(peak_per_day=peaks, lethal_burden=lethal * factor)
        row = world.effect("host_reserve", organ=BOWEL, magnitude=reserve)
        state = world.planted(compiled, 99, world.patients(100), 1e8, effects=world.for_all(100, row))
        deaths.append(world.run(compiled, state, 5_000.0)[0].course["death_day"])
    assert deaths[0] == pytest.approx(deaths[1], rel=1e-9)
    assert (deaths[0] < deaths[2]).all()


def used_bytes(state: Any) -> list[bytes]:
    """Return all that a block's state holds, without the places that nobody uses."""
    room = {"lesion": state.course["lesions"].max(), "clone": state.course["clones"].max()}
    arrays = [getattr(state, name)[:, :most] for name, most in room.items()]
    return [array.tobytes() for array in (*arrays, state.course, state.pools)]


@pytest.mark.parametrize("acting", [False, True])
def test_rows_that_do_not_act_leave_every_bit_as_it_was(world: World, *, acting: bool) -> None:
    """Seed 91: rows unused, over, cancelled before they began or yet to come do nothing, even beside one that acts."""
    still = [
        np.zeros(3, world.effect("cull").dtype),
        world.effect("add_death", magnitude=0.5, on_day=-40.0, off_day=0.0),
        world.effect("scale_process", magnitude=0.0, on_day=150.0, off_day=130.0),
        world.effect("cull", magnitude=0.0, on_day=-10.0),
        world.effect("host_hazard", magnitude=1.0, on_day=9_000.0),
    ]
    now = [world.effect("add_death", magnitude=0.01, on_day=100.0, off_day=140.0)] if acting else []
    assert used_bytes(spread(world, 20, *now, *still)) == used_bytes(spread(world, 20, *now))
