"""`paget report`: make the report of a run, a trial or a validation again; other commands leave one with `leave`."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from paget.cli.failure import told

if TYPE_CHECKING:
    from paget.web.ahead import Ahead

WithReport = Annotated[
    bool | None,
    typer.Option("--report/--no-report", help="Write report.html into the folder; done if left out, but with --json."),
]
ReportFile = Annotated[
    Path | None, typer.Option("--report", metavar="FILE", help="Write a page about this patient, as in p3.html.")
]


@told
def report(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run, a trial or a validation.")],
    patient: Annotated[
        int | None, typer.Option("--patient", metavar="I", help="One patient of the run, from 0, in place of all.")
    ] = None,
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="POLICY", help="With --patient: the same patient under another policy."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="The page; report.html in the folder if left out.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the file and its size as one JSON object.")] = False,
) -> None:
    """Write the report of what a folder holds: one page that needs no network, to open, send or print."""
    import json

    from paget.web.report import write

    written = write(folder, patient=patient, against=against, to=out)
    if as_json:
        typer.echo(json.dumps({"report": str(written), "bytes": written.stat().st_size}))
        return
    typer.echo(f"Report: {written}")


def leave(folder: Path, wanted: bool | None, *, as_json: bool, afresh: bool = True, ahead: Ahead | None = None) -> None:
    """Write the report of a folder that a command has just filled, or say how to get one.

    Parameters
    ----------
    folder
        The folder.
    wanted
        What was typed; None where nothing was.
    as_json
        Whether a program reads the output: it is left a report only where it asks for one.
    afresh
        Whether to write it even where it is there already and the run has not changed since.
    ahead
        A process that has got ready to draw.
    """
    if wanted is False or (as_json and wanted is None):
        return
    from paget.web import report as pages

    target = folder / pages.REPORT_NAME
    if wanted or pages.can_draw():
        if wanted or afresh or not pages.is_current(folder):
            pages.write(folder, ahead=ahead)
        line = f"Report: {target}"
    else:
        line = "Report: none; figures need matplotlib: pip install 'paget[plots]'"
    typer.echo(line, err=as_json)


def drawing_ahead(
    cancer: str, folder: Path, wanted: bool | None, *, as_json: bool
) -> AbstractContextManager[Ahead | None]:
    """Return a process that gets ready to draw while a run is computed, or nothing where no report will be drawn.

    Parameters
    ----------
    cancer
        What the run is of.
    folder
        Where it goes.
    wanted, as_json
        As for `leave`.
    """
    from paget.web import report as pages
    from paget.web.ahead import Ahead, can_help

    if wanted is False or (as_json and wanted is None) or not (pages.can_draw() and can_help()):
        return nullcontext()
    if wanted is None and pages.is_current(folder):
        return nullcontext()
    return Ahead(cancer)


def write_page(cancer: str, index: int, file: Path, **options: Any) -> None:  # noqa: ANN401 - of `one_patient`
    """Write a page about one patient who is simulated for it.

    Parameters
    ----------
    cancer, index
        Which patient.
    file
        Where to.
    **options
        Seed, years, settings, care and the second policy, as for `paget.web.patient_report.of_one`.
    """
    from paget.cohort.store import write_text
    from paget.web.patient_report import of_one

    write_text(file, of_one(cancer, index, **options))
    typer.echo(f"Report: {file}")
