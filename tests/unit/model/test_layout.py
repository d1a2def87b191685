import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paget.model import layout

VOCABULARIES = [
    name
    for name, value in vars(layout).items()
    if isinstance(value, tuple) and name.isupper() and all(isinstance(word, str) for word in value)
]
ROWS = [name for name, value in vars(layout).items() if isinstance(value, np.dtype)]


def test_layout_has_its_vocabularies_and_rows() -> None:
    """The tests below see every closed table."""
    assert {"ORGANS", "TRAITS", "FUNNEL_STEPS", "PROCESSES", "CAUSES", "SEXES", "ROUTES"} <= set(VOCABULARIES)
    assert {"PATIENT", "COURSE", "LESION", "CLONE", "EFFECT", "WATCH", "STOP"} <= set(ROWS)


@pytest.mark.parametrize("name", VOCABULARIES)
def test_vocabulary_names_nothing_twice(name: str) -> None:
    """A word stands for one number only."""
    words = getattr(layout, name)
    assert len(set(words)) == len(words) > 0


@pytest.mark.parametrize("name", VOCABULARIES)
def test_words_can_be_typed(name: str) -> None:
    """Every word is a plain lower-case name."""
    assert all(word.isidentifier() and word == word.lower() for word in getattr(layout, name))


@given(st.sampled_from(VOCABULARIES), st.data())
def test_number_and_word_are_each_others_inverse(name: str, data: st.DataObject) -> None:
    """A code leads back to its word."""
    words = getattr(layout, name)
    word = data.draw(st.sampled_from(words))
    assert words[layout.code(words, word)] == word


@pytest.mark.parametrize("name", ROWS)
def test_rows_are_packed_as_in_c(name: str) -> None:
    """Fields follow each other without gaps and start on multiples of eight bytes."""
    row = getattr(layout, name)
    end = 0
    for field in row.names:
        kind, offset = row.fields[field][:2]
        assert offset == end
        assert offset % 8 == 0
        end += kind.itemsize
    assert row.itemsize == end


@pytest.mark.parametrize("name", ROWS)
def test_rows_survive_their_own_bytes(name: str) -> None:
    """What is written as bytes is read back the same."""
    rows = np.zeros(3, dtype=getattr(layout, name))
    assert np.frombuffer(rows.tobytes(), dtype=rows.dtype).tobytes() == rows.tobytes()


def test_organs_precede_beds_and_counts_agree() -> None:
    """The circulation's axis is the organs' axis with the beds after it."""
    assert len(layout.ORGANS) == layout.N_ORGANS
    assert layout.N_ORGANS + len(layout.BEDS) == layout.N_BEDS
    assert set(layout.ORGANS).isdisjoint(layout.BEDS)
    assert len(layout.TRAITS) == layout.N_TRAITS
    assert len(layout.FUNNEL_STEPS) == layout.N_STEPS


def test_random_streams_are_distinct() -> None:
    """Two streams never share a number, or their draws would be the same."""
    streams = [value for name, value in vars(layout).items() if name.startswith("STREAM_")]
    assert len(set(streams)) == len(streams) > 0
