from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from paget.errors import SettingError
from paget.model.layout import ORGANS, SEXES
from paget.plots import style
from paget.plots.body import LEAST_RADIUS, body_map, radius
from paget.plots.body_layers import ONLY, drawn_in
from paget.plots.body_places import PRIMARY_AT, REGIONAL, place, spots
from paget.plots.outline import HEIGHT, MM_PER_UNIT, WIDTH, path, points_of, symmetric

NAMESPACE = "{http://www.w3.org/2000/svg}"


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - drawn two lines above


def group_of(svg: str, organ: str) -> ET.Element:
    return next(each for each in parsed(svg).iter(f"{NAMESPACE}g") if each.get("data-organ") == organ)


@pytest.mark.parametrize("sex", SEXES)
def test_every_organ_of_a_sex_is_drawn_once(sex: str) -> None:
    """A woman has ovaries and no prostate, a man the other way round, and both have everything else."""
    drawn = [
        each.get("data-organ") for each in parsed(body_map({}, sex)).iter(f"{NAMESPACE}g") if each.get("data-organ")
    ]
    assert sorted(map(str, drawn)) == sorted(organ for organ in ORGANS if ONLY.get(organ, sex) == sex)


def test_each_organ_tells_its_name_and_number() -> None:
    """Who rests a pointer on an organ reads what it is and how much."""
    title = group_of(body_map({"liver": 0.25}), "liver").find(f"{NAMESPACE}title")
    assert title is not None
    assert title.text == "Liver: 25 % (share of patients)"


def test_more_is_darker() -> None:
    """A larger share is drawn in a darker colour, and none in the lightest of all."""
    svg = body_map({"liver": 0.5, "lung": 0.2, "brain": 0.02})
    fills = [group_of(svg, organ).findall(f"{NAMESPACE}path")[0].get("fill") for organ in ("liver", "lung", "brain")]
    shades = [style.luminance(str(fill)) for fill in fills]
    assert shades == sorted(shades)
    assert len(set(shades)) == 3


def test_lesions_are_drawn_to_scale() -> None:
    """Twice the diameter is twice the radius; what is too small to see is a dot."""
    assert radius(80.0) == 2.0 * radius(40.0) == 40.0 / MM_PER_UNIT
    assert radius(0.1) == LEAST_RADIUS


def test_all_lesions_lie_in_the_drawing() -> None:
    """No organ's lesions lie outside the body, in a man or a woman."""
    for sex in SEXES:
        rows = [{"organ": organ, "diameter_mm": 3.0, "lesion": f"{k:x}"} for organ in ORGANS for k in range(7, 400, 31)]
        circles = [each for each in parsed(body_map(rows, sex)).iter(f"{NAMESPACE}circle") if each.get("class")]
        assert len(circles) == len(rows) * (len(ORGANS) - 1) // len(ORGANS)
        places = [(float(str(each.get("cx"))), float(str(each.get("cy")))) for each in circles]
        assert all(0.0 < x < WIDTH and 0.0 < y < HEIGHT for x, y in places)


def test_a_lesion_lies_where_its_key_says() -> None:
    """The same key comes to the same place; another key elsewhere in the same organ."""
    assert place("liver", "a1b2", "bowel", []) == place("liver", "a1b2", "bowel", [])
    assert place("liver", "a1b2", "bowel", []) != place("liver", "a1b3", "bowel", [])
    assert place("bowel", "a1b2", "bowel", [], is_primary=True) == PRIMARY_AT["bowel"]


def test_lesions_keep_out_of_each_others_way() -> None:
    """Twelve lesions of a liver lie further apart than twelve at random."""
    taken: list[tuple[float, float]] = []
    for k in range(12):
        place("liver", f"{k + 1:x}", "bowel", taken)
    nearest = min(abs(a[0] - b[0]) + abs(a[1] - b[1]) for a in taken for b in taken if a is not b)
    assert nearest > 6.0


def test_regional_nodes_follow_the_primary() -> None:
    """The first nodes of a breast lie in the armpits and are no distant ones; those of a bowel lie elsewhere."""
    armpits = set(spots("regional_lymph_node", "breast"))
    assert armpits.isdisjoint(spots("distant_lymph_node", "breast"))
    assert armpits.isdisjoint(spots("regional_lymph_node", "bowel"))
    assert set(PRIMARY_AT) <= set(REGIONAL)


def test_the_waist_of_a_woman_is_narrower_and_her_hips_are_not() -> None:
    """The trunk is drawn in at the waist and as it is at the hips."""
    assert drawn_in(120.0, 420.0, "female")[0] > drawn_in(120.0, 420.0, "male")[0]
    assert drawn_in(120.0, 560.0, "female") == (120.0, 560.0)


@pytest.mark.parametrize(
    ("shown", "sex", "key"), [({"livr": 0.1}, "male", "organ"), ({"liver": 1.5}, "male", "liver"), ({}, "cat", "sex")]
)
def test_what_cannot_be_drawn_is_told(shown: dict[str, float], sex: str, key: str) -> None:
    """A wrong organ, share or sex ends in an error that names it."""
    with pytest.raises(SettingError) as caught:
        body_map(shown, sex)
    assert caught.value.key == key


def test_a_wrong_organ_is_told_with_the_nearest() -> None:
    """Who writes livr reads liver."""
    with pytest.raises(SettingError) as caught:
        body_map({"livr": 0.1})
    assert caught.value.meant == "liver"


def test_ids_begin_as_told_so_that_two_maps_fit_on_one_page() -> None:
    """Every id and every reference to one begins with the map's own name."""
    svg = body_map({"liver": 0.3}, ident="second")
    named = re.findall(r'id="([^"]+)"', svg) + re.findall(r"url\(#([^)]+)\)", svg)
    assert named
    assert all(name.startswith("second-") for name in named)


def test_words_cannot_break_the_drawing() -> None:
    """A title with signs of markup is shown as it is."""
    title = parsed(body_map({"liver": 0.1}, title="a < b & c")).find(f"{NAMESPACE}title")
    assert title is not None
    assert title.text == "a < b & c"


def test_an_outline_runs_through_its_points_and_closes() -> None:
    """A path begins at the first point, passes each, and ends where it began."""
    line = path(points_of("0,0 10,0 10,10 0,10"))
    ends = [tuple(float(value) for value in part.split()[-2:]) for part in line[1:-1].split("C")]
    assert ends == [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0), (0.0, 0.0)]
    assert line.endswith("Z")


def test_a_half_becomes_a_whole() -> None:
    """Points of one side appear once more on the other, those of the middle once."""
    whole = symmetric(points_of("210,0 200,50 210,90"))
    assert [(x, y) for x, y, _ in whole] == [(210.0, 0.0), (200.0, 50.0), (210.0, 90.0), (220.0, 50.0)]
