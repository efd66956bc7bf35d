"""The fenced blocks of a document that are marked with a comment above them."""

from __future__ import annotations

import re

_BLOCK = r"<!-- {mark} -->\s*\n```(?:console|bash)\n(?P<body>.*?)\n```"


def marked_blocks(text: str, mark: str) -> list[str]:
    """The bodies of all `console` and `bash` blocks directly under `<!-- mark -->`."""
    return [found["body"] for found in re.finditer(_BLOCK.format(mark=re.escape(mark)), text, re.DOTALL)]


def commands(block: str) -> str:
    """A block as a script: where it shows a dialogue, only the lines after a `$`."""
    lines = block.splitlines()
    if any(line.startswith("$ ") for line in lines):
        lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
    return "\n".join(lines)
