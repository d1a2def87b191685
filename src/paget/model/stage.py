"""A staging table: how large a primary, how many positive nodes and which places of spread make which stage.

Editions of a staging manual define T by diameter where diameter is what counts, and by depth or extent where it is
not. Depth does not exist in a model whose tumours are balls, so there a diameter stands for it: such a step says
what it stands for. It stops being true where depth and diameter part, as in flat or ulcerated tumours.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Final, Literal, Self, get_args

from pydantic import AfterValidator, Field, model_validator

from paget.model.measure import Measure
from paget.model.names import EntryId, OneOf, Organ
from paget.model.quantity import Frozen, Number, Quantity, Sourced, broken_rule
from paget.model.units import ONE

UNKNOWN: Final = "unknown"
STAGES: Final = (
    UNKNOWN,
    *("I", "IA", "IB", "IC"),
    *("II", "IIA", "IIB", "IIC"),
    *("III", "IIIA", "IIIB", "IIIC"),
    *("IV", "IVA", "IVB", "IVC"),
)
"""Stages by code, in rising order; 0 is a stage that cannot be told."""

STAGE_GROUPS: Final = (0, *(group for group in (1, 2, 3, 4) for _ in range(4)))
"""Stage group, 1 to 4, of each code of `STAGES`."""

Edition = Literal["AJCC 6", "AJCC 7", "AJCC 8"]
TCategory = Literal["T2", "T3", "T4"]
NCategory = Literal["N1", "N2", "N3"]
Effect = Literal["none", "T2", "T3", "T4", "T+1", "M1"]
"""What a finding away from the primary counts as. T+1: several tumours in one organ, one category more, at most T3."""

StageName = Annotated[str, AfterValidator(OneOf("a stage", STAGES[1:]))]
StageOrUnknown = Annotated[str, AfterValidator(OneOf("a stage", STAGES))]

T_CATEGORIES: Final = ("T1", *get_args(TCategory))
N_CATEGORIES: Final = ("N0", *get_args(NCategory))

Diameter = Annotated[Quantity, Measure("mm", above=0.0)]


class TStep(Frozen):
    """A T category and the diameter above which it begins."""

    category: TCategory = Field(description="T2, T3 or T4; a primary that is found is at least T1")
    above: Diameter = Field(description="diameter of the primary above which the category begins")
    stands_for: str = Field(default="", description="what the edition asks for, where diameter only stands for it")


class NStep(Frozen):
    """An N category and the number of positive nodes with which it begins."""

    category: NCategory = Field(description="N1, N2 or N3; without a positive node N0")
    nodes: Annotated[Quantity, Measure(ONE, least=1.0)] | None = Field(
        default=None, description="positive regional nodes with which the category begins"
    )
    above: Diameter | None = Field(default=None, description="or: largest positive node wider than this")
    stands_for: str = Field(default="", description="what the edition asks for, where the count only stands for it")

    @model_validator(mode="after")
    def _begins_somewhere(self) -> Self:
        if self.nodes is None and self.above is None:
            raise broken_rule(
                "The category {category} begins nowhere.",
                category=self.category,
                key="nodes",
                allowed="a number of nodes, a diameter of the largest, or both",
                fix="add nodes, or above",
            )
        return self


class SiteRule(Sourced):
    """What findings in some organs count as; a finding in any organ without a rule is M1."""

    organs: tuple[Organ, ...] = Field(min_length=1, description="organs")
    counts_as: Effect = Field(description="none, T2, T3, T4, T+1 or M1")
    seen_from: Diameter | None = Field(
        default=None, description="smallest deposit there that an operation shows; none where only findings count"
    )


class Grouping(Sourced):
    """Stages by T and N, in the order T1, T2, ... within each N."""

    n0: tuple[StageName, ...] = Field(min_length=1, max_length=4, description="stages of N0 by T")
    n1: tuple[StageName, ...] = Field(default=(), description="stages of N1 by T")
    n2: tuple[StageName, ...] = Field(default=(), description="stages of N2 by T")
    n3: tuple[StageName, ...] = Field(default=(), description="stages of N3 by T")
    no_primary: tuple[StageOrUnknown, ...] = Field(default=(), description="stages by N where no primary is found")
    m1: StageName = Field(description="stage of any T and N with distant metastasis")

    @property
    def rows(self) -> tuple[tuple[StageName, ...], ...]:
        """Stages by N and T, as many rows as the table has N categories."""
        return tuple(row for row in (self.n0, self.n1, self.n2, self.n3) if row)

    @model_validator(mode="after")
    def _a_grid(self) -> Self:
        given = [bool(row) for row in (self.n0, self.n1, self.n2, self.n3)]
        if len({len(row) for row in self.rows}) > 1 or sorted(given, reverse=True) != given:
            raise broken_rule(
                "The stages by T and N are not a full grid.",
                key="n1",
                allowed="as many stages in each row as in n0, and no row left out before a later one",
                fix="complete the rows",
            )
        if self.no_primary and len(self.no_primary) != len(self.rows):
            raise broken_rule(
                "There are {rows} N categories but {found} stages without a primary.",
                rows=len(self.rows),
                found=len(self.no_primary),
                key="no_primary",
                allowed="one stage for each N, or none at all",
                fix="complete no_primary",
            )
        return self


class Younger(Sourced):
    """Stages of patients below an age, whatever their T and N."""

    below_year: Annotated[Number, Field(gt=0.0)] = Field(description="age in years below which they hold")
    m0: StageName = Field(description="stage without distant metastasis")
    m1: StageName = Field(description="stage with distant metastasis")


class Extensive(Sourced):
    """The second of two stages, limited and extensive: any M1, and findings in these organs."""

    organs: tuple[Organ, ...] = Field(default=(), description="organs that make the disease extensive without M1")


class StagingTable(Frozen):
    """One staging table of the catalogue."""

    id: EntryId = Field(description="name of the entry")
    name: str = Field(min_length=1, description="name for people")
    edition: Edition = Field(description="edition of the manual")
    cancers: tuple[EntryId, ...] = Field(min_length=1, description="cancers that it stages")
    summary: str = Field(min_length=1, description="what decides the stage, and what diameter stands for")
    t: tuple[TStep, ...] = Field(max_length=3, description="T categories that are reached by diameter, rising")
    n: tuple[NStep, ...] = Field(min_length=1, max_length=3, description="N categories, rising")
    sites: tuple[SiteRule, ...] = Field(default=(), description="organs in which findings are not simply M1")
    groups: Grouping = Field(description="stages")
    younger: Younger | None = Field(default=None, description="stages of young patients, where age decides")
    extensive: Extensive | None = Field(default=None, description="limited and extensive disease, where it is told")
    clinical_node: Diameter = Field(description="smallest node that imaging calls positive")
    pathological_node: Diameter = Field(description="smallest deposit that makes a removed node positive")

    @model_validator(mode="after")
    def _rises(self) -> Self:
        _refuse_unsorted("t", [(step.category, step.above.value) for step in self.t])
        counts = [(step.category, step.nodes.value) for step in self.n if step.nodes is not None]
        widths = [(step.category, step.above.value) for step in self.n if step.above is not None]
        _refuse_unsorted("n", counts)
        _refuse_unsorted("n", widths)
        return self

    @model_validator(mode="after")
    def _grid_fits(self) -> Self:
        reached = [T_CATEGORIES.index(step.category) for step in self.t]
        raised = [T_CATEGORIES.index(rule.counts_as) for rule in self.sites if rule.counts_as in T_CATEGORIES]
        if max([*reached, *raised], default=0) != len(self.groups.n0) - 1:
            raise broken_rule(
                "The table groups {found} T categories, and others can be reached.",
                found=len(self.groups.n0),
                key="groups.n0",
                allowed="stages from T1 to the highest category in t or sites",
                fix="complete the rows of groups, or remove the category that nothing reaches",
            )
        if max(N_CATEGORIES.index(step.category) for step in self.n) != len(self.groups.rows) - 1:
            raise broken_rule(
                "The table groups {found} N categories, and others can be reached.",
                found=len(self.groups.rows),
                key="groups.n1",
                allowed="one row of stages for N0 and for each category up to the highest in n",
                fix="add the row, or remove the category",
            )
        return self

    @model_validator(mode="after")
    def _one_rule_an_organ(self) -> Self:
        organs = [organ for rule in self.sites for organ in rule.organs]
        twice = sorted({organ for organ in organs if organs.count(organ) > 1})
        if twice:
            raise broken_rule(
                "The organ {twice} has two rules.",
                twice=twice[0],
                key="sites",
                allowed="each organ in one rule",
                fix="remove it from one of them",
            )
        return self


def _refuse_unsorted(key: str, steps: Sequence[tuple[str, float]]) -> None:
    if any(not (early[0] < late[0] and early[1] < late[1]) for early, late in pairwise(steps)):
        raise broken_rule(
            "The categories of {what} do not rise.",
            what=key.upper(),
            key=key,
            allowed="categories in rising order, each beginning above the one before",
            fix="sort them, and correct where they begin",
        )
