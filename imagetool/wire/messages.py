"""Every message between editor and worker, as plain values; JSON is their only other form."""

from __future__ import annotations

import dataclasses
import sys
import types
import typing
from dataclasses import dataclass
from typing import Any, Union

from imagetool.wire.errors import BadFrame

Scalar = bool | int | float | str


@dataclass(frozen=True, slots=True)
class BufferRef:
    """Where pixels lie: a file of the host, and the array in it, row-major from the file's start."""

    path: str
    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True, slots=True)
class RectRef:
    """A half-open rectangle in the picture's pixels."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class MaskRef:
    """The mask (h, w) that covers `rect` of the picture, and how much around each hole the model sees."""

    pixels: BufferRef
    rect: RectRef
    context: float
    context_min_px: int


@dataclass(frozen=True, slots=True)
class PromptRef:
    """What the user pointed at, in pixels: points x, y, x, y … on the thing and beside it, and a box around it."""

    wanted: tuple[float, ...]
    unwanted: tuple[float, ...]
    box: RectRef | None


@dataclass(frozen=True, slots=True)
class TileRef:
    """How the model wants its tiles, in pixels."""

    size: int
    overlap: int
    multiple_of: int


@dataclass(frozen=True, slots=True)
class WeightsRef:
    """A file of weights: its name in the manifest, where it lies, and what it must hold."""

    file: str
    path: str
    sha256: str
    size: int


# From the editor to the worker


@dataclass(frozen=True, slots=True)
class Confinement:
    """What a worker may touch besides Python, its libraries and the graphics card; all paths are absolute.

    `writable[0]` is its scratch folder, where its temporary files and its home are. The files in the folders
    `pixels` may be changed, but not made, removed or cut.
    """

    readable: tuple[str, ...]
    writable: tuple[str, ...]
    network: bool
    max_file_bytes: int
    max_open_files: int
    pixels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Start:
    """The first message: what may be imported, how many processor threads to use (0: all), what may be touched."""

    import_paths: tuple[str, ...]
    threads: int
    confinement: Confinement | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One job. `source` is (H, W, 4) and read-only; a job that generates has one where it is to make more like it.

    `result` (h, w, 4) covers the mask's rectangle where there is a mask; without one it is the whole new picture.
    For a score it is (H, W, 1) float32, for a selection (H, W, 1) uint8, for generated pictures (count, H, W, 4).
    `hints` (H, W, 4) uint8 is opaque where the user gave a colour; it covers the mask's rectangle, too.

    A job in tiles has `seams`, flat and of the result's dtype, and `ledger`, one uint32 for each tile, laid out as
    `core.tile_plan` says; where they hold tiles of an earlier run, those are not computed again. `precision` is
    empty where the worker is to choose among `precisions`. `opacity`: the model is given that of the source, too.
    """

    job_id: str
    task: str
    module: str
    attribute: str
    params: dict[str, Scalar]
    seed: int
    device: str
    precisions: tuple[str, ...]
    tile: TileRef
    whole: bool
    weights: tuple[WeightsRef, ...]
    source: BufferRef | None
    mask: MaskRef | None
    hints: BufferRef | None
    prompt: PromptRef | None
    result: BufferRef
    preview: BufferRef
    seams: BufferRef | None = None
    ledger: BufferRef | None = None
    precision: str = ""
    opacity: bool = False


@dataclass(frozen=True, slots=True)
class Inspect:
    """Look into a file with a loader, and write what is needed of it to the empty folder `target`."""

    job_id: str
    module: str
    attribute: str
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop that job at the next opportunity."""

    job_id: str


@dataclass(frozen=True, slots=True)
class PreviewTaken:
    """The preview buffer may be written again."""

    job_id: str


@dataclass(frozen=True, slots=True)
class View:
    """What of the picture the user looks at; its tiles come first."""

    job_id: str
    rect: RectRef


@dataclass(frozen=True, slots=True)
class Hold:
    """Wait, or go on, at the next opportunity."""

    job_id: str
    held: bool


@dataclass(frozen=True, slots=True)
class Free:
    """Forget all loaded models and give their memory back, once no job runs."""


# From the worker to the editor


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker has started and waits for jobs; `enforced` names what of its confinement the system sees to."""

    pid: int
    enforced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of a job is done, 0 to 1, and what is being done."""

    job_id: str
    done: float
    text: str


@dataclass(frozen=True, slots=True)
class Preview:
    """The preview buffer holds (height, width, 3) uint8 that covers `rect` of the picture.

    Where `count` is above 1 it is a grid of so many new pictures, as `core.grids` says.
    """

    job_id: str
    rect: RectRef
    width: int
    height: int
    count: int = 1


@dataclass(frozen=True, slots=True)
class Done:
    """The result buffer is filled."""

    job_id: str
    device: str
    precision: str
    seconds: float
    tiles: int
    peak_rss_mb: float
    figures: dict[str, float]
    base_rss_mb: float = 0.0  # before the first tile, with the model loaded
    gpu_peak_mb: float = 0.0


@dataclass(frozen=True, slots=True)
class DeviceRef:
    """A device that models can run on: `id` as torch names it, a name for people, and its memory (0: the RAM)."""

    id: str
    name: str
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class Devices:
    """What was found once torch had been imported, the one that “auto” means first."""

    devices: tuple[DeviceRef, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A line for the job's log; `plain` ones are for the user's eyes, too: something was done otherwise.

    `precision` is what the job goes on in, where that is what was changed.
    """

    job_id: str
    text: str
    plain: bool = False
    precision: str = ""


