"""Strata of published figures are read as they are meant, and what cannot be read is told with the reason."""

from __future__ import annotations

import math

import pytest

from paget.inference.strata import NotComputableError, canonical, one_of, parse, positive, span


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("50-69", (50.0, 70.0)),
        ("20-29", (20.0, 30.0)),
        ("-5", (0.0, 5.0)),
        ("85-", (85.0, math.inf)),
        ("6plus", (6.0, math.inf)),
        ("6+", (6.0, math.inf)),
        ("3", (3.0, 4.0)),
    ],
)
def test_a_whole_number_stands_for_all_that_begins_with_it(text: str, expected: tuple[float, float]) -> None:
    """A range of whole numbers ends just before the next one, and an open beginning just before its end."""
    assert span("mm", text) == expected


@pytest.mark.parametrize("text", ["", "-", "a-b", "69-50", "1-2-3"])
def test_what_is_no_range_is_refused(text: str) -> None:
    """A range that is none is named with its key."""
    with pytest.raises(NotComputableError, match="age="):
        span("age", text)


def test_a_stratum_is_values_by_key() -> None:
    """Spaces and a last semicolon do not matter."""
    assert parse(" stage=III; age = 50-69;") == {"stage": "III", "age": "50-69"}


@pytest.mark.parametrize(("text", "reason"), [("stage", "key=value"), ("stage=I;stage=II", "twice")])
def test_a_malformed_stratum_is_refused(text: str, reason: str) -> None:
    """A part without a value, or a key that stands twice, has no meaning."""
    with pytest.raises(NotComputableError, match=reason):
        parse(text)


def test_the_order_of_keys_does_not_matter() -> None:
    """Two ways to write a stratum are one stratum."""
    assert canonical("stage=I;age=50-69") == canonical("age=50-69; stage=I")


def test_a_slip_is_told_with_what_was_probably_meant() -> None:
    """The nearest of the allowed values is named."""
    with pytest.raises(NotComputableError, match="nearest: liver"):
        one_of("site", "livr", ("liver", "lung"))


@pytest.mark.parametrize("text", ["0", "-3", "soon"])
def test_a_time_is_above_nothing(text: str) -> None:
    """Neither 0 nor a word is a time."""
    with pytest.raises(NotComputableError, match="months="):
        positive("months", text)
