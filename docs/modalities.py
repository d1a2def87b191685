"""Write docs/modalities.md: what each modality sees, the figures behind it, and the screening programmes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from paget.catalogue.citations import reference, sources_of
from paget.catalogue.folders import BUILT_IN, Folder
from paget.catalogue.registry import Catalogue
from paget.catalogue.wording import interval, number, with_unit
from paget.model.layout import ORGANS
from paget.model.modality import Modality, Sight
from paget.model.quantity import Quantity, Sourced
from paget.model.screening import Programme

PAGE = Path(__file__).with_name("modalities.md")
SHOWN_MM = (3.0, 10.0, 30.0)

HEAD = """# Modalities and screening

This page is written by `python docs/modalities.py` from the entries themselves; edit those.

## How an examination sees

A lesion of diameter d in an organ that the modality sees is found with the chance

    ceiling / (1 + (half / d) ** slope)

so that half of the ceiling is reached at the diameter `half`. The draw belongs to the lesion, the modality and the day:
in two arms of a study the same lesion is seen or missed alike. The measured diameter is the true one times a lognormal
error; what measures less than the smallest reported diameter is no finding. Primaries are looked at as metastases are.

In each organ that it sees, an examination shows with a chance of 1 - specificity one thing that is not there, of a
plausible size, in patients with and without lesions. Published specificities are those of people suspected of disease
in that organ; where an examination sweeps many organs, those that nobody asked about are given a higher, assumed one.

Some tracers mark only some tumours. Whether a patient's tumour takes up the tracer is drawn once for the patient.

A test of blood or stool shows no lesion. Its curve reads the diameter of the primary, or of one sphere that holds all
living cells, and its specificity is one for the whole test.

**Figures.** A published sensitivity is an average over the lesions of a study. Each curve was fitted so that it gives
the figures in the table below it under the stated mix of diameters, a lognormal that may be cut (`ln sd` is the
standard deviation of the logarithm). Most studies state no sizes, so most mixes are assumed, and a curve is only as
good as its mix. Every figure is a test: the share found among simulated lesions of that mix must lie in the published
interval, or within 0.03 of the figure where none was published.

**What is left out.** Repeated looks at a lesion are independent, though dense tissue hides it each time; readers do not
compare with earlier scans; a primary is never taken for a metastasis; calcifications and duct changes are not lesions.
"""

SCREENING = """## Screening

A programme says who is invited to which test and how often; whoever takes part comes to the first round for sure and to
each later one by chance. Uptake, eligibility, attendance and the phase of the rounds are a patient's own draws. All
simulated people carry a cancer, so a study runs the same patients with and without the programme and reads off:

