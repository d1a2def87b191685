"""Immune pressure: extra deaths per cell, full on small lesions, faded on large ones.

i = pressure of this patient x visibility of the clone; `growth.march` fades it with ln size. The primary is
exempt: a patient is simulated because a primary escaped (immunoediting: Dunn 2004,
doi:10.1016/j.immuni.2004.07.017). It stops being true for late immune collapse or systemic rejection.
"""

from __future__ import annotations

from paget.engine import effects
from paget.engine.kernel import leaf
from paget.model.layout import ROUTES, TRAITS

VISIBILITY = TRAITS.index("immune_visibility")
FROM_PRIMARY = ROUTES.index("primary")


@leaf
def pressure(program, patient, genotype, organ, is_primary, key, effect, n, a, b):
    """Return deaths per cell and day on a clone of a small lesion that fade with size: immune, and by effects."""
    if is_primary:
        return 0.0
    rate = patient.immune_pressure_per_day * program.traits[genotype, VISIBILITY]
    if n > 0:
        traits = program.traits[genotype]
        rate *= effects.scaling(effect, n, effects.IMMUNITY, organ, is_primary, key, traits, a, b)
        rate += effects.added_small_death(effect, n, organ, is_primary, key, traits, a, b)
    return rate
