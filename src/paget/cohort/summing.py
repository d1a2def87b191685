"""Read a run's tables part by part and sum them up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from paget.analysis.between_draws import COLUMNS as DRAW_COLUMNS
from paget.analysis.between_draws import BetweenDraws
from paget.analysis.cared import COLUMNS as CARE_COLUMNS
from paget.analysis.cared import TREATMENT_COLUMNS
from paget.analysis.columns import whole
from paget.analysis.summary import summarise
from paget.analysis.tally import FUNNEL_COLUMNS, LESION_COLUMNS, PATIENT_COLUMNS, Tally
from paget.cohort.drawing import draw_numbers
from paget.cohort.store import part_paths, reading

NONE = "none"
"""The policy of a run without care."""

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def summary_of(folder: Path, made: Mapping[str, Any]) -> dict[str, Any]:
    """Return the summary of a run's tables.

    Parameters
    ----------
    folder
        The run's folder, all of its parts in place.
    made
        The run's provenance.

    Returns
    -------
    dict
        The summary, as plain values.
    """
    tally = Tally()
    care = made.get("care", NONE)
    wanted = PATIENT_COLUMNS if care == NONE else (*PATIENT_COLUMNS, *CARE_COLUMNS)
    paths = (part_paths(folder, table) for table in ("patients", "lesions", "funnel", "treatments"))
    for patients, lesions, funnel, treatments in zip(*paths, strict=True):
        told = _columns(patients, wanted)
        tally.add(told, _columns(lesions, LESION_COLUMNS), _columns(funnel, FUNNEL_COLUMNS))
        if care != NONE:
            tally.add_care(told, _columns(treatments, TREATMENT_COLUMNS))
    head = {**{key: made[key] for key in ("cancer", "title", "seed", "years", "settings")}, "policy": care}
    found = {**head, **summarise(tally, years=made["years"], year_to_1cm=made["year_to_1cm"])}
    return {**found, "posterior": _between_draws(folder, len(made["draws"]))} if made.get("posterior") else found


def _between_draws(folder: Path, draws: int) -> dict[str, Any]:
    """Return the main shares with their spread between draws of a posterior."""
    counted = BetweenDraws(draws)
    for path in part_paths(folder, "patients"):
        told = _columns(path, DRAW_COLUMNS)
        counted.add(told, draw_numbers(whole(told["patient"]), draws))
    return counted.as_dict()


def _columns(path: Path, columns: Sequence[str]) -> pa.Table:
    with reading(path), pq.ParquetFile(path) as part:
        return part.read(columns=list(columns), use_threads=False)
