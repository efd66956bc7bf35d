"""The numbers that a model tells about a picture, in the words of a sentence."""

from __future__ import annotations

from collections.abc import Mapping

BITS = "bits_per_dim"
"""Of each value of a picture, minus the base-2 logarithm of its probability."""

CORRECTED_BITS, RATIO_BITS = f"{BITS}_corrected", f"{BITS}_ratio"
"""The same, less what a lossless codec needs, and less what a background model needs."""

_BESIDE = {CORRECTED_BITS: "corrected", RATIO_BITS: "beside the background"}


def figure_words(figures: Mapping[str, float]) -> list[str]:
    """Each figure with its name, those that belong together as one: “3.21 bits per value (corrected −0.40)”."""
    if BITS not in figures:
        return [f"{name} {value:.3g}" for name, value in figures.items()]
    beside = [f"{words} {_bits(figures[name])}" for name, words in _BESIDE.items() if name in figures]
    bits = f"{_bits(figures[BITS])} bits per value" + (f" ({', '.join(beside)})" if beside else "")
    others = [f"{name} {value:.3g}" for name, value in figures.items() if name != BITS and name not in _BESIDE]
    return [bits, *others]


def _bits(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
