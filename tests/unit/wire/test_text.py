from __future__ import annotations

import pytest

from imagetool.wire.text import plain, plain_lines

TABLE = [
    ("two\nlines\tand  more", "two lines and more"),
    ("\x1b[31mred", "�[31mred"),
    ("a\u202eb", "a�b"),  # turns the reading direction
    ("a\ud800b", "a�b"),  # half a character, which no file can hold
    ("naïve “Größe” 画像", "naïve “Größe” 画像"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "shown"), TABLE)
def test_only_what_can_be_shown_is_left(text: str, shown: str) -> None:
    assert plain(text, 100) == shown


def test_a_long_text_is_cut_where_it_still_fits() -> None:
    assert plain("x" * 50_000_000, 20) == "x" * 19 + "…"
    assert plain("x" * 20, 20) == "x" * 20


def test_lines_stay_lines_and_the_end_is_kept() -> None:
    assert plain_lines("a\tb\n\x1b[0mc", 100) == "a    b\n�[0mc"
    assert plain_lines("1\n2\n3", 3) == "2\n3"
