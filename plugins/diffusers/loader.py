"""The loader: a folder of the diffusers library becomes models, and files that cannot run code."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from imagetool.kit.checkpoint_errors import shown
from imagetool.plugin import CannotRun, Inspection, Job, Loader, Model, Task
from plugins.diffusers.components import copy_settings, copy_weights, weight_files
from plugins.diffusers.folder_index import INDEX, FolderIndex
from plugins.diffusers.foreign_json import MOST_BYTES
from plugins.diffusers.forms import model_tables
from plugins.diffusers.kinds import COMPONENTS
from plugins.diffusers.models import model_for
from plugins.diffusers.single_files import CHECKPOINT, refuse_alone, single_file
from plugins.diffusers.traits import traits_of

_LICENSE = re.compile(r"^license(?:_name)?:\s*[\"']?(?P<name>[\w.+-]{1,60})[\"']?\s*$", re.MULTILINE)
_WITHOUT_WEIGHTS = ("scheduler", "tokenizer", "tokenizer_2")


class Pipelines(Loader):
    """Takes folders with a model_index.json. Nothing of the diffusers library is needed to look into them."""

    def inspect(self, source: Path, target: Path, job: Job) -> Inspection:
        """Checks the folder and copies what its pipeline needs.

        Raises:
            NotMine: where it is no such folder, or a file that is no diffusion model.
            CannotRun: where the folder asks for code, or holds anything that is not known or damaged.
        """
        if not source.is_dir():
            job.progress(0.0, "reading")
            raise refuse_alone(source)
        index = FolderIndex.read(source)
        whole = single_file(source)
        settings: dict[str, Mapping[str, Any]] = {}
        for number, (name, which) in enumerate(index.classes.items()):
            job.progress(number / len(index.classes), name)
            settings[name] = copy_settings(name, which, source / name, target / name)
            if name in _WITHOUT_WEIGHTS:
                continue
            files = weight_files(source / name)
            if files:
                copy_weights(COMPONENTS[name][which], files, target / name, job.check)
            elif whole is None:
                raise CannotRun(f"The {name} of “{shown(source.name)}” has no weights; copy the whole folder.")
            elif not (target / CHECKPOINT).exists():
                copy_weights("", (whole,), target, job.check)
        (target / INDEX).write_text(json.dumps(index.table(), indent=1), "utf-8")
        traits = traits_of(index, settings, shown(source.name))
        files_made = sorted(path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file())
        summary = f"A {index.pipeline.removesuffix('Pipeline')} of the diffusers library."
        models = model_tables(index.kind, traits, files_made)
        return Inspection(shown(source.name), summary, _license(source), models)

    def model(self, task: Task) -> Model:
        """A model of that task."""
        return model_for(task)


def _license(folder: Path) -> str:
    """What the head of the folder's README says; `unknown` where it does not."""
    path = folder / "README.md"
    if path.is_symlink() or not path.is_file() or path.stat().st_size > MOST_BYTES:
        return "unknown"
    begin, head, *_ = [*path.read_text("utf-8", "replace").split("---", 2), "", ""]
    found = None if begin.strip() else _LICENSE.search(head)
    return found["name"] if found else "unknown"
