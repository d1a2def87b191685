"""Free numbers as coordinates from 0 to 1, so that a fit knows nothing of units.

A number that can be no more than 1 is moved on the logit scale, any other on the scale of its logarithm; one whose
bounds reach 0 or below, or 1, as it is. In a group of cancers, a number that all of them free is one coordinate:
it places each of them alike within its own bounds, since the figures of a group do not tell its members apart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from paget.catalogue.numbers import stated
from paget.catalogue.places import measure_at
from paget.catalogue.settings import settable
from paget.errors import EntryError, SettingError, nearest
from paget.model.cancer import Cancer
from paget.model.units import ONE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from paget.model.free import Free, FreeStage

WIDTH = ".sigma"
"""Ending of a key that stands for the width of a spread."""

DIGITS = 6
"""Digits to which a value is set: more than any figure tells."""

Scale = Literal["log", "logit", "linear"]


@dataclass(frozen=True)
class Place:
    """A free number of one cancer.

    Parameters
    ----------
    cancer
        The cancer.
    low, high
        Its bounds, in `unit`.
    scale
        The scale on which it moves evenly.
    stated
        The value that the catalogue states.
    unit
        Its unit.
    """

    cancer: str
    low: float
    high: float
    scale: Scale
    stated: float
    unit: str

    def value(self, share: float) -> float:
        """Return the value at a coordinate from 0 to 1."""
        low, high = self._moved(self.low), self._moved(self.high)
        at = low + share * (high - low)
        if self.scale == "log":
            at = math.exp(at)
        elif self.scale == "logit":
            at = 1.0 / (1.0 + math.exp(-at))
        return min(max(at, self.low), self.high)

    def share(self, value: float) -> float:
        """Return the coordinate of a value."""
        low, high = self._moved(self.low), self._moved(self.high)
        return (self._moved(value) - low) / (high - low)

    def _moved(self, value: float) -> float:
        if self.scale == "log":
            return math.log(value)
        return math.log(value / (1.0 - value)) if self.scale == "logit" else value


@dataclass(frozen=True)
class Axis:
    """A coordinate of a fit: one number of one cancer, or the same number of several.

    Parameters
    ----------
    key
        Dotted key.
    stage
        When it acts.
    places
        The number in each cancer.
    """

    key: str
    stage: FreeStage
    places: tuple[Place, ...]

    @property
    def number(self) -> str:
        """Key of the number in the entry, without the cancer that a group puts in front."""
        return self.key.rpartition(":")[2]

    @property
    def stated(self) -> float:
        """Coordinate of what the catalogue states, the mean over its cancers."""
        return sum(place.share(place.stated) for place in self.places) / len(self.places)


def axes_of(cancers: Sequence[Cancer]) -> tuple[Axis, ...]:
    """Return the coordinates of some cancers that are fitted together.

    Parameters
    ----------
    cancers
        The cancers.

    Raises
    ------
    SettingError
        If none of them frees a number.
    EntryError
        If a free number is unknown, or its stated value lies outside its bounds.
    """
    found: dict[str, Axis] = {}
    for key in dict.fromkeys(free.key for cancer in cancers for free in cancer.free):
        having = [(cancer, free) for cancer in cancers for free in cancer.free if free.key == key]
        places = tuple(_place(cancer, free) for cancer, free in having)
        if len(having) == len(cancers):
            found[key] = Axis(key, having[0][1].stage, places)
            continue
        for (cancer, free), place in zip(having, places, strict=True):
            name = f"{cancer.id}:{key}"
            found[name] = Axis(name, free.stage, (place,))
    if not found:
        names = " or ".join(cancer.id for cancer in cancers)
        raise SettingError(
            f"No number of {names} is free.",
            value=names,
            allowed="a cancer whose entry lists numbers under [[free]]",
            fix="add [[free]] to its entry, with key, stage, low, high and why",
        )
    return tuple(found.values())


def settings_at(axes: Sequence[Axis], at: np.ndarray, cancer: str) -> dict[str, str]:
    """Return what to set in a cancer at a point.

    Parameters
    ----------
    axes
        The coordinates.
    at : ndarray of float64, shape (D,)
        The point, each coordinate from 0 to 1.
    cancer
        Which cancer.

    Returns
    -------
    dict
        Values with their units by key, as `paget.simulate` takes them.
    """
    return {
        axis.number: f"{place.value(float(share)):.{DIGITS}g} {'' if place.unit == ONE else place.unit}".strip()
        for axis, share in zip(axes, at, strict=True)
        for place in axis.places
        if place.cancer == cancer
    }


def _place(cancer: Cancer, free: Free) -> Place:
    key = free.key.removesuffix(WIDTH)
    quantity = {each.key: each.quantity for each in stated(cancer)}.get(key)
    if quantity is None:
        raise _fault(cancer, free, "names no number that the entry states", nearest(key, settable(cancer)))
    is_width = key != free.key
    value = quantity.sigma if is_width else quantity.value
    if not free.low <= value <= free.high:
        raise _fault(cancer, free, f"is {value:g} in the entry, outside its bounds, {free.low:g} to {free.high:g}")
    parts = key.split(".")
    # The model's walk numbers the items of a list, where keys name them.
    measure = measure_at(Cancer, [parts[0], "0", *parts[2:]] if parts[0] == "drivers" else parts)
    share_like = not is_width and measure is not None and measure.most is not None and measure.most <= 1.0
    scale: Scale = "linear" if free.low <= 0.0 else "log"
    if share_like and scale == "log":
        scale = "logit" if free.high < 1.0 else "linear"
    return Place(cancer.id, free.low, free.high, scale, value, ONE if is_width else quantity.unit)


def _fault(cancer: Cancer, free: Free, what: str, meant: str | None = None) -> EntryError:
    return EntryError(
        f"A free number of {cancer.id} {what}.",
        key=f"free: {free.key}",
        allowed="a key that `paget show " + cancer.id + "` prints, its value within low and high",
        meant=meant,
        fix="correct the key or the bounds",
    )
