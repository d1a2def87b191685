"""What the outside does: EFFECT rows as objects, and the sums and products that the processes ask for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from paget.model.layout import ANY, EFFECT_KINDS, PRIMARY, PROCESSES


@dataclass(frozen=True)
class Place:
    """Where something happens: an organ, and the lesion if it is one."""

    organ: int
    is_primary: bool = False
    key: int = 0


@dataclass(frozen=True)
class Effect:
    """One EFFECT row; the fields are those of the layout, codes replaced by names."""

    kind: str
    organ: int
    lesion_key: int
    trait: int
    process: str
    decays: bool
    on_day: float
    off_day: float
    magnitude: float
    half_life_day: float

    def touches(self, place: Place) -> bool:
        """Whether the selectors match a place."""
        if self.lesion_key not in (0, place.key):
            return False
        if self.organ == PRIMARY:
            return place.is_primary
        return self.organ in (ANY, place.organ)

    def weight(self, traits: Sequence[float]) -> float:
        """Return how strongly the clone feels it: its trait, if the effect selects one."""
        return 1.0 if self.trait == ANY else traits[self.trait]

    def leaves(self, traits: Sequence[float]) -> float:
        """Return the fraction of a clone that it leaves, if it is a cull: the trait multiplies the log kill."""
        return float(self.magnitude ** self.weight(traits))

    def overlap(self, a: float, b: float) -> float:
        """Return the share of days a to b that lies in the effect's time."""
        return max(0.0, min(b, self.off_day) - max(a, self.on_day)) / max(b - a, 1e-12)

    def presence(self, a: float, b: float) -> float:
        """Return the mean over days a to b of what is left of the effect, 1 being its full magnitude."""
        start, stop = max(a, self.on_day), min(b, self.off_day)
        if stop <= start or b <= a:
            return 0.0
        if not self.decays:
            return (stop - start) / (b - a)
        rate = math.log(2.0) / self.half_life_day
        left = [math.exp(-rate * (day - self.on_day)) for day in (start, stop)]
        return (left[0] - left[1]) / (rate * (b - a))

    def switches(self) -> tuple[float, ...]:
        """Return the days on which something changes: that of a cull, or the first and last of some time."""
        if self.kind == "cull":
            return (self.on_day,)
        return (self.on_day, self.off_day) if self.on_day < self.off_day else ()

    def is_on(self, day: float) -> bool:
        """Whether the effect lasts on a day."""
        return self.on_day <= day < self.off_day


@dataclass(frozen=True)
class Outside:
    """All effects on one patient."""

    effects: tuple[Effect, ...] = ()

    def of_kind(self, kind: str, place: Place) -> list[Effect]:
        """Return the effects of a kind that touch a place."""
        return [e for e in self.effects if e.kind == kind and e.touches(place)]

    def deaths(self, place: Place, traits: Sequence[float], a: float, b: float, kind: str = "add_death") -> float:
        """Return deaths per cell and day that are added."""
        return sum(
            (e.weight(traits) * (e.magnitude * e.presence(a, b)) for e in self.of_kind(kind, place)),
            start=0.0,
        )

    def factor(self, process: str, place: Place, traits: Sequence[float], a: float, b: float) -> float:
        """Return the factor on a process."""
        product = 1.0
        for e in self.of_kind("scale_process", place):
            if e.process == process and e.overlap(a, b) > 0.0:
                share = e.presence(a, b) if e.decays else e.overlap(a, b)
                product *= max(0.0, 1.0 + e.weight(traits) * share * (e.magnitude - 1.0))
        return product

    def left(self, place: Place, traits: Sequence[float], day: float) -> float:
        """Return the fraction of a clone that the culls of a day leave."""
        product = 1.0
        for e in self.of_kind("cull", place):
            if e.on_day == day:
                product *= e.leaves(traits)
        return product

    def next_cut(self, place: Place, after: float, end: float) -> float:
        """Return the next day on which an effect on a lesion switches, or `end`."""
        kinds = ("add_death", "add_small_death", "scale_process", "cull")
        mine = [e for kind in kinds for e in self.of_kind(kind, place)]
        return min([end, *(day for e in mine for day in e.switches() if after < day)])

    def next_switch(self, after: float, end: float) -> float:
        """Return the next day on which any effect switches, or `end`."""
        return min([end, *(day for e in self.effects for day in e.switches() if after < day)])

    def host_hazard(self, day: float) -> float:
        """Return deaths per patient and day that effects cause."""
        total = 0.0
        for e in self.effects:
            if e.kind == "host_hazard" and e.is_on(day):
                total += e.magnitude * (0.5 ** ((day - e.on_day) / e.half_life_day) if e.decays else 1.0)
        return total

    def reserve(self, organ: int, day: float) -> float:
        """Return the factor on an organ's reserve."""
        held = [e for e in self.effects if e.kind == "host_reserve" and e.is_on(day) and e.organ in (ANY, organ)]
        return math.prod(e.magnitude for e in held)


def read_effects(rows: Sequence[dict[str, float]]) -> Outside:
    """Return the effects that layout.EFFECT rows, as dictionaries, stand for."""
    return Outside(
        tuple(
            Effect(
                kind=EFFECT_KINDS[int(row["kind"])],
                organ=int(row["organ"]),
                lesion_key=int(row["lesion_key"]),
                trait=int(row["trait"]),
                process=PROCESSES[int(row["process"])],
                decays=row["shape"] == 1,
                on_day=row["on_day"],
                off_day=row["off_day"],
                magnitude=row["magnitude"],
                half_life_day=row["half_life_day"],
            )
            for row in rows
        )
    )
