"""What a user can get wrong ends with exit code 2, one clear message, and nothing half-written."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("run", "colorectall"), ("colorectall", "nearest: colorectal")),
        (("run", "colorectal", "-n", "0"), ("value:   0", "from 1")),
        (("run", "colorectal", "-n", "-3"), ("value:   -3", "from 1")),
        (("run", "colorectal", "-n", "many"), ("'-n'", "integer")),
        (("run", "colorectal", "--workers", "0"), ("workers", "value:   0")),
        (("run", "colorectal", "--seed", "-1"), ("seed", "value:   -1")),
        (("run", "colorectal", "--years", "0"), ("horizon", "value:   0")),
        (("run", "colorectal", "--years", "-2"), ("horizon", "value:   -2")),
        (("run", "colorectal", "--set", "growth.doubling_time"), ("KEY=VALUE", "growth.doubling_time")),
        (("run", "colorectal", "--set", "growth.doublin_time=9day"), ("nearest: growth.doubling_time",)),
        (("run", "colorectal", "--set", "growth.doubling_time=9kg"), ("kg", "day")),
        (("run", "colorectal", "--set", "growth.doubling_time=9"), ("no unit", "day")),
        (("run", "colorectal", "--set", "growth.cell_loss=7"), ("growth.cell_loss", "7")),
        (("run", "colorectal", "--set", "dormancy.share=0", "--set", "dormancy.share=1"), ("set twice",)),
        (("run", "colorectal", "--out", "file/run"), ("file", "another folder")),
        (("run", "colorectal", "--out", "file"), ("is a file", "another folder")),
        (("run", "colorectal", "--out", "full"), ("notes.txt", "another folder")),
        (("run", "colorectal", "--scheduler", "nonsense://x"), ("nonsense://x", "tcp://HOST:PORT")),
        (("run", "colorectal", "--scheduler", "tcp://localhost:x"), ("tcp://localhost:x", "scheduler")),
        (("run", "colorectal", "--scheduler", "tcp://127.0.0.1:1"), ("127.0.0.1:1", "refused")),
        (("patient", "colorectal", "--index", "-1"), ("index", "value:   -1")),
        (("patient", "nothing"), ("nothing", "paget list cancers")),
    ],
)
def test_a_mistake_is_told_in_one_message(
    paget: Run, tmp_path: Path, args: tuple[str, ...], told: tuple[str, ...]
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").touch()
    before = sorted(tmp_path.rglob("*"))
    done = paget(*args, folder=tmp_path)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert all(word in done.stderr for word in told), done.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_of_another_run_is_told_by_the_key_that_differs(paget: Run, tmp_path: Path) -> None:
    made = {"paget_version": "0.0.1", "cancer": "colorectal", "finished": True}
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "provenance.json").write_text(json.dumps(made))
    done = paget("run", "colorectal", "--out", "run", folder=tmp_path)
    assert done.returncode == 2
    assert "paget_version is '0.0.1' there and" in done.stderr
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["provenance.json"]
