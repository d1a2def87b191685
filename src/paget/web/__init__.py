"""Pages to open in a browser: reports, which are single files, and the local app."""

from __future__ import annotations

from typing import Final

REFERENCES_NAME: Final = "references.json"
"""In the folder of a trial: what to cite for the real one, a list of texts."""
