"""A therapy: by which mechanisms it acts, on what schedule, on whose tumours, and what it costs the patient.

A therapy is a product and no policy: who gets it and when is told by a protocol. A regimen of several drugs that are
given together is one therapy with one act a drug. Every act lowers to EFFECT rows (`care/mechanisms`), so the engine
knows nothing of it. Rates are those of a patient of median response at full dose.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from paget.model import layout
from paget.model.measure import Factor, Measure, PositiveFactor, Share
from paget.model.names import EntryId, OneOf, Organ, Trait
from paget.model.quantity import Frozen, Quantity, broken_rule
from paget.model.units import ONE

Kind = Literal[
    "surgery",
    "radiation",
    "cytotoxic",
    "hormonal",
    "targeted",
    "antiangiogenic",
    "checkpoint",
    "cell_therapy",
    "radionuclide",
    "bone_agent",
    "blocker",
    "supportive",
]
LOCAL = ("surgery", "radiation")
"""Kinds that act on the lesions they are aimed at, and not on the whole body."""

Site = Literal["primary", "nodes", "metastases", "symptomatic"]
"""What a local act is aimed at: the primary, regional nodes, metastases that were found, or places that hurt."""

Process = Annotated[str, AfterValidator(OneOf("a process", layout.PROCESSES))]
Days = Annotated[Quantity, Measure("day", above=0.0)]
Varying = Annotated[Quantity, Measure(ONE, least=0.0, law="lognormal")]
VaryingPerDay = Annotated[Quantity, Measure("1/day", least=0.0, law="lognormal")]


class Kill(Frozen):
    """Adds deaths to tumour cells: dN/dt = -k s N, with s the clone's sensitivity.

    `rate` is k itself. `multiple` gives k as a multiple of the growth rate of the patient's small metastases: what
    kills dividing cells kills fast tumours faster (Norton and Simon 1977). `small` adds deaths in small metastases,
    nearly all of whose cells divide; they fade with size as immune pressure does, and do not fade with time.
    """

    act: Literal["kill"]
    rate: VaryingPerDay | None = Field(default=None, description="deaths per cell and day (1/day)")
    multiple: Varying | None = Field(default=None, description="the same as a multiple of growth of small lesions")
    small: Varying | None = Field(
        default=None, description="deaths in metastases too small to be seen beside these, as a multiple of growth"
    )
    sensitivity: Trait | None = Field(default=None, description="trait of a clone that the effect is multiplied by")
    organs: tuple[Organ, ...] = Field(default=(), description="organs it acts in; empty for all")
    reach: dict[Organ, Share] = Field(default={}, description="share of the effect in organs that it reaches badly")
    half_life: Days | None = Field(default=None, description="time in which the effect halves; lasting if absent")
    delay: Days | None = Field(default=None, description="time from the start until it acts; at once if absent")
    cancers: dict[EntryId, PositiveFactor] = Field(
        default={}, description="factor on the effect in cancers that feel it more or less than others"
    )

    @model_validator(mode="after")
    def _one_rate(self) -> Self:
        if (self.rate is None) == (self.multiple is None):
            raise broken_rule(
                "A kill has a rate or a multiple, and not both.",
                key="rate",
                allowed="one of rate (1/day) and multiple (of growth)",
                fix="remove one of them, or add the one that is missing",
            )
        return self


class Scale(Frozen):
    """Multiplies a process of the cascade: factor f becomes 1 + s (f - 1), with s the clone's sensitivity."""

    act: Literal["scale"]
    process: Process = Field(description="which process")
    factor: Varying = Field(description="factor at full dose")
    sensitivity: Trait | None = Field(default=None, description="trait of a clone that the effect is multiplied by")
    organs: tuple[Organ, ...] = Field(default=(), description="organs it acts in; empty for all")
    half_life: Days | None = Field(default=None, description="time in which the effect halves; lasting if absent")
    delay: Days | None = Field(default=None, description="time from the start until it acts; at once if absent")
    gains: dict[str, PositiveFactor] = Field(
        default={}, description="factor on the effect (on f - 1) in tumours that truly have a biomarker"
    )
    responsive: Share | None = Field(
        default=None, description="share of patients in whom it acts at all, where the reason is unknown"
    )


class Resect(Frozen):
    """Removes lesions: wholly, or up to a margin that is not clear."""

    act: Literal["resect"]
    site: Site = Field(description="what is removed")
    complete: Share = Field(description="chance that nothing is left")
    left: Annotated[Quantity, Measure(ONE, above=0.0, most=1.0)] = Field(
        description="share of cells left where the margin is not clear"
    )
    most: Annotated[int, Field(ge=1, le=20)] = Field(default=5, description="metastases removed at most")


