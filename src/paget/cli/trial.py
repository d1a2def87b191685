"""`paget trial`: a virtual trial, read as statisticians read one, and what no trial can see."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from paget.cli.failure import told
from paget.cli.options import Json, Workers
from paget.cli.report import WithReport, leave
from paget.errors import SettingError
from paget.web import REFERENCES_NAME

if TYPE_CHECKING:
    from paget.model.trial import Trial


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
    with_report: WithReport = None,
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
        write_references(out, result.trial)
    if as_json:
        typer.echo(json.dumps(result.as_dict(), ensure_ascii=False, allow_nan=False))
        if out is not None:
            leave(out, with_report, as_json=True)
        return
    from paget.cli.trial_text import print_trial

    print_trial(result.trial, result.as_dict(), out)
    if out is not None:
        leave(out, with_report, as_json=False)


def write_references(folder: Path, trial: Trial) -> None:
    """Write what to cite for the real trial beside its data.

    Parameters
    ----------
    folder
        The folder of the result.
    trial
        The specification.
    """
    from paget import catalogue
    from paget.cohort.store import write_text

    listed = [catalogue.reference(source) for source in trial.sources]
    write_text(folder / REFERENCES_NAME, json.dumps(listed, indent=2, ensure_ascii=False) + "\n")
