"""Names of cancers, therapies and drivers for figures: those of the catalogue, or the id in words where it has none."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from paget import catalogue
from paget.errors import CatalogueError
from paget.model.therapy import Therapy
from paget.plots import style

_LONGEST: Final = 28


@lru_cache(maxsize=512)
def therapy_name(therapy: str) -> str:
    """Return the name of a therapy.

    Parameters
    ----------
    therapy
        Its id.
    """
    try:
        name = catalogue.entry("therapies", therapy, Therapy).name
    except CatalogueError:
        name = ""
    return _short(name, therapy)


@lru_cache(maxsize=128)
def cancer_name(cancer: str) -> str:
    """Return the name of a cancer or a group of cancers.

    Parameters
    ----------
    cancer
        Its id.
    """
    name = ""
    if cancer in catalogue.list_cancers():
        name = catalogue.cancer(cancer).name
    elif cancer in catalogue.list_groups():
        name = catalogue.group(cancer).name
    return _short(name, cancer)


@lru_cache(maxsize=512)
def driver_name(driver: str) -> str:
    """Return the name of a driver.

    Parameters
    ----------
    driver
        Its id.
    """
    known = catalogue.drivers()
    return _short(known[driver].name if driver in known else "", driver)


def _short(name: str, entry: str) -> str:
    """Return the name unless it is missing or too long for the edge of a figure."""
    return name if 0 < len(name) <= _LONGEST else style.upper_first(style.words(entry))
