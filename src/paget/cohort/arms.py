"""An arm of a trial as a policy: cared for as usual until eligible, as the arm says from then on, and as usual again.

Randomisation is the first decision at which the eligibility fits. The arm's orders override the policy's at that
decision; from then on the arm's own rules come before the policy's, and examinations follow the trial's schedule until
progression, in all arms alike. A policy keeps no state between decisions, but an arm has to know who was randomised
and who has progressed: it keeps the first day of each, which is a fact of the patient's own past, so that a patient
who is run twice is decided upon in the same way twice.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from paget.care.protocols import NO_RULE, Following
from paget.cohort.care_plan import CarePlan, Planner, make_plan, protocol_of
from paget.errors import SettingError
from paget.model import layout
from paget.model.chart import EVENTS, GOALS, Charts, Flags, Floats, Integers, Orders
from paget.model.protocol import Protocol, Rule
from paget.model.quantity import JUDGEMENT
from paget.model.trial import RANDOMISED, Arm, Trial

if TYPE_CHECKING:
    from paget.model.cancer import Cancer
    from paget.model.modality import Modality
    from paget.model.tissue import Tissue

COMFORT = layout.code(GOALS, "comfort")
PROGRESSION = layout.code(EVENTS, "progression")


@dataclass(frozen=True)
class ArmCare(Planner):
    """The care of patients under one arm of a trial, for whatever cancer.

    Parameters
    ----------
    trial
        The trial.
    arm
        Name of the arm.
    """

    trial: Trial
    arm: str

    def plan_for(self, cancer: Cancer, tissue: Tissue, modalities: Mapping[str, Modality], seed: int) -> CarePlan:
        """Return how the patients of one cancer are cared for.

        Parameters
        ----------
        cancer, tissue, modalities, seed
            As for `care_plan.make_plan`.

        Raises
        ------
        SettingError, EntryError
            If the policy or a therapy is not known.
        """
        arm, protocol = self.trial.arm(self.arm), protocol_of(self.trial.policy, cancer)
        entry, then = own_protocols(self.trial, arm)
        # The same columns in every arm, so that no draw of a therapy depends on which other arm there is.
        own = [own_protocols(self.trial, each) for each in self.trial.arms]
        named = (name for pair in own for each in pair for name in each.therapies)
        ordered = tuple(dict.fromkeys([*protocol.therapies, *named]))
        usual = make_plan(self.trial.policy, cancer, tissue, modalities, seed)
        whole = make_plan(_Ordering(ordered), cancer, tissue, modalities, seed)
        if usual is None or whole is None:
            raise SettingError(
                "A trial needs a policy of care.",
                key="policy",
                value=self.trial.policy,
                allowed="any policy but none; see: paget list policies",
            )
        names = tuple(each.id for each in whole.modalities)
        policies = [Following(each, ordered, whole.tests, names, seed) for each in (entry, then, protocol)]
        imaging = np.isin(names, self.trial.design.imaging)
        return replace(
            whole,
            name=f"{self.trial.id}.{self.arm}",
            policy=ArmPolicy(policies[0], policies[1], policies[2], self.trial.design.assessed_every_day, imaging),
            rules=(RANDOMISED, *(rule.id for rule in then.rules), *(rule.id for rule in protocol.rules)),
            restaging=usual.restaging,
            symptom_imaging=usual.symptom_imaging,
        )


def own_protocols(trial: Trial, arm: Arm) -> tuple[Protocol, Protocol]:
    """Return what an arm orders at randomisation, and its rules for later, as protocols.

    Parameters
    ----------
    trial
        The trial.
    arm
        One of its arms.
    """
    eligibility = trial.eligibility
    at_entry = Rule(
        id=RANDOMISED,
        at=eligibility.at,
        when=eligibility,
        give=arm.give,
        keep=arm.keep,
        wait=arm.wait_day,
        phase=arm.phase,
        goal=arm.goal,
        new_line=arm.new_line,
        retest=eligibility.retest,
        source=JUDGEMENT,
        grade="assumed",
        rationale="The design of the trial.",
    )
    about = {"policy": trial.id, "name": arm.name, "summary": trial.summary}
    return (
        Protocol(id=arm.id, rules=(at_entry,), **about),
        Protocol(id=arm.id, rules=arm.then, **about),
    )


@dataclass(frozen=True)
class _Ordering:
    """Stands in for a policy that may order some therapies, so that a plan with these can be made."""

    therapies: tuple[str, ...]

    def decide(self, charts: Charts) -> Orders:
        """Order nothing."""
        return Orders.none(charts, 0)


class ArmPolicy:
    """The policy of one arm for the patients of one cancer (`model.chart.Policy`).

    Parameters
    ----------
    entry, then, usual
        The rule of randomisation, the arm's rules for later, and the policy of all others and all else; over the same
        therapies.
    every_day
        Days between examinations until progression.
    imaging : ndarray of bool, shape (M,)
        The examinations.
    """

    def __init__(self, entry: Following, then: Following, usual: Following, every_day: float, imaging: Flags) -> None:
        self.entry, self.then, self.usual = entry, then, usual
        self.every_day, self.imaging = every_day, imaging
        self._randomised, self._progressed = Since(), Since()

    def decide(self, charts: Charts) -> Orders:
        """Return the orders of the arm for who is being randomised or was, and of the usual policy for all others.

        Parameters
        ----------
        charts
            Patients for whom a decision is due.

        Returns
        -------
        Orders
            `rule` is 0 for randomisation; the arm's rules and then the policy's follow in their order.
        """
        was = self._randomised.before(charts.patient, charts.day)
        orders = self.usual.decide(charts)
        orders = replace(orders, rule=self._numbered(orders.rule, 1 + len(self.then.protocol.rules)))
        if was.any() and self.then.protocol.rules:
            own = self.then.decide(charts)
            chosen = was & (own.rule != NO_RULE)
            orders = merged(chosen, replace(own, rule=self._numbered(own.rule, 1)), orders)
        at_entry = self.entry.decide(charts)
        enters = ~was & (at_entry.rule != NO_RULE)
        self._randomised.note(charts.patient[enters], charts.day[enters])
        orders = merged(enters, at_entry, orders)
        worse = was & (charts.event == PROGRESSION)
        self._progressed.note(charts.patient[worse], charts.day[worse])
        return self._on_schedule(charts, orders, enters | was)

    def needs_retest(self, charts: Charts) -> Flags:
        """Return for whom tissue or blood is tested anew before the decision, shape (P,).

        Parameters
        ----------
        charts
            As for `decide`.
        """
        was = self._randomised.before(charts.patient, charts.day)
        wanted = self.usual.needs_retest(charts) | (was & self.then.needs_retest(charts))
        return np.asarray(wanted | (~was & self.entry.needs_retest(charts)))

    @staticmethod
    def _numbered(rule: Integers, first: int) -> Integers:
        return np.where(rule == NO_RULE, NO_RULE, rule + first)

    def _on_schedule(self, charts: Charts, orders: Orders, randomised: Flags) -> Orders:
        """Return the orders with the trial's examinations for who is on trial and has not progressed."""
        over = self._progressed.before(charts.patient, charts.day) | (charts.event == PROGRESSION)
        followed = randomised & (~over | (orders.rule == 0)) & (orders.goal != COMFORT)
        return replace(
            orders,
            next_visit_day=np.where(followed, self.every_day, orders.next_visit_day),
            imaging=np.where(followed[:, None], self.imaging, orders.imaging),
        )


