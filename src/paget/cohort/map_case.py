"""A record with what its words stand for: examinations and markers of the catalogue, organs as codes, days as numbers.

Whatever a record can only get wrong against the catalogue is told here: a marker or an examination that there is not,
an organ that an examination does not see, a cancer that the patient's sex does not get.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from paget import catalogue
from paget.catalogue.reading import read_table, validated
from paget.errors import EntryError, UnknownEntryError, nearest
from paget.model import layout
from paget.model.assay import Marker
from paget.model.modality import Modality
from paget.model.record import OTHERS, Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paget.model.cancer import Cancer
    from paget.model.record import Examination, Finding, MarkerResult


_ABSENT: Final = {"male": "ovary", "female": "prostate"}


@dataclass(frozen=True)
class Seen:
    """What one examination showed in one place.

    Parameters
    ----------
    modality
        The examination.
    after_day
        Days after the diagnosis.
    diameter_mm
        Measured diameter of the largest lesion.
    lesions
        Number of lesions seen.
    is_counted
        Whether these were all; there may have been more if not.
    """

    modality: Modality
    after_day: float
    diameter_mm: float
    lesions: int = 1
    is_counted: bool = False


@dataclass(frozen=True)
class Clear:
    """An organ in which an examination showed nothing, or, where it showed the primary, nothing else.

    Parameters
    ----------
    modality
        The examination.
    after_day
        Days after the diagnosis.
    organ
        Code of the organ.
    but_primary
        Whether the primary was seen there.
    """

    modality: Modality
    after_day: float
    organ: int
    but_primary: bool = False


@dataclass(frozen=True)
class Blood:
    """A result of a marker: a level in the marker's unit, or a sign."""

    marker: Marker
    value: float | str


@dataclass(frozen=True)
class Case:
    """A record, understood.

    Parameters
    ----------
    record
        The record.
    title
        The cancer's name for people.
    organs
        Codes of the organs in which the primary may be.
    primary
        What examinations showed of the primary; nothing if it was not seen.
    primary_organ
        Code of the organ in which it was seen; -1 if it was not.
    found
        What they showed of metastases, by code of the organ.
    clear
        Where they showed nothing.
    blood
        Results of markers.
    """

    record: Record
    title: str
    organs: frozenset[int]
    primary: tuple[Seen, ...]
    primary_organ: int
    found: Mapping[int, tuple[Seen, ...]]
    clear: tuple[Clear, ...]
    blood: tuple[Blood, ...]

    @property
    def sex(self) -> int:
        """Code of the patient's sex."""
        return layout.code(layout.SEXES, self.record.sex)


def read_record(given: str | Path | Mapping[str, Any] | Record) -> tuple[Record, str | None]:
    """Return a record and the file that it stands in.

    Parameters
    ----------
    given
        A TOML file, what one holds, or a record, which is returned as it is.

    Raises
    ------
    EntryError
        Where the file cannot be read, or the record breaks a rule or contradicts itself.
    """
    if isinstance(given, Record):
        return given, None
    if isinstance(given, str | Path):
        return validated(Record, read_table(Path(given)), given), str(given)
    return validated(Record, given, None), None


def understood(record: Record, file: str | None = None) -> Case:
    """Return a record with what its words stand for.

    Parameters
    ----------
    record
        The record.
    file
        Where it stands, for messages.

    Raises
    ------
    UnknownEntryError
        Where there is no such cancer, examination or marker.
    EntryError
        Where an examination cannot have shown what it is said to, or the patient cannot have the cancer.
    """
    return _Reader(record, file).case()


