"""What a field measures: the constraints of a number live with its field.

`Annotated[Quantity, Measure("day", above=0.0)]` says that a field is a time, in days, and positive. A number
in another unit of the same kind is converted as it enters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from paget.model.quantity import Law, Quantity, broken_rule
from paget.model.units import ONE, factor

WIDEST = 3.0
"""The widest lognormal spread between patients: a factor of 20 for one standard deviation. Published ones reach 2."""


@dataclass(frozen=True)
class Measure:
    """What a field measures: its canonical unit, its bounds and whether it varies between patients.

    Parameters
    ----------
    unit
        Canonical unit; a number in another unit of the same kind is converted to it.
    above
        The value must be greater than this.
    least, most
        The value must lie between these, ends included.
    law
        The law by which it may vary between patients; None where the model does not let it vary.
    explained
        Whether every number of this field needs a rationale, whatever its grade.
    """

    unit: str
    above: float | None = None
    least: float | None = None
    most: float | None = None
    law: Law | None = None
    explained: bool = False

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check and convert after the quantity itself is valid."""
        return core_schema.no_info_after_validator_function(self.canonical, handler(source))

    @property
    def bounds(self) -> str:
        """What values are allowed, in words."""
        if self.least is not None and self.most is not None:
            return f"from {self.least:g} to {self.most:g} {_said(self.unit)}".strip()
        if self.least is not None:
            return f"at least {self.least:g} {_said(self.unit)}".strip()
        if self.above is not None:
            most = "" if self.most is None else f" and at most {self.most:g}"
            return f"above {self.above:g}{most} {_said(self.unit)}".strip()
        return "any number"

    def canonical(self, quantity: Quantity) -> Quantity:
        """Return the quantity in the canonical unit.

        Parameters
        ----------
        quantity
            A valid quantity in any unit.

        Returns
        -------
        Quantity
            The same object where nothing had to be converted.

        Raises
        ------
        PydanticCustomError
            Where unit, bounds, spread or rationale do not fit the field.
        """
        if quantity.unit != self.unit:
            quantity = quantity.times(factor(quantity.unit, self.unit), self.unit)
        self._within(quantity.value, "value")
        for name, end in (("low", quantity.low), ("high", quantity.high)):
            if end is not None:
                self._within(end, name, strict=False)
        self._inside_interval(quantity)
        self._may_vary(quantity)
        if self.explained and not quantity.rationale.strip():
            raise broken_rule(
                "This number needs a rationale, whatever its grade.",
                key="rationale",
                allowed="a sentence",
                fix='add rationale = "why this value"',
            )
        return quantity

    def _within(self, value: float, key: str, *, strict: bool = True) -> None:
        low = self.least is not None and value < self.least
        high = self.most is not None and value > self.most
        floor = self.above is not None and (value <= self.above if strict else value < self.above)
        if low or high or floor:
            raise broken_rule(
                "{value} is out of range.",
                value=value,
                key=key,
                allowed=self.bounds,
                fix="correct the number, or its unit if it was meant in another",
            )

    @staticmethod
    def _inside_interval(quantity: Quantity) -> None:
        low = quantity.value if quantity.low is None else quantity.low
        high = quantity.value if quantity.high is None else quantity.high
        if not low <= quantity.value <= high:
            raise broken_rule(
                "The value {value} lies outside its own interval, {low} to {high}.",
                value=quantity.value,
                low=low,
                high=high,
                allowed="low <= value <= high",
                fix="correct value, low or high",
            )

    def _may_vary(self, quantity: Quantity) -> None:
        spread = quantity.spread
        if spread is None:
            return
        if spread.law == self.law == "lognormal" and quantity.value <= 0.0:
            raise broken_rule(
                "A number that varies as a lognormal must be positive, and {value} is not.",
                value=quantity.value,
                key="spread",
                allowed="a value above 0",
                fix="correct the value, or remove the spread",
            )
        if spread.law == self.law == "lognormal" and spread.sigma > WIDEST:
            raise broken_rule(
                "A lognormal of sigma {value} would spread patients beyond all that was ever seen.",
                value=spread.sigma,
                key="spread.sigma",
                allowed=f"at most {WIDEST:g}, the standard deviation of the natural logarithm",
                fix="correct the width; a factor of 2 either way is a sigma of 0.7",
            )
        if spread.law == self.law:
            return
        if self.law is None:
            raise broken_rule(
                "This number does not vary between patients in the model, so a spread would do nothing.",
                key="spread",
                allowed="low and high, for the interval of a published number",
                fix="remove spread; write the uncertainty as low and high",
            )
        raise broken_rule(
            "This number varies between patients as a {law}, not as a {given}.",
            law=self.law,
            given=spread.law,
            key="spread.law",
            allowed=f'law = "{self.law}"',
            fix="restate the spread under this law",
        )


def _said(unit: str) -> str:
    return "" if unit == ONE else unit


Share = Annotated[Quantity, Measure(ONE, least=0.0, most=1.0)]
"""A pure number from 0 to 1."""

Factor = Annotated[Quantity, Measure(ONE, least=0.0)]
"""A pure number, 0 or more."""

PositiveFactor = Annotated[Quantity, Measure(ONE, above=0.0)]
"""A pure number above 0."""

Cells = Annotated[Quantity, Measure("cell", above=0.0)]
"""A number of cells."""

PerDay = Annotated[Quantity, Measure("1/day", least=0.0)]
PerYear = Annotated[Quantity, Measure("1/year", least=0.0)]
PerDivision = Annotated[Quantity, Measure("1/division", least=0.0, most=1.0)]
"""Chance per cell division."""
