"""Conditions that nobody can meet: a rule that never holds is a slip, and the protocol that has it is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from paget.care.conditions import NODES
from paget.model.protocol import When
from paget.model.stage import STAGE_GROUPS, STAGES

Fault = tuple[str, str, object, str]
"""What is wrong, the field, its value, and what is allowed."""


def contradiction(when: When) -> Fault | None:
    """Return the first reason why nobody can meet a rule's conditions, or None.

    Parameters
    ----------
    when
        Whom the rule holds for.

    Returns
    -------
    tuple of (str, str, object, str) or None
        What is wrong, the field of `When`, its value, and what is allowed.
    """
    return next((fault for look in _LOOKS if (fault := look(when)) is not None), None)


def _empty_range(low: str, high: str) -> Callable[[When], Fault | None]:
    """Return what looks for a range that ends where it begins, or before."""

    def look(when: When) -> Fault | None:
        least, bound = getattr(when, low), getattr(when, high)
        if least is None or bound is None or least < bound:
            return None
        return f"Nobody has {low} {least:g} and {high} {bound:g}.", high, bound, f"more than {least:g}"

    return look


def _fitness(when: When) -> Fault | None:
    best, worst = when.best_fitness, when.worst_fitness
    if best is None or worst is None or best <= worst:
        return None
    return (
        f"Nobody is at best of performance status {best} and at worst of {worst}.",
        "worst_fitness",
        worst,
        f"at least {best}; 0 is the best performance status and 4 the worst",
    )


def _shared(one: str, other: str) -> Callable[[When], Fault | None]:
    """Return what looks for a name that is asked for and ruled out."""

    def look(when: When) -> Fault | None:
        both = [name for name in getattr(when, one) if name in getattr(when, other)]
        if not both:
            return None
        return f"{both[0]!r} is in both {one} and {other}.", other, both[0], "each name in one of them"

    return look


def _outside(when: When) -> Fault | None:
    if not when.any_in or not when.only_in or {*when.any_in} & {*when.only_in, NODES}:
        return None
    return (
        "A metastasis is asked for in organs to which it must not have spread.",
        "any_in",
        ", ".join(when.any_in),
        f"an organ of only_in: {', '.join(when.only_in)}",
    )


def _none_known(when: When) -> Fault | None:
    if when.metastatic is not False or not when.any_in or NODES in when.any_in:
        return None
    return (
        "A metastasis is asked for where none may be known.",
        "any_in",
        ", ".join(when.any_in),
        "any_in with metastatic = true only",
    )


def _stages(when: When) -> Fault | None:
    groups = {STAGE_GROUPS[STAGES.index(name)] for name in when.substages if name in STAGES}
    if not when.stages or not groups or groups & {*when.stages}:
        return None
    return (
        "No substage belongs to any of the stages.",
        "substages",
        ", ".join(when.substages),
        f"substages of the stage groups {', '.join(map(str, when.stages))}",
    )


_LOOKS: Final[tuple[Callable[[When], Fault | None], ...]] = (
    _empty_range("age_from_year", "age_below_year"),
    _empty_range("primary_from_mm", "primary_below_mm"),
    _empty_range("free_from_day", "free_below_day"),
    _fitness,
    _shared("has", "lacks"),
    _shared("had", "never"),
    _outside,
    _none_known,
    _stages,
)
