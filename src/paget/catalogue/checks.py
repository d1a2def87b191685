"""Rules that no entry can check alone: the sources, drivers and cancers that it names must exist."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from pydantic import BaseModel

from paget.catalogue.numbers import stated
from paget.errors import EntryError, nearest
from paget.model.cancer import Cancer
from paget.model.group import Group
from paget.model.quantity import JUDGEMENT
from paget.model.source import Source


def check_sources(entry: BaseModel, sources: Collection[str], file: object, prefix: str = "") -> None:
    """Raise where a number names a source that does not exist.

    Parameters
    ----------
    entry
        The entry.
    sources
        Keys of all sources.
    file
        Where the entry stands.
    prefix
        Key of the entry in that file, with a final dot.

    Raises
    ------
    EntryError
        Naming the number, the source and the nearest key.
    """
    for number in stated(entry, prefix):
        named = number.sourced.source
        if named not in sources:
            raise EntryError(
                f"The source {named!r} does not exist.",
                file=file,
                key=f"{number.key}.source",
                value=named,
                allowed=f"one of {len(sources)} keys in sources/, or '{JUDGEMENT}' for our own judgement",
                meant=nearest(named, sources),
                fix=f"add [{named}] to a file in sources/, or correct the key",
            )


def check_drivers(cancer: Cancer, drivers: Collection[str], file: object) -> None:
    """Raise where a cancer lists a driver that does not exist.

    Parameters
    ----------
    cancer
        The entry.
    drivers
        Names of all drivers.
    file
        Where the entry stands.

    Raises
    ------
    EntryError
        Naming the driver and the nearest name.
    """
    for driver in cancer.drivers:
        if driver.id not in drivers:
            raise EntryError(
                f"The driver {driver.id!r} does not exist.",
                file=file,
                key="drivers.id",
                value=driver.id,
                allowed=sorted(drivers),
                meant=nearest(driver.id, drivers),
                fix=f"add drivers/{driver.id}.toml, or correct the name",
            )


def check_members(group: Group, cancers: Collection[str], file: object) -> None:
    """Raise where a group lists a cancer that does not exist, or bears the name of one.

    Parameters
    ----------
    group
        The group.
    cancers
        Names of all cancers.
    file
        Where the group stands.

    Raises
    ------
    EntryError
        Naming the member and the nearest cancer.
    """
    if group.id in cancers:
        raise EntryError(
            f"{group.id!r} is the name of a cancer and of a group.",
            file=file,
            key=group.id,
            allowed="a name that no cancer has",
            fix="rename the group",
        )
    for member in group.members:
        if member.id not in cancers:
            raise EntryError(
                f"The cancer {member.id!r} does not exist.",
                file=file,
                key=f"{group.id}.members",
                value=member.id,
                allowed=sorted(cancers),
                meant=nearest(member.id, cancers),
                fix="correct the name; members are cancers, not groups",
            )


def check_no_twins(sources: Mapping[str, Source], files: Mapping[str, Path]) -> None:
    """Raise where one publication stands under two keys in one folder.

    Parameters
    ----------
    sources
        Sources of the folder by key.
    files
        File of each source.

    Raises
    ------
    EntryError
        Naming both keys.
    """
    seen: dict[str, str] = {}
    for key, source in sources.items():
        for name in ("doi", "pmid"):
            number = getattr(source, name).lower()
            if not number:
                continue
            first = seen.setdefault(f"{name} {number}", key)
            if first != key:
                raise EntryError(
                    f"The sources {first!r} and {key!r} are the same publication.",
                    file=files[key],
                    key=f"{key}.{name}",
                    value=number,
                    allowed=f"each {name} once",
                    fix=f"remove [{key}] and name {first!r} instead",
                )
