import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from paget.catalogue import Catalogue
from paget.catalogue.folders import Folder

EXAMPLE = Path(__file__).parents[2] / "data" / "catalogue"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the example catalogue, free to be spoilt."""
    copy = tmp_path / "catalogue"
    shutil.copytree(EXAMPLE, copy)
    return copy


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Return an empty folder of the user's own."""
    path = tmp_path / "own"
    for kind in ("cancers", "drivers", "sources", "populations", "body"):
        (path / kind).mkdir(parents=True)
    return path


@pytest.fixture
def opened() -> Callable[..., Catalogue]:
    """Return a function that opens folders as a catalogue."""

    def _opened(*paths: Path) -> Catalogue:
        return Catalogue(Folder(path, "for a test") for path in paths)

    return _opened


@pytest.fixture(scope="session")
def example() -> Catalogue:
    """Return the example catalogue as it is."""
    return Catalogue([Folder(EXAMPLE, "for a test")])