class Since:
    """On which day something first came about in each patient; a day that is told again changes nothing."""

    def __init__(self) -> None:
        self._days: dict[int, float] = {}

    def note(self, patient: Integers, day: Floats) -> None:
        """Note that it came about.

        Parameters
        ----------
        patient, day
            Indices and ages in days, shape (K,).
        """
        for who, when in zip(patient.tolist(), day.tolist(), strict=True):
            self._days[who] = min(when, self._days.get(who, math.inf))

    def before(self, patient: Integers, day: Floats) -> Flags:
        """Return in whom it came about before a day, shape (K,).

        Parameters
        ----------
        patient, day
            As for `note`.
        """
        if not self._days:
            return np.zeros(patient.size, np.bool_)
        first = [self._days.get(who, math.inf) for who in patient.tolist()]
        return np.asarray(np.array(first) < day)


def merged(which: Flags, orders: Orders, others: Orders) -> Orders:
    """Return some orders for some patients, and other orders for the rest.

    Parameters
    ----------
    which
        Who gets the former, shape (P,).
    orders, others
        Orders for P patients each.
    """
    if not which.any():
        return others

    def chosen(name: str) -> np.ndarray:
        one: np.ndarray = getattr(orders, name)
        other: np.ndarray = getattr(others, name)
        return np.where(which[:, None] if one.ndim > 1 else which, one, other)

    return Orders(**{each.name: chosen(each.name) for each in fields(Orders)})
