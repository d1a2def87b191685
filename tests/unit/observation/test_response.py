from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from paget.model import layout
from paget.model.chart import RESPONSES
from paget.model.findings import Audit, Findings
from paget.observation.response import Assessment, Tracked, assess, start

Array = np.ndarray[Any, Any]
Seen = tuple[int, str, float]
ALL = np.ones((1, layout.N_ORGANS), np.bool_)


def _seen(*rows: Seen, row: int = 0, modality: int = 0) -> tuple[Findings, Audit]:
    """Return findings of one patient, each as (lesion, organ, diameter in mm)."""
    lesion, organ, diameter = zip(*rows, strict=True) if rows else ((), (), ())
    codes = [layout.ORGANS.index(name) for name in organ]
    findings = Findings(
        row=np.full(len(rows), row, np.int64),
        day=np.full(len(rows), 20_000.0),
        modality=np.full(len(rows), modality, np.int64),
        organ=np.array(codes, np.int64),
        in_primary_site=np.zeros(len(rows), np.bool_),
        diameter_mm=np.array(diameter, np.float64),
    )
    return findings, Audit(np.array([0 if key == 0 else key + (1 << 40) for key in lesion], np.uint64))


def _course(*visits: tuple[Seen, ...], examined: Array = ALL) -> tuple[Tracked, list[Assessment]]:
    """Follow one patient from a baseline through visits; the first visit is the baseline."""
    tracked, who = Tracked.none(1), np.zeros(1, np.int64)
    start(tracked, who, *_seen(*visits[0]))
    return tracked, [assess(tracked, who, examined, *_seen(*visit)) for visit in visits[1:]]


def _responses(*visits: tuple[Seen, ...], examined: Array = ALL) -> list[str]:
    return [RESPONSES[each.response[0]] for each in _course(*visits, examined=examined)[1]]


def test_at_most_five_targets_two_of_an_organ_and_the_largest_first() -> None:
    """Of many lesions the two largest of each organ are followed, five in all."""
    tracked, _ = _course(
        (
            (1, "liver", 50.0),
            (2, "liver", 40.0),
            (3, "liver", 45.0),
            (4, "lung", 12.0),
            (5, "lung", 11.0),
            (6, "lung", 30.0),
            (7, "adrenal", 10.0),
            (8, "brain", 10.5),
        )
    )
    expected = [50.0, 45.0, 30.0, 12.0, 10.5]
    assert expected == tracked.baseline_mm[0].tolist()
    assert [int(key) - (1 << 40) for key in tracked.target_key[0]] == [1, 3, 6, 4, 8]
    assert sum(expected) == tracked.baseline_sum_mm[0]


def test_nodes_are_one_organ_and_measured_from_15_mm() -> None:
    """Of regional and distant nodes two are followed together, and none below 15 mm."""
    nodes = (
        (1, "regional_lymph_node", 14.9),
        (2, "regional_lymph_node", 16.0),
        (3, "distant_lymph_node", 20.0),
        (4, "distant_lymph_node", 15.0),
    )
    tracked, _ = _course(nodes)
    assert tracked.baseline_mm[0].tolist() == [20.0, 16.0, 0.0, 0.0, 0.0]


def test_bone_is_not_measured() -> None:
    """A patient with lesions in bone alone has no measurable disease, and is stable while nothing changes."""
    tracked, (visit,) = _course(((1, "bone", 40.0),), ((1, "bone", 40.0),))
    assert not tracked.measurable[0]
    assert RESPONSES.index("SD") == visit.response[0]
    assert np.isnan(visit.sum_mm[0])


@pytest.mark.parametrize(
    ("sum_mm", "expected"),
    [(100.0, "SD"), (71.0, "SD"), (70.0, "PR"), (119.0, "SD"), (120.0, "PD"), (0.0, "CR")],
)
def test_limits_of_response_and_progress_count_from_baseline(sum_mm: float, expected: str) -> None:
    """A fall by 30 % is a partial response and a rise by 20 % is progress, and just less is neither."""
    half = sum_mm / 2.0
    last = ((1, "liver", half), (2, "liver", half)) if sum_mm else ()
    # Two looks, for the first absence of large targets is doubted.
    assert expected == _responses(((1, "liver", 50.0), (2, "liver", 50.0)), last, last)[-1]


