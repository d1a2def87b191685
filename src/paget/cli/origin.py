"""`paget origin`: where a metastatic cancer comes from, what drove the answer, and what to test next.

An option of the command line takes one value, and results come in rows: those that follow the first are taken from the
arguments that are left over (`SETTINGS`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Annotated, Any, Final

import typer

from paget.cli.failure import told
from paget.cli.options import Json
from paget.errors import SettingError

SETTINGS: Final[dict[str, Any]] = {"allow_extra_args": True}
"""How the command is registered."""


@told
def origin(
    context: typer.Context,
    sites: Annotated[
        list[str] | None,
        typer.Option(
            "--sites", metavar="ORGANS", help="Organs with metastases, with commas; not the primary. Others are clear."
        ),
    ] = None,
    not_examined: Annotated[
        list[str] | None,
        typer.Option(
            "--not-examined", metavar="ORGANS", help="Organs not looked at, or whose lesion may be the primary."
        ),
    ] = None,
    marker: Annotated[
        list[str] | None,
        typer.Option("--marker", metavar="NAME=+", help="Results of antibodies, as in CK7=- CK20=+ CDX2=+."),
    ] = None,
    mutation: Annotated[
        list[str] | None,
        typer.Option("--mutation", metavar="NAME=+", help="Results of sequencing, as in KRAS=+ EGFR=-."),
    ] = None,
    histology: Annotated[
        str | None, typer.Option("--histology", metavar="NAME", help="Look of the tumour, as in adenocarcinoma.")
    ] = None,
    sex: Annotated[str | None, typer.Option("--sex", metavar="SEX", help="male or female.")] = None,
    age: Annotated[float | None, typer.Option("--age", metavar="YEARS", help="Age in years.")] = None,
    as_json: Json = False,
) -> None:
    """Infer where a metastatic cancer comes from, and say which test would tell most next.

    Example: paget origin --sites liver,lung --marker CK7=- CK20=+ CDX2=+ --sex male --age 64
    """
    from paget.cohort.origins import origin as ask

    given = [*pairs(marker), *pairs(mutation), *pairs(context.args)]  # what follows the first result of an option
    found = ask(
        None if sites is None else words(sites),
        results=given,
        sex=sex,
        age=age,
        histology=histology,
        not_examined=words(not_examined),
    )
    if as_json:
        typer.echo(json.dumps(found.as_dict(), ensure_ascii=False, allow_nan=False))
        return
    from paget.cli.origin_text import print_origin

    print_origin(found, sex=sex, age=age)


def words(given: Iterable[str] | None) -> list[str]:
    """Return names that were given with commas, or by repeating an option, one by one."""
    return [word.strip() for text in given or () for word in text.split(",") if word.strip()]


def pairs(given: Iterable[str] | None) -> list[tuple[str, str]]:
    """Return results that were given as NAME=RESULT as pairs.

    Parameters
    ----------
    given
        The texts as they were typed; one may hold several, with commas.

    Raises
    ------
    SettingError
        Where a text has no equals sign or no name.
    """
    found: list[tuple[str, str]] = []
    for word in words(given):
        name, sign, result = (part.strip() for part in word.partition("="))
        if not (name and sign and result):
            raise SettingError(
                "A result is not of the form NAME=RESULT.",
                key="--marker",
                value=word,
                allowed="NAME=+ or NAME=-, such as CK7=- or KRAS=+",
                fix="write the name, an equals sign, and + or -",
            )
        found.append((name, result))
    return found
