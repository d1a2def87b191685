"""Arrays of findings as people hold them, turned into the codes of the tissue panel, or into one clear error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from paget.cohort.origin_words import OLDEST_YEAR, age_of, column_of, histology_of, organ_of, result_of, sex_of
from paget.errors import SettingError
from paget.model import layout
from paget.model.tissue import NEGATIVE, POSITIVE, UNKNOWN, Floats, Results

if TYPE_CHECKING:
    from paget.model.panel import Panel

NODES: Final = ("distant_lymph_node", "regional_lymph_node")


def results_of(name: str, values: ArrayLike) -> Results:
    """Return results as codes of `model.tissue`, of the same shape.

    Parameters
    ----------
    name
        The test, for the message.
    values
        Signs, words, truth values, or 1, 0 and -1 or NaN.

    Raises
    ------
    SettingError
        Where a value means nothing.
    """
    array = np.atleast_1d(np.asarray(values))
    if array.dtype.kind in "USO":
        return np.array([result_of(name, value) for value in array.tolist()], np.int8)
    whole = np.where(np.isnan(array), UNKNOWN, array) if array.dtype.kind == "f" else array.astype(np.int64)
    wrong = ~np.isin(whole, (POSITIVE, NEGATIVE, UNKNOWN))
    if wrong.any():
        raise SettingError(
            f"A result of {name} means nothing.",
            key=name,
            value=array[wrong][0].item(),
            allowed="1 for positive, 0 for negative, -1 or NaN for not done",
            fix="recode the results",
        )
    return whole.astype(np.int8)


def by_organ(sites: Mapping[str, ArrayLike] | ArrayLike | None) -> Results | None:
    """Return findings by organ, shape (P, N_ORGANS); None where nothing is given.

    Parameters
    ----------
    sites
        By organ, or as one array; see `origins.origin_posteriors`.

    Raises
    ------
    SettingError
        Where an organ is not known, or shapes do not fit.
    """
    if sites is None:
        return None
    if not isinstance(sites, Mapping):
        array = results_of("sites", sites)
        if array.ndim != 2 or array.shape[1] != layout.N_ORGANS:  # noqa: PLR2004 - patients by organs
            raise SettingError(
                "The array of sites has the wrong shape.",
                key="sites",
                value=array.shape,
                allowed=f"(patients, {layout.N_ORGANS}), organs in the order of paget.model.layout.ORGANS",
            )
        return array
    columns = {name: results_of(name, values) for name, values in sites.items()}
    count = one_length(columns)
    found = np.full((count, layout.N_ORGANS), UNKNOWN, np.int8)
    for name, values in columns.items():
        site = organ_of(name)
        for organ in NODES if site == "lymph_node" and name not in NODES else (name if site == "lymph_node" else site,):
            found[:, layout.ORGANS.index(organ)] = values
    return found


def tests_of_many(count: int, given: Mapping[str, Results], panel: Panel, tests: Sequence[str]) -> Results:
    """Return the results of all tests, shape (P, T), UNKNOWN where none are given.

    Parameters
    ----------
    count
        Number of patients.
    given
        Results by test, as codes.
    panel
        The panel, for other names of the tests.
    tests
        Ids by position.

    Raises
    ------
    SettingError
        Where a test is not known, or is given twice by two names.
    """
    results = np.full((count, len(tests)), UNKNOWN, np.int8)
    taken: dict[int, str] = {}
    for name, values in given.items():
        column = column_of(name, panel, tests)
        if column in taken:
            raise SettingError(
                f"{name} and {taken[column]} are names of one test.", key=name, fix="give its results once"
            )
        taken[column] = name
        results[:, column] = values
    return results


def one_length(given: Mapping[str, NDArray[Any]]) -> int:
    """Return how many patients there are, or raise `SettingError` where arrays differ in length.

    Parameters
    ----------
    given
        Arrays by name, patients along the first axis.
    """
    lengths = {name: len(values) for name, values in given.items()}
    if not lengths:
        raise SettingError("Nothing is known of any patient.", fix="give sites, tests, sex or age_year")
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise SettingError("The arrays differ in length.", value=told, allowed="one value for each patient in all")
    return next(iter(lengths.values()))


def sexes_of(values: NDArray[Any]) -> NDArray[np.int64]:
    """Return codes of `observation.origin.SEXES`; words, or 0, 1 and -1."""
    if values.dtype.kind in "USO":
        return np.array([sex_of(value or None) for value in values.tolist()], np.int64)
    codes = values.astype(np.int64)
    if not np.isin(codes, (-1, 0, 1)).all():
        raise SettingError("A sex means nothing.", key="sex", allowed="0 male, 1 female, -1 unknown, or these words")
    return np.where(codes < 0, len(layout.SEXES), codes)


def ages_of(values: Floats) -> Floats:
    """Return ages in years, or raise `SettingError` where one is out of range; NaN is unknown."""
    wrong = ~np.isnan(values) & ~((values >= 0.0) & (values <= OLDEST_YEAR))
    if wrong.any():
        age_of(float(values[wrong][0]))
    return values


def histologies_of(values: NDArray[Any], known: tuple[str, ...]) -> NDArray[np.int64]:
    """Return positions of histologies, -1 for an empty text; `known` are their names."""
    return np.array([histology_of(value, known) for value in values.tolist()], np.int64)
