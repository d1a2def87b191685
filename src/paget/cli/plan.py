"""`paget plan`: what policies may bring a patient like the one of a record, and which fits what he prefers."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from paget.cli.failure import told
from paget.cli.options import Alike, Json, RecordFile, Seed, Workers
from paget.errors import SettingError

POLICIES = "none,best_supportive_care,watchful_waiting,standard_of_care"


@told
def plan(
    record: RecordFile,
    prefer: Annotated[
        list[str] | None,
        typer.Option(
            "--prefer",
            metavar="WHAT=WEIGHT",
            help="Weight of length, quality or burden, as in quality=0.7; may be repeated. Others share the rest of 1.",
        ),
    ] = None,
    policies: Annotated[
        str, typer.Option("--policies", metavar="A,B", help="What to compare: policies, TOML files, none.")
    ] = POLICIES,
    patients: Alike = 4_000,
    seed: Seed = 1,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Compare policies for patients like one, from the diagnosis on: length, quality and burden.

    Simulated patients are weighted by how well they fit the record, and the same ones are cared for under each policy.
    Ends with exit code 2, and no number, where too few of them resemble it.
    """
    from paget.cohort.planning import plan as ask

    weights = weights_of(prefer or [])
    names = [name.strip() for name in policies.split(",") if name.strip()]
    found = ask(record, weights, policies=names, patients=patients, seed=seed, workers=workers, progress=True)
    if as_json:
        typer.echo(json.dumps(found.as_dict(), ensure_ascii=False, allow_nan=False))
    elif found.options:
        from paget.cli.plan_text import print_plan

        print_plan(found)
    if found.reason is not None:
        typer.echo(
            f"{found.reason}\n  fix:     check the record; with more --patients someone may resemble it", err=True
        )
        raise typer.Exit(2)


def weights_of(texts: list[str]) -> dict[str, float]:
    """Return weights by name from what was typed.

    Parameters
    ----------
    texts
        Weights such as quality=0.7.

    Raises
    ------
    SettingError
        Where a text is of another form, or a name is there twice.
    """
    weights: dict[str, float] = {}
    for text in texts:
        name, _, number = (part.strip() for part in text.partition("="))
        try:
            weight = float(number)
        except ValueError:
            raise SettingError(
                "A preference is not a name and a number.",
                key="--prefer",
                value=text,
                allowed="length, quality or burden with a weight from 0 to 1, such as quality=0.7",
            ) from None
        if name in weights:
            raise SettingError(f"{name} is weighed twice.", key="--prefer", value=text, fix="weigh it once")
        weights[name] = weight
    return weights
