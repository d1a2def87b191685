"""The registry: which entries there are, read when asked for and kept.

An entry's file bears its name, so that the list of entries needs no parsing and one cancer can be loaded
without the other sixteen. Sources and groups stand many in a file and are read together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel

from paget.catalogue.checks import check_drivers, check_members, check_no_twins, check_sources
from paget.catalogue.folders import Folder
from paget.catalogue.reading import read_table, validated
from paget.errors import EntryError, UnknownEntryError, nearest
from paget.model.body import Body
from paget.model.cancer import Cancer
from paget.model.driver import Driver
from paget.model.group import Group
from paget.model.population import Population
from paget.model.source import Source

Model = TypeVar("Model", bound=BaseModel)

DEFAULT_POPULATION = "united_states"
DEFAULT_BODY = "human"


class Catalogue:
    """Entries of several folders; an entry is read once, when it is first asked for.

    Parameters
    ----------
    folders
        Where entries are, the built-in folder first; a later one may replace entries of an earlier one.
    """

    def __init__(self, folders: Iterable[Folder]) -> None:
        """Remember the folders; nothing is read yet."""
        self.folders = tuple(folders)
        self._kept: dict[tuple[str, str], object] = {}
        self._files: dict[str, dict[str, list[Path]]] = {}

    def cancer(self, name: str) -> Cancer:
        """Return the cancer of that name; raises `UnknownEntryError` where there is none."""
        return self._entry("cancers", name, Cancer, self._check_cancer)

    def driver(self, name: str) -> Driver:
        """Return the driver of that name; raises `UnknownEntryError` where there is none."""
        return self._entry("drivers", name, Driver, self._check_numbers)

    def population(self, name: str = DEFAULT_POPULATION) -> Population:
        """Return the population of that name; raises `UnknownEntryError` where there is none."""
        return self._entry("populations", name, Population, self._check_numbers)

    def body(self) -> Body:
        """Return the body."""
        return self._entry("body", DEFAULT_BODY, Body, self._check_numbers)

    def group(self, name: str) -> Group:
        """Return the group of that name; raises `UnknownEntryError` where there is none."""
        groups = self.groups()
        if name not in groups:
            raise self._unknown("groups", name, tuple(groups))
        return groups[name]

    def drivers(self) -> Mapping[str, Driver]:
        """Return all drivers by name."""
        return self._once("drivers", lambda: {name: self.driver(name) for name in self.names("drivers")})

    def groups(self) -> Mapping[str, Group]:
        """Return all groups by name."""
        return self._once("groups", self._read_groups)

    def sources(self) -> Mapping[str, Source]:
        """Return all sources by key."""
        return self._once("sources", self._read_sources)

    def entry(self, kind: str, name: str, model: type[Model]) -> Model:
        """Return an entry of any kind whose only check beyond its model is that its sources exist.

        Parameters
        ----------
        kind
            Its folder, such as ``modalities``.
        name
            Its name.
        model
            What it is read as.

        Raises
        ------
        UnknownEntryError
            Where there is none.
        """
        return self._entry(kind, name, model, self._check_numbers)

    def names(self, kind: str) -> tuple[str, ...]:
        """Return the names of all entries of a kind, sorted; no entry is read.

        Parameters
        ----------
        kind
            ``cancers``, ``drivers``, ``populations`` or ``body``.
        """
        return tuple(self._found(kind))

    def file(self, kind: str, name: str) -> Path:
        """Return the file that an entry is read from."""
        return self._found(kind)[name][-1]

    def _found(self, kind: str) -> dict[str, list[Path]]:
        if kind not in self._files:
            found: dict[str, list[Path]] = {}
            for folder in self.folders:
                for path in folder.files(kind):
                    found.setdefault(path.stem, []).append(path)
            self._files[kind] = dict(sorted(found.items()))
        return self._files[kind]

    def _entry(self, kind: str, name: str, model: type[Model], check: Callable[[Model, Path], None]) -> Model:
        kept = self._kept.get((kind, name))
        if isinstance(kept, model):
            return kept
        paths = self._found(kind).get(name)
        if not paths:
            raise self._unknown(kind, name, self.names(kind))
        table = read_table(paths[-1])
        _allow_replacement(table, name, paths[-1], paths[-2] if len(paths) > 1 else None)
        if table.setdefault("id", name) != name:
            raise EntryError(
                f"The entry calls itself {table['id']!r}, its file {name!r}.",
                file=paths[-1],
                key="id",
                value=table["id"],
                allowed="the name of the file without .toml",
                fix="rename the file, or correct id",
            )
        entry = validated(model, table, paths[-1])
        check(entry, paths[-1])
        self._kept[kind, name] = entry
        return entry

    def _check_numbers(self, entry: BaseModel, file: Path) -> None:
        check_sources(entry, self.sources(), file)

    def _check_cancer(self, cancer: Cancer, file: Path) -> None:
        check_sources(cancer, self.sources(), file)
        check_drivers(cancer, self.names("drivers"), file)

    def _once(self, kind: str, read: Callable[[], dict[str, Model]]) -> Mapping[str, Model]:
        kept = self._kept.get((kind, ""))
        if kept is None:
            kept = self._kept[kind, ""] = MappingProxyType(read())
        return kept  # type: ignore[return-value]

    def _read_groups(self) -> dict[str, Group]:
        files = [folder.path / "groups.toml" for folder in self.folders]
        groups, places = _merged(Group, [[path] for path in files if path.is_file()])
        for name, group in groups.items():
            check_members(group, self.names("cancers"), places[name])
            check_sources(group, self.sources(), places[name], f"{name}.")
        return groups

    def _read_sources(self) -> dict[str, Source]:
        return _merged(Source, [folder.files("sources") for folder in self.folders], check_no_twins)[0]

    def _unknown(self, kind: str, name: str, names: tuple[str, ...]) -> UnknownEntryError:
        what = {"cancers": "cancer", "groups": "group or cancer", "body": "body"}.get(kind, kind.removesuffix("s"))
        return UnknownEntryError(
            f"There is no {what} called {name!r}.",
            value=name,
            allowed=names or "none: the catalogue has no such entry",
            meant=nearest(name, names),
            fix=f"see: paget list {kind}" if kind != "body" else f"add body/{name}.toml",
        )


def _allow_replacement(table: dict[str, Any], name: str, file: Path, earlier: object) -> None:
    """Take `replaces` out of a table; raise where it contradicts what stood there before."""
    replaces = table.pop("replaces", False)
    if earlier is not None and replaces is not True:
        raise EntryError(
            f"An entry called {name!r} exists already, in {earlier}.",
            file=file,
            key=name,
            allowed="a new name, or replaces = true to take its place",
            fix="rename the entry, or add replaces = true to it",
        )
    if earlier is None and replaces is not False:
        raise EntryError(
            f"The entry {name!r} says that it replaces one, and there is none of that name.",
            file=file,
            key="replaces",
            value=replaces,
            allowed="replaces = true only where an earlier folder has an entry of the same name",
            fix="correct the name, or remove replaces",
        )


def _merged(
    model: type[Model],
    layers: Iterable[Iterable[Path]],
    check: Callable[[Mapping[str, Model], Mapping[str, Path]], None] | None = None,
) -> tuple[dict[str, Model], dict[str, Path]]:
    """Merge files that hold one table per entry; `layers` are folders, each a list of files."""
    entries: dict[str, Model] = {}
    places: dict[str, Path] = {}
    for layer in layers:
        own: dict[str, Model] = {}
        where: dict[str, Path] = {}
        for path in layer:
            for name, table in read_table(path).items():
                fields = {**table, "id": name} if isinstance(table, dict) else table
                if isinstance(fields, dict):
                    _allow_replacement(fields, name, path, places.get(name))
                if name in own:
                    raise EntryError(
                        f"{name!r} stands twice: also in {where[name]}.",
                        file=path,
                        key=name,
                        allowed="each key once among the files of a folder",
                        fix="remove one of them",
                    )
                own[name] = validated(model, fields, path, name)
                where[name] = path
        if check is not None:
            check(own, where)
        entries.update(own)
        places.update(where)
    return entries, places
