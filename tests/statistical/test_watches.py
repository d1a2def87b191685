"""WATCH rows hand back on the right day, and a stop leaves no trace. Alpha 1e-3, seeds fixed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy import integrate, stats

import paget.engine
from paget.engine import growth
from paget.engine.state import LIVING
from paget.model.layout import ORGANS, PRIMARY, STOP_REASONS, WATCH_QUANTITIES

if TYPE_CHECKING:
    from tests.statistical.conftest import World

engine: Any = paget.engine
ALPHA = 1e-3
COUNT = 1_500
NET = 0.03
BETA = NET / math.log(1e9)
LUNG, BOWEL = ORGANS.index("lung"), ORGANS.index("bowel")
WATCH, HORIZON, DEATH = (STOP_REASONS.index(name) for name in ("watch", "horizon", "death"))
BURDEN, LARGEST, DETECTABLE = range(3)
INTERVALS = [7.0, 30.0, 91.0, 182.0]


def marched(world: World, x: float, days: float, g: float = NET) -> float:
    """Return ln cells of a vascular lesion after some days."""
    return float(world.exposed(growth.march)(x, days, g, BETA, 0.0, math.log(1e7)))


def test_the_quantities_are_named_in_this_order() -> None:
    """No chance."""
    assert WATCH_QUANTITIES == ("burden_cells", "largest_cells", "count_detectable")


@pytest.mark.parametrize("day", [12.34, 30.0, 65.0])
def test_a_clock_calls_on_its_day_and_the_course_goes_on(world: World, day: float) -> None:
    """No chance: within an interval and at its border; then the next call, then the horizon."""
    compiled = world.program()
    rows = world.for_all(3, world.watch("clock", id=7, at_day=day), world.watch("clock", id=8, at_day=day + 40.0))
    state = world.planted(compiled, 1, world.patients(3), 1e8, watches=rows)
    for number, due in ((7, day), (8, day + 40.0)):
        state, stops = world.run(compiled, state, 365.0)
        assert (stops["reason"] == WATCH).all()
        assert (stops["watch_id"] == number).all()
        assert stops["day"] == pytest.approx(due, abs=1e-9)
        assert state.course["now_day"] == pytest.approx(due, abs=1e-9)
    state, stops = world.run(compiled, state, 365.0)
    assert (stops["reason"] == HORIZON).all()
    assert stops["day"] == pytest.approx(365.0)
    assert state.lesion["log_cells"][0, 0] == pytest.approx(marched(world, math.log(1e8), 365.0), abs=1e-9)


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("what", [BURDEN, LARGEST])
@pytest.mark.parametrize("organ", [-1, PRIMARY, BOWEL])
def test_a_threshold_calls_when_the_size_is_its_level(world: World, what: int, organ: int, interval: float) -> None:
    """No chance: the snapshot's size at the stop is the level within 1e-3."""
    compiled = world.program(interval_day=interval)
    row = world.watch("threshold", quantity=what, organ=organ, level=3e8)
    state = world.planted(compiled, 1, world.patients(1), 1e6, watches=world.for_all(1, row))
    state, stops = world.run(compiled, state, 2_000.0)
    assert stops["reason"][0] == WATCH
    lesions, _ = engine.snapshot(compiled, state)
    assert np.exp(lesions["log_cells"][0, 0]) == pytest.approx(3e8, rel=1e-3)


def test_a_threshold_elsewhere_does_not_call(world: World) -> None:
    """No chance: the lung is empty."""
    compiled = world.program()
    row = world.watch("threshold", quantity=BURDEN, organ=LUNG, level=1e3)
    state = world.planted(compiled, 1, world.patients(1), 1e6, watches=world.for_all(1, row))
    _, stops = world.run(compiled, state, 1_000.0)
    assert stops["reason"][0] == HORIZON


@pytest.mark.parametrize("interval", INTERVALS)
def test_a_lesion_counts_as_detectable_from_the_day_it_is(world: World, interval: float) -> None:
    """No chance: the call of the count and the lesion's own milestone agree within two days."""
    compiled = world.program(interval_day=interval)
    row = world.watch("threshold", quantity=DETECTABLE, level=1.0)
    state = world.planted(compiled, 1, world.patients(1), 1e6, watches=world.for_all(1, row))
    state, stops = world.run(compiled, state, 2_000.0)
    reach = math.log(1e8 / 1e3)
    exact = -math.log((NET / BETA - reach) / (NET / BETA - math.log(1e3))) / BETA
    assert stops["day"][0] == pytest.approx(exact, abs=2.0)


