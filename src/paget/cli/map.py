"""`paget map`: where undetected lesions are in one patient, from a record and simulated patients who resemble it."""

from __future__ import annotations

import json

import typer

from paget.cli.failure import told
from paget.cli.options import Alike, Json, RecordFile, Seed, Workers


@told
def full_map(
    record: RecordFile,
    patients: Alike = 8_000,
    seed: Seed = 1,
    workers: Workers = None,
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
