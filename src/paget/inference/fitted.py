"""Which targets the numbers of an entry were fitted to, so that a fit is never scored as a prediction.

A number of grade `fitted` names its targets as ``cancer/quantity/stratum``. In the entry of a cancer the cancer may
be left out, and the stratum too, which then stands for all strata.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from paget import catalogue
from paget.catalogue.numbers import stated
from paget.inference.quantities import QUANTITIES
from paget.inference.strata import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import BaseModel

    from paget.inference.targets import Target
    from paget.model.cancer import Cancer


class Fits:
    """What has been fitted, by target; `parameters` counts the fitted numbers of each cancer and group.

    Parameters
    ----------
    cancers
        Entries whose fitted numbers count.
    shared
        Entries that all cancers share, such as the body and drivers; their numbers name targets in full.
    """

    def __init__(self, cancers: Iterable[Cancer], shared: Iterable[BaseModel] = ()) -> None:
        self._names: set[str] = set()
        self.parameters: dict[str, int] = {}
        for cancer in cancers:
            told = [number.sourced.targets for number in stated(cancer) if number.sourced.grade == "fitted"]
            self.parameters[cancer.id] = len(told)
            self._names |= {_full(name, cancer.id) for names in told for name in names}
        for entry in shared:
            self._names |= {_full(name, "") for number in stated(entry) for name in number.sourced.targets}

    @classmethod
    def of_catalogue(cls) -> Fits:
        """Return what has been fitted in the catalogue."""
        cancers = [catalogue.cancer(name) for name in catalogue.list_cancers()]
        fits = cls(cancers, [catalogue.body(), *catalogue.drivers().values()])
        for name in catalogue.list_groups():
            fits.parameters[name] = sum(fits.parameters[member.id] for member, _ in catalogue.resolve(name))
        return fits

    def holds(self, target: Target) -> bool:
        """Return whether a number was fitted to a target.

        Parameters
        ----------
        target
            The target; only its cancer, quantity and stratum count, so that a figure of another file that measures
            the same is fitted too.
        """
        return target.name in self._names or f"{target.cancer}/{target.quantity}" in self._names


def _full(name: str, cancer: str) -> str:
    """Return the full name of a target, its stratum written in one way."""
    first, _, rest = name.strip().partition("/")
    if first in QUANTITIES:
        first, rest = cancer, f"{first}/{rest}"
    quantity, _, stratum = rest.rstrip("/").partition("/")
    return f"{first}/{quantity}/{canonical(stratum)}" if stratum else f"{first}/{quantity}"
