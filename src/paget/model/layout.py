"""The closed tables and ordered vocabularies that cross the seam between the engine and the rest.

The engine reads and writes plain rows. This module is the only place where a row's columns, a code's
number or the order of organs, traits and steps is decided, so that a change here is a change of
`LAYOUT_VERSION` and of the compiled cache. Times are patient age in days, sizes are cells.
"""

from __future__ import annotations

from typing import Final

import numpy as np

LAYOUT_VERSION: Final = 3

ORGANS: Final = (
    "lung",
    "liver",
    "bone",
    "brain",
    "adrenal",
    "distant_lymph_node",
    "regional_lymph_node",
    "peritoneum",
    "pleura",
    "skin",
    "kidney",
    "ovary",
    "bowel",
    "spleen",
    "heart",
    "pancreas",
    "thyroid",
    "breast",
    "prostate",
    "stomach",
    "bladder",
    "head_neck",
)
"""Organs that can hold a lesion, in the order of every organ axis."""

BEDS: Final = ("muscle", "elsewhere")
"""Vascular beds where cells lodge but no lesion grows; they follow the organs on circulation axes."""

SEXES: Final = ("male", "female")
ROUTES: Final = ("primary", "blood", "lymph", "cavity")
"""How the founder of a lesion came: the cancer's own first lesion, or one of three ways."""

TRAITS: Final = (
    "proliferation",
    "detachment",
    "intravasation",
    "lymphatic_entry",
    "cavity_entry",
    "circulation_survival",
    "clustering",
    "extravasation",
    "colonisation",
    "waking",
    "vessel_recruitment",
    "immune_visibility",
    "colonise_lung",
    "colonise_liver",
    "colonise_bone",
    "colonise_brain",
    "colonise_lymph_node",
    "colonise_cavity",
    "colonise_elsewhere",
    "sensitivity_cytotoxic",
    "sensitivity_platinum",
    "sensitivity_taxane",
    "sensitivity_hormone",
    "sensitivity_targeted",
    "sensitivity_targeted_next",
    "sensitivity_parp",
    "sensitivity_antiangiogenic",
    "sensitivity_checkpoint",
    "sensitivity_cell_therapy",
    "sensitivity_radiation",
    "sensitivity_radionuclide",
    "antigenicity",
)
"""Traits of a clone. Each is a multiplier, 1 in a clone without drivers; drivers multiply."""

FUNNEL_STEPS: Final = (
    "shed",
    "survived_circulation",
    "arrested",
    "extravasated",
    "survived",
    "dormant",
    "woken",
    "founded",
    "established",
    "vascularised",
    "detectable",
)
"""Steps of the cascade. `shed` counts by the organ shed from, all others by the organ reached."""

PROCESSES: Final = (
    "growth",
    "mutation",
    "detachment",
    "intravasation",
    "lymphatic_entry",
    "cavity_entry",
    "circulation_survival",
    "extravasation",
    "colonisation",
    "waking",
    "vessel_recruitment",
    "immune_pressure",
)
"""Processes that an EFFECT row of kind `scale_process` can scale."""

EFFECT_KINDS: Final = ("add_death", "add_small_death", "scale_process", "cull", "host_hazard", "host_reserve")
EFFECT_SHAPES: Final = ("constant", "decay")
WATCH_KINDS: Final = ("clock", "threshold", "hazard")
WATCH_QUANTITIES: Final = ("burden_cells", "largest_cells", "count_detectable")
STOP_REASONS: Final = ("none", "watch", "death", "horizon", "overflow")
CAUSES: Final = ("alive", *ORGANS, "cachexia", "effect", "other")
"""Causes of death: an organ's failure, cachexia, an outside effect (treatment), or another cause."""

ANY: Final = -1
"""Selector value that matches every organ, lesion or trait."""
PRIMARY: Final = -2
"""Organ selector that matches the primary only; its column follows the organs on burden axes."""

STREAM_PATIENT: Final = 1
STREAM_LESION: Final = 2
STREAM_POOL: Final = 3
STREAM_HOST: Final = 4
STREAM_FUNNEL: Final = 5
STREAM_WATCH: Final = 6
STREAM_CLOCK: Final = 7
STREAM_ENTRY: Final = 8
STREAM_SYMPTOM: Final = 9
STREAM_IMAGING: Final = 10
STREAM_ASSAY: Final = 11
STREAM_TISSUE: Final = 12
STREAM_VISIT: Final = 13
STREAM_SCREENING: Final = 14
STREAM_CARE: Final = 15
STREAM_THERAPY: Final = 16
STREAM_TOXICITY: Final = 17
STREAM_FITNESS: Final = 18

N_ORGANS: Final = len(ORGANS)
N_BEDS: Final = len(ORGANS) + len(BEDS)
N_TRAITS: Final = len(TRAITS)
N_STEPS: Final = len(FUNNEL_STEPS)
N_PROCESSES: Final = len(PROCESSES)
N_SITES: Final = len(ORGANS) + 1
"""Organs and, last, the primary by itself: the axis of burdens that hazards and watches read."""
MAX_DRIVERS: Final = 12
"""Drivers that one cancer entry may list: a genotype is a bit mask, and tables hold 2**n rows."""
MAX_GENOTYPES: Final = 96
"""Genotypes whose shed cells are told apart in one patient; further ones count as the nearest of these."""
MAX_ROWS: Final = 256
"""Pairs of origin and genotype that one patient's shedding is worked out for."""
FUNNEL_SUMS: Final = 12
"""Columns of the expected counts that the engine keeps per bed (`engine/state.py` names them)."""
MAX_CLONES: Final = 12
"""Clones followed in one lesion; a rarer new genotype is counted in `untracked_clones`."""


