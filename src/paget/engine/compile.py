"""Lower a cancer, the body and the drivers to the plain PROGRAM tables that the compiled engine reads.

Everything that depends on the cancer alone is worked out here once: rates per day in place of doubling
times, traits per genotype, fates of shed cells per origin. The engine sees organs as numbers and drivers as
bits, and so needs no change when the catalogue grows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from paget.engine.circulation import N_ORIGINS, fate_tables
from paget.engine.growth import LOG_SMALL
from paget.model.calendar import YEAR_DAY
from paget.model.layout import MAX_DRIVERS, N_BEDS, N_ORGANS, N_TRAITS, ORGANS, SEXES, TRAITS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paget.model.body import Body
    from paget.model.cancer import Cancer
    from paget.model.driver import Driver

GROWTH_PER_INTERVAL = 6.0
SHORTEST_INTERVAL_DAY, LONGEST_INTERVAL_DAY = 30.0, 365.0
"""A small metastasis grows by e**6 in one interval: results do not depend on it (`docs/model.md`), cost does."""

COLONISE_TRAIT = {
    "lung": "colonise_lung",
    "liver": "colonise_liver",
    "bone": "colonise_bone",
    "brain": "colonise_brain",
    "distant_lymph_node": "colonise_lymph_node",
    "regional_lymph_node": "colonise_lymph_node",
    "peritoneum": "colonise_cavity",
    "pleura": "colonise_cavity",
}


MAX_FATE_CLASSES = 64
"""Distinct pairs of circulation survival and clustering among a cancer's genotypes."""

_SCALARS = (
    "interval_day",
    "log_avascular",
    "log_immune",
    "log_detectable",
    "log_one_cm",
    "birth_factor",
    "growth_per_day",
    "metastasis_growth_per_day",
    "shed_per_day",
    "size_exponent",
    "cluster_potential",
    "sleep_share",
    "waking_per_day",
    "loss_per_day",
    "vessel_per_day",
    "cachexia_burden",
    "cachexia_per_day",
    "fastest_driver",
    "extravasation",
)
_FATES = (len(SEXES), MAX_FATE_CLASSES, 3, N_ORIGINS, N_BEDS)

PROGRAM = np.dtype(
    [
        ("seed", np.int64),
        ("primary_organ", np.int64),
        ("drivers", np.int64),
        *((name, np.float64) for name in _SCALARS),
        ("inverse_span", np.float64, (3,)),
        ("mutation_rate", np.float64, (MAX_DRIVERS,)),
        ("colonisation", np.float64, (N_ORGANS,)),
        ("colonise_trait", np.int64, (N_ORGANS,)),
        ("organ_growth", np.float64, (N_ORGANS,)),
        ("lethal_burden", np.float64, (N_ORGANS,)),
        ("peak_per_day", np.float64, (N_ORGANS,)),
        ("share", np.float64, (N_ORIGINS, 3)),
        ("entries", np.float64, _FATES),
        ("single", np.float64, _FATES),
        ("cluster", np.float64, _FATES),
        ("missing_rate", np.float64, (2**MAX_DRIVERS,)),
        ("fate_class", np.int64, (2**MAX_DRIVERS,)),
        ("traits", np.float64, (2**MAX_DRIVERS, N_TRAITS)),
    ]
)
"""One cancer's plain tables (times in days, sizes in cells, rates per day), all of fixed shape."""


@dataclass(frozen=True)
class Program:
    """A compiled cancer: one PROGRAM record, whose fields are attributes, and the drivers' ids by bit."""

    table: np.ndarray
    driver_ids: tuple[str, ...]
    _by_seed: dict[int, np.ndarray] = field(default_factory=dict, repr=False, compare=False)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a float or an array, as the field is
        """Return a field of the record: a float, or an array."""
        if name.startswith("_") or name not in (PROGRAM.names or ()):
            raise AttributeError(name)
        return self.table[name][0]

    def seeded(self, seed: int) -> np.ndarray:
        """Return a table that carries a run's seed: a copy, kept for the next call."""
        kept = self._by_seed.get(seed)
        if kept is None:
            kept = self.table.copy()
            kept["seed"] = seed
            self._by_seed.clear()
            self._by_seed[seed] = kept
        return kept


