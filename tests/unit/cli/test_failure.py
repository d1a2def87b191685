import pytest

from paget.cli.failure import fitted
from paget.errors import SettingError

ERROR = SettingError("There is none of these.", value="x", allowed=[f"name_{k}" for k in range(24)], fix="use one")


@pytest.mark.parametrize("width", [40, 80, 400])
def test_a_message_fits_the_terminal_and_keeps_every_word(width: int) -> None:
    """Long parts go on below themselves, and nothing is lost."""
    text = fitted(str(ERROR), width)
    assert max(len(line) for line in text.splitlines()) <= width
    assert text.split() == str(ERROR).split()


def test_continued_lines_stand_below_their_part() -> None:
    """The eye finds the names of the parts, and where each begins."""
    lines = fitted(str(ERROR), 60).splitlines()
    named = [line for line in lines if line.startswith("  ") and line[2] != " "]
    assert [line.split(":")[0].strip() for line in named] == ["value", "allowed", "fix"]
    assert all(line.startswith(" " * 11) for line in lines[1:] if line not in named)
