"""`paget run`: simulate a cohort, keep its tables, print its summary."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated

import typer

from paget.cli.failure import told
from paget.cli.options import CancerName, Json, Seed, Settings, Years, parsed

STOPPED = 130
"""Exit code after Ctrl-C."""


@told
def run(
    cancer: CancerName,
    n: Annotated[int, typer.Option("--patients", "-n", metavar="N", help="Number of patients.")] = 10_000,
    seed: Seed = 1,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder for the tables; runs/CANCER-N-SEED if left out."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option("--workers", metavar="K", help="Threads; all cores if left out. Results do not depend on it."),
    ] = None,
    years: Years = None,
    settings: Settings = None,
    screening: Annotated[
        str | None,
        typer.Option("--screening", metavar="NAME", help="A screening programme; see: paget list pathways."),
    ] = None,
    care: Annotated[
        str,
        typer.Option("--care", metavar="POLICY", help="A policy, a TOML file, or none; see: paget list policies."),
    ] = "standard_of_care",
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="ADDRESS", help="Compute on a Dask cluster, as in tcp://10.0.0.1:8786."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Simulate a cohort and print who spread, where to, how they were found, treated, and to what end.

    The same command goes on with a run that was stopped, and prints the summary of a finished one.
    """
    from paget.cohort.api import simulate

    chosen = parsed(settings)
    folder = out or default_folder(cancer, n, seed, years, chosen, screening, care)
    try:
        cohort = simulate(
            cancer,
            n,
            seed=seed,
            out=folder,
            workers=workers,
            years=years,
            settings=chosen,
            screening=screening,
            care=care,
            scheduler=scheduler,
            progress=not as_json,
        )
    except KeyboardInterrupt:
        typer.echo(f"Stopped. Finished blocks are kept in {folder}; the same command goes on from there.", err=True)
        raise typer.Exit(STOPPED) from None
    summary = cohort.summary()
    if as_json:
        typer.echo(json.dumps({**summary, "path": str(folder)}, ensure_ascii=False))
        return
    from paget.cli.summary_text import print_summary

    print_summary(summary, folder)


def default_folder(
    cancer: str,
    n: int,
    seed: int,
    years: float | None,
    settings: dict[str, str],
    screening: str | None = None,
    care: str = "standard_of_care",
) -> Path:
    """Return the folder of a run that names none: another one for other settings, horizon, screening or care."""
    other = [years, settings, screening, None if care == "standard_of_care" else care]
    changed = json.dumps(other, sort_keys=True) if any(other) else ""
    suffix = f"-{hashlib.sha256(changed.encode()).hexdigest()[:6]}" if changed else ""
    return Path("runs") / f"{cancer}-{n}-{seed}{suffix}"