def cells_from_diameter(diameter_mm: float, density_per_cm3: float) -> float:
    """Return the cells in a sphere of a diameter in millimetres at a density in cells per cubic centimetre."""
    return density_per_cm3 * math.pi / 6.0 * (diameter_mm / 10.0) ** 3


def diameter_from_cells(cells: np.ndarray | float, density_per_cm3: float) -> np.ndarray:
    """Return the diameter in millimetres of a sphere that holds `cells`."""
    return 10.0 * np.cbrt(np.asarray(cells) * 6.0 / (math.pi * density_per_cm3))


def small_growth_per_day(doubling_day: float, log_one_cm: float, log_capacity: float) -> float:
    """Return the net growth rate of a small lesion whose volume doubles in `doubling_day` at 1 cm.

    beta = (ln 2 / DT) / (ln K - ln N_1cm) and g = beta (ln K - ln n_s).
    """
    beta = math.log(2.0) / doubling_day / (log_capacity - log_one_cm)
    return beta * (log_capacity - LOG_SMALL)


def default_interval_day(growth_per_day: float) -> float:
    """Return the numeric interval for a cancer whose small metastases grow at a net rate per day."""
    return min(LONGEST_INTERVAL_DAY, max(SHORTEST_INTERVAL_DAY, GROWTH_PER_INTERVAL / growth_per_day))


def genotype_traits(cancer: Cancer, drivers: Mapping[str, Driver]) -> np.ndarray:
    """Return traits by genotype, shape (2**drivers, traits): products of the drivers' effects."""
    count = len(cancer.drivers)
    if count > MAX_DRIVERS:
        message = f"{cancer.id} lists {count} drivers; a genotype holds at most {MAX_DRIVERS}"
        raise ValueError(message)
    table = np.ones((2**count, N_TRAITS))
    for bit, own in enumerate(cancer.drivers):
        carriers = (np.arange(2**count) >> bit) & 1 == 1
        for trait, effect in drivers[own.id].effects.items():
            table[carriers, TRAITS.index(trait)] *= effect.value
    return table


def _fate_classes(traits: np.ndarray) -> tuple[np.ndarray, list[tuple[float, float]]]:
    """Return each genotype's circulation class and the classes' (survival, clustering)."""
    columns = traits[:, [TRAITS.index("circulation_survival"), TRAITS.index("clustering")]]
    pairs, index = np.unique(columns.round(12), axis=0, return_inverse=True)
    return index.reshape(-1).astype(np.int64), [(float(a), float(b)) for a, b in pairs]


def _organ_vectors(cancer: Cancer, body: Body) -> dict[str, np.ndarray]:
    """Return the organ axis tables: soil, growth, lethal burden and peak hazard."""
    organs = [body.organs[o] for o in ORGANS]
    affinity = [cancer.colonisation.affinity.get(o) for o in ORGANS]
    efficiency = cancer.colonisation.efficiency.value
    soil = [p.colonisation.value * (1.0 if a is None else a.value) for p, a in zip(organs, affinity, strict=True)]
    lethal = np.array([p.lethal_burden.value for p in organs])
    lethal[ORGANS.index(cancer.organ)] = cancer.host.primary_lethal_burden.value
    colonise = [TRAITS.index(COLONISE_TRAIT.get(o, "colonise_elsewhere")) for o in ORGANS]
    return {
        "colonisation": efficiency * np.array(soil),
        "colonise_trait": np.array(colonise, dtype=np.int64),
        "organ_growth": np.array([p.growth.value for p in organs]),
        "lethal_burden": lethal,
        "peak_per_day": np.array([p.peak_hazard.value for p in organs]),
    }


def _proliferation(driver: Driver) -> float:
    """Return a driver's factor on net growth."""
    effect = driver.effects.get("proliferation")
    return 1.0 if effect is None else effect.value


