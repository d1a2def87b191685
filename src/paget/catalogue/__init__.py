"""The catalogue: cancers, groups, drivers, bodies and populations, each number with its source.

Entries are TOML files. Three places are read, in this order: the folder inside this package, folders that
installed packages bring by an entry point, and the user's own folder (`PAGET_CATALOGUE`). Nothing is read
before it is asked for, and nothing twice.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import TypeVar

from pydantic import BaseModel

from paget.catalogue.citations import bibtex, reference, sources_of
from paget.catalogue.fingerprint import digest_of
from paget.catalogue.folders import VARIABLE, all_folders
from paget.catalogue.kinds import FINDING, OBSERVED, model_of
from paget.catalogue.registry import DEFAULT_POPULATION, Catalogue
from paget.catalogue.settings import override
from paget.errors import UnknownEntryError, nearest
from paget.model.body import Body
from paget.model.cancer import Cancer
from paget.model.driver import Driver
from paget.model.group import Group
from paget.model.population import Population
from paget.model.source import Source

Model = TypeVar("Model", bound=BaseModel)

__all__ = [
    "Catalogue",
    "bibtex",
    "body",
    "cancer",
    "cite",
    "current",
    "digest",
    "drivers",
    "entries",
    "entry",
    "group",
    "list_cancers",
    "list_drivers",
    "list_groups",
    "list_populations",
    "override",
    "population",
    "reference",
    "resolve",
    "sources",
]


def current() -> Catalogue:
    """Return the catalogue in use: built-in entries, those of packages and the user's own."""
    return _opened(os.environ.get(VARIABLE))


@cache
def _opened(_own: str | None) -> Catalogue:
    return Catalogue(all_folders())


def cancer(name: str) -> Cancer:
    """Return a cancer.

    Parameters
    ----------
    name
        Name of the entry, such as ``colorectal``.

    Raises
    ------
    UnknownEntryError
        Where there is no such cancer.
    EntryError
        Where the entry breaks a rule.
    """
    return current().cancer(name)


def group(name: str) -> Group:
    """Return a group of cancers.

    Parameters
    ----------
    name
        Name of the group, such as ``lung``.

    Raises
    ------
    UnknownEntryError
        Where there is no such group.
    """
    return current().group(name)


def resolve(name: str) -> tuple[tuple[Cancer, float], ...]:
    """Return the cancers that a name stands for, with their shares.

    Parameters
    ----------
    name
        A cancer or a group.

    Returns
    -------
    tuple of (Cancer, float)
        One cancer with share 1, or the members of a group; shares sum to 1.

    Raises
    ------
    UnknownEntryError
        Where no cancer or group has the name.
    """
    here = current()
    if name in here.names("cancers"):
        return ((here.cancer(name), 1.0),)
    groups = here.groups()
    if name in groups:
        return tuple((here.cancer(member), share) for member, share in groups[name].shares().items())
    known = (*here.names("cancers"), *groups)
    raise UnknownEntryError(
        f"There is no cancer or group called {name!r}.",
        value=name,
        allowed=known,
        meant=nearest(name, known),
        fix="see: paget list cancers",
    )


def body() -> Body:
    """Return the human body."""
    return current().body()


def drivers() -> Mapping[str, Driver]:
    """Return all drivers by name."""
    return current().drivers()


def population(name: str = DEFAULT_POPULATION) -> Population:
    """Return a population.

    Parameters
    ----------
    name
        Name of the entry.

    Raises
    ------
    UnknownEntryError
        Where there is no such population.
    """
    return current().population(name)


def entry(kind: str, name: str, model: type[Model]) -> Model:
    """Return an entry of a kind that observation or care brings, such as a modality.

    Parameters
    ----------
    kind
        Its folder, such as ``modalities``.
    name
        Its name.
    model
        The class that it is read as.

    Raises
    ------
    UnknownEntryError
        Where there is no such entry.
    EntryError
        Where the entry breaks a rule.
    """
    return current().entry(kind, name, model)


