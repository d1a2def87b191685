"""Where entries come from: the built-in folder, folders that installed packages bring, the user's own.

Every folder has the same layout as the built-in one. A later folder adds entries; to replace an entry of an
earlier folder it must say so (`replaces = true`), so that no number changes by accident.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Final

import platformdirs

from paget.errors import CatalogueError, EntryError, nearest

VARIABLE: Final = "PAGET_CATALOGUE"
"""Environment variable that names the user's folder."""

ENTRY_POINTS: Final = "paget.catalogue"
"""Group of entry points by which an installed package brings a folder."""

BUILT_IN: Final = Path(__file__).parent / "data"
KINDS: Final = (
    "cancers",
    "drivers",
    "populations",
    "sources",
    "body",
    "modalities",
    "markers",
    "symptoms",
    "pathways",
    "workups",
    "panels",
    "staging",
    "therapies",
    "policies",
    "utilities",
    "fitness",
    "targets",
    "posteriors",
)
"""Folders inside a catalogue folder."""

LOOSE_FILES: Final = ("groups.toml",)


@dataclass(frozen=True)
class Folder:
    """A folder of entries.

    Parameters
    ----------
    path
        Where it is.
    origin
        Who brings it, in words.
    """

    path: Path
    origin: str

    def files(self, kind: str) -> tuple[Path, ...]:
        """Return the TOML files of one kind, sorted by name."""
        return tuple(sorted((self.path / kind).glob("*.toml")))


def all_folders() -> tuple[Folder, ...]:
    """Return all folders, built-in first, the user's own last.

    Raises
    ------
    CatalogueError
        Where the user's folder or a package's folder cannot be read.
    """
    found = [Folder(BUILT_IN, "built in"), *_brought_by_packages()]
    own = user_folder()
    if own is not None:
        found.append(Folder(own, f"the folder that {VARIABLE} names" if VARIABLE in os.environ else "the user folder"))
    for folder in found[1:]:
        refuse_stray_names(folder, all_of_it=folder.path == own)
    return tuple(found)


def user_folder() -> Path | None:
    """Return the user's own folder, or None where there is none.

    Raises
    ------
    CatalogueError
        Where the environment names a folder that is not there.
    """
    named = os.environ.get(VARIABLE)
    if named:
        path = Path(named).expanduser()
        if not path.is_dir():
            raise CatalogueError(
                f"{VARIABLE} names a folder that is not there.",
                value=named,
                allowed=f"a folder that holds {', '.join(KINDS)} or {LOOSE_FILES[0]}",
                fix=f"create the folder, or unset {VARIABLE}",
            )
        return path
    path = usual_user_folder()
    return path if path.is_dir() else None


def usual_user_folder() -> Path:
    """Return where the user's folder is looked for on this platform."""
    return platformdirs.user_data_path("paget", appauthor=False) / "catalogue"


def refuse_stray_names(folder: Folder, *, all_of_it: bool) -> None:
    """Raise where a name in the folder would be silently ignored.

    Parameters
    ----------
    folder
        A folder that is not built in.
    all_of_it
        Whether the folder holds nothing but entries; in a package, whose folder may hold code too, only names
        that look like a slip are refused.

    Raises
    ------
    EntryError
        Naming the stray file or folder and the nearest name that is read.
    """
    known = (*KINDS, *LOOSE_FILES)
    for path in sorted(folder.path.iterdir()):
        stray = path.name not in known and (path.is_dir() or path.suffix == ".toml")
        meant = nearest(path.name, known)
        if stray and not path.name.startswith((".", "_")) and (all_of_it or meant):
            raise EntryError(
                f"{path.name} in the catalogue folder is never read.",
                file=path,
                allowed=known,
                meant=meant,
                fix="rename it, or move it into the folder of its kind",
            )


def _brought_by_packages() -> list[Folder]:
    points = sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name)
    return [Folder(_path_of(point), f"the package entry point {point.name}") for point in points]


def _path_of(point: EntryPoint) -> Path:
    try:
        found: object = point.load()
        path = _as_path(found() if callable(found) else found)
    except Exception as error:
        raise CatalogueError(
            f"The entry point {point.name} of {ENTRY_POINTS} cannot be loaded: {error}",
            value=point.value,
            allowed="a package that holds the entries, or a function that returns their folder",
            fix="correct or uninstall the package that declares it",
        ) from error
    if not path.is_dir():
        raise CatalogueError(
            f"The entry point {point.name} of {ENTRY_POINTS} gives a folder that is not there.",
            value=str(path),
            allowed="an existing folder",
            fix="correct or uninstall the package that declares it",
        )
    return path


def _as_path(found: object) -> Path:
    if isinstance(found, str):
        found = found if os.sep in found else import_module(found)
    if isinstance(found, ModuleType):
        return Path(found.__path__[0])
    return Path(os.fspath(found))  # type: ignore[call-overload]
