"""The same patients with and without a screening programme: what screening did to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow.compute as pc

from paget import catalogue
from paget.analysis.columns import numbers, stage_groups
from paget.cohort.api import simulate
from paget.cohort.care_plan import STANDARD
from paget.cohort.cohort import Cohort
from paget.model.calendar import YEAR_DAY
from paget.model.screening import Programme
from paget.observation.screening import Paired, measures

COLUMNS: Final = ("patient", "diagnosis_age_day", "diagnosis_route", "stage", "last_age_day", "cause")
NOT_OF_CANCER: Final = ("alive", "other", "effect")


def compare_screening(  # noqa: PLR0913 - one call holds every choice of both runs
    cancer: str,
    programme: str,
    n: int = 10_000,
    *,
    seed: int = 1,
    workers: int | None = None,
    settings: Mapping[str, str] | None = None,
    care: str = STANDARD,
    out: str | Path | None = None,
    progress: bool = False,
) -> dict[str, Any]:
    """Simulate the same patients with and without a screening programme and return the measures of screening.

    All patients carry the cancer. What differs is when and at which stage each is found, and so what care can do for
    whom. Measures are of those who were screened at least once.

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
    care
        Policy by which those who are found are cared for; with ``none`` screening changes no death.
    out
        Folder for both runs, as ``screened`` and ``unscreened``; nothing is kept if None.
    progress
        Whether to show progress bars on a terminal.

    Returns
    -------
    dict
        Names, numbers of patients and of screened ones, the fields of `observation.screening.ScreeningMeasures`, and
        `mortality`: deaths of the cancer in both runs, their relative reduction, and days gained per person screened.

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
            cancer,
            n,
            seed=seed,
            out=where,
            workers=workers,
            settings=settings,
            screening=screening,
            care=care,
            progress=progress,
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
        "care": care,
        "mortality": _mortality(screened, unscreened, ever),
        **{name: list(value) if isinstance(value, tuple) else value for name, value in asdict(found).items()},
    }


def _mortality(screened: Cohort, unscreened: Cohort, ever: np.ndarray) -> dict[str, Any]:
    """Return deaths of the cancer among the screened, with the programme and without, and the days gained."""
    died, lived = [], []
    for run in (screened, unscreened):
        table = run.arrow("patients", ["last_age_day", "cause"])
        causes = pc.cast(table["cause"], "string").to_numpy(zero_copy_only=False)[ever]
        died.append(int((~np.isin(causes, NOT_OF_CANCER)).sum()))
        lived.append(numbers(table["last_age_day"])[ever])
    gained = lived[0] - lived[1]
    return {
        "deaths_screened": died[0],
        "deaths_unscreened": died[1],
        "relative_reduction": None if not died[1] else 1.0 - died[0] / died[1],
        "gained_day_mean": float(gained.mean()) if gained.size else None,
        "gained_day_error": float(gained.std(ddof=1) / np.sqrt(gained.size)) if gained.size > 1 else None,
    }


def _paired(screened: Cohort, unscreened: Cohort) -> Paired:
    """Return how each patient was found in the two runs, patient by patient."""
    with_it = screened.arrow("patients", [*COLUMNS, "last_screen_age_day"])
    without = unscreened.arrow("patients", list(COLUMNS))
    route = pc.cast(with_it["diagnosis_route"], "string").to_numpy(zero_copy_only=False)
    return Paired(
        screened_day=numbers(with_it["diagnosis_age_day"]),
        unscreened_day=numbers(without["diagnosis_age_day"]),
        by_screen=route == "screening",
        screened_stage=stage_groups(with_it["stage"]),
        unscreened_stage=stage_groups(without["stage"]),
        last_screen_day=numbers(with_it["last_screen_age_day"]),
    )
