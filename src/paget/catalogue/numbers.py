"""A walk over every number of an entry, each with its dotted key and its short description."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel

from paget.model.quantity import Quantity, Sourced


@dataclass(frozen=True)
class Stated:
    """A sourced number, or table of numbers, at its place in an entry.

    Parameters
    ----------
    key
        Dotted key, as `paget run --set` and `override` take it.
    description
        What it is.
    sourced
        The number with its source.
    """

    key: str
    description: str
    sourced: Sourced

    @property
    def quantity(self) -> Quantity | None:
        """The number, or None where it is a table of numbers."""
        return self.sourced if isinstance(self.sourced, Quantity) else None


def stated(entry: BaseModel, prefix: str = "", about: str = "") -> Iterator[Stated]:
    """Yield every sourced number of an entry, in the order of its fields.

    Parameters
    ----------
    entry
        Any object of the vocabulary.
    prefix
        Dotted key of the entry itself, with a final dot.
    about
        Description of the entry, for numbers that are described with it.

    Yields
    ------
    Stated
        Key, description and number.
    """
    for name, field in type(entry).model_fields.items():
        own = field.description or ""
        described = f"{about}, {own}" if getattr(entry, "told_with_parent", False) and about else own
        yield from _below(getattr(entry, name), f"{prefix}{name}", described)


def _below(value: object, key: str, description: str) -> Iterator[Stated]:
    if isinstance(value, Sourced):
        yield Stated(key, description, value)
    elif isinstance(value, BaseModel):
        yield from stated(value, f"{key}.", description)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _below(item, f"{key}.{name}", description)
    elif isinstance(value, tuple):
        for position, item in enumerate(value):
            if isinstance(item, BaseModel):
                yield from _below(item, f"{key}.{getattr(item, 'id', position)}", description)