@dataclass(frozen=True, slots=True)
class Exhausted:
    """The memory of `device` was not enough; the job is over unless it is tried in another way.

    `precision` is what was computed in; empty where it did not come so far.
    """

    job_id: str
    device: str
    details: str
    precision: str = ""


@dataclass(frozen=True, slots=True)
class Inspected:
    """What the loader found; `models` is a JSON list of tables as in a manifest."""

    job_id: str
    name: str
    summary: str
    license: str
    models: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The loader does not take the file; another one may, unless the refusal is `final`."""

    job_id: str
    sentence: str
    final: bool


@dataclass(frozen=True, slots=True)
class Stopped:
    """The job was cancelled."""

    job_id: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The job failed: a sentence for the user, and the details for the log."""

    job_id: str
    sentence: str
    details: str


ToWorker = Start | Run | Inspect | Cancel | PreviewTaken | View | Hold | Free
ToEditor = Ready | Devices | Progress | Preview | Note | Done | Exhausted | Inspected | Refused | Stopped | Failed
Message = ToWorker | ToEditor
TO_WORKER: tuple[type, ...] = typing.get_args(ToWorker)
TO_EDITOR: tuple[type, ...] = typing.get_args(ToEditor)


def to_json(message: Message) -> dict[str, Any]:
    """The message as JSON values, with its kind."""
    return {"kind": type(message).__name__, **dataclasses.asdict(message)}


def from_json(value: Any, allowed: tuple[type, ...]) -> Any:
    """The message that `value` describes.

    Raises:
        BadFrame: where it is none of the `allowed` kinds, a field is missing, unknown or of another type.
    """
    kinds = {kind.__name__: kind for kind in allowed}
    name = value.get("kind") if isinstance(value, dict) else None
    if not isinstance(name, str) or name not in kinds:
        raise BadFrame("its kind is not known")
    fields = {key: item for key, item in value.items() if key != "kind"}
    return _built(kinds[name], fields)


def _built(kind: type, fields: dict[str, Any]) -> Any:
    hints = typing.get_type_hints(kind)
    if fields.keys() != hints.keys():
        raise BadFrame(f"{kind.__name__} has the fields {sorted(fields)}, not {sorted(hints)}")
    return kind(**{name: _fitted(value, hints[name], f"{kind.__name__}.{name}") for name, value in fields.items()})


def _fitted(value: Any, hint: Any, place: str) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type) and isinstance(value, dict):
        return _built(hint, value)
    if origin is tuple and isinstance(value, list | tuple):
        return tuple(_fitted(item, arguments[0], place) for item in value)
    if origin is dict and isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: _fitted(item, arguments[1], place) for key, item in value.items()}
    if origin in (types.UnionType, Union):
        return _fitted_to_one(value, arguments, place)
    if hint is float and type(value) in (int, float) and abs(value) <= sys.float_info.max:
        return float(value)
    if type(value) is hint and hint is not float:
        return value
    raise BadFrame(f"{place} is {value!r:.80}")


def _fitted_to_one(value: Any, hints: tuple[Any, ...], place: str) -> Any:
    """A value of a union: one of plain types, or None or a dataclass."""
    if type(value) in hints:
        return value
    if isinstance(value, dict):
        for hint in hints:
            if dataclasses.is_dataclass(hint):
                return _fitted(value, hint, place)
    raise BadFrame(f"{place} is {value!r:.80}")
