"""model_index.json: what a folder's pipeline is, and the class of each of its components."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imagetool.kit.checkpoint_errors import shown
from imagetool.plugin import CannotRun, NotMine
from plugins.diffusers.foreign_json import read_table
from plugins.diffusers.kinds import COMPONENTS, KINDS, LEFT_OUT, Kind

INDEX = "model_index.json"

_SETTINGS = {"force_zeros_for_empty_prompt": bool, "requires_aesthetics_score": bool}
_IGNORED = {"add_watermarker", "requires_safety_checker"}


@dataclass(frozen=True, slots=True)
class FolderIndex:
    """What a folder's index says: only names that are in `kinds`.

    Attributes:
        pipeline: A key of KINDS.
        classes: The class of each component that is needed.
        settings: Settings of the pipeline itself.
    """

    pipeline: str
    classes: Mapping[str, str]
    settings: Mapping[str, bool]

    @property
    def kind(self) -> Kind:
        """The kind of pipeline."""
        return KINDS[self.pipeline]

    @classmethod
    def read(cls, folder: Path) -> FolderIndex:
        """Reads the index of a folder.

        Raises:
            NotMine: where there is none.
            CannotRun: where it is damaged, asks for code, or names anything that is not known.
        """
        path = folder / INDEX
        if not path.is_file() and not path.is_symlink():
            raise NotMine(f"“{shown(folder.name)}” has no {INDEX}, so it is no folder of the diffusers library.")
        table = {name: value for name, value in read_table(path).items() if name not in _IGNORED}
        pipeline = table.pop("_class_name", None)
        if isinstance(pipeline, list):
            raise CannotRun(f"“{shown(folder.name)}” brings code of its own for its pipeline, which is not run.")
        if not isinstance(pipeline, str) or pipeline not in KINDS:
            known = ", ".join(sorted(KINDS))
            raise CannotRun(
                f"“{shown(folder.name)}” is a {shown(pipeline)}, which is not known here; known are {known}."
            )
        classes = {name: _class_of(folder, name, table.pop(name, None)) for name in KINDS[pipeline].needs}
        return cls(pipeline, classes, _settings(folder, table))

    def table(self) -> dict[str, Any]:
        """What is written in its place: the same, without what is not needed."""
        named = {name: [COMPONENTS[name][which], which] for name, which in self.classes.items()}
        return {"_class_name": self.pipeline, **named, **self.settings}


def _class_of(folder: Path, name: str, value: object) -> str:
    match value:
        case [str(library), str(which)] if COMPONENTS[name].get(which) == library:
            return which
        case [str(library), str(which)]:
            known = ", ".join(COMPONENTS[name])
            what = shown(f"{library}.{which}")
            raise CannotRun(
                f"The {name} of “{shown(folder.name)}” is a {what}, which is not known here; known are {known}."
            )
        case None | [None, None]:
            raise CannotRun(f"“{shown(folder.name)}” has no {name}, which its pipeline needs.")
    raise CannotRun(f"“{shown(folder.name)}” says of its {name} neither a library nor a class.")


def _settings(folder: Path, table: Mapping[str, object]) -> dict[str, bool]:
    """What is left of an index: settings, and components that a pipeline works without."""
    settings = {}
    for name, value in table.items():
        if name.startswith("_") or name in LEFT_OUT or value in (None, [None, None]):
            continue
        kind = _SETTINGS.get(name)
        if kind is None or not isinstance(value, kind):
            raise CannotRun(f"“{shown(folder.name)}” has {shown(name)} in its index, which is not known here.")
        settings[name] = value
    return settings
