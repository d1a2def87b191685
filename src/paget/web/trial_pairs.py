"""What no trial can see: each patient in every arm, who gains, and how large a trial would have to be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from paget import plots
from paget.plots import style
from paget.web import words
from paget.web.drawn import drawn
from paget.web.markup import Html, folded, joined, table, tag
from paget.web.page import note, paragraphs

_WORDS: Final = {"OS": "survival", "PFS": "life without progression", "QALY": "quality-adjusted life"}


def pairs(result: Mapping[str, Any]) -> Html:
    """Return what each patient gains in an arm over the reference.

    Parameters
    ----------
    result
        A trial's result.
    """
    told = paragraphs(
        "A trial sees each patient in one arm and compares averages. Here every patient lives in both, with the same "
        "tumour and the same chances, until death. A gain is what an arm adds to the same patient's life."
    )
    parts = []
    for pair in result["pairs"]:
        rows = [(style.upper_first(_WORDS.get(name, name)), *_gain(each)) for name, each in pair["benefits"].items()]
        heads = ("", "mean gain, months (95 %)", "median gain, months", "gain", "lose")
        caption = f"{words.plain(pair['arm'])} instead of {words.plain(pair['reference'])}, the same patients"
        parts.append(table(heads, rows, caption=style.upper_first(caption)))
        half = pair["half_held_by"]
        if half is not None:
            parts.append(tag("p", f"Half of all life that is gained goes to {words.percent(half)} of patients."))
    return joined(told, parts)


def groups(result: Mapping[str, Any]) -> Html:
    """Return the gain in survival by what was known of a patient.

    Parameters
    ----------
    result
        A trial's result.
    """
    parts = []
    for pair in result["pairs"]:
        rows = [(style.upper_first(name), f"{each['pairs']:,}", *_gain(each)) for name, each in pair["groups"].items()]
        if rows:
            parts.append(_forest(pair))
            heads = ("patients", "number", "mean gain, months (95 %)", "median gain, months", "gain", "lose")
            caption = f"Survival gained by {words.plain(pair['arm'])}, by what was known at randomisation"
            parts.append(folded("The same as a table", table(heads, rows, caption=caption)))
    if not parts:
        return tag("p", "No group had patients enough to be told apart.")
    return joined(parts, note("Gain: more than 30 days longer. Lose: more than a day shorter."))


def _forest(pair: Mapping[str, Any]) -> Html:
    arm = words.plain(pair["arm"])
    rows = [
        {
            "label": style.upper_first(name),
            "estimate": each["mean_gain_month"]["value"],
            "low": each["mean_gain_month"]["low"],
            "high": each["mean_gain_month"]["high"],
        }
        for name, each in pair["groups"].items()
    ]
    figure = plots.forest(
        rows,
        ratio=False,
        title=f"Who gains by {arm}",
        measure="Months of life gained, mean",
        favours=("life is shorter", "life is longer"),
        digits=1,
    )
    return drawn(figure, "Mean gain in survival by what was known at randomisation")


def power(result: Mapping[str, Any]) -> Html:
    """Return how often trials of some sizes would have found the difference.

    Parameters
    ----------
    result
        A trial's result.
    """
    parts = []
    primary = result["endpoints"][0]
    for size in result["sizes"]:
        most = max(int(number) for number in size["tried"])
        enough = f"{size['enough']:,} are enough" if size["enough"] else f"not even {most:,} are enough"
        parts.append(
            tag(
                "p",
                f"A trial of {size['as_large_as']:,} patients finds the difference in {primary} by "
                f"{words.plain(size['arm'])} in {words.percent(size['power']['share'])} of draws; "
                f"{enough} for the power that was wanted.",
            )
        )
        rows = [(f"{int(number):,}", words.with_interval(each)) for number, each in size["tried"].items()]
        parts.append(table(("patients", "power, % (95 %)"), rows, caption="Power by number of patients"))
    return joined(parts)


def _gain(each: Mapping[str, Any]) -> tuple[str, str, str, str]:
    mean = each["mean_gain_month"]
    value, low, high = (words.signed(mean[part], 1) for part in ("value", "low", "high"))
    return (
        f"{value} ({low} to {high})",
        words.signed(each["median_gain_month"], 1),
        words.percent(each["gaining"]["share"]),
        words.percent(each["harmed"]["share"]),
    )
