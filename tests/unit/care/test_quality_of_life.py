from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paget.care import quality_of_life
from paget.care.quality_of_life import RELIEF_PLACES, base, hospital_day, last_days_loss, last_hospital_day
from paget.model import layout
from paget.model.utility import Utilities
from paget.observation.symptoms import PLACES

WHY = {"source": "paget", "grade": "assumed", "rationale": "for a test"}
Array = np.ndarray[Any, Any]


def share(value: float, unit: str = "1") -> dict[str, Any]:
    """Return a number as an entry states it."""
    return {"value": value, "unit": unit, **WHY}


UTILITIES = Utilities.model_validate(
    {
        "id": "test",
        "name": "Test",
        "summary": "For tests.",
        "base": [
            {"from_year": 65, "utility": share(0.8)},
            {"from_year": 18, "utility": share(0.9)},
        ],
        "cancer": share(0.05),
        "advanced": share(0.1),
        "fitness": [share(loss) for loss in (0.0, 0.1, 0.2, 0.5, 1.0)],
        "symptoms": {"liver": share(0.3), "bone": share(0.4)},
        "primary": share(0.2),
        "general": share(0.25),
        "last_days": share(60.0, "day"),
        "last_loss": share(0.5),
        "admission": share(8.0, "day"),
        "admitted": share(0.25),
        "last_admitted": share(0.4),
    }
)
LIVER = layout.code(layout.ORGANS, "liver")
LUNG = layout.code(layout.ORGANS, "lung")


def utility(count: int = 1, **said: Any) -> Array:
    """Return the worth of a day at 50 with no trouble but what is said."""
    plain: dict[str, Any] = {
        "age_year": np.full(count, 50.0),
        "known_advanced": np.zeros(count, np.bool_),
        "fitness": np.zeros(count, np.int64),
        "symptomatic": np.zeros((count, layout.N_ORGANS), np.bool_),
        "primary_symptomatic": np.zeros(count, np.bool_),
        "general_symptomatic": np.zeros(count, np.bool_),
        "toxicity_loss": np.zeros(count),
        "relief": np.zeros((count, layout.N_ORGANS + 2)),
    }
    given_ = {name: np.broadcast_to(np.asarray(value), plain[name].shape) for name, value in said.items()}
    return np.asarray(quality_of_life.utility(UTILITIES, **{**plain, **given_}))


def organ(code: int) -> Array:
    """Return one organ as a row of flags."""
    return np.asarray(np.arange(layout.N_ORGANS) == code)


def relieved(place: str, value: float) -> Array:
    """Return the relief of one place as a row."""
    return np.array([value if each == place else 0.0 for each in RELIEF_PLACES])


def test_places_of_relief_are_those_of_symptoms() -> None:
    """Relief and symptoms count places alike."""
    assert RELIEF_PLACES == PLACES


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, 0.9 * 0.95),
        ({"age_year": 70.0}, 0.8 * 0.95),
        ({"known_advanced": True}, 0.9 * 0.95 * 0.9),
        ({"fitness": 3}, 0.9 * 0.95 * 0.5),
        ({"fitness": 4}, 0.0),
        ({"symptomatic": organ(LIVER)}, 0.9 * 0.95 * 0.7),
        ({"symptomatic": organ(LUNG)}, 0.9 * 0.95),
        ({"primary_symptomatic": True}, 0.9 * 0.95 * 0.8),
        ({"general_symptomatic": True}, 0.9 * 0.95 * 0.75),
        ({"toxicity_loss": 0.3}, 0.9 * 0.95 * 0.7),
        ({"toxicity_loss": 1.7}, 0.0),
        ({"symptomatic": organ(LIVER), "relief": relieved("liver", 0.5)}, 0.9 * 0.95 * 0.85),
        ({"symptomatic": organ(LIVER), "relief": relieved("bone", 0.5)}, 0.9 * 0.95 * 0.7),
        ({"primary_symptomatic": True, "relief": relieved("primary", 1.0)}, 0.9 * 0.95),
        ({"general_symptomatic": True, "relief": relieved("general", 0.4)}, 0.9 * 0.95 * 0.85),
    ],
)
def test_each_trouble_takes_its_own_share(said: dict[str, Any], expected: float) -> None:
    """What takes from a day takes what the entry says, less what is relieved."""
    assert utility(**said).tolist() == pytest.approx([expected], abs=1e-12)


def test_losses_multiply() -> None:
    """Two troubles leave the product of what each of them leaves."""
    both = utility(symptomatic=organ(LIVER), primary_symptomatic=True, fitness=1)
    assert both.tolist() == pytest.approx([0.9 * 0.95 * 0.7 * 0.8 * 0.9])


def test_the_base_goes_by_age() -> None:
    """A band begins at its age, and children count to the youngest, in whatever order bands are listed."""
    assert base(UTILITIES, np.array([0.0, 18.0, 64.9, 65.0, 99.0])).tolist() == [0.9, 0.9, 0.9, 0.8, 0.8]


@given(seed=st.integers(0, 10_000), loss=st.floats(-1.0, 3.0), relief=st.floats(-1.0, 2.0))
def test_a_day_is_never_worth_less_than_nothing_nor_more_than_health(seed: int, loss: float, relief: float) -> None:
    """Utility lies between 0 and that of people without cancer, whatever comes together."""
    draw = np.random.default_rng(seed)
    age = draw.uniform(0.0, 100.0, 30)
    worth = utility(
        30,
        age_year=age,
        known_advanced=draw.random(30) < 0.5,
        fitness=draw.integers(0, 5, 30),
        symptomatic=draw.random((30, layout.N_ORGANS)) < 0.5,
        primary_symptomatic=draw.random(30) < 0.5,
        general_symptomatic=draw.random(30) < 0.5,
        toxicity_loss=loss,
        relief=relief,
    )
    assert (worth >= 0.0).all()
    assert (worth <= base(UTILITIES, age)).all()


@given(less=st.floats(0.0, 1.0), more=st.floats(0.0, 1.0))
def test_more_relief_never_makes_a_day_worse(less: float, more: float) -> None:
    """The worth of a day rises with relief."""
    low, high = sorted((less, more))
    hurt: dict[str, Any] = {"symptomatic": np.ones(layout.N_ORGANS, np.bool_), "primary_symptomatic": True}
    assert utility(relief=high, **hurt)[0] >= utility(relief=low, **hurt)[0]


def test_the_last_days_are_worth_less() -> None:
    """They cost their loss over their length, and no more than was lived since the diagnosis; who lives loses none."""
    death = np.array([1000.0, 1000.0, np.nan, 1000.0])
    diagnosis = np.array([100.0, 980.0, 100.0, 1000.0])
    lost = last_days_loss(UTILITIES, np.full(4, 0.6), death, diagnosis)
    assert lost.tolist() == pytest.approx([0.6 * 0.5 * 60.0 / 365.25, 0.6 * 0.5 * 20.0 / 365.25, 0.0, 0.0])
    assert last_hospital_day(UTILITIES, death, diagnosis).tolist() == pytest.approx([24.0, 8.0, 0.0, 0.0])


def test_only_severe_toxicity_leads_to_hospital() -> None:
    """Events of grade 3 or worse cost, on average, the share admitted times the stay."""
    assert hospital_day(UTILITIES, np.array([1, 2, 3, 4])).tolist() == [0.0, 0.0, 2.0, 2.0]
