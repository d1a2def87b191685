"""Where shed cells lodge: the engine's linear solve against another solve and against random walks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from paget import catalogue
from paget.engine.circulation import N_ORIGINS, Transit, fate_tables, route_shares
from paget.model.layout import BEDS, N_BEDS, ORGANS, SEXES

if TYPE_CHECKING:
    from tests.statistical.conftest import World

ALPHA = 1e-3
WALKS = 100_000
BLOOD, LYMPH, CAVITY = range(3)
LUNG, LIVER, BONE = (ORGANS.index(name) for name in ("lung", "liver", "bone"))
KINDS = [(sex, cluster) for sex in SEXES for cluster in (False, True)]


def next_beds(body: Any, sex: str, place: int) -> np.ndarray:
    """Return where blood that leaves a bed goes, by the body's own entries."""
    if place == LUNG:
        parts = [body.organs[o] for o in ORGANS] + [body.beds[b] for b in BEDS]
        return np.array([getattr(part.flow, sex).value for part in parts])
    out = np.zeros(N_BEDS)
    organ = body.organs[ORGANS[place]] if place < len(ORGANS) else None
    vertebral = 0.0 if organ is None else organ.vertebral_share.value
    portal = organ is not None and organ.venous == "portal"
    out[LIVER if portal else LUNG] = 1.0 - vertebral
    out[BONE] += vertebral
    return out


def arrest_chance(body: Any, *, cluster: bool) -> np.ndarray:
    """Return the chance of arrest in each bed."""
    parts = [body.organs[o] for o in ORGANS] + [body.beds[b] for b in BEDS]
    return np.array([(part.arrest_cluster if cluster else part.arrest_single).value for part in parts])


def survival(body: Any, *, cluster: bool) -> float:
    """Return the chance that a cell lives through one bed."""
    half_life = (body.cluster_half_life if cluster else body.single_cell_half_life).value
    return float(0.5 ** (body.capillary_dwell.value / half_life))


@pytest.mark.parametrize(("sex", "cluster"), KINDS)
def test_arrests_are_the_absorption_chances_of_the_chain(sex: str, *, cluster: bool) -> None:
    """No chance: B = (I - Q)^-1 R of the chain written out with its deaths, 1e-12, from every organ."""
    body = catalogue.body()
    transit = Transit(body, sex, cluster=cluster)
    alive, arrest = survival(body, cluster=cluster), arrest_chance(body, cluster=cluster)
    onward = np.array([next_beds(body, sex, place) for place in range(N_BEDS)])
    moves = (alive * (1.0 - arrest))[:, None] * onward
    ends = np.hstack([np.diag(alive * arrest), np.full((N_BEDS, 1), 1.0 - alive)])
    absorbed = np.linalg.solve(np.eye(N_BEDS) - moves, ends)
    assert absorbed.sum(axis=1) == pytest.approx(1.0, abs=1e-12)
    for organ in range(len(ORGANS)):
        expected = onward[organ] @ absorbed
        fate = transit.by_blood(body, organ)
        assert fate.arrests == pytest.approx(expected[:N_BEDS], abs=1e-12)
        assert 1.0 - fate.arrests.sum() == pytest.approx(expected[N_BEDS], abs=1e-12)


@pytest.mark.parametrize("name", ["bowel", "lung", "breast", "prostate"])
@pytest.mark.parametrize(("sex", "cluster"), KINDS)
def test_random_walks_lodge_where_the_solve_says(world: World, sex: str, name: str, *, cluster: bool) -> None:
    """Seed 51, alpha 1e-3: chi-square over beds and death of 100,000 walks."""
    body = catalogue.body()
    draw = np.random.default_rng(51)
    alive, arrest = survival(body, cluster=cluster), arrest_chance(body, cluster=cluster)
    onward = np.cumsum([next_beds(body, sex, place) for place in range(N_BEDS)], axis=1)
    at = np.full(WALKS, ORGANS.index(name))
    lodged = np.zeros(N_BEDS + 1)
    while at.size:
        at = np.minimum((draw.random((at.size, 1)) > onward[at]).sum(axis=1), N_BEDS - 1)
        lives = draw.random(at.size) < alive
        lodged[N_BEDS] += np.sum(~lives)
        at = at[lives]
        stays = draw.random(at.size) < arrest[at]
        lodged[:N_BEDS] += np.bincount(at[stays], minlength=N_BEDS)
        at = at[~stays]
    arrests = Transit(body, sex, cluster=cluster).by_blood(body, ORGANS.index(name)).arrests
    expected = WALKS * np.append(arrests, 1.0 - arrests.sum())
    assert world.pooled_chi_square(lodged, expected) > ALPHA


