"""The answer of `paget origin` as text of at most eighty columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from paget.cli.summary_text import WIDTH
from paget.cli.words import percent

if TYPE_CHECKING:
    from paget.cohort.origin_answer import NextTest, Origin, Weight

_ORIGINS_SHOWN: Final = 6
_ALWAYS_SHOWN: Final = 2
_LEAST_SHOWN: Final = 0.001
_TESTS_SHOWN: Final = 4
_BAR: Final = 30
_CERTAIN_BITS: Final = 0.05
"""Uncertainty below which no further test is worth naming first: the likeliest origin has about 99.5 %."""


def print_origin(found: Origin, *, sex: str | None, age: float | None) -> None:
    """Print the answer for one patient.

    Parameters
    ----------
    found
        The answer.
    sex, age
        As they were given.
    """
    console = Console(width=min(WIDTH, Console().width), highlight=False)
    console.print(Text(f"Origin of the metastases{_who(sex, age)}", style="bold"))
    console.print(_origins(found))
    if found.weights:
        console.print()
        console.print(Text(f"What drove it: how often {found.likeliest} shows this, and the others", style="bold"))
        console.print(_weights(found.weights))
    console.print(_prior(found, known=sex is not None or age is not None))
    console.print()
    for line in _next(found):
        console.print(line)
    console.print(Text("No other origin is considered. For research; not a medical device."))


def _who(sex: str | None, age: float | None) -> str:
    parts = [*([] if not sex else [sex.lower()]), *([] if age is None else [f"{age:g} years"])]
    return f" ({', '.join(parts)})" if parts else ""


def _origins(found: Origin) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(min_width=24)
    table.add_column(justify="right", min_width=7)
    table.add_column()
    ranked = list(found.posterior.items())
    shown = [one for at, one in enumerate(ranked[:_ORIGINS_SHOWN]) if at < _ALWAYS_SHOWN or one[1] >= _LEAST_SHOWN]
    rest = max(1.0 - sum(probability for _, probability in shown), 0.0)
    for name, probability in [*shown, (f"{len(ranked) - len(shown)} others", rest)]:
        table.add_row(name, _probability(probability), "█" * round(_BAR * probability))
    return table


def _probability(share: float) -> str:
    return percent(share) if share >= _LEAST_SHOWN or share == 0.0 else f"< {percent(_LEAST_SHOWN)}"


def _weights(weights: tuple[Weight, ...]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="italic")
    table.add_column("finding", max_width=26)
    table.add_column("result", max_width=17)
    for name in ("there", "others"):
        table.add_column(name, justify="right")
    table.add_column("speaks")
    for weight in weights:
        table.add_row(
            weight.name.replace("_", " ") if weight.kind in ("sites", "histology") else weight.name,
            weight.result,
            _chance(weight.chance),
            _chance(weight.chance_otherwise),
            _speaks(weight.likelihood_ratio),
        )
    return table


def _chance(share: float) -> str:
    return percent(share, 0 if share >= 0.1 else 2 if share < 0.01 else 1)  # noqa: PLR2004 - two digits that matter


def _speaks(ratio: float) -> str:
    if 0.95 < ratio < 1.05:  # noqa: PLR2004 - within five per cent it says nothing
        return "neither way"
    times = max(ratio, 1.0 / ratio)
    shown = f"{times:.1f}" if times < 10.0 else f"{times:,.0f}"  # noqa: PLR2004
    return f"{shown} times {'for' if ratio > 1.0 else 'against'} it"


def _prior(found: Origin, *, known: bool) -> Text:
    whom = "patients like this one" if known else "patients"
    share = percent(found.prior[found.likeliest])
    return Text(f"Of metastatic {whom}, {share} have {found.likeliest} before anything is found.")


def _next(found: Origin) -> list[Text | Table]:
    best = found.next_best
    if best is None:
        return [Text("Every test of the panel was done.")]
    left = f"{found.uncertainty_bits:.2f} bits are left"
    if found.uncertainty_bits < _CERTAIN_BITS:
        head = f"No further test is needed to name the origin: {left}."
    else:
        head = f"Next best test: {best.name}, to settle about {best.gain_bits:.2f} bits; {left}."
    most = max(found.next_tests, key=lambda test: test.gain_bits)
    shown = [*found.next_tests[:_TESTS_SHOWN], *([most] if most not in found.next_tests[:_TESTS_SHOWN] else [])]
    return [Text(head, style="bold"), _tests(shown)]


def _tests(tests: list[NextTest]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="italic")
    table.add_column("test", min_width=18)
    for name in ("tells (bits)", "costs (USD)", "bits per 100 USD"):
        table.add_column(name, justify="right")
    for test in tests:
        table.add_row(test.name, f"{test.gain_bits:.3f}", f"{test.cost_usd:,.0f}", f"{test.gain_bits_per_100_usd:.3f}")
    return table
