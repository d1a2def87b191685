"""`paget validate`: how near a simulation comes to published figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from paget.cli.failure import told
from paget.cli.options import Json, Seed, Workers
from paget.cli.report import WithReport, leave
from paget.cli.targets import TargetsFile


@told
def validate(
    cancers: Annotated[
        list[str] | None,
        typer.Argument(metavar="CANCER", help="Cancers or groups, one or several; all if left out."),
    ] = None,
    file: TargetsFile = None,
    n: Annotated[int, typer.Option("--patients", "-n", metavar="N", help="Patients per cancer and run.")] = 20_000,
    seed: Seed = 1,
    workers: Workers = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder for the table; ./validation if left out.")
    ] = None,
    with_report: WithReport = None,
    as_json: Json = False,
) -> None:
    """Simulate cancers and compare stages, sites, survival, growth and sizes with published figures.

    Each is simulated under standard care, and once without any where a figure asks for it. Writes a table as CSV.
    """
    from paget.inference.validate import validate as ask

    found = ask(cancers or (), file, n, seed=seed, workers=workers, progress=not as_json)
    # A program that reads JSON keeps it; a folder that nobody named would only be in its way.
    folder = out or (None if as_json else Path("validation"))
    table = None if folder is None else found.write(folder)
    if as_json:
        typer.echo(json.dumps(found.as_dict(), ensure_ascii=False, allow_nan=False))
        if folder is not None:
            leave(folder, with_report, as_json=True)
        return
    from paget.cli.validation_text import print_validation

    print_validation(found, table)
    if folder is not None:
        leave(folder, with_report, as_json=False)
