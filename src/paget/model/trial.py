"""A trial: who is randomised to which arms, when, for how long they are followed, and what was published of it.

A specification says what a protocol of a real trial says, and no more: patients live under a policy of care until they
fit the eligibility for the first time; then their arm decides once, and the same policy goes on from there. Published
results stand beside the design, each with its source, and decide nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final, Literal, Self, get_args

from pydantic import Field, model_validator

from paget.errors import nearest
from paget.model.names import EntryId
from paget.model.protocol import Event, Goal, Phase, Rule, When
from paget.model.quantity import JUDGEMENT, Frozen, Number, Sourced, broken_rule
from paget.model.source import Source

Endpoint = Literal["OS", "PFS", "ORR", "DoR", "QALY", "SRE", "grade3"]
"""Survival; time to progression or death; response; duration of confirmed response; quality-adjusted life; a first
skeletal event; an unwanted effect of grade 3 or worse of the arm's own therapies."""

ENDPOINTS: Final = get_args(Endpoint)
TIMED: Final = ("OS", "PFS")
"""Endpoints that can be primary: everybody has a time to them."""
MEDIANS: Final = ("OS", "PFS", "DoR")
SHARES: Final = ("ORR", "grade3")
RANDOMISED: Final = "randomised"
"""The rule that a visit names at which a patient was randomised."""
LONGEST_ACCRUAL_MONTH: Final = 240.0
LONGEST_FOLLOW_UP_MONTH: Final = 600.0
SUPPORTIVE: Final = ("analgesia", "antiemetics", "denosumab", "palliative_care", "psychological_support")

Months = Annotated[Number, Field(ge=0.0)]


class Eligibility(When):
    """Who is randomised, the first time that it fits."""

    at: tuple[Event, ...] = Field(min_length=1, description="events at which patients are looked at")
    retest: bool = Field(default=False, description="whether a biopsy or blood is tested anew before that")


class Arm(Frozen):
    """One arm."""

    id: EntryId = Field(description="name of the arm")
    name: str = Field(min_length=1, description="name for people")
    weight: Annotated[int, Field(strict=True, le=20)] = Field(
        default=1, description="patients of this arm for one of an arm of weight 1"
    )
    give: tuple[EntryId, ...] = Field(default=(), description="therapies that start at randomisation")
    keep: tuple[EntryId, ...] = Field(default=SUPPORTIVE, description="therapies that go on if under way")
    wait_day: Annotated[Number, Field(ge=0.0, le=365.0)] = Field(default=0.0, description="days until the start")
    phase: Phase = Field(default="systemic", description="phase that follows")
    goal: Goal = Field(default="control", description="goal of care that follows")
    new_line: bool = Field(default=True, description="whether it counts as a line of therapy for advanced disease")
    then: tuple[Rule, ...] = Field(default=(), description="rules that come before those of the policy from then on")

    @model_validator(mode="after")
    def _has_patients(self) -> Self:
        if self.weight < 1:
            raise broken_rule(
                "The arm {arm} would have no patients.",
                arm=self.id,
                value=self.weight,
                key="weight",
                allowed="a whole number from 1 to 20",
                fix="give it a weight, or remove the arm",
            )
        _once((rule.id for rule in self.then), "rule", "then", taken=(RANDOMISED,))
        return self

    @property
    def therapies(self) -> tuple[str, ...]:
        """All therapies that the arm itself gives, in order of first mention."""
        return tuple(dict.fromkeys([*self.give, *(name for rule in self.then for name in rule.give)]))


