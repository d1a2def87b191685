"""Circulation: where a shed cell lodges, as an absorbing Markov chain over vascular beds and node basins.

A cell that enters a bed survives its dwell there or dies, is arrested, or passes on along the blood's way:
portal beds to the liver, systemic beds through the right heart to the lung, the lung to all beds by their
share of cardiac output (ICRP 89, 2002, doi:10.1016/S0146-6453(03)00002-2). Part of the venous outflow of
some organs reaches bone directly by the vertebral plexus (Batson 1940). Lymph meets one or two node filters
and then the venous blood. The entries into every bed from every origin solve one linear system,
x = e + P' x. It stops being true where flow itself is changed by the tumour (shunts, caval thrombus).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from paget.model.layout import BEDS, N_BEDS, N_ORGANS, ORGANS, SEXES

if TYPE_CHECKING:
    from paget.model.body import Body
    from paget.model.cancer import Cancer

PRIMARY_ORIGIN = 0
"""Origin 0 is the primary; origin 1 + o is a metastasis in organ o."""
N_ORIGINS = 1 + N_ORGANS
BLOOD, LYMPH, CAVITY = np.int64(0), np.int64(1), np.int64(2)
LUNG = ORGANS.index("lung")
LIVER = ORGANS.index("liver")
BONE = ORGANS.index("bone")
REGIONAL = ORGANS.index("regional_lymph_node")
DISTANT = ORGANS.index("distant_lymph_node")


class Fate(NamedTuple):
    """Where cells of one kind go from one place: expected entries and arrests per bed, and minutes."""

    entries: np.ndarray
    arrests: np.ndarray
    minutes: float


class Transit:
    """The blood's Markov chain for one sex and one kind of cell.

    Parameters
    ----------
    body : Body
        Organ graph with flows.
    sex : str
        "male" or "female".
    cluster : bool
        A cluster of cells rather than a single cell.
    survival : float
        Factor on the half-life in circulation (the trait `circulation_survival`).
    """

    def __init__(self, body: Body, sex: str, *, cluster: bool, survival: float = 1.0) -> None:
        places = [body.organs[o] for o in ORGANS] + [body.beds[b] for b in BEDS]
        half_life = body.cluster_half_life if cluster else body.single_cell_half_life
        dwell_minutes = body.capillary_dwell.value
        self.alive = 0.5 ** (dwell_minutes / (half_life.value * survival))
        self.arrest = np.array([(p.arrest_cluster if cluster else p.arrest_single).value for p in places])
        self.flow = np.array([getattr(p.flow, sex).value for p in places])
        self.node_arrest = body.lymph_node_arrest.value
        self.duct_minutes = 60.0 * body.thoracic_duct_hours.value
        self.circuit_minutes = getattr(body.blood_volume, sex).value / getattr(body.heart_output, sex).value
        self.dwell_minutes = dwell_minutes
        self.drain = np.zeros((N_BEDS, N_BEDS))
        for j, place in enumerate(places):
            self.drain[j] = self._outflow(j, place)
        passing = self.alive * (1.0 - self.arrest)
        self.entries_from = np.linalg.inv(np.eye(N_BEDS) - (passing[:, None] * self.drain).T)

    def _outflow(self, j: int, place: object, vertebral: float | None = None) -> np.ndarray:
        """Return where venous blood of bed `j` goes next, as shares over beds."""
        out = np.zeros(N_BEDS)
        if j == LUNG:
            return self.flow.copy()
        share = vertebral
        if share is None:
            held = getattr(place, "vertebral_share", None)
            share = 0.0 if held is None else held.value
        out[BONE] = share
        out[LIVER if getattr(place, "venous", "systemic") == "portal" else LUNG] += 1.0 - share
        return out

    def _settle(self, start: np.ndarray, extra_minutes: float = 0.0) -> Fate:
        """Return the fate of cells that enter beds as `start` says."""
        entries = self.entries_from @ start
        arrests = entries * self.alive * self.arrest
        minutes = extra_minutes + float(entries.sum()) * (self.dwell_minutes + 0.5 * self.circuit_minutes)
        return Fate(entries, arrests, minutes)

    def by_blood(self, body: Body, organ: int, vertebral: float | None = None) -> Fate:
        """Return the fate of a cell that entered the venous blood of `organ` (the primary's own share if given)."""
        return self._settle(self._outflow(organ, body.organs[ORGANS[organ]], vertebral))

    def by_lymph(self, first_node: int) -> Fate:
        """Return the fate of a cell that entered lymph whose first filter is `first_node`."""
        chain = [REGIONAL, DISTANT] if first_node == REGIONAL else [DISTANT]
        nodes = np.zeros(N_BEDS)
        lodged = np.zeros(N_BEDS)
        passing = 1.0
        for node in chain:
            nodes[node] += passing
            lodged[node] += passing * self.node_arrest
            passing *= 1.0 - self.node_arrest
        start = np.zeros(N_BEDS)
        start[LUNG] = passing
        after = self._settle(start, self.duct_minutes)
        return Fate(after.entries + nodes, after.arrests + lodged, after.minutes)


class FateTables(NamedTuple):
    """Fates by sex, circulation class, route, origin and bed, and route shares by origin."""

    entries: np.ndarray
    single: np.ndarray
    cluster: np.ndarray
    share: np.ndarray


def route_shares(cancer: Cancer, body: Body) -> np.ndarray:
    """Return the shares of blood, lymph and cavity among cells shed, by origin: shape (origins, 3)."""
    shares = np.zeros((N_ORIGINS, 3))
    lymph = cancer.spread.lymph_share.value
    for origin in range(N_ORIGINS):
        cavity = 0.0
        if origin == PRIMARY_ORIGIN:
            cavity = sum(q.value for q in cancer.spread.cavity_share.values())
        elif ORGANS[origin - 1] in ("peritoneum", "pleura"):
            cavity = body.cavity_deposit_share.value
        shares[origin] = (1.0 - cavity) * np.array([1.0 - lymph, lymph, 0.0])
        shares[origin, CAVITY] = cavity
    return shares


def _cavity_fate(cancer: Cancer, origin: int) -> np.ndarray:
    """Return where cells shed into cavities by `origin` land, as shares over beds."""
    landed = np.zeros(N_BEDS)
    if origin == PRIMARY_ORIGIN:
        total = sum(q.value for q in cancer.spread.cavity_share.values())
        for name, quantity in cancer.spread.cavity_share.items():
            landed[ORGANS.index(name)] = quantity.value / total if total > 0.0 else 0.0
    elif ORGANS[origin - 1] in ("peritoneum", "pleura"):
        landed[origin - 1] = 1.0
    return landed


def fate_tables(cancer: Cancer, body: Body, classes: list[tuple[float, float]]) -> FateTables:
    """Solve the chain for every sex, circulation class, route and origin.

    Parameters
    ----------
    cancer, body
        Catalogue objects.
    classes : list of (survival, clustering)
        Trait values that change circulation; a genotype belongs to one class.

    Returns
    -------
    FateTables
        Per shed cell: expected live entries into each bed, arrests as a single cell and within clusters.
    """
    shape = (len(SEXES), len(classes), 3, N_ORIGINS, N_BEDS)
    entries, single, cluster = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    own = ORGANS.index(cancer.organ)
    for s, sex in enumerate(SEXES):
        for c, (survival, clustering) in enumerate(classes):
            clustered = min(0.9, cancer.spread.cluster_share.value * clustering)
            kinds = ((1.0 - clustered, False, single), (clustered, True, cluster))
            for share, is_cluster, table in kinds:
                transit = Transit(body, sex, cluster=is_cluster, survival=survival)
                for origin in range(N_ORIGINS):
                    organ = own if origin == PRIMARY_ORIGIN else origin - 1
                    vertebral = cancer.spread.vertebral_share.value if origin == PRIMARY_ORIGIN else None
                    first = REGIONAL if origin == PRIMARY_ORIGIN else DISTANT
                    landed = _cavity_fate(cancer, origin)
                    fates = (
                        transit.by_blood(body, organ, vertebral),
                        transit.by_lymph(first),
                        Fate(landed, body.cavity_survival.value * landed, 0.0),
                    )
                    for route, fate in enumerate(fates):
                        entries[s, c, route, origin] += share * fate.entries
                        table[s, c, route, origin] = share * fate.arrests
    return FateTables(entries, single, cluster, route_shares(cancer, body))
