"""A cancer: everything that sets its natural history apart from that of another cancer.

Organ terms that all cancers share (flow, arrest, soil, lethal burden) belong to the body, and what a driver
does belongs to the driver; here stand the cancer's own growth, spread, colonisation, dormancy and hosts.
"""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from paget.model.free import FREE_MAX, Free
from paget.model.layout import MAX_DRIVERS
from paget.model.measure import WIDEST, Cells, Factor, Measure, PerDivision, PerYear, Share
from paget.model.names import Cavity, EntryId, Organ
from paget.model.quantity import Frozen, Number, Quantity, Sourced, broken_rule
from paget.model.units import ONE

Affinity = Annotated[Quantity, Measure(ONE, least=0.0, explained=True)]
FASTEST_DAY = 0.5
"""No tumour doubles faster than its cells could divide without loss; the engine's steps cannot follow one that did."""


class Patients(Frozen):
    """Who gets the cancer."""

    female_share: Share = Field(description="share of patients who are female")
    age_at_diagnosis: Annotated[Quantity, Measure("year", above=0.0, most=120.0, law="normal")] = Field(
        description="age at which the cancer is usually found",
    )


class Growth(Frozen):
    """How lesions grow."""

    doubling_time: Annotated[Quantity, Measure("day", least=FASTEST_DAY, law="lognormal")] = Field(
        description="volume doubling time of the primary at 1 cm",
    )
    metastasis_doubling_time: Annotated[Quantity, Measure("day", least=FASTEST_DAY)] = Field(
        description="volume doubling time of a metastasis at 1 cm",
    )
    cell_loss: Annotated[Quantity, Measure(ONE, least=0.0, most=0.999)] = Field(description="deaths per birth")
    capacity: Cells = Field(description="size that a primary with vessels tends to")
    metastasis_capacity: Cells = Field(description="size that a metastasis with vessels tends to")
    cell_density: Annotated[Quantity, Measure("cell/cm**3", above=0.0)] = Field(description="cells per volume")
    diameter_at_diagnosis: Annotated[Quantity, Measure("mm", least=0.1, most=1000.0)] = Field(
        description="diameter of the primary when it is usually found",
    )


class Dissemination(Frozen):
    """How cells leave a lesion, and by which way."""

    shedding: Annotated[Quantity, Measure("cell/day", least=0.0, law="lognormal")] = Field(
        description="cells shed by a lesion of 1e9 cells",
    )
    size_exponent: Factor = Field(description="power of size by which shedding grows")
    growth_correlation: Annotated[Quantity, Measure(ONE, least=-1.0, most=1.0)] = Field(
        description="correlation of log growth and log shedding between patients",
    )
    lymph_share: Share = Field(description="share of shed cells that enter lymph")
    cluster_share: Share = Field(description="share of shedding events that are clusters")
    vertebral_share: Share = Field(description="share of the primary's venous blood that takes the vertebral plexus")
    cavity_share: dict[Cavity, Share] = Field(default={}, description="share of shed cells that enter a cavity")

    @model_validator(mode="after")
    def _shares_fit(self) -> Self:
        total = self.lymph_share.value + sum(share.value for share in self.cavity_share.values())
        if total > 1.0:
            raise broken_rule(
                "Lymph and cavities together take {total} of the shed cells.",
                total=total,
                allowed="lymph_share plus every cavity_share at most 1; the rest enters blood",
                fix="lower one of them",
            )
        return self


class Colonisation(Frozen):
    """How well arrested cells take in a new organ."""

    efficiency: Share = Field(description="survivors per extravasated cell in soil of 1")
    soil_variation: Annotated[Quantity, Measure(ONE, least=0.0, most=WIDEST)] = Field(
        description="lognormal sigma of a patient's own soil per organ"
    )
    affinity: dict[Organ, Affinity] = Field(default={}, description="factor on the organ's soil for this cancer")


class Dormancy(Frozen):
    """Sleep of deposits."""

    share: Share = Field(description="share of surviving deposits that fall asleep")
    waking_rate: PerYear = Field(description="rate at which a sleeper wakes")
    loss_rate: PerYear = Field(description="rate at which a sleeper is lost")


