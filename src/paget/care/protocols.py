"""Protocols at work: whose turn it is at an event, which rule decides, and when the patient is seen again.

Rules are tried in their order over all patients at once; each condition is worked out once for all rules that share
it, and a rule whose event nobody has is passed over. Whether a patient takes up what is offered is a draw of the
patient, the rule and the day, so a rule more or less changes no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from zlib import crc32

import numpy as np

from paget.care.conditions import TISSUE, Condition, Names, Test, compiled, position
from paget.care.impossible import contradiction
from paget.errors import EntryError
from paget.model import layout
from paget.model.calendar import YEAR_DAY
from paget.model.chart import EVENTS, GOALS, PHASES, Charts, Flags, Floats, Integers, Orders
from paget.model.draws import stream_keys, uniforms
from paget.model.protocol import Protocol

NEVER_SAID_DAY: Final = 90.0
"""Time between visits in a phase of which a protocol says nothing."""
VISIT: Final = layout.code(EVENTS, "visit")
SUPPORTIVE: Final = layout.code(PHASES, "supportive")
COMFORT: Final = layout.code(GOALS, "comfort")
NO_RULE: Final = -1


class Following:
    """The policy that follows one protocol (`model.chart.Policy`).

    Parameters
    ----------
    protocol
        The protocol.
    therapies, tests
        Names of the columns of charts and orders, T and B of them.
    modalities
        Examinations of the run, M of them.
    seed
        The run's seed.

    Raises
    ------
    EntryError
        Where the protocol names a therapy, a biomarker or a modality that is not among these.
    """

    def __init__(
        self,
        protocol: Protocol,
        therapies: tuple[str, ...],
        tests: tuple[str, ...],
        modalities: tuple[str, ...],
        seed: int,
    ) -> None:
        self.protocol = protocol
        self.seed = seed
        self._rules, self._tests = _compiled(protocol, Names(therapies, tests))
        self._orders = _OrderTable.of(protocol, therapies)
        self._visits = _VisitTable.of(protocol, modalities)

    def decide(self, charts: Charts) -> Orders:
        """Return what the first rule that fits each patient says.

        Without one, a patient at a visit goes on as before, and one at any other event is cared for in comfort.

        Parameters
        ----------
        charts
            Patients for whom a decision is due; columns as given to the class.

        Returns
        -------
        Orders
            `start` holds all that the rule gives, also what is under way already.
        """
        rule = self._walk(charts)[0]
        goes_on = (rule == NO_RULE) & (charts.event == VISIT)
        orders = self._orders
        row = np.where(rule == NO_RULE, len(self._rules), rule)
        row[goes_on] += 1
        phase = np.where(goes_on, charts.phase, orders.phase[row])
        next_visit_day, imaging = self._visits.after(phase, charts.day - charts.diagnosis_day)
        return Orders(
            start=orders.start[row],
            stop=charts.on & orders.stops[row],
            wait_day=orders.wait_day[row],
            phase=phase,
            goal=np.where(goes_on, charts.goal, orders.goal[row]),
            new_line=orders.new_line[row],
            next_visit_day=next_visit_day,
            imaging=imaging,
            rule=rule,
        )

    def needs_retest(self, charts: Charts) -> Flags:
        """Return for whom tissue or blood is tested anew before the decision, shape (P,).

        They are those who, by what is known, come to a rule with `retest` that fits them apart from its biomarkers.

        Parameters
        ----------
        charts
            Patients for whom a decision is due.
        """
        if not any(rule.retest for rule in self._rules):
            return np.zeros(charts.count, np.bool_)
        return self._walk(charts)[1]

    def imaging_for_symptoms(self, phase: Integers) -> Flags:
        """Return the examinations when a new symptom comes, shape (P, M).

        Parameters
        ----------
        phase
            Codes of `PHASES`, shape (P,).
        """
        return np.asarray(self._visits.for_symptoms[phase])

    def _walk(self, charts: Charts) -> tuple[Integers, Flags]:
        """Return the rule that decides for each patient, and who comes to a rule that asks for a new test."""
        sheet = _Sheet(self._tests, charts)
        rule_of = np.full(charts.count, NO_RULE, np.int64)
        retest = np.zeros(charts.count, np.bool_)
        still = np.ones(charts.count, np.bool_)
        there = set(np.unique(charts.event).tolist())
        for number, rule in enumerate(self._rules):
            if there.isdisjoint(rule.events):
                continue
            who = still & rule.at[charts.event]
            # Draws cost most, so they come last, but where those whom a new test would serve have to be known.
            if not sheet.narrow(who, rule.conditions) or not (rule.retest or sheet.narrow(who, rule.tissue)):
                continue
            if not self._taken_up(who, rule, charts):
                continue
            if rule.retest:
                retest |= who
                if not sheet.narrow(who, rule.tissue):
                    continue
            rule_of[who] = number
            still &= ~who
            if not np.count_nonzero(still):
                break
        return rule_of, retest

    def _taken_up(self, who: Flags, rule: _Rule, charts: Charts) -> bool:
        """Leave in a mask those who take up what is offered; return whether there is any."""
        if rule.uptake >= 1.0:
            return True
        asked = np.flatnonzero(who)
        day = np.floor(charts.day[asked]).astype(np.int64)
        keys = stream_keys(self.seed, charts.patient[asked], layout.STREAM_CARE, rule.lineage, day)
        who[asked] = uniforms(keys) < rule.uptake
        return bool(np.count_nonzero(who))


@dataclass(frozen=True)
class _Rule:
    """What is needed to try one rule; conditions are positions in the protocol's list of them."""

    events: frozenset[int]
    at: Flags
    conditions: tuple[int, ...]
    tissue: tuple[int, ...]
    uptake: float
    lineage: int
    retest: bool


