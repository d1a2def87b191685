"""Find an entry by its name alone, and the part of it that is asked for."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from paget import catalogue
from paget.catalogue.kinds import OBSERVED, model_of
from paget.catalogue.numbers import stated
from paget.errors import UnknownEntryError, nearest


def found(name: str) -> BaseModel:
    """Return the entry of that name, of whatever kind.

    Parameters
    ----------
    name
        A cancer, group, driver, population or source, ``body``, or an entry that observation reads; where two kinds
        have an entry of one name, such as ``staging/colorectal``, its kind goes before it.

    Raises
    ------
    UnknownEntryError
        Naming the nearest entry.
    """
    here = catalogue.current()
    if name == "body":
        return here.body()
    for kind in OBSERVED:
        own = name.removeprefix(f"{kind}/")
        if own != name:
            return here.entry(kind, own, model_of(kind))
    for kind, read in (("cancers", here.cancer), ("drivers", here.driver), ("populations", here.population)):
        if name in here.names(kind):
            return read(name)
    for many in (here.groups(), here.sources()):
        if name in many:
            return many[name]
    for kind in OBSERVED:
        if name in here.names(kind):
            return here.entry(kind, name, model_of(kind))
    names = [
        *(each for kind in OBSERVED for each in here.names(kind)),
        *here.names("cancers"),
        *here.groups(),
        *here.names("drivers"),
        *here.names("populations"),
        "body",
    ]
    raise UnknownEntryError(
        f"The catalogue has no entry called {name!r}.",
        value=name,
        allowed=f"a cancer, group, driver, population or source, body, or an entry of {', '.join(OBSERVED)}",
        meant=nearest(name, [*names, *here.sources()]),
        fix="see: paget list cancers (or groups, drivers, populations, sources)",
    )


def known_part(entry: BaseModel, part: str) -> None:
    """Raise where an entry has no number below a key.

    Parameters
    ----------
    entry
        The entry.
    part
        Dotted key.

    Raises
    ------
    UnknownEntryError
        Naming the nearest key.
    """
    keys = [item.key for item in stated(entry)]
    if not any(is_below(key, part) for key in keys):
        parts = [".".join(words[: n + 1]) for words in (key.split(".") for key in keys) for n in range(len(words))]
        raise UnknownEntryError(
            f"This entry has no numbers under {part!r}.",
            value=part,
            allowed=dict.fromkeys(key.split(".")[0] for key in keys),
            meant=nearest(part, parts),
            fix="leave it out to see all keys",
        )


def as_table(entry: BaseModel, part: str) -> dict[str, Any]:
    """Return an entry, or the numbers below a key, for JSON.

    Parameters
    ----------
    entry
        The entry.
    part
        Dotted key, or nothing for the whole entry.
    """
    if not part:
        return entry.model_dump(mode="json")
    return {item.key: item.sourced.model_dump(mode="json") for item in stated(entry) if is_below(item.key, part)}


def is_below(key: str, part: str) -> bool:
    """Return whether a key is, or lies below, another; every key lies below nothing.

    Parameters
    ----------
    key, part
        Dotted keys.
    """
    return not part or key == part or key.startswith(f"{part}.")