@pytest.mark.parametrize("exponent", [0.0, 0.6])
@pytest.mark.parametrize("interval", [7.0, 91.0])
def test_a_hazard_calls_when_it_has_added_up(world: World, interval: float, exponent: float) -> None:
    """Seed 111, alpha 1e-3: the integral of rate (burden / level)**exponent is exponential of mean 1."""
    compiled = world.program(interval_day=interval)
    row = world.watch("hazard", quantity=BURDEN, level=1e9, rate_per_day=0.004, exponent=exponent, id=3)
    state = world.planted(compiled, 111, world.patients(COUNT), 1e7, watches=world.for_all(COUNT, row))
    state, stops = world.run(compiled, state, 10_000.0)
    assert (stops["reason"] == WATCH).all()
    grid = np.linspace(0.0, 10_000.0, 200_001)
    full = NET / BETA
    x = full + (math.log(1e4) - full) * np.exp(-BETA * grid) + math.log(1e3)
    total = integrate.cumulative_trapezoid(0.004 * np.exp(exponent * (x - math.log(1e9))), grid, initial=0.0)
    assert stats.kstest(np.interp(stops["day"], grid, total), "expon").pvalue > ALPHA


def test_two_hazards_of_one_patient_do_not_share_a_clock(world: World) -> None:
    """Seed 112, alpha 1e-3: equal hazards call equally often, and the first of two twice as soon."""
    compiled = world.program()
    rows = [world.watch("hazard", id=k, level=1.0, rate_per_day=0.01, exponent=0.0) for k in (1, 2)]
    state = world.planted(compiled, 112, world.patients(COUNT), 1e8, watches=world.for_all(COUNT, *rows))
    state, stops = world.run(compiled, state, 10_000.0)
    assert stats.binomtest(int(np.sum(stops["watch_id"] == 1)), COUNT, 0.5).pvalue > ALPHA
    assert stats.kstest(0.02 * stops["day"], "expon").pvalue > ALPHA


def busy(world: World, count: int, **rows: Any) -> tuple[Any, Any]:
    """Return a world in which primaries shed, evolve, sleep, meet pressure and kill."""
    peaks, lethal = np.zeros(len(ORGANS)), np.full(len(ORGANS), 1e30)
    peaks[[BOWEL, LUNG]], lethal[[BOWEL, LUNG]] = 0.005, 1e10
    rates = np.zeros(12)
    rates[:2] = 1e-7
    traits = np.ones((4096, 32))
    traits[[1, 3], 0] = 1.2
    compiled = world.program(
        peak_per_day=peaks, lethal_burden=lethal, mutation_rate=rates, drivers=2, traits=traits,
        fastest_driver=1.2, colonisation=0.01, sleep_share=0.3, waking_per_day=0.001,
        loss_per_day=0.001, vessel_per_day=0.01,
    )  # fmt: skip
    who = world.patients(count, shedding=1.0, immune_pressure_per_day=0.004)
    return compiled, world.planted(compiled, 113, who, 1e8, **rows)


def kept(state: Any, p: int) -> tuple[bytes, bytes]:
    """Return one patient's lesions and clones as bytes, without slots, links and scratch."""
    lesion = state.lesion[p][: state.course["lesions"][p]].copy()
    clone = state.clone[p][: state.course["clones"][p]].copy()
    clone = clone[clone["lesion"] >= 0]
    for rows, places in (
        (lesion, ("path", "first_clone")),
        (clone, ("row", "moved", "next_clone", "lesion")),
    ):
        for name in places:
            rows[name] = 0
    return lesion[lesion["status"] != 0].tobytes(), clone.tobytes()


