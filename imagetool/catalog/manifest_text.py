"""Writing a plugin.toml from plain values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def manifest_text(tables: Mapping[str, Any]) -> str:
    """TOML of a table; lists of tables become `[[key]]`, everything deeper is written inline.

    Takes texts, bools, whole numbers, finite floats, lists and tables of these.
    """
    lines = [f"{key} = {_inline(value)}" for key, value in tables.items() if not _is_tables(value)]
    for key, value in tables.items():
        if _is_tables(value):
            for table in value:
                lines += ["", f"[[{key}]]", *(f"{name} = {_inline(item)}" for name, item in table.items())]
    return "\n".join(lines) + "\n"


def _is_tables(value: object) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(item, Mapping) for item in value)


def _inline(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return repr(value)
        case str():
            return json.dumps(value, ensure_ascii=False).replace(
                "\x7f", "\\u007f"
            )  # a JSON string is a TOML string
        case Mapping():
            return "{ " + ", ".join(f"{_key(key)} = {_inline(item)}" for key, item in value.items()) + " }"
        case list() | tuple():
            return "[" + ", ".join(_inline(item) for item in value) + "]"
    raise TypeError(f"{type(value).__name__} cannot be written to a manifest")


def _key(name: str) -> str:
    return json.dumps(str(name), ensure_ascii=False)
