"""The models of a pipeline as a manifest has them: their forms, and what they need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from imagetool.plugin import Task
from plugins.diffusers.kinds import Kind, Way
from plugins.diffusers.traits import Traits

_SMALLEST_PX, _LARGEST_PX = 32, 4096


def model_tables(kind: Kind, traits: Traits, files: Sequence[str]) -> tuple[dict[str, Any], ...]:
    """One model for each thing that the pipeline can do; a network that expects a hole can only fill."""
    tables = []
    if not traits.inpainting_only:
        what = "from a text" if kind.way is Way.TEXT else "like those it was trained on"
        table = _table(Task.GENERATE, "Generate", f"Makes pictures {what}.", traits, files)
        tables.append(table | {"param": [*_texts(kind), _steps(traits), *_guidance(kind)]})
    if kind.inpaints:
        table = _table(Task.INPAINT, "Fill", "Fills holes with what a text says.", traits, files)
        params = [*_texts(kind), _steps(traits), *_guidance(kind), _strength(), _side(traits)]
        tables.append(table | {"context": 1.0, "context_min_px": 64, "param": params})
    return tuple(tables)


def _table(task: Task, name: str, summary: str, traits: Traits, files: Sequence[str]) -> dict[str, Any]:
    return {
        "id": str(task),
        "name": name,
        "task": str(task),
        "summary": summary,
        "whole": True,
        "tile": {"size": min(_LARGEST_PX, max(_SMALLEST_PX, traits.side_px)), "overlap": 0, "multiple_of": 1},
        "weights": [{"file": file} for file in files],
    }


def _texts(kind: Kind) -> list[dict[str, Any]]:
    if kind.way is not Way.TEXT:
        return []
    return [
        {
            "id": "prompt",
            "type": "text",
            "label": "Prompt",
            "default": "",
            "max_length": 1000,
            "lines": 3,
            "help": "What the picture shows, in the words of the pictures the model has learned from",
        },
        {
            "id": "negative",
            "type": "text",
            "label": "Negative prompt",
            "default": "",
            "max_length": 1000,
            "help": "What it does not show",
        },
    ]


def _steps(traits: Traits) -> dict[str, Any]:
    return {
        "id": "steps",
        "type": "int",
        "label": "Steps",
        "default": traits.steps,
        "min": 1,
        "max": traits.most_steps,
        "help": "More take longer and are mostly better",
    }


def _guidance(kind: Kind) -> list[dict[str, Any]]:
    if kind.way is not Way.TEXT:
        return []
    return [
        {
            "id": "guidance",
            "type": "float",
            "label": "Guidance",
            "default": kind.guidance,
            "min": 0.0,
            "max": 30.0,
            "step": 0.5,
            "help": "How closely it keeps to the prompt; the negative one works above 1",
        }
    ]


def _strength() -> dict[str, Any]:
    return {
        "id": "strength",
        "type": "float",
        "label": "Strength",
        "default": 1.0,
        "min": 0.05,
        "max": 1.0,
        "step": 0.05,
        "help": "How much of the old content goes; at 1 all of it",
    }


def _side(traits: Traits) -> dict[str, Any]:
    default = min(_LARGEST_PX, max(traits.multiple_of, traits.side_px))
    return {
        "id": "side",
        "type": "int",
        "label": "Working size",
        "unit": "px",
        "default": default,
        "advanced": True,
        "min": min(default, _SMALLEST_PX),
        "max": max(default, _LARGEST_PX),
        "step": traits.multiple_of,
        "help": "The longer side at which the model sees the hole and its surroundings",
    }
