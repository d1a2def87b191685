"""Conditions: each field of `When` as a test over all charts at once.

What is left out of `When` becomes no test at all. Tests are plain functions with their tables bound to them, so that
a compiled protocol can be sent to another process. Regional nodes are no distant metastasis: `only_in` looks past them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np

from paget.errors import EntryError, nearest
from paget.model import layout
from paget.model.chart import GOALS, PHASES, RESPONSES, Charts, Flags, Integers
from paget.model.protocol import When
from paget.model.stage import STAGES

Test = Callable[[Charts], Flags]

TISSUE: Final = ("has", "lacks")
"""Fields of `When` that a new biopsy can change."""
NODES: Final = "regional_lymph_node"


@dataclass(frozen=True)
class Names:
    """The names by which conditions point at columns of charts.

    Parameters
    ----------
    therapies, tests
        As in the charts.
    """

    therapies: tuple[str, ...]
    tests: tuple[str, ...]


@dataclass(frozen=True)
class Condition:
    """One field of `When` with its value.

    Parameters
    ----------
    field
        Name of the field.
    value
        What the entry says.
    test
        Tells for every chart whether it holds, shape (P,).
    """

    field: str
    value: object
    test: Test

    @property
    def key(self) -> tuple[str, object]:
        """What makes two conditions the same."""
        return self.field, self.value


def compiled(when: When, names: Names) -> tuple[Condition, ...]:
    """Return the conditions of a rule; none where it holds for everybody.

    Parameters
    ----------
    when
        Whom the rule holds for.
    names
        Columns of the charts.

    Raises
    ------
    EntryError
        Where a biomarker or a therapy is not among the names.
    """
    said = {field: getattr(when, field) for field in BUILDERS}
    return tuple(
        Condition(field, value, BUILDERS[field](value, names))
        for field, value in said.items()
        if value is not None and value != ()
    )


def position(name: str, names: tuple[str, ...], what: str, key: str = "", file: object = None) -> int:
    """Return where a name stands among others.

    Parameters
    ----------
    name
        What an entry says.
    names
        All that there are.
    what
        What they are: "therapy", say.
    key, file
        Where the name was said.

    Raises
    ------
    EntryError
        With the nearest name.
    """
    if name in names:
        return names.index(name)
    raise EntryError(
        f"The {what} {name!r} does not exist.",
        file=file,
        key=key or None,
        value=name,
        allowed=sorted(names),
        meant=nearest(name, names),
        fix=f"correct the name, or add the {what}",
    )


def _is(field: str, wanted: bool, charts: Charts) -> Flags:  # noqa: FBT001 - bound by partial
    flags: Flags = getattr(charts, field)
    return flags if wanted else ~flags


def _at_least(field: str, bound: float, charts: Charts) -> Flags:
    return np.asarray(getattr(charts, field) >= bound)


def _at_most(field: str, bound: float, charts: Charts) -> Flags:
    return np.asarray(getattr(charts, field) <= bound)


def _below(field: str, bound: float, charts: Charts) -> Flags:
    return np.asarray(getattr(charts, field) < bound)


def _listed(field: str, table: Flags, charts: Charts) -> Flags:
    return np.asarray(table.take(getattr(charts, field), mode="clip"))


def _metastatic(wanted: bool, charts: Charts) -> Flags:  # noqa: FBT001 - bound by partial
    return np.asarray((charts.metastases > 0) == wanted)


def _some_column(field: str, columns: Integers, charts: Charts) -> Flags:
    return np.asarray(getattr(charts, field)[:, columns].any(axis=1))


def _no_column(field: str, columns: Integers, charts: Charts) -> Flags:
    return ~_some_column(field, columns, charts)


def _all_found(columns: Integers, charts: Charts) -> Flags:
    return np.asarray((charts.tested[:, columns] == 1).all(axis=1))


def _none_found(columns: Integers, charts: Charts) -> Flags:
    return np.asarray((charts.tested[:, columns] != 1).all(axis=1))


def _all_given(columns: Integers, charts: Charts) -> Flags:
    return np.asarray((charts.given[:, columns] > 0).all(axis=1))


def _none_given(columns: Integers, charts: Charts) -> Flags:
    return np.asarray((charts.given[:, columns] == 0).all(axis=1))


Builder = Callable[[Any, Names], Test]


def _codes(field: str, vocabulary: tuple[str, ...]) -> Builder:
    """Return what builds a test of a coded field against some names of its vocabulary."""

    def build(wanted: Iterable[str], _names: Names) -> Test:
        table = np.zeros(len(vocabulary), np.bool_)
        table[[position(name, vocabulary, field) for name in wanted]] = True
        return partial(_listed, field, table)

    return build


def _numbers(field: str) -> Builder:
    """Return what builds a test of a field of small whole numbers against some of them."""

    def build(wanted: tuple[int, ...], _names: Names) -> Test:
        table = np.zeros(max(wanted) + 2, np.bool_)
        table[[number for number in wanted if number >= 0]] = True
        return partial(_listed, field, table)

    return build


def _bound(test: Callable[..., Flags], field: str) -> Builder:
    """Return what builds a comparison of a field with a bound."""
    return lambda value, _names: partial(test, field, value)


def _therapies(test: Callable[..., Flags], *bound: str) -> Builder:
    """Return what builds a test over columns of therapies."""

    def build(wanted: tuple[str, ...], names: Names) -> Test:
        return partial(test, *bound, _columns(wanted, names.therapies, "therapy"))

    return build


def _tests(test: Callable[..., Flags]) -> Builder:
    """Return what builds a test over columns of biomarkers."""
    return lambda wanted, names: partial(test, _columns(wanted, names.tests, "biomarker"))


def _organs(field: str) -> Builder:
    """Return what builds a test of whether one of some organs is marked."""
    return lambda wanted, _names: partial(_some_column, field, _columns(wanted, layout.ORGANS, "organ"))


def _only_in(wanted: tuple[str, ...], _names: Names) -> Test:
    others = tuple(organ for organ in layout.ORGANS if organ not in {*wanted, NODES})
    return partial(_no_column, "sites", _columns(others, layout.ORGANS, "organ"))


def _never(wanted: tuple[str, ...], names: Names) -> Test:
    """Build the test of what was never given; a therapy that the run does not have never was."""
    return partial(_none_given, _columns([each for each in wanted if each in names.therapies], names.therapies, ""))


def _columns(wanted: Iterable[str], names: tuple[str, ...], what: str) -> Integers:
    return np.array([position(name, names, what) for name in wanted], np.int64)


BUILDERS: Final[dict[str, Builder]] = {
    "phases": _codes("phase", PHASES),
    "goals": _codes("goal", GOALS),
    "lines": _numbers("line"),
    "stages": _numbers("stage_group"),
    "metastatic": lambda wanted, _names: partial(_metastatic, wanted),
    "worst_fitness": _bound(_at_most, "fitness"),
    "best_fitness": _bound(_at_least, "fitness"),
    "age_from_year": _bound(_at_least, "age_year"),
    "age_below_year": _bound(_below, "age_year"),
    "substages": _codes("stage", STAGES),
    "responses": _codes("best", RESPONSES),
    "sexes": _codes("sex", layout.SEXES),
    "node_positive": _bound(_is, "node_positive"),
    "primary_in_place": _bound(_is, "primary_in_place"),
    "most_metastases": _bound(_at_most, "metastases"),
    "primary_from_mm": _bound(_at_least, "primary_mm"),
    "primary_below_mm": _bound(_below, "primary_mm"),
    "free_from_day": _bound(_at_least, "free_day"),
    "free_below_day": _bound(_below, "free_day"),
    "has": _tests(_all_found),
    "lacks": _tests(_none_found),
    "had": _therapies(_all_given),
    "never": _never,
    "on": _therapies(_some_column, "on"),
    "any_in": _organs("sites"),
    "only_in": _only_in,
    "symptomatic": _organs("symptomatic"),
}
"""How each field of `When` becomes a test; what is quick to test comes first."""
