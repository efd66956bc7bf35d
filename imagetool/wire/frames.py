"""Messages on a byte stream: four bytes of length, big-endian, then that many bytes of JSON."""

from __future__ import annotations

import json
import math
import struct
import threading
from typing import Any, Protocol

from imagetool.wire.errors import BadFrame
from imagetool.wire.messages import Message, from_json, to_json

MAX_FRAME_BYTES = 1024 * 1024
_LENGTH = struct.Struct(">I")


class ByteSource(Protocol):
    """What can be read from: a file, or something before it."""

    def read(self, size: int, /) -> bytes:
        """So many bytes; fewer at the end."""
        ...


class ByteSink(Protocol):
    """What can be written to: a file, or something before it."""

    def write(self, data: bytes, /) -> object:
        """Takes all of the bytes."""
        ...

    def flush(self) -> None:
        """Passes them on."""
        ...


class FrameWriter:
    """Sends messages; may be used by several threads."""

    def __init__(self, stream: ByteSink) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def send(self, message: Message) -> None:
        """Sends one message, whole. OSError (or ValueError on a closed stream) where nobody listens."""
        body = json.dumps(to_json(message), ensure_ascii=True, allow_nan=False).encode()
        if len(body) > MAX_FRAME_BYTES:
            raise BadFrame(f"it has {len(body)} bytes, at most {MAX_FRAME_BYTES} are allowed")
        with self._lock:
            self._stream.write(_LENGTH.pack(len(body)) + body)
            self._stream.flush()


class FrameReader:
    """Receives messages of the `allowed` kinds; used by one thread."""

    def __init__(self, stream: ByteSource, allowed: tuple[type, ...]) -> None:
        self._stream = stream
        self._allowed = allowed

    def receive(self) -> Any:
        """The next message, or None at the end of the stream.

        Raises:
            BadFrame: for anything that is not a message of an allowed kind.
        """
        header = self._stream.read(_LENGTH.size)
        if not header:
            return None
        if len(header) < _LENGTH.size:
            raise BadFrame("it ends inside its length")
        (length,) = _LENGTH.unpack(header)
        if length > MAX_FRAME_BYTES:
            raise BadFrame(f"it claims {length} bytes, at most {MAX_FRAME_BYTES} are allowed")
        body = self._stream.read(length)
        if len(body) < length:
            raise BadFrame("it ends in the middle")
        return from_json(_parsed(body), self._allowed)


def _parsed(body: bytes) -> object:
    try:
        value: object = json.loads(body, parse_constant=_refused, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise BadFrame(f"it is not JSON ({error})") from None
    return value


def _refused(name: str) -> float:
    raise ValueError(f"{name} is not a number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is out of range")
    return number
