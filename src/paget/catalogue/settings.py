"""Change numbers of a cancer for one run, as a user says them: `growth.doubling_time = 120 day`.

The result is a cancer like any other, checked by the same rules; a changed number is graded as assumed and
keeps its spread, and its rationale says that the user set it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from paget.catalogue.numbers import Stated, stated
from paget.catalogue.places import measure_at
from paget.catalogue.reading import validated
from paget.errors import EntryError, UnitError, nearest
from paget.model.cancer import Cancer
from paget.model.layout import ORGANS
from paget.model.measure import Measure
from paget.model.quantity import JUDGEMENT, Quantity
from paget.model.units import ONE

SETTINGS = "your settings"
"""What error messages call the place that an override comes from."""

_SPARSE = {"spread.cavity_share": ("peritoneum", "pleura"), "colonisation.affinity": ORGANS}
_WIDTH = ".sigma"
_NUMBER = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*", re.DOTALL)


def override(cancer: Cancer, changes: Mapping[str, str | float | Quantity]) -> Cancer:
    """Return the cancer with some numbers changed.

    Parameters
    ----------
    cancer
        The cancer; it stays as it is.
    changes
        New values by dotted key, as `paget show` prints them. A text holds number and unit,
        ``"120 day"``; a bare number is in the unit of the field. The suffix ``.sigma`` sets the width of
        the spread, 0 for none.

    Returns
    -------
    Cancer
        A new cancer; changed numbers have grade ``assumed`` and source ``paget``.

    Raises
    ------
    EntryError
        Where a key is not known or a value is out of range.
    UnitError
        Where a unit is missing or does not fit.
    """
    if not changes:
        return cancer
    table = cancer.model_dump()
    numbers = {number.key: number for number in stated(cancer) if number.quantity}
    for key, value in sorted(changes.items(), key=lambda change: change[0].endswith(_WIDTH)):
        _set(table, cancer, numbers, key, value)
    return validated(Cancer, table, SETTINGS)


def settable(cancer: Cancer) -> tuple[str, ...]:
    """Return every key of a cancer that `override` takes.

    Parameters
    ----------
    cancer
        The cancer.
    """
    keys = dict.fromkeys(number.key for number in stated(cancer) if number.quantity)
    keys |= dict.fromkeys(f"{place}.{name}" for place, names in _SPARSE.items() for name in names)
    keys |= dict.fromkeys(f"drivers.{driver.id}.rate" for driver in cancer.drivers)
    return tuple(keys)


def _set(
    table: dict[str, Any],
    cancer: Cancer,
    numbers: Mapping[str, Stated],
    key: str,
    value: str | float | Quantity,
) -> None:
    place = key.removesuffix(_WIDTH)
    if place != key and place in numbers:
        _set_width(table, place, value)
        return
    if key not in settable(cancer):
        raise EntryError(
            f"{key!r} is not a number of {cancer.id}.",
            file=SETTINGS,
            key=key,
            value=str(value),
            allowed="a key that `paget show " + cancer.id + "` prints",
            meant=nearest(key, settable(cancer)),
            fix="correct the key",
        )
    before = numbers.get(key)
    spread = before.quantity.spread if before is not None and before.quantity is not None else None
    measure = measure_at(Cancer, _model_places(key))
    new = _quantity(key, value, measure or Measure(ONE))
    new.setdefault("spread", None if spread is None else spread.model_dump())
    parent, name = _parent(table, key)
    parent[name] = new


def _quantity(key: str, value: str | float | Quantity, measure: Measure) -> dict[str, Any]:
    if isinstance(value, Quantity):
        return value.model_dump()
    number, unit = _split(key, value, measure)
    return {
        "value": number,
        "unit": unit,
        "source": JUDGEMENT,
        "grade": "assumed",
        "rationale": "set by the user",
    }


def _split(key: str, value: str | float, measure: Measure) -> tuple[float, str]:
    if not isinstance(value, str):
        return float(value), measure.unit
    match = _NUMBER.fullmatch(value)
    if match is None:
        raise EntryError(
            f"{value!r} is not a number with its unit.",
            file=SETTINGS,
            key=key,
            value=value,
            allowed=measure.bounds,
            fix=f"write {key}={_example(measure)}",
        )
    unit = match[2] or (ONE if measure.unit == ONE else "")
    if not unit:
        raise UnitError(
            f"{value!r} has no unit.",
            file=SETTINGS,
            key=key,
            value=value,
            allowed=f"{measure.unit!r}, or a unit of the same kind",
            fix=f"write {key}={value.strip()}{measure.unit}",
        )
    unit = f"1{unit}" if unit.startswith("/") else unit
    return float(match[1]), "percent" if unit == "%" else unit


def _example(measure: Measure) -> str:
    return "0.5" if measure.unit == ONE else f"100{measure.unit}"


def _set_width(table: dict[str, Any], place: str, value: object) -> None:
    measure = measure_at(Cancer, _model_places(place))
    try:
        sigma = float(str(value))
    except ValueError:
        sigma = -1.0
    if measure is None or measure.law is None or sigma < 0.0:
        varies = measure is not None and measure.law is not None
        raise EntryError(
            f"{value} is not a width." if varies else f"{place} does not vary between patients in the model.",
            file=SETTINGS,
            key=f"{place}{_WIDTH}",
            value=str(value),
            allowed="a number, 0 or more" if varies else "the width of a number that has a spread",
            fix="write 0 for no spread" if varies else "remove this setting",
        )
    parent, name = _parent(table, place)
    spread = {"law": measure.law, "sigma": sigma} if sigma > 0.0 else None
    parent[name] = {
        **parent[name],
        "spread": spread,
        "source": JUDGEMENT,
        "grade": "assumed",
        "targets": (),
        "rationale": "spread set by the user",
    }


def _model_places(key: str) -> tuple[str, ...]:
    """Turn drivers.kras.rate into the place that a model walk understands: drivers, 0, rate."""
    return tuple(
        "0" if position == 1 and key.startswith("drivers.") else part for position, part in enumerate(key.split("."))
    )


def _parent(table: dict[str, Any], key: str) -> tuple[dict[str, Any], str]:
    *above, name = key.split(".")
    parent: Any = table
    for part in above:
        if isinstance(parent, (tuple, list)):
            parent = next(item for item in parent if item["id"] == part)
        else:
            parent = parent[part]
    return parent, name
