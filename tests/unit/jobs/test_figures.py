from __future__ import annotations

import pytest

from imagetool.jobs.figures import figure_words

TABLE: list[tuple[dict[str, float], list[str]]] = [
    ({}, []),
    ({"noise level": 12.54, "bits": 3.0}, ["noise level 12.5", "bits 3"]),
    ({"bits_per_dim": 3.214}, ["3.21 bits per value"]),
    ({"bits_per_dim_corrected": -0.4, "bits_per_dim": 3.21}, ["3.21 bits per value (corrected −0.40)"]),
    (
        {"bits_per_dim": 3.21, "labels": 2, "bits_per_dim_corrected": -0.4, "bits_per_dim_ratio": -1.5},
        ["3.21 bits per value (corrected −0.40, beside the background −1.50)", "labels 2"],
    ),
    ({"bits_per_dim_corrected": 1.0}, ["bits_per_dim_corrected 1"]),
]


@pytest.mark.parametrize(("figures", "words"), TABLE)
def test_what_a_model_tells_in_words(figures: dict[str, float], words: list[str]) -> None:
    assert figure_words(figures) == words