def _compiled(protocol: Protocol, names: Names) -> tuple[tuple[_Rule, ...], tuple[Test, ...]]:
    """Return the rules, and the tests of all conditions, each of which is listed once."""
    listed: dict[tuple[str, object], tuple[int, Test]] = {}

    def at(condition: Condition) -> int:
        return listed.setdefault(condition.key, (len(listed), condition.test))[0]

    rules = []
    for rule in protocol.rules:
        conditions = compiled(rule.when, names)
        events = frozenset(EVENTS.index(event) for event in rule.at)
        rules.append(
            _Rule(
                events=events,
                at=np.isin(np.arange(len(EVENTS)), list(events)),
                conditions=tuple(at(each) for each in conditions if each.field not in TISSUE),
                tissue=tuple(at(each) for each in conditions if each.field in TISSUE),
                uptake=rule.uptake,
                lineage=crc32(rule.id.encode()),
                retest=rule.retest,
            )
        )
    return tuple(rules), tuple(test for _, test in listed.values())


class _Sheet:
    """The conditions of a protocol over the charts of one decision, each worked out when it is first asked for."""

    def __init__(self, tests: tuple[Test, ...], charts: Charts) -> None:
        self._tests = tests
        self._charts = charts
        self._holds: list[Flags | None] = [None] * len(tests)

    def narrow(self, who: Flags, conditions: tuple[int, ...]) -> bool:
        """Leave in a mask those for whom all conditions hold; return whether there is any."""
        # Counting is several times as quick as `any`, which asks Python for the way.
        for at in conditions:
            holds = self._holds[at]
            if holds is None:
                holds = self._holds[at] = self._tests[at](self._charts)
            np.logical_and(who, holds, out=who)
            if not np.count_nonzero(who):
                return False
        return bool(np.count_nonzero(who))


@dataclass(frozen=True)
class _OrderTable:
    """What each rule orders; two rows follow the rules: comfort, and to go on as before."""

    start: Flags
    stops: Flags
    wait_day: Floats
    phase: Integers
    goal: Integers
    new_line: Flags

    @classmethod
    def of(cls, protocol: Protocol, therapies: tuple[str, ...]) -> _OrderTable:
        rules = protocol.rules
        start = np.zeros((len(rules) + 2, len(therapies)), np.bool_)
        stops = np.ones(start.shape, np.bool_)
        stops[-1] = False
        for row, rule in enumerate(rules):
            start[row, [position(name, therapies, "therapy") for name in rule.give]] = True
            stops[row, [position(name, therapies, "therapy") for name in (*rule.give, *rule.keep)]] = False
            if rule.keep_all:
                stops[row] = False
        return cls(
            start=start,
            stops=stops,
            wait_day=np.array([*(rule.wait for rule in rules), 0.0, 0.0]),
            phase=np.array([*(PHASES.index(rule.phase) for rule in rules), SUPPORTIVE, SUPPORTIVE], np.int64),
            goal=np.array([*(GOALS.index(rule.goal) for rule in rules), COMFORT, COMFORT], np.int64),
            new_line=np.array([*(rule.new_line for rule in rules), False, False], np.bool_),
        )


