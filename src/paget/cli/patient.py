"""`paget patient`: one patient's story, lesions and clones."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from paget.cli.failure import told
from paget.cli.options import CancerName, Care, Json, Seed, Settings, Years, parsed
from paget.cli.report import ReportFile, write_page
from paget.errors import SettingError

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
    against: Annotated[
        str | None, typer.Option("--against", metavar="POLICY", help="With --html: the same patient's other life.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the body map and time line, alone on a page.")
    ] = None,
    page: ReportFile = None,
    as_json: Json = False,
) -> None:
    """Tell the story of one patient: the same one as in a run with this seed."""
    from paget import catalogue
    from paget.cohort.one import one_patient

    chosen: dict[str, Any] = {"seed": seed, "years": years, "settings": parsed(settings)}
    if against is not None and html is None and page is None:
        fix = "add --html FILE or --report FILE"
        raise SettingError("Two lives are shown on a page.", key="--against", value=against, fix=fix)
    if html is not None:
        written = _write(html, cancer, index, (care, against), **chosen)
        typer.echo(json.dumps({"page": str(html)}) if as_json else written)
    if page is not None:
        write_page(cancer, index, page, care=care, against=against, **chosen)
    if html is not None or page is not None:
        return
    tables = one_patient(cancer, index, care=care, **chosen)
    row = tables.patients.to_pylist()[0]
    rows = {name: [_readable(each) for each in getattr(tables, name).to_pylist()] for name in _TABLES}
    if as_json:
        typer.echo(json.dumps({"patient": row, **rows}, ensure_ascii=False))
        return
    _print(row, rows, catalogue.cancer(row["cancer"]).name, care)


def _write(file: Path, cancer: str, index: int, policies: tuple[str, str | None], **chosen: Any) -> str:  # noqa: ANN401
    """Write the page of a life under the first policy, beside the second where one is named, and say where it is."""
    from paget.cohort.trajectory import one_life
    from paget.errors import FolderError
    from paget.plots.patient_page import patient_view

    lives = [one_life(cancer, index, care=policy, **chosen) for policy in policies if policy is not None]
    view = patient_view(lives[0], against=lives[1] if len(lives) > 1 else None)
    try:
        file.write_text(view.page(), encoding="utf-8")
    except OSError as error:
        fault = f"The page cannot be written: {error.strerror}."
        raise FolderError(
            fault, file=file, allowed="a file in a folder that exists", fix="name another file"
        ) from error
    return f"{view.data['title']}: {file}"


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
