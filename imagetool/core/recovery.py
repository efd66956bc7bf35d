"""What is kept of unsaved work, so that an editor that was killed can give it back.

One folder per document: the tiles of its pixels, each written once, and `state.json`, which names them and is
replaced in one step. A snapshot therefore costs the tiles that changed since the one before.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import time
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from imagetool.core.document import Document, Layer, State
from imagetool.core.errors import ImagetoolError
from imagetool.core.geometry import Point, Rect, Size
from imagetool.core.hints import Hint
from imagetool.core.picture import Metadata, Picture, Pixels
from imagetool.core.tiles import TiledImage

_STATE_FILE = "state.json"
_VERSION = 1


class RecoveryError(ImagetoolError):
    """Unsaved work could not be kept, or what was kept cannot be read."""


class Journal:
    """Keeps one document's work in a folder of its own; used by one thread at a time."""

    def __init__(self, root: Path) -> None:
        self._folder = root / uuid.uuid4().hex
        self._names: dict[int, tuple[Pixels, str]] = {}  # by id; the tile is kept, so that its id stays its own

    def write(self, document: Document, state: State) -> None:
        """Keeps `state`; the snapshot before stays whole until this one is.

        Raises:
            RecoveryError: where the disk does not take it.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            described = self._described(document, state)
            fresh = self._folder / f"{_STATE_FILE}.new"
            fresh.write_text(json.dumps(described), "utf-8")
            fresh.replace(self._folder / _STATE_FILE)
            self._forget(described)
        except OSError as error:
            raise RecoveryError(
                f"Unsaved work cannot be kept for recovery ({error.strerror}). Save soon."
            ) from error

    def discard(self) -> None:
        """Forgets everything: the work is saved, or not wanted."""
        self._names.clear()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _described(self, document: Document, state: State) -> dict[str, Any]:
        picture = document.picture
        return {
            "version": _VERSION,
            "pid": os.getpid(),
            "saved_at": time.time(),
            "name": document.name,
            "path": str(document.path) if document.path else None,
            "metadata": _packed(asdict(picture.metadata)),
            "format": picture.format,
            "gray": picture.gray,
            "has_alpha": picture.has_alpha,
            "original": self._state(document.original),
            "state": self._state(state),
        }

    def _state(self, state: State) -> dict[str, Any]:
        layers = [
            {
                "name": layer.name,
                "visible": layer.visible,
                "opacity": layer.opacity,
                "image": self._image(layer.pixels),
            }
            for layer in state.layers
        ]
        active = [layer.id for layer in state.layers].index(state.active_id)
        return {
            "size": list(state.size),
            "layers": layers,
            "active": active,
            "mask": self._image(state.mask),
            "dpi": state.dpi,
            "hints": [_described_hint(hint) for hint in state.hints],
            "opened": asdict(state.opened) if state.opened else None,
        }

    def _image(self, image: TiledImage) -> dict[str, Any]:
        tiles = {f"{row},{column}": self._tile(tile) for (row, column), tile in image.tiles.items()}
        return {"channels": image.channels, "dtype": image.dtype.name, "tiles": tiles}

    def _tile(self, tile: Pixels) -> str:
        known = self._names.get(id(tile))
        if known:
            return known[1]
        name = uuid.uuid4().hex
        (self._folder / name).write_bytes(np.ascontiguousarray(tile).tobytes())
        self._names[id(tile)] = (tile, name)
        return name

    def _forget(self, described: dict[str, Any]) -> None:
        """Removes the tiles that no snapshot names any more."""
        used = {
            name
            for state in (described["original"], described["state"])
            for image in (state["mask"], *(layer["image"] for layer in state["layers"]))
            for name in image["tiles"].values()
        }
        for tile_id, (_, name) in list(self._names.items()):
            if name not in used:
                del self._names[tile_id]
                (self._folder / name).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Recoverable:
    """Work that an editor left behind when it was killed."""

    folder: Path
    name: str
    saved_at: float

    def load(self) -> Document:
        """The document as it was kept, unsaved.

        Raises:
            RecoveryError: where the folder is not whole.
        """
        try:
            described = json.loads((self.folder / _STATE_FILE).read_text("utf-8"))
            return _document(self.folder, described)
        except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
            raise RecoveryError(f"The unsaved work on {self.name} cannot be read any more.") from error

    def discard(self) -> None:
        """Deletes it."""
        shutil.rmtree(self.folder, ignore_errors=True)


def recoverables(root: Path, running_pids: Iterable[int]) -> list[Recoverable]:
    """The work left in `root` by editors that do not run any more, the newest first."""
    running = set(running_pids)
    found = []
    for path in root.glob(f"*/{_STATE_FILE}"):
        try:
            described = json.loads(path.read_text("utf-8"))
            if described["version"] == _VERSION and described["pid"] not in running:
                found.append(Recoverable(path.parent, str(described["name"]), float(described["saved_at"])))
        except (OSError, ValueError, KeyError, TypeError):
            continue  # being written by an editor that runs, or broken: nothing to offer
    return sorted(found, key=lambda left: -left.saved_at)


def _document(folder: Path, described: dict[str, Any]) -> Document:
    original, state = _read_state(folder, described["original"]), _read_state(folder, described["state"])
    metadata = Metadata(**_unpacked(described["metadata"]))
    picture = Picture.of(
        original.layers[0].pixels.read(original.bounds),
        metadata,
        format=described["format"],
        gray=described["gray"],
        has_alpha=described["has_alpha"],
    )
    path = Path(described["path"]) if described["path"] else None
    document = Document(picture, path, described["name"])
    document.history.add("Recovered work", state)
    document.history.mark_unsaved()
    return document


def _read_state(folder: Path, described: dict[str, Any]) -> State:
    size = Size(*described["size"])
    layers = []
    for item in described["layers"]:
        layer = Layer.new(item["name"], _read_image(folder, size, item["image"]))
        layers.append(Layer(layer.id, layer.name, layer.pixels, item["visible"], item["opacity"]))
    mask = _read_image(folder, size, described["mask"])
    opened = described.get("opened")
    return State(
        size,
        tuple(layers),
        mask,
        layers[described["active"]].id,
        described.get("dpi"),
        tuple(_read_hint(item) for item in described.get("hints", ())),
        Rect(**opened) if opened else None,
    )


def _described_hint(hint: Hint) -> dict[str, Any]:
    return {"colour": list(hint.colour), "radius_px": hint.radius_px, "points": [list(at) for at in hint.points]}


def _read_hint(described: dict[str, Any]) -> Hint:
    red, green, blue = described["colour"]
    points = (Point(x, y) for x, y in described["points"])
    return Hint.new((red, green, blue), described["radius_px"], points)


def _read_image(folder: Path, size: Size, described: dict[str, Any]) -> TiledImage:
    image = TiledImage.blank(size, described["channels"], described["dtype"])
    tiles = {}
    for place, name in described["tiles"].items():
        row, column = (int(number) for number in place.split(","))
        rect = image.tile_rect((row, column))
        raw = np.fromfile(folder / Path(name).name, image.dtype)
        tile = raw.reshape(rect.height, rect.width, image.channels)
        tile.flags.writeable = False
        tiles[row, column] = tile
    return TiledImage(size, image.channels, image.dtype, tiles)


def _packed(metadata: dict[str, Any]) -> dict[str, Any]:
    return {
        key: {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value
        for key, value in metadata.items()
    }


def _unpacked(described: dict[str, Any]) -> dict[str, Any]:
    unpacked = {
        key: base64.b64decode(value["base64"]) if isinstance(value, dict) else value
        for key, value in described.items()
    }
    unpacked["dpi"] = tuple(unpacked["dpi"]) if unpacked["dpi"] else None
    return unpacked
