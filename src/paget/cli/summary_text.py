"""A run's summary as text: at most fifty lines of at most eighty columns."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from paget.cli.care_text import care
from paget.cli.words import cause_words, organ_label, percent, scientific, span

WIDTH: Final = 80
_ORGANS_SHOWN: Final = 8
_CAUSES_SHOWN: Final = 5
_FUNNEL: Final = (
    ("arrested", "lodged in small vessels"),
    ("extravasated", "left the vessel"),
    ("survived", "survived there"),
    ("dormant", "fell asleep"),
    ("founded", "began to divide"),
    ("established", "grew to 1,000 cells"),
    ("vascularised", "got vessels"),
    ("detectable", "became detectable"),
)


def print_summary(summary: dict[str, Any], folder: Path) -> None:
    """Print a run's summary and where its tables are.

    Parameters
    ----------
    summary
        The summary, as `Cohort.summary` returns it.
    folder
        The run's folder.
    """
    console = Console(width=min(WIDTH, Console().width), highlight=False)
    console.print(Text(_title(summary), style="bold"))
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold")
    grid.add_column()
    for label, content in _sections(summary):
        grid.add_row(label, content)
    console.print(grid)
    for note in summary["notes"]:
        console.print(Text(f"Note: {note}"))
    console.print(Text(f"Tables: {folder}"), soft_wrap=True)


def _title(summary: dict[str, Any]) -> str:
    horizon = "" if summary["years"] is None else f", {summary['years']:g} years from the first cell"
    settings = "".join(f", {key} = {value}" for key, value in summary["settings"].items())
    untreated = "untreated " if summary["care"] is None else ""
    patients = f"{summary['patients']:,} {untreated}patient{'s' if summary['patients'] != 1 else ''}"
    if summary["care"] is not None:
        patients += f", {summary['policy'].replace('_', ' ')}"
    return f"{summary['title']}: {patients}, seed {summary['seed']}{horizon}{settings}"


def _sections(summary: dict[str, Any]) -> list[tuple[str, RenderableType]]:
    sections: list[tuple[str, RenderableType]] = []
    if len(summary["cancers"]) > 1:
        shares = summary["cancers"].items()
        mixture = ", ".join(f"{name} {percent(count / summary['patients'], 0)}" for name, count in shares)
        sections.append(("Mixture", mixture))
    sections.append(("Spread", _spread(summary["spread"])))
    sections.append(("Timing", _timing(summary["timing"], summary["late"])))
    sections.append(("Found", _found(summary["diagnosis"], treated=summary["care"] is not None)))
    if summary["care"] is not None and summary["diagnosis"]["diagnosed"]["count"]:
        sections.append(("Care", care(summary["care"])))
    sections.append(("Death", _death(summary["death"])))
    sections.append(("Survival", _survival(summary["survival_from_1cm"])))
    sections.append(("Funnel", _funnel(summary["funnel"])))
    return sections


def _spread(spread: dict[str, Any]) -> RenderableType:
    ever = spread["with_metastasis"]
    nodes = spread["with_regional_nodes"]
    head = f"{_with_error(ever)} ever had a detectable metastasis, {_with_error(nodes)} in nodes"
    if not ever["count"]:
        return head
    table = _columns("organ", "patients", "lesions", "organ", "patients", "lesions")
    rows = [
        (organ_label(organ), _in_table(found), f"{found['metastases'] / found['count']:.1f}")
        for organ, found in list(spread["by_organ"].items())[:_ORGANS_SHOWN]
    ]
    half = (len(rows) + 1) // 2
    for number in range(half):
        table.add_row(*rows[number], *(rows[half + number] if half + number < len(rows) else ("", "", "")))
    sites = "  ".join(f"{number}: {percent(found['share'], 0)}" for number, found in spread["sites"].items())
    return Group(head, table, f"organs each  {sites}  mean: {spread['sites_mean']:.2f}")


def _timing(timing: dict[str, Any], late: dict[str, Any]) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    for key, words in (
        ("first_cell_to_primary_1cm_year", "first cell to a primary of 1 cm"),
        ("first_cell_to_distant_spread_year", "first cell to first distant spread"),
        ("distant_spread_to_metastasis_1cm_year", "distant spread to a metastasis of 1 cm"),
    ):
        grid.add_row(words, span(timing[key], "years"))
    grid.add_row(f"first metastasis over {late['after_year']:g} years after spread", percent(late["patients"]["share"]))
    grid.add_row("metastases that had slept", percent(late["metastases_from_sleep"]["share"]))
    return grid


def _found(found: dict[str, Any], *, treated: bool) -> RenderableType:
    if not found["diagnosed"]["count"]:
        return "nobody was diagnosed"
    routes = [f"{name} {percent(each['share'], 0)}" for name, each in found["route"].items()]
    stages = [f"{group} {percent(each['share'], 0)}" for group, each in found["stage"].items()]
    survival = [
        f"{group} {'not reached' if months is None else _few(months)}"
        for group, months in found["survival_month"].items()
        if group != "unknown"
    ]
    unknown = found["unknown_primary"]["share"]
    return Group(
        ", ".join(routes),
        f"stage at diagnosis  {'  '.join(stages)}",
        f"{'' if treated else 'untreated '}survival from diagnosis, months  {'  '.join(survival)}",
        f"metastasis found {percent(found['with_metastasis_found']['share'])}, primary not found {percent(unknown)}",
    )


def _death(death: dict[str, Any]) -> RenderableType:
    causes = list(death["by_cause"].items())
    told = [f"{cause_words(cause)} {percent(found['share'])}" for cause, found in causes[:_CAUSES_SHOWN]]
    rest = sum(found["share"] for _, found in causes[_CAUSES_SHOWN:])
    if rest:
        told.append(f"rest {percent(rest)}")
    age = death["age_year"]
    return Group(", ".join(told), f"age at death {span(age, 'years')}")


def _survival(survival: dict[str, Any]) -> RenderableType:
    if not survival["patients"]:
        return "no primary reached 1 cm"
    alone = survival["median_month_cancer_alone"]
    cancer_alone = "not reached" if alone is None else f"{_few(alone)} months"
    median = "median not reached"
    if survival["median_month"] is not None:
        ends = (survival["median_month_low"], survival["median_month_high"])
        interval = " to ".join("?" if end is None else _few(end) for end in ends)
        median = f"median {_few(survival['median_month'])} months (95 % {interval})"
    return Group(
        f"{median} from a primary of 1 cm",
        f"of the cancer alone: {cancer_alone}; alive after 1 year {percent(survival['alive_at_1_year'], 0)}, "
        f"5 years {percent(survival['alive_at_5_year'], 0)}",
    )


def _funnel(funnel: dict[str, Any]) -> RenderableType:
    per_cell, per_patient = funnel["count_per_shed_cell"], funnel["count_per_patient"]
    if not per_patient["shed"]:
        return "no cell left any lesion"
    table = _columns("of the cells shed", "per cell", "per patient")
    table.add_row("shed", "1", scientific(per_patient["shed"]))
    for step, words in _FUNNEL:
        table.add_row(words, scientific(per_cell[step]), scientific(per_patient[step]))
    return table


def _columns(*names: str) -> Table:
    table = Table.grid(padding=(0, 2))
    table.show_header = True
    for name in names:
        table.add_column(Text(name, style="dim"), justify="left" if name[:1] == "o" else "right", no_wrap=True)
    return table


def _few(months: float) -> str:
    return f"{months:.1f}" if months < 10.0 else f"{months:.0f}"  # noqa: PLR2004 - two digits say enough


def _with_error(found: dict[str, Any]) -> str:
    if found["share"] is None:
        return "-"
    return f"{100 * found['share']:.1f} ± {100 * found['standard_error']:.1f} %"


def _in_table(found: dict[str, Any]) -> str:
    """Return a share in whole per cent with its error, so that two organs fit in a line."""
    return f"{100 * found['share']:.0f} ± {100 * found['standard_error']:.1f} %"
