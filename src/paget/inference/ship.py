"""Write a calibration into the catalogue of this checkout: ``python -m paget.inference.ship CANCER FOLDER``.

With ``soils`` in place of a cancer, the folder is that of the soils that all cancers share.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from paget.errors import PagetError, SettingError
from paget.inference.shipping import report_of, ship, ship_soils

USAGE: Final = "python -m paget.inference.ship CANCER FOLDER [CATALOGUE]"
SOILS: Final = "soils"
"""Stands for what all cancers share, in place of a cancer."""

_LEAST, _MOST = 2, 3


def main(arguments: list[str]) -> int:
    """Ship a calibration.

    Parameters
    ----------
    arguments
        Cancer or group, folder of its calibration, and the catalogue folder where that is not the built-in one.

    Returns
    -------
    int
        0, or 2 where something has to be mended, which is told on standard error.
    """
    try:
        if not _LEAST <= len(arguments) <= _MOST:
            raise SettingError("There are too few or too many arguments.", value=" ".join(arguments), allowed=USAGE)
        cancer, folder, *rest = arguments
        if cancer == SOILS:
            sys.stdout.write(f"{ship_soils(folder, *rest)}\n")
            return 0
        held = report_of(Path(folder))["cancer"]
        if held != cancer:
            raise SettingError(f"The folder holds a calibration of {held}.", value=cancer, allowed=held)
        for path in ship(folder, *rest):
            sys.stdout.write(f"{path}\n")
    except PagetError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
