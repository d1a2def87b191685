"""Names and results as people write them, turned into those of the tissue panel, or into one clear error."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import numpy as np

from paget.errors import SettingError, nearest
from paget.model import layout
from paget.model.tissue import NEGATIVE, POSITIVE, UNKNOWN, Results
from paget.observation.origin import SITES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paget.model.panel import Panel
    from paget.observation.origin import OriginTables

OLDEST_YEAR: Final = 120
_POSITIVE: Final = ("+", "pos", "positive", "yes", "1", "true", "found", "present", "mutated")
_NEGATIVE: Final = ("-", "neg", "negative", "no", "0", "false", "absent", "wildtype", "\N{MINUS SIGN}")
_UNKNOWN: Final = ("", "?", "unknown", "nan", "none", "-1")
_NODES: Final = ("lymph_node", "lymph_nodes", "node", "nodes", "distant_lymph_node", "regional_lymph_node")
_PARTS_OF_BOWEL: Final = ("colon", "rectum", "colorectum")


def plain(name: str) -> str:
    """Return a name without case, spaces and punctuation, so that TTF-1 and ttf1 are one."""
    return re.sub(r"[^a-z0-9+]", "", name.lower())


def column_of(name: str, panel: Panel, tests: Sequence[str]) -> int:
    """Return the position of a test among all that inform on the origin.

    Parameters
    ----------
    name
        The test as it was written: its id or another of its names.
    panel
        The panel.
    tests
        Ids by position.

    Raises
    ------
    SettingError
        Where no test has the name.
    """
    known: dict[str, str] = {}
    for test in (*panel.markers, *panel.alterations):
        known |= {plain(word): test.id for word in test.also}
    known |= {plain(test): test for test in tests}
    found = known.get(plain(name))
    if found is not None:
        return tests.index(found)
    for biomarker in panel.biomarkers:
        if plain(name) in {plain(biomarker.id), *map(plain, biomarker.also)}:
            raise SettingError(
                f"{biomarker.id} guides treatment and does not tell the origin.",
                key="marker",
                value=name,
                allowed="markers and alterations of the tissue panel",
                fix="leave it out",
            )
    meant = nearest(plain(name), known)
    raise SettingError(
        f"There is no marker or alteration called {name!r}.",
        key="marker",
        value=name,
        allowed=", ".join(tests),
        meant=None if meant is None else known[meant],
        fix="use one of these names",
    )


def result_of(name: str, value: object) -> int:
    """Return a result as a code of `model.tissue`.

    Parameters
    ----------
    name
        The test, for the message.
    value
        A sign, a word, a truth value, or 1, 0, None.

    Raises
    ------
    SettingError
        Where the value means nothing.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return UNKNOWN
    word = str(int(value) if isinstance(value, float) and value.is_integer() else value).strip().lower()
    for code, words in ((POSITIVE, _POSITIVE), (NEGATIVE, _NEGATIVE), (UNKNOWN, _UNKNOWN)):
        if word in words:
            return code
    raise SettingError(
        f"The result of {name} means nothing.",
        key=name,
        value=value,
        allowed="+ or -, positive or negative; leave the test out where it was not done",
        fix=f"write {name}=+ or {name}=-",
    )


def organ_of(name: str) -> str:
    """Return the site of evidence that an organ's name stands for.

    Parameters
    ----------
    name
        An organ as it was written.

    Raises
    ------
    SettingError
        Where there is no such organ.
    """
    word = name.strip().lower().replace(" ", "_").replace("-", "_")
    if word in _NODES:
        return "lymph_node"
    if word in _PARTS_OF_BOWEL:
        return "bowel"
    if word in SITES:
        return word
    raise SettingError(
        f"There is no organ called {name!r}.",
        key="sites",
        value=name,
        allowed=SITES,
        meant=nearest(word, (*SITES, *_NODES)),
        fix="use one of these names, separated by commas",
    )


