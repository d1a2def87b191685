"""Names from the closed vocabularies of `layout`, as validated types.

A name that is not in its vocabulary is refused with the nearest one that is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from paget.errors import nearest
from paget.model import layout
from paget.model.quantity import broken_rule


@dataclass(frozen=True)
class OneOf:
    """A check that a name stands in a vocabulary.

    Parameters
    ----------
    what
        What the names stand for, with its article.
    names
        The vocabulary.
    """

    what: str
    names: tuple[str, ...]

    def __call__(self, name: str) -> str:
        """Return the name, or raise naming the nearest one."""
        if name in self.names:
            return name
        raise broken_rule(
            "'{name}' is not {what}.",
            name=name,
            what=self.what,
            allowed=", ".join(word or '""' for word in self.names),
            meant=nearest(name, self.names) or "",
            fix="use one of the allowed names",
        )


EntryId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
"""Name of an entry: lower case, digits and underscores."""

Organ = Annotated[str, AfterValidator(OneOf("an organ", layout.ORGANS))]
Cavity = Annotated[str, AfterValidator(OneOf("a cavity", ("peritoneum", "pleura")))]
Trait = Annotated[str, AfterValidator(OneOf("a trait", layout.TRAITS))]
