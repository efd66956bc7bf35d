"""The `[[model.param]]` tables of a manifest, turned into parameters."""

from __future__ import annotations

import re
from typing import Any

from imagetool.plugin.errors import ParameterError
from imagetool.plugin.parameters import (
    AnyParameter,
    BoolParameter,
    ChoiceParameter,
    ColourParameter,
    FileParameter,
    FloatParameter,
    IntParameter,
    SeedParameter,
    TextParameter,
)
from imagetool.plugin.tables import TableReader

KINDS = ("bool", "int", "float", "choice", "colour", "text", "seed", "file")

_ID = r"[a-z][a-z0-9_]*"
_SUFFIX = r"\.[a-z0-9]{1,12}"
_MOST_TEXT, _MOST_LINES = 100_000, 40


def read_parameter(reader: TableReader) -> AnyParameter | None:
    """One parameter of a model's form; None where its type is unknown, with the problem noted."""
    kind = reader.text("type")
    shared: dict[str, Any] = {
        "id": reader.text("id", pattern=_ID),
        "label": reader.text("label"),
        "help": reader.text("help", ""),
        "advanced": reader.flag("advanced", default=False),
    }
    parameter = _read_kind(kind, reader, shared)
    if parameter is None:
        if kind:
            reader.problem("type", f"{kind!r} is not one of {', '.join(KINDS)}")
        return None
    reader.finish()
    if isinstance(parameter, IntParameter | FloatParameter) and parameter.step <= 0:
        reader.problem("step", "is not above 0")
    try:
        parameter.check(parameter.default)
    except ParameterError as error:
        reader.problem("default", f"{error.value!r} is not {error.expected}")
    return parameter


def _read_kind(kind: str, reader: TableReader, shared: dict[str, Any]) -> AnyParameter | None:
    match kind:
        case "bool":
            return BoolParameter(**shared, default=reader.flag("default", default=False))
        case "int":
            return IntParameter(
                **shared,
                default=reader.whole("default"),
                min=reader.whole("min"),
                max=reader.whole("max"),
                step=reader.whole("step", 1),
                unit=reader.text("unit", ""),
            )
        case "float":
            return FloatParameter(
                **shared,
                default=reader.number("default"),
                min=reader.number("min"),
                max=reader.number("max"),
                step=reader.number("step", 0.01),
                unit=reader.text("unit", ""),
            )
        case "choice":
            choices = tuple(_read_choice(choice) for choice in reader.tables("choices"))
            return ChoiceParameter(**shared, default=reader.text("default"), choices=choices)
        case "colour":
            return ColourParameter(**shared, default=reader.text("default", "#808080"))
        case "seed":
            return SeedParameter(**shared, default=reader.whole("default", 0))
        case "text":
            return _read_text(reader, shared)
        case "file":
            return _read_file(reader, shared)
    return None


def _read_text(reader: TableReader, shared: dict[str, Any]) -> TextParameter:
    max_length, lines = reader.whole("max_length", 2000), reader.whole("lines", 1)
    if not 1 <= max_length <= _MOST_TEXT:
        reader.problem("max_length", f"is not from 1 to {_MOST_TEXT}")
    if not 1 <= lines <= _MOST_LINES:
        reader.problem("lines", f"is not from 1 to {_MOST_LINES}")
    return TextParameter(**shared, default=reader.text("default", ""), max_length=max_length, lines=lines)


def _read_file(reader: TableReader, shared: dict[str, Any]) -> FileParameter:
    suffixes = reader.items("suffixes")
    if not all(isinstance(suffix, str) and re.fullmatch(_SUFFIX, suffix) for suffix in suffixes):
        reader.problem("suffixes", f"is not a list of texts of the form {_SUFFIX}")
        suffixes = []
    max_bytes = reader.whole("max_bytes", 64 * 1024**2)
    if max_bytes < 1:
        reader.problem("max_bytes", "is not above 0")
    return FileParameter(**shared, suffixes=tuple(suffixes), max_bytes=max_bytes)


def _read_choice(reader: TableReader) -> tuple[str, str]:
    choice = reader.text("value"), reader.text("label")
    reader.finish()
    return choice