def test_a_look_in_the_middle_of_an_interval_changes_nothing(world: World) -> None:
    """Seed 113: lesions, clones, sleepers and death are bit-identical with and without nine stops; sums to 1e-9."""
    compiled, plain = busy(world, 60)
    plain, _ = world.run(compiled, plain, 1_500.0)
    looks = [world.watch("clock", id=k, at_day=100.0 + 77.7 * k) for k in range(9)]
    _, looked = busy(world, 60, watches=world.for_all(60, *looks))
    for _ in range(10):
        looked, _ = world.run(compiled, looked, 1_500.0)
    assert np.array_equal(plain.course["cause"], looked.course["cause"])
    assert np.array_equal(plain.course["death_day"], looked.course["death_day"], equal_nan=True)
    assert [kept(plain, p) for p in range(60)] == [kept(looked, p) for p in range(60)]
    assert np.array_equal(plain.pools["asleep"], looked.pools["asleep"])
    sums, looked_sums = plain.pools["funnel"], looked.pools["funnel"]
    # The mean survival that LIVING is weighed by is that of the segment in which a sum is booked.
    assert looked_sums[..., LIVING] == pytest.approx(sums[..., LIVING], rel=1e-4)
    others = [column for column in range(sums.shape[-1]) if column != LIVING]
    assert looked_sums[..., others] == pytest.approx(sums[..., others], rel=1e-9)


@pytest.mark.parametrize("stop", [40.0, 75.0, 90.0])
def test_a_snapshot_shows_the_size_on_the_day_of_the_stop(world: World, stop: float) -> None:
    """No chance: after a kill from day 10 to 20 and a cull on day 65, 1e-9 in ln cells."""
    compiled = world.program(interval_day=91.0)
    rows = world.for_all(
        1, world.effect("add_death", magnitude=0.2, on_day=10.0, off_day=20.0),
        world.effect("cull", magnitude=0.1, on_day=65.0),
    )  # fmt: skip
    calls = world.for_all(1, world.watch("clock", at_day=stop))
    state = world.planted(compiled, 1, world.patients(1), 1e9, effects=rows, watches=calls)
    state, _ = world.run(compiled, state, 365.0)
    x = marched(world, marched(world, math.log(1e9), 10.0), 10.0, NET - 0.2)
    x = marched(world, x, min(stop, 65.0) - 20.0)
    if stop > 65.0:
        x = marched(world, x + math.log(0.1), stop - 65.0)
    lesions, _ = engine.snapshot(compiled, state)
    assert lesions["log_cells"][0, 0] == pytest.approx(x, abs=1e-9)
    assert not lesions.flags.writeable


def test_an_effect_given_at_a_stop_acts_from_that_day_on(world: World) -> None:
    """No chance: stopped on day 40 of a 91-day interval, then killed at 0.1 a day, 1e-9 in ln cells."""
    compiled = world.program(interval_day=91.0)
    calls = world.for_all(1, world.watch("clock", at_day=40.0))
    state = world.planted(compiled, 1, world.patients(1), 1e9, watches=calls)
    state, _ = world.run(compiled, state, 200.0)
    state = engine.with_effects(state, world.for_all(1, world.effect("add_death", magnitude=0.1, on_day=40.0)))
    state, _ = world.run(compiled, state, 200.0)
    exact = marched(world, marched(world, math.log(1e9), 40.0), 160.0, NET - 0.1)
    assert state.lesion["log_cells"][0, 0] == pytest.approx(exact, abs=1e-9)


def test_nobody_dies_before_the_day_of_a_stop_whatever_begins_then(world: World) -> None:
    """No chance: an effect that begins a thousandth of a day before a death brings no death into the past."""
    compiled = world.program(interval_day=91.0, cachexia_burden=2e11, cachexia_per_day=0.05)
    people = world.patients(400)
    _, deaths = world.run(compiled, world.planted(compiled, 1, people, 1e9), 4_000.0)
    died = deaths["reason"] == DEATH
    assert died.sum() > 300
    people, day = people[died], deaths["day"][died] - 1e-3
    rows = np.stack([world.for_all(1, world.watch("clock", id=1, at_day=at))[0] for at in day])
    state, stops = world.run(compiled, world.planted(compiled, 1, people, 1e9, watches=rows), 4_000.0)
    assert stops["day"] == pytest.approx(day, abs=1e-9)
    slow = [world.effect("add_death", on_day=at, off_day=at + 30.0, magnitude=1e-9) for at in day]
    begun = np.stack([world.for_all(1, row)[0] for row in slow])
    _, ended = world.run(compiled, engine.with_effects(state, begun), 4_000.0)
    assert (ended["reason"] == DEATH).all()
    assert (ended["day"] >= day).all()
