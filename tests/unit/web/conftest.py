"""A small treated cohort, the same patients untreated, and what reads a page back."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import uvicorn

import paget
from paget.web import report
from paget.web.app.server import make_app

PATIENTS = 60
SEED = 3
MOST_PATIENTS = 200
EMPTY = {"br", "col", "hr", "img", "input", "link", "meta", "path", "circle", "rect", "line", "use", "stop", "ellipse"}


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two runs of the same patients: ``treated`` and ``untreated``."""
    folder = tmp_path_factory.mktemp("runs")
    paget.simulate("colorectal", n=PATIENTS, seed=SEED, out=folder / "treated")
    paget.simulate("colorectal", n=PATIENTS, seed=SEED, care="none", out=folder / "untreated")
    return folder


@pytest.fixture(scope="session")
def cohort(runs: Path) -> paget.Cohort:
    """Return the treated run."""
    return paget.Cohort.open(runs / "treated")


@pytest.fixture(scope="session")
def page(cohort: paget.Cohort) -> str:
    """Return the report of the treated run."""
    return report.of_run(cohort)


@pytest.fixture(scope="session")
def address(runs: Path) -> Iterator[str]:
    """Return the address of a server of these runs that takes small ones only."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(make_app(runs, workers=1, most_patients=MOST_PATIENTS), log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listener.close()


class Page(HTMLParser):
    """Elements of a page in order, with their attributes and the text of headings."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.unbalanced: list[str] = []
        self.text: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that opens."""
        self.elements.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that closes itself."""
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Note an element that closes, and whether it was the one open."""
        if tag in EMPTY:
            return
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        """Keep the text that a reader sees."""
        if not self.open or self.open[-1] not in ("script", "style"):
            self.text.append(data)

    def named(self, *tags: str) -> Iterator[dict[str, str | None]]:
        """Return the attributes of all elements of some names."""
        return (attributes for tag, attributes in self.elements if tag in tags)

    def order(self, *tags: str) -> list[str]:
        """Return elements of some names, in order."""
        return [tag for tag, _ in self.elements if tag in tags]

    def words(self) -> str:
        """Return the text of the page with single spaces."""
        return " ".join(" ".join(self.text).split())


@pytest.fixture(scope="session")
def read() -> Any:
    """Return what reads a page back."""
    return Page
