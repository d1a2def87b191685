"""The full map as text of at most eighty columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from paget.cli.summary_text import WIDTH
from paget.cli.words import organ_label
from paget.cohort.map_answer import DISCLAIMER, THRESHOLDS_MM

if TYPE_CHECKING:
    from paget.cohort.map_answer import Driver, Estimates, FullMap, Place, Size

_LEAST_SHOWN: Final = 0.01
_ORGANS_SHOWN: Final = 12
_DRIVEN: Final = 0.2
_DRIVEN_TOO: Final = 0.5
"""Change of the log-odds from which a piece of the record, and a second one, is worth naming."""


def print_map(found: FullMap, estimates: Estimates) -> None:
    """Print the map of one patient.

    Parameters
    ----------
    found
        The answer.
    estimates
        Its numbers.
    """
    console = Console(width=min(WIDTH, Console().width), highlight=False)
    console.print(Text(f"{found.title}, {found.sex}, {int(found.age_year)} years, on {found.day}", style="bold"))
    console.print(Text("Chance of undetected metastases of at least so many mm, and the largest's size"))
    console.print()
    console.print(_table(estimates))
    rest = [place.chances[0].probability for place in estimates.organs[len(_shown(estimates)) :]]
    if rest:
        console.print(Text(f"{len(rest)} other organs: at most {_chance(max(rest)).strip('< ')} each"))
    console.print()
    for line in _notes(found, estimates):
        console.print(Text(line))


def _table(estimates: Estimates) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="italic")
    table.add_column("organ", max_width=18)
    for from_mm in THRESHOLDS_MM:
        table.add_column(f"{from_mm:g} mm", justify="right")
    table.add_column("largest, mm", justify="right")
    table.add_column("what drove it")
    for place in _shown(estimates):
        table.add_row(*_row(place))
    table.add_row(*_row(estimates.distant, "beyond the nodes"))
    table.add_row(*_row(estimates.anywhere, "anywhere"))
    return table


def _shown(estimates: Estimates) -> list[Place]:
    """Return the organs worth a line, the likeliest first."""
    likely = [place for place in estimates.organs if place.chances[0].probability >= _LEAST_SHOWN]
    return likely[:_ORGANS_SHOWN]


def _row(place: Place, name: str = "") -> list[str]:
    return [
        name or organ_label(place.name) + (" *" if place.is_found else ""),
        *(_chance(chance.probability) for chance in place.chances),
        _size(place.largest),
        _driven(place.drivers),
    ]


def _chance(probability: float) -> str:
    if 0.0 < probability < _LEAST_SHOWN:
        return f"< {_LEAST_SHOWN:.0%}"
    return f"{probability:.0%}"


def _size(size: Size | None) -> str:
    return "" if size is None else f"{_mm(size.median)} ({_mm(size.low)}-{_mm(size.high)})"


def _mm(diameter_mm: float) -> str:
    return f"{diameter_mm:.1f}" if diameter_mm < 10.0 else f"{diameter_mm:.0f}"  # noqa: PLR2004 - two digits


def _driven(drivers: tuple[Driver, ...]) -> str:
    """Return the strongest driver, and on a second line the next where it is strong too."""
    limits = zip(drivers, (_DRIVEN, _DRIVEN_TOO), strict=False)
    shown = [driver for driver, least in limits if abs(driver.log_odds) >= least]
    return "\n".join(f"{'+' if driver.log_odds > 0.0 else '-'} {driver.evidence}" for driver in shown)


def _notes(found: FullMap, estimates: Estimates) -> list[str]:
    seen = "the primary" if estimates.primary_found else "the primary, which was not found,"
    size = estimates.primary
    resembling = f"{found.resembling:,} of {found.diagnosed:,} simulated patients fit"
    lines = [
        f"Diameter of {seen} {_mm(size.median)} mm ({_mm(size.low)} to {_mm(size.high)}).",
        f"Effective sample size {found.effective_sample_size:,.0f}; {resembling}.",
        "Ranges hold four patients in five. + raised the chance at 0.5 mm, - lowered it.",
    ]
    if any(place.is_found for place in estimates.organs):
        lines.insert(0, "* Found there: chances are of further metastases that no examination showed.")
    unseen = [organ_label(place.name) for place in _shown(estimates) if not place.examined_by]
    if unseen:
        lines.insert(0, f"Not examined in this record: {', '.join(unseen)}.")
    if found.warning is not None:
        lines.append(f"Warning: {found.warning}")
    return [*lines, DISCLAIMER]
