"""The typed parameters of a model: what its form shows, and which values it takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from imagetool.plugin.errors import ParameterError, UnknownParameter

Value = bool | int | float | str

LARGEST_SEED = 2**31 - 1
"""Of a seed in a form; the job's own seed may have 63 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What all parameters have: an id for code and `--set`, a label and a help text for people."""

    id: str
    label: str
    help: str = ""
    advanced: bool = False

    def check(self, value: object) -> Value:
        """`value` as the parameter's own type; ParameterError where it does not fit."""
        raise NotImplementedError

    def parse(self, text: str) -> Value:
        """The value that a command line wrote; ParameterError where it does not fit."""
        return self.check(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoolParameter(Parameter):
    """Yes or no."""

    default: bool = False
    _WORDS: ClassVar[Mapping[str, bool]] = {
        "true": True,
        "yes": True,
        "1": True,
        "false": False,
        "no": False,
        "0": False,
    }

    def check(self, value: object) -> bool:
        """Only a real bool fits."""
        if not isinstance(value, bool):
            raise ParameterError(self.id, value, "true or false")
        return value

    def parse(self, text: str) -> bool:
        """True, yes, 1, false, no or 0."""
        if text.lower() not in self._WORDS:
            raise ParameterError(self.id, text, "true or false")
        return self._WORDS[text.lower()]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntParameter(Parameter):
    """A whole number from `min` to `max`, in steps of `step`; `unit` stands behind it in the form."""

    default: int
    min: int
    max: int
    step: int = 1
    unit: str = ""

    def check(self, value: object) -> int:
        """An int inside the range."""
        if isinstance(value, bool) or not isinstance(value, int) or not self.min <= value <= self.max:
            raise ParameterError(self.id, value, f"a whole number from {self.min} to {self.max}")
        return value

    def parse(self, text: str) -> int:
        """Decimal digits."""
        try:
            return self.check(int(text))
        except ValueError:
            raise ParameterError(self.id, text, f"a whole number from {self.min} to {self.max}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class FloatParameter(Parameter):
    """A number from `min` to `max`; `step` is what an arrow key changes."""

    default: float
    min: float
    max: float
    step: float = 0.01
    unit: str = ""

    def check(self, value: object) -> float:
        """A finite number inside the range."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not self.min <= value <= self.max:
            raise ParameterError(self.id, value, f"a number from {self.min:g} to {self.max:g}")
        return float(value)

    def parse(self, text: str) -> float:
        """A decimal number."""
        try:
            return self.check(float(text))
        except ValueError:
            raise ParameterError(self.id, text, f"a number from {self.min:g} to {self.max:g}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceParameter(Parameter):
    """One of several values; `choices` maps each value to the label shown for it."""

    default: str
    choices: tuple[tuple[str, str], ...]

    def check(self, value: object) -> str:
        """One of the values."""
        values = [choice for choice, _ in self.choices]
        if not isinstance(value, str) or value not in values:
            raise ParameterError(self.id, value, f"one of {', '.join(values)}")
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class ColourParameter(Parameter):
    """An sRGB colour, written `#rrggbb` in small letters."""

    default: str = "#808080"

    def check(self, value: object) -> str:
        """Six hexadecimal digits after a #; capitals become small letters."""
        if not isinstance(value, str) or not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
            raise ParameterError(self.id, value, "a colour such as #4080ff")
        return value.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class TextParameter(Parameter):
    """Words for the model, such as a prompt: at most `max_length` characters; several lines where `lines` > 1."""

    default: str = ""
    max_length: int = 2000
    lines: int = 1

    def check(self, value: object) -> str:
        """Text that can be shown; line breaks where there are several lines."""
        if not isinstance(value, str) or len(value) > self.max_length:
            raise ParameterError(self.id, value, f"a text of at most {self.max_length} characters")
        if not (value.replace("\n", "") if self.lines > 1 else value).isprintable():
            raise ParameterError(self.id, value, "text without control characters")
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedParameter(Parameter):
    """A second source of chance besides the job's own seed, from 0 to `LARGEST_SEED`."""

    default: int = 0

    def check(self, value: object) -> int:
        """A whole number that every random generator takes."""
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_SEED:
            raise ParameterError(self.id, value, f"a whole number from 0 to {LARGEST_SEED}")
        return value

    def parse(self, text: str) -> int:
        """Decimal digits."""
        if not text.isascii() or not text.isdigit() or len(text) > len(str(LARGEST_SEED)):
            raise ParameterError(self.id, text, f"a whole number from 0 to {LARGEST_SEED}")
        return self.check(int(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class FileParameter(Parameter):
    """A file of the user's, of one of the `suffixes`, or none (the empty text).

    The model never sees the user's folders: it is given the path of a copy, which lasts as long as the job.
    """

    default: str = ""
    suffixes: tuple[str, ...] = ()
    max_bytes: int = 64 * 1024**2

    def check(self, value: object) -> str:
        """A path with one of the suffixes; whether the file is there is seen when the job starts."""
        if not isinstance(value, str) or "\0" in value:
            raise ParameterError(self.id, value, "the path of a file")
        if value and self.suffixes and not value.lower().endswith(self.suffixes):
            raise ParameterError(self.id, value, f"a file that ends in {', '.join(self.suffixes)}")
        return value


AnyParameter = (
    BoolParameter
    | IntParameter
    | FloatParameter
    | ChoiceParameter
    | ColourParameter
    | TextParameter
    | SeedParameter
    | FileParameter
)


class Params(Mapping[str, Value]):
    """The values of a model's parameters, checked before they were put here; read as `params["strength"]`."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = dict(values)

    @classmethod
    def checked(cls, parameters: Iterable[AnyParameter], given: Mapping[str, object]) -> Params:
        """One value for each parameter: the given one, or its default.

        Raises:
            UnknownParameter: where a value is given for a parameter that is not there.
            ParameterError: where a value does not fit.
        """
        known = _known(parameters, given)
        return cls({name: it.check(given.get(name, it.default)) for name, it in known.items()})

    @classmethod
    def parsed(cls, parameters: Iterable[AnyParameter], texts: Mapping[str, str]) -> Params:
        """The same from texts, as a command line gives them."""
        known = _known(parameters, texts)
        return cls({name: it.parse(texts[name]) if name in texts else it.default for name, it in known.items()})

    def __getitem__(self, name: str) -> Value:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Params({self._values!r})"


def _known(parameters: Iterable[AnyParameter], given: Iterable[str]) -> dict[str, AnyParameter]:
    known = {parameter.id: parameter for parameter in parameters}
    for name in given:
        if name not in known:
            raise UnknownParameter(name, tuple(known))
    return known
