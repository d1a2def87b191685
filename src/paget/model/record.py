"""One patient's record: who he is, what was found, where nothing was found, and what blood showed.

A record holds what a person knows, never the truth, and names no number of the catalogue: what an examination sees and
what a marker means is looked up where the record is read. All of it has to belong to one work-up without treatment, so
dates lie within half a year of the diagnosis. What contradicts itself is refused here, by the record alone.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from paget.model import layout
from paget.model.calendar import YEAR_DAY
from paget.model.names import EntryId, OneOf, Organ
from paget.model.quantity import Frozen, Number, broken_rule

WINDOW_DAY: Final = 180
"""How far from the diagnosis a finding may lie: beyond it a course is asked for, which one work-up does not tell."""
OLDEST_YEAR: Final = 110
LARGEST_MM: Final = 500.0
MOST_LESIONS: Final = 1000
OTHERS: Final = "others"
"""Stands for every organ that an examination sees and in which it found nothing."""

_ORGANS_OF: Final = {"ovary": "female", "prostate": "male"}
_SIGNS: Final = {"positive": "+", "pos": "+", "raised": "+", "negative": "-", "neg": "-", "normal": "-"}


def _plain(name: object) -> object:
    """Return a name as the catalogue writes names: lower case, with underscores."""
    return name.strip().lower().replace(" ", "_").replace("-", "_") if isinstance(name, str) else name


def _day(value: object) -> dt.date:
    """Return a date that was given as a date, a moment or a text."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise broken_rule(
            "'{value}' is no date.", value=value, allowed="a date, such as 2025-03-10", fix="write YYYY-MM-DD"
        ) from None


def _listed(value: object) -> object:
    """Return a single word as a list of one."""
    return [value] if isinstance(value, str) else value


def _size(value: float) -> float:
    if 0.0 < value <= LARGEST_MM:
        return value
    raise broken_rule(
        "{value} mm is no size of a lesion.",
        value=value,
        allowed=f"above 0 and at most {LARGEST_MM:g} mm",
        fix="give the largest diameter in millimetres; if nothing was seen, name the organ as negative instead",
    )


