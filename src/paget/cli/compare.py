"""`paget compare`: the same patients under two policies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from paget.cli.failure import told
from paget.cli.options import Json


@told
def compare(
    run_a: Annotated[Path, typer.Argument(metavar="RUN_A", help="Folder of a run.")],
    run_b: Annotated[Path, typer.Argument(metavar="RUN_B", help="Folder of the same patients under other care.")],
    seed: Annotated[int, typer.Option("--seed", help="Seed of the bootstrap of intervals.")] = 0,
    as_json: Json = False,
) -> None:
    """Compare the same patients under two policies: survival, its worth and cost, and who gains.

    Refuses runs whose patients differ. A gain is what RUN_B adds to RUN_A.
    """
    from paget.cohort.compared import compare as ask

    found = ask(run_a, run_b, seed=seed)
    if as_json:
        typer.echo(json.dumps(found.as_dict(), ensure_ascii=False, allow_nan=False))
        return
    from paget.cli.compare_text import print_comparison

    print_comparison(found)
