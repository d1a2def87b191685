"""The body: flow, arrest, lymph, soil and reserves of every organ, shared by all cancers."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from paget.errors import nearest
from paget.model.layout import BEDS, ORGANS, SEXES
from paget.model.measure import Cells, Factor, Measure, PerDay, PositiveFactor, Share
from paget.model.names import EntryId, OneOf, Organ
from paget.model.quantity import Frozen, Quantity, broken_rule

FLOW_TOLERANCE = 1e-6
"""How far the flows of one sex may be from summing to 1."""

Basin = Annotated[str, AfterValidator(OneOf("an organ that lymph can drain to", ("", *ORGANS)))]


class BySex(Frozen):
    """A quantity for each sex."""

    told_with_parent: ClassVar[bool] = True


class ShareBySex(BySex):
    """A share for each sex."""

    male: Share = Field(description="men")
    female: Share = Field(description="women")


class FlowBySex(BySex):
    """A flow of blood for each sex."""

    male: Annotated[Quantity, Measure("L/min", above=0.0)] = Field(description="men")
    female: Annotated[Quantity, Measure("L/min", above=0.0)] = Field(description="women")


class VolumeBySex(BySex):
    """A volume of blood for each sex."""

    male: Annotated[Quantity, Measure("L", above=0.0)] = Field(description="men")
    female: Annotated[Quantity, Measure("L", above=0.0)] = Field(description="women")


class Bed(Frozen):
    """Capillaries where cells lodge but no lesion grows."""

    name: str = Field(default="", description="name for people")
    flow: ShareBySex = Field(description="share of the heart's output that reaches it by arteries")
    arrest_single: Share = Field(description="share of passing single cells that lodge")
    arrest_cluster: Share = Field(description="share of passing clusters that lodge")


class BodyOrgan(Bed):
    """An organ that can hold a lesion."""

    name: str = Field(min_length=1, description="name for people")
    uberon: Annotated[str, Field(pattern=r"^UBERON:\d{7}$")] = Field(description="identifier in the anatomy ontology")
    venous: Literal["systemic", "portal", "pulmonary"] = Field(description="where its venous blood goes")
    lymph: Basin = Field(description="organ that its lymph drains to; empty: straight to the blood")
    cavity: Literal["", "peritoneum", "pleura"] = Field(description="cavity that its surface borders on")
    vertebral_share: Share = Field(description="share of its venous blood that takes the vertebral plexus")
    colonisation: Factor = Field(description="soil, shared by all cancers; lung is 1")
    growth: PositiveFactor = Field(description="factor on growth of metastases")
    lethal_burden: Cells = Field(description="burden at half of the peak hazard")
    peak_hazard: PerDay = Field(description="hazard of death when the organ has failed")


class Body(Frozen):
    """A whole body, with both sexes."""

    id: EntryId = Field(description="name of the entry")
    name: str = Field(default="Human adult", min_length=1, description="name for people")
    summary: str = Field(default="", description="what it is based on")
    heart_output: FlowBySex = Field(description="blood that the heart pumps")
    blood_volume: VolumeBySex = Field(description="blood in the body")
    single_cell_half_life: Annotated[Quantity, Measure("minute", above=0.0)] = Field(
        description="half-life of a single tumour cell in blood",
    )
    cluster_half_life: Annotated[Quantity, Measure("minute", above=0.0)] = Field(
        description="half-life of a cluster in blood",
    )
    extravasation: Share = Field(description="share of lodged cells that leave the vessel alive")
    cluster_potential: PositiveFactor = Field(description="chance of founding, cluster against single cell")
    avascular_capacity: Cells = Field(description="size that a lesion without vessels tends to")
    immune_size: Cells = Field(description="size above which immune pressure is spent")
    detectable_diameter: Annotated[Quantity, Measure("mm", above=0.0)] = Field(
        description="diameter from which a lesion counts as detectable",
    )
    cachexia_burden: Cells = Field(description="whole burden at half of the peak hazard of cachexia")
    cachexia_hazard: PerDay = Field(description="peak hazard of death by cachexia")
    capillary_dwell: Annotated[Quantity, Measure("minute", above=0.0)] = Field(
        description="time that a cell takes through one capillary bed before it lodges or passes",
    )
    cavity_deposit_share: Share = Field(description="share of cells shed by a deposit on a cavity that stay in it")
    cavity_survival: Share = Field(description="share of cells loose in a cavity that live until they attach")
    lymph_node_arrest: Share = Field(description="share of passing cells that a node holds back")
    thoracic_duct_hours: Annotated[Quantity, Measure("hour", above=0.0)] = Field(
        description="time from a node to the blood by the thoracic duct",
    )
    organs: dict[Organ, BodyOrgan] = Field(description="organs")
    beds: dict[str, Bed] = Field(description="other capillary beds")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for key, there, needed in (("organs", self.organs, ORGANS), ("beds", self.beds, BEDS)):
            extra = [name for name in there if name not in needed]
            missing = [name for name in needed if name not in there]
            if extra or missing:
                name = (extra or missing)[0]
                raise broken_rule(
                    "'{name}' is not one of the {key} of a body."
                    if extra
                    else "The body has no {name} among its {key}.",
                    name=name,
                    key=key,
                    allowed=", ".join(needed),
                    meant=(nearest(name, needed) or "") if extra else "",
                    fix=f"give every one of the {key}, and no other",
                )
        return self

    @model_validator(mode="after")
    def _flow_is_conserved(self) -> Self:
        for sex in SEXES:
            total = sum(getattr(bed.flow, sex).value for bed in (*self.organs.values(), *self.beds.values()))
            if abs(total - 1.0) > FLOW_TOLERANCE:
                raise broken_rule(
                    "The arterial flows of the {sex} body sum to {total}.",
                    sex=sex,
                    total=round(total, 9),
                    key=f"flow.{sex}",
                    allowed=f"shares of organs and beds that sum to 1 within {FLOW_TOLERANCE:g}",
                    fix="correct one flow, or let beds.elsewhere take the rest",
                )
        return self