@dataclass(frozen=True)
class _VisitTable:
    """How patients are followed by phase and by step: several ways for one phase take turns as each `lasts` is over."""

    ends_day: Floats
    every_day: Floats
    imaging: Flags
    for_symptoms: Flags

    @classmethod
    def of(cls, protocol: Protocol, modalities: tuple[str, ...]) -> _VisitTable:
        steps = {phase: [each for each in protocol.follow_up if phase in each.phases] for phase in PHASES}
        most = max(1, *(len(each) for each in steps.values()))
        ends = np.full((len(PHASES), most), np.inf)
        every = np.full((len(PHASES), most + 1), YEAR_DAY)
        imaging = np.zeros((len(PHASES), most + 1, len(modalities)), np.bool_)
        symptoms = np.zeros((len(PHASES), len(modalities)), np.bool_)
        for row, phase in enumerate(PHASES):
            if not steps[phase]:
                every[row, 0] = NEVER_SAID_DAY
            for step, each in enumerate(steps[phase]):
                every[row, step] = each.every.value
                ends[row, step:] = np.inf if each.lasts is None else each.lasts.value
                imaging[row, step, [position(name, modalities, "modality") for name in each.imaging]] = True
                symptoms[row, [position(name, modalities, "modality") for name in each.symptoms]] = True
        return cls(np.maximum.accumulate(ends, axis=1), every, imaging, symptoms)

    def after(self, phase: Integers, since_day: Floats) -> tuple[Floats, Flags]:
        """Return days to the next visit and its examinations, by phase and days since diagnosis."""
        step = (since_day[:, None] >= self.ends_day[phase]).sum(axis=1)
        return self.every_day[phase, step], self.imaging[phase, step]


def check(
    protocol: Protocol,
    therapies: Sequence[str],
    tests: Sequence[str],
    modalities: Sequence[str],
    stages: Sequence[str],
) -> None:
    """Raise where a protocol names what does not exist, or has a rule or a follow-up that never holds.

    Parameters
    ----------
    protocol
        The protocol.
    therapies, tests, modalities, stages
        All names that there are; tests are alterations and biomarkers, stages such as "IIIB".

    Raises
    ------
    EntryError
        Naming the rule, the value and the nearest name.
    """
    file = f"policies/{protocol.id}.toml"
    for at, rule in enumerate(protocol.rules):
        named: dict[str, tuple[tuple[str, ...], Sequence[str], str]] = {
            "give": (rule.give, therapies, "therapy"),
            "keep": (rule.keep, therapies, "therapy"),
            "when.had": (rule.when.had, therapies, "therapy"),
            "when.never": (rule.when.never, therapies, "therapy"),
            "when.on": (rule.when.on, therapies, "therapy"),
            "when.has": (rule.when.has, tests, "biomarker"),
            "when.lacks": (rule.when.lacks, tests, "biomarker"),
            "when.substages": (rule.when.substages, stages, "stage"),
        }
        for key, (names, known, what) in named.items():
            for name in names:
                position(name, tuple(known), what, f"rules.{at}.{key} ({rule.id})", file)
        fault = contradiction(rule.when)
        if fault is not None:
            said, field, value, allowed = fault
            raise EntryError(
                said,
                file=file,
                key=f"rules.{at}.when.{field} ({rule.id})",
                value=value,
                allowed=allowed,
                fix="correct the condition, or remove the rule",
            )
    for at, each in enumerate(protocol.follow_up):
        for key, names in (("imaging", each.imaging), ("symptoms", each.symptoms)):
            for name in names:
                position(name, tuple(modalities), "modality", f"follow_up.{at}.{key}", file)
    _check_turns(protocol, file)


def _check_turns(protocol: Protocol, file: str) -> None:
    """Raise where a later way of follow-up of a phase would be over before its turn comes."""
    for phase in PHASES:
        steps = [(at, each) for at, each in enumerate(protocol.follow_up) if phase in each.phases]
        for (_, early), (at, late) in pairwise(steps):
            if early.lasts is None or (late.lasts is not None and late.lasts.value <= early.lasts.value):
                raise EntryError(
                    f"The phase {phase!r} has a second way of follow-up whose turn never comes.",
                    file=file,
                    key=f"follow_up.{at}.phases",
                    value=phase,
                    allowed="ways of one phase in the order in which they end, each but the last with `lasts`",
                    fix="name the phase once, or give `lasts` in days since the diagnosis to each",
                )
