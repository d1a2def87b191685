import pickle
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paget import errors
from paget.errors import EntryError, MissingExtraError, PagetError, nearest

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, PagetError)]
WORDS = st.text(string.ascii_lowercase + "_", min_size=4, max_size=20)


def test_message_answers_every_question_in_order() -> None:
    """Fault first, then file, key, value, what is allowed, what was meant and what mends it."""
    error = EntryError("Wrong.", file="a.toml", key="b", value=3, allowed=["x", "y"], meant="x", fix="write x")
    told = [
        "Wrong.",
        "file:    a.toml",
        "key:     b",
        "value:   3",
        "allowed: x, y",
        "nearest: x",
        "fix:     write x",
    ]
    assert [line.strip() for line in str(error).splitlines()] == told


def test_message_leaves_out_what_is_not_known() -> None:
    """A fault alone is one line."""
    assert str(EntryError("Wrong.")) == "Wrong."


@pytest.mark.parametrize("kind", KINDS)
def test_error_crosses_between_processes_with_its_parts(kind: type[PagetError]) -> None:
    """A worker's error reads the same in the process that waits for it."""
    error = kind("Wrong.")
    error.fix, error.key = "mend it", "a.b"
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - this very process wrote it
    assert type(copy) is kind
    assert copy.parts() == error.parts()


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_ends_the_command_line_with_2(kind: type[PagetError]) -> None:
    """Bad input has one exit code."""
    assert kind.exit_code == 2


def test_missing_extra_names_the_command_that_installs_it() -> None:
    """Whoever lacks a package is told how to get it."""
    assert "pip install 'paget[dask]'" in str(MissingExtraError("A run on a cluster", "distributed", "dask"))


def test_long_values_are_shortened() -> None:
    """A pasted page does not flood the terminal."""
    assert len(str(EntryError("Wrong.", value="x" * 10_000))) < 300


@given(st.lists(WORDS, min_size=1, max_size=30))
def test_nearest_word_is_an_allowed_one(words: list[str]) -> None:
    """What is suggested can be written, and an exact word suggests itself."""
    assert nearest(words[0], words) == words[0]
    assert nearest(words[0][:-1], words) in {None, *words}


def test_case_and_hyphens_do_not_hide_the_nearest_word() -> None:
    """Lung-Adenocarcinoma is understood."""
    assert nearest("Lung-Adenocarcinoma", ["lung_adenocarcinoma", "lung_squamous"]) == "lung_adenocarcinoma"


def test_nothing_is_suggested_where_nothing_is_near() -> None:
    """A wild guess would mislead."""
    assert nearest("zzzz", ["prostate", "pancreas"]) is None