class Design(Sourced):
    """How patients come in, how long they are followed, and what the trial is to find."""

    accrual_month: Annotated[Number, Field(gt=0.0, le=LONGEST_ACCRUAL_MONTH)] = Field(
        description="months over which patients are randomised, evenly"
    )
    follow_up_month: Annotated[Number, Field(gt=0.0, le=LONGEST_FOLLOW_UP_MONTH)] = Field(
        description="months from the last randomisation to the data cut-off"
    )
    drop_out_per_year: Annotated[Number, Field(ge=0.0, lt=1.0)] = Field(
        default=0.0, description="share of patients lost in a year"
    )
    assessed_every_day: Annotated[Number, Field(ge=7.0, le=365.0)] = Field(
        default=56.0, description="days between examinations until progression, in all arms"
    )
    imaging: tuple[EntryId, ...] = Field(default=("ct",), min_length=1, description="examinations at these visits")
    response_confirmed: bool = Field(
        default=False, description="whether ORR counts responses that were confirmed after four weeks only"
    )
    blocks: bool = Field(default=True, description="whether by permuted blocks; each patient by himself otherwise")
    alpha: Annotated[Number, Field(gt=0.0, lt=1.0)] = Field(default=0.05, description="two-sided level")
    power: Annotated[Number, Field(gt=0.0, lt=1.0)] = Field(default=0.8, description="chance of success that is wanted")


class Result(Sourced):
    """One published number."""

    endpoint: Endpoint = Field(description="what it is of")
    arm: EntryId = Field(description="of which arm")
    value: Annotated[Number, Field(ge=0.0)] = Field(description="the number")
    low: Number | None = Field(default=None, description="lower end of its 95 % interval")
    high: Number | None = Field(default=None, description="upper end")

    @model_validator(mode="after")
    def _inside(self) -> Self:
        low, high = (self.value if end is None else end for end in (self.low, self.high))
        if low <= self.value <= high:
            return self
        raise broken_rule(
            "The value {value} lies outside its own interval, {low} to {high}.",
            value=self.value,
            low=low,
            high=high,
            allowed="low <= value <= high",
            fix="correct value, low or high",
        )


class Published(Frozen):
    """What the trial found."""

    patients: Annotated[int, Field(ge=1)] | None = Field(default=None, description="patients randomised in all")
    medians_month: tuple[Result, ...] = Field(default=(), description="median times in months")
    shares: tuple[Result, ...] = Field(default=(), description="shares from 0 to 1, of all in the arm")
    hazard_ratios: tuple[Result, ...] = Field(default=(), description="hazard ratios of an arm to the reference")

    @property
    def results(self) -> tuple[tuple[str, Result], ...]:
        """All numbers with their places."""
        parts = ("medians_month", "shares", "hazard_ratios")
        return tuple((f"{part}.{at}", each) for part in parts for at, each in enumerate(getattr(self, part)))

    @model_validator(mode="after")
    def _of_their_kind(self) -> Self:
        for part, fitting in (("medians_month", MEDIANS), ("shares", SHARES), ("hazard_ratios", TIMED)):
            for at, each in enumerate(getattr(self, part)):
                if each.endpoint not in fitting or (part == "shares" and each.value > 1.0):
                    raise broken_rule(
                        "{value} of {endpoint} does not belong here.",
                        value=each.value,
                        endpoint=each.endpoint,
                        key=f"{part}.{at}",
                        allowed=f"{', '.join(fitting)}{', from 0 to 1' if part == 'shares' else ''}",
                        fix="move it to where its kind is told",
                    )
        return self


class People(Frozen):
    """Who is simulated."""

    patients: Annotated[int, Field(strict=True, ge=1, le=10_000_000)] = Field(
        description="patients with the cancer to simulate, of whom the eligible are randomised"
    )
    seed: Annotated[int, Field(strict=True, ge=0)] = Field(default=1, description="seed of all draws")


