"""Every failure that a user can cause or mend, in one tree.

Each error is built from parts, so that the message always answers the same questions in the same order:
what is wrong, in which file and key, which value, what is allowed, what was probably meant, what usually
mends it. Only the command line turns these into text and exit code 2; everything else lets them rise.

    PagetError
        CatalogueError
            UnknownEntryError   no entry of that name
            EntryError          an entry that breaks a rule
            UnitError           a unit that does not fit
        RunError
            FolderError         a folder that cannot be used
            SettingError        an option or argument out of range
        MissingExtraError       an optional package that is not installed
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import ClassVar

_LISTED = 24
_MEANT_AT_LEAST = 0.6


def nearest(word: str, words: Iterable[str]) -> str | None:
    """Return the word that was most probably meant, or None where nothing is near.

    Parameters
    ----------
    word
        What was written.
    words
        What is allowed.

    Returns
    -------
    str or None
        The closest of `words`, compared without regard to case, hyphens and spaces.
    """
    plain = {_plain(candidate): candidate for candidate in words}
    found = get_close_matches(_plain(word), plain, n=1, cutoff=_MEANT_AT_LEAST)
    return plain[found[0]] if found else None


def _plain(word: str) -> str:
    return word.strip().lower().replace("-", "_").replace(" ", "_")


class PagetError(Exception):
    """A failure with its parts: what is wrong, where, what is allowed and what mends it.

    Parameters
    ----------
    fault
        One sentence that says what is wrong.
    file
        The file at fault.
    key
        The key in that file, dotted.
    value
        The value that was found; None where there is none.
    allowed
        What is allowed: a phrase, or the names to choose from.
    meant
        What was probably meant.
    fix
        The usual fix.
    """

    exit_code: ClassVar[int] = 2

    def __init__(
        self,
        fault: str,
        *,
        file: object = None,
        key: str | None = None,
        value: object = None,
        allowed: str | Iterable[str] | None = None,
        meant: str | None = None,
        fix: str | None = None,
    ) -> None:
        """Keep the parts; see the class."""
        self.fault = fault
        self.file = None if file is None else str(file)
        self.key = key
        self.value = value
        self.allowed = allowed if allowed is None or isinstance(allowed, str) else _listed(allowed)
        self.meant = meant
        self.fix = fix
        super().__init__(fault)

    def parts(self) -> dict[str, str]:
        """Return the parts that are known, in the order in which they are told."""
        value = None if self.value is None else _shortened(self.value)
        told = {
            "error": self.fault,
            "file": self.file,
            "key": self.key,
            "value": value,
            "allowed": self.allowed,
            "nearest": self.meant,
            "fix": self.fix,
        }
        return {name: text for name, text in told.items() if text}

    def __str__(self) -> str:
        """Tell the fault, then one indented line for each other part that is known."""
        parts = self.parts()
        fault = parts.pop("error", self.fault)
        return "\n".join([fault, *(f"  {name + ':':<9}{text}" for name, text in parts.items())])

    def __reduce__(self) -> tuple[object, ...]:
        """Let the error cross from a worker process with its parts."""
        return (_rebuilt, (type(self), self.__dict__.copy()))


def _rebuilt(kind: type[PagetError], parts: dict[str, object]) -> PagetError:
    error = kind(str(parts["fault"]))
    error.__dict__.update(parts)
    return error


def _listed(names: Iterable[str]) -> str:
    words = list(names)
    more = f" and {len(words) - _LISTED} more" if len(words) > _LISTED else ""
    return ", ".join(words[:_LISTED]) + more


def _shortened(value: object, longest: int = 120) -> str:
    text = value if isinstance(value, str) and value else repr(value)
    return text if len(text) <= longest else text[: longest - 3] + "..."


class CatalogueError(PagetError):
    """Something in the catalogue, built in or the user's own, cannot be used."""


class UnknownEntryError(CatalogueError):
    """No entry has the name that was asked for."""


class EntryError(CatalogueError):
    """An entry breaks a rule: a wrong key, a value out of range, a missing source."""


class UnitError(CatalogueError):
    """A unit is not known, or measures something else than its field."""


class RunError(PagetError):
    """A run cannot start or go on."""


class FolderError(RunError):
    """A folder cannot be used: not writable, not empty, or of another run."""


class SettingError(RunError):
    """An option or an argument is out of range or contradicts another."""


class MissingExtraError(PagetError):
    """A package that only some commands need is not installed.

    Parameters
    ----------
    feature
        What was asked for, as the subject of a sentence.
    package
        The package that it needs.
    extra
        The extra of Paget that brings it.
    """

    def __init__(self, feature: str, package: str = "", extra: str = "") -> None:
        """Build the message and the command that mends it."""
        if not package:
            super().__init__(feature)
            return
        super().__init__(
            f"{feature} needs the package {package}, which is not installed.",
            fix=f"pip install 'paget[{extra}]'",
        )
