"""A tissue panel: what a pathologist can learn from a piece of tumour, and how sure that is.

Rates by cancer stand in tables beside the panel; each row of a table names one of the panel's bases, which says where
its number comes from. Results are taken to be independent of each other once the cancer is known; where one test means
nothing without another (a variant of a gene) or follows from it, the panel says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from paget.model.measure import Measure, Share
from paget.model.names import EntryId, Organ
from paget.model.quantity import Frozen, Quantity, Sourced, broken_rule

NameOfTest = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.]*$", max_length=40)]
"""Name of a test as pathologists write it: letters, digits, dots and underscores."""

Dollars = Annotated[Quantity, Measure("USD", least=0.0)]


class TissueTest(Frozen):
    """One test of tissue, with a result of yes or no."""

    id: NameOfTest = Field(description="name by which results are given")
    name: str = Field(min_length=1, description="name for people, with its cut-off")
    also: tuple[str, ...] = Field(default=(), description="other names by which results may be given")


class Marker(TissueTest):
    """One antibody, read as positive or negative."""

    driver: EntryId | None = Field(
        default=None, description="driver that decides the result in cancers whose entry lists it"
    )


class Alteration(TissueTest):
    """One change of a gene, found or not found by sequencing."""

    driver: EntryId | None = Field(
        default=None, description="driver that decides the result in cancers whose entry lists it"
    )
    within: NameOfTest | None = Field(
        default=None, description="alteration that it is a kind of; its rate is the share of carriers of that one"
    )


class Biomarker(TissueTest):
    """One finding that guides treatment and is not used to find the origin."""

    within: NameOfTest | None = Field(default=None, description="biomarker without which it is never found")
    implied_by: NameOfTest | None = Field(default=None, description="biomarker with which it is always found")
    follows: tuple[NameOfTest, ...] = Field(default=(), description="alterations of which each always brings it")
    driver: EntryId | None = Field(
        default=None, description="driver that decides the result in cancers whose entry lists it"
    )


class Conversion(Frozen):
    """How often a metastasis differs from its primary in one marker."""

    marker: NameOfTest = Field(description="the marker")
    cancers: tuple[EntryId, ...] = Field(min_length=1, description="cancers it was seen in")
    loss: Share = Field(description="share of metastases that are negative, of those of positive primaries")
    gain: Share = Field(description="share of metastases that are positive, of those of negative primaries")


class Sampling(Frozen):
    """What biopsies of each organ yield, and which organ is chosen."""

    failed: dict[Organ, Share] = Field(description="share of biopsies that yield no diagnosis, by organ")
    failed_otherwise: Share = Field(description="the same in other organs")
    ease: dict[Organ, Share] = Field(
        description="factor on diameter by which the largest finding is chosen; 0 is never taken"
    )
    ease_otherwise: Share = Field(description="the same in other organs")


class Sequencing(Frozen):
    """What a gene panel can find in a sample."""

    limit: Share = Field(description="share of mutant copies in the sample from which a mutation is called")
    purity_least: Share = Field(description="least share of tumour cells in a sample")
    purity_most: Share = Field(description="greatest share of tumour cells in a sample")


class Costs(Frozen):
    """What tests cost."""

    antibody: Dollars = Field(description="one antibody")
    gene_panel: Dollars = Field(description="sequencing of all alterations of the panel")


class Registered(Frozen):
    """How often a cancer comes to a doctor with metastases, from a registry."""

    registry: str = Field(min_length=1, description="name of the cancers that the registry counts together")
    part: Share = Field(description="share of those cases that are this cancer")
    distant: Share = Field(description="share of its cases with distant spread at diagnosis")


class Panel(Frozen):
    """One tissue panel of the catalogue; its rates stand in tables beside it."""

    id: EntryId = Field(description="name of the entry")
    name: str = Field(min_length=1, description="name for people")
    summary: str = Field(min_length=1, description="what it holds")
    histologies: tuple[EntryId, ...] = Field(min_length=2, description="what a tumour can look like under a microscope")
    markers: tuple[Marker, ...] = Field(min_length=1, description="antibodies")
    alterations: tuple[Alteration, ...] = Field(description="alterations of genes")
    biomarkers: tuple[Biomarker, ...] = Field(description="findings that guide treatment")
    conversions: tuple[Conversion, ...] = Field(default=(), description="markers that change on the way")
    redrawn: Share = Field(description="share of results of a metastasis that are independent of its primary's")
    floor: Share = Field(description="least distance of a rate from 0 and 1")
    sampling: Sampling = Field(description="biopsies")
    sequencing: Sequencing = Field(description="the gene panel")
    costs: Costs = Field(description="costs")
    bases: dict[EntryId, Sourced] = Field(description="where rows of the tables come from, by name")
    registered: dict[EntryId, Registered] = Field(min_length=2, description="the origins, each with its incidence")

    @model_validator(mode="after")
    def _ids_once(self) -> Self:
        tests: tuple[TissueTest, ...] = (*self.markers, *self.alterations, *self.biomarkers)
        ids = [test.id for test in tests]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise broken_rule(
                "The test {twice} is listed twice.",
                twice=twice[0],
                key="markers",
                allowed="each id once among markers, alterations and biomarkers",
                fix="rename one of them",
            )
        return self

    @model_validator(mode="after")
    def _followed_alterations_are_known(self) -> Self:
        for biomarker in self.biomarkers:
            for alteration in biomarker.follows:
                _known(alteration, [each.id for each in self.alterations], f"biomarkers.{biomarker.id}.follows")
        return self

    @model_validator(mode="after")
    def _named_tests_stand_before(self) -> Self:
        markers = [marker.id for marker in self.markers]
        for conversion in self.conversions:
            _known(conversion.marker, markers, "conversions")
            for cancer in conversion.cancers:
                _known(cancer, self.registered, "conversions.cancers")
        for key, tests in (("alterations", self.alterations), ("biomarkers", self.biomarkers)):
            before: list[str] = []
            for test in tests:
                for named in (test.within, getattr(test, "implied_by", None)):
                    if named is not None:
                        _known(named, before, f"{key}.{test.id}")
                before.append(test.id)
        nested = {test.id for test in self.alterations if test.within is not None}
        for test in self.alterations:
            if test.within in nested:
                raise broken_rule(
                    "{within} is itself a kind of another alteration.",
                    within=test.within,
                    key=f"alterations.{test.id}.within",
                    allowed="one level of kinds",
                    fix="name the outermost alteration",
                )
        return self


def _known(name: str, names: Iterable[str], key: str) -> None:
    known = list(names)
    if name not in known:
        raise broken_rule(
            "{name} is not known at this place.",
            name=name,
            key=key,
            allowed=f"one of: {', '.join(known) or 'none'}",
            fix="correct the name, or list the one it names before it",
        )
