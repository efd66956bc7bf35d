"""The text file of a journal: what the job is, where its picture came from, and in what way it is being tried."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imagetool.core.files.atomic import CheckedFile, atomic_write
from imagetool.core.files.errors import PictureFileError
from imagetool.jobs.journal.errors import NotKept
from imagetool.jobs.journal.facts import Facts
from imagetool.jobs.ladder import Attempt

FILE = "job.json"
_FORMAT = 1
_MOST_BYTES = 2**20
_SMALLEST_TILE_PX, _LARGEST_TILE_PX = 32, 16_384
_WORD_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Record:
    """What stands in `job.json`; `picture` is the file that the picture was read from, if it was read from one."""

    facts: Facts
    attempt: Attempt
    begun_at: float
    picture: Path | None

    def write(self, folder: Path) -> None:
        """Brings the record to the disk, as a whole or not at all.

        Raises:
            NotKept: where the disk does not take it.
        """
        value = {
            "format": _FORMAT,
            "facts": self.facts.to_json(),
            "attempt": {
                "tile_px": self.attempt.tile_px,
                "device": self.attempt.device,
                "precision": self.attempt.precision,
            },
            "begun_at": self.begun_at,
            "picture": str(self.picture) if self.picture else None,
        }
        data = json.dumps(value, indent=1).encode()
        try:
            atomic_write(folder / FILE, lambda file: _write(file, data))
        except PictureFileError as error:
            raise NotKept(str(error).rstrip(".")) from error

    @classmethod
    def read(cls, folder: Path) -> Record:
        """The record of a folder, which anybody may have written.

        Raises:
            ValueError: where it is none of ours.
            OSError: where there is none.
        """
        with (folder / FILE).open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise ValueError("too large")
        try:
            return _record(json.loads(data))
        except RecursionError:
            raise ValueError("nested too deeply") from None


def _record(value: Any) -> Record:
    match value:
        case {
            "format": int(version),
            "facts": facts,
            "attempt": {"tile_px": int(tile_px), "device": str(device), "precision": str(precision)},
            "begun_at": int() | float() as begun_at,
            "picture": str() | None as picture,
        } if version == _FORMAT and len(value) == 5:
            words = len(device) <= _WORD_LENGTH and len(precision) <= _WORD_LENGTH
            if not words or not _SMALLEST_TILE_PX <= tile_px <= _LARGEST_TILE_PX or not math.isfinite(begun_at):
                raise ValueError("not a way to try a job")
            if picture and "\0" in picture:
                raise ValueError("not a path")
            attempt = Attempt(tile_px, precision, device)
            return Record(Facts.from_json(facts), attempt, float(begun_at), Path(picture) if picture else None)
    raise ValueError("not the record of a job")


def _write(file: CheckedFile, data: bytes) -> None:
    file.write(data)
