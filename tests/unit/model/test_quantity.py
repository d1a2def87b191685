import subprocess
import sys
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from paget.model.measure import Measure, Share
from paget.model.quantity import GRADES, Quantity
from paget.model.units import factor

JUDGED = {"source": "paget", "grade": "assumed", "rationale": "for a test"}
READ = {"source": "paget1889", "grade": "measured", "locator": "Table 1"}
DAYS = TypeAdapter(Annotated[Quantity, Measure("day", above=0.0, law="lognormal")])
YEARS = TypeAdapter(Annotated[Quantity, Measure("year", above=0.0, law="normal")])
SHARE = TypeAdapter(Share)
KINDS = {
    "day": ["hour", "minute", "week", "month", "year", "s"],
    "1/year": ["1/day", "1/month", "1/week"],
    "cell": ["kilocell", "decicell"],
    "cell/day": ["cell/hour", "cell/week", "cell/year"],
    "cell/cm**3": ["cell/mm**3", "cell/mL", "cell/liter"],
    "mm": ["cm", "um", "inch"],
    "L/min": ["mL/s", "L/hour", "m**3/day"],
    "1": ["percent", "dimensionless"],
    "1/division": ["percent/division"],
}
PAIRS = [(unit, canonical) for canonical, units in KINDS.items() for unit in units]
VALUES = st.floats(1e-6, 1e6)


@given(st.sampled_from(PAIRS), VALUES)
def test_unit_of_the_same_kind_comes_back_to_the_same_number(pair: tuple[str, str], value: float) -> None:
    """Converting there and back changes nothing, whatever the unit."""
    unit, canonical = pair
    there = Quantity.model_validate({"value": value, "unit": canonical, **JUDGED}).times(factor(canonical, unit), unit)
    read = TypeAdapter(Annotated[Quantity, Measure(canonical)]).validate_python(there.model_dump())
    assert read.unit == canonical
    assert read.value == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize("canonical", KINDS)
@pytest.mark.parametrize("other", KINDS)
def test_unit_of_another_kind_is_refused(canonical: str, other: str) -> None:
    """Days cannot pass for cells, nor a rate per division for a rate per year."""
    if canonical == other:
        return
    with pytest.raises(ValidationError, match="does not fit"):
        TypeAdapter(Annotated[Quantity, Measure(canonical)]).validate_python({"value": 1.0, "unit": other, **JUDGED})


@given(st.text(max_size=12))
def test_any_text_as_unit_is_a_unit_or_one_clear_fault(unit: str) -> None:
    """Nonsense in a unit never ends in anything but a fault of validation."""
    try:
        kinds = {DAYS.validate_python({"value": 1.0, "unit": unit, **JUDGED}).unit}
    except ValidationError as error:
        kinds = {fault["type"] for fault in error.errors()}
    assert kinds <= {"day", "unit", "rule"}


def test_width_of_a_normal_is_converted_and_that_of_a_lognormal_is_not() -> None:
    """A sigma of the logarithm has no unit."""
    lognormal = DAYS.validate_python(
        {
            "value": 10.0,
            "unit": "week",
            "spread": {"law": "lognormal", "sigma": 0.5},
            "low": 5.0,
            "high": 20.0,
            **JUDGED,
        },
    )
    normal = YEARS.validate_python(
        {"value": 600.0, "unit": "month", "spread": {"law": "normal", "sigma": 120.0}, **JUDGED}
    )
    assert (lognormal.value, lognormal.sigma, lognormal.low, lognormal.high) == (70.0, 0.5, 35.0, 140.0)
    assert (normal.value, normal.sigma) == pytest.approx((50.0, 10.0))


def test_number_without_spread_has_width_0() -> None:
    """Sigma can be asked of every number."""
    assert DAYS.validate_python({"value": 1.0, "unit": "day", **JUDGED}).sigma == 0.0


@pytest.mark.parametrize("value", [-0.01, 1.01, float("nan"), float("inf"), "0.5", True, None])
def test_share_outside_0_to_1_is_refused(value: object) -> None:
    """A share is a finite number from 0 to 1, and no text."""
    with pytest.raises(ValidationError):
        SHARE.validate_python({"value": value, "unit": "1", **JUDGED})


@pytest.mark.parametrize(
    "change",
    [
        {"value": 0.0},
        {"value": -3.0},
        {"low": 20.0},
        {"high": 1.0},
        {"spread": {"law": "normal", "sigma": 1.0}},
        {"spread": {"law": "lognormal", "sigma": 0.0}},
        {"spread": {"law": "uniform", "sigma": 1.0}},
        {"unit": "day", "colour": "red"},
        {"grade": "guessed"},
        {"grade": "derived"},
        {"grade": "fitted"},
        {"targets": ["survival"]},
        {"source": "paget"},
        {"source": ""},
    ],
)
def test_number_that_contradicts_itself_is_refused(change: dict[str, Any]) -> None:
    """Interval, spread, grade, source and targets must fit each other."""
    sound = {"value": 10.0, "unit": "day", **READ}
    DAYS.validate_python(sound)
    with pytest.raises(ValidationError):
        DAYS.validate_python({**sound, **change})


@pytest.mark.parametrize("key", ["value", "unit", "source", "grade"])
def test_number_without_unit_source_or_grade_is_refused(key: str) -> None:
    """Every number says what it is and where it comes from."""
    sound = {"value": 10.0, "unit": "day", **READ}
    with pytest.raises(ValidationError):
        DAYS.validate_python({name: value for name, value in sound.items() if name != key})


@pytest.mark.parametrize("grade", GRADES)
def test_only_measured_and_fitted_numbers_go_without_rationale(grade: str) -> None:
    """What was not read off is explained."""
    number = {"value": 10.0, "unit": "day", "source": "paget1889", "grade": grade}
    number |= {"targets": ["survival"]} if grade == "fitted" else {}
    if grade in {"measured", "fitted"}:
        assert DAYS.validate_python(number).grade == grade
    else:
        with pytest.raises(ValidationError, match="rationale"):
            DAYS.validate_python(number)


def test_quantity_never_changes() -> None:
    """A number that was loaded stays what it was."""
    number = DAYS.validate_python({"value": 10.0, "unit": "day", **READ})
    with pytest.raises(ValidationError):
        number.value = 3.0  # type: ignore[misc]


def test_canonical_units_need_no_pint() -> None:
    """An entry that speaks the canonical units does not pay for the import of pint."""
    code = (
        "import sys; from pydantic import TypeAdapter; from paget.model.measure import Cells; "
        "TypeAdapter(Cells).validate_python({'value': 1.0, 'unit': 'cell', 'source': 'paget', "
        "'grade': 'assumed', 'rationale': 'x'}); print('pint' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
