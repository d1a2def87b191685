"""The app used in a real browser: simulate, look into a table, open a patient; and what goes wrong is told."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/bin/chromium")
LONG_MS = 90_000

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of `paget app`, started as a user starts it."""
    folder = tmp_path_factory.mktemp("app")
    command = [sys.executable, "-m", "paget.cli.app", "app", "--port", "0", "--json", "--workers", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder) as server:
        assert server.stdout is not None
        yield json.loads(server.stdout.readline())["address"]
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=60) == 0


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Return a browser without windows."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as tools:
        running = tools.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def opened(browser: Any, address: str) -> Iterator[tuple[Any, list[str]]]:
    """Return the app in a page, and a list that fills with errors and with requests to elsewhere."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(address) else wrong.append(request.url))
    page.goto(address)
    page.wait_for_selector("form")
    yield page, wrong
    page.close()


def test_from_a_run_to_its_table_to_a_patient(opened: tuple[Any, list[str]]) -> None:
    """A run is begun, watched and opened; its patients are listed, and one is opened and drawn."""
    page, wrong = opened
    page.fill("input[name=n]", "40")
    page.click("text=Simulate >> nth=-1")
    report = page.wait_for_selector("iframe[title=Report]", timeout=LONG_MS).content_frame()
    report.wait_for_selector("text=40 people with colorectal cancer", timeout=LONG_MS)
    page.click("text=Tables")
    page.wait_for_selector("table.data")
    assert len(page.query_selector_all("table.data tbody tr")) == 40
    page.click("table.data tbody tr:nth-child(6) a")
    view = page.wait_for_selector("iframe[title='Patient 5']", timeout=LONG_MS).content_frame()
    view.wait_for_selector(".pgv-host svg", timeout=LONG_MS)
    page.select_option("select[name=against]", "none")
    page.wait_for_url("**/patient/5/none")
    view = page.wait_for_selector("iframe[src*='against=none']", timeout=LONG_MS).content_frame()
    view.wait_for_selector("text=With no treatment instead", timeout=LONG_MS)
    assert wrong == []


def test_what_is_wrong_is_told_beside_the_form(opened: tuple[Any, list[str]]) -> None:
    """Too many patients, and a number that is none, are refused in the words of the command line."""
    page, wrong = opened
    for given, words in (("99999999999", "n is not in its range"), ("many", "integer")):
        page.fill("input[name=n]", given)
        page.click("text=Simulate >> nth=-1")
        page.wait_for_selector(f".problem >> text={words}")
    assert wrong == []


def test_a_long_run_can_be_cancelled(opened: tuple[Any, list[str]]) -> None:
    """A run under way shows how far it is, and ends when it is cancelled."""
    page, _ = opened
    page.fill("input[name=n]", "20000")
    page.click("text=Simulate >> nth=-1")
    page.wait_for_selector(".jobs progress")
    page.click("text=Cancel")
    page.wait_for_selector(".jobs >> text=cancelled", timeout=LONG_MS)


def test_origin_is_answered_with_reasons(opened: tuple[Any, list[str]]) -> None:
    """Sites and markers lead to probabilities, reasons and the next test."""
    page, wrong = opened
    page.goto(page.url.partition("#")[0] + "#/origin")
    page.check("input[value=liver]")
    page.fill("input[name=results]", "CK7=- CK20=+ CDX2=+")
    page.click("text=Ask")
    page.wait_for_selector("text=What to test next")
    assert "colorectal" in page.inner_text("table.data >> nth=0")
    assert wrong == []
