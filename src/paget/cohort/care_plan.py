"""The entries by which the patients of a cancer are cared for, read from the catalogue once for a run."""

from __future__ import annotations

import abc
import hashlib
import pickle
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from paget import catalogue
from paget.care import protocols
from paget.care.toxicity import Table
from paget.errors import EntryError, SettingError, nearest
from paget.model.chart import PHASES, Policy
from paget.model.fitness import Fitness
from paget.model.protocol import Protocol
from paget.model.stage import STAGES
from paget.model.therapy import Therapy
from paget.model.utility import Utilities

if TYPE_CHECKING:
    from paget.model.cancer import Cancer
    from paget.model.modality import Modality
    from paget.model.tissue import Tissue

NONE: Final = "none"
STANDARD: Final = "standard_of_care"
USUAL: Final = "usual"
RESTAGING: Final = "ct"
"""The examination with which response is told where a protocol names none."""


class Planner(abc.ABC):
    """What makes the plan of each cancer by itself, such as an arm of a trial; given to a run in place of a policy."""

    @abc.abstractmethod
    def plan_for(self, cancer: Cancer, tissue: Tissue, modalities: Mapping[str, Modality], seed: int) -> CarePlan:
        """Return how the patients of one cancer are cared for; arguments as for `make_plan`."""

    @property
    def policy_name(self) -> str:
        """What tells this care from any other."""
        return _told_by_content(self)

    def origin(self) -> dict[str, object]:
        """Return what a run's provenance says of this care besides its name."""
        return {}


@dataclass(frozen=True)
class CarePlan:
    """How the patients of one cancer are cared for; T therapies, B tests, M modalities.

    Parameters
    ----------
    name
        Name of the policy.
    like
        The cancer whose response to drugs is taken: its own name, or that of the entry that it presents like.
    policy
        What decides.
    rules
        Names of its rules, by position; none for a policy that is a class.
    therapies
        Therapies that can be ordered.
    tests
        Names of alterations and biomarkers.
    modalities
        Examinations that can be ordered.
    restaging
        Those with which response is told, shape (M,).
    symptom_imaging
        Examinations when a new symptom comes, by phase, shape (phases, M).
    toxicities
        Toxicities of all therapies.
    utilities, fitness
        What takes from the worth of a day, and what makes a patient weak.
    """

    name: str
    like: str
    policy: Policy
    rules: tuple[str, ...]
    therapies: tuple[Therapy, ...]
    tests: tuple[str, ...]
    modalities: tuple[Modality, ...]
    restaging: np.ndarray
    symptom_imaging: np.ndarray
    toxicities: Table
    utilities: Utilities
    fitness: Fitness

    @cached_property
    def visits_per_day(self) -> np.ndarray:
        """Days at the clinic per day of each therapy, shape (T,)."""
        schedules = [each.schedule for each in self.therapies]
        return np.array([each.visits.value / each.cycle.value for each in schedules], float)


def known_policies() -> tuple[str, ...]:
    """Return the names of all policies of the catalogue, `none` first."""
    named = {each.policy for each in catalogue.entries("policies", Protocol).values()}
    return (NONE, *sorted(named))


def protocol_of(care: str, cancer: Cancer) -> Protocol:
    """Return the protocol of a policy for one cancer, or the one that a file holds.

    Parameters
    ----------
    care
        Name of a policy, of a protocol, or a TOML file.
    cancer
        The cancer.

    Raises
    ------
    SettingError
        If there is no such policy, or it has no protocol for the cancer.
    EntryError
        If the file holds no valid protocol.
    """
    if care.endswith(".toml"):
        return read_protocol(Path(care))
    entries = catalogue.entries("policies", Protocol)
    if care in entries:
        return entries[care]
    like = cancer.presents_like or cancer.id
    fitting = [each for each in entries.values() if each.policy == care]
    own = [each for each in fitting if cancer.id in each.cancers or like in each.cancers]
    found = own or [each for each in fitting if not each.cancers]
    if not found:
        names = known_policies()
        raise SettingError(
            f"There is no policy called {care!r} for {cancer.id}.",
            key="care",
            value=care,
            allowed=(*names, "a file that ends in .toml"),
            meant=nearest(care, names),
            fix="correct the name; see: paget list policies",
        )
    return found[0]


def read_protocol(path: Path) -> Protocol:
    """Return the protocol that a user's TOML file holds.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    EntryError
        If it cannot be read or is not valid.
    """
    from pydantic import ValidationError

    from paget.catalogue.faults import told

    try:
        text = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EntryError(f"The protocol cannot be read: {error}.", file=path, allowed="a TOML file") from error
    try:
        return Protocol.model_validate({"id": path.stem, **text})
    except ValidationError as error:
        raise told(Protocol, error.errors(), path, "") from error


