"""A device that models can run on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from imagetool.wire import messages
from imagetool.wire.text import plain

AUTO = "auto"
"""Stands for the fastest device there is."""

_MOST_DEVICES, _NAME_LENGTH = 64, 100
_ID = re.compile(r"[a-z]{1,20}(:[0-9]{1,4})?")


@dataclass(frozen=True, slots=True)
class Device:
    """As a worker has found it.

    Attributes:
        id: As torch names it: `cpu`, `cuda:0`, `mps`.
        name: For people, such as “NVIDIA H200”.
        memory_bytes: Its own memory; 0 where it uses the computer's.
    """

    id: str
    name: str
    memory_bytes: int


def devices_of(message: messages.Devices) -> tuple[Device, ...]:
    """The devices that a worker names, as far as they can be any."""
    return tuple(
        Device(ref.id, plain(ref.name, _NAME_LENGTH), max(0, ref.memory_bytes))
        for ref in message.devices[:_MOST_DEVICES]
        if _ID.fullmatch(ref.id)
    )
