from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from paget.catalogue.folders import BUILT_IN, Folder
from paget.catalogue.panels import panel_of, tissue
from paget.catalogue.registry import Catalogue
from paget.cohort.origin_tables import origin_tables
from paget.errors import EntryError

BUILT = Folder(BUILT_IN, "built in")


def text(name: str) -> str:
    """Return a shipped table."""
    return (BUILT_IN / "panels" / name).read_text(encoding="utf-8")


def own(folder: Path, name: str, change: Callable[[str], str]) -> Catalogue:
    """Return the catalogue with one table of the panel replaced by a user's own."""
    (folder / "panels").mkdir()
    (folder / "panels" / name).write_text(change(text(name)), encoding="utf-8")
    return Catalogue([BUILT, Folder(folder, "the user folder")])


def test_a_users_own_table_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    """A rate in the user's table is the one that counts; other tables stay."""
    rates = tissue(
        own(tmp_path, "ihc_rates.csv", lambda told: told.replace("CK7,colorectal,0.08,", "CK7,colorectal,0.3,"))
    )
    shipped = tissue(Catalogue([BUILT]))
    row, column = rates.origins.index("colorectal"), rates.markers.index("CK7")
    assert shipped.marker_rate[row, column] == 0.08
    assert rates.marker_rate[row, column] == 0.3
    assert np.array_equal(rates.alteration_rate, shipped.alteration_rate)


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("ihc_rates.csv", lambda told: told.replace("marker,origin", "antibody,origin"), "lacks a column"),
        ("ihc_rates.csv", lambda told: "\n".join(told.splitlines()[:-1]), "AFP in thyroid_papillary is missing"),
        ("ihc_rates.csv", lambda told: told + told.splitlines()[1] + "\n", "stands twice"),
        ("ihc_rates.csv", lambda told: told.replace("CK7,colorectal,0.08,", "CK7,colorectal,many,"), "not a number"),
        ("ihc_rates.csv", lambda told: told.replace("CK7,colorectal,0.08,", "CK7,colorectal,1.08,"), "more than 1"),
        ("ihc_rates.csv", lambda told: told.replace("CK7,colorectal", "CK7,colorectum"), "'colorectum' is not known"),
        ("ihc_rates.csv", lambda told: told.replace("recalled", "remembered"), "'remembered' is not known"),
        (
            "alteration_counts.csv",
            lambda told: told.replace("KRAS,bladder,43,946", "KRAS,bladder,43,9"),
            "more carriers",
        ),
        (
            "histology_rates.csv",
            lambda told: told.replace("melanoma,bladder,0.005", "melanoma,bladder,0.5"),
            "sum to 1",
        ),
        ("incidence.csv", lambda told: told.replace("stomach", "gaster"), "no cases of 'stomach'"),
        ("site_classes.csv", lambda told: "\n".join(told.splitlines()[:-1]), "classes of patients"),
        ("driver_shares.csv", lambda told: told.replace("colorectal,kras", "colorectal,kra"), "kras in colorectal"),
    ],
)
def test_a_table_that_cannot_be_used_is_told(
    tmp_path: Path, name: str, change: Callable[[str], str], told: str
) -> None:
    """What is missing, stands twice, or means nothing in a table ends in one error that names it."""
    with pytest.raises(EntryError, match=told):
        origin_tables(own(tmp_path, name, change))


def test_a_panel_names_only_tests_that_it_holds(tmp_path: Path) -> None:
    """A conversion of a marker that is not listed is refused, with the place."""
    (tmp_path / "panels").mkdir()
    changed = (
        text("tissue.toml").replace('marker = "PR"', 'marker = "PgR1"').replace('id = "tissue"', "replaces = true")
    )
    (tmp_path / "panels" / "tissue.toml").write_text(changed, encoding="utf-8")
    with pytest.raises(EntryError, match="PgR1"):
        panel_of(Catalogue([BUILT, Folder(tmp_path, "the user folder")]))