| measure | meaning |
| --- | --- |
| screen-detected | found by a screening test |
| interval cancer | found otherwise, within an interval of a screening that missed it; of both kinds together |
| lead time | days by which screening advanced the diagnosis, in the screen-detected that were found without it too |
| overdiagnosis | screen-detected, and never found without screening before death; of the screen-detected |
| stage shift | late share of diagnoses without screening minus that with it |
| late reduction | 1 - patients found late with screening / without it, which overdiagnosis does not inflate |
"""


def page() -> str:
    """Return the page."""
    catalogue = Catalogue([Folder(BUILT_IN, "built in")])
    modalities = [catalogue.entry("modalities", name, Modality) for name in catalogue.names("modalities")]
    names = [name for name in catalogue.names("pathways") if name.startswith("screen_")]
    programmes = [catalogue.entry("pathways", name, Programme) for name in names]
    parts = [HEAD, *_overview(modalities)]
    for modality in modalities:
        parts += _modality(modality)
    parts += [SCREENING, *(part for programme in programmes for part in _programme(programme))]
    sources = sources_of([*modalities, *programmes], catalogue.sources())
    rows = ((f"`{source.id}`", reference(source), "yes" if source.checked else source.note) for source in sources)
    parts += ["## Sources", _table(("key", "reference", "verified"), rows)]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(heads)
    lines = ["| " + " | ".join(names) + " |", "|" + " --- |" * len(names)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _from(sourced: Sourced) -> str:
    where = f"{sourced.source}: {sourced.locator}" if sourced.locator else sourced.source
    return f"{where} ({sourced.grade})"


def _row(name: str, quantity: Quantity) -> tuple[str, ...]:
    return name, with_unit(quantity), interval(quantity), _from(quantity), quantity.rationale


def _overview(modalities: list[Modality]) -> Iterator[str]:
    yield "## What sees what"
    yield (
        "Diameter (mm) at which half of the modality's ceiling is reached; smaller is sharper. Empty: not seen. "
        "Tests of blood and stool stand under the organ of the primary."
    )
    used = [organ for organ in ORGANS if any(organ in modality.organs for modality in modalities)]
    rows = (
        (f"`{m.id}`", *(number(m.organs[organ].curve.half_mm) if organ in m.organs else "" for organ in used))
        for m in modalities
    )
    yield _table(("modality", *used), rows)


def _modality(modality: Modality) -> Iterator[str]:
    yield f"## {modality.name} (`{modality.id}`)"
    yield modality.summary
    yield _table(("number", "value", "interval", "source", "why"), _numbers(modality))
    heads = ("organ", "half (mm)", "slope", "ceiling", *(f"at {size:g} mm" for size in SHOWN_MM), "no false finding")
    yield _table((*heads, "curve from", "why"), (_sight(organ, sight) for organ, sight in modality.organs.items()))
    if modality.blind_to:
        yield _table(("does not see", "because"), modality.blind_to.items())
    figures = list(_figures(modality))
    if figures:
        yield _table(("figure", "published", "held to", "diameters", "why these", "source"), figures)


def _numbers(modality: Modality) -> Iterator[tuple[str, ...]]:
    yield _row("cost", modality.cost)
    if modality.look is not None:
        yield _row("error of measured diameters (ln sd)", modality.look.measurement_error)
        yield _row("smallest reported diameter", modality.look.smallest)
        yield _row("median diameter of false findings", modality.look.false_diameter)
    if modality.assay is not None:
        yield _row(f"specificity (curves read the {modality.assay.basis})", modality.assay.specificity)
        yield _row("positive results that name the right organ", modality.assay.origin_accuracy)
    if modality.uptake is not None:
        for cancer, share in modality.uptake.cancers.items():
            yield _row(f"patients whose tumour takes up the tracer: `{cancer}`", share)
        yield _row("the same in other cancers", modality.uptake.otherwise)


def _sight(organ: str, sight: Sight) -> tuple[str, ...]:
    curve, clear = sight.curve, sight.specificity
    chances = (f"{chance:.2f}" for chance in curve.chance(np.array(SHOWN_MM)))
    specificity = "" if clear is None else f"{number(clear.value)}, {_from(clear)}"
    return (
        organ,
        number(curve.half_mm),
        number(curve.slope),
        number(curve.ceiling),
        *chances,
        specificity,
        _from(curve),
        curve.rationale,
    )


def _figures(modality: Modality) -> Iterator[tuple[str, ...]]:
    for organ, sight in modality.organs.items():
        for figure in sight.cited:
            mix = figure.mix
            low, high = figure.interval
            sizes = f"median {mix.median_mm:g} mm, ln sd {mix.log_sd:g}"
            sizes += f", from {mix.from_mm:g} mm" if mix.from_mm else ""
            sizes += f", to {mix.to_mm:g} mm" if mix.to_mm else ""
            sizes += f", {mix.lesions} a patient" if mix.lesions > 1 else ""
            held = f"{number(low)} to {number(high)}"
            yield f"{organ}, `{figure.id}`", number(figure.share.value), held, sizes, mix.why, _from(figure.share)


def _programme(programme: Programme) -> Iterator[str]:
    yield f"### {programme.name} (`{programme.id}`)"
    after = " and ".join(f"`{name}`" for name in programme.work_up)
    cancers = ", ".join(f"`{name}`" for name in programme.cancers) or "all cancers"
    yield f"{programme.summary} Test: `{programme.modality}`; after a positive one: {after}. Looks for: {cancers}."
    rows = [
        ("first age", programme.first_age),
        ("last age", programme.last_age),
        ("interval", programme.interval),
        ("eligible share of future patients", programme.eligible_share),
        ("uptake", programme.uptake),
        ("attendance after the first round", programme.attendance),
    ]
    numbers = (_row(name, quantity) for name, quantity in rows if quantity is not None)
    yield _table(("number", "value", "interval", "source", "why"), numbers)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}")