@pytest.mark.parametrize("name", ["colorectal", "prostate", "ovary_high_grade_serous", "breast_hr_positive"])
def test_every_shed_cell_lodges_or_dies(name: str) -> None:
    """No chance: over single cells and clusters, arrests lie between 0 and 1 for every origin and route."""
    cancer, body = catalogue.cancer(name), catalogue.body()
    tables = fate_tables(cancer, body, [(1.0, 1.0), (3.0, 2.0)])
    total = (tables.single + tables.cluster).sum(axis=-1)
    assert total.min() >= 0.0
    assert total.max() <= 1.0 + 1e-12
    assert (tables.entries + 1e-12 >= tables.single + tables.cluster).all()
    shares = route_shares(cancer, body)
    assert shares.shape == (N_ORIGINS, 3)
    assert shares.sum(axis=1) == pytest.approx(1.0)
    assert total[:, 0][:, BLOOD].min() > 0.5
    landed = total[:, :, CAVITY]
    assert np.all(np.isclose(landed, 0.0) | np.isclose(landed, body.cavity_survival.value))


def test_cells_that_live_longer_in_blood_lodge_more_often() -> None:
    """No chance: survival in circulation of 3 leaves fewer deaths from every organ."""
    body = catalogue.body()
    plain, tough = (
        Transit(body, "female", cluster=False),
        Transit(body, "female", cluster=False, survival=3.0),
    )
    for organ in range(len(ORGANS)):
        assert tough.by_blood(body, organ).arrests.sum() > plain.by_blood(body, organ).arrests.sum()


@pytest.mark.parametrize(("sex", "cluster"), KINDS)
def test_time_in_transit_is_minutes_by_blood_and_hours_by_lymph(sex: str, *, cluster: bool) -> None:
    """No chance: more than a capillary's dwell, less than a day; lymph adds the thoracic duct."""
    body = catalogue.body()
    transit = Transit(body, sex, cluster=cluster)
    for organ in range(len(ORGANS)):
        minutes = transit.by_blood(body, organ).minutes
        assert body.capillary_dwell.value < minutes < 24.0 * 60.0
    by_lymph = transit.by_lymph(ORGANS.index("regional_lymph_node"))
    assert by_lymph.minutes > 60.0 * body.thoracic_duct_hours.value


def test_cells_loose_in_a_cavity_attach_as_often_as_they_survive() -> None:
    """No chance: all that a colorectal primary sheds into the belly reaches the peritoneum, the living lodge."""
    body = catalogue.body()
    fates = fate_tables(catalogue.cancer("colorectal"), body, [(1.0, 1.0)])
    peritoneum = ORGANS.index("peritoneum")
    lodged = (fates.single + fates.cluster)[:, 0, CAVITY, 0, peritoneum]
    assert fates.entries[:, 0, CAVITY, 0, peritoneum] == pytest.approx([1.0, 1.0])
    assert lodged == pytest.approx(np.full(2, body.cavity_survival.value))


def test_a_cell_in_lymph_meets_the_regional_node_first() -> None:
    """No chance: the regional node's arrest is the first filter's; the distant one gets what passes."""
    body = catalogue.body()
    arrests = Transit(body, "male", cluster=False).by_lymph(ORGANS.index("regional_lymph_node")).arrests
    first = body.lymph_node_arrest.value
    regional, distant = (arrests[ORGANS.index(name)] for name in ("regional_lymph_node", "distant_lymph_node"))
    assert regional >= first
    assert regional == pytest.approx(first, rel=0.05)
    assert distant == pytest.approx((1.0 - first) * first, rel=0.1)
    assert arrests.sum() <= 1.0


def test_the_bowels_blood_reaches_the_liver_first_and_the_thyroids_the_lung() -> None:
    """No chance: the portal and the systemic way."""
    body = catalogue.body()
    transit = Transit(body, "female", cluster=False)
    by_portal = transit.by_blood(body, ORGANS.index("bowel")).arrests
    by_vein = transit.by_blood(body, ORGANS.index("thyroid")).arrests
    assert by_portal.argmax() == LIVER
    assert by_vein.argmax() == LUNG
