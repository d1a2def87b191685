"""The colony size distribution of Iwata, Kawasaki & Shigesada (2000, doi:10.1006/jtbi.2000.1075).

Colonies begin from one cell at rate m N(t)**alpha and grow as the primary does; there is no immune pressure,
dormancy or second generation. Iwata's colonies grow by a fixed law; ours begin as birth-death lines, whose
head start W (exponential, mean 1) is averaged over. Sizes above 1e5 cells are compared, where that is exact.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy import integrate, stats

from paget.engine import Capacity

if TYPE_CHECKING:
    from tests.statistical.conftest import World

ALPHA = 1e-3
COUNT = 300
EXPONENT = 0.663
"""Iwata's fractal exponent of a primary fed by its surface's vessels."""
LEAST = 1e5
BIRTH_PER_NET = 2.0


def colonies(world: World, seed: int, interval: float, days: float, start: float, rate: float, **fields: Any) -> Any:
    """Return the sizes of all colonies of at least 1e5 cells on the last day."""
    growth = {name: fields.pop(name) for name in ("growth_per_day", "metastasis_growth_per_day")}
    compiled = world.program(interval_day=interval, size_exponent=EXPONENT, colonisation=1e-3, **fields)
    who = world.patients(COUNT, shedding=rate, **growth)
    state = world.planted(compiled, seed, who, start, capacity=Capacity(768, 1_536))
    state, _ = world.run(compiled, state, days)
    size = np.exp(state.lesion["log_cells"][world.living(state)])
    assert (state.course["untracked_lesions"] == 0).all()
    return size[size >= LEAST]


@pytest.mark.parametrize("interval", [30.0, 91.0])
def test_colonies_of_exponential_tumours_follow_iwatas_power_law(world: World, interval: float) -> None:
    """Seed 71, alpha 1e-3: between 1e5 and 1e7 cells the density falls as x**-(1 + alpha g_p / g_m)."""
    primary, colony, most = 0.02, 0.06, 1e7
    size = colonies(
        world, 71, interval, 420.0, 1e6, 3_000.0,
        growth_per_day=primary, metastasis_growth_per_day=colony, inverse_span=1e-6,
    )  # fmt: skip
    size = size[size < most]
    assert size.size > 1_000
    power = EXPONENT * primary / colony
    law = (LEAST**-power - size**-power) / (LEAST**-power - most**-power)
    assert stats.kstest(law, "uniform").pvalue > ALPHA


def share_above(size: float, days: float, start: float, net: float, beta: float) -> float:
    """Return the integral of N**alpha times the chance that a colony then begun reaches `size` cells."""
    full = net / beta
    to_size = -math.log1p(-math.log(size / 1e3) / full) / beta

    def intensity(day: float) -> float:
        x = full + (math.log(start / 1e3) - full) * math.exp(-beta * day)
        late = days - day - to_size
        return math.exp(EXPONENT * x - 1e3 / BIRTH_PER_NET * math.exp(-net * late))

    return float(integrate.quad(intensity, 0.0, days, limit=400, points=[max(0.0, days - to_size - 200.0)])[0])


@pytest.mark.parametrize("interval", [30.0, 91.0])
def test_colonies_of_gompertz_tumours_follow_iwatas_characteristics(world: World, interval: float) -> None:
    """Seed 72, alpha 1e-3: Kolmogorov and Smirnov against the solution along characteristics."""
    net, days, start = 0.03, 900.0, 1e4
    beta = net / math.log(1e9)
    size = colonies(
        world, 72, interval, days, start, 450.0,
        growth_per_day=net, metastasis_growth_per_day=net, inverse_span=1.0 / math.log(1e9),
    )  # fmt: skip
    assert size.size > 1_000
    grid = np.geomspace(LEAST, 0.999 * 1e12, 400)
    above = np.array([share_above(x, days, start, net, beta) for x in grid])
    law = np.interp(np.log(size), np.log(grid), 1.0 - above / above[0])
    assert stats.kstest(law, "uniform").pvalue > ALPHA


def test_the_number_of_colonies_is_iwatas_integral(world: World) -> None:
    """Seed 73, alpha 1e-3: colonies above 1e5 cells are Poisson with the mean of the same solution."""
    net, days, start, rate = 0.03, 900.0, 1e4, 30.0
    beta = net / math.log(1e9)
    size = colonies(
        world, 73, 91.0, days, start, rate,
        growth_per_day=net, metastasis_growth_per_day=net, inverse_span=1.0 / math.log(1e9),
    )  # fmt: skip
    lived = 1.0 / BIRTH_PER_NET
    per_patient = rate * 1e-3 * lived * share_above(LEAST, days, start, net, beta) * 1e6**-EXPONENT
    score = (size.size - COUNT * per_patient) / math.sqrt(COUNT * per_patient)
    assert 2.0 * stats.norm.sf(abs(score)) > ALPHA
