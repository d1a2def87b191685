"""A trial's result as text: tables of at most eighty columns."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from paget.cli.words import percent
from paget.model.trial import Trial

WIDTH: Final = 80
GROUPS_SHOWN: Final = 12
LEAST_P: Final = 0.001
WORDS: Final = {
    "OS": "survival",
    "PFS": "without progression",
    "QALY": "quality-adjusted life",
    "ORR": "response",
    "SRE": "skeletal event",
    "grade3": "grade 3 or worse",
    "DoR": "duration of response",
}
Found = dict[str, Any]


def print_trial(trial: Trial, result: Found, folder: Path | None = None) -> None:
    """Print a trial's result.

    Parameters
    ----------
    trial
        The specification, for names and published numbers.
    result
        The result as plain values.
    folder
        Where the data were written to.
    """
    console = Console(width=min(WIDTH, Console().width), highlight=False)
    console.print(Text(trial.name, style="bold"))
    console.print(
        f"{result['simulated']:,} patients with the cancer, found in {result['found']:,}, "
        f"{result['randomised']:,} randomised, seed {result['seed']}"
    )
    tables = [_medians(trial, result)]
    if any(arm["shares"] for arm in result["arms"]):
        tables.append(_shares(trial, result))
    tables.append(_ratios(trial, result))
    for pair in result["pairs"]:
        tables.append(_paired(trial, pair))
        if pair["groups"]:
            tables.append(_groups(pair))
    for table in tables:
        console.print()
        # A title of the table itself would be wrapped to the width of its columns.
        console.print(Text(str(table.title), style="bold"))
        table.title = None
        console.print(table)
    console.print()
    for pair, size in zip(result["pairs"], result["sizes"], strict=True):
        if pair["half_held_by"] is not None:
            console.print(
                f"Half of all life gained by {pair['arm']} is in {percent(pair['half_held_by'], 0)} of patients."
            )
        console.print(Text(_sized(trial, size)))
    if folder is not None:
        console.print(Text(f"Data: {folder}"), soft_wrap=True)
    console.print("For research; not a medical device.")


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for number, name in enumerate(columns):
        table.add_column(name, justify="left" if number == 0 else "right", no_wrap=number > 0)
    return table


def _published(trial: Trial, part: str, endpoint: str, arm: str) -> Found | None:
    for each in getattr(trial.published, part):
        if (each.endpoint, each.arm) == (endpoint, arm):
            return {"value": each.value, "low": each.low, "high": each.high}
    return None


def _medians(trial: Trial, result: Found) -> Table:
    shown = [name for name in ("OS", "PFS", "DoR") if name in result["endpoints"]]
    table = _table("Median months (95 % interval; - not reached)", "arm", "n", *shown)
    for arm in result["arms"]:
        cells = [_interval(arm["medians_month"][name], 1) for name in shown]
        table.add_row(arm["arm"], f"{arm['patients']:,}", *cells)
        told = [_published(trial, "medians_month", name, arm["arm"]) for name in shown]
        if any(told):
            table.add_row("  published", "", *(_interval(each, 1) for each in told), style="dim")
    return table


def _shares(trial: Trial, result: Found) -> Table:
    shown = list(result["arms"][0]["shares"])
    table = _table("Share of all in the arm", "arm", *(WORDS[name] for name in shown))
    for arm in result["arms"]:
        table.add_row(arm["arm"], *(_of_share(arm["shares"][name]) for name in shown))
        told = [_published(trial, "shares", name, arm["arm"]) for name in shown]
        if any(told):
            cells = ("" if each is None else percent(each["value"], 0) for each in told)
            table.add_row("  published", *cells, style="dim")
    return table


def _ratios(trial: Trial, result: Found) -> Table:
    shown = list(result["comparisons"][0]["hazard_ratios"])
    heads = [head for name in shown for head in (f"{name}, hazard ratio", "p")]
    response = any("ORR" in each["differences"] for each in result["comparisons"])
    table = _table(f"Against {result['reference']}", "arm", *heads, *(["response"] if response else []))
    for each in result["comparisons"]:
        cells = [
            cell
            for name in shown
            for cell in (_interval(each["hazard_ratios"][name], 2), _probability(each["p_values"][name]))
        ]
        if response:
            cells.append(_signed(each["differences"]["ORR"]["value"], 100.0, "%", 0))
        table.add_row(each["arm"], *cells)
        told = [_published(trial, "hazard_ratios", name, each["arm"]) for name in shown]
        if any(told):
            table.add_row("  published", *(cell for one in told for cell in (_interval(one, 2), "")), style="dim")
    return table


def _paired(trial: Trial, pair: Found) -> Table:
    title = f"The same patients under {pair['arm']} and {pair['reference']}: what no trial can see"
    table = _table(title, "", "mean gain, months", "median", "gain", "lose")
    for name, each in pair["benefits"].items():
        if name not in trial.endpoints:
            continue
        table.add_row(WORDS[name], *_gain(each))
    return table


def _groups(pair: Found) -> Table:
    table = _table("Survival gained, by what was known", "patients", "number", "mean gain, months", "gain", "lose")
    for name, each in list(pair["groups"].items())[:GROUPS_SHOWN]:
        mean, _, gaining, harmed = _gain(each)
        table.add_row(name, f"{each['pairs']:,}", mean, gaining, harmed)
    return table


def _gain(each: Found) -> tuple[str, str, str, str]:
    mean = each["mean_gain_month"]
    return (
        f"{_signed(mean['value'], 1.0, '', 1)} ({mean['low']:.1f} to {mean['high']:.1f})",
        _signed(each["median_gain_month"], 1.0, "", 1),
        percent(each["gaining"]["share"], 0),
        percent(each["harmed"]["share"], 0),
    )


def _sized(trial: Trial, size: Found) -> str:
    design, most = trial.design, max(int(number) for number in size["tried"])
    enough = f"{size['enough']:,} are enough" if size["enough"] else f"not even {most:,} are enough"
    return (
        f"Power by {trial.endpoints[0]}, {size['arm']}: a trial of {size['as_large_as']:,} patients finds the "
        f"difference in {percent(size['power']['share'], 0)} of draws; {enough} for {percent(design.power, 0)}."
    )


def _interval(each: Found | None, digits: int) -> str:
    if each is None:
        return ""
    value, low, high = ("-" if each[part] is None else f"{each[part]:.{digits}f}" for part in ("value", "low", "high"))
    return value if low == high == "-" else f"{value} ({low} to {high})"


def _of_share(each: Found) -> str:
    if each["share"] is None:
        return "-"
    return f"{percent(each['share'], 0)} ({100 * each['low']:.0f} to {100 * each['high']:.0f})"


def _probability(p: float) -> str:
    return f"<{LEAST_P:g}" if p < LEAST_P else f"{p:.3f}"


def _signed(value: float | None, factor: float, unit: str, digits: int) -> str:
    return "-" if value is None else f"{factor * value:+.{digits}f} {unit}".strip()
