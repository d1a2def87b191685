"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from paget.errors import SettingError

CancerName = Annotated[str, typer.Argument(metavar="CANCER", help="A cancer or a group; see: paget list cancers.")]
Seed = Annotated[int, typer.Option("--seed", help="Seed of all random draws.")]
Years = Annotated[
    float | None,
    typer.Option("--years", metavar="Y", help="Years to follow after the first cell; until death if left out."),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Change a number, as in growth.doubling_time=120day; may be repeated. Keys: paget show CANCER.",
    ),
]
Care = Annotated[
    str, typer.Option("--care", metavar="POLICY", help="A policy, a TOML file, or none; see: paget list policies.")
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", metavar="K", help="Workers; all cores if left out. Results do not depend on it."),
]
RecordFile = Annotated[
    Path, typer.Argument(metavar="RECORD", help="The patient's record, a TOML file; see docs/map.md.")
]
Alike = Annotated[int, typer.Option("--patients", "-n", metavar="N", help="Patients to simulate; more tell more.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]


def parsed(settings: Sequence[str] | None) -> dict[str, str]:
    """Return settings given as KEY=VALUE by their key.

    Parameters
    ----------
    settings
        The texts as they were typed.

    Returns
    -------
    dict
        Value by key.

    Raises
    ------
    SettingError
        If a text has no equals sign, or a key is set twice.
    """
    found: dict[str, str] = {}
    for text in settings or ():
        key, sign, value = (part.strip() for part in text.partition("="))
        if not (sign and key and value):
            raise SettingError(
                "A setting is not of the form KEY=VALUE.",
                key="--set",
                value=text,
                allowed="KEY=VALUE, such as growth.doubling_time=120day",
            )
        if key in found:
            raise SettingError(f"{key} is set twice.", key="--set", value=text, fix="set it once")
        found[key] = value
    return found
