"""Performance status (ECOG 0 to 4), as a doctor would put it down: a score of what weighs on a patient, cut off.

The score adds a part of the patient's own (comorbidity, drawn once for life), age, tumour burden, symptomatic organs
and toxicity that lasts. Status k begins at k on the score. It stops being true where a patient rallies: nothing but
less burden, fewer symptoms and less toxicity betters the status.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from paget.model import layout
from paget.model.draws import normals, stream_keys
from paget.model.fitness import Fitness

AGE_FROM_YEAR: Final = 50.0
"""Age below which years weigh nothing."""
WORST: Final = 4


def fitness(
    seed: int,
    patient: ArrayLike,
    age_year: ArrayLike,
    burden_cells: ArrayLike,
    symptomatic_count: ArrayLike,
    severe_toxicity: ArrayLike,
    entry: Fitness,
) -> NDArray[np.int64]:
    """Return the performance status (ECOG) of P patients, 0 to 4.

    Parameters
    ----------
    seed
        Seed of the run.
    patient
        Patient indices, shape (P,).
    age_year
        Ages (years), shape (P,).
    burden_cells
        Tumour cells in the body, shape (P,).
    symptomatic_count
        Organs that hurt or fail, shape (P,).
    severe_toxicity
        Toxicities of grade 3 or worse that last, or whether there is one, shape (P,).
    entry
        Weights of the score.
    """
    keys = stream_keys(seed, patient, layout.STREAM_FITNESS, 0)
    burden = np.asarray(burden_cells, np.float64)
    decades = np.maximum(np.asarray(age_year, np.float64) - AGE_FROM_YEAR, 0.0) / 10.0
    score = (
        entry.comorbidity.value * normals(keys)
        + entry.per_decade.value * decades
        + entry.burden.value * burden / (burden + entry.half_burden.value)
        + entry.symptom.value * np.asarray(symptomatic_count, np.float64)
        + entry.toxicity.value * np.asarray(severe_toxicity, np.float64)
    )
    return np.clip(np.floor(score), 0, WORST).astype(np.int64)
