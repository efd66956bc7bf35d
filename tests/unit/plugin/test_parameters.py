from __future__ import annotations

import math
from typing import Any

import pytest

from imagetool.plugin.errors import ParameterError, UnknownParameter
from imagetool.plugin.parameters import (
    AnyParameter,
    BoolParameter,
    ChoiceParameter,
    ColourParameter,
    FileParameter,
    FloatParameter,
    IntParameter,
    Params,
    SeedParameter,
    TextParameter,
)

FLAG = BoolParameter(id="tidy", label="Tidy", default=True)
COUNT = IntParameter(id="count", label="Count", default=3, min=1, max=9)
AMOUNT = FloatParameter(id="amount", label="Amount", default=0.5, min=0, max=1)
LOOK = ChoiceParameter(id="look", label="Look", default="soft", choices=(("soft", "Soft"), ("hard", "Hard")))
COLOUR = ColourParameter(id="tint", label="Tint")
WORDS = TextParameter(id="prompt", label="Prompt", max_length=8)
LINES = TextParameter(id="story", label="Story", lines=3)
SEED = SeedParameter(id="chance", label="Chance")
FILE = FileParameter(id="palette", label="Palette", suffixes=(".png", ".gpl"))
ALL: tuple[AnyParameter, ...] = (FLAG, COUNT, AMOUNT, LOOK)

REFUSED: list[tuple[AnyParameter, Any, str]] = [
    (FLAG, 1, "“tidy” cannot be 1: it takes true or false."),
    (FLAG, None, "“tidy” cannot be None: it takes true or false."),
    (COUNT, 0, "“count” cannot be 0: it takes a whole number from 1 to 9."),
    (COUNT, 10, "“count” cannot be 10: it takes a whole number from 1 to 9."),
    (COUNT, 2.0, "“count” cannot be 2.0: it takes a whole number from 1 to 9."),
    (COUNT, True, "“count” cannot be True: it takes a whole number from 1 to 9."),
    (AMOUNT, 1.01, "“amount” cannot be 1.01: it takes a number from 0 to 1."),
    (AMOUNT, math.nan, "“amount” cannot be nan: it takes a number from 0 to 1."),
    (AMOUNT, math.inf, "“amount” cannot be inf: it takes a number from 0 to 1."),
    (AMOUNT, False, "“amount” cannot be False: it takes a number from 0 to 1."),
    (LOOK, "loud", "“look” cannot be 'loud': it takes one of soft, hard."),
    (LOOK, 0, "“look” cannot be 0: it takes one of soft, hard."),
    (COLOUR, "red", "“tint” cannot be 'red': it takes a colour such as #4080ff."),
    (COLOUR, "#12345", "“tint” cannot be '#12345': it takes a colour such as #4080ff."),
    (COLOUR, "#123456\n", "“tint” cannot be '#123456\\n': it takes a colour such as #4080ff."),
    (WORDS, "123456789", "“prompt” cannot be '123456789': it takes a text of at most 8 characters."),
    (WORDS, "a\nb", "“prompt” cannot be 'a\\nb': it takes text without control characters."),
    (LINES, "a\x00b", "“story” cannot be 'a\\x00b': it takes text without control characters."),
    (SEED, -1, "“chance” cannot be -1: it takes a whole number from 0 to 2147483647."),
    (SEED, 2**31, "“chance” cannot be 2147483648: it takes a whole number from 0 to 2147483647."),
    (SEED, True, "“chance” cannot be True: it takes a whole number from 0 to 2147483647."),
    (FILE, "a.txt", "“palette” cannot be 'a.txt': it takes a file that ends in .png, .gpl."),
    (FILE, "a\x00.png", "“palette” cannot be 'a\\x00.png': it takes the path of a file."),
    (FILE, 3, "“palette” cannot be 3: it takes the path of a file."),
]


@pytest.mark.parametrize(("parameter", "value", "said"), REFUSED, ids=[said for _, _, said in REFUSED])
def test_a_value_that_does_not_fit_is_refused(parameter: AnyParameter, value: object, said: str) -> None:
    with pytest.raises(ParameterError) as caught:
        parameter.check(value)
    assert str(caught.value) == said


PARSED: list[tuple[AnyParameter, str, Any]] = [
    (FLAG, "Yes", True),
    (FLAG, "0", False),
    (COUNT, "9", 9),
    (AMOUNT, "0.25", 0.25),
    (AMOUNT, "1", 1.0),
    (LOOK, "hard", "hard"),
    (COLOUR, "#FF8000", "#ff8000"),
    (WORDS, "a cat", "a cat"),
    (LINES, "a\nb", "a\nb"),
    (SEED, "2147483647", 2**31 - 1),
    (FILE, "/home/A.PNG", "/home/A.PNG"),
    (FILE, "", ""),
]


@pytest.mark.parametrize(("parameter", "text", "value"), PARSED)
def test_a_text_becomes_a_value_of_the_parameters_type(parameter: AnyParameter, text: str, value: object) -> None:
    parsed = parameter.parse(text)
    assert (parsed, type(parsed)) == (value, type(value))


UNREADABLE: list[tuple[AnyParameter, str, str]] = [
    (FLAG, "maybe", "“tidy” cannot be 'maybe': it takes true or false."),
    (COUNT, "3.5", "“count” cannot be '3.5': it takes a whole number from 1 to 9."),
    (COUNT, "", "“count” cannot be '': it takes a whole number from 1 to 9."),
    (COUNT, "99", "“count” cannot be 99: it takes a whole number from 1 to 9."),
    (AMOUNT, "much", "“amount” cannot be 'much': it takes a number from 0 to 1."),
    (AMOUNT, "nan", "“amount” cannot be nan: it takes a number from 0 to 1."),
    (LOOK, "Soft", "“look” cannot be 'Soft': it takes one of soft, hard."),
]


@pytest.mark.parametrize(("parameter", "text", "said"), UNREADABLE, ids=[said for _, _, said in UNREADABLE])
def test_a_text_that_does_not_fit_is_refused(parameter: AnyParameter, text: str, said: str) -> None:
    with pytest.raises(ParameterError) as caught:
        parameter.parse(text)
    assert str(caught.value) == said


def test_a_value_of_thousands_of_digits_does_not_fill_the_screen() -> None:
    with pytest.raises(ParameterError) as caught:
        COUNT.parse("9" * 5000)
    assert len(str(caught.value)) < 150


def test_missing_values_are_the_defaults() -> None:
    assert dict(Params.checked(ALL, {})) == {"tidy": True, "count": 3, "amount": 0.5, "look": "soft"}
    assert dict(Params.parsed(ALL, {"count": "7"})) == {"tidy": True, "count": 7, "amount": 0.5, "look": "soft"}


UNKNOWN: list[tuple[tuple[AnyParameter, ...], str]] = [
    (ALL, "The model has no parameter “colour”. It has tidy, count, amount, look."),
    ((), "The model has no parameter “colour”. It has none."),
]


@pytest.mark.parametrize(("parameters", "said"), UNKNOWN)
def test_an_unknown_parameter_is_refused_with_the_known_ones(
    parameters: tuple[AnyParameter, ...], said: str
) -> None:
    for make in (Params.checked, Params.parsed):
        with pytest.raises(UnknownParameter) as caught:
            make(parameters, {"colour": "3"})
        assert str(caught.value) == said


def test_params_do_not_follow_the_dictionary_they_were_made_from() -> None:
    values: dict[str, Any] = {"count": 3}
    params = Params(values)
    values["count"] = 4
    assert params["count"] == 3
