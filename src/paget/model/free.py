"""A number of a cancer that calibration may move, within bounds that somebody has to answer for."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from paget.model.quantity import Frozen, Number, broken_rule

FREE_MAX = 8
"""More free numbers than this, and a fit would follow the figures instead of the biology."""

FreeStage = Literal["spread", "survival"]


class Free(Frozen):
    """A free number: its prior is even between its bounds, on the scale of its kind."""

    key: str = Field(min_length=1, description="dotted key of the number, or of its width with .sigma")
    stage: FreeStage = Field(description="spread: acts before diagnosis; survival: acts after it alone")
    low: Number = Field(description="least value, in the unit of the number")
    high: Number = Field(description="greatest value, in the unit of the number")
    why: str = Field(min_length=1, description="why it is free, and why within these bounds")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low < self.high:
            raise broken_rule(
                "{low} to {high} is not a range.",
                low=self.low,
                high=self.high,
                key="low",
                allowed="low < high",
                fix="correct the bounds",
            )
        return self