class _Reader:
    """Looks a record's words up."""

    def __init__(self, record: Record, file: str | None) -> None:
        self.record, self.file = record, file
        self.modalities = catalogue.entries("modalities", Modality)
        self.members = [cancer for cancer, _ in catalogue.resolve(record.cancer)]
        self.primaries: set[int] = set()

    def case(self) -> Case:
        """Return the case."""
        self._possible()
        self.primaries = self._primaries()
        primary, found, place = self._findings()
        return Case(
            record=self.record,
            title=_title(self.record.cancer, self.members),
            organs=self._organs(),
            primary=primary,
            primary_organ=place,
            found=found,
            clear=self._clear(),
            blood=tuple(self._blood(f"markers.{at}", result) for at, result in enumerate(self.record.markers)),
        )

    def _organs(self) -> frozenset[int]:
        return frozenset(layout.code(layout.ORGANS, cancer.organ) for cancer in self.members)

    def _possible(self) -> None:
        shares = [cancer.population.female_share.value for cancer in self.members]
        never = 0.0 if self.record.sex == "female" else 1.0
        if all(share == never for share in shares):
            raise EntryError(
                f"The record contradicts itself: no {self.record.sex} patient has {self.record.cancer}.",
                file=self.file,
                key="sex",
                value=self.record.sex,
                allowed=[sex for sex in layout.SEXES if sex != self.record.sex],
                fix="correct sex or cancer",
            )

    def _findings(self) -> tuple[tuple[Seen, ...], dict[int, tuple[Seen, ...]], int]:
        """Return what was seen of the primary, of metastases by organ, and where the primary was seen."""
        places: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for at, finding in enumerate(self.record.findings):
            self._sees(f"findings.{at}", finding, finding.organ, "organ")
            places[at in self.primaries, finding.organ, *finding.exam].append(at)
        seen: dict[tuple[bool, str], list[Seen]] = defaultdict(list)
        for (is_primary, organ, *_), these in places.items():
            seen[is_primary, organ].append(self._seen(these))
        of_primary = {organ: tuple(each) for (is_primary, organ), each in seen.items() if is_primary}
        if len(of_primary) > 1:
            raise self._contradicts("the primary was found in two organs", "findings", "mark one primary = true")
        found = {layout.code(layout.ORGANS, organ): tuple(each) for (mine, organ), each in seen.items() if not mine}
        for organ, each in of_primary.items():
            return each, found, layout.code(layout.ORGANS, organ)
        return (), found, -1

    def _seen(self, these: list[int]) -> Seen:
        """Return what one examination showed in one place."""
        findings = [self.record.findings[at] for at in these]
        largest = max(findings, key=lambda finding: finding.diameter_mm)
        told = [finding.lesions for finding in findings if finding.lesions is not None]
        if told and told[0] < len(findings):
            raise self._contradicts(
                f"{len(findings)} metastases are listed and {told[0]} were counted in the organ {largest.organ}",
                f"findings.{these[0]}.lesions",
                "give the number of all metastases that this examination showed there",
            )
        return Seen(
            modality=self.modalities[largest.modality],
            after_day=self.record.days_after(largest.date),
            diameter_mm=largest.diameter_mm,
            lesions=told[0] if told else len(findings),
            is_counted=bool(told),
        )

    def _primaries(self) -> set[int]:
        """Return the places of the findings that are the primary: those said to be, or the largest in its organ."""
        own = {layout.ORGANS[code] for code in self._organs()}
        by_exam: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for at, finding in enumerate(self.record.findings):
            if finding.primary and finding.organ not in own:
                raise EntryError(
                    f"The record contradicts itself: a primary of {self.record.cancer} is not in the organ "
                    f"{finding.organ}.",
                    file=self.file,
                    key=f"findings.{at}.primary",
                    value=finding.organ,
                    allowed=sorted(own),
                    fix="remove primary, or correct organ or cancer",
                )
            if finding.primary is not False and finding.organ in own:
                by_exam[finding.exam].append(at)
        return {
            max(these, key=lambda at: (bool(findings[at].primary), findings[at].diameter_mm))
            for findings in [self.record.findings]
            for these in by_exam.values()
        }

    def _clear(self) -> tuple[Clear, ...]:
        clear: dict[tuple[str, float, int], Clear] = {}
        for at, examination in enumerate(self.record.examinations):
            modality = self._modality(f"examinations.{at}", examination)
            after = self.record.days_after(examination.date)
            primary, spread = self._shown(examination)
            for organ in self._negative(at, examination, modality, primary, spread):
                code = layout.code(layout.ORGANS, organ)
                clear[modality.id, after, code] = Clear(modality, after, code, but_primary=organ in primary)
        return tuple(clear.values())

    def _shown(self, examination: Examination) -> tuple[set[str], set[str]]:
        """Return the organs in which an examination showed the primary, and those in which it showed metastases."""
        mine = [(at, each) for at, each in enumerate(self.record.findings) if each.exam == examination.exam]
        primary = {each.organ for at, each in mine if at in self.primaries}
        return primary, {each.organ for at, each in mine if at not in self.primaries}

    def _negative(
        self, at: int, examination: Examination, modality: Modality, primary: set[str], spread: set[str]
    ) -> list[str]:
        named = [organ for organ in examination.negative if organ != OTHERS]
        for organ in named:
            self._sees(f"examinations.{at}", examination, organ, "negative")
            if organ in spread:
                raise self._contradicts(
                    f"{modality.name} of {examination.date} shows a metastasis in the organ {organ}, and none",
                    f"examinations.{at}.negative",
                    "remove the organ from negative, or the finding",
                )
        if OTHERS not in examination.negative:
            return named
        own = {layout.ORGANS[code] for code in self._organs()} - primary
        skipped = spread | own | {_ABSENT[self.record.sex]}
        return [*named, *(organ for organ in modality.organs if organ not in skipped and organ not in named)]

    def _modality(self, key: str, given: Finding | Examination) -> Modality:
        found = self.modalities.get(given.modality)
        shown = [name for name, each in self.modalities.items() if each.shows_lesions]
        if found is None:
            raise UnknownEntryError(
                f"There is no examination called {given.modality!r}.",
                file=self.file,
                key=f"{key}.modality",
                value=given.modality,
                allowed=shown,
                meant=nearest(given.modality, shown),
                fix="use one of the allowed names",
            )
        if not found.shows_lesions:
            raise EntryError(
                f"{found.name} shows no lesion.",
                file=self.file,
                key=f"{key}.modality",
                value=given.modality,
                allowed=shown,
                fix="give results of blood under [[markers]]",
            )
        return found

    def _sees(self, key: str, given: Finding | Examination, organ: str, field: str) -> None:
        modality = self._modality(key, given)
        if organ not in modality.organs:
            why = modality.blind_to.get(organ)
            raise EntryError(
                f"{modality.name} does not see the organ {organ}{f': {why}' if why else ''}.".replace("..", "."),
                file=self.file,
                key=f"{key}.{field}",
                value=organ,
                allowed=[*modality.organs],
                fix="correct the organ or the examination, or leave it out: it says nothing",
            )

    def _blood(self, key: str, result: MarkerResult) -> Blood:
        known = catalogue.entries("markers", Marker)
        names = {_bare(word): name for name, marker in known.items() for word in (name, marker.name)}
        name = names.get(_bare(result.name))
        if name is None:
            meant = nearest(_bare(result.name), names)
            raise UnknownEntryError(
                f"There is no marker in blood called {result.name!r}.",
                file=self.file,
                key=f"{key}.name",
                value=result.name,
                allowed=known,
                meant=None if meant is None else names[meant],
                fix="use one of the allowed names; markers of tissue tell the origin: see paget origin",
            )
        marker = known[name]
        if result.unit is not None and _bare(result.unit) != _bare(marker.unit):
            raise EntryError(
                f"{marker.name} is not measured in {result.unit}.",
                file=self.file,
                key=f"{key}.unit",
                value=result.unit,
                allowed=marker.unit,
                fix="convert the value",
            )
        if marker.genomes is not None and isinstance(result.value, float) and result.value > 1.0:
            raise EntryError(
                f"{marker.name} is a share of the copies that were read.",
                file=self.file,
                key=f"{key}.value",
                value=result.value,
                allowed="0 to 1, or + or -",
                fix="write 0.02 for 2 per cent",
            )
        return Blood(marker, result.value)

    def _contradicts(self, what: str, key: str, fix: str) -> EntryError:
        return EntryError(f"The record contradicts itself: {what}.", file=self.file, key=key, fix=fix)


def _bare(name: str) -> str:
    """Return a name without case, spaces and punctuation."""
    return "".join(sign for sign in name.lower() if sign.isalnum())


def _title(name: str, members: list[Cancer]) -> str:
    return members[0].name if len(members) == 1 else catalogue.group(name).name