class Irradiate(Frozen):
    """Radiation: surviving fraction exp(-s n (alpha d + beta d**2)) of n fractions of d Gy (linear-quadratic)."""

    act: Literal["irradiate"]
    site: Site = Field(description="what is irradiated")
    fractions: Annotated[int, Field(ge=1, le=60)] = Field(description="number of fractions")
    dose: Annotated[Quantity, Measure("gray", above=0.0)] = Field(description="dose of one fraction")
    alpha: Annotated[Quantity, Measure("1/gray", above=0.0, law="lognormal")] = Field(description="linear term")
    beta: Annotated[Quantity, Measure("1/gray**2", least=0.0)] = Field(description="quadratic term")
    hypoxic: Share = Field(description="share of the log kill that is lost to hypoxia, repair and repopulation")
    sensitivity: Trait | None = Field(default=None, description="trait of a clone that the log kill is multiplied by")
    most: Annotated[int, Field(ge=1, le=20)] = Field(default=5, description="metastases irradiated at most")
    organs: tuple[Organ, ...] = Field(default=(), description="organs in which lesions are irradiated; empty for all")
    whole: bool = Field(default=False, description="whether the organs are irradiated as a whole, seen lesions or not")


class Protect(Frozen):
    """Multiplies the reserve of organs, as bone agents do in bone."""

    act: Literal["protect"]
    organs: tuple[Organ, ...] = Field(default=(), description="organs; empty for all")
    factor: PositiveFactor = Field(description="factor on what the organ can bear")


class Relieve(Frozen):
    """Relieves symptoms or prevents toxicity, without touching the tumour."""

    act: Literal["relieve"]
    symptoms: Share = Field(description="share of the loss of utility by symptoms that it takes away")
    organs: tuple[Organ, ...] = Field(default=(), description="places it relieves; empty for all")
    toxicities: dict[EntryId, Share] = Field(default={}, description="share of a toxicity's events that it prevents")
    onset: Share | None = Field(default=None, description="factor on the hazard of new symptoms in these places")


Act = Annotated[Kill | Scale | Resect | Irradiate | Protect | Relieve, Field(discriminator="act")]


class Schedule(Frozen):
    """How long a therapy is given."""

    cycle: Days = Field(description="length of a cycle; of the whole treatment where there is one")
    cycles: Annotated[int, Field(ge=1, le=200)] | None = Field(
        default=None, description="cycles planned; until it fails or is not borne if absent"
    )
    visits: Factor = Field(description="days a cycle on which the patient is at the clinic")

    @property
    def planned_day(self) -> float:
        """Days from start to planned end; infinite where it goes on."""
        return float("inf") if self.cycles is None else self.cycle.value * self.cycles


class Toxicity(Frozen):
    """One unwanted effect: how often, how bad, when, for how long, and what is done about it."""

    id: EntryId = Field(description="name of the effect, such as neutropenia, neuropathy, fatigue")
    name: str = Field(min_length=1, description="name for people")
    mild: Share = Field(description="share of patients with grade 1 or 2 and no worse")
    severe: Share = Field(description="share of patients with grade 3 or worse")
    onset: Annotated[Quantity, Measure("day", above=0.0, law="lognormal")] = Field(description="median time to onset")
    lasts: Days = Field(description="how long it lasts")
    loss: Share = Field(description="loss of utility while it lasts at grade 3; a quarter of it at grade 1 or 2")
    then: Literal["none", "delay", "reduce", "stop"] = Field(
        default="none", description="what is done with the therapy at grade 3 or worse"
    )


class Therapy(Frozen):
    """One therapy of the catalogue."""

    id: EntryId = Field(description="name of the entry")
    name: str = Field(min_length=1, description="name for people")
    summary: str = Field(min_length=1, description="what it is and how it acts")
    kind: Kind = Field(description="class of therapy")
    research: bool = Field(default=False, description="whether it exists only as an effect on one step")
    target: tuple[str, ...] = Field(
        default=(), description="alterations or biomarkers of which the tumour must truly have one for it to act"
    )
    lacking: tuple[str, ...] = Field(default=(), description="alterations of which one makes it powerless")
    off_target: Share | None = Field(default=None, description="share of the effect where the target is not there")
    schedule: Schedule = Field(description="how long it is given")
    acts: tuple[Act, ...] = Field(min_length=1, description="what it does")
    toxicities: tuple[Toxicity, ...] = Field(default=(), description="what it costs the patient")
    death: Share = Field(description="share of patients whom it kills: over 30 days if local, over 180 if systemic")
    fitness: Annotated[int, Field(ge=0, le=4)] = Field(default=4, description="worst performance status that bears it")

    @model_validator(mode="after")
    def _target_fits(self) -> Self:
        if (self.off_target is None) != (not self.target and not self.lacking):
            raise broken_rule(
                "off_target says what is left of the effect where the target is missing.",
                key="off_target",
                allowed="with target or lacking only",
                fix="add the target, or remove off_target",
            )
        return self

    @model_validator(mode="after")
    def _toxicities_fit(self) -> Self:
        ids = [each.id for each in self.toxicities]
        for at, each in enumerate(self.toxicities):
            if ids.count(each.id) > 1 or each.mild.value + each.severe.value > 1.0:
                raise broken_rule(
                    "The toxicity {name} is listed twice, or its shares make up more than 1.",
                    name=each.id,
                    key=f"toxicities.{at}",
                    allowed="each toxicity once, mild + severe <= 1",
                    fix="correct the shares",
                )
        return self

    @property
    def is_local(self) -> bool:
        """Whether it acts only on what it is aimed at."""
        return self.kind in LOCAL
