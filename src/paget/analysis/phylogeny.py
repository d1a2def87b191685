"""Trees of one patient: which clone came from which, and which lesion seeded which.

A lesion's or clone's number is the hash that the engine names it by, so a node is the same in every table,
every run and both arms of a study. A parent of 0 is none.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    import pyarrow as pa

ROOT: int = 0
"""Parent of the first clone and of the primary."""


def clone_newick(clones: pa.Table, lesions: pa.Table) -> str:
    """Return one patient's clone tree in Newick form.

    Every clone is a node, named organ, clone number in hexadecimal, and the driver it gained if any, as
    in ``liver.1f3a.kras``. A branch is as long as the days between its parent's origin and its own.

    Parameters
    ----------
    clones
        The patient's clones.
    lesions
        The patient's lesions.

    Returns
    -------
    str
        The tree, closed by a semicolon; ``;`` alone if there are no clones.
    """
    organs = dict(zip(lesions["lesion"].to_pylist(), lesions["organ"].to_pylist(), strict=True))
    rows = {row["clone"]: row for row in clones.to_pylist()}
    names = {
        clone: ".".join(part for part in (organs.get(row["lesion"], ""), f"{clone:x}", row["driver"] or "") if part)
        for clone, row in rows.items()
    }
    parents = {clone: row["parent_clone"] for clone, row in rows.items()}
    days = {clone: float(row["origin_age_day"]) for clone, row in rows.items()}
    return newick(parents, names, days)


def migration_newick(lesions: pa.Table) -> str:
    """Return one patient's lesion tree in Newick form: who seeded whom.

    Every lesion is a node, named by its organ and number in hexadecimal; a branch is as long as the days
    between the founding of the lesion that seeded and of the one that was seeded.

    Parameters
    ----------
    lesions
        The patient's lesions.

    Returns
    -------
    str
        The tree, closed by a semicolon.
    """
    rows = {row["lesion"]: row for row in lesions.to_pylist()}
    names = {lesion: f"{row['organ']}.{lesion:x}" for lesion, row in rows.items()}
    parents = {lesion: row["parent_lesion"] for lesion, row in rows.items()}
    days = {lesion: float(row["founded_age_day"]) for lesion, row in rows.items()}
    return newick(parents, names, days)


def migrations(lesions: pa.Table) -> pd.DataFrame:
    """Return one patient's seedings, one row per metastasis, in the order in which they were founded.

    Parameters
    ----------
    lesions
        The patient's lesions.

    Returns
    -------
    DataFrame
        Columns lesion, parent_lesion, from_organ, to_organ, route, generation, founded_age_day.
    """
    import pandas as pd

    frame = lesions.to_pandas()
    organs = dict(zip(frame["lesion"], frame["organ"], strict=True))
    seeded = frame[frame["parent_lesion"] != ROOT].sort_values("founded_age_day", kind="stable")
    return pd.DataFrame(
        {
            "lesion": seeded["lesion"],
            "parent_lesion": seeded["parent_lesion"],
            "from_organ": [organs.get(parent) for parent in seeded["parent_lesion"]],
            "to_organ": seeded["organ"],
            "route": seeded["route"],
            "generation": seeded["generation"],
            "founded_age_day": seeded["founded_age_day"],
        }
    ).reset_index(drop=True)


def newick(parents: Mapping[int, int], names: Mapping[int, str], days: Mapping[int, float]) -> str:
    """Write a forest in Newick form, without recursion, so that a long chain is no trouble.

    Parameters
    ----------
    parents
        Parent of each node; a parent that is no node itself makes a root.
    names
        Name of each node, free of blanks and of the signs that Newick uses.
    days
        When each node began, in days.

    Returns
    -------
    str
        The tree; several roots are joined under a node without a name.
    """
    children: defaultdict[int, list[int]] = defaultdict(list)
    roots: list[int] = []
    for node in sorted(parents, key=lambda node: (days[node], node)):
        (children[parents[node]] if parents[node] in parents else roots).append(node)
    written: dict[int, str] = {}
    pending = list(roots)
    while pending:
        node = pending[-1]
        waiting = [child for child in children[node] if child not in written]
        if waiting:
            pending.extend(waiting)
            continue
        pending.pop()
        inner = ",".join(written.pop(child) for child in children[node])
        length = f":{days[node] - days[parents[node]]:.6g}" if parents[node] in parents else ""
        written[node] = (f"({inner})" if inner else "") + names[node] + length
    trees = [written[root] for root in roots]
    return (trees[0] if len(trees) == 1 else f"({','.join(trees)})" if trees else "") + ";"
