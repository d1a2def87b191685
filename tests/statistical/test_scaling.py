"""`scale_process` moves the right number, by the right factor, and no other. Alpha 1e-3, seeds fixed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy import integrate, stats

from paget.engine import growth
from paget.engine.circulation import BLOOD, CAVITY, LYMPH
from paget.engine.state import ARRESTS, ENTRIES, EXTRAVASATED, SHED, SURVIVED, WOKEN
from paget.model.layout import ORGANS, PROCESSES

if TYPE_CHECKING:
    from tests.statistical.conftest import World

ALPHA = 1e-3
LUNG, BOWEL = ORGANS.index("lung"), ORGANS.index("bowel")
DAYS = 180.0


def scaled(world: World, process: str, factor: float, **fields: Any) -> np.ndarray:
    """Return a row that scales one process."""
    return world.effect("scale_process", process=PROCESSES.index(process), magnitude=factor, **fields)


def shed(world: World, *rows: np.ndarray, count: int = 1, **fields: Any) -> Any:
    """Return patients whose primary shed by blood, lymph and a cavity (5 : 3 : 2), all into the lung."""
    single = np.zeros_like(world.program().table["single"])
    for route in (BLOOD, LYMPH, CAVITY):
        single[0][:, :, route, :, LUNG] = 1.0
    compiled = world.program(
        share=[0.5, 0.3, 0.2], single=single, entries=single, extravasation=0.2, colonisation=0.01, **fields
    )
    effects = world.for_all(count, *rows) if rows else None
    state = world.planted(compiled, 101, world.patients(count, shedding=10.0), 1e9, effects=effects)
    return world.run(compiled, state, DAYS)[0]


def sums(state: Any) -> dict[str, float]:
    """Return the expected counts of one patient: shed from the bowel, the rest as it reached the lung."""
    pool = state.pools["funnel"][0].T
    names = {"entries": ENTRIES, "arrests": ARRESTS, "extravasated": EXTRAVASATED, "survived": SURVIVED}
    return {"shed": float(pool[BOWEL, SHED]), **{name: float(pool[LUNG, at]) for name, at in names.items()}}


MOVES = [
    ("detachment", {"shed", "entries", "arrests", "extravasated", "survived"}, 1.0),
    ("intravasation", {"shed", "entries", "arrests", "extravasated", "survived"}, 0.5),
    ("lymphatic_entry", {"shed", "entries", "arrests", "extravasated", "survived"}, 0.3),
    ("cavity_entry", {"shed", "entries", "arrests", "extravasated", "survived"}, 0.2),
    ("circulation_survival", {"arrests", "extravasated", "survived"}, 0.8),
    ("extravasation", {"extravasated", "survived"}, 1.0),
    ("colonisation", {"survived"}, 1.0),
]
"""Process, the counts it moves, and the share of cells it acts on."""


@pytest.mark.parametrize(("process", "moved", "share"), MOVES)
@pytest.mark.parametrize("factor", [0.0, 0.4, 2.0])
def test_a_step_of_the_cascade_scales_what_comes_after_it(
    world: World, process: str, moved: set[str], share: float, factor: float
) -> None:
    """No chance: expected counts, 1e-9; growth of the primary is untouched."""
    plain, treated = shed(world), shed(world, scaled(world, process, factor))
    before, after = sums(plain), sums(treated)
    expected = 1.0 + share * (factor - 1.0)
    for name in before:
        if name == "entries" and process == "circulation_survival":
            continue
        change = expected if name in moved else 1.0
        assert after[name] == pytest.approx(before[name] * change, rel=1e-9), name
    assert treated.lesion["log_cells"][0, 0] == pytest.approx(plain.lesion["log_cells"][0, 0], abs=1e-9)


def test_an_organ_selector_limits_extravasation_to_that_organ(world: World) -> None:
    """No chance: scaled in the liver, nothing changes in the lung."""
    liver = scaled(world, "extravasation", 0.0, organ=ORGANS.index("liver"))
    assert sums(shed(world, liver)) == pytest.approx(sums(shed(world)))


def test_scaled_growth_solves_the_scaled_equation(world: World) -> None:
    """No chance: 1e-9 in ln cells."""
    treated = shed(world, scaled(world, "growth", 0.5))
    beta = 0.03 / math.log(1e9)
    exact = world.exposed(growth.march)(math.log(1e9), DAYS, 0.015, beta, 0.0, math.log(1e7))
    assert treated.lesion["log_cells"][0, 0] == pytest.approx(exact, abs=1e-9)


def test_scaled_mutation_gives_so_many_more_mutants(world: World) -> None:
    """Seed 101, alpha 1e-3: the zero class of 2,000 patients over one interval, rate times 4."""
    rates = np.zeros(12)
    rates[0] = 5e-7
    compiled = world.program(drivers=1, mutation_rate=rates, inverse_span=1e-6)
    row = world.for_all(2_000, scaled(world, "mutation", 4.0))
    state = world.planted(compiled, 101, world.patients(2_000), 1e4, effects=row)
    state, _ = world.run(compiled, state, 30.0)
    lines, _ = integrate.quad(
        lambda t: 2e-6 * 0.06 * 1e4 * math.exp(0.03 * t) * 0.03 / (0.06 - 0.03 * math.exp(-0.03 * (30.0 - t))),
        0.0,
        30.0,
    )
    none = int(np.sum(state.lesion["clones"][:, 0] == 1))
    assert stats.binomtest(none, 2_000, math.exp(-lines)).pvalue > ALPHA


@pytest.mark.parametrize("factor", [0.0, 5.0])
def test_scaled_waking_empties_the_pool_at_its_rate(world: World, factor: float) -> None:
    """No chance: expected wakings of M/M/infinity, 1e-9."""
    wake, lose, feed = 0.002 * factor, 0.001, 10.0 * 0.2 * 0.01
    state = shed(
        world, scaled(world, "waking", factor),
        size_exponent=0.0, sleep_share=1.0, waking_per_day=0.002, loss_per_day=lose,
    )  # fmt: skip
    level = feed * -math.expm1(-(wake + lose) * DAYS) / (wake + lose)
    assert state.pools["asleep"][0].sum() == pytest.approx(level, rel=1e-9)
    woken = wake * (feed * DAYS - level) / (wake + lose)
    assert state.pools["funnel"][0, WOKEN, LUNG] == pytest.approx(woken, rel=1e-9, abs=1e-12)


def test_scaled_vessel_recruitment_scales_its_hazard(world: World) -> None:
    """No chance: rate times 3 by an effect and by the program switch on the same days."""
    plain = world.program(vessel_per_day=0.06)
    state = world.planted(plain, 102, world.patients(200), 3e5, vascular=False)
    faster, _ = world.run(plain, state, 2_000.0)
    base = world.program(vessel_per_day=0.02)
    rows = world.for_all(200, scaled(world, "vessel_recruitment", 3.0))
    state = world.planted(base, 102, world.patients(200), 3e5, vascular=False, effects=rows)
    treated, _ = world.run(base, state, 2_000.0)
    assert treated.lesion["vascular_day"][:, 0] == pytest.approx(faster.lesion["vascular_day"][:, 0], abs=1e-6)


@pytest.mark.parametrize("factor", [0.0, 2.0])
def test_scaled_immune_pressure_decides_how_many_founders_live(world: World, factor: float) -> None:
    """Seed 103, alpha 1e-3: founders live by the scaled pressure; the primary is exempt."""
    count, immune = 600, 0.01 * factor
    compiled = world.program(colonisation=0.1, size_exponent=0.0)
    who = world.patients(count, shedding=2.0, immune_pressure_per_day=0.01)
    rows = world.for_all(count, scaled(world, "immune_pressure", factor))
    state = world.planted(compiled, 103, who, 1e9, effects=rows)
    state, _ = world.run(compiled, state, 150.0)
    net = 0.03 - immune
    lives, _ = integrate.quad(lambda s: net / (0.06 - (0.06 - net) * math.exp(-net * s)), 0.0, 150.0)
    assert world.chi_square(world.living(state).sum(axis=1), stats.poisson(0.2 * lives)) > ALPHA
    exact = world.exposed(growth.march)(math.log(1e9), 150.0, 0.03, 0.03 / math.log(1e9), 0.0, math.log(1e7))
    assert state.lesion["log_cells"][:, 0] == pytest.approx(exact, abs=1e-9)


def test_a_scaling_that_wears_off_returns_to_one(world: World) -> None:
    """No chance: a full block of detachment with a half-life of 30 days sheds t - (1 - exp(-k t)) / k."""
    row = scaled(world, "detachment", 0.0, shape=1, half_life_day=30.0)
    treated, plain = shed(world, row, size_exponent=0.0), shed(world, size_exponent=0.0)
    k = math.log(2.0) / 30.0
    expected = sums(plain)["shed"] * (1.0 + math.expm1(-k * DAYS) / (k * DAYS))
    assert sums(treated)["shed"] == pytest.approx(expected, rel=1e-9)
