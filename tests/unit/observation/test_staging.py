from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paget.catalogue.folders import BUILT_IN, Folder
from paget.catalogue.registry import Catalogue
from paget.errors import EntryError, SettingError
from paget.model import layout
from paget.model.draws import stream_keys, uniforms
from paget.model.findings import Findings
from paget.model.stage import STAGE_GROUPS, STAGES, StagingTable
from paget.observation import staging
from paget.observation.staging import EXTENSIVE, LIMITED, Extent

Array = np.ndarray[Any, Any]
OLD_YEAR = 70.0
BUILT = Catalogue([Folder(BUILT_IN, "built in")])
TABLES = {name: BUILT.entry("staging", name, StagingTable) for name in BUILT.names("staging")}
FREE_OF_AGE = [name for name, table in TABLES.items() if table.younger is None]
NODE = layout.ORGANS.index("regional_lymph_node")
PLACES = st.sets(st.sampled_from([organ for organ in layout.ORGANS if organ != "regional_lymph_node"]), max_size=3)


def organs(*names: str) -> Array:
    """Return organs as a row of flags."""
    return np.isin(layout.ORGANS, names)


def extent(primary_mm: float, nodes: int = 0, *places: str, node_mm: float | None = None) -> Extent:
    """Return the extent of one patient's disease; nodes are of 12 mm unless said otherwise."""
    widest = (12.0 if node_mm is None else node_mm) if nodes else 0.0
    return Extent(np.array([primary_mm]), np.array([nodes]), np.array([widest]), organs(*places)[None, :])


def staged(table: str, known: Extent, age_year: float = OLD_YEAR) -> str:
    """Return the stage of one patient."""
    code = staging.stage(known, TABLES[table], [age_year]).stage[0]
    return STAGES[code]


def group(name: str) -> int:
    """Return the group of a stage."""
    return STAGE_GROUPS[STAGES.index(name)]


