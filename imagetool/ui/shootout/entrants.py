"""What is compared: seeds of one model, several models, or one setting in several values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from imagetool.catalog.catalog import CatalogModel
from imagetool.plugin.parameters import (
    AnyParameter,
    BoolParameter,
    ChoiceParameter,
    FloatParameter,
    IntParameter,
    Params,
    Value,
)

MOST_ENTRANTS = 11
"""Beside the original that makes twelve cells, three rows of four."""

Varied: TypeAlias = BoolParameter | ChoiceParameter | IntParameter | FloatParameter
"""What can be tried in several values."""
_DECIMALS = 4


@dataclass(frozen=True, eq=False, slots=True)
class Entrant:
    """One cell: who runs with which values, and what it is called there."""

    name: str
    model: CatalogModel
    params: Params
    seed: int


def several_seeds(model: CatalogModel, params: Params, first: int, count: int) -> tuple[Entrant, ...]:
    """One model with `count` seeds from `first` on."""
    return tuple(Entrant(f"Seed {seed}", model, params, seed) for seed in range(first, first + count))


def several_models(models: Iterable[tuple[CatalogModel, Params]], seed: int) -> tuple[Entrant, ...]:
    """Each model with its own values and the same seed."""
    return tuple(Entrant(model.entry.name, model, params, seed) for model, params in models)


def several_values(
    model: CatalogModel, params: Params, seed: int, parameter: AnyParameter, values: Iterable[Value]
) -> tuple[Entrant, ...]:
    """One model with one parameter in several values."""
    return tuple(
        Entrant(
            f"{parameter.label} {shown_value(parameter, value)}",
            model,
            Params({**params, parameter.id: value}),
            seed,
        )
        for value in values
    )


def varied(parameters: Iterable[AnyParameter]) -> tuple[Varied, ...]:
    """Those that can be tried in several values."""
    return tuple(parameter for parameter in parameters if isinstance(parameter, Varied))


def all_values(parameter: AnyParameter) -> tuple[Value, ...]:
    """The values of a parameter that has only a few; none where it is a number."""
    match parameter:
        case BoolParameter():
            return (False, True)
        case ChoiceParameter():
            return tuple(value for value, _ in parameter.choices)[:MOST_ENTRANTS]
    return ()


def spread(parameter: IntParameter | FloatParameter, low: float, high: float, count: int) -> tuple[Value, ...]:
    """At most `count` values that the parameter takes, from `low` to `high`, evenly spaced, none twice."""
    step = (high - low) / max(1, count - 1)
    numbers = [min(max(low + step * place, parameter.min), parameter.max) for place in range(count)]
    if isinstance(parameter, IntParameter):
        return tuple(dict.fromkeys(round(number) for number in numbers))
    return tuple(dict.fromkeys(round(number, _DECIMALS) for number in numbers))


def shown_value(parameter: AnyParameter, value: Value) -> str:
    """A value as the form shows it."""
    match parameter:
        case BoolParameter():
            return "on" if value else "off"
        case ChoiceParameter():
            return dict(parameter.choices).get(str(value), str(value))
        case IntParameter() | FloatParameter():
            return f"{value:g} {parameter.unit}".strip()
    return str(value)
