"""One `[[model]]` of a plugin.toml."""

from __future__ import annotations

from dataclasses import dataclass

from imagetool.plugin.parameter_tables import read_parameter
from imagetool.plugin.parameters import AnyParameter
from imagetool.plugin.tables import TableReader
from imagetool.plugin.tasks import Task
from imagetool.plugin.weights import WeightsFile

PRECISIONS = ("fp32", "bf16", "fp16")
"""What a model may say it can compute in; fp32 always."""

OPACITY_TASKS = (Task.INPAINT, Task.SCORE)
"""Models of these may be given the opacity, with `opacity = true`."""

VARIATION_TASKS = (Task.GENERATE,)
"""Models of these may make more of a picture, with `variations = true`."""

GUIDED_TASKS = (Task.INPAINT,)
"""Models of these may be given strokes of colour, with `guides = true`; those that colour always are."""

_MOST_CONTEXT = 100
_MOST_TILE_PX, _MOST_MULTIPLE = 16_384, 1024
_MOST_SIZE_BYTES = 2**40
_NAME = r"[a-z][a-z0-9-]*"
_FILE = r"\w[\w.-]*"  # a name, not a path
_PATH = r"\w[\w.+-]*(/\w[\w.+-]*)*"
_URL = r"https://[!-~]+"
_ENTRY = r"[A-Za-z_][\w.]*:[A-Za-z_]\w*"
_LOADER = r"[a-z0-9]+([.-][a-z0-9]+)*/[a-z][a-z0-9-]*"
_SHA256 = r"[0-9a-f]{64}"


@dataclass(frozen=True, slots=True)
class TileEntry:
    """How a model wants its tiles, in pixels of the picture it is given; as `core.tile_plan.Tiling`."""

    size: int
    overlap: int
    multiple_of: int


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model of a plugin, as its manifest describes it.

    Either `entry`, as `module:Class`, makes it, or, in a pack of weights, `loader`, as `plugin/loader`; the other
    is empty. `whole` says that it wants the whole picture at once, not tiles; `opacity` that it is given the
    picture's opacity, too, as a fourth plane; `variations` that it makes more of a picture that it is given;
    `guides` that it follows strokes of colour in a hole; `special` that it is made for few kinds of pictures, so
    that it is not what a task begins with.
    """

    id: str
    name: str
    task: Task
    entry: str
    loader: str
    summary: str
    card: str
    parameters: tuple[AnyParameter, ...]
    context: float  # how much of the picture around a hole the model sees, in sides of the hole
    context_min_px: int
    tile: TileEntry
    whole: bool
    special: bool
    opacity: bool
    variations: bool
    guides: bool
    precisions: tuple[str, ...]
    weights: tuple[WeightsFile, ...]


def read_model(reader: TableReader, *, has_code: bool) -> ModelEntry:
    """Reads one model of a plugin or, without code, of a pack; what is wrong goes to the reader's problems."""
    task = reader.text("task")
    if task and task not in set(Task):
        reader.problem("task", f"{task!r} is not one of {', '.join(Task)}")
        task = ""
    parameters = [read_parameter(parameter) for parameter in reader.tables("param")]
    model_id = reader.text("id", pattern=_NAME)
    entry = ModelEntry(
        id=model_id,
        name=reader.text("name", model_id.replace("-", " ").capitalize()),
        task=Task(task) if task else Task.FILTER,
        entry=reader.text("entry", pattern=_ENTRY) if has_code else "",
        loader="" if has_code else reader.text("loader", pattern=_LOADER),
        summary=reader.text("summary", ""),
        card=reader.text("card", "", pattern=_FILE),
        parameters=tuple(parameter for parameter in parameters if parameter is not None),
        context=reader.number("context", 1.0),
        context_min_px=reader.whole("context_min_px", 64),
        tile=_read_tile(reader.table("tile")),
        whole=reader.flag("whole", default=False),
        special=reader.flag("special", default=False),
        opacity=reader.flag("opacity", default=False),
        variations=reader.flag("variations", default=False),
        guides=reader.flag("guides", default=False),
        precisions=_read_precisions(reader),
        weights=tuple(_read_weights(table) for table in reader.tables("weights")),
    )
    _check_unique(reader, "param", "id", [parameter.id for parameter in entry.parameters])
    _check_unique(reader, "weights", "file", [file.file for file in entry.weights])
    if entry.context < 0 or entry.context > _MOST_CONTEXT:
        reader.problem("context", f"is not from 0 to {_MOST_CONTEXT}")
    _check_tasks_of_flags(reader, entry, task)
    if entry.context_min_px < 0:
        reader.problem("context_min_px", "is below 0")
    reader.finish()
    return entry


def _check_tasks_of_flags(reader: TableReader, entry: ModelEntry, task: str) -> None:
    for key, tasks in (("opacity", OPACITY_TASKS), ("variations", VARIATION_TASKS), ("guides", GUIDED_TASKS)):
        if getattr(entry, key) and task and task not in tasks:
            reader.problem(key, f"is for models of {' and '.join(tasks)}, not of {task}")


def _read_tile(table: TableReader) -> TileEntry:
    tile = TileEntry(
        size=table.whole("size", 512),
        overlap=table.whole("overlap", 32),
        multiple_of=table.whole("multiple_of", 1),
    )
    if not 32 <= tile.size <= _MOST_TILE_PX:
        table.problem("size", f"is not from 32 to {_MOST_TILE_PX}")
    if not 0 <= tile.overlap <= tile.size // 2:
        table.problem("overlap", "is not from 0 to half the size")
    if not 1 <= tile.multiple_of <= _MOST_MULTIPLE:
        table.problem("multiple_of", f"is not from 1 to {_MOST_MULTIPLE}")
    table.finish()
    return tile


def _read_precisions(reader: TableReader) -> tuple[str, ...]:
    named = reader.items("precisions") or ["fp32"]
    if "fp32" not in named or not all(name in PRECISIONS for name in named):
        reader.problem("precisions", f"is not a list of {', '.join(PRECISIONS)} with fp32 in it")
        return ("fp32",)
    return tuple(named)


def _read_weights(table: TableReader) -> WeightsFile:
    file = WeightsFile(
        file=table.text("file", pattern=_PATH),
        sha256=table.text("sha256", pattern=_SHA256),
        size=table.whole("size", most=_MOST_SIZE_BYTES),
        url=table.text("url", "", pattern=_URL),
        license=table.text("license", ""),
    )
    if file.size < 0 or file.size > _MOST_SIZE_BYTES:
        table.problem("size", f"is not from 0 to {_MOST_SIZE_BYTES}")
    table.finish()
    return file


def _check_unique(reader: TableReader, key: str, what: str, names: list[str]) -> None:
    for repeated in sorted({name for name in names if names.count(name) > 1}):
        reader.problem(key, f"the {what} {repeated!r} is used twice")
