"""The loader: a checkpoint of a known architecture becomes a model, and a file that cannot run code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import Tensor

from imagetool.kit.checkpoint_errors import CheckpointError, OtherFormat, TooLarge, shown
from imagetool.kit.checkpoints import read_checkpoint, write_checkpoint
from imagetool.kit.safetensor_files import read_metadata
from imagetool.plugin import CannotRun, Inspection, Job, Loader, NotMine, Task
from imagetool.plugin.models import Model
from plugins.spandrel.architectures import Unknown, recognised
from plugins.spandrel.guesses import guess
from plugins.spandrel.models import model_for
from plugins.spandrel.networks import Network, facts_of
from plugins.spandrel.traits import NotUsable, Traits, parameters_of, traits_of
from plugins.spandrel.trials import Failed, Findings, tried

FILE = "model.safetensors"

MOST_BYTES = 4 * 1000**3
"""Networks that spandrel knows are smaller; larger files are left to other loaders."""


class Checkpoints(Loader):
    """Takes checkpoints of the architectures that spandrel knows."""

    def inspect(self, source: Path, target: Path, job: Job) -> Inspection:
        """Reads the weights, finds their network, tries it, and writes them as safetensors.

        Raises:
            NotMine: where the file is no checkpoint, or its architecture is not known.
            CannotRun: where it would run code, is damaged, or its network does not work.
        """
        job.progress(0.0, "reading")
        state = _read(source)
        job.progress(0.05, "looking for its architecture")
        try:
            described, named = recognised(state)
        except Unknown as error:
            raise NotMine(_unknown(source, state, error.nearly)) from None
        try:
            traits = traits_of(described, source)
            findings = tried(described, traits.task, job)
            form = parameters_of(described, traits.task)
        except (NotUsable, Failed) as error:
            raise CannotRun(f"“{shown(source.name)}” {error}.") from None
        job.progress(0.9, "writing")
        network = Network(described, next(described.model.parameters()).device, findings.minimum_px)
        words = {"architecture": traits.architecture, "from": shown(source.name), **facts_of(network)}
        write_checkpoint(named, target / FILE, words)
        job.progress(1.0)
        return Inspection(traits.name, traits.summary, _licence(source), (_table(traits, findings, form),))

    def model(self, task: Task) -> Model:
        """A model of that task."""
        return model_for(task)


def _read(source: Path) -> dict[str, Tensor]:
    try:
        return read_checkpoint(source, MOST_BYTES)
    except (OtherFormat, TooLarge) as error:
        raise NotMine(str(error)) from None
    except CheckpointError as error:
        raise CannotRun(str(error)) from None


def _unknown(source: Path, state: dict[str, Tensor], nearly: str) -> str:
    begin = f"“{shown(source.name)}” holds weights of an architecture that is not known"
    if nearly:
        return f"{begin}: its names are those of {nearly}, but its shapes are not."
    names = ", ".join(f"“{shown(name)}”" for name in list(state)[:3])
    what = guess(state)
    looks = f"it looks like {what}; its" if what else "its"
    return f"{begin}: {looks} tensors begin with {names}."


def _licence(source: Path) -> str:
    words = read_metadata(source)
    return shown(words.get("modelspec.license") or words.get("license") or "unknown")


def _table(traits: Traits, findings: Findings, form: list[dict[str, Any]]) -> dict[str, Any]:
    table: dict[str, Any] = {
        "id": traits.id,
        "name": traits.name,
        "task": str(traits.task),
        "summary": traits.summary,
        "tile": {
            "size": findings.tile_px,
            "overlap": findings.overlap_px,
            "multiple_of": findings.multiple_of,
        },
        "precisions": list(findings.precisions),
        "weights": [{"file": FILE}],
    }
    if findings.whole:
        table["whole"] = True
    if form:
        table["param"] = form
    if traits.task is Task.INPAINT:
        table |= {"context": 1.0, "context_min_px": 128}
    return table
