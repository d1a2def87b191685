"""A modality: an examination or a test, what it sees by organ and diameter, and how often it is wrong.

The chance that a lesion is seen is a Hill curve of its diameter, ceiling / (1 + (half / d) ** slope). Published
sensitivities are averages over the lesions of a study, so each entry keeps, beside its curve, the figures that the
curve was held to and the mix of diameters under which it gives them.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from paget.model.measure import Factor, Measure, Share
from paget.model.names import EntryId, Organ
from paget.model.quantity import Frozen, Number, Quantity, Sourced, broken_rule

Kind = Literal["imaging", "endoscopy", "assay_screen"]
Basis = Literal["primary", "burden"]

UNSTATED_MARGIN = 0.03
"""How far from a published sensitivity a curve may end where the source gives no interval."""

Positive = Annotated[Number, Field(gt=0.0)]


class Curve(Sourced):
    """Chance that a lesion is seen, by diameter d in mm: ceiling / (1 + (half_mm / d) ** slope)."""

    half_mm: Positive = Field(description="diameter at half of the ceiling (mm)")
    slope: Positive = Field(description="steepness: power of diameter by which the odds grow")
    ceiling: Annotated[Number, Field(gt=0.0, le=1.0)] = Field(description="chance that a very large lesion is seen")

    def chance(self, diameter_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the chance that lesions are seen.

        Parameters
        ----------
        diameter_mm
            Diameters (mm) of 0 or more, of any shape.

        Returns
        -------
        ndarray
            Chances, of the same shape; 0 at diameter 0.
        """
        power = np.power(np.asarray(diameter_mm, np.float64) / self.half_mm, self.slope)
        return np.asarray(self.ceiling * power / (1.0 + power))


class SizeMix(Frozen):
    """Diameters of the lesions of a study: a lognormal, cut at both ends."""

    median_mm: Positive = Field(description="median of the lognormal before it is cut (mm)")
    log_sd: Annotated[Number, Field(ge=0.0)] = Field(description="standard deviation of the logarithm")
    from_mm: Annotated[Number, Field(ge=0.0)] = Field(default=0.0, description="lower end (mm)")
    to_mm: Positive | None = Field(default=None, description="upper end (mm); none where it is not cut")
    lesions: Annotated[int, Field(ge=1)] = Field(default=1, description="lesions a patient; any one of them counts")
    why: str = Field(min_length=1, description="why these diameters")

    @model_validator(mode="after")
    def _ends_in_order(self) -> Self:
        low, high = self._ends()
        if not low < high:
            raise broken_rule(
                "No lesion of the mix lies between its ends.",
                key="to_mm",
                allowed="from_mm < to_mm, with some of the lognormal between them",
                fix="correct the ends",
            )
        return self

    def _ends(self) -> tuple[float, float]:
        if self.log_sd == 0.0:
            inside = self.from_mm <= self.median_mm and (self.to_mm is None or self.median_mm <= self.to_mm)
            return (0.0, 1.0) if inside else (0.0, 0.0)
        law = NormalDist(np.log(self.median_mm), self.log_sd)
        low = law.cdf(np.log(self.from_mm)) if self.from_mm > 0.0 else 0.0
        return low, law.cdf(np.log(self.to_mm)) if self.to_mm is not None else 1.0

    def quantiles_mm(self, count: int) -> NDArray[np.float64]:
        """Return `count` diameters (mm) that stand for the mix: its quantiles at equal steps, in rising order."""
        if self.log_sd == 0.0:
            return np.full(count, self.median_mm)
        low, high = self._ends()
        law = NormalDist(np.log(self.median_mm), self.log_sd)
        steps = low + (high - low) * (np.arange(count) + 0.5) / count
        return np.exp([law.inv_cdf(float(step)) for step in steps])


class Cited(Frozen):
    """A published sensitivity, with the mix of diameters under which the curve must give it."""

    id: EntryId = Field(description="name of the figure, unique in the organ")
    share: Share = Field(description="published sensitivity")
    mix: SizeMix = Field(description="diameters of the study's lesions")

    @property
    def interval(self) -> tuple[float, float]:
        """Where the curve must end: the published interval, or the value within a margin where none was given."""
        low = self.share.value - UNSTATED_MARGIN if self.share.low is None else self.share.low
        high = self.share.value + UNSTATED_MARGIN if self.share.high is None else self.share.high
        return max(low, 0.0), min(high, 1.0)


