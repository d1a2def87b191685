"""What a run was made of, written beside its tables, and whether a folder holds the run that is asked for.

The identity is everything that decides the tables' bits, except how many patients there are: patient i is
the same in a run of any size, so a finished run may be made longer by asking for more patients.
"""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import dataclass, field
from importlib.metadata import version as installed_version
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel

from paget.analysis.explain import year_to_one_cm
from paget.catalogue.numbers import stated
from paget.cohort.store import LOCK_NAME, OTHER_FOLDER, PROVENANCE_NAME, write_text
from paget.errors import FolderError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from paget.cohort.recipe import Recipe

_IDENTITY: Final = (
    "paget_version",
    "layout_version",
    "cancer",
    "seed",
    "settings",
    "years",
    "screening",
    "care",
    "posterior",
    "block_patients",
    "catalogue_digest",
)
"""In the order in which they are compared: the digest differs with the cancer and settings too, so it comes last."""


@dataclass(frozen=True)
class Identity:
    """What decides the tables' bits.

    Parameters
    ----------
    paget_version
        Version of this package.
    layout_version
        Version of the tables' layout.
    catalogue_digest
        Digest of the catalogue, the user's own entries included.
    cancer
        Cancer or group of cancers.
    seed
        Seed of all draws.
    settings
        Catalogue numbers set by the user.
    years
        Horizon in years after the first cell; None means until death.
    screening
        Screening programme; None for none.
    care
        Policy by which those who are found are cared for; a file or an object by its content.
    posterior
        Digest of the draws of a posterior that the patients' numbers are taken from; None for stated numbers.
    block_patients
        Patients per block.
    """

    paget_version: str
    layout_version: int
    catalogue_digest: str
    cancer: str
    seed: int
    settings: dict[str, str] = field(default_factory=dict)
    years: float | None = None
    screening: str | None = None
    care: str = "none"
    posterior: str | None = None
    block_patients: int = 0

    def as_dict(self) -> dict[str, object]:
        """Return the identity as plain values."""
        return {key: getattr(self, key) for key in _IDENTITY}

    def digest(self) -> str:
        """Return a digest that differs between any two runs whose tables may differ."""
        text = json.dumps(self.as_dict(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def environment() -> dict[str, str]:
    """Return the versions of Python and of the libraries that compute and store the numbers."""
    libraries = {name: installed_version(name) for name in ("numpy", "numba", "pyarrow")}
    return {"python": platform.python_version(), **libraries}


def read(folder: Path) -> dict[str, Any] | None:
    """Read a folder's provenance.

    Parameters
    ----------
    folder
        A run's folder, or a folder that does not exist yet.

    Returns
    -------
    dict or None
        The provenance; None if the folder holds nothing yet.

    Raises
    ------
    FolderError
        If the folder is not one that a run left.
    """
    path = folder / PROVENANCE_NAME
    try:
        if not folder.exists():
            return None
        if not folder.is_dir():
            raise FolderError("The run's folder is a file.", file=folder, allowed="a folder", fix=OTHER_FOLDER)
        if path.exists():
            return _parse(path)
        _only_ours(folder)
    except OSError as error:
        fault = f"The run's folder cannot be read: {error.strerror or error}."
        raise FolderError(fault, file=folder, allowed="a folder that can be read", fix=OTHER_FOLDER) from error
    return None


def _only_ours(folder: Path) -> None:
    """Raise where a folder without provenance holds anything that no run has left."""
    ours = {LOCK_NAME, f".{PROVENANCE_NAME}.tmp"}
    others = sorted(item.name for item in folder.iterdir() if item.name not in ours)
    if others:
        raise FolderError(
            f"The folder was not left by a run: it holds {others[0]!r} and no {PROVENANCE_NAME}.",
            file=folder,
            allowed="a new or empty folder, or the folder of this very run",
            fix=OTHER_FOLDER,
        )


def check(folder: Path, found: Mapping[str, object], identity: Identity, n: int) -> None:
    """Hold a folder's provenance against the run that is asked for.

    Parameters
    ----------
    folder
        The run's folder.
    found
        Its provenance.
    identity
        What is asked for.
    n
        How many patients are asked for.

    Raises
    ------
    FolderError
        If the folder holds another run, or more patients than are asked for.
    """
    for key, wanted in identity.as_dict().items():
        held = found.get(key)
        if held != wanted:
            raise FolderError(
                f"The folder holds another run: {key} is {_said(held)} there and {_said(wanted)} here.",
                file=folder / PROVENANCE_NAME,
                key=key,
                fix=f"{OTHER_FOLDER}, or remove this one",
            )
    patients = found.get("n")
    if isinstance(patients, int) and patients > n:
        raise FolderError(
            f"The folder holds a run of {patients} patients, more than the {n} asked for.",
            file=folder / PROVENANCE_NAME,
            key="n",
            value=patients,
            allowed=f"{patients} or more: a run can be made longer, not shorter",
            fix=OTHER_FOLDER,
        )


def describe(recipe: Recipe, n: int, held: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the provenance of a run that is not finished yet.

    Parameters
    ----------
    recipe
        What is simulated.
    n
        Number of patients.
    held
        The folder's provenance so far, if it has one: a run that goes on keeps what it was begun with.

    Returns
    -------
    dict
        The identity; every number used with its unit, source and grade; the sources; versions of libraries.
    """
    used = environment()
    before = list(held.get("environments", [])) if held else []
    cancers = {cancer.id: parameters(cancer) for cancer, _ in recipe.members}
    times = [(year_to_one_cm(cancer), weight) for cancer, weight in recipe.members]
    return {
        **recipe.identity.as_dict(),
        **recipe.origin,
        "title": recipe.title,
        "n": n,
        "finished": False,
        "environments": before if used in before else [*before, used],
        "year_to_1cm": _weighted_median(times),
        "weights": {cancer.id: weight for cancer, weight in recipe.members},
        "population": recipe.population.id,
        "parameters": {
            "cancers": cancers,
            "body": parameters(recipe.body),
            "drivers": {name: parameters(driver) for name, driver in recipe.drivers.items()},
        },
        "sources": dict(recipe.references),
    }


def parameters(entry: BaseModel) -> dict[str, dict[str, Any]]:
    """Return every number of a catalogue entry by its dotted key, with unit, spread, source and grade."""
    kept = {"value", "unit", "spread", "source", "grade"}
    return {
        number.key: number.sourced.model_dump(mode="json", include=kept, exclude_none=True)
        for number in stated(entry)
        if number.quantity
    }


def write(folder: Path, content: Mapping[str, object]) -> None:
    """Write a run's provenance, whole or not at all."""
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write_text(folder / PROVENANCE_NAME, text)


def _parse(path: Path) -> dict[str, Any]:
    fix = f"{OTHER_FOLDER}, or remove this one"
    try:
        content: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FolderError(f"The run's provenance cannot be read: {error}.", file=path, fix=fix) from error
    if not isinstance(content, dict):
        raise FolderError("The run's provenance is not a table of keys.", file=path, fix=fix)
    return content


def _weighted_median(values: list[tuple[float, float]]) -> float | None:
    finite = sorted(pair for pair in values if pair[0] != float("inf"))
    half, passed = sum(weight for _, weight in finite) / 2.0, 0.0
    for value, weight in finite:
        passed += weight
        if passed >= half:
            return value
    return None


def _said(value: object) -> str:
    return "not set" if value is None or value == {} else repr(value)
