"""A protocol: what is done for whom, as rules over what is known of a patient, in the order in which they are tried.

A protocol is a policy and no product. Its rules read charts, never the truth. One protocol holds for one cancer or
several; all protocols of one policy make up, say, the standard of care.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from paget.model.measure import Measure
from paget.model.names import EntryId, Organ
from paget.model.quantity import Frozen, Number, Quantity, Sourced, broken_rule

Event = Literal["diagnosis", "treated", "progression", "intolerance", "decline", "visit"]
"""Why a decision is due: the diagnosis; planned treatment given; growth or new lesions; treatment stopped for its
toxicity; too weak for it; or a visit at which nothing changed."""

Goal = Literal["cure", "control", "comfort"]
Phase = Literal[
    "none", "watching", "neoadjuvant", "local", "adjuvant", "maintenance", "systemic", "surveillance", "supportive"
]
"""What a patient is having done, and, when it is over, what the next rules look back on."""
Response = Literal["none", "CR", "PR", "SD", "PD", "NE"]

Days = Annotated[Quantity, Measure("day", above=0.0)]


class When(Frozen):
    """Whom a rule holds for; what is left out holds for everybody."""

    stages: tuple[Literal[0, 1, 2, 3, 4], ...] = Field(default=(), description="stage groups at diagnosis; 0 unknown")
    substages: tuple[str, ...] = Field(default=(), description="stages such as IIIB at diagnosis")
    metastatic: bool | None = Field(default=None, description="whether distant metastases are known now")
    node_positive: bool | None = Field(default=None, description="whether nodes were positive at diagnosis")
    most_metastases: Annotated[int, Field(ge=1)] | None = Field(default=None, description="known metastases at most")
    only_in: tuple[Organ, ...] = Field(default=(), description="organs outside of which no metastasis is known")
    any_in: tuple[Organ, ...] = Field(default=(), description="organs of which one holds a known metastasis")
    has: tuple[str, ...] = Field(default=(), description="biomarkers or alterations, all of which were found")
    lacks: tuple[str, ...] = Field(default=(), description="those of which none was found")
    sexes: tuple[Literal["male", "female"], ...] = Field(default=(), description="sexes")
    age_from_year: Number | None = Field(default=None, description="youngest age")
    age_below_year: Number | None = Field(default=None, description="age from which it holds no longer")
    worst_fitness: Annotated[int, Field(ge=0, le=4)] | None = Field(
        default=None, description="worst performance status (ECOG)"
    )
    best_fitness: Annotated[int, Field(ge=0, le=4)] | None = Field(default=None, description="best performance status")
    primary_in_place: bool | None = Field(default=None, description="whether the primary has not been removed")
    primary_from_mm: Number | None = Field(default=None, description="smallest primary, measured")
    primary_below_mm: Number | None = Field(default=None, description="measured diameter from which it holds no longer")
    symptomatic: tuple[Organ, ...] = Field(default=(), description="organs of which one has symptoms")
    phases: tuple[Phase, ...] = Field(default=(), description="phases that were under way or are just over")
    goals: tuple[Goal, ...] = Field(default=(), description="goals of care so far")
    lines: tuple[int, ...] = Field(default=(), description="lines of systemic therapy for advanced disease so far")
    responses: tuple[Response, ...] = Field(default=(), description="best responses of the line that is over")
    had: tuple[EntryId, ...] = Field(default=(), description="therapies, all of which were given before")
    never: tuple[EntryId, ...] = Field(default=(), description="therapies, none of which was given before")
    on: tuple[EntryId, ...] = Field(default=(), description="therapies of which one is being given")
    free_from_day: Number | None = Field(default=None, description="least days since the last systemic therapy ended")
    free_below_day: Number | None = Field(default=None, description="days since then from which it holds no longer")


class Rule(Sourced):
    """What is done at an event for those whom it holds for; the first rule that fits is followed."""

    id: EntryId = Field(description="name of the rule, unique in the protocol")
    at: tuple[Event, ...] = Field(min_length=1, description="events at which it is tried")
    when: When = Field(default=When(), description="whom it holds for")
    give: tuple[EntryId, ...] = Field(default=(), description="therapies that are started together")
    keep: tuple[EntryId, ...] = Field(default=(), description="therapies that go on if under way; all others stop")
    keep_all: bool = Field(default=False, description="whether all that is under way goes on")
    wait: Number = Field(default=0.0, ge=0.0, le=3650.0, description="days from the event to the start (day)")
    phase: Phase = Field(description="phase that follows")
    goal: Goal = Field(description="goal of care that follows")
    new_line: bool = Field(default=False, description="whether it counts as a line of therapy for advanced disease")
    uptake: Annotated[Number, Field(gt=0.0, le=1.0)] = Field(
        default=1.0, description="share of those it holds for who get it; the rest go on to the next rules"
    )
    retest: bool = Field(default=False, description="whether a biopsy or blood is tested anew before it is tried")


class FollowUp(Frozen):
    """How patients are followed in some phases."""

    phases: tuple[Phase, ...] = Field(min_length=1, description="phases it holds for")
    every: Days = Field(description="time between visits")
    imaging: tuple[EntryId, ...] = Field(default=(), description="examinations at each visit")
    lasts: Days | None = Field(default=None, description="time after which visits are yearly and without imaging")
    symptoms: tuple[EntryId, ...] = Field(default=(), description="examinations when a new symptom comes")


class Protocol(Frozen):
    """One protocol of the catalogue."""

    id: EntryId = Field(description="name of the entry")
    policy: EntryId = Field(description="the policy that it belongs to, such as standard_of_care")
    name: str = Field(min_length=1, description="name for people")
    summary: str = Field(min_length=1, description="what is done, for whom, as of when")
    cancers: tuple[EntryId, ...] = Field(default=(), description="cancers it holds for; empty for all others")
    rules: tuple[Rule, ...] = Field(default=(), description="rules, in the order in which they are tried")
    follow_up: tuple[FollowUp, ...] = Field(default=(), description="how patients are followed")

    @model_validator(mode="after")
    def _rules_named_once(self) -> Self:
        ids = [rule.id for rule in self.rules]
        for at, name in enumerate(ids):
            if ids.count(name) > 1:
                raise broken_rule(
                    "The rule {name} is there twice.",
                    name=name,
                    key=f"rules.{at}.id",
                    allowed="each name once",
                    fix="rename one of them",
                )
        return self

    @property
    def therapies(self) -> tuple[str, ...]:
        """All therapies that a rule names, in order of first mention."""
        named = (name for rule in self.rules for name in (*rule.give, *rule.keep, *rule.when.had, *rule.when.on))
        return tuple(dict.fromkeys(named))
