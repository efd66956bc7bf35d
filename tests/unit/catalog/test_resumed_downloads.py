"""Downloads that were stopped or lost go on where they were, and never mix two versions of a file."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from imagetool.catalog.downloads.download import download
from imagetool.catalog.downloads.errors import DownloadFailed, HashMismatch
from tests.fakes.file_server import Switches, opener_to, serving

CONTENT = os.urandom(3 * 2**20)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
URL = "https://example.org/models/x.zip?token=secret"
CUT = 2**20


class Stopped(Exception):
    pass


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def server() -> Switches:
    return Switches(CONTENT)


@pytest.fixture
def fetch(server: Switches, tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Downloads from the server to `x.zip` in a folder of its own."""
    with serving(server) as port:
        opener = opener_to(port)

        def run(url: str = URL, cap_bytes: int = 2**24, timeout_s: float = 10.0, **options: Any) -> str:
            to = tmp_path / "downloads" / "x.zip"
            return download(url, to, cap_bytes=cap_bytes, opener=opener, timeout_s=timeout_s, **options)

        yield run


def here(tmp_path: Path) -> dict[str, int]:
    """The files of the folder and their sizes, notes apart."""
    files = (tmp_path / "downloads").glob("*")
    return {path.name: path.stat().st_size for path in files if path.suffix != ".json"}


WHOLE = {"x.zip": len(CONTENT)}


def cut(fetch: Callable[..., str], server: Switches, at: int = CUT) -> None:
    """Fetches the beginning, then the connection is lost."""
    server.cut_after = at
    with pytest.raises(DownloadFailed) as caught:
        fetch()
    lost = f"the connection was lost after {at} of {len(CONTENT)} bytes; try again to go on from there"
    assert caught.value.reason == lost
    server.cut_after = None


def test_what_was_lost_goes_on_from_there(fetch: Callable[..., str], server: Switches, tmp_path: Path) -> None:
    cut(fetch, server)
    assert here(tmp_path) == {"x.zip.part": CUT}
    told: list[int] = []
    assert fetch(sha256=SHA256, on_progress=lambda done, _: told.append(done)) == SHA256
    assert here(tmp_path) == WHOLE
    assert (server.asked[1]["Range"], server.asked[1]["If-Range"]) == (f"bytes={CUT}-", '"one"')
    assert told[0] > CUT


def test_it_is_lost_and_goes_on_many_times(fetch: Callable[..., str], server: Switches) -> None:
    for times in range(1, 6):
        server.cut_after = 400_000
        with pytest.raises(DownloadFailed, match=f"after {times * 400_000} of"):
            fetch()
    server.cut_after = None
    assert fetch() == SHA256


def _ignores_ranges(server: Switches) -> None:
    server.ranges = False


def _has_a_new_version(server: Switches) -> None:
    server.etag, server.content = '"two"', CONTENT[::-1]


def _has_a_new_version_and_sends_its_rest(server: Switches) -> None:
    _has_a_new_version(server)
    server.heeds_if_range = False


def _has_a_shorter_version(server: Switches) -> None:
    server.etag, server.content, server.heeds_if_range = '"two"', CONTENT[:99], False


def _sends_another_rest(server: Switches) -> None:
    server.range_shift = 5


def _sends_a_rest_without_a_place(server: Switches) -> None:
    server.headers = {"Content-Range": None}


@pytest.mark.parametrize(
    "change",
    [
        _ignores_ranges,
        _has_a_new_version,
        _has_a_new_version_and_sends_its_rest,
        _has_a_shorter_version,
        _sends_another_rest,
        _sends_a_rest_without_a_place,
    ],
)
def test_where_the_rest_does_not_fit_all_is_fetched_again(
    fetch: Callable[..., str], server: Switches, tmp_path: Path, change: Callable[[Switches], None]
) -> None:
    cut(fetch, server)
    change(server)
    assert fetch() == hashlib.sha256(server.content).hexdigest()
    assert here(tmp_path) == {"x.zip": len(server.content)}