def code(names: tuple[str, ...], name: str) -> int:
    """Return the number that stands for `name` in one of the vocabularies above."""
    return names.index(name)


PATIENT: Final = np.dtype(
    [
        ("index", np.int64),
        ("sex", np.int64),
        ("onset_day", np.float64),
        ("other_death_day", np.float64),
        ("growth_per_day", np.float64),
        ("metastasis_growth_per_day", np.float64),
        ("shedding", np.float64),
        ("immune_pressure_per_day", np.float64),
        ("frailty", np.float64),
        ("founder_genotype", np.int64),
        ("soil", np.float64, (N_ORGANS,)),
    ]
)
"""One patient's own draws: what the engine is given besides the cancer."""

COURSE: Final = np.dtype(
    [
        ("now_day", np.float64),
        ("cell_index", np.int64),
        ("lesions", np.int64),
        ("clones", np.int64),
        ("pools", np.int64),
        ("cancer_clock", np.float64),
        ("effect_clock", np.float64),
        ("cancer_left", np.float64),
        ("effect_left", np.float64),
        ("finished", np.int64),
        ("cause", np.int64),
        ("death_day", np.float64),
        ("untracked_clones", np.int64),
        ("untracked_lesions", np.int64),
    ]
)
"""Where one patient's course stands. Days not reached are NaN. Clocks stand at the start of the current cell of
the mesh; `*_left` is scratch, what is left of them further on in the cell."""

LESION: Final = np.dtype(
    [
        ("key", np.uint64),
        ("parent_key", np.uint64),
        ("organ", np.int64),
        ("route", np.int64),
        ("generation", np.int64),
        ("status", np.int64),
        ("vascular", np.int64),
        ("woken", np.int64),
        ("as_cluster", np.int64),
        ("founder_genotype", np.int64),
        ("first_clone", np.int64),
        ("clones", np.int64),
        ("since_day", np.float64),
        ("founded_day", np.float64),
        ("log_cells", np.float64),
        ("vessel_clock", np.float64),
        ("established_day", np.float64),
        ("vascular_day", np.float64),
        ("detectable_day", np.float64),
        ("one_cm_day", np.float64),
        ("ended_day", np.float64),
        ("peak_log_cells", np.float64),
        ("path", np.float64, (5,)),
        ("nodes", np.float64, (3,)),
        ("ahead", np.float64, (6,)),
    ]
)
"""One lesion. `status`: 0 free slot, 1 alive, 2 ended. `since_day` is the age its state stands at.

`path`, `nodes` and `ahead` are scratch, of the segment last looked at: ln cells at its start, three nodes and end;
cells at the nodes; and what `engine/path.py` names.
"""

CLONE: Final = np.dtype(
    [
        ("key", np.uint64),
        ("parent_key", np.uint64),
        ("lesion", np.int64),
        ("next_clone", np.int64),
        ("genotype", np.int64),
        ("driver", np.int64),
        ("count", np.float64),
        ("cells", np.float64),
        ("origin_day", np.float64),
        ("origins", np.float64),
        ("row", np.int64),
        ("moved", np.int64),
    ]
)
"""One clone of one lesion: counted exactly (`count` >= 0) or, when `count` is -1, by `cells`, no whole number."""

POOLS: Final = np.dtype(
    [
        ("genotype", np.int64, (MAX_GENOTYPES,)),
        ("source", np.uint64, (MAX_GENOTYPES, 2)),
        ("asleep", np.float64, (MAX_GENOTYPES, N_ORGANS)),
        ("funnel", np.float64, (FUNNEL_SUMS, N_BEDS)),
        ("kept_rows", np.int64),
        ("kept_origin", np.int16, (MAX_ROWS,)),
        ("kept_genotype", np.int16, (MAX_ROWS,)),
        ("kept_total", np.float64, (MAX_ROWS,)),
    ]
)
"""One patient's sleepers by genotype and organ (expected numbers), their sources, and the funnel's sums.

Cells shed without effects are kept by origin and genotype (`kept_*`) until the course ends, and then enter the sums."""

EFFECT: Final = np.dtype(
    [
        ("kind", np.int64),
        ("organ", np.int64),
        ("lesion_key", np.uint64),
        ("trait", np.int64),
        ("process", np.int64),
        ("shape", np.int64),
        ("on_day", np.float64),
        ("off_day", np.float64),
        ("magnitude", np.float64),
        ("half_life_day", np.float64),
    ]
)
"""How the outside acts. A `trait` selector multiplies the magnitude by the clone's trait, or, of a cull, the log kill.

`magnitude`: deaths per cell and day (`add_death`; in small metastases alone, fading with size as immune pressure does,
`add_small_death`), a factor (`scale_process`), a surviving fraction
(`cull`, at `on_day`), deaths per patient and day (`host_hazard`), a factor on reserve (`host_reserve`).
`lesion_key` 0 matches every lesion.
"""

WATCH: Final = np.dtype(
    [
        ("kind", np.int64),
        ("organ", np.int64),
        ("quantity", np.int64),
        ("id", np.int64),
        ("at_day", np.float64),
        ("level", np.float64),
        ("rate_per_day", np.float64),
        ("exponent", np.float64),
        ("clock", np.float64),
        ("left", np.float64),
        ("since_day", np.float64),
        ("done", np.int64),
    ]
)
"""When the engine must hand back: at `at_day`; when `quantity` first reaches `level`; or by the hazard
`rate_per_day * (quantity / level) ** exponent`, against an exponential clock that the engine keeps itself
(`clock`, `left` and `since_day` start as 0)."""

STOP: Final = np.dtype(
    [
        ("patient", np.int64),
        ("reason", np.int64),
        ("watch_id", np.int64),
        ("day", np.float64),
        ("cause", np.int64),
    ]
)
"""Why and when a patient's advance ended."""
