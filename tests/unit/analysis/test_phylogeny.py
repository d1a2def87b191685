from __future__ import annotations

import pyarrow as pa

from paget.analysis.phylogeny import clone_newick, migration_newick, migrations, newick

LESIONS = pa.table(
    {
        "lesion": pa.array([10, 11, 12], pa.uint64()),
        "parent_lesion": pa.array([0, 10, 11], pa.uint64()),
        "organ": ["bowel", "liver", "lung"],
        "route": ["primary", "blood", "blood"],
        "generation": [0, 1, 2],
        "founded_age_day": [0.0, 800.0, 1500.0],
    }
)
CLONES = pa.table(
    {
        "lesion": pa.array([10, 10, 11], pa.uint64()),
        "clone": pa.array([1, 2, 3], pa.uint64()),
        "parent_clone": pa.array([0, 1, 2], pa.uint64()),
        "driver": ["", "kras", ""],
        "origin_age_day": [0.0, 400.0, 800.0],
    }
)


def test_a_clone_tree_names_organ_clone_and_driver_and_measures_branches_in_days() -> None:
    assert clone_newick(CLONES, LESIONS) == "((liver.3:400)bowel.2.kras:400)bowel.1;"


def test_a_lesion_tree_shows_that_a_metastasis_seeded_another() -> None:
    assert migration_newick(LESIONS) == "((lung.c:700)liver.b:800)bowel.a;"
    seedings = migrations(LESIONS)
    assert seedings[["from_organ", "to_organ"]].to_numpy().tolist() == [["bowel", "liver"], ["liver", "lung"]]


def test_children_stand_in_the_order_of_their_origin() -> None:
    assert newick({1: 0, 2: 1, 3: 1}, {1: "a", 2: "b", 3: "c"}, {1: 0.0, 2: 9.0, 3: 4.0}) == "(c:4,b:9)a;"


def test_several_roots_are_joined_and_no_node_is_no_tree() -> None:
    assert newick({1: 0, 2: 0}, {1: "a", 2: "b"}, {1: 0.0, 2: 1.0}) == "(a,b);"
    assert newick({}, {}, {}) == ";"


def test_a_chain_of_twenty_thousand_clones_is_no_trouble() -> None:
    n = 20_000
    parents = {node: node - 1 for node in range(1, n + 1)}
    text = newick(parents, dict.fromkeys(parents, "x"), {node: float(node) for node in parents})
    assert text.count("x") == n
