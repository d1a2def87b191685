"""Where a result comes from: what made it, so that it can be made again, and what to cite."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from typing import Any, Final

import paget
from paget.web.markup import Html, folded, joined, table, tag

_LINK: Final = re.compile(r"https?://\S+|doi:\s?10\.\S+")


def provenance(made: Mapping[str, Any]) -> Html:
    """Return the provenance of a run, with the command that makes it again.

    Parameters
    ----------
    made
        The run's provenance.
    """
    used = made["environments"][-1] if made.get("environments") else {}
    rows = [
        ("Version of Paget", made["paget_version"]),
        ("Cancer", made["cancer"]),
        ("Patients", f"{made['n']:,}"),
        ("Seed", str(made["seed"])),
        ("Policy", str(made["care"])),
        ("Screening", made.get("screening") or "none"),
        ("Horizon", "until death" if made["years"] is None else f"{made['years']:g} years from the first cell"),
        ("Numbers set", ", ".join(f"{key} = {value}" for key, value in made["settings"].items()) or "none"),
        ("Population", str(made.get("population", ""))),
        ("Layout of tables", str(made["layout_version"])),
        ("Digest of the catalogue", tag("code", made["catalogue_digest"])),
        ("Computed with", ", ".join(f"{name} {version}" for name, version in used.items())),
    ]
    is_repeatable = "branch" not in made and ("@" not in str(made["care"]) or "protocol" in made)
    again = tag("p", "The same patients, bit for bit: ", tag("code", command(made))) if is_repeatable else None
    return joined(again, table(("what", "value"), rows, caption="What decides this result", numbers=False))


def command(made: Mapping[str, Any]) -> str:
    """Return the command that simulates a run again.

    Parameters
    ----------
    made
        Its provenance.
    """
    words = ["paget", "run", made["cancer"], "-n", str(made["n"]), "--seed", str(made["seed"])]
    if made["years"] is not None:
        words += ["--years", f"{made['years']:g}"]
    if made.get("screening"):
        words += ["--screening", made["screening"]]
    if made["care"] != "standard_of_care":
        name, is_file, _ = str(made["care"]).partition("@")
        words += ["--care", f"{name}.toml" if is_file else name]
    for key, value in made["settings"].items():
        words += ["--set", f"{key}={value}"]
    return shlex.join(words)


def references(texts: Iterable[str]) -> Html:
    """Return references as a list, each once and in order.

    Parameters
    ----------
    texts
        The references.
    """
    return tag("ol", [tag("li", _linked(text)) for text in sorted(set(texts))], class_="references")


def citations(sources: Mapping[str, str]) -> Html:
    """Return what to cite.

    Parameters
    ----------
    sources
        Reference of each source by its key.
    """
    own = tag("p", f"The simulator: Paget {paget.__version__}. The literature that its numbers come from:")
    texts = set(sources.values())
    return joined(own, folded(f"{len(texts):,} references", references(texts), is_printed=True))


def _linked(text: str) -> Html:
    """Return a reference whose addresses can be followed."""
    parts, last = [], 0
    for found in _LINK.finditer(text):
        shown = found.group().rstrip(".,;)")
        target = shown if shown.startswith("http") else f"https://doi.org/{shown[4:].strip()}"
        parts += [text[last : found.start()], tag("a", shown, href=target, rel="noreferrer")]
        last = found.start() + len(shown)
    return joined(*parts, text[last:])
