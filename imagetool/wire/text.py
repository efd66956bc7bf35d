"""Text from a model, made safe to show: no signs that steer a terminal or that no font and no file can hold."""

from __future__ import annotations


def plain(text: str, limit: int) -> str:
    """`text` on one line, at most `limit` characters, with every sign replaced that cannot be shown."""
    line = _shown(" ".join(text[: 4 * limit].split()))
    return line if len(line) <= limit else line[: limit - 1] + "…"


def plain_lines(text: str, limit: int) -> str:
    """The last `limit` characters of `text`, with every sign replaced that cannot be shown; lines stay lines."""
    return "\n".join(_shown(line.replace("\t", "    ")) for line in text[-limit:].splitlines())


def _shown(line: str) -> str:
    return "".join(sign if sign.isprintable() else "�" for sign in line)
