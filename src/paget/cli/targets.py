"""`paget targets`: the published figures that the catalogue, or a file, holds a simulation to."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from paget.cli.failure import told
from paget.cli.options import Json

TargetsFile = Annotated[
    Path | None,
    typer.Option("--targets", metavar="FILE", help="A file of published figures; the catalogue's if left out."),
]


@told
def targets(
    cancer: Annotated[
        str | None, typer.Argument(metavar="[CANCER]", help="A cancer or a group; all if left out.")
    ] = None,
    file: TargetsFile = None,
    as_json: Json = False,
) -> None:
    """List published figures with their sources, and say of each whether it can be computed."""
    rows = _told(cancer, file)
    if as_json:
        typer.echo(json.dumps({"targets": rows}, ensure_ascii=False, allow_nan=False))
        return
    from paget.cli.validation_text import print_targets

    print_targets(rows)


def _told(cancer: str | None, file: Path | None) -> list[dict[str, Any]]:
    from paget.inference import targets as published
    from paget.inference.fitted import Fits
    from paget.inference.validate import chosen, plan_of

    known = published.shipped() if file is None else published.read(file)
    fits, rows = Fits.of_catalogue(), []
    for target in chosen(known, () if cancer is None else (cancer,)):
        plan = plan_of(target)
        able = not isinstance(plan, str)
        rows.append(
            {
                **asdict(target),
                "run": plan.run if not isinstance(plan, str) else None,
                "fitted": fits.holds(target),
                "computable": able,
                "reason": plan if isinstance(plan, str) else None,
            }
        )
    return rows
