"""`paget patient`: one patient's story, lesions and clones."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import typer

from paget.cli.failure import told
from paget.cli.options import CancerName, Care, Json, Seed, Settings, Years, parsed

_LESIONS_SHOWN: Final = 12
_CLONES_SHOWN: Final = 8
_TABLES: Final = (
    *("lesions", "clones", "funnel", "findings", "tests"),
    *("treatments", "visits", "adverse_events"),
)
_IDS: Final = ("lesion", "parent_lesion", "clone", "parent_clone")


@told
def patient(
    cancer: CancerName,
    seed: Seed = 1,
    index: Annotated[int, typer.Option("--index", metavar="I", help="Which patient of the run, from 0.")] = 0,
    years: Years = None,
    settings: Settings = None,
    care: Care = "standard_of_care",
    as_json: Json = False,
) -> None:
    """Tell the story of one patient: the same one as in a run with this seed."""
    from paget import catalogue
    from paget.cohort.one import one_patient

    tables = one_patient(cancer, index, seed=seed, years=years, settings=parsed(settings), care=care)
    row = tables.patients.to_pylist()[0]
    rows = {name: [_readable(each) for each in getattr(tables, name).to_pylist()] for name in _TABLES}
    if as_json:
        typer.echo(json.dumps({"patient": row, **rows}, ensure_ascii=False))
        return
    _print(row, rows, catalogue.cancer(row["cancer"]).name, care)


def _readable(row: Mapping[str, Any]) -> dict[str, Any]:
    """Write ids in hexadecimal, as the trees do: a JSON reader would round such large numbers."""
    return {key: f"{value:x}" if key in _IDS else value for key, value in row.items()}


def _print(
    row: Mapping[str, Any], rows: Mapping[str, Sequence[Mapping[str, Any]]], cancer_name: str, care: str
) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from paget.cli import care_story, story
    from paget.cli.patient_tables import clone_table, lesion_table

    console = Console(highlight=False)
    lesions = rows["lesions"]
    console.print(Text(story.opening(row, cancer_name, care), style="bold"))
    grid = Table.grid(padding=(0, 2))
    grid.show_header = True
    grid.add_column(Text("age", style="dim"), justify="right")
    grid.add_column(Text("year", style="dim"), justify="right")
    grid.add_column()
    told = care_story.care_events(rows["treatments"], rows["visits"], rows["adverse_events"])
    for event in story.course(row, lesions, told):
        grid.add_row(*story.dated(event, row["onset_age_day"]))
    console.print(grid)
    console.print(Text(story.ending(row)))
    console.print()
    console.print(lesion_table(lesions, _LESIONS_SHOWN))
    console.print(clone_table(rows["clones"], lesions, _CLONES_SHOWN))