class Sight(Frozen):
    """What a modality sees in one organ."""

    curve: Curve = Field(description="chance that a lesion is seen, by diameter")
    specificity: Share | None = Field(default=None, description="chance of no false finding in the organ")
    false_as_primary: bool = Field(default=False, description="whether a false finding looks like a primary")
    cited: tuple[Cited, ...] = Field(default=(), description="published sensitivities that the curve gives")

    @model_validator(mode="after")
    def _targets_are_cited(self) -> Self:
        ids = [figure.id for figure in self.cited]
        lost = [name for name in self.curve.targets if name not in ids]
        if lost or len(set(ids)) != len(ids):
            raise broken_rule(
                "The targets of the curve and the figures that are cited do not match.",
                key="curve.targets",
                allowed=f"ids of cited figures, each once: {', '.join(ids) or 'none are cited'}",
                fix="name each figure once in cited, and in targets only what is cited",
            )
        return self


class Uptake(Frozen):
    """In which patients a tracer marks the tumour at all, by cancer."""

    cancers: dict[EntryId, Share] = Field(default={}, description="share of patients whose tumour takes up the tracer")
    otherwise: Share = Field(description="the same in any other cancer")

    def of(self, cancer: str) -> float:
        """Return the share of patients with a cancer, named by its id, whose tumour takes up the tracer."""
        return self.cancers.get(cancer, self.otherwise).value


class Look(Frozen):
    """How an examination that shows lesions measures and errs."""

    measurement_error: Factor = Field(description="lognormal sigma of measured over true diameter")
    smallest: Annotated[Quantity, Measure("mm", above=0.0)] = Field(description="smallest diameter that is reported")
    false_diameter: Annotated[Quantity, Measure("mm", above=0.0, law="lognormal")] = Field(
        description="median diameter of false findings"
    )


class Assay(Frozen):
    """How a test of blood or stool, which shows no lesion, answers."""

    basis: Basis = Field(description="what the curves read: diameter of the primary, or of all cells in one sphere")
    specificity: Share = Field(description="chance of a negative result without cancer")
    origin_accuracy: Share = Field(description="chance that a positive result names the organ of the primary")


class Modality(Frozen):
    """One examination or test of the catalogue."""

    id: EntryId = Field(description="name of the entry")
    name: str = Field(min_length=1, description="name for people")
    summary: str = Field(min_length=1, description="what it is, what it sees and what it does not")
    kind: Kind = Field(description="imaging, endoscopy or assay_screen")
    cost: Annotated[Quantity, Measure("USD", least=0.0)] = Field(description="cost of one examination")
    look: Look | None = Field(default=None, description="measuring and erring; imaging and endoscopy only")
    assay: Assay | None = Field(default=None, description="the result; assay_screen only")
    uptake: Uptake | None = Field(default=None, description="whose tumours the tracer marks; none where all are seen")
    organs: dict[Organ, Sight] = Field(min_length=1, description="what it sees, by organ (assays: of the primary)")
    blind_to: dict[Organ, str] = Field(default={}, description="organs in its field that it does not see, and why")

    @model_validator(mode="after")
    def _kind_fits(self) -> Self:
        is_assay = self.kind == "assay_screen"
        if (self.assay is None) == is_assay or (self.look is None) != is_assay:
            raise broken_rule(
                "A modality of kind '{kind}' has the wrong parts.",
                kind=self.kind,
                key="assay" if is_assay else "look",
                allowed='[assay] with kind = "assay_screen", [look] with the other kinds, and never both',
                fix="correct kind, or exchange the table",
            )
        for organ, sight in self.organs.items():
            if (sight.specificity is None) != is_assay:
                raise broken_rule(
                    "The specificity stands in the wrong place.",
                    key=f"organs.{organ}.specificity",
                    allowed="assay.specificity for a test of blood or stool, one for each organ otherwise",
                    fix="move it",
                )
        return self

    @model_validator(mode="after")
    def _blind_or_not(self) -> Self:
        both = [organ for organ in self.blind_to if organ in self.organs]
        if both:
            raise broken_rule(
                "The modality both sees and does not see the organ {organ}.",
                organ=both[0],
                key=f"blind_to.{both[0]}",
                allowed="each organ in organs or in blind_to",
                fix="remove it from one of them",
            )
        return self

    @property
    def shows_lesions(self) -> bool:
        """Whether it shows lesions one by one; a test of blood or stool does not."""
        return self.look is not None
