"""A number that knows its unit, its spread between patients, where it comes from and how far to trust it.

What a field measures, its canonical unit and its bounds are told by a `paget.model.measure.Measure`; inside
the package every value is in the canonical unit of its field.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

Grade = Literal["measured", "derived", "fitted", "transferred", "assumed"]
"""How a number came about, from best to weakest evidence."""

Law = Literal["lognormal", "normal"]
"""How a number varies between patients."""

GRADES: tuple[str, ...] = get_args(Grade)
EXPLAINED_GRADES = ("derived", "transferred", "assumed")
"""Grades that need a rationale."""

JUDGEMENT = "paget"
"""Key of the source that stands for our own judgement."""

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class Frozen(BaseModel):
    """A validated object that never changes and refuses keys that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    told_with_parent: ClassVar[bool] = False
    """Whether a field's description makes sense only after that of the object that holds it."""


def broken_rule(fault: str, *, allowed: str = "", fix: str = "", **context: object) -> PydanticCustomError:
    """Return the error by which a validator says what is allowed and what mends it.

    Parameters
    ----------
    fault
        What is wrong; may name `context` in braces.
    allowed
        What is allowed.
    fix
        The usual fix.
    **context
        Values named in `fault`; `key`, if given, is the key below the place where the error is raised.
    """
    return PydanticCustomError("rule", fault, {"allowed": allowed, "fix": fix, **context})


class Spread(Frozen):
    """How a number varies between patients."""

    law: Law = Field(description="lognormal: sigma of the logarithm; normal: standard deviation in the same unit")
    sigma: Annotated[float, Field(strict=True, gt=0.0, allow_inf_nan=False)] = Field(description="width")


class Sourced(Frozen):
    """Where a number, or a table of numbers, comes from and how far to trust it."""

    source: str = Field(min_length=1, description="key of the source")
    locator: str = Field(default="", description="where in the source")
    grade: Grade = Field(description="measured, derived, fitted, transferred or assumed")
    rationale: str = Field(default="", description="why this number, where it was not simply read off")
    targets: tuple[str, ...] = Field(default=(), description="what a fitted number was fitted to")

    @model_validator(mode="after")
    def _explained(self) -> Self:
        if self.grade in EXPLAINED_GRADES and not self.rationale.strip():
            raise broken_rule(
                "A number of grade '{grade}' has no rationale.",
                grade=self.grade,
                key="rationale",
                allowed=f"a sentence; without one only measured and fitted (grades: {', '.join(GRADES)})",
                fix='add rationale = "why this value"',
            )
        if (self.grade == "fitted") != bool(self.targets):
            raise broken_rule(
                "A fitted number names the targets that it was fitted to, and no other number does.",
                key="targets",
                allowed='targets = ["..."] with grade = "fitted" only',
                fix="add the targets, or change the grade",
            )
        if self.grade != "assumed" and self.source == JUDGEMENT:
            raise broken_rule(
                "Our own judgement cannot be the source of a number of grade '{grade}'.",
                grade=self.grade,
                key="source",
                allowed=f'source = "{JUDGEMENT}" with grade = "assumed" only',
                fix='name the publication, or write grade = "assumed"',
            )
        return self


class Quantity(Sourced):
    """One number of the catalogue, in the canonical unit of its field."""

    value: Number = Field(description="the number")
    unit: str = Field(description="its unit")
    spread: Spread | None = Field(default=None, description="variation between patients")
    low: Number | None = Field(default=None, description="lower end of a published interval")
    high: Number | None = Field(default=None, description="upper end of a published interval")

    @property
    def sigma(self) -> float:
        """Width of the spread between patients; 0.0 where the number does not vary."""
        return 0.0 if self.spread is None else self.spread.sigma

    def times(self, by: float, unit: str) -> Quantity:
        """Return the same quantity said in another unit.

        Parameters
        ----------
        by
            Factor from the present unit to the new one.
        unit
            The new unit.
        """
        spread = self.spread
        if spread is not None and spread.law == "normal":
            spread = Spread(law="normal", sigma=spread.sigma * by)
        ends = {name: None if end is None else end * by for name, end in (("low", self.low), ("high", self.high))}
        return self.model_copy(update={"value": self.value * by, "unit": unit, "spread": spread, **ends})
