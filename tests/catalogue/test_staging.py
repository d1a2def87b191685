"""The contract that every built-in staging table keeps."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from paget.catalogue.folders import BUILT_IN, Folder
from paget.catalogue.numbers import stated
from paget.catalogue.registry import Catalogue
from paget.model.quantity import JUDGEMENT, Quantity
from paget.model.stage import STAGE_GROUPS, STAGES, StagingTable
from paget.observation.staging import table_of

BUILT = Catalogue([Folder(BUILT_IN, "built in")])
CANCERS = BUILT.names("cancers")
NAMES = BUILT.names("staging")
PAGE = Path(__file__).parents[2] / "docs" / "staging.md"
SAYS_WHAT_WAS_READ = re.compile(r"\b(was|were) read\b|(?<!not )\bverified\b")

SECOND_CODING = {
    "bladder": "1233 4444 4444 4444 / 4",
    "breast": "1223 2233 3333 3333 / 4",
    "colorectal": "1122 3333 3333 / 4",
    "head_neck": "1234 3334 4444 4444 / 4",
    "kidney_clear_cell": "1234 3334 4444 / 4",
    "liver_hepatocellular": "1233 3333 / 4",
    "lung": "1123 2233 3333 3333 / 4",
    "lung_small_cell": "1123 2233 3333 3333 / 4",
    "melanoma": "1122 3333 3333 3333 / 4",
    "ovary_high_grade_serous": "123 333 / 4",
    "pancreas": "1123 2223 / 4",
    "prostate": "2234 4444 / 4",
    "stomach": "1123 1234 2334 4444 / 4",
    "thyroid_papillary": "1234 3334 4444 / 4",
}
"""Groups of T1 to T4 for N0, N1, ..., then of M1, typed anew from the sources."""

T_LIMITS_MM = {
    "breast": (20.0, 50.0),
    "lung": (30.0,),
    "lung_small_cell": (30.0,),
    "pancreas": (20.0,),
    "thyroid_papillary": (20.0, 40.0),
    "kidney_clear_cell": (70.0,),
    "head_neck": (20.0, 40.0),
}
"""Diameters at which the sixth edition itself divides T."""

N_LIMITS = {
    "breast": (1, 4, 10),
    "colorectal": (1, 4),
    "stomach": (1, 7, 16),
    "melanoma": (1, 2, 4),
    "kidney_clear_cell": (1, 2),
}
"""Numbers of positive nodes at which the sixth edition itself divides N."""


def table(name: str) -> StagingTable:
    """Return an entry."""
    return BUILT.entry("staging", name, StagingTable)


def group(stage: str) -> int:
    """Return the group of a stage."""
    return STAGE_GROUPS[STAGES.index(stage)]


@pytest.mark.parametrize("cancer", CANCERS)
def test_every_cancer_is_staged_by_one_table_of_the_sixth_edition(cancer: str) -> None:
    """The registry's stages of 2006 to 2015 are of that edition."""
    assert cancer in table_of({name: table(name) for name in NAMES}, cancer).cancers


@pytest.mark.parametrize("name", NAMES)
def test_a_table_stages_cancers_that_exist(name: str) -> None:
    """A slip in a name would leave a cancer without stages."""
    assert [cancer for cancer in table(name).cancers if cancer not in CANCERS] == []


@pytest.mark.parametrize("name", NAMES)
def test_groups_are_those_of_a_second_coding(name: str) -> None:
    """The stage groups were typed twice from their source, so that one slip cannot stand."""
    groups = table(name).groups
    rows = ["".join(str(group(stage)) for stage in row) for row in groups.rows]
    assert f"{' '.join(rows)} / {group(groups.m1)}" == SECOND_CODING[name]


@pytest.mark.parametrize("name", NAMES)
def test_groups_never_fall_with_t_or_n(name: str) -> None:
    """A higher category is never of a lower group, and M1 is the highest of all."""
    rows = [[group(stage) for stage in row] for row in table(name).groups.rows]
    columns = list(zip(*rows, strict=True))
    assert [line for line in (*rows, *columns) if any(late < early for early, late in pairwise(line))] == []
    assert max(max(row) for row in rows) <= group(table(name).groups.m1)


