"""Reports: one self-contained file for a run, a trial, a validation or a patient.

`write` finds out what a folder holds, so that one command makes any report again.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from paget.cohort.store import PROVENANCE_NAME, write_text
from paget.errors import FolderError, MissingExtraError, SettingError
from paget.inference.validate import JSON_NAME as VALIDATION_NAME

if TYPE_CHECKING:
    from paget.cohort.cohort import Cohort
    from paget.web.ahead import Ahead

REPORT_NAME: Final = "report.html"
_NEEDED: Final = "matplotlib"
_TRIAL_NAME: Final = "result.json"
_NAME_ONE: Final = "name a patient; two policies of all patients are compared by: paget compare"


def of_run(cohort: Cohort, ahead: Ahead | None = None) -> str:
    """Return the report of a run; see `paget.web.run_report.of_run`."""
    from paget.web import run_report

    check_drawing()
    return run_report.of_run(cohort, ahead)


def of_patient(cohort: Cohort, index: int, against: str | None = None) -> str:
    """Return the report of one patient of a run; see `paget.web.patient_report.of_patient`."""
    from paget.web import patient_report

    check_drawing()
    return patient_report.of_patient(cohort, index, against)


def of_trial(folder: str | Path) -> str:
    """Return the report of a trial; see `paget.web.trial_report.of_trial`."""
    from paget.web import trial_report

    check_drawing()
    return trial_report.of_trial(folder)


def of_validation(folder: str | Path) -> str:
    """Return the report of a validation; see `paget.web.validation_report.of_validation`."""
    from paget.web import validation_report

    check_drawing()
    return validation_report.of_validation(folder)


def of_comparison(run_a: Cohort, run_b: Cohort) -> str:
    """Return the report of two runs of the same patients; see `paget.web.comparison_report.of_comparison`."""
    from paget.web import comparison_report

    check_drawing()
    return comparison_report.of_comparison(run_a, run_b)


def can_draw() -> bool:
    """Return whether the packages that draw figures are installed."""
    return find_spec(_NEEDED) is not None


def check_drawing() -> None:
    """Raise unless the packages that draw figures are installed.

    Raises
    ------
    MissingExtraError
        Naming the extra that brings them.
    """
    if not can_draw():
        raise MissingExtraError("A report", _NEEDED, "plots")


def write(
    folder: str | Path,
    *,
    patient: int | None = None,
    against: str | None = None,
    to: str | Path | None = None,
    ahead: Ahead | None = None,
) -> Path:
    """Write the report of whatever a folder holds.

    Parameters
    ----------
    folder
        What `paget run`, `paget trial` or `paget validate` left.
    patient
        One patient of a run, in place of all.
    against
        A second policy, under which the same patient is shown beside.
    to
        The file; ``report.html`` in the folder if None, and ``patient-INDEX.html`` for a patient.
    ahead
        A process that has got ready to draw the report of a run.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    FolderError
        If the folder holds none of these, or cannot be written to.
    SettingError
        If there is no such patient, or a second policy and no patient.
    UnknownEntryError
        If there is no such policy.
    MissingExtraError
        If the packages that draw figures are not installed.
    """
    path = Path(folder)
    if against is not None and patient is None:
        raise SettingError("There is a second policy, and no patient.", key="against", value=against, fix=_NAME_ONE)
    text = _of(path, patient, against, ahead)
    target = Path(to) if to is not None else path / (REPORT_NAME if patient is None else f"patient-{patient}.html")
    write_text(target, text)
    return target


def is_current(folder: Path) -> bool:
    """Return whether a run's folder holds a report that is younger than the run."""
    report, run = folder / REPORT_NAME, folder / PROVENANCE_NAME
    try:
        return report.stat().st_mtime >= run.stat().st_mtime
    except OSError:
        return False


def _of(path: Path, patient: int | None, against: str | None, ahead: Ahead | None) -> str:
    from paget.cohort.cohort import Cohort

    if (path / PROVENANCE_NAME).exists() or patient is not None:
        cohort = Cohort.open(path)
        return of_run(cohort, ahead) if patient is None else of_patient(cohort, patient, against)
    if (path / _TRIAL_NAME).exists():
        return of_trial(path)
    if (path / VALIDATION_NAME).exists():
        return of_validation(path)
    raise FolderError(
        "There is nothing in this folder that a report could be made of.",
        file=path,
        allowed="a folder that `paget run`, `paget trial --out` or `paget validate` left",
    )
