"""Models on paper for all steps in which an old photo is restored, and what the first of them answers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imagetool.catalog.catalog import Catalog
from imagetool.plugin.manifest import Manifest
from imagetool.plugin.tasks import Task
from tests.fakes.papers import catalog_of, manifest_of


def damage_manifest() -> Manifest:
    """A plugin with the model that finds damage, as it is called in imagetool."""
    return _one("imagetool.damage", "damage", "Damage", Task.SCORE)


def restoring_catalog(*, finds: bool = True, colours: bool = True) -> Catalog:
    """Models of all tasks that are needed, or of all but some."""
    return catalog_of(
        *([damage_manifest()] if finds else []),
        manifest_of("org.example.fill", Task.INPAINT),
        manifest_of("org.example.denoise", Task.DENOISE),
        _one("imagetool.denoising", "photo", "Photo", Task.DENOISE),
        *([manifest_of("org.example.colour", Task.COLORIZE)] if colours else []),
    )


def scratched(width: int, height: int) -> NDArray[np.float32]:
    """A map (H, W, 1): a scratch of 4 px down the middle, certain at the top, hardly likely at the bottom."""
    probabilities = np.zeros((height, width, 1), np.float32)
    middle = width // 2
    probabilities[:, middle - 2 : middle + 2, 0] = np.linspace(1, 0.02, height, dtype=np.float32)[:, None]
    return probabilities


def _one(plugin: str, model: str, name: str, task: Task) -> Manifest:
    text = (
        f'manifest = 1\nid = "{plugin}"\nversion = "1.0"\nname = "{name}"\nlicense = "MIT"\nauthor = "Ada"\n'
        f'kind = "python"\n[[model]]\nid = "{model}"\nname = "{name}"\ntask = "{task}"\nentry = "m:M"\n'
    )
    return Manifest.parse(text, "The plugin on paper")