@pytest.mark.parametrize("name", T_LIMITS_MM)
def test_diameters_of_the_edition_are_kept(name: str) -> None:
    """Where the edition divides T by diameter, so does the table."""
    own = tuple(step.above.value for step in table(name).t if not step.stands_for)
    assert own == T_LIMITS_MM[name]


@pytest.mark.parametrize("name", N_LIMITS)
def test_numbers_of_nodes_of_the_edition_are_kept(name: str) -> None:
    """Where the edition divides N by number, so does the table."""
    assert tuple(step.nodes.value for step in table(name).n if step.nodes) == N_LIMITS[name]


@pytest.mark.parametrize("name", NAMES)
def test_what_stands_for_something_else_says_so(name: str) -> None:
    """An assumed limit names what the edition asks for, and a limit of the edition stands for itself."""
    limits: list[tuple[str, Quantity, str]] = [(step.category, step.above, step.stands_for) for step in table(name).t]
    limits += [(step.category, step.nodes, step.stands_for) for step in table(name).n if step.nodes]
    assert [category for category, limit, text in limits if limit.grade == "assumed" and not text] == []
    assert [category for category, limit, text in limits if limit.grade == "measured" and text] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_number_that_is_not_assumed_says_where_and_was_read(name: str) -> None:
    """Whoever doubts a number can open the source at the right page, and so did its author."""
    sources = BUILT.sources()
    weak = [
        item.key
        for item in stated(table(name))
        if item.sourced.grade != "assumed"
        and not (
            item.sourced.locator.strip()
            and (sources[item.sourced.source].checked or SAYS_WHAT_WAS_READ.search(sources[item.sourced.source].note))
        )
    ]
    assert weak == []


@pytest.mark.parametrize("name", NAMES)
def test_no_number_is_quoted_from_memory_without_being_graded_assumed(name: str) -> None:
    """What was recalled is assumed."""
    recalled = [
        item.key
        for item in stated(table(name))
        if "recall" in f"{item.sourced.locator} {item.sourced.rationale}".lower() and item.sourced.grade != "assumed"
    ]
    assert recalled == []


def test_every_source_of_staging_is_used() -> None:
    """The list of sources holds what numbers come from, and nothing else."""
    text = (BUILT_IN / "sources" / "staging.toml").read_text(encoding="utf-8")
    used = {item.sourced.source for name in NAMES for item in stated(table(name))}
    assert sorted(used - {JUDGEMENT}) == sorted(re.findall(r"^\[(\w+)\]$", text, re.MULTILINE))


def rows_of(name: str) -> list[str]:
    """Return the lines of a table's section on the page: where categories begin, then the stages by T and N."""
    entry = table(name)
    lines = ["| category | begins | stands for | source | grade |", "| --- | --- | --- | --- | --- |"]
    lines += [
        f"| {step.category} | above {limit.value:g} mm | {step.stands_for} | {limit.source} | {limit.grade} |"
        for step in entry.t
        for limit in (step.above,)
    ]
    for node in entry.n:
        limits = [(f"{limit.value:g} or more nodes", limit) for limit in (node.nodes,) if limit]
        limits += [(f"a node above {limit.value:g} mm", limit) for limit in (node.above,) if limit]
        lines += [
            f"| {node.category} | {words} | {node.stands_for} | {limit.source} | {limit.grade} |"
            for words, limit in limits
        ]
    lines += [
        f"| {rule.counts_as} | {', '.join(rule.organs)} |  | {rule.source} | {rule.grade} |" for rule in entry.sites
    ]
    lines += ["", f"| | {' | '.join(f'T{t + 1}' for t in range(len(entry.groups.n0)))} |"]
    lines.append(f"| --- |{' --- |' * len(entry.groups.n0)}")
    lines += [f"| N{n} | {' | '.join(row)} |" for n, row in enumerate(entry.groups.rows)]
    return [*lines, "", f"M1: {entry.groups.m1}."]


@pytest.mark.parametrize("name", NAMES)
def test_documented_tables_are_those_of_the_entries(name: str) -> None:
    """The page shows every limit with what it stands for, its source and its grade, and every stage."""
    text = PAGE.read_text(encoding="utf-8")
    assert f"### {table(name).name} (`{name}`)" in text
    section = text.split(f"(`{name}`)", 1)[1].split("\n### ", 1)[0]
    assert "\n".join(rows_of(name)) in section