def findings(*rows: tuple[int, float, int, str, bool, float]) -> Findings:
    """Return findings, each as (row, day, modality, organ, whether it looks like a primary, diameter in mm)."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * 6
    return Findings(
        row=np.array(columns[0], np.int64),
        day=np.array(columns[1], np.float64),
        modality=np.array(columns[2], np.int64),
        organ=np.array([layout.ORGANS.index(name) for name in columns[3]], np.int64),
        in_primary_site=np.array(columns[4], np.bool_),
        diameter_mm=np.array(columns[5], np.float64),
    )


@pytest.mark.parametrize(
    ("table", "known", "expected"),
    [
        ("breast", extent(15.0), "I"),
        ("breast", extent(25.0, 2), "IIB"),
        ("breast", extent(25.0, 2, "regional_lymph_node"), "IIB"),
        ("breast", extent(25.0, 4), "IIIA"),
        ("breast", extent(8.0, 10), "IIIC"),
        ("breast", extent(8.0, 0, "bone"), "IV"),
        ("lung", extent(28.0), "IA"),
        ("lung", extent(20.0, 1), "IIA"),
        ("lung", extent(40.0, 3), "IIIA"),
        ("lung", extent(20.0, 0, "pleura"), "IIIB"),
        ("lung", extent(20.0, 0, "lung"), "IV"),
        ("lung_small_cell", extent(50.0, 4, "liver"), "IV"),
        ("colorectal", extent(30.0), "I"),
        ("colorectal", extent(45.0), "IIA"),
        ("colorectal", extent(30.0, 1), "IIIA"),
        ("colorectal", extent(45.0, 0, "peritoneum"), "IV"),
        ("prostate", extent(10.0), "II"),
        ("prostate", extent(10.0, 1), "IV"),
        ("pancreas", extent(22.0, 1), "IIB"),
        ("pancreas", extent(50.0, 3), "III"),
        ("pancreas", extent(22.0, 0, "peritoneum"), "IV"),
        ("thyroid_papillary", extent(12.0), "I"),
        ("thyroid_papillary", extent(12.0, 2), "III"),
        ("thyroid_papillary", extent(12.0, 9), "IVA"),
        ("thyroid_papillary", extent(12.0, 0, "lung"), "IVC"),
        ("melanoma", extent(4.0), "IA"),
        ("melanoma", extent(4.0, 1), "III"),
        ("melanoma", extent(4.0, 0, "skin"), "IV"),
        ("kidney_clear_cell", extent(65.0), "I"),
        ("kidney_clear_cell", extent(65.0, 1), "III"),
        ("kidney_clear_cell", extent(65.0, 2), "IV"),
        ("bladder", extent(20.0), "I"),
        ("bladder", extent(20.0, 1), "IV"),
        ("ovary_high_grade_serous", extent(60.0), "I"),
        ("ovary_high_grade_serous", extent(60.0, 0, "ovary"), "I"),
        ("ovary_high_grade_serous", extent(60.0, 0, "peritoneum"), "IIIC"),
        ("ovary_high_grade_serous", extent(60.0, 1), "IIIC"),
        ("ovary_high_grade_serous", extent(60.0, 0, "pleura"), "IV"),
        ("stomach", extent(20.0, 1), "IB"),
        ("stomach", extent(20.0, 16), "IV"),
        ("liver_hepatocellular", extent(40.0), "I"),
        ("liver_hepatocellular", extent(40.0, 0, "liver"), "II"),
        ("liver_hepatocellular", extent(55.0, 0, "liver"), "IIIA"),
        ("liver_hepatocellular", extent(40.0, 1), "IIIC"),
        ("head_neck", extent(15.0), "I"),
        ("head_neck", extent(15.0, 1), "III"),
        ("head_neck", extent(15.0, 1, node_mm=35.0), "IVA"),
        ("head_neck", extent(15.0, 2), "IVA"),
        ("head_neck", extent(15.0, 1, node_mm=65.0), "IVB"),
        ("head_neck", extent(15.0, 0, "lung"), "IVC"),
    ],
)
def test_patients_have_the_stage_that_the_manual_gives_them(table: str, known: Extent, expected: str) -> None:
    """A patient with this primary, these nodes and these places is of this stage in the sixth edition."""
    assert staged(table, known) == expected


def test_a_breast_cancer_of_25_mm_with_two_nodes_is_t2_n1_m0_group_2() -> None:
    """T, N, M and group come as numbers."""
    made = staging.stage(extent(25.0, 2), TABLES["breast"], [OLD_YEAR])
    assert [made.t.tolist(), made.n.tolist(), made.m.tolist(), made.group.tolist()] == [[2], [1], [0], [2]]


def test_a_category_begins_above_its_limit() -> None:
    """A breast cancer of exactly 20 mm is T1."""
    made = staging.stage(
        Extent(np.array([20.0, 20.1]), np.zeros(2, np.int64), np.zeros(2), np.zeros((2, layout.N_ORGANS), np.bool_)),
        TABLES["breast"],
        [OLD_YEAR, OLD_YEAR],
    )
    assert made.t.tolist() == [1, 2]


@pytest.mark.parametrize(("age_year", "expected"), [(44.9, "I"), (45.0, "IVA")])
def test_age_decides_in_papillary_thyroid_cancer(age_year: float, expected: str) -> None:
    """Wide, with many nodes: stage I below 45 years, IVA from then on."""
    assert staged("thyroid_papillary", extent(70.0, 9), age_year) == expected


def test_young_patients_with_metastases_of_papillary_thyroid_cancer_are_of_stage_2() -> None:
    """Metastases never make a young patient stage III or IV."""
    assert staged("thyroid_papillary", extent(10.0, 0, "lung"), 30.0) == "II"


def test_who_has_no_finding_has_no_stage() -> None:
    """Stage 0 here means unknown, at any age."""
    for name in TABLES:
        made = [staged(name, extent(np.nan), age) for age in (30.0, OLD_YEAR)]
        assert made == ["unknown", "unknown"]


def test_metastases_are_staged_without_a_primary() -> None:
    """Any T with M1 is stage IV, also where T is unknown."""
    expected = dict.fromkeys(TABLES, 4)
    assert {name: group(staged(name, extent(np.nan, 0, "brain"))) for name in TABLES} == expected


@pytest.mark.parametrize(
    ("table", "expected"), [("breast", "IIA"), ("colorectal", "III"), ("bladder", "IV"), ("lung", "unknown")]
)
def test_a_node_without_a_primary_is_staged_where_t_does_not_matter(table: str, expected: str) -> None:
    """T0 N1 is IIA in the breast, III in the bowel whatever T, and not known in the lung."""
    assert staged(table, extent(np.nan, 1)) == expected


def test_peritoneal_disease_makes_an_ovarian_cancer_t3_even_where_the_ovary_looks_normal() -> None:
    """Many are found by ascites."""
    assert staged("ovary_high_grade_serous", extent(np.nan, 0, "peritoneum")) == "IIIC"


def test_every_combination_of_categories_has_a_group() -> None:
    """Whatever T of a primary that is found, N and M, the stage group is 1 to 4."""
    for name, table in TABLES.items():
        grid = staging._grid(table)
        t, n = len(table.groups.n0), len(table.groups.rows)
        codes = [grid[i, j, m] for i, j, m in itertools.product(range(1, t + 1), range(n), (0, 1))]
        assert min(STAGE_GROUPS[code] for code in codes) >= 1, name


@given(
    table=st.sampled_from(FREE_OF_AGE),
    primary_mm=st.tuples(st.floats(0.1, 200.0), st.floats(0.0, 100.0)),
    nodes=st.tuples(st.integers(0, 20), st.integers(0, 20)),
    node_mm=st.tuples(st.floats(10.0, 80.0), st.floats(0.0, 40.0)),
    places=st.tuples(PLACES, PLACES),
)
def test_more_disease_never_lowers_the_group(
    table: str,
    primary_mm: tuple[float, float],
    nodes: tuple[int, int],
    node_mm: tuple[float, float],
    places: tuple[set[str], set[str]],
) -> None:
    """A wider primary, more or wider nodes, or more places leave the group where it was, or raise it."""
    known = extent(primary_mm[0], nodes[0], *places[0], node_mm=node_mm[0])
    more = extent(sum(primary_mm), sum(nodes), *places[0], *places[1], node_mm=sum(node_mm))
    assert group(staged(table, more)) >= group(staged(table, known))


@given(
    primary_mm=st.floats(0.1, 100.0),
    nodes=st.integers(0, 12),
    places=PLACES,
    age_year=st.floats(20.0, 90.0),
)
def test_more_disease_never_lowers_the_group_of_one_age(
    primary_mm: float, nodes: int, places: set[str], age_year: float
) -> None:
    """In the thyroid too, at one age, metastases and nodes never lower the group."""
    known = staged("thyroid_papillary", extent(primary_mm, nodes, *places), age_year)
    more = staged("thyroid_papillary", extent(primary_mm, nodes + 1, *places, "lung"), age_year)
    assert group(more) >= group(known)


def test_small_cell_cancer_is_limited_to_one_half_of_the_chest_or_extensive() -> None:
    """Nodes stay limited; pleura and any metastasis are extensive; without a finding nothing is told."""
    table = TABLES["lung_small_cell"]
    cases = [extent(40.0, 6), extent(40.0, 0, "pleura"), extent(40.0, 0, "brain"), extent(np.nan)]
    assert [staging.two_stage(known, table)[0] for known in cases] == [LIMITED, EXTENSIVE, EXTENSIVE, 0]


def test_other_cancers_are_not_told_limited_from_extensive() -> None:
    """The two stages belong to small cell lung cancer."""
    assert staging.two_stage(extent(40.0, 0, "brain"), TABLES["lung"]).tolist() == [0]


def test_findings_become_an_extent() -> None:
    """Primary, nodes, their widest and the places are read off the findings of each patient."""
    seen = findings(
        (0, 100.0, 0, "bowel", True, 42.0),
        (0, 100.0, 0, "regional_lymph_node", False, 11.0),
        (0, 100.0, 0, "regional_lymph_node", False, 14.0),
        (0, 100.0, 0, "liver", False, 9.0),
        (2, 90.0, 1, "lung", False, 6.0),
    )
    known = staging.clinical_extent(seen, 3, "bowel", TABLES["colorectal"])
    assert known.primary_mm[0] == 42.0
    assert np.isnan(known.primary_mm[1:]).all()
    assert known.nodes.tolist() == [2, 0, 0]
    assert known.node_mm.tolist() == [14.0, 0.0, 0.0]
    assert known.distant.tolist() == [organs("liver").tolist(), organs().tolist(), organs("lung").tolist()]


def test_no_findings_become_an_empty_extent() -> None:
    """Who was not examined has no primary, no nodes and no places."""
    known = staging.clinical_extent(Findings.none(), 2, "bowel", TABLES["colorectal"])
    assert np.isnan(known.primary_mm).all()
    assert known.nodes.tolist() == [0, 0]
    assert not known.distant.any()


def test_a_node_seen_by_two_examinations_is_one_node() -> None:
    """The examination that shows most nodes holds; counts of several are not added."""
    seen = findings(
        (0, 100.0, 0, "regional_lymph_node", False, 12.0),
        (0, 100.0, 1, "regional_lymph_node", False, 12.5),
        (0, 100.0, 1, "regional_lymph_node", False, 15.0),
        (0, 130.0, 0, "regional_lymph_node", False, 12.2),
    )
    assert staging.clinical_extent(seen, 1, "breast", TABLES["breast"]).nodes.tolist() == [2]


def test_a_node_below_10_mm_is_not_positive_to_imaging() -> None:
    """What is measured decides, so that an error of measurement can make or unmake a positive node."""
    seen = findings((0, 1.0, 0, "regional_lymph_node", False, 9.9), (1, 1.0, 0, "regional_lymph_node", False, 10.0))
    known = staging.clinical_extent(seen, 2, "breast", TABLES["breast"])
    assert known.nodes.tolist() == [0, 1]
    assert not known.distant.any()


def test_what_looks_like_another_primary_is_no_metastasis() -> None:
    """A shadow that looks like a kidney tumour changes no stage of a breast cancer."""
    seen = findings((0, 1.0, 0, "breast", True, 15.0), (0, 1.0, 1, "kidney", True, 50.0))
    known = staging.clinical_extent(seen, 1, "breast", TABLES["breast"])
    assert staged("breast", known) == "I"


def test_a_false_finding_raises_the_stage() -> None:
    """Staging cannot know that a spot in the liver is no metastasis."""
    seen = findings((0, 1.0, 0, "breast", True, 15.0), (0, 1.0, 1, "liver", False, 8.0))
    assert staged("breast", staging.clinical_extent(seen, 1, "breast", TABLES["breast"])) == "IV"


def test_the_specimen_decides_t_and_n_and_the_findings_m() -> None:
    """A breast cancer of T2 N0 to imaging is T1 N2 on the table of the pathologist, and stays M0 or M1."""
    clinical = extent(22.0)
    deposits = np.array([[0.2, 0.3, 0.9, 5.0, 0.19, 0.0]])
    known = staging.pathological_extent(clinical, [True], [19.6], deposits, TABLES["breast"])
    assert known.nodes.tolist() == [4]
    assert known.node_mm.tolist() == [5.0]
    assert staged("breast", known) == "IIIA"
    spread = staging.pathological_extent(extent(22.0, 0, "bone"), [True], [19.6], deposits, TABLES["breast"])
    assert staged("breast", spread) == "IV"


def test_an_operation_on_the_ovary_shows_deposits_of_half_a_millimetre_in_the_belly_and_none_elsewhere() -> None:
    """Stage III by 1.2 mm on the peritoneum of who is operated; not by 0.4 mm, not in the lung, not unoperated."""
    mm = np.zeros((4, layout.N_ORGANS))
    peritoneum, lung = (layout.code(layout.ORGANS, name) for name in ("peritoneum", "lung"))
    mm[[0, 1, 3], peritoneum], mm[2, lung] = (1.2, 0.4, 1.2), 1.2
    clinical = Extent(np.full(4, 60.0), np.zeros(4, np.int64), np.zeros(4), np.zeros((4, layout.N_ORGANS), np.bool_))
    cut, table = [True, True, True, False], TABLES["ovary_high_grade_serous"]
    known = staging.pathological_extent(clinical, cut, np.full(4, 60.0), np.zeros((4, 0)), table, mm)
    assert staging.stage(known, table, np.full(4, 60.0)).group.tolist() == [3, 1, 1, 1]


@pytest.mark.parametrize(("true_mm", "told_mm"), [(20.4, 20.0), (20.6, 21.0), (0.2, 1.0)])
def test_a_pathologist_measures_to_a_millimetre(true_mm: float, told_mm: float) -> None:
    """The diameter is told as a whole number, and a tumour that is there is at least 1 mm."""
    known = staging.pathological_extent(extent(30.0), [True], [true_mm], np.zeros((1, 0)), TABLES["breast"])
    assert known.primary_mm.tolist() == [told_mm]


def test_who_is_not_operated_keeps_the_clinical_stage() -> None:
    """No specimen, no pathological categories."""
    known = staging.pathological_extent(extent(30.0, 2), [False], [np.nan], np.full((1, 5), 9.0), TABLES["breast"])
    assert known.primary_mm.tolist() == [30.0]
    assert known.nodes.tolist() == [2]


def block(count: int, seed: int) -> tuple[Array, Array, Array]:
    """Return made-up lesions of patients: organs and diameters of 6 metastases each, and a uniform for each."""
    keys = stream_keys(seed, np.arange(count)[:, None], layout.STREAM_IMAGING, np.arange(6)[None, :])
    places = np.array([NODE, NODE, NODE, *(layout.ORGANS.index(name) for name in ("liver", "lung", "bone"))])
    diameter_mm = 25.0 * uniforms(keys, 2)
    return np.broadcast_to(places, (count, 6)), diameter_mm, uniforms(keys, 1)


def look(count: int, half_mm: float, seed: int = 5) -> Extent:
    """Return what imaging finds that sees half of lesions of this diameter; a better one sees the same and more."""
    places, diameter_mm, u = block(count, seed)
    row, lesion = np.nonzero(u < diameter_mm**2 / (diameter_mm**2 + half_mm**2))
    seen = Findings(
        row=np.concatenate([np.arange(count), row]),
        day=np.zeros(count + row.size),
        modality=np.zeros(count + row.size, np.int64),
        organ=np.concatenate([np.full(count, layout.ORGANS.index("bowel")), places[row, lesion]]),
        in_primary_site=np.repeat([True, False], [count, row.size]),
        diameter_mm=np.concatenate([np.full(count, 30.0), diameter_mm[row, lesion]]),
    )
    return staging.clinical_extent(seen, count, "bowel", TABLES["colorectal"])


def test_better_imaging_moves_patients_up_and_nobody_down() -> None:
    """Stage migration: the same 500 patients, seen better, leave stage I, and each later stage gains (seed 5)."""
    worse, better = (
        staging.stage(look(500, half_mm), TABLES["colorectal"], np.full(500, OLD_YEAR)).group for half_mm in (30.0, 5.0)
    )
    assert (better >= worse).all()
    assert (better > worse).sum() > 100
    assert (better == 1).sum() < (worse == 1).sum()
    assert (better == 4).sum() > (worse == 4).sum()


def test_a_lymphadenectomy_moves_patients_up_from_their_clinical_stage() -> None:
    """Where a surgeon removes every deposit that imaging counted and smaller ones, nobody moves down (seed 5)."""
    count, table = 500, TABLES["colorectal"]
    places, diameter_mm, _ = block(count, 5)
    clinical = look(count, 30.0)
    removed = np.where(places == NODE, diameter_mm, 0.0)
    specimen = staging.pathological_extent(clinical, np.ones(count, np.bool_), np.full(count, 30.0), removed, table)
    before, after = (staging.stage(known, table, np.full(count, OLD_YEAR)).group for known in (clinical, specimen))
    assert (after >= before).all()
    assert (after > before).sum() > 100


def test_patients_are_staged_one_by_one() -> None:
    """A patient's stage does not depend on who else is in the block."""
    known = look(50, 10.0)
    together = staging.stage(known, TABLES["colorectal"], np.full(50, OLD_YEAR)).stage
    alone = [
        staging.stage(
            Extent(
                known.primary_mm[k : k + 1], known.nodes[k : k + 1], known.node_mm[k : k + 1], known.distant[k : k + 1]
            ),
            TABLES["colorectal"],
            [OLD_YEAR],
        ).stage[0]
        for k in range(50)
    ]
    assert together.tolist() == alone


def test_ages_of_another_block_are_refused() -> None:
    """The message says how many rows are expected."""
    with pytest.raises(SettingError) as caught:
        staging.stage(extent(20.0), TABLES["breast"], [50.0, 60.0])
    assert caught.value.parts()["allowed"] == "an array of 1 rows"


def test_a_cancer_without_a_table_is_told_to_write_one() -> None:
    """The message names the nearest cancer and the file to add."""
    with pytest.raises(EntryError) as caught:
        staging.table_of(TABLES, "colorecta")
    assert caught.value.parts()["nearest"] == "colorectal"
    assert caught.value.parts()["fix"].endswith("add staging/colorecta.toml for it")


def test_two_tables_for_one_cancer_are_refused() -> None:
    """Which of two holds is never left to their order."""
    twin = TABLES["breast"].model_copy(update={"id": "other_breast"})
    with pytest.raises(EntryError, match="Two tables of AJCC 6 stage breast_hr_positive"):
        staging.table_of({**TABLES, "other_breast": twin}, "breast_hr_positive")
