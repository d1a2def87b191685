"""What pydantic found wrong, said so that the author of an entry can mend it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from paget.catalogue.places import description_at, keys_at, measure_at
from paget.errors import CatalogueError, EntryError, UnitError, nearest
from paget.model.quantity import GRADES

_FIRST_TOLD = ("extra_forbidden", "unit")
"""A wrong key is told before the missing one that it was meant to be."""

Parts = dict[str, Any]


def told(model: type[BaseModel], faults: Sequence[ErrorDetails], file: object, prefix: str) -> CatalogueError:
    """Return the error that tells the first fault of an entry and counts the others.

    Parameters
    ----------
    model
        What the entry should be.
    faults
        What pydantic found.
    file
        Where the entry stands.
    prefix
        Key of the entry in that file, dotted.
    """
    first = min(faults, key=lambda fault: fault["type"] not in _FIRST_TOLD)
    places = tuple(str(part) for part in first["loc"] if part != "[key]")
    below = str((first.get("ctx") or {}).get("key") or "")
    key = ".".join(part for part in (prefix, *places, below) if part)
    parts = _TOLD_BY.get(first["type"], _otherwise)(model, first, places)
    others = len(faults) - 1
    more = f" (The entry has {others} more {'fault' if others == 1 else 'faults'}.)" if others else ""
    kind = UnitError if first["type"] == "unit" else EntryError
    return kind(f"{parts.pop('fault')}{more}", file=file, key=key or None, **parts)


def _own_rule(_model: type[BaseModel], fault: ErrorDetails, _places: tuple[str, ...]) -> Parts:
    context = {name: str(value) for name, value in (fault.get("ctx") or {}).items()}
    value = context.get("unit") or context.get("value") or context.get("name")
    told_too = {name: context.get(name) or None for name in ("allowed", "meant", "fix")}
    return {"fault": fault["msg"], "value": value, **told_too}


def _unknown_key(model: type[BaseModel], fault: ErrorDetails, places: tuple[str, ...]) -> Parts:
    allowed = keys_at(model, places[:-1])
    return {
        "fault": f"{places[-1]!r} is not a key that is known here.",
        "value": None if isinstance(fault["input"], Mapping) else repr(fault["input"]),
        "allowed": allowed,
        "meant": nearest(places[-1], allowed),
        "fix": "correct the key or remove it",
    }


def _missing(model: type[BaseModel], _fault: ErrorDetails, places: tuple[str, ...]) -> Parts:
    key = places[-1]
    if key == "source":
        return {
            "fault": "This number has no source.",
            "allowed": "the key of a source in sources/*.toml, or 'paget' for our own judgement",
            "fix": 'add source = "..."; for a judgement: source = "paget", grade = "assumed" and a rationale',
        }
    if key == "grade":
        return {"fault": "This number has no grade.", "allowed": GRADES, "fix": 'add grade = "..."'}
    measure = measure_at(model, places)
    form = f'value, unit = "{measure.unit}", source and grade' if measure else ""
    description = description_at(model, places)
    return {
        "fault": f"The key {key!r} is missing{f' ({description})' if description else ''}.",
        "allowed": f"{measure.bounds}, with its source" if measure else None,
        "fix": f"add [{'.'.join(places)}] with {form}" if measure else f"add {key}",
    }


def _unknown_word(_model: type[BaseModel], fault: ErrorDetails, _places: tuple[str, ...]) -> Parts:
    expected = str((fault.get("ctx") or {}).get("expected", ""))
    allowed = [word.strip("' ") for word in expected.replace(" or ", ", ").split(",")]
    return {
        "fault": f"{fault['input']!r} is not one of the words that are known here.",
        "value": fault["input"],
        "allowed": [word or '""' for word in allowed],
        "meant": nearest(str(fault["input"]), allowed),
        "fix": "use one of the allowed words",
    }


def _too_many(_model: type[BaseModel], fault: ErrorDetails, _places: tuple[str, ...]) -> Parts:
    context = fault.get("ctx") or {}
    return {
        "fault": f"There are {context['actual_length']} entries here.",
        "allowed": f"at most {context['max_length']}",
        "fix": "keep those that matter most",
    }


def _otherwise(_model: type[BaseModel], fault: ErrorDetails, _places: tuple[str, ...]) -> Parts:
    """Tell any other fault in pydantic's own words."""
    rule = re.sub(r"^\w+ should ", "", fault["msg"])
    value = None if isinstance(fault["input"], Mapping) else repr(fault["input"])
    return {"fault": f"This value should {rule}.", "value": value, "fix": "correct the value"}


def _not_a_table(model: type[BaseModel], fault: ErrorDetails, places: tuple[str, ...]) -> Parts:
    measure = measure_at(model, places)
    value = repr(fault["input"])
    if measure is None:
        return {
            "fault": "A table is expected here.",
            "value": value,
            "fix": f"write [{'.'.join(places)}] and its keys below",
        }
    return {
        "fault": "A bare value is not enough: every number says its unit, source and grade.",
        "value": value,
        "allowed": f"{measure.bounds}, with its source",
        "fix": f'write {{ value = ..., unit = "{measure.unit}", source = "...", grade = "..." }}',
    }


_TOLD_BY: dict[str, Callable[[type[BaseModel], ErrorDetails, tuple[str, ...]], Parts]] = {
    "rule": _own_rule,
    "unit": _own_rule,
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "model_type": _not_a_table,
    "model_attributes_type": _not_a_table,
    "literal_error": _unknown_word,
    "too_long": _too_many,
}
