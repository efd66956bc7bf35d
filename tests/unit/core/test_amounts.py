from __future__ import annotations

import pytest

from imagetool.core.amounts import shown_bytes, shown_estimate, shown_seconds


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1 kB"), (12_345_678, "12.3 MB"), (2 * 10**9, "2.0 GB")],
)
def test_bytes(count: int, text: str) -> None:
    assert shown_bytes(count) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(1, "10 MB"), (84e6, "80 MB"), (994e6, "990 MB"), (996e6, "1.0 GB"), (1.31e9, "1.3 GB"), (20e9, "20.0 GB")],
)
def test_bytes_that_are_guessed_have_two_digits_or_so(count: float, text: str) -> None:
    assert shown_estimate(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "under 1 s"),
        (1.0, "1 s"),
        (99.4, "99 s"),
        (99.6, "2 min"),
        (3569.0, "59 min"),
        (3590.0, "1 h"),
        (4810.0, "1 h 20 min"),
    ],
)
def test_seconds(seconds: float, text: str) -> None:
    assert shown_seconds(seconds) == text
