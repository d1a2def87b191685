"""`paget trial`: a virtual trial, read as statisticians read one, and what no trial can see."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from paget.cli.failure import told
from paget.cli.options import Json, Workers
from paget.errors import SettingError


@told
def trial(
    spec: Annotated[Path, typer.Argument(metavar="SPEC.toml", help="The trial; see examples/trials.")],
    n: Annotated[
        int | None,
        typer.Option("--patients", "-n", metavar="N", help="Patients to simulate, of whom the eligible take part."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", help="Seed of all random draws; as in SPEC if left out.")
    ] = None,
    workers: Workers = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder for the result and its data.")
    ] = None,
    adam: Annotated[bool, typer.Option("--adam", help="Write CDISC ADaM data sets too, into DIR/adam.")] = False,
    as_json: Json = False,
) -> None:
    """Simulate the same patients in every arm of a trial; print what the trial finds, beside what was published.

    Below stands what no trial can see: what each patient would have had in the other arm, and who benefits.
    """
    from paget.cohort.trial import run_trial

    if adam and out is None:
        raise SettingError(
            "ADaM data sets need a folder.", key="--adam", allowed="--adam together with --out", fix="add --out DIR"
        )
    result = run_trial(spec, n, seed=seed, workers=workers, progress=not as_json)
    if out is not None:
        result.write(out, with_adam=adam)
    if as_json:
        typer.echo(json.dumps(result.as_dict(), ensure_ascii=False, allow_nan=False))
        return
    from paget.cli.trial_text import print_trial

    print_trial(result.trial, result.as_dict(), out)
