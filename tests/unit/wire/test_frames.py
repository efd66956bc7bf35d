from __future__ import annotations

import io
import json
import struct
from typing import Any

import pytest

from imagetool.wire.errors import BadFrame
from imagetool.wire.frames import MAX_FRAME_BYTES, FrameReader, FrameWriter
from imagetool.wire.messages import (
    TO_EDITOR,
    TO_WORKER,
    BufferRef,
    Cancel,
    Confinement,
    DeviceRef,
    Devices,
    Done,
    Exhausted,
    Failed,
    Free,
    Hold,
    Inspect,
    Inspected,
    MaskRef,
    Message,
    Note,
    Preview,
    PreviewTaken,
    Progress,
    PromptRef,
    Ready,
    RectRef,
    Refused,
    Run,
    Start,
    Stopped,
    TileRef,
    View,
    WeightsRef,
)

PIXELS = BufferRef("/memory/x/1.pixels", (3, 4, 4), "uint16")
MESSAGES: list[Message] = [
    Start(("/a", "/b ü"), threads=2),
    Start((), 0, Confinement(("/r ü",), ("/w", "/x"), True, 2**40, 4096, ("/p",))),
    Run(
        job_id="j",
        task="inpaint",
        module="plugins.x.y",
        attribute="Model",
        params={"flag": True, "count": 3, "amount": 0.5, "look": "soft"},
        seed=2**63 - 1,
        device="auto",
        precisions=("fp32", "bf16"),
        tile=TileRef(512, 32, 8),
        whole=False,
        weights=(WeightsRef("a.safetensors", "/w/ü", "0f" * 32, 7),),
        source=PIXELS,
        mask=MaskRef(PIXELS, RectRef(-1, 0, 3, 4), context=1.5, context_min_px=64),
        hints=None,
        prompt=PromptRef((1.5, 2.0), (), RectRef(0, 0, 2, 2)),
        result=PIXELS,
        preview=PIXELS,
    ),
    Run(
        job_id="k",
        task="upscale",
        module="plugins.x.y",
        attribute="Model",
        params={},
        seed=0,
        device="cpu",
        precisions=("fp32",),
        tile=TileRef(512, 32, 1),
        whole=True,
        weights=(),
        source=None,
        mask=None,
        hints=PIXELS,
        prompt=None,
        result=PIXELS,
        preview=PIXELS,
        seams=BufferRef("/disk/j/seams.pixels", (1000,), "uint16"),
        ledger=BufferRef("/disk/j/ledger.pixels", (12,), "uint32"),
        precision="bf16",
        opacity=True,
    ),
    Inspect("j", "plugins.x.y", "Loader", "/tmp/a ü.pth", "/tmp/b"),  # noqa: S108 - a name, not a file
    Cancel("j"),
    PreviewTaken("j"),
    View("j", RectRef(10, 20, 300, 400)),
    Hold("j", held=True),
    Free(),
    Ready(123),
    Ready(123, ("files", "network")),
    Progress("j", 0.25, "level 3 of 7 “fine”"),
    Preview("j", RectRef(0, 0, 5, 6), 5, 6),
    Preview("j", RectRef(0, 0, 5, 6), 15, 12, count=5),
    Done("j", "cuda", "fp32", 1.25, 4, 512.5, {"noise level": 12.5}),
    Done("j", "cpu", "bf16", 1.25, 4, 512.5, {}, base_rss_mb=300.25, gpu_peak_mb=0.5),
    Devices((DeviceRef("cuda:0", "NVIDIA H200", 2**37), DeviceRef("cpu", "Prozessor ü", 0))),
    Devices(()),
    Note("j", "It goes on in fp32.", plain=True, precision="fp32"),
    Exhausted("j", "cuda:0", "line 1\nline 2", "bf16"),
    Inspected("j", "SPAN", "4 times larger.", "MIT", "[]"),
    Refused("j", "It is no such file.", final=True),
    Stopped("j"),
    Failed("j", "It failed.", "line 1\nline 2 \U0001f4a5"),
]


def framed(body: bytes, length: int | None = None) -> bytes:
    return struct.pack(">I", len(body) if length is None else length) + body


def received(data: bytes, allowed: tuple[type, ...] = TO_EDITOR) -> Any:
    return FrameReader(io.BytesIO(data), allowed).receive()


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_arrives_as_it_was_sent(message: Message) -> None:
    stream = io.BytesIO()
    FrameWriter(stream).send(message)
    allowed = TO_WORKER if isinstance(message, TO_WORKER) else TO_EDITOR
    got = received(stream.getvalue(), allowed)
    assert got == message
    assert type(got) is type(message)


def test_every_kind_of_message_is_tried_above() -> None:
    assert {type(message) for message in MESSAGES} == {*TO_WORKER, *TO_EDITOR}


def test_messages_follow_each_other_and_the_end_is_none() -> None:
    stream = io.BytesIO()
    writer = FrameWriter(stream)
    for number in range(3):
        writer.send(Ready(number))
    reader = FrameReader(io.BytesIO(stream.getvalue()), TO_EDITOR)
    assert [reader.receive() for _ in range(4)] == [Ready(0), Ready(1), Ready(2), None]


READY = {"kind": "Ready", "pid": 1, "enforced": []}
PROGRESS = {"kind": "Progress", "job_id": "j", "done": 0.5, "text": ""}
RECT = {"left": 0, "top": 0, "right": 1, "bottom": 1}
PREVIEW = {"kind": "Preview", "job_id": "j", "rect": RECT, "width": 1, "height": 1, "count": 1}