def name_of(care: str | Policy | Protocol | Planner) -> str:
    """Return what tells a policy from others: its name, with a digest of a file or of an object.

    Parameters
    ----------
    care
        As for `make_plan`.
    """
    if isinstance(care, Planner):
        return care.policy_name
    if not isinstance(care, str | Protocol):
        return _told_by_content(care)
    if isinstance(care, str) and not care.endswith(".toml"):
        return care
    protocol = read_protocol(Path(care)) if isinstance(care, str) else care
    return f"{protocol.id}@{hashlib.sha256(protocol.model_dump_json().encode()).hexdigest()[:12]}"


def _told_by_content(care: object) -> str:
    digest = hashlib.sha256(pickle.dumps(care)).hexdigest()[:12]
    return f"{type(care).__module__}.{type(care).__qualname__}@{digest}"


def origin_of(care: str | Policy | Protocol | Planner) -> dict[str, object]:
    """Return what a run's provenance says of its policy besides the name; nothing for one of the catalogue.

    Parameters
    ----------
    care
        As for `make_plan`.
    """
    if isinstance(care, Planner):
        return care.origin()
    own = read_protocol(Path(care)) if isinstance(care, str) and care.endswith(".toml") else care
    if isinstance(own, Protocol):
        return {"protocol": own.model_dump(mode="json", exclude_defaults=True)}
    return {}


def make_plan(
    care: str | Policy | Protocol | Planner,
    cancer: Cancer,
    tissue: Tissue,
    modalities: Mapping[str, Modality],
    seed: int,
) -> CarePlan | None:
    """Return how the patients of one cancer are cared for; None for no care.

    Parameters
    ----------
    care
        Name of a policy or protocol, a TOML file, an object with `decide` and, in `therapies`, the names of what
        it may order, or a `Planner`.
    cancer
        The cancer.
    tissue
        The panel, for the names of tests.
    modalities
        All modalities.
    seed
        The run's seed.

    Raises
    ------
    SettingError, EntryError
        If the policy is not known, or names what there is not.
    """
    if care == NONE:
        return None
    if isinstance(care, Planner):
        return care.plan_for(cancer, tissue, modalities, seed)
    tests = (*tissue.alterations, *tissue.biomarkers)
    names = tuple(name for name, each in modalities.items() if each.shows_lesions)
    entries = catalogue.entries("therapies", Therapy)
    protocol = protocol_of(care, cancer) if isinstance(care, str) else care if isinstance(care, Protocol) else None
    if protocol is not None:
        protocols.check(protocol, tuple(entries), tests, names, STAGES)
        ordered = protocol.therapies
    else:
        ordered = tuple(getattr(care, "therapies", ()))
    therapies = tuple(_therapy(entries, name) for name in ordered)
    policy: Policy
    if protocol is not None:
        policy = protocols.Following(protocol, ordered, tests, names, seed)
        symptom_imaging = np.array([policy.imaging_for_symptoms(np.array([k]))[0] for k in range(len(PHASES))])
    else:
        assert not isinstance(care, str | Protocol)  # noqa: S101 - a name always has a protocol
        policy = care
        symptom_imaging = np.tile(np.isin(names, [RESTAGING]), (len(PHASES), 1))
    return CarePlan(
        name=care if isinstance(care, str) else type(care).__name__ if protocol is None else protocol.id,
        like=cancer.presents_like or cancer.id,
        policy=policy,
        rules=() if protocol is None else tuple(rule.id for rule in protocol.rules),
        therapies=therapies,
        tests=tests,
        modalities=tuple(modalities[name] for name in names),
        restaging=_restaging(protocol, names),
        symptom_imaging=symptom_imaging,
        toxicities=Table.of(therapies),
        utilities=catalogue.entry("utilities", USUAL, Utilities),
        fitness=catalogue.entry("fitness", USUAL, Fitness),
    )


def _therapy(entries: Mapping[str, Therapy], name: str) -> Therapy:
    if name not in entries:
        raise SettingError(
            f"A policy orders a therapy that there is not: {name!r}.",
            key="therapies",
            value=name,
            allowed=f"one of {len(entries)} entries; see: paget list therapies",
            meant=nearest(name, tuple(entries)),
        )
    return entries[name]


def _restaging(protocol: Protocol | None, names: tuple[str, ...]) -> np.ndarray:
    follow = () if protocol is None else protocol.follow_up
    named = next((each.imaging for each in follow if "systemic" in each.phases and each.imaging), (RESTAGING,))
    return np.isin(names, named)
