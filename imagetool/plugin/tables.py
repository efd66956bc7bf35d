"""Reading a TOML table strictly: every key is asked for once, and every problem is collected with its place."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Mapping
from typing import Any

from imagetool.plugin.errors import Problem

LARGEST_WHOLE = 2**31 - 1
_KINDS = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
}


class TableReader:
    """Takes keys out of one table; `finish` reports the keys that nobody asked for."""

    def __init__(self, table: Mapping[str, Any], place: str, problems: list[Problem]) -> None:
        self._table = dict(table)
        self._place = place
        self._problems = problems

    def problem(self, key: str, what: str) -> None:
        """Notes that the value at `key` is wrong."""
        self._problems.append(Problem(f"{self._place}.{key}" if self._place else key, what))

    def text(self, key: str, default: str | None = None, pattern: str | None = None) -> str:
        """A text that can be shown; required where there is no default; `pattern` must match all that is given."""
        given = isinstance(self._table.get(key), str)
        value: str = self._take(key, str, default, "")
        if not value.replace("\n", "").isprintable():
            self.problem(key, f"{value!r} has signs that cannot be shown")
        if pattern and given and not re.fullmatch(pattern, value):
            self.problem(key, f"{value!r} does not have the form {pattern}")
        return value

    def number(self, key: str, default: float | None = None) -> float:
        """A finite number, whole or not."""
        value: float = self._take(key, float, default, 0.0)
        if not math.isfinite(value):
            self.problem(key, f"{value!r} is not a finite number")
            return 0.0
        return value

    def whole(self, key: str, default: int | None = None, most: int = LARGEST_WHOLE) -> int:
        """A whole number, of at most 32 bits where nothing else is said, because no form shows larger ones."""
        value: int = self._take(key, int, default, 0)
        if abs(value) > most:
            self.problem(key, f"is larger than {most}")
            return 0
        return value

    def flag(self, key: str, default: bool | None = None) -> bool:
        """A bool."""
        value: bool = self._take(key, bool, default, False)
        return value

    def items(self, key: str) -> list[Any]:
        """A list; empty where the key is absent."""
        value: list[Any] = self._take(key, list, [], [])
        return value

    def table(self, key: str) -> TableReader:
        """A table inside this one; empty where the key is absent."""
        place = f"{self._place}.{key}" if self._place else key
        return TableReader(self._take(key, dict, {}, {}), place, self._problems)

    def tables(self, key: str) -> list[TableReader]:
        """A list of tables; empty where the key is absent."""
        readers = []
        for index, item in enumerate(self.items(key)):
            place = f"{self._place}.{key}[{index}]" if self._place else f"{key}[{index}]"
            if isinstance(item, dict):
                readers.append(TableReader(item, place, self._problems))
            else:
                self._problems.append(Problem(place, f"expected a table, got {item!r}"))
        return readers

    def finish(self) -> None:
        """Every key left over is a problem."""
        for key in self._table:
            self.problem(key, "is not a key that this version knows")

    def _take(self, key: str, kind: type, default: Any, fallback: Any) -> Any:
        if key not in self._table:
            if default is None:
                self.problem(key, "is missing")
                return fallback
            return default
        value = self._table.pop(key)
        fits = isinstance(value, int | float) if kind is float else isinstance(value, kind)
        if not fits or (isinstance(value, bool) and kind is not bool):
            self.problem(key, f"expected {_KINDS[kind]}, got {value!r:.60}")
            return fallback
        if kind is float:
            return math.inf if abs(value) > sys.float_info.max else float(value)
        return value
