"""Stage from findings: T, N, M and stage group by a table of the catalogue, clinical and pathological.

Clinical stage reads what examinations showed, never the truth: a tumour that was missed does not count, and a false
finding does. Pathological stage reads the specimen that surgery removed, for T and N; M stays with the findings. So
the same patients move up when examinations see more (stage migration), and nobody moves down, since more findings
never lower a category. It stops being true where tissue disproves a finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from paget.errors import EntryError, SettingError, nearest
from paget.model import layout
from paget.model.findings import Findings
from paget.model.stage import N_CATEGORIES, STAGE_GROUPS, STAGES, T_CATEGORIES, UNKNOWN, Edition, StagingTable

_NODE: Final = layout.code(layout.ORGANS, "regional_lymph_node")
_NEVER: Final = np.inf
_MOST_BY_NUMBER: Final = 3
"""Several tumours of one organ make at most T3."""

LIMITED, EXTENSIVE = 1, 2
"""Codes of `two_stage`; 0 where nothing was found."""


@dataclass(frozen=True)
class Extent:
    """What is known of the extent of P patients' disease.

    Parameters
    ----------
    primary_mm : ndarray of float64, shape (P,)
        Diameter of the primary (mm); NaN where it was not found.
    nodes : ndarray of int64, shape (P,)
        Positive regional nodes.
    node_mm : ndarray of float64, shape (P,)
        Diameter of the largest of them (mm); 0 where there is none.
    distant : ndarray of bool, shape (P, layout.N_ORGANS)
        Organs with a finding that looks like a metastasis; regional nodes are never among them.
    """

    primary_mm: NDArray[np.float64]
    nodes: NDArray[np.int64]
    node_mm: NDArray[np.float64]
    distant: NDArray[np.bool_]


@dataclass(frozen=True)
class Staged:
    """Categories and stages of P patients, each of shape (P,).

    Parameters
    ----------
    t : ndarray of int64
        1 to 4; 0 where no primary was found.
    n : ndarray of int64
        0 to 3; 0 also where nodes were not looked at.
    m : ndarray of int64
        0 or 1.
    group : ndarray of int64
        Stage group 1 to 4; 0 where it cannot be told.
    stage : ndarray of int64
        Codes of `model.stage.STAGES`, with letters, such as IIIB.
    """

    t: NDArray[np.int64]
    n: NDArray[np.int64]
    m: NDArray[np.int64]
    group: NDArray[np.int64]
    stage: NDArray[np.int64]


def table_of(tables: Mapping[str, StagingTable], cancer: str, edition: Edition = "AJCC 6") -> StagingTable:
    """Return the table that stages a cancer.

    Parameters
    ----------
    tables
        All entries of the kind ``staging``.
    cancer
        Name of the cancer.
    edition
        Edition of the manual.

    Raises
    ------
    EntryError
        Where no table of that edition stages the cancer, or two do.
    """
    fitting = [table for table in tables.values() if cancer in table.cancers and table.edition == edition]
    if len(fitting) == 1:
        return fitting[0]
    staged = sorted({name for table in tables.values() if table.edition == edition for name in table.cancers})
    if not fitting:
        raise EntryError(
            f"No table of {edition} stages {cancer}.",
            key="cancers",
            value=cancer,
            allowed=staged,
            meant=nearest(cancer, staged),
            fix=f"say presents_like in the cancer, or add staging/{cancer}.toml for it",
        )
    raise EntryError(
        f"Two tables of {edition} stage {cancer}.",
        key="cancers",
        value=", ".join(table.id for table in fitting),
        allowed="one table for each cancer and edition",
        fix="remove the cancer from one of them",
    )


def clinical_extent(findings: Findings, patients: int, organ: str, table: StagingTable) -> Extent:
    """Return the extent of disease that examinations have shown.

    The primary counts at the largest diameter that was measured. Nodes are counted in each examination by itself and
    the highest count holds, so that a node seen twice is one node; a node is positive from the table's diameter on,
    measured with its error and taken as the short axis. Anything else that looks like a metastasis is distant.

    Parameters
    ----------
    findings
        All findings of the block that staging may go by.
    patients
        Number of patients in the block.
    organ
        Organ in which the primary grows.
    table
        The cancer's table.
    """
    own = layout.code(layout.ORGANS, organ)
    is_primary = findings.in_primary_site & (findings.organ == own)
    primary_mm = np.full(patients, -_NEVER)
    np.maximum.at(primary_mm, findings.row[is_primary], findings.diameter_mm[is_primary])
    is_node = findings.organ == _NODE
    is_metastasis = ~findings.in_primary_site & ~is_node
    distant = np.zeros((patients, layout.N_ORGANS), np.bool_)
    distant[findings.row[is_metastasis], findings.organ[is_metastasis]] = True
    positive = findings.where(is_node & (findings.diameter_mm >= table.clinical_node.value))
    node_mm = np.zeros(patients)
    np.maximum.at(node_mm, positive.row, positive.diameter_mm)
    nodes = np.zeros(patients, np.int64)
    examination = np.column_stack([positive.row, positive.modality, positive.day])
    looks, count = np.unique(examination, axis=0, return_counts=True)
    np.maximum.at(nodes, looks[:, 0].astype(np.int64), count)
    return Extent(np.where(primary_mm > 0.0, primary_mm, np.nan), nodes, node_mm, distant)


def pathological_extent(
    clinical: Extent,
    operated: ArrayLike,
    primary_mm: ArrayLike,
    deposits_mm: NDArray[np.float64],
    table: StagingTable,
    organ_mm: NDArray[np.float64] | None = None,
) -> Extent:
    """Return the extent after surgery: T and N from the specimen, other organs from the findings and what is laid open.

    Parameters
    ----------
    clinical
        The extent before surgery.
    operated : array-like of bool, shape (P,)
        Who was operated; the others keep their clinical extent.
    primary_mm : array-like of float64, shape (P,)
        True diameter of the removed primary (mm), which is told to a whole millimetre; NaN where none was found in it.
    deposits_mm : ndarray of float64, shape (P, K)
        True diameters (mm) of the deposits in removed nodes, one a node; 0 in columns without one.
    table
        The cancer's table, which says from which diameter on a deposit makes a node positive, and in which organs an
        operation shows deposits that no examination did.
    organ_mm : ndarray of float64, shape (P, layout.N_ORGANS), optional
        True diameter (mm) of the largest metastasis in each organ; none is looked at if left out.

    Raises
    ------
    SettingError
        Where the shapes do not fit.
    """
    cut = np.asarray(operated, np.bool_)
    true_mm = np.asarray(primary_mm, np.float64)
    _check_patients(clinical.primary_mm.size, operated=cut, primary_mm=true_mm, deposits_mm=deposits_mm)
    is_positive = deposits_mm >= table.pathological_node.value
    nodes = is_positive.sum(axis=1)
    node_mm = np.where(is_positive, deposits_mm, 0.0).max(axis=1, initial=0.0)
    distant = clinical.distant.copy()
    for rule in table.sites:
        if organ_mm is not None and rule.seen_from is not None:
            shown = [layout.code(layout.ORGANS, organ) for organ in rule.organs]
            distant[:, shown] |= cut[:, None] & (organ_mm[:, shown] >= rule.seen_from.value)
    return replace(
        clinical,
        distant=distant,
        primary_mm=np.where(cut, np.maximum(np.rint(true_mm), 1.0), clinical.primary_mm),
        nodes=np.where(cut, nodes, clinical.nodes),
        node_mm=np.where(cut, node_mm, clinical.node_mm),
    )


def stage(extent: Extent, table: StagingTable, age_year: ArrayLike) -> Staged:
    """Return categories and stages of P patients.

    Where no primary was found the stage is told only if it is the same for every T, as with distant metastasis, or if
    the table says so. Sex changes no stage in the tables of the catalogue, so it is not asked for.

    Parameters
    ----------
    extent
        What is known: clinical, pathological, or arrays of one's own.
    table
        The cancer's table.
    age_year : array-like of float64, shape (P,)
        Ages in years, which decide in papillary thyroid cancer.

    Raises
    ------
    SettingError
        Where the shapes do not fit.
    """
    age = np.asarray(age_year, np.float64)
    _check_patients(
        extent.primary_mm.size, nodes=extent.nodes, node_mm=extent.node_mm, distant=extent.distant, age_year=age
    )
    t = _t(extent, table)
    n = _n(extent, table)
    m = np.asarray((extent.distant & _metastatic(table)).any(axis=1), np.int64)
    code = _grid(table)[t, n, m]
    if table.younger is not None:
        young = np.array([STAGES.index(table.younger.m0), STAGES.index(table.younger.m1)])
        was_found = (t > 0) | (n > 0) | (m > 0)
        code = np.where((age < table.younger.below_year) & was_found, young[m], code)
    return Staged(t=t, n=n, m=m, group=np.asarray(STAGE_GROUPS, np.int64)[code], stage=code)


def two_stage(extent: Extent, table: StagingTable) -> NDArray[np.int64]:
    """Return limited (1) or extensive (2) disease; 0 where nothing was found or the table does not tell the two.

    Parameters
    ----------
    extent
        What is known.
    table
        The cancer's table.
    """
    if table.extensive is None:
        return np.zeros(extent.primary_mm.size, np.int64)
    beyond = _metastatic(table) | np.isin(layout.ORGANS, table.extensive.organs)
    is_extensive = (extent.distant & beyond).any(axis=1)
    was_found = ~np.isnan(extent.primary_mm) | (extent.nodes > 0) | extent.distant.any(axis=1)
    return np.where(is_extensive, EXTENSIVE, np.where(was_found, LIMITED, 0))


def _t(extent: Extent, table: StagingTable) -> NDArray[np.int64]:
    t = np.where(np.isnan(extent.primary_mm), 0, 1).astype(np.int64)
    for step in table.t:
        t = np.where(extent.primary_mm > step.above.value, T_CATEGORIES.index(step.category) + 1, t)
    for rule in table.sites:
        reached = extent.distant[:, [layout.code(layout.ORGANS, organ) for organ in rule.organs]].any(axis=1)
        if rule.counts_as == "T+1":
            several = np.minimum(np.maximum(t, 1) + 1, _MOST_BY_NUMBER)
            t = np.where(reached, np.maximum(t, several), t)
        elif rule.counts_as in T_CATEGORIES:
            t = np.where(reached, np.maximum(t, T_CATEGORIES.index(rule.counts_as) + 1), t)
    return t


def _n(extent: Extent, table: StagingTable) -> NDArray[np.int64]:
    n = np.zeros(extent.nodes.size, np.int64)
    for step in table.n:
        reached = np.zeros(n.size, np.bool_)
        if step.nodes is not None:
            reached |= extent.nodes >= step.nodes.value
        if step.above is not None:
            reached |= extent.node_mm > step.above.value
        n = np.where(reached, N_CATEGORIES.index(step.category), n)
    return n


def _metastatic(table: StagingTable) -> NDArray[np.bool_]:
    """Return which organs' findings are M1, by organ."""
    otherwise = {organ for rule in table.sites if rule.counts_as != "M1" for organ in rule.organs}
    return np.array([organ not in otherwise and code != _NODE for code, organ in enumerate(layout.ORGANS)])


