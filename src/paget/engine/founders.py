"""Founders: the net rate of a new line in each organ and how likely it lives, worked out once a span and genotype.

A span is a stretch of days over which effects are constant; the workspace keeps its tables (`shedding.find_span`).
"""

from __future__ import annotations

import numpy as np

from paget.engine import birth_death, effects
from paget.engine.immunity import VISIBILITY
from paget.engine.kernel import kernel, leaf
from paget.engine.path import PROLIFERATION
from paget.model.layout import N_ORGANS

NOWHERE = -9
"""An organ that no effect names."""


@leaf
def touches_founders(effect):
    """Return whether an effect changes how lines of new founders live."""
    if effect.kind == effects.ADD_DEATH or effect.kind == effects.SMALL_DEATH:  # noqa: PLR1714
        return effect.lesion_key == 0
    if effect.kind != effects.SCALE or effect.lesion_key != 0:
        return False
    return effect.process == effects.GROWTH or effect.process == effects.IMMUNITY  # noqa: PLR1714


@kernel
def prepare_gene(ws, program, patient, pools, s, g, effect, n, a, b):
    """Fill a genotype's founder tables: net rate per organ and the integral of survival over the span."""
    if ws.gene_serial[s, g] == ws.span_serial[s]:
        return
    ws.gene_serial[s, g] = ws.span_serial[s]
    h = b - a
    genotype = pools.genotype[g]
    traits = program.traits[genotype]
    immune = patient.immune_pressure_per_day * program.traits[genotype, VISIBILITY]
    slow = n > 0
    # Most effects act alike everywhere: what holds of no organ by name holds of all that none names.
    usual = founder_factors(effect, n, NOWHERE, traits, a, b)
    named = organs_named(effect, n)
    last_net, last_birth, integral = np.nan, 0.0, 0.0
    for organ in range(N_ORGANS):
        net = patient.metastasis_growth_per_day * program.organ_growth[organ]
        net *= program.traits[genotype, PROLIFERATION]
        pressed = immune
        if slow:
            own = usual
            if (named >> organ) & 1 != 0:
                own = founder_factors(effect, n, organ, traits, a, b)
            net = net * own[0] - own[1]
            pressed *= own[2]
        birth = ws.birth[organ]
        net = min(net - pressed, 0.999 * birth)
        ws.gene_net[s, g, organ] = net
        if net != last_net or birth != last_birth:
            integral = birth_death.alive_integral(birth, net, h)
            last_net, last_birth = net, birth
        ws.gene_integral[s, g, organ] = integral


@kernel
def organs_named(effect, n):
    """Return, as bits, the organs that effects on new founders name."""
    named = 0
    for k in range(n):
        if effect[k].organ >= 0 and touches_founders(effect[k]):
            named |= 1 << effect[k].organ
    return named


@kernel
def founder_factors(effect, n, organ, traits, a, b):
    """Return the factor on growth, the deaths added and the factor on immune pressure of new founders in an organ."""
    if n == 0:
        return 1.0, 0.0, 1.0
    growth = effects.scaling(effect, n, effects.GROWTH, organ, effects.ELSEWHERE, effects.NO_KEY, traits, a, b)
    deaths = effects.added_death(effect, n, organ, effects.ELSEWHERE, effects.NO_KEY, traits, a, b)
    deaths += effects.added_small_death(effect, n, organ, effects.ELSEWHERE, effects.NO_KEY, traits, a, b)
    immune = effects.scaling(effect, n, effects.IMMUNITY, organ, effects.ELSEWHERE, effects.NO_KEY, traits, a, b)
    return growth, deaths, immune
