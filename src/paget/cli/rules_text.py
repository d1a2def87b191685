"""The rules of a protocol in words: when each is tried, whom it holds for, what is done, and to what end."""

from __future__ import annotations

from typing import Final

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from paget.model.protocol import Protocol, Rule, When

WIDTH: Final = 80
_WORDS: Final = {
    "stages": "stage {}",
    "substages": "stage {}",
    "most_metastases": "at most {} metastases",
    "only_in": "none outside {}",
    "any_in": "in {}",
    "has": "found: {}",
    "lacks": "not found: {}",
    "sexes": "{}",
    "age_from_year": "from {} years",
    "age_below_year": "below {} years",
    "worst_fitness": "ECOG at most {}",
    "best_fitness": "ECOG at least {}",
    "primary_from_mm": "primary from {} mm",
    "primary_below_mm": "primary below {} mm",
    "symptomatic": "symptoms of {}",
    "phases": "after {}",
    "goals": "goal {}",
    "lines": "lines so far {}",
    "responses": "best response {}",
    "had": "had {}",
    "never": "never had {}",
    "on": "on {}",
    "free_from_day": "from {} days after therapy",
    "free_below_day": "less than {} days after therapy",
}
_ROMAN: Final = ("unknown", "I", "II", "III", "IV")


def print_rules(protocol: Protocol) -> None:
    """Print the rules of a protocol in the order in which they are tried.

    Parameters
    ----------
    protocol
        The protocol.
    """
    console = Console(width=min(WIDTH, Console().width), highlight=False)
    console.print(Text("Rules, of which the first that fits is followed", style="bold"))
    for number, rule in enumerate(protocol.rules, start=1):
        console.print(Text(f"{number:3d} {rule.id}", style="bold"))
        for line in (f"at {' or '.join(rule.at)}: {whom(rule.when)}", done(rule)):
            console.print(Padding(Text(line), (0, 0, 0, 4)))


def whom(when: When) -> str:
    """Return whom a rule holds for, in words."""
    told = [_told(name, value) for name, value in when.model_dump(exclude_defaults=True).items()]
    return ", ".join(told) or "everybody"


def _told(name: str, value: object) -> str:
    if name == "metastatic":
        return "with metastases" if value else "without metastases"
    if name == "node_positive":
        return "nodes positive" if value else "nodes negative"
    if name == "primary_in_place":
        return "primary in place" if value else "primary removed"
    if isinstance(value, list | tuple):
        words = [_ROMAN[each] if name == "stages" else str(each).replace("_", " ") for each in value]
        return _WORDS[name].format(" or ".join(words) if name not in {"has", "had"} else " and ".join(words))
    return _WORDS[name].format(f"{value:g}" if isinstance(value, float) else value)


def done(rule: Rule) -> str:
    """Return what a rule has done, in words."""
    given = ", ".join(name.replace("_", " ") for name in rule.give) or "nothing new"
    if rule.keep_all:
        given += "; all else goes on"
    elif rule.keep:
        given += f"; goes on: {', '.join(name.replace('_', ' ') for name in rule.keep)}"
    share = "" if rule.uptake == 1.0 else f", taken up by {100 * rule.uptake:.0f} %"
    wait = "" if not rule.wait else f", after {rule.wait:g} days"
    line = ", a new line" if rule.new_line else ""
    return f"-> {given}{wait}{share} ({rule.phase}{line}; goal: {rule.goal})"
