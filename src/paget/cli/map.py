"""`paget map`: where undetected lesions are in one patient, from a record and simulated patients who resemble it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from paget.cli.failure import told
from paget.cli.options import Json, Seed

RecordFile = Annotated[
    Path, typer.Argument(metavar="RECORD", help="The patient's record, a TOML file; see docs/map.md.")
]


@told
def full_map(
    record: RecordFile,
    patients: Annotated[
        int, typer.Option("--patients", "-n", metavar="N", help="Patients to simulate; more tell more.")
    ] = 8_000,
    seed: Seed = 1,
    workers: Annotated[
        int | None, typer.Option("--workers", metavar="N", help="Threads; all cores if left out.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Estimate where undetected lesions are in one patient, and how large.

    Patients like this one are simulated up to their diagnosis and weighted by how well they fit the record. Ends with
    exit code 2, and no number, where too few of them resemble it.
    """
    from paget.cohort.mapping import full_map as ask

    found = ask(record, patients=patients, seed=seed, workers=workers, progress=True)
    if as_json:
        typer.echo(json.dumps(found.as_dict(), ensure_ascii=False, allow_nan=False))
    elif found.estimates is not None:
        from paget.cli.map_text import print_map

        print_map(found, found.estimates)
    if found.estimates is None:
        typer.echo(
            f"{found.reason}\n  fix:     check the record; with more --patients someone may resemble it", err=True
        )
        raise typer.Exit(2)
