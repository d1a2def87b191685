"""`paget run`: simulate a cohort, keep its tables, print its summary."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from paget.cli.failure import told
from paget.cli.options import CancerName, Care, Json, Seed, Settings, Workers, Years, parsed
from paget.cli.report import WithReport, drawing_ahead, leave
from paget.errors import SettingError

if TYPE_CHECKING:
    from paget.cohort.cohort import Cohort

STOPPED = 130
"""Exit code after Ctrl-C."""


@told
def run(
    context: typer.Context,
    cancer: CancerName,
    n: Annotated[int, typer.Option("--patients", "-n", metavar="N", help="Number of patients.")] = 10_000,
    seed: Seed = 1,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder for the tables; runs/CANCER-N-SEED if left out."),
    ] = None,
    workers: Workers = None,
    years: Years = None,
    settings: Settings = None,
    screening: Annotated[
        str | None,
        typer.Option("--screening", metavar="NAME", help="A screening programme; see: paget list pathways."),
    ] = None,
    care: Care = "standard_of_care",
    parameters: Annotated[
        Literal["stated", "posterior"],
        typer.Option("--parameters", help="Numbers as stated, or draws of what calibration left uncertain."),
    ] = "stated",
    branch: Annotated[
        Path | None,
        typer.Option("--branch", metavar="RUN", help="Go on with the patients of a finished run, by another --care."),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="POINT", help="From when on: diagnosis, progression, days since diagnosis, age=DAY."
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="ADDRESS", help="Compute on a Dask cluster, as in tcp://10.0.0.1:8786."),
    ] = None,
    with_report: WithReport = None,
    as_json: Json = False,
) -> None:
    """Simulate a cohort and print who spread, where to, how they were found, treated, and to what end.

    The same command goes on with a run that was stopped, and prints the summary of a finished one.
    """
    chosen = parsed(settings)
    if branch is None and at is not None:
        raise SettingError("There is a point to branch at, and no run.", key="--at", value=at, fix="add --branch RUN")
    folder = out or default_folder(cancer, n, seed, years, chosen, screening, care, parameters)
    shared: dict[str, Any] = {"workers": workers, "scheduler": scheduler, "progress": not as_json}
    if branch is not None:
        check_same(context, branch, {"cancer": cancer, "n": n, "seed": seed, "years": years, "settings": chosen})
        folder = out or branch.with_name(f"{branch.name}-{branch_suffix(care, at)}")
    with drawing_ahead(cancer, folder, with_report, as_json=as_json) as ahead:
        try:
            if branch is None:
                from paget.cohort.api import simulate

                picked: dict[str, Any] = {"seed": seed, "years": years, "settings": chosen, "screening": screening}
                cohort = simulate(cancer, n, care=care, parameters=parameters, out=folder, **picked, **shared)
            else:
                from paget.cohort.branching import branch as branching

                cohort = branching(branch, care, at=at or "diagnosis", out=folder, **shared)
        except KeyboardInterrupt:
            typer.echo(f"Stopped. Finished blocks are kept in {folder}; the same command goes on from there.", err=True)
            raise typer.Exit(STOPPED) from None
        if ahead is not None:
            ahead.begin(folder)
        _tell(cohort, as_json=as_json)
        leave(folder, with_report, as_json=as_json, afresh=as_json, ahead=ahead)


def _tell(cohort: Cohort, *, as_json: bool) -> None:
    """Print the summary of a run."""
    summary = cohort.summary()
    if as_json:
        typer.echo(json.dumps({**summary, "path": str(cohort.path)}, ensure_ascii=False))
        return
    from paget.cli.summary_text import print_summary

    print_summary(summary, cohort.path)
    if "posterior" in summary:
        from paget.cli.between_draws_text import print_between_draws

        print_between_draws(summary["posterior"])


def branch_suffix(care: str, at: str | None) -> str:
    """Return what the folder of a branch that names none ends in.

    Parameters
    ----------
    care, at
        The policy and the point.
    """
    return "-".join([Path(care).stem, "from", (at or "diagnosis").replace("=", "-")])


def check_same(context: typer.Context, branch: Path, asked: dict[str, object]) -> None:
    """Raise where a branch is asked for other patients than those of its run.

    Parameters
    ----------
    context
        The command, which knows what was typed.
    branch
        Folder of the run.
    asked
        What the patients would be, by name.

    Raises
    ------
    SettingError
        Where a number that was typed is not that of the run.
    """
    from paget.cohort.cohort import Cohort

    held = Cohort.open(branch).provenance
    for name, value in asked.items():
        source = context.get_parameter_source(name)
        typed = source is not None and source.name != "DEFAULT"
        if typed and value != held[name]:
            raise SettingError(
                f"A branch has the patients of its run, and {name} is another there.",
                key=name,
                value=value,
                allowed=repr(held[name]),
                fix="give that of the run, or branch another run",
            )


def default_folder(
    cancer: str,
    n: int,
    seed: int,
    years: float | None,
    settings: dict[str, str],
    screening: str | None = None,
    care: str = "standard_of_care",
    parameters: str = "stated",
) -> Path:
    """Return the folder of a run that names none: another one for other settings, horizon, screening, care, numbers."""
    other = [years, settings, screening, None if care == "standard_of_care" else care]
    # Only where it is told, so that the folder of a run that does not is the one it always was.
    other += [parameters] if parameters != "stated" else []
    changed = json.dumps(other, sort_keys=True) if any(other) else ""
    suffix = f"-{hashlib.sha256(changed.encode()).hexdigest()[:6]}" if changed else ""
    return Path("runs") / f"{cancer}-{n}-{seed}{suffix}"
