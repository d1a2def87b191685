"""Write docs/catalogue.md: every entry of the built-in catalogue with its numbers, sources and grades."""

from __future__ import annotations

from pathlib import Path

from paget.catalogue.folders import BUILT_IN, Folder
from paget.catalogue.registry import Catalogue
from paget.catalogue.tables import catalogue_page

PAGE = Path(__file__).with_name("catalogue.md")


def page() -> str:
    """Return the page."""
    return catalogue_page(Catalogue([Folder(BUILT_IN, "built in")]))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}")
