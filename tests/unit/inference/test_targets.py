"""Targets: the figures that are shipped can all be computed, and a bad file is told by row and column."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from paget import catalogue
from paget.errors import EntryError, SettingError, UnknownEntryError
from paget.inference.targets import CONFIDENCES, Target, read, shipped
from paget.inference.validate import Plan, chosen, plan_of

HEAD = "cancer,quantity,stratum,value,low,high,n,unit,confidence,source"


def written(folder: Path, *rows: str, head: str = HEAD) -> Path:
    path = folder / "figures.csv"
    path.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
    return path


def test_every_shipped_figure_can_be_computed() -> None:
    """No figure of the catalogue names a cancer, quantity, site or stratum that nothing computes."""
    assert [target for target in shipped() if not isinstance(plan_of(target), Plan)] == []


def test_every_shipped_figure_stands_once_with_its_source() -> None:
    """A figure without a source, or one that stands twice, would count for more than it is."""
    targets = shipped()
    assert [target for target in targets if not target.source or target.confidence not in CONFIDENCES] == []
    assert [name for name, count in Counter(target.name for target in targets).items() if count > 1] == []


def test_shipped_shares_of_stages_add_up() -> None:
    """The four stages of a cancer and age band are all of its staged patients."""
    sums: Counter[tuple[str, str]] = Counter()
    for target in shipped():
        if target.quantity == "stage_share":
            sums[target.cancer, target.stratum.partition(";")[2]] += target.value  # type: ignore[assignment]
    assert sums
    assert [key for key, total in sums.items() if abs(total - 1.0) > 0.001] == []


def test_every_cancer_has_a_target_itself_or_in_its_group() -> None:
    """No entry goes unchecked."""
    covered = {member.id for target in shipped() for member, _ in catalogue.resolve(target.cancer)}
    assert sorted(set(catalogue.list_cancers()) - covered) == []


def test_a_file_is_read_row_by_row(tmp_path: Path) -> None:
    """Numbers that are not given are none, a row that is empty is no target, and figures of any quantity are kept."""
    path = written(tmp_path, "stomach,stage_share,stage=I,0.2,0.1,0.3,50,fraction,high,Somebody", "", "x,y,,3,,,,,,")
    assert read(path) == (
        Target("stomach", "stage_share", "stage=I", 0.2, 0.1, 0.3, 50, "fraction", "high", "Somebody"),
        Target("x", "y", "", 3.0),
    )


@pytest.mark.parametrize(
    ("row", "key", "allowed", "meant"),
    [
        ("stomach,stage_share,stage=I,much,,,,fraction,high,", "row 2, column value", "a number", None),
        ("stomach,stage_share,stage=I,,,,,fraction,high,", "row 2, column value", "a number", None),
        ("stomach,stage_share,stage=I,nan,,,,fraction,high,", "row 2, column value", "a number", None),
        (",stage_share,stage=I,0.2,,,,fraction,high,", "row 2, column cancer", "a name", None),
        ("stomach,stage_share,stage=I,25,,,,fraction,high,", "row 2, column value", "0 to 1", None),
        ("stomach,stage_share,stage=I,0.2,0.3,0.1,,fraction,high,", "row 2, column low", "low at most high", None),
        ("stomach,stage_share,stage=I,0.2,,,2.5,fraction,high,", "row 2, column n", "a whole number", None),
        ("stomach,stage_share,stage=I,0.2,,,,fractions,high,", "row 2, column unit", "fraction", "fraction"),
        ("stomach,stage_share,stage=I,0.2,,,,fraction,hihg,", "row 2, column confidence", "high, medium, low", "high"),
        ("stomach,primary_diameter_median,at=diagnosis,0,,,,mm,,", "row 2, column value", "more than 0", None),
        ("stomach,stage_share,stage=I,0.2,,,,fraction,high,a,b", "row 2", "10 values", None),
    ],
)
def test_a_bad_value_is_told_by_row_and_column(
    tmp_path: Path, row: str, key: str, allowed: str, meant: str | None
) -> None:
    """The message names the file, the place and what is allowed there."""
    with pytest.raises(EntryError) as caught:
        read(written(tmp_path, row))
    assert (caught.value.file, caught.value.key) == (str(tmp_path / "figures.csv"), key)
    assert allowed in str(caught.value.allowed)
    assert caught.value.meant == meant


def test_a_misspelt_column_is_told_with_the_nearest(tmp_path: Path) -> None:
    """A column that is probably a slip is refused, not left unread."""
    with pytest.raises(EntryError) as caught:
        read(written(tmp_path, head=HEAD.replace("low", "lwo")))
    assert (caught.value.key, caught.value.meant) == ("row 1, column lwo", "low")


@pytest.mark.parametrize("head", ["cancer,quantity,stratum", f"{HEAD},value"])
def test_a_head_that_is_incomplete_or_double_is_refused(tmp_path: Path, head: str) -> None:
    """Each column that is needed stands once."""
    with pytest.raises(EntryError, match="value"):
        read(written(tmp_path, head=head))


def test_a_file_without_rows_or_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """Nothing to compare is a mistake, not a success."""
    with pytest.raises(EntryError, match="no targets"):
        read(written(tmp_path))
    with pytest.raises(EntryError, match="cannot be read"):
        read(tmp_path / "nothing.csv")


def test_a_name_without_targets_is_told() -> None:
    """A cancer that no figure is of differs from a name that is none."""
    targets = (Target("stomach", "stage_share", "stage=I", 0.2),)
    assert chosen(targets, ("stomach",)) == targets
    with pytest.raises(SettingError, match="no target for melanoma"):
        chosen(targets, ("melanoma",))
    with pytest.raises(UnknownEntryError, match="stomac"):
        chosen(targets, ("stomac",))


def test_figures_of_the_users_own_folder_are_targets_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file in `targets` of the user's folder is read after the built-in one."""
    (tmp_path / "targets").mkdir()
    written(tmp_path / "targets", "stomach,site_count,sites=3,0.2,,,,,,Mine")
    before = len(shipped())
    monkeypatch.setenv("PAGET_CATALOGUE", str(tmp_path))
    assert len(shipped()) == before + 1
    assert shipped()[-1].source == "Mine"
