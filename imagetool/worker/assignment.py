"""A job together with the model that has been loaded for it, and how to hear and answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch

from imagetool.plugin.models import Model
from imagetool.wire.messages import Message, Run

if TYPE_CHECKING:
    from imagetool.worker.inbox import Inbox


@dataclass(frozen=True, slots=True)
class Assignment:
    """What the tasks need; `figures` takes the numbers that the model tells about its result."""

    run: Run
    model: Model
    device: torch.device
    inbox: Inbox
    send: Callable[[Message], None]
    figures: dict[str, float] = field(default_factory=dict)
