"""How far the cancer reached: sites ever found, at diagnosis and at death, how many, and nodes by size."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from paget.inference.estimates import share_of
from paget.inference.patients import of_diameter
from paget.inference.strata import NotComputableError, one_of, span
from paget.model.layout import ORGANS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paget.inference.quantities import Compute

BASES: Final = ("m1", "all")
_DISTANT: Final = np.array([organ != "regional_lymph_node" for organ in ORGANS])
_COUNT: Final = re.compile(r"[1-9]\d*(?:-[1-9]\d*|plus|\+)?")


def site_ever(keys: Mapping[str, str]) -> Compute:
    """Return the share of patients with metastases ever found whose site was among them.

    Parameters
    ----------
    keys
        ``site``.
    """
    organ = _organ(keys)
    return lambda patients: share_of(~np.isnan(patients.found_day[:, organ]), patients.sites > 0)


def site_at_diagnosis(keys: Mapping[str, str]) -> Compute:
    """Return the share of patients with a site at diagnosis, of those with metastasis then, or of all.

    Parameters
    ----------
    keys
        ``site``, and ``base``: ``m1`` (if left out) or ``all``.
    """
    organ, base = _organ(keys), one_of("base", keys.get("base", "m1"), BASES)
    return lambda patients: share_of(
        patients.at_diagnosis[:, organ], patients.diagnosed if base == "all" else patients.m == 1
    )


def site_at_death(keys: Mapping[str, str]) -> Compute:
    """Return the share of those who died of the cancer with a site then, found or not.

    Parameters
    ----------
    keys
        ``site``, and ``base``: ``all`` (if left out), or ``m1`` for those who died with a distant metastasis.
    """
    organ, base = _organ(keys), one_of("base", keys.get("base", "all"), BASES)
    return lambda patients: share_of(
        patients.at_death[:, organ],
        patients.of_cancer & ((patients.at_death & _DISTANT).any(axis=1) if base == "m1" else True),
    )


def site_count(keys: Mapping[str, str]) -> Compute:
    """Return the share of patients with metastases ever found who had so many sites.

    Parameters
    ----------
    keys
        ``sites``: ``3``, ``2-3`` or ``6plus``.

    Raises
    ------
    NotComputableError
        If it is none of these.
    """
    if not _COUNT.fullmatch(keys["sites"]):
        fault = f"sites={keys['sites']} is no number of sites; allowed: 3, 2-3 or 6plus"
        raise NotComputableError(fault)
    low, high = span("sites", keys["sites"])
    return lambda patients: share_of((patients.sites >= low) & (patients.sites < high), patients.sites > 0)


def node_positive_by_diameter(keys: Mapping[str, str]) -> Compute:
    """Return the share of patients with positive nodes at diagnosis, of those whose primary had a diameter.

    Parameters
    ----------
    keys
        ``mm``.
    """
    picked = of_diameter(keys["mm"])
    return lambda patients: share_of(patients.n >= 1, picked(patients) & ~np.isnan(patients.n))


def _organ(keys: Mapping[str, str]) -> int:
    return ORGANS.index(one_of("site", keys["site"], ORGANS))
