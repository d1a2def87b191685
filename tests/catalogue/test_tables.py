import runpy
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_documented_tables_show_the_numbers_of_the_entries() -> None:
    """The page of tables is what the generator writes today; `make docs-tables` renews it."""
    written = runpy.run_path(str(DOCS / "tables.py"))["page"]()
    assert (DOCS / "catalogue.md").read_text(encoding="utf-8") == written
