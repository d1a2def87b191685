"""Commands that read the catalogue: what there is, every number of an entry, and what to cite."""

from __future__ import annotations

from typing import Annotated

import typer

from paget.cli.failure import told

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


@told
def list_entries(
    kind: Annotated[
        str,
        typer.Argument(help="cancers, drivers, organs, therapies, policies, modalities, symptoms, sources and more."),
    ] = "cancers",
    as_json: AsJson = False,
) -> None:
    """List the entries of the catalogue."""
    from paget.cli import listings

    listing = listings.listing(kind)
    if as_json:
        _print_json(listing.rows)
    else:
        listings.print_listing(listing)


@told
def show(
    name: Annotated[str, typer.Argument(help="A cancer, group, driver, population or source; or: body.")],
    part: Annotated[
        str,
        typer.Argument(help="Only the numbers below this key, in full; for example: growth."),
    ] = "",
    full: Annotated[
        bool,
        typer.Option("--full", help="Say what each number is, where in its source it stands, and why."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show every number of an entry, with unit, spread, grade and source."""
    from paget.cli import cards, lookup, rules_text
    from paget.model.protocol import Protocol

    entry = lookup.found(name)
    if part:
        lookup.known_part(entry, part)
    if as_json:
        _print_json(lookup.as_table(entry, part))
    elif full or part:
        cards.print_in_full(entry, part)
    else:
        cards.print_card(entry)
        if isinstance(entry, Protocol):
            rules_text.print_rules(entry)


@told
def cite(
    name: Annotated[str, typer.Argument(help="A cancer or a group.")],
    as_bibtex: Annotated[bool, typer.Option("--bibtex", help="Print BibTeX.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the publications that a run of a cancer rests on."""
    from paget import catalogue
    from paget.cli import cards

    sources = catalogue.cite(name)
    if as_json:
        _print_json([source.model_dump(mode="json") for source in sources])
    elif as_bibtex:
        typer.echo(catalogue.bibtex(sources), nl=False)
    else:
        cards.print_references(name, sources)


def _print_json(content: object) -> None:
    import json

    typer.echo(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False))
