"""A fingerprint of what a run read from the catalogue.

It is taken over the content after loading, in canonical form, so that comments, order of keys and of files,
and the unit in which a number was written do not change it, and any change of a number does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from pydantic import BaseModel


def digest_of(entries: Mapping[str, BaseModel]) -> str:
    """Return the SHA-256 of some entries, in hexadecimal.

    Parameters
    ----------
    entries
        Entries by a name that tells them apart, such as ``drivers/kras``.
    """
    content = {name: entry.model_dump(mode="json") for name, entry in entries.items()}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
