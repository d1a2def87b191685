import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from paget import catalogue
from paget.catalogue import Catalogue
from paget.catalogue import folders as folders_module
from paget.catalogue.folders import BUILT_IN, all_folders, usual_user_folder
from paget.errors import CatalogueError, EntryError

Opened = Callable[..., Catalogue]


def test_own_entry_joins_the_built_in_ones(folder: Path, own: Path, opened: Opened) -> None:
    """A user adds a cancer by adding a file."""
    text = (folder / "cancers" / "example.toml").read_text(encoding="utf-8")
    (own / "cancers" / "mine.toml").write_text(text.replace('id = "example"', 'id = "mine"'), encoding="utf-8")
    here = opened(folder, own)
    assert here.names("cancers") == ("example", "mine", "other_example")
    assert here.cancer("mine").growth == here.cancer("example").growth


def test_own_entry_of_the_same_name_must_say_that_it_replaces(folder: Path, own: Path, opened: Opened) -> None:
    """No number changes by accident."""
    text = (folder / "cancers" / "example.toml").read_text(encoding="utf-8").replace("value = 120.0", "value = 99.0")
    (own / "cancers" / "example.toml").write_text(text, encoding="utf-8")
    with pytest.raises(EntryError, match="exists already"):
        opened(folder, own).cancer("example")
    (own / "cancers" / "example.toml").write_text("replaces = true\n" + text, encoding="utf-8")
    assert opened(folder, own).cancer("example").growth.doubling_time.value == 99.0


def test_entry_that_replaces_nothing_is_an_error(folder: Path, opened: Opened) -> None:
    """A replacement whose name is misspelt would be a silent addition."""
    path = folder / "drivers" / "spark.toml"
    path.write_text("replaces = true\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(EntryError, match="says that it replaces one"):
        opened(folder).driver("spark")


def test_own_source_of_the_same_key_must_say_that_it_replaces(folder: Path, own: Path, opened: Opened) -> None:
    """Sources follow the same rule as entries."""
    text = (folder / "sources" / "example.toml").read_text(encoding="utf-8")
    mine = text[text.index("[paget1889]") :].replace("year = 1889", "year = 1890")
    (own / "sources" / "mine.toml").write_text(mine, encoding="utf-8")
    with pytest.raises(EntryError, match="exists already"):
        opened(folder, own).sources()
    (own / "sources" / "mine.toml").write_text(mine + "replaces = true\n", encoding="utf-8")
    assert opened(folder, own).sources()["paget1889"].year == 1890


def test_variable_names_the_user_folder(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PAGET_CATALOGUE is read last, after what is built in."""
    monkeypatch.setenv("PAGET_CATALOGUE", str(own))
    paths = [found.path for found in all_folders()]
    assert (paths[0], paths[-1]) == (BUILT_IN, own)


def test_variable_takes_effect_without_a_restart(folder: Path, own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalogue in use follows the variable."""
    text = (folder / "drivers" / "spark.toml").read_text(encoding="utf-8")
    (own / "drivers" / "spark.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("PAGET_CATALOGUE", str(own))
    assert "spark" in catalogue.list_drivers()
    monkeypatch.setenv("PAGET_CATALOGUE", str(own / "sources"))
    assert "spark" not in catalogue.list_drivers()


def test_variable_that_names_nothing_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong path is not passed over in silence."""
    monkeypatch.setenv("PAGET_CATALOGUE", str(tmp_path / "nowhere"))
    with pytest.raises(CatalogueError, match="not there"):
        all_folders()


def test_misspelt_folder_is_an_error(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries in a folder that nobody reads would be missed."""
    (own / "cancer").mkdir()
    monkeypatch.setenv("PAGET_CATALOGUE", str(own))
    with pytest.raises(EntryError) as caught:
        all_folders()
    assert caught.value.meant == "cancers"


def test_platform_folder_is_used_where_it_exists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the variable the usual place of the platform holds."""
    monkeypatch.delenv("PAGET_CATALOGUE", raising=False)
    monkeypatch.setattr("platformdirs.user_data_path", lambda *_, **__: tmp_path / "paget")
    assert all(found.path != usual_user_folder() for found in all_folders())
    usual_user_folder().mkdir(parents=True)
    assert all_folders()[-1].path == tmp_path / "paget" / "catalogue"


def _with_point(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    point = EntryPoint("mine", value, "paget.catalogue")
    monkeypatch.setattr(folders_module, "entry_points", lambda group: [point] if group == "paget.catalogue" else [])
    monkeypatch.delenv("PAGET_CATALOGUE", raising=False)


def _package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str) -> Path:
    package = tmp_path / "paget_test_plugin"
    package.mkdir()
    (package / "__init__.py").write_text(content, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "paget_test_plugin", raising=False)
    return package


def test_package_brings_a_folder_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that holds entries is itself the folder."""
    package = _package(tmp_path, monkeypatch, "")
    _with_point(monkeypatch, "paget_test_plugin")
    assert package in [found.path for found in all_folders()]


def test_package_brings_a_folder_by_a_function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A function may say where the folder is."""
    _package(tmp_path, monkeypatch, f"def folder():\n    return {str(tmp_path)!r}\n")
    _with_point(monkeypatch, "paget_test_plugin:folder")
    assert tmp_path in [found.path for found in all_folders()]


@pytest.mark.parametrize("value", ["paget_no_such_package", "paget_test_plugin:nothing", "paget_test_plugin:wrong"])
def test_broken_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """Whoever cannot load a catalogue learns which package is at fault."""
    _package(tmp_path, monkeypatch, "def wrong():\n    return '/no/such/folder'\n")
    _with_point(monkeypatch, value)
    with pytest.raises(CatalogueError, match="entry point mine"):
        all_folders()