def sex_of(name: str | None) -> int:
    """Return the code of a sex as in `observation.origin.SEXES`; None or an empty text is unknown.

    Parameters
    ----------
    name
        ``male``, ``female``, their first letter, or None.

    Raises
    ------
    SettingError
        Where it is neither.
    """
    word = (name or "").strip().lower()
    if word in ("", "unknown"):
        return len(layout.SEXES)
    for code, sex in enumerate(layout.SEXES):
        if word in (sex, sex[0]):
            return code
    raise SettingError(
        f"{name!r} is no sex that incidence is known for.",
        key="sex",
        value=name,
        allowed=layout.SEXES,
        meant=nearest(word, layout.SEXES),
        fix="use one of these, or leave it out",
    )


def age_of(age: float | None) -> float:
    """Return an age in years, NaN where unknown, or raise `SettingError` where it is out of range."""
    if age is None:
        return math.nan
    if not 0.0 <= age <= OLDEST_YEAR:
        raise SettingError(
            "The age is out of range.", key="age", value=age, allowed=f"0 to {OLDEST_YEAR} years", fix="give years"
        )
    return float(age)


def histology_of(name: str | None, known: tuple[str, ...]) -> int:
    """Return the position of a histology, -1 where none is given.

    Parameters
    ----------
    name
        What the tumour looks like, as it was written.
    known
        The histologies of the panel.

    Raises
    ------
    SettingError
        Where the panel does not know it.
    """
    if not name:
        return -1
    plain = {word.replace("_", " "): at for at, word in enumerate(known)}
    at = plain.get(name.strip().lower().replace("_", " ").replace("-", " "))
    if at is None:
        raise SettingError(
            f"{name!r} is no histology that the panel knows.",
            key="histology",
            value=name,
            allowed=known,
            meant=nearest(name, known),
            fix="use one of these, or leave it out",
        )
    return at


def sites_of(sites: Iterable[str] | None, not_examined: Iterable[str]) -> Results:
    """Return the sites of one patient, shape (1, S).

    Parameters
    ----------
    sites
        Organs with metastases; all others are clear. None, or no organ, where nothing is known.
    not_examined
        Organs that nobody looked at.

    Raises
    ------
    SettingError
        Where an organ is not known, or stands in both.
    """
    hidden = {organ_of(name) for name in not_examined}
    found = {organ_of(name) for name in sites or ()}
    if not found:
        return np.full((1, len(SITES)), UNKNOWN, np.int8)
    both = sorted(found & hidden)
    if both:
        raise SettingError(
            f"A metastasis was found in an organ that nobody examined: {both[0].replace('_', ' ')}.",
            key="sites",
            value=both[0],
            allowed="each organ as a site, or as not examined",
            fix="remove it from one of the two",
        )
    codes = [POSITIVE if site in found else UNKNOWN if site in hidden else NEGATIVE for site in SITES]
    return np.array([codes], np.int8)


def tests_of(tables: OriginTables, panel: Panel, given: Sequence[tuple[str, object]]) -> Results:
    """Return the results of one patient, shape (1, T), UNKNOWN where none is given.

    Parameters
    ----------
    tables
        Tests by position.
    panel
        The panel, for other names of the tests.
    given
        Pairs of name and result; the same pair may stand twice.

    Raises
    ------
    SettingError
        Where a test or result is not known, or two results of one test differ.
    """
    results = np.full((1, len(tables.tests)), UNKNOWN, np.int8)
    named: dict[int, str] = {}
    for name, value in given:
        column, result = column_of(name, panel, tables.tests), result_of(name, value)
        if column in named and result != results[0, column]:
            raise SettingError(
                f"The findings contradict each other: {tables.tests[column]} is given as positive and as negative.",
                key=tables.tests[column],
                value=f"{named[column]} and {name}",
                allowed="one result for each test",
                fix="keep the result that holds",
            )
        named[column] = name
        results[0, column] = result
    return results