class Trial(Frozen):
    """One trial."""

    id: EntryId = Field(description="name of the trial")
    name: str = Field(min_length=1, description="name for people")
    summary: str = Field(min_length=1, description="what is compared, in whom, and what is not as in the real trial")
    registration: str = Field(default="", description="number in a register")
    cancer: EntryId = Field(description="cancer, or group of cancers")
    policy: EntryId = Field(default="standard_of_care", description="how patients are cared for before and after")
    population: People = Field(description="who is simulated")
    eligibility: Eligibility = Field(description="who is randomised, and when")
    design: Design = Field(description="accrual, follow-up, error rates")
    arms: tuple[Arm, ...] = Field(description="arms, two or more; the first is the reference unless one is named")
    reference: EntryId = Field(default="", description="the arm that others are compared with")
    endpoints: tuple[Endpoint, ...] = Field(default=("OS", "PFS", "ORR"), description="the first one is primary")
    published: Published = Field(default=Published(), description="what the real trial found")
    sources: tuple[Source, ...] = Field(default=(), description="the publications that numbers here come from")

    @property
    def control(self) -> str:
        """The arm that others are compared with."""
        return self.reference or self.arms[0].id

    @property
    def others(self) -> tuple[Arm, ...]:
        """The arms that are compared with it."""
        return tuple(arm for arm in self.arms if arm.id != self.control)

    def arm(self, name: str) -> Arm:
        """Return an arm by its name."""
        return next(arm for arm in self.arms if arm.id == name)

    @model_validator(mode="after")
    def _can_be_compared(self) -> Self:
        names = tuple(arm.id for arm in self.arms)
        if len(names) < 2:  # noqa: PLR2004 - a comparison takes two
            raise broken_rule(
                "A trial compares arms, and there are {count}.",
                count=len(names),
                key="arms",
                allowed="two arms or more",
                fix="add [[arms]] with id, name and give",
            )
        _once(names, "arm", "arms")
        if self.control not in names:
            raise _no_such_arm(self.control, names, "reference")
        if not self.endpoints or self.endpoints[0] not in TIMED:
            raise broken_rule(
                "The primary endpoint is no time that everybody has.",
                value=", ".join(self.endpoints),
                key="endpoints",
                allowed=f"{' or '.join(TIMED)} first, then any of {', '.join(ENDPOINTS)}",
                fix="name the primary endpoint first",
            )
        return self

    @model_validator(mode="after")
    def _published_of_itself(self) -> Self:
        names = tuple(arm.id for arm in self.arms)
        for place, each in self.published.results:
            if each.arm not in names:
                raise _no_such_arm(each.arm, names, f"published.{place}.arm")
        if any(each.arm == self.control for each in self.published.hazard_ratios):
            raise broken_rule(
                "A hazard ratio compares the reference with itself.",
                key="published.hazard_ratios",
                allowed="arms other than the reference",
                fix="name the arm whose hazard is the numerator",
            )
        return self

    @model_validator(mode="after")
    def _sources_listed(self) -> Self:
        keys = tuple(source.id for source in self.sources)
        _once(keys, "source", "sources")
        rules = ((f"arms.{at}.then.{k}", rule) for at, arm in enumerate(self.arms) for k, rule in enumerate(arm.then))
        results = ((f"published.{place}", each) for place, each in self.published.results)
        for place, each in (("design", self.design), *rules, *results):
            if each.source not in (*keys, JUDGEMENT):
                raise broken_rule(
                    "The source {name} is not listed.",
                    name=each.source,
                    key=f"{place}.source",
                    allowed=", ".join((*keys, JUDGEMENT)),
                    meant=nearest(each.source, keys) or "",
                    fix="add [[sources]] with this id, authors, title, year and doi",
                )
        return self


def _once(names: Iterable[str], what: str, key: str, taken: tuple[str, ...] = ()) -> None:
    """Raise where a name is there twice, or is one that cannot be had."""
    seen = set(taken)
    for name in names:
        if name in seen:
            raise broken_rule(
                "The {what} {name} is there twice.", what=what, name=name, key=key, allowed="each name once"
            )
        seen.add(name)


def _no_such_arm(name: str, names: tuple[str, ...], key: str) -> Exception:
    return broken_rule(
        "There is no arm called {name}.",
        name=name,
        key=key,
        allowed=", ".join(names),
        meant=nearest(name, names) or "",
        fix="correct the name",
    )
