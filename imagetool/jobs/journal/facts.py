"""What a job is: by these facts it is recognised again, in another process and after a crash."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from imagetool import __version__
from imagetool.core.geometry import Size
from imagetool.jobs.recipe import sha256_of_source
from imagetool.jobs.request import Request
from imagetool.plugin.parameters import FileParameter, Value
from imagetool.plugin.tasks import Task

_PROGRAM = ("imagetool", "plugin_version", "weights_sha256")
_MOST_PARAMS, _MOST_TEXT = 1000, 100_000


@dataclass(frozen=True, slots=True)
class Facts:
    """Two jobs whose facts are equal have the same result, byte for byte, where they are tried in the same way.

    Attributes:
        imagetool: The version that ran.
        task: What is done.
        model: The model's id, with the plugin's before it.
        plugin_version: The plugin's version.
        weights_sha256: As `CatalogModel.weights_sha256`.
        params: The values of the form.
        files: SHA-256 of the files that parameters name, by parameter.
        seed: Of every random choice.
        device: As it was asked for.
        precision: As it was asked for; empty for the best.
        tile_px: As it was asked for; 0 for the largest.
        source_size: Width and height of the picture.
        dtype: Of the picture.
        target_size: Width and height of the result.
        source_sha256: Of the picture's decoded RGBA bytes.
    """

    imagetool: str
    task: str
    model: str
    plugin_version: str
    weights_sha256: str | None
    params: Mapping[str, Value]
    files: Mapping[str, str]
    seed: int
    device: str
    precision: str
    tile_px: int
    source_size: Size
    dtype: str
    target_size: Size
    source_sha256: str

    @classmethod
    def of(cls, request: Request, source_sha256: str = "") -> Facts:
        """The facts of a job in tiles; reads all pixels where their hash is not known already.

        Raises:
            OSError: where a file that a parameter names cannot be read.
        """
        source, model = request.source, request.model
        assert source is not None  # noqa: S101 - there are no tiles without a picture
        return cls(
            imagetool=__version__,
            task=model.entry.task.value,
            model=model.id,
            plugin_version=str(model.plugin.manifest.version),
            weights_sha256=model.weights_sha256,
            params=dict(request.params),
            files=_sha256_of_files(request),
            seed=request.seed,
            device=request.device,
            precision=request.precision,
            tile_px=request.tile_px,
            source_size=source.size,
            dtype=source.dtype.name,
            target_size=request.target or source.size,
            source_sha256=source_sha256 or sha256_of_source(source),
        )

    def differs_in(self, other: Facts) -> tuple[str, ...]:
        """The names of what is not the same."""
        return tuple(
            field.name for field in fields(self) if getattr(self, field.name) != getattr(other, field.name)
        )

    def is_older(self, other: Facts) -> bool:
        """Whether it is the same job of other code or other weights, whose tiles do not fit those of `other`."""
        differs = self.differs_in(other)
        return bool(differs) and set(differs) <= set(_PROGRAM)

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: object) -> Facts:
        """The facts that a file holds, which anybody may have written.

        Raises:
            ValueError: where they are none.
        """
        if not isinstance(value, dict) or value.keys() != {field.name for field in fields(cls)}:
            raise ValueError("not the facts of a job")
        return cls(
            imagetool=_text(value["imagetool"]),
            task=Task(_text(value["task"])).value,
            model=_text(value["model"]),
            plugin_version=_text(value["plugin_version"]),
            weights_sha256=None if value["weights_sha256"] is None else _text(value["weights_sha256"]),
            params=_values(value["params"]),
            files={key: _text(text) for key, text in _values(value["files"]).items()},
            seed=_whole(value["seed"]),
            device=_text(value["device"]),
            precision=_text(value["precision"]),
            tile_px=_whole(value["tile_px"]),
            source_size=_size(value["source_size"]),
            dtype=_dtype(value["dtype"]),
            target_size=_size(value["target_size"]),
            source_sha256=_text(value["source_sha256"]),
        )


def _sha256_of_files(request: Request) -> dict[str, str]:
    found = {}
    for parameter in request.model.entry.parameters:
        named = str(request.params[parameter.id]) if isinstance(parameter, FileParameter) else ""
        if named:
            with Path(named).open("rb") as file:
                found[parameter.id] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > _MOST_TEXT:
        raise ValueError(f"not a text: {value!r:.80}")
    return value


def _dtype(value: object) -> str:
    if value not in ("uint8", "uint16"):
        raise ValueError(f"not the depth of a picture: {value!r:.80}")
    return str(value)


def _whole(value: object) -> int:
    if type(value) is not int or not 0 <= value < 2**63:
        raise ValueError(f"not a whole number: {value!r:.80}")
    return value


def _size(value: object) -> Size:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError(f"not a size: {value!r:.80}")
    return Size(*(_whole(side) for side in value))


def _values(value: object) -> dict[str, Value]:
    if not isinstance(value, dict) or len(value) > _MOST_PARAMS:
        raise ValueError(f"not values by name: {value!r:.80}")
    for one in value.values():
        if not isinstance(one, bool | int | float | str) or (isinstance(one, float) and not math.isfinite(one)):
            raise ValueError(f"not a value: {one!r:.80}")
    return {_text(key): one for key, one in value.items()}