class Vessels(Frozen):
    """Recruitment of vessels."""

    switch_rate: PerYear = Field(description="rate of recruiting vessels at the avascular capacity")


class Immunity(Frozen):
    """Immune pressure on small lesions."""

    pressure: Annotated[Quantity, Measure(ONE, least=0.0, law="lognormal")] = Field(
        description="immune killing per net growth of a metastasis",
    )


class Host(Frozen):
    """What the cancer does to its host."""

    frailty: Annotated[Quantity, Measure(ONE, above=0.0, law="lognormal")] = Field(
        description="factor on the burden that the host feels: at 2, half of a burden does the same harm",
    )
    primary_lethal_burden: Cells = Field(description="burden of the primary's organ at half of its peak hazard")


class CancerDriver(Frozen):
    """A driver that this cancer can carry."""

    id: EntryId = Field(description="name of the driver's entry")
    prevalence: Share = Field(description="share of primaries whose founder already carries it")
    rate: PerDivision | None = Field(
        default=None, description="chance per division, where it differs from the driver's"
    )


class ExpectedRange(Sourced):
    """A range that a run of the entry must fall in, and where it comes from; its unit stands in the key."""

    most: ClassVar[float] = math.inf
    low: Number = Field(description="lower end")
    high: Number = Field(description="upper end")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not 0.0 <= self.low <= self.high <= self.most:
            raise broken_rule(
                "{low} to {high} is not a range.",
                low=self.low,
                high=self.high,
                allowed=f"0 <= low <= high{'' if math.isinf(self.most) else f' <= {self.most:g}'}",
                fix="correct the ends",
            )
        return self


class ExpectedShare(ExpectedRange):
    """A range of a share of patients."""

    most: ClassVar[float] = 1.0


class ExpectedSites(Sourced):
    """Organs in the order of how often a run must reach them, and where that order comes from."""

    organs: tuple[Organ, ...] = Field(description="organs, the most frequent first")


class Expect(Frozen):
    """What a run of the entry must give; a test holds it to that."""

    doubling_time_day: ExpectedRange = Field(description="range of the primary's doubling time, days")
    untreated_survival_month: ExpectedRange = Field(description="range of median survival from 1 cm, untreated, months")
    main_sites: ExpectedSites = Field(description="organs that metastases reach most often, first first")
    ever_spread_share: ExpectedShare = Field(
        description="range of the share with a detectable metastasis at death, untreated"
    )


class Cancer(Frozen):
    """One cancer of the catalogue."""

    id: EntryId = Field(description="name of the entry")
    name: str = Field(min_length=1, description="name for people")
    organ: Organ = Field(description="organ in which the primary grows")
    presents_like: EntryId | None = Field(
        default=None, description="cancer whose symptoms, work-up and staging it shares; none where it has its own"
    )
    summary: str = Field(min_length=1, description="what sets it apart, in two sentences")
    population: Patients = Field(description="who gets it")
    growth: Growth = Field(description="growth")
    spread: Dissemination = Field(description="shedding and ways out")
    colonisation: Colonisation = Field(description="taking in a new organ")
    dormancy: Dormancy = Field(description="sleep of deposits")
    vessels: Vessels = Field(description="recruitment of vessels")
    immunity: Immunity = Field(description="immune pressure")
    host: Host = Field(description="effect on the host")
    drivers: tuple[CancerDriver, ...] = Field(default=(), max_length=MAX_DRIVERS, description="drivers, at most 12")
    free: tuple[Free, ...] = Field(
        default=(), max_length=FREE_MAX, description="numbers that calibration may move, at most 8"
    )
    expect: Expect = Field(description="ranges that it must meet")

    @model_validator(mode="after")
    def _free_once(self) -> Self:
        keys = [free.key for free in self.free]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise broken_rule(
                "The number {twice} is free twice.",
                twice=twice[0],
                key="free",
                allowed="each number once",
                fix="remove one of them",
            )
        return self

    @model_validator(mode="after")
    def _drivers_once(self) -> Self:
        ids = [driver.id for driver in self.drivers]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise broken_rule(
                "The driver {twice} is listed twice.",
                twice=twice[0],
                key="drivers",
                allowed="each driver once",
                fix="remove one of them",
            )
        return self
