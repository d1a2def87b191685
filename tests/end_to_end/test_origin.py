"""`paget origin` as a user types it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
ASKED = ("--sites", "liver,lung", "--marker", "CK7=-", "CK20=+", "CDX2=+", "--sex", "male", "--age", "64")


def test_the_answer_is_printed_in_words(paget: Run, tmp_path: Path) -> None:
    """Origins, what drove the answer and the next best test, in at most eighty columns."""
    done = paget("origin", *ASKED, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "colorectal" in done.stdout.splitlines()[1]
    assert "times for it" in done.stdout
    assert "Next best test" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_the_answer_is_one_json_object(paget: Run, tmp_path: Path) -> None:
    """The posterior sums to 1, greatest first, with the evidence and the next tests beside it."""
    done = paget("origin", *ASKED, "--json", folder=tmp_path)
    told = json.loads(done.stdout)
    chances = list(told["posterior"].values())
    assert told["likeliest"] == "colorectal"
    assert told["posterior"]["colorectal"] > 0.9
    assert len(chances) == 17
    assert sum(chances) == pytest.approx(1.0)
    assert chances == sorted(chances, reverse=True)
    assert {item["name"] for item in told["evidence"]} == {"CK7", "CK20", "CDX2", "lung, liver"}
    assert told["next_best"] == told["next_tests"][0]
    assert {"test", "gain_bits", "cost_usd", "gain_bits_per_100_usd"} == set(told["next_best"])


def test_results_may_follow_any_option_or_stand_in_one_list(paget: Run, tmp_path: Path) -> None:
    """Commas, repeated options and a plain row of results are the same question."""
    same = [
        ("--marker", "CK7=-,CK20=+", "--mutation", "KRAS=+"),
        ("--marker", "CK7=-", "--marker", "CK20=+", "--marker", "KRAS=+"),
        ("CK7=-", "CK20=+", "KRAS=+"),
    ]
    answers = {paget("origin", *asked, "--json", folder=tmp_path).stdout for asked in same}
    assert len(answers) == 1
    assert json.loads(answers.pop())["posterior"]["colorectal"] > 0.5


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--marker", "CK8=+"), ("CK8", "nearest: CK")),
        (("--sites", "liver,lungs"), ("lungs", "nearest: lung")),
        (("--marker", "CK7=+", "CK7=-"), ("contradict", "CK7")),
        (("--marker", "CK7=?!"), ("CK7", "+ or -")),
        (("--marker", "CK7"), ("NAME=RESULT", "CK7")),
        (("--mutation", "KRAS=-", "KRAS_G12C=+"), ("KRAS_G12C", "KRAS")),
        (("--sites", "ovary", "--sex", "male"), ("ovary", "male")),
        (("--sex", "men"), ("men", "male")),
        (("--age", "-3"), ("age", "0 to 120")),
        (("--age", "old"), ("'--age'", "number")),
        (("--histology", "clear"), ("clear", "clear_cell_carcinoma")),
    ],
)
def test_a_mistake_is_told_in_one_message(
    paget: Run, tmp_path: Path, args: tuple[str, ...], told: tuple[str, ...]
) -> None:
    """Unknown names and contradictions end with exit code 2 and no traceback."""
    done = paget("origin", *args, folder=tmp_path)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert all(word in done.stderr for word in told), done.stderr
