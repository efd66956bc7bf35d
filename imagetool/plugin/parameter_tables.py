"""The `[[model.param]]` tables of a manifest, turned into parameters."""

from __future__ import annotations

from typing import Any

from imagetool.plugin.errors import ParameterError
from imagetool.plugin.parameters import (
    AnyParameter,
    BoolParameter,
    ChoiceParameter,
    FloatParameter,
    IntParameter,
)
from imagetool.plugin.tables import TableReader

_ID = r"[a-z][a-z0-9_]*"


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
            reader.problem("type", f"{kind!r} is not one of bool, int, float, choice")
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
    return None


def _read_choice(reader: TableReader) -> tuple[str, str]:
    choice = reader.text("value"), reader.text("label")
    reader.finish()
    return choice
