"""Amounts as people read them."""

from __future__ import annotations


def shown_bytes(count: int) -> str:
    """`100 bytes`, `12 kB`, `3.4 MB` or `2.0 GB`, in steps of a thousand."""
    if count < 1000:
        return f"{count} bytes"
    if count < 100_000:
        return f"{count / 1e3:.0f} kB"
    return f"{count / 1e6:.1f} MB" if count < 1e9 else f"{count / 1e9:.1f} GB"


def shown_estimate(count: float) -> str:
    """A number of bytes that is only guessed: `90 MB` or `1.3 GB`."""
    return f"{max(1, round(count / 1e7)) * 10} MB" if count < 0.995e9 else f"{count / 1e9:.1f} GB"


def shown_seconds(seconds: float) -> str:
    """A time that is only guessed: `under 1 s`, `12 s`, `3 min` or `1 h 20 min`."""
    if seconds < 1:
        return "under 1 s"
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    parts = [f"{count} {unit}" for count, unit in ((hours, "h"), (minutes, "min")) if count]
    return " ".join(parts)
