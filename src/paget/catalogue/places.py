"""What stands at a place in a model: its keys, its measure, its description.

A place is a run of keys that leads down from a model; numbers of list items and keys of mappings count.
"""

from __future__ import annotations

import types
from collections.abc import Iterable
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from paget.model.measure import Measure
from paget.model.quantity import Quantity


def keys_at(model: type[BaseModel], places: Iterable[str]) -> tuple[str, ...]:
    """Return the keys that are known at a place in a model.

    Parameters
    ----------
    model
        The model of the whole entry.
    places
        Keys that lead to the place; numbers of list items and keys of mappings count.
    """
    found, _ = _walk(model, places)
    return tuple(found.model_fields) if isinstance(found, type) and issubclass(found, BaseModel) else ()


def measure_at(model: type[BaseModel], places: Iterable[str]) -> Measure | None:
    """Return what the number at a place measures, or None where there is no number."""
    found, metadata = _walk(model, places)
    if found is not Quantity:
        return None
    return next((item for item in metadata if isinstance(item, Measure)), None)


def description_at(model: type[BaseModel], places: Iterable[str]) -> str:
    """Return the short description of the field at a place."""
    *above, key = places
    found, _ = _walk(model, above)
    if isinstance(found, type) and issubclass(found, BaseModel) and key in found.model_fields:
        return found.model_fields[key].description or ""
    return description_at(model, above) if above else ""


def _walk(model: type[BaseModel], places: Iterable[str]) -> tuple[object, list[Any]]:
    found: object = model
    metadata: list[Any] = []
    for place in places:
        if isinstance(found, type) and issubclass(found, BaseModel):
            field = found.model_fields.get(place)
            if field is None:
                return None, []
            found, metadata = _bare(field.annotation, list(field.metadata))
        elif get_origin(found) is dict:
            found, metadata = _bare(get_args(found)[1], [])
        elif get_origin(found) is tuple:
            found, metadata = _bare(get_args(found)[0], [])
        else:
            return None, []
    return found, metadata


def _bare(annotation: object, metadata: list[Any]) -> tuple[object, list[Any]]:
    """Strip Annotated and None from a type, keeping the metadata."""
    while get_origin(annotation) in (Annotated, Union, types.UnionType):
        if get_origin(annotation) is Annotated:
            annotation, *more = get_args(annotation)
            metadata = [*metadata, *more]
        else:
            annotation = next(part for part in get_args(annotation) if part is not types.NoneType)
    return annotation, metadata
