"""Whether a model works at the ends of all its parameters."""

from __future__ import annotations

from imagetool.jobs.conformance.bench import Bench, same
from imagetool.jobs.conformance.explanations import why_failed
from imagetool.jobs.conformance.pictures import job_on
from imagetool.jobs.conformance.report import Verdict, passed, skipped, warning
from imagetool.jobs.conformance.trials import Outcome, TooSlow
from imagetool.plugin.parameters import (
    LARGEST_SEED,
    AnyParameter,
    BoolParameter,
    ChoiceParameter,
    ColourParameter,
    FileParameter,
    FloatParameter,
    IntParameter,
    SeedParameter,
    TextParameter,
    Value,
)

_MOST_CHOICES = 12


def parameters(bench: Bench) -> Verdict:
    """Tries the least, the most and the default of each; says where one makes no difference."""
    tried, slow, idle = 0, [], []
    for parameter in bench.model.entry.parameters:
        outcomes: list[Outcome] = []
        for value in ends_of(parameter):
            outcome = bench.trials.run(job_on(bench.model, bench.usual, {parameter.id: value}))
            if isinstance(outcome.error, TooSlow):
                slow.append(f"{parameter.id} = {value}")
                continue
            if outcome.error:
                return why_failed(outcome, f"With {parameter.id} = {value!r}")
            outcomes.append(outcome)
            tried += 1
        if len(outcomes) > 1 and "same seed" not in bench.failed and all(same(outcomes[0], it) for it in outcomes):
            idle.append(parameter.id)
    if slow:
        return warning(
            f"Too slow to be tried: {', '.join(slow)}.", "Allow less, or say in its help how long it takes."
        )
    if idle:
        return warning(
            f"On the picture of the checks {', '.join(idle)} made no difference.",
            "Look whether run reads params[…] under that id.",
        )
    if not tried:
        return skipped("It has no parameters.")
    named = ", ".join(parameter.id for parameter in bench.model.entry.parameters)
    return passed(f"{tried} values of {named}.")


def ends_of(parameter: AnyParameter) -> tuple[Value, ...]:
    """The values of a parameter that are most likely to go wrong, its default among them."""
    values: tuple[Value, ...]
    match parameter:
        case BoolParameter():
            values = (False, True)
        case IntParameter() | FloatParameter():
            values = (parameter.min, parameter.max)
        case ChoiceParameter():
            values = tuple(value for value, _ in parameter.choices[:_MOST_CHOICES])
        case ColourParameter():
            values = ("#000000", "#ffffff")
        case TextParameter():
            values = ("", "a red fox in the snow, “soft” light"[: parameter.max_length])
        case SeedParameter():
            values = (0, LARGEST_SEED)
        case FileParameter():
            values = ("",)
    return tuple(dict.fromkeys((*values, parameter.default)))
