"""The same patients with and without a screening programme: what screening did to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow.compute as pc

from paget import catalogue
from paget.cohort.api import simulate
from paget.cohort.cohort import Cohort
from paget.model.screening import Programme
from paget.model.stage import STAGE_GROUPS, STAGES
from paget.observation.screening import YEAR_DAY, Paired, measures

COLUMNS: Final = ("patient", "diagnosis_age_day", "diagnosis_route", "stage", "death_age_day")


def compare_screening(
    cancer: str,
    programme: str,
    n: int = 10_000,
    *,
    seed: int = 1,
    workers: int | None = None,
    settings: Mapping[str, str] | None = None,
    out: str | Path | None = None,
    progress: bool = False,
) -> dict[str, Any]:
    """Simulate the same patients with and without a screening programme and return the measures of screening.

    All patients carry the cancer and nobody is treated, so survival is the same in both; what differs is when and at
    which stage each is found. Measures are of those who were screened at least once.

    Parameters
    ----------
    cancer
        A cancer or group that the programme looks for.
    programme
        A screening programme, such as ``screen_fit``.
    n
        Number of patients.
    seed
        Seed of all draws.
    workers
        Threads; all cores if None.
    settings
        Catalogue numbers to replace.
    out
        Folder for both runs, as ``screened`` and ``unscreened``; nothing is kept if None.
    progress
        Whether to show progress bars on a terminal.

    Returns
    -------
    dict
        Names, numbers of patients and of screened ones, and the fields of
        `observation.screening.ScreeningMeasures`, as plain values.

    Raises
    ------
    SettingError
        If there is no such programme, or it does not look for the cancer.
    UnknownEntryError
        If no cancer or group has this name.
    """
    folder = None if out is None else Path(out)

    def run(name: str, screening: str | None) -> Cohort:
        where = None if folder is None else folder / name
        return simulate(
            cancer, n, seed=seed, out=where, workers=workers, settings=settings, screening=screening, progress=progress
        )

    screened, unscreened = run("screened", programme), run("unscreened", None)
    paired = _paired(screened, unscreened)
    ever = np.asarray(screened.arrow("patients", ["screens"])["screens"].to_numpy()) > 0
    entry = catalogue.entry("pathways", programme, Programme)
    found = measures(paired.where(ever), interval_day=entry.interval.value * YEAR_DAY)
    return {
        "cancer": cancer,
        "programme": programme,
        "patients": n,
        "seed": seed,
        "screened": int(ever.sum()),
        **{name: list(value) if isinstance(value, tuple) else value for name, value in asdict(found).items()},
    }


def _paired(screened: Cohort, unscreened: Cohort) -> Paired:
    """Return how each patient was found in the two runs, patient by patient."""
    with_it = screened.arrow("patients", [*COLUMNS, "last_screen_age_day"])
    without = unscreened.arrow("patients", list(COLUMNS))
    route = pc.cast(with_it["diagnosis_route"], "string").to_numpy(zero_copy_only=False)
    return Paired(
        screened_day=_numbers(with_it["diagnosis_age_day"]),
        unscreened_day=_numbers(without["diagnosis_age_day"]),
        by_screen=route == "screening",
        screened_stage=_groups(with_it["stage"]),
        unscreened_stage=_groups(without["stage"]),
        last_screen_day=_numbers(with_it["last_screen_age_day"]),
    )


def _numbers(column: Any) -> np.ndarray:  # noqa: ANN401 - pyarrow has no types
    return np.asarray(pc.cast(column, "double").to_numpy(zero_copy_only=False), np.float64)


def _groups(column: Any) -> np.ndarray:  # noqa: ANN401 - pyarrow has no types
    names = pc.cast(column, "string").to_pylist()
    group = dict(zip(STAGES, STAGE_GROUPS, strict=True))
    return np.array([group[name] for name in names], np.int64)