def compile_program(
    cancer: Cancer,
    body: Body,
    drivers: Mapping[str, Driver],
    interval_days: float | None = None,
) -> Program:
    """Return the PROGRAM of one cancer.

    Parameters
    ----------
    cancer, body, drivers
        Catalogue objects in canonical units.
    interval_days : float, optional
        Numeric interval of the engine, in days, rounded to sixteenths so that its multiples are exact;
        outcomes do not depend on it within Monte Carlo error. By default it follows the cancer's own
        speed, within a month and a year.

    Raises
    ------
    ValueError
        If the entry lists more drivers than a genotype holds.
    """
    density = cancer.growth.cell_density.value
    log_one_cm = math.log(cells_from_diameter(10.0, density))
    log_capacity = math.log(cancer.growth.capacity.value)
    log_avascular = math.log(body.avascular_capacity.value)
    traits = genotype_traits(cancer, drivers)
    fate_class, classes = _fate_classes(traits)
    if len(classes) > MAX_FATE_CLASSES:
        message = f"{cancer.id}: drivers make {len(classes)} kinds of circulating cells; {MAX_FATE_CLASSES} fit"
        raise ValueError(message)
    fates = fate_tables(cancer, body, classes)
    rates = [(drivers[d.id].rate if d.rate is None else d.rate).value for d in cancer.drivers]
    metastasis_doubling = cancer.growth.metastasis_doubling_time.value
    metastasis_capacity = math.log(cancer.growth.metastasis_capacity.value)
    metastasis_growth = small_growth_per_day(metastasis_doubling, log_one_cm, metastasis_capacity)
    spans = [1.0 / (full - LOG_SMALL) for full in (log_avascular, log_capacity, metastasis_capacity)]
    fields = {
        "primary_organ": ORGANS.index(cancer.organ),
        "drivers": len(cancer.drivers),
        "interval_day": round(16.0 * (interval_days or default_interval_day(metastasis_growth))) / 16.0,
        "inverse_span": spans,
        "log_avascular": log_avascular,
        "log_immune": math.log(body.immune_size.value),
        "log_detectable": math.log(cells_from_diameter(body.detectable_diameter.value, density)),
        "log_one_cm": log_one_cm,
        "birth_factor": 1.0 / (1.0 - cancer.growth.cell_loss.value),
        "growth_per_day": small_growth_per_day(cancer.growth.doubling_time.value, log_one_cm, log_capacity),
        "metastasis_growth_per_day": metastasis_growth,
        "shed_per_day": cancer.spread.shedding.value,
        "size_exponent": cancer.spread.size_exponent.value,
        "cluster_potential": body.cluster_potential.value,
        "sleep_share": cancer.dormancy.share.value,
        "waking_per_day": cancer.dormancy.waking_rate.value / YEAR_DAY,
        "loss_per_day": cancer.dormancy.loss_rate.value / YEAR_DAY,
        "vessel_per_day": cancer.vessels.switch_rate.value / YEAR_DAY,
        "cachexia_burden": body.cachexia_burden.value,
        "cachexia_per_day": body.cachexia_hazard.value,
        "fastest_driver": max([1.0, *(_proliferation(drivers[d.id]) for d in cancer.drivers)]),
        "extravasation": body.extravasation.value,
        "share": fates.share,
        **_organ_vectors(cancer, body),
    }
    table = np.zeros(1, PROGRAM)
    for name, value in fields.items():
        table[name][0] = value
    table["mutation_rate"][0, : len(rates)] = rates
    for bit, rate in enumerate(rates):
        lacking = (np.arange(2**MAX_DRIVERS) >> bit) & 1 == 0
        table["missing_rate"][0, lacking] += rate
    table["traits"][0, : traits.shape[0]] = traits
    table["fate_class"][0, : traits.shape[0]] = fate_class
    for name in ("entries", "single", "cluster"):
        table[name][0, :, : len(classes)] = getattr(fates, name)
    return Program(table, tuple(d.id for d in cancer.drivers))
