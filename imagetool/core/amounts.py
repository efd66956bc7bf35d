"""Amounts as people read them."""

from __future__ import annotations


def shown_bytes(count: int) -> str:
    """`100 bytes`, `12 kB`, `3.4 MB` or `2.0 GB`, in steps of a thousand."""
    if count < 1000:
        return f"{count} bytes"
    if count < 100_000:
        return f"{count / 1e3:.0f} kB"
    return f"{count / 1e6:.1f} MB" if count < 1e9 else f"{count / 1e9:.1f} GB"