def _grid(table: StagingTable) -> NDArray[np.int64]:
    """Return codes of stages by T (0 where no primary was found), N and M; of categories without a row, unknown."""
    rows = table.groups.rows
    grid = np.zeros((len(T_CATEGORIES) + 1, len(N_CATEGORIES), 2), np.int64)
    for n, row in enumerate(rows):
        grid[1 : 1 + len(row), n, 0] = [STAGES.index(name) for name in row]
        missing = table.groups.no_primary[n] if table.groups.no_primary else _whatever_t(row)
        grid[0, n, 0] = STAGES.index(missing)
    grid[:, :, 1] = STAGES.index(table.groups.m1)
    return grid


def _whatever_t(row: tuple[str, ...]) -> str:
    """Return the stage that holds for every T of a row, without its letter where that differs."""
    if len(set(row)) == 1:
        return row[0]
    bare = {name.rstrip("ABC") for name in row}
    return bare.pop() if len(bare) == 1 else UNKNOWN


def _check_patients(patients: int, **arrays: NDArray[np.generic]) -> None:
    for name, array in arrays.items():
        if array.shape[:1] != (patients,):
            raise SettingError(
                f"There are {patients} patients, but {name} is of another length.",
                key=name,
                value=array.shape,
                allowed=f"an array of {patients} rows",
                fix="hand over one row for each patient",
            )