@pytest.mark.parametrize(
    ("etag", "changed", "asked"),
    [
        ('W/"weak"', "Sat, 21 Nov 2026 12:00:00 GMT", "Sat, 21 Nov 2026 12:00:00 GMT"),
        (None, "Sat, 21 Nov 2026 12:00:00 GMT", "Sat, 21 Nov 2026 12:00:00 GMT"),
        ('W/"weak"', None, None),
        (None, None, None),
    ],
)
def test_without_a_sure_sign_of_the_version_nothing_is_continued(
    fetch: Callable[..., str], server: Switches, etag: str | None, changed: str | None, asked: str | None
) -> None:
    server.etag, server.headers = etag, {"Last-Modified": changed}
    cut(fetch, server)
    assert fetch() == SHA256
    assert server.asked[1].get("If-Range") == asked


@pytest.mark.parametrize("notes", ["", "[]", "{}", "[" * 9999, '{"url": "https://example.org/y"}'])
def test_notes_that_say_nothing_are_not_believed(
    fetch: Callable[..., str], server: Switches, tmp_path: Path, notes: str
) -> None:
    cut(fetch, server)
    (tmp_path / "downloads" / "x.zip.part").write_bytes(b"?" * CUT)
    (tmp_path / "downloads" / "x.zip.part.json").write_text(notes)
    assert fetch() == SHA256


def test_the_beginning_of_another_address_is_not_continued(fetch: Callable[..., str], server: Switches) -> None:
    cut(fetch, server)
    fetch(url="https://example.org/another")
    assert "Range" not in server.asked[1]


def test_what_came_is_checked_again_when_it_is_continued(
    fetch: Callable[..., str], server: Switches, tmp_path: Path
) -> None:
    cut(fetch, server)
    (tmp_path / "downloads" / "x.zip.part").write_bytes(b"?" * CUT)
    with pytest.raises(HashMismatch):
        fetch(sha256=SHA256)
    assert not list((tmp_path / "downloads").iterdir())
    assert fetch(sha256=SHA256) == SHA256


def test_a_stop_keeps_what_has_come(fetch: Callable[..., str], server: Switches, tmp_path: Path) -> None:
    came: list[int] = []

    def check() -> None:
        if sum(came) > 0:
            raise Stopped

    with pytest.raises(Stopped):
        fetch(check=check, on_progress=lambda done, _: came.append(done))
    assert here(tmp_path) == {"x.zip.part": came[-1]}
    assert fetch() == SHA256
    assert server.asked[1]["Range"] == f"bytes={came[-1]}-"


def test_a_stop_before_anything_asks_for_nothing(fetch: Callable[..., str], server: Switches) -> None:
    def check() -> None:
        raise Stopped

    with pytest.raises(Stopped):
        fetch(check=check)
    assert server.asked == []


def test_what_has_come_as_a_whole_is_not_fetched_again(fetch: Callable[..., str], server: Switches) -> None:
    def stop(done: int, total: int | None) -> None:
        if done == total:
            raise Stopped

    with pytest.raises(Stopped):
        fetch(on_progress=stop)
    assert fetch(sha256=SHA256) == SHA256
    assert len(server.asked) == 1


def test_notes_keep_no_secret_of_the_address(fetch: Callable[..., str], server: Switches, tmp_path: Path) -> None:
    cut(fetch, server)
    notes = json.loads((tmp_path / "downloads" / "x.zip.part.json").read_text())
    address = hashlib.sha256(URL.encode()).hexdigest()
    assert notes == {"address_sha256": address, "validator": '"one"', "total": len(CONTENT)}


def test_a_chunked_answer_that_is_cut_is_noticed(fetch: Callable[..., str], server: Switches) -> None:
    server.chunked, server.cut_after = True, CUT
    with pytest.raises(DownloadFailed, match="the connection was lost"):
        fetch()
    server.chunked, server.cut_after = False, None
    assert fetch() == SHA256
    assert server.asked[1]["Range"] == f"bytes={CUT}-"
