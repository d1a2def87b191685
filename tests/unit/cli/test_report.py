from __future__ import annotations

from pathlib import Path
from typing import Self

import pytest

from paget.cli.report import drawing_ahead, leave
from paget.web import ahead, report


class Started:
    """Stands for the process that draws."""

    def __init__(self, cancer: str) -> None:
        self.cancer = cancer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "Ahead", Started)
    monkeypatch.setattr(ahead, "can_help", lambda: True)


def test_a_process_gets_ready_where_a_report_will_be_drawn(tmp_path: Path) -> None:
    """A run that leaves a report has it drawn by another process, with --json only where it is asked for."""
    for wanted, as_json in ((None, False), (True, False), (True, True)):
        with drawing_ahead("stomach", tmp_path, wanted, as_json=as_json) as process:
            assert isinstance(process, Started)
            assert process.cancer == "stomach"


def test_no_process_is_started_for_no_report(tmp_path: Path) -> None:
    """Who wants no report pays for none."""
    for wanted, as_json in ((False, False), (None, True), (False, True)):
        with drawing_ahead("stomach", tmp_path, wanted, as_json=as_json) as process:
            assert process is None


def test_no_process_is_started_where_nothing_can_be_drawn_or_no_core_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On one core, and without the packages, this process does what can be done."""
    with monkeypatch.context() as alone:
        alone.setattr(ahead, "can_help", lambda: False)
        with drawing_ahead("stomach", tmp_path, None, as_json=False) as process:
            assert process is None
    monkeypatch.setattr(report, "_NEEDED", "no_such_package_here")
    with drawing_ahead("stomach", tmp_path, None, as_json=False) as process:
        assert process is None


def test_without_the_packages_a_line_says_what_brings_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run ends with the command that installs what is missing."""
    monkeypatch.setattr(report, "_NEEDED", "no_such_package_here")
    leave(tmp_path, None, as_json=False)
    assert capsys.readouterr().out == "Report: none; figures need matplotlib: pip install 'paget[plots]'\n"
