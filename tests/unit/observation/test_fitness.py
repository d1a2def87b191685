from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from paget.model.fitness import Fitness
from paget.observation.fitness import fitness

ASSUMED: dict[str, Any] = {"source": "paget", "grade": "assumed", "rationale": "Shows the form."}
SEED = 5


def _entry(*, comorbidity: float = 1e-9, **weights: float) -> Fitness:
    """Make weights that are 0 unless said otherwise, in people who hardly differ."""
    values = {"per_decade": 0.0, "burden": 0.0, "symptom": 0.0, "toxicity": 0.0, "comorbidity": comorbidity, **weights}
    numbers = {name: {"value": value, "unit": "1", **ASSUMED} for name, value in values.items()}
    numbers["half_burden"] = {"value": 1e11, "unit": "cell", **ASSUMED}
    return Fitness.model_validate({"id": "made_up", "name": "made up", "summary": "Made up.", **numbers})


def _status(
    entry: Fitness, *, age: float = 40.0, burden: float = 0.0, symptoms: float = 0.0, toxicity: float = 0.0
) -> int:
    return int(fitness(SEED, [3], [age], [burden], [symptoms], [toxicity], entry)[0])


@pytest.mark.parametrize(
    ("weights", "state", "expected"),
    [
        ({"per_decade": 0.5}, {"age": 71.0}, 1),
        ({"per_decade": 0.5}, {"age": 69.0}, 0),
        ({"per_decade": 0.5, "symptom": 1.1}, {"age": 30.0, "symptoms": 1.0}, 1),
        ({"burden": 3.0}, {"burden": 2.1e11}, 2),
        ({"burden": 3.0}, {"burden": 1.9e11}, 1),
        ({"symptom": 1.1}, {"symptoms": 2.0}, 2),
        ({"toxicity": 1.1}, {"toxicity": 1.0}, 1),
        ({"symptom": 1.1}, {"symptoms": 9.0}, 4),
    ],
)
def test_what_weighs_on_a_patient_adds_up(weights: dict[str, float], state: dict[str, float], expected: int) -> None:
    """Status k begins at k on the sum of age, burden, symptoms and toxicity, and ends at 4."""
    assert expected == _status(_entry(**weights), **state)


def test_a_patient_is_the_same_all_life_and_whoever_else_is_looked_at() -> None:
    """The patient's own part depends on seed and patient alone."""
    entry, zeros = _entry(comorbidity=2.0), np.zeros(500)
    one = fitness(SEED, np.arange(500), zeros, zeros, zeros, zeros, entry)
    assert one[7:9].tolist() == fitness(SEED, [7, 8], zeros[:2], zeros[:2], zeros[:2], zeros[:2], entry).tolist()
    assert one.tolist() != fitness(SEED + 1, np.arange(500), zeros, zeros, zeros, zeros, entry).tolist()


def test_the_share_of_weak_patients_is_that_of_the_normal_law() -> None:
    """With a standard deviation of 1, 15.87 % reach status 1 (seed 5, alpha 0.001)."""
    patients, chance = 20_000, 0.158655
    zeros = np.zeros(patients)
    weak = int((fitness(SEED, np.arange(patients), zeros, zeros, zeros, zeros, _entry(comorbidity=1.0)) >= 1).sum())
    assert abs(weak - chance * patients) < 3.29 * np.sqrt(patients * chance * (1.0 - chance))
