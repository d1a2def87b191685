from __future__ import annotations

import socket
import sys

import pytest
from typer.testing import CliRunner

from paget.cli.app import app


def test_without_a_server_the_app_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the packages of the app are missing, the message names the extra that brings them."""
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    done = CliRunner().invoke(app, ["app"])
    assert done.exit_code == 2
    assert "pip install 'paget[app]'" in done.stderr


def test_a_port_that_is_taken_is_told() -> None:
    """A port at which another program listens is refused with a way out."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        done = CliRunner().invoke(app, ["app", "--port", str(other.getsockname()[1])])
    assert done.exit_code == 2
    assert "--port 0" in done.stderr
