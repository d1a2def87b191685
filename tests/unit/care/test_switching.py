from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest
from tests.unit.care.charts import MODALITIES, THERAPIES, charts, therapies

from paget.care.switching import Switching
from paget.care.untreated import EVERY_DAY, Untreated
from paget.errors import SettingError
from paget.model.chart import EVENTS, GOALS, PHASES, Charts, Orders

VISIT, DIAGNOSIS = EVENTS.index("visit"), EVENTS.index("diagnosis")
DAY = 20_000.0


class Giving:
    """A policy that gives the first therapy it knows, and says by its rule which event it was told."""

    def decide(self, told: Charts) -> Orders:
        """Start the first therapy, and see the patient in 30 days."""
        start = np.zeros(told.on.shape, np.bool_)
        start[:, 0] = True
        thirty = np.full(told.count, 30.0)
        return replace(Orders.none(told), start=start, rule=told.event.copy(), next_visit_day=thirty)

    def needs_retest(self, told: Charts) -> np.ndarray:
        """Want everybody tested anew."""
        return np.ones(told.count, np.bool_)


class Resting(Giving):
    """A policy that starts nothing."""

    def decide(self, told: Charts) -> Orders:
        """See patients in 30 days."""
        return replace(super().decide(told), start=np.zeros(told.on.shape, np.bool_))


def switching(*from_day: float, against: tuple[str, ...] | None = None, resting: bool = False) -> Switching:
    """Return a policy that goes from folfox and antiemetics to bevacizumab and antiemetics."""
    return Switching(
        Resting() if resting else Giving(),
        Resting() if resting else Giving(),
        therapies=THERAPIES,
        own_before=("folfox", "antiemetics"),
        own_after=("bevacizumab", "antiemetics"),
        from_day=np.array(from_day),
        rules_before=100,
        against=None if against is None else therapies(*against),
    )


def told(count: int, **known: object) -> Charts:
    """Return charts at a visit with examinations."""
    return replace(charts(count, **{"event": VISIT, **known}), modalities=MODALITIES)


def test_each_patient_has_the_policy_of_his_day() -> None:
    """Before the point the old one decides, and from it on the new one."""
    orders = switching(DAY + 1.0, DAY, DAY - 1.0, np.inf).decide(told(4))
    old, new = therapies("folfox").tolist(), therapies("bevacizumab").tolist()
    assert orders.start.tolist() == [old, new, new, old]
    assert orders.rule.tolist() == [VISIT, 100 + VISIT, 100 + VISIT, VISIT]


def test_charts_may_come_in_any_order_and_again() -> None:
    """Nothing is remembered: a patient who is asked about later, alone or in a copy is decided upon the same way."""
    policy = switching(DAY, DAY + 5.0, DAY - 5.0)
    all_at_once = policy.decide(told(3))
    copy = pickle.loads(pickle.dumps(policy))  # noqa: S301 - made here
    for who in (2, 0, 1, 2):
        alone = copy.decide(told(3).of(np.arange(3) == who))
        assert alone.start.tolist() == all_at_once.start[[who]].tolist()
        assert alone.rule.tolist() == all_at_once.rule[[who]].tolist()


def test_what_the_new_policy_cannot_order_stops_when_it_takes_over() -> None:
    """What it knows goes on, and before the point nothing stops."""
    on = therapies("folfox", "antiemetics")
    orders = switching(DAY, DAY + 1.0, resting=True).decide(told(2, on=on))
    assert orders.stop.tolist() == [therapies("folfox").tolist(), [False] * len(THERAPIES)]
    assert orders.next_visit_day.tolist() == [30.0, 30.0]


def test_whoever_is_left_with_nothing_is_seen_at_once() -> None:
    """The new policy is asked again as soon as what the old one gave has stopped."""
    orders = switching(DAY, resting=True).decide(told(1, on=therapies("folfox")))
    assert orders.next_visit_day.tolist() == [1.0]


def test_who_was_never_treated_is_called_at_the_point_and_presented_anew() -> None:
    """Under a policy that treats, nobody would tell one from a patient in whom nothing changed."""
    given = np.array([therapies("antiemetics"), therapies("folfox")]).astype(np.int64)
    policy = switching(DAY + 10.0, DAY + 10.0, against=("folfox", "bevacizumab"), resting=True)
    early = policy.decide(told(2, given=given))
    assert early.next_visit_day.tolist() == [10.0, 30.0]
    late = policy.decide(told(2, given=given, day=DAY + 10.0))
    assert late.rule.tolist() == [100 + DIAGNOSIS, 100 + VISIT]
    assert policy.decide(told(2, given=given, day=DAY + 12.0)).rule.tolist() == [100 + VISIT] * 2


def test_a_new_test_is_asked_for_by_the_policy_whose_turn_it_is() -> None:
    """A policy that says nothing of tests wants none."""
    policy = Switching(
        Giving(),
        Untreated(),
        therapies=THERAPIES,
        own_before=("folfox",),
        own_after=(),
        from_day=np.array([DAY + 1.0, DAY]),
        rules_before=0,
    )
    assert policy.needs_retest(told(2)).tolist() == [True, False]


def test_a_patient_whom_the_run_has_not_is_refused() -> None:
    """A branch cannot have more patients than its run."""
    with pytest.raises(SettingError) as caught:
        switching(DAY).decide(told(2))
    assert (caught.value.key, caught.value.value) == ("n", 2)


def test_the_untreated_are_seen_and_given_nothing() -> None:
    """Whatever is under way stops, the goal is comfort, and visits go on."""
    orders = Untreated().decide(told(2, on=therapies("folfox")))
    assert orders.stop.tolist() == [therapies("folfox").tolist()] * 2
    assert not orders.start.any()
    assert orders.goal.tolist() == [GOALS.index("comfort")] * 2
    assert orders.phase.tolist() == [PHASES.index("none")] * 2
    assert orders.next_visit_day.tolist() == [EVERY_DAY] * 2
    assert orders.imaging.shape == (2, len(MODALITIES))
