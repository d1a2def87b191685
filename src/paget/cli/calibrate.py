"""`paget calibrate`: fit the free numbers of a cancer to its published figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from paget.cli.failure import told
from paget.cli.options import CancerName, Json, Seed
from paget.cli.run import STOPPED


@told
def calibrate(
    cancer: CancerName,
    n: Annotated[int, typer.Option("--patients", "-n", metavar="N", help="Patients per simulated point.")] = 600,
    points: Annotated[int, typer.Option("--points", metavar="M", help="Simulated points per wave.")] = 96,
    waves: Annotated[int, typer.Option("--waves", metavar="W", help="Waves of each stage.")] = 2,
    stage: Annotated[
        Literal["spread", "survival", "both"],
        typer.Option("--stage", help="What to fit: before diagnosis, after it, or both.", show_choices=True),
    ] = "both",
    seed: Seed = 1,
    workers: Annotated[
        int | None,
        typer.Option("--workers", metavar="K", help="Processes; all cores if left out. Results do not depend on it."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder; calibration/CANCER if left out.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Fit the free numbers of a cancer, or of all cancers of a group, to published figures, and tell how sure it is.

    Every simulated point is kept: the same command goes on with a calibration that was stopped.
    """
    from paget.inference.calibrate import calibrate as fit

    try:
        found = fit(
            cancer,
            n,
            points=points,
            waves=waves,
            seed=seed,
            stage=stage,
            out=out,
            workers=workers,
            progress=not as_json,
        )
    except KeyboardInterrupt:
        typer.echo("Stopped. The simulated points are kept; the same command goes on from there.", err=True)
        raise typer.Exit(STOPPED) from None
    found.write()
    if as_json:
        typer.echo(json.dumps(found.as_dict(), ensure_ascii=False, allow_nan=False))
        return
    from paget.cli.calibrate_text import print_calibration

    print_calibration(found)
