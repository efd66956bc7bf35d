"""The state of a training on disk, from which it goes on exactly where it stopped."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from imagetool.training.errors import CannotResume

FILE_NAME = "checkpoint.pt"
_VERSION = 2


@dataclass(frozen=True, eq=False, slots=True)
class Checkpoint:
    """`elapsed_s` seconds and `step` steps into a training; the rest are state dictionaries.

    That of the adversary is empty where there is none.
    """

    recipe: str
    step: int
    elapsed_s: float
    network: Mapping[str, Any]
    averaged: Mapping[str, Any]
    optimiser: Mapping[str, Any]
    adversary: Mapping[str, Any]

    def save(self, folder: Path) -> None:
        """Replaces the folder's checkpoint in one step, so that a kill leaves the old one or the new one."""
        target = folder / FILE_NAME
        part = target.with_suffix(".part")
        content = {name: getattr(self, name) for name in self.__slots__}
        torch.save({"version": _VERSION, **content}, part)
        with part.open("r+b") as file:
            os.fsync(file.fileno())
        part.replace(target)

    @classmethod
    def load(cls, folder: Path, recipe: str) -> Checkpoint:
        """Reads the folder's checkpoint.

        Raises:
            CannotResume: where there is none, or it was made by another recipe.
        """
        path = folder / FILE_NAME
        try:
            content = torch.load(path, map_location="cpu", weights_only=True)
        except FileNotFoundError:
            raise CannotResume(path, "there is no such file") from None
        except Exception as error:  # noqa: BLE001 - torch raises whatever a damaged file makes it meet
            raise CannotResume(path, f"it cannot be read ({error})") from None
        if not isinstance(content, dict) or content.pop("version", None) != _VERSION:
            raise CannotResume(path, "it was made by another version")
        if set(content) != set(cls.__slots__):
            raise CannotResume(path, "it is not whole")
        if content["recipe"] != recipe:
            raise CannotResume(path, "the recipe has changed since")
        return cls(**content)
