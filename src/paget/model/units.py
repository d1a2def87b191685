"""Units of catalogue numbers: the one place where pint is used, and only when it must be.

An entry that already speaks the canonical unit of its field needs no conversion, and pint (half a second
to import) is not loaded. Cells and divisions are dimensions of their own, so that a rate per cell cannot
pass for a rate.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pydantic_core import PydanticCustomError

if TYPE_CHECKING:
    import pint

ONE = "1"
"""The unit of pure numbers: shares, ratios, exponents."""

_SAME_AS_ONE = ("", ONE, "dimensionless")
FREQUENT = {("L", "mL"): 1_000.0, ("hour", "day"): 1.0 / 24.0, ("minute", "day"): 1.0 / 1_440.0}
"""Conversions that built-in entries ask for; with them at hand a run need not load the library of units (0.6 s)."""


def factor(unit: str, canonical: str) -> float:
    """Return the number by which a value in `unit` is multiplied to be in `canonical`.

    Parameters
    ----------
    unit
        Unit as written by the author of an entry, for example ``week`` or ``1/month``.
    canonical
        Unit of the field.

    Returns
    -------
    float
        The factor; exactly 1.0 where both texts are the same.

    Raises
    ------
    PydanticCustomError
        Of type ``unit`` when the text is no unit or measures something else; the loader turns it into a
        `paget.errors.UnitError` with file and key.
    """
    if unit == canonical or (canonical == ONE and unit in _SAME_AS_ONE):
        return 1.0
    known = FREQUENT.get((unit, canonical))
    return _converted(unit, canonical) if known is None else known


@cache
def _converted(unit: str, canonical: str) -> float:
    import pint

    registry = _registry()
    try:
        written = registry.Quantity(1.0, registry.parse_units(unit))
    except Exception as error:  # pint lets errors of many kinds through from its tokeniser
        raise _fault("'{unit}' is not a unit.", unit, canonical) from error
    try:
        return float(written.to(registry.parse_units(canonical)).magnitude)
    except (pint.DimensionalityError, pint.OffsetUnitCalculusError) as error:
        raise _fault("The unit '{unit}' does not fit this number.", unit, canonical) from error


@cache
def _registry() -> pint.UnitRegistry[float]:
    import pint

    registry: pint.UnitRegistry[float] = pint.UnitRegistry()
    registry.define("cell = [cell]")
    registry.define("division = [division]")
    return registry


def _fault(text: str, unit: str, canonical: str) -> PydanticCustomError:
    allowed = (
        "a pure number (unit '1' or 'percent')" if canonical == ONE else f"{canonical!r}, or a unit of the same kind"
    )
    fix = f"give the value in {canonical!r}"
    return PydanticCustomError("unit", text, {"unit": unit, "allowed": allowed, "fix": fix})