def test_progress_counts_from_the_smallest_sum() -> None:
    """After a fall to half, a rise to 60 % of the baseline is progress."""
    assert _responses(((1, "liver", 100.0),), ((1, "liver", 50.0),), ((1, "liver", 60.0),)) == ["PR", "PD"]


def test_small_tumours_have_to_grow_by_5_mm() -> None:
    """A target of 12 mm that grows by a third has grown by 4 mm only, which is no progress."""
    assert _responses(((1, "liver", 12.0),), ((1, "liver", 16.0),), ((1, "liver", 17.0),)) == ["SD", "PD"]


def test_a_new_lesion_is_progress_once_unequivocal() -> None:
    """A new shadow of 6 mm waits; when it has reached 10 mm the patient has progressed though targets shrink."""
    base: Seen = (1, "liver", 50.0)
    small: tuple[Seen, ...] = ((1, "liver", 30.0), (2, "lung", 6.0))
    tracked, visits = _course((base,), small, ((1, "liver", 30.0), (2, "lung", 10.0)))
    assert [RESPONSES[visit.response[0]] for visit in visits] == ["PR", "PD"]
    assert [bool(visit.new_lesions[0]) for visit in visits] == [False, True]
    again = assess(tracked, np.zeros(1, np.int64), ALL, *_seen(base, (2, "lung", 10.0)))
    assert not again.new_lesions[0]


def test_a_normal_node_is_no_disease() -> None:
    """A node that was a target and is below 10 mm again counts with its size and is a complete response."""
    _, (visit,) = _course(((1, "regional_lymph_node", 20.0),), ((1, "regional_lymph_node", 9.0),))
    assert RESPONSES.index("CR") == visit.response[0]
    assert visit.sum_mm[0] == 9.0
    assert pytest.approx(visit.change[0]) == 9.0 / 20.0 - 1.0


def test_other_lesions_that_stay_make_a_complete_response_partial() -> None:
    """Targets that vanish beside a lesion that stays are a partial response."""
    assert _responses(((1, "liver", 15.0), (2, "lung", 6.0)), ((2, "lung", 6.0),), ()) == ["PR", "CR"]


def test_one_absence_of_a_large_target_is_doubted() -> None:
    """A target of 40 mm that one look misses keeps its size; two looks without it are its end."""
    base = ((1, "liver", 40.0),)
    assert _responses(base, (), base, ((1, "liver", 20.0),)) == ["SD", "SD", "PR"]
    assert _responses(base, (), (), ()) == ["SD", "CR", "CR"]


def test_a_faint_target_that_comes_and_goes_is_no_progress() -> None:
    """After a complete response a shadow of 6 mm in its place is a partial response, and 10 mm are progress."""
    base = ((1, "liver", 15.0),)
    assert _responses(base, (), ((1, "liver", 6.0),), ((1, "liver", 10.0),)) == ["CR", "PR", "PD"]


def test_an_organ_not_examined_keeps_its_target() -> None:
    """A target in the brain stays as it was measured while only the liver is looked at."""
    examined = np.array([[organ != "brain" for organ in layout.ORGANS]])
    base = ((1, "brain", 15.0), (2, "liver", 15.0))
    _, (visit,) = _course(base, (), examined=examined)
    assert visit.sum_mm[0] == 15.0
    assert RESPONSES.index("PR") == visit.response[0]


@pytest.mark.parametrize("base", [((1, "liver", 15.0),), ((1, "bone", 15.0),), ()])
def test_without_imaging_nothing_can_be_said(base: tuple[Seen, ...]) -> None:
    """Who was not imaged is not evaluable, with or without measurable disease."""
    assert _responses(base, (), examined=~ALL) == ["NE"]