def _result(value: object) -> float | str:
    """Return a marker's result as a level of 0 or more, or as its sign."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        level = float(value)
    else:
        word = str(value).strip().lower().replace("\N{MINUS SIGN}", "-")
        sign = _SIGNS.get(word, word)
        if sign in ("+", "-"):
            return sign
        level = math.nan
    if 0.0 <= level < math.inf:
        return level
    raise broken_rule(
        "'{value}' is no result of a marker.",
        value=str(value),
        allowed='a number of 0 or more in the unit of the marker, or "+" or "-"',
        fix="write the number without quotes and without its unit",
    )


def _contradiction(what: str, key: str, fix: str) -> Exception:
    """Return the error that says that a record contradicts itself.

    Parameters
    ----------
    what
        Which two statements do not go together.
    key
        Where one of them stands.
    fix
        The usual fix.
    """
    return broken_rule("The record contradicts itself: {what}", what=what, key=key, allowed="one of the two", fix=fix)


Name = Annotated[EntryId, BeforeValidator(_plain)]
Place = Annotated[Organ, BeforeValidator(_plain)]
Clear = Annotated[str, AfterValidator(OneOf("an organ", (*layout.ORGANS, OTHERS))), BeforeValidator(_plain)]
Day = Annotated[dt.date, BeforeValidator(_day)]
Millimetres = Annotated[Number, AfterValidator(_size)]
Value = Annotated[float | str, BeforeValidator(_result)]


class Finding(Frozen):
    """One lesion that an examination showed."""

    date: Day = Field(description="day of the examination")
    modality: Name = Field(description="the examination, by its name in the catalogue")
    organ: Place = Field(description="where the lesion is")
    diameter_mm: Millimetres = Field(description="its largest diameter (mm)")
    primary: bool | None = Field(
        default=None,
        description="whether it is the primary; if absent, the largest of an examination in the cancer's organ is",
    )
    lesions: Annotated[int, Field(strict=True, ge=1, le=MOST_LESIONS)] | None = Field(
        default=None, description="how many lesions were seen in the organ, this one being the largest"
    )

    @property
    def exam(self) -> tuple[dt.date, str]:
        """What tells its examination from another."""
        return self.date, self.modality


class Examination(Frozen):
    """One examination and the organs in which it showed nothing."""

    date: Day = Field(description="day of the examination")
    modality: Name = Field(description="the examination, by its name in the catalogue")
    negative: Annotated[tuple[Clear, ...], BeforeValidator(_listed)] = Field(
        description='organs without a finding; "others" for all that it sees besides those with one'
    )

    @property
    def exam(self) -> tuple[dt.date, str]:
        """What tells it from another."""
        return self.date, self.modality


class MarkerResult(Frozen):
    """One result of a marker in blood."""

    date: Day = Field(description="day of the sample")
    name: str = Field(min_length=1, description="the marker, by its name in the catalogue")
    value: Value = Field(description="level in the marker's unit, or + or -")
    unit: str | None = Field(default=None, description="unit of the level; to be checked against the marker's")


class Record(Frozen):
    """What is known of one patient at the diagnosis of a cancer, before treatment."""

    cancer: Name = Field(description="a cancer or a group of cancers")
    sex: Literal["male", "female"] = Field(description="male or female")
    born: Day = Field(description="date of birth")
    diagnosed: Day | None = Field(
        default=None, description="day to map; if absent, that of the first finding, or else of the first result"
    )
    findings: tuple[Finding, ...] = Field(default=(), description="lesions that were seen")
    examinations: tuple[Examination, ...] = Field(default=(), description="where nothing was seen")
    markers: tuple[MarkerResult, ...] = Field(default=(), description="results of blood")

    @property
    def day(self) -> dt.date:
        """The day that is mapped."""
        dated = self.findings or self.examinations or self.markers
        return self.diagnosed or min(item.date for item in dated)

    @property
    def age_year(self) -> float:
        """Age on that day."""
        return (self.day - self.born).days / YEAR_DAY

    def days_after(self, when: dt.date) -> float:
        """Return how many days after the diagnosis a date lies; negative before it.

        Parameters
        ----------
        when
            The date.
        """
        return float((when - self.day).days)

    @model_validator(mode="after")
    def _dates(self) -> Self:
        if self.diagnosed is None and not (self.findings or self.examinations or self.markers):
            raise broken_rule(
                "The record has no date: nothing was found, examined or measured.",
                key="diagnosed",
                allowed="a date",
                fix="add diagnosed = YYYY-MM-DD, or what is known of the patient",
            )
        given = [*self._dated(), *([] if self.diagnosed is None else [("diagnosed", self.diagnosed)])]
        for key, when in given:
            if when < self.born:
                raise broken_rule(
                    "A date lies before the birth of the patient, {born}.",
                    key=key,
                    value=str(when),
                    born=str(self.born),
                    allowed="dates after birth",
                    fix="correct the date, or born",
                )
        if self.age_year > OLDEST_YEAR:
            raise broken_rule(
                "The patient would be {age} years old at diagnosis.",
                key="born",
                value=str(self.born),
                age=int(self.age_year),
                allowed=f"0 to {OLDEST_YEAR} years",
                fix="correct born, or the dates",
            )
        return self._near_the_diagnosis()

    def _near_the_diagnosis(self) -> Self:
        for key, when in self._dated():
            if abs(self.days_after(when)) > WINDOW_DAY:
                raise broken_rule(
                    "A date lies {days} days from the diagnosis on {day}.",
                    key=key,
                    value=str(when),
                    days=int(abs(self.days_after(when))),
                    day=str(self.day),
                    allowed=f"within {WINDOW_DAY} days: the map is of one work-up, before treatment",
                    fix="leave it out, or set diagnosed to the day that is to be mapped",
                )
        return self

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for key, organ in self._organs():
            if _ORGANS_OF.get(organ, self.sex) != self.sex:
                raise _contradiction(f"The patient is {self.sex} and has no {organ}.", key, "correct organ or sex")
        self._one_primary()
        self._counts()
        self._one_result()
        return self

    def _one_primary(self) -> None:
        primaries = Counter(finding.exam for finding in self.findings if finding.primary)
        for (when, modality), count in primaries.items():
            if count > 1:
                raise _contradiction(
                    f"{modality} of {when} shows {count} primaries.", "findings", "mark one finding with primary = true"
                )

    def _counts(self) -> None:
        told: dict[tuple[dt.date, str, str], int] = {}
        for at, finding in enumerate(self.findings):
            if finding.lesions is None:
                continue
            place = (*finding.exam, finding.organ)
            if finding.primary or told.get(place, finding.lesions) != finding.lesions:
                raise _contradiction(
                    f"{finding.lesions} lesions in the organ {finding.organ} do not fit the other findings of "
                    f"{finding.modality} on {finding.date}.",
                    f"findings.{at}.lesions",
                    "give the number of all metastases seen there, once, with the largest; a primary has none",
                )
            told[place] = finding.lesions

    def _one_result(self) -> None:
        known: dict[tuple[dt.date, object], object] = {}
        for at, result in enumerate(self.markers):
            place = (result.date, _plain(result.name))
            if known.get(place, result.value) != result.value:
                raise _contradiction(
                    f"{result.name} has two results on {result.date}.", f"markers.{at}.value", "keep the one that holds"
                )
            known[place] = result.value

    def _dated(self) -> Iterator[tuple[str, dt.date]]:
        for name in ("findings", "examinations", "markers"):
            for at, item in enumerate(getattr(self, name)):
                yield f"{name}.{at}.date", item.date

    def _organs(self) -> Iterator[tuple[str, str]]:
        for at, finding in enumerate(self.findings):
            yield f"findings.{at}.organ", finding.organ
        for at, examination in enumerate(self.examinations):
            for organ in examination.negative:
                yield f"examinations.{at}.negative", organ
