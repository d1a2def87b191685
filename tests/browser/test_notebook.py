"""The patient view as a widget of a notebook that a real browser opens."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from paget.cohort.trajectory import one_life
from paget.plots.patient_data import patient_data

CHROMIUM = Path("/usr/bin/chromium")
LONG_MS = 60_000
NOTEBOOK = """
import marimo

app = marimo.App()


@app.cell
def _():
    import json

    from paget.plots.patient_page import PatientView

    PatientView(json.loads(open({file!r}).read())).widget()
    return
"""

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a notebook that shows one patient."""
    pytest.importorskip("marimo", reason="marimo is not installed")
    pytest.importorskip("anywidget", reason="anywidget is not installed")
    folder = tmp_path_factory.mktemp("notebook")
    data, notebook = folder / "patient.json", folder / "notebook.py"
    data.write_text(json.dumps(patient_data(one_life("colorectal", 1, seed=3, points=20))), encoding="utf-8")
    notebook.write_text(NOTEBOOK.format(file=str(data)), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "marimo", "-q", "run", str(notebook), "--headless", "--no-token"]
    with subprocess.Popen([*command, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        for _ in range(300):
            with socket.socket() as asking:
                if asking.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/"
        run.terminate()
        run.wait(timeout=30)


def test_the_widget_draws_in_a_notebook_and_its_slider_moves_time(address: str) -> None:
    """In a notebook the view is drawn, and its slider brings lesions up, without an error."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(address)
        slider: Any = page.locator(".pgv-slider")
        slider.wait_for(timeout=LONG_MS)
        slider.focus()
        page.keyboard.press("Home")
        before = page.locator(".pgv-now").inner_text()
        assert page.locator(".pgv-lesion:visible").count() <= 1
        page.keyboard.press("End")
        assert page.locator(".pgv-now").inner_text() != before
        assert page.locator(".pgv-lesion:visible").count() >= 1
        assert page.locator(".pgv-map").bounding_box()["height"] > 200
        browser.close()
    assert wrong == []