def test_disease_that_is_not_measured_progresses_by_volume() -> None:
    """A lesion in bone progresses when its volume has grown by 73 % and its diameter by 5 mm."""
    assert _responses(((1, "bone", 30.0),), ((1, "bone", 35.9),), ((1, "bone", 36.1),)) == ["SD", "PD"]
    assert _responses(((1, "bone", 10.0),), ((1, "bone", 14.0),)) == ["SD"]


def test_a_little_growth_beside_large_targets_is_not_unequivocal() -> None:
    """A small lesion that doubles beside a target of 80 mm that stays adds little to all tumour."""
    base = ((1, "liver", 80.0), (2, "bone", 10.0))
    assert _responses(base, ((1, "liver", 80.0), (2, "bone", 20.0))) == ["SD"]


def test_disease_that_vanishes_without_having_been_measured_is_a_complete_response() -> None:
    """Lesions in bone that are all gone stay a complete response at the next visit too."""
    assert _responses(((1, "bone", 15.0),), (), (), ((1, "bone", 12.0),)) == ["CR", "CR", "PD"]


def test_who_had_no_disease_has_no_response_until_it_comes() -> None:
    """After surgery nothing responds, and a first lesion is progress."""
    assert _responses((), (), ((1, "liver", 12.0),)) == ["none", "PD"]


def test_a_new_baseline_forgets_the_old_sums() -> None:
    """With a second line the reference is what is seen at its start, and lesions known before are not new."""
    tracked, who = Tracked.none(1), np.zeros(1, np.int64)
    start(tracked, who, *_seen((1, "liver", 50.0), (2, "lung", 12.0)))
    start(tracked, who, *_seen((1, "liver", 80.0)))
    visit = assess(tracked, who, ALL, *_seen((1, "liver", 80.0), (2, "lung", 12.0)))
    assert RESPONSES.index("SD") == visit.response[0]
    assert tracked.baseline_sum_mm[0] == 80.0


def test_a_lesion_seen_by_two_modalities_is_one_lesion() -> None:
    """The first modality's measurement counts, and the second one's adds no lesion."""
    (first, one), (second, two) = _seen((1, "liver", 30.0)), _seen((1, "liver", 33.0), modality=1)
    both = Findings(*(np.concatenate([getattr(second, f.name), getattr(first, f.name)]) for f in fields(Findings)))
    tracked = Tracked.none(1)
    start(tracked, np.zeros(1, np.int64), both, Audit(np.concatenate([two.lesion, one.lesion])))
    assert tracked.baseline_sum_mm[0] == 30.0


def test_a_false_finding_is_followed_as_a_lesion_would_be() -> None:
    """What only looks like a lesion is a target, and the response that its absence makes is not real."""
    assert _responses(((0, "liver", 12.0),), ()) == ["CR"]


def test_patients_do_not_touch_each_other() -> None:
    """Patients assessed together, out of order and beyond the room there was, fare as they would alone."""
    rng = np.random.default_rng(11)
    tracked, expected, patients = Tracked.none(7), [], np.array([5, 0, 3])
    parts: dict[int, list[tuple[Seen, ...]]] = {}
    for patient in patients:
        organs = rng.choice(layout.ORGANS, 9 + int(patient) * 4)
        lesions = [(number + 1, str(organ)) for number, organ in enumerate(organs)]
        parts[int(patient)] = [
            tuple((number, organ, float(rng.uniform(3.0, 40.0))) for number, organ in lesions if rng.uniform() < share)
            for share in (0.8, 0.9)
        ]
        expected.append(_responses(*parts[int(patient)])[0])
    visits = []
    for visit in range(2):
        each = [_seen(*parts[int(patient)][visit], row=row) for row, patient in enumerate(patients)]
        findings = Findings(*(np.concatenate([getattr(f, c.name) for f, _ in each]) for c in fields(Findings)))
        visits.append((findings, Audit(np.concatenate([audit.lesion for _, audit in each]))))
    start(tracked, patients, *visits[0])
    actual = assess(tracked, patients, np.repeat(ALL, 3, axis=0), *visits[1])
    assert expected == [RESPONSES[code] for code in actual.response]
    assert not tracked.measurable[[1, 2, 4, 6]].any()