def entries(kind: str, model: type[Model]) -> dict[str, Model]:
    """Return all entries of a kind by name, each read as `model`."""
    return {name: current().entry(kind, name, model) for name in current().names(kind)}


def sources() -> Mapping[str, Source]:
    """Return all sources by key."""
    return current().sources()


def list_cancers() -> tuple[str, ...]:
    """Return the names of all cancers."""
    return current().names("cancers")


def list_groups() -> tuple[str, ...]:
    """Return the names of all groups."""
    return tuple(current().groups())


def list_drivers() -> tuple[str, ...]:
    """Return the names of all drivers."""
    return current().names("drivers")


def list_populations() -> tuple[str, ...]:
    """Return the names of all populations."""
    return current().names("populations")


def cite(name: str | Cancer) -> list[Source]:
    """Return the publications that a run of a cancer rests on.

    Parameters
    ----------
    name
        A cancer, by name or as an object, or the name of a group.

    Returns
    -------
    list of Source
        Sources of the cancer, its drivers, the body, the default population, what finds its patients and the protocols
        that treat it, in the order of their keys.
    """
    from paget.model.protocol import Protocol
    from paget.model.therapy import Therapy

    entries = _read_by(name)
    members = [entry for entry in entries.values() if isinstance(entry, Cancer)]
    cancers = {known for entry in members for known in (entry.id, entry.presents_like) if known}
    protocols = [entry for entry in entries.values() if isinstance(entry, Protocol)]
    own = [entry for entry in protocols if not entry.cancers or cancers & set(entry.cancers)]
    given = {therapy for entry in own for therapy in entry.therapies}
    unread = {id(entry) for entry in protocols if entry not in own}
    unread |= {id(entry) for entry in entries.values() if isinstance(entry, Therapy) and entry.id not in given}
    return sources_of([entry for entry in entries.values() if id(entry) not in unread], sources())


def digest(name: str | Cancer | None = None) -> str:
    """Return a fingerprint of what a run reads.

    Parameters
    ----------
    name
        A cancer, by name or as an object, or the name of a group; None for the whole catalogue.

    Returns
    -------
    str
        SHA-256 in hexadecimal; it changes with every number and with no comment.
    """
    if isinstance(name, Cancer):
        return digest_of(_read_by(name))
    return _digest_in(current(), name)


@cache
def _digest_in(_here: Catalogue, name: str | None) -> str:
    """Return the fingerprint of what does not change while a catalogue is open."""
    if name is None:
        return digest_of({**_everything(), **{f"sources/{key}": source for key, source in sources().items()}})
    return digest_of(_read_by(name))


def _read_by(name: str | Cancer) -> dict[str, BaseModel]:
    cancers = [name] if isinstance(name, Cancer) else [member for member, _ in resolve(name)]
    here = current()
    entries: dict[str, BaseModel] = {"body": here.body(), "population": here.population()}
    if isinstance(name, str) and name not in here.names("cancers"):
        entries["group"] = here.group(name)
    for entry in cancers:
        entries[f"cancers/{entry.id}"] = entry
        entries |= {f"drivers/{driver.id}": here.driver(driver.id) for driver in entry.drivers}
    for kind in FINDING:
        entries |= {f"{kind}/{each}": here.entry(kind, each, model_of(kind)) for each in here.names(kind)}
    return entries


def _everything() -> dict[str, BaseModel]:
    here = current()
    entries: dict[str, BaseModel] = {"body": here.body()}
    entries |= {f"cancers/{name}": here.cancer(name) for name in here.names("cancers")}
    entries |= {f"drivers/{name}": driver for name, driver in here.drivers().items()}
    entries |= {f"groups/{name}": found for name, found in here.groups().items()}
    entries |= {f"populations/{name}": here.population(name) for name in here.names("populations")}
    for kind in OBSERVED:
        entries |= {f"{kind}/{name}": here.entry(kind, name, model_of(kind)) for name in here.names(kind)}
    return entries