BAD_BODIES: list[tuple[str, object, str]] = [
    ("unknown kind", {"kind": "Exec", "code": "x"}, "its kind is not known"),
    ("kind of the other direction", {"kind": "Cancel", "job_id": "j"}, "its kind is not known"),
    ("kind that is no text", {"kind": 3}, "its kind is not known"),
    ("kind that is a list", {"kind": ["Ready"]}, "its kind is not known"),
    ("no kind", {}, "its kind is not known"),
    ("no table", [1, 2], "its kind is not known"),
    ("missing field", {"kind": "Ready"}, "Ready has the fields [], not ['enforced', 'pid']"),
    ("unknown field", {**READY, "x": 2}, "Ready has the fields ['enforced', 'pid', 'x'], not "),
    ("text for a number", {**READY, "pid": "1"}, "Ready.pid is '1'"),
    ("bool for a number", {**READY, "pid": True}, "Ready.pid is True"),
    ("fraction for a whole number", {**READY, "pid": 1.5}, "Ready.pid is 1.5"),
    ("null", {**READY, "pid": None}, "Ready.pid is None"),
    ("number too large for a float", {**PROGRESS, "done": 10**400}, "Progress.done is 1000"),
    ("bool for a float", {**PROGRESS, "done": False}, "Progress.done is False"),
    ("list for a text", {**PROGRESS, "text": ["a"]}, "Progress.text is ['a']"),
    ("missing nested field", {**PREVIEW, "rect": {"left": 0}}, "RectRef has the fields ['left']"),
    (
        "nested value of another kind",
        {**PREVIEW, "rect": [0, 0, 1, 1]},
        "Preview.rect is [0, 0, 1, 1]",
    ),
    ("long value", {**READY, "pid": "x" * 10_000}, "Ready.pid is 'xxx"),
]


@pytest.mark.parametrize(("body", "said"), [row[1:] for row in BAD_BODIES], ids=[row[0] for row in BAD_BODIES])
def test_json_that_is_no_message_is_refused(body: object, said: str) -> None:
    with pytest.raises(BadFrame) as caught:
        received(framed(json.dumps(body).encode()))
    assert str(caught.value).startswith(f"The model process sent something that is not a message: {said}")
    assert len(str(caught.value)) < 250, "a bad value must not fill the screen"


BAD_BYTES = [
    ("length cut short", b"\x00\x00", "it ends inside its length"),
    ("body cut short", framed(b"{}", length=10), "it ends in the middle"),
    ("too long", framed(b"", length=MAX_FRAME_BYTES + 1), "it claims 1048577 bytes, at most 1048576 are allowed"),
    ("far too long", b"\xff\xff\xff\xff", "it claims 4294967295 bytes"),
    ("no JSON", framed(b"hello"), "it is not JSON ("),
    ("nothing", framed(b""), "it is not JSON ("),
    ("not UTF-8", framed(b'{"kind": "\xff"}'), "it is not JSON ("),
    ("NaN", framed(b'{"kind": "Progress", "job_id": "j", "done": NaN, "text": ""}'), "it is not JSON ("),
    ("infinity", framed(b'{"kind": "Progress", "job_id": "j", "done": Infinity, "text": ""}'), "it is not JSON ("),
    ("1e999", framed(b'{"kind": "Progress", "job_id": "j", "done": 1e999, "text": ""}'), "it is not JSON ("),
    ("deep nesting", framed(b"[" * 500_000), "it is not JSON ("),
    ("deep tables", framed(b'{"a":' * 100_000), "it is not JSON ("),
    ("endless number", framed(b'{"kind": "Ready", "pid": ' + b"9" * 5000 + b"}"), "it is not JSON ("),
    ("pickle", framed(b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x07builtin\x94."), "it is not JSON ("),
]


@pytest.mark.parametrize(("data", "said"), [row[1:] for row in BAD_BYTES], ids=[row[0] for row in BAD_BYTES])
def test_bytes_that_are_no_message_are_refused(data: bytes, said: str) -> None:
    with pytest.raises(BadFrame) as caught:
        received(data)
    assert said in str(caught.value)


def test_a_frame_that_claims_too_much_is_refused_before_anything_is_allocated() -> None:
    class Watched(io.BytesIO):
        largest = 0

        def read(self, size: int | None = -1) -> bytes:
            self.largest = max(self.largest, size or 0)
            return super().read(size)

    stream = Watched(b"\xff\xff\xff\xff" + b"x" * 100)
    with pytest.raises(BadFrame):
        FrameReader(stream, TO_EDITOR).receive()
    assert stream.largest <= 4


def test_a_message_that_would_be_too_long_is_not_sent_at_all() -> None:
    stream = io.BytesIO()
    with pytest.raises(BadFrame):
        FrameWriter(stream).send(Failed("j", "x" * MAX_FRAME_BYTES, ""))
    assert stream.getvalue() == b"", "half a frame would make the next one unreadable"


def test_numbers_that_json_does_not_know_are_not_sent() -> None:
    stream = io.BytesIO()
    with pytest.raises(ValueError, match="not JSON compliant"):
        FrameWriter(stream).send(Progress("j", float("nan"), ""))
    assert stream.getvalue() == b""
