"""What is shown of an inspected graph: its sentence, its form, its `[[model]]` table."""

from __future__ import annotations

import re
from typing import Any

from imagetool.plugin import Task
from plugins.onnx.colours import Colours, Order
from plugins.onnx.facts import Facts
from plugins.onnx.limits import Tiles

_LONGEST_ID, _LONGEST_NAME = 48, 60


def model_table(name: str, task: Task, facts: Facts, tiles: Tiles, file: str) -> dict[str, Any]:
    """As in a plugin.toml, without what imagetool fills in."""
    return {
        "id": _id_of(name),
        "name": name[:_LONGEST_NAME] or "ONNX model",
        "task": str(task),
        "summary": summary_of(task, facts, tiles),
        "tile": {"size": tiles.size_px, "overlap": facts.overlap_px, "multiple_of": facts.multiple_of},
        "whole": tiles.whole,
        "precisions": ["fp32"],
        "param": _parameters(task, facts),
        "weights": [{"file": file}],
    }


def summary_of(task: Task, facts: Facts, tiles: Tiles) -> str:
    """What was found, in one sentence."""
    did = {
        Task.UPSCALE: f"Enlarges {facts.scale} times",
        Task.DENOISE: "Takes noise away",
        Task.INPAINT: "Fills holes",
    }
    parts = [did.get(task, "Changes the picture")]
    parts.append({1: "knows one channel", 3: "colour", 4: "colour with opacity"}[facts.picture.channels])
    parts.append(_values_text(facts))
    if facts.picture.numbers != "float32":
        parts.append(f"numbers are {facts.picture.numbers}")
    if facts.fixed:
        parts.append(f"only {facts.fixed[1]}×{facts.fixed[0]} pixels at once")
    if facts.mask and not facts.hole_is_high:
        parts.append("its mask is 0 in the hole")
    if tiles.whole:
        parts.append("needs the whole picture")
    elif not facts.mask and not tiles.is_exact:
        parts.append("sees further than tiles overlap")
    return "; ".join(parts) + "."


def _values_text(facts: Facts) -> str:
    given, taken = facts.picture.values, facts.result.values
    return f"values {given}" if given is taken else f"values {given}, returns {taken}"


def _parameters(task: Task, facts: Facts) -> list[dict[str, Any]]:
    tables = []
    if task in (Task.DENOISE, Task.FILTER):
        tables.append(_strength())
    if facts.picture.channels == 1:
        tables.append(_colours(task))
    elif facts.picture.channels == 3:
        tables.append(_order())
    return tables


def _strength() -> dict[str, Any]:
    return {
        "id": "strength",
        "type": "float",
        "label": "Strength",
        "help": "0 leaves the picture as it is, 1 is the model's own result",
        "min": 0.0,
        "max": 1.0,
        "default": 1.0,
        "step": 0.05,
    }


def _colours(task: Task) -> dict[str, Any]:
    each = task in (Task.DENOISE, Task.INPAINT)
    return {
        "id": "colours",
        "type": "choice",
        "label": "Colours",
        "help": "The model knows one channel: give it the light alone, or red, green and blue one after the other",
        "default": str(Colours.EACH if each else Colours.LUMA),
        "choices": [
            {"value": str(Colours.LUMA), "label": "Light alone"},
            {"value": str(Colours.EACH), "label": "Each channel"},
        ],
        "advanced": True,
    }


def _order() -> dict[str, Any]:
    return {
        "id": "order",
        "type": "choice",
        "label": "Channels",
        "help": "The file does not say in which order it takes colours; try the other where the result is tinted",
        "default": str(Order.RGB),
        "choices": [
            {"value": str(Order.RGB), "label": "Red, green, blue"},
            {"value": str(Order.BGR), "label": "Blue, green, red"},
        ],
        "advanced": True,
    }


def _id_of(name: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_LONGEST_ID].strip("-")
    return slug if slug[:1].isalpha() else f"onnx-{slug}".strip("-")
